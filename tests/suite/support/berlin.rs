//! Real services as full HTML, on machines where they lie beside the project, turned into import records.

use serde_json::{Value, json};

const SERVICES: &str = "../shared/data/berlin_services_full_html_104.jsonl";
pub const COUNT: usize = 104;
/// So many of them can have another fee.
pub const CHANGED: usize = 30;

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
    let text = |name: &str| service["sections"][name].as_str().unwrap_or_default().replace('\n', "<br>");
    let fees = if number < CHANGED && !fee.is_empty() { fee.to_owned() } else { text("Gebühren") };
    let record = json!({
        "id": service["id"].to_string(), "title": service["name"], "format": "html", "body": without_offices(service["html"].as_str().unwrap_or_default()),
        "fees": fees, "documents": text("Erforderliche Unterlagen"), "prerequisites": text("Voraussetzungen"),
        "legal_basis": text("Rechtsgrundlagen"),
    });
    format!("{record}\n")
}

/// The city's list of its many offices is longer than a text may be, and belongs to the directory.
fn without_offices(html: &str) -> &str {
    let names = ["Zuständige Behörden", "Hinweise zur Zuständigkeit", "Standort"];
    let is_list = |heading: &str| {
        let name = heading.split_once('>').map_or("", |(_, text)| text.trim_start());
        names.iter().any(|known| name.starts_with(known))
    };
    let mut headings = html.match_indices("<h2").map(|(at, _)| at);
    let end = headings.find(|at| is_list(&html[*at..]));
    &html[..end.unwrap_or(html.len())]
}
