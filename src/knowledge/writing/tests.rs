//! Each check on texts as editors write them.

use super::{Remark, Severity, addresses, readability_of, remarks};
use crate::knowledge::{Content, Field, Html, Link};

fn entry(fields: &[(Field, &str)]) -> Content {
    let mut content =
        Content { title: "Wohngeld".to_owned(), unit: Some("Wohngeldstelle".to_owned()), ..Content::default() };
    content.set(Field::ShortAnswer, Html::from_plain("Wir helfen Ihnen weiter."));
    for (field, text) in fields {
        content.set(*field, Html::from_notation(text));
    }
    content
}

fn passages(content: &Content) -> Vec<(String, String)> {
    remarks(content).into_iter().map(|remark| (remark.field.to_owned(), remark.passage)).collect()
}

fn about(content: &Content, field: Field) -> Vec<Remark> {
    remarks(content).into_iter().filter(|remark| remark.field == field.as_str()).collect()
}

#[test]
fn good_text_has_no_remark() {
    let content = entry(&[
        (Field::Documents, "- Personalausweis\n- Einkommensnachweis"),
        (Field::Fees, "kostenlos"),
        (Field::Procedure, "Sie stellen den Antrag online. Wir prüfen ihn und schreiben Ihnen."),
        (Field::Internal, "Rückfragen an Frau Yilmaz, yasemin.yilmaz@stadt.example"),
    ]);
    assert_eq!(remarks(&content), []);
}

#[test]
fn application_without_fee_and_documents_is_told() {
    let content = entry(&[(Field::Procedure, "Sie stellen einen Antrag.")]);
    let fields: Vec<_> = remarks(&content).iter().map(|remark| (remark.field, remark.severity)).collect();
    assert_eq!(fields, [("fees", Severity::Warn), ("documents", Severity::Warn)]);
    assert_eq!(remarks(&entry(&[(Field::Procedure, "Der Markt ist freitags.")])), []);
}

#[test]
fn entry_without_answer_and_office_is_told() {
    let content = Content { title: "Fundbüro".to_owned(), ..Content::default() };
    assert_eq!(passages(&content), [("summary".to_owned(), String::new()), ("contact".to_owned(), String::new())]);
}

#[test]
fn long_sentences_are_shown_with_their_length() {
    let long = "Wenn Sie in diesem Jahr schon einmal einen Bescheid von uns bekommen haben und sich seitdem an Ihrem Einkommen, an Ihrer \
                Miete oder an der Zahl der Personen etwas geändert hat, rufen Sie an.";
    let found = about(&entry(&[(Field::Body, long)]), Field::Body);
    assert_eq!(found.len(), 1);
    assert!(found[0].text.contains("34 Wörter"), "{}", found[0].text);
    assert!(found[0].passage.ends_with(" …") && found[0].passage.starts_with("Wenn Sie"), "{}", found[0].passage);
    assert_eq!(about(&entry(&[(Field::LegalBasis, long)]), Field::LegalBasis), []);
}

#[test]
fn more_than_three_sentences_are_too_many_to_be_read_aloud() {
    let found = about(&entry(&[(Field::ShortAnswer, "Ja. Nein. Doch. Oh.")]), Field::ShortAnswer);
    assert!(found.iter().any(|remark| remark.text.contains("höchstens drei Sätze, es sind 4")), "{found:?}");
}

#[test]
fn abbreviation_is_told_once_and_only_where_nobody_explains_it() {
    let content = entry(&[(Field::Body, "BAföG gibt es online. BAföG hilft. Die KFZA und die EU auch.")]);
    assert_eq!(passages(&content), [("body".into(), "BAföG".into()), ("body".into(), "KFZA".into())]);
    assert!(remarks(&content)[0].text.contains("„Bundesausbildungsförderungsgesetz (BAföG)“"));
    for explained in
        ["Bundesausbildungsförderungsgesetz (BAföG): BAföG hilft.", "BAföG (eine Hilfe für Studierende) gibt es."]
    {
        assert_eq!(remarks(&entry(&[(Field::Body, explained)])), [], "{explained}");
    }
}

#[test]
fn what_is_written_for_the_eye_is_told() {
    let content = entry(&[(Field::Body, "Das dauert i. d. R. zwei Tage, ggf. länger.")]);
    assert_eq!(passages(&content), [("body".into(), "ggf.".into()), ("body".into(), "i.d.R.".into())]);
}

#[test]
fn names_of_people_are_told_in_public_fields() {
    let contact = "Frau Dr. Meier, Zimmer 3\nAnsprechpartnerin: Petra Schulz\nAnsprechpartner: Amt für Wohnen\n\
                   Fragen Sie Herrn Kaya.\npetra.schulz@stadt.example, wohngeld.stelle@stadt.example\nFrau Mustermann";
    let found: Vec<_> =
        about(&entry(&[(Field::Contact, contact)]), Field::Contact).into_iter().map(|r| r.passage).collect();
    assert_eq!(
        found,
        ["Frau Dr. Meier", "Ansprechpartnerin: Petra Schulz", "Herrn Kaya", "petra.schulz@stadt.example"]
    );
    assert_eq!(remarks(&entry(&[(Field::Body, "Jede Frau und jeder Herr kann kommen.")])), []);
}

#[test]
fn amounts_and_links_are_written_so_that_they_can_be_read() {
    let mut content =
        entry(&[(Field::Fees, "37€, mit Karte 37,- Euro, sonst 37,00 €. [hier](http://stadt.example/a?b=1&c=2)")]);
    content.links = vec![
        Link { label: "Antrag (PDF)".into(), url: "https://stadt.example/antrag".into() },
        Link { label: "tel:115".into(), url: "tel:115".into() },
    ];
    let found: Vec<_> = passages(&content).into_iter().map(|(_, passage)| passage).collect();
    assert_eq!(found, ["37€,", "37,-", "hier", "http://stadt.example/a?b=1&c=2"]);
    let addresses: Vec<_> = addresses(&content).into_iter().collect();
    assert_eq!(addresses, ["http://stadt.example/a?b=1&c=2", "https://stadt.example/antrag"]);
}

#[test]
fn readability_leaves_out_what_is_not_said() {
    let with = entry(&[
        (Field::Internal, "Sperrkennwort steht im Brief."),
        (Field::LegalBasis, "Wohngeldgesetz, Paragraf eins"),
    ]);
    assert_eq!(readability_of(&with).words, readability_of(&entry(&[])).words);
}
