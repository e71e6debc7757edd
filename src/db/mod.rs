//! PostgreSQL: the pool of the application role, migrations, and the scope that opens the tenant border for one transaction.

mod bell;
mod bootstrap;

pub mod embedded;
mod scope;

pub use bell::{Bell, Follows, Ringer, keep_up};
pub use bootstrap::{Database, pool_options};
pub use scope::{Scope, begin_for};

/// One list of migrations for the program, the verbs and the tests.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();

/// The role that every statement of the program runs as. It owns nothing and cannot bypass row-level security.
pub const APPLICATION_ROLE: &str = "ortsgespraech_app";
