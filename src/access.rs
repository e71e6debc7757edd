//! Who is asking and what they may do. Roles give permissions; a route names the permission it needs.

use crate::db::Scope;
use crate::ids::{AccountId, TenantId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    Agent,
    Supervisor,
    Operator,
    Editor,
    TenantAdmin,
    Unit,
    Viewer,
}

impl Role {
    pub const ALL: [Self; 7] =
        [Self::Agent, Self::Supervisor, Self::Operator, Self::Editor, Self::TenantAdmin, Self::Unit, Self::Viewer];
    /// Roles that a town gives; a town's admin cannot change the center's people. Agents of a town are its own switchboard.
    pub const TOWN: [Self; 6] =
        [Self::Editor, Self::TenantAdmin, Self::Unit, Self::Viewer, Self::Agent, Self::Supervisor];
    pub const CENTER: [Self; 3] = [Self::Agent, Self::Supervisor, Self::Operator];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Operator => "operator",
            Self::Editor => "editor",
            Self::TenantAdmin => "tenant-admin",
            Self::Unit => "unit",
            Self::Viewer => "viewer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Agent => "Service-Agent/in",
            Self::Supervisor => "Teamleitung",
            Self::Operator => "Betreiber",
            Self::Editor => "Redaktion",
            Self::TenantAdmin => "Mandanten-Verwaltung",
            Self::Unit => "Fachdienst",
            Self::Viewer => "Nur lesen",
        }
    }

    fn grants(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::Public | P::SignedIn | P::ReadKnowledge | P::ReadDirectory => true,
            P::UseDesk => matches!(self, Self::Agent | Self::Supervisor),
            P::WatchFigures => {
                matches!(self, Self::Agent | Self::Supervisor | Self::Operator | Self::TenantAdmin | Self::Viewer)
            }
            P::EditKnowledge => matches!(self, Self::Editor | Self::TenantAdmin | Self::Operator),
            P::EditDirectory => matches!(self, Self::Editor | Self::TenantAdmin | Self::Operator),
            P::HandleCases => matches!(self, Self::Agent | Self::Supervisor | Self::Unit | Self::TenantAdmin),
            P::HandleAppointments => matches!(self, Self::Unit | Self::TenantAdmin | Self::Operator),
            P::ReadAppointments => self.grants(P::HandleAppointments) || matches!(self, Self::Agent | Self::Supervisor),
            P::ManageTenant | P::ManagePeople | P::ReadAudit => {
                matches!(self, Self::TenantAdmin | Self::Operator)
            }
            P::ManageCenter => self == Self::Operator,
            P::SearchApi | P::CallsApi | P::KnowledgeApi => false,
        }
    }
}

/// What a route asks for. The last three are scopes of tokens, held by programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    Public,
    SignedIn,
    UseDesk,
    WatchFigures,
    ReadKnowledge,
    EditKnowledge,
    ReadDirectory,
    EditDirectory,
    /// Callbacks, complaints and what else was promised to somebody.
    HandleCases,
    HandleAppointments,
    ReadAppointments,
    ManageTenant,
    ManagePeople,
    ReadAudit,
    ManageCenter,
    SearchApi,
    CallsApi,
    KnowledgeApi,
}

impl Permission {
    /// The token scopes that open an API route; None for routes of people.
    pub fn token_scopes(self) -> Option<&'static [&'static str]> {
        match self {
            Self::SearchApi => Some(&["search", "knowledge"]),
            Self::CallsApi => Some(&["calls"]),
            Self::KnowledgeApi => Some(&["knowledge"]),
            _ => None,
        }
    }
}

/// Whose published entries are read, and which of them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct KnowledgeSource {
    pub id: TenantId,
    pub slug: String,
    pub short_name: String,
    /// Only entries of these life situations; None: all of them.
    pub topics: Option<Vec<String>>,
}

/// One tenant as this person meets it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct TenantAccess {
    pub id: TenantId,
    pub slug: String,
    pub name: String,
    pub short_name: String,
    pub kind: String,
    pub accent: String,
    pub shape: String,
    pub postcodes: Vec<String>,
    /// Whose published knowledge is shown here: the tenant's own first, then its bases in order.
    pub sources: Vec<KnowledgeSource>,
    #[serde(deserialize_with = "known_roles")]
    pub roles: Vec<Role>,
}

fn known_roles<'de, D: serde::Deserializer<'de>>(roles: D) -> Result<Vec<Role>, D::Error> {
    let names: Vec<String> = serde::Deserialize::deserialize(roles)?;
    Ok(names.iter().filter_map(|name| Role::parse(name)).collect())
}

/// The same without its names: what a search needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub tenant: TenantId,
    /// See `KnowledgeSource`.
    pub topics: Option<Vec<String>>,
}

impl From<TenantId> for Source {
    /// Everything of this tenant.
    fn from(tenant: TenantId) -> Self {
        Self { tenant, topics: None }
    }
}

