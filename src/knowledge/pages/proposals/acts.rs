//! What is done with a proposal.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use sqlx::PgConnection;

use super::super::super::Amended;
use super::super::super::proposal::{Naming, take_up};
use super::super::super::store::imports::{self, Offer};
use super::super::town;
use super::one::show;
use super::{list_url, proposal_url};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory;
use crate::ids::EntryId;
use crate::web::{self, Form, InTenant, Path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// The run whose proposal the person looked at.
    run: String,
    /// "directory", "entry" or "other".
    naming: String,
    unit: String,
}

const MOVED: &str = "Inzwischen nennt ein neuer Import eine andere Stelle, oder jemand hat schon entschieden. Bitte sehen Sie noch einmal hin.";

/// The proposal as it was looked at, held until the end of the transaction. Err: it is another one by now.
async fn hold(
    db: &mut PgConnection,
    tenant: &TenantAccess,
    entry: EntryId,
    run: &str,
) -> web::Result<Result<Offer, &'static str>> {
    imports::lock_offers(&mut *db, tenant.id).await?;
    let offer = imports::find_offer(&mut *db, tenant.id, entry).await?.ok_or(web::Error::NotFound)?;
    let is_same = offer.state == "open" && run.parse() == Ok(offer.run);
    Ok(if is_same { Ok(offer) } else { Err(MOVED) })
}

pub async fn accept(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, entry)): Path<(String, EntryId)>,
    Form(choice): Form<Choice>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let offer = match hold(&mut db, &tenant, entry, &choice.run).await? {
        Ok(offer) => offer,
        Err(moved) => {
            drop(db);
            return show(&app, &viewer, tenant, entry, Some(moved)).await;
        }
    };
    let naming = naming(&mut db, &tenant, &choice).await?;
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let amended = match take_up(&mut db, tenant.id, &offer, &naming, &actor, now).await {
        // Somebody made an office of this name just now.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => return Err(web::Error::Conflict),
        other => other?,
    };
    let said = match amended {
        Amended::Groundless => return Err(web::Error::NotFound),
        Amended::Asked => "Als Entwurf gespeichert und zur Prüfung gegeben.".to_owned(),
        Amended::Published => format!("„{}“ nennt jetzt Ihre Stelle.", offer.title),
    };
    db.commit().await?;
    web::done(&app, &viewer, said, &list_url(&tenant)).await
}

async fn naming(db: &mut PgConnection, tenant: &TenantAccess, choice: &Choice) -> web::Result<Naming> {
    match choice.naming.as_str() {
        "directory" => Ok(Naming::Directory),
        "entry" => Ok(Naming::Entry),
        _ => {
            let chosen = match choice.unit.parse() {
                Ok(unit) => directory::find_unit(&mut *db, tenant.id, unit).await?,
                Err(_) => None,
            };
            let missing = || web::Error::Unusable("Bitte wählen Sie eine Stelle aus Ihrem Verzeichnis.".to_owned());
            chosen.map(|unit| Naming::Other(unit.name)).ok_or_else(missing)
        }
    }
}

pub async fn decline(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, entry)): Path<(String, EntryId)>,
    Form(choice): Form<Choice>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let mut db = app.begin(&tenant.scope()).await?;
    let offer = match hold(&mut db, &tenant, entry, &choice.run).await? {
        Ok(offer) => offer,
        Err(moved) => {
            drop(db);
            return show(&app, &viewer, tenant, entry, Some(moved)).await;
        }
    };
    imports::insert_decision(&mut *db, tenant.id, &offer, "declined", &actor, now).await?;
    let act = Act::of(tenant.id, "declined", "proposal", entry, details(&offer));
    audit::record(&mut *db, now, &actor, act).await?;
    db.commit().await?;
    let said = format!("Der Vorschlag für „{}“ ist abgelehnt. Am Eintrag ändert sich nichts.", offer.title);
    let undo = format!("{}/reopening", proposal_url(&tenant, entry));
    web::done_with_undo(&app, &viewer, said, undo, &list_url(&tenant)).await
}

pub async fn reopen(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, entry)): Path<(String, EntryId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    imports::lock_offers(&mut *db, tenant.id).await?;
    let offer = imports::find_offer(&mut *db, tenant.id, entry).await?.ok_or(web::Error::NotFound)?;
    if !imports::delete_decision(&mut *db, tenant.id, &offer).await? {
        return Err(web::Error::Conflict);
    }
    let act = Act::of(tenant.id, "reopened", "proposal", entry, details(&offer));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Der Vorschlag ist wieder offen.", &proposal_url(&tenant, entry)).await
}

fn details(offer: &Offer) -> serde_json::Value {
    json!({ "title": offer.title, "unit": offer.unit_name })
}
