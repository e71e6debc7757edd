//! Acts that the telephone carries out.

use axum::response::Response;
use serde::Deserialize;

use super::visit::Visit;
use super::{Focus, Looks};
use crate::desk::sitting::Sitting;
use crate::ids::CallId;
use crate::web::{Form, Path, Result};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HoldForm {
    q: String,
    /// The button "Weitersprechen".
    goes_on: String,
}

pub async fn hold(visit: Visit, Path(call): Path<CallId>, Form(form): Form<HoldForm>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let notice = sitting.hold(call, !form.goes_on.is_empty()).await?;
    visit.done(sitting, Looks { q: form.q, notice, ..Looks::default() }).await
}

pub async fn call_back(visit: Visit, Path(call): Path<CallId>) -> Result<Response> {
    let mut sitting = Sitting::begin(&visit.app, &visit.viewer).await?;
    let notice = sitting.call_back(call).await?;
    visit.done(sitting, Looks { notice, focus: Focus::Lines, ..Looks::default() }).await
}
