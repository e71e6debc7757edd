//! Taking a case down, and its history.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::audit::Actor;
use crate::cases::{Contact, NewCase, Reference};
use crate::ids::{AccountId, CallId, CaseId, EntryId, TenantId, UnitId};

/// Draws until a number is free; of 900,000 nearly every one is.
pub async fn insert_case(db: &mut PgConnection, new: &NewCase) -> sqlx::Result<(CaseId, Reference)> {
    loop {
        let reference = Reference::draw();
        if let Some(id) = try_insert(&mut *db, new, &reference).await? {
            return Ok((id, reference));
        }
    }
}

/// None: the number is taken.
async fn try_insert(db: impl PgExecutor<'_>, new: &NewCase, reference: &Reference) -> sqlx::Result<Option<CaseId>> {
    let (topic, call, promise) = (new.topic, new.call, new.promise);
    sqlx::query_scalar!(
        r#"insert into case_file (tenant_id, reference, kind, concern, category, topic_tenant_id, topic_entry_id,
                                  call_tenant_id, call_opened_at, call_id, town_id, unit_id, taken_by, channel, best_time,
                                  begun_at, promised_at, due_at, warn_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18)
           on conflict (reference) do nothing returning id as "id: CaseId""#,
        new.tenant as TenantId,
        reference.as_str(),
        new.kind.as_str(),
        new.concern,
        new.category,
        topic.map(|topic| topic.0) as Option<TenantId>,
        topic.map(|topic| topic.1) as Option<EntryId>,
        call.map(|call| call.tenant) as Option<TenantId>,
        call.map(|call| call.opened_at),
        call.map(|call| call.id) as Option<CallId>,
        new.town as TenantId,
        new.unit as Option<UnitId>,
        new.taken_by as Option<AccountId>,
        new.channel.as_str(),
        new.best_time,
        new.begun_at,
        promise.map(|promise| promise.due_at),
        promise.map(|promise| promise.warn_at),
    )
    .fetch_optional(db)
    .await
}

pub async fn insert_contact(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    case: CaseId,
    contact: &Contact,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into case_contact (tenant_id, case_id, name, phone, mail, address) values ($1, $2, $3, $4, $5, $6)",
        tenant as TenantId,
        case as CaseId,
        contact.name,
        contact.phone,
        contact.mail,
        contact.address,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// `note` and `details` never lead to a caller.
pub async fn insert_event(
    db: impl PgExecutor<'_>,
    (tenant, case): (TenantId, CaseId),
    actor: &Actor,
    (act, note): (&str, Option<&str>),
    details: serde_json::Value,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into case_event (tenant_id, case_id, at, act, actor, account_id, note, details)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant as TenantId,
        case as CaseId,
        now,
        act,
        actor.name,
        actor.account as Option<AccountId>,
        note,
        details,
    )
    .execute(db)
    .await?;
    Ok(())
}
