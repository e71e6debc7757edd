//! One request to the desk: who asks, and whether a whole page or the part below the frame is wanted.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::load::load_desk;
use super::{DeskPage, DeskPart, Looks};
use crate::access::Viewer;
use crate::app::App;
use crate::desk::sitting::Sitting;
use crate::web::frame::Section;
use crate::web::{Error, Frame, Page, Result, redirect};

/// The desk's behaviours, each of them small; without them every button still works.
const SCRIPTS: [&str; 11] = [
    "js/desk-keys.js",
    "js/desk-hits.js",
    "js/desk-targets.js",
    "js/completions.js",
    // Before the focus is placed.
    "js/desk-gap.js",
    "js/desk-slots.js",
    "js/desk-focus.js",
    "js/desk-clock.js",
    "js/desk-refresh.js",
    "js/desk-sound.js",
    "js/desk-stream.js",
];

pub struct Visit {
    pub app: App,
    pub viewer: Viewer,
    pub wants_part: bool,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let viewer = Viewer::from_request_parts(parts, app).await?;
        Ok(Self { app: app.clone(), viewer, wants_part: parts.headers.contains_key("hx-request") })
    }
}

impl Visit {
    /// The desk as it stands now.
    pub async fn show(&self, looks: Looks) -> Result<Response> {
        let status = if looks.is_rejected() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        // Boxed: the whole desk at once is more than a stack should carry.
        let mut desk = Box::pin(load_desk(&self.app, &self.viewer, looks)).await?;
        if self.wants_part {
            return Ok((status, Page(DeskPart { desk })).into_response());
        }
        let frame = Frame::of(&self.app, &self.viewer, Section::Desk, desk.title()).await?.with_scripts(&SCRIPTS);
        desk.looks.notice = desk.looks.notice.or(frame.flash.as_ref().map(|flash| flash.text.clone()));
        Ok((status, Page(DeskPage { frame, desk })).into_response())
    }

    /// Commits an act and shows what the database says now. A plain form is sent on, so that a reload repeats nothing.
    pub async fn done(&self, mut sitting: Sitting<'_>, mut looks: Looks) -> Result<Response> {
        // It stays until the next act, whatever the page looks at in between.
        sitting.tell(looks.notice.take());
        sitting.finish().await?;
        if self.wants_part || looks.is_rejected() {
            return Box::pin(self.show(looks)).await;
        }
        let address = [("q", &looks.q), ("panel", &looks.panel), ("done", &looks.done), ("kind", &looks.kind)];
        let address: Vec<_> = address.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Ok(redirect(&format!("/desk?{}", serde_html_form::to_string(address).unwrap_or_default())))
    }
}
