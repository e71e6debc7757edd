//! One pipeline for what is written and what is typed, so that both meet in the index:
//!
//! 1. split at everything that is neither letter nor digit; words joined by hyphens stand for their parts and for the
//!    whole ("Kfz-Kennzeichen": kfz, kennzeichen, kfzkennzeichen); a paragraph sign stays with its number ("§34a");
//! 2. normalise: NFKC, lower case, soft hyphens out;
//! 3. stem: Snowball German on the word as written, because its rules know umlauts;
//! 4. fold word and stem: ä, ae and a become a (likewise ö and ü), ß becomes ss, other accents go. "Führerschein",
//!    "fuehrerschein" and "fuhrerschein" are one word.
//!
//! Folding keeps beginnings: the fold of a word's beginning is a beginning of the word's fold. Stems do not have this
//! property ("anmeldu" is no beginning of "anmeld"), so whole words are indexed beside stems.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Raise this when the pipeline changes what it makes of a text: indexes of another version are rebuilt.
pub const VERSION: u32 = 1;

/// Longer words are no words; nobody types them and they would only fill the vocabulary.
const LONGEST_WORD: usize = 60;

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::German));

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Normalised and folded.
    pub text: String,
    /// With its e after a, o or u, where it has one: a slip of the fingers is counted in the letters that were typed.
    pub spelled: Option<String>,
    pub stem: String,
    /// Where it stands in the source, in bytes.
    pub place: Range<usize>,
    pub role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Stands for itself.
    Plain,
    /// Stands for a whole whose parts come right before it.
    Joined { parts: usize },
}

/// What a word becomes.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// See `Word`.
    pub text: String,
    pub spelled: Option<String>,
    pub stem: String,
}

/// The words of a text in order.
pub fn words(source: &str) -> Vec<Word> {
    let mut words = Vec::new();
    each_written(source, |written, place, role| {
        words.extend(form(written).map(|Form { text, spelled, stem }| Word { text, spelled, stem, place, role }));
    });
    words
}

/// The words of a text in order, as they are written.
pub fn each_written(source: &str, mut take: impl FnMut(&str, Range<usize>, Role)) {
    for place in runs(source) {
        let written = &source[place.clone()];
        if written.contains(is_hyphen) {
            take_parts(source, place, &mut take);
            continue;
        }
        take(written, place.clone(), Role::Plain);
        if source[..place.start].trim_end().ends_with('§') {
            take(&format!("§{written}"), place, Role::Joined { parts: 1 });
        }
    }
}

/// Each by itself, then the whole.
fn take_parts(source: &str, place: Range<usize>, take: &mut impl FnMut(&str, Range<usize>, Role)) {
    let (mut whole, mut count) = (String::new(), 0);
    for part in parts(source, place.clone()) {
        whole.push_str(&source[part.clone()]);
        count += 1;
        take(&source[part.clone()], part, Role::Plain);
    }
    take(&whole, place, Role::Joined { parts: count });
}

/// Where the words stand, without working them out: each part of a hyphen word by itself.
pub fn places(source: &str) -> impl Iterator<Item = Range<usize>> {
    runs(source).flat_map(|place| parts(source, place))
}

fn runs(source: &str) -> impl Iterator<Item = Range<usize>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let place = next_run(source, rest)?;
        rest = place.end;
        Some(place)
    })
}

/// The next letters and digits from `from` on, with hyphens between them.
fn next_run(source: &str, from: usize) -> Option<Range<usize>> {
    let start = from + source[from..].find(is_word_char)?;
    let mut end = start;
    let mut characters = source[start..].char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let joins = is_hyphen(character) && characters.peek().is_some_and(|(_, next)| is_word_char(*next));
        if !is_word_char(character) && !joins {
            break;
        }
        end = start + offset + character.len_utf8();
    }
    Some(start..end)
}

fn parts(source: &str, place: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let start = place.start;
    source[place].split(is_hyphen).scan(start, |next, part| {
        let range = *next..*next + part.len();
        // Every hyphen that joins is one character; the next part begins behind it.
        *next = range.end + source[range.end..].chars().next().map_or(0, char::len_utf8);
        Some(range)
    })
}

fn is_word_char(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    character.is_alphanumeric() || is_combining_mark(character) || character == '\u{ad}'
}

fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | '\u{2010}' | '\u{2011}')
}

/// None for what is no word.
pub fn form(written: &str) -> Option<Form> {
    let normal = normalise(written);
    let spelled = without_accents(&normal);
    let text = without_umlaut_e(&spelled);
    let is_word = !text.is_empty() && text.len() <= LONGEST_WORD;
    is_word.then(|| Form { stem: stem(&normal), spelled: Some(spelled).filter(|spelled| *spelled != text), text })
}

/// The folded stem of a normalised word.
pub fn stem(normal: &str) -> String {
    fold(&STEMMER.stem(normal))
}

