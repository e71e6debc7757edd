//! Forgetting one lesson or all of them, each after a question.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{list_url, show_words};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::knowledge::town;
use crate::search::learning::{Learned, store, today};
use crate::web::confirm::{self, Question};
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, InTenant, Path, format};

const AFTERWARDS: &str = "Beantwortet später jemand ein Gespräch damit, lernt die Suche es von neuem.";

async fn find(app: &App, tenant: &TenantAccess, id: i64) -> web::Result<Learned> {
    let mut db = app.begin(&tenant.scope()).await?;
    store::find_lesson(&mut *db, tenant.id, id, today(app)).await?.ok_or(Error::NotFound)
}

pub(super) async fn removal_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let mut lessons = [find(&app, &town(tenant.clone())?, id).await?];
    show_words(&app, &tenant, &mut lessons).await;
    let [lesson] = lessons;
    let (words, weight) = (lesson.words.join(" · "), format::tenths(lesson.weight));
    let title = lesson.title.unwrap_or_else(|| "ein Eintrag, der hier nicht mehr steht".to_owned());
    let question = Question {
        what: format!("{words}: {title} (zählt heute {weight})"),
        consequences: vec![
            "Der Eintrag steigt bei diesen Wörtern nicht mehr, auch nicht in anderen Orten.".to_owned(),
            AFTERWARDS.to_owned(),
        ],
        obstacle: None,
        action: format!("{}/{id}/removal", list_url(&tenant)),
        yes: "Vergessen",
        no: "Behalten",
        back: list_url(&tenant),
    };
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Gelerntes vergessen?").await?;
    Ok(confirm::ask(frame, question))
}

pub(super) async fn forget_lesson(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let lesson = find(&app, &tenant, id).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    if store::forget(&mut *db, tenant.id, Some(id), today(&app)).await? == 0 {
        return Err(Error::NotFound);
    }
    // Without the words: who reads the audit need not know what was typed.
    let act = Act::of(tenant.id, "forgotten", "lesson", id, json!({ "title": lesson.title }));
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Suche hat es vergessen.", &list_url(&tenant)).await
}

pub(super) async fn removal_of_all_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let count = store::count_all(&mut *db, tenant.id).await?;
    drop(db);
    let lines = if count == 1 { "eine Zeile".to_owned() } else { format!("{} Zeilen", format::count(count)) };
    let question = Question {
        what: format!("{}: {lines}", tenant.name),
        consequences: vec![
            "Die Suche ordnet Treffer hier wieder so, als hätte noch niemand ein Gespräch beantwortet. \
             Nur was andere Orte gelernt haben, zählt weiter."
                .to_owned(),
            "Das lässt sich nicht zurücknehmen.".to_owned(),
        ],
        obstacle: (count == 0).then(|| "Hier ist nichts gelernt.".to_owned()),
        action: format!("{}/removal", list_url(&tenant)),
        yes: "Alles vergessen",
        no: "Behalten",
        back: list_url(&tenant),
    };
    let frame = Frame::of(&app, &viewer, Section::Knowledge, "Alles Gelernte vergessen?").await?;
    Ok(confirm::ask(frame, question))
}

pub(super) async fn forget_all(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let count = store::forget(&mut *db, tenant.id, None, today(&app)).await?;
    if count > 0 {
        let act = Act::of(tenant.id, "forgotten", "lesson", "", json!({ "count": count }));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    }
    db.commit().await?;
    web::done(&app, &viewer, "Die Suche hat hier alles vergessen.", &list_url(&tenant)).await
}
