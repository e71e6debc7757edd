//! One call with what hangs on it.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::calls::{Call, CallKey, Disposition, EntryKey, LogLine, ShownEntry, Topic, Transfer};
use crate::ids::{AccountId, CallId, EntryId, LineId, TenantId};

pub async fn find_call(db: impl PgExecutor<'_>, key: CallKey) -> sqlx::Result<Option<Call>> {
    let row = sqlx::query!(
        r#"select call.line_id as "line: LineId", call.line_tenant_id as "line_tenant: TenantId",
                  line.label as "line_label?", call.dialled, call.tenant_caller as "tenant_caller: TenantId",
                  call.started_at, call.ended_at, call.wait_ms, call.talk_ms, call.account_id as "account: AccountId",
                  call.disposition, call.disposition_detail, call.lacks_knowledge, call.topic_tenant_id as "topic_tenant: TenantId",
                  call.topic_entry_id as "topic_entry: EntryId", version.title as "topic_title?", note.text as "note?",
                  call.version
           from call
           left join line on line.tenant_id = call.line_tenant_id and line.id = call.line_id
           left join entry on entry.tenant_id = call.topic_tenant_id and entry.id = call.topic_entry_id
           left join entry_version version on version.tenant_id = entry.tenant_id and version.entry_id = entry.id
                and version.version = entry.latest_version
           left join call_note note on note.tenant_id = call.tenant_id and note.opened_at = call.opened_at
                and note.call_id = call.id
           where call.tenant_id = $1 and call.opened_at = $2 and call.id = $3"#,
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Call {
        key,
        line: row.line,
        line_tenant: row.line_tenant,
        line_label: row.line_label,
        dialled: row.dialled,
        tenant_caller: row.tenant_caller,
        started_at: row.started_at,
        ended_at: row.ended_at,
        wait_ms: row.wait_ms,
        talk_ms: row.talk_ms,
        account: row.account,
        disposition: row.disposition.as_deref().and_then(Disposition::parse),
        disposition_detail: row.disposition_detail,
        lacks_knowledge: row.lacks_knowledge,
        topic: topic(row.topic_tenant, row.topic_entry, row.topic_title),
        note: row.note,
        version: row.version,
    }))
}

/// The line on which it came.
pub async fn find_line_of(db: impl PgExecutor<'_>, key: CallKey) -> sqlx::Result<Option<LineId>> {
    let line = sqlx::query_scalar!(
        r#"select line_id as "line: LineId" from call where tenant_id = $1 and opened_at = $2 and id = $3"#,
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId
    );
    Ok(line.fetch_optional(db).await?.flatten())
}

fn topic(tenant: Option<TenantId>, entry: Option<EntryId>, title: Option<String>) -> Option<Topic> {
    Some(Topic { tenant: tenant?, entry: entry?, title: title? })
}

/// The entries of a call, last opened first.
pub async fn find_open_entries(db: impl PgExecutor<'_>, key: CallKey) -> sqlx::Result<Vec<ShownEntry>> {
    let rows = sqlx::query!(
        r#"select shown.entry_tenant_id as "tenant: TenantId", shown.entry_id as "entry: EntryId", shown.version,
                  version.title, shown.answered_at
           from call_entry shown
           join entry_version version on version.tenant_id = shown.entry_tenant_id
                and version.entry_id = shown.entry_id and version.version = shown.version
           where shown.tenant_id = $1 and shown.opened_at = $2 and shown.call_id = $3
           order by shown.shown_at desc"#,
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId
    )
    .fetch_all(db)
    .await?;
    let shown = rows.into_iter().map(|row| ShownEntry {
        key: EntryKey { tenant: row.tenant, entry: row.entry, version: row.version },
        title: row.title,
        answered_at: row.answered_at,
    });
    Ok(shown.collect())
}

/// "Dieses Gespräch": what happened in this call, in words.
pub async fn list_log(db: impl PgExecutor<'_>, key: CallKey) -> sqlx::Result<Vec<LogLine>> {
    sqlx::query_as!(
        LogLine,
        r#"select at as "at!", text as "text!" from (
               select event.occurred_at as at, event.id,
                  case event.type
                      when 'call.started' then case when source.adapter = 'desk' then 'angenommen' else 'Anruf kommt an' end
                      when 'queue.entered' then 'in der Warteschlange'
                      when 'queue.left' then 'aus der Warteschlange'
                      when 'agent.ringing' then 'klingelt'
                      when 'agent.ring_no_answer' then 'klingelt nicht mehr'
                      when 'call.connected' then 'angenommen'
                      when 'call.transferred' then 'weiterverbunden'
                      when 'call.linked' then 'gehört zu einem anderen Anruf'
                      when 'agent.left' then 'Platz nicht mehr im Gespräch'
                      when 'caller.hung_up' then 'Anrufer legt auf'
                      when 'call.lost' then 'Ende nicht gesehen'
                      when 'call.completed' then 'nachträglich gemeldet'
                      when 'line.notice' then 'Ansage'
                      when 'entry.opened' then 'geöffnet: ' || version.title || ', Fassung ' || (event.payload ->> 'version')
                      when 'entry.answered' then 'damit beantwortet'
                      when 'entry.answer_withdrawn' then 'Antwort zurückgenommen'
                      when 'town.chosen' then 'Ort: ' || town.name
                      when 'place.chosen' then 'Ort: ' || (event.payload ->> 'place') || ', kein Mandant'
                      when 'call.ended' then 'beendet'
                      when 'call.end_withdrawn' then 'Ende zurückgenommen'
                      else event.type
                  end as text
           from call_event event
           join call on call.tenant_id = event.tenant_id and call.opened_at = event.opened_at and call.id = event.call_id
           join source on source.id = call.source_id
           left join entry_version version on event.type = 'entry.opened'
                and version.tenant_id = (event.payload ->> 'tenant')::int
                and version.entry_id = (event.payload ->> 'entry')::bigint
                and version.version = (event.payload ->> 'version')::int
           left join tenant town on event.type = 'town.chosen' and town.id = (event.payload ->> 'town')::int
           where event.tenant_id = $1 and event.opened_at = $2 and event.call_id = $3
               union all
               select coalesce(done_at, created_at), id,
                      case act when 'consult' then 'mit Rückfrage verbinden' else 'sofort verbinden' end
                          || ': ' || coalesce(outcome, 'beauftragt')
               from source_order where call_id = $3 and act in ('transfer', 'consult')
           ) as line order by at, id"#,
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId
    )
    .fetch_all(db)
    .await
}

/// What its telephone system told about transfers. By its key without the tenant: a call may have moved to another town.
pub async fn list_transfers(
    db: impl PgExecutor<'_>,
    opened_at: DateTime<Utc>,
    call: CallId,
) -> sqlx::Result<Vec<Transfer>> {
    let told = sqlx::query_scalar!(
        r#"select transfers as "transfers: Json<Vec<Transfer>>" from call where opened_at = $1 and id = $2"#,
        opened_at,
        call as CallId,
    )
    .fetch_optional(db)
    .await?;
    Ok(told.map(|told| told.0).unwrap_or_default())
}
