//! Which typed words may be kept: such as are about a matter, never such as are about a person.
//!
//! Nothing else of a search is ever kept, neither who typed nor in which call; so the words themselves must not say it.
//! A query with a digit, an address of the net or a name is not kept at all. When in doubt it is about a person.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::analyzer::{self, Role};

/// Longer texts were pasted, and say more than a matter.
pub const LONGEST: usize = 200;
pub const MOST_WORDS: usize = 12;
/// So many digits are a telephone number or a file.
const SHORTEST_NUMBER: usize = 6;

/// Behind these stands a name: "Frau Dr. Müller".
const ADDRESSES: [&str; 8] = ["herr", "herrn", "hr", "frau", "fr", "familie", "fam", "eheleute"];
const TITLES: [&str; 14] =
    ["dr", "prof", "professor", "doktor", "med", "dipl", "ing", "von", "van", "der", "den", "de", "zu", "el"];
/// And behind these: "mein Name ist Ali".
const INTRODUCTIONS: [&str; 6] = ["heisse", "name", "nachname", "vorname", "namens", "spricht"];
const LINKS: [&str; 7] = ["ist", "lautet", "war", "ich", "herr", "frau", "der"];

/// `is_known` tells whether a folded word stands in a title that the tenant reads: what the catalogue speaks of is a matter
/// and no name, unless somebody is called by it.
pub fn may_be_kept(query: &str, is_known: impl Fn(&str) -> bool) -> bool {
    let is_private = |c: char| c.is_numeric() || c == '@';
    if query.contains(is_private) || query.contains("://") || query.chars().count() > LONGEST {
        return false;
    }
    let words = plain_words(query);
    if words.is_empty() || words.len() > MOST_WORDS {
        return false;
    }
    let names_somebody = (0..words.len()).any(|place| is_introduced(&words, place, &is_known));
    !names_somebody && !words.iter().any(|word| is_name(word, &is_known))
}

/// A line about a text may have sums, days and addresses of the net in it, but nothing that leads to a person. In doubt the
/// sentence says what to leave out.
pub fn line_problem(line: &str, is_known: impl Fn(&str) -> bool) -> Option<&'static str> {
    if line.contains('@') {
        return Some("Bitte ohne E-Mail-Adresse.");
    }
    if longest_number(line) >= SHORTEST_NUMBER {
        return Some("Bitte ohne Telefonnummern, Kundennummern und Aktenzeichen.");
    }
    let words = plain_words(line);
    let is_person = |place| is_introduced(&words, place, &is_known) || is_name(&words[place], &is_known);
    (0..words.len()).any(is_person).then_some("Bitte ohne Namen von Personen.")
}

/// How many digits stand together, also with a sign or a space between them. A point or a comma ends a number: sums and days
/// may be said.
fn longest_number(line: &str) -> usize {
    let (mut longest, mut digits) = (0, 0);
    for character in line.chars() {
        match character {
            c if c.is_numeric() => digits += 1,
            ' ' | '-' | '/' | '(' | ')' | '+' | '\u{2013}' => {}
            _ => digits = 0,
        }
        longest = longest.max(digits);
    }
    longest
}

/// As it is kept: small letters, one space between words, signs at the ends gone.
pub fn as_kept(query: &str) -> String {
    let normal = analyzer::normalise(query);
    let words = normal.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '§'));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What is the same question however it is spelled.
pub fn folded(query: &str) -> String {
    plain_words(query).join(" ")
}

fn plain_words(query: &str) -> Vec<String> {
    analyzer::words(query).into_iter().filter(|word| word.role == Role::Plain).map(|word| word.text).collect()
}

/// A name by itself, also in the genitive.
fn is_name(word: &str, is_known: &impl Fn(&str) -> bool) -> bool {
    let bare = word.strip_suffix('s').unwrap_or(word);
    let is_listed = NAMES.names.contains(word) || NAMES.names.contains(bare);
    is_listed && !is_known(word) && !is_known(bare)
}

/// Here stands "Frau", and behind it what she is called by.
fn is_introduced(words: &[String], place: usize, is_known: &impl Fn(&str) -> bool) -> bool {
    let word = words[place].as_str();
    let between = match word {
        _ if ADDRESSES.contains(&word) => &TITLES[..],
        _ if INTRODUCTIONS.contains(&word) => &LINKS[..],
        _ => return false,
    };
    let called = words[place + 1..].iter().find(|word| !between.contains(&word.as_str()));
    called.is_some_and(|word| {
        let is_listed = NAMES.names.contains(word) || NAMES.ordinary.contains(word);
        is_listed || (!is_known(word) && !analyzer::is_filler(word))
    })
}

