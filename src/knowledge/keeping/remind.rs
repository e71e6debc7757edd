//! Reminders: one mail for each owner and day, with what became due, a number and one link. Nothing is said twice.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::store::{self, Reminder};
use crate::app::App;
use crate::clock;
use crate::db::Scope;
use crate::mail::{self, NewMail, letter};

/// Writes what is due into the outbox. Says how many owners were reminded.
pub async fn remind_owners(app: &App) -> sqlx::Result<usize> {
    let now = app.clock.now();
    if !mail::may_wake(now) {
        return Ok(0);
    }
    let mut db = app.begin(&Scope::system()).await?;
    let reminders = store::list_reminders(&mut *db, clock::day_of(now)).await?;
    let mut reminded = 0;
    for of_owner in reminders.chunk_by(|a, b| a.owner == b.owner) {
        reminded += usize::from(remind(&mut db, app, of_owner, now).await?);
    }
    db.commit().await?;
    Ok(reminded)
}

/// Who got a mail today gets the rest tomorrow.
async fn remind(db: &mut PgConnection, app: &App, due: &[Reminder], now: DateTime<Utc>) -> sqlx::Result<bool> {
    let first = &due[0];
    let text = letter(&first.owner_name, &sentence(due), &app.settings.url(&path(due)));
    let subject = match count(due, None) {
        1 => "Ein Eintrag braucht Sie".to_owned(),
        many => format!("{many} Einträge brauchen Sie"),
    };
    let key = format!("keeping:{}:{}", first.owner, clock::day_of(now));
    let mail = NewMail { tenant: None, key: &key, recipient: &first.owner_email, subject: &subject, text: &text };
    let is_new = mail::enqueue(&mut *db, mail, now).await?;
    if is_new {
        store::insert_reminders(db, due, now).await?;
    }
    Ok(is_new)
}

fn count(due: &[Reminder], kind: Option<&str>) -> usize {
    let mut entries: Vec<_> =
        due.iter().filter(|one| kind.is_none_or(|kind| one.kind == kind)).map(|one| (one.tenant, one.entry)).collect();
    entries.dedup();
    entries.len()
}

/// "Stadt A: 3 Einträge prüfen, 1 läuft ab. Stadt B: …"
fn sentence(due: &[Reminder]) -> String {
    let of_town = |town: &[Reminder]| {
        let parts =
            [(count(town, Some("due")), "prüfen", "prüfen"), (count(town, Some("expiry")), "läuft ab", "laufen ab")];
        let named =
            parts.into_iter().filter(|(number, ..)| *number > 0).enumerate().map(|(place, (number, one, many))| {
                let thing = if place > 0 {
                    ""
                } else if number == 1 {
                    " Eintrag"
                } else {
                    " Einträge"
                };
                format!("{number}{thing} {}", if number == 1 { one } else { many })
            });
        format!("{}: {}.", town[0].town, named.collect::<Vec<_>>().join(", "))
    };
    due.chunk_by(|a, b| a.tenant == b.tenant).map(of_town).collect::<Vec<_>>().join(" ")
}

/// The list of what is this person's, or, for several towns, where they choose one.
fn path(due: &[Reminder]) -> String {
    let first = &due[0];
    match due.iter().all(|one| one.tenant == first.tenant) {
        true => format!("/knowledge/{}/keeping?owner={}", first.slug, first.owner),
        false => "/knowledge".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{Reminder, count, path, sentence};
    use crate::ids::{AccountId, EntryId, TenantId};

    fn due(tenant: i32, entry: i64, kind: &str) -> Reminder {
        Reminder {
            owner: AccountId(7),
            owner_name: "Redaktion".to_owned(),
            owner_email: "r@stadt.example".to_owned(),
            tenant: TenantId(tenant),
            slug: format!("stadt-{tenant}"),
            town: format!("Stadt {tenant}"),
            entry: EntryId(entry),
            kind: kind.to_owned(),
            for_day: NaiveDate::from_ymd_opt(2026, 11, 17).expect("a day"),
        }
    }

    #[test]
    fn mail_names_towns_and_numbers() {
        let one = [due(1, 1, "due")];
        assert_eq!(sentence(&one), "Stadt 1: 1 Eintrag prüfen.");
        assert_eq!(path(&one), "/knowledge/stadt-1/keeping?owner=7");
        let many = [due(1, 1, "due"), due(1, 1, "expiry"), due(1, 2, "due"), due(2, 3, "expiry")];
        assert_eq!(sentence(&many), "Stadt 1: 2 Einträge prüfen, 1 läuft ab. Stadt 2: 1 Eintrag läuft ab.");
        assert_eq!((count(&many, None), path(&many).as_str()), (3, "/knowledge"));
    }
}
