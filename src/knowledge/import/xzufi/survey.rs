//! The first look at a file: which office answers for which service, here and in the towns that read these entries.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::Arc;

use super::super::Broken;
use super::super::ars::Area;
use super::element::Element;
use super::xml::Messages;
use crate::ids::TenantId;

/// More proposals than anybody looks at are counted only.
const MOST_PROPOSALS: usize = 20_000;

/// A tenant that reads the importing one's entries.
#[derive(Debug, Clone)]
pub struct Town {
    pub tenant: TenantId,
    pub area: Area,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Office {
    pub name: String,
    pub address: String,
}

/// Another office for one of the towns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub town: TenantId,
    pub external_id: String,
    pub unit: String,
    pub address: String,
}

/// What a file says about offices, as far as it concerns us.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// By the service's key.
    offices: Arc<HashMap<String, Office>>,
    pub proposals: Arc<Vec<Proposal>>,
    /// Responsibilities in areas of nobody here.
    pub elsewhere: u64,
    /// Proposals beyond the limit.
    pub beyond: u64,
}

impl Directory {
    pub fn office_of(&self, service: &str) -> Option<&Office> {
        self.offices.get(service)
    }

    /// Names of all offices that are used here.
    pub fn office_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.offices.values().map(|office| office.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The narrowest area so far, and its office.
type Best = (usize, String);

#[derive(Default)]
struct Survey<'a> {
    own: Option<&'a Area>,
    towns: &'a [Town],
    offices: HashMap<String, Office>,
    here: HashMap<String, Best>,
    there: HashMap<(TenantId, String), Best>,
    elsewhere: u64,
}

/// Passes through the whole file.
pub fn survey(source: impl BufRead, own: Option<&Area>, towns: &[Town]) -> Result<Directory, Broken> {
    let wanted = &["organisationseinheit", "zustaendigkeit"];
    let mut messages = Messages::new(source, wanted);
    let mut survey = Survey { own, towns, ..Survey::default() };
    while let Some(found) = messages.next()? {
        match found.element {
            Ok(element) if element.name == "organisationseinheit" => survey.take_office(&element),
            Ok(element) if element.name == "zustaendigkeit" => {
                let office = element.any(&["organisationseinheitID", "organisationseinheit"]).and_then(Element::key);
                survey.take_responsibility(&element, office.as_deref().unwrap_or_default(), None);
            }
            _ => {}
        }
    }
    Ok(survey.finish())
}

impl Survey<'_> {
    fn take_office(&mut self, element: &Element) {
        let Some(key) = element.child("id").and_then(Element::key) else { return };
        let area = element.descendants().into_iter().find(|below| below.name == "verwaltungspolitischeKodierung");
        let area = area.and_then(area_of);
        for responsibility in element.named("zustaendigkeit") {
            self.take_responsibility(responsibility, &key, area.as_ref());
        }
        self.offices.insert(key, Office { name: name_of(element), address: address_of(element) });
    }

    fn take_responsibility(&mut self, element: &Element, office: &str, office_area: Option<&Area>) {
        let mut areas: Vec<Area> = element.named("gebietID").filter_map(area_in).collect();
        if areas.is_empty() {
            areas.extend(office_area.cloned());
        }
        let services: Vec<_> =
            element.children().filter(|child| child.name == "leistungID").filter_map(Element::key).collect();
        for area in &areas {
            for service in &services {
                self.note(service, area, office);
            }
        }
    }

    fn note(&mut self, service: &str, area: &Area, office: &str) {
        let best = (area.depth(), office.to_owned());
        let narrower = |known: &mut Best| {
            if known.0 < best.0 {
                known.clone_from(&best);
            }
        };
        if self.own.is_some_and(|own| area.covers(own)) {
            self.here.entry(service.to_owned()).and_modify(narrower).or_insert_with(|| best.clone());
            return;
        }
        let mut is_ours = false;
        for town in self.towns.iter().filter(|town| area.covers(&town.area)) {
            is_ours = true;
            let key = (town.tenant, service.to_owned());
            self.there.entry(key).and_modify(narrower).or_insert_with(|| best.clone());
        }
        self.elsewhere += u64::from(!is_ours);
    }

    fn finish(self) -> Directory {
        let offices = self.offices;
        let named = |office: &str| offices.get(office).filter(|office| !office.name.is_empty()).cloned();
        let here = self.here.into_iter().filter_map(|(service, (_, office))| Some((service, named(&office)?)));
        let here: HashMap<_, _> = here.collect();
        let there = self.there.into_iter().filter_map(|((town, external_id), (_, office))| {
            let Office { name: unit, address } = named(&office)?;
            Some(Proposal { town, external_id, unit, address })
        });
        let mut proposals: Vec<_> = there.collect();
        proposals.sort_by(|a, b| (a.town, &a.external_id).cmp(&(b.town, &b.external_id)));
        let beyond = proposals.len().saturating_sub(MOST_PROPOSALS) as u64;
        proposals.truncate(MOST_PROPOSALS);
        let (offices, proposals) = (Arc::new(here), Arc::new(proposals));
        Directory { offices, proposals, elsewhere: self.elsewhere, beyond }
    }
}

/// `name/name` in several languages, or the name alone; at most as long as a name may be.
fn name_of(element: &Element) -> String {
    let name = element.in_german(&["name"]).map(|name| name.in_german(&["name"]).unwrap_or(name).text());
    name.unwrap_or_default().chars().take(200).collect()
}

fn address_of(element: &Element) -> String {
    let Some(address) = element.any(&["anschrift", "hausanschrift"]) else { return String::new() };
    let text = |names: &[&str]| address.any(names).map(Element::text).unwrap_or_default();
    let street = format!("{} {}", text(&["strasse", "strassenname"]), text(&["hausnummer"]));
    let town = format!("{} {}", text(&["postleitzahl", "plz"]), text(&["ort", "ortsname"]));
    let parts = [street, town].map(|part| part.trim().to_owned());
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ").chars().take(300).collect()
}

fn area_of(coding: &Element) -> Option<Area> {
    let text = |name: &str| coding.child(name).map(Element::code);
    let ars = text("regionalschluessel").and_then(|ars| Area::parse(&ars));
    ars.or_else(|| text("gemeindeschluessel").and_then(|ags| Area::parse_ags(&ags)))
}

/// The scheme says whether these digits are an ARS or an AGS; without one their number does.
fn area_in(element: &Element) -> Option<Area> {
    let digits = element.code();
    let is_ags = element.attributes.iter().any(|(_, value)| value.to_lowercase().ends_with("ags"));
    if is_ags || digits.len() == 8 { Area::parse_ags(&digits) } else { Area::parse(&digits) }
}
