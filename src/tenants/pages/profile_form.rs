//! The form of a tenant's own data: what was typed, what it means, and what is wrong with it.

use serde::Deserialize;

use crate::access::Viewer;
use crate::ids::TenantId;
use crate::tenants::{ACCENTS, Kind, NewTenant, SHAPES, Tenant, display_block, is_slug, parse_block};
use crate::web::forms::{Choice, Difference, Errors, differences, optional};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub version: i32,
    pub slug: String,
    pub name: String,
    pub short_name: String,
    pub kind: String,
    pub accent: String,
    pub shape: String,
    pub ars: String,
    pub inhabitants: String,
    /// One a line.
    pub number_blocks: String,
    /// Parted by anything.
    pub postcodes: String,
    /// The center's slug.
    pub served_by: String,
    pub observes_holidays: String,
    pub allows_own_greeting: String,
    pub after_call_seconds: String,
}

impl ProfileForm {
    pub fn empty() -> Self {
        let new = NewTenant::new("", "", Kind::Stadt);
        Self {
            kind: new.kind,
            accent: new.accent,
            shape: new.shape,
            observes_holidays: "on".to_owned(),
            after_call_seconds: new.after_call_seconds.to_string(),
            ..Self::default()
        }
    }

    pub fn of(tenant: &Tenant, viewer: &Viewer) -> Self {
        let center = tenant.served_by.and_then(|id| viewer.tenant_by_id(id));
        let blocks: Vec<_> = tenant.number_blocks.iter().map(|block| display_block(block)).collect();
        Self {
            version: tenant.version,
            slug: tenant.slug.clone(),
            name: tenant.name.clone(),
            short_name: tenant.short_name.clone(),
            kind: tenant.kind.clone(),
            accent: tenant.accent.clone(),
            shape: tenant.shape.clone(),
            ars: tenant.ars.clone().unwrap_or_default(),
            inhabitants: tenant.inhabitants.map(|number| number.to_string()).unwrap_or_default(),
            number_blocks: blocks.join("\n"),
            postcodes: tenant.postcodes.join(", "),
            served_by: center.map(|center| center.slug.clone()).unwrap_or_default(),
            observes_holidays: ticked(tenant.observes_holidays),
            allows_own_greeting: ticked(tenant.allows_own_greeting),
            after_call_seconds: tenant.after_call_seconds.to_string(),
        }
    }

    /// What everybody who manages the tenant may change. Wrong fields leave it as it was.
    pub fn check_own(&self, tenant: &mut NewTenant, errors: &mut Errors) {
        errors.require("name", &self.name, "Der Name");
        errors.limit("name", &self.name, 100);
        errors.require("short_name", &self.short_name, "Der Kurzname");
        errors.limit("short_name", &self.short_name, 24);
        let known = |list: &[(&str, &str)], name: &str| list.iter().any(|(known, _)| *known == name);
        if !known(&ACCENTS, &self.accent) {
            errors.add("accent", "Bitte wählen Sie eine Farbe.");
        }
        if !known(&SHAPES, &self.shape) {
            errors.add("shape", "Bitte wählen Sie eine Form.");
        }
        if !self.ars.is_empty() && !is_regional_key(&self.ars) {
            errors.add("ars", "Der Regionalschlüssel besteht aus 2 bis 12 Ziffern.");
        }
        tenant.name.clone_from(&self.name);
        tenant.short_name.clone_from(&self.short_name);
        tenant.accent.clone_from(&self.accent);
        tenant.shape.clone_from(&self.shape);
        tenant.ars = optional(&self.ars);
        tenant.observes_holidays = !self.observes_holidays.is_empty();
        tenant.allows_own_greeting = !self.allows_own_greeting.is_empty();
        tenant.postcodes = self.checked_postcodes(errors);
        tenant.inhabitants = self.checked_inhabitants(errors);
        tenant.number_blocks = self.checked_blocks(errors);
    }

    fn checked_inhabitants(&self, errors: &mut Errors) -> Option<i32> {
        let digits: String = self.inhabitants.chars().filter(|c| !matches!(c, '.' | ' ' | '\u{a0}')).collect();
        let number = digits.parse().ok().filter(|number: &i32| *number >= 0);
        if number.is_none() && !digits.is_empty() {
            errors.add("inhabitants", "Bitte geben Sie eine ganze Zahl wie 12.500 ein.");
        }
        number
    }

