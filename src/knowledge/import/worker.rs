//! Reading, applying and undoing runs, beside the requests: a run that was interrupted begins again with the next server.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sqlx::{PgConnection, Postgres, Transaction};
use tokio::sync::mpsc;

use super::super::store::imports::{self, ImportRun, RunState};
use super::run::{self, BATCH, Manner, Run};
use super::undo;
use super::{Broken, File, Format};
use crate::app::App;
use crate::audit::Actor;
use crate::db::{Follows, Scope};

/// Lines that may wait for the database.
const AHEAD: usize = 1_000;
const SIZE: i64 = 500;
/// Uploads without a run are left over from a crash.
const LEFT_OVER: Duration = Duration::from_hours(24);

/// Does what runs wait for.
#[derive(Debug)]
pub struct ImportFollower {
    app: App,
    is_tidy: bool,
}

impl ImportFollower {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone(), is_tidy: false }
    }
}

impl Follows for ImportFollower {
    const WHAT: &'static str = "import runs";

    async fn follow(&mut self) -> anyhow::Result<()> {
        if !self.is_tidy {
            self.is_tidy = true;
            tidy(&self.app).await;
        }
        let mut db = self.app.begin(&Scope::system()).await?;
        let work = imports::find_work(&mut *db).await?;
        drop(db);
        for (tenant, id) in work {
            let mut db = self.app.begin(&Scope::system()).await?;
            if !imports::lock_run(&mut *db, id).await? {
                continue;
            }
            if let Some(run) = imports::find_run(&mut *db, tenant, id).await?.filter(|run| run.state.is_work()) {
                self.work_at(db, &run).await?;
            }
        }
        Ok(())
    }
}

impl ImportFollower {
    /// All or nothing; what cannot be done is told on the run's page.
    async fn work_at(&self, mut db: Transaction<'static, Postgres>, run: &ImportRun) -> anyhow::Result<()> {
        let done = match run.state {
            RunState::Reading => self.read(&mut db, run).await,
            RunState::Applying => self.apply(&mut db, run).await,
            _ => self.undo(&mut db, run).await,
        };
        match done {
            Ok(()) => db.commit().await?,
            Err(error) if is_passing(&error) => return Err(error),
            Err(error) => {
                drop(db);
                self.give_up(run, &error).await?;
            }
        }
        if let Some(path) = run.path.as_deref().filter(|_| run.state == RunState::Reading) {
            let _ = tokio::fs::remove_file(path).await;
        }
        Ok(())
    }

    async fn give_up(&self, run: &ImportRun, error: &anyhow::Error) -> sqlx::Result<()> {
        let why = match german_reason(error) {
            Some(reason) => reason,
            None => {
                tracing::error!(error = format!("{error:#}"), run = run.id, "an import run failed");
                "Ein Fehler im Programm; der Betreiber findet die Einzelheiten im Protokoll des Servers.".to_owned()
            }
        };
        let mut db = self.app.begin(&Scope::system()).await?;
        imports::fail_run(&mut *db, run.tenant, run.id, &why).await?;
        db.commit().await
    }

    async fn read(&self, db: &mut PgConnection, run: &ImportRun) -> anyhow::Result<()> {
        let path = run.path.as_deref().filter(|path| Path::new(path).exists()).ok_or_else(gone)?;
        let file = File { path: PathBuf::from(path), format: Format::parse(&run.format).unwrap_or(Format::Jsonl) };
        let (own, towns) = run::list_towns(db, run.tenant).await?;
        imports::clear_records(&mut *db, run.tenant, run.id).await?;
        let (send, mut lines) = mpsc::channel(AHEAD);
        let reading = tokio::task::spawn_blocking(move || {
            let (lines, directory) = file.open(own.as_ref(), &towns)?;
            for line in lines {
                if send.blocking_send(line?).is_err() {
                    break;
                }
            }
            anyhow::Ok(directory)
        });
        let (actor, now) = (uploader(run), self.app.clock.now());
        let mut passage = Run::begin(db, run.tenant, run.id, Manner::Preview, &actor, now).await?;
        while let Some(line) = lines.recv().await {
            let position = i64::try_from(line.position).unwrap_or(i64::MAX);
            if passage.take(db, line, &mut |_| {}).await? {
                self.tell(run, position).await?;
            }
        }
        let directory = reading.await??;
        let report = passage.end(db, &mut |_| {}).await?;
        let remarks = run::note_directory(db, run.tenant, run.id, &directory, &report).await?;
        imports::take_path(&mut *db, run.tenant, run.id).await?;
        Ok(imports::finish_run(db, run.tenant, run.id, RunState::Ready, Some(&remarks), &actor, now).await?)
    }

