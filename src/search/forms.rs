//! What words become in the index. A catalogue says the same words again and again, so each is worked out once.

use std::collections::HashMap;

use super::analyzer::{self, Form};
use super::schema::backwards;

/// So many words are remembered, in a few megabytes; then it begins anew.
const MOST_KNOWN: usize = 32_768;
/// Only long words are compounds.
const SHORTEST_COMPOUND: usize = 7;

/// The words of a text, with a space behind each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Folded whole words, where it differs also with their umlauts' e.
    pub words: String,
    pub stems: String,
    /// The stems of what may be a compound, written backwards.
    pub tails: String,
}

/// By the word as it is written.
#[derive(Default)]
pub struct Forms(HashMap<Box<str>, Known>);

/// One word's three lines, one behind the other: what is read together lies together.
struct Known {
    lines: Box<str>,
    words_end: usize,
    stem_end: usize,
}

impl Forms {
    pub fn lines_of(&mut self, source: &str) -> Lines {
        let mut lines = Lines::with_capacity(source.len());
        analyzer::each_written(source, |written, _, _| self.add(written, &mut lines));
        lines
    }

    pub fn clear(&mut self) {
        self.0 = HashMap::new();
    }

    fn add(&mut self, written: &str, lines: &mut Lines) {
        if let Some(known) = self.0.get(written) {
            return lines.add(known);
        }
        let Some(form) = analyzer::form(written) else { return };
        let new = Known::of(&form);
        lines.add(&new);
        if self.0.len() == MOST_KNOWN {
            self.0.clear();
        }
        self.0.insert(written.into(), new);
    }
}

impl Known {
    fn of(form: &Form) -> Self {
        let mut lines = String::new();
        for word in std::iter::once(&form.text).chain(&form.spelled) {
            lines.extend([word, " "]);
        }
        let words_end = lines.len();
        lines.extend([&form.stem, " "]);
        let stem_end = lines.len();
        if form.stem.len() >= SHORTEST_COMPOUND {
            lines.extend([&backwards(&form.stem), " "]);
        }
        Self { lines: lines.into(), words_end, stem_end }
    }
}

impl Lines {
    fn with_capacity(bytes: usize) -> Self {
        let line = || String::with_capacity(bytes + bytes / 8);
        Self { words: line(), stems: line(), tails: String::new() }
    }

    fn add(&mut self, known: &Known) {
        self.words.push_str(&known.lines[..known.words_end]);
        self.stems.push_str(&known.lines[known.words_end..known.stem_end]);
        self.tails.push_str(&known.lines[known.stem_end..]);
    }

    /// These words, then those.
    pub fn append(&mut self, other: &Self) {
        self.words.push_str(&other.words);
        self.stems.push_str(&other.stems);
        self.tails.push_str(&other.tails);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_are_what_new_ones_are() {
        let mut forms = Forms::default();
        let source = "Führerschein-Umtausch, § 5: der Führerschein";
        let first = forms.lines_of(source);
        assert_eq!(first, forms.lines_of(source));
        assert_eq!(first.words, "fuhrerschein umtausch fuhrerscheinumtausch 5 §5 der fuhrerschein ");
        assert_eq!(first.stems.split_whitespace().count(), analyzer::words(source).len());
        assert!(first.tails.starts_with("niehcsrerhuf "));
        assert_eq!(forms.lines_of("Fuehrer").words, "fuhrer fuehrer ");
    }
}
