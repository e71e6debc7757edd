//! What one tenant says otherwise than its base: a patch, part by part. Whatever it does not name follows the base.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Content, Field, Html};

/// What can be adapted by itself. `all` has the order of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Title,
    Synonyms,
    Links,
    Unit,
    LifeSituations,
    Keywords,
    Leika,
    /// First and last day.
    Validity,
    #[serde(untagged)]
    Text(Field),
}

impl Part {
    pub fn all() -> impl Iterator<Item = Self> {
        let texts = Field::ALL.into_iter().map(Self::Text);
        let behind = [Self::Links, Self::Unit, Self::LifeSituations, Self::Keywords, Self::Leika, Self::Validity];
        [Self::Title, Self::Synonyms].into_iter().chain(texts).chain(behind)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Synonyms => "synonyms",
            Self::Text(field) => field.as_str(),
            Self::Links => "links",
            Self::Unit => "unit",
            Self::LifeSituations => "life_situations",
            Self::Keywords => "keywords",
            Self::Leika => "leika",
            Self::Validity => "validity",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Title => "Titel",
            Self::Synonyms => "Auch gesucht als",
            Self::Text(field) => field.label(),
            Self::Links => "Links",
            Self::Unit => "Zuständige Stelle",
            Self::LifeSituations => "Lebenslagen",
            Self::Keywords => "Stichwörter",
            Self::Leika => "LeiKa-Schlüssel",
            Self::Validity => "Gültigkeit",
        }
    }
}

/// What a tenant says about the service as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// It does it, in its own way where it says so.
    #[default]
    Offered,
    NotOffered,
    /// For this tenant the base's owner does it.
    DoneByBase,
}

impl Stance {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::NotOffered => "not_offered",
            Self::DoneByBase => "done_by_base",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Offered, Self::NotOffered, Self::DoneByBase].into_iter().find(|stance| stance.as_str() == text)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    fn is_offered(&self) -> bool {
        *self == Self::Offered
    }
}

/// One version of an adaptation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Adaptation {
    #[serde(skip_serializing_if = "Stance::is_offered")]
    pub stance: Stance,
    /// Parts that stand in place of the base's, empty ones too.
    pub parts: BTreeSet<Part>,
    /// Holds those parts and nothing else.
    pub content: Content,
    /// Said below what the base says.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub additions: BTreeMap<Field, Html>,
}

impl Adaptation {
    /// Says nothing of its own: the base's text holds.
    pub fn is_empty(&self) -> bool {
        self.stance.is_offered() && self.parts.is_empty() && self.additions.is_empty()
    }

    pub fn replaces(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    pub fn addition(&self, part: Part) -> Option<&Html> {
        match part {
            Part::Text(field) => self.additions.get(&field),
            _ => None,
        }
    }

    /// It touches this part in one way or the other.
    pub fn touches(&self, part: Part) -> bool {
        self.replaces(part) || self.addition(part).is_some()
    }

    /// Puts the tenant's own text in place of the base's.
    pub fn replace(&mut self, part: Part, from: &Content) {
        self.parts.insert(part);
        self.content.copy_part(part, from);
    }

    pub fn add_below(&mut self, field: Field, html: Html) {
        if html.is_empty() {
            self.additions.remove(&field);
        } else {
            self.additions.insert(field, html);
        }
    }

    /// Back to the base's text.
    pub fn follow(&mut self, part: Part) {
        self.parts.remove(&part);
        self.content.copy_part(part, &Content::default());
        if let Part::Text(field) = part {
            self.additions.remove(&field);
        }
    }

    /// Only named parts have content, and an addition stands only below the base's text.
    pub fn tidy(&mut self) {
        for part in Part::all() {
            match part {
                _ if !self.replaces(part) => self.content.copy_part(part, &Content::default()),
                Part::Text(field) => drop(self.additions.remove(&field)),
                _ => {}
            }
        }
        self.additions.retain(|_, html| !html.is_empty());
    }

    pub fn to_json_and_hash(&self) -> (String, Vec<u8>) {
        let json = serde_json::to_string(self).expect("strings and dates can always be written as JSON");
        let hash = Sha256::digest(json.as_bytes()).to_vec();
        (json, hash)
    }
}

impl Content {
    /// Takes over one part as it is there, empty or not.
    pub fn copy_part(&mut self, part: Part, from: &Self) {
        match part {
            Part::Title => self.title.clone_from(&from.title),
            Part::Synonyms => self.synonyms.clone_from(&from.synonyms),
            Part::Keywords => self.keywords.clone_from(&from.keywords),
            Part::LifeSituations => self.life_situations.clone_from(&from.life_situations),
            Part::Leika => self.leika.clone_from(&from.leika),
            Part::Unit => self.unit.clone_from(&from.unit),
            Part::Links => self.links.clone_from(&from.links),
            Part::Validity => (self.valid_from, self.valid_until) = (from.valid_from, from.valid_until),
            Part::Text(field) => self.set(field, from.html(field).cloned().unwrap_or_default()),
        }
    }

    pub fn has_part(&self, part: Part) -> bool {
        match part {
            Part::Title => !self.title.is_empty(),
            Part::Synonyms => !self.synonyms.is_empty(),
            Part::Keywords => !self.keywords.is_empty(),
            Part::LifeSituations => !self.life_situations.is_empty(),
            Part::Leika => self.leika.is_some(),
            Part::Unit => self.unit.is_some(),
            Part::Links => !self.links.is_empty(),
            Part::Validity => self.valid_from.is_some() || self.valid_until.is_some(),
            Part::Text(field) => self.html(field).is_some(),
        }
    }

    /// A part as plain text, a line for each item: for comparing.
    pub fn part_text(&self, part: Part) -> String {
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.format("%d.%m.%Y").to_string());
        match part {
            Part::Title => self.title.clone(),
            Part::Synonyms => self.synonyms.join("\n"),
            Part::Keywords => self.keywords.join("\n"),
            Part::LifeSituations => self.life_situations.join("\n"),
            Part::Leika => self.leika.clone().unwrap_or_default(),
            Part::Unit => self.unit.clone().unwrap_or_default(),
            Part::Links => {
                self.links.iter().map(|link| format!("{} {}", link.label, link.url)).collect::<Vec<_>>().join("\n")
            }
            Part::Validity => {
                let from = day(self.valid_from).map(|day| format!("ab {day}"));
                let until = day(self.valid_until).map(|day| format!("bis {day}"));
                from.into_iter().chain(until).collect::<Vec<_>>().join(" ")
            }
            Part::Text(field) => self.html(field).map(Html::to_notation).unwrap_or_default(),
        }
    }
}
