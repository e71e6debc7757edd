//! What callers always ask and the text does not say.

use super::{Content, Field, Remark, Text};

/// Who talks about one of these tells what it costs and what to bring.
const APPLICATION: [&str; 5] = ["antrag", "beantrag", "ausstell", "anmeld", "genehmig"];
/// An answer that is read aloud is no longer than this.
const MOST_SENTENCES: usize = 3;

pub fn remarks(content: &Content, texts: &[Text]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut warn = |field: Field, text: &str| {
        remarks.push(Remark::warn(field.as_str(), field.label(), text, ""));
    };
    let is_missing = |field: Field| content.html(field).is_none();
    if is_missing(Field::ShortAnswer) {
        warn(Field::ShortAnswer, "Schreiben Sie ein bis drei Sätze, die am Telefon vorgelesen werden.");
    }
    if is_about_application(content, texts) {
        if is_missing(Field::Fees) {
            warn(Field::Fees, "Nennen Sie die Gebühr, oder schreiben Sie „kostenlos“: Danach wird fast immer gefragt.");
        }
        if is_missing(Field::Documents) {
            warn(Field::Documents, "Nennen Sie die Unterlagen, oder schreiben Sie „keine“.");
        }
    }
    if is_missing(Field::Contact) && content.unit.is_none() {
        warn(Field::Contact, "Nennen Sie die zuständige Stelle oder einen Kontakt.");
    }
    remarks.extend(too_long_to_be_read_aloud(texts));
    remarks
}

fn too_long_to_be_read_aloud(texts: &[Text]) -> Option<Remark> {
    let text = texts.iter().find(|text| text.field == Field::ShortAnswer)?;
    let count = super::sentences::sentences(&text.plain).len();
    let advice = format!("Kürzen Sie auf höchstens drei Sätze, es sind {count}. Der Rest passt in „Ablauf“.");
    (count > MOST_SENTENCES).then(|| Remark::hint(text.place(), advice, ""))
}

fn is_about_application(content: &Content, texts: &[Text]) -> bool {
    let speaks = |text: &str| {
        let lower = text.to_lowercase();
        APPLICATION.iter().any(|word| lower.contains(word))
    };
    speaks(&content.title) || texts.iter().any(|text| text.is_public() && speaks(&text.plain))
}
