//! The desks that listen to this process, by their telephones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};

use super::bulletins::ChangedTowns;
use super::store::SeatSignal;
use crate::ids::SeatId;

/// Whoever reads more slowly than that looks at the whole desk instead.
const BUFFER: usize = 32;

#[derive(Clone, Debug, Default)]
pub struct DeskHub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    seats: Mutex<HashMap<SeatId, Followed>>,
    bulletins: broadcast::Sender<ChangedTowns>,
    /// Rises with every change of an entry.
    rewritten: watch::Sender<u64>,
    is_closing: watch::Sender<bool>,
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            seats: Mutex::default(),
            bulletins: broadcast::channel(BUFFER).0,
            rewritten: watch::channel(0).0,
            is_closing: watch::channel(false).0,
        }
    }
}

/// A telephone that at least one desk here listens to.
#[derive(Debug)]
struct Followed {
    /// The last signal that was sent on; None until the first listener has looked where the seat stands.
    cursor: Option<i64>,
    signals: broadcast::Sender<SeatSignal>,
}

impl DeskHub {
    /// Ends every stream, so that the server can stop.
    pub fn close(&self) {
        self.0.is_closing.send_replace(true);
    }

    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.0.is_closing.subscribe()
    }

    /// Wakes whenever some entry became another one.
    pub(super) fn hear_rewritten(&self) -> watch::Receiver<u64> {
        self.0.rewritten.subscribe()
    }

    pub(super) fn tell_rewritten(&self) {
        self.0.rewritten.send_modify(|count| *count += 1);
    }

    /// Hears of every change of bulletins from now on, whatever town it is in.
    pub(super) fn hear_bulletins(&self) -> broadcast::Receiver<ChangedTowns> {
        self.0.bulletins.subscribe()
    }

    pub(super) fn tell_bulletins(&self, towns: ChangedTowns) {
        // Nobody may be there to hear it.
        let _ = self.0.bulletins.send(towns);
    }

    /// Hears everything that is sent on from now.
    pub(super) fn join(&self, seat: SeatId) -> broadcast::Receiver<SeatSignal> {
        let followed = || Followed { cursor: None, signals: broadcast::channel(BUFFER).0 };
        self.seats().entry(seat).or_insert_with(followed).signals.subscribe()
    }

    /// A listener knows everything up to this signal. It has to join first, so that nothing gets lost in between.
    pub(super) fn start_after(&self, seat: SeatId, signal: i64) {
        if let Some(followed) = self.seats().get_mut(&seat) {
            followed.cursor.get_or_insert(signal);
        }
    }

    /// Where to read on, for every telephone that somebody still listens to.
    pub(super) fn cursors(&self) -> (Vec<SeatId>, Vec<i64>) {
        let mut seats = self.seats();
        seats.retain(|_, followed| followed.signals.receiver_count() > 0);
        seats.iter().filter_map(|(seat, followed)| Some((*seat, followed.cursor?))).unzip()
    }

    pub(super) fn send(&self, signal: SeatSignal) {
        let mut seats = self.seats();
        let Some(followed) = seats.get_mut(&signal.seat) else { return };
        followed.cursor = Some(signal.signal);
        // Nobody may be left to hear it.
        let _ = followed.signals.send(signal);
    }

    fn seats(&self) -> MutexGuard<'_, HashMap<SeatId, Followed>> {
        self.0.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
