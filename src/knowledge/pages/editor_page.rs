//! What the editor shows: the form, what there is to say about it, and the base beside it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::super::diff::{self, Kind, Run};
use super::super::{EntryView, Html, Layer, LayerKey, LayerText, Part, store};
use super::adapting::Mode;
use super::change::Change;
use super::form::EntryForm;
use super::remarks::Remarks;
use super::subject::Subject;
use super::{Place, entry_url, places};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::directory::{self, Unit};
use crate::ids::EntryId;
use crate::web::forms::Errors;
use crate::web::frame::Section;
use crate::web::{self, Frame, Page, Places, format};

/// What stands in the form, and what there is to say about it.
#[derive(Default)]
pub(super) struct Looks {
    pub form: EntryForm,
    pub errors: Errors,
    pub changes: Vec<Change>,
    preview: Option<EntryView>,
    /// The form came back: it holds what was typed.
    is_typed: bool,
}

impl Looks {
    pub fn of(form: EntryForm) -> Self {
        Self { form, is_typed: true, ..Self::default() }
    }

    /// A form that came back with mistakes is 422; one whose entry somebody else changed meanwhile is 409.
    pub fn status(&self) -> StatusCode {
        match (self.errors.is_empty(), self.changes.is_empty()) {
            (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
            (true, false) => StatusCode::CONFLICT,
            (true, true) => StatusCode::OK,
        }
    }

    /// The text as an agent would read it; nothing is stored.
    pub fn preview_of(&mut self, app: &App, tenant: &TenantAccess, subject: Option<&Subject>, text: LayerText) {
        if self.form.act != super::form::Act::Preview {
            return;
        }
        let below = subject.and_then(|subject| subject.base.as_ref()).map_or(&[][..], |base| &base.layers);
        let layers = [&[Layer { tenant: tenant.id, text }], below].concat();
        let version = subject.map_or(0, Subject::version) + 1;
        let key = LayerKey { tenant: tenant.id, entry: EntryId(0), version };
        self.preview = Some(super::unsaved(app, tenant, key, &layers));
    }
}

#[derive(Template)]
#[template(path = "knowledge/editor.html")]
struct EditorPage {
    frame: Frame,
    places: Places,
    action: String,
    back: String,
    form: EntryForm,
    errors: Errors,
    changes: Vec<Change>,
    units: Vec<Unit>,
    preview: Option<EntryView>,
    remarks: Remarks,
    remarks_url: String,
    /// None: a new entry.
    subject: Option<Subject>,
    title: String,
    needs_review: bool,
}

#[derive(Template)]
#[template(path = "knowledge/adaptation.html")]
struct AdaptationPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    base_name: String,
    action: String,
    back: String,
    form: EntryForm,
    errors: Errors,
    changes: Vec<Change>,
    units: Vec<Unit>,
    preview: Option<EntryView>,
    remarks: Remarks,
    remarks_url: String,
    subject: Subject,
    title: String,
    needs_review: bool,
    rows: Vec<PartRow>,
}

/// One part, the base's words and ours side by side.
struct PartRow {
    part: Part,
    mode: Mode,
    /// As it is shown: texts with their lists and links.
    base_html: Option<Html>,
    base_text: String,
    difference: Vec<Run>,
}

impl PartRow {
    fn key(&self) -> &'static str {
        self.part.as_str()
    }

    fn label(&self) -> &'static str {
        self.part.label()
    }

    fn is_text(&self) -> bool {
        matches!(self.part, Part::Text(_))
    }
}

