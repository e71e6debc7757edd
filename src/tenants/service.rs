//! What the center may say for a town: by topic, and by the stage that the agreement with the town has on a day.

use chrono::NaiveDate;

/// Every topic without a row of its own.
pub const ANY_TOPIC: &str = "*";
pub const STAGES: [i32; 3] = [1, 2, 3];

/// How far the center goes before it connects a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Refer,
    Basic,
    Full,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Refer, Self::Basic, Self::Full];

    /// Its key in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refer => "refer",
            Self::Basic => "basic",
            Self::Full => "full",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Refer => "Nur vermitteln",
            Self::Basic => "Grundauskunft",
            Self::Full => "Abschließend beantworten",
        }
    }

    /// What that means on the telephone.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Refer => "Keine Auskunft zur Sache: verbinden Sie, oder nehmen Sie einen Rückruf auf.",
            Self::Basic => "Auskunft aus diesem Eintrag; wer seinen Einzelfall klären will, wird verbunden.",
            Self::Full => "Das Gespräch endet möglichst hier, ohne Weitergabe.",
        }
    }

    /// For `data-state`: the shape differs too.
    pub fn colour(self) -> &'static str {
        match self {
            Self::Refer => "warn",
            Self::Basic => "info",
            Self::Full => "good",
        }
    }
}

/// What holds for a town on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceLevel {
    pub stage: i32,
    pub is_test: bool,
    pub level: Level,
}

impl ServiceLevel {
    /// "Stufe 2: Grundauskunft".
    pub fn words(&self) -> String {
        let test = if self.is_test { ", Testphase" } else { "" };
        format!("Stufe {}{test}: {}", self.stage, self.level.label())
    }
}

/// From a day on the agreement has this stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stage {
    pub valid_from: NaiveDate,
    pub stage: i32,
    pub is_test: bool,
}

impl Stage {
    pub fn label(&self) -> String {
        format!("Stufe {}{}", self.stage, if self.is_test { ", Testphase" } else { "" })
    }
}

/// One topic's levels in the three stages; None: as for every other topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicScope {
    pub topic: String,
    pub levels: [Option<Level>; 3],
}

impl TopicScope {
    pub fn label(&self) -> &str {
        if self.topic == ANY_TOPIC { "alle anderen" } else { &self.topic }
    }
}
