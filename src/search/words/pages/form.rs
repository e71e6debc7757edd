//! The form of one line of words, with a look at what it would change.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::list::find;
use super::list_url;
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::knowledge::{Place, places, town};
use crate::search::words::preview::{Change, Preview, Trial};
use crate::search::words::rules::{self, LONGEST_REMARK, MOST_EXPRESSIONS, MOST_LINES, MOST_TERMS};
use crate::search::words::{WordLine, Wording, additions, store};
use crate::search::{Hit, Request};
use crate::web::forms::{self, Difference, Errors, differences, optional};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Path, Places, Query};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct WordsForm {
    version: i32,
    expressions: String,
    terms: String,
    remark: String,
    /// A search to try out; it is not saved.
    probe: String,
    /// "preview": only to be looked at.
    act: String,
}

impl WordsForm {
    fn of(line: &WordLine) -> Self {
        Self {
            version: line.version,
            expressions: line.wording.expressions.join("\n"),
            terms: line.wording.terms.join("\n"),
            remark: line.wording.remark.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    fn wording(&self) -> Wording {
        let [expressions, terms] = [&self.expressions, &self.terms].map(|text| rules::split(text));
        Wording { expressions, terms, remark: optional(&self.remark) }
    }

    fn differences_to(&self, theirs: &Wording) -> Vec<Difference> {
        let texts = |wording: Wording| {
            let lists = [wording.expressions.join(", "), wording.terms.join(", ")];
            (lists, wording.remark.unwrap_or_default())
        };
        let (their_lists, their_remark) = texts(theirs.clone());
        let (lists, remark) = texts(self.wording());
        differences([
            ("expressions", "Was sagen die Leute?", &their_lists[0], &lists[0]),
            ("terms", "Was ist gemeint?", &their_lists[1], &lists[1]),
            ("remark", "Bemerkung", &their_remark, &remark),
        ])
    }
}

/// Field messages for what cannot be saved so.
fn check(wording: &Wording, errors: &mut Errors) {
    let remark = wording.remark.as_deref().unwrap_or_default();
    if wording.expressions.is_empty() {
        errors.add("expressions", "Bitte geben Sie mindestens ein Wort ein, das die Leute sagen.");
    }
    if wording.terms.is_empty() {
        errors.add("terms", "Bitte geben Sie mindestens ein Wort ein, das in Ihrem Wissen steht.");
    }
    for (field, names, most) in
        [("expressions", &wording.expressions, MOST_EXPRESSIONS), ("terms", &wording.terms, MOST_TERMS)]
    {
        if names.len() > most {
            errors.add(field, format!("Das sind {} Wörter, höchstens {most} sind möglich.", names.len()));
        }
    }
    let problems = wording.expressions.iter().filter_map(|name| rules::expression_problem(name));
    problems.for_each(|problem| errors.add("expressions", problem));
    let problems = wording.terms.iter().filter_map(|name| rules::name_problem(name));
    problems.for_each(|problem| errors.add("terms", problem));
    let keys: Vec<_> = wording.terms.iter().map(|term| rules::key(term)).collect();
    if let Some(both) = wording.expressions.iter().find(|name| keys.contains(&rules::key(name))) {
        errors.add("terms", format!("„{both}“ steht auf beiden Seiten."));
    }
    errors.limit("remark", remark, LONGEST_REMARK);
}

/// An expression that another line of this tenant has already.
#[derive(Debug, Clone)]
struct Duplicate {
    expression: String,
    line: i64,
}

/// The form on its way: the tenant's lines, and what there is to say about this one.
#[derive(Default)]
struct Draft {
    /// None: a new line.
    id: Option<i64>,
    form: WordsForm,
    errors: Errors,
    differences: Vec<Difference>,
    duplicates: Vec<Duplicate>,
    preview: Option<Preview>,
}

impl Draft {
    fn of(id: Option<i64>, form: WordsForm) -> Self {
        Self { id, form, ..Self::default() }
    }

    /// Looks at everything that was typed. Some: it may be saved.
    async fn read(&mut self, app: &App, tenant: &TenantAccess) -> web::Result<Option<Wording>> {
        let wording = self.form.wording();
        check(&wording, &mut self.errors);
        let mut db = app.begin(&tenant.scope()).await?;
        let lines = store::list_lines(&mut *db, tenant.id).await?;
        drop(db);
        let (present, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| Some(line.id) == self.id);
        self.compare(&wording, &others);
        if self.form.act == "preview" {
            if self.errors.is_empty() {
                self.preview = Some(self.try_out(app, tenant, wording, &present, &others).await);
            }
            return Ok(None);
        }
        Ok(Some(wording).filter(|_| self.errors.is_empty()))
    }

    fn compare(&mut self, wording: &Wording, others: &[WordLine]) {
        if self.id.is_none() && i64::try_from(others.len()).unwrap_or(i64::MAX) >= MOST_LINES {
            self.errors.add("expressions", format!("Mehr als {MOST_LINES} Zeilen sind nicht möglich."));
        }
        for expression in &wording.expressions {
            let key = rules::key(expression);
            let has = |line: &&WordLine| line.wording.expressions.iter().any(|known| rules::key(known) == key);
            let found = others.iter().find(has);
            self.duplicates.extend(found.map(|line| Duplicate { expression: expression.clone(), line: line.id }));
        }
        if let Some(first) = self.duplicates.first() {
            self.errors.add("expressions", format!("„{}“ steht schon in einer anderen Zeile.", first.expression));
        }
    }

    async fn try_out(
        &self,
        app: &App,
        tenant: &TenantAccess,
        wording: Wording,
        present: &[WordLine],
        others: &[WordLine],
    ) -> Preview {
        let saved = |lines: &[WordLine]| lines.iter().map(|line| line.wording.clone()).collect::<Vec<_>>();
        let (mut now, mut then) = (saved(others), saved(others));
        now.extend(saved(present));
        then.push(wording.clone());
        let request = Request::new("", &tenant.sources, 0, app.clock.now());
        let probe = self.form.probe.clone();
        let trial = move |index: &_| {
            let [now, then] = [now, then].map(|lines| additions::lexicon(&lines));
            Trial { request, now, then, wording, probe }.preview(index)
        };
        app.search.in_turn(trial).await
    }

    async fn page(self, app: &App, viewer: &Viewer, tenant: TenantAccess) -> web::Result<Response> {
        let title = if self.id.is_some() { "Suchwörter bearbeiten" } else { "Suchwörter anlegen" };
        let frame = Frame::of(app, viewer, Section::Knowledge, title).await?;
        let places = places(viewer, &tenant, Place::Words);
        let status = forms::status(&self.errors, &self.differences);
        let Self { id, form, errors, differences, duplicates, preview } = self;
        let page = WordsFormPage { frame, places, tenant, id, form, errors, differences, duplicates, preview };
        Ok((status, Page(page)).into_response())
    }
}

#[derive(Template)]
#[template(path = "search/words_form.html")]
struct WordsFormPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    id: Option<i64>,
    form: WordsForm,
    errors: Errors,
    differences: Vec<Difference>,
    duplicates: Vec<Duplicate>,
    preview: Option<Preview>,
}

impl WordsFormPage {
    fn back(&self) -> String {
        list_url(&self.tenant)
    }

