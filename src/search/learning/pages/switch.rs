//! A town may do without learning.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::list_url;
use crate::access::Viewer;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::knowledge::town;
use crate::search::learning::store;
use crate::web::{self, Form, InTenant};

const ON: &str = "on";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SwitchForm {
    /// Anything but "on" is off: in doubt nothing is kept.
    learns: String,
}

pub(super) async fn switch_learning(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<SwitchForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let learns = form.learns == ON;
    let mut db = app.begin(&tenant.scope()).await?;
    if store::find_switch(&mut *db, tenant.id).await? != learns {
        store::update_switch(&mut *db, tenant.id, learns).await?;
        let action = if learns { "activated" } else { "deactivated" };
        let act = Act::of(tenant.id, action, "learning", "", json!({}));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    let words = if learns { "Das Lernen ist eingeschaltet." } else { "Das Lernen ist ausgeschaltet." };
    web::done(&app, &viewer, words, &list_url(&tenant)).await
}
