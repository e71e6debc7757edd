//! Taking a case down while somebody is on the telephone: checked, with its promise, its number to read back and the mail to
//! the office, all in the caller's transaction.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgConnection;

use super::clock::Promise;
use super::{CATEGORIES, Channel, Contact, Kind, LONGEST_CONCERN, Reference, Rule, letters, store};
use crate::accounts::is_email;
use crate::app::App;
use crate::audit::Actor;
use crate::calls::CallKey;
use crate::directory;
use crate::ids::{AccountId, CaseId, EntryId, TenantId, UnitId};
use crate::mail::Purpose;
use crate::tenants::{self, Number, ServiceCalendar};
use crate::web::forms::{Errors, optional};

const LONGEST_NAME: usize = 120;
const LONGEST_ADDRESS: usize = 300;
const LONGEST_TIME: usize = 80;

/// The panel at the desk.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CaseForm {
    pub q: String,
    pub kind: String,
    pub concern: String,
    pub category: String,
    /// Tenant and office, as the choices carry them: "3-17". Empty: nobody knows yet.
    pub unit: String,
    pub channel: String,
    /// A number, a mail address or a postal one, whatever the channel needs. Empty: the number of this call.
    pub reach: String,
    pub name: String,
    pub best_time: String,
    #[serde(skip)]
    pub errors: Errors,
}

/// What was said in the form, when it can be kept.
#[derive(Debug, Clone)]
pub struct Said {
    pub kind: Kind,
    pub concern: String,
    pub category: Option<String>,
    pub channel: Channel,
    pub best_time: Option<String>,
    pub contact: Contact,
}

impl CaseForm {
    /// None: the messages stand at the fields. `caller`: the number of this call, where it is known.
    pub fn check(&mut self, caller: Option<&str>, problem: impl Fn(&str) -> Option<&'static str>) -> Option<Said> {
        let kind = Kind::parse(&self.kind).unwrap_or(Kind::Callback);
        let channel = self.check_channel(kind);
        self.check_words(problem);
        let contact = self.read_contact(channel, caller);
        let category = CATEGORIES.contains(&self.category.as_str()).then(|| self.category.clone());
        self.errors.is_empty().then(|| Said {
            kind,
            concern: self.concern.clone(),
            category: category.filter(|_| kind == Kind::Complaint),
            channel,
            best_time: optional(&self.best_time),
            contact,
        })
    }

    fn check_channel(&mut self, kind: Kind) -> Channel {
        let usual = if kind == Kind::Callback { Channel::Phone } else { Channel::None };
        let channel = if self.channel.is_empty() { Some(usual) } else { Channel::parse(&self.channel) };
        if channel.is_none() || (kind == Kind::Callback && channel == Some(Channel::None)) {
            self.errors.add("channel", "Bitte wählen Sie, wie die Rückmeldung kommen soll.");
        }
        channel.unwrap_or(usual)
    }

    fn check_words(&mut self, problem: impl Fn(&str) -> Option<&'static str>) {
        self.errors.require("concern", &self.concern, "Das Anliegen");
        self.errors.limit("concern", &self.concern, LONGEST_CONCERN);
        self.errors.limit("best_time", &self.best_time, LONGEST_TIME);
        self.errors.limit("name", &self.name, LONGEST_NAME);
        for (field, text) in [("concern", &self.concern), ("best_time", &self.best_time)] {
            if let Some(message) = problem(text) {
                self.errors.add(field, message);
            }
        }
    }

    /// The only place where a way to somebody is read.
    fn read_contact(&mut self, channel: Channel, caller: Option<&str>) -> Contact {
        let mut contact = Contact { name: optional(&self.name), ..Contact::default() };
        let reach = self.reach.trim();
        match channel {
            Channel::None => return Contact::default(),
            Channel::Phone => {
                let number = if reach.is_empty() { caller } else { Some(reach) };
                contact.phone = number.map(Number::parse).and_then(|number| Some(number.dialable()?.to_owned()));
                if contact.phone.is_none() {
                    self.errors.add("reach", "Bitte geben Sie die Rufnummer mit Vorwahl an.");
                }
            }
            Channel::Mail if is_email(reach) && reach.chars().count() <= 200 => contact.mail = Some(reach.to_owned()),
            Channel::Mail => self.errors.add("reach", "Bitte geben Sie die E-Mail-Adresse an."),
            Channel::Letter if reach.is_empty() => self.errors.add("reach", "Bitte geben Sie die Anschrift an."),
            Channel::Letter => {
                contact.address = Some(reach.to_owned());
                let address = reach.to_owned();
                self.errors.limit("reach", &address, LONGEST_ADDRESS);
            }
        }
        contact
    }
}

