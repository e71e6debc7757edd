//! One entry's owner, and how often it is looked at.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::{Kept, store};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::{AccountId, EntryId};
use crate::knowledge::{Place, places, town};
use crate::web::forms::{self, Choice, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places};

const LONGEST_INTERVAL: i32 = 60;

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct KeptForm {
    version: i32,
    /// A number of an account; empty: nobody.
    owner: String,
    /// Months; empty: as the rule says.
    interval: String,
}

impl KeptForm {
    fn of(kept: &Kept) -> Self {
        Self {
            version: kept.version,
            owner: kept.owner.map(|owner| owner.to_string()).unwrap_or_default(),
            interval: kept.own_interval.map(|months| months.to_string()).unwrap_or_default(),
        }
    }
}

/// A whole number within its limits, or a message.
pub(super) fn read_number(text: &str, field: &'static str, (least, most): (i32, i32), errors: &mut Errors) -> i32 {
    match text.parse::<i32>() {
        Ok(number) if (least..=most).contains(&number) => number,
        _ => {
            errors.add(field, format!("Bitte geben Sie eine ganze Zahl von {least} bis {most} an."));
            least
        }
    }
}

#[derive(Template)]
#[template(path = "knowledge/keeping_entry.html")]
struct KeptPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    entry: EntryId,
    kept: Kept,
    owners: Vec<Choice>,
    usual_interval: i32,
    form: KeptForm,
    errors: Errors,
    differences: Vec<Difference>,
}

impl KeptPage {
    fn interval_hint(&self) -> String {
        format!("Ohne Angabe gilt die Frist des Ortes: {} Monate", self.usual_interval)
    }

    fn entry_url(&self) -> String {
        format!("/knowledge/{0}/entries/{0}/{1}", self.tenant.slug, self.entry)
    }
}

/// What the page is about, as it is saved now.
struct Saved {
    kept: Kept,
    owners: Vec<(AccountId, String)>,
    usual_interval: i32,
}

impl Saved {
    async fn find(app: &App, tenant: &TenantAccess, entry: EntryId) -> web::Result<Self> {
        let mut db = app.begin(&tenant.scope()).await?;
        let kept = store::find_kept(&mut *db, tenant.id, entry).await?.ok_or(web::Error::NotFound)?;
        let owners = store::list_owners(&mut *db, tenant.id).await?;
        let usual_interval = store::find_rule(&mut *db, tenant.id).await?.interval_months;
        Ok(Self { kept, owners, usual_interval })
    }

    fn name(&self, owner: &str) -> String {
        let found = self.owners.iter().find(|(id, _)| id.to_string() == owner);
        found.map_or("niemand", |(_, name)| name).to_owned()
    }

    fn differences(&self, form: &KeptForm) -> Vec<Difference> {
        let theirs = KeptForm::of(&self.kept);
        let (their_owner, your_owner) = (self.name(&theirs.owner), self.name(&form.owner));
        forms::differences([
            ("owner", "Verantwortlich", &their_owner, &your_owner),
            ("interval", "Prüfung alle Monate", &theirs.interval, &form.interval),
        ])
    }
}

pub(super) async fn kept_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, entry)): Path<(String, EntryId)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let saved = Saved::find(&app, &tenant, entry).await?;
    let form = KeptForm::of(&saved.kept);
    show(&app, &viewer, tenant, entry, saved, form, Errors::none(), Vec::new()).await
}

#[expect(clippy::too_many_arguments, reason = "one page")]
async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    entry: EntryId,
    saved: Saved,
    form: KeptForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let frame = Frame::of(app, viewer, Section::Knowledge, format!("Pflege: {}", saved.kept.title)).await?;
    let places = places(viewer, &tenant, Place::Keeping);
    let nobody = Choice::new("", "niemand", form.owner.is_empty());
    let named = saved.owners.iter().map(|(id, name)| Choice::new(id, name, id.to_string() == form.owner));
    let owners = [nobody].into_iter().chain(named).collect();
    let status = forms::status(&errors, &differences);
    let Saved { kept, usual_interval, .. } = saved;
    let page = KeptPage { frame, places, tenant, entry, kept, owners, usual_interval, form, errors, differences };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn save_kept(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, entry)): Path<(String, EntryId)>,
    Form(mut form): Form<KeptForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let saved = Saved::find(&app, &tenant, entry).await?;
    let mut errors = Errors::none();
    let owner = saved.owners.iter().map(|(id, _)| *id).find(|id| id.to_string() == form.owner);
    if owner.is_none() && !form.owner.is_empty() {
        errors.add("owner", "Diese Person pflegt hier keine Einträge.");
    }
    let interval = (!form.interval.is_empty())
        .then(|| read_number(&form.interval, "interval", (1, LONGEST_INTERVAL), &mut errors));
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, entry, saved, form, errors, Vec::new()).await;
    }
    let differences = saved.differences(&form);
    let url = format!("/knowledge/{0}/entries/{0}/{entry}", tenant.slug);
    if differences.is_empty() {
        return web::done(&app, &viewer, "Es gab nichts zu ändern.", &url).await;
    }
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    if !store::update_kept(&mut *db, tenant.id, entry, (owner, interval), form.version, now).await? {
        drop(db);
        form.version = saved.kept.version;
        return show(&app, &viewer, tenant, entry, saved, form, errors, differences).await;
    }
    let act = Act::of(tenant.id, "changed", "keeping", entry, forms::as_json(&differences));
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Verantwortung und Prüffrist sind gespeichert.", &url).await
}
