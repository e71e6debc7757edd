//! What makes a message the same as one that came before, as a short mark without anything of the message in it.

use sha2::{Digest, Sha256};

use crate::calls::{Identity, Incoming};

/// `generation`: of the call that it belongs to.
pub fn mark(message: &Incoming, generation: Option<i32>) -> Vec<u8> {
    let mut hash = Sha256::new();
    match &message.identity {
        Identity::Id(id) => hash.update(format!("id\0{id}")),
        Identity::InCall(id) => {
            let call = message.call_ref.as_deref().unwrap_or_default();
            let generation = generation.unwrap_or_default();
            hash.update(format!("call\0{call}\0{generation}\0{id}"));
        }
    }
    // Half of it cannot collide by accident, and there are many of them.
    hash.finalize()[..16].to_vec()
}
