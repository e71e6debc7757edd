//! A compound that nobody wrote is looked for by its parts: "Ruhestörung" by "Ruhe" and "Störung".

use std::collections::HashSet;
use std::sync::LazyLock;

use super::analyzer;
use super::query::QueryWord;
use super::segment::Segment;

/// Shorter parts are found in everything.
const SHORTEST_PART: usize = 4;
/// What German puts between the parts of a compound.
const LINKS: [&str; 7] = ["", "s", "n", "en", "es", "er", "e"];

/// Stems of words that mean something else than their parts.
static WHOLE: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let words = analyzer::listed(include_str!("whole.txt"));
    words.map(|word| analyzer::stem(&analyzer::normalise(word))).collect()
});

/// The two parts that most readable documents speak of. Both must be known, and they cover the whole word.
pub fn split(segments: &[Segment], word: &QueryWord) -> tantivy::Result<Option<[QueryWord; 2]>> {
    if WHOLE.contains(&word.stem) {
        return Ok(None);
    }
    let mut best: Option<(f32, [QueryWord; 2])> = None;
    for (middle, _) in word.text.char_indices().skip(SHORTEST_PART) {
        let (head, tail) = word.text.split_at(middle);
        if tail.chars().count() < SHORTEST_PART {
            break;
        }
        let tail_known = frequency(segments, tail)?;
        if tail_known == 0.0 {
            continue;
        }
        for head in LINKS.iter().filter_map(|link| head.strip_suffix(link)).filter(|head| head.len() >= SHORTEST_PART) {
            let score = tail_known * frequency(segments, head)?;
            if score > best.as_ref().map_or(0.0, |(best, _)| *best) {
                best = Some((score, [part(head, false), part(tail, word.is_last)]));
            }
        }
    }
    Ok(best.map(|(_, parts)| parts))
}

fn part(text: &str, is_last: bool) -> QueryWord {
    QueryWord { text: text.to_owned(), spelled: None, stem: analyzer::stem(text), joined: Vec::new(), is_last }
}

/// How many readable documents speak of it, damped: a part that stands everywhere is not better for that.
#[expect(clippy::cast_precision_loss, reason = "counts of documents")]
fn frequency(segments: &[Segment], text: &str) -> tantivy::Result<f32> {
    let stem = analyzer::stem(text);
    let counts = segments.iter().map(|segment| segment.count_with_stem(&stem));
    let count = counts.sum::<tantivy::Result<usize>>()?;
    Ok((1.0 + count as f32).ln())
}
