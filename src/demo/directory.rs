//! Hours, people and responsibilities of the demo's offices. Invented; numbers are extensions of the reserved blocks.

use chrono::{DateTime, Datelike, Days, NaiveTime, Utc, Weekday};
use sqlx::PgConnection;

use crate::clock;
use crate::directory::{
    self, Contact, Hold, HoursKind, Initials, Narrowing, Rule, Side, StreetPart, Subject, Unit, UnitException,
};
use crate::ids::{ContactId, RuleId, TenantId, UnitId};
use crate::knowledge;
use crate::tenants::{Interval, WeeklyHours};

/// From Monday to Friday, as "8-12 14-15:30"; empty: closed.
type DemoWeek = [&'static str; 5];

struct DemoOffice {
    slug: &'static str,
    unit: &'static str,
    tasks: &'static str,
    week: DemoWeek,
    /// Name, task, extension behind the block.
    people: &'static [(&'static str, &'static str, &'static str)],
}

const MORNINGS: DemoWeek = ["8:30-12 14-15:30", "8:30-12 14-15:30", "8:30-12 14-15:30", "8:30-12 14-15:30", "8:30-12"];

const fn office(
    slug: &'static str,
    unit: &'static str,
    tasks: &'static str,
    week: DemoWeek,
    people: &'static [(&'static str, &'static str, &'static str)],
) -> DemoOffice {
    DemoOffice { slug, unit, tasks, week, people }
}

const OFFICES: [DemoOffice; 14] = [
    office(
        "kreis",
        "Straßenverkehrsamt",
        "Auto, Verkehr, Kennzeichen",
        ["8:30-15", "8:30-15", "8:30-15", "8:30-15", "8:30-12"],
        &[],
    ),
    office(
        "kreis",
        "Führerscheinstelle",
        "Führerschein, Umtausch, Ersatz, Fahrerlaubnis",
        ["9-12 13:30-15", "9-12 13:30-15", "9-12 13:30-15", "9-12 13:30-15", "9-12"],
        &[("Frau Demir", "Nachnamen A–K", "211"), ("Herr Kruse", "Nachnamen L–Z", "212")],
    ),
    office(
        "kreis",
        "Zulassungsstelle",
        "Kfz anmelden, ummelden, abmelden, Wunschkennzeichen",
        ["8-15", "8-15", "8-15", "8-15", "8-12"],
        &[],
    ),
    office(
        "kreis",
        "Sozialamt",
        "Schwerbehindertenausweis, Pflege",
        MORNINGS,
        &[("Frau Albrecht", "Schwerbehindertenrecht", "311")],
    ),
    office(
        "kreis",
        "Elterngeldstelle",
        "Elterngeld, Bescheid, Partnermonate",
        ["9-12", "9-12", "", "9-12", "9-12"],
        &[],
    ),
    office(
        "kreis",
        "Umweltamt",
        "Bäume, Hecken, Wespen, Abfall",
        ["8:30-15:30", "8:30-15:30", "8:30-15:30", "8:30-15:30", "8:30-12"],
        &[],
    ),
    office(
        "stadt-a",
        "Bürgerbüro",
        "Ausweis, Pass, Ummelden, Führungszeugnis, Fundsachen",
        ["8-16", "8-16", "8-16", "8-18", "8-12"],
        &[("Frau Yilmaz", "Pässe und Ausweise", "115"), ("Herr Brandt", "Meldewesen", "116")],
    ),
    office(
        "stadt-a",
        "Standesamt",
        "Heirat, Geburt, Sterbefall, Urkunden",
        ["8:30-12", "8:30-12", "8:30-12", "8:30-12 14-17", "8:30-12"],
        &[],
    ),
    office("stadt-a", "Ordnungsamt", "Falschparker, Lärm, Gewerbe", ["8-16", "8-16", "8-16", "8-16", "8-13"], &[]),
    office(
        "stadt-a",
        "Amt für Soziales und Wohnen",
        "Wohngeld, Wohnberechtigungsschein",
        ["9-12", "9-12", "", "9-12", "9-12"],
        &[("Frau Sommer", "Wohngeld A–K", "191"), ("Herr Vogt", "Wohngeld L–Z", "192")],
    ),
    office(
        "stadt-a",
        "Stadtbetrieb",
        "Sperrmüll, Mülltonne, Straßenreinigung",
        ["7:30-16", "7:30-16", "7:30-16", "7:30-16", "7:30-13"],
        &[("Bezirk Nord", "nördlich der Bahn", "231"), ("Bezirk Süd", "südlich der Bahn", "232")],
    ),
    office(
        "stadt-b",
        "Bürgeramt",
        "Ausweis, Pass, Ummelden, Fundsachen",
        ["8-12", "8-12", "8-12", "8-12 14-17", "8-12"],
        &[("Frau Peters", "Meldewesen", "121")],
    ),
    office("stadt-b", "Bauhof", "Sperrmüll, Mülltonne", ["7-15", "7-15", "7-15", "7-15", "7-12"], &[]),
    office(
        "jobcenter",
        "Leistungsabteilung",
        "Bürgergeld, Bescheid, Weiterbewilligung",
        ["9-12", "9-12", "", "9-12 14-16", ""],
        &[("Team 1", "Nachnamen A–K", "210"), ("Team 2", "Nachnamen L–Z", "220")],
    ),
];

