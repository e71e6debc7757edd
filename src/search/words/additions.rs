//! The lexicons of all tenants in memory, beside the shipped one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::super::lexicon::Lexicon;
use super::Wording;
use crate::access::Source;
use crate::ids::TenantId;

/// As of one epoch. Never changed, only replaced.
#[derive(Debug, Default)]
pub struct Additions {
    /// 0: nothing was read yet.
    pub epoch: i64,
    by_tenant: HashMap<TenantId, Addition>,
}

#[derive(Debug, Clone)]
struct Addition {
    /// What the lexicon was made of.
    list: String,
    lines: usize,
    lexicon: Arc<Lexicon>,
}

impl Additions {
    /// What did not change since `before` is not made anew.
    pub fn of(epoch: i64, lines: Vec<(TenantId, Wording)>, before: &Self) -> Self {
        let mut lists: BTreeMap<TenantId, Vec<String>> = BTreeMap::new();
        for (tenant, wording) in lines {
            lists.entry(tenant).or_default().push(wording.as_list());
        }
        let addition = |tenant: TenantId, lines: Vec<String>| {
            let list = lines.join("\n");
            let known = before.by_tenant.get(&tenant).filter(|known| known.list == list).cloned();
            known.unwrap_or_else(|| Addition { lexicon: lexicon_of(&list), lines: lines.len(), list })
        };
        let by_tenant = lists.into_iter().map(|(tenant, lines)| (tenant, addition(tenant, lines))).collect();
        Self { epoch, by_tenant }
    }

    /// Of those whose knowledge is read, in order: nobody else's words change what is found.
    pub fn read_from(&self, sources: &[Source]) -> Vec<Arc<Lexicon>> {
        let known = sources.iter().filter_map(|source| self.by_tenant.get(&source.tenant));
        known.map(|addition| addition.lexicon.clone()).collect()
    }

    pub fn count(&self, tenant: TenantId) -> usize {
        self.by_tenant.get(&tenant).map_or(0, |addition| addition.lines)
    }
}

/// Of lines that need not be saved.
pub fn lexicon<'a>(lines: impl IntoIterator<Item = &'a Wording>) -> Arc<Lexicon> {
    let lines: Vec<_> = lines.into_iter().map(Wording::as_list).collect();
    lexicon_of(&lines.join("\n"))
}

fn lexicon_of(list: &str) -> Arc<Lexicon> {
    Arc::new(Lexicon::of(&[list]))
}
