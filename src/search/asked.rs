//! What a question wants to know: the fee, the documents, the term. Hits show that part of the entry, and its words do not
//! choose the entry.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::analyzer::{self, Role, Word};
use crate::knowledge::Field;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub field: Field,
    /// The stems of the words that ask.
    stems: HashSet<String>,
}

struct Question {
    field: Field,
    /// Stems in the order in which they are said.
    words: Vec<String>,
}

static QUESTIONS: LazyLock<Vec<Question>> = LazyLock::new(|| lines(include_str!("asked.txt")).collect());

impl Asked {
    /// None: nothing in particular.
    pub fn find(query: &str) -> Option<Self> {
        let said = stems(query);
        let is_said = |question: &&Question| said.windows(question.words.len()).any(|said| said == question.words);
        let field = QUESTIONS.iter().find(is_said)?.field;
        let asking = QUESTIONS.iter().filter(|question| question.field == field).filter(is_said);
        Some(Self { field, stems: asking.flat_map(|question| question.words.clone()).collect() })
    }

    pub fn has(&self, stem: &str) -> bool {
        self.stems.contains(stem)
    }
}

fn lines(list: &'static str) -> impl Iterator<Item = Question> {
    let lines = list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'));
    lines.flat_map(|(name, phrases)| {
        let field = Field::ALL.into_iter().find(|field| field.as_str() == name);
        phrases.split(',').filter_map(move |phrase| Some(Question { field: field?, words: stems(phrase) }))
    })
}

fn stems(text: &str) -> Vec<String> {
    let plain = |word: &Word| word.role == Role::Plain;
    analyzer::words(text).into_iter().filter(plain).map(|word| word.stem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Option<Field> {
        Asked::find(query).map(|asked| asked.field)
    }

    #[test]
    fn questions_name_the_part_that_answers_them() {
        assert_eq!(asked("was kostet ein neuer Perso"), Some(Field::Fees));
        assert_eq!(asked("Reisepass Gebuehren"), Some(Field::Fees));
        assert_eq!(asked("welche Unterlagen brauche ich für den Pass"), Some(Field::Documents));
        assert_eq!(asked("was brauche ich zum Heiraten"), Some(Field::Documents));
        assert_eq!(asked("bis wann muss ich mich ummelden"), Some(Field::Deadlines));
        assert_eq!(asked("wie lange dauert der Führerschein"), Some(Field::Deadlines));
    }

    #[test]
    fn other_sentences_ask_for_nothing_in_particular() {
        for query in ["perso verloren", "ich brauche einen neuen Pass", "mein Ex zahlt nicht", "", "papiere verloren"] {
            assert_eq!(asked(query), None, "{query}");
        }
    }

    #[test]
    fn every_line_of_the_list_names_a_field() {
        let lines = include_str!("asked.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        for line in lines {
            let name = line.split(':').next().unwrap_or_default();
            assert!(Field::ALL.iter().any(|field| field.as_str() == name), "{line}");
        }
        assert!(QUESTIONS.len() > 80 && QUESTIONS.iter().all(|question| !question.words.is_empty()));
    }
}
