//! One gap: what was reported, what it cost, and what can be done about it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::super::store::{self, Giver, Measure, Similar};
use super::super::{Effect, Gap, Occurrence, Outcome, State as GapState, WINDOW};
use super::list::{least_minutes, median_words};
use super::{find, gap_url};
use crate::access::{TenantAccess, Viewer};
use crate::accounts;
use crate::app::App;
use crate::ids::GapId;
use crate::knowledge::{self, Place, places, town};
use crate::web::forms::{self, Choice, Difference, Errors};
use crate::web::frame::Section;
use crate::web::{self, Frame, InTenant, Page, Pager, Path, Places, Query, format};

/// Shorter words of a title are in too many other titles.
const SHORTEST_WORD: usize = 5;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AnswerForm {
    pub version: i32,
    /// Empty: it stays open.
    pub outcome: String,
    pub answer: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct HandForm {
    pub version: i32,
    /// The slug of a knowledge base, or "back".
    pub to: String,
    pub message: String,
}

/// The forms of the page as they were sent, with what there is to say about them.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub answer: Option<AnswerForm>,
    pub hand: HandForm,
    pub errors: Errors,
    pub differences: Vec<Difference>,
}

/// The gap's entry as it is published now.
struct Text {
    title: String,
    version: i32,
    url: String,
}

#[derive(Template)]
#[template(path = "gaps/gap.html")]
struct GapPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    gap: Gap,
    text: Option<Text>,
    occurrences: Vec<Occurrence>,
    pager: Pager,
    members: Vec<Similar>,
    similar: Vec<Similar>,
    editors: Vec<Choice>,
    targets: Vec<Choice>,
    measure: Option<Measure>,
    effect: Option<Effect>,
    /// Cases here since it was given to another tenant.
    since_handed: Option<i64>,
    answer: AnswerForm,
    hand: HandForm,
    errors: Errors,
    differences: Vec<Difference>,
}

#[derive(Debug, Default, Deserialize, serde::Serialize)]
#[serde(default)]
pub(super) struct Turn {
    page: String,
}

pub(super) async fn gap_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, id)): Path<(String, GapId)>,
    Query(turn): Query<Turn>,
) -> web::Result<Response> {
    show(&app, &viewer, tenant, id, Draft::default(), &turn).await
}

pub(super) async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    id: GapId,
    draft: Draft,
    turn: &Turn,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let gap = find(app, &tenant, id).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    let text = find_text(&mut db, &tenant, &gap).await?;
    let total = store::count_occurrences(&mut *db, tenant.id, id).await?;
    let pager = Pager::new(&gap_url(&tenant, id), turn, &turn.page, total, "Meldungen");
    let occurrences = store::list_occurrences(&mut *db, tenant.id, id, (Pager::ROWS, pager.offset())).await?;
    let members = store::list_members(&mut *db, tenant.id, id).await?;
    let similar = find_similar(&mut db, &tenant, &gap).await?;
    let givers = store::list_givers(&mut *db, tenant.id, id).await?;
    let people = accounts::list_editors(&mut *db, tenant.id).await?;
    let editors = editors(people, &gap);
    let measure = store::find_measure(&mut *db, tenant.id).await?;
    let effect = find_effect(&mut db, app, &tenant, &gap).await?;
    let since_handed = count_since_handed(&mut db, &tenant, &gap).await?;
    drop(db);
    let frame = Frame::of(app, viewer, Section::Knowledge, gap.title.clone()).await?;
    let places = places(viewer, &tenant, Place::Gaps);
    let status = forms::status(&draft.errors, &draft.differences);
    let Draft { answer, hand, errors, differences } = draft;
    let answer = answer.unwrap_or_else(|| suggestion(&gap, text.as_ref()));
    let targets = targets(&tenant, &givers, &hand);
    let page = GapPage {
        frame,
        places,
        tenant,
        gap,
        text,
        occurrences,
        pager,
        members,
        similar,
        editors,
        targets,
        measure,
        effect,
        since_handed,
        answer,
        hand,
        errors,
        differences,
    };
    Ok((status, Page(page)).into_response())
}

async fn find_text(db: &mut PgConnection, tenant: &TenantAccess, gap: &Gap) -> sqlx::Result<Option<Text>> {
    let Some((owner, entry)) = gap.entry else { return Ok(None) };
    let found = knowledge::find_entry(db, tenant.id, owner, entry).await?;
    Ok(found.map(|found| Text {
        url: format!("/knowledge/{}/entries/{}/{}", tenant.slug, found.tenant_slug, found.id),
        title: found.content.title,
        version: found.version,
    }))
}

async fn find_similar(db: &mut PgConnection, tenant: &TenantAccess, gap: &Gap) -> sqlx::Result<Vec<Similar>> {
    let words = gap.title.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= SHORTEST_WORD);
    let words: Vec<_> = words.map(str::to_owned).collect();
    store::list_similar(db, tenant.id, gap.id, &gap.stems, &words).await
}

