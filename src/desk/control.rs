//! What the telephone is told to do: connect, hold, call back. Where its system does not let us, the agent is told so.

use chrono::TimeDelta;

use super::sitting::{Notice, STILL_IN_CALL, Sitting};
use crate::audit::Actor;
use crate::calls;
use crate::cases::{self, CaseFile};
use crate::ids::CallId;
use crate::web::Result;

/// As long as a call can be corrected.
const CALLED_BACK_WITHIN: TimeDelta = TimeDelta::hours(24);

const CANNOT_CONNECT: &str =
    "Diesen Anruf kann die Telefonanlage von hier aus nicht verbinden. Bitte verbinden Sie am Telefon.";
const CANNOT_HOLD: &str = "Diesen Anruf kann die Telefonanlage von hier aus nicht halten. Bitte halten Sie am Telefon.";
const CANNOT_CALL: &str = "Ihr Telefon kann von hier aus nicht wählen.";
const NO_NUMBER: &str = "Zu diesem Anruf ist keine Nummer mehr gespeichert.";
const NO_NUMBER_KEPT: &str = "Zu diesem Vorgang ist keine Nummer gespeichert.";
const NOT_YOURS: &str = "Dieser Vorgang liegt nicht bei Ihnen. Übernehmen Sie ihn zuerst.";
const PICK_UP: &str = "Ihr Telefon klingelt gleich. Nehmen Sie ab, dann wird gewählt.";

impl Sitting<'_> {
    /// Connects the running call: at once, or after a word with the other side.
    pub async fn connect(&mut self, call: CallId, with_consultation: bool, target: &str) -> Result<Notice> {
        if !self.may_connect(call) {
            return Ok(Some(CANNOT_CONNECT.to_owned()));
        }
        let act = if with_consultation { "consult" } else { "transfer" };
        self.order(act, serde_json::json!({"target": target})).await?;
        Ok(None)
    }

    /// Holds the running call, or goes on with it.
    pub async fn hold(&mut self, call: CallId, goes_on: bool) -> Result<Notice> {
        if !self.may_connect(call) {
            return Ok(Some(CANNOT_HOLD.to_owned()));
        }
        self.order(if goes_on { "answer" } else { "hold" }, serde_json::json!({})).await?;
        Ok(None)
    }

    fn may_connect(&self, call: CallId) -> bool {
        self.desk.call.is_some_and(|own| own.id == call) && self.present.may_connect()
    }

    /// Calls whoever called, without anybody seeing the number again.
    pub async fn call_back(&mut self, call: CallId) -> Result<Notice> {
        if self.is_in_call() {
            return Ok(Some(STILL_IN_CALL.to_owned()));
        }
        if !self.present.seat.as_ref().is_some_and(|seat| seat.may_control) {
            return Ok(Some(CANNOT_CALL.to_owned()));
        }
        let since = self.now - CALLED_BACK_WITHIN;
        let Some(key) = calls::find_own_key(&mut *self.db, self.viewer.account, call, since).await? else {
            return Ok(Some(NO_NUMBER.to_owned()));
        };
        let number = calls::find_caller_number(&mut *self.db, key).await?.and_then(|number| dialled(&number));
        let Some(target) = number else { return Ok(Some(NO_NUMBER.to_owned())) };
        self.order("call", serde_json::json!({"target": target})).await?;
        Ok(Some(PICK_UP.to_owned()))
    }

    /// Calls back for a case that lies with this person.
    pub async fn call_for(&mut self, case: &CaseFile) -> Result<Notice> {
        if self.is_in_call() {
            return Ok(Some(STILL_IN_CALL.to_owned()));
        }
        if case.is_closed() || case.assignee != Some(self.viewer.account) {
            return Ok(Some(NOT_YOURS.to_owned()));
        }
        if !self.present.seat.as_ref().is_some_and(|seat| seat.may_control) {
            return Ok(Some(CANNOT_CALL.to_owned()));
        }
        let contact = cases::find_contact(&mut *self.db, case.tenant, case.id).await?;
        let number = contact.and_then(|contact| contact.phone).and_then(|number| dialled(&number));
        let Some(target) = number else { return Ok(Some(NO_NUMBER_KEPT.to_owned())) };
        self.order("call", serde_json::json!({"target": target})).await?;
        cases::note_call(&mut self.db, case, &Actor::from(self.viewer), self.now).await?;
        Ok(Some(PICK_UP.to_owned()))
    }
}

/// As the telephone system dials it: digits, numbers of this country with their zero, others with two.
pub fn dialled(number: &str) -> Option<String> {
    let number = number.trim();
    let number = match (number.strip_prefix("+49"), number.strip_prefix('+')) {
        (Some(national), _) => format!("0{national}"),
        (None, Some(abroad)) => format!("00{abroad}"),
        (None, None) => number.to_owned(),
    };
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let is_number = number.chars().all(|c| c.is_ascii_digit() || " -/()".contains(c));
    (is_number && (2..=20).contains(&digits.len())).then_some(digits)
}
