//! Reads the whole desk from the database.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::bulletins::BulletinsPart;
use super::cases::CasesPart;
use super::connect::{self, ConnectPart};
use super::view::{
    CallPart, Countdown, DeskHit, DeskView, EntryPart, Idle, LineChoice, LineGroup, Origin, Results, UndoPart,
};
use super::{Focus, Looks, appointments, cases, gaps, telephone};
use crate::access::{Permission, Viewer};
use crate::app::App;
use crate::bulletins::{self, Bulletin};
use crate::calls::{self, Call, OwnCalls, RecentCall};
use crate::clock;
use crate::desk::sitting::Sitting;
use crate::desk::{Desk, KEPT, State, Undo, store};
use crate::ids::TenantId;
use crate::knowledge::{self, EntryView, attachments};
use crate::search::{self, Hit};
use crate::tenants::{self, First, Place};
use crate::web;

const HITS: usize = 12;
const RECENT: i64 = 12;
const PLACES: i64 = 8;
const TOLD: i64 = 5;

pub async fn load_desk(app: &App, viewer: &Viewer, mut looks: Looks) -> web::Result<DeskView> {
    let mut sitting = Sitting::look(app, viewer).await?;
    let now = sitting.now;
    let state = sitting.desk.state(now);
    let is_by_phone = sitting.present.is_by_phone();
    let call = find_call_part(&mut sitting).await?;
    let untold = sitting.find_untold().await?;
    let ringing = telephone::find_ringing(&mut sitting).await?;
    let caller = telephone::find_caller(&mut sitting).await?;
    let Sitting { db, desk, present, .. } = &mut sitting;
    let db: &mut PgConnection = db;
    let is_worked_on = call.is_some() && (state.in_call() || is_by_phone);
    let entry = if is_worked_on { find_entry_part(&mut *db, app, desk, call.as_ref()).await? } else { None };
    let idle = if is_worked_on { Idle::default() } else { find_idle(&mut *db, viewer, desk, now).await? };
    let connect = match connect::town_of(desk, viewer).filter(|_| looks.panel == "transferred" && is_worked_on) {
        Some(town) => {
            let known = looks.rejected.as_ref().map_or(&looks.known, |form| &form.known);
            let entry = entry.as_ref().map(|entry| &entry.view.entry);
            Some(ConnectPart::find(app, &mut *db, town, entry, known.clone()).await?)
        }
        None => None,
    };
    let gap = gaps::find_part(&mut *db, viewer, desk, &looks, now).await?;
    let worked_on = call.as_ref().filter(|_| is_worked_on);
    let cases = CasesPart::find(&mut *db, viewer, &looks, worked_on, entry.as_ref()).await?;
    let mut appointment = appointments::find_part(&mut *db, viewer, desk, entry.as_ref(), &looks, now).await?;
    let telephone = telephone::find_telephone(&mut *db, present, now).await?;
    let origin = call.as_ref().filter(|_| is_worked_on).map(|call| &call.origin);
    let origin = origin.or(ringing.as_ref().map(|ringing| &ringing.origin));
    let bulletins = BulletinsPart::find(&mut *db, viewer, origin, now).await?;
    let desk = desk.clone();
    sitting.finish().await?;
    if let Some(part) = &mut appointment {
        Box::pin(appointments::complete(app, part, &looks, now)).await?;
    }
    let here = bulletins.here.clone();
    let results = if is_worked_on { search(app, viewer, &desk, &looks.q, here) } else { Results::default() };
    looks.notice = looks.notice.or(desk.notice.clone());
    if state.in_call() && is_another_call(&looks, &desk) {
        looks.focus = Focus::Search;
    }
    Ok(DeskView {
        state,
        undo: undo_part(&desk, now),
        after_call: desk
            .after_call_until
            .filter(|_| state == State::AfterCall)
            .map(|until| Countdown::new(until, now, 15)),
        pause_after_call: desk.pause_after_call,
        other_town: desk.call.map(|call| call.id).filter(|_| state.in_call() && desk.is_other_town()),
        pause_reason: desk.pause_reason,
        town_sound: viewer.preferences.town_sound,
        shortcuts: viewer.preferences.single_keys,
        call,
        entry,
        results,
        ringing,
        caller,
        telephone,
        bulletins,
        gap,
        cases,
        appointment,
        idle,
        towns: viewer.tenants_with(Permission::UseDesk).into_iter().cloned().collect(),
        connect,
        untold,
        looks,
        now,
    })
}

