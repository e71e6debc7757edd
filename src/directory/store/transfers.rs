//! SQL on `transfer`.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::directory::Told;
use crate::ids::{CallId, ContactId, TenantId, TransferId, UnitId};

/// Whoever tries again so soon has only pressed a second key.
const SAME_TRY: TimeDelta = TimeDelta::seconds(20);

#[derive(Debug, Clone)]
pub struct NewTransfer<'a> {
    pub unit: (TenantId, UnitId),
    pub contact: Option<ContactId>,
    pub call: (TenantId, DateTime<Utc>, CallId),
    pub target: Option<&'a str>,
    pub at: DateTime<Utc>,
}

/// One of which nobody has told yet how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTransfer {
    pub tenant: TenantId,
    pub id: TransferId,
    pub unit_name: String,
    pub call_opened_at: DateTime<Utc>,
    pub call: CallId,
    pub target: Option<String>,
    pub at: DateTime<Utc>,
}

/// The same target twice within a moment is one transfer.
pub async fn record_transfer(db: &mut PgConnection, new: &NewTransfer<'_>) -> sqlx::Result<()> {
    let repeated = sqlx::query!(
        "update transfer set at = $6, target = coalesce($7, target)
         where tenant_id = $1 and unit_id = $2 and contact_id is not distinct from $3 and call_id = $4 and result is null
           and at >= $5",
        new.unit.0 as TenantId,
        new.unit.1 as UnitId,
        new.contact as Option<ContactId>,
        new.call.2 as CallId,
        new.at - SAME_TRY,
        new.at,
        new.target,
    );
    if repeated.execute(&mut *db).await?.rows_affected() > 0 {
        return Ok(());
    }
    sqlx::query!(
        "insert into transfer (tenant_id, unit_id, contact_id, call_tenant_id, call_opened_at, call_id, target, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.unit.0 as TenantId,
        new.unit.1 as UnitId,
        new.contact as Option<ContactId>,
        new.call.0 as TenantId,
        new.call.1,
        new.call.2 as CallId,
        new.target,
        new.at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The last one of a call that is still open.
pub async fn find_untold(db: impl PgExecutor<'_>, call: CallId) -> sqlx::Result<Option<OpenTransfer>> {
    sqlx::query_as!(
        OpenTransfer,
        r#"select transfer.tenant_id as "tenant: TenantId", transfer.id as "id: TransferId", unit.name as unit_name,
                  call_opened_at, call_id as "call: CallId", target, at
           from transfer join unit on unit.tenant_id = transfer.tenant_id and unit.id = transfer.unit_id
           where call_id = $1 and result is null order by at desc, transfer.id desc limit 1"#,
        call as CallId,
    )
    .fetch_optional(db)
    .await
}

/// All open ones since a moment, for what the telephone systems have told meanwhile.
pub async fn list_untold(db: impl PgExecutor<'_>, since: DateTime<Utc>) -> sqlx::Result<Vec<OpenTransfer>> {
    sqlx::query_as!(
        OpenTransfer,
        r#"select transfer.tenant_id as "tenant: TenantId", transfer.id as "id: TransferId", unit.name as unit_name,
                  call_opened_at, call_id as "call: CallId", target, at
           from transfer join unit on unit.tenant_id = transfer.tenant_id and unit.id = transfer.unit_id
           where result is null and at >= $1 order by transfer.id"#,
        since,
    )
    .fetch_all(db)
    .await
}

/// What an agent says; only where it belongs to this call. False: it was told already, or is none of it.
pub async fn set_result(
    db: impl PgExecutor<'_>,
    call: CallId,
    transfer: TransferId,
    result: Told,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update transfer set result = $3, source = 'agent' where call_id = $1 and id = $2 and result is null",
        call as CallId,
        transfer as TransferId,
        result.as_str(),
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What the telephone system says counts also after an agent has spoken.
pub async fn set_told_result(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    transfer: TransferId,
    result: Told,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update transfer set result = $3, source = 'pbx' where tenant_id = $1 and id = $2",
        tenant as TenantId,
        transfer as TransferId,
        result.as_str(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Two records of one call became one.
pub async fn take_over_call(
    db: impl PgExecutor<'_>,
    gone: CallId,
    kept: (TenantId, DateTime<Utc>, CallId),
) -> sqlx::Result<()> {
    sqlx::query!(
        "update transfer set call_tenant_id = $2, call_opened_at = $3, call_id = $4 where call_id = $1",
        gone as CallId,
        kept.0 as TenantId,
        kept.1,
        kept.2 as CallId,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Results of some offices since a moment: office, result, count.
pub async fn count_results(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    units: &[UnitId],
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<(TenantId, UnitId, Told, i64)>> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", unit_id as "unit: UnitId", result as "result!", count(*) as "count!"
           from transfer where tenant_id = any ($1) and unit_id = any ($2) and at >= $3 and result is not null
           group by 1, 2, 3 order by 4 desc, 3"#,
        tenants as &[TenantId],
        units as &[UnitId],
        since,
    )
    .fetch_all(db)
    .await?;
    let counts = rows.into_iter().filter_map(|row| Some((row.tenant, row.unit, Told::parse(&row.result)?, row.count)));
    Ok(counts.collect())
}

/// One tried transfer of the period, for the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub unit: UnitId,
    /// 1 is Monday.
    pub weekday: i32,
    pub hour: i32,
    pub reached: i64,
    pub tried: i64,
    pub untold: i64,
}

/// By office, weekday and hour as the clocks in Germany show them.
pub async fn count_by_hour(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> sqlx::Result<Vec<Counted>> {
    sqlx::query_as!(
        Counted,
        r#"select unit_id as "unit: UnitId", extract(isodow from at at time zone 'Europe/Berlin')::int as "weekday!",
                  extract(hour from at at time zone 'Europe/Berlin')::int as "hour!",
                  count(*) filter (where result = 'reached') as "reached!",
                  count(*) filter (where result is not null) as "tried!",
                  count(*) filter (where result is null) as "untold!"
           from transfer where tenant_id = $1 and at >= $2 and at < $3 group by 1, 2, 3"#,
        tenant as TenantId,
        from,
        to,
    )
    .fetch_all(db)
    .await
}
