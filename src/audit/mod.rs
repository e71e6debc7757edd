//! Who did what to which thing: written in the same transaction as the change itself, never changed afterwards.

mod pages;
mod store;
mod words;

pub use pages::routes;
pub use store::record;

use chrono::{DateTime, Utc};

use crate::access::Viewer;
use crate::ids::{AccountId, TenantId};

/// Who acts.
#[derive(Debug, Clone)]
pub struct Actor {
    pub account: Option<AccountId>,
    pub name: String,
}

impl Actor {
    pub fn command_line() -> Self {
        Self { account: None, name: "Kommandozeile".to_owned() }
    }

    pub fn program(token_label: &str) -> Self {
        Self { account: None, name: format!("Programm {token_label}") }
    }
}

impl From<&Viewer> for Actor {
    fn from(viewer: &Viewer) -> Self {
        Self { account: Some(viewer.account), name: viewer.name.clone() }
    }
}

/// One act as it was recorded.
#[derive(Debug, Clone)]
pub struct Record {
    pub at: DateTime<Utc>,
    pub tenant: Option<TenantId>,
    pub actor: String,
    pub action: String,
    pub thing: String,
    pub thing_id: String,
    pub details: serde_json::Value,
}

/// One act. `action` is a verb in the past ("changed"), `thing` the table's word ("line").
#[derive(Debug)]
pub struct Act<'a> {
    pub tenant: Option<TenantId>,
    pub action: &'a str,
    pub thing: &'a str,
    pub thing_id: String,
    /// What changed; never a caller's data, a note or a secret.
    pub details: serde_json::Value,
}

impl<'a> Act<'a> {
    pub fn of(
        tenant: TenantId,
        action: &'a str,
        thing: &'a str,
        thing_id: impl ToString,
        details: serde_json::Value,
    ) -> Self {
        Self { tenant: Some(tenant), action, thing, thing_id: thing_id.to_string(), details }
    }

    /// Of the center as a whole.
    pub fn of_center(action: &'a str, thing: &'a str, thing_id: impl ToString, details: serde_json::Value) -> Self {
        Self { tenant: None, action, thing, thing_id: thing_id.to_string(), details }
    }
}
