//! What stands in the index of the directory.

use tantivy::TantivyDocument;
use tantivy::schema::{Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};

use crate::directory::Indexed;
use crate::search::analyzer;
use crate::tenants::Number;

#[derive(Clone, Copy)]
pub struct Fields {
    pub tenant: Field,
    pub unit: Field,
    pub contact: Field,
    /// Words of the name, folded.
    pub name: Field,
    /// Stems of the name.
    pub stem: Field,
    /// Words and stems of tasks, place, mail and of the office above.
    pub more: Field,
    /// Every end of the number's digits: what begins there is found.
    pub digits: Field,
}

pub fn build() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let key = INDEXED | STORED;
    // The text is taken apart before it comes here; "raw" leaves the words as they are.
    let words = |frequencies| {
        let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(frequencies);
        TextOptions::default().set_indexing_options(indexing.set_fieldnorms(true))
    };
    let fields = Fields {
        tenant: schema.add_i64_field("tenant", key.clone()),
        unit: schema.add_i64_field("unit", key.clone()),
        contact: schema.add_i64_field("contact", key),
        name: schema.add_text_field("name", words(IndexRecordOption::WithFreqs)),
        stem: schema.add_text_field("stem", words(IndexRecordOption::WithFreqs)),
        more: schema.add_text_field("more", words(IndexRecordOption::WithFreqs)),
        digits: schema.add_text_field("digits", words(IndexRecordOption::Basic)),
    };
    (schema.build(), fields)
}

impl Fields {
    pub fn document(&self, thing: &Indexed) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_i64(self.tenant, thing.tenant.0.into());
        document.add_i64(self.unit, thing.unit.0);
        document.add_i64(self.contact, thing.contact.map_or(0, |contact| contact.0));
        for name in std::iter::once(&thing.name).chain(&thing.short_name) {
            for word in analyzer::words(name) {
                document.add_text(self.name, &word.text);
                document.add_text(self.stem, &word.stem);
            }
        }
        let more = [&thing.tasks, &thing.mail, &Some(thing.place.clone()), &thing.above];
        for word in more.into_iter().flatten().flat_map(|text| analyzer::words(text)) {
            if word.stem != word.text {
                document.add_text(self.more, &word.stem);
            }
            document.add_text(self.more, &word.text);
        }
        for digits in thing.phone.iter().flat_map(|phone| endings(phone)) {
            document.add_text(self.digits, digits);
        }
        document
    }
}

/// Of the number as it is dialled in the country: "0221 4710210" from each of its digits on.
fn endings(phone: &str) -> Vec<String> {
    let whole = match Number::parse(phone) {
        Number::E164(number) => number.strip_prefix("+49").map_or(number.clone(), |national| format!("0{national}")),
        Number::Short(number) | Number::Internal(number) => number,
        Number::Anonymous | Number::Unreadable(_) => String::new(),
    };
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    (0..digits.len().saturating_sub(1)).map(|from| digits[from..].to_owned()).collect()
}
