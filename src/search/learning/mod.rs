//! Learning from answers: "damit beantwortet" ties the typed words to the entry, and entries that answered similar words
//! before rise.
//!
//! The town's own answers count fully, those of other towns less. An answer counts half after `HALF_LIFE`, the hundredth one
//! far less than the first, and a search lifts at most `MOST_LIFTED` entries: nothing runs away, nobody is buried. Only
//! words that the town's texts or the lexicon know are kept, and nothing of a query that may be about a person.

mod follower;
mod known;
mod memory;
mod pages;
mod phrase;
mod store;

pub use follower::LearningFollower;
pub use known::knowledge_of;
pub use memory::{Memory, Recalled};
pub use pages::routes;
pub use phrase::phrase_of;
pub use store::{note_answer, take_back_answer};

use chrono::NaiveDate;

use crate::app::App;
use crate::clock;
use crate::db::Scope;
use crate::ids::{EntryId, TenantId};

/// Days after which an answer counts half.
pub const HALF_LIFE: f32 = 180.0;
/// Answers that count less than this are forgotten.
const LEAST_WEIGHT: f32 = 0.05;

/// An entry that answered calls in which these words were typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// For which town it was typed.
    pub tenant: TenantId,
    /// See `phrase_of`.
    pub words: Vec<String>,
    pub entry: (TenantId, EntryId),
    /// How many answers it counts as on that day.
    pub weight: f32,
    pub answered_on: NaiveDate,
}

impl Lesson {
    fn is_about_the_same(&self, other: &Self) -> bool {
        (self.tenant, self.entry) == (other.tenant, other.entry)
    }

    #[expect(clippy::cast_precision_loss, reason = "a few thousand days")]
    pub fn weight_on(&self, today: NaiveDate) -> f32 {
        let days = (today - self.answered_on).num_days().max(0) as f32;
        self.weight * 0.5_f32.powf(days / HALF_LIFE)
    }
}

/// A lesson as the list shows it.
#[derive(Debug, Clone)]
pub struct Learned {
    pub id: i64,
    pub words: Vec<String>,
    pub owner: TenantId,
    pub entry: EntryId,
    /// None: the town does not read it any more.
    pub title: Option<String>,
    /// As it counts today.
    pub weight: f32,
    pub answered_on: NaiveDate,
}

/// Deletes what counts nothing any more, in all tenants.
pub async fn forget_old_lessons(app: &App) -> sqlx::Result<u64> {
    let mut db = app.begin(&Scope::system()).await?;
    let deleted = store::delete_forgotten(&mut *db, today(app)).await?;
    db.commit().await?;
    Ok(deleted)
}

fn today(app: &App) -> NaiveDate {
    clock::day_of(app.clock.now())
}
