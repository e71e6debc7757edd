//! Links: what is behind them must be said, and the way there must be protected.

use std::collections::BTreeSet;

use super::super::LayerText;
use super::{Content, Field, Remark};

/// They say nothing to who hears only the links.
const EMPTY_LABELS: [&str; 8] =
    ["hier", "link", "klick", "mehr", "weiter", "weitere informationen", "klicken sie hier", "siehe hier"];

/// Label and address of every link in the texts and below them.
struct Found {
    place: super::Place,
    label: String,
    url: String,
}

/// Addresses of pages, each once, for looking whether they answer.
pub fn addresses(content: &Content) -> BTreeSet<String> {
    let is_page = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    found(content).into_iter().map(|found| found.url).filter(is_page).collect()
}

/// Those of a tenant's own words; what its base points to is asked where the base stands.
pub fn addresses_of(text: &LayerText) -> BTreeSet<String> {
    match text {
        LayerText::Whole(content) => addresses(content),
        LayerText::Patch(patch) => {
            let below = Content { fields: patch.additions.clone(), ..Content::default() };
            addresses(&patch.content).into_iter().chain(addresses(&below)).collect()
        }
    }
}

pub fn remark(content: &Content, remarks: &mut Vec<Remark>) {
    for Found { place, label, url } in found(content) {
        let said = label.trim().trim_end_matches(['.', '!']).to_lowercase();
        if EMPTY_LABELS.contains(&said.as_str()) {
            let advice = "Sagen Sie, was hinter dem Link steht, zum Beispiel „Antrag auf Wohngeld (PDF)“.";
            remarks.push(Remark::hint(place, advice, &label));
        } else if label == url && !url.starts_with("tel:") && !url.starts_with("mailto:") {
            remarks.push(Remark::hint(place, "Geben Sie dem Link eine Beschriftung.", &url));
        }
        if url.starts_with("http://") {
            let advice = "Prüfen Sie, ob die Seite auch mit https:// antwortet; ohne das „s“ ist sie ungeschützt.";
            remarks.push(Remark::hint(place, advice, &url));
        }
    }
}

fn found(content: &Content) -> Vec<Found> {
    let below = content.links.iter().map(|link| Found {
        place: ("links", "Links"),
        label: link.label.clone(),
        url: link.url.clone(),
    });
    let within = Field::ALL.into_iter().filter_map(|field| Some((field, content.html(field)?)));
    let within = within.flat_map(|(field, html)| within_html((field.as_str(), field.label()), html.as_str()));
    below.chain(within).collect()
}

/// The canonical form writes every link as `<a href="address" …>label</a>`.
fn within_html(place: super::Place, html: &str) -> Vec<Found> {
    let link = |part: &str| {
        let (url, rest) = part.split_once('"')?;
        let (_, rest) = rest.split_once('>')?;
        let (label, _) = rest.split_once("</a>")?;
        Some(Found { place, label: without_tags(label), url: unescaped(url) })
    };
    html.split("<a href=\"").skip(1).filter_map(link).collect()
}

fn without_tags(html: &str) -> String {
    let parts = html.split('<').enumerate();
    let text =
        parts.map(|(index, part)| if index == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) });
    unescaped(&text.collect::<String>())
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}
