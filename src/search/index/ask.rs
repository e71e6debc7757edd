//! What else the index is asked beside searches, always within what the asking tenant may read.

use std::collections::HashMap;

use super::super::board::Board;
use super::super::explanation::Explanation;
use super::super::learning;
use super::super::lexicon;
use super::super::meaning::is_spoken_of;
use super::super::segment::Segment;
use super::super::vocabulary::Vocabulary;
use super::super::{Request, privacy};
use super::{SearchIndex, or_nothing, with_shipped};
use crate::ids::{EntryId, TenantId};

impl SearchIndex {
    /// Whether a readable text has all words of the query, as a term of the lexicon is looked up.
    pub(in crate::search) fn speaks_of(&self, request: &Request) -> tantivy::Result<bool> {
        let inner = &*self.0;
        let searcher = inner.reader.searcher();
        let readable = inner.readable.get(&searcher, &inner.fields, request)?;
        let segments = Segment::open_all(&searcher, &inner.fields, &readable, &inner.tuning)?;
        let mut board = Board::default().fitted(segments.iter().map(Segment::len).sum());
        is_spoken_of(&segments, &lexicon::phrase(&request.query), &inner.tuning, &mut board)
    }

    /// A title that may be found with this request has this folded word.
    pub(in crate::search) fn has_in_a_title(&self, request: &Request, word: &str) -> bool {
        let (inner, searcher) = (&*self.0, self.searcher());
        let readable = inner.readable.get(&searcher, &inner.fields, request);
        let has = readable.and_then(|it| Vocabulary::new(&searcher, &inner.fields, &it).is_in_a_title(word));
        has.unwrap_or_default()
    }

    /// What of a query may be tied to the entry that answered it; None: nothing, or it may be about a person.
    pub async fn words_to_learn(&self, request: Request) -> Option<Vec<String>> {
        self.in_turn(move |index| or_nothing(index.find_words_to_learn(&request))).await
    }

    /// As `words_to_learn`, on this thread.
    pub fn find_words_to_learn(&self, request: &Request) -> tantivy::Result<Option<Vec<String>>> {
        if !privacy::may_be_kept(&request.query, |word| self.has_in_a_title(request, word)) {
            return Ok(None);
        }
        let inner = &*self.0;
        let searcher = inner.reader.searcher();
        let readable = inner.readable.get(&searcher, &inner.fields, request)?;
        let segments = Segment::open_all(&searcher, &inner.fields, &readable, &inner.tuning)?;
        let nearer = self.additions().read_from(&request.sources);
        let lexicons = with_shipped(&nearer);
        learning::phrase_of(&request.query, |word| learning::knowledge_of(&segments, &lexicons, word))
    }

    /// Learned words as people write them, as far as the readable texts and the lexicon have them.
    pub(in crate::search) async fn spellings(&self, request: Request, words: Vec<String>) -> HashMap<String, String> {
        self.in_turn(move |index| or_nothing(index.find_spellings(&request, words))).await
    }

    fn find_spellings(&self, request: &Request, words: Vec<String>) -> tantivy::Result<HashMap<String, String>> {
        let (inner, searcher) = (&*self.0, self.searcher());
        let readable = inner.readable.get(&searcher, &inner.fields, request)?;
        let vocabulary = Vocabulary::new(&searcher, &inner.fields, &readable);
        let additions = self.additions().read_from(&request.sources);
        let lexicons = with_shipped(&additions);
        let mut spellings = HashMap::new();
        for word in words {
            let spelling = match vocabulary.spelling(&word)? {
                None => vocabulary.spelling_of_stem(&word)?,
                known => known,
            };
            let in_lexicon = || lexicons.iter().find_map(|lexicon| lexicon.word_of_stem(&word)).map(str::to_owned);
            if let Some(spelling) = spelling.or_else(in_lexicon) {
                spellings.insert(word, spelling);
            }
        }
        Ok(spellings)
    }

    /// Why an entry stands where it does; None where it may not be read or nothing was asked.
    pub(in crate::search) async fn explain(&self, request: Request, entry: (TenantId, EntryId)) -> Option<Explanation> {
        self.in_turn(move |index| {
            let nearer = index.additions().read_from(&request.sources);
            let searcher = index.searcher();
            or_nothing(index.0.engine(&searcher, &with_shipped(&nearer)).explain(&request, entry))
        })
        .await
    }
}
