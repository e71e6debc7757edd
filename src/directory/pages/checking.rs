//! Where the rules leave somebody without an office, or with two.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::rules::Names;
use super::{Place, places};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::clock;
use crate::directory::{Finding, check, store};
use crate::knowledge::town;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format};
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    page: String,
}

#[derive(Template)]
#[template(path = "directory/check.html")]
struct CheckPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    pager: Pager,
    rules: usize,
    rows: Vec<(String, Finding)>,
}

impl CheckPage {
    fn count(&self) -> String {
        format::count(i64::try_from(self.rules).unwrap_or(i64::MAX))
    }

    fn has_no_rule(&self) -> bool {
        self.rules == 0
    }

    fn may_edit(&self) -> bool {
        self.tenant.may(Permission::EditDirectory)
    }
}

pub(super) async fn check_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let rules = store::rules::list_rules(&mut *db, tenant.id, None).await?;
    let names = Names::load(&mut db, tenant.id, &rules).await?;
    drop(db);
    let found = check(&rules, clock::day_of(app.clock.now()));
    let rows = found.into_iter().flat_map(|(subject, findings)| {
        let subject = names.subject(&subject);
        findings.into_iter().map(move |finding| (subject.clone(), finding))
    });
    let rows: Vec<_> = rows.collect();
    let url = format!("/directory/{}/rules/check", tenant.slug);
    let pager = Pager::new(&url, &filter, &filter.page, rows.len(), "Befunden");
    let page = CheckPage {
        frame: Frame::of(&app, &viewer, Section::Directory, format!("Prüfung: {}", tenant.name)).await?,
        places: places(&viewer, &tenant, Place::Check),
        rows: pager.cut(rows),
        tenant,
        pager,
        rules: rules.len(),
    };
    Ok(Page(page).into_response())
}
