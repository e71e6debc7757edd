//! SQL for the listing of call records: one query a page, whatever hangs on the calls.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::ids::{CallId, TenantId};

#[derive(Debug)]
pub struct Wanted {
    pub tenant: Option<TenantId>,
    pub source: Option<String>,
    pub direction: Option<String>,
    /// Inclusive, on the start of the call.
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
    pub after: Option<(DateTime<Utc>, CallId)>,
    pub limit: i64,
}

#[derive(Debug)]
pub struct Listed {
    pub id: CallId,
    pub source: String,
    pub call_ref: Option<String>,
    pub parent_ref: Option<String>,
    pub direction: String,
    pub dialled: Option<String>,
    pub line: Option<String>,
    pub tenant_dialled: Option<String>,
    pub tenant_caller: Option<String>,
    pub tenant_competent: Option<String>,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub wait_ms: Option<i32>,
    pub talk_ms: Option<i32>,
    pub result: String,
    pub agent_seat: Option<String>,
    pub disposition: Option<String>,
    pub topic: Option<String>,
    pub incomplete: bool,
    pub transfers: serde_json::Value,
    pub queue_legs: serde_json::Value,
    pub entries: serde_json::Value,
}

/// Ordered by start and id. Who asks sees the calls of its scope; row-level security holds the border.
pub async fn list_calls(db: impl PgExecutor<'_>, wanted: &Wanted) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"select call.id as "id: CallId", source.name as source, call.call_ref, call.parent_ref, call.direction,
                  coalesce(call.dialled, number.number) as dialled, line.label as "line?", case when tenant.kind <> 'intake' then tenant.slug end as tenant_dialled,
                  caller.slug as "tenant_caller?", competent.slug as "tenant_competent?", call.started_at, call.ended_at,
                  call.wait_ms, call.talk_ms, call.result, call.agent_seat, call.disposition,
                  topic.external_id as "topic?", call.incomplete, call.transfers,
                  (
                      select coalesce(json_agg(json_build_object(
                          'queue', leg.queue, 'joined_at', to_char(leg.joined_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                          'outcome', leg.outcome, 'wait_ms', leg.wait_ms, 'talk_ms', leg.talk_ms, 'agent', leg.agent_seat,
                          'rings', leg.rings) order by leg.position), '[]')
                      from queue_leg leg
                      where leg.tenant_id = call.tenant_id and leg.opened_at = call.opened_at and leg.call_id = call.id
                  ) as "queue_legs!: serde_json::Value",
                  (
                      select coalesce(json_agg(json_build_object('id', shown.entry_id::text, 'version', shown.version)
                          order by shown.answered_at), '[]')
                      from call_entry shown
                      where shown.tenant_id = call.tenant_id and shown.opened_at = call.opened_at
                        and shown.call_id = call.id and shown.answered_at is not null
                  ) as "entries!: serde_json::Value"
           from call
           join source on source.id = call.source_id
           join tenant on tenant.id = call.tenant_id
           left join line on line.tenant_id = call.line_tenant_id and line.id = call.line_id
           left join tenant caller on caller.id = call.tenant_caller
           left join tenant competent on competent.id = call.tenant_competent
           left join caller_number number on call.direction = 'out' and number.tenant_id = call.tenant_id
                and number.opened_at = call.opened_at and number.call_id = call.id
           left join entry topic on topic.tenant_id = call.topic_tenant_id and topic.id = call.topic_entry_id
           where ($1::int is null or call.tenant_id = $1)
             and ($2::text is null or source.name = $2)
             and ($3::text is null or call.direction = $3)
             and call.started_at >= coalesce($4::timestamptz, '-infinity')
             and call.started_at < coalesce($5::timestamptz, 'infinity')
             and (call.started_at, call.id) > (coalesce($6::timestamptz, '-infinity'), coalesce($7::bigint, 0))
           order by call.started_at, call.id limit $8"#,
        wanted.tenant as Option<TenantId>,
        wanted.source,
        wanted.direction,
        wanted.from,
        wanted.to,
        wanted.after.map(|after| after.0),
        wanted.after.map(|after| after.1) as Option<CallId>,
        wanted.limit
    )
    .fetch_all(db)
    .await
}
