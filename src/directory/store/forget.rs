//! What was put away long enough goes for good: names of people above all.

use chrono::TimeDelta;

use crate::app::App;
use crate::db::Scope;

const KEPT: TimeDelta = TimeDelta::days(90);
/// Results of transfers name nobody; they are kept as long as figures are compared.
const TRANSFERS_KEPT: TimeDelta = TimeDelta::days(1100);

pub async fn forget_archived(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    let before = now - KEPT;
    let mut db = app.begin(&Scope::system()).await?;
    sqlx::query!("delete from responsibility where deleted_at < $1", before).execute(&mut *db).await?;
    sqlx::query!("delete from unit_exception where archived_at < $1", before).execute(&mut *db).await?;
    sqlx::query!("delete from transfer where at < $1", now - TRANSFERS_KEPT).execute(&mut *db).await?;
    sqlx::query!(
        "update contact set deputy_id = null from contact other
         where other.tenant_id = contact.tenant_id and other.id = contact.deputy_id and other.archived_at < $1",
        before
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update transfer set contact_id = null from contact
         where contact.tenant_id = transfer.tenant_id and contact.id = transfer.contact_id and contact.archived_at < $1",
        before
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update responsibility set contact_id = null from contact
         where contact.tenant_id = responsibility.tenant_id and contact.id = responsibility.contact_id
           and contact.archived_at < $1",
        before
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from contact where archived_at < $1", before).execute(&mut *db).await?;
    db.commit().await
}
