//! The secret in a link: chance and a signature over it, so that a guess is known for one before any row is looked at.

use data_encoding::BASE64URL_NOPAD;
use rand::Rng;
use ring::hmac;
use sha2::{Digest, Sha256};

const CHANCE: usize = 24;
const SIGNATURE: usize = 16;

/// What stands in a link. Never printed, never stored: only its hash is.
#[derive(Clone)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    pub fn draw(key: &[u8]) -> Self {
        let mut bytes = [0u8; CHANCE];
        rand::rng().fill_bytes(&mut bytes);
        let signature = sign(key, &bytes);
        Self(BASE64URL_NOPAD.encode(&[&bytes[..], &signature.as_ref()[..SIGNATURE]].concat()))
    }

    /// None: nobody of ours wrote this.
    pub fn read(key: &[u8], text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok().filter(|bytes| bytes.len() == CHANCE + SIGNATURE)?;
        let (chance, signature) = bytes.split_at(CHANCE);
        let expected = sign(key, chance);
        let is_ours = bool::from(subtle::ConstantTimeEq::ct_eq(signature, &expected.as_ref()[..SIGNATURE]));
        is_ours.then(|| Self(text.to_owned()))
    }

    /// For the link alone.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

fn sign(key: &[u8], chance: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &[b"case-link:", chance].concat())
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn only_what_was_signed_here_is_read() {
        let token = Token::draw(b"ours");
        assert_eq!(Token::read(b"ours", token.as_str()).map(|read| read.hash()), Some(token.hash()));
        assert!(Token::read(b"another", token.as_str()).is_none());
        let mut changed = token.as_str().to_owned();
        let last = if changed.ends_with('A') { 'B' } else { 'A' };
        changed.replace_range(0..1, &last.to_string());
        assert!(changed == token.as_str() || Token::read(b"ours", &changed).is_none());
        for wrong in ["", "kurz", "ä", &"A".repeat(54), &"A".repeat(5000)] {
            assert!(Token::read(b"ours", wrong).is_none(), "{wrong:.20}");
        }
        assert_eq!(format!("{token:?}"), "Token");
    }
}
