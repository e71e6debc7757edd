//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ortsgespraech::config::Config;
use ortsgespraech::{telemetry, verbs};

#[derive(Parser)]
#[command(name = "ortsgespraech", version, about)]
struct CommandLine {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Migrate, then serve
    Serve(verbs::serve::Serve),
    /// Bring the database up to date, nothing else
    Migrate,
    /// Towns and other bodies that the center answers for
    #[command(subcommand)]
    Tenant(verbs::tenant::TenantVerb),
    /// Numbers that citizens dial
    #[command(subcommand)]
    Line(verbs::line::LineVerb),
    /// Towns that are no tenants, whom callers of a shared line may name
    #[command(subcommand)]
    Place(verbs::place::PlaceVerb),
    /// People who sign in
    #[command(subcommand)]
    User(verbs::user::UserVerb),
    /// Keys for programs
    #[command(subcommand)]
    Token(verbs::token::TokenVerb),
    /// Telephone systems that tell about calls
    #[command(subcommand)]
    Source(verbs::source::SourceVerb),
    /// Write invented call history
    Simulate(verbs::simulate::Simulate),
    /// Ask the running server whether it is alive
    #[command(hide = true)]
    Health,
    /// Take over and give away a tenant's entries
    #[command(subcommand)]
    Knowledge(verbs::knowledge::KnowledgeVerb),
    /// Lend a database to another command
    #[command(subcommand, hide = true)]
    Database(verbs::database::DatabaseVerb),
    /// Ask running servers to build their search index anew
    Reindex,
    /// Prove that the search index is what the database is
    Check,
}

#[tokio::main]
async fn main() -> ExitCode {
    telemetry::start();
    let line = CommandLine::parse();
    match run(&line).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Every verb ends well or with an error; only a lent database passes on the exit code of its command.
async fn run(line: &CommandLine) -> anyhow::Result<ExitCode> {
    let config = &line.config;
    match &line.verb {
        Verb::Database(verb) => return verbs::database::run(config, verb).await,
        Verb::Serve(serve) => verbs::serve::run(config, serve).await,
        Verb::Migrate => verbs::migrate::run(config).await,
        Verb::Tenant(verb) => verbs::tenant::run(config, verb).await,
        Verb::Line(verb) => verbs::line::run(config, verb).await,
        Verb::Place(verb) => verbs::place::run(config, verb).await,
        Verb::User(verb) => verbs::user::run(config, verb).await,
        Verb::Token(verb) => verbs::token::run(config, verb).await,
        Verb::Knowledge(verb) => verbs::knowledge::run(config, verb).await,
        Verb::Source(verb) => verbs::source::run(config, verb).await,
        Verb::Simulate(simulate) => verbs::simulate::run(config, simulate).await,
        Verb::Health => verbs::health::run(config).await,
        Verb::Reindex => verbs::reindex::run(config).await,
        Verb::Check => verbs::check::run(config).await,
    }?;
    Ok(ExitCode::SUCCESS)
}