impl From<&KnowledgeSource> for Source {
    fn from(source: &KnowledgeSource) -> Self {
        Self { tenant: source.id, topics: source.topics.clone() }
    }
}

impl TenantAccess {
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.grants(permission))
    }

    /// Whose entry this is, if its knowledge is shown here.
    pub fn source(&self, owner: TenantId) -> Option<&KnowledgeSource> {
        self.sources.iter().find(|source| source.id == owner)
    }

    pub fn scope(&self) -> Scope {
        Scope::tenants([self.id]).reading(self.source_ids())
    }

    fn source_ids(&self) -> Vec<TenantId> {
        self.sources.iter().map(|source| source.id).collect()
    }

    pub fn is_intake(&self) -> bool {
        self.kind == "intake"
    }
}

/// How somebody wants to work at the desk.
#[derive(Debug, Clone, Default)]
pub struct Preferences {
    /// Single letters and digits are commands.
    pub single_keys: bool,
    /// A short sound when the next call is for another town than the last one.
    pub town_sound: bool,
    /// The greeting in own words, where the town allows it.
    pub greeting: Option<String>,
}

/// A signed-in person with everything a request may need to know about them.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub account: AccountId,
    pub name: String,
    pub email: String,
    pub preferences: Preferences,
    /// One of the center's team; a town's own switchboard is not.
    pub of_center: bool,
    pub session: Vec<u8>,
    /// The message waiting for the next page.
    pub flash: Option<serde_json::Value>,
    /// Every tenant this person works for; the center's agents also see the reserved intake tenant.
    pub tenants: Vec<TenantAccess>,
    pub center_roles: Vec<Role>,
    /// Lines that ask for a skill are offered only to those who have it.
    pub skills: Vec<String>,
    /// What the center calls itself.
    pub center: String,
}

impl Viewer {
    /// Every role this person has somewhere, in words.
    pub fn role_labels(&self) -> String {
        let has = |role: &Role| {
            self.center_roles.contains(role) || self.tenants.iter().any(|tenant| tenant.roles.contains(role))
        };
        Role::ALL.into_iter().filter(has).map(Role::label).collect::<Vec<_>>().join(", ")
    }

    pub fn may(&self, permission: Permission) -> bool {
        match permission {
            Permission::Public | Permission::SignedIn => true,
            _ => {
                self.center_roles.iter().any(|role| role.grants(permission))
                    || self.tenants.iter().any(|tenant| tenant.may(permission))
            }
        }
    }

    pub fn has_skill(&self, needed: Option<&str>) -> bool {
        needed.is_none_or(|needed| self.skills.iter().any(|skill| skill == needed))
    }

    pub fn tenant(&self, slug: &str) -> Option<&TenantAccess> {
        self.tenants.iter().find(|tenant| tenant.slug == slug)
    }

    pub fn tenant_by_id(&self, id: TenantId) -> Option<&TenantAccess> {
        self.tenants.iter().find(|tenant| tenant.id == id)
    }

    /// The tenants in which this person holds a permission, without the reserved one.
    pub fn tenants_with(&self, permission: Permission) -> Vec<&TenantAccess> {
        self.tenants.iter().filter(|t| !t.is_intake() && t.may(permission)).collect()
    }

    /// What belongs to no single tenant, such as a new one, the team and the tokens, is kept by operators alone. Everybody
    /// else gets their own tenants here and nothing more.
    pub fn center_scope(&self) -> Scope {
        if self.center_roles.contains(&Role::Operator) { Scope::system() } else { self.scope() }
    }

    /// All tenants this person works for at once: the desk's scope.
    pub fn scope(&self) -> Scope {
        let own: Vec<_> = self.tenants.iter().map(|tenant| tenant.id).collect();
        let mut knowledge: Vec<_> = self.tenants.iter().flat_map(TenantAccess::source_ids).collect();
        knowledge.sort_unstable();
        knowledge.dedup();
        Scope::tenants(own).reading(knowledge).as_account(self.account)
    }
}

/// A program with a token.
#[derive(Debug, Clone)]
pub struct TokenHolder {
    pub label: String,
    pub scopes: Vec<String>,
    /// None: all tenants.
    pub tenants: Option<Vec<TenantId>>,
}

impl TokenHolder {
    pub fn may(&self, permission: Permission) -> bool {
        permission
            .token_scopes()
            .is_some_and(|needed| needed.iter().any(|scope| self.scopes.iter().any(|s| s == scope)))
    }

    /// A token without tenants reaches all of them, also calls whose town is not known yet.
    pub fn scope(&self) -> Scope {
        self.tenants.as_ref().map_or_else(Scope::system, |tenants| Scope::tenants(tenants.clone()))
    }

    pub fn reaches(&self, tenant: TenantId) -> bool {
        self.tenants.as_ref().is_none_or(|tenants| tenants.contains(&tenant))
    }
}
