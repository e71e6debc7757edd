//! Who is called, about what, and who answers: what the simulation has to know of the center.

use std::sync::Arc;

use crate::calls::EntryKey;
use crate::ids::{AccountId, LineId, TenantId};
use crate::tenants::Schedule;

use super::chance::Weighted;

#[derive(Debug, Clone, Default)]
pub struct Scene {
    pub towns: Vec<Town>,
    pub agents: Vec<Agent>,
}

/// One tenant with its numbers.
#[derive(Debug, Clone)]
pub struct Town {
    pub tenant: TenantId,
    /// Owns shared lines; whoever answers one asks for the town.
    pub is_intake: bool,
    /// Its callers also live in the other towns.
    pub is_kreis: bool,
    pub inhabitants: Option<i32>,
    pub lines: Vec<Line>,
    pub schedule: Schedule,
    /// Entries shown in this town, the most asked first.
    pub topics: Vec<Topic>,
    pub units: Vec<Arc<str>>,
}

#[derive(Debug, Clone)]
pub struct Line {
    pub tenant: TenantId,
    pub id: LineId,
    pub number: Arc<str>,
    pub label: Arc<str>,
    pub skill: Option<String>,
    /// Which of its town's topics most of its callers want.
    pub preset: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Topic {
    pub key: EntryKey,
    /// Who decides on it for callers of this town.
    pub competent: TenantId,
    pub unit: Option<Arc<str>>,
    /// How often it is asked for; only the ratio to the town's other topics counts.
    pub weight: f64,
}

/// A seat; without an account it is one of those that a larger center would have.
#[derive(Debug, Clone, Default)]
pub struct Agent {
    pub account: Option<AccountId>,
    pub skills: Vec<String>,
    /// None: every tenant of the center.
    pub tenants: Option<Vec<TenantId>>,
}

impl Agent {
    pub fn takes(&self, line: &Line) -> bool {
        let is_skilled = line.skill.as_ref().is_none_or(|skill| self.account.is_none() || self.skills.contains(skill));
        is_skilled && self.tenants.as_ref().is_none_or(|tenants| tenants.contains(&line.tenant))
    }
}

impl Town {
    /// Large towns call more, but not in proportion: a Kreis counts its towns' people a second time.
    pub fn weight(&self) -> f64 {
        const WITHOUT_INHABITANTS: i32 = 40_000;
        f64::from(self.inhabitants.unwrap_or(WITHOUT_INHABITANTS).max(1)).sqrt()
    }

    pub fn topic_weights(&self) -> Weighted {
        Weighted::new(self.topics.iter().map(|topic| topic.weight))
    }
}

/// Zipf's rule: the second is asked for a little more than half as often as the first, and so on.
pub fn zipf_weight(rank: usize) -> f64 {
    (rank as f64 + 1.0).powf(-0.9)
}
