//! "Anbindung prüfen": what came from a telephone system, what was not understood, and how to set it up.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};

use super::find_source;
use super::steps::{Step, steps};
use crate::access::Viewer;
use crate::app::App;
use crate::ids::SourceId;
use crate::telephony::store::{self, Gap, Hour, LinkState, Oddity, SeenEvent};
use crate::telephony::{Adapter, Link, Source};
use crate::tenants::{self, Number};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Frame, Page, Path, Places, format, session};

/// A clock that is further off distorts waiting times.
const TOLERATED_SKEW_MS: i64 = 2000;

#[derive(Template)]
#[template(path = "telephony/check.html")]
struct CheckPage {
    frame: Frame,
    places: Places,
    source: Source,
    origin: String,
    now: DateTime<Utc>,
    link: Option<Link>,
    state: Option<LinkState>,
    gaps: Vec<Gap>,
    oddities: Vec<Oddity>,
    hours: Vec<Hour>,
    events: Vec<SeenEvent>,
    steps: Vec<Step>,
}

pub(super) async fn check_page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<SourceId>,
) -> web::Result<Response> {
    let source = find_source(&app, &viewer, id).await?;
    let now = app.clock.now();
    // Older months are not even looked at.
    let since = now - TimeDelta::days(2);
    let mut db = app.begin(&viewer.center_scope()).await?;
    let link = store::find_link(&mut *db, id).await?;
    let state = store::find_state(&mut *db, id).await?;
    let gaps = store::list_gaps(&mut *db, id).await?;
    let oddities = store::list_oddities(&mut *db, id).await?;
    let hours = store::list_hours(&mut *db, id, now).await?;
    let events = store::list_events(&mut *db, id, since).await?;
    let last_call = store::find_last_call(&mut *db, id, since).await?;
    drop(db);
    let page = CheckPage {
        frame: Frame::of(&app, &viewer, Section::Center, format!("Anbindung prüfen: {}", source.name)).await?,
        places: Places::of_center(CenterPlace::Telephony),
        origin: session::origin(&headers),
        steps: steps(last_call.as_ref(), now),
        source,
        now,
        link,
        state,
        gaps,
        oddities,
        hours,
        events,
    };
    Ok(Page(page).into_response())
}

impl CheckPage {
    /// The colour word and the sentence of how the connection stands.
    fn connection(&self) -> (&'static str, String) {
        if !self.source.active {
            return ("off", "Die Anlage ist abgeschaltet und wird nicht gehört.".to_owned());
        }
        let since = |state: &LinkState| format::moment(state.since);
        match &self.state {
            Some(state) if state.state == "connected" => ("good", format!("Verbunden seit {}.", since(state))),
            Some(state) if state.state == "refused" => {
                ("bad", format!("Seit {} weist die Anlage uns ab: Konto oder Kennwort stimmen nicht.", since(state)))
            }
            Some(state) => {
                let why = state.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
                ("bad", format!("Seit {} nicht erreichbar{why}.", since(state)))
            }
            None if self.source.adapter.is_called() => (
                "warn",
                "Noch nicht verbunden. Ein laufender Server versucht es innerhalb von fünf Sekunden.".to_owned(),
            ),
            None if self.is_quiet() => ("warn", "In den letzten 24 Stunden kam nichts.".to_owned()),
            None => ("good", "Die Anlage meldet sich.".to_owned()),
        }
    }

    /// The clock of the telephone system in words, after the last hour that says something about it.
    fn clock(&self) -> (&'static str, String) {
        let Some(skew) = self.hours.iter().find_map(|hour| hour.skew_ms) else {
            return ("info", "Die Meldungen tragen keine eigene Zeit; es zählt, wann sie hier ankommen.".to_owned());
        };
        let seconds = format::tenths(f64::from(i32::try_from(skew.abs()).unwrap_or(i32::MAX)) / 1000.0);
        match skew {
            skew if skew > TOLERATED_SKEW_MS => (
                "bad",
                format!(
                    "Meldungen kommen {seconds} Sekunden nach ihrer Zeit an: Die Uhr der Anlage geht nach, oder die Leitung ist langsam. Stellen Sie ihre Uhr über NTP."
                ),
            ),
            skew if skew < -TOLERATED_SKEW_MS => {
                ("bad", format!("Die Uhr der Anlage geht {seconds} Sekunden vor. Stellen Sie sie über NTP."))
            }
            _ => ("good", format!("Die Uhr der Anlage stimmt auf {seconds} Sekunden.")),
        }
    }

    fn odd(&self, kind: &str) -> Vec<&Oddity> {
        self.oddities.iter().filter(|oddity| oddity.kind == kind).collect()
    }

    /// Dialled numbers are nobody's secret; what can be no number of ours is shown without its end.
    fn odd_number(oddity: &Oddity) -> String {
        match Number::parse(&oddity.name) {
            Number::Unreadable(text) if text.chars().filter(char::is_ascii_digit).count() > 5 => {
                Number::Unreadable(text).masked()
            }
            _ => tenants::display_number(&oddity.name),
        }
    }

    fn dialable(oddity: &Oddity) -> Option<String> {
        Number::parse(&oddity.name).dialable().map(|number| number.trim_start_matches('+').to_owned())
    }

    /// Nothing came in the last day.
    fn is_quiet(&self) -> bool {
        self.hours.iter().all(|hour| hour.messages == 0)
    }

    fn hour_words(hour: &Hour) -> String {
        format!("{}–{} Uhr", format::time(hour.starts_at), format::time(hour.starts_at + TimeDelta::hours(1)))
    }

    fn event_words(event: &SeenEvent) -> &str {
        match event.kind.as_str() {
            "call.started" => "Anruf kommt an",
            "call.linked" => "gehört zu einem anderen Anruf",
            "line.notice" => "Hinweis der Anlage",
            "queue.entered" => "wartet",
            "agent.ringing" => "klingelt",
            "agent.ring_no_answer" => "nicht abgehoben",
            "caller.hung_up" => "Anrufer hat aufgelegt",
            "queue.left" => "wartet nicht mehr",
            "call.connected" => "angenommen",
            "call.transferred" => "verbunden",
            "agent.left" => "Platz ist aus dem Gespräch",
            "call.ended" => "beendet",
            "call.lost" => "Ende nicht gesehen",
            "call.completed" => "nachträglich gemeldet",
            other => other,
        }
    }

    fn trunk_context(&self) -> &str {
        self.link.as_ref().map_or("from-trunk", |link| &link.trunk_context)
    }
}