/// A call that came by itself wants the next key where one that was taken here does.
fn is_another_call(looks: &Looks, desk: &Desk) -> bool {
    let shown = looks.call.as_ref().map(|call| call.parse().ok());
    shown.is_some_and(|shown| shown != desk.call.map(|call| call.id))
}

/// What is shown as long as there is no call to work on.
async fn find_idle(db: &mut PgConnection, viewer: &Viewer, desk: &Desk, now: DateTime<Utc>) -> web::Result<Idle> {
    Ok(Idle {
        lines: find_lines(&mut *db, viewer, desk, now).await?,
        recent: find_recent(&mut *db, viewer, now).await?,
        waiting: telephone::find_waiting(&mut *db, viewer, now).await?,
        told: crate::gaps::list_untold(&mut *db, viewer.account, TOLD).await?,
        cases: cases::find_mine(&mut *db, viewer).await?,
    })
}

async fn find_recent(db: &mut PgConnection, viewer: &Viewer, now: DateTime<Utc>) -> sqlx::Result<Vec<RecentCall>> {
    let wanted = OwnCalls { since: now - TimeDelta::hours(24), ..OwnCalls::default() };
    calls::list_own(db, viewer.account, wanted, RECENT, 0).await
}

fn undo_part(desk: &Desk, now: DateTime<Utc>) -> Option<UndoPart> {
    let (undo, until) = desk.open_undo(now)?;
    let text = match undo {
        Undo::Answer { .. } => "Damit beantwortet",
        Undo::End { .. } => "Gespräch beendet",
    };
    Some(UndoPart { text, countdown: Countdown::new(until, now, 10) })
}

/// The running call, or the last one while after-call work runs.
async fn find_call_part(sitting: &mut Sitting<'_>) -> web::Result<Option<CallPart>> {
    let state = sitting.desk.state(sitting.now);
    let Some(key) = sitting.desk.call.filter(|_| state.in_call() || state == State::AfterCall) else { return Ok(None) };
    let (viewer, now, town) = (sitting.viewer, sitting.now, sitting.desk.shown_tenant);
    let live = sitting.present.call.clone();
    let is_by_phone = sitting.present.is_by_phone();
    let db = &mut *sitting.db;
    let Some(record) = calls::find_call(&mut *db, key).await? else { return Ok(None) };
    Ok(Some(CallPart {
        origin: Origin::find(&mut *db, viewer, &record, town, now).await?,
        counts_from: live.as_ref().map_or(record.started_at, calls::LiveCall::counts_from),
        is_by_phone,
        place: live.and_then(|live| live.caller_place),
        shown: calls::find_open_entries(&mut *db, key).await?,
        log: calls::list_log(&mut *db, key).await?,
        record,
    }))
}

impl Origin {
    pub async fn find(
        db: &mut PgConnection,
        viewer: &Viewer,
        record: &Call,
        town: Option<TenantId>,
        now: DateTime<Utc>,
    ) -> web::Result<Self> {
        let (mut line, mut situation) = (None, None);
        if let Some((tenant, id)) = record.line_tenant.zip(record.line) {
            line = tenants::find_line(&mut *db, tenant, id).await?;
            situation = tenants::line_situation(&mut *db, tenant, id, now, viewer.into()).await?;
        }
        let town = town.and_then(|town| viewer.tenant_by_id(town)).cloned();
        let service = match &town {
            Some(town) => tenants::service_level(&mut *db, town.id, &[], clock::day_of(now)).await?,
            None => None,
        };
        let label = record.line_label.clone().unwrap_or_default();
        let side = if viewer.of_center { First::Center } else { First::Town };
        let overflow = situation.as_ref().and_then(|situation| situation.answering.sentence(side));
        Ok(Self { town, line, label, dialled: record.dialled.clone(), situation, service, overflow })
    }
}

