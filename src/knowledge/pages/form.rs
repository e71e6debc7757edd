//! The editor's form: an entry as plain fields and back, without loss where nothing was changed.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::check::{self, LONGEST_FIELD};
use super::super::content::LIFE_SITUATIONS;
use super::super::store::Base;
use super::super::text::allowed_url;
use super::super::{Content, Field, Html, LayerText, Link, Part};
use super::adapting::Adapting;
use super::change::Change;
use crate::web::forms::{Choice, Errors};

/// Rows for links that are always offered.
const LINK_ROWS: usize = 5;

const LETTERS_IN_A_ROW: usize = 90;
const MOST_ROWS: usize = 16;

/// Fields of one value beside the twelve texts, with their labels.
const SINGLE: [(&str, &str); 7] = [
    ("title", "Titel"),
    ("synonyms", "Auch gesucht als"),
    ("keywords", "Stichwörter"),
    ("unit", "Zuständige Stelle"),
    ("leika", "LeiKa-Schlüssel"),
    ("valid_from", "Gültig ab"),
    ("valid_until", "Gültig bis"),
];

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct EntryForm {
    /// The version that this person began with; 0 for a new entry.
    pub version: i32,
    /// The saving of the working text that this person began with; 0: none.
    pub revision: i64,
    pub act: Act,
    /// When the text becomes public, as typed: day and time.
    pub release: (String, String),
    pub adapting: Adapting,
    values: BTreeMap<&'static str, String>,
    /// Those of the known list, ticked.
    situations: Vec<String>,
    /// Others, as typed.
    more_situations: String,
    /// Label and address.
    links: Vec<(String, String)>,
}

/// What is to happen with what was typed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    #[default]
    Publish,
    /// Only to be looked at.
    Preview,
    /// Kept as the working text.
    Save,
    /// Kept, and a second person is asked to look at it.
    Ask,
    /// Kept, and public from a time on.
    Plan,
}

impl Act {
    fn parse(text: &str) -> Self {
        match text {
            "preview" => Self::Preview,
            "save" => Self::Save,
            "ask" => Self::Ask,
            "plan" => Self::Plan,
            _ => Self::Publish,
        }
    }
}

/// Every field with a key of its own: key and label.
fn keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    SINGLE.into_iter().chain(Field::ALL.map(|field| (field.as_str(), field.label())))
}

