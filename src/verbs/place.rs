//! `place`: towns that are no tenants, whom callers of a shared line may name.

use std::fs::File;
use std::path::PathBuf;

use anyhow::Context;

use super::in_database;
use crate::config::Config;
use crate::tenants;

#[derive(Debug, clap::Subcommand)]
pub enum PlaceVerb {
    /// Take over a table of towns; it replaces the one before
    Import(Import),
}

/// The last line on standard output is `places=N`.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// CSV with a head: PLZ, name and, if there is one, ARS
    file: PathBuf,
}

pub async fn run(config: &Config, verb: &PlaceVerb) -> anyhow::Result<()> {
    let PlaceVerb::Import(import) = verb;
    let name = import.file.display();
    let file = File::open(&import.file).with_context(|| format!("cannot open {name}"))?;
    let places = tenants::read_places(file).with_context(|| format!("cannot read {name}"))?;
    in_database(config, async |db| Ok(tenants::replace_places(db, &places).await?)).await?;
    println!("places={}", places.len());
    Ok(())
}
