//! The page between a dangerous button and its effect.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::frame::{Frame, Page};

#[derive(Debug, Clone)]
pub struct Question {
    /// What exactly it is about.
    pub what: String,
    pub consequences: Vec<String>,
    /// Why it could not be done just now.
    pub obstacle: Option<String>,
    pub action: String,
    pub yes: &'static str,
    pub no: &'static str,
    pub back: String,
}

#[derive(Template)]
#[template(path = "web/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    question: Question,
}

/// Asks; the frame's title is the question. With an obstacle it is a refused form: 422.
pub fn ask(frame: Frame, question: Question) -> Response {
    let status = if question.obstacle.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, Page(ConfirmPage { frame, question })).into_response()
}
