//! What is free: the opening from the calendar and the patterns, what is taken from one query.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::list_patterns;
use crate::appointments::{Place, Slot, Taken, Type, Wanted, free_slots, opening};
use crate::directory;
use crate::ids::{AppointmentTypeId, ResourceId, TenantId};

/// The free slots of a type within these days, and within its horizon.
pub async fn find_free_slots(
    db: &mut PgConnection,
    kind: &Type,
    days: (NaiveDate, NaiveDate),
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Slot>> {
    let calendar = directory::find_calendar(&mut *db, kind.tenant, kind.unit).await?;
    let patterns = list_patterns(&mut *db, kind.tenant, Some(kind.unit)).await?;
    let places = list_taken(&mut *db, kind.tenant, kind.id, (wanted.earliest, wanted.latest), now).await?;
    Ok(free_slots(&opening(&calendar, &patterns, kind.id, days), wanted, &places))
}

/// Every resource of a type with what is taken there in that time; a hold that ran out takes nothing.
pub async fn list_taken(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    kind: AppointmentTypeId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Place>> {
    let rows = sqlx::query!(
        r#"select resource.id as "resource: ResourceId", resource.name, resource.places,
                  lower(blocked) as "from?", upper(blocked) as "to?", lower(lanes) as "first?", upper(lanes) as "last?"
           from appointment_type_resource uses
           join appointment_resource resource on resource.tenant_id = $1 and resource.id = uses.resource_id and active
           left join appointment on appointment.tenant_id = $1 and appointment.resource_id = resource.id
                and blocked && tstzrange($3, $4)
                and (state = 'booked' or state = 'held' and hold_until > $5)
           where uses.tenant_id = $1 and uses.type_id = $2
           order by resource.name, resource.id, lower(blocked)"#,
        tenant as TenantId,
        kind as AppointmentTypeId,
        from,
        to,
        now
    )
    .fetch_all(db)
    .await?;
    let mut places: Vec<Place> = Vec::new();
    for row in rows {
        if places.last().is_none_or(|place| place.resource != row.resource) {
            places.push(Place { resource: row.resource, name: row.name, places: row.places, taken: Vec::new() });
        }
        let (Some(from), Some(to), Some(first_lane), Some(last_lane)) = (row.from, row.to, row.first, row.last) else {
            continue;
        };
        let taken = Taken { from, to, first_lane, last_lane };
        places.last_mut().into_iter().for_each(|place| place.taken.push(taken));
    }
    Ok(places)
}