/// A case as it goes into the database.
#[derive(Debug, Clone)]
pub struct NewCase {
    pub tenant: TenantId,
    pub kind: Kind,
    pub concern: String,
    pub category: Option<String>,
    pub topic: Option<(TenantId, EntryId)>,
    pub call: Option<CallKey>,
    pub town: TenantId,
    pub unit: Option<UnitId>,
    pub taken_by: Option<AccountId>,
    pub channel: Channel,
    pub best_time: Option<String>,
    pub contact: Contact,
    pub begun_at: DateTime<Utc>,
    /// Made from the rule and the office's hours when it is taken down.
    pub promise: Option<Promise>,
}

/// What the agent reads back.
#[derive(Debug, Clone)]
pub struct Taken {
    pub id: CaseId,
    pub reference: Reference,
    pub due_at: Option<DateTime<Utc>>,
}

/// Takes it down: the case, the way to the caller apart from it, the history and the mail to the office, or nothing of it.
pub async fn take(db: &mut PgConnection, app: &App, mut new: NewCase, actor: &Actor) -> sqlx::Result<Taken> {
    let rule = store::find_rule(&mut *db, new.tenant).await?;
    let calendar = find_hours(&mut *db, new.tenant, new.unit).await?;
    new.promise = promise(new.kind, new.channel, &calendar, &rule, new.begun_at);
    let (id, reference) = store::insert_case(&mut *db, &new).await?;
    if !new.contact.is_empty() {
        store::insert_contact(&mut *db, new.tenant, id, &new.contact).await?;
    }
    let key = (new.tenant, id);
    store::insert_event(&mut *db, key, actor, ("taken down", None), serde_json::json!({}), new.begun_at).await?;
    tell(db, app, key, (&rule, Purpose::CaseNew), actor).await?;
    Ok(Taken { id, reference, due_at: new.promise.map(|promise| promise.due_at) })
}

/// Whoever it lies with now hears of it.
pub async fn tell(
    db: &mut PgConnection,
    app: &App,
    (tenant, id): (TenantId, CaseId),
    what: (&Rule, Purpose),
    actor: &Actor,
) -> sqlx::Result<()> {
    let Some(case) = store::find_case(&mut *db, tenant, id).await? else { return Ok(()) };
    let Some(unit) = case.unit else { return Ok(()) };
    let Some(unit) = directory::find_unit(&mut *db, tenant, unit).await? else { return Ok(()) };
    letters::tell_office(db, app, &case, &unit, what, actor).await
}

/// The office's own hours; without an office those of the town.
pub async fn find_hours(
    db: &mut PgConnection,
    tenant: TenantId,
    unit: Option<UnitId>,
) -> sqlx::Result<ServiceCalendar> {
    if let Some(unit) = unit {
        return directory::find_calendar(db, tenant, unit).await;
    }
    let mut schedules = tenants::list_schedules(db, &[tenant]).await?;
    Ok(schedules.remove(&tenant).unwrap_or_default().calendar(None))
}

/// Callbacks are promised in service hours, answers to complaints and suggestions in days. Who wants no answer gets no date,
/// and neither does praise; a complaint has to be looked at all the same.
fn promise(
    kind: Kind,
    channel: Channel,
    calendar: &ServiceCalendar,
    rule: &Rule,
    now: DateTime<Utc>,
) -> Option<Promise> {
    match (kind, channel) {
        (Kind::Callback, _) => Some(Promise::within(calendar, now, rule.promise_hours, rule.warn_hours)),
        (Kind::Praise, _) | (Kind::Suggestion, Channel::None) => None,
        (Kind::Complaint | Kind::Suggestion, _) => Promise::by_day(now, rule.complaint_days),
    }
}
