//! `source`: telephone systems that tell about calls.

mod files;

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

use anyhow::Context;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use sqlx::PgConnection;

use super::{in_database, tenant_by_slug, unless_taken};
use crate::audit::{self, Act, Actor};
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::SourceId;
use crate::telephony::{self, Adapter, DoorRules, Link, QueueMapping, Source, Way, door_path};

#[derive(Debug, clap::Subcommand)]
pub enum SourceVerb {
    /// Make a telephone system known; one that calls us gets a door, whose path is printed once
    Create(Box<Create>),
    /// Say whose calls wait in a queue, where the dialled number does not say it
    Map(Map),
    /// One line each: name, adapter, state, where it is, its queues
    List,
    /// Take over calls from a file: to repair a gap, or an archive. What is known already stays as it is
    Import(Import),
    /// Print the path of a second door beside the first, so that it can be changed in peace
    Token(Token),
}

#[derive(Debug, clap::Args)]
pub struct Create {
    /// What it is called here
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    name: String,
    /// How it speaks
    #[arg(long, value_parser = PossibleValuesParser::new(Adapter::ALL.map(Adapter::as_str)))]
    adapter: String,
    /// Where an Asterisk listens for its manager interface: HOST:PORT
    #[arg(long)]
    address: Option<String>,
    /// The manager account
    #[arg(long)]
    user: Option<String>,
    /// Read the manager account's secret from standard input
    #[arg(long)]
    secret_stdin: bool,
    /// The connection is encrypted
    #[arg(long)]
    tls: bool,
    /// Certificate (PEM) of the telephone system's own authority
    #[arg(long, requires = "tls")]
    tls_authority: Option<PathBuf>,
    /// Channels of this dialplan context are callers; from-trunk without it
    #[arg(long)]
    trunk_context: Option<String>,
    /// The account may also transfer, pause and call
    #[arg(long)]
    control: bool,
}

#[derive(Debug, clap::Args)]
pub struct Map {
    /// The telephone system
    #[arg(long)]
    name: String,
    /// The queue, as the telephone system names it
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    queue: String,
    /// Whose calls wait in it
    #[arg(long)]
    tenant: String,
    /// What an agent must know to take them
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    skill: Option<String>,
}

/// The last line on standard output is `accepted=N duplicates=N rejected=N`. Rejected lines are named on standard error.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The telephone system
    #[arg(long)]
    name: String,
    #[arg(long, value_enum)]
    format: Format,
    /// The file, or - for standard input
    file: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Format {
    /// Asterisk's own log of its queues
    QueueLog,
    /// `call_ref,to,from,queue,started_at,answered_at,ended_at,wait_ms,talk_ms,result,agent`
    Csv,
}

#[derive(Debug, clap::Args)]
pub struct Token {
    /// The telephone system
    #[arg(long)]
    name: String,
    /// The paths given out before end at once
    #[arg(long)]
    revoke_others: bool,
}

pub async fn run(config: &Config, verb: &SourceVerb) -> anyhow::Result<()> {
    match verb {
        SourceVerb::Create(create) => {
            let way = way(create)?;
            if let Some(token) = in_database(config, async |db| insert(db, create, &way).await).await? {
                println!("{}", door_path(&token));
            }
        }
        SourceVerb::Map(map) => in_database(config, async |db| map_queue(db, map).await).await?,
        SourceVerb::List => in_database(config, list).await?,
        SourceVerb::Import(job) => files::import(config, job).await?,
        SourceVerb::Token(token) => {
            let secret = in_database(config, async |db| rotate(db, token).await).await?;
            println!("{}", door_path(&secret));
        }
    }
    Ok(())
}

fn adapter(create: &Create) -> anyhow::Result<Adapter> {
    Adapter::parse(&create.adapter).context("there is no such adapter")
}

/// Nothing is left out that this kind needs, and nothing given that it does not know.
fn way(create: &Create) -> anyhow::Result<Way> {
    let is_called = adapter(create)?.is_called();
    let link_given = create.address.is_some()
        || create.user.is_some()
        || create.trunk_context.is_some()
        || [create.secret_stdin, create.tls, create.control].contains(&true);
    match (is_called, link_given) {
        (true, _) => link(create).map(Way::Link),
        (false, true) => anyhow::bail!(
            "the adapter {} calls us and takes no --address, --user or other option of a connection",
            create.adapter
        ),
        (false, false) => Ok(Way::Door(DoorRules::default())),
    }
}

