//! The panel as it stands open.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::PgConnection;

use super::super::Looks;
use super::super::view::{Countdown, EntryPart};
use super::{BookingForm, SearchForm, parse_kind};
use crate::access::{Permission, Viewer};
use crate::app::App;
use crate::appointments::{
    self, Appointment, Channel, Office, System, Type, find_appointment, find_held, find_last_of, find_office,
    find_type, list_offered, new_check, words,
};
use crate::clock;
use crate::desk::{Desk, State};
use crate::ids::{EntryId, TenantId};
use crate::web::format;
use crate::web::forms::{Choice, parse_date};

/// So many days stand in the pane at once, and no further one after so many times.
const DAYS: usize = 5;
const TIMES: usize = 36;
/// An appointment that was booked longer ago is no longer read back.
const READ_BACK: TimeDelta = TimeDelta::hours(2);

pub struct AppointmentPart {
    /// To choose from.
    pub kinds: Vec<Choice>,
    pub kind: Option<Type>,
    pub office: Option<Office>,
    pub days: Vec<Day>,
    /// Where the next days begin.
    pub later: Option<NaiveDate>,
    /// A new list is a new choice.
    pub key: String,
    pub held: Option<Held>,
    /// What was booked, moved or cancelled last in this call.
    pub last: Option<Appointment>,
    /// What is to be moved or cancelled.
    pub found: Option<Appointment>,
    pub search: SearchForm,
    /// Whose appointment `last` is.
    pub slug: String,
    /// Why nothing can be shown.
    pub trouble: Option<&'static str>,
}

pub struct Day {
    pub name: String,
    pub times: Vec<Time>,
}

pub struct Time {
    /// Seconds since 1970.
    pub start: i64,
    pub words: String,
    pub spoken: String,
}

/// A slot that waits for the caller.
pub struct Held {
    pub appointment: Appointment,
    pub countdown: Countdown,
    pub form: BookingForm,
    pub check: String,
    /// The one whose place it takes.
    pub replaces: Option<Appointment>,
}

impl Held {
    pub fn error(&self, field: &str) -> Option<&str> {
        self.form.errors.of(field)
    }

    /// Name, label, what was typed, and kind of the fields about a person.
    pub fn fields(&self) -> [(&'static str, &'static str, &str, &'static str); 4] {
        [
            ("mail", "E-Mail", &self.form.mail, "email"),
            ("name", "Name", &self.form.name, "text"),
            ("address", "Anschrift", &self.form.address, "text"),
            ("phone", "Telefon", &self.form.phone, "tel"),
        ]
    }

    pub fn channels(&self) -> Vec<Choice> {
        let chosen = Channel::parse(&self.form.channel).unwrap_or(Channel::None);
        Channel::ALL.map(|channel| Choice::new(channel.as_str(), channel.label(), channel == chosen)).to_vec()
    }
}

impl AppointmentPart {
    pub fn search_error(&self, field: &str) -> Option<&str> {
        self.search.errors.of(field)
    }

