//! The words of a town: what its people say and what they mean, kept by its editors beside the shipped lexicon.

mod additions;
mod follower;
mod pages;
mod preview;
mod rules;
mod store;

pub use additions::Additions;
pub use follower::WordFollower;
pub use pages::routes;
pub use store::insert_line;

use chrono::{DateTime, Utc};

/// What an editor says about some words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// What people say.
    pub expressions: Vec<String>,
    /// The official words for it, the likeliest first.
    pub terms: Vec<String>,
    pub remark: Option<String>,
}

/// One line of a tenant's lexicon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordLine {
    pub id: i64,
    pub wording: Wording,
    pub version: i32,
    pub changed_at: DateTime<Utc>,
    pub changed_by: String,
}

impl Wording {
    /// In the format of the shipped lists. What has a hyphen is also typed in one.
    pub fn as_list(&self) -> String {
        let in_one = self.expressions.iter().filter(|name| name.contains('-')).map(|name| name.replace('-', ""));
        let said: Vec<_> = self.expressions.iter().cloned().chain(in_one).map(|name| plain(&name)).collect();
        let meant: Vec<_> = self.terms.iter().map(|name| plain(name)).collect();
        format!("{} > {}", said.join(", "), meant.join(", "))
    }

    /// For the audit.
    fn details(&self) -> serde_json::Value {
        serde_json::json!({ "expressions": self.expressions.join(", "), "terms": self.terms.join(", ") })
    }
}

/// Without the signs of the format, which are no part of any word.
fn plain(name: &str) -> String {
    name.replace([',', '>', '=', '#', '\n'], " ").trim().to_owned()
}
