//! A bulletin "bis auf Weiteres" must not stand for ever: on its day whoever wrote it is asked by mail whether it still holds.

use super::store::{self, Reminder};
use crate::app::App;
use crate::clock;
use crate::db::Scope;
use crate::mail::{self, NewMail, letter};

/// Writes what is due into the outbox, each once. Says how many mails that are.
pub async fn remind_authors(app: &App) -> sqlx::Result<usize> {
    let now = app.clock.now();
    if !mail::may_wake(now) {
        return Ok(0);
    }
    let mut db = app.begin(&Scope::system()).await?;
    let reminders = store::list_reminders(&mut *db, clock::day_of(now), now).await?;
    let mut written = 0;
    for reminder in &reminders {
        let key = format!("bulletin:{}:{}:{}", reminder.bulletin, reminder.for_day, reminder.account);
        let text = letter(&reminder.name, &sentence(reminder), &app.settings.url(&path(reminder)));
        let mail = NewMail {
            tenant: Some(reminder.tenant),
            key: &key,
            recipient: &reminder.email,
            subject: "Gilt diese Meldung noch?",
            text: &text,
        };
        written += usize::from(mail::enqueue(&mut *db, mail, now).await?);
    }
    store::mark_reminded(&mut *db, &reminders).await?;
    db.commit().await?;
    Ok(written)
}

fn sentence(reminder: &Reminder) -> String {
    format!(
        "{}: Die Meldung „{}“ gilt bis auf Weiteres und sollte jetzt geprüft werden. Bitte beenden Sie sie oder geben Sie \
         ihr ein Ende oder einen neuen Tag zum Prüfen.",
        reminder.town, reminder.title
    )
}

fn path(reminder: &Reminder) -> String {
    format!("/knowledge/{}/bulletins/{}", reminder.slug, reminder.bulletin)
}
