//! What an agent does at the desk: each act in one transaction that holds the desk's row.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Postgres, Transaction};

use super::present::Present;
use super::store::Order;
use super::{Desk, KEPT, State, UNDO, Undo, store};
use crate::access::Viewer;
use crate::app::App;
use crate::calls::{self, CallKey, Disposition, EntryKey};
use crate::clock;
use crate::ids::{CallId, EntryId, LineId, TenantId};
use crate::knowledge;
use crate::search::{self, SearchIndex, learning};
use crate::tenants;
use crate::web::{Error, Result};

/// A sentence for the agent when an act could not be done as asked; nothing was lost.
pub type Notice = Option<String>;

pub(super) const CALL_IS_OVER: &str =
    "Dieses Gespräch ist schon beendet, vielleicht in einem anderen Fenster. Hier sehen Sie den jetzigen Stand.";
const UNDO_IS_OVER: &str =
    "Zurücknehmen war nur zehn Sekunden lang möglich. Korrigieren können Sie den Anruf unter „Anrufe“.";
pub(super) const STILL_IN_CALL: &str = "Sie sind noch in einem Gespräch. Beenden Sie es zuerst.";
const FIRST_WHAT_RINGS: &str = "Es klingelt. Nehmen Sie zuerst diesen Anruf an, mit F2 oder am Telefon.";
const HANG_UP: &str = "Das Ergebnis ist gespeichert. Bitte legen Sie auf.";
const RINGS_NO_MORE: &str = "Dieser Anruf klingelt nicht mehr bei Ihnen.";
const NO_RESULT_YET: &str =
    "Öffnen Sie zuerst den Eintrag, mit dem Sie geantwortet haben, oder wählen Sie rechts ein anderes Ergebnis.";

pub struct Sitting<'a> {
    pub(super) db: Transaction<'static, Postgres>,
    pub(super) desk: Desk,
    pub(super) present: Present,
    pub(super) viewer: &'a Viewer,
    pub(super) now: DateTime<Utc>,
    search: SearchIndex,
    /// As the row was.
    saved: Desk,
}

impl<'a> Sitting<'a> {
    /// Looks at the desk, brought in line with its telephone.
    pub async fn look(app: &App, viewer: &'a Viewer) -> Result<Self> {
        let mut db = app.begin(&viewer.scope()).await?;
        let desk = store::hold_desk(&mut db, viewer.account).await?;
        let (search, now, saved) = (app.search.clone(), app.clock.now(), desk.clone());
        let mut sitting = Self { db, desk, present: Present::default(), viewer, now, search, saved };
        sitting.settle().await?;
        Ok(sitting)
    }

    /// For an act of the person: what had to be told was told, and the call that just ended is still worked on.
    pub async fn begin(app: &App, viewer: &'a Viewer) -> Result<Self> {
        let mut sitting = Self::look(app, viewer).await?;
        sitting.desk.notice = None;
        let is_worked_on = sitting.desk.state(sitting.now) == State::AfterCall && sitting.present.is_by_phone();
        if is_worked_on {
            sitting.desk.after_call_until = sitting.desk.after_call_until.max(Some(sitting.now + KEPT));
        }
        Ok(sitting)
    }

    pub async fn finish(mut self) -> Result<()> {
        if self.desk != self.saved {
            self.save().await?;
        }
        self.db.commit().await?;
        Ok(())
    }

    pub(super) async fn save(&mut self) -> Result<()> {
        store::save_desk(&mut *self.db, self.viewer.account, &self.desk).await?;
        self.saved = self.desk.clone();
        Ok(())
    }

    pub fn tell(&mut self, notice: Notice) {
        self.desk.notice = notice.or_else(|| self.desk.notice.take());
    }

    pub(super) fn is_in_call(&self) -> bool {
        self.desk.state(self.now).in_call()
    }

    /// The call that the page shows, if it still is the desk's: running, or ended by the telephone a moment ago.
    pub(super) fn at_hand(&self, id: CallId) -> Option<CallKey> {
        self.desk.call.filter(|call| call.id == id && (self.is_in_call() || self.present.is_by_phone()))
    }

