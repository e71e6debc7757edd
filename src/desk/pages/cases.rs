//! R and B: a promise or a complaint taken down in the call, its number to read back, and calling back from a case.

use axum::response::Response;
use sqlx::PgConnection;

use super::view::{CallPart, EntryPart};
use super::visit::Visit;
use super::{Focus, Looks};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::audit::Actor;
use crate::calls::{self, CallKey, Disposition};
use crate::cases::{self, CATEGORIES, CaseFile, CaseForm, Channel, Kind, NewCase};
use crate::desk::sitting::{CALL_IS_OVER, Sitting};
use crate::directory;
use crate::ids::{CallId, CaseId, TenantId, UnitId};
use crate::search;
use crate::tenants::Number;
use crate::web::forms::Choice;
use crate::web::{Error, Form, Path, Result};

const MINE: i64 = 8;

/// The open panel.
pub struct CasePart {
    pub form: CaseForm,
    /// R, and not B.
    pub is_callback: bool,
    pub units: Vec<Choice>,
    /// The number of this call, masked.
    pub caller: Option<String>,
    /// What is open for the same caller.
    pub known: Vec<CaseFile>,
}

/// What R and B left in the call that is worked on.
#[derive(Default)]
pub struct CasesPart {
    /// Of a callback or complaint.
    pub panel: Option<CasePart>,
    /// The latest first.
    pub taken: Vec<CaseFile>,
}

impl CasesPart {
    pub async fn find(
        db: &mut PgConnection,
        viewer: &Viewer,
        looks: &Looks,
        call: Option<&CallPart>,
        entry: Option<&EntryPart>,
    ) -> Result<Self> {
        let Some(call) = call else { return Ok(Self::default()) };
        let taken = cases::list_of_call(&mut *db, call.record.key.id).await?;
        Ok(Self { panel: find_panel(db, viewer, looks, (call, &taken), entry).await?, taken })
    }
}

/// A case on the idle desk.
pub struct IdleCase {
    pub case: CaseFile,
    pub town: TenantAccess,
}

impl IdleCase {
    pub fn url(&self) -> String {
        format!("/cases/{}/{}", self.town.slug, self.case.id)
    }
}

impl CasePart {
    pub fn error(&self, field: &str) -> Option<&str> {
        self.form.errors.of(field)
    }

    pub fn voices(&self) -> Vec<Choice> {
        let chosen = Kind::parse(&self.form.kind).filter(|kind| *kind != Kind::Callback).unwrap_or(Kind::Complaint);
        Kind::VOICES.map(|kind| Choice::new(kind.as_str(), kind.label(), kind == chosen)).to_vec()
    }

    pub fn channels(&self) -> Vec<Choice> {
        let usual = if self.is_callback { Channel::Phone } else { Channel::None };
        let chosen = Channel::parse(&self.form.channel).unwrap_or(usual);
        let offered = Channel::ALL.iter().filter(|channel| !self.is_callback || **channel != Channel::None);
        offered.map(|channel| Choice::new(channel.as_str(), channel.label(), *channel == chosen)).collect()
    }

    pub fn categories(&self) -> Vec<Choice> {
        let one = |name: &&str| Choice::new(name, *name, self.form.category == **name);
        [Choice::new("", "ohne", self.form.category.is_empty())].into_iter().chain(CATEGORIES.iter().map(one)).collect()
    }
}

