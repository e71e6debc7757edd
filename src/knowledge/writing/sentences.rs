//! Where German sentences and words begin and end: a dot after "z. B.", "Nr." or "1." ends nothing.

/// Short words with a dot that stand within sentences.
const ABBREVIATIONS: [&str; 42] = [
    "abs", "allg", "aufl", "bspw", "bzgl", "bzw", "ca", "dr", "evtl", "geb", "gem", "ggf", "hbf", "hrsg", "inkl",
    "insb", "kfm", "lt", "max", "min", "mind", "mio", "mrd", "nr", "pers", "prof", "rd", "sog", "st", "std", "str",
    "tel", "vgl", "vorauss", "zzgl", "zzt", "dipl", "ing", "zi", "sgb", "ust", "usf",
];
/// Days and months, only with a capital: "so." ends a sentence.
const CALENDAR: [&str; 15] =
    ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So", "Jan", "Feb", "Apr", "Aug", "Sept", "Okt", "Nov", "Dez"];
/// These may end a sentence: a capital letter after them begins the next one.
const AT_THE_END: [&str; 4] = ["usw", "etc", "uvm", "co"];

/// The sentences of a text. A line's end is always a sentence's end: items of lists and cells of tables stand alone.
pub fn sentences(text: &str) -> Vec<&str> {
    text.lines().flat_map(sentences_of_line).collect()
}

fn sentences_of_line(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut begin = 0;
    for (end, token, next) in tokens(line) {
        if ends_sentence(token, next) {
            found.push(line[begin..end].trim());
            begin = end;
        }
    }
    found.push(line[begin..].trim());
    found.retain(|sentence| words(sentence).next().is_some());
    found
}

/// Every token with its end in the line and the token after it.
fn tokens(line: &str) -> impl Iterator<Item = (usize, &str, Option<&str>)> {
    let mut all: Vec<(usize, &str)> = Vec::new();
    for token in line.split_whitespace() {
        let begin = all.last().map_or(0, |(end, _)| *end);
        all.push((begin + line[begin..].find(token).unwrap_or(0) + token.len(), token));
    }
    let next: Vec<Option<&str>> = all.iter().skip(1).map(|(_, token)| Some(*token)).chain([None]).collect();
    all.into_iter().zip(next).map(|((end, token), next)| (end, token, next))
}

fn ends_sentence(token: &str, next: Option<&str>) -> bool {
    let bare = token.trim_end_matches(['"', '“', '”', '«', '»', ')', ']', '\'', '’', '‘']);
    match bare.chars().last() {
        Some('!' | '?' | '…') => true,
        Some('.') => !is_abbreviation(bare, next),
        _ => false,
    }
}

fn is_abbreviation(token: &str, next: Option<&str>) -> bool {
    let written = token.trim_start_matches(|c: char| !c.is_alphanumeric()).trim_end_matches('.');
    let core = written.to_lowercase();
    let begins_new =
        next.is_some_and(|next| next.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase));
    let is_number = !core.is_empty() && core.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_number {
        // "1." and "24.12." count; "2026." and "24.12.2026." may end a sentence.
        let last = core.rsplit('.').next().unwrap_or_default();
        return last.len() <= 2 || !begins_new;
    }
    if AT_THE_END.contains(&core.as_str()) {
        return !begins_new;
    }
    // "Art. 5" is an article, "dieser Art." is none.
    if core == "art" {
        return next.is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
    }
    // Single letters, alone or in a row: "z.", "B.", "i.d.R.".
    core.split('.').all(|part| part.chars().count() == 1)
        || ABBREVIATIONS.contains(&core.as_str())
        || CALENDAR.contains(&written)
}

/// The words of a text without the signs around them; numbers alone are no words.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|token| token.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().any(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::{sentences, words};

    #[test]
    fn dots_of_abbreviations_numbers_and_dates_end_no_sentence() {
        for one in [
            "Sie brauchen z. B. einen Pass oder z.B. einen Ausweis.",
            "Nach § 5 Abs. 2 Nr. 3 dauert es ca. 14 Tage bzw. zwei Wochen.",
            "Ab dem 1. Januar und bis zum 24.12. ist geschlossen.",
            "Das gilt seit dem 01.11.2024 für alle.",
            "Fragen Sie Dr. Muster, i. d. R. vormittags.",
            "Mo. bis Fr. von 8 bis 12 Uhr.",
        ] {
            assert_eq!(sentences(one), [one]);
        }
    }

    #[test]
    fn sentences_end_with_signs_and_with_lines() {
        let text =
            "Kommen Sie vorbei! Haben Sie Zeit? Wir auch. Das ist so. Das gilt bis 2026. Danach nicht.\n- Pass\n- Foto";
        assert_eq!(
            sentences(text),
            [
                "Kommen Sie vorbei!",
                "Haben Sie Zeit?",
                "Wir auch.",
                "Das ist so.",
                "Das gilt bis 2026.",
                "Danach nicht.",
                "- Pass",
                "- Foto"
            ]
        );
        assert_eq!(sentences("Pass, Foto usw. Bringen Sie alles mit."), ["Pass, Foto usw.", "Bringen Sie alles mit."]);
        assert_eq!(sentences("Er sagte: „Kommen Sie.“ Dann ging er."), ["Er sagte: „Kommen Sie.“", "Dann ging er."]);
        assert_eq!(sentences(" \n — \n"), Vec::<&str>::new());
    }

    #[test]
    fn numbers_and_signs_are_no_words() {
        assert_eq!(
            words("Es kostet 37,00 € – mit (E-Mail-)Adresse.").collect::<Vec<_>>(),
            ["Es", "kostet", "mit", "E-Mail-)Adresse"]
        );
    }
}