    pub(super) async fn order(&mut self, act: &'static str, details: serde_json::Value) -> Result<()> {
        let Some(seat) = self.desk.seat else { return Ok(()) };
        let call = self.desk.call.filter(|_| matches!(act, "answer" | "transfer" | "consult" | "hold"));
        let order = Order { seat, act, details, call };
        store::insert_order(&mut *self.db, self.viewer.account, &order, self.now).await?;
        Ok(())
    }

    /// F2 while it rings. The telephone may need a moment longer.
    pub async fn accept(&mut self, call: CallId) -> Result<Notice> {
        if self.desk.call.is_some_and(|own| own.id == call) && self.is_in_call() {
            return Ok(None);
        }
        let Some(ringing) = self.present.ringing.take_if(|ringing| ringing.key.id == call) else {
            return Ok(Some(RINGS_NO_MORE.to_owned()));
        };
        self.join(&ringing, false).await?;
        self.order("answer", serde_json::json!({})).await?;
        Ok(None)
    }

    pub async fn take_call(&mut self, tenant: TenantId, line: LineId) -> Result<Notice> {
        if self.is_in_call() {
            return Ok(Some(STILL_IN_CALL.to_owned()));
        }
        if self.present.ringing.is_some() {
            return Ok(Some(FIRST_WHAT_RINGS.to_owned()));
        }
        let town = self.viewer.tenant_by_id(tenant).ok_or(Error::NotFound)?;
        let call = calls::open_call(&mut self.db, tenant, line, self.viewer.account, self.now).await?;
        self.desk = Desk {
            call: Some(call),
            shown_tenant: (!town.is_intake()).then_some(tenant),
            last_line: Some((tenant, line)),
            ..self.desk.ready()
        };
        self.open_preset_entry(tenant, line).await?;
        Ok(None)
    }

