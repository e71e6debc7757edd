//! Names of people: they change, and nobody asked them whether they want to be read out.

use super::{Remark, Text};

const TITLES: [&str; 4] = ["Herr", "Herrn", "Frau", "Hr."];
const DEGREES: [&str; 4] = ["Dr.", "Prof.", "Dipl.-Ing.", "med."];
/// Before a name that follows a colon.
const ROLES: [&str; 9] = [
    "Ansprechpartner:",
    "Ansprechpartnerin:",
    "Ansprechperson:",
    "Ansprechpartner/in:",
    "Ansprechpartner*in:",
    "Sachbearbeiter:",
    "Sachbearbeiterin:",
    "Sachbearbeitung:",
    "Bearbeiter:",
];
/// Of words that name an office and no person.
const OFFICES: [&str; 14] = [
    "amt",
    "büro",
    "stelle",
    "dienst",
    "behörde",
    "team",
    "abteilung",
    "zentrum",
    "service",
    "kasse",
    "rat",
    "schule",
    "haus",
    "bereich",
];
/// Parts of a mail address of an office.
const BOXES: [&str; 10] = ["info", "amt", "buero", "stelle", "service", "stadt", "post", "kontakt", "kreis", "team"];
/// In examples.
const INVENTED: [&str; 3] = ["Mustermann", "Musterfrau", "Muster"];

pub fn remark(text: &Text, remarks: &mut Vec<Remark>) {
    if !text.is_public() {
        return;
    }
    let (field, label) = text.place();
    for name in names(&text.plain) {
        let advice = "Nennen Sie die Stelle oder die Aufgabe statt der Person: Namen ändern sich und gehören nur in das Verzeichnis.";
        remarks.push(Remark::warn(field, label, advice, &name));
    }
    for address in text.plain.split_whitespace().filter_map(personal_address) {
        let advice = "Nennen Sie das Postfach der Stelle statt der Adresse einer Person.";
        remarks.push(Remark::warn(field, label, advice, address));
    }
}

fn names(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text.lines().flat_map(names_of_line).collect();
    found.dedup();
    found
}

fn names_of_line(line: &str) -> Vec<String> {
    let tokens: Vec<&str> = line.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let bare = token.trim_start_matches(['(', '„', '"']);
        let rest = &tokens[at + 1..];
        if TITLES.contains(&bare) {
            found.extend(title_and_name(bare, rest));
        } else if ROLES.contains(&bare) {
            found.extend(name_after_role(rest).map(|name| format!("{bare} {name}")));
        }
    }
    found
}

fn title_and_name(title: &str, rest: &[&str]) -> Option<String> {
    let degrees: Vec<&str> = rest.iter().copied().take_while(|word| DEGREES.contains(word)).collect();
    let name = rest.get(degrees.len()).filter(|word| is_name(word))?;
    let words = [title].into_iter().chain(degrees).chain([word_of(name)]);
    Some(words.collect::<Vec<_>>().join(" "))
}

/// Two words with capitals, none of them an office: first name and name.
fn name_after_role(rest: &[&str]) -> Option<String> {
    let [first, second, ..] = rest else { return None };
    let ends_after_first = first.ends_with(['.', ',', ';']);
    let are_names =
        !TITLES.contains(first) && is_name(first) && is_name(second) && !is_office(first) && !is_office(second);
    (are_names && !ends_after_first).then(|| format!("{} {}", word_of(first), word_of(second)))
}

fn word_of(token: &str) -> &str {
    token.trim_matches(|c: char| !c.is_alphabetic())
}

fn is_name(token: &str) -> bool {
    let word = word_of(token);
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_some_and(char::is_lowercase)
        && !INVENTED.contains(&word)
}

fn is_office(token: &str) -> bool {
    let lower = word_of(token).to_lowercase();
    OFFICES.iter().any(|office| lower.contains(office))
}

/// "vorname.nachname@…": two parts of letters, none of which is an office.
fn personal_address(token: &str) -> Option<&str> {
    let address = token.trim_matches(|c: char| !c.is_alphanumeric());
    let (local, _) = address.split_once('@')?;
    let (first, last) = local.split_once('.')?;
    let is_word = |part: &str| part.chars().count() >= 2 && part.chars().all(|c| c.is_alphabetic() || c == '-');
    let is_box = BOXES.iter().any(|name| local.to_lowercase().contains(name));
    (is_word(first) && is_word(last) && !is_box).then_some(address)
}