/// The panel as it stands open, filled with what is on the screen.
async fn find_panel(
    db: &mut PgConnection,
    viewer: &Viewer,
    looks: &Looks,
    (call, taken): (&CallPart, &[CaseFile]),
    entry: Option<&EntryPart>,
) -> Result<Option<CasePart>> {
    let disposition = Disposition::parse(&looks.panel);
    let is_callback = disposition == Some(Disposition::Callback);
    if !is_callback && disposition != Some(Disposition::Complaint) {
        return Ok(None);
    }
    let Some(town) = &call.origin.town else { return Ok(None) };
    let key = call.record.key;
    let number = find_number(&mut *db, key).await?;
    let mut known: Vec<_> = taken.iter().filter(|case| !case.is_closed()).cloned().collect();
    if let Some(number) = &number {
        let others = cases::list_of_number(&mut *db, number).await?;
        known.extend(others.into_iter().filter(|other| other.call != Some(key.id)));
    }
    let unit = entry.and_then(|entry| entry.office.as_ref()).map(|office| (office.unit.tenant, office.unit.id));
    let form = looks.case.clone().unwrap_or_else(|| prefilled(entry, unit));
    let units = unit_choices(&mut *db, viewer, town, entry, &form.unit).await?;
    let caller = number.map(|number| Number::parse(&number).masked());
    Ok(Some(CasePart { form, is_callback, units, caller, known }))
}

fn prefilled(entry: Option<&EntryPart>, unit: Option<(TenantId, UnitId)>) -> CaseForm {
    let topic = entry.map(|entry| entry.view.entry.content.title.clone());
    let unit = unit.map(|(tenant, unit)| format!("{tenant}-{unit}"));
    CaseForm { concern: topic.unwrap_or_default(), unit: unit.unwrap_or_default(), ..CaseForm::default() }
}

/// The offices of the town, and the one that the entry names where that is another tenant's for whom this person works too.
async fn unit_choices(
    db: &mut PgConnection,
    viewer: &Viewer,
    town: &TenantAccess,
    entry: Option<&EntryPart>,
    chosen: &str,
) -> Result<Vec<Choice>> {
    let units = directory::list_units(&mut *db, town.id).await?;
    let foreign = entry.and_then(|entry| entry.office.as_ref()).map(|office| office.unit.clone());
    let foreign = foreign.filter(|unit| unit.tenant != town.id);
    let foreign = foreign.and_then(|unit| Some((viewer.tenant_by_id(unit.tenant)?, unit)));
    let choice = |tenant: TenantId, unit: UnitId, label: String| {
        let value = format!("{tenant}-{unit}");
        let is_chosen = value == chosen;
        Choice::new(value, label, is_chosen)
    };
    let foreign =
        foreign.map(|(owner, unit)| choice(unit.tenant, unit.id, format!("{}, {}", unit.name, owner.short_name)));
    let own = units.into_iter().map(|unit| choice(unit.tenant, unit.id, unit.name));
    let nobody = Choice::new("", "noch offen", chosen.is_empty());
    Ok([nobody].into_iter().chain(foreign).chain(own).collect())
}

/// As it is stored; None where it is no number that can be called.
async fn find_number(db: &mut PgConnection, call: CallKey) -> Result<Option<String>> {
    let number = calls::find_caller_number(db, call).await?.map(|number| Number::parse(&number));
    Ok(number.and_then(|number| number.dialable().map(str::to_owned)))
}

pub async fn take_case(visit: Visit, Path(call): Path<CallId>, Form(mut form): Form<CaseForm>) -> Result<Response> {
    let mut looks = Looks { q: form.q.clone(), focus: Focus::Entry, ..Looks::default() };
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let town = sitting.desk.shown_tenant.and_then(|town| visit.viewer.tenant_by_id(town));
    let (Some(key), Some(town)) = (sitting.at_hand(call), town) else {
        looks.notice = Some(CALL_IS_OVER.to_owned());
        return visit.done(sitting, looks).await;
    };
    match read(&visit, &mut sitting, key, town, &mut form).await? {
        Some(new) => looks.notice = Some(take(&visit, &mut sitting, key, new).await?),
        None => {
            let is_callback = Kind::parse(&form.kind).unwrap_or(Kind::Callback) == Kind::Callback;
            let panel = if is_callback { Disposition::Callback } else { Disposition::Complaint };
            panel.as_str().clone_into(&mut looks.panel);
            looks.focus = Focus::Panel;
            looks.case = Some(form);
        }
    }
    visit.done(sitting, looks).await
}

