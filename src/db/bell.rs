//! Keeping up with the database: one connection a process hears that something changed, and everything that follows a table
//! looks at it then, and once in a while for what was missed.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;

/// A notification may get lost with its connection; a look at the tables costs little.
const POLL: Duration = Duration::from_millis(800);
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// Rings when somebody changed one of the tables that are followed.
#[derive(Debug, Clone)]
pub struct Bell(watch::Receiver<()>);

/// Holds the connection.
#[derive(Debug)]
pub struct Ringer {
    pool: PgPool,
    bells: HashMap<&'static str, watch::Sender<()>>,
}

impl Ringer {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, bells: HashMap::new() }
    }

    /// A bell of its own for a channel, so that what happens often wakes only who follows it.
    pub fn bell(&mut self, channel: &'static str) -> Bell {
        Bell(self.bells.entry(channel).or_insert_with(|| watch::channel(()).0).subscribe())
    }

    /// Until `stop` says so.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            tokio::select! {
                () = self.listen() => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Until the connection is lost; something may have been missed before it was made.
    async fn listen(&self) {
        let Ok(mut listener) = self.connect().await else {
            return tokio::time::sleep(AFTER_FAILURE).await;
        };
        self.bells.values().for_each(ring);
        while let Ok(Some(heard)) = listener.try_recv().await {
            self.bells.get(heard.channel()).into_iter().for_each(ring);
        }
    }

    async fn connect(&self) -> sqlx::Result<PgListener> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen_all(self.bells.keys().copied()).await?;
        Ok(listener)
    }
}

fn ring(bell: &watch::Sender<()>) {
    bell.send_replace(());
}

impl Bell {
    async fn rung(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Something that this process keeps as the database has it.
pub trait Follows {
    /// For the log.
    const WHAT: &'static str;

    /// Everything that is committed now counts afterwards.
    fn follow(&mut self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Until `stop` says so. What is half done then is done again by the next server.
pub async fn keep_up(mut follower: impl Follows, mut bell: Bell, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let caught_up = tokio::select! {
            caught_up = follower.follow() => caught_up,
            _ = stop.changed() => return,
        };
        if let Err(error) = &caught_up {
            let what = what_of(&follower);
            tracing::warn!(error = format!("{error:#}"), "{what} cannot follow the database");
        }
        let pause = if caught_up.is_ok() { POLL } else { AFTER_FAILURE };
        tokio::select! {
            () = bell.rung(), if caught_up.is_ok() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
}

fn what_of<F: Follows>(_: &F) -> &'static str {
    F::WHAT
}