    /// Name, label, what was typed, and hint.
    pub fn search_fields(&self) -> [(&'static str, &'static str, &str, &'static str); 2] {
        [
            ("reference", "Vorgangsnummer", &self.search.reference, "sechs Ziffern"),
            ("check", "Prüfziffern", &self.search.check, "vier Ziffern"),
        ]
    }

    /// Where callers are sent.
    pub fn link(&self) -> Option<&str> {
        self.office.as_ref().filter(|office| office.system == System::Link).and_then(|office| office.address.as_deref())
    }

    pub fn later_for_machines(&self) -> String {
        self.later.map(|day| day.to_string()).unwrap_or_default()
    }

    fn show(&mut self, starts: impl IntoIterator<Item = DateTime<Utc>>) {
        for starts_at in starts {
            let day = clock::day_of(starts_at);
            let name = words::short_day(day);
            if self.days.last().is_none_or(|last| last.name != name) {
                let shown: usize = self.days.iter().map(|day| day.times.len()).sum();
                if self.days.len() == DAYS || shown >= TIMES {
                    self.later = Some(day);
                    return;
                }
                self.days.push(Day { name, times: Vec::new() });
            }
            self.days.last_mut().into_iter().for_each(|day| day.times.push(Time::at(starts_at)));
        }
    }
}

impl Time {
    fn at(starts_at: DateTime<Utc>) -> Self {
        Self { start: starts_at.timestamp(), words: format::time(starts_at), spoken: words::moment(starts_at) }
    }
}

/// The towns whose appointments this desk may give: the one on the line, then those whose knowledge it takes.
pub fn towns(viewer: &Viewer, town: TenantId) -> Vec<TenantId> {
    let may = |id: &TenantId| viewer.tenant_by_id(*id).is_some_and(|town| town.may(Permission::UseDesk));
    let sources = viewer.tenant_by_id(town).map(|town| town.sources.iter().map(|source| source.id).collect::<Vec<_>>());
    let others = sources.unwrap_or_default().into_iter().filter(|id| *id != town);
    std::iter::once(town).chain(others).filter(may).collect()
}

/// None: another panel is open, or nobody calls.
pub async fn find_part(
    db: &mut PgConnection,
    viewer: &Viewer,
    desk: &Desk,
    entry: Option<&EntryPart>,
    looks: &Looks,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<AppointmentPart>> {
    let (Some(call), Some(town)) = (desk.call, desk.shown_tenant) else { return Ok(None) };
    if !looks.panel.starts_with("appointment") || !(desk.state(now).in_call() || desk.state(now) == State::AfterCall) {
        return Ok(None);
    }
    let mut part = AppointmentPart {
        kinds: Vec::new(),
        kind: None,
        office: None,
        days: Vec::new(),
        later: None,
        key: new_key(),
        held: find_held_part(&mut *db, viewer, looks, now)
            .await?
            .filter(|held| held.appointment.call.is_none_or(|own| own == call.id)),
        last: find_last_of(&mut *db, viewer.account, now - READ_BACK).await?,
        found: None,
        search: looks.appointment.search.clone().unwrap_or_default(),
        slug: String::new(),
        trouble: None,
    };
    let owner = part.last.as_ref().and_then(|last| viewer.tenant_by_id(last.tenant));
    part.slug = owner.map(|owner| owner.slug.clone()).unwrap_or_default();
    if let Some((tenant, id)) = part.search.found {
        part.found = find_appointment(&mut *db, tenant, id).await?;
    }
    if part.held.is_none() && (looks.panel == "appointment" || part.found.is_some()) {
        let topic = entry.map(|entry| entry.view.entry.root()).map(|root| (root.tenant, root.entry));
        choose_kind(&mut *db, &mut part, &towns(viewer, town), topic, looks).await?;
        find_slots(&mut *db, &mut part, looks, now).await?;
    }
    Ok(Some(part))
}

/// What is offered at the entry; where nothing is, or no entry stands open, all that the town has.
async fn choose_kind(
    db: &mut PgConnection,
    part: &mut AppointmentPart,
    towns: &[TenantId],
    topic: Option<(TenantId, EntryId)>,
    looks: &Looks,
) -> sqlx::Result<()> {
    if let Some(found) = &part.found {
        part.kind = find_type(&mut *db, found.tenant, found.kind).await?;
        return Ok(());
    }
    let mut offered = match topic {
        Some(topic) => list_offered(&mut *db, towns, Some(topic)).await?,
        None => Vec::new(),
    };
    if offered.is_empty() {
        offered = list_offered(&mut *db, towns, None).await?;
    }
    let wanted = parse_kind(&looks.kind);
    let chosen = offered.iter().position(|kind| Some((kind.tenant, kind.id)) == wanted).unwrap_or(0);
    let choice = |(at, kind): (usize, &Type)| {
        Choice::new(format!("{}-{}", kind.tenant, kind.id), format!("{} ({})", kind.name, kind.unit_name), at == chosen)
    };
    part.kinds = offered.iter().enumerate().map(choice).collect();
    part.kind = offered.into_iter().nth(chosen);
    Ok(())
}

async fn find_slots(
    db: &mut PgConnection,
    part: &mut AppointmentPart,
    looks: &Looks,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Some(kind) = part.kind.clone() else { return Ok(()) };
    part.office = find_office(&mut *db, kind.tenant, kind.unit).await?;
    if part.office.as_ref().is_none_or(|office| office.system != System::Own) {
        return Ok(());
    }
    let from = if part.found.is_some() { &part.search.from } else { &looks.from };
    let slots = appointments::list_free(&mut *db, &kind, parse_date(from), now).await?;
    part.show(slots.iter().map(|slot| slot.starts_at));
    Ok(())
}

/// What a town's own system has to say: asked when no transaction is open any more.
pub async fn complete(app: &App, part: &mut AppointmentPart, looks: &Looks, now: DateTime<Utc>) -> sqlx::Result<()> {
    let is_remote = part.office.as_ref().is_some_and(|office| office.system == System::Zms);
    let Some(kind) = part.kind.clone().filter(|_| is_remote) else { return Ok(()) };
    let from = if part.found.is_some() { &part.search.from } else { &looks.from };
    match appointments::list_free_there(app, &kind, parse_date(from), now).await? {
        Ok(starts) => part.show(starts),
        Err(trouble) => part.trouble = Some(trouble.sentence()),
    }
    Ok(())
}

async fn find_held_part(
    db: &mut PgConnection,
    viewer: &Viewer,
    looks: &Looks,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Held>> {
    let Some(appointment) = find_held(&mut *db, viewer.account).await? else { return Ok(None) };
    let form = looks.appointment.booking.clone().unwrap_or_default();
    let until = appointment.hold_until.unwrap_or(now);
    let replaces = match appointment.replaces {
        Some(id) => find_appointment(&mut *db, appointment.tenant, id).await?,
        None => None,
    };
    let check = Some(form.check.clone()).filter(|check| appointments::is_check(check)).unwrap_or_else(new_check);
    Ok(Some(Held { countdown: Countdown::new(until, now, 60), appointment, form, check, replaces }))
}

fn new_key() -> String {
    use rand::RngExt;
    format!("{:016x}", rand::rng().random::<u64>())
}
