//! Two other ways in: by life situation and by responsible office.

use askama::Template;
use axum::extract::State;

use super::super::store;
use super::{Place, places, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Places, format};

/// One way into the list, with the number of entries behind it.
pub(super) struct Group {
    name: String,
    /// Short name of the tenant whose office it is.
    owner: Option<String>,
    url: String,
    count: String,
}

#[derive(Template)]
#[template(path = "knowledge/groups.html")]
pub(super) struct GroupsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    heading: &'static str,
    nothing: &'static str,
    groups: Vec<Group>,
}

pub(super) async fn life_situations_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Page<GroupsPage>> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let counts = store::count_by_life_situation(&mut *db, tenant.id).await?;
    let groups = counts.into_iter().map(|(name, count)| Group {
        url: list_url(&tenant, "situation", &name),
        name,
        owner: None,
        count: format::count(count),
    });
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by_cached_key(|group| super::super::sort_key(&group.name));
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Lebenslagen").await?;
    let places = places(&viewer, &tenant, Place::LifeSituations);
    let nothing = "Noch kein Eintrag nennt eine Lebenslage. Die Redaktion wählt sie beim Bearbeiten eines Eintrags.";
    Ok(Page(GroupsPage { frame, places, tenant, heading: "Lebenslagen", nothing, groups }))
}

pub(super) async fn units_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Page<GroupsPage>> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let counts = store::count_by_unit(&mut *db, tenant.id).await?;
    let groups = counts.into_iter().map(|(owner, name, count)| Group {
        url: list_url(&tenant, "unit", &name),
        name,
        owner: tenant.source(owner).map(|source| source.short_name.clone()),
        count: format::count(count),
    });
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by_cached_key(|group| super::super::sort_key(&group.name));
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Zuständige Stellen").await?;
    let places = places(&viewer, &tenant, Place::Units);
    let nothing =
        "Noch kein Eintrag nennt eine zuständige Stelle. Die Redaktion wählt sie beim Bearbeiten eines Eintrags.";
    Ok(Page(GroupsPage { frame, places, tenant, heading: "Zuständige Stellen", nothing, groups }))
}

fn list_url(tenant: &TenantAccess, field: &str, value: &str) -> String {
    let query = serde_html_form::to_string([(field, value)]).unwrap_or_default();
    format!("/knowledge/{}?{query}", tenant.slug)
}
