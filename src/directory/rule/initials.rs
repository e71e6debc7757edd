//! Beginnings of surnames, one to three letters long: "A–K", "Sa–Sc".

use std::fmt;

const LETTERS: u32 = 26;
/// So many letters are compared.
const DEPTH: usize = 3;
/// How many beginnings of that length there are.
pub const ALL: u32 = LETTERS * LETTERS * LETTERS;

/// From the first to the last beginning, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initials {
    pub from: String,
    pub to: String,
}

impl Initials {
    /// None: these are no beginnings, or the last stands before the first.
    pub fn new(from: &str, to: &str) -> Option<Self> {
        let (from, to) = (letters(from)?, letters(if to.is_empty() { from } else { to })?);
        let initials = Self { from, to };
        (initials.first() <= initials.last()).then_some(initials)
    }

    /// What lies between two places, both included. Where one end would be the beginning of the other, both are as long:
    /// "Sa–Sc" and not "S–Sc".
    pub fn between(first: u32, last: u32) -> Self {
        let (from, to) = (shortened(first, 'A'), shortened(last, 'Z'));
        let (wide, far) = (from.len(), to.len());
        match () {
            () if to.starts_with(&from) => Self { from: format!("{from:A<far$}"), to },
            () if from.starts_with(&to) => Self { to: format!("{to:Z<wide$}"), from },
            () => Self { from, to },
        }
    }

    pub fn first(&self) -> u32 {
        place(&self.from, 0)
    }

    pub fn last(&self) -> u32 {
        place(&self.to, LETTERS - 1)
    }
}

/// "A–K"; a single beginning stands alone.
impl fmt::Display for Initials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.from == self.to {
            true => write!(f, "{}", capitalised(&self.from)),
            false => write!(f, "{}–{}", capitalised(&self.from), capitalised(&self.to)),
        }
    }
}

fn capitalised(letters: &str) -> String {
    let mut characters = letters.chars();
    characters.next().into_iter().chain(characters.flat_map(char::to_lowercase)).collect()
}

/// The first letters of a name as a German dictionary sorts it: Ä is A, ß is SS.
pub fn letters(name: &str) -> Option<String> {
    let mut letters = String::new();
    for character in name.trim().to_uppercase().chars() {
        match character {
            'A'..='Z' => letters.push(character),
            'Ä' | 'À' | 'Á' | 'Â' => letters.push('A'),
            'Ö' | 'Ó' | 'Ò' | 'Ô' => letters.push('O'),
            'Ü' | 'Ú' | 'Ù' | 'Û' => letters.push('U'),
            'É' | 'È' | 'Ê' | 'Ë' => letters.push('E'),
            'Ç' | 'Č' | 'Ć' => letters.push('C'),
            'Š' | 'Ş' | 'Ś' => letters.push('S'),
            'Ž' | 'Ż' => letters.push('Z'),
            'İ' | 'Í' => letters.push('I'),
            _ => {}
        }
    }
    letters.truncate(DEPTH);
    (!letters.is_empty()).then_some(letters)
}

/// Where a beginning stands among all; what is not said is filled with the first or the last letter.
fn place(letters: &str, filling: u32) -> u32 {
    let mut digits = letters.bytes().map(|letter| u32::from(letter - b'A'));
    (0..DEPTH).fold(0, |place, _| place * LETTERS + digits.next().unwrap_or(filling))
}

fn shortened(place: u32, filling: char) -> String {
    let letter = |digit: u32| u8::try_from(digit % LETTERS).map_or('A', |digit| char::from(b'A' + digit));
    let whole: String = [place / LETTERS / LETTERS, place / LETTERS, place].map(letter).into_iter().collect();
    let short = whole[1..].trim_end_matches(filling);
    whole[..=short.len()].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_read_and_written() {
        let words = |from, to| Initials::new(from, to).map(|initials| initials.to_string());
        assert_eq!(words("a", "K").as_deref(), Some("A–K"));
        assert_eq!(words("Sch", "st").as_deref(), Some("Sch–St"));
        assert_eq!(words("ö", "").as_deref(), Some("O"));
        assert_eq!(words("K", "A"), None);
        assert_eq!(words("1", "2"), None);
    }

    #[test]
    fn places_and_words_are_the_same_thing() {
        let all = Initials::new("A", "Z").expect("the alphabet");
        assert_eq!((all.first(), all.last()), (0, ALL - 1));
        assert_eq!(Initials::between(0, ALL - 1), all);
        for [from, to] in [["L", "P"], ["Sa", "Sc"], ["Sch", "St"], ["Sch", "Szz"], ["S", "S"]] {
            let initials = Initials::new(from, to).expect("initials");
            assert_eq!(Initials::between(initials.first(), initials.last()), initials);
        }
    }
}
