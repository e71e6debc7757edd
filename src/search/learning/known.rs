//! Which typed words the town's texts or the lexicon know: only those are learned.

use super::super::analyzer;
use super::super::compound;
use super::super::lexicon::Lexicon;
use super::super::query::QueryWord;
use super::super::segment::Segment;
use super::phrase::Knowledge;

pub fn knowledge_of(segments: &[Segment], lexicons: &[&Lexicon], word: &QueryWord) -> tantivy::Result<Knowledge> {
    let mut begins = false;
    for segment in segments {
        if segment.count_with_stem(&word.stem)? > 0 {
            return Ok(Knowledge::Whole);
        }
        begins |= segment.has_beginning(&word.text)?;
    }
    let in_lexicon = |word: &QueryWord| lexicons.iter().any(|lexicon| lexicon.knows(word));
    let whole = QueryWord { is_last: false, ..word.clone() };
    if in_lexicon(&whole) || compound::split(segments, word)?.is_some() {
        return Ok(Knowledge::Whole);
    }
    // What stands in the lists of fillers has no meaning of its own.
    let begins = begins || in_lexicon(word);
    Ok(if begins && !analyzer::is_filler(&word.text) { Knowledge::Beginning } else { Knowledge::Unknown })
}
