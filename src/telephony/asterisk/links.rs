//! Sees to it that every Asterisk that an administrator entered is on the line, at exactly one of our server processes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use rand::RngExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::center::AppCenter;
use super::client::keep_link;
use super::link::Link;
use super::{Pace, store};
use crate::app::App;
use crate::ids::SourceId;

/// So long after its last word a process counts as dead.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(15);
const RENEW_EVERY: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Until `stop` says so.
pub async fn keep_links(app: App, stop: watch::Receiver<bool>) {
    keep_links_at(app, Pace::default(), stop).await;
}

pub async fn keep_links_at(app: App, pace: Pace, mut stop: watch::Receiver<bool>) {
    let mut keeper = Keeper { app, pace, holder: new_holder(), held: HashMap::new() };
    while !*stop.borrow() {
        if let Err(error) = keeper.look().await {
            tracing::warn!(%error, "connections to telephone systems cannot be looked after");
            keeper.drop_expired().await;
        }
        tokio::select! {
            () = sleep(LOOK_EVERY.min(pace.orders_every * 2)) => {}
            _ = stop.changed() => {}
        }
    }
    let sources: Vec<SourceId> = keeper.held.keys().copied().collect();
    for source in sources {
        keeper.let_go(source).await;
    }
}

struct Keeper {
    app: App,
    pace: Pace,
    holder: String,
    held: HashMap<SourceId, Held>,
}

/// A connection of this process.
struct Held {
    link: Link,
    renewed: Instant,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Keeper {
    async fn look(&mut self) -> sqlx::Result<()> {
        let links = store::list_links(&self.app).await?;
        let gone: Vec<SourceId> =
            self.held.iter().filter(|(_, held)| !links.contains(&held.link)).map(|(source, _)| *source).collect();
        for source in gone {
            self.let_go(source).await;
        }
        for link in links {
            self.tend(link).await?;
        }
        store::expire_orders(&self.app).await
    }

    async fn tend(&mut self, link: Link) -> sqlx::Result<()> {
        let source = link.source;
        if self.held.get(&source).is_some_and(|held| held.renewed.elapsed() < RENEW_EVERY && !held.task.is_finished()) {
            return Ok(());
        }
        let renewed = Instant::now();
        let is_ours = store::hold(&self.app, source, &self.holder).await?;
        match self.held.get_mut(&source) {
            Some(held) if is_ours && !held.task.is_finished() => held.renewed = renewed,
            Some(_) => self.let_go(source).await,
            None if is_ours => self.begin(link, renewed),
            None => {}
        }
        Ok(())
    }

    fn begin(&mut self, link: Link, renewed: Instant) {
        let (stop, stopped) = watch::channel(false);
        let center = AppCenter { app: self.app.clone(), source: link.source, holder: self.holder.clone() };
        let task = tokio::spawn(keep_link(link.clone(), Arc::new(center), self.pace, stopped));
        self.held.insert(link.source, Held { link, renewed, stop, task });
    }

    /// Another process may hold the connection after this.
    async fn let_go(&mut self, source: SourceId) {
        let Some(held) = self.held.remove(&source) else { return };
        held.stop.send_replace(true);
        if held.task.await.is_err() {
            tracing::error!(%source, "a connection to a telephone system broke down");
        }
        if let Err(error) = store::release(&self.app, source, &self.holder).await {
            tracing::warn!(%error, "a telephone system is set free only when its time is up");
        }
    }

    /// Without the database nobody can say that a connection is still ours.
    async fn drop_expired(&mut self) {
        let lease = LEASE.to_std().expect("not negative");
        let expired: Vec<SourceId> =
            self.held.iter().filter(|(_, held)| held.renewed.elapsed() >= lease).map(|(source, _)| *source).collect();
        for source in expired {
            self.let_go(source).await;
        }
    }
}

/// As PostgreSQL reads a uuid.
fn new_holder() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}
