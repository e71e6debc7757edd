//! A town's own words in its mails: subject, greeting and signature of each kind, with a look at what comes out.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::mail::words::{PLACEHOLDERS, unknown_placeholder};
use crate::mail::{Letter, Purpose, Words, compose, find_words, store};
use crate::web::forms::{self, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Path, Places, TenantPlace};

/// For the look at it.
const SAMPLE: [&str; 4] = ["Bürgerbüro", "384-2175", "Rückruf", "Mi 18.11., 12:30 Uhr"];

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct WordsForm {
    version: i32,
    subject: String,
    greeting: String,
    signature: String,
}

impl From<Words> for WordsForm {
    fn from(words: Words) -> Self {
        let Words { subject, greeting, signature, version } = words;
        Self { version, subject, greeting, signature }
    }
}

impl WordsForm {
    fn words(&self) -> Words {
        let form = self.clone();
        Words { subject: form.subject, greeting: form.greeting, signature: form.signature, version: form.version }
    }

    fn check(&self) -> Errors {
        let mut errors = Errors::none();
        for (field, text, what, most) in [
            ("subject", &self.subject, "Der Betreff", 150),
            ("greeting", &self.greeting, "Die Anrede", 150),
            ("signature", &self.signature, "Der Schluss", 500),
        ] {
            errors.require(field, text, what);
            errors.limit(field, text, most);
            if let Some(unknown) = unknown_placeholder(text) {
                let known = PLACEHOLDERS.join(", ");
                errors.add(field, format!("{unknown} ist kein Platzhalter. Möglich sind {known}."));
            }
        }
        if self.subject.contains('\n') {
            errors.add("subject", "Der Betreff steht auf einer Zeile.");
        }
        errors
    }
}

#[derive(Template)]
#[template(path = "mail/words_list.html")]
struct PurposesPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    rows: Vec<(Purpose, Words)>,
}

#[derive(Template)]
#[template(path = "mail/words.html")]
struct WordsPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    purpose: Purpose,
    sample: Letter,
    form: WordsForm,
    errors: Errors,
    differences: Vec<Difference>,
}

impl WordsPage {
    fn list_url(&self) -> String {
        TenantPlace::Mails.url(&self.tenant)
    }
}

/// The reserved tenant writes no mails.
fn town(tenant: TenantAccess) -> web::Result<TenantAccess> {
    if tenant.is_intake() { Err(Error::NotFound) } else { Ok(tenant) }
}

pub(super) async fn purposes_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let mut rows = Vec::new();
    for purpose in Purpose::ALL {
        rows.push((purpose, find_words(&mut *db, tenant.id, purpose).await?));
    }
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Tenants, "E-Mails des Ortes").await?;
    let places = Places::of_tenant(&tenant, TenantPlace::Mails);
    Ok(Page(PurposesPage { frame, places, tenant, rows }).into_response())
}

pub(super) async fn words_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, purpose)): Path<(String, String)>,
) -> web::Result<Response> {
    let (tenant, purpose) = (town(tenant)?, Purpose::parse(&purpose).ok_or(Error::NotFound)?);
    let form = find(&app, &tenant, purpose).await?;
    show(&app, &viewer, tenant, purpose, (form, Errors::none(), Vec::new())).await
}

async fn find(app: &App, tenant: &TenantAccess, purpose: Purpose) -> web::Result<WordsForm> {
    let mut db = app.begin(&tenant.scope()).await?;
    Ok(find_words(&mut *db, tenant.id, purpose).await?.into())
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    purpose: Purpose,
    (form, errors, differences): (WordsForm, Errors, Vec<Difference>),
) -> web::Result<Response> {
    let frame = Frame::of(app, viewer, Section::Tenants, purpose.label()).await?;
    let places = Places::of_tenant(&tenant, TenantPlace::Mails);
    let [unit, reference, kind, due] = SAMPLE;
    let said = "Hier steht, worum es geht, und darunter ein Link.".to_owned();
    let values = [tenant.name.as_str(), unit, reference, kind, due];
    let sample = compose(&form.words(), values, &[said], &app.settings.url("/case/…"));
    let status = forms::status(&errors, &differences);
    let page = WordsPage { frame, places, tenant, purpose, sample, form, errors, differences };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn save_words(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, purpose)): Path<(String, String)>,
    Form(mut form): Form<WordsForm>,
) -> web::Result<Response> {
    let (tenant, purpose) = (town(tenant)?, Purpose::parse(&purpose).ok_or(Error::NotFound)?);
    let errors = form.check();
    if !errors.is_empty() {
        return show(&app, &viewer, tenant, purpose, (form, errors, Vec::new())).await;
    }
    let theirs = find(&app, &tenant, purpose).await?;
    let differences = forms::differences([
        ("subject", "Betreff", &theirs.subject, &form.subject),
        ("greeting", "Anrede", &theirs.greeting, &form.greeting),
        ("signature", "Schluss", &theirs.signature, &form.signature),
    ]);
    if !differences.is_empty() {
        let mut db = app.begin(&tenant.scope()).await?;
        if !store::save_words(&mut *db, tenant.id, purpose.as_str(), &form.words()).await? {
            drop(db);
            form.version = theirs.version;
            return show(&app, &viewer, tenant, purpose, (form, errors, differences)).await;
        }
        let act = Act::of(tenant.id, "changed", "mail_words", purpose.label(), forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Worte sind gespeichert.", &TenantPlace::Mails.url(&tenant)).await
}
