//! "Geprüft, stimmt noch" and "verantwortlich ist …", for one entry or for many.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::super::store;
use super::dashboard::Filter;
use super::list_url;
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::{AccountId, EntryId};
use crate::knowledge::town;
use crate::web::{self, Form, InTenant, Path};

/// A page of the list has fifty rows.
const MOST: usize = 200;
/// The message that offers it is gone long before.
const TAKEN_BACK_WITHIN: chrono::TimeDelta = chrono::TimeDelta::days(1);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Selection {
    entry: Vec<String>,
    new_owner: String,
    /// The list's filters as they stood in its address; "entry": the click came from the entry's own page.
    back: String,
}

impl Selection {
    fn entries(&self) -> Vec<EntryId> {
        self.entry.iter().filter_map(|id| id.parse().ok()).take(MOST).collect()
    }

    fn back_url(&self, tenant: &TenantAccess) -> String {
        match &self.entries()[..] {
            [one] if self.back == "entry" => entry_url(tenant, *one),
            _ => list_url_with(tenant, &self.back),
        }
    }
}

fn list_url_with(tenant: &TenantAccess, query: &str) -> String {
    let filter: Filter = serde_html_form::from_str(query).unwrap_or_default();
    match filter.query() {
        query if query.is_empty() => list_url(tenant),
        query => format!("{}?{query}", list_url(tenant)),
    }
}

fn entry_url(tenant: &TenantAccess, entry: EntryId) -> String {
    format!("/knowledge/{0}/entries/{0}/{entry}", tenant.slug)
}

/// The numbers of several things as one.
fn joined(entries: &[EntryId]) -> String {
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

pub(super) async fn check_entries(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(selection): Form<Selection>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (entries, back) = (selection.entries(), selection.back_url(&tenant));
    let (now, actor) = (app.clock.now(), Actor::from(&viewer));
    let mut db = app.begin(&tenant.scope()).await?;
    let (batch, checked) = store::insert_checks(&mut db, tenant.id, &entries, &actor, now).await?;
    if checked == 0 {
        drop(db);
        return nothing_chosen(&app, &viewer, &back).await;
    }
    let details = serde_json::json!({ "count": checked });
    audit::record(&mut *db, now, &actor, Act::of(tenant.id, "checked", "entry", joined(&entries), details)).await?;
    db.commit().await?;
    let text = match checked {
        1 => "Als geprüft vermerkt.".to_owned(),
        many => format!("{many} Einträge sind als geprüft vermerkt."),
    };
    let undo = format!("{}/checks/{batch}/withdrawal", list_url(&tenant));
    web::done_with_undo(&app, &viewer, text, undo, &back).await
}

async fn nothing_chosen(app: &App, viewer: &Viewer, back: &str) -> web::Result<Response> {
    web::done(app, viewer, "Nichts geändert: Wählen Sie zuerst Einträge aus.", back).await
}

pub(super) async fn withdraw_checks(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, batch)): Path<(String, i64)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let entries = store::delete_checks(&mut *db, tenant.id, batch, viewer.account).await?;
    if entries.is_empty() {
        return Err(web::Error::NotFound);
    }
    let details = serde_json::json!({ "count": entries.len() });
    let act = Act::of(tenant.id, "check withdrawn", "entry", joined(&entries), details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let back = if let [one] = entries[..] { entry_url(&tenant, one) } else { list_url(&tenant) };
    web::done(&app, &viewer, "Der Vermerk ist zurückgenommen.", &back).await
}

pub(super) async fn set_owner(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(selection): Form<Selection>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let (entries, back) = (selection.entries(), selection.back_url(&tenant));
    let mut db = app.begin(&tenant.scope()).await?;
    let wanted: Option<AccountId> = selection.new_owner.parse().ok();
    let owners = store::list_owners(&mut *db, tenant.id).await?;
    let owner = owners.iter().find(|(id, _)| Some(*id) == wanted);
    if owner.is_none() && !selection.new_owner.is_empty() {
        return Err(web::Error::Unusable("Diese Person pflegt hier keine Einträge.".to_owned()));
    }
    let now = app.clock.now();
    store::delete_old_owner_changes(&mut *db, tenant.id, now - TAKEN_BACK_WITHIN).await?;
    let new = owner.map(|(id, _)| *id);
    let (batch, changed) = store::set_owner(&mut db, tenant.id, &entries, new, viewer.account, now).await?;
    if changed == 0 {
        drop(db);
        return nothing_chosen(&app, &viewer, &back).await;
    }
    let name = owner.map_or("niemand", |(_, name)| name);
    let details = serde_json::json!({ "owner": name, "count": changed });
    let act = Act::of(tenant.id, "changed", "keeping", joined(&entries), details);
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let text = match changed {
        1 => format!("Verantwortlich ist jetzt {name}."),
        many => format!("Für {many} Einträge ist jetzt {name} verantwortlich."),
    };
    let undo = format!("{}/owners/{batch}/withdrawal", list_url(&tenant));
    web::done_with_undo(&app, &viewer, text, undo, &back).await
}

pub(super) async fn withdraw_owner(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, batch)): Path<(String, i64)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let (all, restored) = store::restore_owners(&mut db, tenant.id, batch, viewer.account, now).await?;
    if all == 0 {
        return Err(web::Error::NotFound);
    }
    let details = serde_json::json!({ "count": restored.len() });
    let act = Act::of(tenant.id, "owners restored", "keeping", joined(&restored), details);
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    let text = match all - i64::try_from(restored.len()).unwrap_or(all) {
        0 => "Wer vorher verantwortlich war, ist es wieder.".to_owned(),
        1 => "Zurückgenommen, außer bei einem Eintrag, den seither jemand geändert hat.".to_owned(),
        left => format!("Zurückgenommen, außer bei {left} Einträgen, die seither jemand geändert hat."),
    };
    web::done(&app, &viewer, text, &list_url(&tenant)).await
}
