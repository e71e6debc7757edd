//! People: how they prove who they are, and what they may do where.

mod invitations;
mod pages;
mod password;
mod sessions;
mod store;
mod throttle;
mod tokens;

pub use invitations::create_invitation;
pub use pages::routes;
pub use password::{SHORTEST as SHORTEST_PASSWORD, hash_password};
pub use store::{NewAccount, Person, insert_account, list_admin_addresses, list_editors, list_people};
pub use tokens::{TOKEN_SCOPES, create_token, find_token};

use chrono::TimeDelta;
use rand::Rng;
use sha2::{Digest, Sha256};

use crate::access::Viewer;
use crate::app::App;
use crate::db::Scope;
use crate::web::Flash;

/// Without a sign of life for this long a session ends. An open desk sends one every minute.
pub const IDLE_TIMEOUT: TimeDelta = TimeDelta::minutes(60);
/// After this long everybody signs in again: longer than any shift.
pub const ABSOLUTE_TIMEOUT: TimeDelta = TimeDelta::hours(14);

/// The person behind a session cookie, if the session is still good.
pub async fn find_viewer(app: &App, secret: &str) -> sqlx::Result<Option<Viewer>> {
    let mut db = app.begin(&Scope::system()).await?;
    let viewer = store::find_viewer(&mut db, &hash_secret(secret), app.clock.now()).await?;
    db.commit().await?;
    Ok(viewer)
}

/// Whether the session that the person came with is still good. No sign of life by itself.
pub async fn is_signed_in(app: &App, viewer: &Viewer) -> sqlx::Result<bool> {
    let mut db = app.begin(&Scope::system()).await?;
    let now = app.clock.now();
    sessions::is_good(&mut *db, &viewer.session, now - IDLE_TIMEOUT, now - ABSOLUTE_TIMEOUT).await
}

/// Keeps a message for the person's next page.
pub async fn flash(app: &App, viewer: &Viewer, flash: &Flash) -> sqlx::Result<()> {
    let mut db = app.begin(&Scope::system()).await?;
    sessions::update_flash(&mut *db, &viewer.session, Some(flash)).await?;
    db.commit().await
}

/// The waiting message, once.
pub async fn take_flash(app: &App, viewer: &Viewer) -> sqlx::Result<Option<Flash>> {
    if viewer.flash.is_some() {
        let mut db = app.begin(&Scope::system()).await?;
        sessions::update_flash(&mut *db, &viewer.session, None).await?;
        db.commit().await?;
    }
    Ok(viewer.flash.clone().and_then(|flash| serde_json::from_value(flash).ok()))
}

/// Good enough to catch a slip of the pen; whether it exists, the invitation shows.
pub fn is_email(text: &str) -> bool {
    let (name, domain) = text.trim().rsplit_once('@').unwrap_or_default();
    !name.is_empty() && domain.contains('.') && !domain.starts_with('.') && !text.contains(char::is_whitespace)
}

/// 256 bits of chance, for cookies, invitations and tokens. Only its hash is stored.
pub fn new_secret() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    data_encoding::BASE64URL_NOPAD.encode(&bytes)
}

/// A plain hash is enough for a secret of 256 random bits.
pub fn hash_secret(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
