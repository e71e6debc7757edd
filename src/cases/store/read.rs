//! Reading cases. Which ones is asked first, by what is indexed; then they are read whole, all of them with one query.

use sqlx::{PgConnection, PgExecutor};

use crate::cases::{CaseFile, Channel, Contact, Event, Kind, Outcome, Reference, State};
use crate::ids::{AccountId, CallId, CaseId, EntryId, TenantId, UnitId};

/// In the order of the ids. What is out of scope is left out.
pub async fn load_cases(db: impl PgExecutor<'_>, ids: &[CaseId]) -> sqlx::Result<Vec<CaseFile>> {
    sqlx::query_as!(
        CaseFile,
        r#"select found.tenant_id as "tenant: TenantId", found.id as "id: CaseId", found.reference as "reference: Reference",
                  found.kind as "kind: Kind", found.concern, found.category,
                  found.call_id as "call: CallId",
                  found.topic_tenant_id as "topic_tenant: TenantId", found.topic_entry_id as "topic_entry: EntryId",
                  entry.title as "topic?", found.town_id as "town: TenantId", found.unit_id as "unit: UnitId",
                  unit.name as "unit_name?", found.taken_by as "taken_by: AccountId",
                  found.assignee as "assignee: AccountId", found.holder,
                  found.channel as "channel: Channel", found.best_time, found.state as "state: State", found.begun_at,
                  found.promised_at, found.due_at, found.warn_at, found.answer, found.answered_at, found.attempts,
                  found.extensions, found.outcome as "outcome: Outcome", found.closed_at, found.version
           from unnest($1::bigint[]) with ordinality as wanted (id, place)
           join case_file found on found.id = wanted.id
           left join entry on entry.tenant_id = found.topic_tenant_id and entry.id = found.topic_entry_id
           left join unit on unit.tenant_id = found.tenant_id and unit.id = found.unit_id
           order by wanted.place"#,
        ids as &[CaseId],
    )
    .fetch_all(db)
    .await
}

pub async fn find_case(db: impl PgExecutor<'_>, tenant: TenantId, id: CaseId) -> sqlx::Result<Option<CaseFile>> {
    let found = load_cases(db, &[id]).await?.pop();
    Ok(found.filter(|case| case.tenant == tenant))
}

/// What was taken down in a call, the latest first.
pub async fn list_of_call(db: &mut PgConnection, call: CallId) -> sqlx::Result<Vec<CaseFile>> {
    let ids = sqlx::query_scalar!(
        r#"select id as "id: CaseId" from case_file where call_id = $1 order by id desc limit 20"#,
        call as CallId,
    );
    let ids = ids.fetch_all(&mut *db).await?;
    load_cases(db, &ids).await
}

/// Open callbacks that somebody took down or looks after, the most urgent first.
pub async fn list_of_account(db: &mut PgConnection, account: AccountId, most: i64) -> sqlx::Result<Vec<CaseFile>> {
    let ids = sqlx::query_scalar!(
        r#"select id as "id: CaseId" from case_file
           where state <> 'closed' and answered_at is null and kind = 'callback' and (taken_by = $1 or assignee = $1)
           order by due_at nulls last, id limit $2"#,
        account as AccountId,
        most,
    );
    let ids = ids.fetch_all(&mut *db).await?;
    load_cases(db, &ids).await
}

/// Open cases of whoever has this number, as it is stored.
pub async fn list_of_number(db: &mut PgConnection, number: &str) -> sqlx::Result<Vec<CaseFile>> {
    let ids = sqlx::query_scalar!(
        r#"select found.id as "id: CaseId" from case_contact contact
           join case_file found on found.tenant_id = contact.tenant_id and found.id = contact.case_id
           where contact.phone = $1 and found.state <> 'closed' order by found.begun_at limit 5"#,
        number,
    );
    let ids = ids.fetch_all(&mut *db).await?;
    load_cases(db, &ids).await
}

/// None: there is none, or it was deleted.
pub async fn find_contact(db: impl PgExecutor<'_>, tenant: TenantId, case: CaseId) -> sqlx::Result<Option<Contact>> {
    sqlx::query_as!(
        Contact,
        "select name, phone, mail, address from case_contact where tenant_id = $1 and case_id = $2",
        tenant as TenantId,
        case as CaseId,
    )
    .fetch_optional(db)
    .await
}

/// The latest first.
pub async fn list_events(db: impl PgExecutor<'_>, tenant: TenantId, case: CaseId) -> sqlx::Result<Vec<Event>> {
    sqlx::query_as!(
        Event,
        "select at, act, actor, note, details from case_event where tenant_id = $1 and case_id = $2
         order by at desc, id desc limit 200",
        tenant as TenantId,
        case as CaseId,
    )
    .fetch_all(db)
    .await
}
