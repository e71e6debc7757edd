//! Ready, in a pause, or still busy with the call that just ended.

use serde_json::json;

use super::sitting::Sitting;
use super::{EXTENSION, State};
use crate::web::Result;

impl Sitting<'_> {
    /// Thirty seconds more for after-call work.
    pub fn extend_after_call(&mut self) {
        if let Some(until) = self.desk.after_call_until.filter(|until| *until > self.now) {
            self.desk.after_call_until = Some(until + EXTENSION);
        }
    }

    /// Ends after-call work or a pause.
    pub async fn get_ready(&mut self) -> Result<()> {
        if self.is_in_call() {
            return Ok(());
        }
        let was_paused = self.desk.paused_at.is_some();
        self.desk = self.desk.ready();
        if was_paused {
            self.desk.state_chosen_at = Some(self.now);
            self.order("ready", json!({})).await?;
        }
        Ok(())
    }

    /// At once, or after the running call; the same asked for again during a call takes it back.
    pub async fn pause(&mut self, reason: &str) -> Result<()> {
        let is_same = self.desk.pause_reason.as_deref() == Some(reason);
        let is_asked_for = match self.desk.state(self.now) {
            State::AskingTown | State::InCall => {
                self.desk.pause_after_call = !(self.desk.pause_after_call && is_same);
                self.desk.pause_after_call
            }
            State::Paused if is_same => return Ok(()),
            _ => {
                self.desk.paused_at = self.desk.paused_at.or(Some(self.now));
                true
            }
        };
        self.desk.pause_reason = is_asked_for.then(|| reason.to_owned());
        self.desk.state_chosen_at = Some(self.now);
        match is_asked_for {
            true => self.order("pause", json!({ "reason": reason })).await,
            false => self.order("ready", json!({})).await,
        }
    }
}
