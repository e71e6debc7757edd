//! Appointments that a town's own system keeps. What is true is decided there: it is asked before the caller hears of anything,
//! never while a transaction is open. What was reserved there and not booked here, cancelled or moved is given back until it
//! answers that it is.

use chrono::{DateTime, NaiveDate, Utc};

use super::booking::horizon;
use super::store;
use super::zms::{Reserved, Trouble, Zms};
use super::{Appointment, Type};
use crate::app::App;
use crate::clock;
use crate::db::Scope;
use crate::ids::{TenantId, UnitId};

/// None: the office does not use such a system.
async fn find_zms(app: &App, tenant: TenantId, unit: UnitId) -> sqlx::Result<Option<Zms>> {
    let mut db = app.begin(&Scope::tenants([tenant])).await?;
    let Some((address, scope, secret)) = store::find_remote(&mut *db, tenant, unit).await? else { return Ok(None) };
    Ok(Zms::new(&address, &scope, secret).ok())
}

/// Outer: our own database; inner: the other system.
pub type Asked<T> = sqlx::Result<Result<T, Trouble>>;

pub async fn list_free_there(
    app: &App,
    kind: &Type,
    from: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Asked<Vec<DateTime<Utc>>> {
    let Some(zms) = find_zms(app, kind.tenant, kind.unit).await? else { return Ok(Err(Trouble::Unreadable)) };
    let wanted = horizon(kind, now);
    let (first, last) = (clock::day_of(wanted.earliest), clock::day_of(wanted.latest));
    let days = (from.unwrap_or(first).clamp(first, last), last);
    let mut found = zms.list_free(service(kind), days).await;
    if let Ok(starts) = &mut found {
        starts.retain(|start| *start >= wanted.earliest && *start < wanted.latest);
    }
    Ok(found)
}

fn service(kind: &Type) -> &str {
    kind.remote_id.as_deref().unwrap_or_default()
}

pub async fn reserve_there(app: &App, kind: &Type, starts_at: DateTime<Utc>) -> Asked<Reserved> {
    let Some(zms) = find_zms(app, kind.tenant, kind.unit).await? else { return Ok(Err(Trouble::Unreadable)) };
    Ok(zms.reserve(service(kind), starts_at).await)
}

/// Before it is booked here. What is kept here alone needs nobody's word.
pub async fn confirm_there(app: &App, held: &Appointment) -> Asked<()> {
    let Some(reserved) = reserved(held.remote_id.as_ref(), held.remote_key.as_ref()) else { return Ok(Ok(())) };
    let Some(zms) = find_zms(app, held.tenant, held.unit).await? else { return Ok(Err(Trouble::Unreadable)) };
    Ok(zms.confirm(&reserved).await)
}

fn reserved(id: Option<&String>, key: Option<&String>) -> Option<Reserved> {
    Some(Reserved { id: id?.clone(), key: key?.clone() })
}

/// Gives back what nobody needs there any more. Says how many.
pub async fn give_back(app: &App) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    let leftovers = store::list_leftovers(&mut *db, now).await?;
    drop(db);
    let mut given = 0;
    for left in leftovers {
        let Some(zms) = find_zms(app, left.tenant, left.unit).await? else { continue };
        match zms.delete(&Reserved { id: left.remote_id, key: left.remote_key }).await {
            Ok(()) => {
                let mut db = app.begin(&Scope::system()).await?;
                store::forget_leftover(&mut db, left.tenant, left.id).await?;
                db.commit().await?;
                given += 1;
            }
            Err(trouble) => {
                tracing::warn!(appointment = %left.id, ?trouble, "a slot in a town's system is not given back yet");
            }
        }
    }
    Ok(given)
}