struct Names {
    /// Folded.
    names: HashSet<String>,
    /// Names only where somebody is called by them.
    ordinary: HashSet<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let lines = include_str!("names.txt").lines().filter(|line| !line.starts_with('#'));
    let fold = |name: &str| analyzer::fold(&analyzer::normalise(name));
    let mut names = Names { names: HashSet::new(), ordinary: HashSet::new() };
    for name in lines.flat_map(str::split_whitespace) {
        match name.strip_prefix('!') {
            Some(ordinary) => names.ordinary.insert(fold(ordinary)),
            None => names.names.insert(fold(name)),
        };
    }
    names
});

#[cfg(test)]
mod tests {
    use super::*;

    /// A catalogue with these words in its titles.
    fn keeps(query: &str, titles: &[&str]) -> bool {
        may_be_kept(query, |word| titles.contains(&word))
    }

    #[test]
    fn words_about_a_matter_are_kept() {
        for query in [
            "quietscheentchen",
            "Wo kann ich meinen Hund baden?",
            "§ für Grillen im Park",
            "meine Frau ist schwanger",
            "mülltonne freitag",
            "schöne grüße vom amt",
            "wie lautet der Name vom Amt",
            "kleine Wiese pachten im Sommer",
        ] {
            assert!(keeps(query, &["amt"]), "{query}");
        }
    }

    #[test]
    fn names_in_every_spelling_and_form_are_not_kept() {
        for query in [
            "müller",
            "Bauakte MUELLER",
            "Bauakte Muller",
            "Akte Meyer-Schmidt",
            "Ayşe Yılmaz",
            "Annas Geburtsurkunde",
            "kowalczyk anmelden",
            "Mohamed aufenthalt",
            "oleksandr wohnung",
            "termin bei sergej",
        ] {
            assert!(!keeps(query, &["bauakte", "wohnung"]), "{query}");
        }
    }

    #[test]
    fn whoever_is_called_by_a_word_is_a_person() {
        for query in [
            "Frau Schlumberger",
            "herr dr. xanthopoulos bauamt",
            "Familie von der Grünheide",
            "mein Name ist Tschirch",
            "ich heiße Wrzesinski",
            "hier spricht schlumberger",
            "Frau Richter",
            "frau klein",
            "Vater namens Obermoser",
        ] {
            assert!(!keeps(query, &["richter", "bauamt"]), "{query}");
        }
        assert!(keeps("Frau Standesamt", &["standesamt"]));
    }

    #[test]
    fn what_the_catalogue_speaks_of_is_a_matter() {
        assert!(!keeps("richter werden", &[]));
        assert!(keeps("richter werden", &["richter"]));
        assert!(keeps("Jägers Prüfung", &["jager"]));
    }

    #[test]
    fn digits_addresses_and_long_texts_are_not_kept() {
        for query in [
            "hartz 4",
            "0170 1234567",
            "Lindenweg ٣",
            "max@example.org",
            "https://example",
            "?!",
            "",
            &"wort ".repeat(13),
            &"w".repeat(201),
        ] {
            assert!(!keeps(query, &[]), "{query}");
        }
        assert!(keeps(&"wort ".repeat(12), &[]));
    }

    #[test]
    fn kept_words_are_small_and_tidy() {
        assert_eq!(as_kept("  Wo ist   das „Quietsche-Entchen“?  "), "wo ist das quietsche-entchen");
        assert_eq!(as_kept("§ grillen"), "§ grillen");
        assert_eq!(folded("Grüne Tönne!"), folded("gruene TONNE"));
    }

    #[test]
    fn list_of_names_is_long_and_knows_no_filler() {
        assert!(NAMES.names.len() >= 1_200, "{}", NAMES.names.len());
        let fillers: Vec<_> = NAMES.names.iter().filter(|word| analyzer::is_filler(word)).collect();
        assert!(fillers.is_empty(), "{fillers:?}");
    }

    #[test]
    fn line_about_a_text_may_have_sums_and_days_and_no_numbers_or_names() {
        let problem = |line| line_problem(line, |word| ["hundesteuer", "weber"].contains(&word));
        for line in [
            "Gebühr ist 37,00 €, nicht 28,80",
            "gilt ab 01.01.2027, siehe § 34a Abs. 2",
            "https://example.org/antrag führt ins Leere",
            "Öffnungszeit 8–12 und 14–16 Uhr falsch",
            "",
        ] {
            assert_eq!(problem(line), None, "{line}");
        }
        for line in [
            "Anrufer hat 069 90009-114",
            "bitte 0171/1234567 anrufen",
            "AZ 4711-2026",
            "max@example.org fragt",
            "Frau Xylander wartet",
            "Herr Müller sagt, das stimmt nicht",
            "IBAN DE12345678901234567890",
        ] {
            assert!(problem(line).is_some(), "{line}");
        }
    }
}
