//! Who is responsible for a topic in a town: the town's rules, then those of whoever decides, then the office that the text
//! names; and within that office the rules of the office.

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::card::Target;
use super::rule::{Facts, Narrowing, Need, Resolution, Rule, Subject, resolve};
use super::store;
use crate::ids::{EntryId, TenantId, UnitId};
use crate::tenants;

/// What a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// The entry upon which all adaptations stand.
    pub root: (TenantId, EntryId),
    /// Whose text is read.
    pub owner: TenantId,
    pub situations: Vec<String>,
    /// The office that the text names.
    pub unit: Option<(TenantId, UnitId)>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Responsible {
    /// None: it is not known yet, or nobody is.
    pub target: Option<Target>,
    /// What has to be asked.
    pub need: Option<Need>,
    /// Whom it may lead to, as long as something has to be asked.
    pub possible: Vec<Target>,
    /// Districts that the rules know, where one has to be chosen.
    pub districts: Vec<String>,
    /// There are rules, and they leave this caller out.
    pub is_left_out: bool,
}

pub async fn find_responsible(
    db: &mut PgConnection,
    town: TenantId,
    topic: &Topic,
    facts: &Facts,
    today: NaiveDate,
) -> sqlx::Result<Responsible> {
    let authority = tenants::find_authority(&mut *db, town, topic.owner, &topic.situations).await?;
    let mut is_left_out = false;
    for tenant in [Some(town), Some(authority).filter(|authority| *authority != town)].into_iter().flatten() {
        match by_topic(db, tenant, topic, facts, today).await? {
            Step::Found(found) => return within(db, found, facts, today).await,
            Step::Ask(asked) => return Ok(asked),
            Step::LeftOut => is_left_out = true,
            Step::NoRules => {}
        }
    }
    let named = topic.unit.map(|(tenant, unit)| Target { tenant, unit, contact: None });
    match named {
        Some(named) => Ok(Responsible { is_left_out, ..within(db, named, facts, today).await? }),
        None => Ok(Responsible { is_left_out, ..Responsible::default() }),
    }
}

enum Step {
    Found(Target),
    Ask(Responsible),
    LeftOut,
    NoRules,
}

/// Rules for the entry go before those for its life situations.
async fn by_topic(
    db: &mut PgConnection,
    tenant: TenantId,
    topic: &Topic,
    facts: &Facts,
    today: NaiveDate,
) -> sqlx::Result<Step> {
    let entry = Subject::Entry(topic.root.0, topic.root.1);
    let situations = topic.situations.iter().cloned().map(Subject::Situation);
    let subjects: Vec<_> = std::iter::once(entry.clone()).chain(situations).collect();
    let rules = store::rules::list_rules(&mut *db, tenant, Some(&subjects)).await?;
    let (of_entry, of_situation): (Vec<_>, Vec<_>) = rules.into_iter().partition(|rule| rule.subject == entry);
    let mut step = Step::NoRules;
    for rules in [of_entry, of_situation] {
        match take(&rules, facts, today) {
            Step::NoRules => {}
            Step::LeftOut => step = Step::LeftOut,
            found => return Ok(found),
        }
    }
    Ok(step)
}

fn take(rules: &[Rule], facts: &Facts, today: NaiveDate) -> Step {
    if !rules.iter().any(|rule| rule.is_valid_on(today)) {
        return Step::NoRules;
    }
    match resolve(rules, facts, today) {
        Resolution::Found(rule) => Step::Found(target(rule)),
        Resolution::Ask(need) => Step::Ask(asked(rules, need, today)),
        Resolution::Nobody => Step::LeftOut,
    }
}

fn target(rule: &Rule) -> Target {
    Target { tenant: rule.tenant, unit: rule.unit, contact: rule.contact }
}

fn asked(rules: &[Rule], need: Need, today: NaiveDate) -> Responsible {
    let valid = || rules.iter().filter(|rule| rule.is_valid_on(today));
    let mut possible: Vec<Target> = Vec::new();
    for target in valid().map(target) {
        if !possible.contains(&target) {
            possible.push(target);
        }
    }
    let mut districts: Vec<_> = valid()
        .filter_map(|rule| match &rule.narrowing {
            Narrowing::District(district) => Some(district.clone()),
            _ => None,
        })
        .collect();
    districts.sort_unstable();
    districts.dedup();
    Responsible { need: Some(need), possible, districts, ..Responsible::default() }
}

/// The rules of an office say who in it, where nobody is named yet.
async fn within(db: &mut PgConnection, found: Target, facts: &Facts, today: NaiveDate) -> sqlx::Result<Responsible> {
    let clear = Responsible { target: Some(found), ..Responsible::default() };
    if found.contact.is_some() {
        return Ok(clear);
    }
    let rules = store::rules::list_rules(db, found.tenant, Some(&[Subject::Within(found.unit)])).await?;
    Ok(match take(&rules, facts, today) {
        Step::Found(target) => Responsible { target: Some(target), ..clear },
        // The office is known; who in it is worth a question, but need not be answered.
        Step::Ask(asked) => Responsible { target: Some(found), ..asked },
        Step::LeftOut | Step::NoRules => clear,
    })
}
