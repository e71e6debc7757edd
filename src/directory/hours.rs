//! When an office works.

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::store;
use crate::ids::{TenantId, UnitId};
use crate::tenants::{self, Exception, Interval, Schedule, ServiceCalendar, WeeklyHours};

/// When somebody answers the telephone, and when the door is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursKind {
    Phone,
    Opening,
}

impl HoursKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Opening => "opening",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Phone, Self::Opening].into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Phone => "Telefonzeiten",
            Self::Opening => "Öffnungszeiten",
        }
    }
}

/// Days on which an office works otherwise; both belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitException {
    pub id: i64,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    /// None: closed.
    pub interval: Option<Interval>,
    pub label: String,
}

/// The hours in which a unit answers: its own where it has some, otherwise those of its town.
pub async fn find_calendar(db: &mut PgConnection, tenant: TenantId, unit: UnitId) -> sqlx::Result<ServiceCalendar> {
    Ok(list_calendars(db, &[tenant], &[unit]).await?.remove(&(tenant, unit)).unwrap_or_default())
}

/// The same of several units at once. Missing: neither the unit nor its town has hours.
pub async fn list_calendars(
    db: &mut PgConnection,
    tenants: &[TenantId],
    units: &[UnitId],
) -> sqlx::Result<HashMap<(TenantId, UnitId), ServiceCalendar>> {
    let schedules = tenants::list_schedules(&mut *db, tenants).await?;
    let mut own: HashMap<(TenantId, UnitId), (Vec<WeeklyHours>, Vec<Exception>)> = HashMap::new();
    for tenant in tenants {
        own.extend(units.iter().map(|unit| ((*tenant, *unit), (Vec::new(), Vec::new()))));
    }
    for (tenant, unit, hours) in store::hours::list_unit_hours(&mut *db, tenants, units, HoursKind::Phone).await? {
        own.entry((tenant, unit)).or_default().0.push(hours);
    }
    for (tenant, unit, exception) in store::hours::list_exceptions_of(&mut *db, tenants, units).await? {
        own.entry((tenant, unit)).or_default().1.push(exception);
    }
    let calendars = own.into_iter().filter_map(|((tenant, unit), (week, exceptions))| {
        Some(((tenant, unit), calendar(schedules.get(&tenant), week, exceptions)?))
    });
    Ok(calendars.collect())
}

fn calendar(
    town: Option<&Schedule>,
    week: Vec<WeeklyHours>,
    mut exceptions: Vec<Exception>,
) -> Option<ServiceCalendar> {
    let of_town = town.into_iter().flat_map(|town| &town.hours);
    let towns_week: Vec<_> = of_town.filter(|(line, _)| line.is_none()).map(|(_, hours)| *hours).collect();
    if week.is_empty() && towns_week.is_empty() {
        return None;
    }
    let closed = town.into_iter().flat_map(|town| &town.exceptions);
    exceptions.extend(closed.filter(|(line, _)| line.is_none()).map(|(_, exception)| exception.clone()));
    let observes_holidays = town.is_none_or(|town| town.observes_holidays);
    Some(ServiceCalendar::new(towns_week, week, exceptions, observes_holidays))
}
