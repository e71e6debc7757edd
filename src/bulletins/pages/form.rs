//! The fields of a bulletin as they are typed and chosen.

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Berlin;
use serde::Deserialize;

use super::options::Options;
use crate::access::TenantAccess;
use crate::bulletins::end::moment;
use crate::bulletins::{Announcement, Bulletin, Priority};
use crate::clock;
use crate::ids::{LineId, TenantId};
use crate::web::format;
use crate::web::forms::{Choice, Difference, Errors, parse_date, parse_time};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BulletinForm {
    pub version: i32,
    pub title: String,
    pub text: String,
    pub priority: String,
    /// "now" or "at".
    pub start: String,
    pub start_day: String,
    pub start_time: String,
    /// "today", "next", "at" or "open".
    pub end: String,
    pub end_day: String,
    pub end_time: String,
    pub remind_on: String,
    pub acknowledgement: String,
    pub towns: Vec<String>,
    pub lines: Vec<String>,
    pub topics: Vec<String>,
    /// Titles or numbers, one a line.
    pub entries: String,
}

impl BulletinForm {
    pub fn new(tenant: &TenantAccess) -> Self {
        Self {
            priority: Priority::Normal.as_str().to_owned(),
            start: "now".to_owned(),
            end: "today".to_owned(),
            towns: vec![tenant.slug.clone()],
            ..Self::default()
        }
    }

    pub fn of(bulletin: &Bulletin, options: &Options) -> Self {
        let said = &bulletin.said;
        let slug = |town: &TenantAccess| said.towns.contains(&town.id).then(|| town.slug.clone());
        Self {
            version: bulletin.version,
            title: said.title.clone(),
            text: said.text.clone(),
            priority: said.priority.as_str().to_owned(),
            start: "at".to_owned(),
            start_day: day(said.starts_at),
            start_time: format::time(said.starts_at),
            end: if said.ends_at.is_some() { "at" } else { "open" }.to_owned(),
            end_day: said.ends_at.map(day).unwrap_or_default(),
            end_time: said.ends_at.map(format::time).unwrap_or_default(),
            remind_on: said.remind_on.map(|day| day.to_string()).unwrap_or_default(),
            acknowledgement: if said.needs_acknowledgement { "on" } else { "" }.to_owned(),
            towns: options.towns.iter().filter_map(slug).collect(),
            lines: said.lines.iter().map(ToString::to_string).collect(),
            topics: said.topics.clone(),
            entries: options.entry_lines(&said.entries),
        }
    }

    /// Everything but the entries, which have to be looked up.
    pub fn check(&self, options: &Options, errors: &mut Errors) -> Option<Announcement> {
        errors.require("title", &self.title, "Die Überschrift");
        errors.limit("title", &self.title, 120);
        errors.limit("text", &self.text, 1000);
        let priority = Priority::parse(&self.priority);
        if priority.is_none() {
            errors.add("priority", "Bitte wählen Sie, wie wichtig die Meldung ist.");
        }
        let start = self.checked_start(options, errors);
        self.check_end(options, start, errors);
        let towns = self.checked_towns(options, errors);
        let lines = self.checked_lines(options, &towns, errors);
        if self.topics.iter().any(|topic| !options.topics.contains(topic)) {
            errors.add("topics", "Dieses Thema gibt es nicht.");
        }
        let end = self.end(options);
        errors.is_empty().then_some(Announcement {
            title: self.title.clone(),
            text: self.text.clone(),
            priority: priority?,
            starts_at: start?,
            ends_at: end,
            remind_on: if end.is_none() { parse_date(&self.remind_on) } else { None },
            needs_acknowledgement: !self.acknowledgement.is_empty(),
            towns,
            lines,
            topics: self.topics.clone(),
            entries: Vec::new(),
        })
    }

    fn checked_start(&self, options: &Options, errors: &mut Errors) -> Option<DateTime<Utc>> {
        if self.start == "now" {
            return Some(options.now);
        }
        let saved = options.saved.as_ref().map(|said| said.starts_at);
        if let Some(saved) =
            saved.filter(|saved| self.start_day == day(*saved) && self.start_time == format::time(*saved))
        {
            return Some(saved);
        }
        let (day, time) = (parse_date(&self.start_day), parse_time(&self.start_time));
        if day.is_none() {
            errors.add("start_day", "Ab welchem Tag gilt die Meldung? Zum Beispiel 24.12.2026");
        }
        if time.is_none() {
            errors.add("start_time", "Ab welcher Uhrzeit gilt die Meldung? Zum Beispiel 8:00");
        }
        day.zip(time).map(|(day, time)| moment(day, time))
    }

    /// As it is chosen, whether it makes sense or not.
    fn end(&self, options: &Options) -> Option<DateTime<Utc>> {
        match self.end.as_str() {
            "today" => Some(options.presets.today),
            "next" => Some(options.presets.next),
            "at" => parse_date(&self.end_day).zip(parse_time(&self.end_time)).map(|(day, time)| moment(day, time)),
            _ => None,
        }
    }

    fn check_end(&self, options: &Options, start: Option<DateTime<Utc>>, errors: &mut Errors) {
        let field = if self.end == "at" { "end_day" } else { "end" };
        match self.end.as_str() {
            "today" | "next" => {}
            "open" => self.check_reminder(options, errors),
            "at" => {
                if parse_date(&self.end_day).is_none() {
                    errors.add("end_day", "Bis zu welchem Tag gilt die Meldung? Zum Beispiel 24.12.2026");
                }
                if parse_time(&self.end_time).is_none() {
                    errors.add("end_time", "Bis zu welcher Uhrzeit gilt die Meldung? Zum Beispiel 17:00");
                }
            }
            _ => errors.add("end", "Bitte wählen Sie, bis wann die Meldung gilt."),
        }
        let Some(end) = self.end(options) else { return };
        let is_saved =
            options.saved.as_ref().is_some_and(|said| said.ends_at.map(day_and_time) == Some(day_and_time(end)));
        if end <= options.now && !is_saved {
            errors.add(field, "Dieses Ende ist schon vorbei.");
        } else if start.is_some_and(|start| end <= start) {
            errors.add(field, "Das Ende liegt vor dem Beginn.");
        }
    }

