//! Which part of XZuFi becomes which part of ours. What has no place of its own stands in the body under its heading.

use super::super::super::Field;

/// Where a text module goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Title,
    /// The second name: the title where there is no first, else another word for it.
    SecondTitle,
    /// The field's own text.
    Field(Field),
    /// In the field, under the module's heading.
    Below(Field),
    /// The responsible office where it is one line, else under its heading in the contact.
    Unit,
}

#[derive(Debug, Clone, Copy)]
pub struct TextModule {
    pub code: &'static str,
    pub heading: &'static str,
    pub place: Place,
}

const fn module(code: &'static str, heading: &'static str, place: Place) -> TextModule {
    TextModule { code, heading, place }
}

/// Codes of the list `urn:de:xzufi:codeliste:leistungstextmodulleika`, in the order in which they are written.
pub const TEXT_MODULES: [TextModule; 19] = [
    module("02", "Leistungsbezeichnung", Place::Title),
    module("03", "Leistungsbezeichnung II", Place::SecondTitle),
    module("05", "Kurztext", Place::Field(Field::ShortAnswer)),
    module("24", "Teaser", Place::Below(Field::Body)),
    module("06", "Volltext", Place::Field(Field::Body)),
    module("07", "Handlungsgrundlagen", Place::Field(Field::LegalBasis)),
    module("08", "Erforderliche Unterlagen", Place::Field(Field::Documents)),
    module("09", "Voraussetzungen", Place::Field(Field::Prerequisites)),
    module("10", "Kosten", Place::Field(Field::Fees)),
    module("11", "Verfahrensablauf", Place::Field(Field::Procedure)),
    module("12", "Bearbeitungsdauer", Place::Below(Field::Deadlines)),
    module("13", "Frist", Place::Field(Field::Deadlines)),
    module("14", "Formulare", Place::Field(Field::Forms)),
    module("15", "Weiterführende Informationen", Place::Below(Field::Body)),
    module("16", "Hinweise", Place::Below(Field::Body)),
    module("18", "Urheber", Place::Below(Field::Body)),
    module("22", "Zuständige Stelle", Place::Unit),
    module("23", "Ansprechpunkt", Place::Field(Field::Contact)),
    module("25", "Rechtsbehelf", Place::Below(Field::Body)),
];

/// Our fields that the standard's list does not know have codes of our own.
pub const OWN_MODULES: [(&str, Field); 2] = [("appointment", Field::Appointment), ("internal", Field::Internal)];

/// The teaser speaks first where there is no short text.
pub const TEASER: &str = "24";
pub const SHORT_TEXT: &str = "05";

pub fn text_module(code: &str) -> Option<TextModule> {
    // "6" is "06".
    TEXT_MODULES.into_iter().find(|module| module.code == code || module.code.trim_start_matches('0') == code)
}

/// Parts of a service that mean nothing to a caller: they are passed over without a word.
pub const TECHNICAL: [&str; 20] = [
    "id",
    "idSekundaer",
    "struktur",
    "referenzLeiKa",
    "modulText",
    "gueltigkeit",
    "versionsinformation",
    "sprachversion",
    "kategorie",
    "modulBegriffImKontext",
    "typisierung",
    "leistungsadressat",
    "kennzeichenEA",
    "herausgeber",
    "informationsbereichSDG",
    "positionDarstellung",
    "vertrauensniveau",
    "kennzeichenSchriftformerfordernis",
    "leistungsadressatentyp",
    "freigabestatus",
];