pub(super) async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    subject: Option<Subject>,
    mut looks: Looks,
) -> web::Result<Response> {
    let status = looks.status();
    if let Some(subject) = subject.as_ref().filter(|_| !looks.is_typed) {
        looks.form = subject.form();
    }
    let mut db = app.begin(&tenant.scope()).await?;
    let units = directory::list_units(&mut *db, tenant.id).await?;
    let needs_review = store::requires_review(&mut *db, tenant.id).await?;
    let remarks = Remarks::of_form(&mut db, &tenant, subject.as_ref(), &looks.form).await?;
    drop(db);
    let page = Parts { tenant, units, needs_review, looks, remarks };
    let response = match subject {
        Some(subject) if subject.is_adaptation() => Page(page.adaptation(app, viewer, subject).await?).into_response(),
        subject => Page(page.whole(app, viewer, subject).await?).into_response(),
    };
    Ok((status, response).into_response())
}

/// What both pages are made of.
struct Parts {
    tenant: TenantAccess,
    units: Vec<Unit>,
    needs_review: bool,
    looks: Looks,
    remarks: Remarks,
}

impl Parts {
    async fn whole(self, app: &App, viewer: &Viewer, subject: Option<Subject>) -> web::Result<EditorPage> {
        let Self { tenant, units, needs_review, looks, remarks } = self;
        let heading = if subject.is_some() { "Eintrag bearbeiten" } else { "Eintrag anlegen" };
        let list = format!("/knowledge/{}", tenant.slug);
        let url = subject.as_ref().map(|subject| entry_url(&tenant, &tenant.slug, subject.asked));
        Ok(EditorPage {
            frame: Frame::of(app, viewer, Section::Knowledge, heading).await?,
            places: places(viewer, &tenant, Place::Elsewhere),
            remarks,
            remarks_url: format!("{}/remarks", url.as_ref().unwrap_or(&list)),
            action: url.clone().unwrap_or_else(|| format!("{list}/entries")),
            back: url.unwrap_or(list),
            title: subject.as_ref().map(Subject::title).unwrap_or_default(),
            form: looks.form,
            errors: looks.errors,
            changes: looks.changes,
            preview: looks.preview,
            units,
            subject,
            needs_review,
        })
    }

    async fn adaptation(self, app: &App, viewer: &Viewer, subject: Subject) -> web::Result<AdaptationPage> {
        let Self { tenant, units, needs_review, looks, remarks } = self;
        let base_owner = subject.base.as_ref().and_then(|base| tenant.source(base.key.tenant)).cloned();
        let root = subject.base.as_ref().map_or(tenant.id, |base| base.root.0);
        let root_slug = tenant.source(root).map_or(&*tenant.slug, |source| &*source.slug).to_owned();
        let url = match &subject.own {
            Some((id, _)) => entry_url(&tenant, &tenant.slug, *id),
            None => entry_url(&tenant, &root_slug, subject.asked),
        };
        Ok(AdaptationPage {
            frame: Frame::of(app, viewer, Section::Knowledge, "Eintrag anpassen").await?,
            places: places(viewer, &tenant, Place::Elsewhere),
            base_name: base_owner.map_or_else(|| "Grundlage".to_owned(), |owner| owner.short_name),
            back: url.clone(),
            action: url.clone(),
            rows: rows(&subject, &looks.form),
            remarks,
            remarks_url: format!("{url}/remarks"),
            title: subject.title(),
            form: looks.form,
            errors: looks.errors,
            changes: looks.changes,
            preview: looks.preview,
            units,
            subject,
            needs_review,
            tenant,
        })
    }
}

fn rows(subject: &Subject, form: &EntryForm) -> Vec<PartRow> {
    let base = subject.base.as_ref().map(store::Base::content).unwrap_or_default();
    let own = form.read(&mut Errors::none());
    let row = |part: Part| {
        let mode = form.adapting.mode(part);
        let base_text = base.part_text(part);
        let difference = if mode == Mode::Own { diff::words(&base_text, &own.part_text(part)) } else { Vec::new() };
        let base_html = if let Part::Text(field) = part { base.html(field).cloned() } else { None };
        PartRow { part, mode, base_html, base_text, difference }
    };
    Part::all().map(row).collect()
}
