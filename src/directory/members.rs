//! Which offices a person works in.

use sqlx::PgConnection;

use crate::ids::{AccountId, TenantId, UnitId};

/// None: no office was named for this person, so it is all of the town.
#[expect(clippy::unused_async, reason = "the offices of a person come with the directory's own tables")]
pub async fn list_offices_of(
    _db: &mut PgConnection,
    _tenant: TenantId,
    _account: AccountId,
) -> sqlx::Result<Option<Vec<UnitId>>> {
    Ok(None)
}
