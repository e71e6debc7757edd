//! Writing entries: a new one, a new version of an own one, and what a tenant says otherwise than its bases. Every text can
//! be kept as a working text, given to a second person, and published now or at a time.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::super::{LayerText, Outcome, Verdict, publish_text, store};
use super::change::Change;
use super::editor_page::{self, Looks};
use super::form::{Act, EntryForm};
use super::subject::Subject;
use super::{EntryPlace, entry_url, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::clock;
use crate::ids::EntryId;
use crate::web::forms::{self, Errors};
use crate::web::{self, Form, InTenant, Path};

/// What the browser sent, name by name.
type Pairs = Form<Vec<(String, String)>>;

pub(super) async fn new_entry_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    editor_page::show(&app, &viewer, town(tenant)?, None, Looks::default()).await
}

pub(super) async fn create_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(pairs): Pairs,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut looks = Looks::of(EntryForm::from_pairs(pairs));
    let content = looks.form.read(&mut looks.errors);
    let mut db = app.begin(&tenant.scope()).await?;
    let verdict = check_act(&mut db, &app, &tenant, &looks.form, &mut looks.errors).await?;
    let text = LayerText::Whole(content);
    if looks.form.act == Act::Preview || !looks.errors.is_empty() {
        drop(db);
        looks.preview_of(&app, &tenant, None, text);
        return editor_page::show(&app, &viewer, tenant, None, looks).await;
    }
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let LayerText::Whole(content) = &text else { return Err(web::Error::NotFound) };
    let id = store::insert_empty(&mut db, tenant.id, content, now).await?;
    let desk = Desk { tenant: &tenant, entry: id, based_on: 0, actor, now };
    let said = desk.keep_or_publish(&mut db, &text, looks.form.act, verdict).await?;
    db.commit().await?;
    let url = entry_url(&tenant, &tenant.slug, id);
    let url = if looks.form.act == Act::Publish { url } else { format!("{url}/draft") };
    web::done(&app, &viewer, said.unwrap_or_default(), &url).await
}

pub(super) async fn edit_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    let subject = Subject::find(&mut db, &place).await?;
    drop(db);
    editor_page::show(&app, &viewer, place.tenant, Some(subject), Looks::default()).await
}

pub(super) async fn save_entry(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    Form(pairs): Pairs,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?;
    let mut looks = Looks::of(EntryForm::from_pairs(pairs));
    let mut db = app.begin(&place.tenant.scope()).await?;
    let subject = Subject::hold(&mut db, &place).await?;
    let text = looks.form.read_text(subject.base.as_ref(), &mut looks.errors);
    let verdict = check_act(&mut db, &app, &place.tenant, &looks.form, &mut looks.errors).await?;
    if looks.form.act == Act::Preview {
        drop(db);
        looks.preview_of(&app, &place.tenant, Some(&subject), text);
        return editor_page::show(&app, &viewer, place.tenant, Some(subject), looks).await;
    }
    if looks.errors.is_empty() {
        looks.changes = merge(&mut db, &mut looks.form, &subject).await?;
    }
    if looks.status() != StatusCode::OK {
        drop(db);
        return editor_page::show(&app, &viewer, place.tenant, Some(subject), looks).await;
    }
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let own = own_entry(&mut db, &subject, now).await?;
    let tenant = &place.tenant;
    let desk = Desk { tenant, entry: own, based_on: subject.version(), actor, now };
    let said = desk.keep_or_publish(&mut db, &text, looks.form.act, verdict).await?;
    let Some(said) = said else {
        drop(db);
        looks.errors.add("base", NOTHING_BELOW);
        return editor_page::show(&app, &viewer, place.tenant, Some(subject), looks).await;
    };
    db.commit().await?;
    let url = entry_url(tenant, &tenant.slug, own);
    let url = match looks.form.act {
        Act::Publish | Act::Preview => url,
        Act::Save => format!("{url}/edit"),
        Act::Ask | Act::Plan => format!("{url}/draft"),
    };
    web::done(&app, &viewer, said, &url).await
}

const NOTHING_BELOW: &str =
    "Der Text der Grundlage ist zurückgezogen. Führen Sie den Eintrag als eigenen weiter, oder ziehen Sie ihn zurück.";

/// The tenant's own entry, made when an inherited one is adapted for the first time.
async fn own_entry(db: &mut PgConnection, subject: &Subject, now: DateTime<Utc>) -> web::Result<EntryId> {
    match &subject.own {
        Some((id, _)) => Ok(*id),
        None => {
            let held = store::hold_adaptation(db, subject.tenant, subject.asked, now).await?;
            Ok(held.ok_or(web::Error::NotFound)?.0.id)
        }
    }
}

