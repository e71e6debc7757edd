//! Forms validate on the server and come back with what was typed: field messages beside the fields, a summary above.

use std::borrow::Cow;

use axum::http::StatusCode;
use chrono::{Datelike, NaiveDate, NaiveTime};

/// Messages by field name, in the order of the checks. An empty one means the form can be saved.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Errors(Vec<(Cow<'static, str>, String)>);

impl Errors {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first message of a field stands; later checks often follow from it.
    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, message: impl Into<String>) {
        let field = field.into();
        if self.of(&field).is_none() {
            self.0.push((field, message.into()));
        }
    }

    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, message)| (field.as_ref(), message.as_str()))
    }

    /// Above the form.
    pub fn headline(&self) -> String {
        match self.0.len() {
            1 => "Bitte eine Angabe prüfen".to_owned(),
            many => format!("Bitte {many} Angaben prüfen"),
        }
    }

    pub fn require(&mut self, field: impl Into<Cow<'static, str>>, value: &str, what: &str) {
        if value.is_empty() {
            self.add(field, format!("{what} fehlt."));
        }
    }

    pub fn limit(&mut self, field: impl Into<Cow<'static, str>>, value: &str, most: usize) {
        let length = value.chars().count();
        if length > most {
            self.add(field, format!("Der Text ist zu lang: {length} Zeichen, höchstens {most} sind möglich."));
        }
    }
}

/// An empty field means "nothing", not an empty text.
pub fn optional(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// "8:00", "08:00", "8.00", "8".
pub fn parse_time(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once([':', '.']).unwrap_or((text, "0"));
    let minute = minute.split(':').next().unwrap_or(minute);
    NaiveTime::from_hms_opt(hour.trim().parse().ok()?, minute.trim().parse().ok()?, 0)
}

/// "2026-12-24", as browsers send it, or "24.12.2026", as people type it.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(text, "%d.%m.%Y"));
    parsed.ok().filter(|day| (1990..2200).contains(&day.year()))
}

/// Of a form that comes back: 422 with mistakes, 409 where somebody else was faster.
pub fn status(errors: &Errors, differences: &[Difference]) -> StatusCode {
    match (errors.is_empty(), differences.is_empty()) {
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, false) => StatusCode::CONFLICT,
        (true, true) => StatusCode::OK,
    }
}

/// One thing to choose in a select, a row of boxes or of radios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl Choice {
    pub fn new(value: impl ToString, label: impl Into<String>, chosen: bool) -> Self {
        Self { value: value.to_string(), label: label.into(), chosen }
    }
}

/// One field in which two people disagree: what the other saved meanwhile, and what this person typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub field: &'static str,
    pub label: &'static str,
    pub theirs: String,
    pub yours: String,
}

/// The fields that differ, out of (name, label, saved meanwhile, typed).
pub fn differences<const N: usize>(fields: [(&'static str, &'static str, &str, &str); N]) -> Vec<Difference> {
    fields
        .into_iter()
        .filter(|(_, _, theirs, yours)| theirs != yours)
        .map(|(field, label, theirs, yours)| Difference {
            field,
            label,
            theirs: theirs.to_owned(),
            yours: yours.to_owned(),
        })
        .collect()
}

/// For the audit: every differing field with what stood there and what stands there now.
pub fn as_json(differences: &[Difference]) -> serde_json::Value {
    differences.iter().map(|d| (d.field.to_owned(), serde_json::json!([d.theirs, d.yours]))).collect()
}
