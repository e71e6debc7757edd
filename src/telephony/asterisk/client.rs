//! Keeps one telephone system on the line: connects, listens, asks what runs, and connects again after every loss.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::center::{Center, Standing};
use super::connection::Connection;
use super::link::Link;
use super::outbox::Outbox;
use super::pace::{Backoff, Pace};
use super::session::Session;
use super::translate::Translator;

/// Everything that outlives a single connection.
pub(super) struct Listener<C> {
    pub link: Link,
    pub center: Arc<C>,
    pub pace: Pace,
    pub translator: Translator,
    pub outbox: Outbox,
    /// Counts resyncs, so that a late answer is not taken for the next one.
    pub round: u64,
}

const ENDED: Standing = Standing::Lost("Die Anbindung wird neu gestartet oder ist abgeschaltet.");

/// Until `stop` says so. What was read by then is still handed over.
pub async fn keep_link<C: Center + 'static>(link: Link, center: Arc<C>, pace: Pace, mut stop: watch::Receiver<bool>) {
    let translator = Translator::new(link.source, link.trunk_context.clone());
    let outbox = Outbox::start(Arc::clone(&center), pace);
    let mut listener = Listener { link, center, pace, translator, outbox, round: 0 };
    tokio::select! {
        () = listener.listen() => {}
        () = stopped(&mut stop) => {}
    }
    listener.report(ENDED).await;
    listener.outbox.close().await;
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    while !*stop.borrow_and_update() {
        if stop.changed().await.is_err() {
            return;
        }
    }
}

impl<C: Center + 'static> Listener<C> {
    async fn listen(&mut self) {
        let mut backoff = Backoff::default();
        loop {
            let began = Instant::now();
            let ended = self.hold_connection().await;
            self.report(ended).await;
            if began.elapsed() >= self.pace.settled_after {
                backoff.reset();
            }
            let is_refused = matches!(ended, Standing::Refused(_));
            sleep(if is_refused { self.pace.refused_pause } else { backoff.next(&self.pace) }).await;
        }
    }

    /// Until it is lost; says why.
    async fn hold_connection(&mut self) -> Standing {
        let connection = match Connection::open(&self.link, &self.pace).await {
            Ok(connection) => connection,
            Err(standing) => return standing,
        };
        self.report(Standing::Connected).await;
        self.remember_seats().await;
        let mut session = Session::new(self, connection);
        let ended = session.run().await;
        session.give_up_orders().await;
        ended
    }

    /// Another process, or this one before it was started again, has told some of it already.
    async fn remember_seats(&mut self) {
        match self.center.seats().await {
            Ok(seats) => seats.into_iter().for_each(|standing| self.translator.remember_seat(standing)),
            Err(error) => tracing::warn!(%error, "what was known of the seats cannot be read"),
        }
    }

    pub(super) async fn report(&self, standing: Standing) {
        if let Err(error) = self.center.report(standing).await {
            tracing::warn!(source = %self.link.source, %error, "how it stands with a telephone system cannot be noted");
        }
    }
}
