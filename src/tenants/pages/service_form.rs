//! The form of a town's scope of services: rows of stages, and topics by stages.

use serde::Deserialize;

use crate::knowledge::LIFE_SITUATIONS;
use crate::tenants::{ANY_TOPIC, Level, STAGES, Stage, TopicScope};
use crate::web::format;
use crate::web::forms::{Choice, Errors, parse_date};

const MOST_STAGES: usize = 30;
const MOST_TOPICS: usize = 100;
const LONGEST_TOPIC: usize = 100;
/// Rows to write something new in.
const EMPTY_ROWS: usize = 2;

/// The fields come row by row.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ServiceForm {
    /// Everything as this page showed it: what somebody else saved meanwhile differs from it.
    pub before: String,
    from: Vec<String>,
    /// "2", or "2-test".
    stage: Vec<String>,
    topic: Vec<String>,
    level_1: Vec<String>,
    level_2: Vec<String>,
    level_3: Vec<String>,
}

/// What is agreed: stages by day, topics by name.
pub(super) type Agreed = (Vec<Stage>, Vec<TopicScope>);

pub(super) struct StageRow {
    pub number: usize,
    pub from: String,
    pub stages: Vec<Choice>,
}

pub(super) struct TopicRow {
    pub number: usize,
    pub topic: String,
    pub label: String,
    /// A row of a new topic: its name is typed.
    pub is_new: bool,
    pub cells: Vec<Cell>,
}

pub(super) struct Cell {
    pub stage: i32,
    pub levels: Vec<Choice>,
}

fn key(stage: Stage) -> String {
    format!("{}{}", stage.stage, if stage.is_test { "-test" } else { "" })
}

impl ServiceForm {
    /// All usual topics have a row, whether something is agreed about them or not.
    pub fn of((stages, scope): &Agreed) -> Self {
        let mut form = Self { before: in_words(stages, scope), ..Self::default() };
        for stage in stages {
            form.from.push(stage.valid_from.to_string());
            form.stage.push(key(*stage));
        }
        let usual = [ANY_TOPIC].into_iter().chain(LIFE_SITUATIONS).map(str::to_owned);
        let others = scope.iter().map(|row| row.topic.clone());
        let mut topics: Vec<String> = Vec::new();
        for topic in usual.chain(others) {
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
        for topic in topics {
            let known = scope.iter().find(|row| row.topic == topic);
            let level = |place: usize| {
                known.and_then(|row| row.levels[place]).map(|level| level.as_str().to_owned()).unwrap_or_default()
            };
            form.topic.push(topic);
            form.level_1.push(level(0));
            form.level_2.push(level(1));
            form.level_3.push(level(2));
        }
        form
    }

    pub fn check(&self, errors: &mut Errors) -> Agreed {
        (self.check_stages(errors), self.check_topics(errors))
    }

    fn check_stages(&self, errors: &mut Errors) -> Vec<Stage> {
        let mut stages: Vec<Stage> = Vec::new();
        for (index, from) in self.from.iter().enumerate().take(MOST_STAGES).filter(|(_, from)| !from.is_empty()) {
            let field = format!("from-{}", index + 1);
            let typed = self.stage.get(index).map_or("", String::as_str);
            let number = typed.strip_suffix("-test").unwrap_or(typed).parse().unwrap_or(0);
            match parse_date(from) {
                None => errors.add(field, "Das ist kein Datum. Bitte schreiben Sie es wie 31.12.2026."),
                Some(day) if stages.iter().any(|stage| stage.valid_from == day) => {
                    errors.add(field, format!("Zwei Stufen beginnen am {}.", format::date(day)));
                }
                Some(_) if !STAGES.contains(&number) => errors.add(field, "Wählen Sie die Stufe, die dann gilt."),
                Some(valid_from) => stages.push(Stage { valid_from, stage: number, is_test: typed.ends_with("-test") }),
            }
        }
        stages.sort_unstable();
        stages
    }

    fn check_topics(&self, errors: &mut Errors) -> Vec<TopicScope> {
        let mut scope: Vec<TopicScope> = Vec::new();
        for (index, topic) in self.topic.iter().enumerate().take(MOST_TOPICS) {
            let levels = [&self.level_1, &self.level_2, &self.level_3]
                .map(|column| column.get(index).and_then(|level| Level::parse(level)));
            if levels == [None; 3] {
                continue;
            }
            let field = format!("topic-{}", index + 1);
            errors.require(field.clone(), topic, "Die Lebenslage");
            errors.limit(field.clone(), topic, LONGEST_TOPIC);
            if scope.iter().any(|row| row.topic == *topic) {
                errors.add(field, format!("„{topic}“ steht zweimal in der Tabelle."));
            } else if !topic.is_empty() {
                scope.push(TopicScope { topic: topic.clone(), levels });
            }
        }
        scope.sort_by(|a, b| (a.topic != ANY_TOPIC, &a.topic).cmp(&(b.topic != ANY_TOPIC, &b.topic)));
        scope
    }

    pub fn stage_rows(&self) -> Vec<StageRow> {
        let rows = (self.from.len() + EMPTY_ROWS).min(MOST_STAGES);
        let row = |index: usize| {
            let chosen = self.stage.get(index).map_or("", String::as_str);
            let choice = |stage: i32, is_test: bool| {
                let stage = Stage { valid_from: chrono::NaiveDate::MIN, stage, is_test };
                Choice::new(key(stage), stage.label(), key(stage) == chosen)
            };
            let stages = STAGES.into_iter().flat_map(|stage| [choice(stage, true), choice(stage, false)]);
            let none = Choice::new("", "–", chosen.is_empty());
            StageRow {
                number: index + 1,
                from: self.from.get(index).cloned().unwrap_or_default(),
                stages: [none].into_iter().chain(stages).collect(),
            }
        };
        (0..rows).map(row).collect()
    }

    pub fn topic_rows(&self) -> Vec<TopicRow> {
        let row = |index: usize| {
            let topic = self.topic.get(index).cloned().unwrap_or_default();
            let columns = [&self.level_1, &self.level_2, &self.level_3];
            let cell = |(stage, column): (i32, &Vec<String>)| {
                let chosen = column.get(index).and_then(|level| Level::parse(level));
                let none = Choice::new("", "–", chosen.is_none());
                let levels = Level::ALL.map(|level| Choice::new(level.as_str(), level.label(), Some(level) == chosen));
                Cell { stage, levels: [none].into_iter().chain(levels).collect() }
            };
            TopicRow {
                number: index + 1,
                label: if topic == ANY_TOPIC { "alle anderen".to_owned() } else { topic.clone() },
                is_new: index > LIFE_SITUATIONS.len(),
                cells: STAGES.into_iter().zip(columns).map(cell).collect(),
                topic,
            }
        };
        let rows = (self.topic.len().max(LIFE_SITUATIONS.len() + 1) + EMPTY_ROWS).min(MOST_TOPICS);
        (0..rows).map(row).collect()
    }
}

/// For the audit, and to see whether somebody else saved something.
pub(super) fn in_words(stages: &[Stage], scope: &[TopicScope]) -> String {
    let stage = |stage: &Stage| format!("ab {} {}", format::date(stage.valid_from), stage.label());
    let level = |level: &Option<Level>| level.map_or("–", Level::label);
    let topic =
        |row: &TopicScope| format!("{}: {}", row.label(), row.levels.iter().map(level).collect::<Vec<_>>().join(" / "));
    stages.iter().map(stage).chain(scope.iter().map(topic)).collect::<Vec<_>>().join("; ")
}
