//! Keys for programs: made with their secret shown once, listed, revoked.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::access::Viewer;
use crate::accounts::tokens::{self, Token};
use crate::accounts::{TOKEN_SCOPES, create_token as insert_token};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::web::confirm::{self, Question};
use crate::web::forms::{self, Choice, Errors};
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Error, Form, Frame, Page, Pager, Path, Places, Query, format};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    state: String,
    page: String,
}

impl Filter {
    fn matches(&self, token: &Token) -> bool {
        let state = match self.state.as_str() {
            "valid" => token.revoked_at.is_none(),
            "revoked" => token.revoked_at.is_some(),
            _ => true,
        };
        state && token.label.to_lowercase().contains(&self.q.to_lowercase())
    }
}

#[derive(Template)]
#[template(path = "accounts/tokens.html")]
struct TokensPage {
    frame: Frame,
    places: Places,
    viewer: Viewer,
    filter: Filter,
    pager: Pager,
    tokens: Vec<Token>,
}

impl TokensPage {
    fn reach(&self, token: &Token) -> String {
        let Some(tenants) = &token.tenants else { return "alle Orte".to_owned() };
        let names = tenants.iter().filter_map(|id| self.viewer.tenant_by_id(*id));
        names.map(|tenant| tenant.short_name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

pub(super) async fn tokens_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(filter): Query<Filter>,
) -> web::Result<Response> {
    let mut all = tokens::list_tokens(&mut *app.begin(&viewer.center_scope()).await?).await?;
    all.retain(|token| filter.matches(token));
    let pager = Pager::new(CenterPlace::Tokens.url(), &filter, &filter.page, all.len(), "Zugängen");
    let tokens = pager.cut(all);
    let frame = Frame::of(&app, &viewer, Section::Center, "Zugänge für Programme").await?;
    let places = Places::of_center(CenterPlace::Tokens);
    Ok(Page(TokensPage { frame, places, viewer, filter, pager, tokens }).into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct TokenForm {
    label: String,
    scopes: Vec<String>,
    /// "all" or "chosen".
    reach: String,
    /// Slugs.
    tenants: Vec<String>,
}

impl TokenForm {
    fn check(&self, errors: &mut Errors) {
        errors.require("label", &self.label, "Der Zweck");
        errors.limit("label", &self.label, 80);
        let known = |scope: &String| TOKEN_SCOPES.iter().any(|(name, _)| name == scope);
        if self.scopes.is_empty() || !self.scopes.iter().all(known) {
            errors.add("scopes", "Bitte wählen Sie, was das Programm darf.");
        }
        if self.reach == "chosen" && self.tenants.is_empty() {
            errors.add("tenants", "Bitte wählen Sie mindestens einen Ort, oder „alle Orte“.");
        }
    }

    fn scope_choices(&self) -> Vec<Choice> {
        let chosen = |name: &str| self.scopes.iter().any(|scope| scope == name);
        TOKEN_SCOPES.iter().map(|(name, label)| Choice::new(name, *label, chosen(name))).collect()
    }

    fn reach_choices(&self) -> Vec<Choice> {
        let chosen = self.reach == "chosen";
        vec![Choice::new("all", "alle Orte, auch künftige", !chosen), Choice::new("chosen", "nur diese Orte:", chosen)]
    }

    fn tenant_choices(&self, viewer: &Viewer) -> Vec<Choice> {
        let offered = viewer.tenants.iter().filter(|tenant| !tenant.is_intake());
        offered.map(|t| Choice::new(&t.slug, &t.name, self.tenants.contains(&t.slug))).collect()
    }
}

#[derive(Template)]
#[template(path = "accounts/token.html")]
struct TokenPage {
    frame: Frame,
    places: Places,
    viewer: Viewer,
    form: TokenForm,
    errors: Errors,
    /// Just made, shown this once.
    secret: Option<String>,
}

async fn show(
    app: &App,
    viewer: Viewer,
    form: TokenForm,
    errors: Errors,
    secret: Option<String>,
) -> web::Result<Response> {
    let status = if secret.is_some() { StatusCode::CREATED } else { forms::status(&errors, &[]) };
    let frame = Frame::of(app, &viewer, Section::Center, "Zugang für ein Programm").await?;
    let places = Places::of_center(CenterPlace::Tokens);
    Ok((status, Page(TokenPage { frame, places, viewer, form, errors, secret })).into_response())
}

pub(super) async fn new_token_page(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    let form = TokenForm { reach: "all".to_owned(), ..TokenForm::default() };
    show(&app, viewer, form, Errors::none(), None).await
}

pub(super) async fn create_token(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<TokenForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    form.check(&mut errors);
    let chosen: Vec<_> = form.tenants.iter().filter_map(|slug| viewer.tenant(slug)).map(|tenant| tenant.id).collect();
    if chosen.len() != form.tenants.len() {
        errors.add("tenants", "Einen dieser Orte gibt es nicht.");
    }
    if !errors.is_empty() {
        return show(&app, viewer, form, errors, None).await;
    }
    let now = app.clock.now();
    let tenants = (form.reach == "chosen").then_some(chosen.as_slice());
    let mut db = app.begin(&viewer.center_scope()).await?;
    let secret = insert_token(&mut db, &form.label, &form.scopes, tenants, now).await?;
    let details = serde_json::json!({ "scopes": form.scopes, "tenants": tenants.map(|_| &form.tenants) });
    let act = Act::of_center("created", "api_token", &form.label, details);
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    show(&app, viewer, form, errors, Some(secret)).await
}

async fn find(app: &App, viewer: &Viewer, id: i64) -> web::Result<Token> {
    let all = tokens::list_tokens(&mut *app.begin(&viewer.center_scope()).await?).await?;
    all.into_iter().find(|token| token.id == id).ok_or(Error::NotFound)
}

pub(super) async fn revocation_page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<i64>,
) -> web::Result<Response> {
    let token = find(&app, &viewer, id).await?;
    let frame = Frame::of(&app, &viewer, Section::Center, "Zugang widerrufen?").await?;
    let question = Question {
        what: format!("{}, angelegt am {}", token.label, format::day(token.created_at)),
        consequences: vec![
            "Das Programm bekommt ab sofort keine Antwort mehr.".to_owned(),
            "Ein widerrufener Zugang lässt sich nicht wieder einschalten, nur neu anlegen.".to_owned(),
        ],
        obstacle: None,
        action: format!("{}/{id}/revocation", CenterPlace::Tokens.url()),
        yes: "Widerrufen",
        no: "Behalten",
        back: CenterPlace::Tokens.url().to_owned(),
    };
    Ok(confirm::ask(frame, question))
}

pub(super) async fn revoke_token(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> web::Result<Response> {
    let token = find(&app, &viewer, id).await?;
    let now = app.clock.now();
    let mut db = app.begin(&viewer.center_scope()).await?;
    if tokens::revoke_token(&mut *db, id, now).await? {
        let act = Act::of_center("revoked", "api_token", &token.label, serde_json::json!({}));
        audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, format!("„{}“ ist widerrufen.", token.label), CenterPlace::Tokens.url()).await
}
