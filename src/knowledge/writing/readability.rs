//! How hard a text is to read: LIX and the reading ease of Flesch in Amstad's form for German.

use super::sentences::{sentences, words};
use super::syllables::syllables;

/// Letters of a word that counts as short.
const LONGEST_SHORT_WORD: usize = 6;
/// Fewer words say nothing about a text.
const FEWEST_WORDS: usize = 20;

/// Two figures from the same counts. Numbers alone are no words; a line's end ends a sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Readability {
    /// Words per sentence plus words of more than six letters in percent (Björnsson 1968). No unit, about 20 to 80; the
    /// lower, the easier: below 40 easy, 40 to 50 medium, 50 to 60 hard, above that very hard.
    pub lix: f64,
    /// 180 − words per sentence − 58.5 × syllables per word (Amstad 1978). No unit, about 0 to 100 and beyond; the higher,
    /// the easier: from 60 on medium, from 70 on easy, below 50 hard, below 30 very hard.
    pub flesch_amstad: f64,
    pub words: usize,
    pub sentences: usize,
}

#[expect(clippy::cast_precision_loss, reason = "nobody writes 2^52 words")]
pub fn readability(text: &str) -> Readability {
    let count = sentences(text).len();
    let all: Vec<&str> = words(text).collect();
    if all.is_empty() || count == 0 {
        return Readability { lix: 0.0, flesch_amstad: 0.0, words: 0, sentences: 0 };
    }
    let is_long = |word: &&&str| word.chars().filter(|c| c.is_alphabetic()).count() > LONGEST_SHORT_WORD;
    let long = all.iter().filter(is_long).count() as f64;
    let spoken: usize = all.iter().map(|word| syllables(word)).sum();
    let number = all.len() as f64;
    let sentence_length = number / count as f64;
    Readability {
        lix: sentence_length + 100.0 * long / number,
        flesch_amstad: 180.0 - sentence_length - 58.5 * spoken as f64 / number,
        words: all.len(),
        sentences: count,
    }
}

impl Readability {
    pub fn is_telling(&self) -> bool {
        self.words >= FEWEST_WORDS
    }

    /// After the LIX: its steps do not depend on how syllables are counted.
    pub fn verdict(&self) -> &'static str {
        match self.lix {
            _ if !self.is_telling() => "zu kurz für ein Urteil",
            lix if lix < 40.0 => "leicht zu lesen",
            lix if lix < 50.0 => "mittel",
            lix if lix < 60.0 => "schwer zu lesen",
            _ => "sehr schwer zu lesen",
        }
    }

    /// For `data-state`.
    pub fn state(&self) -> &'static str {
        match self.lix {
            _ if !self.is_telling() => "off",
            lix if lix < 50.0 => "good",
            lix if lix < 60.0 => "info",
            _ => "warn",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::readability;

    #[test]
    fn formulas_give_what_a_person_counts() {
        // Seven words of thirteen syllables in two sentences; "beantragen" alone is long.
        let counted = readability("Sie wollen einen Pass beantragen. Kommen Sie.");
        assert_eq!((counted.words, counted.sentences), (7, 2));
        assert!((counted.lix - (3.5 + 100.0 / 7.0)).abs() < 1e-9, "{counted:?}");
        assert!((counted.flesch_amstad - (180.0 - 3.5 - 58.5 * 13.0 / 7.0)).abs() < 1e-9, "{counted:?}");
        assert_eq!(counted.verdict(), "zu kurz für ein Urteil");
    }

    #[test]
    fn officialese_is_harder_than_plain_words() {
        let plain = "Sie haben Ihren Ausweis verloren? Dann rufen Sie uns bitte an. Wir sagen Ihnen, was Sie nun tun. Der neue \
                     Ausweis kostet Geld. Sie holen ihn im Amt ab.";
        let hard = "Die Inanspruchnahme der verwaltungsrechtlichen Vergünstigung setzt eine fristgerechte Antragstellung unter \
                    Beifügung sämtlicher entscheidungserheblicher Nachweise sowie die vorherige Entrichtung der \
                    Verwaltungsgebühren voraus, sofern keine Befreiungstatbestände einschlägig sind.";
        let (plain, hard) = (readability(plain), readability(hard));
        assert!(plain.lix < 40.0 && hard.lix > 60.0, "{plain:?} {hard:?}");
        assert!(plain.flesch_amstad > 60.0 && hard.flesch_amstad < 30.0, "{plain:?} {hard:?}");
        assert_eq!((plain.verdict(), hard.verdict()), ("leicht zu lesen", "sehr schwer zu lesen"));
    }

    #[test]
    fn text_without_words_has_no_figures() {
        assert_eq!(readability(" 37,00 € \n").words, 0);
    }
}