    fn checked_blocks(&self, errors: &mut Errors) -> Vec<String> {
        let mut blocks = Vec::new();
        for written in self.number_blocks.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match parse_block(written) {
                Some(block) if !blocks.contains(&block) => blocks.push(block),
                Some(_) => {}
                None => errors.add("number_blocks", format!("„{written}“ ist keine Stammnummer wie 0221 4710.")),
            }
        }
        blocks
    }

    fn checked_postcodes(&self, errors: &mut Errors) -> Vec<String> {
        let mut postcodes: Vec<String> = Vec::new();
        for written in self.postcodes.split([',', ';', ' ', '\n', '\r', '\t']).filter(|part| !part.is_empty()) {
            let is_postcode = written.len() == 5 && written.bytes().all(|byte| byte.is_ascii_digit());
            if !is_postcode {
                let shown: String = written.chars().take(20).collect();
                errors.add("postcodes", format!("„{shown}“ ist keine Postleitzahl aus fünf Ziffern."));
            } else if !postcodes.iter().any(|known| known == written) {
                postcodes.push(written.to_owned());
            }
        }
        postcodes
    }

    /// What the operator alone decides.
    pub fn check_center(&self, tenant: &mut NewTenant, own: Option<TenantId>, viewer: &Viewer, errors: &mut Errors) {
        match Kind::parse(&self.kind) {
            Some(kind) => kind.as_str().clone_into(&mut tenant.kind),
            None => errors.add("kind", "Bitte wählen Sie eine Art."),
        }
        match self.after_call_seconds.parse() {
            Ok(seconds @ 0..=600) => tenant.after_call_seconds = seconds,
            _ => errors.add("after_call_seconds", "Bitte geben Sie 0 bis 600 Sekunden ein."),
        }
        tenant.served_by = viewer.tenant(&self.served_by).filter(|center| !center.is_intake()).map(|center| center.id);
        if tenant.served_by.is_none() && !self.served_by.is_empty() {
            errors.add("served_by", "Diesen Mandanten gibt es nicht.");
        } else if tenant.served_by.is_some() && tenant.served_by == own {
            errors.add("served_by", "Wer selbst antwortet, braucht hier keine Angabe.");
        }
    }

    pub fn check_slug(&self, tenant: &mut NewTenant, errors: &mut Errors) {
        errors.require("slug", &self.slug, "Das Kürzel");
        if !is_slug(&self.slug) {
            errors.add("slug", "Das Kürzel besteht aus 2 bis 40 Kleinbuchstaben, Ziffern und Bindestrichen.");
        }
        tenant.slug.clone_from(&self.slug);
    }

    pub fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        let yes = |box_: &str| if box_.is_empty() { "nein" } else { "ja" };
        differences([
            ("name", "Name", &theirs.name, &self.name),
            ("short_name", "Kurzname", &theirs.short_name, &self.short_name),
            ("kind", "Art", &theirs.kind, &self.kind),
            ("accent", "Farbe", &theirs.accent, &self.accent),
            ("shape", "Form", &theirs.shape, &self.shape),
            ("ars", "Regionalschlüssel", &theirs.ars, &self.ars),
            ("inhabitants", "Einwohner", &theirs.inhabitants, &self.inhabitants),
            ("number_blocks", "Stammnummern", &theirs.number_blocks, &self.number_blocks),
            ("postcodes", "Postleitzahlen", &theirs.postcodes, &self.postcodes),
            ("served_by", "ServiceCenter", &theirs.served_by, &self.served_by),
            ("observes_holidays", "Feiertage", yes(&theirs.observes_holidays), yes(&self.observes_holidays)),
            (
                "allows_own_greeting",
                "Eigene Begrüßung",
                yes(&theirs.allows_own_greeting),
                yes(&self.allows_own_greeting),
            ),
            ("after_call_seconds", "Nachbearbeitung", &theirs.after_call_seconds, &self.after_call_seconds),
        ])
    }

    pub fn kinds(&self) -> Vec<Choice> {
        Kind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind.label(), kind.as_str() == self.kind)).collect()
    }

    pub fn accents(&self) -> Vec<Choice> {
        ACCENTS.iter().map(|(name, label)| Choice::new(name, *label, *name == self.accent)).collect()
    }

    pub fn shapes(&self) -> Vec<Choice> {
        SHAPES.iter().map(|(name, label)| Choice::new(name, *label, *name == self.shape)).collect()
    }

    pub fn centers(&self, viewer: &Viewer) -> Vec<Choice> {
        let own = Choice::new("", "antwortet selbst", self.served_by.is_empty());
        let others = viewer.tenants.iter().filter(|tenant| !tenant.is_intake() && tenant.slug != self.slug);
        std::iter::once(own)
            .chain(others.map(|tenant| Choice::new(&tenant.slug, &tenant.name, tenant.slug == self.served_by)))
            .collect()
    }
}

fn ticked(is_so: bool) -> String {
    if is_so { "on".to_owned() } else { String::new() }
}

fn is_regional_key(text: &str) -> bool {
    (2..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
