//! Who answers first, hour by hour: the week of a tenant, or of one line that differs from it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::NaiveTime;
use serde::Deserialize;

use super::hours::{Wanted, chosen_line, line_choices};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::LineId;
use crate::tenants::week::{MOST_A_DAY, WEEK};
use crate::tenants::{Answering, AnsweringRule, First, Line, store};
use crate::web::forms::{self, Choice, Difference, Errors, parse_time};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Places, Query, TenantPlace, format};

/// Nobody waits longer for the other side.
const LONGEST_OVERFLOW: i32 = 600;

/// The fields come row by row: a day's periods stand below each other.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AnsweringForm {
    /// The week as this page showed it: what somebody else saved meanwhile differs from it.
    before: String,
    from: Vec<String>,
    to: Vec<String>,
    first: Vec<String>,
    overflow: Vec<String>,
}

/// One period as it was typed.
struct Typed<'a> {
    from: &'a str,
    to: &'a str,
    first: &'a str,
    overflow: &'a str,
}

impl AnsweringForm {
    fn of(week: &[AnsweringRule], periods: usize) -> Self {
        let mut form = Self { before: in_words(week), ..Self::default() };
        for day in WEEK {
            let mut rules = week.iter().filter(|rule| rule.weekday == day);
            for _ in 0..periods {
                let rule = rules.next();
                let seconds = rule.and_then(|rule| rule.answering.overflow_seconds);
                form.from.push(rule.map(|rule| format::clock_time(rule.from)).unwrap_or_default());
                form.to.push(rule.map(|rule| format::clock_time(rule.to)).unwrap_or_default());
                form.first.push(rule.map_or(First::Town, |rule| rule.answering.first).as_str().to_owned());
                form.overflow.push(seconds.map(|seconds| seconds.to_string()).unwrap_or_default());
            }
        }
        form
    }

    fn periods(&self) -> usize {
        self.from.len().max(self.to.len()).div_ceil(WEEK.len()).clamp(1, MOST_A_DAY)
    }

    fn typed(&self, day: usize, period: usize) -> Typed<'_> {
        let at = day * self.periods() + period;
        let [from, to, first, overflow] =
            [&self.from, &self.to, &self.first, &self.overflow].map(|fields| fields.get(at).map_or("", String::as_str));
        Typed { from, to, first, overflow }
    }

    fn check(&self, line: Option<LineId>, errors: &mut Errors) -> Vec<AnsweringRule> {
        let mut week = Vec::new();
        for (index, weekday) in WEEK.into_iter().enumerate() {
            let day = format::weekday(weekday);
            let mut rules: Vec<AnsweringRule> = Vec::new();
            for period in 0..self.periods() {
                let typed = self.typed(index, period);
                if typed.is_empty() {
                    continue;
                }
                let place = format!("{index}-{period}");
                let answering = typed.answering(day, &place, errors);
                match typed.times() {
                    Ok((from, to)) => {
                        let rule = AnsweringRule { line, weekday, from, to, answering };
                        if rules.iter().any(|other| other.overlaps(&rule)) {
                            errors.add(format!("from-{place}"), format!("{day}: Zwei Zeiträume überschneiden sich."));
                        }
                        rules.push(rule);
                    }
                    Err(mistake) => errors.add(format!("from-{place}"), format!("{day}: {mistake}")),
                }
            }
            rules.sort_unstable_by_key(|rule| rule.from);
            week.extend(rules);
        }
        week
    }
}

impl Typed<'_> {
    /// Who answers first is always chosen, so it says nothing alone.
    fn is_empty(&self) -> bool {
        self.from.is_empty() && self.to.is_empty() && self.overflow.is_empty()
    }

    fn times(&self) -> Result<(NaiveTime, NaiveTime), &'static str> {
        match (parse_time(self.from), parse_time(self.to)) {
            (Some(from), Some(to)) if from < to || to == NaiveTime::MIN => Ok((from, to)),
            (Some(_), Some(_)) => Err(
                "Das Ende liegt nicht nach dem Anfang. Eine Nacht tragen Sie bis 00:00 und am nächsten Tag ab 00:00 ein.",
            ),
            _ => Err("Bitte geben Sie Anfang und Ende wie 8:00 und 17:00 ein."),
        }
    }

    fn answering(&self, day: &str, place: &str, errors: &mut Errors) -> Answering {
        let first = First::parse(self.first);
        if first.is_none() {
            errors.add(format!("first-{place}"), format!("{day}: Bitte wählen Sie, wer zuerst abnimmt."));
        }
        let seconds = self.overflow.parse().ok().filter(|seconds| (1..=LONGEST_OVERFLOW).contains(seconds));
        if seconds.is_none() && !self.overflow.is_empty() {
            let message = format!("{day}: Der Überlauf kommt nach 1 bis {LONGEST_OVERFLOW} Sekunden, oder gar nicht.");
            errors.add(format!("overflow-{place}"), message);
        }
        Answering { first: first.unwrap_or_default(), overflow_seconds: seconds }
    }
}

/// "Montag 08:00–12:00 Telefonzentrale, Überlauf nach 20 s; Dienstag 08:00–12:00 Telefonzentrale".
fn in_words(week: &[AnsweringRule]) -> String {
    let word = |rule: &AnsweringRule| {
        let (from, to) = (format::clock_time(rule.from), format::clock_time(rule.to));
        let overflow = rule.answering.overflow_seconds.map(|seconds| format!(", Überlauf nach {seconds} s"));
        let (day, first) = (format::weekday(rule.weekday), rule.answering.first.label());
        format!("{day} {from}–{to} {first}{}", overflow.unwrap_or_default())
    };
    week.iter().map(word).collect::<Vec<_>>().join("; ")
}