async fn find_entry_part(
    db: &mut PgConnection,
    app: &App,
    desk: &Desk,
    call: Option<&CallPart>,
) -> web::Result<Option<EntryPart>> {
    let (Some(key), Some(call)) = (desk.entry, call) else { return Ok(None) };
    let Some(town) = &call.origin.town else { return Ok(None) };
    let found = knowledge::find_entry_version(&mut *db, town.id, key.tenant, key.entry, key.version).await?;
    let Some(entry) = found else { return Ok(None) };
    let today = clock::day_of(app.clock.now());
    let answered = call.shown.iter().any(|shown| shown.key == key && shown.answered_at.is_some());
    let (office, need) = connect::find_beside(&mut *db, town, &entry, app.clock.now()).await?;
    // Withdrawn, written anew, or the town says something otherwise since.
    let now = knowledge::find_current(&mut *db, town.id, key.tenant, key.entry).await?;
    let stale = now.is_none_or(|now| (now.tenant, now.entry, now.version) != (key.tenant, key.entry, key.version));
    let files = attachments::list_files(&mut *db, &entry, |file| knowledge::file_url(town, file)).await?;
    let service = tenants::service_level(&mut *db, town.id, &entry.content.life_situations, today).await?;
    let kept = knowledge::keeping::find_kept(&mut *db, entry.tenant, entry.id).await?;
    let keeping = kept.and_then(|kept| kept.banner(today));
    Ok(Some(EntryPart {
        keeping,
        service,
        office,
        need,
        stale,
        view: EntryView::new(entry, town, today).with_files(files),
        answered,
    }))
}

/// The line taken last comes first, then the towns by name; the first nine have digits.
async fn find_lines(
    db: &mut PgConnection,
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
    let desk = keep_after_call(app, viewer).await?;
    let mut db = app.begin(&viewer.scope()).await?;
    let town: Vec<_> = desk.shown_tenant.into_iter().collect();
    let mut current = bulletins::list_current(&mut *db, &town, Some(viewer.account), app.clock.now()).await?;
    if let Some(key) = desk.call {
        let line = calls::find_line_of(&mut *db, key).await?;
        current.retain(|bulletin| bulletin.holds_on(line));
    }
    drop(db);
    Ok(Results { is_typing: true, ..search(app, viewer, &desk, query, current) })
}

/// After-call work does not run out under the hands of somebody who types.
pub async fn keep_after_call(app: &App, viewer: &Viewer) -> web::Result<Desk> {
    let now = app.clock.now();
    let mut db = app.begin(&viewer.scope()).await?;
    let desk = store::find_desk(&mut *db, viewer.account).await?;
    if desk.state(now) == State::AfterCall {
        store::keep_after_call(&mut *db, viewer.account, now, now + KEPT).await?;
    }
    db.commit().await?;
    Ok(desk)
}

/// From two letters on: a single one begins half of the country.
pub async fn find_places(app: &App, viewer: &Viewer, typed: &str) -> web::Result<Vec<Place>> {
    if typed.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let mut db = app.begin(&viewer.scope()).await?;
    Ok(tenants::list_places(&mut *db, typed, PLACES).await?)
}

/// Notes a search without a hit for the town on the line.
pub async fn note_miss(app: &App, viewer: &Viewer, query: &str) -> web::Result<()> {
    let mut db = app.begin(&viewer.scope()).await?;
    let desk = store::find_desk(&mut *db, viewer.account).await?;
    drop(db);
    let town = desk.shown_tenant.and_then(|town| viewer.tenant_by_id(town));
    if let Some(town) = town.filter(|_| desk.state(app.clock.now()) == State::InCall) {
        search::note_miss(app, town, query).await?;
    }
    Ok(())
}

fn search(app: &App, viewer: &Viewer, desk: &Desk, query: &str, current: Vec<Bulletin>) -> Results {
    let Some(town) = desk.shown_tenant.and_then(|town| viewer.tenant_by_id(town)) else { return Results::default() };
    let mut request = search::Request::new(query, &town.sources, HITS, app.clock.now());
    request.with_completions = true;
    let found = app.search.search(&request);
    let owner = |hit: &Hit| town.source(hit.tenant).map(|source| source.short_name.clone()).unwrap_or_default();
    Results {
        query: query.to_owned(),
        bulletins: search::announced(query, current, &found.hits),
        hits: found.hits.into_iter().map(|hit| DeskHit { owner: owner(&hit), hit }).collect(),
        total: found.total,
        corrections: found.corrections,
        completions: found.completions,
        is_typing: false,
        milliseconds: found.took.as_millis(),
        call: desk.call.map(|call| call.id),
    }
}
