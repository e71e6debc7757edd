//! One office: numbers, hours, people, who is responsible here, and how well it is reached.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Days, Utc};
use sqlx::PgConnection;

use super::hold::HoldForm;
use super::hours::week_rows;
use super::{Place, may_see_figures, places};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::directory::reachability::Reachability;
use crate::directory::{
    Card, Contact, HoursKind, Reach, Rule, Subject, Target, Unit, UnitException, list_cards, store,
};
use crate::ids::UnitId;
use crate::knowledge::town;
use crate::web::forms::{self, Errors};
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, InTenant, Page, Path, Places, format};

/// As far as the figure beside an office looks back.
const FIGURE_DAYS: Days = Days::new(28);

#[derive(Template)]
#[template(path = "directory/unit.html")]
struct UnitPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    unit: Unit,
    /// None: it is archived.
    card: Option<Card>,
    above: Vec<(UnitId, String)>,
    below: Vec<(UnitId, String)>,
    deputy: Option<(UnitId, String)>,
    phone_week: Vec<(&'static str, String)>,
    opening_week: Vec<(&'static str, String)>,
    exceptions: Vec<UnitException>,
    people: Vec<Person>,
    rules: Vec<(Rule, String)>,
    figure: Option<Reachability>,
    hold: HoldForm,
    errors: Errors,
    now: DateTime<Utc>,
}

/// Title, hours by day, and the free text.
type ShownWeek<'a> = (&'static str, &'a [(&'static str, String)], Option<&'a str>);

/// A contact and whether they may be called now.
struct Person {
    contact: Contact,
    phone: Option<String>,
    reach: Option<Reach>,
    deputy: Option<String>,
}

impl UnitPage {
    fn may_edit(&self) -> bool {
        self.tenant.may(Permission::EditDirectory)
    }

    /// Title, hours of the week, and free text beside them.
    fn weeks(&self) -> [ShownWeek<'_>; 2] {
        let (phone, opening) = (self.unit.phone_hours.as_deref(), self.unit.opening_hours.as_deref());
        [("Telefonzeiten", &self.phone_week, phone), ("Öffnungszeiten", &self.opening_week, opening)]
    }

    fn may_manage(&self) -> bool {
        self.tenant.may(Permission::ManageTenant)
    }

    fn url(&self) -> String {
        super::unit_url(&self.tenant, self.unit.id)
    }
}

impl Person {
    fn is_archived(&self) -> bool {
        self.contact.archived_at.is_some()
    }
}

pub(super) async fn unit_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, unit)): Path<(String, UnitId)>,
) -> web::Result<Response> {
    show(&app, &viewer, tenant, unit, None, Errors::none()).await
}

/// `typed`: a hold that could not be saved.
pub(super) async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    id: UnitId,
    typed: Option<HoldForm>,
    errors: Errors,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let unit = store::units::find_any_unit(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)?;
    let units = store::units::list_units(&mut *db, tenant.id).await?;
    let card = list_cards(&mut db, &[Target { tenant: tenant.id, unit: id, contact: None }], now).await?.pop();
    let people = list_people(&mut db, &tenant, id, now).await?;
    let weeks = list_weeks(&mut db, &tenant, id).await?;
    let exceptions = store::exceptions::list_unit_exceptions(&mut *db, tenant.id, id, clock::day_of(now)).await?;
    let rules = list_rules(&mut db, &tenant, id, &people).await?;
    let figure = if may_see_figures(&tenant) { Some(find_figure(&mut db, &tenant, id, now).await?) } else { None };
    drop(db);
    let status = forms::status(&errors, &[]);
    let name_of = |id: UnitId| units.iter().find(|unit| unit.id == id).map(|unit| (id, unit.name.clone()));
    let page = UnitPage {
        frame: Frame::of(app, viewer, Section::Directory, unit.name.clone()).await?,
        places: places(viewer, &tenant, Place::Units),
        above: chain(&units, &unit),
        below: units
            .iter()
            .filter(|below| below.parent == Some(id))
            .map(|below| (below.id, below.name.clone()))
            .collect(),
        deputy: unit.deputy.and_then(name_of),
        phone_week: week_rows(&weeks.0),
        opening_week: week_rows(&weeks.1),
        hold: typed.unwrap_or_else(|| HoldForm::of(unit.hold.as_ref(), now)),
        tenant,
        unit,
        card,
        exceptions,
        people,
        rules,
        figure,
        errors,
        now,
    };
    Ok((status, Page(page)).into_response())
}

