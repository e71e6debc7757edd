//! What goes on while a connection lasts: events come in, pings and questions go out, orders are carried out.

use std::collections::HashSet;

use tokio::time::{Instant, sleep_until, timeout};

use super::center::{Center, Oddity, OddityKind, Standing};
use super::client::Listener;
use super::connection::{CLOSED, Connection};
use super::orders::{CUT_OFF, Order, Outcome, UNANSWERED, Underway, action_for};
use super::{Action, Message, Resync};
use crate::calls::Incoming;

const SILENT: Standing = Standing::Lost("Die Telefonanlage antwortet nicht mehr.");
const TOO_LONG: &str = "Nachricht über 64 KiB";

pub(super) struct Session<'a, C> {
    listener: &'a mut Listener<C>,
    connection: Connection,
    resync: Option<Resync>,
    /// When the answer has to be there, or when to ask again.
    resync_due: Option<Instant>,
    /// Calls that were told of since the resync was asked.
    heard: HashSet<String>,
    ping_due: Instant,
    pong_due: Option<Instant>,
    orders_due: Instant,
    underway: Underway,
    dropped: u64,
}

impl<'a, C: Center + 'static> Session<'a, C> {
    pub fn new(listener: &'a mut Listener<C>, connection: Connection) -> Self {
        let now = Instant::now();
        Self {
            ping_due: now + listener.pace.ping_every,
            listener,
            connection,
            resync: None,
            resync_due: None,
            heard: HashSet::new(),
            pong_due: None,
            orders_due: now,
            underway: Underway::default(),
            dropped: 0,
        }
    }

    pub async fn run(&mut self) -> Standing {
        match self.listen().await {
            Err(standing) => standing,
            Ok(never) => never,
        }
    }

    async fn listen(&mut self) -> Result<Standing, Standing> {
        self.ask_resync().await?;
        for message in self.connection.take_early() {
            self.hear(message).await;
        }
        loop {
            let due = self.next_due();
            tokio::select! {
                received = self.connection.receive() => match received {
                    Ok(Some(message)) => self.hear(message).await,
                    Ok(None) | Err(_) => return Err(CLOSED),
                },
                () = sleep_until(due) => self.do_what_is_due().await?,
            }
        }
    }

    fn next_due(&self) -> Instant {
        let others = [Some(self.orders_due), self.pong_due, self.resync_due];
        others.into_iter().flatten().fold(self.ping_due, Instant::min)
    }

    async fn do_what_is_due(&mut self) -> Result<(), Standing> {
        let now = Instant::now();
        if self.pong_due.is_some_and(|due| due <= now) {
            self.wait_once_more().await?;
        }
        if self.ping_due <= now {
            self.ping_due = now + self.listener.pace.ping_every;
            self.pong_due.get_or_insert(now + self.listener.pace.pong_within);
            self.send(Action::new("Ping", "ping")).await?;
        }
        if self.resync_due.is_some_and(|due| due <= now) {
            match self.resync.take() {
                Some(resync) => self.end_resync(resync).await,
                None => self.ask_resync().await?,
            }
        }
        if self.orders_due <= now {
            self.orders_due = now + self.listener.pace.orders_every;
            self.carry_out_orders().await?;
            self.count_oddities().await;
        }
        Ok(())
    }

    async fn send(&mut self, action: Action) -> Result<(), Standing> {
        match timeout(self.listener.pace.pong_within, self.connection.send(action)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(CLOSED),
            Err(_) => Err(SILENT),
        }
    }

    /// While we could not take more, the answer may have waited behind what we did not read.
    async fn wait_once_more(&mut self) -> Result<(), Standing> {
        while self.pong_due.is_some() {
            match timeout(self.listener.pace.retry_intake, self.connection.receive()).await {
                Ok(Ok(Some(message))) => self.hear(message).await,
                Ok(_) => return Err(CLOSED),
                Err(_) => return Err(SILENT),
            }
        }
        Ok(())
    }

    async fn hear(&mut self, message: Message) {
        if self.resync.as_mut().is_some_and(|resync| resync.hear(&message)) {
            if let Some(resync) = self.resync.take_if(|resync| resync.is_answered()) {
                self.end_resync(resync).await;
            }
        } else if message.event().is_some() {
            self.hear_event(&message).await;
        } else if message.action_id() == Some("ping") {
            self.pong_due = None;
        } else if let Some((order, outcome)) = self.underway.hear(&message) {
            self.settle(order, outcome).await;
        }
    }

    async fn hear_event(&mut self, message: &Message) {
        let received = self.listener.center.now();
        let Some(incoming) = self.listener.translator.translate(message, received) else { return };
        if self.resync.is_some() {
            self.heard.extend(incoming.call_ref.clone());
        }
        self.listener.outbox.send(incoming).await;
    }

    async fn ask_resync(&mut self) -> Result<(), Standing> {
        self.listener.round += 1;
        self.heard.clear();
        let resync = self.listener.translator.begin_resync(self.listener.center.now(), self.listener.round);
        let questions = resync.questions();
        self.resync = Some(resync);
        self.resync_due = Some(Instant::now() + self.listener.pace.resync_within);
        for question in questions {
            self.send(question).await?;
        }
        Ok(())
    }

    /// Answered, or not in time.
    async fn end_resync(&mut self, resync: Resync) {
        let again = Instant::now() + self.listener.pace.resync_again;
        self.resync_due = if resync.is_complete() { None } else { Some(again) };
        let now = self.listener.center.now();
        let mut found = self.listener.translator.adopt(&resync, now);
        found.extend(self.find_lost(&resync).await);
        for incoming in found {
            self.listener.outbox.send(incoming).await;
        }
        self.listener.report(Standing::Resynced).await;
    }

    async fn find_lost(&self, resync: &Resync) -> Vec<Incoming> {
        let translator = &self.listener.translator;
        match self.listener.center.open_calls().await {
            Ok(open) => {
                let lost = resync.find_lost(open, &self.heard).into_iter();
                lost.map(|call_ref| translator.lose(call_ref, resync.asked)).collect()
            }
            Err(error) => {
                tracing::warn!(%error, "open calls cannot be compared with those of the telephone system");
                Vec::new()
            }
        }
    }

    async fn carry_out_orders(&mut self) -> Result<(), Standing> {
        for order in self.underway.take_overdue(self.listener.pace.order_within) {
            self.settle(order, UNANSWERED).await;
        }
        if self.resync.is_some() {
            // Who sits where is being told just now.
            return Ok(());
        }
        let orders = match self.listener.center.take_orders().await {
            Ok(orders) => orders,
            Err(error) => {
                tracing::warn!(%error, "orders to a telephone system cannot be read");
                return Ok(());
            }
        };
        // All of them are ours now: those behind a lost connection are settled, too.
        let mut sent = Ok(());
        for order in orders {
            match &sent {
                Ok(()) => sent = self.carry_out(&order).await,
                Err(_) => self.settle(order.id, CUT_OFF).await,
            }
        }
        sent
    }

    async fn carry_out(&mut self, order: &Order) -> Result<(), Standing> {
        match action_for(order, self.listener.translator.present(), &self.listener.link) {
            Ok(action) => {
                self.underway.add(order.id);
                self.send(action).await
            }
            Err(outcome) => {
                self.settle(order.id, outcome).await;
                Ok(())
            }
        }
    }

    pub async fn give_up_orders(&mut self) {
        for order in self.underway.take_all() {
            self.settle(order, CUT_OFF).await;
        }
    }

    async fn settle(&self, order: i64, outcome: Outcome) {
        if let Err(error) = self.listener.center.settle(order, outcome).await {
            tracing::warn!(order, %error, "what became of an order cannot be noted");
        }
    }

    async fn count_oddities(&mut self) {
        let names = self.listener.translator.take_oddities().into_iter();
        let mut oddities: Vec<Oddity> =
            names.map(|(name, times)| Oddity { kind: OddityKind::Event, name, times }).collect();
        let too_long = self.connection.dropped() - self.dropped;
        self.dropped = self.connection.dropped();
        if let Some(times) = i64::try_from(too_long).ok().filter(|times| *times > 0) {
            oddities.push(Oddity { kind: OddityKind::Refused, name: TOO_LONG.to_owned(), times });
        }
        if oddities.is_empty() {
            return;
        }
        if let Err(error) = self.listener.center.count(oddities).await {
            tracing::warn!(%error, "what nobody understands cannot be counted");
        }
    }
}
