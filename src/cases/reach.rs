//! Who sees which cases: agents those of their towns, a town's administration its own, an office only what lies with it.

use sqlx::PgConnection;

use super::{CaseFile, store};
use crate::access::{Permission, Role, Viewer};
use crate::app::App;
use crate::directory;
use crate::ids::{TenantId, UnitId};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Everything of these.
    pub whole: Vec<TenantId>,
    /// And what lies with these offices.
    pub offices: Vec<UnitId>,
}

impl Reach {
    pub async fn find(db: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<Self> {
        let mut reach = Self::default();
        for town in viewer.tenants_with(Permission::HandleCases) {
            let is_of_office = !town.roles.iter().any(|role| sees_all(*role));
            let offices = match is_of_office {
                true => directory::list_offices_of(&mut *db, town.id, viewer.account).await?,
                false => None,
            };
            match offices {
                Some(offices) => reach.offices.extend(offices),
                None => reach.whole.push(town.id),
            }
        }
        Ok(reach)
    }

    pub fn holds(&self, case: &CaseFile) -> bool {
        self.whole.contains(&case.tenant) || case.unit.is_some_and(|unit| self.offices.contains(&unit))
    }
}

fn sees_all(role: Role) -> bool {
    matches!(role, Role::Agent | Role::Supervisor | Role::TenantAdmin)
}

/// How many of a person's cases are late, or nearly; for the navigation.
pub async fn count_due(app: &App, viewer: &Viewer) -> sqlx::Result<i64> {
    let mut db = app.begin(&viewer.scope()).await?;
    let reach = Reach::find(&mut db, viewer).await?;
    store::count_due(&mut *db, &reach, app.clock.now()).await
}
