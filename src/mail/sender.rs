//! Empties the outbox: what is refused for now waits longer each time, and after about a day it is given up.

use chrono::TimeDelta;

use super::smtp::{self, Mailer, Outgoing};
use super::store::{self, Claimed};
use crate::app::App;
use crate::db::Scope;

/// Mails taken at once.
const BATCH: i64 = 20;
/// Longer than sending a batch takes; a server that was killed leaves its mails to the others after that.
const LEASE: TimeDelta = TimeDelta::minutes(15);
/// The wait doubles up to an hour: together with the first ones that is a day.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);
const MOST_TRIES: i32 = 29;
/// Where nothing can be sent.
const WAITS_WITHOUT_SERVER: TimeDelta = TimeDelta::days(1);
/// Sent and given up mails are kept this long.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Sends whatever is due. Says how many mails were sent.
pub async fn deliver(app: &App) -> sqlx::Result<usize> {
    let Some(mailer) = &app.settings.mailer else {
        give_up_without_server(app).await?;
        return Ok(0);
    };
    let mut sent = 0;
    loop {
        let mut db = app.begin(&Scope::system()).await?;
        let claimed = store::claim(&mut *db, app.clock.now(), LEASE, BATCH).await?;
        db.commit().await?;
        if claimed.is_empty() {
            return Ok(sent);
        }
        for mail in claimed {
            sent += usize::from(send(app, mailer, &mail).await?);
        }
    }
}

impl<'a> From<&'a Claimed> for Outgoing<'a> {
    fn from(mail: &'a Claimed) -> Self {
        let (recipient, subject, text) = (&*mail.recipient, &*mail.subject, &*mail.text);
        Self { key: &mail.key, recipient, subject, text, html: mail.html.as_deref(), file: mail.file() }
    }
}

async fn send(app: &App, mailer: &Mailer, mail: &Claimed) -> sqlx::Result<bool> {
    let result = mailer.send(&Outgoing::from(mail)).await;
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    match &result {
        Ok(()) => store::mark_sent(&mut *db, mail.id, now).await?,
        Err(smtp::Refusal { text, is_final }) => {
            let next = (!is_final && mail.tries < MOST_TRIES).then(|| now + wait_after(mail.tries));
            tracing::warn!(mail = mail.id, tries = mail.tries, gives_up = next.is_none(), error = %text, "a mail was not sent");
            store::mark_failed(&mut *db, mail.id, text, next, now).await?;
        }
    }
    db.commit().await?;
    Ok(result.is_ok())
}

fn wait_after(tries: i32) -> TimeDelta {
    let minutes = 1i64 << tries.clamp(1, 7).saturating_sub(1);
    TimeDelta::minutes(minutes).min(LONGEST_WAIT)
}

async fn give_up_without_server(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    let mut db = app.begin(&Scope::system()).await?;
    let error = "Es ist kein Mailserver eingerichtet";
    let given_up = store::give_up_before(&mut *db, now - WAITS_WITHOUT_SERVER, error, now).await?;
    if given_up > 0 {
        tracing::warn!(mails = given_up, "mails were given up: no mail server is set up");
    }
    db.commit().await
}

/// Deletes what nobody needs to look at any more.
pub async fn forget_old_mails(app: &App) -> sqlx::Result<u64> {
    let mut db = app.begin(&Scope::system()).await?;
    let deleted = store::delete_settled_before(&mut *db, app.clock.now() - KEPT).await?;
    db.commit().await?;
    Ok(deleted)
}

#[cfg(test)]
mod tests {
    use super::{MOST_TRIES, wait_after};

    #[test]
    fn waits_grow_to_an_hour_and_end_after_a_day() {
        let minutes: Vec<_> = (1..=8).map(|tries| wait_after(tries).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
        let hours = (1..MOST_TRIES).map(|tries| wait_after(tries).num_minutes()).sum::<i64>() / 60;
        assert!((22..=24).contains(&hours), "{hours}");
    }
}
