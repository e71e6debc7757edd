//! What is done to a case, the same whether its people have signed in or came through a link: checked, written, noted in the
//! history, told to whom it lies with next.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgConnection;

use super::clock::Promise;
use super::letters::moment_words;
use super::store::{self, Extension};
use super::{CaseFile, Channel, LONGEST_NOTE, Outcome, Rule, taking};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::directory;
use crate::ids::UnitId;
use crate::mail::Purpose;
use crate::web::forms::{Errors, optional};

/// Service hours that somebody may add, in working days of eight.
pub const EXTENSIONS: [(i32, &str); 3] =
    [(8, "8 Servicestunden"), (16, "16 Servicestunden"), (40, "40 Servicestunden")];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Take,
    Attempt,
    Answer,
    Extend,
    HandOver,
    Close,
    Reopen,
}

impl Deed {
    /// As it stands in the address.
    pub fn parse(noun: &str) -> Option<Self> {
        Some(match noun {
            "taking" => Self::Take,
            "attempt" => Self::Attempt,
            "answer" => Self::Answer,
            "extension" => Self::Extend,
            "handover" => Self::HandOver,
            "closing" => Self::Close,
            "reopening" => Self::Reopen,
            _ => return None,
        })
    }

    /// For the history and the audit.
    fn past(self) -> &'static str {
        match self {
            Self::Take => "taken",
            Self::Attempt => "attempted",
            Self::Answer => "answered",
            Self::Extend => "extended",
            Self::HandOver => "handed over",
            Self::Close => "closed",
            Self::Reopen => "reopened",
        }
    }

    pub fn done(self) -> &'static str {
        match self {
            Self::Take => "Der Vorgang liegt jetzt bei Ihnen.",
            Self::Attempt => "Der Versuch ist vermerkt.",
            Self::Answer => "Die Antwort ist gespeichert.",
            Self::Extend => "Die Frist ist verlängert.",
            Self::HandOver => "Der Vorgang ist weitergegeben.",
            Self::Close => "Der Vorgang ist abgeschlossen.",
            Self::Reopen => "Der Vorgang ist wieder offen.",
        }
    }
}

/// The fields of all deeds; each form has its own of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DeedForm {
    pub version: i32,
    pub note: String,
    pub unit: String,
    pub hours: String,
    pub outcome: String,
    /// More often than the town allows: yes, it has to be.
    pub sure: String,
    #[serde(skip)]
    pub errors: Errors,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Done,
    /// The messages stand at the fields.
    Rejected,
    /// Somebody else was faster.
    Conflict,
}

/// Who does it, and which free text may be kept.
pub struct Doer<'a> {
    pub actor: Actor,
    pub problem: &'a (dyn Fn(&str) -> Option<&'static str> + Send + Sync),
}

/// Does it within the caller's transaction.
pub async fn perform(
    db: &mut PgConnection,
    app: &App,
    case: &CaseFile,
    (deed, form): (Deed, &mut DeedForm),
    doer: &Doer<'_>,
) -> sqlx::Result<Done> {
    if case.is_closed() != (deed == Deed::Reopen) {
        return Ok(Done::Conflict);
    }
    let rule = store::find_rule(&mut *db, case.tenant).await?;
    let unit = find_target(&mut *db, case, deed, form).await?;
    check(case, deed, form, &rule, doer);
    if !form.errors.is_empty() {
        return Ok(Done::Rejected);
    }
    let Some(details) = write(&mut *db, app, case, (deed, form), unit, (&rule, &doer.actor)).await? else {
        return Ok(Done::Conflict);
    };
    let (key, now) = ((case.tenant, case.id), app.clock.now());
    let note = optional(&form.note);
    store::insert_event(&mut *db, key, &doer.actor, (deed.past(), note.as_deref()), details.clone(), now).await?;
    let act = Act::of(case.tenant, deed.past(), "case_file", &case.reference, details);
    audit::record(&mut *db, now, &doer.actor, act).await?;
    if matches!(deed, Deed::HandOver | Deed::Close) {
        store::end_links(&mut *db, case.tenant, case.id, now).await?;
    }
    if matches!(deed, Deed::HandOver | Deed::Reopen) {
        taking::tell(db, app, key, (&rule, Purpose::CaseNew), &doer.actor).await?;
    }
    Ok(Done::Done)
}

/// Another office of the same tenant.
async fn find_target(
    db: &mut PgConnection,
    case: &CaseFile,
    deed: Deed,
    form: &mut DeedForm,
) -> sqlx::Result<Option<(UnitId, String)>> {
    if deed != Deed::HandOver {
        return Ok(None);
    }
    let found = match form.unit.parse() {
        Ok(unit) if Some(unit) != case.unit => directory::find_unit(db, case.tenant, unit).await?,
        _ => None,
    };
    if found.is_none() {
        form.errors.add("unit", "Bitte wählen Sie eine andere Stelle.");
    }
    Ok(found.map(|unit| (unit.id, unit.name)))
}

