//! All rules of a town, by topic.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{Place, places};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::directory::street::street_key;
use crate::directory::{Narrowing, Rule, Subject, store};
use crate::ids::{ContactId, EntryId, TenantId, UnitId};
use crate::knowledge::{self, town};
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format};

/// What rules are about and where they lead, in words.
pub struct Names {
    units: HashMap<UnitId, String>,
    contacts: HashMap<ContactId, String>,
    entries: HashMap<(TenantId, EntryId), String>,
}

impl Names {
    pub async fn load(db: &mut PgConnection, tenant: TenantId, rules: &[Rule]) -> sqlx::Result<Self> {
        let units = store::units::list_all_units(&mut *db, tenant).await?;
        let ids: Vec<_> = rules.iter().filter_map(|rule| rule.contact).collect();
        let contacts = store::contacts::list_contacts_by_id(&mut *db, &[tenant], &ids).await?;
        let topics = rules.iter().filter_map(|rule| match rule.subject {
            Subject::Entry(tenant, entry) => Some((tenant, entry)),
            _ => None,
        });
        let topics: Vec<_> = topics.collect();
        let entries = knowledge::list_titles(&mut *db, &topics).await?;
        Ok(Self {
            units: units.into_iter().map(|unit| (unit.id, unit.name)).collect(),
            contacts: contacts.into_iter().map(|contact| (contact.id, contact.name)).collect(),
            entries: entries.into_iter().map(|(tenant, id, title)| ((tenant, id), title)).collect(),
        })
    }

    pub fn subject(&self, subject: &Subject) -> String {
        match subject {
            Subject::Entry(tenant, entry) => {
                self.entries.get(&(*tenant, *entry)).cloned().unwrap_or_else(|| format!("Eintrag Nr. {entry}"))
            }
            Subject::Situation(situation) => format!("Lebenslage {situation}"),
            Subject::Within(unit) => format!("In der Stelle {}", self.unit(*unit)),
        }
    }

    fn unit(&self, unit: UnitId) -> &str {
        self.units.get(&unit).map_or("", String::as_str)
    }

    /// "Frau Yilmaz, Bürgerbüro".
    pub fn target(&self, rule: &Rule) -> String {
        match rule.contact.and_then(|contact| self.contacts.get(&contact)) {
            Some(contact) => format!("{contact}, {}", self.unit(rule.unit)),
            None => self.unit(rule.unit).to_owned(),
        }
    }
}

/// "01.01.2027 bis 31.12.2027", "ab 01.01.2027"; empty: always.
pub fn validity(rule: &Rule) -> String {
    match (rule.valid_from, rule.valid_until) {
        (None, None) => String::new(),
        (Some(from), None) => format!("ab {}", format::date(from)),
        (None, Some(until)) => format!("bis {}", format::date(until)),
        (Some(from), Some(until)) => format!("{} bis {}", format::date(from), format::date(until)),
    }
}

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    narrows: String,
    page: String,
}

impl Filter {
    fn kinds(&self) -> Vec<Choice> {
        [("", "alle"), ("street", "Straße"), ("district", "Ortsteil"), ("initials", "Nachname"), ("all", "für alle")]
            .map(|(value, label)| Choice::new(value, label, self.narrows == value))
            .to_vec()
    }

    /// Compared as streets are, so that every spelling is found.
    fn fits(&self, row: &Row) -> bool {
        let kind_fits = self.narrows.is_empty() || row.rule.narrowing.as_str() == self.narrows;
        let all = street_key(&format!("{} {} {}", row.subject, row.rule.narrowing.words(), row.target));
        kind_fits && self.q.split_whitespace().all(|word| all.contains(&street_key(word)))
    }
}

struct Row {
    rule: Rule,
    subject: String,
    target: String,
    validity: String,
    /// It holds today.
    is_valid: bool,
}

#[derive(Template)]
#[template(path = "directory/rules.html")]
struct RulesPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    pager: Pager,
    rows: Vec<Row>,
}

impl RulesPage {
    fn may_edit(&self) -> bool {
        self.tenant.may(Permission::EditDirectory)
    }
}

pub(super) async fn rules_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let today = clock::day_of(app.clock.now());
    let mut db = app.begin(&tenant.scope()).await?;
    let rules = store::rules::list_rules(&mut *db, tenant.id, None).await?;
    let names = Names::load(&mut db, tenant.id, &rules).await?;
    drop(db);
    let row = |rule: Rule| Row {
        subject: names.subject(&rule.subject),
        target: names.target(&rule),
        validity: validity(&rule),
        is_valid: rule.is_valid_on(today),
        rule,
    };
    let mut rows: Vec<_> = rules.into_iter().map(row).filter(|row| filter.fits(row)).collect();
    rows.sort_by_cached_key(|row| (row.subject.clone(), order(&row.rule.narrowing), row.rule.id));
    let url = format!("/directory/{}/rules", tenant.slug);
    let pager = Pager::new(&url, &filter, &filter.page, rows.len(), "Regeln");
    let rows = pager.cut(rows);
    let frame = Frame::of(&app, &viewer, Section::Directory, format!("Zuständigkeiten: {}", tenant.name)).await?;
    let places = places(&viewer, &tenant, Place::Rules);
    Ok(Page(RulesPage { frame, places, tenant, filter, pager, rows }).into_response())
}

/// Streets by name and number, surnames from A to Z, and last what holds for all.
fn order(narrowing: &Narrowing) -> (u8, String, u32) {
    match narrowing {
        Narrowing::Street(part) => (0, part.key.clone(), part.bounds().0),
        Narrowing::District(district) => (1, street_key(district), 0),
        Narrowing::Initials(initials) => (2, String::new(), initials.first()),
        Narrowing::All => (3, String::new(), 0),
    }
}
