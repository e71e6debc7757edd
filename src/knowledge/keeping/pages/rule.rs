//! The town's rule: how often entries are looked at, and how long before it is due somebody hears of it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::{Rule, store};
use super::entry::read_number;
use super::list_url;
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::knowledge::{Place, places, town};
use crate::web::forms::{self, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Places};

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct RuleForm {
    version: i32,
    interval_months: String,
    remind_days: String,
}

impl From<Rule> for RuleForm {
    fn from(rule: Rule) -> Self {
        Self {
            version: rule.version,
            interval_months: rule.interval_months.to_string(),
            remind_days: rule.remind_days.to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "knowledge/keeping_rule.html")]
struct RulePage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    sends_mail: bool,
    form: RuleForm,
    errors: Errors,
    differences: Vec<Difference>,
}

impl RulePage {
    fn list_url(&self) -> String {
        list_url(&self.tenant)
    }
}

async fn find(app: &App, tenant: &TenantAccess) -> web::Result<RuleForm> {
    Ok(store::find_rule(&mut *app.begin(&tenant.scope()).await?, tenant.id).await?.into())
}

pub(super) async fn rule_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let form = find(&app, &tenant).await?;
    show(&app, &viewer, tenant, form, Errors::none(), Vec::new()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    form: RuleForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let frame = Frame::of(app, viewer, Section::Knowledge, "Prüffristen").await?;
    let places = places(viewer, &tenant, Place::Keeping);
    let status = forms::status(&errors, &differences);
    let sends_mail = app.settings.mailer.is_some();
    Ok((status, Page(RulePage { frame, places, tenant, sends_mail, form, errors, differences })).into_response())
}

pub(super) async fn save_rule(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(mut form): Form<RuleForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut errors = Errors::none();
    let interval_months = read_number(&form.interval_months, "interval_months", (1, 60), &mut errors);
    let remind_days = read_number(&form.remind_days, "remind_days", (0, 90), &mut errors);
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, form, errors, Vec::new()).await;
    }
    let theirs = find(&app, &tenant).await?;
    let differences = forms::differences([
        ("interval_months", "Prüfung alle Monate", &theirs.interval_months, &form.interval_months),
        ("remind_days", "Erinnerung Tage vorher", &theirs.remind_days, &form.remind_days),
    ]);
    if !differences.is_empty() {
        let mut db = app.begin(&tenant.scope()).await?;
        let rule = Rule { interval_months, remind_days, version: form.version };
        if !store::update_rule(&mut *db, tenant.id, rule).await? {
            drop(db);
            form.version = theirs.version;
            return show(&app, &viewer, tenant, form, errors, differences).await;
        }
        let act = Act::of(tenant.id, "changed", "keeping", "Ort", forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Prüffristen sind gespeichert.", &list_url(&tenant)).await
}
