//! Passwords: argon2id with OWASP's smallest recommended cost, checked off the async threads.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::web::forms::Errors;

pub const SHORTEST: usize = 12;
pub const LONGEST: usize = 200;

/// 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet, argon2id).
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("fixed parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

pub async fn hash_password(password: String) -> anyhow::Result<String> {
    tokio::task::spawn_blocking(move || {
        let hash = hasher().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| anyhow::anyhow!("password hash: {error}"))
    })
    .await?
}

/// Without an account a password is checked against a fixed hash all the same, so that the answer takes equally long.
pub async fn verify_password(password: String, hash: Option<String>) -> anyhow::Result<bool> {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$8JXtvIgKZ0RtYN3WqQ0n3b4b9e2m1uQ1bYxkq0yA0bE";
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let Ok(parsed) = PasswordHash::new(&hash) else { return false };
        hasher().verify_password(password.as_bytes(), &parsed).is_ok() && known
    })
    .await
    .map_err(Into::into)
}

/// Length is what counts; no rules about kinds of characters.
pub fn check_new_password(errors: &mut Errors, password: &str, again: &str) {
    if password.chars().count() < SHORTEST {
        errors.add("password", format!("Das Passwort ist zu kurz: Es braucht mindestens {SHORTEST} Zeichen."));
    }
    errors.limit("password", password, LONGEST);
    if password != again {
        errors.add("password_again", "Die beiden Passwörter stimmen nicht überein.");
    }
}