    async fn apply(&self, db: &mut PgConnection, run: &ImportRun) -> anyhow::Result<()> {
        let (actor, now) = (asker(run), self.app.clock.now());
        self.tell_size(run, run.created + run.updated + run.conflicts + run.withdrawals).await?;
        let manner = Manner::Apply { withdraws: run.withdraws };
        let mut passage = Run::begin(db, run.tenant, run.id, manner, &actor, now).await?;
        let (mut last, mut done) = (0, 0);
        loop {
            let stored = imports::list_pending(&mut *db, run.tenant, run.id, last, SIZE).await?;
            let Some(end) = stored.last() else { break };
            last = end.position;
            done += i64::try_from(stored.len()).unwrap_or_default();
            passage.apply(db, stored).await?;
            self.tell(run, done).await?;
        }
        passage.end_applying(db).await?;
        imports::activate_proposals(&mut *db, run.tenant, run.id).await?;
        imports::finish_run(db, run.tenant, run.id, RunState::Applied, None, &actor, now).await?;
        let applied = imports::find_run(&mut *db, run.tenant, run.id).await?.unwrap_or_else(|| run.clone());
        Ok(run::record_application(db, &applied, &actor, now).await?)
    }

    async fn undo(&self, db: &mut PgConnection, run: &ImportRun) -> anyhow::Result<()> {
        let (actor, now) = (asker(run), self.app.clock.now());
        self.tell_size(run, run.created + run.updated + run.conflicts).await?;
        let mut undoing = undo::Undoing::begin(db, run, &actor, now).await?;
        while let Some(done) = undoing.step(db, BATCH).await? {
            self.tell(run, done).await?;
        }
        Ok(undoing.end(db).await?)
    }

    async fn tell_size(&self, run: &ImportRun, total: i64) -> sqlx::Result<()> {
        let mut db = self.app.begin(&Scope::system()).await?;
        imports::note_size(&mut *db, run.tenant, run.id, total).await?;
        db.commit().await
    }

    /// Progress is told outside of the work's own transaction.
    async fn tell(&self, run: &ImportRun, done: i64) -> sqlx::Result<()> {
        let mut db = self.app.begin(&Scope::system()).await?;
        imports::note_progress(&mut *db, run.tenant, run.id, done).await?;
        db.commit().await
    }
}

fn uploader(run: &ImportRun) -> Actor {
    Actor { account: run.created_by, name: run.author.clone() }
}

fn asker(run: &ImportRun) -> Actor {
    match &run.asked_name {
        Some(name) => Actor { account: run.asked_by, name: name.clone() },
        None => uploader(run),
    }
}

fn gone() -> anyhow::Error {
    let reason = super::super::check::Reason::new(
        "the uploaded file is gone",
        "Die hochgeladene Datei ist nicht mehr da. Bitte laden Sie sie noch einmal hoch.",
    );
    Broken(reason).into()
}

/// The database is away or busy: the next attempt may do.
fn is_passing(error: &anyhow::Error) -> bool {
    use sqlx::Error as E;
    let is_passing = |error: &E| match error {
        E::Io(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => true,
        E::Database(error) => matches!(error.code().as_deref(), Some("40P01" | "57P01" | "53300")),
        _ => false,
    };
    error.downcast_ref::<E>().is_some_and(is_passing)
}

/// What is wrong with the file, in words for its owner.
fn german_reason(error: &anyhow::Error) -> Option<String> {
    if let Some(Broken(reason)) = error.downcast_ref::<Broken>() {
        return Some(reason.german.clone());
    }
    let inner = error.downcast_ref::<std::io::Error>()?.get_ref()?;
    inner.downcast_ref::<Broken>().map(|Broken(reason)| reason.german.clone())
}

/// Uploads whose request never came to an end.
async fn tidy(app: &App) {
    let folder = app.settings.uploads();
    let Ok(mut files) = tokio::fs::read_dir(&folder).await else { return };
    while let Ok(Some(file)) = files.next_entry().await {
        let is_upload = file.file_name().to_string_lossy().starts_with("import-");
        let age = file.metadata().await.ok().and_then(|data| data.modified().ok());
        let age = age.and_then(|modified| SystemTime::now().duration_since(modified).ok());
        if is_upload && age.is_some_and(|age| age > LEFT_OVER) {
            let _ = tokio::fs::remove_file(file.path()).await;
        }
    }
}

/// What nobody applied for so long is thrown away with its texts.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::days(30);

pub async fn forget_old_previews(app: &App) -> sqlx::Result<u64> {
    let mut db = app.begin(&Scope::system()).await?;
    let deleted = imports::delete_stale_runs(&mut *db, app.clock.now() - KEPT).await?;
    db.commit().await?;
    Ok(deleted)
}
