//! What an editor should look at again: checks of one text while it is written. Nothing here forbids anything.

mod abbreviations;
mod completeness;
mod figures;
mod length;
mod links;
mod persons;
mod readability;
mod sentences;
mod syllables;

pub use links::{addresses, addresses_of};
pub use readability::{Readability, readability};

use super::{Content, Field};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something is missing or must not be published.
    Warn,
    /// The text would be easier to read.
    Hint,
}

/// One thing to look at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The key of the form's field.
    pub field: &'static str,
    pub label: &'static str,
    pub severity: Severity,
    /// What to do, in a sentence.
    pub text: String,
    /// The words that it is about; empty: the whole field.
    pub passage: String,
}

/// A passage is shown as far as that.
const LONGEST_PASSAGE: usize = 90;

impl Remark {
    pub fn warn(field: &'static str, label: &'static str, text: impl Into<String>, passage: &str) -> Self {
        Self { field, label, severity: Severity::Warn, text: text.into(), passage: shortened(passage) }
    }

    fn hint(place: Place, text: impl Into<String>, passage: &str) -> Self {
        let (field, label) = place;
        Self { field, label, severity: Severity::Hint, text: text.into(), passage: shortened(passage) }
    }
}

/// Key and label of a field.
type Place = (&'static str, &'static str);

/// One field as plain lines.
struct Text {
    field: Field,
    plain: String,
}

impl Text {
    fn place(&self) -> Place {
        (self.field.as_str(), self.field.label())
    }

    /// Agents may read what citizens must not.
    fn is_public(&self) -> bool {
        self.field != Field::Internal
    }
}

fn texts(content: &Content) -> Vec<Text> {
    content.fields.iter().map(|(field, html)| Text { field: *field, plain: html.to_plain() }).collect()
}

/// Everything worth a second look, what matters most first, otherwise in the order of the form.
pub fn remarks(content: &Content) -> Vec<Remark> {
    let texts = texts(content);
    let mut remarks = completeness::remarks(content, &texts);
    for text in &texts {
        persons::remark(text, &mut remarks);
        length::remark(text, &mut remarks);
        figures::remark(text, &mut remarks);
    }
    abbreviations::remark(content, &texts, &mut remarks);
    links::remark(content, &mut remarks);
    remarks.sort_by_key(|remark| remark.severity);
    remarks
}

/// Of all that citizens may hear.
pub fn readability_of(content: &Content) -> Readability {
    let public = texts(content).into_iter().filter(|text| text.is_public() && text.field != Field::LegalBasis);
    readability(&public.map(|text| text.plain).collect::<Vec<_>>().join("\n"))
}

fn shortened(passage: &str) -> String {
    let letters: Vec<char> = passage.chars().collect();
    if letters.len() <= LONGEST_PASSAGE {
        return passage.to_owned();
    }
    let kept: String = letters[..LONGEST_PASSAGE].iter().collect();
    let end = kept.rfind(' ').unwrap_or(kept.len());
    format!("{} …", kept[..end].trim_end())
}

#[cfg(test)]
mod tests;
