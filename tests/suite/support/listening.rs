//! A service center that only writes down what a telephone system's connection tells it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use ortsgespraech::calls::{Incoming, IntakeError};
use ortsgespraech::telephony::asterisk::{
    Center, Link, Oddity, Order, Outcome, Pace, SeatStanding, Standing, keep_link,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::app::test_time;

#[derive(Default)]
pub struct Notebook {
    pub taken: Mutex<Vec<Incoming>>,
    pub standings: Mutex<Vec<Standing>>,
    pub oddities: Mutex<Vec<Oddity>>,
    pub settled: Mutex<Vec<(i64, Outcome)>>,
    /// What the test lays out beforehand.
    pub open_calls: Mutex<Vec<String>>,
    pub seats: Mutex<Vec<SeatStanding>>,
    pub orders: Mutex<Vec<Order>>,
    /// So many groups are refused before one is taken.
    pub refusals: Mutex<u32>,
}

impl Center for Notebook {
    fn now(&self) -> DateTime<Utc> {
        test_time()
    }

    async fn take(&self, group: Vec<Incoming>) -> Result<(), IntakeError> {
        let mut refusals = self.refusals.lock().expect("no holder panics");
        if *refusals > 0 {
            *refusals -= 1;
            return Err(IntakeError::Busy);
        }
        self.taken.lock().expect("no holder panics").extend(group);
        Ok(())
    }

    async fn report(&self, standing: Standing) -> sqlx::Result<()> {
        self.standings.lock().expect("no holder panics").push(standing);
        Ok(())
    }

    async fn count(&self, oddities: Vec<Oddity>) -> sqlx::Result<()> {
        self.oddities.lock().expect("no holder panics").extend(oddities);
        Ok(())
    }

    async fn open_calls(&self) -> sqlx::Result<Vec<String>> {
        Ok(self.open_calls.lock().expect("no holder panics").clone())
    }

    async fn seats(&self) -> sqlx::Result<Vec<SeatStanding>> {
        Ok(self.seats.lock().expect("no holder panics").clone())
    }

    async fn take_orders(&self) -> sqlx::Result<Vec<Order>> {
        Ok(std::mem::take(&mut *self.orders.lock().expect("no holder panics")))
    }

    async fn settle(&self, order: i64, outcome: Outcome) -> sqlx::Result<()> {
        self.settled.lock().expect("no holder panics").push((order, outcome));
        Ok(())
    }
}

/// A connection that runs, and what it told.
pub struct Listening {
    pub notes: Arc<Notebook>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Everything faster than in service, and slow enough for a machine that has much else to do.
pub fn hasty() -> Pace {
    let millis = Duration::from_millis;
    Pace {
        connect_within: millis(5000),
        ping_every: millis(150),
        pong_within: millis(1500),
        resync_within: millis(1000),
        resync_again: millis(300),
        orders_every: millis(20),
        order_within: millis(1500),
        shortest_pause: millis(5),
        longest_pause: millis(50),
        settled_after: millis(1000),
        refused_pause: millis(3000),
        retry_intake: millis(10),
    }
}

impl Listening {
    pub fn start(link: &Link, notes: Notebook) -> Self {
        let notes = Arc::new(notes);
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(keep_link(link.clone(), Arc::clone(&notes), hasty(), stopped));
        Self { notes, stop, task }
    }

    /// Waits for it, and not for ever.
    pub async fn until(&self, what: &str, happened: impl Fn(&Notebook) -> bool) {
        let waited = timeout(Duration::from_secs(20), async {
            while !happened(&self.notes) {
                sleep(Duration::from_millis(5)).await;
            }
        });
        assert!(waited.await.is_ok(), "{what} did not happen");
    }

    /// So many reports of this kind.
    pub async fn until_standing(&self, standing: Standing, times: usize) {
        let is_said = |notes: &Notebook| {
            let standings = notes.standings.lock().expect("no holder panics");
            standings.iter().filter(|said| std::mem::discriminant(*said) == std::mem::discriminant(&standing)).count()
                >= times
        };
        self.until(&format!("{standing:?}, {times} times,"), is_said).await;
    }

    pub async fn until_taken(&self, count: usize) {
        let is_taken = |notes: &Notebook| notes.taken.lock().expect("no holder panics").len() >= count;
        self.until(&format!("taking {count} messages"), is_taken).await;
    }

    pub fn taken(&self) -> Vec<Incoming> {
        self.notes.taken.lock().expect("no holder panics").clone()
    }

    pub async fn stop(self) -> Arc<Notebook> {
        self.stop.send_replace(true);
        self.task.await.expect("it ends well");
        self.notes
    }
}
