//! What the simulation has to know of the real tenants: their lines, hours, entries and agents.

use anyhow::ensure;
use sqlx::PgConnection;

use super::store;
use super::traffic::{Line, Scene, Town};
use crate::directory;
use crate::tenants::{self, Tenant};

/// The name of its source of calls.
pub const SOURCE: &str = "simulation";

/// The given tenants, or all of them with their shared lines.
pub async fn load_scene(db: &mut PgConnection, only: &[Tenant]) -> anyhow::Result<Scene> {
    let mut all = only.to_vec();
    if only.is_empty() {
        all = tenants::list_tenants(&mut *db).await?;
        let intake = tenants::find_intake(&mut *db).await?;
        all.extend(tenants::find_tenant(&mut *db, intake).await?);
    }
    let mut towns = Vec::with_capacity(all.len());
    for tenant in &all {
        towns.push(load_town(&mut *db, tenant).await?);
    }
    for tenant in only {
        let has_line = towns.iter().any(|town| town.tenant == tenant.id && !town.lines.is_empty());
        ensure!(has_line, "{} has no line that could be called; `line create` makes one", tenant.slug);
    }
    ensure!(towns.iter().any(|town| !town.lines.is_empty()), "there is no line yet; `line create` makes one");
    Ok(Scene { towns, agents: store::list_agents(&mut *db).await? })
}

async fn load_town(db: &mut PgConnection, tenant: &Tenant) -> anyhow::Result<Town> {
    let topics = store::list_topics(&mut *db, tenant.id).await?;
    let mut lines = tenants::list_lines(&mut *db, &[tenant.id]).await?;
    lines.retain(|line| line.active);
    // The first one made is the main number.
    lines.sort_by_key(|line| line.id);
    let lines = lines.into_iter().map(|line| Line {
        tenant: line.tenant,
        id: line.id,
        number: line.number.into(),
        label: line.label.into(),
        skill: line.skill,
        preset: line.preset_entry.and_then(|(owner, entry)| {
            topics.iter().position(|topic| topic.key.tenant == owner && topic.key.entry == entry)
        }),
    });
    let units = directory::list_units(&mut *db, tenant.id).await?;
    let schedule = tenants::list_schedules(&mut *db, &[tenant.id]).await?.remove(&tenant.id).unwrap_or_default();
    Ok(Town {
        tenant: tenant.id,
        is_intake: tenant.kind == "intake",
        is_kreis: tenant.kind == "kreis",
        inhabitants: tenant.inhabitants,
        lines: lines.collect(),
        schedule,
        topics,
        units: units.into_iter().map(|unit| unit.name.into()).collect(),
    })
}
