//! The form of a greeting.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::NaiveTime;
use serde::Deserialize;

use super::greetings::{find, line_words};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::tenants::{Greeting, Line, Situation, store, unknown_placeholder};
use crate::web::forms::{self, Choice, Difference, Errors, differences, parse_time};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, Query, TenantPlace, format};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct GreetingForm {
    version: i32,
    /// A line's id; empty for all.
    line: String,
    situation: String,
    from: String,
    to: String,
    text: String,
}

impl GreetingForm {
    fn of(greeting: &Greeting) -> Self {
        let time = |time: Option<NaiveTime>| time.map(format::clock_time).unwrap_or_default();
        Self {
            version: greeting.version,
            line: greeting.line.map(|line| line.to_string()).unwrap_or_default(),
            situation: greeting.situation.as_str().to_owned(),
            from: time(greeting.window.map(|window| window.0)),
            to: time(greeting.window.map(|window| window.1)),
            text: greeting.text.clone(),
        }
    }

    fn check(&self, id: i64, lines: &[Line], errors: &mut Errors) -> Option<Greeting> {
        errors.require("text", &self.text, "Der Text");
        errors.limit("text", &self.text, 500);
        if let Some(unknown) = unknown_placeholder(&self.text) {
            errors.add(
                "text",
                format!("Den Platzhalter {unknown} gibt es nicht. Möglich sind {{name}}, {{ort}} und {{gruss}}."),
            );
        }
        let line = lines.iter().find(|line| line.id.to_string() == self.line).map(|line| line.id);
        if line.is_none() && !self.line.is_empty() {
            errors.add("line", "Diese Rufnummer gibt es nicht.");
        }
        let situation = Situation::parse(&self.situation);
        if situation.is_none() {
            errors.add("situation", "Bitte wählen Sie, wann die Begrüßung gilt.");
        }
        let window = self.window(errors);
        let greeting =
            Greeting { id, line, situation: situation?, window, text: self.text.clone(), version: self.version };
        errors.is_empty().then_some(greeting)
    }

    fn window(&self, errors: &mut Errors) -> Option<(NaiveTime, NaiveTime)> {
        match (parse_time(&self.from), parse_time(&self.to)) {
            _ if self.from.is_empty() && self.to.is_empty() => None,
            (Some(from), Some(to)) if from != to => Some((from, to)),
            (Some(_), Some(_)) => {
                errors.add(
                    "to",
                    "Anfang und Ende sind gleich. Lassen Sie beide leer, wenn die Begrüßung jederzeit gilt.",
                );
                None
            }
            (None, _) => {
                errors.add("from", "Bitte geben Sie eine Uhrzeit wie 8:00 ein, oder lassen Sie beide Zeiten leer.");
                None
            }
            (_, None) => {
                errors.add("to", "Bitte geben Sie eine Uhrzeit wie 17:00 ein, oder lassen Sie beide Zeiten leer.");
                None
            }
        }
    }

    fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        differences([
            ("line", "Rufnummer", &theirs.line, &self.line),
            ("situation", "Wann", &theirs.situation, &self.situation),
            ("from", "von", &theirs.from, &self.from),
            ("to", "bis", &theirs.to, &self.to),
            ("text", "Text", &theirs.text, &self.text),
        ])
    }
}

#[derive(Template)]
#[template(path = "tenants/greeting.html")]
struct GreetingPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    /// None: a new one.
    id: Option<i64>,
    form: GreetingForm,
    lines: Vec<Choice>,
    situations: Vec<Choice>,
    errors: Errors,
    differences: Vec<Difference>,
}

impl GreetingPage {
    fn back(&self) -> String {
        TenantPlace::Greetings.url(&self.tenant)
    }

    fn action(&self) -> String {
        self.id.map_or(self.back(), |id| format!("{}/{id}", self.back()))
    }
}

struct Shown {
    tenant: TenantAccess,
    id: Option<i64>,
    lines: Vec<Line>,
}

