//! The ways in which a word of the query may be found, and what each of them is worth.

use super::schema::Part;
use super::tuning::Tuning;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As it was typed, or joined with its neighbour.
    Written,
    /// In another form.
    Stem,
    Beginning,
    FirstPart,
    LastPart,
    Slip,
    /// A slip away from a word that exists as it was typed.
    NearSlip,
}

/// Where a word was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Text(Part, Manner),
    /// As what the lexicon says that it may mean.
    Meaning,
}

/// From this worth on a word is what a title says.
const NAMED: f32 = 0.5;

impl Manner {
    pub fn worth(self, tuning: &Tuning) -> f32 {
        match self {
            Self::Written => 1.0,
            Self::Stem => tuning.as_stem,
            Self::Beginning => tuning.as_beginning,
            Self::FirstPart => tuning.as_first_part,
            Self::LastPart => tuning.as_last_part,
            Self::Slip => tuning.as_typo,
            Self::NearSlip => tuning.as_typo_of_known_word,
        }
    }

    /// What is far from the typed word is no title.
    pub fn names(self, tuning: &Tuning) -> bool {
        self.worth(tuning) >= NAMED
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Written => "wie getippt",
            Self::Stem => "in anderer Form",
            Self::Beginning => "als Wortanfang",
            Self::FirstPart => "als erster Teil eines Wortes",
            Self::LastPart => "als letzter Teil eines Wortes",
            Self::Slip => "mit Tippfehler",
            Self::NearSlip => "als ähnliches Wort",
        }
    }
}

impl Part {
    pub fn label(self) -> &'static str {
        match self {
            Self::Title => "Titel",
            Self::Names => "andere Namen",
            Self::Answer => "erste Antwort",
            Self::Text => "übriger Text",
        }
    }
}
