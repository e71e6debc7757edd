//! The desk's bulletins: of all towns while nobody calls, of the caller's town during a call, and saying that one was read.

use axum::response::Response;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::view::{DeskView, Origin};
use super::visit::Visit;
use super::{Focus, Looks};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::bulletins::{self, Bulletin};
use crate::ids::{BulletinId, TenantId};
use crate::knowledge::EntryView;
use crate::web::{Error, Form, Path, Result, redirect};

pub struct BulletinsPart {
    /// Of every town in which the person answers.
    pub all: Vec<Bulletin>,
    /// Of the town and line that call or ring.
    pub here: Vec<Bulletin>,
}

impl BulletinsPart {
    pub async fn find(
        db: &mut PgConnection,
        viewer: &Viewer,
        origin: Option<&Origin>,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Self> {
        let all = bulletins::list_current(db, &towns_of(viewer), Some(viewer.account), now).await?;
        let is_here = |bulletin: &&Bulletin| {
            let town = origin.and_then(|origin| origin.town.as_ref());
            let line = origin.and_then(|origin| origin.line.as_ref()).map(|line| line.id);
            town.is_some_and(|town| bulletin.holds_for(town.id)) && bulletin.holds_on(line)
        };
        Ok(Self { here: all.iter().filter(is_here).cloned().collect(), all })
    }

    /// What the page shows already, for the stream.
    pub fn stamp(&self) -> String {
        bulletins::stamp(&self.all)
    }

    /// "2 Meldungen, 1 ungelesen".
    pub fn words(&self) -> String {
        let count = self.here.len();
        let unread = self.here.iter().filter(|bulletin| bulletin.is_unread()).count();
        let words = if count == 1 { "1 Meldung".to_owned() } else { format!("{count} Meldungen") };
        if unread == 0 { words } else { format!("{words}, {unread} ungelesen") }
    }

    /// Of the most urgent one.
    pub fn state(&self) -> &'static str {
        self.here.iter().map(|bulletin| bulletin.said.priority).min().unwrap_or_default().state()
    }

    pub fn of_entry(&self, view: &EntryView) -> Vec<&Bulletin> {
        // Also where it names the entry that this one stands upon.
        let entries: Vec<_> = view.entry.layers.iter().map(|layer| layer.entry).collect();
        let topics = &view.entry.content.life_situations;
        self.here.iter().filter(|bulletin| bulletin.is_about(&entries, topics)).collect()
    }
}

impl DeskView {
    /// The person's towns for which it holds.
    pub fn towns_of(&self, bulletin: &Bulletin) -> Vec<&TenantAccess> {
        self.towns.iter().filter(|town| bulletin.holds_for(town.id)).collect()
    }

    /// "nur Abfall": its lines, as far as the person takes calls on them.
    pub fn lines_of(&self, bulletin: &Bulletin) -> String {
        let taken = self.idle.lines.iter().flat_map(|group| &group.lines).map(|choice| &choice.line);
        let of_it = taken.filter(|line| bulletin.said.lines.contains(&line.id));
        let mut names: Vec<_> = of_it.map(|line| line.label.as_str()).collect();
        match (bulletin.said.lines.len(), names.len()) {
            (0, _) => return String::new(),
            (_, 0) => return "nur auf anderen Rufnummern".to_owned(),
            (all, known) if known < all => names.push("anderen Rufnummern"),
            _ => {}
        }
        format!("nur {}", names.join(", "))
    }
}

fn towns_of(viewer: &Viewer) -> Vec<TenantId> {
    viewer.tenants_with(Permission::UseDesk).iter().map(|town| town.id).collect()
}

/// Not recorded by name anywhere else: the editors see how many have read it.
pub async fn acknowledge(
    visit: Visit,
    Path((owner, id)): Path<(TenantId, BulletinId)>,
    Form(mut looks): Form<Looks>,
) -> Result<Response> {
    let Visit { app, viewer, .. } = &visit;
    let mut db = app.begin(&viewer.scope()).await?;
    let towns = towns_of(viewer);
    if !bulletins::acknowledge(&mut *db, &towns, (owner, id), viewer.account, app.clock.now()).await? {
        return Err(Error::NotFound);
    }
    db.commit().await?;
    if !visit.wants_part {
        let address = [("q", &looks.q), ("panel", &looks.panel)];
        return Ok(redirect(&format!("/desk?{}", serde_html_form::to_string(address).unwrap_or_default())));
    }
    looks.focus = if looks.panel.is_empty() { Focus::Search } else { Focus::Panel };
    visit.show(looks).await
}
