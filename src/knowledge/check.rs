//! What a text must keep to, wherever it comes from: the editor's form, a file or a program.

use std::fmt;

use super::text::presentable;
use super::{Content, Field};

pub const LONGEST_TITLE: usize = 300;
/// Of a field, as an editor sees it.
pub const LONGEST_FIELD: usize = 20_000;
/// Of a field as it was sent; markup may make it longer.
pub const LONGEST_RAW_FIELD: usize = 200_000;
pub const LONGEST_NAME: usize = 200;
pub const LONGEST_URL: usize = 2_000;
pub const MOST_NAMES: usize = 100;
pub const MOST_LINKS: usize = 50;

/// Why something cannot be taken, in the two languages of files and programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub german: String,
    pub english: String,
}

impl Reason {
    pub fn new(english: impl Into<String>, german: impl Into<String>) -> Self {
        Self { german: german.into(), english: english.into() }
    }

    fn too_long(what: &str, length: usize, most: usize) -> Self {
        Self::new(
            format!("{what} is too long: {length} characters, at most {most}"),
            format!("Der Text ist zu lang: {length} Zeichen, höchstens {most} sind möglich"),
        )
    }

    /// Names the part of a record, where no field beside the sentence does.
    #[must_use]
    pub fn about(self, key: &str) -> Self {
        Self { german: format!("„{key}“: {}", self.german), ..self }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.english, self.german)
    }
}

/// One line of text: single spaces, no line ends.
pub fn one_line(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    presentable(text).split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect()
}

/// Names without repetition and without empty ones, in the order given.
pub fn names(values: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    let mut names = Vec::new();
    for value in values {
        let name = one_line(value.as_ref());
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The LeiKa key's 14 digits; spaces between them do no harm.
pub fn leika(text: &str) -> Result<Option<String>, Reason> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.is_empty() {
        return Ok(None);
    }
    if digits.len() == 14 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Some(digits));
    }
    Err(Reason::new("leika must have 14 digits", "Der LeiKa-Schlüssel muss aus 14 Ziffern bestehen"))
}

/// What is wrong with a text, by the key of the part.
pub fn problems(content: &Content) -> Vec<(&'static str, Reason)> {
    let mut problems = Vec::new();
    if content.title.is_empty() {
        problems.push(("title", Reason::new("title is missing", "Der Titel fehlt")));
    }
    let mut limit = |key: &'static str, text: &str, most: usize| {
        let length = text.chars().count();
        if length > most {
            problems.push((key, Reason::too_long(key, length, most)));
        }
    };
    limit("title", &content.title, LONGEST_TITLE);
    limit("unit", content.unit.as_deref().unwrap_or_default(), LONGEST_NAME);
    for field in Field::ALL {
        if let Some(html) = content.html(field).filter(|html| html.as_str().len() > LONGEST_FIELD) {
            limit(field.as_str(), &html.to_notation(), LONGEST_FIELD);
        }
    }
    for (key, names) in [
        ("synonyms", &content.synonyms),
        ("keywords", &content.keywords),
        ("life_situations", &content.life_situations),
    ] {
        for name in names {
            limit(key, name, LONGEST_NAME);
        }
    }
    for link in &content.links {
        limit("links", &link.label, LONGEST_TITLE);
        limit("links", &link.url, LONGEST_URL);
    }
    problems.extend(too_many(content));
    problems.extend(wrong_order(content));
    problems
}

fn too_many(content: &Content) -> impl Iterator<Item = (&'static str, Reason)> {
    let counts = [
        ("synonyms", content.synonyms.len(), MOST_NAMES),
        ("keywords", content.keywords.len(), MOST_NAMES),
        ("life_situations", content.life_situations.len(), MOST_NAMES),
        ("links", content.links.len(), MOST_LINKS),
    ];
    counts.into_iter().filter(|(_, count, most)| count > most).map(|(key, count, most)| {
        let english = format!("{key} has {count} items, at most {most}");
        (key, Reason::new(english, format!("Das sind {count}, höchstens {most} sind möglich")))
    })
}

fn wrong_order(content: &Content) -> Option<(&'static str, Reason)> {
    let (from, until) = content.valid_from.zip(content.valid_until)?;
    (until < from).then(|| {
        let english = format!("valid_until ({until}) is before valid_from ({from})");
        ("valid_until", Reason::new(english, "Das Ende der Gültigkeit liegt vor ihrem Anfang"))
    })
}