    fn action(&self) -> String {
        self.id.map_or(self.back(), |id| format!("{}/{id}", self.back()))
    }

    fn entry_url(&self, hit: &Hit) -> String {
        let owner = self.tenant.source(hit.tenant).map_or(self.tenant.slug.as_str(), |source| source.slug.as_str());
        format!("/knowledge/{}/entries/{owner}/{}", self.tenant.slug, hit.entry)
    }

    fn owner(&self, hit: &Hit) -> &str {
        self.tenant.source(hit.tenant).map_or("", |source| &source.short_name)
    }
}

pub(super) async fn new_words_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(asked): Query<WordsForm>,
) -> web::Result<Response> {
    // Where people asked for something in vain, their words stand in the form already.
    let form = WordsForm { expressions: asked.expressions, ..WordsForm::default() };
    Draft::of(None, form).page(&app, &viewer, town(tenant)?).await
}

pub(super) async fn edit_words_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let form = WordsForm::of(&find(&app, &tenant, id).await?);
    Draft::of(Some(id), form).page(&app, &viewer, tenant).await
}

pub(super) async fn create_words(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<WordsForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let mut draft = Draft::of(None, form);
    let Some(wording) = draft.read(&app, &tenant).await? else { return draft.page(&app, &viewer, tenant).await };
    let mut db = app.begin(&tenant.scope()).await?;
    let id = store::insert_line(&mut *db, tenant.id, &wording, &viewer.name, app.clock.now()).await?;
    let act = Act::of(tenant.id, "created", "lexicon_line", id, wording.details());
    audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, "Die Zeile ist angelegt und gilt sofort.", &list_url(&tenant)).await
}

pub(super) async fn save_words(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, i64)>,
    Form(form): Form<WordsForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let theirs = find(&app, &tenant, id).await?;
    let mut draft = Draft::of(Some(id), form);
    let Some(wording) = draft.read(&app, &tenant).await? else { return draft.page(&app, &viewer, tenant).await };
    let differences = draft.form.differences_to(&theirs.wording);
    if !differences.is_empty() {
        let mut db = app.begin(&tenant.scope()).await?;
        let (place, now) = ((id, draft.form.version), app.clock.now());
        if !store::update_line(&mut *db, tenant.id, place, &wording, &viewer.name, now).await? {
            drop(db);
            draft.form.version = theirs.version;
            draft.differences = differences;
            return draft.page(&app, &viewer, tenant).await;
        }
        let act = Act::of(tenant.id, "changed", "lexicon_line", id, forms::as_json(&differences));
        audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Zeile ist gespeichert und gilt sofort.", &list_url(&tenant)).await
}
