//! `make bench`: how fast the search answers, over HTTP and by itself, how fast calls are taken over, and what a server costs.
//!
//! Everything runs here and now: databases are made and dropped on the server of DATABASE_URL, the program is started on
//! loopback ports, and what is compared searches the same index for the same words in one run. `cargo bench --bench bench
//! -- plain` measures one part alone: catalogues, towns, layers, plain or intake, or kills, which are not part of the whole.

mod agents;
mod catalogue;
mod catalogues;
mod client;
mod database;
mod figures;
mod freshness;
mod intake;
mod layers;
mod plain;
mod server;
mod site;
mod towns;

use figures::print_table;

/// As many as the desk shows.
const HITS: usize = 10;
const SEARCHES: usize = 2_000;

/// One thread, so that measuring takes little of the processors that client and server share.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Ok(address) = std::env::var("DATABASE_URL") else {
        println!("no DATABASE_URL: `make bench` starts a database and sets it");
        return Ok(());
    };
    let chosen: Vec<String> = std::env::args().skip(1).filter(|part| !part.starts_with('-')).collect();
    let wants = |part: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == part);
    if wants("catalogues") {
        catalogues::measure_all(&address).await?;
    }
    if wants("towns") {
        let line = towns::measure(&address).await?;
        print_table("Towns that read one Kreis, in one index", towns::HEAD, &[line]);
    }
    if wants("layers") {
        let measured = layers::measure(&address).await?;
        print_table("Towns that adapt a tenth of what they read", layers::INDEX_HEAD, &measured.index);
        print_table("Reading what stands upon each other", layers::ENTRY_HEAD, &measured.entry);
        print_table("A base that moves", layers::BASE_HEAD, &measured.base);
    }
    if wants("intake") {
        intake::measure(&address).await?;
    }
    // Takes minutes, so only on demand.
    if chosen.iter().any(|part| part == "kills") {
        intake::measure_kills().await?;
    }
    if wants("plain") {
        print_table("Beside plain tantivy, in process", plain::HEAD, &[plain::measure()?]);
    }
    Ok(())
}
