//! Offices that give appointments.

use chrono::{NaiveTime, Weekday};
use ortsgespraech::appointments::{self, NewPattern, NewResource, NewType, Type};
use ortsgespraech::directory::{self, Unit};
use ortsgespraech::ids::{EntryId, ResourceId, TenantId, UnitId};
use ortsgespraech::tenants::Interval;
use sqlx::PgConnection;

use super::TestApp;
use super::town::Town;

/// One row in every table of the room.
const ROWS: [(&str, &str); 8] = [
    (
        "calendar_office",
        "insert into appointment_office (tenant_id, unit_id, address, feed_hash, feed_since)
         select $1, id, $2, sha256(convert_to('kalender-' || tenant_id, 'UTF8')), now() from unit where tenant_id = $1 and name = $2
         returning unit_id",
    ),
    (
        "kind",
        "insert into appointment_type (tenant_id, unit_id, name, minutes, documents)
         select $1, unit_id, $2, 20, $2 from appointment_office where tenant_id = $1 returning id",
    ),
    (
        "resource",
        "insert into appointment_resource (tenant_id, unit_id, name)
         select $1, unit_id, $2 from appointment_office where tenant_id = $1 returning id",
    ),
    (
        "used_resource",
        "insert into appointment_type_resource (tenant_id, type_id, resource_id)
         select $1, type.id, resource.id from appointment_type type, appointment_resource resource
         where type.tenant_id = $1 and resource.tenant_id = $1 and $2 <> '' returning type_id",
    ),
    (
        "served_entry",
        "insert into appointment_type_entry (tenant_id, type_id, entry_tenant_id, entry_id)
         select $1, type.id, $1, entry.id from appointment_type type, entry
         where type.tenant_id = $1 and entry.tenant_id = $1 and entry.external_id = $2 returning type_id",
    ),
    (
        "pattern",
        "insert into opening_pattern (tenant_id, unit_id, weekday, opens, closes, label)
         select $1, unit_id, 3, '08:00', '12:00', $2 from appointment_office where tenant_id = $1 returning id",
    ),
    (
        "appointment",
        "insert into appointment (tenant_id, unit_id, type_id, resource_id, lanes, during, blocked, state, request_key, reference,
                                  channel, uid, created_at, changed_at)
         select $1, type.unit_id, type.id, resource.id, '[0,1)', during, during, 'booked', $2, '482917', 'none', $2, now(), now()
         from appointment_type type, appointment_resource resource,
              tstzrange('2026-11-18T09:00:00Z', '2026-11-18T09:20:00Z') during
         where type.tenant_id = $1 and resource.tenant_id = $1 returning id",
    ),
    (
        "contact",
        "insert into appointment_contact (tenant_id, appointment_id, name, mail, delete_on)
         select $1, id, $2, 'gast@example.org', '2027-01-01' from appointment where tenant_id = $1 returning appointment_id",
    ),
];

impl Town {
    pub async fn give_appointments(&mut self, db: &mut PgConnection) {
        for (name, insert) in ROWS {
            let row: i64 = sqlx::query_scalar(insert)
                .bind(self.tenant)
                .bind(self.mark)
                .fetch_one(&mut *db)
                .await
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            self.keep(name, row);
        }
        self.keep("calendar", format!("kalender-{}", self.tenant));
    }
}

/// An office of a town with one type at some counters.
pub struct Office {
    pub tenant: TenantId,
    pub unit: UnitId,
    pub kind: Type,
    pub counters: Vec<ResourceId>,
}

/// What a test may want otherwise.
pub struct Wish<'a> {
    pub name: &'a str,
    pub minutes: i32,
    pub buffer_minutes: i32,
    pub counters: usize,
    /// Weekday, from, to.
    pub hours: &'a [(Weekday, &'a str, &'a str)],
    pub max_days: i32,
    pub needs_name: bool,
    pub entry: Option<(TenantId, EntryId)>,
}

impl Default for Wish<'_> {
    /// Wednesdays from eight to twelve, twenty minutes each, at one counter, in the next two weeks.
    fn default() -> Self {
        Self {
            name: "Reisepass beantragen",
            minutes: 20,
            buffer_minutes: 0,
            counters: 1,
            hours: &[(Weekday::Wed, "08:00", "12:00")],
            max_days: 14,
            needs_name: false,
            entry: None,
        }
    }
}

pub async fn open_office(test: &TestApp, tenant: TenantId, wish: Wish<'_>) -> Office {
    let mut db = test.begin_as_system().await;
    let unit = directory::insert_unit(&mut *db, tenant, &bureau(tenant)).await.expect("an office");
    appointments::insert_office(&mut *db, tenant, unit).await.expect("an office with appointments");
    let new = NewType {
        name: wish.name.to_owned(),
        minutes: wish.minutes,
        buffer_minutes: wish.buffer_minutes,
        documents: "Alter Pass\nBiometrisches Foto".to_owned(),
        need: 1,
        min_days: 0,
        max_days: wish.max_days,
        needs_name: wish.needs_name,
        remote_id: None,
        active: true,
    };
    let kind = appointments::insert_type(&mut *db, tenant, unit, &new).await.expect("a type");
    let mut counters = Vec::new();
    for number in 1..=wish.counters {
        let new = NewResource { name: format!("Schalter {number}"), places: 1, active: true };
        counters.push(appointments::insert_resource(&mut *db, tenant, unit, &new).await.expect("a counter"));
    }
    appointments::replace_type_resources(&mut db, tenant, kind, &counters).await.expect("its counters");
    let entries: Vec<_> = wish.entry.into_iter().collect();
    appointments::replace_type_entries(&mut db, tenant, kind, &entries).await.expect("its entries");
    for (weekday, opens, closes) in wish.hours {
        let interval = Interval { opens: time(opens), closes: time(closes) };
        let new = NewPattern { unit, kind: None, weekday: *weekday, interval, valid_from: None, valid_until: None };
        appointments::insert_pattern(&mut *db, tenant, &new).await.expect("a pattern");
    }
    let kind = appointments::find_type(&mut *db, tenant, kind).await.expect("an answer").expect("the type");
    db.commit().await.expect("commit");
    Office { tenant, unit, kind, counters }
}

fn time(text: &str) -> NaiveTime {
    text.parse().expect("a time")
}

fn bureau(tenant: TenantId) -> Unit {
    Unit {
        tenant,
        name: "Bürgerbüro".to_owned(),
        mail: Some("buergerbuero@stadt-a.example".to_owned()),
        street: Some("Markt 1".to_owned()),
        postcode: Some("99902".to_owned()),
        city: Some("Stadt A".to_owned()),
        room: Some("3".to_owned()),
        ..Unit::default()
    }
}
