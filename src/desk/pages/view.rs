//! The whole desk as the database has it, ready for the template.

use chrono::{DateTime, Utc};

use super::appointments::AppointmentPart;
use super::bulletins::BulletinsPart;
use super::cases::{CasesPart, IdleCase};
use super::connect::ConnectPart;
pub use super::countdown::Countdown;
use super::gaps::GapPart;
pub use super::results::{DeskHit, Results};
use super::telephone::{RingingPart, TelephonePart, WaitingPart};
use super::{Focus, Looks};
use crate::access::TenantAccess;
use crate::calls::{Call, Disposition, LogLine, REASONS_UNANSWERED, RecentCall, ShownEntry};
use crate::desk::{REASONS_FOR_PAUSE, State};
use crate::directory::{Card, Need, OpenTransfer, Told};
use crate::gaps;
use crate::ids::CallId;
use crate::knowledge::EntryView;
use crate::tenants::{self, Line, LineSituation, ServiceLevel};
use crate::web::format;

pub struct DeskView {
    /// Beside what rings.
    pub state: State,
    pub looks: Looks,
    pub undo: Option<UndoPart>,
    pub after_call: Option<Countdown>,
    pub pause_after_call: bool,
    pub pause_reason: Option<String>,
    pub shortcuts: bool,
    /// The call that is for another town than the one before.
    pub other_town: Option<CallId>,
    pub town_sound: bool,
    /// The running call, or the last one while after-call work runs.
    pub call: Option<CallPart>,
    pub entry: Option<EntryPart>,
    pub results: Results,
    pub ringing: Option<RingingPart>,
    /// Who is on the telephone, as long as the call runs.
    pub caller: Option<String>,
    pub telephone: TelephonePart,
    pub bulletins: BulletinsPart,
    /// The panel "Lücke melden".
    pub gap: Option<GapPart>,
    pub cases: CasesPart,
    /// The panel "Termin".
    pub appointment: Option<AppointmentPart>,
    /// Empty during a call.
    pub idle: Idle,
    pub towns: Vec<TenantAccess>,
    /// The panel "Verbinden".
    pub connect: Option<ConnectPart>,
    /// A transfer of which nobody has told how it ended.
    pub untold: Option<OpenTransfer>,
    pub now: DateTime<Utc>,
}

#[derive(Default)]
pub struct Idle {
    /// What can be taken, grouped by town.
    pub lines: Vec<LineGroup>,
    pub recent: Vec<RecentCall>,
    pub waiting: Vec<WaitingPart>,
    /// What became of own reports.
    pub told: Vec<gaps::Told>,
    /// My open callbacks.
    pub cases: Vec<IdleCase>,
}

pub struct CallPart {
    pub record: Call,
    pub origin: Origin,
    /// What the clock counts from: talking, or waiting as long as nobody does.
    pub counts_from: DateTime<Utc>,
    /// A telephone system reports it: it ends when somebody hangs up.
    pub is_by_phone: bool,
    /// The caller's place, where it is no tenant.
    pub place: Option<String>,
    pub shown: Vec<ShownEntry>,
    pub log: Vec<LogLine>,
}

/// Whose citizen calls, and what was dialled.
pub struct Origin {
    pub town: Option<TenantAccess>,
    pub line: Option<Line>,
    pub label: String,
    pub dialled: Option<String>,
    pub situation: Option<LineSituation>,
    pub service: Option<ServiceLevel>,
    /// The other side, the town's own switchboard or the center, answers this line first at this hour.
    pub overflow: Option<String>,
}

pub struct EntryPart {
    pub view: EntryView,
    /// The office that is responsible in this town.
    pub office: Option<Card>,
    /// What has to be asked before it is clear who that is.
    pub need: Option<Need>,
    pub answered: bool,
    /// Nobody looked at it for too long.
    pub keeping: Option<String>,
    /// How far the answer may go, for this town and topic.
    pub service: Option<ServiceLevel>,
    /// A newer text was published since this one was opened.
    pub stale: bool,
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

impl DeskView {
    pub fn title(&self) -> String {
        match self.call.as_ref().filter(|_| self.state.in_call()).and_then(|call| call.origin.town.as_ref()) {
            Some(town) => format!("{} am Telefon", town.name),
            None => format!("Arbeitsplatz, {}", self.shown_state().label()),
        }
    }

