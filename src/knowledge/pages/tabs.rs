//! What the editors of a tenant have to look at, by kind: three lists side by side, each with its number.

use sqlx::PgConnection;

use super::super::store;
use super::super::store::imports::{self, WantedOffers};
use crate::access::TenantAccess;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Bases,
    Drafts,
    Proposals,
}

pub(super) struct TabLink {
    pub label: &'static str,
    pub url: String,
    pub count: i64,
    pub current: bool,
}

/// The numbers are of everything open, whatever a list is filtered by.
pub(super) async fn tabs(db: &mut PgConnection, tenant: &TenantAccess, here: Tab) -> sqlx::Result<Vec<TabLink>> {
    let bases = store::count_open_tasks(&mut *db, tenant.id, "").await?;
    let drafts = store::count_drafts(&mut *db, tenant.id, "", "").await?;
    let wanted = WantedOffers { state: "open", title: "" };
    let proposals = imports::count_offers(&mut *db, tenant.id, wanted).await?;
    let links = [
        (Tab::Bases, "Grundlage geändert", "tasks", bases),
        (Tab::Drafts, "Entwürfe", "tasks?what=drafts", drafts),
        (Tab::Proposals, "Vorgeschlagene Stellen", "proposals", proposals),
    ];
    let link = |(tab, label, path, count)| TabLink {
        label,
        url: format!("/knowledge/{}/{path}", tenant.slug),
        count,
        current: tab == here,
    };
    Ok(links.map(link).into())
}
