//! Appointments of the demo: the Bürgerbüro of Stadt A has types, counters, hours and some bookings; Stadt B sends its callers to
//! a page of its own.

use anyhow::Context;
use chrono::{DateTime, NaiveTime, Utc, Weekday};
use sqlx::PgConnection;

use crate::appointments::{
    self, Channel, Confirmation, Contact, Hold, Holding, NewPattern, NewResource, NewType, Office, System, Type,
};
use crate::directory;
use crate::ids::{AppointmentTypeId, ResourceId, TenantId, UnitId};
use crate::knowledge;
use crate::tenants::Interval;

struct DemoType {
    name: &'static str,
    minutes: i32,
    documents: &'static str,
    entries: &'static [&'static str],
}

const TYPES_OF_A: [DemoType; 3] = [
    DemoType {
        name: "Personalausweis beantragen",
        minutes: 15,
        documents: "Alter Ausweis oder Geburtsurkunde\nBiometrisches Foto",
        entries: &["stadt-a-personalausweis", "stadt-a-vorlaeufiger-ausweis"],
    },
    DemoType {
        name: "Reisepass beantragen",
        minutes: 20,
        documents: "Alter Reisepass oder Personalausweis\nBiometrisches Foto\nBei Kindern: Zustimmung beider Eltern",
        entries: &["stadt-a-reisepass", "stadt-a-kinderausweis"],
    },
    DemoType {
        name: "Wohnsitz an- oder ummelden",
        minutes: 10,
        documents: "Personalausweise aller, die umziehen\nWohnungsgeberbestätigung",
        entries: &["stadt-a-wohnsitz-anmelden"],
    },
];

const TYPES_OF_B: [DemoType; 1] = [DemoType {
    name: "Ausweis und Pass",
    minutes: 20,
    documents: "Alter Ausweis\nBiometrisches Foto",
    entries: &["stadt-b-personalausweis", "stadt-b-reisepass"],
}];

/// The town's page. A caller is told it, or books there with the agent.
const PAGE_OF_B: &str = "https://www.stadt-b.example/termine";

const HOURS_OF_A: [(Weekday, &str, &str); 7] = [
    (Weekday::Mon, "08:00", "12:30"),
    (Weekday::Mon, "13:30", "16:00"),
    (Weekday::Tue, "08:00", "12:30"),
    (Weekday::Wed, "08:00", "12:30"),
    (Weekday::Thu, "08:00", "12:30"),
    (Weekday::Thu, "14:00", "18:00"),
    (Weekday::Fri, "08:00", "12:00"),
];

/// So many are booked already: every third slot or so of the next days.
const BOOKED: usize = 24;

pub async fn insert_appointments(
    db: &mut PgConnection,
    tenant_of: impl Fn(&str) -> TenantId,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let (a, b) = (tenant_of("stadt-a"), tenant_of("stadt-b"));
    let office = open_office(&mut *db, a, "Bürgerbüro").await?;
    let mut counters = Vec::new();
    for name in ["Schalter 1", "Schalter 2"] {
        let new = NewResource { name: name.to_owned(), places: 1, active: true };
        counters.push(appointments::insert_resource(&mut *db, a, office, &new).await?);
    }
    for (weekday, opens, closes) in HOURS_OF_A {
        let interval = Interval { opens: time(opens)?, closes: time(closes)? };
        let new = NewPattern { unit: office, kind: None, weekday, interval, valid_from: None, valid_until: None };
        appointments::insert_pattern(&mut *db, a, &new).await?;
    }
    for demo in &TYPES_OF_A {
        let id = insert_type(&mut *db, (a, office), demo, &counters).await?;
        let kind = appointments::find_type(&mut *db, a, id).await?.context("the type")?;
        book_some(&mut *db, &kind, now).await?;
    }
    let office = open_office(&mut *db, b, "Bürgeramt").await?;
    insert_type(&mut *db, (b, office), &TYPES_OF_B[0], &[]).await?;
    let known = appointments::find_office(&mut *db, b, office).await?.context("the office")?;
    let linked = Office { system: System::Link, address: Some(PAGE_OF_B.to_owned()), ..known };
    appointments::update_office(&mut *db, &linked, None).await?;
    Ok(())
}

async fn open_office(db: &mut PgConnection, tenant: TenantId, name: &str) -> anyhow::Result<UnitId> {
    let units = directory::list_units(&mut *db, tenant).await?;
    let unit = units.into_iter().find(|unit| unit.name == name);
    let unit = unit.with_context(|| format!("the demo has no office {name}"))?.id;
    appointments::insert_office(&mut *db, tenant, unit).await?;
    Ok(unit)
}

async fn insert_type(
    db: &mut PgConnection,
    (tenant, unit): (TenantId, UnitId),
    demo: &DemoType,
    counters: &[ResourceId],
) -> anyhow::Result<AppointmentTypeId> {
    let new = NewType {
        name: demo.name.to_owned(),
        minutes: demo.minutes,
        buffer_minutes: 5,
        documents: demo.documents.to_owned(),
        need: 1,
        min_days: 1,
        max_days: 42,
        needs_name: false,
        remote_id: None,
        active: true,
    };
    let id = appointments::insert_type(&mut *db, tenant, unit, &new).await?;
    appointments::replace_type_resources(&mut *db, tenant, id, counters).await?;
    let mut entries = Vec::new();
    for key in demo.entries {
        let entry = knowledge::find_entry_id(&mut *db, tenant, key).await?;
        entries.push((tenant, entry.with_context(|| format!("the demo has no entry {key}"))?));
    }
    appointments::replace_type_entries(&mut *db, tenant, id, &entries).await?;
    Ok(id)
}

/// Without names: nobody needs one for most of them.
async fn book_some(db: &mut PgConnection, kind: &Type, now: DateTime<Utc>) -> anyhow::Result<()> {
    let free = appointments::list_free(&mut *db, kind, None, now).await?;
    for (number, slot) in free.iter().step_by(3).take(BOOKED / TYPES_OF_A.len()).enumerate() {
        let wish = Holding {
            kind,
            starts_at: slot.starts_at,
            request_key: &format!("demo:{}:{number}", kind.id),
            account: None,
            call: None,
            minutes: 5,
            replaces: None,
            remote: None,
        };
        let Hold::Held(held) = appointments::hold(&mut *db, &wish, now).await? else { continue };
        let check = format!("{:04}", 1000 + number);
        let yes = Confirmation { channel: Channel::None, contact: &Contact::default(), check: &check };
        appointments::book(&mut *db, (held.tenant, held.id), &yes, now).await?;
    }
    Ok(())
}

fn time(text: &str) -> anyhow::Result<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").with_context(|| format!("{text} is no time of day"))
}
