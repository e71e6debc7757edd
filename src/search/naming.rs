//! An entry that somebody names in a form: by its number, or by a title that only one entry has.

use super::Request;
use crate::access::TenantAccess;
use crate::app::App;
use crate::ids::{EntryId, TenantId};
use crate::knowledge;
use crate::web;

/// What was typed is shown again at most so long.
const SHOWN: usize = 80;

/// One of those that this tenant reads, or a sentence that helps to name it.
pub async fn find_named_entry(
    app: &App,
    tenant: &TenantAccess,
    name: &str,
) -> web::Result<Result<(TenantId, EntryId), String>> {
    if let Some(entry) = find_by_number(app, tenant, name).await? {
        return Ok(Ok(entry));
    }
    let request = Request::new(name, &tenant.sources, 20, app.clock.now());
    let hits = app.search.find(request).await.hits;
    let same: Vec<_> = hits.iter().filter(|hit| hit.title.to_lowercase() == name.to_lowercase()).collect();
    if let [only] = same.as_slice() {
        return Ok(Ok((only.tenant, only.entry)));
    }
    let offered = if same.is_empty() { hits.iter().take(5).collect() } else { same };
    let words: Vec<_> = offered.iter().map(|hit| format!("„{}“ (Nr. {})", hit.title, hit.entry)).collect();
    let short: String = name.chars().take(SHOWN).collect();
    Ok(Err(match words.as_slice() {
        [] if name.is_empty() => "Bitte geben Sie den Titel oder die Nummer eines Eintrags ein.".to_owned(),
        [] => format!("Zu „{short}“ gibt es keinen Eintrag."),
        found => {
            format!("Bitte geben Sie statt „{short}“ den genauen Titel oder die Nummer ein: {}.", found.join(", "))
        }
    }))
}

async fn find_by_number(app: &App, tenant: &TenantAccess, text: &str) -> web::Result<Option<(TenantId, EntryId)>> {
    let Ok(number) = text.trim_start_matches("Nr.").trim().parse() else { return Ok(None) };
    let mut db = app.begin(&tenant.scope()).await?;
    let Some(owner) = knowledge::find_owner(&mut *db, tenant.id, EntryId(number)).await? else { return Ok(None) };
    let found = knowledge::find_entry(&mut db, tenant.id, owner, EntryId(number)).await?;
    Ok(found.map(|entry| (entry.tenant, entry.id)))
}
