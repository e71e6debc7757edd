//! What the ranking weighs, in one place: the measurement switches stages off by it, the product uses it as it is.

/// All weights compare with a word that stands in a title exactly as it was typed, which is 1.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "one for each stage that can be left out")]
pub struct Tuning {
    /// Compounds that nobody wrote are looked for by their parts.
    pub splits: bool,
    pub typos: bool,
    pub lexicon: bool,
    pub learning: bool,
    pub as_stem: f32,
    /// The last word is still being typed; its beginning is nearly as good as the whole.
    pub as_beginning: f32,
    /// A word that is finished may still be the first part of a compound.
    pub as_first_part: f32,
    /// The last part of a compound says what it is: an Ausweis is any kind of Ausweis.
    pub as_last_part: f32,
    pub as_typo: f32,
    /// The word exists as it is written; what is one letter away was hardly meant.
    pub as_typo_of_known_word: f32,
    /// What a place is worth.
    pub names: f32,
    pub answer: f32,
    pub text: f32,
    /// How much a long title takes from each of its words.
    pub title_length: f32,
    /// How often a word must stand in a text to count fully.
    pub text_saturation: f32,
    /// The exponent of the inverse document frequency.
    pub rarity: f32,
    /// How much a document loses for the part of the query that it does not contain.
    pub coverage: f32,
    /// A title that is the query and nothing more is the main entry; its special cases have longer titles.
    pub whole_title: f32,
    /// The parts of a compound that is known as a whole.
    pub part_of_known_word: f32,
    /// What a term of the lexicon is worth.
    pub term: f32,
    /// A word that no title, name or term of the lexicon has says little about the matter.
    pub untitled: f32,
    /// See `analyzer::is_faint`.
    pub faint: f32,
    /// An expression of the lexicon of which one word is missing.
    pub incomplete: f32,
    /// From this worth on a word counts as fully covered.
    pub full_cover: f32,
    /// What an entry gains that answered all such calls before, compared with the best hit.
    pub lift: f32,
    /// Learned words must share at least this part of their weight with those that were typed.
    pub least_likeness: f32,
    /// What an answer in another town counts.
    pub other_towns: f32,
    /// Answers that nobody gave yet: a single one proves little.
    pub doubt: f32,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            splits: true,
            typos: true,
            lexicon: true,
            learning: true,
            as_stem: 0.98,
            as_beginning: 0.85,
            as_first_part: 0.5,
            as_last_part: 0.7,
            as_typo: 0.55,
            as_typo_of_known_word: 0.15,
            names: 0.85,
            answer: 0.5,
            text: 0.3,
            title_length: 0.045,
            text_saturation: 3.0,
            rarity: 0.65,
            coverage: 0.75,
            whole_title: 0.4,
            part_of_known_word: 0.6,
            term: 1.15,
            untitled: 0.6,
            faint: 0.3,
            incomplete: 0.3,
            full_cover: 0.1,
            lift: 0.7,
            least_likeness: 0.4,
            other_towns: 0.4,
            doubt: 0.7,
        }
    }
}
