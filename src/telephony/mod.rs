//! Telephone systems: who they are, how they reach us or we them, and what their messages mean in our words.

pub mod asterisk;
pub mod conventions;
mod door;
pub mod import;
mod network;
mod pages;
mod signature;
mod store;

pub use network::parse_network;
pub use signature::is_public_key;
pub use store::{
    find_link, find_source_by_name, insert_source, insert_token, list_queues, list_sources, map_queue, revoke_tokens,
};

use crate::ids::{SourceId, TenantId};
use crate::web::Routes;

/// The door of telephone systems, and the operator's pages about them.
pub fn routes() -> Routes {
    door::routes().merge(pages::routes())
}

/// How a telephone system speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Adapter {
    Zammad,
    Sipgate,
    Placetel,
    Native,
    Completed,
    AsteriskAmi,
}

impl Adapter {
    pub const ALL: [Self; 6] =
        [Self::Zammad, Self::Sipgate, Self::Placetel, Self::Native, Self::Completed, Self::AsteriskAmi];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zammad => "zammad",
            Self::Sipgate => "sipgate",
            Self::Placetel => "placetel",
            Self::Native => "native",
            Self::Completed => "completed",
            Self::AsteriskAmi => "asterisk-ami",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|adapter| adapter.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Zammad => "Ereignisse nach dem Muster von Zammad",
            Self::Sipgate => "sipgate.io",
            Self::Placetel => "Placetel",
            Self::Native => "Eigene Ereignisse (JSON)",
            Self::Completed => "Beendete Gespräche (3CX, Yeastar und andere)",
            Self::AsteriskAmi => "Asterisk oder FreePBX (AMI)",
        }
    }

    /// It has to be called; the others call us.
    pub fn is_called(self) -> bool {
        self == Self::AsteriskAmi
    }
}

/// A telephone system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub id: SourceId,
    pub name: String,
    pub adapter: Adapter,
    pub active: bool,
    pub version: i32,
}

/// What may come through the door of a source that calls us, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorRules {
    /// Of a signature over the raw body.
    pub signing_secret: Option<String>,
    /// PEM of a public key that checks such a signature.
    pub signing_key: Option<String>,
    /// Networks that may knock; empty: all.
    pub networks: Vec<String>,
    pub per_second: i32,
}

impl Default for DoorRules {
    fn default() -> Self {
        Self { signing_secret: None, signing_key: None, networks: Vec::new(), per_second: 1000 }
    }
}

/// How a telephone system is reached that has to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// "10.0.0.5:5038".
    pub address: String,
    pub account: String,
    pub secret: String,
    pub tls: bool,
    pub tls_authority: Option<String>,
    pub trunk_context: String,
    pub inside_context: String,
    pub may_control: bool,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            address: String::new(),
            account: String::new(),
            secret: String::new(),
            tls: false,
            tls_authority: None,
            trunk_context: "from-trunk".to_owned(),
            inside_context: "internal".to_owned(),
            may_control: false,
        }
    }
}

/// Which way the messages come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    Door(DoorRules),
    Link(Link),
}

/// Whose calls wait in a queue, where the dialled number does not say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueMapping {
    pub source: SourceId,
    pub queue: String,
    pub tenant: TenantId,
    pub tenant_slug: String,
    pub skill: Option<String>,
}

/// Where a source of its own kind knocks.
pub fn door_path(token: &str) -> String {
    format!("/api/v1/cti/{token}")
}

/// "host:port", as it is dialled.
pub fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let readable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    let is_host = !bare.is_empty() && bare.chars().all(readable) && (bare.len() == host.len()) != bare.contains(':');
    is_host && port.parse::<u16>().is_ok_and(|port| port > 0)
}
