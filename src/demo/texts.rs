//! The demo's knowledge and offices, written for it and carried in the program.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgConnection;

use super::store;
use crate::audit::Actor;
use crate::ids::TenantId;
use crate::knowledge::import;

const OFFICES: &str = include_str!("units.jsonl");

/// The records of each tenant.
const KNOWLEDGE: [(&str, &str); 4] = [
    ("kreis", include_str!("knowledge/kreis.jsonl")),
    ("stadt-a", include_str!("knowledge/stadt-a.jsonl")),
    ("stadt-b", include_str!("knowledge/stadt-b.jsonl")),
    ("jobcenter", include_str!("knowledge/jobcenter.jsonl")),
];

/// How a caller says it, and which entry answers: `owner/external id`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DemoQuery {
    pub tenant: String,
    pub query: String,
    pub entry: String,
}

/// For whoever measures the search with the demo.
pub fn queries() -> impl Iterator<Item = DemoQuery> {
    let parse = |line| serde_json::from_str(line).expect("the program's own file is valid");
    include_str!("queries.jsonl").lines().map(parse)
}

#[derive(Debug, Deserialize)]
pub struct Office {
    tenant: String,
    pub name: String,
    pub parent: Option<String>,
    pub phone: Option<String>,
    pub mail: Option<String>,
    pub street: Option<String>,
    pub postcode: Option<String>,
    pub city: Option<String>,
    pub room: Option<String>,
    pub opening_hours: Option<String>,
    pub phone_hours: Option<String>,
}

/// Offices first: an entry finds its office by name when it is published.
pub async fn insert_texts(
    db: &mut PgConnection,
    slug: &str,
    tenant: TenantId,
    actor: &Actor,
    at: DateTime<Utc>,
) -> anyhow::Result<()> {
    for line in OFFICES.lines() {
        let office: Office = serde_json::from_str(line)?;
        if office.tenant == slug {
            store::insert_office(&mut *db, tenant, &office).await?;
        }
    }
    let texts = KNOWLEDGE.iter().find(|(owner, _)| *owner == slug).map_or("", |(_, texts)| *texts);
    let report = import::import(&mut *db, tenant, import::read_jsonl(texts.as_bytes()), actor, at, |_| {}).await?;
    anyhow::ensure!(report.rejected == 0, "{} of the demo's texts of {slug} were rejected", report.rejected);
    Ok(())
}
