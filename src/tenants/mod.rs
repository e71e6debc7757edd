//! Tenants, their lines, greetings and service hours.

mod answering;
mod calendar;
mod gazetteer;
mod greeting;
mod kind;
mod knowledge_scopes;
mod number;
mod pages;
mod service;
mod store;
pub mod week;

pub use answering::{Answering, AnsweringRule, First, who_first};
pub use calendar::{
    Exception, Interval, ServiceCalendar, ServiceState, Stretch, WeeklyHours, holidays_of, near_moment, stretches_of,
};
pub use gazetteer::{NewPlace, Place, read as read_places};
pub use greeting::{Greeting, PLACEHOLDERS, Situation, choose, fill, unknown_placeholder};
pub use kind::{ACCENTS, Kind, SHAPES};
pub use knowledge_scopes::{KnowledgeScope, list_knowledge_scopes};
pub use number::{Number, block_of, display_block, parse_block};
pub use pages::routes;
pub use service::{ANY_TOPIC, Level, STAGES, ServiceLevel, Stage, TopicScope};
pub use store::{
    NewLine, find_authority, find_intake, find_line, find_place, find_tenant, find_tenant_by_slug, insert_exception,
    insert_greeting, insert_line, insert_number_block, insert_tenant, list_knowledge_bases, list_kreise_for,
    list_lines, list_places, list_schedules, list_skills, list_tenants, replace_authorities, replace_hours,
    replace_knowledge_bases, replace_places, replace_service_scope, service_level,
};

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Berlin;
use sqlx::PgConnection;

use crate::access::Viewer;
use crate::ids::{EntryId, LineId, TenantId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub slug: String,
    pub name: String,
    pub short_name: String,
    pub kind: String,
    pub accent: String,
    pub shape: String,
    pub ars: Option<String>,
    pub inhabitants: Option<i32>,
    /// Switchboards without extension, as E.164: where the hyphen stands.
    pub number_blocks: Vec<String>,
    pub postcodes: Vec<String>,
    pub served_by: Option<TenantId>,
    pub observes_holidays: bool,
    /// Agents may greet in words of their own.
    pub allows_own_greeting: bool,
    pub after_call_seconds: i32,
    pub version: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTenant {
    pub slug: String,
    pub name: String,
    pub short_name: String,
    pub kind: String,
    pub accent: String,
    pub shape: String,
    pub ars: Option<String>,
    pub inhabitants: Option<i32>,
    pub number_blocks: Vec<String>,
    pub postcodes: Vec<String>,
    pub served_by: Option<TenantId>,
    pub observes_holidays: bool,
    /// Agents may greet in words of their own.
    pub allows_own_greeting: bool,
    pub after_call_seconds: i32,
}

impl NewTenant {
    pub fn new(slug: &str, name: &str, kind: Kind) -> Self {
        Self {
            slug: slug.to_owned(),
            name: name.to_owned(),
            short_name: name.to_owned(),
            kind: kind.as_str().to_owned(),
            accent: "petrol".to_owned(),
            shape: "circle".to_owned(),
            ars: None,
            inhabitants: None,
            number_blocks: Vec::new(),
            postcodes: Vec::new(),
            served_by: None,
            observes_holidays: true,
            allows_own_greeting: false,
            after_call_seconds: 15,
        }
    }
}

/// What may be changed about a tenant that is there.
impl From<Tenant> for NewTenant {
    fn from(tenant: Tenant) -> Self {
        Self {
            slug: tenant.slug,
            name: tenant.name,
            short_name: tenant.short_name,
            kind: tenant.kind,
            accent: tenant.accent,
            shape: tenant.shape,
            ars: tenant.ars,
            inhabitants: tenant.inhabitants,
            number_blocks: tenant.number_blocks,
            postcodes: tenant.postcodes,
            served_by: tenant.served_by,
            observes_holidays: tenant.observes_holidays,
            allows_own_greeting: tenant.allows_own_greeting,
            after_call_seconds: tenant.after_call_seconds,
        }
    }
}

/// What may stand in addresses: the same rule as in the database.
pub fn is_slug(text: &str) -> bool {
    (2..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Where a tenant takes knowledge from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeBase {
    pub tenant: TenantId,
    /// Only entries of these life situations; None: all.
    pub topics: Option<Vec<String>>,
}

/// Who decides on a topic in a town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    pub topic: String,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    Tenant(TenantId),
    /// Another Kreis, a Land office: a body that is no tenant here.
    Named(String),
}

/// A number that citizens dial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The reserved intake tenant owns lines that several towns share.
    pub tenant: TenantId,
    pub id: LineId,
    /// "+492214710100" or a short code.
    pub number: String,
    pub label: String,
    /// Only agents with this skill get the line.
    pub skill: Option<String>,
    /// The entry that opens at once, and whose it is.
    pub preset_entry: Option<(TenantId, EntryId)>,
    pub active: bool,
    pub version: i32,
    number_blocks: Vec<String>,
}

impl Line {
    pub fn display_number(&self) -> String {
        Number::parse(&self.number).display(&self.number_blocks)
    }
}

/// A number as people read it; where a line is known, its own `display_number` also knows the hyphen.
pub fn display_number(number: &str) -> String {
    Number::parse(number).display(&[])
}

/// What an agent must know about a line at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineSituation {
    pub is_open: bool,
    /// "Servicezeit bis 17:00", "geschlossen, wieder Mo 8:00".
    pub sentence: String,
    /// Ready to be read aloud.
    pub greeting: String,
    pub answering: Answering,
}

