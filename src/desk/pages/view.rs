//! The whole desk as the database has it, ready for the template.

use chrono::{DateTime, Utc};

use super::{Focus, Looks};
use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::calls::{self, Call, Disposition, LogLine, OwnCalls, REASONS_UNANSWERED, RecentCall, ShownEntry};
use crate::desk::{Desk, State, Undo, store};
use crate::directory::{self, Unit};
use crate::ids::CallId;
use crate::knowledge::{self, EntryView};
use crate::search::{self, Hit};
use crate::tenants::{self, Line, LineSituation};
use crate::web::{self, format};

const HITS: usize = 12;
const RECENT: i64 = 12;

pub struct DeskView {
    pub state: State,
    pub looks: Looks,
    pub undo: Option<UndoPart>,
    pub after_call: Option<Countdown>,
    pub pause_after_call: bool,
    pub shortcuts: bool,
    /// The call that is for another town than the one before.
    pub other_town: Option<CallId>,
    pub town_sound: bool,
    /// The running call, or the last one while after-call work runs.
    pub call: Option<CallPart>,
    pub entry: Option<EntryPart>,
    pub results: Results,
    /// What can be taken, grouped by town; empty during a call.
    pub lines: Vec<LineGroup>,
    pub recent: Vec<RecentCall>,
    pub towns: Vec<TenantAccess>,
    pub units: Vec<Unit>,
    now: DateTime<Utc>,
}

pub struct CallPart {
    pub record: Call,
    pub town: Option<TenantAccess>,
    pub line: Option<Line>,
    pub situation: Option<LineSituation>,
    pub shown: Vec<ShownEntry>,
    pub log: Vec<LogLine>,
}

pub struct EntryPart {
    pub view: EntryView,
    /// The office that is responsible, as the directory of the entry's tenant has it.
    pub unit: Option<Unit>,
    pub answered: bool,
    /// A newer text was published since this one was opened.
    pub stale: bool,
}

/// Runs down on the screen; the time itself is the server's.
pub struct Countdown {
    pub until: DateTime<Utc>,
    pub seconds_left: i64,
    pub seconds_total: i64,
}

pub struct UndoPart {
    pub text: &'static str,
    pub countdown: Countdown,
}

pub struct LineGroup {
    pub town: TenantAccess,
    pub lines: Vec<LineChoice>,
}

pub struct LineChoice {
    pub line: Line,
    pub situation: Option<LineSituation>,
    /// The digit that takes it.
    pub digit: Option<usize>,
    pub is_last: bool,
}

#[derive(Default)]
pub struct Results {
    pub query: String,
    pub hits: Vec<DeskHit>,
    pub total: usize,
    pub milliseconds: u128,
    pub call: Option<CallId>,
}

pub struct DeskHit {
    pub hit: Hit,
    pub owner: String,
}

impl DeskView {
    pub async fn load(app: &App, viewer: &Viewer, looks: Looks) -> web::Result<Self> {
        let now = app.clock.now();
        let mut db = app.begin(&viewer.scope()).await?;
        let desk = store::find_desk(&mut *db, viewer.account).await?;
        let state = desk.state(now);
        let call = if state.in_call() || state == State::AfterCall {
            find_call_part(&mut db, viewer, &desk, now).await?
        } else {
            None
        };
        let entry = find_entry_part(&mut db, app, &desk, call.as_ref()).await?;
        let lines = if state.in_call() { Vec::new() } else { find_lines(&mut db, viewer, &desk, now).await? };
        let since = now - chrono::TimeDelta::hours(24);
        let recent = if state.in_call() {
            Vec::new()
        } else {
            let wanted = OwnCalls { since, ..OwnCalls::default() };
            calls::list_own(&mut *db, viewer.account, wanted, RECENT, 0).await?
        };
        let units = match (looks.panel.as_str(), desk.shown_tenant) {
            ("transferred", Some(town)) => directory::list_units(&mut *db, town).await?,
            _ => Vec::new(),
        };
        drop(db);
        let results = if state == State::InCall { search(app, viewer, &desk, &looks.q) } else { Results::default() };
        Ok(Self {
            state,
            undo: undo_part(&desk, now),
            after_call: desk
                .after_call_until
                .filter(|_| state == State::AfterCall)
                .map(|until| Countdown::new(until, now, 15)),
            pause_after_call: desk.pause_after_call,
            other_town: desk.call.map(|call| call.id).filter(|_| state.in_call() && desk.is_other_town()),
            town_sound: viewer.preferences.town_sound,
            shortcuts: viewer.preferences.single_keys,
            call,
            entry,
            results,
            lines,
            recent,
            towns: viewer.tenants_with(Permission::UseDesk).into_iter().cloned().collect(),
            units,
            looks,
            now,
        })
    }

