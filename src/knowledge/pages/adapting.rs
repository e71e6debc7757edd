//! The editor's form where it adapts a base: each part follows, stands for itself, or says something below.

use std::collections::BTreeMap;

use super::super::store::Base;
use super::super::{Adaptation, Content, Field, Html, LayerText, Part, Stance};
use super::change::Change;
use super::form::EntryForm;
use crate::web::forms::{Choice, Errors};

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    #[default]
    Follow,
    Own,
    Below,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Own => "own",
            Self::Below => "below",
        }
    }

    fn parse(text: &str) -> Self {
        [Self::Own, Self::Below].into_iter().find(|mode| mode.as_str() == text).unwrap_or_default()
    }

    fn of(patch: &Adaptation, part: Part) -> Self {
        match (patch.replaces(part), patch.addition(part)) {
            (true, _) => Self::Own,
            (false, Some(_)) => Self::Below,
            (false, None) => Self::Follow,
        }
    }
}

/// What an adaptation's form has beside the fields of a whole text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Adapting {
    pub stance: Stance,
    modes: BTreeMap<Part, Mode>,
    additions: BTreeMap<Field, String>,
}

impl Adapting {
    /// Whether a field of the browser belongs here.
    pub fn take(&mut self, name: &str, value: &str) -> bool {
        let part = |key: &str| Part::all().find(|part| part.as_str() == key);
        if name == "stance" {
            self.stance = Stance::parse(value).unwrap_or_default();
        } else if let Some(part) = name.strip_prefix("mode_").and_then(part) {
            self.modes.insert(part, Mode::parse(value));
        } else if let Some(Part::Text(field)) = name.strip_prefix("add_").and_then(part) {
            self.additions.insert(field, value.to_owned());
        } else {
            return false;
        }
        true
    }

    pub fn mode(&self, part: Part) -> Mode {
        self.modes.get(&part).copied().unwrap_or_default()
    }

    pub fn addition(&self, part: Part) -> &str {
        match part {
            Part::Text(field) => self.additions.get(&field).map_or("", String::as_str),
            _ => "",
        }
    }

    fn copy_part(&mut self, part: Part, from: &Self) {
        self.modes.insert(part, from.mode(part));
        if let Part::Text(field) = part {
            self.additions.insert(field, from.addition(part).to_owned());
        }
    }
}

impl EntryForm {
    /// The base's text stands in fields that follow it, so that whoever adapts one begins with it.
    pub fn of_patch(base: &Content, patch: &Adaptation) -> Self {
        let mut content = base.clone();
        for part in &patch.parts {
            content.copy_part(*part, &patch.content);
        }
        let modes = Part::all().map(|part| (part, Mode::of(patch, part))).collect();
        let additions = patch.additions.iter().map(|(field, html)| (*field, html.to_notation())).collect();
        let adapting = Adapting { stance: patch.stance, modes, additions };
        let mut form = Self::of(&content);
        form.adapting = adapting;
        form
    }

    /// A whole text, or what is said otherwise than the base.
    pub fn read_text(&self, base: Option<&Base>, errors: &mut Errors) -> LayerText {
        match base {
            None => LayerText::Whole(self.read(errors)),
            Some(base) => LayerText::Patch(self.read_patch(&base.content(), errors)),
        }
    }

    fn read_patch(&self, base: &Content, errors: &mut Errors) -> Adaptation {
        let mut all = Errors::none();
        let content = self.read(&mut all);
        let mut patch = Adaptation { stance: self.adapting.stance, ..Adaptation::default() };
        for part in Part::all() {
            match (self.adapting.mode(part), part) {
                (Mode::Own, _) => {
                    patch.replace(part, &content);
                    keep_errors(errors, &all, part);
                }
                (Mode::Below, Part::Text(field)) => patch.add_below(field, self.read_addition(field, base, errors)),
                _ => {}
            }
        }
        patch.tidy();
        patch
    }

    fn read_addition(&self, field: Field, base: &Content, errors: &mut Errors) -> Html {
        let typed = self.adapting.addition(Part::Text(field));
        errors.limit(format!("add_{}", field.as_str()), typed, super::super::check::LONGEST_FIELD);
        let html = Html::from_notation(typed);
        if html.is_empty() {
            errors.add(
                format!("add_{}", field.as_str()),
                "Bitte schreiben Sie die Ergänzung, oder wählen Sie „wie dort“.",
            );
        } else if base.html(field) == Some(&html) {
            errors.add(format!("add_{}", field.as_str()), "Das steht schon darüber. Schreiben Sie nur, was dazukommt.");
        }
        html
    }

    /// As `merge`, part by part: which words are meant and how belong together.
    pub fn merge_patch(&mut self, base: &Content, began_with: &Self, theirs: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        let told = |form: &Self, part| form.told(base, part);
        for part in Part::all() {
            let [before, there, here] = [began_with, theirs, &*self].map(|form| told(form, part));
            let change = Change::between(part.as_str(), part.label(), &before, &there, &here);
            if change.as_ref().is_some_and(|change| change.is_taken_over) {
                self.copy_part(part, theirs);
                self.adapting.copy_part(part, &theirs.adapting);
            }
            changes.extend(change);
        }
        let stances = [began_with, theirs, self].map(|form| stance_label(form.adapting.stance));
        let change = Change::between("stance", "Wer macht das?", stances[0], stances[1], stances[2]);
        if change.as_ref().is_some_and(|change| change.is_taken_over) {
            self.adapting.stance = theirs.adapting.stance;
        }
        changes.extend(change);
        changes
    }

    /// What the form says about a part, in words.
    fn told(&self, base: &Content, part: Part) -> String {
        let patch = self.read_patch(base, &mut Errors::none());
        match self.adapting.mode(part) {
            Mode::Follow => "wie die Grundlage".to_owned(),
            Mode::Own => format!("eigener Text: {}", patch.content.part_text(part)),
            Mode::Below => format!("Ergänzung: {}", self.adapting.addition(part)),
        }
    }

    pub fn stances(&self, base_name: &str) -> Vec<Choice> {
        let choice = |stance: Stance, label| Choice::new(stance.as_str(), label, self.adapting.stance == stance);
        vec![
            choice(Stance::Offered, stance_label(Stance::Offered).to_owned()),
            choice(Stance::DoneByBase, format!("Bei uns macht das: {base_name}")),
            choice(Stance::NotOffered, stance_label(Stance::NotOffered).to_owned()),
        ]
    }
}

fn stance_label(stance: Stance) -> &'static str {
    match stance {
        Stance::Offered => "Wir machen das",
        Stance::DoneByBase => "Das macht bei uns ein anderer",
        Stance::NotOffered => "Machen wir nicht",
    }
}

/// Mistakes in fields that follow the base are not this person's.
fn keep_errors(errors: &mut Errors, all: &Errors, part: Part) {
    let keys: &[&str] = match part {
        Part::Validity => &["valid_from", "valid_until"],
        _ => &[part.as_str()],
    };
    for key in keys {
        if let Some(message) = all.of(key) {
            errors.add((*key).to_owned(), message);
        }
    }
}
