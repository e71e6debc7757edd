//! Jobs come in here: the one file that knows what runs beside the requests.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::appointments;
use crate::bulletins;
use crate::calls;
use crate::cases;
use crate::db::{Ringer, keep_up};
use crate::desk::{self, BulletinFollower, DeskFollower, RewrittenFollower};
use crate::directory;
use crate::gaps;
use crate::knowledge::import::{self, ImportFollower};
use crate::knowledge::{self, keeping, links};
use crate::mail;
use crate::search::directory::DirectoryFollower;
use crate::search::learning::{self, LearningFollower};
use crate::search::words::WordFollower;
use crate::search::{self, Follower};
use crate::telemetry;
use crate::telephony::asterisk::keep_links;

/// Everything in the background of one server process.
#[derive(Debug)]
pub struct Work {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Work {
    pub fn start(app: &App) -> anyhow::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        // The first search need not wait for it.
        tasks.spawn_blocking(search::read_lexicon);
        let mut ringer = Ringer::new(app.pool.clone());
        tasks.spawn(keep_up(Follower::new(app)?, ringer.bell("entry_change"), stopped.clone()));
        tasks.spawn(keep_up(WordFollower::new(app), ringer.bell("lexicon_change"), stopped.clone()));
        tasks.spawn(keep_up(LearningFollower::new(app), ringer.bell("learned"), stopped.clone()));
        tasks.spawn(keep_up(DeskFollower::new(app), ringer.bell("seat_signal"), stopped.clone()));
        tasks.spawn(keep_up(RewrittenFollower::new(app), ringer.bell("entry_change"), stopped.clone()));
        tasks.spawn(keep_up(BulletinFollower::new(app), ringer.bell("bulletin_change"), stopped.clone()));
        tasks.spawn(keep_up(DirectoryFollower::new(app), ringer.bell("directory_change"), stopped.clone()));
        tasks.spawn(keep_up(ImportFollower::new(app), ringer.bell("import_run"), stopped.clone()));
        tasks.spawn(ringer.run(stopped.clone()));
        tasks.spawn(keep_links(app.clone(), stopped.clone()));
        tasks.spawn(tend_figures(stopped.clone()));
        tasks.spawn(sweep(app.clone(), stopped.clone()));
        tasks.spawn(send_mails(app.clone(), stopped.clone()));
        tasks.spawn(keep_true(app.clone(), stopped.clone()));
        tasks.spawn(check_links(app.clone(), stopped.clone()));
        tasks.spawn(release(app.clone(), stopped.clone()));
        tasks.spawn(give_back_slots(app.clone(), stopped.clone()));
        tasks.spawn(collect_gaps(app.clone(), stopped.clone()));
        tasks.spawn(watch_cases(app.clone(), stopped.clone()));
        tasks.spawn(follow_transfers(app.clone(), stopped.clone()));
        tasks.spawn(forget(app.clone(), stopped));
        Ok(Self { tasks, stop })
    }

    /// Lets everything come to a good end.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.tasks.join_all().await;
    }
}

/// Measurements pile up until somebody sums them, also where nobody asks for the figures.
async fn tend_figures(mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        telemetry::figures().run_upkeep();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Calls whose end nobody told come to an end here.
async fn sweep(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = calls::close_forgotten(&app).await {
            tracing::warn!(error = format!("{error:#}"), "calls without an end cannot be closed");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_mins(10)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Texts that were approved for a time become public then.
async fn release(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = knowledge::release_due(&app).await {
            tracing::warn!(%error, "approved texts cannot be published");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(15)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// What searches and calls say about gaps comes into the queue once a minute.
async fn collect_gaps(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = gaps::collect(&app).await {
            tracing::warn!(%error, "gaps cannot be collected");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_mins(1)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Whoever promised something hears of it in time, or somebody else does.
async fn watch_cases(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = cases::watch(&app).await {
            tracing::warn!(%error, "promises cannot be watched");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_mins(1)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// What towns' own systems keep for nobody is given back once a minute.
async fn give_back_slots(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = appointments::give_back(&app).await {
            tracing::warn!(%error, "slots cannot be given back");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_mins(1)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// What telephone systems say about transfers, also after everybody has left the call.
async fn follow_transfers(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = desk::settle_transfers(&app).await {
            tracing::warn!(%error, "results of transfers cannot be read");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_mins(1)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// The outbox is looked at often: who waits for a mail waits at most this long.
async fn send_mails(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = mail::deliver(&app).await {
            tracing::warn!(%error, "mails cannot be sent");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(15)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Who looks after entries and bulletins hears of them, and sees how often they are used.
async fn keep_true(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = keeping::count_use(&app).await {
            tracing::warn!(%error, "the use of entries cannot be counted");
        }
        if let Err(error) = keeping::remind_owners(&app).await {
            tracing::warn!(%error, "owners of entries cannot be reminded");
        }
        if let Err(error) = bulletins::remind_authors(&app).await {
            tracing::warn!(%error, "authors of bulletins cannot be reminded");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_hours(1)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Once a day, where the operator allows it.
async fn check_links(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() && app.settings.checks_links {
        let checked = match links::Probe::new() {
            Ok(probe) => links::check_links(&app, &probe).await,
            Err(error) => Err(error),
        };
        match checked {
            Ok(pages) => tracing::info!(pages, "asked whether linked pages answer"),
            Err(error) => tracing::warn!(error = format!("{error:#}"), "links cannot be checked"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_hours(24)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Once a day what was kept long enough is deleted.
async fn forget(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = search::forget_old_misses(&app).await {
            tracing::warn!(%error, "old searches without a hit cannot be deleted");
        }
        if let Err(error) = learning::forget_old_lessons(&app).await {
            tracing::warn!(%error, "old answers cannot be forgotten");
        }
        if let Err(error) = gaps::forget_old_reports(&app).await {
            tracing::warn!(%error, "old reports of gaps cannot be deleted");
        }
        if let Err(error) = import::forget_old_previews(&app).await {
            tracing::warn!(%error, "old previews of imports cannot be deleted");
        }
        if let Err(error) = mail::forget_old_mails(&app).await {
            tracing::warn!(%error, "old mails cannot be deleted");
        }
        if let Err(error) = knowledge::attachments::forget_removed_attachments(&app).await {
            tracing::warn!(%error, "removed attachments cannot be deleted");
        }
        if let Err(error) = appointments::forget_contacts(&app).await {
            tracing::warn!(%error, "names of appointments cannot be deleted");
        }
        if let Err(error) = directory::forget_archived(&app).await {
            tracing::warn!(%error, "what was archived in the directory cannot be deleted");
        }
        if let Err(error) = calls::forget_old_numbers(&app).await {
            tracing::warn!(%error, "callers' numbers cannot be deleted");
        }
        match cases::forget_old_contacts(&app).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "ways to people of closed cases were deleted"),
            Err(error) => tracing::warn!(%error, "ways to people of closed cases cannot be deleted"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_hours(24)) => {}
            _ = stop.changed() => {}
        }
    }
}