/// Of an entry the collector has counted it; of words it is read here.
async fn find_effect(
    db: &mut PgConnection,
    app: &App,
    tenant: &TenantAccess,
    gap: &Gap,
) -> sqlx::Result<Option<Effect>> {
    let (None, Some(closed_at)) = (gap.entry, gap.closed_at) else { return Ok(gap.effect) };
    if !gap.outcome.is_some_and(|outcome| Outcome::CHOSEN.contains(&outcome)) {
        return Ok(None);
    }
    let span = WINDOW.min(app.clock.now() - closed_at);
    let windows = (closed_at - span, closed_at, closed_at + span);
    let (before, after) = store::count_searches(db, tenant.id, gap.id, windows).await?;
    let days = span.as_seconds_f64() / 86_400.0;
    Ok(Some(Effect::Searched { before, after, days }))
}

async fn count_since_handed(db: &mut PgConnection, tenant: &TenantAccess, gap: &Gap) -> sqlx::Result<Option<i64>> {
    let Some(handed_at) = gap.closed_at.filter(|_| gap.other.is_some()) else { return Ok(None) };
    Ok(Some(store::count_cases_since(db, tenant.id, gap.id, handed_at).await?))
}

/// A version that came after the report is the likely answer.
fn suggestion(gap: &Gap, text: Option<&Text>) -> AnswerForm {
    let is_newer = text.is_some_and(|text| gap.entry_version.is_some_and(|version| text.version > version));
    let outcome = if is_newer && gap.state != GapState::Closed { Outcome::Version.as_str() } else { "" };
    AnswerForm { version: gap.version, outcome: outcome.to_owned(), answer: gap.answer.clone().unwrap_or_default() }
}

fn editors(people: Vec<(crate::ids::AccountId, String)>, gap: &Gap) -> Vec<Choice> {
    let nobody = Choice::new("", "niemand", gap.assignee.is_none());
    let people = people.into_iter().map(|(id, name)| Choice::new(id, name, gap.assignee == Some(id)));
    [nobody].into_iter().chain(people).collect()
}

/// Whose knowledge is taken over here, and those who gave the gap.
fn targets(tenant: &TenantAccess, givers: &[Giver], hand: &HandForm) -> Vec<Choice> {
    let bases = tenant.sources.iter().filter(|source| source.id != tenant.id);
    let bases = bases.map(|base| Choice::new(&base.slug, format!("an {}", base.short_name), hand.to == base.slug));
    let mut names: Vec<_> = givers.iter().map(|giver| giver.name.as_str()).collect();
    names.dedup();
    let back = (!names.is_empty()).then(|| Choice::new("back", format!("zurück an {}", names.join(", ")), true));
    back.into_iter().chain(bases).collect()
}

impl GapPage {
    fn url(&self) -> String {
        gap_url(&self.tenant, self.gap.id)
    }

    fn median(&self) -> String {
        median_words(self.measure.as_ref())
    }

    #[expect(clippy::unused_self, reason = "the template asks the page it is on")]
    fn least(&self) -> String {
        least_minutes()
    }

    fn is_closed(&self) -> bool {
        self.gap.state == GapState::Closed
    }

    fn outcomes(&self) -> Vec<Choice> {
        let chosen = Outcome::CHOSEN.map(|outcome| {
            let label = match (outcome, &self.text) {
                (Outcome::Version, Some(text)) => format!("schließen: neue Fassung ({})", text.version),
                (Outcome::Version, None) => "schließen: neuer Eintrag oder neue Fassung".to_owned(),
                (Outcome::Words, _) => "schließen: Suchwort ergänzt".to_owned(),
                (_, _) => "schließen: kein Fehler (bitte begründen)".to_owned(),
            };
            Choice::new(outcome.as_str(), label, self.answer.outcome == outcome.as_str())
        });
        let stays = Choice::new("", "nur antworten, die Lücke bleibt offen", self.answer.outcome.is_empty());
        [stays].into_iter().chain(chosen).collect()
    }

    /// A version came after the first report.
    fn has_newer_text(&self) -> bool {
        let since = self.gap.entry_version.unwrap_or(i32::MAX);
        self.text.as_ref().is_some_and(|text| text.version > since) && !self.is_closed()
    }

    /// Where the words become a line of the town's own.
    fn words_url(&self) -> String {
        let query = serde_html_form::to_string([("expressions", &self.gap.title)]).unwrap_or_default();
        format!("/knowledge/{}/words/new?{query}", self.tenant.slug)
    }

    fn search_url(&self) -> String {
        let query = serde_html_form::to_string([("q", &self.gap.title)]).unwrap_or_default();
        format!("/knowledge/{}/search?{query}", self.tenant.slug)
    }

    fn member_url(&self, member: &Similar) -> String {
        gap_url(&self.tenant, member.id)
    }

    fn other_name(&self) -> &str {
        let other = self.gap.other.and_then(|(tenant, _)| self.tenant.source(tenant));
        other.map_or("einen anderen Ort", |source| &source.short_name)
    }
}
