//! Towns that adapt a tenth of what they read: each entry of the Kreis stands in the index once, and once more for each town
//! that says something otherwise. Beside it what it would cost to copy everything for every town.

use std::time::Instant;

use ortsgespraech::audit::Actor;
use ortsgespraech::clock::Clock;
use ortsgespraech::db::{Scope, begin_for};
use ortsgespraech::ids::{EntryId, TenantId};
use ortsgespraech::knowledge::{self, Adaptation, Content, Field, Html, Part, Target};
use sqlx::PgPool;

use crate::SEARCHES;
use crate::catalogue::Salad;
use crate::database::Founded;
use crate::figures::{Times, megabytes, per_second};
use crate::site::Site;

const TOWNS: usize = 400;
const ENTRIES: usize = 1_000;
/// Of the entries that a town reads.
const ADAPTED: usize = ENTRIES / 10;
const READ: usize = 2_000;

pub const INDEX_HEAD: &str = "what | documents | index built | entries/s | index on disk | random towns p50 | p99";
pub const ENTRY_HEAD: &str = "one entry | ours p50 | p99 | plain SQL by key p50 | p99 | ours : plain";
pub const BASE_HEAD: &str = "the Kreis publishes | towns that adapt it | p50 | p99";

pub struct Measured {
    pub index: [String; 2],
    pub entry: Vec<String>,
    pub base: Vec<String>,
}

pub async fn measure(address: &str) -> anyhow::Result<Measured> {
    let mut salad = Salad::from_own_words();
    let contents = salad.entries(ENTRIES);
    let queries = salad.typed(&contents, SEARCHES);
    let towns: Vec<String> = (1..=TOWNS).map(|number| format!("stadt-{number}")).collect();
    let asked: Vec<_> = queries.into_iter().map(|query| (salad.any(&towns).clone(), query)).collect();

    let site = Site::new(address).await?;
    let founded = site.database.found_towns(TOWNS).await?;
    site.database.fill(&[founded.kreis], &contents).await?;
    let pool = site.database.pool();
    adapt(&pool, &founded).await?;
    let adapted = measure_index("adapted", &site, &founded, &asked).await?;
    let entry = measure_entries(&pool, &founded).await?;
    let base = measure_base(&pool, &founded, &contents).await?;
    site.remove(address).await?;

    let site = Site::new(address).await?;
    let founded = site.database.found_towns(TOWNS).await?;
    site.database.fill(&founded.towns, &contents).await?;
    let copied = measure_index("copied for every town", &site, &founded, &asked).await?;
    site.remove(address).await?;
    Ok(Measured { index: [adapted, copied], entry, base })
}

/// Every town replaces the fee of its hundred entries; which ones differs from town to town.
async fn adapt(pool: &PgPool, founded: &Founded) -> anyhow::Result<()> {
    let mut patch = Adaptation::default();
    let mut own = Content::default();
    own.set(Field::Fees, Html::from_plain("In unserer Stadt 12,00 Euro, ermäßigt 6,00 Euro"));
    patch.replace(Part::Text(Field::Fees), &own);
    let mut db = begin_for(pool, &Scope::system()).await?;
    sqlx::query(
        "with town as (select id, row_number() over (order by id) as number from tenant where id = any ($2)),
         base as (select entry.*, row_number() over (order by id) as number from entry where tenant_id = $1),
         made as (
             insert into entry (tenant_id, external_id, base_tenant_id, base_entry_id, published_version, latest_version,
                                content_hash, created_at, changed_at, title, sort_key, life_situations)
             select town.id, base.external_id, $1, base.id, 1, 1, '', now(), now(), base.title, base.sort_key, '{}'
             from town join base on (base.number + town.number) % 10 = 0
             returning tenant_id, id, base_entry_id, title
         )
         insert into entry_version (tenant_id, entry_id, version, title, content, created_at, author, below_tenant_id,
                                    below_entry_id, below_version)
         select tenant_id, id, 1, title, $3::jsonb, now(), 'Messung', $1, base_entry_id, 1 from made",
    )
    .bind(founded.kreis)
    .bind(&founded.towns)
    .bind(patch.to_json_and_hash().0)
    .execute(&mut *db)
    .await?;
    Ok(db.commit().await?)
}

async fn measure_index(
    what: &str,
    site: &Site,
    founded: &Founded,
    asked: &[(String, String)],
) -> anyhow::Result<String> {
    let (app, build) = site.build_index().await?;
    let documents = usize::try_from(app.search.count())?;
    drop(app);
    let server = site.start_server().await?;
    let times = server.search(&founded.token, asked).await?;
    server.stop()?;
    let on_disk = megabytes(site.index_kb()?);
    let (seconds, speed) = (build.as_secs_f64(), per_second(documents, build));
    Ok(format!("{what} | {documents} | {seconds:.1} s | {speed:.0} | {on_disk} MB | {}", times.cells()))
}

/// A town's entry as its agents see it, beside one row read by its key.
async fn measure_entries(pool: &PgPool, founded: &Founded) -> anyhow::Result<Vec<String>> {
    let mut db = begin_for(pool, &Scope::system()).await?;
    let keys: Vec<(TenantId, EntryId)> = sqlx::query_as(
        "select tenant_id, base_entry_id from entry where base_entry_id is not null order by md5(id::text) limit $1",
    )
    .bind(i64::try_from(READ)?)
    .fetch_all(&mut *db)
    .await?;
    let mut lines = Vec::new();
    for (what, readers) in [("adapted by the town", None), ("as the Kreis has it", founded.towns.first().copied())] {
        let (mut merged, mut plain) = (Times::default(), Times::default());
        for (town, base) in &keys {
            let started = Instant::now();
            knowledge::find_entry(&mut db, readers.unwrap_or(*town), founded.kreis, *base).await?;
            merged.0.push(started.elapsed());
            let started = Instant::now();
            sqlx::query(
                "select content::text from entry_version where tenant_id = $1 and entry_id = $2 and version = 1",
            )
            .bind(founded.kreis)
            .bind(base)
            .fetch_one(&mut *db)
            .await?;
            plain.0.push(started.elapsed());
        }
        lines.push(format!("{what} | {} | {} | {}", merged.cells(), plain.cells(), merged.ratio_to(&plain)));
    }
    Ok(lines)
}

/// A new fee in the Kreis: every town that adapts the entry gets a new version and a task in the same transaction.
async fn measure_base(pool: &PgPool, founded: &Founded, contents: &[Content]) -> anyhow::Result<Vec<String>> {
    let now = Clock::system().now();
    let mut times = Times::default();
    for (number, content) in contents.iter().enumerate().take(50) {
        let mut changed = content.clone();
        changed.set(Field::Fees, Html::from_plain("Neu: 10 Euro"));
        let mut db = begin_for(pool, &Scope::system()).await?;
        let started = Instant::now();
        let key = number.to_string();
        knowledge::publish(&mut db, founded.kreis, Target::External(&key), &changed, &Actor::command_line(), now)
            .await?;
        db.commit().await?;
        times.0.push(started.elapsed());
    }
    Ok(vec![format!("one entry | {} | {}", TOWNS * ADAPTED / ENTRIES, times.cells())])
}