/// Who greets.
#[derive(Debug, Clone, Copy)]
pub struct Greeter<'a> {
    pub name: &'a str,
    /// In own words, where the town allows it.
    pub wording: Option<&'a str>,
}

impl<'a> From<&'a Viewer> for Greeter<'a> {
    fn from(viewer: &'a Viewer) -> Self {
        Self { name: &viewer.name, wording: viewer.preferences.greeting.as_deref() }
    }
}

/// None where there is no such line in scope.
pub async fn line_situation(
    db: &mut PgConnection,
    tenant: TenantId,
    line: LineId,
    now: DateTime<Utc>,
    greeter: Greeter<'_>,
) -> sqlx::Result<Option<LineSituation>> {
    Ok(line_situations(db, &[tenant], now, greeter).await?.remove(&line))
}

/// All lines of these tenants at once, for lists.
pub async fn line_situations(
    db: &mut PgConnection,
    tenants: &[TenantId],
    now: DateTime<Utc>,
    greeter: Greeter<'_>,
) -> sqlx::Result<HashMap<LineId, LineSituation>> {
    let schedules = store::list_schedules(&mut *db, tenants).await?;
    let lines = store::list_lines(&mut *db, tenants).await?;
    let situation = |line: &Line| {
        let schedule = schedules.get(&line.tenant)?;
        Some((line.id, schedule.situation_of(line, now, greeter)))
    };
    Ok(lines.iter().filter_map(situation).collect())
}

/// Everything of one tenant that the clock decides on.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    pub town: String,
    pub is_intake: bool,
    pub observes_holidays: bool,
    pub allows_own_greeting: bool,
    pub hours: Vec<(Option<LineId>, WeeklyHours)>,
    pub exceptions: Vec<(Option<LineId>, Exception)>,
    pub greetings: Vec<Greeting>,
    pub answering: Vec<AnsweringRule>,
}

impl Schedule {
    /// The calendar of a line, or of the tenant as a whole.
    pub fn calendar(&self, line: Option<LineId>) -> ServiceCalendar {
        let hours_of = |owner: Option<LineId>| {
            self.hours.iter().filter(move |(of, _)| *of == owner).map(|(_, hours)| *hours).collect::<Vec<_>>()
        };
        let exceptions = self.exceptions.iter().filter(|(of, _)| of.is_none() || *of == line);
        ServiceCalendar::new(
            hours_of(None),
            line.map(|line| hours_of(Some(line))).unwrap_or_default(),
            exceptions.map(|(_, exception)| exception.clone()).collect(),
            self.observes_holidays,
        )
    }

    fn situation_of(&self, line: &Line, now: DateTime<Utc>, greeter: Greeter<'_>) -> LineSituation {
        let state = self.calendar(Some(line.id)).state_at(now);
        let situation = if state.is_open() { Situation::Open } else { Situation::Closed };
        let time = now.with_timezone(&Berlin).time();
        // A shared line has no town yet; it is called by its own name.
        let town = if self.is_intake { &line.label } else { &self.town };
        let own_words = greeter.wording.filter(|_| self.allows_own_greeting && state.is_open());
        let text = own_words.unwrap_or_else(|| choose(&self.greetings, line.id, situation, time));
        let rules = self.answering.iter().copied().filter(|rule| rule.line.is_none_or(|own| own == line.id));
        LineSituation {
            is_open: state.is_open(),
            sentence: state.sentence(now),
            greeting: fill(text, greeter.name, town, time),
            answering: who_first(rules, now),
        }
    }
}