/// Whether this may be done with the text, and from when on it holds.
async fn check_act(
    db: &mut PgConnection,
    app: &App,
    tenant: &TenantAccess,
    form: &EntryForm,
    errors: &mut Errors,
) -> web::Result<Option<Verdict>> {
    let makes_public = matches!(form.act, Act::Publish | Act::Plan);
    if makes_public && store::requires_review(&mut *db, tenant.id).await? {
        errors.add("act", "Hier sieht eine zweite Person jeden Text an. Bitte geben Sie ihn zur Prüfung.");
        return Ok(None);
    }
    match form.act {
        Act::Preview | Act::Save | Act::Publish => Ok(None),
        Act::Ask => Ok(Some(Verdict::Ask)),
        Act::Plan => Ok(read_release(&form.release, app.clock.now(), errors).map(Verdict::Release)),
    }
}

/// A day and a time of the clock in Germany, in the future.
pub(super) fn read_release(
    (day, time): &(String, String),
    now: DateTime<Utc>,
    errors: &mut Errors,
) -> Option<DateTime<Utc>> {
    let time = if time.is_empty() { "00:00" } else { time };
    let at = forms::parse_date(day).zip(forms::parse_time(time)).and_then(|(day, time)| clock::moment(day, time));
    match at {
        Some(at) if at > now => Some(at),
        Some(_) => {
            errors.add("release_day", "Dieser Zeitpunkt ist vorbei. Bitte wählen Sie einen späteren.");
            None
        }
        None => {
            errors.add("release_day", "Bitte geben Sie Tag und Uhrzeit an, etwa 31.12.2026 und 08:00.");
            None
        }
    }
}

/// What somebody else saved since this person began, already taken into the form where it is no conflict.
async fn merge(db: &mut PgConnection, form: &mut EntryForm, subject: &Subject) -> web::Result<Vec<Change>> {
    let theirs = subject.form();
    if (form.version, form.revision) == (theirs.version, theirs.revision) {
        return Ok(Vec::new());
    }
    let began_with = subject.form_of(db, form.version, form.revision).await?;
    let changes = match &subject.base {
        Some(base) => form.merge_patch(&base.content(), &began_with, &theirs),
        None => form.merge(&began_with, &theirs),
    };
    (form.version, form.revision) = (theirs.version, theirs.revision);
    Ok(changes)
}

/// One entry under the hands of one person.
struct Desk<'a> {
    tenant: &'a TenantAccess,
    entry: EntryId,
    based_on: i32,
    actor: Actor,
    now: DateTime<Utc>,
}

impl Desk<'_> {
    /// Does what was asked for and says so; None: there is nothing left that the text could stand on.
    async fn keep_or_publish(
        &self,
        db: &mut PgConnection,
        text: &LayerText,
        asked: Act,
        verdict: Option<Verdict>,
    ) -> web::Result<Option<String>> {
        if asked == Act::Publish {
            return self.publish(db, text).await;
        }
        let Self { tenant, entry, based_on, actor, now } = self;
        store::save_draft(db, tenant.id, *entry, *based_on, text, actor, *now).await?;
        if let Some(verdict) = &verdict {
            store::judge_draft(&mut *db, tenant.id, *entry, verdict, actor, *now).await?;
        }
        let (action, said) = match asked {
            Act::Ask => ("asked for review", "Gespeichert und zur Prüfung gegeben."),
            Act::Plan => ("planned", "Gespeichert. Der Text wird zum gewählten Zeitpunkt veröffentlicht."),
            _ => return Ok(Some("Der Entwurf ist gespeichert. Veröffentlicht ist noch nichts.".to_owned())),
        };
        audit::record(&mut *db, *now, actor, super::act(tenant.id, *entry, action)).await?;
        Ok(Some(said.to_owned()))
    }

    /// An adaptation without own words is none: the base's text holds again.
    async fn publish(&self, db: &mut PgConnection, text: &LayerText) -> web::Result<Option<String>> {
        let Self { tenant, entry, actor, now, .. } = self;
        store::delete_draft(&mut *db, tenant.id, *entry).await?;
        if matches!(text, LayerText::Patch(patch) if patch.is_empty()) {
            let was_public = store::withdraw(db, tenant.id, *entry, actor, *now).await? == Some(true);
            let said = if was_public { "Es gilt wieder ganz der Text der Grundlage." } else { NOTHING_TO_CHANGE };
            return Ok(Some(said.to_owned()));
        }
        let done = publish_text(db, tenant.id, *entry, text, actor, *now).await?;
        Ok(done.map(|done| match (done.outcome, done.version) {
            (Outcome::Unchanged, _) => NOTHING_TO_CHANGE.to_owned(),
            (_, 1) => "Der Eintrag ist veröffentlicht.".to_owned(),
            (_, version) => format!("Fassung {version} ist veröffentlicht."),
        }))
    }
}

const NOTHING_TO_CHANGE: &str = "Es gab nichts zu ändern.";