fn check(case: &CaseFile, deed: Deed, form: &mut DeedForm, rule: &Rule, doer: &Doer<'_>) {
    let note = form.note.clone();
    form.errors.limit("note", &note, LONGEST_NOTE);
    if let Some(message) = (doer.problem)(&note) {
        form.errors.add("note", message);
    }
    match deed {
        Deed::Answer => form.errors.require("note", &note, "Die Antwort"),
        Deed::HandOver => form.errors.require("note", &note, "Der Grund"),
        Deed::Extend => check_extension(case, form, rule),
        Deed::Close => check_closing(case, form, rule),
        Deed::Take | Deed::Attempt | Deed::Reopen => {}
    }
}

fn check_extension(case: &CaseFile, form: &mut DeedForm, rule: &Rule) {
    let note = form.note.clone();
    form.errors.require("note", &note, "Der Grund");
    if case.due_at.is_none() || case.settled_at().is_some() {
        form.errors.add("hours", "Dieser Vorgang hat keine laufende Frist.");
    } else if !EXTENSIONS.iter().any(|(hours, _)| hours.to_string() == form.hours) {
        form.errors.add("hours", "Bitte wählen Sie, um wie viel die Frist länger wird.");
    } else if case.extensions >= rule.extensions && form.sure.is_empty() {
        let often = if rule.extensions == 1 { "einmal".to_owned() } else { format!("{}-mal", rule.extensions) };
        let message =
            format!("Vorgesehen ist, {often} zu verlängern. Soll die Frist trotzdem noch einmal länger werden?");
        form.errors.add("sure", message);
    }
}

fn check_closing(case: &CaseFile, form: &mut DeedForm, rule: &Rule) {
    match Outcome::parse(&form.outcome) {
        None => form.errors.add("outcome", "Bitte wählen Sie das Ergebnis."),
        // Who wants no answer gets none.
        Some(Outcome::Done) if case.answer.is_none() && case.channel != Channel::None => {
            let note = form.note.clone();
            form.errors.require("note", &note, "Die Antwort");
        }
        Some(Outcome::Unreached) if case.attempts < rule.attempts => {
            let message = format!(
                "„Nicht erreicht“ geht erst nach {} vermerkten Versuchen, bisher sind es {}.",
                rule.attempts, case.attempts
            );
            form.errors.add("outcome", message);
        }
        Some(Outcome::Settled | Outcome::Mistaken) => {
            let note = form.note.clone();
            form.errors.require("note", &note, "Der Grund");
        }
        Some(_) => {}
    }
}

/// What there is to say about it in the history; None: somebody else was faster.
async fn write(
    db: &mut PgConnection,
    app: &App,
    case: &CaseFile,
    (deed, form): (Deed, &DeedForm),
    unit: Option<(UnitId, String)>,
    (rule, actor): (&Rule, &Actor),
) -> sqlx::Result<Option<serde_json::Value>> {
    let (tenant, place, now) = (case.tenant, (case.id, form.version), app.clock.now());
    let mut details = serde_json::json!({});
    let is_written = match deed {
        Deed::Take => store::take(&mut *db, tenant, place, (actor.account, &actor.name)).await?,
        Deed::Attempt => store::note_attempt(&mut *db, tenant, place).await?,
        Deed::Answer => store::answer(&mut *db, tenant, place, &form.note, now).await?,
        Deed::Reopen => store::reopen(&mut *db, tenant, place).await?,
        Deed::Extend => {
            let calendar = taking::find_hours(&mut *db, tenant, case.unit).await?;
            let from = case.due_at.map_or(now, |due| due.max(now));
            let hours = form.hours.parse().unwrap_or_default();
            let promise = Promise::within(&calendar, from, hours, rule.warn_hours);
            details = serde_json::json!({ "until": moment_words(promise.due_at) });
            store::extend(&mut *db, tenant, place, Extension { promise }).await?
        }
        Deed::HandOver => {
            let Some((unit, name)) = unit else { return Ok(None) };
            details = serde_json::json!({ "unit": name });
            store::hand_over(&mut *db, tenant, place, unit).await?
        }
        Deed::Close => {
            let Some(outcome) = Outcome::parse(&form.outcome) else { return Ok(None) };
            let answer = optional(&form.note).filter(|_| outcome == Outcome::Done);
            details = serde_json::json!({ "outcome": outcome.label() });
            store::close(&mut *db, tenant, place, (outcome, answer.as_deref()), now).await?
        }
    };
    Ok(is_written.then_some(details))
}

/// The telephone was told to call; what came of it is another deed.
pub async fn note_call(db: &mut PgConnection, case: &CaseFile, actor: &Actor, now: DateTime<Utc>) -> sqlx::Result<()> {
    let key = (case.tenant, case.id);
    store::insert_event(db, key, actor, ("called", None), serde_json::json!({}), now).await
}
