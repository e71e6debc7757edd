//! `GET /desk/stream`: tells a desk when its telephone or its towns' bulletins want to be looked at. It carries no number and no name; what there
//! is to see, the desk itself shows.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::bulletins::ChangedTowns;
use super::store::{self, SeatSignal};
use crate::access::{Permission, Viewer};
use crate::accounts;
use crate::app::App;
use crate::bulletins;
use crate::ids::{SeatId, TenantId};
use crate::knowledge;
use crate::web::{Query, Result};

const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How often it is asked whether the person is still signed in and still sits there.
const CHECK: Duration = Duration::from_secs(5);
/// A browser that lost the stream tries again after so long.
const RETRY: Duration = Duration::from_secs(1);
/// Proxies shall pass every line on at once.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// What the page shows already: "<seat>-<signal>".
    after: String,
    /// The stamp of the bulletins that the page shows.
    bulletins: String,
}

pub async fn open(
    State(app): State<App>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response> {
    // A browser that was cut off says itself what it heard last.
    let last_heard = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let known = Place::parse(last_heard.unwrap_or(&asked.after));
    let listener = Listener::start(app, viewer, known, &asked.bulletins).await?;
    let events = stream::unfold(listener, Listener::next);
    let answer = Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE));
    Ok(([UNBUFFERED], answer).into_response())
}

/// A signal of a seat, as it stands in an event's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    seat: SeatId,
    signal: i64,
}

impl Place {
    fn parse(id: &str) -> Option<Self> {
        let (seat, signal) = id.split_once('-')?;
        Some(Self { seat: seat.parse().ok()?, signal: signal.parse().ok()? })
    }
}

/// Why a stream that had nothing to say goes on.
enum Woken {
    Closing,
    Heard(std::result::Result<SeatSignal, RecvError>),
    Announced(std::result::Result<ChangedTowns, RecvError>),
    Rewritten,
    Check,
}

struct Listener {
    app: App,
    viewer: Viewer,
    /// The last signal that was sent; None without a telephone.
    place: Option<Place>,
    ready: VecDeque<Event>,
    live: Option<broadcast::Receiver<SeatSignal>>,
    announced: broadcast::Receiver<ChangedTowns>,
    rewritten: watch::Receiver<u64>,
    /// Those in which the person answers.
    towns: Vec<TenantId>,
    closing: watch::Receiver<bool>,
    check: Interval,
    is_over: bool,
}

impl Listener {
    async fn start(app: App, viewer: Viewer, known: Option<Place>, bulletins: &str) -> Result<Self> {
        let mut check = interval(CHECK);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        check.reset();
        let (closing, announced) = (app.desks.closing(), app.desks.hear_bulletins());
        let rewritten = app.desks.hear_rewritten();
        let towns = viewer.tenants_with(Permission::UseDesk).iter().map(|town| town.id).collect();
        let ready = VecDeque::from([Event::default().retry(RETRY).comment("Ortsgespräch")]);
        let mut listener = Self {
            app,
            viewer,
            place: None,
            ready,
            live: None,
            announced,
            rewritten,
            towns,
            closing,
            check,
            is_over: false,
        };
        listener.catch_up(known).await?;
        listener.compare_bulletins(bulletins).await?;
        Ok(listener)
    }

    /// What came since then, or one word that something did where that cannot be told any more.
    async fn catch_up(&mut self, known: Option<Place>) -> Result<()> {
        let mut db = self.app.begin(&self.viewer.scope()).await?;
        let Some((seat, _)) = store::find_seat_of(&mut *db, self.viewer.account).await? else {
            // An empty id makes the browser forget the old place.
            let forgotten = |_| Event::default().event("changed").id("").data("{}");
            self.ready.extend(known.map(forgotten));
            return Ok(());
        };
        self.live = Some(self.app.desks.join(seat));
        // Read after joining: what is committed later will be heard.
        let Some((_, signal)) = store::find_seat_of(&mut *db, self.viewer.account).await? else { return Ok(()) };
        self.app.desks.start_after(seat, signal);
        self.place = Some(Place { seat, signal });
        let Some(known) = known else { return Ok(()) };
        let missed = match known.seat == seat && known.signal <= signal {
            true => store::list_signals_between(&mut *db, seat, known.signal, signal).await?,
            false => Vec::new(),
        };
        let is_complete = known.seat == seat && i64::try_from(missed.len()).is_ok_and(|n| known.signal + n == signal);
        match is_complete {
            true => missed.iter().for_each(|signal| self.ready.push_back(event(signal))),
            false => self.say_changed(),
        }
        Ok(())
    }

    /// The page may be older than the stream; one that does not say what it shows is not told.
    async fn compare_bulletins(&mut self, shown: &str) -> Result<()> {
        let mut db = self.app.begin(&self.viewer.scope()).await?;
        let current = bulletins::list_current(&mut *db, &self.towns, None, self.app.clock.now()).await?;
        if !shown.is_empty() && bulletins::stamp(&current) != shown {
            self.say_announced();
        }
        Ok(())
    }

