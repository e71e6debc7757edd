//! What is said first, for the whole tenant and for single lines, with a look at what is said just now.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::LineId;
use crate::tenants::{Greeting, Line, LineSituation, line_situations, store};
use crate::web::confirm::{self, Question};
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, InTenant, Page, Path, Places, TenantPlace, format};

#[derive(Template)]
#[template(path = "tenants/greetings.html")]
struct GreetingsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    rows: Vec<GreetingRow>,
    /// What an agent reads at this moment, line by line.
    now: Vec<(Line, LineSituation)>,
    moment: String,
}

struct GreetingRow {
    greeting: Greeting,
    line: String,
}

impl GreetingRow {
    fn window(&self) -> String {
        self.greeting.window.map_or("jederzeit".to_owned(), |(from, to)| {
            format!("{} bis {}", format::clock_time(from), format::clock_time(to))
        })
    }
}

pub(super) async fn greetings_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let lines = store::list_lines(&mut *db, &[tenant.id]).await?;
    let greetings = store::list_greetings(&mut *db, tenant.id).await?;
    let mut situations = line_situations(&mut db, &[tenant.id], now, (&viewer).into()).await?;
    drop(db);
    let row = |greeting: Greeting| GreetingRow { line: line_words(&lines, greeting.line), greeting };
    let rows = greetings.into_iter().map(row).collect();
    let active = lines.iter().filter(|line| line.active);
    let said = active.filter_map(|line| Some((line.clone(), situations.remove(&line.id)?))).collect();
    let frame = Frame::of(&app, &viewer, Section::Tenants, format!("Begrüßungen: {}", tenant.name)).await?;
    let places = Places::of_tenant(&tenant, TenantPlace::Greetings);
    let moment = format::moment(now);
    Ok(Page(GreetingsPage { frame, places, tenant, rows, now: said, moment }).into_response())
}

pub(super) fn line_words(lines: &[Line], line: Option<LineId>) -> String {
    let found = lines.iter().find(|known| Some(known.id) == line);
    found.map_or("alle Rufnummern".to_owned(), |line| format!("{} {}", line.label, line.display_number()))
}

pub(super) async fn find(app: &App, tenant: &TenantAccess, id: i64) -> web::Result<Greeting> {
    let mut db = app.begin(&tenant.scope()).await?;
    store::find_greeting(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)
}

pub(super) async fn deletion_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let greeting = find(&app, &tenant, id).await?;
    let frame = Frame::of(&app, &viewer, Section::Tenants, "Begrüßung löschen?").await?;
    let back = TenantPlace::Greetings.url(&tenant);
    let question = Question {
        what: format!("„{}“", greeting.text),
        consequences: vec![
            "Danach gilt die nächste passende Begrüßung, sonst der übliche Satz mit Ort und Namen.".to_owned(),
        ],
        obstacle: None,
        action: format!("{back}/{id}/deletion"),
        yes: "Begrüßung löschen",
        no: "Behalten",
        back,
    };
    Ok(confirm::ask(frame, question))
}

pub(super) async fn delete_greeting(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let greeting = find(&app, &tenant, id).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    if store::delete_greeting(&mut *db, tenant.id, id).await? {
        let act = Act::of(tenant.id, "deleted", "greeting", id, serde_json::json!({ "text": greeting.text }));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Begrüßung ist gelöscht.", &TenantPlace::Greetings.url(&tenant)).await
}
