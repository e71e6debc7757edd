//! A week of openings as a form: a row a day, up to three openings in it. Also used by whoever keeps hours of their own.

use chrono::Weekday;
use serde::Deserialize;

use super::{Interval, WeeklyHours};
use crate::web::format;
use crate::web::forms::{Errors, parse_time};

pub const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
/// How many openings a day has room for; the page shows the third on request.
pub const MOST_A_DAY: usize = 3;

/// The fields come row by row: a day's openings stand next to each other.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WeekForm {
    /// The week as this page showed it: what somebody else saved meanwhile differs from it.
    pub before: String,
    opens: Vec<String>,
    closes: Vec<String>,
}

impl WeekForm {
    pub fn of(week: &[WeeklyHours], columns: usize) -> Self {
        let mut form = Self { before: in_words(week), ..Self::default() };
        for day in WEEK {
            let mut openings = week.iter().filter(|hours| hours.weekday == day).map(|hours| hours.interval);
            for _ in 0..columns {
                let opening = openings.next();
                form.opens.push(opening.map(|o| format::clock_time(o.opens)).unwrap_or_default());
                form.closes.push(opening.map(|o| format::clock_time(o.closes)).unwrap_or_default());
            }
        }
        form
    }

    pub fn columns(&self) -> usize {
        (self.opens.len().max(self.closes.len()).div_ceil(WEEK.len())).clamp(1, MOST_A_DAY)
    }

    fn cell(&self, day: usize, column: usize) -> (&str, &str) {
        let at = day * self.columns() + column;
        (self.opens.get(at).map_or("", String::as_str), self.closes.get(at).map_or("", String::as_str))
    }

    pub fn check(&self, errors: &mut Errors) -> Vec<WeeklyHours> {
        let mut week = Vec::new();
        for (index, weekday) in WEEK.into_iter().enumerate() {
            let day = format::weekday(weekday);
            let mut openings: Vec<Interval> = Vec::new();
            for column in 0..self.columns() {
                let field = format!("opens-{index}-{column}");
                match opening(self.cell(index, column)) {
                    Ok(Some(opening)) if openings.iter().any(|other| overlap(*other, opening)) => {
                        errors.add(field, format!("{day}: Zwei Zeiträume überschneiden sich."));
                    }
                    Ok(Some(opening)) => openings.push(opening),
                    Ok(None) => {}
                    Err(mistake) => errors.add(field, format!("{day}: {mistake}")),
                }
            }
            openings.sort_unstable_by_key(|opening| opening.opens);
            week.extend(openings.into_iter().map(|interval| WeeklyHours { weekday, interval }));
        }
        week
    }
}

fn opening((opens, closes): (&str, &str)) -> Result<Option<Interval>, &'static str> {
    match (parse_time(opens), parse_time(closes)) {
        _ if opens.is_empty() && closes.is_empty() => Ok(None),
        (Some(opens), Some(closes)) if opens < closes => Ok(Some(Interval { opens, closes })),
        (Some(_), Some(_)) => Err("Das Ende liegt nicht nach dem Anfang."),
        _ => Err("Bitte geben Sie Anfang und Ende wie 8:00 und 17:00 ein."),
    }
}

fn overlap(a: Interval, b: Interval) -> bool {
    a.opens < b.closes && b.opens < a.closes
}

/// "Montag 08:00–17:00, Dienstag 08:00–12:00".
pub fn in_words(week: &[WeeklyHours]) -> String {
    let word = |hours: &WeeklyHours| {
        let Interval { opens, closes } = hours.interval;
        let (opens, closes) = (format::clock_time(opens), format::clock_time(closes));
        format!("{} {opens}–{closes}", format::weekday(hours.weekday))
    };
    week.iter().map(word).collect::<Vec<_>>().join(", ")
}

pub struct DayRow {
    pub name: &'static str,
    pub cells: Vec<Cell>,
    /// "9:00 h"; empty: closed.
    pub length: String,
}

pub struct Cell {
    pub id: String,
    pub opens: String,
    pub closes: String,
}

impl WeekForm {
    /// For the template.
    pub fn day_rows(&self) -> Vec<DayRow> {
        let cell = |day: usize, column: usize| {
            let (opens, closes) = self.cell(day, column);
            Cell { id: format!("{day}-{column}"), opens: opens.to_owned(), closes: closes.to_owned() }
        };
        let row = |(day, weekday): (usize, Weekday)| {
            let openings = (0..self.columns()).filter_map(|column| opening(self.cell(day, column)).ok().flatten());
            let minutes: i64 = openings.map(|opening| (opening.closes - opening.opens).num_minutes()).sum();
            DayRow {
                name: format::weekday(weekday),
                cells: (0..self.columns()).map(|column| cell(day, column)).collect(),
                length: if minutes == 0 { String::new() } else { format!("{}:{:02} h", minutes / 60, minutes % 60) },
            }
        };
        WEEK.into_iter().enumerate().map(row).collect()
    }
}