impl Shown {
    async fn load(app: &App, tenant: TenantAccess, id: Option<i64>) -> web::Result<Self> {
        let mut db = app.begin(&tenant.scope()).await?;
        let lines = store::list_lines(&mut *db, &[tenant.id]).await?;
        Ok(Self { tenant, id, lines })
    }

    async fn page(
        self,
        app: &App,
        viewer: &Viewer,
        form: GreetingForm,
        errors: Errors,
        differences: Vec<Difference>,
    ) -> web::Result<Response> {
        let title = if self.id.is_some() { "Begrüßung bearbeiten" } else { "Begrüßung anlegen" };
        let situation = |s: Situation| Choice::new(s.as_str(), s.label(), s.as_str() == form.situation);
        let line = |line: &Line| {
            let id = line.id.to_string();
            Choice::new(&id, line_words(&self.lines, Some(line.id)), id == form.line)
        };
        let all = Choice::new("", "alle Rufnummern", form.line.is_empty());
        let status = forms::status(&errors, &differences);
        let page = GreetingPage {
            frame: Frame::of(app, viewer, Section::Tenants, title).await?,
            places: Places::of_tenant(&self.tenant, TenantPlace::Greetings),
            lines: std::iter::once(all).chain(self.lines.iter().map(line)).collect(),
            situations: [Situation::Open, Situation::Closed].map(situation).into(),
            tenant: self.tenant,
            id: self.id,
            form,
            errors,
            differences,
        };
        Ok((status, Page(page)).into_response())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewFor {
    line: String,
}

pub(super) async fn new_greeting_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(wanted): Query<NewFor>,
) -> web::Result<Response> {
    let form = GreetingForm { line: wanted.line, situation: "open".to_owned(), ..GreetingForm::default() };
    Shown::load(&app, tenant, None).await?.page(&app, &viewer, form, Errors::none(), Vec::new()).await
}

pub(super) async fn create_greeting(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<GreetingForm>,
) -> web::Result<Response> {
    let shown = Shown::load(&app, tenant, None).await?;
    let mut errors = Errors::none();
    let Some(greeting) = form.check(0, &shown.lines, &mut errors) else {
        return shown.page(&app, &viewer, form, errors, Vec::new()).await;
    };
    let mut db = app.begin(&shown.tenant.scope()).await?;
    let id = store::insert_greeting(&mut *db, shown.tenant.id, &greeting).await?;
    let details = serde_json::json!({ "situation": form.situation, "text": form.text });
    let act = Act::of(shown.tenant.id, "created", "greeting", id, details);
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Begrüßung ist angelegt.", &TenantPlace::Greetings.url(&shown.tenant)).await
}

pub(super) async fn greeting_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let form = GreetingForm::of(&find(&app, &tenant, id).await?);
    Shown::load(&app, tenant, Some(id)).await?.page(&app, &viewer, form, Errors::none(), Vec::new()).await
}

pub(super) async fn save_greeting(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
    Form(mut form): Form<GreetingForm>,
) -> web::Result<Response> {
    let theirs = GreetingForm::of(&find(&app, &tenant, id).await?);
    let shown = Shown::load(&app, tenant, Some(id)).await?;
    let mut errors = Errors::none();
    let Some(greeting) = form.check(id, &shown.lines, &mut errors) else {
        return shown.page(&app, &viewer, form, errors, Vec::new()).await;
    };
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        let mut db = app.begin(&shown.tenant.scope()).await?;
        if !store::update_greeting(&mut *db, shown.tenant.id, &greeting).await? {
            form.version = theirs.version;
            drop(db);
            return shown.page(&app, &viewer, form, errors, differences).await;
        }
        let act = Act::of(shown.tenant.id, "changed", "greeting", id, forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Begrüßung ist gespeichert.", &TenantPlace::Greetings.url(&shown.tenant)).await
}
