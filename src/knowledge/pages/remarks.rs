//! What to look at again in a text, beside the editor's form: there with the page, renewed while somebody writes.

use askama::Template;
use axum::extract::State;
use sqlx::PgConnection;

use super::super::links::list_dead_links;
use super::super::writing::{self, Readability, Remark, Severity};
use super::super::{Content, Layer, Part, merge};
use super::adapting::Mode;
use super::form::EntryForm;
use super::subject::Subject;
use super::{EntryPlace, town};
use crate::access::TenantAccess;
use crate::app::App;
use crate::ids::EntryId;
use crate::web::forms::Errors;
use crate::web::{self, Form, InTenant, Page, Path, format};

/// `{{ remarks }}` in any template of the editor.
#[derive(Debug, Template)]
#[template(path = "knowledge/_remarks.html")]
pub(super) struct Remarks {
    found: Vec<Remark>,
    readability: Readability,
    /// Fields whose words stand below the base's, in a field of their own.
    below: Vec<&'static str>,
    /// Nothing is written yet, so nothing is missing yet.
    is_blank: bool,
}

/// The template escapes what needs it.
impl askama::filters::HtmlSafe for Remarks {}

impl Remarks {
    pub async fn of(db: &mut PgConnection, tenant: &TenantAccess, content: &Content) -> sqlx::Result<Self> {
        let is_blank = content.fields.is_empty() && content.links.is_empty();
        let mut remarks = if is_blank { Vec::new() } else { writing::remarks(content) };
        let urls: Vec<String> = writing::addresses(content).into_iter().collect();
        for link in list_dead_links(db, tenant.id, &urls).await? {
            let text = format!(
                "Der Link antwortet nicht seit {} ({}). Prüfen Sie die Adresse.",
                format::day(link.since),
                link.reason
            );
            remarks.insert(0, Remark::warn("links", "Links", text, &link.url));
        }
        Ok(Self { found: remarks, readability: writing::readability_of(content), below: Vec::new(), is_blank })
    }

    /// For what stands in a form. An adaptation is asked about its own words alone: the others are somebody else's.
    pub async fn of_form(
        db: &mut PgConnection,
        tenant: &TenantAccess,
        subject: Option<&Subject>,
        form: &EntryForm,
    ) -> sqlx::Result<Self> {
        let Some(base) = subject.and_then(|subject| subject.base.as_ref()) else {
            return Self::of(db, tenant, &form.read(&mut Errors::none())).await;
        };
        let own = Layer { tenant: tenant.id, text: form.read_text(Some(base), &mut Errors::none()) };
        let merged = merge(&[&[own], &base.layers[..]].concat());
        let mut remarks = Self::of(db, tenant, &merged.content).await?;
        let is_own = |remark: &Remark| {
            let part = Part::all().find(|part| part.as_str() == remark.field);
            part.is_some_and(|part| matches!(form.adapting.mode(part), Mode::Own | Mode::Below))
        };
        remarks.found.retain(is_own);
        let below = Part::all().filter(|part| form.adapting.mode(*part) == Mode::Below);
        remarks.below = below.map(Part::as_str).collect();
        Ok(remarks)
    }

    /// Where the words can be changed.
    fn anchor(&self, remark: &Remark) -> String {
        let is_below = self.below.contains(&remark.field);
        format!("#{}{}", if is_below { "add_" } else { "" }, remark.field)
    }

    /// One line that a screen reader says while somebody writes.
    fn summary(&self) -> (&'static str, String) {
        let warnings = self.found.iter().filter(|remark| remark.severity == Severity::Warn).count();
        let hints = self.found.len() - warnings;
        let hints_words = if hints == 1 { "1 Hinweis".to_owned() } else { format!("{hints} Hinweise") };
        match (warnings, hints) {
            _ if self.is_blank => ("off", "Sobald Sie schreiben, steht hier, was noch fehlt.".to_owned()),
            (0, 0) => ("good", "Nichts auszusetzen".to_owned()),
            (0, _) => ("info", hints_words),
            (1, 0) => ("warn", "1 Punkt fehlt oder stört".to_owned()),
            (_, 0) => ("warn", format!("{warnings} Punkte fehlen oder stören")),
            (1, _) => ("warn", format!("1 Punkt fehlt oder stört, {hints_words}")),
            _ => ("warn", format!("{warnings} Punkte fehlen oder stören, {hints_words}")),
        }
    }

    fn lix(&self) -> String {
        format::tenths(self.readability.lix)
    }

    fn flesch(&self) -> String {
        format::tenths(self.readability.flesch_amstad)
    }
}

/// The same for what stands in the form of a new entry at this moment; nothing is stored.
pub(super) async fn remarks_fragment(
    State(app): State<App>,
    InTenant(tenant): InTenant,
    Form(pairs): Form<Vec<(String, String)>>,
) -> web::Result<Page<Remarks>> {
    let tenant = town(tenant)?;
    let content = EntryForm::from_pairs(pairs).read(&mut Errors::none());
    let mut db = app.begin(&tenant.scope()).await?;
    Ok(Page(Remarks::of(&mut db, &tenant, &content).await?))
}

/// For an entry that is there: what an adaptation does not say follows its base.
pub(super) async fn entry_remarks_fragment(
    State(app): State<App>,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> web::Result<Page<Remarks>> {
    let place = EntryPlace::find(tenant, &owner, id)?;
    let form = EntryForm::from_pairs(pairs);
    let mut db = app.begin(&place.tenant.scope()).await?;
    let subject = Subject::find(&mut db, &place).await?;
    Ok(Page(Remarks::of_form(&mut db, &place.tenant, Some(&subject), &form).await?))
}
