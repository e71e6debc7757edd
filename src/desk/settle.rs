//! Brings a desk in line with its telephone: which call rings there, which one talks, and whether the own one is over.
//!
//! Architecture invariant: everything follows from the rows of desk, seat and calls, so it does not matter how many signals
//! came, in which order, or whether anybody looked at all in between.

use chrono::{DateTime, TimeDelta, Utc};

use super::present::{Seat, SeatState};
use super::sitting::Sitting;
use super::{Desk, State, store};
use crate::access::TenantAccess;
use crate::calls::{self, CallKey, LiveCall};
use crate::directory;
use crate::ids::{CallId, TenantId};
use crate::tenants;
use crate::web::Result;

/// An agent may have opened the call by hand a moment before the telephone system reported it.
const SAME_CALL: TimeDelta = TimeDelta::seconds(60);
/// What stands open for longer is no call any more.
const LONGEST_CALL: TimeDelta = TimeDelta::days(1);

impl Sitting<'_> {
    pub(super) async fn settle(&mut self) -> Result<()> {
        self.present.seat = match self.desk.seat {
            Some(seat) => store::find_seat(&mut *self.db, seat).await?,
            None => None,
        };
        self.present.call = match self.desk.call {
            Some(call) => calls::find_live(&mut *self.db, call).await?,
            None => None,
        };
        let Some(seat) = self.present.seat.clone() else { return self.settle_without_seat().await };
        self.follow_state(&seat);
        let opened_since = self.now - LONGEST_CALL;
        let here = calls::list_live_at(&mut *self.db, seat.source, &seat.name, opened_since).await?;
        self.follow_calls(&seat, &here).await?;
        if self.desk.settled_signal < seat.signal {
            self.look_back(&seat, opened_since).await?;
            self.desk.settled_signal = seat.signal;
        }
        // What a system that nobody hears said last may be long over.
        if !self.is_in_call() && seat.disturbance(self.now).is_none() {
            self.present.ringing = here.into_iter().find(|call| call.rings_at(&seat.name));
        }
        self.tell_failed_order(&seat).await
    }

    /// Whoever stood up during a call still sees its end.
    async fn settle_without_seat(&mut self) -> Result<()> {
        let over_at = self.present.call.as_ref().filter(|call| !call.is_by_hand).and_then(|call| call.ended_at);
        match over_at {
            Some(over_at) if self.is_in_call() => self.start_after_call(over_at).await,
            _ => Ok(()),
        }
    }

    /// A pause that was set at the telephone, or ended there.
    fn follow_state(&mut self, seat: &Seat) {
        let is_newer = |since: &DateTime<Utc>| self.desk.state_chosen_at.is_none_or(|chosen| *since > chosen);
        let Some(since) = seat.state_since.filter(is_newer) else { return };
        match seat.state {
            Some(SeatState::Paused) => {
                self.desk.paused_at = self.desk.paused_at.or(Some(since));
                self.desk.pause_reason = seat.reason.clone().or_else(|| self.desk.pause_reason.take());
            }
            Some(SeatState::Available) => {
                self.desk.paused_at = None;
                self.desk.pause_after_call = false;
                self.desk.pause_reason = None;
            }
            Some(SeatState::LoggedOut) | None => return,
        }
        self.desk.state_chosen_at = Some(since);
    }

    async fn follow_calls(&mut self, seat: &Seat, here: &[LiveCall]) -> Result<()> {
        let own = self.present.call.clone();
        let talks_in = here.iter().rev().find(|call| call.talks_at(&seat.name));
        match (own, talks_in) {
            (Some(own), Some(_)) if own.talks_at(&seat.name) && self.is_in_call() => {
                self.desk.has_talked = true;
                Ok(())
            }
            (Some(own), Some(call)) if own.is_by_hand && self.is_in_call() => {
                if own.line.is_some() && own.line == call.line && self.now - own.started_at <= SAME_CALL {
                    return self.merge(&own, call).await;
                }
                self.present.on_the_phone = Some(call.clone());
                Ok(())
            }
            (_, Some(call)) => self.join(call, true).await,
            (Some(own), None) if !own.is_by_hand && self.is_in_call() => self.leave_if_over(seat, &own).await,
            (_, None) => Ok(()),
        }
    }

    /// The call becomes the desk's.
    pub(super) async fn join(&mut self, call: &LiveCall, has_talked: bool) -> Result<()> {
        calls::claim_call(&mut *self.db, call.key, self.viewer.account).await?;
        let before = self.desk.between_calls();
        self.desk = Desk {
            call: Some(call.key),
            shown_tenant: self.town_of(call),
            last_line: call.line.or(before.last_line),
            has_talked,
            notice: None,
            ..before
        };
        self.present.call = Some(call.clone());
        match call.line {
            Some((tenant, line)) => self.open_preset_entry(tenant, line).await,
            None => Ok(()),
        }
    }

    /// None: the caller has to be asked.
    pub(super) fn town_of(&self, call: &LiveCall) -> Option<TenantId> {
        let town = |id: TenantId| self.viewer.tenant_by_id(id).filter(|town| !town.is_intake());
        call.tenant_caller.and_then(town).or_else(|| town(call.key.tenant)).map(|town| town.id)
    }

    /// The call that was opened by hand is this one: one record remains, with everything that was done in it.
    async fn merge(&mut self, own: &LiveCall, call: &LiveCall) -> Result<()> {
        let from_intake = self.viewer.tenant_by_id(call.key.tenant).is_some_and(TenantAccess::is_intake);
        let key = match from_intake && own.key.tenant != call.key.tenant {
            true => calls::move_to_town(&mut self.db, call.key, own.key.tenant, true, self.now).await?,
            false => call.key,
        };
        calls::claim_call(&mut *self.db, key, self.viewer.account).await?;
        self.desk.call = Some(key);
        self.desk.has_talked = true;
        // The row must not point at what goes away.
        self.save().await?;
        let kept = (key.tenant, key.opened_at, key.id);
        directory::take_over_call(&mut *self.db, own.key.id, kept).await?;
        calls::merge_calls(&mut self.db, own.key, key).await?;
        self.present.call = Some(LiveCall { key, ..call.clone() });
        Ok(())
    }

    /// The telephone is in no call any more: the end of the own one, unless it has not begun yet.
    async fn leave_if_over(&mut self, seat: &Seat, own: &LiveCall) -> Result<()> {
        let has_talked = self.desk.has_talked || own.answered_by.as_ref() == Some(&seat.name);
        match own.ended_at {
            Some(ended_at) if has_talked => self.start_after_call(ended_at).await,
            None if has_talked => self.start_after_call(own.heard_at.unwrap_or(self.now)).await,
            None if own.rings_at(&seat.name) || !own.is_elsewhere() => Ok(()),
            _ => self.give_back(own.key).await,
        }
    }

    /// It was accepted here, but the caller hung up first or somebody else got it.
    async fn give_back(&mut self, call: CallKey) -> Result<()> {
        calls::release_call(&mut *self.db, call, self.viewer.account).await?;
        let previous_town = self.desk.previous_town;
        self.desk = Desk { previous_town, ..self.desk.between_calls() };
        self.present.call = None;
        Ok(())
    }

    pub(super) async fn start_after_call(&mut self, over_at: DateTime<Utc>) -> Result<()> {
        let Some(call) = self.desk.call else { return Ok(()) };
        let tenant = tenants::find_tenant(&mut *self.db, call.tenant).await?;
        let seconds = tenant.map_or(0, |tenant| tenant.after_call_seconds);
        self.desk.after_call_until = Some(over_at + TimeDelta::seconds(seconds.into()));
        self.desk.notice = None;
        if self.desk.pause_after_call {
            self.desk.paused_at = Some(over_at);
            self.desk.pause_after_call = false;
        }
        Ok(())
    }

    /// Calls that began and ended at this telephone while nobody looked are its person's all the same.
    async fn look_back(&mut self, seat: &Seat, opened_since: DateTime<Utc>) -> Result<()> {
        let taken = store::list_connected(&mut *self.db, seat.id, self.desk.settled_signal).await?;
        let own = self.desk.call.map(|call| call.id);
        let missed: Vec<CallId> = taken.into_iter().filter(|call| Some(*call) != own).collect();
        if missed.is_empty() {
            return Ok(());
        }
        let missed = calls::list_live(&mut *self.db, &missed, opened_since).await?;
        let mut missed: Vec<_> =
            missed.into_iter().filter(|call| call.ended_at.is_some() && call.account.is_none()).collect();
        let last = missed.pop_if(|_| self.desk.state(self.now) == State::Ready);
        for call in missed {
            calls::claim_call(&mut *self.db, call.key, self.viewer.account).await?;
        }
        let Some(last) = last else { return Ok(()) };
        self.join(&last, true).await?;
        self.start_after_call(last.ended_at.unwrap_or(self.now)).await
    }

    async fn tell_failed_order(&mut self, seat: &Seat) -> Result<()> {
        if !seat.is_controlled() || self.desk.notice.is_some() {
            return Ok(());
        }
        let told = store::tell_failed_order(&mut *self.db, self.viewer.account, self.now).await?;
        self.desk.notice = told.map(|(act, outcome)| sentence_of_failure(&act, outcome.as_deref()));
        Ok(())
    }
}

fn sentence_of_failure(act: &str, outcome: Option<&str>) -> String {
    let what = match act {
        "pause" => "Die Pause wurde an der Telefonanlage nicht gesetzt",
        "ready" => "Die Pause wurde an der Telefonanlage nicht beendet",
        "enter_queue" => "Ihr Telefon wurde an einer Warteschlange nicht angemeldet",
        "leave_queue" => "Ihr Telefon wurde von einer Warteschlange nicht abgemeldet",
        "answer" => "Die Telefonanlage konnte den Anruf nicht annehmen. Bitte heben Sie ab",
        "transfer" | "consult" => "Das Verbinden ist an der Telefonanlage gescheitert",
        "call" => "Die Telefonanlage konnte nicht wählen",
        _ => "Die Telefonanlage hat einen Auftrag nicht ausgeführt",
    };
    match outcome.filter(|outcome| !outcome.is_empty()) {
        Some(outcome) => format!("{what} ({outcome})."),
        None => format!("{what}."),
    }
}
