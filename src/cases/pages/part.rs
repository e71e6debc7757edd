//! The forms with which a case is worked on, the same for those who have signed in and for an office behind its link.

use super::super::acts::EXTENSIONS;
use super::super::{CaseFile, Channel, Contact, Deed, DeedForm, Outcome};
use crate::directory::Unit;
use crate::tenants::Number;
use crate::web::forms::{Choice, Errors};

/// `cases/_deeds.html`.
pub struct DeedsPart {
    /// Before the noun of the deed.
    pub base: String,
    pub case: CaseFile,
    pub form: DeedForm,
    /// Named as the fields' ids are: "answer-note".
    pub errors: Errors,
    /// It lies with whoever looks at it.
    pub is_taken: bool,
    units: Vec<Unit>,
    failed: Option<&'static str>,
}

const NOUNS: [(Deed, &str); 7] = [
    (Deed::Take, "taking"),
    (Deed::Attempt, "attempt"),
    (Deed::Answer, "answer"),
    (Deed::Extend, "extension"),
    (Deed::HandOver, "handover"),
    (Deed::Close, "closing"),
    (Deed::Reopen, "reopening"),
];

/// A form that came back.
#[derive(Debug, Default)]
pub struct Draft {
    pub deed: Option<Deed>,
    pub form: DeedForm,
}

impl DeedsPart {
    pub fn new(base: String, case: &CaseFile, units: Vec<Unit>, draft: Draft, is_taken: bool) -> Self {
        let failed = draft.deed.and_then(|deed| NOUNS.iter().find(|(one, _)| *one == deed)).map(|(_, noun)| *noun);
        let mut errors = Errors::none();
        for (field, message) in draft.form.errors.iter() {
            errors.add(format!("{}-{field}", failed.unwrap_or_default()), message);
        }
        Self {
            base,
            case: case.clone(),
            form: draft.form,
            errors,
            is_taken,
            units: units.into_iter().filter(|unit| Some(unit.id) != case.unit).collect(),
            failed,
        }
    }

    /// What was typed into this form, if it was this one.
    fn typed<'a>(&self, deed: &str, value: &'a str) -> &'a str {
        if self.failed == Some(deed) { value } else { "" }
    }

    pub fn note(&self, deed: &str) -> &str {
        self.typed(deed, &self.form.note)
    }

    pub fn has_running_promise(&self) -> bool {
        self.case.due_at.is_some() && self.case.settled_at().is_none()
    }

    pub fn is_by_phone(&self) -> bool {
        self.case.channel == Channel::Phone
    }

    pub fn asks_again(&self) -> bool {
        self.errors.of("extension-sure").is_some()
    }

    pub fn units(&self) -> Vec<Choice> {
        let chosen = self.typed("handover", &self.form.unit);
        let none = Choice::new("", "bitte wählen", chosen.is_empty());
        let choice = |unit: &Unit| Choice::new(unit.id, &unit.name, unit.id.to_string() == chosen);
        [none].into_iter().chain(self.units.iter().map(choice)).collect()
    }

    pub fn hours(&self) -> Vec<Choice> {
        let chosen = self.typed("extension", &self.form.hours);
        EXTENSIONS.map(|(hours, words)| Choice::new(hours, words, hours.to_string() == chosen)).to_vec()
    }

    pub fn outcomes(&self) -> Vec<Choice> {
        let chosen = Outcome::parse(self.typed("closing", &self.form.outcome)).unwrap_or(Outcome::Done);
        Outcome::ALL.iter().map(|one| Choice::new(one.as_str(), one.label(), *one == chosen)).collect()
    }
}

/// The way to somebody, as far as the one who looks may see it.
pub struct ContactPart {
    pub lines: Vec<(&'static str, String)>,
}

impl ContactPart {
    /// Whole only for whoever the case lies with while it is worked on.
    pub fn new(contact: Option<Contact>, is_whole: bool) -> Option<Self> {
        let contact = contact.filter(|contact| !contact.is_empty())?;
        let phone = |number: String| {
            let number = Number::parse(&number);
            if is_whole { number.display(&[]) } else { number.masked() }
        };
        let hidden = |text: String| if is_whole { text } else { "nach dem Übernehmen sichtbar".to_owned() };
        let lines = [
            ("Name oder Zeichen", contact.name.map(hidden)),
            ("Telefon", contact.phone.map(phone)),
            ("E-Mail", contact.mail.map(hidden)),
            ("Anschrift", contact.address.map(hidden)),
        ];
        let lines = lines.into_iter().filter_map(|(label, line)| Some((label, line?))).collect();
        Some(Self { lines })
    }
}
