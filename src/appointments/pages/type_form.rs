//! The fields of an appointment's type.

use serde::Deserialize;

use super::super::Type;
use super::super::store::NewType;
use super::settings::within;
use crate::ids::ResourceId;
use crate::web::forms::{Difference, Errors, differences, optional};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct TypeForm {
    pub version: i32,
    pub name: String,
    pub minutes: String,
    pub buffer_minutes: String,
    /// One a line.
    pub documents: String,
    pub need: String,
    pub min_days: String,
    pub max_days: String,
    pub needs_name: String,
    pub remote_id: String,
    pub active: String,
    pub resources: Vec<String>,
    /// Titles or numbers, one a line.
    pub entries: String,
}

fn tick(is_on: bool) -> String {
    if is_on { "on" } else { "" }.to_owned()
}

impl TypeForm {
    pub fn new() -> Self {
        Self {
            minutes: "20".to_owned(),
            buffer_minutes: "0".to_owned(),
            need: "1".to_owned(),
            min_days: "0".to_owned(),
            max_days: "60".to_owned(),
            active: tick(true),
            ..Self::default()
        }
    }

    pub fn of(kind: &Type, entries: String) -> Self {
        Self {
            version: kind.version,
            name: kind.name.clone(),
            minutes: kind.minutes.to_string(),
            buffer_minutes: kind.buffer_minutes.to_string(),
            documents: kind.documents.clone(),
            need: kind.need.to_string(),
            min_days: kind.min_days.to_string(),
            max_days: kind.max_days.to_string(),
            needs_name: tick(kind.needs_name),
            remote_id: kind.remote_id.clone().unwrap_or_default(),
            active: tick(kind.active),
            resources: kind.resources.iter().map(ToString::to_string).collect(),
            entries,
        }
    }

    pub fn resource_ids(&self) -> Vec<ResourceId> {
        self.resources.iter().filter_map(|id| id.parse().ok()).collect()
    }

    pub fn check(&self, errors: &mut Errors) -> Option<NewType> {
        errors.require("name", &self.name, "Der Name");
        errors.limit("name", &self.name, 120);
        errors.limit("documents", &self.documents, 2000);
        errors.limit("remote_id", &self.remote_id, 80);
        let number = |field: &'static str, typed: &str, least, most, errors: &mut Errors| {
            let found = within(typed, least, most);
            if found.is_none() {
                errors.add(field, format!("Möglich sind {least} bis {most}."));
            }
            found
        };
        let minutes = number("minutes", &self.minutes, 5, 480, errors);
        let buffer_minutes = number("buffer_minutes", &self.buffer_minutes, 0, 120, errors);
        let need = number("need", &self.need, 1, 50, errors);
        let min_days = number("min_days", &self.min_days, 0, 365, errors);
        let max_days = number("max_days", &self.max_days, 0, 365, errors);
        if min_days.zip(max_days).is_some_and(|(least, most)| most < least) {
            errors.add("max_days", "Das Ende liegt vor dem Anfang.");
        }
        let new = NewType {
            name: self.name.clone(),
            minutes: minutes?,
            buffer_minutes: buffer_minutes?,
            documents: self.documents.clone(),
            need: need?,
            min_days: min_days?,
            max_days: max_days?,
            needs_name: !self.needs_name.is_empty(),
            remote_id: optional(&self.remote_id),
            active: !self.active.is_empty(),
        };
        errors.is_empty().then_some(new)
    }

    pub fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        let words = |tick: &str| if tick.is_empty() { "nein" } else { "ja" };
        let list = |form: &Self| {
            let mut ids = form.resources.clone();
            ids.sort();
            ids.join(", ")
        };
        let (theirs_used, used) = (list(theirs), list(self));
        differences([
            ("name", "Name", &theirs.name, &self.name),
            ("minutes", "Dauer", &theirs.minutes, &self.minutes),
            ("buffer_minutes", "Pause danach", &theirs.buffer_minutes, &self.buffer_minutes),
            ("documents", "Mitbringen", &theirs.documents, &self.documents),
            ("need", "Plätze", &theirs.need, &self.need),
            ("min_days", "Frühestens in Tagen", &theirs.min_days, &self.min_days),
            ("max_days", "Spätestens in Tagen", &theirs.max_days, &self.max_days),
            ("needs_name", "Braucht einen Namen", words(&theirs.needs_name), words(&self.needs_name)),
            ("remote_id", "Nummer im Terminsystem", &theirs.remote_id, &self.remote_id),
            ("active", "Wird angeboten", words(&theirs.active), words(&self.active)),
            ("resources", "Schalter und Räume", &theirs_used, &used),
            ("entries", "Einträge", &theirs.entries, &self.entries),
        ])
    }
}
