//! What a record means for the entry that is there: compared with what the last import brought, part by part.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::super::check::Reason;
use super::super::store::{Text, imports};
use super::merge::{self, Clash};
use super::{Line, Said};
use crate::ids::{EntryId, TenantId};

/// What is done with the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Create,
    Update,
    /// The file says what it said last time; here somebody wrote another text since.
    Keep,
    Nothing,
    Withdraw,
    Reject(Reason),
}

/// One record and what becomes of it.
#[derive(Debug)]
pub struct Planned {
    pub position: i32,
    pub line: u64,
    pub external_id: String,
    pub title: String,
    pub step: Step,
    pub clashes: Vec<Clash>,
    /// As the record found it.
    pub present: Option<imports::Present>,
    /// What the file brings.
    pub theirs: Option<Text>,
    /// What is written where that is not just what the file brings.
    pub merged: Option<Text>,
    /// The entry and its new version, once written.
    pub written: Option<(EntryId, i32)>,
}

impl Planned {
    pub fn of(position: i32, line: Line) -> Self {
        let mut planned = Self {
            position,
            line: line.number,
            external_id: String::new(),
            title: String::new(),
            step: Step::Nothing,
            clashes: Vec::new(),
            present: None,
            theirs: None,
            merged: None,
            written: None,
        };
        match line.said {
            Ok(Said::Record(record)) => {
                planned.external_id = record.id;
                planned.title.clone_from(&record.content.title);
                planned.theirs = Some(Text::of(record.content));
            }
            Ok(Said::Withdrawal(id)) => {
                planned.external_id = id;
                planned.step = Step::Withdraw;
            }
            Err(reason) => planned.step = Step::Reject(reason),
        }
        planned
    }

    pub fn is_open(&self) -> bool {
        !matches!(self.step, Step::Reject(_)) && !self.external_id.is_empty() && self.written.is_none()
    }

    /// As it is stored.
    pub fn outcome(&self) -> &'static str {
        match &self.step {
            Step::Reject(_) => "rejected",
            _ if !self.clashes.is_empty() => "conflict",
            Step::Create => "created",
            Step::Update => "updated",
            Step::Keep => "kept",
            Step::Nothing => "unchanged",
            Step::Withdraw => "withdrawn",
        }
    }

    pub fn writes(&self) -> Option<&Text> {
        let is_written = matches!(self.step, Step::Create | Step::Update);
        self.merged.as_ref().or(self.theirs.as_ref()).filter(|_| is_written)
    }

    fn reject(&mut self, english: &str, german: &str) {
        self.step = Step::Reject(Reason::new(english, german));
    }
}

/// Decides about all records that are still open, in two or three statements.
pub async fn decide(db: &mut PgConnection, tenant: TenantId, records: &mut [Planned]) -> sqlx::Result<()> {
    let keys: Vec<_> = records.iter().filter(|r| r.is_open()).map(|r| r.external_id.clone()).collect();
    let present = imports::list_present(&mut *db, tenant, &keys).await?;
    for record in records.iter_mut().filter(|record| record.is_open()) {
        record.present = present.get(&record.external_id).cloned();
        compare(record);
    }
    let open: Vec<_> = records.iter().filter(|r| needs_texts(r)).filter_map(|r| r.present.as_ref()).collect();
    let ids: Vec<_> = open.iter().map(|present| present.id).collect();
    let texts = imports::list_texts(db, tenant, &ids).await?;
    records.iter_mut().filter(|record| needs_texts(record)).for_each(|record| bring_together(record, &texts));
    Ok(())
}

fn compare(record: &mut Planned) {
    let Some(present) = &record.present else {
        record.step = if record.step == Step::Withdraw { Step::Nothing } else { Step::Create };
        return;
    };
    if present.is_adaptation {
        return record.reject(
            "this id belongs to an adaptation of another tenant's entry, which no file can replace",
            "diese Kennung gehört zur Anpassung eines übernommenen Eintrags; eine Datei kann sie nicht ersetzen",
        );
    }
    if record.step == Step::Withdraw {
        record.title.clone_from(&present.title);
        record.step = if present.published.is_some() { Step::Withdraw } else { Step::Nothing };
        return;
    }
    let theirs = record.theirs.as_ref().map(|text| &text.hash);
    record.step = match &present.base {
        _ if theirs == Some(&present.hash) => Step::Nothing,
        Some(base) if theirs == Some(base) => Step::Keep,
        _ => Step::Update,
    };
}

/// Both the file and somebody here changed the text since the last import.
fn needs_texts(record: &Planned) -> bool {
    let differs = |present: &imports::Present| present.base.as_ref().is_some_and(|base| *base != present.hash);
    record.step == Step::Update && record.present.as_ref().is_some_and(differs)
}

fn bring_together(record: &mut Planned, texts: &HashMap<EntryId, imports::Sides>) {
    let (Some(present), Some(theirs)) = (&record.present, &record.theirs) else { return };
    let Some(sides) = texts.get(&present.id) else { return };
    let merged = merge::merge(&sides.base, &sides.ours, &theirs.content);
    let text = Text::of(merged.content);
    record.clashes = merged.clashes;
    if text.hash == present.hash {
        record.step = Step::Nothing;
    }
    record.merged = Some(text);
}
