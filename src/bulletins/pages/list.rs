//! The list of a tenant's bulletins, with those that others wrote for it.

use askama::Template;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::list_url;
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::bulletins::store::{self, Listed, Wanted};
use crate::bulletins::{Bulletin, Phase};
use crate::ids::TenantId;
use crate::knowledge::{Place, places, town};
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Places, Query, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    phase: String,
    page: String,
}

impl Filter {
    fn phases(&self) -> Vec<Choice> {
        let all = Choice::new("", "alle", self.phase.is_empty());
        let one = |phase: Phase| {
            let label = if phase == Phase::Current { "laufend" } else { phase.label() };
            Choice::new(phase.as_str(), label, phase.as_str() == self.phase)
        };
        std::iter::once(all).chain(Phase::ALL.map(one)).collect()
    }
}

#[derive(Template)]
#[template(path = "bulletins/list.html")]
pub(super) struct BulletinsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    /// Towns of the person, by which others are named.
    known: Vec<TenantAccess>,
    filter: Filter,
    pager: Pager,
    rows: Vec<Listed>,
    now: DateTime<Utc>,
}

pub(super) async fn bulletins_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(filter): Query<Filter>,
) -> web::Result<Page<BulletinsPage>> {
    let (tenant, now) = (town(tenant)?, app.clock.now());
    let wanted = Wanted { tenant: tenant.id, words: &filter.q, phase: &filter.phase, now };
    let mut db = app.begin(&tenant.scope()).await?;
    let total = store::count_bulletins(&mut *db, &wanted).await?;
    let pager = Pager::new(&list_url(&tenant), &filter, &filter.page, total, "Meldungen");
    let rows = store::list_bulletins(&mut *db, &wanted, pager.offset(), Pager::ROWS).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Knowledge, format!("Meldungen {}", tenant.short_name)).await?;
    let places = places(&viewer, &tenant, Place::Bulletins);
    Ok(Page(BulletinsPage { frame, places, known: viewer.tenants, tenant, filter, pager, rows, now }))
}

impl BulletinsPage {
    fn may_edit(&self) -> bool {
        self.tenant.may(Permission::EditKnowledge)
    }

    fn is_own(&self, bulletin: &Bulletin) -> bool {
        self.may_edit() && bulletin.tenant == self.tenant.id
    }

    fn url(&self, bulletin: &Bulletin) -> String {
        format!("{}/{}", list_url(&self.tenant), bulletin.id)
    }

    /// Word and colour.
    fn state(&self, bulletin: &Bulletin) -> (&'static str, &'static str) {
        match bulletin.phase(self.now) {
            Phase::Current if bulletin.is_to_be_checked(self.now) => ("warn", "läuft – bitte prüfen"),
            Phase::Current => ("good", Phase::Current.label()),
            Phase::Planned => ("info", Phase::Planned.label()),
            Phase::Ended => ("off", Phase::Ended.label()),
        }
    }

    fn is_over(&self, bulletin: &Bulletin) -> bool {
        bulletin.phase(self.now) == Phase::Ended
    }

    /// Ended by hand, and it would still hold.
    fn may_go_on(&self, bulletin: &Bulletin) -> bool {
        bulletin.ended_at.is_some() && bulletin.said.ends_at.is_none_or(|end| end > self.now)
    }

    /// The towns by name, as far as the person knows them.
    fn towns(&self, bulletin: &Bulletin) -> String {
        let name = |id: &TenantId| self.known.iter().find(|town| town.id == *id).map(|town| town.short_name.clone());
        let named: Vec<_> = bulletin.said.towns.iter().filter_map(name).collect();
        match bulletin.said.towns.len() - named.len() {
            0 => named.join(", "),
            1 => format!("{} und ein weiterer Ort", named.join(", ")),
            more => format!("{} und {more} weitere Orte", named.join(", ")),
        }
    }
}
