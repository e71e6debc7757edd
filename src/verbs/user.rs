//! `user`: people who sign in.

use std::io::Read;

use clap::builder::PossibleValuesParser;
use sqlx::PgConnection;

use super::{in_database, tenants_by_slug, unless_taken};
use crate::access::Role;
use crate::accounts::{self, NewAccount};
use crate::audit::{self, Act, Actor};
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::TenantId;

#[derive(Debug, clap::Subcommand)]
pub enum UserVerb {
    /// Make an account
    Create(Create),
}

#[derive(Debug, clap::Args)]
pub struct Create {
    /// What the person signs in with
    #[arg(long)]
    email: String,
    /// As it stands on the screen
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    name: String,
    /// What the person may do
    #[arg(long, value_parser = PossibleValuesParser::new(Role::ALL.map(Role::as_str)))]
    role: String,
    /// Where the role holds; may be repeated. Agents and supervisors without it serve every tenant
    #[arg(long)]
    tenant: Vec<String>,
    /// Read the password from standard input; without it a one-time link is printed
    #[arg(long)]
    password_stdin: bool,
}

pub async fn run(config: &Config, verb: &UserVerb) -> anyhow::Result<()> {
    let UserVerb::Create(create) = verb;
    let role = checked_role(create)?;
    anyhow::ensure!(accounts::is_email(&create.email), "'{}' is no e-mail address", create.email);
    let hash = if create.password_stdin { Some(accounts::hash_password(read_password()?).await?) } else { None };
    in_database(config, async |db| insert(db, create, role, hash.as_deref()).await).await
}

fn checked_role(create: &Create) -> anyhow::Result<Role> {
    let role = Role::parse(&create.role).unwrap_or(Role::Viewer);
    if role == Role::Operator && !create.tenant.is_empty() {
        anyhow::bail!("an operator keeps all tenants; leave --tenant out");
    }
    if create.tenant.is_empty() && !Role::CENTER.contains(&role) {
        anyhow::bail!("the role {} holds in a tenant: name it with --tenant", create.role);
    }
    Ok(role)
}

fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    // As the sign-in form will clean what is typed there.
    let password = crate::web::extract::clean(&text);
    anyhow::ensure!(!password.is_empty(), "there is no password on standard input");
    if password.chars().count() < accounts::SHORTEST_PASSWORD {
        eprintln!(
            "this password is shorter than the {} characters asked for on the screen",
            accounts::SHORTEST_PASSWORD
        );
    }
    Ok(password)
}

async fn insert(db: &mut PgConnection, create: &Create, role: Role, hash: Option<&str>) -> anyhow::Result<()> {
    let now = Clock::system().now();
    let tenants = tenants_by_slug(&mut *db, &create.tenant).await?;
    let roles: Vec<(Role, Option<TenantId>)> = match tenants.as_slice() {
        [] => vec![(role, None)],
        some => some.iter().map(|tenant| (role, Some(tenant.id))).collect(),
    };
    let new = NewAccount { email: create.email.trim(), name: create.name.trim(), password_hash: hash, roles: &roles };
    let inserted = accounts::insert_account(&mut *db, new, now).await;
    let account = unless_taken(inserted, || format!("there is already an account of {}", create.email))?;
    let details = serde_json::json!({ "name": create.name, "roles": [role.as_str()] });
    let act = Act {
        tenant: tenants.first().map(|tenant| tenant.id),
        action: "created",
        thing: "account",
        thing_id: account.to_string(),
        details,
    };
    audit::record(&mut *db, now, &Actor::command_line(), act).await?;
    if hash.is_none() {
        println!("/invitations/{}", accounts::create_invitation(db, account, None, now).await?);
    }
    Ok(())
}
