//! The operator's view of the outbox: what waits, what was sent, what nobody received.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::access::Viewer;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::mail::{Listed, NewMail, State as MailState, letter, store};
use crate::web::forms::Choice;
use crate::web::frame::Section;
use crate::web::{self, CenterPlace, Frame, Page, Pager, Path, Places, Query};

#[derive(Debug, Default, Clone, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    state: String,
    page: String,
}

impl Filter {
    fn states(&self) -> Vec<Choice> {
        let all = [Choice::new("", "alle", self.state.is_empty())];
        let one = |state: MailState| Choice::new(state.as_str(), state.label(), state.as_str() == self.state);
        all.into_iter().chain(MailState::ALL.map(one)).collect()
    }
}

#[derive(Template)]
#[template(path = "mail/list.html")]
pub(super) struct MailsPage {
    frame: Frame,
    places: Places,
    filter: Filter,
    pager: Pager,
    mails: Vec<Listed>,
    waiting: i64,
    failed: i64,
    /// Where letters are handed over; None: nowhere.
    server: Option<String>,
}

impl MailsPage {
    fn has_failed(&self) -> bool {
        self.failed > 0
    }
}

pub(super) async fn mails_page(
    State(app): State<App>,
    viewer: Viewer,
    Query(filter): Query<Filter>,
) -> web::Result<Page<MailsPage>> {
    let state = MailState::parse(&filter.state).map_or("", MailState::as_str);
    let mut db = app.begin(&viewer.center_scope()).await?;
    let total = store::count_mails(&mut *db, state, &filter.q).await?;
    let pager = Pager::new(CenterPlace::Mail.url(), &filter, &filter.page, total, "E-Mails");
    let mails = store::list_mails(&mut *db, state, &filter.q, pager.offset(), Pager::ROWS).await?;
    let (waiting, failed) = store::count_open(&mut *db).await?;
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Center, "E-Mails").await?;
    let places = Places::of_center(CenterPlace::Mail);
    let server = app.settings.mailer.as_ref().map(|mailer| mailer.server.clone());
    Ok(Page(MailsPage { frame, places, filter, pager, mails, waiting, failed, server }))
}

pub(super) async fn retry_mail(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> web::Result<Response> {
    let now = app.clock.now();
    let mut db = app.begin(&viewer.center_scope()).await?;
    let subject = store::retry(&mut *db, id, now).await?.ok_or(web::Error::NotFound)?;
    let act = Act::of_center("sent again", "mail", id, serde_json::json!({ "title": subject }));
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die E-Mail wird noch einmal verschickt.", CenterPlace::Mail.url()).await
}

/// To the operator's own address: whether mails arrive is seen only where they should.
pub(super) async fn send_trial(State(app): State<App>, viewer: Viewer) -> web::Result<Response> {
    let now = app.clock.now();
    let link = app.settings.url(CenterPlace::Mail.url());
    let text = letter(&viewer.name, "diese Probe zeigt, dass E-Mails von Ortsgespräch bei Ihnen ankommen.", &link);
    // One a minute is enough.
    let key = format!("trial:{}:{}", viewer.account, now.format("%Y-%m-%dT%H:%M"));
    let mail = NewMail {
        tenant: None,
        key: &key,
        recipient: &viewer.email,
        subject: "Probe: E-Mail von Ortsgespräch",
        text: &text,
    };
    let mut db = app.begin(&viewer.center_scope()).await?;
    if store::enqueue(&mut *db, mail, now).await? {
        let act = Act::of_center("created", "mail", "Probe", serde_json::json!({}));
        audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    }
    db.commit().await?;
    web::done(&app, &viewer, "Die Probe ist auf dem Weg an Ihre Adresse.", CenterPlace::Mail.url()).await
}
