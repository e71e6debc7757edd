//! The score of every document while a query is worked on, word by word. Only touched lines are visited again.

use super::manner::Place;
use super::query::QueryWord;
use super::tuning::Tuning;

#[derive(Debug, Default)]
pub struct Board {
    /// Of the present word: the best place it was found at.
    word: Vec<f32>,
    word_touched: Vec<usize>,
    /// Of the words before: weighted sum, weight of the words found, words found in the title.
    sum: Vec<f32>,
    covered: Vec<f32>,
    title_words: Vec<u8>,
    touched: Vec<usize>,
    /// The present word was found in the title.
    in_title: Vec<bool>,
    /// The weight of the words that the document with most of them contains.
    fullest: f32,
    /// Where the notes to come were found.
    place: Option<Place>,
    watch: Option<Watch>,
}

/// One document whose score is to be explained.
#[derive(Debug, Default)]
pub struct Watch {
    line: usize,
    place: Option<Place>,
    pub words: Vec<WatchedWord>,
    /// Terms of the lexicon that were found there.
    pub meanings: Vec<String>,
}

/// What a word of the query, or a part of one, was worth in the watched document.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedWord {
    pub text: String,
    /// None: it was not found there.
    pub place: Option<Place>,
    pub worth: f32,
    /// How much it counts: by how few documents contain it.
    pub weight: f32,
}

/// What one word, or one term, is worth in one document.
#[derive(Debug, Clone, Copy)]
pub struct Note {
    pub line: usize,
    pub score: f32,
    pub in_title: bool,
}

/// A document on the board.
#[derive(Debug)]
pub struct Line {
    pub number: usize,
    pub sum: f32,
    /// How much of the query it contains, compared with the fullest document: above 0, at most 1.
    pub coverage: f32,
    pub title_words: f32,
}

impl Board {
    #[must_use]
    pub fn fitted(mut self, documents: usize) -> Self {
        self.word.resize(documents, 0.0);
        self.sum.resize(documents, 0.0);
        self.covered.resize(documents, 0.0);
        self.title_words.resize(documents, 0);
        self.in_title.resize(documents, false);
        self
    }

    /// The present word stands in this document at a place worth this much.
    pub fn note(&mut self, line: usize, score: f32, in_title: bool) {
        if self.word[line] == 0.0 {
            self.word_touched.push(line);
        }
        if score > self.word[line] {
            self.word[line] = score;
            if let Some(watch) = self.watch.as_mut().filter(|watch| watch.line == line) {
                watch.place = self.place;
            }
        }
        self.in_title[line] |= in_title;
    }

    /// The notes to come are from this place.
    pub fn look_at(&mut self, place: Place) {
        self.place = Some(place);
    }

    /// From now on what this document is worth is written down.
    pub fn watch(&mut self, line: usize) {
        self.watch = Some(Watch { line, ..Watch::default() });
    }

    pub fn watched(&mut self) -> Option<Watch> {
        self.watch.take()
    }

    /// These words stand for others, in these documents.
    pub fn note_meaning(&mut self, term: &[QueryWord], notes: &[Note]) {
        if let Some(watch) = &mut self.watch
            && notes.iter().any(|note| note.line == watch.line)
        {
            let words: Vec<_> = term.iter().map(|word| word.text.as_str()).collect();
            watch.meanings.push(words.join(" "));
        }
    }

    /// Takes the present word off the board again, as it was found.
    pub fn take_word(&mut self) -> Vec<Note> {
        if let Some(watch) = &mut self.watch {
            watch.place = None;
        }
        let notes = self.word_touched.drain(..).map(|line| Note {
            line,
            score: self.word[line],
            in_title: self.in_title[line],
        });
        let notes: Vec<_> = notes.collect();
        for note in &notes {
            self.word[note.line] = 0.0;
            self.in_title[note.line] = false;
        }
        notes
    }

    pub fn is_word_in_a_title(&self) -> bool {
        self.word_touched.iter().any(|line| self.in_title[*line])
    }

    pub fn is_word_known(&self) -> bool {
        !self.word_touched.is_empty()
    }

    /// How many documents the present word was found in so far.
    pub fn count_of_word(&self) -> usize {
        self.word_touched.len()
    }

    /// Weighs the present word by how few of the readable documents contain it, and begins the next one.
    /// `importance` is below 1 for a word that was not typed.
    pub fn finish_word(&mut self, text: &str, readable: usize, importance: f32, tuning: &Tuning) {
        let spoken_of = self.word_touched.iter().map(|line| self.word[*line].min(1.0)).sum();
        let weight = importance * rarity(spoken_of, readable).powf(tuning.rarity);
        if let Some(watch) = &mut self.watch {
            let (place, worth) = (watch.place.take(), self.word[watch.line]);
            watch.words.push(WatchedWord { text: text.to_owned(), place, worth, weight });
        }
        for line in self.word_touched.drain(..) {
            if self.covered[line] == 0.0 {
                self.touched.push(line);
            }
            self.sum[line] += weight * self.word[line];
            self.covered[line] += weight * (self.word[line] / tuning.full_cover).min(1.0);
            self.title_words[line] = self.title_words[line].saturating_add(self.in_title[line].into());
            self.word[line] = 0.0;
            self.in_title[line] = false;
            self.fullest = self.fullest.max(self.covered[line]);
        }
    }

    pub fn lines(&self) -> impl Iterator<Item = Line> {
        self.touched.iter().map(|&line| Line {
            number: line,
            sum: self.sum[line],
            coverage: self.covered[line] / self.fullest,
            title_words: self.title_words[line].into(),
        })
    }

    pub fn clear(&mut self) {
        for line in self.touched.drain(..).chain(self.word_touched.drain(..)) {
            self.word[line] = 0.0;
            self.in_title[line] = false;
            self.sum[line] = 0.0;
            self.covered[line] = 0.0;
            self.title_words[line] = 0;
        }
        self.fullest = 0.0;
        self.watch = None;
    }
}

/// BM25's inverse document frequency, where a document counts as much as it speaks of the word. Always above zero.
#[expect(clippy::cast_precision_loss, reason = "counts of documents")]
fn rarity(with_word: f32, readable: usize) -> f32 {
    (1.0 + (readable as f32 - with_word + 0.5) / (with_word + 0.5)).ln()
}
