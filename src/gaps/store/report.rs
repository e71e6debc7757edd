//! Filing one report.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::gaps::{About, Report};
use crate::ids::{AccountId, CallId, EntryId, GapId, TenantId};

/// None: this call's result was reported before.
pub async fn file_report(
    db: impl PgExecutor<'_>,
    owner: TenantId,
    report: &Report,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<GapId>> {
    let entry = match &report.about {
        About::Entry { owner, entry, .. } => Some((*owner, *entry)),
        About::Words(_) | About::Call => None,
    };
    sqlx::query_scalar!(
        r#"select file_gap_report($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12, $13) as "gap: GapId""#,
        owner as TenantId,
        report.about.key(),
        &report.about.stems(),
        entry.map(|entry| entry.0) as Option<TenantId>,
        entry.map(|entry| entry.1) as Option<EntryId>,
        report.about.title(),
        report.kind.as_str(),
        report.line,
        now,
        report.reporter as Option<AccountId>,
        report.call.map(|call| call.tenant) as Option<TenantId>,
        report.call.map(|call| call.opened_at),
        report.call.map(|call| call.id) as Option<CallId>,
    )
    .fetch_one(db)
    .await
}
