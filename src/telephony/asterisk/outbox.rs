//! Between a connection and the intake: what came waits in its order until it is stored, however long that takes. Full means that
//! the connection stops reading; nothing is thrown away.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::Pace;
use super::center::Center;
use crate::calls::Incoming;

/// Some minutes of a busy center.
const MOST_WAITING: usize = 10_000;
const MOST_AT_ONCE: usize = 500;
/// Less than a lease: other connections have to be renewed meanwhile.
const LAST_TRY: Duration = Duration::from_secs(5);

/// Outlives single connections.
#[derive(Debug)]
pub struct Outbox {
    sender: Sender<Incoming>,
    delivery: JoinHandle<()>,
}

impl Outbox {
    pub fn start<C: Center + 'static>(center: Arc<C>, pace: Pace) -> Self {
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        Self { sender, delivery: tokio::spawn(deliver(center, pace, receiver)) }
    }

    /// Waits while there is no room.
    pub async fn send(&self, incoming: Incoming) {
        // The other side ends only after this one.
        let _ = self.sender.send(incoming).await;
    }

    /// Gives what is waiting the time of a polite stop.
    pub async fn close(self) {
        drop(self.sender);
        let abort = self.delivery.abort_handle();
        if timeout(LAST_TRY, self.delivery).await.is_err() {
            abort.abort();
        }
    }
}

async fn deliver<C: Center>(center: Arc<C>, pace: Pace, mut receiver: Receiver<Incoming>) {
    let mut group = Vec::new();
    while receiver.recv_many(&mut group, MOST_AT_ONCE).await > 0 {
        while let Err(error) = center.take(group.clone()).await {
            tracing::warn!(%error, waiting = group.len(), "what a telephone system told is not taken yet");
            sleep(pace.retry_intake).await;
        }
        group.clear();
    }
}