    pub fn is_by_phone(&self) -> bool {
        self.call.as_ref().is_some_and(|call| call.is_by_phone)
    }

    pub fn shown_state(&self) -> State {
        if self.ringing.is_some() { State::Ringing } else { self.state }
    }

    /// The state in words; a pause by its reason.
    pub fn state_words(&self) -> &str {
        let reason = self.pause_reason.as_deref().filter(|_| self.shown_state() == State::Paused);
        reason.unwrap_or_else(|| self.shown_state().label())
    }

    /// The call that is worked on: running, or ended by the telephone while there is time for its result.
    pub fn is_worked_on(&self) -> bool {
        self.state.in_call() || (self.state == State::AfterCall && self.is_by_phone())
    }

    pub fn asks_town(&self) -> bool {
        self.is_worked_on() && self.call.as_ref().is_none_or(|call| call.origin.town.is_none())
    }

    /// The call is over, and how it ended for the caller is still open.
    pub fn lacks_result(&self) -> bool {
        self.call.as_ref().is_some_and(|call| call.record.disposition.is_none())
    }

    pub fn accent(&self) -> &str {
        self.call.as_ref().map_or("", |call| call.origin.accent())
    }

    pub fn pause_reasons(&self) -> [(&'static str, bool); 4] {
        let is_chosen = |reason| self.pause_after_call && self.pause_reason.as_deref() == Some(reason);
        REASONS_FOR_PAUSE.map(|reason| (reason, is_chosen(reason)))
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
            "detail" => &form.known.detail,
            "number" => &form.number,
            "lacks_knowledge" => &form.lacks_knowledge,
            _ => &form.note,
        }
    }

    /// A saved note, and what was looked for, or the office in the words of an entry that the directory does not have.
    fn suggestion(&self, field: &str) -> &str {
        if field == "detail" && self.has_panel("transferred") {
            let typed = Some(self.looks.known.detail.as_str()).filter(|typed| !typed.is_empty());
            return typed.or(self.unknown_office()).unwrap_or_default();
        }
        let note = self.call.as_ref().and_then(|call| call.record.note.as_deref());
        note.filter(|_| field == "note").unwrap_or_default()
    }

    fn unknown_office(&self) -> Option<&str> {
        let entry = self.entry.as_ref().filter(|entry| entry.office.is_none() && entry.need.is_none())?;
        entry.view.entry.content.unit.as_deref()
    }

    /// The keys that tell how a transfer ended: 1 to 4.
    #[expect(clippy::unused_self, reason = "templates call it on the desk they have")]
    pub fn results_of_transfer(&self) -> [Told; 4] {
        Told::ALL
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
        match self.looks.focus {
            Focus::AsItWas => "",
            Focus::Panel => "#panel",
            _ if self.asks_town() => "#panel",
            // Nothing is left to be done but to be ready.
            _ if self.state == State::AfterCall && !self.lacks_result() => at_rest,
            Focus::Entry if self.is_worked_on() && self.entry.is_some() => "#entry",
            _ if self.is_worked_on() => "#query",
            _ => at_rest,
        }
    }

    /// Ctrl+Enter marks the open entry; when there is nothing left to mark, it ends the call, which at a telephone is done
    /// by hanging up, or the work after it.
    pub fn next_act(&self) -> &'static str {
        match &self.entry {
            // What was promised is the result.
            _ if !self.cases.taken.is_empty() && !self.lacks_result() => self.end(),
            Some(entry) if !entry.answered => "mark",
            None if self.lacks_result() => "mark",
            _ => self.end(),
        }
    }

    fn end(&self) -> &'static str {
        match self.state {
            State::AfterCall => "ready",
            _ if self.is_by_phone() => "hang_up",
            _ => "end",
        }
    }

    pub fn now_for_machines(&self) -> String {
        format::machine_moment(self.now)
    }
}

impl Origin {
    pub fn accent(&self) -> &str {
        self.town.as_ref().map_or("", |town| &town.accent)
    }

    pub fn number(&self) -> String {
        match &self.line {
            Some(line) => line.display_number(),
            None => self.dialled.as_deref().map(tenants::display_number).unwrap_or_default(),
        }
    }
}

impl CallPart {
    pub fn counts_from_for_machines(&self) -> String {
        format::machine_moment(self.counts_from)
    }
}
