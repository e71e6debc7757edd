//! Abbreviations that nobody explains, and those that cannot be read aloud.

use std::collections::BTreeSet;

use super::sentences::words;
use super::{Content, Field, Remark, Text};

/// Everybody knows them, or they are read as words.
const FAMILIAR: [&str; 30] = [
    "PDF", "EU", "PIN", "TAN", "PKW", "LKW", "TÜV", "SMS", "QR", "IBAN", "BIC", "UN", "USA", "ID", "PC", "WC", "EC",
    "DIN", "CD", "USB", "UKW", "TV", "DVD", "GPS", "WLAN", "LED", "HTML", "URL", "OG", "EG",
];

/// With the words they stand for.
const KNOWN: [(&str, &str); 38] = [
    ("ALG", "Arbeitslosengeld"),
    ("AsylbLG", "Asylbewerberleistungsgesetz"),
    ("AufenthG", "Aufenthaltsgesetz"),
    ("AZR", "Ausländerzentralregister"),
    ("BAföG", "Bundesausbildungsförderungsgesetz"),
    ("BAMF", "Bundesamt für Migration und Flüchtlinge"),
    ("BEEG", "Bundeselterngeld- und Elternzeitgesetz"),
    ("BGB", "Bürgerliches Gesetzbuch"),
    ("BKGG", "Bundeskindergeldgesetz"),
    ("BMG", "Bundesmeldegesetz"),
    ("BuT", "Bildung und Teilhabe"),
    ("BVA", "Bundesverwaltungsamt"),
    ("BZR", "Bundeszentralregister"),
    ("eAT", "elektronischer Aufenthaltstitel"),
    ("eVB", "elektronische Versicherungsbestätigung"),
    ("FZV", "Fahrzeug-Zulassungsverordnung"),
    ("GdB", "Grad der Behinderung"),
    ("GEZ", "Beitragsservice"),
    ("GewO", "Gewerbeordnung"),
    ("GISA", "Gewerbeinformationssystem"),
    ("HU", "Hauptuntersuchung"),
    ("IHK", "Industrie- und Handelskammer"),
    ("HWK", "Handwerkskammer"),
    ("KBA", "Kraftfahrt-Bundesamt"),
    ("KdU", "Kosten der Unterkunft"),
    ("MPU", "medizinisch-psychologische Untersuchung"),
    ("ÖPNV", "öffentlicher Personennahverkehr"),
    ("OWiG", "Ordnungswidrigkeitengesetz"),
    ("PAuswG", "Personalausweisgesetz"),
    ("PStG", "Personenstandsgesetz"),
    ("SEPA", "einheitlicher Zahlungsraum in Euro"),
    ("SGB", "Sozialgesetzbuch"),
    ("StVO", "Straßenverkehrs-Ordnung"),
    ("StVA", "Straßenverkehrsamt"),
    ("UVG", "Unterhaltsvorschussgesetz"),
    ("WBS", "Wohnberechtigungsschein"),
    ("WoGG", "Wohngeldgesetz"),
    ("ZB", "Zulassungsbescheinigung"),
];

/// Written for the eye; who reads aloud must guess.
const UNSPOKEN: [(&str, &str); 14] = [
    ("ggf.", "wenn nötig"),
    ("bzgl.", "zu"),
    ("zzgl.", "dazu kommen"),
    ("evtl.", "vielleicht"),
    ("gem.", "nach"),
    ("lt.", "laut"),
    ("i.d.R.", "meistens"),
    ("u.U.", "manchmal"),
    ("o.g.", "genannt"),
    ("o.ä.", "oder Ähnliches"),
    ("u.a.", "unter anderem"),
    ("i.V.m.", "zusammen mit"),
    ("m.E.", "meines Erachtens"),
    ("s.o.", "siehe oben"),
];

pub fn remark(content: &Content, texts: &[Text], remarks: &mut Vec<Remark>) {
    let all: String =
        texts.iter().map(|text| text.plain.as_str()).chain([content.title.as_str()]).collect::<Vec<_>>().join("\n");
    let mut told = BTreeSet::new();
    for text in texts.iter().filter(|text| text.is_public() && text.field != Field::LegalBasis) {
        for word in words(&text.plain).flat_map(|word| word.split(['-', '/'])).filter(|word| is_abbreviation(word)) {
            if !FAMILIAR.contains(&word) && !is_explained(word, &all) && told.insert(word.to_owned()) {
                remarks.push(Remark::hint(text.place(), advice(word), word));
            }
        }
        unspoken(text, remarks);
    }
}

/// Two capitals or more among at most eight letters: "BAföG", "KdU"; a German noun has one.
fn is_abbreviation(word: &str) -> bool {
    let letters = word.chars().count();
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    let is_roman = word.chars().all(|c| "IVXLCDM".contains(c));
    (2..=8).contains(&letters)
        && capitals >= 2
        && capitals * 2 >= letters.min(6)
        && word.chars().all(char::is_alphabetic)
        && !is_roman
}

/// "Bundesausbildungsförderungsgesetz (BAföG)" and "BAföG (Bundes…)" both explain; so does the known name anywhere.
fn is_explained(word: &str, all: &str) -> bool {
    let known = KNOWN.iter().find(|(short, _)| *short == word).map(|(_, long)| *long);
    all.contains(&format!("({word})"))
        || all.contains(&format!("{word} ("))
        || known.is_some_and(|long| all.contains(long))
}

fn advice(word: &str) -> String {
    match KNOWN.iter().find(|(short, _)| *short == word) {
        Some((_, long)) => format!("Schreiben Sie beim ersten Mal „{long} ({word})“."),
        None => format!("Schreiben Sie die Abkürzung beim ersten Mal aus, mit „({word})“ dahinter."),
    }
}

fn unspoken(text: &Text, remarks: &mut Vec<Remark>) {
    // "i. d. R." and "i.d.R." are the same.
    let tight = text.plain.replace(['\u{a0}', '\u{202f}'], " ").replace(". ", ".\u{1}");
    let joined = tight.replace('\u{1}', "");
    for (short, long) in UNSPOKEN {
        let is_there = text.plain.split_whitespace().any(|token| token.trim_start_matches('(').starts_with(short))
            || (short.matches('.').count() > 1 && has_word(&joined, short));
        if is_there {
            remarks.push(Remark::hint(
                text.place(),
                format!("Schreiben Sie „{long}“: Der Text wird vorgelesen."),
                short,
            ));
        }
    }
}

/// Where a word begins, not within another one: "Abs.o." has no "s.o.".
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric) && !text[..at].ends_with('.'))
}
