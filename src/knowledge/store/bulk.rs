//! Publishing many entries of one tenant: a few statements for hundreds of records.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::super::{Content, sort_key};
use crate::audit::Actor;
use crate::ids::{AccountId, EntryId, TenantId};

#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
}

pub struct BulkWriter<'a> {
    tenant: TenantId,
    actor: &'a Actor,
    now: DateTime<Utc>,
}

/// One record's columns.
struct Row {
    external_id: String,
    sort_key: String,
    json: String,
    hash: Vec<u8>,
}

struct Existing {
    id: EntryId,
    version: i32,
    hash: Vec<u8>,
}

impl<'a> BulkWriter<'a> {
    /// Two imports of one tenant wait for each other. Plans must not be made for the tenant as the statistics know it, that
    /// is before this import: they would walk through all that was written so far for every batch.
    pub async fn begin(
        db: &mut PgConnection,
        tenant: TenantId,
        actor: &'a Actor,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Self> {
        sqlx::query!("select pg_advisory_xact_lock(hashtext('knowledge import'), $1)", tenant.0)
            .execute(&mut *db)
            .await?;
        sqlx::query!("set local plan_cache_mode = force_generic_plan").execute(db).await?;
        Ok(Self { tenant, actor, now })
    }

    /// Publishes what is new or different. A withdrawn entry whose text is the same stays withdrawn.
    pub async fn write(&self, db: &mut PgConnection, records: &[(String, Content)]) -> sqlx::Result<Counts> {
        let mut rows: Vec<Row> = records.iter().map(|(external_id, content)| Row::new(external_id, content)).collect();
        let mut counts = Counts::default();
        while !rows.is_empty() {
            let existing = self.list_existing(db, &rows).await?;
            let (known, new): (Vec<_>, Vec<_>) =
                rows.into_iter().partition(|row| existing.contains_key(&row.external_id));
            let total = known.len() as u64;
            let changed: Vec<_> = known.into_iter().filter(|row| existing[&row.external_id].hash != row.hash).collect();
            counts.unchanged += total - changed.len() as u64;
            counts.updated += changed.len() as u64;
            self.update(db, &changed, &existing).await?;
            let created = self.insert(db, &new).await?;
            counts.created += created.len() as u64;
            // Somebody else made the rest between the two statements: now they exist.
            rows = new.into_iter().filter(|row| !created.contains(&row.external_id)).collect();
        }
        Ok(counts)
    }

    async fn list_existing(&self, db: &mut PgConnection, rows: &[Row]) -> sqlx::Result<HashMap<String, Existing>> {
        let keys: Vec<_> = rows.iter().map(|row| row.external_id.clone()).collect();
        let found = sqlx::query!(
            r#"select external_id, id as "id: EntryId", latest_version, content_hash
               from entry where tenant_id = $1 and external_id = any ($2)
               order by id
               for update"#,
            self.tenant as TenantId,
            &keys,
        )
        .fetch_all(db)
        .await?;
        let existing = found
            .into_iter()
            .map(|row| (row.external_id, Existing { id: row.id, version: row.latest_version, hash: row.content_hash }));
        Ok(existing.collect())
    }

    /// New entries with their first version; returns the keys that were free.
    async fn insert(&self, db: &mut PgConnection, rows: &[Row]) -> sqlx::Result<Vec<String>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let columns = Columns::of(rows);
        sqlx::query_scalar!(
            r#"with given as (
                   select external_id, sort_key, json::jsonb as content, hash
                   from unnest($2::text[], $3::text[], $4::text[], $5::bytea[]) as given (external_id, sort_key, json, hash)
               ),
               new_entry as (
                   insert into entry (tenant_id, external_id, published_version, latest_version, content_hash, created_at,
                                      changed_at, title, sort_key, unit_id, unit_name, life_situations, valid_from,
                                      valid_until)
                   select $1, external_id, 1, 1, hash, $6, $6, content ->> 'title', sort_key, unit.id, content ->> 'unit',
                          array(select jsonb_array_elements_text(content -> 'life_situations')),
                          (content ->> 'valid_from')::date, (content ->> 'valid_until')::date
                   from given left join unit on unit.tenant_id = $1 and unit.name = content ->> 'unit'
                   on conflict (tenant_id, external_id) do nothing
                   returning id, external_id
               ),
               new_version as (
                   insert into entry_version (tenant_id, entry_id, version, title, content, created_at, created_by, author)
                   select $1, new_entry.id, 1, content ->> 'title', content, $6, $7, $8
                   from new_entry join given using (external_id)
               ),
               new_change as (insert into entry_change (tenant_id, entry_id) select $1, id from new_entry)
               select external_id from new_entry"#,
            self.tenant as TenantId,
            &columns.external_ids,
            &columns.sort_keys,
            &columns.json,
            &columns.hashes,
            self.now,
            self.actor.account as Option<AccountId>,
            self.actor.name,
        )
        .fetch_all(db)
        .await
    }

    /// A further version for each entry.
    async fn update(
        &self,
        db: &mut PgConnection,
        rows: &[Row],
        existing: &HashMap<String, Existing>,
    ) -> sqlx::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let columns = Columns::of(rows);
        let ids: Vec<_> = rows.iter().map(|row| existing[&row.external_id].id).collect();
        let versions: Vec<_> = rows.iter().map(|row| existing[&row.external_id].version + 1).collect();
        sqlx::query!(
            r#"with given as (
                   select id, version, sort_key, json::jsonb as content, hash
                   from unnest($2::bigint[], $3::int[], $4::text[], $5::text[], $6::bytea[])
                        as given (id, version, sort_key, json, hash)
               ),
               new_version as (
                   insert into entry_version (tenant_id, entry_id, version, title, content, created_at, created_by, author)
                   select $1, id, version, content ->> 'title', content, $7, $8, $9 from given
               ),
               new_change as (insert into entry_change (tenant_id, entry_id) select $1, id from given)
               update entry
               set published_version = given.version, latest_version = given.version, content_hash = given.hash, changed_at = $7,
                   title = content ->> 'title', sort_key = given.sort_key, unit_id = unit.id,
                   unit_name = content ->> 'unit',
                   life_situations = array(select jsonb_array_elements_text(content -> 'life_situations')),
                   valid_from = (content ->> 'valid_from')::date, valid_until = (content ->> 'valid_until')::date
               from given left join unit on unit.tenant_id = $1 and unit.name = content ->> 'unit'
               where entry.tenant_id = $1 and entry.id = given.id"#,
            self.tenant as TenantId,
            &ids as &[EntryId],
            &versions,
            &columns.sort_keys,
            &columns.json,
            &columns.hashes,
            self.now,
            self.actor.account as Option<AccountId>,
            self.actor.name,
        )
        .execute(db)
        .await?;
        Ok(())
    }
}

impl Row {
    fn new(external_id: &str, content: &Content) -> Self {
        let (json, hash) = content.to_json_and_hash();
        Self { external_id: external_id.to_owned(), sort_key: sort_key(&content.title), json, hash }
    }
}

/// Rows turned to columns, as `unnest` takes them.
struct Columns {
    external_ids: Vec<String>,
    sort_keys: Vec<String>,
    json: Vec<String>,
    hashes: Vec<Vec<u8>>,
}

impl Columns {
    fn of(rows: &[Row]) -> Self {
        Self {
            external_ids: rows.iter().map(|row| row.external_id.clone()).collect(),
            sort_keys: rows.iter().map(|row| row.sort_key.clone()).collect(),
            json: rows.iter().map(|row| row.json.clone()).collect(),
            hashes: rows.iter().map(|row| row.hash.clone()).collect(),
        }
    }
}