/// None: the messages stand at the fields.
async fn read(
    visit: &Visit,
    sitting: &mut Sitting<'_>,
    key: CallKey,
    town: &TenantAccess,
    form: &mut CaseForm,
) -> Result<Option<NewCase>> {
    let unit = find_unit(visit, sitting, town, &form.unit).await?;
    if unit.is_none() && !form.unit.is_empty() {
        form.errors.add("unit", "Diese Stelle gibt es nicht mehr. Bitte wählen Sie eine andere.");
    }
    let number = find_number(&mut sitting.db, key).await?;
    let problem = |text: &str| search::line_problem(&visit.app, town, text);
    let Some(said) = form.check(number.as_deref(), problem) else { return Ok(None) };
    Ok(Some(NewCase {
        tenant: unit.map_or(town.id, |(tenant, _)| tenant),
        kind: said.kind,
        concern: said.concern,
        category: said.category,
        topic: sitting.desk.entry.map(|entry| (entry.tenant, entry.entry)),
        call: Some(key),
        town: town.id,
        unit: unit.map(|(_, unit)| unit),
        taken_by: Some(visit.viewer.account),
        channel: said.channel,
        best_time: said.best_time,
        contact: said.contact,
        begun_at: sitting.now,
        promise: None,
    }))
}

async fn find_unit(
    visit: &Visit,
    sitting: &mut Sitting<'_>,
    town: &TenantAccess,
    typed: &str,
) -> Result<Option<(TenantId, UnitId)>> {
    let Some((tenant, unit)) = typed.split_once('-') else { return Ok(None) };
    let (Ok(tenant), Ok(unit)) = (tenant.parse::<TenantId>(), unit.parse::<UnitId>()) else { return Ok(None) };
    if tenant != town.id && !visit.viewer.tenant_by_id(tenant).is_some_and(|own| own.may(Permission::UseDesk)) {
        return Ok(None);
    }
    let found = directory::find_unit(&mut *sitting.db, tenant, unit).await?;
    Ok(found.map(|unit| (unit.tenant, unit.id)))
}

/// The case and the call's result are one transaction. Says what the agent reads back.
async fn take(visit: &Visit, sitting: &mut Sitting<'_>, key: CallKey, new: NewCase) -> Result<String> {
    let (kind, phone) = (new.kind, new.contact.phone.clone());
    let taken = cases::take(&mut sitting.db, &visit.app, new, &Actor::from(&visit.viewer)).await?;
    let result = if kind == Kind::Callback { Disposition::Callback } else { Disposition::Complaint };
    calls::set_disposition(&mut *sitting.db, key, result, None).await?;
    let mut notice = format!("{} {} ist aufgenommen.", kind.label(), taken.reference);
    if let Some(phone) = phone {
        let known = cases::list_of_number(&mut sitting.db, &phone).await?;
        let others: Vec<_> = known.iter().filter(|case| case.id != taken.id).collect();
        if !others.is_empty() {
            let words: Vec<_> = others.iter().map(|case| case.open_words(sitting.now)).collect();
            notice = format!("{notice} Zu derselben Nummer gibt es schon: {}.", words.join(", "));
        }
    }
    Ok(notice)
}

/// My open callbacks, for the idle desk.
pub async fn find_mine(db: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<Vec<IdleCase>> {
    let mine = cases::list_of_account(db, viewer.account, MINE).await?;
    let one = |case: CaseFile| Some(IdleCase { town: viewer.tenant_by_id(case.tenant)?.clone(), case });
    Ok(mine.into_iter().filter_map(one).collect())
}

/// Calls whoever waits for it, from the case: without a number on the screen or in an address.
pub async fn call_case(visit: Visit, Path((owner, case)): Path<(TenantId, CaseId)>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let found = cases::find_case(&mut *sitting.db, owner, case).await?;
    let case = found.filter(|case| visit.viewer.tenant_by_id(case.tenant).is_some()).ok_or(Error::NotFound)?;
    let notice = sitting.call_for(&case).await?;
    visit.done(sitting, Looks { notice, focus: Focus::Lines, ..Looks::default() }).await
}