/// The offices above, the highest first.
fn chain(units: &[Unit], unit: &Unit) -> Vec<(UnitId, String)> {
    let mut chain: Vec<(UnitId, String)> = Vec::new();
    let mut here = unit.parent;
    while let Some(above) = here.and_then(|id| units.iter().find(|unit| unit.id == id)) {
        if chain.iter().any(|(id, _)| *id == above.id) {
            break;
        }
        chain.push((above.id, above.name.clone()));
        here = above.parent;
    }
    chain.reverse();
    chain
}

type Week = Vec<crate::tenants::WeeklyHours>;

async fn list_weeks(db: &mut PgConnection, tenant: &TenantAccess, unit: UnitId) -> sqlx::Result<(Week, Week)> {
    let mut weeks = Vec::new();
    for kind in [HoursKind::Phone, HoursKind::Opening] {
        let rows = store::hours::list_unit_hours(&mut *db, &[tenant.id], &[unit], kind).await?;
        weeks.push(rows.into_iter().map(|(.., hours)| hours).collect());
    }
    let opening = weeks.pop().unwrap_or_default();
    Ok((weeks.pop().unwrap_or_default(), opening))
}

async fn list_people(
    db: &mut PgConnection,
    tenant: &TenantAccess,
    unit: UnitId,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Person>> {
    let contacts = store::contacts::list_all_contacts(&mut *db, tenant.id, unit).await?;
    let target = |contact: &Contact| Target { tenant: tenant.id, unit, contact: Some(contact.id) };
    let targets: Vec<_> = contacts.iter().map(target).collect();
    let cards = list_cards(db, &targets, now).await?;
    let name_of = |contact: &Contact| {
        let deputy = contacts.iter().find(|other| Some(other.id) == contact.deputy);
        deputy.map(|deputy| deputy.name.clone())
    };
    let people = contacts.iter().map(|contact| {
        let card = cards.iter().find(|card| card.target.contact == Some(contact.id));
        Person {
            deputy: name_of(contact),
            phone: contact.phone.as_ref().and_then(|_| card?.phone()),
            reach: card.map(|card| card.reach.clone()),
            contact: contact.clone(),
        }
    });
    Ok(people.collect())
}

/// Those within the office, each with whom it leads to.
async fn list_rules(
    db: &mut PgConnection,
    tenant: &TenantAccess,
    unit: UnitId,
    people: &[Person],
) -> sqlx::Result<Vec<(Rule, String)>> {
    let rules = store::rules::list_rules(db, tenant.id, Some(&[Subject::Within(unit)])).await?;
    let name = |rule: &Rule| {
        let person = people.iter().find(|person| Some(person.contact.id) == rule.contact);
        person.map_or_else(|| "die ganze Stelle".to_owned(), |person| person.contact.name.clone())
    };
    Ok(rules.into_iter().map(|rule| (rule.clone(), name(&rule))).collect())
}

async fn find_figure(
    db: &mut PgConnection,
    tenant: &TenantAccess,
    unit: UnitId,
    now: DateTime<Utc>,
) -> sqlx::Result<Reachability> {
    let since = now.checked_sub_days(FIGURE_DAYS).unwrap_or(now);
    let counted = store::transfers::count_by_hour(db, tenant.id, since, now).await?;
    Ok(Reachability::of(&counted, Some(unit)))
}