/// NFKC, lower case, no soft hyphens.
pub fn normalise(text: &str) -> String {
    if text.chars().all(is_plain) {
        return text.to_lowercase();
    }
    text.nfkc().filter(|c| *c != '\u{ad}').flat_map(char::to_lowercase).nfc().collect()
}

/// What nearly all German words are made of: one character a letter, whatever the form of Unicode.
fn is_plain(character: char) -> bool {
    character.is_ascii() || matches!(character, 'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü' | 'ß')
}

/// Umlauts in all three spellings become the plain vowel, ß becomes ss, other accents go.
pub fn fold(normal: &str) -> String {
    without_umlaut_e(&without_accents(normal))
}

fn without_accents(normal: &str) -> String {
    if normal.is_ascii() {
        return normal.to_owned();
    }
    if normal.chars().all(is_plain) {
        return normal.replace('ß', "ss").replace('ä', "a").replace('ö', "o").replace('ü', "u");
    }
    normal.replace('ß', "ss").nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// The e that stands for two dots; it goes from "Steuer" too, which does no harm where it does so everywhere.
fn without_umlaut_e(text: &str) -> String {
    if !["ae", "oe", "ue"].iter().any(|umlaut| text.contains(umlaut)) {
        return text.to_owned();
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        if character != 'e' || !folded.ends_with(['a', 'o', 'u']) {
            folded.push(character);
        }
    }
    folded
}

/// Words that carry no meaning of their own in a spoken question. They count only where nothing else was said.
pub fn is_filler(word: &str) -> bool {
    FILLERS.binary_search_by(|filler| filler.as_str().cmp(word)).is_ok()
}

/// Words that say little about the matter: when, how many, who else. They count, but less.
pub fn is_faint(word: &str, stem: &str) -> bool {
    FAINT.contains(word) || FAINT.contains(stem)
}

/// Folded and in order.
static FILLERS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut words: Vec<_> = listed(include_str!("fillers.txt")).map(|word| fold(&normalise(word))).collect();
    words.sort_unstable();
    words.dedup();
    words
});

/// Folded, with their stems.
static FAINT: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let words = listed(include_str!("faint.txt")).map(normalise);
    words.flat_map(|word| [fold(&word), stem(&word)]).collect()
});

/// The words of a list; a line that begins with # is a comment.
pub fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        words(source).into_iter().map(|word| word.text).collect()
    }

    fn stem(word: &str) -> String {
        words(word).remove(0).stem
    }

    #[test]
    fn the_three_spellings_of_an_umlaut_meet() {
        for spelling in ["Führerschein", "FUEHRERSCHEIN", "fuhrerschein", "Fu\u{308}hrerschein", "Führer\u{ad}schein"]
        {
            assert_eq!(texts(spelling), ["fuhrerschein"], "{spelling}");
            assert_eq!(stem(spelling), stem("Führerscheine"), "{spelling}");
        }
        assert_eq!(texts("Straße STRASSE"), ["strasse", "strasse"]);
    }

    #[test]
    fn forms_of_a_word_share_their_stem() {
        for [one, other] in [
            ["Steuer", "Steuern"],
            ["anmelden", "Anmeldung"],
            ["Gebühr", "Gebuehren"],
            ["Haus", "Häuser"],
            ["bauen", "baue"],
            ["Ausweise", "Ausweis"],
            ["Mauer", "Mauern"],
            ["Abenteuer", "Abenteuern"],
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
    }

    #[test]
    fn hyphens_join_and_paragraphs_keep_their_sign() {
        assert_eq!(texts("Kfz-Kennzeichen und/oder"), ["kfz", "kennzeichen", "kfzkennzeichen", "und", "oder"]);
        assert_eq!(texts("§ 34a GewO, § 5"), ["34a", "§34a", "gewo", "5", "§5"]);
        assert_eq!(texts("-a- -- a-"), ["a", "a"]);
    }

    #[test]
    fn places_are_those_of_the_source() {
        let source = "Die Straße: Kfz-Brief";
        let found: Vec<_> = words(source).into_iter().map(|word| &source[word.place]).collect();
        assert_eq!(found, ["Die", "Straße", "Kfz", "Brief", "Kfz-Brief"]);
    }

    #[test]
    fn fillers_are_known_in_every_spelling() {
        assert!(is_filler(&texts("FÜR")[0]) && is_filler("mussen") && !is_filler("perso"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_pipeline(text in "\\PC*") {
            for word in words(&text) {
                assert!(text.get(word.place).is_some());
            }
        }

        #[test]
        fn the_fold_of_a_beginning_is_a_beginning_of_the_fold(word in "[a-zäöüß]{1,20}", length in 1usize..20) {
            let beginning: String = word.chars().take(length).collect();
            assert!(fold(&word).starts_with(&fold(&beginning)));
        }
    }
}
