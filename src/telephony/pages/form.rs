//! The form of a telephone system. Its secrets are never shown again: an empty field leaves them as they are.

use serde::Deserialize;

use crate::telephony::{Adapter, DoorRules, Link, Source, Way, is_address, is_public_key, parse_network};
use crate::web::forms::{Difference, Errors, differences, optional};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SourceForm {
    pub version: i32,
    pub adapter: String,
    pub name: String,
    /// One a line.
    pub networks: String,
    pub per_second: String,
    pub signing_secret: String,
    pub signing_key: String,
    /// No signature is asked for any more.
    pub unsigned: Option<String>,
    pub address: String,
    pub account: String,
    pub secret: String,
    pub tls: Option<String>,
    pub tls_authority: String,
    pub trunk_context: String,
    pub inside_context: String,
    pub may_control: Option<String>,
}

impl SourceForm {
    pub fn new(adapter: Adapter) -> Self {
        let way = if adapter.is_called() { Way::Link(Link::default()) } else { Way::Door(DoorRules::default()) };
        Self { adapter: adapter.as_str().to_owned(), ..Self::of_way(&way) }
    }

    pub fn of(source: &Source, way: &Way) -> Self {
        let adapter = source.adapter.as_str().to_owned();
        Self { version: source.version, adapter, name: source.name.clone(), ..Self::of_way(way) }
    }

    fn of_way(way: &Way) -> Self {
        let checked = |yes: bool| yes.then(|| "on".to_owned());
        match way {
            Way::Door(rules) => Self {
                networks: rules.networks.join("\n"),
                per_second: rules.per_second.to_string(),
                signing_key: rules.signing_key.clone().unwrap_or_default(),
                ..Self::default()
            },
            Way::Link(link) => Self {
                address: link.address.clone(),
                account: link.account.clone(),
                tls: checked(link.tls),
                tls_authority: link.tls_authority.clone().unwrap_or_default(),
                trunk_context: link.trunk_context.clone(),
                inside_context: link.inside_context.clone(),
                may_control: checked(link.may_control),
                ..Self::default()
            },
        }
    }

    /// What the form says, with the secrets that stay as they are.
    pub fn check(&self, adapter: Adapter, before: Option<&Way>, errors: &mut Errors) -> Way {
        errors.require("name", &self.name, "Der Name");
        errors.limit("name", &self.name, 80);
        if self.name.contains(['\n', '\t']) {
            errors.add("name", "Der Name ist nur eine Zeile lang.");
        }
        match (adapter.is_called(), before) {
            (true, Some(Way::Link(link))) => Way::Link(self.check_link(&link.secret, errors)),
            (true, _) => Way::Link(self.check_link("", errors)),
            (false, Some(Way::Door(rules))) => Way::Door(self.check_door(rules.signing_secret.as_deref(), errors)),
            (false, _) => Way::Door(self.check_door(None, errors)),
        }
    }

    fn check_door(&self, secret: Option<&str>, errors: &mut Errors) -> DoorRules {
        let lines: Vec<&str> = self.networks.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.len() > 100 {
            errors.add("networks", "Höchstens 100 Netze sind möglich.");
        }
        let mut networks: Vec<String> = Vec::new();
        for line in lines.into_iter().take(100) {
            match parse_network(line) {
                Some(network) => networks.push(network),
                None => errors
                    .add("networks", format!("„{line:.60}“ ist kein Netz. Beispiele: 203.0.113.7 oder 10.1.0.0/16")),
            }
        }
        let per_second = self.per_second.parse().ok().filter(|number| (1..=100_000).contains(number));
        if per_second.is_none() {
            errors.add("per_second", "Bitte geben Sie eine Zahl von 1 bis 100.000 ein.");
        }
        errors.limit("signing_secret", &self.signing_secret, 500);
        if !self.signing_key.is_empty() && !is_public_key(&self.signing_key) {
            errors.add("signing_key", "Das ist kein öffentlicher RSA-Schlüssel (PEM).");
        }
        let secret = optional(&self.signing_secret).or_else(|| secret.map(str::to_owned));
        DoorRules {
            signing_secret: secret.filter(|_| self.unsigned.is_none()),
            signing_key: optional(&self.signing_key),
            networks,
            per_second: per_second.unwrap_or(1),
        }
    }

    fn check_link(&self, secret: &str, errors: &mut Errors) -> Link {
        if !is_address(&self.address) {
            errors.add("address", "Bitte geben Sie Rechner und Anschluss an, zum Beispiel 10.0.0.5:5038.");
        }
        errors.require("account", &self.account, "Das Konto");
        let secret = optional(&self.secret).unwrap_or_else(|| secret.to_owned());
        errors.require("secret", &secret, "Das Kennwort");
        errors.require("trunk_context", &self.trunk_context, "Der Kontext");
        errors.require("inside_context", &self.inside_context, "Der Kontext");
        for (name, value) in [
            ("address", &self.address),
            ("account", &self.account),
            ("secret", &secret),
            ("trunk_context", &self.trunk_context),
            ("inside_context", &self.inside_context),
        ] {
            errors.limit(name, value, 200);
            // A line end would be a second command for the telephone system.
            if value.contains(['\n', '\t']) {
                errors.add(name, "Die Angabe ist nur eine Zeile lang.");
            }
        }
        if !self.tls_authority.is_empty() && !self.tls_authority.contains("-----BEGIN CERTIFICATE-----") {
            errors.add("tls_authority", "Das ist kein Zertifikat (PEM).");
        }
        errors.limit("tls_authority", &self.tls_authority, 20_000);
        Link {
            address: self.address.clone(),
            account: self.account.clone(),
            secret,
            tls: self.tls.is_some(),
            tls_authority: optional(&self.tls_authority),
            trunk_context: self.trunk_context.clone(),
            inside_context: self.inside_context.clone(),
            may_control: self.may_control.is_some(),
        }
    }

    /// Secrets are told apart by whether somebody typed one, never by what they are.
    pub fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        let yes = |field: &Option<String>| if field.is_some() { "ja" } else { "nein" };
        let typed = |secret: &str| if secret.is_empty() { "unverändert" } else { "neu" };
        differences([
            ("name", "Name", &theirs.name, &self.name),
            ("networks", "Erlaubte Netze", &theirs.networks, &self.networks.replace('\r', "")),
            ("per_second", "Meldungen je Sekunde", &theirs.per_second, &self.per_second),
            ("signing_secret", "Geheimnis der Signatur", "unverändert", typed(&self.signing_secret)),
            ("signing_key", "Öffentlicher Schlüssel", &theirs.signing_key, &self.signing_key),
            ("unsigned", "Ohne Signatur", "nein", yes(&self.unsigned)),
            ("address", "Adresse", &theirs.address, &self.address),
            ("account", "Konto", &theirs.account, &self.account),
            ("secret", "Kennwort", "unverändert", typed(&self.secret)),
            ("tls", "Verschlüsselt", yes(&theirs.tls), yes(&self.tls)),
            ("tls_authority", "Zertifikat", &theirs.tls_authority, &self.tls_authority),
            ("trunk_context", "Kontext der Anrufer", &theirs.trunk_context, &self.trunk_context),
            ("inside_context", "Kontext für Ziele", &theirs.inside_context, &self.inside_context),
            ("may_control", "Darf steuern", yes(&theirs.may_control), yes(&self.may_control)),
        ])
    }
}
