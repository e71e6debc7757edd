//! `line`: numbers that citizens dial.

use anyhow::Context;
use sqlx::PgConnection;

use super::{in_database, tenant_by_slug, unless_taken};
use crate::audit::{self, Act, Actor};
use crate::clock::Clock;
use crate::config::Config;
use crate::tenants::{self, NewLine, Number};

#[derive(Debug, clap::Subcommand)]
pub enum LineVerb {
    /// Make a line
    Create(Create),
}

#[derive(Debug, clap::Args)]
pub struct Create {
    /// The dialled number in any spelling: +492214710100, "0221 4710-100", 115
    #[arg(long)]
    number: String,
    /// What it is, for example "Zentrale"
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    label: String,
    /// Whose number it is; without it several towns share the line, and the agent picks the town
    #[arg(long)]
    tenant: Option<String>,
}

pub async fn run(config: &Config, verb: &LineVerb) -> anyhow::Result<()> {
    let LineVerb::Create(create) = verb;
    in_database(config, async |db| insert(db, create).await).await
}

async fn insert(db: &mut PgConnection, create: &Create) -> anyhow::Result<()> {
    let tenant = match &create.tenant {
        Some(slug) => tenant_by_slug(&mut *db, slug).await?.id,
        None => tenants::find_intake(&mut *db).await?,
    };
    // Numbers that no plan knows exist where somebody dials them.
    let parsed = Number::of_exchange(&create.number);
    let number = parsed.dialable().with_context(|| format!("'{}' is no number that can be dialled", create.number))?;
    let new = NewLine { number, label: create.label.trim(), skill: None, preset_entry: None };
    let inserted = tenants::insert_line(&mut *db, tenant, new).await;
    let line = unless_taken(inserted, || format!("the number {number} belongs to a line already"))?;
    if let Some(block) = tenants::block_of(&create.number) {
        tenants::insert_number_block(&mut *db, tenant, &block).await?;
    }
    let details = serde_json::json!({ "number": number, "label": create.label });
    let act = Act { tenant: Some(tenant), action: "created", thing: "line", thing_id: line.to_string(), details };
    audit::record(db, Clock::system().now(), &Actor::command_line(), act).await?;
    Ok(())
}
