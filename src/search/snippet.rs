//! The sentence of an entry that fits the query, with the words marked.

use std::ops::Range;

use super::Marked;
use super::analyzer;
use super::matching::Found;

/// About two lines beside the desk's hits.
const LONGEST: usize = 170;
/// So much before the first marked word shows what it belongs to.
const LEAD: usize = 40;

/// A compound is marked for its first or last part when that is long enough to mean something.
const SHORTEST_PART: usize = 4;

pub struct Marker<'a> {
    found: &'a [Found],
}

impl<'a> Marker<'a> {
    pub fn new(found: &'a [Found]) -> Self {
        Self { found }
    }

    /// The whole text, marked.
    pub fn mark(&self, text: &str) -> Marked {
        let mut html = String::with_capacity(text.len() + 32);
        write_marked(text, 0..text.len(), &self.matches(text), &mut html);
        Marked(html)
    }

    /// The short answer where it fits, else the place in the text that does, else the beginning.
    pub fn snippet(&self, answer: &str, text: &str) -> Marked {
        let in_answer = self.matches(answer);
        let (source, matches) = if in_answer.is_empty() && !text.is_empty() {
            let in_text = self.matches(text);
            if in_text.is_empty() && !answer.is_empty() { (answer, in_answer) } else { (text, in_text) }
        } else {
            (answer, in_answer)
        };
        show(source, window(source, &matches), &matches)
    }

    /// Of a text that answers the question: the place that fits, else the beginning.
    pub fn place_in(&self, text: &str) -> Marked {
        let matches = self.matches(text);
        show(text, window(text, &matches), &matches)
    }

    /// Where words of the query stand, and which.
    fn matches(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        analyzer::places(text).filter_map(|place| Some((place.clone(), self.which(&text[place])?))).collect()
    }

    fn which(&self, written: &str) -> Option<usize> {
        let normal = analyzer::normalise(written);
        let text = analyzer::fold(&normal);
        let mut stem = None;
        self.found.iter().position(|found| {
            let word = &found.word;
            let may_be_part = word.stem.len() >= SHORTEST_PART;
            text == word.text
                || ((word.is_last || may_be_part) && text.starts_with(&word.text))
                || (may_be_part && text.ends_with(&word.stem))
                || word.joined.contains(&text)
                || found.typos.contains(&text)
                || (shares_beginning(&text, &word.stem)
                    && *stem.get_or_insert_with(|| analyzer::stem(&normal)) == word.stem)
        })
    }
}

/// This stretch of the text, marked, with dots where it goes on.
fn show(source: &str, window: Range<usize>, matches: &[(Range<usize>, usize)]) -> Marked {
    let mut html = String::with_capacity(window.len() + 64);
    if window.start > 0 {
        html.push_str("… ");
    }
    write_marked(source, window.clone(), matches, &mut html);
    if window.end < source.trim_end().len() {
        html.push_str(" …");
    }
    Marked(html)
}

fn write_marked(source: &str, window: Range<usize>, matches: &[(Range<usize>, usize)], html: &mut String) {
    let mut rest = window.start;
    for (place, _) in matches.iter().filter(|(place, _)| place.start >= window.start && place.end <= window.end) {
        escape(&source[rest..place.start], html);
        html.push_str("<mark>");
        escape(&source[place.clone()], html);
        html.push_str("</mark>");
        rest = place.end;
    }
    escape(&source[rest..window.end], html);
}

/// A cheap look before the stemmer is asked.
fn shares_beginning(text: &str, stem: &str) -> bool {
    stem.chars().zip(text.chars()).take(3).all(|(one, other)| one == other)
}

/// The stretch of text with the most different words of the query in it, the earliest of equals.
fn window(source: &str, matches: &[(Range<usize>, usize)]) -> Range<usize> {
    let mut best = (0, 0);
    for (index, (first, _)) in matches.iter().enumerate() {
        let within = matches[index..].iter().take_while(|(place, _)| place.end <= first.start + LONGEST - LEAD);
        let words = within.fold(0u64, |words, (_, word)| words | 1 << (word % 64)).count_ones();
        if words > best.0 {
            best = (words, first.start);
        }
    }
    let start = start_of_phrase(source, best.1);
    start..end_of_word(source, start + LONGEST)
}

/// The beginning of the line or sentence when it is near, else of a word.
fn start_of_phrase(source: &str, place: usize) -> usize {
    if place <= LEAD {
        return 0;
    }
    let from = source.ceil_char_boundary(place - LEAD);
    let before = &source[from..place];
    let sentence = before.rfind(['.', '!', '?', '\n']).map(|end| end + 1);
    let start = sentence.or_else(|| before.find(char::is_whitespace)).unwrap_or(0);
    from + start + (before[start..].len() - before[start..].trim_start().len())
}

fn end_of_word(source: &str, end: usize) -> usize {
    if end >= source.len() {
        return source.trim_end().len();
    }
    let end = source.floor_char_boundary(end);
    match source[..end].rfind(char::is_whitespace) {
        Some(space) if space + LEAD > end => source[..space].trim_end().len(),
        _ => end,
    }
}

/// Lines become spaces: a snippet is one run of text.
fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push(' '),
            other => html.push(other),
        }
    }
}