fn link(create: &Create) -> anyhow::Result<Link> {
    let address = create.address.clone().context("asterisk-ami needs --address HOST:PORT")?;
    anyhow::ensure!(telephony::is_address(&address), "'{address}' is no HOST:PORT");
    let account = create.user.clone().filter(|user| !user.is_empty()).context("asterisk-ami needs --user")?;
    anyhow::ensure!(create.secret_stdin, "asterisk-ami needs --secret-stdin and the secret on standard input");
    let tls_authority = create.tls_authority.as_ref().map(|path| {
        let pem = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        anyhow::ensure!(pem.contains("-----BEGIN CERTIFICATE-----"), "{} is no certificate in PEM", path.display());
        Ok(pem)
    });
    let defaults = Link::default();
    Ok(Link {
        address,
        account: one_line(&account)?,
        secret: one_line(&read_secret()?)?,
        tls: create.tls,
        tls_authority: tls_authority.transpose()?,
        trunk_context: one_line(create.trunk_context.as_ref().unwrap_or(&defaults.trunk_context))?,
        may_control: create.control,
        ..defaults
    })
}

fn read_secret() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let secret = text.trim_end_matches(['\r', '\n']);
    anyhow::ensure!(!secret.is_empty(), "there is no secret on standard input");
    Ok(secret.to_owned())
}

/// The manager interface speaks in lines; a line end inside a value would be a second command.
fn one_line(text: &str) -> anyhow::Result<String> {
    anyhow::ensure!(!text.contains(char::is_control), "account, secret and context are one line each");
    Ok(text.to_owned())
}

async fn insert(db: &mut PgConnection, create: &Create, way: &Way) -> anyhow::Result<Option<String>> {
    let (now, adapter, name) = (Clock::system().now(), adapter(create)?, create.name.trim());
    let inserted = telephony::insert_source(&mut *db, name, adapter, way, now).await;
    let source = unless_taken(inserted, || format!("there is already a source '{name}'"))?;
    let token = if adapter.is_called() { None } else { telephony::insert_token(&mut *db, source, now).await? };
    record(db, "created", source, serde_json::json!({ "name": name, "kind": adapter.as_str() })).await?;
    Ok(token)
}

async fn map_queue(db: &mut PgConnection, map: &Map) -> anyhow::Result<()> {
    let source = find(&mut *db, &map.name).await?;
    let tenant = tenant_by_slug(&mut *db, &map.tenant).await?;
    telephony::map_queue(&mut *db, source.id, map.queue.trim(), tenant.id, map.skill.as_deref()).await?;
    let details =
        serde_json::json!({ "name": source.name, "queue": map.queue, "tenants": map.tenant, "skill": map.skill });
    record(db, "changed", source.id, details).await
}

async fn rotate(db: &mut PgConnection, token: &Token) -> anyhow::Result<String> {
    let now = Clock::system().now();
    let source = find(&mut *db, &token.name).await?;
    anyhow::ensure!(!source.adapter.is_called(), "the source '{}' is called by us and has no door", source.name);
    if token.revoke_others {
        telephony::revoke_tokens(&mut *db, source.id, now).await?;
    }
    let secret = telephony::insert_token(&mut *db, source.id, now).await?;
    let secret = secret
        .with_context(|| format!("the source '{}' has two doors already; --revoke-others ends them", source.name))?;
    let action = if token.revoke_others { "changed token alone" } else { "changed token" };
    record(db, action, source.id, serde_json::json!({ "name": source.name })).await?;
    Ok(secret)
}

async fn find(db: &mut PgConnection, name: &str) -> anyhow::Result<Source> {
    let found = telephony::find_source_by_name(db, name).await?;
    found.with_context(|| format!("there is no source '{name}'; `ortsgespraech source list` shows all"))
}

async fn record(
    db: &mut PgConnection,
    action: &str,
    source: SourceId,
    details: serde_json::Value,
) -> anyhow::Result<()> {
    let act = Act::of_center(action, "source", source, details);
    Ok(audit::record(db, Clock::system().now(), &Actor::command_line(), act).await?)
}

async fn list(db: &mut PgConnection) -> anyhow::Result<()> {
    let mut queues: HashMap<SourceId, Vec<QueueMapping>> = HashMap::new();
    for mapping in telephony::list_queues(&mut *db).await? {
        queues.entry(mapping.source).or_default().push(mapping);
    }
    for source in telephony::list_sources(&mut *db).await? {
        let place = telephony::find_link(&mut *db, source.id).await?.map(|link| link.address).unwrap_or_default();
        let state = if source.active { "active" } else { "inactive" };
        let mapped = queues.remove(&source.id).unwrap_or_default();
        let mapped: Vec<_> = mapped.iter().map(|m| format!("{}={}", m.queue, m.tenant_slug)).collect();
        println!("{}\t{}\t{state}\t{place}\t{}", source.name, source.adapter.as_str(), mapped.join(","));
    }
    Ok(())
}
