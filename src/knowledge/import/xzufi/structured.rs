//! Modules that are tables in XZuFi (fees, deadlines, durations, documents) as German sentences that can be read aloud.

use super::element::{Element, escape};

/// A list of fees, a line each.
pub fn fees(module: &Element) -> String {
    listed(module, |cost| {
        let amount = amount(cost);
        let free = cost.attributes.iter().any(|(_, value)| value.ends_with("KostenFrei"))
            || cost.any(&["kostenfrei", "gebuehrenfrei"]).is_some_and(|free| free.text() == "true");
        let amount = amount.or_else(|| free.then(|| "gebührenfrei".to_owned()));
        sentence(cost, amount)
    })
}

/// `word` stands before the time: "Frist: 2 Wochen".
pub fn times(module: &Element, word: &str) -> String {
    listed(module, |time| {
        let span = span(time).map(|span| format!("{word}: {span}"));
        let date = time.any(&["datum", "stichtag"]).map(|date| format!("{word}: {}", german_date(&date.text())));
        sentence(time, span.or(date))
    })
}

pub fn documents(module: &Element) -> String {
    listed(module, |document| {
        let name = document.in_german(&["bezeichnung", "name", "titel"]).map(Element::text);
        let address = document.any(&["uri", "url", "link"]).map(|link| link.child("uri").unwrap_or(link).text());
        let name = name.filter(|name| !name.is_empty()).or_else(|| address.clone())?;
        let more =
            document.in_german(&["beschreibung", "inhalt"]).map(Element::html).filter(|text| !text.trim().is_empty());
        let named = match address {
            Some(address) => format!("<a href=\"{}\">{}</a>", escape(&address), escape(&name)),
            None => escape(&name),
        };
        Some(more.map_or(named.clone(), |more| format!("{named}: {more}")))
    })
}

/// A module that nobody foresaw: its texts as they are.
pub fn any_text(module: &Element) -> String {
    if let Some(text) = module.in_german(&["inhalt", "beschreibung"]) {
        return text.html();
    }
    let leaves = module.descendants().into_iter().filter(|below| below.children().next().is_none());
    let texts = leaves.filter(|leaf| !is_technical(&leaf.name)).map(Element::text).filter(|text| !text.is_empty());
    texts.map(|text| format!("<p>{}</p>", escape(&text))).collect::<Vec<_>>().concat()
}

/// The items of a module as a list, then what the module says itself.
fn listed(module: &Element, line: impl Fn(&Element) -> Option<String>) -> String {
    let is_item = |child: &&Element| child.children().next().is_some() && !is_technical(&child.name);
    let lines: Vec<_> =
        module.children().filter(is_item).filter_map(line).map(|line| format!("<li>{line}</li>")).collect();
    let lines = lines.concat();
    let own = module.in_german(&["beschreibung", "inhalt"]).map(Element::html).unwrap_or_default();
    if lines.is_empty() { own } else { format!("<ul>{lines}</ul>{own}") }
}

/// The figure with what is said about it.
fn sentence(item: &Element, figure: Option<String>) -> Option<String> {
    let name = item.in_german(&["bezeichnung", "name", "titel"]).map(|name| escape(&name.text()));
    let more = item.in_german(&["beschreibung", "inhalt"]).map(Element::html).map(|text| text.trim().to_owned());
    let name = name.filter(|name| !name.is_empty());
    let head = match (name, figure.map(|figure| escape(&figure))) {
        (Some(name), Some(figure)) => Some(format!("{name}: {figure}")),
        (name, figure) => name.or(figure),
    };
    match (head, more.filter(|more| !more.is_empty())) {
        (Some(head), Some(more)) => Some(format!("{head} – {more}")),
        (head, more) => head.or(more),
    }
}

fn amount(cost: &Element) -> Option<String> {
    let text = |names: &[&str]| cost.any(names).map(|found| found.child("betrag").unwrap_or(found).text());
    let money = |text: String| (!text.is_empty()).then(|| german_number(&text));
    let currency =
        match cost.descendants().iter().find(|below| below.name == "waehrung").map(|currency| currency.code()) {
            Some(code) if code != "EUR" && !code.is_empty() => code,
            _ => "Euro".to_owned(),
        };
    let exact = text(&["betrag", "fixbetrag", "betragFix", "wert"]).and_then(money);
    let from = text(&["betragVon", "betragUntergrenze", "untergrenze", "minBetrag"]).and_then(money);
    let to = text(&["betragBis", "betragObergrenze", "obergrenze", "maxBetrag"]).and_then(money);
    let words = match (exact, from, to) {
        (Some(exact), ..) => exact,
        (None, Some(from), Some(to)) => format!("{from} bis {to}"),
        (None, Some(from), None) => format!("ab {from}"),
        (None, None, Some(to)) => format!("bis {to}"),
        (None, None, None) => return None,
    };
    Some(format!("{words} {currency}"))
}

fn span(time: &Element) -> Option<String> {
    let text = |names: &[&str]| time.any(names).map(Element::text).filter(|text| !text.is_empty());
    let from = text(&["dauer", "dauerVon", "dauerMin", "minDauer", "wert"]);
    let to = text(&["dauerBis", "dauerMax", "maxDauer"]);
    let unit = time.any(&["einheit", "zeiteinheit", "einheitVon", "einheitBis"]).map(Element::code).unwrap_or_default();
    let number = match (from, to) {
        (Some(from), Some(to)) if from != to => format!("{} bis {}", german_number(&from), german_number(&to)),
        (Some(from), _) => german_number(&from),
        (None, Some(to)) => format!("bis {}", german_number(&to)),
        (None, None) => return None,
    };
    Some(format!("{number} {}", unit_word(&unit, number == "1")).trim().to_owned())
}

fn unit_word(code: &str, one: bool) -> String {
    let (single, many) = match code.to_lowercase().as_str() {
        "min" | "minute" | "minuten" => ("Minute", "Minuten"),
        "h" | "stunde" | "stunden" => ("Stunde", "Stunden"),
        "d" | "t" | "tag" | "tage" => ("Tag", "Tage"),
        "at" | "wt" | "arbeitstag" | "arbeitstage" | "werktag" | "werktage" => ("Werktag", "Werktage"),
        "w" | "woche" | "wochen" => ("Woche", "Wochen"),
        "m" | "mon" | "monat" | "monate" => ("Monat", "Monate"),
        "j" | "y" | "a" | "jahr" | "jahre" => ("Jahr", "Jahre"),
        _ => return code.to_owned(),
    };
    if one { single } else { many }.to_owned()
}

/// "37.5" is "37,50" as money and "37,5" as a count; whole numbers stay.
fn german_number(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, rest)) if rest.len() <= 2 && rest.bytes().all(|byte| byte.is_ascii_digit()) => {
            if rest.bytes().all(|byte| byte == b'0') { format!("{whole},00") } else { format!("{whole},{rest:0<2}") }
        }
        _ => text.to_owned(),
    }
}

fn german_date(text: &str) -> String {
    let day = text.get(..10).unwrap_or(text);
    chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d")
        .map_or_else(|_| text.to_owned(), |day| day.format("%d.%m.%Y").to_string())
}

fn is_technical(name: &str) -> bool {
    ["id", "code", "gueltigkeit", "positionDarstellung", "versionsinformation", "sprachversion", "typ"].contains(&name)
}
