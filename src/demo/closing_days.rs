//! Days on which the demo's offices rest or work otherwise, around the day on which the demo is made.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use holiday_de::{DateExt, GermanHoliday, GermanRegion};

use crate::tenants::{Exception, Interval};

/// As far as the history goes back, and a year ahead.
const PAST: Days = Days::new(70);
const AHEAD: Days = Days::new(400);

/// Every town closes on three days a year; each has one of its own besides.
pub fn of_town(slug: &str, today: NaiveDate) -> Vec<Exception> {
    let mut closed: Vec<_> =
        days_around(today).filter_map(|day| rest_day(day).map(|label| exception(day, None, label))).collect();
    closed.extend(match slug {
        "kreis" => Some(exception(wednesday(today + Days::new(28)), hours(8, 12), "Personalversammlung ab 12 Uhr")),
        "stadt-a" => Some(exception(wednesday(today + Days::new(45)), None, "Umstellung der Technik")),
        "stadt-b" => Some(exception(wednesday(today - Days::new(21)), None, "Betriebsausflug")),
        _ => None,
    });
    closed
}

/// For a line that is answered although everybody else rests.
pub fn duty_on_rest_days(today: NaiveDate) -> Vec<Exception> {
    let rests =
        |day: &NaiveDate| rest_day(*day).is_some() || day.is_public_holiday_in(GermanRegion::NordrheinWestfalen);
    days_around(today).filter(rests).map(|day| exception(day, hours(9, 18), "Feiertagsdienst")).collect()
}

fn rest_day(day: NaiveDate) -> Option<&'static str> {
    let carnival = GermanHoliday::Faschingsdienstag.date(day.year()).and_then(|tuesday| tuesday.pred_opt());
    match (day.month(), day.day()) {
        (12, 24) => Some("Heiligabend"),
        (12, 31) => Some("Silvester"),
        _ if carnival == Some(day) => Some("Rosenmontag"),
        _ => None,
    }
}

fn days_around(today: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (today - PAST).iter_days().take_while(move |day| *day <= today + AHEAD)
}

fn wednesday(day: NaiveDate) -> NaiveDate {
    day.week(Weekday::Mon).first_day() + Days::new(2)
}

fn hours(opens: u32, closes: u32) -> Option<Interval> {
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0);
    Some(Interval { opens: at(opens)?, closes: at(closes)? })
}

fn exception(day: NaiveDate, interval: Option<Interval>, label: &str) -> Exception {
    Exception { first_day: day, last_day: day, interval, label: label.to_owned(), of_line: false }
}