impl EntryForm {
    /// From what the browser sent; unknown names are passed over.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        let (mut labels, mut addresses) = (Vec::new(), Vec::new());
        for (name, value) in pairs {
            if form.adapting.take(&name, &value) {
                continue;
            }
            match name.as_str() {
                "revision" => form.revision = value.parse().unwrap_or_default(),
                "release_day" => form.release.0 = value,
                "release_time" => form.release.1 = value,
                "version" => form.version = value.parse().unwrap_or_default(),
                "life_situations" => form.situations.push(value),
                "act" => form.act = Act::parse(&value),
                "more_situations" => form.more_situations = value,
                "link_label" => labels.push(value),
                "link_url" => addresses.push(value),
                _ => form.values.extend(keys().find(|(key, _)| *key == name).map(|(key, _)| (key, value))),
            }
        }
        let rows = labels.len().max(addresses.len());
        labels.resize(rows, String::new());
        addresses.resize(rows, String::new());
        form.links =
            labels.into_iter().zip(addresses).filter(|(label, url)| !label.is_empty() || !url.is_empty()).collect();
        form
    }

    pub fn of(content: &Content) -> Self {
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        let single = [
            ("title", content.title.clone()),
            ("synonyms", content.synonyms.join("\n")),
            ("keywords", content.keywords.join("\n")),
            ("unit", content.unit.clone().unwrap_or_default()),
            ("leika", content.leika.clone().unwrap_or_default()),
            ("valid_from", date(content.valid_from)),
            ("valid_until", date(content.valid_until)),
        ];
        let texts = content.fields.iter().map(|(field, html)| (field.as_str(), html.to_notation()));
        let (situations, more): (Vec<_>, Vec<_>) =
            content.life_situations.iter().cloned().partition(|name| LIFE_SITUATIONS.contains(&name.as_str()));
        Self {
            values: single.into_iter().chain(texts).filter(|(_, value)| !value.is_empty()).collect(),
            situations,
            more_situations: more.join("\n"),
            links: content.links.iter().map(|link| (link.label.clone(), link.url.clone())).collect(),
            ..Self::default()
        }
    }

    /// The form of a text, whole or an adaptation of this base.
    pub fn of_text(text: &LayerText, base: Option<&Base>) -> Self {
        match (text, base) {
            (LayerText::Whole(content), _) => Self::of(content),
            (LayerText::Patch(patch), base) => Self::of_patch(&base.map(Base::content).unwrap_or_default(), patch),
        }
    }

    /// Takes over one part as it is typed there.
    pub fn copy_part(&mut self, part: Part, from: &Self) {
        match part {
            Part::LifeSituations => {
                self.situations.clone_from(&from.situations);
                self.more_situations.clone_from(&from.more_situations);
            }
            Part::Links => self.links.clone_from(&from.links),
            Part::Validity => ["valid_from", "valid_until"].into_iter().for_each(|key| self.copy_value(key, from)),
            _ => self.copy_value(part.as_str(), from),
        }
    }

    fn copy_value(&mut self, key: &'static str, from: &Self) {
        self.values.insert(key, from.value(key).to_owned());
    }

    pub fn value(&self, key: &str) -> &str {
        match key {
            "more_situations" => &self.more_situations,
            _ => self.values.get(key).map_or("", String::as_str),
        }
    }

    /// Lines that a text field shows: all of a short text, within reason of a long one.
    pub fn rows(&self, key: &str, least: usize) -> usize {
        let lines = self.value(key).lines().map(|line| 1 + line.chars().count() / LETTERS_IN_A_ROW);
        lines.sum::<usize>().clamp(least, MOST_ROWS)
    }

    /// The text that this form means; what cannot be read is named in `errors`.
    pub fn read(&self, errors: &mut Errors) -> Content {
        let situations = self.situations.iter().map(String::as_str).chain(split_names(&self.more_situations));
        let mut content = Content {
            title: check::one_line(self.value("title")),
            synonyms: check::names(split_names(self.value("synonyms"))),
            keywords: check::names(split_names(self.value("keywords"))),
            life_situations: check::names(situations),
            leika: check::leika(self.value("leika")).unwrap_or_else(|reason| {
                errors.add("leika", format!("{}.", reason.german));
                None
            }),
            unit: Some(check::one_line(self.value("unit"))).filter(|unit| !unit.is_empty()),
            links: self.read_links(errors),
            valid_from: self.read_date("valid_from", errors),
            valid_until: self.read_date("valid_until", errors),
            ..Content::default()
        };
        for field in Field::ALL {
            let text = self.value(field.as_str());
            errors.limit(field.as_str(), text, LONGEST_FIELD);
            // A text far too long is not worth reading; the form comes back anyway.
            if text.len() <= 4 * LONGEST_FIELD {
                content.set(field, Html::from_notation(text));
            }
        }
        for (key, reason) in check::problems(&content) {
            errors.add(key, format!("{}.", reason.german));
        }
        content
    }

    fn read_links(&self, errors: &mut Errors) -> Vec<Link> {
        let mut links = Vec::new();
        for (label, address) in &self.links {
            let label = check::one_line(label);
            match allowed_url(address) {
                Some(url) => links.push(Link { label: if label.is_empty() { url.clone() } else { label }, url }),
                None if address.is_empty() => errors.add("links", format!("Zu „{label}“ fehlt die Adresse.")),
                None => {
                    let shown: String = address.chars().take(80).collect();
                    let rule = "muss mit https://, http://, mailto: oder tel: beginnen";
                    errors.add("links", format!("Die Adresse „{shown}“ {rule}."));
                }
            }
        }
        links
    }

    fn read_date(&self, key: &'static str, errors: &mut Errors) -> Option<NaiveDate> {
        let text = self.value(key);
        if text.is_empty() {
            return None;
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(text, "%d.%m.%Y"));
        date.map_err(|_| errors.add(key, "Das ist kein Datum. Bitte schreiben Sie es wie 31.12.2026.")).ok()
    }

    /// What was typed, and empty rows to type in.
    pub fn link_rows(&self) -> Vec<(String, String)> {
        let mut rows = self.links.clone();
        rows.resize(LINK_ROWS.max(rows.len() + 1), (String::new(), String::new()));
        rows
    }

    pub fn situations(&self) -> Vec<Choice> {
        let chosen = |name: &str| self.situations.iter().any(|given| given == name);
        LIFE_SITUATIONS.iter().map(|name| Choice::new(name, *name, chosen(name))).collect()
    }

    fn situations_text(&self) -> String {
        let all = self.situations.iter().map(String::as_str).chain(split_names(&self.more_situations));
        check::names(all).join("\n")
    }

    fn links_text(&self) -> String {
        let lines: Vec<_> = self.links.iter().map(|(label, url)| format!("{label} {url}").trim().to_owned()).collect();
        lines.join("\n")
    }

    /// Takes over what somebody else saved since `base` where this person changed nothing, and tells all that they changed.
    pub fn merge(&mut self, base: &Self, theirs: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (field, label) in keys() {
            let change = Change::between(field, label, base.value(field), theirs.value(field), self.value(field));
            if change.as_ref().is_some_and(|change| change.is_taken_over) {
                self.copy_value(field, theirs);
            }
            changes.extend(change);
        }
        let [before, there, here] = [base, theirs, self].map(Self::situations_text);
        let change = Change::between("life_situations", "Lebenslagen", &before, &there, &here);
        if change.as_ref().is_some_and(|change| change.is_taken_over) {
            self.copy_part(Part::LifeSituations, theirs);
        }
        changes.extend(change);
        let [before, there, here] = [base, theirs, self].map(Self::links_text);
        let change = Change::between("links", "Links", &before, &there, &here);
        if change.as_ref().is_some_and(|change| change.is_taken_over) {
            self.copy_part(Part::Links, theirs);
        }
        changes.extend(change);
        changes
    }
}

/// One name a line; on a single line commas part them too.
fn split_names(text: &str) -> Vec<&str> {
    if text.contains('\n') { text.lines().collect() } else { text.split([',', ';']).collect() }
}
