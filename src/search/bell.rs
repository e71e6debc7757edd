//! The database's bell: rings when somebody changed a table that is followed.

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener};

use crate::db;

#[derive(Debug)]
pub struct Bell {
    channel: &'static str,
    listener: Option<PgListener>,
}

impl Bell {
    pub fn on(channel: &'static str) -> Self {
        Self { channel, listener: None }
    }

    /// Returns at the next notification, and at once after the connection was made or lost: something may have been missed.
    pub async fn rung(&mut self, pool: &PgPool) {
        match &mut self.listener {
            None => match connect(pool, self.channel).await {
                Ok(open) => self.listener = Some(open),
                // The next look at the table tells whether the database is back.
                Err(_) => std::future::pending().await,
            },
            Some(open) => {
                if !matches!(open.try_recv().await, Ok(Some(_))) {
                    self.listener = None;
                }
            }
        }
    }

    /// After a failure the connection is made anew.
    pub fn unhook(&mut self) {
        self.listener = None;
    }
}

/// Beside the pool: a connection that only listens must not be missing where requests wait for one.
async fn connect(pool: &PgPool, channel: &str) -> sqlx::Result<PgListener> {
    let options = PgConnectOptions::clone(&pool.connect_options());
    let own = db::pool_options().max_connections(1).connect_with(options).await?;
    let mut listener = PgListener::connect_with(&own).await?;
    listener.listen(channel).await?;
    Ok(listener)
}
