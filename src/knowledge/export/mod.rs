//! Giving entries away: in the formats of `import`, and all of a tenant's knowledge as one package.

mod csv;
mod jsonl;
mod package;
mod xzufi;

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::store::exports;
use super::{Content, Field};
use crate::ids::TenantId;
use crate::tenants::Tenant;

pub use jsonl::record;
pub use package::write as write_package;

/// Entries that travel from the database together.
const PAGE: i64 = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    Package,
    Xzufi,
    Csv,
    Jsonl,
}

impl ExportFormat {
    pub const ALL: [Self; 4] = [Self::Package, Self::Xzufi, Self::Csv, Self::Jsonl];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Xzufi => "xzufi",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Package => "alles in einem Paket (ZIP)",
            Self::Xzufi => "Einträge als XZuFi 2.2",
            Self::Csv => "Einträge als Tabelle (CSV)",
            Self::Jsonl => "Einträge als JSON-Zeilen",
        }
    }

    /// Type and ending of the file.
    pub fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Package => ("application/zip", "zip"),
            Self::Xzufi => ("application/xml; charset=utf-8", "xml"),
            Self::Csv => ("text/csv; charset=utf-8", "csv"),
            Self::Jsonl => ("application/x-ndjson", "jsonl"),
        }
    }
}

/// What is given away.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    pub tenant: &'a Tenant,
    /// What is written for agents only.
    pub with_internal: bool,
    pub now: DateTime<Utc>,
}

/// One file of entries, in which each is written by itself.
trait Sheet {
    fn begin(&mut self, wish: &Wish<'_>, out: &mut dyn Write) -> io::Result<()>;
    fn entry(&mut self, external_id: &str, content: &Content, out: &mut dyn Write) -> io::Result<()>;
    fn end(&mut self, wish: &Wish<'_>, units: &[exports::UnitEntries], out: &mut dyn Write) -> io::Result<()>;
}

/// The tenant's own published entries; adaptations of other tenants' entries are no entries by themselves.
pub async fn write_entries(
    db: &mut PgConnection,
    wish: &Wish<'_>,
    format: ExportFormat,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<u64> {
    let mut sheet: Box<dyn Sheet + Send> = match format {
        ExportFormat::Xzufi => Box::new(xzufi::Xzufi),
        ExportFormat::Csv => Box::new(csv::Csv),
        ExportFormat::Jsonl | ExportFormat::Package => Box::new(jsonl::Jsonl),
    };
    sheet.begin(wish, out)?;
    let (mut last, mut count) = (None, 0);
    loop {
        let page = exports::list_whole_entries(&mut *db, wish.tenant.id, last, PAGE).await?;
        let Some((end, ..)) = page.last() else { break };
        last = Some(*end);
        count += page.len() as u64;
        for (_, external_id, mut content) in page {
            if !wish.with_internal {
                content.fields.remove(&Field::Internal);
            }
            sheet.entry(&external_id, &content, out)?;
        }
    }
    let units = match format {
        ExportFormat::Xzufi => exports::list_unit_entries(&mut *db, wish.tenant.id).await?,
        _ => Vec::new(),
    };
    sheet.end(wish, &units, out)?;
    Ok(count)
}

/// For the audit: what was given to whom is worth a line.
pub async fn note_export(
    db: &mut PgConnection,
    tenant: TenantId,
    format: ExportFormat,
    with_internal: bool,
    actor: &crate::audit::Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let details = serde_json::json!({ "format": format.as_str(), "internal": with_internal });
    let act = crate::audit::Act::of(tenant, "exported", "entry", "", details);
    crate::audit::record(db, now, actor, act).await
}