    fn check_reminder(&self, options: &Options, errors: &mut Errors) {
        let saved = options.saved.as_ref().and_then(|said| said.remind_on);
        match parse_date(&self.remind_on) {
            None => errors.add("remind_on", "Wann soll geprüft werden, ob die Meldung noch gilt?"),
            Some(day) if day < clock::day_of(options.now) && saved != Some(day) => {
                errors.add("remind_on", "Dieser Tag ist schon vorbei.");
            }
            Some(_) => {}
        }
    }

    /// What is offered and chosen, and what the person cannot take away.
    fn checked_towns(&self, options: &Options, errors: &mut Errors) -> Vec<TenantId> {
        let chosen = options.towns.iter().filter(|town| self.towns.contains(&town.slug)).map(|town| town.id);
        let towns: Vec<_> = chosen.chain(options.kept_towns()).collect();
        if self.towns.iter().any(|slug| !options.towns.iter().any(|town| town.slug == *slug)) {
            errors.add("towns", "Für diesen Ort können Sie keine Meldung schreiben.");
        } else if towns.is_empty() {
            errors.add("towns", "Bitte wählen Sie mindestens einen Ort.");
        }
        towns
    }

    fn checked_lines(&self, options: &Options, towns: &[TenantId], errors: &mut Errors) -> Vec<LineId> {
        let kept = options.kept_lines();
        let chosen: Vec<_> = options.lines.iter().filter(|line| self.lines.contains(&line.id.to_string())).collect();
        let known = |text: &String| {
            chosen.iter().any(|line| line.id.to_string() == *text) || kept.iter().any(|line| line.to_string() == *text)
        };
        if !self.lines.iter().all(known) {
            errors.add("lines", "Diese Rufnummer gibt es nicht.");
        } else if let Some(line) = chosen.iter().find(|line| !towns.contains(&line.tenant)) {
            errors.add("lines", format!("Der Ort von „{}“ ist nicht gewählt.", options.line_name(line)));
        }
        chosen.iter().map(|line| line.id).chain(kept).collect()
    }

    pub fn priorities(&self) -> Vec<Choice> {
        Priority::ALL.map(|one| Choice::new(one.as_str(), one.label(), one.as_str() == self.priority)).into()
    }

    pub fn town_choices(&self, options: &Options) -> Vec<Choice> {
        let choice = |town: &TenantAccess| Choice::new(&town.slug, &town.short_name, self.towns.contains(&town.slug));
        options.towns.iter().map(choice).collect()
    }

    pub fn line_choices(&self, options: &Options) -> Vec<Choice> {
        let choice = |line| (line, options.line_name(line));
        let choices = options.lines.iter().map(choice);
        choices.map(|(line, name)| Choice::new(line.id, name, self.lines.contains(&line.id.to_string()))).collect()
    }

    pub fn topic_choices(&self, options: &Options) -> Vec<Choice> {
        options.topics.iter().map(|topic| Choice::new(topic, topic, self.topics.contains(topic))).collect()
    }

    /// Something there is chosen or wrong: the part stands open.
    pub fn is_narrowed(&self, errors: &Errors) -> bool {
        let is_wrong = ["lines", "topics", "entries"].iter().any(|field| errors.of(field).is_some());
        is_wrong || !self.lines.is_empty() || !self.topics.is_empty() || !self.entries.is_empty()
    }
}

/// As a date field takes it.
fn day(moment: DateTime<Utc>) -> String {
    clock::day_of(moment).to_string()
}

fn day_and_time(moment: DateTime<Utc>) -> String {
    moment.with_timezone(&Berlin).format("%F %R").to_string()
}

/// What differs between what is saved and what was typed.
pub fn differences_between(theirs: &Announcement, yours: &Announcement, options: &Options) -> Vec<Difference> {
    let (theirs, yours) = (facts(theirs, options), facts(yours, options));
    let pairs = theirs.into_iter().zip(yours).filter(|((.., theirs), (.., yours))| theirs != yours);
    pairs.map(|((field, label, theirs), (.., yours))| Difference { field, label, theirs, yours }).collect()
}

fn facts(said: &Announcement, options: &Options) -> [(&'static str, &'static str, String); 10] {
    let end = match (said.ends_at, said.remind_on) {
        (Some(end), _) => format::moment(end),
        (None, Some(day)) => format!("auf Weiteres, erinnern am {}", format::date(day)),
        (None, None) => "auf Weiteres".to_owned(),
    };
    let yes = if said.needs_acknowledgement { "ja" } else { "nein" };
    [
        ("title", "Überschrift", said.title.clone()),
        ("text", "Text", said.text.clone()),
        ("priority", "Wichtigkeit", said.priority.label().to_owned()),
        ("start", "Gilt ab", format::moment(said.starts_at)),
        ("end", "Gilt bis", end),
        ("acknowledgement", "Lesen bestätigen", yes.to_owned()),
        ("towns", "Gilt für", options.town_names(&said.towns)),
        ("lines", "Rufnummern", options.line_names(&said.lines)),
        ("topics", "Themen", said.topics.join(", ")),
        ("entries", "Einträge", said.entries.iter().map(|(_, id)| format!("Nr. {id}")).collect::<Vec<_>>().join(", ")),
    ]
}
