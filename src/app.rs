//! What every request may reach.

use std::path::PathBuf;
use std::sync::Arc;

use sqlx::{PgPool, Postgres, Transaction};

use crate::access::Role;
use crate::calls::Intake;
use crate::clock::Clock;
use crate::db::{self, Scope};
use crate::desk::DeskHub;
use crate::search::SearchIndex;

#[derive(Clone, Debug)]
pub struct App {
    /// Connections of the application role; open the tenant border with `begin`.
    pub pool: PgPool,
    /// The time; fixed in tests.
    pub clock: Clock,
    /// What was published, ready to be searched.
    pub search: SearchIndex,
    /// Where every telephone system's messages go.
    pub intake: Intake,
    /// The desks that listen to this process.
    pub desks: DeskHub,
    /// What was chosen at start.
    pub settings: Arc<Settings>,
}

#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Offered on the sign-in page. Only `serve --demo` sets it.
    pub demo_accounts: &'static [DemoAccount],
    /// Where uploaded files lie until they are read; None: with the system's temporary files.
    pub uploads: Option<PathBuf>,
}

impl Settings {
    pub fn uploads(&self) -> PathBuf {
        self.uploads.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// A person of the demo, signed in by one click.
#[derive(Clone, Copy, Debug)]
pub struct DemoAccount {
    pub email: &'static str,
    pub name: &'static str,
    pub role: Role,
    /// Where the person works, in short.
    pub town: &'static str,
    pub password: &'static str,
}

impl App {
    /// A transaction that sees what the scope may see.
    pub async fn begin(&self, scope: &Scope) -> sqlx::Result<Transaction<'static, Postgres>> {
        db::begin_for(&self.pool, scope).await
    }
}