    pub fn title(&self) -> String {
        match self.call.as_ref().filter(|_| self.state.in_call()).and_then(|call| call.town.as_ref()) {
            Some(town) => format!("{} am Telefon", town.name),
            None => format!("Arbeitsplatz, {}", self.state.label()),
        }
    }

    pub fn accent(&self) -> &str {
        self.call.as_ref().and_then(|call| call.town.as_ref()).map_or("", |town| &town.accent)
    }

    pub fn has_panel(&self, panel: &str) -> bool {
        self.looks.panel == panel
    }

    /// The open panel for a result other than "damit beantwortet".
    pub fn outcome_panel(&self) -> Option<Disposition> {
        Disposition::parse(&self.looks.panel).filter(|panel| *panel != Disposition::Answered)
    }

    pub fn typed(&self, field: &str) -> &str {
        let Some(form) = &self.looks.rejected else { return self.suggestion(field) };
        match field {
            "detail" => &form.detail,
            _ => &form.note,
        }
    }

    /// A saved note, and the responsible office as the likely target of a transfer.
    fn suggestion(&self, field: &str) -> &str {
        if field == "detail" && self.has_panel("transferred") {
            let unit = self.entry.as_ref().and_then(|entry| entry.view.entry.content.unit.as_deref());
            return unit.unwrap_or_default();
        }
        let note = self.call.as_ref().and_then(|call| call.record.note.as_deref());
        note.filter(|_| field == "note").unwrap_or_default()
    }

    pub fn error(&self, field: &str) -> Option<&str> {
        self.looks.rejected.as_ref().and_then(|form| form.errors.of(field))
    }

    /// Where the open entry is opened again.
    pub fn entry_url(&self) -> String {
        let (Some(call), Some(entry)) = (&self.call, &self.entry) else { return "/desk".to_owned() };
        let entry = &entry.view.entry;
        format!("/desk/calls/{}/entries/{}/{}", call.record.key.id, entry.tenant, entry.id)
    }

    /// A reason in words; anything else as it was typed.
    pub fn detail_words<'a>(&self, detail: &'a str) -> &'a str {
        self.reasons().iter().find(|(reason, _)| *reason == detail).map_or(detail, |(_, words)| words)
    }

    #[expect(clippy::unused_self, reason = "templates call it on the desk they have")]
    pub fn reasons(&self) -> &'static [(&'static str, &'static str)] {
        &REASONS_UNANSWERED
    }

    /// The element that the next key belongs to, as a selector; empty: where it was. During after-call work no line has
    /// the focus, so that the space bar prolongs and does not take a call.
    pub fn focus(&self) -> &'static str {
        let at_rest = if self.state == State::AfterCall { "#main" } else { "#lines" };
        match (self.looks.focus, self.state) {
            (Focus::AsItWas, _) => "",
            (Focus::Panel, _) | (_, State::AskingTown) => "#panel",
            (Focus::Entry, State::InCall) if self.entry.is_some() => "#entry",
            (_, State::InCall) => "#query",
            _ => at_rest,
        }
    }

    /// Ctrl+Enter marks the open entry, or ends the call when there is nothing left to mark.
    pub fn next_act(&self) -> &'static str {
        match &self.entry {
            Some(entry) if !entry.answered => "mark",
            None if self.call.as_ref().is_some_and(|call| call.record.disposition.is_none()) => "mark",
            _ => "end",
        }
    }

    pub fn now_for_machines(&self) -> String {
        format::machine_moment(self.now)
    }
}

impl CallPart {
    pub fn line_words(&self) -> String {
        self.record.line_label.clone().unwrap_or_default()
    }

    pub fn number(&self) -> String {
        match &self.line {
            Some(line) => line.display_number(),
            None => self.record.dialled.as_deref().map(tenants::display_number).unwrap_or_default(),
        }
    }

    pub fn started_for_machines(&self) -> String {
        format::machine_moment(self.record.started_at)
    }
}

impl Countdown {
    fn new(until: DateTime<Utc>, now: DateTime<Utc>, total: i64) -> Self {
        let seconds_left = (until - now).num_seconds().max(0);
        Self { until, seconds_left, seconds_total: total.max(seconds_left) }
    }

    pub fn until_for_machines(&self) -> String {
        format::machine_moment(self.until)
    }
}

