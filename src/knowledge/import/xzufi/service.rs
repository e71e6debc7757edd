//! One service as an entry.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::super::check::{self, LONGEST_NAME, Reason};
use super::super::super::text::allowed_url;
use super::super::super::{Content, Field, Html, Link};
use super::super::Record;
use super::element::{Element, escape};
use super::structured;
use super::survey::Directory;
use super::tables::{OWN_MODULES, Place, SHORT_TEXT, TEASER, TECHNICAL, TextModule, text_module};

/// The entry while it grows.
#[derive(Default)]
struct Draft {
    content: Content,
    second_title: String,
    /// Texts of each field, those without a heading first.
    texts: BTreeMap<Field, Vec<(Option<String>, Html)>>,
    unit: String,
    unknown: Vec<String>,
}

pub fn record(service: &Element, id: String, directory: &Directory) -> Result<Record, Reason> {
    if id.chars().count() > LONGEST_NAME {
        return Err(Reason::new("id is too long: at most 200 characters", "„id“ ist zu lang: höchstens 200 Zeichen"));
    }
    let mut draft = Draft::default();
    let has_short_text = service
        .named("modulText")
        .any(|module| code_of(module).trim_start_matches('0') == "5" || code_of(module) == SHORT_TEXT);
    for module in service.named("modulText") {
        draft.take_text(module, has_short_text);
    }
    for child in service.children() {
        draft.take_child(child);
    }
    draft.take_basics(service);
    draft.take_unit(directory.office_of(&id).map(|office| office.name.as_str()));
    let (content, unknown_keys) = draft.finish()?;
    Ok(Record { id, content, unknown_keys })
}

fn code_of(module: &Element) -> String {
    module.any(&["leikaTextmodul", "individuellesTextmodul"]).map(Element::code).unwrap_or_default()
}

/// HTML as the standard has it; without a single tag the lines are what somebody typed.
fn read_html(text: &str) -> Html {
    let has_tag = text.split('<').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'));
    let has_entity = text
        .split('&')
        .skip(1)
        .any(|rest| rest.split(';').next().is_some_and(|name| name.len() < 10 && rest.contains(';')));
    if has_tag || has_entity { Html::from_html(text) } else { Html::from_plain(text) }
}