/// Town, entry (empty: within the office), narrowing, office, person (empty: the office itself).
type DemoRule = (&'static str, &'static str, fn() -> Option<Narrowing>, &'static str, &'static str);

const RULES: [DemoRule; 12] = [
    ("stadt-a", "stadt-a-wohngeld", first_half, "Amt für Soziales und Wohnen", "Frau Sommer"),
    ("stadt-a", "stadt-a-wohngeld", second_half, "Amt für Soziales und Wohnen", "Herr Vogt"),
    ("stadt-a", "stadt-a-sperrmuell", || street("Hauptstraße", None, None, Side::Odd), "Stadtbetrieb", "Bezirk Nord"),
    ("stadt-a", "stadt-a-sperrmuell", || street("Hauptstraße", None, None, Side::Even), "Stadtbetrieb", "Bezirk Süd"),
    (
        "stadt-a",
        "stadt-a-sperrmuell",
        || street("Bahnhofstraße", Some(1), Some(40), Side::All),
        "Stadtbetrieb",
        "Bezirk Nord",
    ),
    ("stadt-a", "stadt-a-sperrmuell", || Some(Narrowing::All), "Stadtbetrieb", ""),
    ("kreis", "", first_half, "Führerscheinstelle", "Frau Demir"),
    ("kreis", "", second_half, "Führerscheinstelle", "Herr Kruse"),
    ("stadt-b", "stadt-b-sperrmuell", || Some(Narrowing::All), "Bauhof", ""),
    ("jobcenter", "", first_half, "Leistungsabteilung", "Team 1"),
    ("jobcenter", "", second_half, "Leistungsabteilung", "Team 2"),
    ("stadt-b", "stadt-b-muelltonne", || street("Deichweg", Some(1), Some(19), Side::Odd), "Bauhof", ""),
];

fn first_half() -> Option<Narrowing> {
    Initials::new("A", "K").map(Narrowing::Initials)
}

fn second_half() -> Option<Narrowing> {
    Initials::new("L", "Z").map(Narrowing::Initials)
}

#[expect(clippy::unnecessary_wraps, reason = "stands in one table with those that may be none")]
fn street(name: &str, from: Option<u32>, to: Option<u32>, side: Side) -> Option<Narrowing> {
    Some(Narrowing::Street(StreetPart { street: name.to_owned(), key: directory::street_key(name), from, to, side }))
}

