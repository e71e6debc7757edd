//! Promises are looked at once a minute: whoever has to keep one hears of it before it breaks, somebody else when it did.

use sqlx::PgConnection;

use super::store::{self, Unkept};
use super::{CaseFile, Rule, letters, taking};
use crate::accounts;
use crate::app::App;
use crate::db::Scope;
use crate::mail::Purpose;

/// Rows of one transaction.
const TURN: i64 = 50;

/// Safe to repeat, and on several servers at once. Says how many were warned or escalated.
pub async fn watch(app: &App) -> sqlx::Result<usize> {
    let mut told = 0;
    loop {
        let mut db = app.begin(&Scope::system()).await?;
        let unkept = store::list_unkept(&mut *db, app.clock.now(), TURN).await?;
        if unkept.is_empty() {
            return Ok(told);
        }
        for one in &unkept {
            tell(&mut db, app, *one).await?;
        }
        db.commit().await?;
        told += unkept.len();
    }
}

/// The mark and the mail are one transaction: neither is there without the other.
async fn tell(db: &mut PgConnection, app: &App, one: Unkept) -> sqlx::Result<()> {
    let (key, now, actor) = ((one.tenant, one.id), app.clock.now(), letters::clockwork());
    let rule = store::find_rule(&mut *db, one.tenant).await?;
    if !one.is_late {
        store::mark_warned(&mut *db, one.tenant, one.id, now).await?;
        store::insert_event(&mut *db, key, &actor, ("warned", None), serde_json::json!({}), now).await?;
        return taking::tell(db, app, key, (&rule, Purpose::CaseWarn), &actor).await;
    }
    store::mark_escalated(&mut *db, one.tenant, one.id, now).await?;
    store::insert_event(&mut *db, key, &actor, ("escalated", None), serde_json::json!({}), now).await?;
    let Some(case) = store::find_case(&mut *db, one.tenant, one.id).await? else { return Ok(()) };
    let addresses = escalation(&mut *db, &case, &rule).await?;
    letters::tell_escalation(db, app, &case, &addresses).await
}

/// As the town wishes it; otherwise its own administration.
async fn escalation(db: &mut PgConnection, case: &CaseFile, rule: &Rule) -> sqlx::Result<Vec<String>> {
    match &rule.escalation_mail {
        Some(address) => Ok(vec![address.clone()]),
        None => accounts::list_admin_addresses(db, case.tenant).await,
    }
}

/// Once a day: the ways to people whose cases are closed long enough. Says only how many.
pub async fn forget_old_contacts(app: &App) -> sqlx::Result<i64> {
    let mut db = app.begin(&Scope::system()).await?;
    let deleted = store::delete_old_contacts(&mut *db, app.clock.now()).await?;
    db.commit().await?;
    Ok(deleted)
}
