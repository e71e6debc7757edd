//! What became of transfers, as far as the telephone systems tell.

use chrono::TimeDelta;

use super::State;
use super::sitting::{Notice, Sitting};
use crate::app::App;
use crate::calls;
use crate::db::Scope;
use crate::directory::{self, NewTransfer, OpenTransfer, Target, Told};
use crate::ids::{CallId, TransferId};
use crate::web::Result;

/// Whoever has told nothing until then will not tell.
const TOLD_WITHIN: TimeDelta = TimeDelta::days(1);

/// Looks after every transfer whose end nobody has told.
pub async fn settle_transfers(app: &App) -> sqlx::Result<()> {
    let mut db = app.begin(&Scope::system()).await?;
    for open in directory::list_untold(&mut *db, app.clock.now() - TOLD_WITHIN).await? {
        if let Some(told) = find_told(&mut db, &open).await? {
            directory::set_told_result(&mut *db, open.tenant, open.id, told).await?;
        }
    }
    db.commit().await
}

/// The last word of the call's telephone system about this number.
async fn find_told(db: &mut sqlx::PgConnection, open: &OpenTransfer) -> sqlx::Result<Option<Told>> {
    let Some(target) = open.target.as_deref() else { return Ok(None) };
    let transfers = calls::list_transfers(db, open.call_opened_at, open.call).await?;
    let same = transfers.into_iter().filter(|transfer| is_same_number(transfer.target.as_deref(), target));
    let mut told = same.filter_map(|transfer| Told::of_exchange(transfer.kind.as_deref(), transfer.result.as_deref()));
    Ok(told.next_back())
}

/// One may be the extension of the other.
fn is_same_number(told: Option<&str>, dialled: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (told, dialled) = (digits(told.unwrap_or_default()), digits(dialled));
    let (told, dialled) = (told.trim_start_matches("49").trim_start_matches('0'), dialled.trim_start_matches('0'));
    let long_enough = told.len() >= 2 && dialled.len() >= 2;
    long_enough && (told.ends_with(dialled) || dialled.ends_with(told))
}

const TOLD_ALREADY: &str = "Was aus dieser Verbindung wurde, ist schon bekannt.";

impl Sitting<'_> {
    /// Notes to whom the call was connected; how it ended, somebody tells later.
    pub async fn note_transfer(&mut self, call: CallId, to: Target, number: Option<&str>) -> Result<()> {
        let Some(key) = self.at_hand(call) else { return Ok(()) };
        let new = NewTransfer {
            unit: (to.tenant, to.unit),
            contact: to.contact,
            call: (key.tenant, key.opened_at, key.id),
            target: number,
            at: self.now,
        };
        Ok(directory::record_transfer(&mut self.db, &new).await?)
    }

    pub async fn tell_transfer(&mut self, transfer: TransferId, told: Told) -> Result<Notice> {
        let Some(call) = self.desk.call else { return Ok(Some(TOLD_ALREADY.to_owned())) };
        let is_set = directory::set_result(&mut *self.db, call.id, transfer, told).await?;
        Ok((!is_set).then(|| TOLD_ALREADY.to_owned()))
    }

    /// The transfer of the call that just ended, where neither the telephone system nor anybody has said how it went.
    pub async fn find_untold(&mut self) -> Result<Option<OpenTransfer>> {
        let is_over = self.desk.state(self.now) == State::AfterCall;
        let Some(call) = self.desk.call.filter(|_| is_over) else { return Ok(None) };
        let Some(open) = directory::find_untold(&mut *self.db, call.id).await? else { return Ok(None) };
        match find_told(&mut self.db, &open).await? {
            Some(told) => {
                directory::set_told_result(&mut *self.db, open.tenant, open.id, told).await?;
                Ok(None)
            }
            None => Ok(Some(open)),
        }
    }
}
