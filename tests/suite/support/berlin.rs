//! Real services as full HTML pages, on machines where they lie beside the project, turned into import records: each heading
//! of a page becomes the field it is about.

use serde_json::{Map, Value};

const SERVICES: &str = "../shared/data/berlin_services_full_html_104.jsonl";
pub const COUNT: usize = 104;
/// So many of them can have another fee.
pub const CHANGED: usize = 30;

const HEADINGS: [(&str, &str); 8] = [
    ("Voraussetzungen", "prerequisites"),
    ("Erforderliche Unterlagen", "documents"),
    ("Formulare", "forms"),
    ("Gebühren", "fees"),
    ("Rechtsgrundlagen", "legal_basis"),
    ("Durchschnittliche Bearbeitungszeit", "deadlines"),
    ("Weiterführende Informationen", "body"),
    ("Hinweise zur Zuständigkeit", "contact"),
];

/// One record a line, the first thirty with this fee where it is not empty. None, and a word about it: they are not here.
pub fn records(fee: &str) -> Option<String> {
    let Ok(services) = std::fs::read_to_string(SERVICES) else {
        println!("{SERVICES} is not here; what needs real HTML is not tested");
        return None;
    };
    Some(services.lines().enumerate().map(|(number, line)| record(number, line, fee)).collect())
}

fn record(number: usize, line: &str, fee: &str) -> String {
    let service: Value = serde_json::from_str(line).expect("JSON");
    let mut record = Map::new();
    record.insert("id".to_owned(), service["id"].to_string().into());
    record.insert("title".to_owned(), service["name"].clone());
    record.insert("format".to_owned(), "html".into());
    let page = service["html"].as_str().expect("a page");
    record.insert("summary".to_owned(), beginning(page).into());
    for part in page.split("<h2 class=\"title\">").skip(1) {
        let Some((heading, html)) = part.split_once("</h2>") else { continue };
        if let Some((_, key)) = HEADINGS.iter().find(|(known, _)| *known == heading.trim()) {
            record.insert((*key).to_owned(), html.into());
        }
    }
    if number < CHANGED && !fee.is_empty() {
        record.insert("fees".to_owned(), fee.into());
    }
    format!("{}\n", Value::Object(record))
}

/// What stands below the title.
fn beginning(page: &str) -> &str {
    let below = page.split_once("</h1>").map_or("", |(_, below)| below);
    below.split_once("<h2").map_or(below, |(text, _)| text)
}
