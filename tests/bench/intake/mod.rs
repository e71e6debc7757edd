//! How fast what telephone systems tell is stored for good, and how soon a desk hears of it.

mod batches;
mod killed;
mod messages;
mod plain;
mod streams;
mod webhooks;

use ortsgespraech::clock::Clock;
use ortsgespraech::db::{Scope, begin_for};
use ortsgespraech::telephony::{self, Adapter, DoorRules, Way, door_path};
use ortsgespraech::tenants::{self, Kind, NewTenant};
use sqlx::PgPool;

use crate::figures::{megabytes, print_table};
use crate::site::Site;

pub async fn measure(address: &str) -> anyhow::Result<()> {
    let site = Site::new(address).await?;
    site.database.found_towns(2).await?;
    let (native, simple) =
        (open_door(&site, "native", Adapter::Native).await?, open_door(&site, "simple", Adapter::Zammad).await?);
    let server = site.start_server().await?;
    let lines = [
        batches::measure(&server, &native, &site, messages::Order::CallByCall).await?,
        batches::measure(&server, &native, &site, messages::Order::Mixed).await?,
    ];
    print_table("Native batches of 500, beside plain SQL that writes the same rows", batches::HEAD, &lines);
    let line = webhooks::measure(&server, &simple).await?;
    print_table("Single webhooks", webhooks::HEAD, &[line]);
    let line = streams::measure(&server, &native, &site).await?;
    print_table("Desks that listen", streams::HEAD, &[line]);
    println!("\nThe server's memory afterwards: {} MB", megabytes(server.memory_kb()?));
    server.stop()?;
    site.remove(address).await
}

/// A hundred times, or as often as the environment says.
pub async fn measure_kills() -> anyhow::Result<()> {
    let times = std::env::var("ORTSGESPRAECH_BENCH_KILLS").ok().and_then(|times| times.parse().ok()).unwrap_or(100);
    let dir = std::env::temp_dir().join(format!("ortsgespraech-bench-killed-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let line = killed::measure(&dir, times).await;
    std::fs::remove_dir_all(&dir)?;
    print_table("Killed without warning in the middle of batches", killed::HEAD, &[line?]);
    Ok(())
}

async fn open_door(site: &Site, name: &str, adapter: Adapter) -> anyhow::Result<String> {
    open_door_in(&site.database.pool(), name, adapter).await
}

async fn tenants_in(pool: &PgPool) -> anyhow::Result<()> {
    let mut db = begin_for(pool, &Scope::system()).await?;
    let tenant = NewTenant::new("kreis", "Kreis", Kind::Kreis);
    tenants::insert_tenant(&mut *db, &tenant, Clock::system().now()).await?;
    Ok(db.commit().await?)
}

/// The path of a new source's door.
async fn open_door_in(pool: &PgPool, name: &str, adapter: Adapter) -> anyhow::Result<String> {
    let now = Clock::system().now();
    let mut db = begin_for(pool, &Scope::system()).await?;
    let rules = DoorRules { per_second: 100_000, ..DoorRules::default() };
    let source = telephony::insert_source(&mut db, name, adapter, &Way::Door(rules), now).await?;
    let token = telephony::insert_token(&mut db, source, now).await?;
    db.commit().await?;
    Ok(door_path(&token.unwrap_or_default()))
}
