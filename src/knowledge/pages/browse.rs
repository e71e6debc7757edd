//! The list of entries from A to Z, with filters.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::super::content::fold;
use super::super::store::{self, Listed, Listing};
use super::{Place, entry_url, places, today, town};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format, redirect};

#[derive(Template)]
#[template(path = "knowledge/tenants.html")]
struct TenantsPage {
    frame: Frame,
    tenants: Vec<TenantAccess>,
}

/// Who reads for one tenant only never sees the choice.
pub(super) async fn tenants_page(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    let tenants: Vec<_> = viewer.tenants_with(Permission::ReadKnowledge).into_iter().cloned().collect();
    if let [only] = &tenants[..] {
        return Ok(redirect(&format!("/knowledge/{}", only.slug)));
    }
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Wissen").await?;
    Ok(Page(TenantsPage { frame, tenants }).into_response())
}

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    letter: String,
    origin: String,
    validity: String,
    situation: String,
    unit: String,
    page: String,
}

impl Filter {
    fn listing(&self, tenant: &TenantAccess, today: chrono::NaiveDate) -> Listing {
        Listing {
            reader: tenant.id,
            today,
            title: fold(&self.q),
            letter: if self.letter == "0-9" { "0".to_owned() } else { self.letter.clone() },
            is_own: match self.origin.as_str() {
                "own" => Some(true),
                "inherited" => Some(false),
                _ => None,
            },
            is_valid: match self.validity.as_str() {
                "valid" => Some(true),
                "invalid" => Some(false),
                _ => None,
            },
            life_situation: self.situation.clone(),
            unit: self.unit.clone(),
            withdrawn: self.is_aside() && tenant.may(Permission::EditKnowledge),
            archived: self.validity == "archived",
        }
    }

    fn origins(&self, tenant: &TenantAccess) -> Vec<Choice> {
        let choices =
            [("", "alle".to_owned()), ("own", tenant.short_name.clone()), ("inherited", "übernommen".to_owned())];
        choices.into_iter().map(|(value, label)| Choice::new(value, label, value == self.origin)).collect()
    }

    /// Not public any more.
    fn is_aside(&self) -> bool {
        matches!(self.validity.as_str(), "withdrawn" | "archived")
    }

    fn validities(&self, tenant: &TenantAccess) -> Vec<Choice> {
        let mut choices = vec![("", "alle"), ("valid", "heute gültig"), ("invalid", "heute nicht gültig")];
        if tenant.may(Permission::EditKnowledge) {
            choices.extend([("withdrawn", "zurückgezogen"), ("archived", "im Archiv")]);
        }
        choices.into_iter().map(|(value, label)| Choice::new(value, label, value == self.validity)).collect()
    }

    /// The same list at another letter.
    fn at_letter(&self, path: &str, letter: &str) -> String {
        let filter = Self { letter: letter.to_owned(), page: String::new(), ..self.clone() };
        let pairs: Vec<(String, String)> = serde_html_form::to_string(filter)
            .map(|text| serde_html_form::from_str(&text).unwrap_or_default())
            .unwrap_or_default();
        let kept: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let query = serde_html_form::to_string(kept).unwrap_or_default();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// One place in the row of letters; without an address it has no entries.
struct Letter {
    label: String,
    url: Option<String>,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "knowledge/entries.html")]
struct EntriesPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    filter: Filter,
    letters: Vec<Letter>,
    pager: Pager,
    rows: Vec<Listed>,
    today: chrono::NaiveDate,
}

pub(super) async fn entries_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let today = today(&app);
    let listing = filter.listing(&tenant, today);
    let mut db = app.begin(&tenant.scope()).await?;
    let counts = store::count_by_letter(&mut *db, &listing).await?;
    let chosen = |letter: &str| listing.letter.is_empty() || listing.letter == letter;
    let total: i64 = counts.iter().filter(|(letter, _)| chosen(letter)).map(|(_, count)| count).sum();
    let path = format!("/knowledge/{}", tenant.slug);
    let pager = Pager::new(&path, &filter, &filter.page, total, "Einträgen");
    let rows = store::list_entries(&mut *db, &listing, pager.offset(), Pager::ROWS).await?;
    let letters = letters(&filter, &path, &counts);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, format!("Wissen {}", tenant.short_name)).await?;
    let places = places(&viewer, &tenant, Place::Entries);
    Ok(Page(EntriesPage { frame, places, tenant, filter, letters, pager, rows, today }).into_response())
}

fn letters(filter: &Filter, path: &str, counts: &[(String, i64)]) -> Vec<Letter> {
    let has = |letter: &str| counts.iter().any(|(found, _)| found == letter);
    let all =
        Letter { label: "alle".to_owned(), url: Some(filter.at_letter(path, "")), is_chosen: filter.letter.is_empty() };
    let alphabet =
        ('a'..='z').map(|letter| (letter.to_string(), letter.to_string(), letter.to_uppercase().to_string()));
    let digits = ("0".to_owned(), "0-9".to_owned(), "0–9".to_owned());
    let letters = alphabet.chain([digits]).map(|(stored, value, label)| Letter {
        label,
        url: has(&stored).then(|| filter.at_letter(path, &value)),
        is_chosen: filter.letter == value,
    });
    [all].into_iter().chain(letters).collect()
}

impl EntriesPage {
    fn url(&self, row: &Listed) -> String {
        let owner = self.tenant.source(row.tenant).map_or("", |source| &source.slug);
        entry_url(&self.tenant, owner, row.id)
    }

    fn owner(&self, row: &Listed) -> &str {
        self.tenant.source(row.tenant).map_or("", |source| &source.short_name)
    }

    /// Word and colour of an entry's state today.
    fn state(&self, row: &Listed) -> (&'static str, String) {
        if self.filter.is_aside() {
            return ("off", "zurückgezogen".to_owned());
        }
        if let Some(until) = row.valid_until.filter(|until| *until < self.today) {
            return ("bad", format!("abgelaufen am {}", format::date(until)));
        }
        match row.valid_from.filter(|from| *from > self.today) {
            Some(from) => ("info", format!("gilt ab {}", format::date(from))),
            None => ("good", "gültig".to_owned()),
        }
    }

    fn may_edit(&self) -> bool {
        self.tenant.may(Permission::EditKnowledge)
    }
}