    /// A number that stands on letters about one topic opens that topic at once.
    pub(super) async fn open_preset_entry(&mut self, tenant: TenantId, line: LineId) -> Result<()> {
        let line = tenants::find_line(&mut *self.db, tenant, line).await?.ok_or(Error::NotFound)?;
        let (Some(call), Some((owner, entry))) = (self.desk.call, line.preset_entry) else { return Ok(()) };
        match self.open_entry(call.id, owner, entry).await {
            // A preset that was withdrawn since must not keep the call from being taken.
            Err(Error::NotFound) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    pub async fn open_entry(&mut self, call: CallId, owner: TenantId, entry: EntryId) -> Result<Notice> {
        let Some(key) = self.at_hand(call) else { return Ok(Some(CALL_IS_OVER.to_owned())) };
        let shown_for = self.desk.shown_tenant.ok_or(Error::NotFound)?;
        let town = self.viewer.tenant_by_id(shown_for).ok_or(Error::NotFound)?;
        let found = knowledge::find_entry(&mut self.db, town.id, owner, entry).await?.ok_or(Error::NotFound)?;
        let shown = EntryKey { tenant: found.tenant, entry: found.id, version: found.version };
        calls::record_entry(&mut self.db, key, shown, shown_for, self.now).await?;
        self.desk.entry = Some(shown);
        Ok(None)
    }

    /// Ctrl+Enter: the open entry answered the call.
    pub async fn mark(&mut self, call: CallId, typed: &str) -> Result<Notice> {
        let Some(key) = self.at_hand(call) else { return Ok(Some(CALL_IS_OVER.to_owned())) };
        let Some(entry) = self.desk.entry else { return Ok(Some(NO_RESULT_YET.to_owned())) };
        let shown = calls::find_open_entries(&mut *self.db, key).await?;
        if shown.iter().any(|shown| shown.key == entry && shown.answered_at.is_some()) {
            return Ok(None);
        }
        let town = self.desk.shown_tenant.unwrap_or(key.tenant);
        let topics = knowledge::list_life_situations(&mut *self.db, entry.tenant, entry.entry).await?;
        let competent = tenants::find_authority(&mut *self.db, town, entry.tenant, &topics).await?;
        calls::mark_answer(&mut self.db, key, entry, competent, self.now).await?;
        let taught = self.teach(town, typed, entry).await?;
        self.allow_undo(Undo::Answer { entry, taught });
        Ok(None)
    }

    /// Ties what was typed to the entry that answered it.
    async fn teach(&mut self, town: TenantId, typed: &str, entry: EntryKey) -> Result<Option<(TenantId, Vec<String>)>> {
        let Some(town) = self.viewer.tenant_by_id(town) else { return Ok(None) };
        let request = search::Request::new(typed, &town.sources, 1, self.now);
        let today = request.today;
        let Some(words) = self.search.words_to_learn(request).await else { return Ok(None) };
        let answered = (entry.tenant, entry.entry);
        let is_noted = learning::note_answer(&mut *self.db, town.id, &words, answered, today).await?;
        Ok(is_noted.then_some((town.id, words)))
    }

    pub async fn set_outcome(
        &mut self,
        call: CallId,
        disposition: Disposition,
        detail: Option<&str>,
        note: Option<&str>,
    ) -> Result<Notice> {
        let Some(key) = self.at_hand(call) else { return Ok(Some(CALL_IS_OVER.to_owned())) };
        calls::set_disposition(&mut *self.db, key, disposition, detail).await?;
        if let Some(note) = note {
            calls::update_note(&mut *self.db, key, note).await?;
        }
        Ok(None)
    }

    /// Whether the call that is connected lacked knowledge.
    pub async fn note_lack(&mut self, call: CallId, lacks: bool) -> Result<()> {
        if let Some(key) = self.at_hand(call) {
            calls::set_lacks_knowledge(&mut *self.db, key, lacks).await?;
        }
        Ok(())
    }

    pub async fn keep_note(&mut self, call: CallId, note: &str) -> Result<Notice> {
        let Some(key) = self.at_hand(call) else { return Ok(Some(CALL_IS_OVER.to_owned())) };
        calls::update_note(&mut *self.db, key, note).await?;
        Ok(None)
    }

    pub async fn end(&mut self, call: CallId) -> Result<Notice> {
        let Some(key) = self.at_hand(call) else { return Ok(Some(CALL_IS_OVER.to_owned())) };
        let record = calls::find_call(&mut *self.db, key).await?.ok_or(Error::NotFound)?;
        if record.disposition.is_none() {
            return Ok(Some(NO_RESULT_YET.to_owned()));
        }
        if self.present.is_by_phone() {
            return Ok(self.is_in_call().then(|| HANG_UP.to_owned()));
        }
        calls::end_call(&mut self.db, key, self.now).await?;
        let tenant = tenants::find_tenant(&mut *self.db, key.tenant).await?.ok_or(Error::NotFound)?;
        self.allow_undo(Undo::End { entry: self.desk.entry });
        self.desk.after_call_until = Some(self.now + TimeDelta::seconds(tenant.after_call_seconds.into()));
        self.desk.paused_at = self.desk.pause_after_call.then_some(self.now);
        self.desk.pause_after_call = false;
        Ok(None)
    }

    fn allow_undo(&mut self, undo: Undo) {
        self.desk.undo = Some(undo);
        self.desk.undo_until = Some(self.now + UNDO);
    }

    /// Takes the last act back, as long as its ten seconds run.
    pub async fn undo(&mut self) -> Result<Notice> {
        let (Some((undo, _)), Some(call)) = (self.desk.open_undo(self.now), self.desk.call) else {
            return Ok(Some(UNDO_IS_OVER.to_owned()));
        };
        match undo {
            Undo::Answer { entry, taught } => {
                calls::unmark_answer(&mut self.db, call, entry, self.now).await?;
                if let Some((town, words)) = taught {
                    let today = clock::day_of(self.now);
                    let answered = (entry.tenant, entry.entry);
                    learning::take_back_answer(&mut *self.db, town, &words, answered, today).await?;
                }
            }
            Undo::End { entry } => {
                calls::reopen_call(&mut self.db, call, self.now).await?;
                self.desk.after_call_until = None;
                self.desk.entry = entry;
            }
        }
        self.desk.undo = None;
        self.desk.undo_until = None;
        Ok(None)
    }
}
