//! A database of the measurement's own, filled in one go: publishing one by one would take longer than measuring.

use std::path::Path;

use anyhow::Context;
use ortsgespraech::accounts;
use ortsgespraech::clock::Clock;
use ortsgespraech::db::{Database, Scope, begin_for};
use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::{Content, sort_key};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};

const BATCH: usize = 2_000;
/// In one transaction.
const TENANTS: usize = 20;

pub struct Founded {
    pub kreis: TenantId,
    pub towns: Vec<TenantId>,
    /// May search all of them.
    pub token: String,
}

pub struct BenchDatabase {
    pub address: String,
    name: String,
    database: Database,
}

impl BenchDatabase {
    pub async fn create(server: &str, dir: &Path) -> anyhow::Result<Self> {
        let name = format!("ortsgespraech_bench_{}", std::process::id());
        execute(server, format!("create database {name}")).await?;
        let options: PgConnectOptions = server.parse()?;
        let address = options.database(&name).to_url_lossy().to_string();
        let database = Database::open(Some(&address), dir).await?;
        Ok(Self { address, name, database })
    }

    pub fn pool(&self) -> PgPool {
        self.database.pool.clone()
    }

    /// The Kreis and its towns, which read all of it.
    pub async fn found_towns(&self, towns: usize) -> anyhow::Result<Founded> {
        let mut db = begin_for(&self.database.pool, &Scope::system()).await?;
        let kreis: TenantId = sqlx::query_scalar(
            "insert into tenant (slug, name, short_name, kind, created_at)
             values ('kreis', 'Kreis', 'Kreis', 'kreis', now()) returning id",
        )
        .fetch_one(&mut *db)
        .await?;
        let towns = sqlx::query_scalar(
            "with town as (
                 insert into tenant (slug, name, short_name, kind, created_at)
                 select 'stadt-' || number, 'Stadt ' || number, 'Stadt ' || number, 'stadt', now()
                 from generate_series(1, $1) as number returning id
             ), base as (
                 insert into knowledge_base (tenant_id, position, base_tenant_id) select id, 1, $2 from town
             )
             select id from town",
        )
        .bind(i32::try_from(towns)?)
        .bind(kreis)
        .fetch_all(&mut *db)
        .await?;
        let now = Clock::system().now();
        let token = accounts::create_token(&mut db, "Messung", &["search".to_owned()], None, now).await?;
        db.commit().await?;
        Ok(Founded { kreis, towns, token })
    }

    /// Each of the tenants gets all of the entries, published; towns' ones with the town's name in their titles.
    pub async fn fill(&self, tenants: &[TenantId], contents: &[Content]) -> anyhow::Result<()> {
        for tenants in tenants.chunks(TENANTS) {
            let mut db = begin_for(&self.database.pool, &Scope::system()).await?;
            for (number, batch) in contents.chunks(BATCH).enumerate() {
                insert(&mut db, tenants, number * BATCH, batch).await.context("entries cannot be inserted")?;
            }
            db.commit().await?;
        }
        Ok(())
    }

    /// Tells the indexes of everything at once, as an import does.
    pub async fn announce(&self, tenant: TenantId) -> anyhow::Result<()> {
        let mut db = begin_for(&self.database.pool, &Scope::system()).await?;
        let told =
            "insert into entry_change (tenant_id, entry_id) select tenant_id, id from entry where tenant_id = $1";
        sqlx::query(told).bind(tenant).execute(&mut *db).await?;
        db.commit().await?;
        Ok(())
    }

    pub async fn remove(self, server: &str) -> anyhow::Result<()> {
        self.database.close().await?;
        execute(server, format!("drop database {} with (force)", self.name)).await
    }
}

async fn execute(server: &str, statement: String) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(server).await.context("the server of DATABASE_URL does not answer")?;
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

async fn insert(db: &mut PgConnection, tenants: &[TenantId], first: usize, batch: &[Content]) -> sqlx::Result<()> {
    let keys: Vec<String> = (first..first + batch.len()).map(|number| number.to_string()).collect();
    let titles: Vec<&str> = batch.iter().map(|content| content.title.as_str()).collect();
    let sort_keys: Vec<String> = batch.iter().map(|content| sort_key(&content.title)).collect();
    let texts: Vec<String> = batch.iter().map(|content| content.to_json_and_hash().0).collect();
    sqlx::query(
        "with given as (
             select tenant.id as tenant_id, key, sort_key, content,
                    title || case tenant.kind when 'stadt' then ' ' || tenant.name else '' end as title
             from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as given (key, title, sort_key, content)
             cross join tenant where tenant.id = any ($1)
         ), made as (
             insert into entry (tenant_id, external_id, published_version, latest_version, content_hash, created_at,
                                changed_at, title, sort_key, life_situations)
             select tenant_id, key, 1, 1, '', now(), now(), title, sort_key, '{}' from given
             returning tenant_id, id, external_id
         )
         insert into entry_version (tenant_id, entry_id, version, title, content, created_at, author)
         select made.tenant_id, made.id, 1, given.title,
                given.content::jsonb || jsonb_build_object('title', given.title), now(), 'Messung'
         from made join given on given.tenant_id = made.tenant_id and given.key = made.external_id",
    )
    .bind(tenants)
    .bind(&keys)
    .bind(&titles)
    .bind(&sort_keys)
    .bind(&texts)
    .execute(db)
    .await?;
    Ok(())
}
