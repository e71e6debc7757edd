//! `database`: lends a database to another command.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::config::Config;
use crate::db::embedded::{Place, run_with_database};

#[derive(Debug, clap::Subcommand)]
pub enum DatabaseVerb {
    /// Run a command with DATABASE_URL set, and end with its exit code
    Run(Run),
}

#[derive(Debug, clap::Args)]
pub struct Run {
    /// A new database, quick instead of safe, removed at the end
    #[arg(long)]
    for_tests: bool,
    /// A new database, as safe as the real one, removed at the end
    #[arg(long, conflicts_with = "for_tests")]
    temporary: bool,
    /// The command and its arguments, after --
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

pub async fn run(config: &Config, verb: &DatabaseVerb) -> anyhow::Result<ExitCode> {
    let DatabaseVerb::Run(run) = verb;
    let data_dir = config.data_dir();
    let place = match (run.for_tests, run.temporary) {
        (true, _) => Place::ForTests,
        (_, true) => Place::Temporary,
        _ => Place::DataDir(&data_dir),
    };
    run_with_database(place, &run.command).await.map(ExitCode::from)
}
