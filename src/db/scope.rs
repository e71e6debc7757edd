//! Who a transaction works for. Without a scope row-level security shows no row.

use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

use crate::ids::{AccountId, TenantId};

#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Tenants whose own things may be seen and changed.
    pub tenants: Vec<TenantId>,
    /// Tenants whose published knowledge may be read.
    pub knowledge: Vec<TenantId>,
    /// The person who asks.
    pub account: Option<AccountId>,
    system: bool,
}

impl Scope {
    pub fn tenants(tenants: impl Into<Vec<TenantId>>) -> Self {
        Self { tenants: tenants.into(), ..Self::default() }
    }

    #[must_use]
    pub fn reading(mut self, knowledge: impl Into<Vec<TenantId>>) -> Self {
        self.knowledge = knowledge.into();
        self
    }

    #[must_use]
    pub fn as_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Everything: for sign-in and accounts, the command line, background work, and the operator's keeping of the center
    /// (`Viewer::center_scope`); never for another request of a person.
    pub fn system() -> Self {
        Self { system: true, ..Self::default() }
    }

    /// The ids are numbers, so they can stand in the text: one round trip opens the transaction and the border.
    fn begin_statement(&self) -> String {
        let list = |ids: &[TenantId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        format!(
            "begin; set local ortsgespraech.tenants = '{{{}}}'; set local ortsgespraech.knowledge = '{{{}}}'; \
             set local ortsgespraech.account = '{}'; set local ortsgespraech.system = '{}'",
            list(&self.tenants),
            list(&self.knowledge),
            self.account.map(|id| id.to_string()).unwrap_or_default(),
            if self.system { "on" } else { "off" },
        )
    }
}

pub async fn begin_for(pool: &PgPool, scope: &Scope) -> sqlx::Result<Transaction<'static, Postgres>> {
    pool.begin_with(AssertSqlSafe(scope.begin_statement())).await
}
