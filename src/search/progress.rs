//! The place in the list of changes that a pass may reach.

use crate::knowledge::{Change, ChangeCursor};

/// How far the place may move in one pass through the changes: up to the first one that is not settled, and never past
/// it, even if later pages are read when more is settled.
pub struct Progress {
    pub settled: ChangeCursor,
    is_at_end: bool,
}

impl From<ChangeCursor> for Progress {
    fn from(settled: ChangeCursor) -> Self {
        Self { settled, is_at_end: false }
    }
}

impl Progress {
    pub fn pass(&mut self, changes: &[Change]) {
        for change in changes {
            self.is_at_end |= !change.is_settled;
            if self.is_at_end {
                return;
            }
            self.settled = change.at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{EntryId, TenantId};

    fn change(xact: i64, is_settled: bool) -> Change {
        Change { at: ChangeCursor { xact, id: xact }, tenant: TenantId(1), id: EntryId(1), is_settled, entry: None }
    }

    #[test]
    fn place_never_moves_past_what_may_still_appear() {
        let mut progress = Progress::from(ChangeCursor { xact: 1, id: 0 });
        progress.pass(&[change(2, true), change(5, false), change(6, false)]);
        assert_eq!(progress.settled.xact, 2);
        // The slow transaction 4 commits now, and the next page says that everything is settled.
        progress.pass(&[change(7, true), change(8, true)]);
        assert_eq!(progress.settled.xact, 2);
    }
}
