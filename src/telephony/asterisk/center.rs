//! What a connection needs of the service center. The program's own is `AppCenter`; tests look at what comes.

use std::future::Future;

use chrono::{DateTime, Utc};

use super::SeatStanding;
use super::orders::{Order, Outcome};
use super::store;
use crate::app::App;
use crate::calls::{Incoming, IntakeError};
use crate::ids::SourceId;

/// How it stands with a telephone system. The words are for people, and name no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Connected,
    /// What runs there was asked and taken over, as far as it was answered.
    Resynced,
    Lost(&'static str),
    Refused(&'static str),
}

pub trait Center: Send + Sync {
    fn now(&self) -> DateTime<Utc>;

    /// Returns once all of them are stored for good.
    fn take(&self, group: Vec<Incoming>) -> impl Future<Output = Result<(), IntakeError>> + Send;

    fn report(&self, standing: Standing) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// What nobody here understands, and how often it came.
    fn count(&self, oddities: Vec<Oddity>) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Calls of this source that have not ended, as far as we know.
    fn open_calls(&self) -> impl Future<Output = sqlx::Result<Vec<String>>> + Send;

    fn seats(&self) -> impl Future<Output = sqlx::Result<Vec<SeatStanding>>> + Send;

    /// Orders that nobody has taken yet; from now on they are ours.
    fn take_orders(&self) -> impl Future<Output = sqlx::Result<Vec<Order>>> + Send;

    fn settle(&self, order: i64, outcome: Outcome) -> impl Future<Output = sqlx::Result<()>> + Send;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    pub kind: OddityKind,
    pub name: String,
    pub times: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddityKind {
    /// An event of an unknown name.
    Event,
    Refused,
}

impl OddityKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Refused => "refused",
        }
    }
}

#[derive(Debug)]
pub struct AppCenter {
    pub app: App,
    pub source: SourceId,
    /// Which process holds the source.
    pub holder: String,
}

impl Center for AppCenter {
    fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    async fn take(&self, group: Vec<Incoming>) -> Result<(), IntakeError> {
        self.app.intake.take(group).await.map(drop)
    }

    async fn report(&self, standing: Standing) -> sqlx::Result<()> {
        store::report(&self.app, self.source, &self.holder, standing).await
    }

    async fn count(&self, oddities: Vec<Oddity>) -> sqlx::Result<()> {
        store::count_oddities(&self.app, self.source, &oddities).await
    }

    async fn open_calls(&self) -> sqlx::Result<Vec<String>> {
        store::list_open_calls(&self.app, self.source).await
    }

    async fn seats(&self) -> sqlx::Result<Vec<SeatStanding>> {
        store::list_seats(&self.app, self.source).await
    }

    async fn take_orders(&self) -> sqlx::Result<Vec<Order>> {
        store::take_orders(&self.app, self.source).await
    }

    async fn settle(&self, order: i64, outcome: Outcome) -> sqlx::Result<()> {
        store::settle_order(&self.app, order, &outcome).await
    }
}
