//! The number of a case, made to be said: "384-2175", read as "drei acht vier, zwo eins sieben fünf". Its last digit is a
//! check: one wrong digit, or two neighbours changed, as in "vierundachtzig", is no number of ours.

use std::fmt;

use rand::RngExt;

/// Damm's table: catches every single wrong digit and every change of two neighbours.
const TABLE: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];
/// "zwo" is not taken for "drei" on the telephone.
const WORDS: [&str; 10] = ["null", "eins", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"];
const DIGITS: usize = 7;
const GROUP: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Reference(String);

impl Reference {
    /// Another one each time; whether it is free, the database says.
    pub fn draw() -> Self {
        Self::of(rand::rng().random_range(100_000..1_000_000))
    }

    /// Six digits and their check.
    pub fn of(number: u32) -> Self {
        let digits = format!("{number:06}");
        let check = check(&digits);
        Self(format!("{digits}{check}"))
    }

    /// As somebody types it: "384-2175", "384 2176", "3842175". None: there is no such number.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ' | '\u{2013}' | '/')).collect();
        let is_number =
            digits.len() == DIGITS && digits.chars().all(|c| c.is_ascii_digit()) && !digits.starts_with('0');
        (is_number && check(&digits) == 0).then_some(Self(digits))
    }

    /// As it is stored: digits only.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// To be read aloud.
    pub fn spoken(&self) -> String {
        let (first, second) = self.0.split_at(GROUP);
        let words = |digits: &str| {
            let words: Vec<_> = digits.bytes().map(|digit| WORDS[usize::from(digit - b'0')]).collect();
            words.join(" ")
        };
        format!("{}, {}", words(first), words(second))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(GROUP.min(self.0.len()));
        write!(f, "{first}-{second}")
    }
}

fn check(digits: &str) -> u8 {
    digits.bytes().fold(0, |interim, digit| TABLE[usize::from(interim)][usize::from(digit - b'0')])
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn number_is_read_aloud_in_two_groups() {
        let reference = Reference::of(384_217);
        assert_eq!(reference.to_string(), "384-2175");
        assert_eq!(reference.spoken(), "drei acht vier, zwo eins sieben fünf");
        for typed in ["384-2175", "3842175", "384 2175", "38 42 17 5"] {
            assert_eq!(Reference::parse(typed).as_ref(), Some(&reference), "{typed}");
        }
    }

    #[test]
    fn one_wrong_digit_or_two_changed_ones_are_no_number() {
        for number in (100_000..1_000_000).step_by(977) {
            let good = Reference::of(number);
            assert_eq!(Reference::parse(good.as_str()).as_ref(), Some(&good));
            for place in 0..7 {
                for digit in b'0'..=b'9' {
                    let mut wrong = good.as_str().as_bytes().to_vec();
                    wrong[place] = digit;
                    let wrong = String::from_utf8(wrong).expect("digits");
                    assert!(wrong == good.as_str() || Reference::parse(&wrong).is_none(), "{good} and {wrong}");
                }
            }
            for place in 0..6 {
                let mut wrong = good.as_str().as_bytes().to_vec();
                wrong.swap(place, place + 1);
                let wrong = String::from_utf8(wrong).expect("digits");
                assert!(wrong == good.as_str() || Reference::parse(&wrong).is_none(), "{good} and {wrong}");
            }
        }
    }

    #[test]
    fn anything_else_is_no_number() {
        for text in ["", "384", "384-217x", "0384217", "384-21754", "abc-defg"] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
        let drawn = Reference::draw();
        assert_eq!(Reference::parse(drawn.as_str()), Some(drawn));
    }
}
