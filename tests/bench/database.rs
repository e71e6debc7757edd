//! A database of the measurement's own, filled in one go: publishing one by one would take longer than measuring.

use std::path::Path;

use anyhow::Context;
use ortsgespraech::accounts;
use ortsgespraech::db::{Database, Scope, begin_for};
use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::{Content, sort_key};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};

const BATCH: usize = 2_000;

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

    /// One tenant with all entries, and a token that may search it.
    pub async fn fill(&self, contents: &[Content]) -> anyhow::Result<(TenantId, String)> {
        let now = ortsgespraech::clock::Clock::system().now();
        let mut db = begin_for(&self.database.pool, &Scope::system()).await?;
        let tenant: TenantId = sqlx::query_scalar(
            "insert into tenant (slug, name, short_name, kind, created_at)
             values ('kreis', 'Kreis', 'Kreis', 'kreis', $1) returning id",
        )
        .bind(now)
        .fetch_one(&mut *db)
        .await?;
        let token = accounts::create_token(&mut db, "Messung", &["search".to_owned()], None, now).await?;
        for (number, batch) in contents.chunks(BATCH).enumerate() {
            insert(&mut db, tenant, number * BATCH, batch).await.context("entries cannot be inserted")?;
        }
        db.commit().await?;
        Ok((tenant, token))
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

async fn insert(db: &mut PgConnection, tenant: TenantId, first: usize, batch: &[Content]) -> sqlx::Result<()> {
    let keys: Vec<String> = (first..first + batch.len()).map(|number| number.to_string()).collect();
    let titles: Vec<&str> = batch.iter().map(|content| content.title.as_str()).collect();
    let sort_keys: Vec<String> = batch.iter().map(|content| sort_key(&content.title)).collect();
    let texts: Vec<String> = batch.iter().map(|content| content.to_json_and_hash().0).collect();
    sqlx::query(
        "with given as (
             select * from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as given (key, title, sort_key, content)
         ), made as (
             insert into entry (tenant_id, external_id, published_version, latest_version, content_hash, created_at,
                                changed_at, title, sort_key, life_situations)
             select $1, key, 1, 1, '', now(), now(), title, sort_key, '{}' from given
             returning id, external_id
         )
         insert into entry_version (tenant_id, entry_id, version, title, content, created_at, author)
         select $1, made.id, 1, given.title, given.content::jsonb, now(), 'Messung'
         from made join given on given.key = made.external_id",
    )
    .bind(tenant)
    .bind(&keys)
    .bind(&titles)
    .bind(&sort_keys)
    .bind(&texts)
    .execute(db)
    .await?;
    Ok(())
}
