//! What was found for the typed words.

use crate::bulletins::Bulletin;
use crate::ids::CallId;
use crate::search::{Completion, Correction, Hit};

#[derive(Default)]
pub struct Results {
    pub query: String,
    /// Above the hits.
    pub bulletins: Vec<Bulletin>,
    pub hits: Vec<DeskHit>,
    pub total: usize,
    pub corrections: Vec<Correction>,
    pub completions: Vec<Completion>,
    /// Sent while typing: without a hit it is a miss only when it stays on the screen.
    pub is_typing: bool,
    pub milliseconds: u128,
    pub call: Option<CallId>,
}

pub struct DeskHit {
    pub hit: Hit,
    pub owner: String,
}
