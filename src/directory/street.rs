//! Streets as they are compared, and what somebody said split into street and house number.

/// "Haupt-Str.", "Hauptstraße" and "HAUPTSTRASSE" are one street.
pub fn street_key(street: &str) -> String {
    let mut folded = String::new();
    for character in street.to_lowercase().chars() {
        match character {
            'ä' => folded.push_str("ae"),
            'ö' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            _ if character.is_alphanumeric() => folded.push(character),
            // The end of an abbreviation, until the next letter shows that it was none.
            '.' => folded.push('.'),
            _ => {}
        }
    }
    let whole = folded.replace("str.", "strasse").replace('.', "");
    match whole.strip_suffix("str") {
        Some(name) => format!("{name}strasse"),
        None => whole,
    }
}

/// "Hauptstr. 12a" is the street and 12; without a number it is the street alone.
pub fn address(said: &str) -> (String, Option<u32>) {
    let said = said.trim().trim_end_matches(',');
    let begins_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let words: Vec<&str> = said.split_whitespace().collect();
    // "Straße des 17. Juni 3": the last number counts, and only at the end; "12 a" has a letter behind it.
    let letter_behind = usize::from(words.last().is_some_and(|word| word.len() == 1 && !begins_number(word)));
    let at = words.len().checked_sub(1 + letter_behind).filter(|at| *at > 0 && begins_number(words[*at]));
    match at {
        Some(at) => {
            let digits: String = words[at].chars().take_while(char::is_ascii_digit).collect();
            (words[..at].join(" "), digits.parse().ok().filter(|number| *number > 0))
        }
        None => (said.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_street_meet() {
        let one = street_key("Hauptstraße");
        for other in ["Haupt-Straße", "HAUPTSTRASSE", "Hauptstr.", "Hauptstr", "Haupt Str."] {
            assert_eq!(street_key(other), one, "{other}");
        }
        assert_ne!(street_key("Hauptweg"), one);
        assert_eq!(street_key("Str. des 17. Juni"), street_key("Straße des 17 Juni"));
        assert_eq!(street_key("Königsallee"), street_key("Koenigsallee"));
    }

    #[test]
    fn house_number_is_the_last_word() {
        assert_eq!(address("Hauptstr. 12a"), ("Hauptstr.".to_owned(), Some(12)));
        assert_eq!(address("Am Markt 3 b"), ("Am Markt".to_owned(), Some(3)));
        assert_eq!(address("Straße des 17. Juni"), ("Straße des 17. Juni".to_owned(), None));
        assert_eq!(address("Straße des 17. Juni 135"), ("Straße des 17. Juni".to_owned(), Some(135)));
        assert_eq!(address("12"), ("12".to_owned(), None));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "\\PC*") {
            address(&text);
            street_key(&text);
        }
    }
}
