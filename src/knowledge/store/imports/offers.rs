//! SQL on proposals as the town sees them that they are made for, and on `proposal_decision`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::audit::Actor;
use crate::ids::{AccountId, EntryId, TenantId};

/// Another office for one entry of a knowledge base, as its import names it for this town.
#[derive(Debug, Clone)]
pub struct Offer {
    pub by: TenantId,
    pub by_name: String,
    pub by_slug: String,
    pub run: i64,
    /// In the knowledge base.
    pub entry: EntryId,
    pub external_id: String,
    pub title: String,
    pub present_unit: Option<String>,
    pub unit_name: String,
    pub address: String,
    pub state: String,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
}

/// "open", "accepted" or "declined"; an empty title wants all.
#[derive(Debug, Clone, Copy)]
pub struct WantedOffers<'a> {
    pub state: &'a str,
    pub title: &'a str,
}

/// The one list of columns, for one proposal and for many. What the town does not read any more is none.
macro_rules! select_offers {
    ($rest:literal, $($bind:expr),+ $(,)?) => {
        sqlx::query_as!(
            Offer,
            r#"select offer.tenant_id as "by!: TenantId", base.short_name as by_name, base.slug as by_slug,
                      run_id as "run!", entry_id as "entry!: EntryId", external_id as "external_id!", title as "title!",
                      present_unit, unit_name as "unit_name!", address as "address!", state as "state!", decided_at,
                      decided_by
               from town_proposal offer
               join knowledge_sources($1) source on source.tenant_id = offer.tenant_id and source.place > 0
                    and (source.topics is null or source.topics && offer.life_situations)
               join tenant base on base.id = offer.tenant_id
               where for_tenant_id = $1 and "# + $rest,
            $($bind),+
        )
    };
}

pub async fn list_offers(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    wanted: WantedOffers<'_>,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<Offer>> {
    let found = select_offers!(
        "state = $2 and ($3 = '' or strpos(sort_key, $3) > 0) order by sort_key, entry_id offset $4 limit $5",
        tenant as TenantId,
        wanted.state,
        wanted.title,
        offset,
        limit,
    );
    found.fetch_all(db).await
}

pub async fn count_offers(db: impl PgExecutor<'_>, tenant: TenantId, wanted: WantedOffers<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from town_proposal offer
           join knowledge_sources($1) source on source.tenant_id = offer.tenant_id and source.place > 0
                and (source.topics is null or source.topics && offer.life_situations)
           where for_tenant_id = $1 and state = $2 and ($3 = '' or strpos(sort_key, $3) > 0)"#,
        tenant as TenantId,
        wanted.state,
        wanted.title,
    )
    .fetch_one(db)
    .await
}

pub async fn find_offer(db: impl PgExecutor<'_>, tenant: TenantId, entry: EntryId) -> sqlx::Result<Option<Offer>> {
    select_offers!("entry_id = $2", tenant as TenantId, entry as EntryId).fetch_optional(db).await
}

/// Nobody else decides about this town's proposals until the end of the transaction.
pub async fn lock_offers(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('proposals', $1::int)) is null as held",
        tenant as TenantId
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// What was said about the same entry before is over.
pub async fn insert_decision(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    offer: &Offer,
    decision: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into proposal_decision (tenant_id, by_tenant_id, external_id, unit_name, address, decision, decided_at,
                                        account_id, decided_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (tenant_id, by_tenant_id, external_id) do update
         set unit_name = excluded.unit_name, address = excluded.address, decision = excluded.decision,
             decided_at = excluded.decided_at, account_id = excluded.account_id, decided_by = excluded.decided_by",
        tenant as TenantId,
        offer.by as TenantId,
        offer.external_id,
        offer.unit_name,
        offer.address,
        decision,
        now,
        actor.account as Option<AccountId>,
        actor.name,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// It waits for a decision again; false: nobody decided.
pub async fn delete_decision(db: impl PgExecutor<'_>, tenant: TenantId, offer: &Offer) -> sqlx::Result<bool> {
    let deleted = sqlx::query!(
        "delete from proposal_decision where tenant_id = $1 and by_tenant_id = $2 and external_id = $3",
        tenant as TenantId,
        offer.by as TenantId,
        offer.external_id,
    );
    Ok(deleted.execute(db).await?.rows_affected() > 0)
}
