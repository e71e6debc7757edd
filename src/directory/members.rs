//! Which offices a person works in.

use sqlx::PgConnection;

use super::store;
use crate::ids::{AccountId, TenantId, UnitId};

/// None: no office was named for this person, so it is all of the town.
pub async fn list_offices_of(
    db: &mut PgConnection,
    tenant: TenantId,
    account: AccountId,
) -> sqlx::Result<Option<Vec<UnitId>>> {
    let units = store::members::list_units_of(db, tenant, account).await?;
    Ok((!units.is_empty()).then_some(units))
}
