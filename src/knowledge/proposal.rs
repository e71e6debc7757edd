//! What a town makes of an office that a knowledge base's import names for it: its own words above the base's, never more.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::store::{self, imports::Offer};
use super::{Adaptation, Amended, Content, Field, Html, LayerKey, LayerText, Part, amend};
use crate::audit::{self, Act, Actor};
use crate::directory::{self, Unit};
use crate::ids::TenantId;

/// How the office is named from now on.
#[derive(Debug, Clone)]
pub enum Naming {
    /// As one of the town's directory, which gets it where it has none of that name.
    Directory,
    /// At this entry only, with its address among the contacts.
    Entry,
    /// The town means an office that it calls by this name.
    Other(String),
}

impl Naming {
    fn office<'a>(&'a self, offer: &'a Offer) -> &'a str {
        match self {
            Self::Directory | Self::Entry => &offer.unit_name,
            Self::Other(name) => name,
        }
    }
}

/// The caller holds the town's proposals.
pub async fn take_up(
    db: &mut PgConnection,
    tenant: TenantId,
    offer: &Offer,
    naming: &Naming,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<Amended> {
    if matches!(naming, Naming::Directory) {
        list_in_directory(db, tenant, offer, actor, now).await?;
    }
    let Some((own, ..)) = store::hold_adaptation(db, tenant, offer.entry, now).await? else {
        return Ok(Amended::Groundless);
    };
    // What was taken back to the base's words does not come again.
    let words = if own.is_published { own_words(db, tenant, &own).await? } else { Adaptation::default() };
    let change = |text: &mut LayerText| {
        if let LayerText::Patch(patch) = text {
            name_office(patch, offer, naming);
        }
    };
    let subject = (own.id, own.version, LayerText::Patch(words));
    let amended = amend(db, tenant, subject, change, actor, now).await?;
    if amended != Amended::Groundless {
        store::imports::insert_decision(&mut *db, tenant, offer, "accepted", actor, now).await?;
        let details = json!({ "title": offer.title, "unit": naming.office(offer) });
        audit::record(&mut *db, now, actor, Act::of(tenant, "accepted", "proposal", offer.entry, details)).await?;
    }
    Ok(amended)
}

async fn own_words(db: &mut PgConnection, tenant: TenantId, own: &store::LockedEntry) -> sqlx::Result<Adaptation> {
    let layers = store::find_layers(db, LayerKey { tenant, entry: own.id, version: own.version }).await?;
    Ok(match layers.and_then(|layers| layers.into_iter().next()).map(|layer| layer.text) {
        Some(LayerText::Patch(patch)) => patch,
        _ => Adaptation::default(),
    })
}

fn name_office(patch: &mut Adaptation, offer: &Offer, naming: &Naming) {
    patch.replace(Part::Unit, &Content { unit: Some(naming.office(offer).to_owned()), ..Content::default() });
    let is_told = patch.replaces(Part::Text(Field::Contact)) || offer.address.is_empty();
    if matches!(naming, Naming::Entry) && !is_told {
        let contact = Html::from_plain(&format!("{}\n{}", offer.unit_name, offer.address));
        let before = patch.additions.get(&Field::Contact).filter(|before| **before != contact);
        let both = Html::joined(before.into_iter().chain([&contact]));
        patch.add_below(Field::Contact, both);
    }
}

async fn list_in_directory(
    db: &mut PgConnection,
    tenant: TenantId,
    offer: &Offer,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let units = directory::list_units(&mut *db, tenant).await?;
    if units.iter().any(|unit| unit.name == offer.unit_name) {
        return Ok(());
    }
    let id = directory::insert_unit(&mut *db, tenant, &office(tenant, offer)).await?;
    let act = Act::of(tenant, "created", "unit", id, json!({ "name": offer.unit_name }));
    audit::record(&mut *db, now, actor, act).await
}

/// "Markt 1, 50667 Musterstadt" as the directory keeps it; an address of another form stands as a whole.
fn office(tenant: TenantId, offer: &Offer) -> Unit {
    let is_postcode = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = offer.address.rsplit_once(", ").and_then(|(street, place)| {
        let (postcode, city) = place.split_once(' ').filter(|(postcode, _)| is_postcode(postcode))?;
        Some((street, Some(postcode.to_owned()), Some(city.to_owned())))
    });
    let (street, postcode, city) = parts.unwrap_or((&offer.address, None, None));
    Unit {
        tenant,
        name: offer.unit_name.clone(),
        street: Some(street.to_owned()).filter(|street| !street.is_empty()),
        postcode,
        city,
        ..Unit::default()
    }
}
