//! `token`: keys for programs.

use clap::builder::PossibleValuesParser;
use sqlx::PgConnection;

use super::{in_database, tenants_by_slug};
use crate::accounts::{self, TOKEN_SCOPES};
use crate::audit::{self, Act, Actor};
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::TenantId;

#[derive(Debug, clap::Subcommand)]
pub enum TokenVerb {
    /// Make a token and print it, once
    Create(Create),
}

#[derive(Debug, clap::Args)]
pub struct Create {
    /// What it opens; may be repeated
    #[arg(long, required = true, value_parser = PossibleValuesParser::new(TOKEN_SCOPES.map(|(scope, _)| scope)))]
    scope: Vec<String>,
    /// Which tenants it reaches; may be repeated. Without it all
    #[arg(long)]
    tenant: Vec<String>,
    /// What it is for, as the list of tokens shows it
    #[arg(long, default_value = "Kommandozeile")]
    label: String,
}

pub async fn run(config: &Config, verb: &TokenVerb) -> anyhow::Result<()> {
    let TokenVerb::Create(create) = verb;
    let secret = in_database(config, async |db| insert(db, create).await).await?;
    println!("{secret}");
    Ok(())
}

async fn insert(db: &mut PgConnection, create: &Create) -> anyhow::Result<String> {
    let now = Clock::system().now();
    let tenants: Vec<TenantId> = tenants_by_slug(&mut *db, &create.tenant).await?.iter().map(|t| t.id).collect();
    let reach = (!tenants.is_empty()).then_some(tenants.as_slice());
    let secret = accounts::create_token(&mut *db, &create.label, &create.scope, reach, now).await?;
    let act = Act {
        tenant: tenants.first().copied(),
        action: "created",
        thing: "api_token",
        thing_id: create.label.clone(),
        details: serde_json::json!({ "scopes": create.scope, "tenants": create.tenant }),
    };
    audit::record(db, now, &Actor::command_line(), act).await?;
    Ok(secret)
}