    async fn next(mut self) -> Option<(std::result::Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((Ok(event), self));
            }
            if self.is_over {
                return None;
            }
            match self.wait().await {
                Woken::Closing => return None,
                Woken::Heard(heard) => self.take(heard),
                Woken::Announced(towns) => self.take_announced(towns),
                Woken::Rewritten => self.look_at_the_open_text().await,
                Woken::Check => self.look_whether_it_goes_on().await,
            }
        }
    }

    async fn wait(&mut self) -> Woken {
        tokio::select! {
            _ = self.closing.wait_for(|is_closing| *is_closing) => Woken::Closing,
            heard = hear(&mut self.live) => Woken::Heard(heard),
            Ok(()) = self.rewritten.changed() => Woken::Rewritten,
            towns = self.announced.recv() => Woken::Announced(towns),
            _ = self.check.tick() => Woken::Check,
        }
    }

    fn take(&mut self, heard: std::result::Result<SeatSignal, RecvError>) {
        match heard {
            // What was read from the table already comes once more.
            Ok(signal) if self.place.is_some_and(|place| signal.signal <= place.signal) => {}
            Ok(signal) => {
                self.place = Some(Place { seat: signal.seat, signal: signal.signal });
                self.ready.push_back(event(&signal));
                // Somebody else may have sat down there.
                if signal.kind == "changed" {
                    self.check.reset_immediately();
                }
            }
            Err(RecvError::Lagged(_)) => self.skip_to_the_present(),
            Err(RecvError::Closed) => self.is_over = true,
        }
    }

    /// Whoever read too slowly may have missed their own town.
    fn take_announced(&mut self, towns: std::result::Result<ChangedTowns, RecvError>) {
        if towns.map_or(true, |towns| self.towns.iter().any(|town| towns.contains(town))) {
            self.say_announced();
        }
    }

    /// Without an id: the place among the telephone's signals stays what it was.
    fn say_announced(&mut self) {
        self.ready.push_back(Event::default().event("bulletins").data("{}"));
    }

    /// The entry that stands open at this desk may be the one that was written anew.
    async fn look_at_the_open_text(&mut self) {
        match self.shows_an_old_text().await {
            Ok(false) => {}
            // Rather a look too many than an old text.
            Ok(true) | Err(_) => self.ready.push_back(Event::default().event("entry").data("{}")),
        }
    }

    async fn shows_an_old_text(&self) -> sqlx::Result<bool> {
        let mut db = self.app.begin(&self.viewer.scope()).await?;
        let desk = store::find_desk(&mut *db, self.viewer.account).await?;
        let (Some(open), Some(town)) = (desk.entry, desk.shown_tenant) else { return Ok(false) };
        let now = knowledge::find_current(&mut *db, town, open.tenant, open.entry).await?;
        Ok(now.is_none_or(|now| (now.tenant, now.entry, now.version) != (open.tenant, open.entry, open.version)))
    }

    /// It was read too slowly: one look at the desk says more than a queue of old signals.
    fn skip_to_the_present(&mut self) {
        while let Some(Ok(signal)) = self.live.as_mut().map(broadcast::Receiver::try_recv) {
            self.place = Some(Place { seat: signal.seat, signal: signal.signal });
        }
        self.say_changed();
    }

    fn say_changed(&mut self) {
        let event = Event::default().event("changed").data("{}");
        self.ready.push_back(match self.place {
            Some(Place { seat, signal }) => event.id(format!("{seat}-{signal}")),
            None => event,
        });
    }

    /// The stream of somebody who signed out or sits elsewhere ends; the browser begins a new one if it may.
    async fn look_whether_it_goes_on(&mut self) {
        let seat = self.place.map(|place| place.seat);
        if !self.goes_on(seat).await.unwrap_or(false) {
            self.say_changed();
            self.is_over = true;
        }
    }

    async fn goes_on(&self, seat: Option<SeatId>) -> sqlx::Result<bool> {
        if !accounts::is_signed_in(&self.app, &self.viewer).await? {
            return Ok(false);
        }
        let mut db = self.app.begin(&self.viewer.scope()).await?;
        let now = store::find_seat_of(&mut *db, self.viewer.account).await?;
        Ok(now.map(|(seat, _)| seat) == seat)
    }
}

/// Never without a telephone.
async fn hear(live: &mut Option<broadcast::Receiver<SeatSignal>>) -> std::result::Result<SeatSignal, RecvError> {
    match live {
        Some(live) => live.recv().await,
        None => std::future::pending().await,
    }
}

fn event(signal: &SeatSignal) -> Event {
    let data = json!({ "call": signal.call.map(|call| call.to_string()), "kind": signal.kind });
    Event::default().id(format!("{}-{}", signal.seat, signal.signal)).event(signal.kind.clone()).data(data.to_string())
}
