//! Where every source's messages go: taken over in groups, each group in one transaction, answered after the commit.
//!
//! Whoever comes while a group is being stored waits for the next one; so a storm of single messages costs as many
//! transactions as the disk allows and no more, and one message alone waits for nobody.

mod clean;
mod generations;
mod group;
mod marks;
mod numbers;
mod seats;
mod store;
mod sweep;
mod whose;

pub use numbers::forget_old_numbers;
pub(super) use store::hold_source_of;
pub use sweep::close_forgotten;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::PgPool;
use tokio::sync::oneshot;

use super::{Incoming, Taken};
use crate::clock::Clock;

/// Messages in one transaction, about.
const GROUP: usize = 2_000;
/// More messages waiting than this are refused, so that a flood cannot fill the memory.
const WAITING: usize = 20_000;

#[derive(Clone, Debug)]
pub struct Intake(Arc<Desk>);

#[derive(Debug)]
struct Desk {
    pool: PgPool,
    clock: Clock,
    line: Mutex<Line>,
}

/// Who waits to be taken over.
#[derive(Debug, Default)]
struct Line {
    waiting: Vec<Delivery>,
    messages: usize,
    is_served: bool,
}

/// What came together is stored together or not at all.
#[derive(Debug)]
struct Delivery {
    messages: Vec<Incoming>,
    answer: oneshot::Sender<Result<Vec<Taken>, IntakeError>>,
}

/// Why messages were not taken; nothing of them is stored.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// More is waiting than may wait; to be sent again in a while.
    #[error("too many messages are waiting")]
    Busy,
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl Intake {
    pub fn new(pool: PgPool, clock: Clock) -> Self {
        Self(Arc::new(Desk { pool, clock, line: Mutex::default() }))
    }

    /// One answer a message, in their order, once all of them are stored for good.
    pub async fn take(&self, messages: Vec<Incoming>) -> Result<Vec<Taken>, IntakeError> {
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        let messages: Vec<_> = messages.into_iter().map(clean::message).collect();
        let (answer, answered) = oneshot::channel();
        self.0.line().join(&self.0, Delivery { messages, answer })?;
        // The one who serves answers everybody, unless the whole program goes down with them.
        answered.await.unwrap_or(Err(IntakeError::Database(sqlx::Error::WorkerCrashed)))
    }
}

impl Line {
    fn join(&mut self, desk: &Arc<Desk>, delivery: Delivery) -> Result<(), IntakeError> {
        if self.messages > WAITING {
            return Err(IntakeError::Busy);
        }
        self.messages += delivery.messages.len();
        self.waiting.push(delivery);
        if !self.is_served {
            self.is_served = true;
            // A task of its own: the sender may hang up, the group has to be stored all the same.
            tokio::spawn(Arc::clone(desk).serve());
        }
        Ok(())
    }

    /// The next group; None: nobody waits, and who comes next is served anew.
    fn next_group(&mut self) -> Option<Vec<Delivery>> {
        let sizes = self.waiting.iter().scan(0, |sum, delivery| {
            *sum += delivery.messages.len();
            Some(*sum)
        });
        let count = sizes.take_while(|sum| *sum <= GROUP).count().max(1).min(self.waiting.len());
        let group: Vec<_> = self.waiting.drain(..count).collect();
        self.messages -= group.iter().map(|delivery| delivery.messages.len()).sum::<usize>();
        self.is_served = !group.is_empty();
        self.is_served.then_some(group)
    }
}

impl Desk {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self: Arc<Self>) {
        loop {
            let Some(group) = self.line().next_group() else { return };
            self.store(group).await;
        }
    }

    /// A group fails together, so it is then tried one delivery at a time: one that cannot be stored harms nobody else.
    async fn store(&self, group: Vec<Delivery>) {
        let all: Vec<&Incoming> = group.iter().flat_map(|delivery| &delivery.messages).collect();
        match group::store(&self.pool, &self.clock, &all).await {
            Ok(taken) => {
                let mut taken = taken.into_iter();
                for delivery in group {
                    let own = taken.by_ref().take(delivery.messages.len()).collect();
                    let _ = delivery.answer.send(Ok(own));
                }
            }
            Err(error) => {
                tracing::warn!(%error, deliveries = group.len(), "messages cannot be stored together");
                for delivery in group {
                    let own: Vec<&Incoming> = delivery.messages.iter().collect();
                    let stored = group::store(&self.pool, &self.clock, &own).await;
                    let _ = delivery.answer.send(stored.map_err(IntakeError::Database));
                }
            }
        }
    }
}
