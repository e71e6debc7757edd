//! Whether the pages that entries point to answer. Asked once a day where the operator allows it, never otherwise.

mod probe;
mod store;

pub use probe::Probe;
pub use store::{DeadLink, list_dead_links};

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::stream;

use super::writing;
use crate::app::App;
use crate::db::Scope;
use crate::ids::{EntryId, TenantId};
use crate::tenants;

/// Pages asked at once.
const AT_ONCE: usize = 8;
/// Entries read at once.
const BATCH: i64 = 500;

/// Asks every page that a published entry points to, and keeps which of them did not answer and since when.
pub async fn check_links(app: &App, probe: &Probe) -> anyhow::Result<usize> {
    let mut db = app.begin(&Scope::system()).await?;
    let tenants = tenants::list_tenants(&mut *db).await?;
    drop(db);
    let mut used: BTreeMap<String, Vec<(TenantId, EntryId)>> = BTreeMap::new();
    for tenant in tenants {
        collect(app, tenant.id, &mut used).await?;
    }
    let answers: HashMap<String, Option<String>> = stream::iter(used.keys().cloned())
        .map(async |url| {
            let problem = probe.ask(&url).await.err();
            (url, problem)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    store_answers(app, &used, &answers, app.clock.now()).await?;
    Ok(answers.len())
}

async fn collect(
    app: &App,
    tenant: TenantId,
    used: &mut BTreeMap<String, Vec<(TenantId, EntryId)>>,
) -> sqlx::Result<()> {
    let mut after = None;
    loop {
        let mut db = app.begin(&Scope::tenants([tenant])).await?;
        let entries = super::list_own_texts(&mut *db, tenant, after, BATCH).await?;
        let Some(last) = entries.last() else { return Ok(()) };
        after = Some(last.entry);
        for own in &entries {
            for url in writing::addresses_of(&own.text) {
                used.entry(url).or_default().push((tenant, own.entry));
            }
        }
    }
}

async fn store_answers(
    app: &App,
    used: &BTreeMap<String, Vec<(TenantId, EntryId)>>,
    answers: &HashMap<String, Option<String>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut of_tenant: BTreeMap<TenantId, Vec<store::Answer<'_>>> = BTreeMap::new();
    for (url, places) in used {
        let problem = answers.get(url).and_then(Option::as_deref);
        for (tenant, entry) in places {
            of_tenant.entry(*tenant).or_default().push(store::Answer { entry: *entry, url, problem });
        }
    }
    let mut db = app.begin(&Scope::system()).await?;
    for (tenant, answers) in of_tenant {
        store::replace_answers(&mut db, tenant, &answers, now).await?;
    }
    store::delete_answers_before(&mut *db, now).await?;
    db.commit().await
}
