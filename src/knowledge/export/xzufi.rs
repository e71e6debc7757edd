//! XZuFi 2.2 as `import` reads it: text modules by their codes, fields of our own by codes of our own.

use std::io::{self, Write};

use quick_xml::escape::escape;

use super::super::import::{OWN_MODULES, TEXT_MODULES, TextPlace};
use super::super::store::exports::UnitEntries;
use super::super::{Content, Field};
use super::{Sheet, Wish};
use crate::web::format;

/// Lists of codes that the standard does not have.
const OWN_LIST: &str = "urn:de:ortsgespraech:textmodul";

pub struct Xzufi;

impl Sheet for Xzufi {
    fn begin(&mut self, wish: &Wish<'_>, out: &mut dyn Write) -> io::Result<()> {
        let (tenant, now) = (escape(wish.tenant.name.as_str()), format::machine_moment(wish.now));
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(
            out,
            "<xzufi:transfer.operation.040502 xmlns:xzufi=\"http://xoev.de/schemata/xzufi/2_2_0\" xzufiVersion=\"2.2.0\" \
             produktbezeichnung=\"Ortsgespräch\" produkthersteller=\"Ortsgespräch\">"
        )?;
        writeln!(
            out,
            "<xzufi:nachrichtenkopf><xzufi:erstellungszeitpunkt>{now}</xzufi:erstellungszeitpunkt>\
             <xzufi:autor>{tenant}</xzufi:autor></xzufi:nachrichtenkopf>"
        )
    }

    fn entry(&mut self, external_id: &str, content: &Content, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "<xzufi:schreibe><xzufi:leistung>{}", id("id", external_id))?;
        basics(content, out)?;
        for module in TEXT_MODULES {
            let text = match module.place {
                TextPlace::Title => escape(content.title.as_str()).into_owned(),
                TextPlace::Unit => content.unit.as_deref().map(escape).unwrap_or_default().into_owned(),
                TextPlace::Field(field) => content.html(field).map(ToString::to_string).unwrap_or_default(),
                TextPlace::SecondTitle | TextPlace::Below(_) => String::new(),
            };
            let links = if module.code == "15" { links(content) } else { String::new() };
            text_module(
                "leikaTextmodul",
                "urn:de:xzufi:codeliste:leistungstextmodulleika",
                module.code,
                &text,
                &links,
                out,
            )?;
        }
        for (code, field) in OWN_MODULES {
            let text = content.html(field).map(ToString::to_string).unwrap_or_default();
            text_module("individuellesTextmodul", OWN_LIST, code, &text, "", out)?;
        }
        writeln!(out, "</xzufi:leistung></xzufi:schreibe>")
    }

    fn end(&mut self, wish: &Wish<'_>, units: &[UnitEntries], out: &mut dyn Write) -> io::Result<()> {
        let ars = wish.tenant.ars.as_deref().map(|ars| format!("{ars:0<12}"));
        for unit in units {
            office(unit, ars.as_deref(), wish, out)?;
        }
        writeln!(out, "</xzufi:transfer.operation.040502>")
    }
}

/// The key as it came: with the agency that gave it.
fn id(name: &str, external_id: &str) -> String {
    let is_agency = |agency: &str| {
        !agency.is_empty()
            && agency.len() <= 40
            && agency.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    match external_id.split_once(':').filter(|(agency, id)| is_agency(agency) && !id.is_empty()) {
        Some((agency, id)) => format!("<xzufi:{name} schemeAgencyID=\"{agency}\">{}</xzufi:{name}>", escape(id)),
        None => format!("<xzufi:{name}>{}</xzufi:{name}>", escape(external_id)),
    }
}

/// What is no text.
fn basics(content: &Content, out: &mut dyn Write) -> io::Result<()> {
    if let Some(key) = &content.leika {
        writeln!(
            out,
            "<xzufi:referenzLeiKa listURI=\"urn:de:fim:leika:leistung\"><code>{key}</code></xzufi:referenzLeiKa>"
        )?;
    }
    if content.valid_from.is_some() || content.valid_until.is_some() {
        let date = |name: &str, date: Option<chrono::NaiveDate>| {
            date.map(|date| format!("<xzufi:{name}>{date}</xzufi:{name}>")).unwrap_or_default()
        };
        let (from, until) = (date("beginn", content.valid_from), date("ende", content.valid_until));
        writeln!(out, "<xzufi:gueltigkeit>{from}{until}</xzufi:gueltigkeit>")?;
    }
    for name in &content.life_situations {
        writeln!(
            out,
            "<xzufi:kategorie><xzufi:klasse>Lebenslage</xzufi:klasse><xzufi:bezeichnung languageCode=\"de\">{}</xzufi:bezeichnung></xzufi:kategorie>",
            escape(name.as_str())
        )?;
    }
    let terms = content.synonyms.iter().map(|name| (name, "synonym"));
    for (name, kind) in terms.chain(content.keywords.iter().map(|name| (name, "stichwort"))) {
        writeln!(
            out,
            "<xzufi:modulBegriffImKontext><xzufi:begriffImKontext><xzufi:begriff languageCode=\"de\">{}</xzufi:begriff>\
             <xzufi:typ listURI=\"{OWN_LIST}\"><code>{kind}</code></xzufi:typ></xzufi:begriffImKontext></xzufi:modulBegriffImKontext>",
            escape(name.as_str())
        )?;
    }
    Ok(())
}

/// A module without text and links is left out; the text is HTML, escaped as the standard has it.
fn text_module(kind: &str, list: &str, code: &str, html: &str, links: &str, out: &mut dyn Write) -> io::Result<()> {
    if html.is_empty() && links.is_empty() {
        return Ok(());
    }
    let text = escape(html);
    writeln!(
        out,
        "<xzufi:modulText><xzufi:inhalt languageCode=\"de\">{text}</xzufi:inhalt>\
         <xzufi:{kind} listURI=\"{list}\"><code>{code}</code></xzufi:{kind}>{links}</xzufi:modulText>"
    )
}

fn links(content: &Content) -> String {
    let link = |link: &super::super::Link| {
        format!(
            "<xzufi:weiterfuehrenderLink><xzufi:uri>{}</xzufi:uri><xzufi:titel languageCode=\"de\">{}</xzufi:titel></xzufi:weiterfuehrenderLink>",
            escape(link.url.as_str()),
            escape(link.label.as_str())
        )
    };
    content.links.iter().map(link).collect()
}

/// An office with the services that it answers for in this tenant's area.
fn office(unit: &UnitEntries, ars: Option<&str>, wish: &Wish<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (name, slug) = (escape(unit.name.as_str()), &wish.tenant.slug);
    writeln!(
        out,
        "<xzufi:schreibe><xzufi:organisationseinheit><xzufi:id schemeAgencyID=\"ortsgespraech-{slug}\">{name}</xzufi:id>\
         <xzufi:name><xzufi:name languageCode=\"de\">{name}</xzufi:name></xzufi:name>"
    )?;
    if let Some(ars) = ars {
        let services: String = unit.external_ids.iter().map(|external_id| id("leistungID", external_id)).collect();
        writeln!(out, "<xzufi:zustaendigkeit>{services}<xzufi:gebietID>{ars}</xzufi:gebietID></xzufi:zustaendigkeit>")?;
    }
    writeln!(out, "</xzufi:organisationseinheit></xzufi:schreibe>")
}

/// Every field of ours has a module of its own, so nothing is lost on the way.
const _: () = assert!(Field::ALL.len() == 12);
