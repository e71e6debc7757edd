//! How a town wants promises to be kept: its numbers, and who hears of it when one was broken.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::{Rule, store};
use crate::access::{TenantAccess, Viewer};
use crate::accounts::is_email;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::knowledge::town;
use crate::web::forms::{self, Difference, Errors, optional};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page};

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct RuleForm {
    version: i32,
    promise_hours: String,
    warn_hours: String,
    escalation_mail: String,
    contact_days: String,
    complaint_days: String,
    attempts: String,
    extensions: String,
    link_days: String,
}

impl From<Rule> for RuleForm {
    fn from(rule: Rule) -> Self {
        Self {
            version: rule.version,
            promise_hours: rule.promise_hours.to_string(),
            warn_hours: rule.warn_hours.to_string(),
            escalation_mail: rule.escalation_mail.unwrap_or_default(),
            contact_days: rule.contact_days.to_string(),
            complaint_days: rule.complaint_days.to_string(),
            attempts: rule.attempts.to_string(),
            extensions: rule.extensions.to_string(),
            link_days: rule.link_days.to_string(),
        }
    }
}

impl RuleForm {
    fn check(&self, errors: &mut Errors) -> Rule {
        let mut read = |name: &'static str, text: &str, (least, most): (i32, i32)| {
            let number = text.parse().ok().filter(|number| (least..=most).contains(number));
            if number.is_none() {
                errors.add(name, format!("Bitte geben Sie eine Zahl von {least} bis {most} ein."));
            }
            number.unwrap_or(least)
        };
        let rule = Rule {
            promise_hours: read("promise_hours", &self.promise_hours, (1, 200)),
            warn_hours: read("warn_hours", &self.warn_hours, (0, 200)),
            escalation_mail: optional(&self.escalation_mail),
            complaint_days: read("complaint_days", &self.complaint_days, (1, 90)),
            attempts: read("attempts", &self.attempts, (1, 10)),
            extensions: read("extensions", &self.extensions, (0, 10)),
            contact_days: read("contact_days", &self.contact_days, (0, 365)),
            link_days: read("link_days", &self.link_days, (1, 90)),
            version: self.version,
        };
        if rule.escalation_mail.as_deref().is_some_and(|address| !is_email(address)) {
            errors.add("escalation_mail", "Bitte geben Sie eine E-Mail-Adresse ein, oder lassen Sie das Feld leer.");
        }
        rule
    }

    fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        forms::differences([
            ("promise_hours", "Rückruf in Servicestunden", &theirs.promise_hours, &self.promise_hours),
            ("warn_hours", "Erinnerung Servicestunden vorher", &theirs.warn_hours, &self.warn_hours),
            ("escalation_mail", "Eskalation an", &theirs.escalation_mail, &self.escalation_mail),
            ("complaint_days", "Antwort auf Beschwerden in Tagen", &theirs.complaint_days, &self.complaint_days),
            ("attempts", "Versuche", &theirs.attempts, &self.attempts),
            ("extensions", "Verlängerungen", &theirs.extensions, &self.extensions),
            ("contact_days", "Kontaktdaten Tage nach Abschluss", &theirs.contact_days, &self.contact_days),
            ("link_days", "Links gelten Tage", &theirs.link_days, &self.link_days),
        ])
    }
}

#[derive(Template)]
#[template(path = "cases/rule.html")]
struct RulePage {
    frame: Frame,
    tenant: TenantAccess,
    sends_mail: bool,
    form: RuleForm,
    errors: Errors,
    differences: Vec<Difference>,
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
    let frame = Frame::of(app, viewer, Section::Cases, "Fristen und Löschregeln").await?;
    let status = forms::status(&errors, &differences);
    let sends_mail = app.settings.mailer.is_some();
    Ok((status, Page(RulePage { frame, tenant, sends_mail, form, errors, differences })).into_response())
}

pub(super) async fn save_rule(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(mut form): Form<RuleForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut errors = Errors::none();
    let rule = form.check(&mut errors);
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, form, errors, Vec::new()).await;
    }
    let theirs = find(&app, &tenant).await?;
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        let mut db = app.begin(&tenant.scope()).await?;
        if !store::save_rule(&mut *db, tenant.id, &rule).await? {
            drop(db);
            form.version = theirs.version;
            return show(&app, &viewer, tenant, form, errors, differences).await;
        }
        let act = Act::of(tenant.id, "changed", "case_rule", &tenant.slug, forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    let url = format!("/cases/{}/rule", tenant.slug);
    web::done(&app, &viewer, "Die Fristen sind gespeichert. Sie gelten für neue Vorgänge.", &url).await
}
