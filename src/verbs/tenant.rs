//! `tenant`: towns and other bodies that the center answers for.

use clap::builder::PossibleValuesParser;
use sqlx::PgConnection;

use super::{in_database, tenant_by_slug, unless_taken};
use crate::audit::{self, Act, Actor};
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::TenantId;
use crate::tenants::{self, ACCENTS, Kind, KnowledgeBase, NewTenant, SHAPES};

#[derive(Debug, clap::Subcommand)]
pub enum TenantVerb {
    /// Make a tenant
    Create(Create),
    /// Print all tenants: slug, kind, name, center, knowledge bases, separated by tabs
    List,
}

#[derive(Debug, clap::Args)]
pub struct Create {
    /// Its name in addresses: lower case letters, digits and hyphens
    #[arg(long, value_parser = slug)]
    slug: String,
    /// Its full name, for example "Stadt Musterfeld"
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    name: String,
    /// land and bund carry knowledge only
    #[arg(long, value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::as_str)))]
    kind: String,
    /// The tenant whose center answers and whose knowledge is the base
    #[arg(long)]
    parent: Option<String>,
    /// The tenant whose center answers
    #[arg(long)]
    served_by: Option<String>,
    /// A tenant whose knowledge is a base, in this order; may be repeated
    #[arg(long)]
    base: Vec<String>,
}

/// The same rule as in the database.
fn slug(text: &str) -> Result<String, String> {
    if tenants::is_slug(text) {
        Ok(text.to_owned())
    } else {
        Err("two to forty lower case letters, digits and hyphens, starting with a letter".to_owned())
    }
}

pub async fn run(config: &Config, verb: &TenantVerb) -> anyhow::Result<()> {
    match verb {
        TenantVerb::Create(create) => in_database(config, async |db| insert(db, create).await).await,
        TenantVerb::List => in_database(config, print_all).await,
    }
}

async fn insert(db: &mut PgConnection, create: &Create) -> anyhow::Result<()> {
    let parent = create.parent.iter();
    let center = create.served_by.as_ref().or(create.parent.as_ref());
    let mut new = new_tenant(&mut *db, create).await?;
    if let Some(slug) = center {
        new.served_by = Some(tenant_by_slug(&mut *db, slug).await?.id);
    }
    let mut bases: Vec<TenantId> = Vec::new();
    for slug in parent.chain(&create.base) {
        let base = tenant_by_slug(&mut *db, slug).await?.id;
        if !bases.contains(&base) {
            bases.push(base);
        }
    }
    let now = Clock::system().now();
    let inserted = tenants::insert_tenant(&mut *db, &new, now).await;
    let id = unless_taken(inserted, || format!("there is already a tenant '{}'", create.slug))?;
    let bases: Vec<_> = bases.into_iter().map(|tenant| KnowledgeBase { tenant, topics: None }).collect();
    tenants::replace_knowledge_bases(&mut *db, id, &bases).await?;
    let details = serde_json::json!({ "slug": new.slug, "name": new.name, "kind": new.kind });
    let act = Act { tenant: Some(id), action: "created", thing: "tenant", thing_id: id.to_string(), details };
    audit::record(db, now, &Actor::command_line(), act).await?;
    Ok(())
}

/// Each new tenant gets another colour and shape than the one before.
async fn new_tenant(db: &mut PgConnection, create: &Create) -> anyhow::Result<NewTenant> {
    let count = tenants::list_tenants(db).await?.len();
    let kind = Kind::parse(&create.kind).unwrap_or(Kind::Stadt);
    Ok(NewTenant {
        accent: ACCENTS[(count * 5 + 6) % ACCENTS.len()].0.to_owned(),
        shape: SHAPES[count % SHAPES.len()].0.to_owned(),
        ..NewTenant::new(&create.slug, create.name.trim(), kind)
    })
}

async fn print_all(db: &mut PgConnection) -> anyhow::Result<()> {
    let all = tenants::list_tenants(&mut *db).await?;
    let slug_of = |id: TenantId| all.iter().find(|tenant| tenant.id == id).map_or("", |tenant| tenant.slug.as_str());
    for tenant in &all {
        let bases = tenants::list_knowledge_bases(&mut *db, tenant.id).await?;
        let bases = bases.iter().map(|base| slug_of(base.tenant)).collect::<Vec<_>>().join(",");
        let center = tenant.served_by.map_or("", slug_of);
        println!("{}\t{}\t{}\t{center}\t{bases}", tenant.slug, tenant.kind, tenant.name);
    }
    Ok(())
}
