//! Cases of the demo: open, urgent, late and closed ones, each taken down and worked on at its own time.

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::store;
use crate::app::App;
use crate::audit::Actor;
use crate::cases::{self, Channel, Contact, Deed, DeedForm, Doer, Done, Kind, NewCase};
use crate::clock::Clock;
use crate::directory;
use crate::ids::{AccountId, CaseId, TenantId};

const TAKER: &str = "weber@kreis-musterland.example";

/// What became of it, and how many hours later.
enum Then {
    Nothing,
    Taken(i64),
    Answered(i64, &'static str),
    Closed(i64, &'static str, &'static str),
}

struct Line {
    town: &'static str,
    unit: &'static str,
    kind: Kind,
    concern: &'static str,
    category: &'static str,
    best_time: &'static str,
    /// The last three digits of a number that is nobody's.
    number: Option<u16>,
    hours_ago: i64,
    then: Then,
}

const fn line(town: &'static str, unit: &'static str, kind: Kind, concern: &'static str, hours_ago: i64) -> Line {
    Line { town, unit, kind, concern, category: "", best_time: "", number: None, hours_ago, then: Then::Nothing }
}

fn lines() -> Vec<Line> {
    use Kind::{Callback, Complaint, Praise, Suggestion};
    use Then::{Answered, Closed, Taken};
    let callback = |town, unit, concern, number, hours_ago| Line {
        number: Some(number),
        ..line(town, unit, Callback, concern, hours_ago)
    };
    vec![
        callback("stadt-a", "Bürgerbüro", "Reisepass ist nach sechs Wochen noch nicht da", 901, 2),
        Line {
            best_time: "ab 14 Uhr",
            ..callback("stadt-a", "Ordnungsamt", "Sperrung der Straße vor einem Umzug", 902, 30)
        },
        Line { then: Taken(3), ..callback("stadt-b", "Bürgeramt", "Unterlagen für die Ummeldung", 903, 26) },
        callback("stadt-a", "Steueramt", "Hundesteuer wurde zweimal abgebucht", 904, 24 * 9),
        Line {
            then: Answered(20, "Der Bescheid geht in dieser Woche hinaus."),
            ..callback("kreis", "Straßenverkehrsamt", "Führerschein wurde noch nicht umgetauscht", 905, 24 * 6)
        },
        Line {
            then: Closed(26, "done", "Der Termin wurde verlegt."),
            ..callback("stadt-b", "Standesamt", "Termin für die Eheschließung verschieben", 906, 24 * 8)
        },
        Line {
            then: Closed(4, "settled", "hat die Auskunft selbst gefunden"),
            ..callback("stadt-a", "Bürgerbüro", "Öffnungszeiten an Brückentagen", 907, 24 * 12)
        },
        Line {
            category: "Wartezeit",
            ..line("stadt-a", "Bürgerbüro", Complaint, "Trotz Termin eine Stunde gewartet", 24 * 3)
        },
        Line {
            category: "Verfahren",
            then: Closed(24 * 5, "done", "Die Abfuhr wurde nachgeholt."),
            ..line("stadt-b", "Bauhof", Complaint, "Sperrmüll wurde zweimal nicht abgeholt", 24 * 20)
        },
        line("stadt-a", "Stadtbetrieb", Suggestion, "Mehr Bänke auf dem Weg zum Friedhof", 24 * 5),
        line("kreis", "Straßenverkehrsamt", Praise, "Sehr geduldige Auskunft zur Abmeldung", 24 * 2),
    ]
}

/// Each at its own time, as if somebody had been there.
pub async fn insert_cases(
    db: &mut PgConnection,
    app: &App,
    tenant_of: impl Fn(&str) -> TenantId,
) -> anyhow::Result<()> {
    let taker = store::find_account(&mut *db, TAKER).await?;
    for line in lines() {
        let begun = app.clock.now() - TimeDelta::hours(line.hours_ago);
        let tenant = tenant_of(line.town);
        let units = directory::list_units(&mut *db, tenant).await?;
        let unit = units.iter().find(|unit| unit.name.contains(line.unit)).or(units.first());
        let phone = line.number.map(|last| format!("+492214710{last}"));
        let new = NewCase {
            tenant,
            kind: line.kind,
            concern: line.concern.to_owned(),
            category: (!line.category.is_empty()).then(|| line.category.to_owned()),
            topic: None,
            call: None,
            town: tenant,
            unit: unit.map(|unit| unit.id),
            taken_by: Some(taker),
            channel: if phone.is_some() { Channel::Phone } else { Channel::None },
            best_time: (!line.best_time.is_empty()).then(|| line.best_time.to_owned()),
            contact: Contact { phone, ..Contact::default() },
            begun_at: begun,
            promise: None,
        };
        let actor = Actor { account: Some(taker), name: "Frau Weber".to_owned() };
        let taken = cases::take(&mut *db, &at(app, begun), new, &actor).await?;
        let office = unit.map_or("Stelle", |unit| &unit.name).to_owned();
        go_on(db, app, (tenant, taken.id), (&line.then, begun, taker), office).await?;
    }
    Ok(())
}

/// The program at another time.
fn at(app: &App, moment: DateTime<Utc>) -> App {
    App { clock: Clock::fixed(moment), ..app.clone() }
}

async fn go_on(
    db: &mut PgConnection,
    app: &App,
    (tenant, id): (TenantId, CaseId),
    (then, begun, taker): (&Then, DateTime<Utc>, AccountId),
    office: String,
) -> anyhow::Result<()> {
    let form = |note: &str| DeedForm { note: note.to_owned(), ..DeedForm::default() };
    let (deed, hours, form, account) = match *then {
        Then::Nothing => return Ok(()),
        Then::Taken(hours) => (Deed::Take, hours, form(""), Some(taker)),
        Then::Answered(hours, note) => (Deed::Answer, hours, form(note), None),
        Then::Closed(hours, outcome, note) => {
            (Deed::Close, hours, DeedForm { outcome: outcome.to_owned(), ..form(note) }, None)
        }
    };
    let case = cases::find_case(&mut *db, tenant, id).await?.context("a case")?;
    let mut form = DeedForm { version: case.version, ..form };
    let name = if account.is_some() { "Frau Weber".to_owned() } else { office };
    let doer = Doer { actor: Actor { account, name }, problem: &|_| None };
    let then = at(app, begun + TimeDelta::hours(hours));
    let done = cases::perform(db, &then, &case, (deed, &mut form), &doer).await?;
    anyhow::ensure!(done == Done::Done, "{} of the demo cannot be done", case.concern);
    Ok(())
}