impl Draft {
    fn take_text(&mut self, module: &Element, has_short_text: bool) {
        self.take_links(module);
        let code = code_of(module);
        let text = module.in_german(&["inhalt", "text"]).map(Element::html).unwrap_or_default();
        let html = read_html(&text);
        if html.is_empty() {
            return;
        }
        if let Some((_, field)) = OWN_MODULES.iter().find(|(own, _)| *own == code) {
            return self.put(*field, None, html);
        }
        match text_module(&code) {
            Some(known) => self.place(known, html, has_short_text),
            None => {
                let named =
                    module.in_german(&["leikaTextmodulAbweichendeBezeichnung", "bezeichnung"]).map(Element::text);
                let heading = named.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("Textmodul {code}"));
                self.put(Field::Body, Some(heading), html);
            }
        }
    }

    fn place(&mut self, module: TextModule, html: Html, has_short_text: bool) {
        let one_line = || check::one_line(&html.to_plain());
        match module.place {
            Place::Title => self.content.title = one_line(),
            Place::SecondTitle => self.second_title = one_line(),
            Place::Field(field) => self.put(field, None, html),
            Place::Below(_) if module.code == TEASER && !has_short_text => self.put(Field::ShortAnswer, None, html),
            Place::Below(field) => self.put(field, Some(module.heading.to_owned()), html),
            Place::Unit if html.to_plain().lines().count() == 1 && one_line().chars().count() <= LONGEST_NAME => {
                self.unit = one_line();
            }
            Place::Unit => self.put(Field::Contact, Some(module.heading.to_owned()), html),
        }
    }

    fn put(&mut self, field: Field, heading: Option<String>, html: Html) {
        if !html.is_empty() {
            self.texts.entry(field).or_default().push((heading, html));
        }
    }

    /// Modules that are tables, and those that nobody foresaw.
    fn take_child(&mut self, child: &Element) {
        let read = |html: String| Html::from_html(&html);
        match child.name.as_str() {
            "modulKosten" => self.put(Field::Fees, None, read(structured::fees(child))),
            "modulFrist" => self.put(Field::Deadlines, None, read(structured::times(child, "Frist"))),
            "modulBearbeitungsdauer" => {
                self.put(Field::Deadlines, None, read(structured::times(child, "Bearbeitungsdauer")));
            }
            "modulDokument" => self.put(Field::Documents, None, read(structured::documents(child))),
            "modulAnsprechpunkt" => self.put(Field::Contact, None, read(structured::any_text(child))),
            name if name.starts_with("modul") && !TECHNICAL.contains(&name) => {
                self.take_links(child);
                let heading = heading_of(name.trim_start_matches("modul"));
                self.put(Field::Body, Some(heading), read(structured::any_text(child)));
            }
            name if !TECHNICAL.contains(&name) => self.unknown.push(name.to_owned()),
            _ => {}
        }
    }

    /// Links that stand as such; what is no address we show stays in the text.
    fn take_links(&mut self, module: &Element) {
        for link in module.named("weiterfuehrenderLink") {
            let address = link.any(&["uri", "url"]).map(Element::text).unwrap_or_default();
            let label =
                link.in_german(&["titel", "bezeichnung", "beschreibung"]).map(Element::text).unwrap_or_default();
            match allowed_url(&address) {
                Some(url) => {
                    let label = if label.is_empty() { url.clone() } else { check::one_line(&label) };
                    self.content.links.push(Link { label, url });
                }
                None => self.put(Field::Body, Some("Link".to_owned()), Html::from_plain(&format!("{label} {address}"))),
            }
        }
    }

    fn take_basics(&mut self, service: &Element) {
        for key in service.named("referenzLeiKa").map(Element::code) {
            match check::leika(&key) {
                Ok(Some(key)) if self.content.leika.is_none() => self.content.leika = Some(key),
                _ => self.content.keywords.push(key),
            }
        }
        if let Some(validity) = service.child("gueltigkeit") {
            let date = |names: &[&str]| validity.any(names).and_then(|date| parse_date(&date.text()));
            self.content.valid_from = date(&["beginn", "von"]);
            self.content.valid_until = date(&["ende", "bis"]);
        }
        for category in service.named("kategorie") {
            let name = category.in_german(&["bezeichnung", "name"]).map(Element::text).unwrap_or_default();
            let class = category.child("klasse").map(Element::text).unwrap_or_default().to_lowercase();
            let names = if class.contains("lebenslage") {
                &mut self.content.life_situations
            } else {
                &mut self.content.keywords
            };
            names.push(name);
        }
        for term in service.named("modulBegriffImKontext").flat_map(|module| module.named("begriffImKontext")) {
            let is_keyword = term.child("typ").is_some_and(|kind| kind.code() == "stichwort");
            let names = if is_keyword { &mut self.content.keywords } else { &mut self.content.synonyms };
            names.extend(term.in_german(&["begriff"]).map(Element::text));
        }
    }

    /// The office that answers in this tenant's area; the text about it then stands with the contact.
    fn take_unit(&mut self, office: Option<&str>) {
        let told = std::mem::take(&mut self.unit);
        match office.map(check::one_line) {
            Some(office) if !office.is_empty() => {
                if !told.is_empty() && told != office {
                    self.put(Field::Contact, Some("Zuständige Stelle".to_owned()), Html::from_plain(&told));
                }
                self.content.unit = Some(office);
            }
            _ => self.content.unit = Some(told).filter(|unit| !unit.is_empty()),
        }
    }

    fn finish(mut self) -> Result<(Content, Vec<String>), Reason> {
        let content = &mut self.content;
        if content.title.is_empty() {
            content.title = std::mem::take(&mut self.second_title);
        } else if !self.second_title.is_empty() && self.second_title != content.title {
            let name = if self.second_title.chars().count() <= LONGEST_NAME { Some(self.second_title) } else { None };
            content.synonyms.splice(0..0, name);
        }
        content.synonyms = check::names(std::mem::take(&mut content.synonyms));
        content.keywords = check::names(std::mem::take(&mut content.keywords));
        content.life_situations = check::names(std::mem::take(&mut content.life_situations));
        for (field, mut texts) in self.texts {
            texts.sort_by_key(|(heading, _)| heading.is_some());
            content.set(field, joined(texts));
        }
        match check::problems(content).into_iter().next() {
            Some((key, reason)) => Err(reason.about(key)),
            None => Ok((self.content, self.unknown)),
        }
    }
}

/// One text is as it is; several are one below the other.
fn joined(mut texts: Vec<(Option<String>, Html)>) -> Html {
    if let [(None, _)] = &texts[..] {
        return texts.remove(0).1;
    }
    let with_heading = texts.iter().map(|(heading, html)| match heading {
        Some(heading) => format!("<h3>{}</h3>{html}", escape(heading)),
        None => html.to_string(),
    });
    Html::from_html(&with_heading.collect::<String>())
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()
}

/// "FachlicheFreigabe" as "Fachliche Freigabe".
fn heading_of(name: &str) -> String {
    let mut heading = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !heading.is_empty() {
            heading.push(' ');
        }
        heading.push(c);
    }
    heading
}
