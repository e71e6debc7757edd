//! The way in for an office without a sign-in: made for a mail, and opened from one.

use chrono::TimeDelta;
use sqlx::PgConnection;

use super::store;
pub use super::store::Link;
use super::{CaseFile, Rule, Token};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::db::Scope;
use crate::ids::UnitId;

/// Where the link leads.
pub fn path(token: &Token) -> String {
    format!("/case/{}", token.as_str())
}

/// A new way in for an office; the token is told once, for the mail. The number tells one mail from another.
pub async fn issue(
    db: &mut PgConnection,
    app: &App,
    case: &CaseFile,
    unit: UnitId,
    rule: &Rule,
) -> sqlx::Result<(Token, i64)> {
    let now = app.clock.now();
    let token = Token::draw(&store::find_key(&mut *db).await?);
    let until = now + TimeDelta::days(rule.link_days.into());
    let id = store::insert_link(&mut *db, case.tenant, (case.id, unit), &token.hash(), (now, until)).await?;
    Ok((token, id))
}

/// Why nobody comes in with it. The page says the same to all of them; the audit knows better.
#[derive(Debug, Clone, Copy)]
pub enum Refused {
    /// Nobody here wrote it.
    Forged,
    Unknown,
    Expired(Link),
    /// The case was closed, or lies with another office.
    Ended(Link),
}

impl Refused {
    fn words(self) -> &'static str {
        match self {
            Self::Forged => "kein Link von hier",
            Self::Unknown => "unbekannt",
            Self::Expired(_) => "abgelaufen",
            Self::Ended(_) => "nicht mehr gültig",
        }
    }
}

/// The only statements that look into every tenant: afterwards the scope is that of the link's tenant.
pub async fn open(app: &App, text: &str) -> sqlx::Result<Result<Link, Refused>> {
    let mut db = app.begin(&Scope::system()).await?;
    let key = store::find_key(&mut *db).await?;
    let Some(token) = Token::read(&key, text) else { return Ok(Err(Refused::Forged)) };
    let Some(link) = store::find_link(&mut *db, &token.hash()).await? else { return Ok(Err(Refused::Unknown)) };
    Ok(match link {
        link if link.ended_at.is_some() => Err(Refused::Ended(link)),
        link if link.expires_at <= app.clock.now() => Err(Refused::Expired(link)),
        link => Ok(link),
    })
}

/// Without the token, and without the address it came from.
pub async fn note_refusal(app: &App, why: Refused) -> sqlx::Result<()> {
    let details = serde_json::json!({ "reason": why.words() });
    let act = match why {
        Refused::Expired(link) | Refused::Ended(link) => {
            Act::of(link.tenant, "refused", "case_link", link.case, details)
        }
        Refused::Forged | Refused::Unknown => Act::of_center("refused", "case_link", "–", details),
    };
    let actor = Actor { account: None, name: "Link aus einer Mail".to_owned() };
    let mut db = app.begin(&Scope::system()).await?;
    audit::record(&mut *db, app.clock.now(), &actor, act).await?;
    db.commit().await
}