pub struct DayRows {
    pub name: &'static str,
    pub periods: Vec<PeriodRow>,
}

pub struct PeriodRow {
    /// "0-1": Monday's second.
    pub place: String,
    pub from: String,
    pub to: String,
    pub first: Vec<Choice>,
    pub overflow: String,
}

#[derive(Template)]
#[template(path = "tenants/answering.html")]
struct AnsweringPage {
    frame: Frame,
    places: Places,
    lines: Vec<Choice>,
    line: Option<Line>,
    before: String,
    days: Vec<DayRows>,
    periods: usize,
    errors: Errors,
    differences: Vec<Difference>,
    action: String,
}

impl AnsweringPage {
    fn has_third_period(&self) -> bool {
        self.periods >= MOST_A_DAY
    }

    fn is_wrong(&self, field: &str, row: &PeriodRow) -> bool {
        self.errors.of(&format!("{field}-{}", row.place)).is_some()
    }
}

fn day_rows(form: &AnsweringForm) -> Vec<DayRows> {
    let row = |day: usize, period: usize| {
        let typed = form.typed(day, period);
        let choice = |first: First| Choice::new(first.as_str(), first.label(), first.as_str() == typed.first);
        PeriodRow {
            place: format!("{day}-{period}"),
            from: typed.from.to_owned(),
            to: typed.to.to_owned(),
            first: First::ALL.map(choice).into(),
            overflow: typed.overflow.to_owned(),
        }
    };
    let rows = |(day, weekday)| DayRows {
        name: format::weekday(weekday),
        periods: (0..form.periods()).map(|period| row(day, period)).collect(),
    };
    WEEK.into_iter().enumerate().map(rows).collect()
}

/// A line that several towns share has no switchboard beside it.
fn not_shared(tenant: &TenantAccess) -> web::Result<()> {
    if tenant.is_intake() { Err(Error::NotFound) } else { Ok(()) }
}

fn address(tenant: &TenantAccess, line: Option<LineId>) -> String {
    let page = TenantPlace::Answering.url(tenant);
    line.map_or(page.clone(), |line| format!("{page}?line={line}"))
}

pub(super) async fn answering_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(wanted): Query<Wanted>,
) -> web::Result<Response> {
    not_shared(&tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let lines = store::list_lines(&mut *db, &[tenant.id]).await?;
    let line = chosen_line(&lines, &wanted.line)?;
    let week = store::list_answering(&mut *db, tenant.id, line.as_ref().map(|line| line.id)).await?;
    drop(db);
    let busiest = WEEK.map(|day| week.iter().filter(|rule| rule.weekday == day).count()).into_iter().max();
    let periods = wanted.intervals.max(busiest.unwrap_or(0)).clamp(2, MOST_A_DAY);
    show(&app, &viewer, tenant, (lines, line), AnsweringForm::of(&week, periods), Errors::none(), Vec::new()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    (lines, line): (Vec<Line>, Option<Line>),
    form: AnsweringForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let chosen = line.as_ref().map(|line| line.id);
    let status = forms::status(&errors, &differences);
    let page = AnsweringPage {
        frame: Frame::of(app, viewer, Section::Tenants, format!("Wer nimmt zuerst ab: {}", tenant.name)).await?,
        places: Places::of_tenant(&tenant, TenantPlace::Answering),
        lines: line_choices(&tenant, &lines, chosen),
        action: address(&tenant, chosen),
        line,
        before: form.before.clone(),
        days: day_rows(&form),
        periods: form.periods(),
        errors,
        differences,
    };
    Ok((status, Page(page)).into_response())
}

pub(super) async fn save_answering(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Query(wanted): Query<Wanted>,
    Form(mut form): Form<AnsweringForm>,
) -> web::Result<Response> {
    not_shared(&tenant)?;
    let mut db = app.begin(&tenant.scope()).await?;
    let lines = store::list_lines(&mut *db, &[tenant.id]).await?;
    let line = chosen_line(&lines, &wanted.line)?;
    let line_id = line.as_ref().map(|line| line.id);
    let mut errors = Errors::none();
    let week = form.check(line_id, &mut errors);
    if !errors.is_empty() {
        drop(db);
        return show(&app, &viewer, tenant, (lines, line), form, errors, Vec::new()).await;
    }
    let theirs = in_words(&store::list_answering(&mut *db, tenant.id, line_id).await?);
    let yours = in_words(&week);
    if theirs != yours && theirs != form.before {
        form.before.clone_from(&theirs);
        let difference = Difference { field: "week", label: "Woche", theirs, yours };
        drop(db);
        return show(&app, &viewer, tenant, (lines, line), form, errors, vec![difference]).await;
    }
    if theirs != yours {
        store::replace_answering(&mut db, tenant.id, line_id, &week).await?;
        let thing_id = line_id.map_or("Ort".to_owned(), |line| format!("Anschluss {line}"));
        let act = Act::of(tenant.id, "changed", "answering", thing_id, serde_json::json!({ "week": [theirs, yours] }));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Woche ist gespeichert.", &address(&tenant, line_id)).await
}