/// After offices and texts.
pub async fn insert_directory(
    db: &mut PgConnection,
    slug: &str,
    tenant: TenantId,
    block: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let units = directory::list_units(&mut *db, tenant).await?;
    let find = |name: &str| units.iter().find(|unit| unit.name == name).map(|unit| unit.id);
    for office in OFFICES.iter().filter(|office| office.slug == slug) {
        let Some(unit) = units.iter().find(|unit| unit.name == office.unit) else { continue };
        insert_office(&mut *db, unit, office, block, now).await?;
    }
    let contacts = directory::list_contacts(&mut *db, &[tenant], None).await?;
    for (_, entry, narrowing, unit, person) in RULES.iter().filter(|(owner, ..)| *owner == slug) {
        let (Some(narrowing), Some(unit)) = (narrowing(), find(unit)) else { continue };
        let subject = match *entry {
            "" => Some(Subject::Within(unit)),
            entry => knowledge::find_entry_id(&mut *db, tenant, entry).await?.map(|id| Subject::Entry(tenant, id)),
        };
        let Some(subject) = subject else { continue };
        let contact = contacts.iter().find(|contact| contact.unit == unit && contact.name == *person);
        insert_rule(&mut *db, (tenant, subject, narrowing), unit, contact.map(|contact| contact.id)).await?;
    }
    Ok(())
}

async fn insert_rule(
    db: &mut PgConnection,
    (tenant, subject, narrowing): (TenantId, Subject, Narrowing),
    unit: UnitId,
    contact: Option<ContactId>,
) -> anyhow::Result<()> {
    let rule = Rule {
        tenant,
        id: RuleId(0),
        subject,
        narrowing,
        valid_from: None,
        valid_until: None,
        unit,
        contact,
        version: 1,
        deleted_at: None,
    };
    directory::insert_rule(db, &rule).await?;
    Ok(())
}

async fn insert_office(
    db: &mut PgConnection,
    unit: &Unit,
    office: &DemoOffice,
    block: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    directory::set_tasks(&mut *db, unit.tenant, unit.id, office.tasks).await?;
    directory::replace_unit_hours(&mut *db, unit.tenant, unit.id, HoursKind::Phone, &week(office.week)).await?;
    for (position, (name, task, extension)) in (0..).zip(office.people) {
        let phone = unit.phone.as_deref().and_then(|phone| phone.rsplit_once('-')).map(|(trunk, _)| trunk);
        let contact = Contact {
            tenant: unit.tenant,
            unit: unit.id,
            name: (*name).to_owned(),
            task: Some((*task).to_owned()),
            phone: Some(phone.map_or_else(|| format!("{block}{extension}"), |trunk| format!("{trunk}-{extension}"))),
            // One of them is away, so that a deputy is seen.
            hold: (*name == "Herr Brandt").then(|| holiday(now)).flatten(),
            position,
            ..Contact::default()
        };
        directory::insert_contact(&mut *db, &contact).await?;
    }
    if office.unit == "Elterngeldstelle" {
        let day = next_wednesday(now);
        let label = "Schulung".to_owned();
        let training = UnitException { id: 0, first_day: day, last_day: day, interval: None, label };
        directory::insert_unit_exception(&mut *db, unit.tenant, unit.id, &training).await?;
    }
    Ok(())
}

fn holiday(now: DateTime<Utc>) -> Option<Hold> {
    let back = clock::day_of(now).checked_add_days(Days::new(7))?;
    Hold::of(clock::moment(back, NaiveTime::MIN), Some("Urlaub".to_owned()))
}

fn next_wednesday(now: DateTime<Utc>) -> chrono::NaiveDate {
    let days = clock::day_of(now).iter_days().skip(1);
    days.take(7).find(|day| day.weekday() == Weekday::Wed).unwrap_or_else(|| clock::day_of(now))
}

fn week(days: DemoWeek) -> Vec<WeeklyHours> {
    let weekdays = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    let stretch = |text: &str| {
        let (opens, closes) = text.split_once('-')?;
        Some(Interval { opens: time(opens)?, closes: time(closes)? })
    };
    let day = |(weekday, text): (Weekday, &'static str)| {
        text.split(' ').filter_map(stretch).map(move |interval| WeeklyHours { weekday, interval })
    };
    weekdays.into_iter().zip(days).flat_map(day).collect()
}

fn time(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}
