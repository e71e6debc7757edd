//! Tells open desks that the bulletins of their towns are others now: somebody wrote or ended one, or its time has come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::app::App;
use crate::bulletins::{self, Open};
use crate::db::{Follows, Scope};
use crate::ids::{BulletinId, TenantId};

/// Towns whose bulletins are others than a moment ago.
pub type ChangedTowns = Arc<BTreeSet<TenantId>>;

type Known = BTreeMap<(TenantId, BulletinId), Open>;

#[derive(Debug)]
pub struct BulletinFollower {
    app: App,
    /// What held at the last look; None before the first.
    known: Option<Known>,
}

impl BulletinFollower {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone(), known: None }
    }

    /// Beginnings and ends are seen by the clock: every look asks for what holds at that moment.
    pub async fn catch_up(&mut self) -> anyhow::Result<()> {
        let mut db = self.app.begin(&Scope::system()).await?;
        let open = bulletins::list_open(&mut *db, self.app.clock.now()).await?;
        drop(db);
        let present: Known = open.into_iter().map(|open| (open.key, open)).collect();
        if let Some(known) = self.known.replace(present.clone()) {
            let towns = changed_towns(&known, &present);
            if !towns.is_empty() {
                self.app.desks.tell_bulletins(Arc::new(towns));
            }
        }
        Ok(())
    }
}

/// The towns of every bulletin that came, went or is another one, as it was and as it is.
fn changed_towns(before: &Known, now: &Known) -> BTreeSet<TenantId> {
    let differs = |one: &&Open, other: &Known| other.get(&one.key) != Some(*one);
    let gone = before.values().filter(|open| differs(open, now));
    let new = now.values().filter(|open| differs(open, before));
    gone.chain(new).flat_map(|open| open.towns.iter().copied()).collect()
}

impl Follows for BulletinFollower {
    const WHAT: &'static str = "the bulletins";

    async fn follow(&mut self) -> anyhow::Result<()> {
        self.catch_up().await
    }
}