fn undo_part(desk: &Desk, now: DateTime<Utc>) -> Option<UndoPart> {
    let (undo, until) = desk.open_undo(now)?;
    let text = match undo {
        Undo::Answer { .. } => "Damit beantwortet",
        Undo::End { .. } => "Gespräch beendet",
    };
    Some(UndoPart { text, countdown: Countdown::new(until, now, 10) })
}

async fn find_call_part(
    db: &mut sqlx::PgConnection,
    viewer: &Viewer,
    desk: &Desk,
    now: DateTime<Utc>,
) -> web::Result<Option<CallPart>> {
    let Some(key) = desk.call else { return Ok(None) };
    let Some(record) = calls::find_call(&mut *db, key).await? else { return Ok(None) };
    let (mut line, mut situation) = (None, None);
    if let Some((tenant, id)) = record.line_tenant.zip(record.line) {
        line = tenants::find_line(&mut *db, tenant, id).await?;
        situation = tenants::line_situation(&mut *db, tenant, id, now, viewer.into()).await?;
    }
    Ok(Some(CallPart {
        town: desk.shown_tenant.and_then(|town| viewer.tenant_by_id(town)).cloned(),
        line,
        situation,
        shown: calls::find_open_entries(&mut *db, key).await?,
        log: calls::list_log(&mut *db, key).await?,
        record,
    }))
}

async fn find_entry_part(
    db: &mut sqlx::PgConnection,
    app: &App,
    desk: &Desk,
    call: Option<&CallPart>,
) -> web::Result<Option<EntryPart>> {
    let (Some(key), Some(call)) = (desk.entry, call) else { return Ok(None) };
    let Some(town) = &call.town else { return Ok(None) };
    let found = knowledge::find_entry_version(&mut *db, town.id, key.tenant, key.entry, key.version).await?;
    let Some(entry) = found else { return Ok(None) };
    let today = app.clock.now().with_timezone(&chrono_tz::Europe::Berlin).date_naive();
    let answered = call.shown.iter().any(|shown| shown.key == key && shown.answered_at.is_some());
    let unit = match entry.unit {
        Some(unit) => directory::find_unit(&mut *db, entry.tenant, unit).await?,
        None => None,
    };
    Ok(Some(EntryPart { unit, stale: !entry.is_published, view: EntryView::new(entry, town, today), answered }))
}

/// The line taken last comes first, then the towns by name; the first nine have digits.
async fn find_lines(
    db: &mut sqlx::PgConnection,
    viewer: &Viewer,
    desk: &Desk,
    now: DateTime<Utc>,
) -> web::Result<Vec<LineGroup>> {
    let towns: Vec<_> = viewer.tenants.iter().filter(|tenant| tenant.may(Permission::UseDesk)).collect();
    let ids: Vec<_> = towns.iter().map(|town| town.id).collect();
    let mut lines = tenants::list_lines(&mut *db, &ids).await?;
    let mut situations = tenants::line_situations(&mut *db, &ids, now, viewer.into()).await?;
    lines.retain(|line| line.active && viewer.has_skill(line.skill.as_deref()));
    let mut digits = 1..=9;
    let groups = towns.into_iter().map(|town| LineGroup {
        town: town.clone(),
        lines: lines
            .iter()
            .filter(|line| line.tenant == town.id)
            .map(|line| LineChoice {
                line: line.clone(),
                situation: situations.remove(&line.id),
                digit: digits.next(),
                is_last: desk.last_line == Some((line.tenant, line.id)),
            })
            .collect(),
    });
    Ok(groups.collect::<Vec<_>>().into_iter().filter(|group| !group.lines.is_empty()).collect())
}

/// Results while typing: the desk's row says which town is meant, so the page cannot ask for another.
pub async fn find_results(app: &App, viewer: &Viewer, query: &str) -> web::Result<Results> {
    let mut db = app.begin(&viewer.scope()).await?;
    let desk = store::find_desk(&mut *db, viewer.account).await?;
    drop(db);
    Ok(search(app, viewer, &desk, query))
}

fn search(app: &App, viewer: &Viewer, desk: &Desk, query: &str) -> Results {
    let Some(town) = desk.shown_tenant.and_then(|town| viewer.tenant_by_id(town)) else { return Results::default() };
    let request = search::Request::new(query, &town.sources, HITS, app.clock.now());
    let found = app.search.search(&request);
    let owner = |hit: &Hit| town.source(hit.tenant).map(|source| source.short_name.clone()).unwrap_or_default();
    Results {
        query: query.to_owned(),
        hits: found.hits.into_iter().map(|hit| DeskHit { owner: owner(&hit), hit }).collect(),
        total: found.total,
        milliseconds: found.took.as_millis(),
        call: desk.call.map(|call| call.id),
    }
}
