//! Publishing many entries of one tenant: a few statements for hundreds of records.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::super::{Content, sort_key};
use crate::audit::Actor;
use crate::ids::{AccountId, EntryId, TenantId};

/// A text in the form in which it is stored and compared.
#[derive(Debug, Clone)]
pub struct Text {
    pub content: Content,
    pub hash: Vec<u8>,
    json: String,
}

impl Text {
    pub fn of(content: Content) -> Self {
        let (json, hash) = content.to_json_and_hash();
        Self { content, hash, json }
    }
}

pub struct BulkWriter<'a> {
    tenant: TenantId,
    actor: &'a Actor,
    now: DateTime<Utc>,
}

/// A further version of an entry that is there.
#[derive(Debug)]
pub struct Further<'a> {
    pub id: EntryId,
    pub version: i32,
    pub text: &'a Text,
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

    /// New entries with their first version; returns those whose keys were free.
    pub async fn insert(
        &self,
        db: &mut PgConnection,
        rows: &[(&str, &Text)],
    ) -> sqlx::Result<HashMap<String, EntryId>> {
        if rows.is_empty() {
            return Ok(HashMap::new());
        }
        let external_ids: Vec<_> = rows.iter().map(|(external_id, _)| (*external_id).to_owned()).collect();
        let columns = Columns::of(rows.iter().map(|(_, text)| *text));
        let made = sqlx::query!(
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
               select external_id, id as "id: EntryId" from new_entry"#,
            self.tenant as TenantId,
            &external_ids,
            &columns.sort_keys,
            &columns.json,
            &columns.hashes,
            self.now,
            self.actor.account as Option<AccountId>,
            self.actor.name,
        )
        .fetch_all(db)
        .await?;
        Ok(made.into_iter().map(|row| (row.external_id, row.id)).collect())
    }

    /// Publishes a further version of each entry.
    pub async fn update(&self, db: &mut PgConnection, rows: &[Further<'_>]) -> sqlx::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let columns = Columns::of(rows.iter().map(|row| row.text));
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let versions: Vec<_> = rows.iter().map(|row| row.version).collect();
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

    /// Takes entries from the public; their texts stay.
    pub async fn withdraw(&self, db: &mut PgConnection, ids: &[EntryId]) -> sqlx::Result<()> {
        self.point(db, ids, None).await
    }

    /// Makes a version of each entry public that was public before.
    pub async fn republish(&self, db: &mut PgConnection, ids: &[EntryId], versions: &[i32]) -> sqlx::Result<()> {
        self.point(db, ids, Some(versions)).await
    }

    async fn point(&self, db: &mut PgConnection, ids: &[EntryId], versions: Option<&[i32]>) -> sqlx::Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "with given as (
                 select id, ($3::int[])[place] as version from unnest($2::bigint[]) with ordinality as given (id, place)
             ),
             pointed as (
                 update entry set published_version = given.version
                 from given where entry.tenant_id = $1 and entry.id = given.id returning entry.id
             )
             insert into entry_change (tenant_id, entry_id) select $1, id from pointed",
            self.tenant as TenantId,
            ids as &[EntryId],
            versions,
        )
        .execute(db)
        .await?;
        Ok(())
    }
}

/// Rows turned to columns, as `unnest` takes them.
#[derive(Default)]
struct Columns {
    sort_keys: Vec<String>,
    json: Vec<String>,
    hashes: Vec<Vec<u8>>,
}

impl Columns {
    fn of<'a>(texts: impl Iterator<Item = &'a Text>) -> Self {
        let mut columns = Self::default();
        for text in texts {
            columns.sort_keys.push(sort_key(&text.content.title));
            columns.json.push(text.json.clone());
            columns.hashes.push(text.hash.clone());
        }
        columns
    }
}
