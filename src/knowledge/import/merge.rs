//! Bringing two changes of one text together: what a file brought last time, what it brings now, and what stands here.

use serde_json::{Map, Value, json};

use super::super::{Content, Field, Html};

/// One part of a text that is taken or left as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub key: &'static str,
    pub label: &'static str,
}

/// Everything beside the fields.
const PLAIN: [Part; 8] = [
    Part { key: "title", label: "Titel" },
    Part { key: "synonyms", label: "Auch gesucht als" },
    Part { key: "keywords", label: "Stichwörter" },
    Part { key: "life_situations", label: "Lebenslagen" },
    Part { key: "leika", label: "LeiKa-Schlüssel" },
    Part { key: "unit", label: "Zuständige Stelle" },
    Part { key: "links", label: "Links" },
    // Its two dates belong together: halves of two decisions may exclude each other.
    Part { key: "validity", label: "Gültigkeit" },
];

/// All parts in the order of the screen.
pub fn parts() -> impl Iterator<Item = Part> {
    PLAIN.into_iter().chain(Field::ALL.map(|field| Part { key: field.as_str(), label: field.label() }))
}

pub fn part(key: &str) -> Option<Part> {
    parts().find(|part| part.key == key)
}

/// A part that both sides changed, each in another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    pub part: Part,
    pub base: Value,
    pub ours: Value,
    pub theirs: Value,
}

#[derive(Debug)]
pub struct Merged {
    pub content: Content,
    pub clashes: Vec<Clash>,
}

/// Part by part: who alone changed it is right; where both did, what stands here stays.
pub fn merge(base: &Content, ours: &Content, theirs: &Content) -> Merged {
    let (base, ours, theirs) = (flat(base), flat(ours), flat(theirs));
    let mut merged = ours.clone();
    let mut clashes = Vec::new();
    for part in parts() {
        let [base, ours, theirs] = [&base, &ours, &theirs].map(|side| side[part.key].clone());
        if theirs == base || theirs == ours {
            continue;
        }
        if ours == base {
            merged.insert(part.key.to_owned(), theirs);
        } else {
            clashes.push(Clash { part, base, ours, theirs });
        }
    }
    Merged { content: whole(merged), clashes }
}

/// The text with one part replaced; None: the value is none of that part's.
pub fn with_part(content: &Content, part: Part, value: Value) -> Option<Content> {
    let mut parts = flat(content);
    parts.insert(part.key.to_owned(), value);
    serde_json::from_value(nested(parts)).ok()
}

/// Parts that differ, with both values.
pub fn changes(before: &Content, after: &Content) -> Vec<(Part, Value, Value)> {
    let (before, after) = (flat(before), flat(after));
    let pairs = parts().map(|part| (part, before[part.key].clone(), after[part.key].clone()));
    pairs.filter(|(_, before, after)| before != after).collect()
}

/// A part as text to be read and compared word by word.
pub fn words(part: Part, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if is_field(part) => serde_json::from_value::<Html>(text.as_str().into())
            .map_or_else(|_| text.clone(), |html| html.to_notation()),
        Value::String(text) => text.clone(),
        Value::Array(items) if part.key == "validity" => validity_words(items),
        Value::Array(items) => items.iter().map(item_words).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}

fn is_field(part: Part) -> bool {
    Field::ALL.iter().any(|field| field.as_str() == part.key)
}

fn validity_words(dates: &[Value]) -> String {
    let named = ["ab", "bis"].into_iter().zip(dates);
    let dates = named.filter_map(|(word, date)| date.as_str().map(|date| format!("{word} {date}")));
    dates.collect::<Vec<_>>().join(" ")
}

fn item_words(item: &Value) -> String {
    match item {
        Value::Object(link) => {
            let text = |key: &str| link.get(key).and_then(Value::as_str).unwrap_or_default();
            format!("{} {}", text("label"), text("url"))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Every part under its key; an empty field is null.
fn flat(content: &Content) -> Map<String, Value> {
    let Ok(Value::Object(mut flat)) = serde_json::to_value(content) else { return Map::new() };
    let fields = flat.remove("fields").unwrap_or_default();
    let validity = json!([flat.remove("valid_from"), flat.remove("valid_until")]);
    flat.insert("validity".to_owned(), validity);
    for field in Field::ALL {
        flat.insert(field.as_str().to_owned(), fields.get(field.as_str()).cloned().unwrap_or_default());
    }
    flat
}

fn nested(mut flat: Map<String, Value>) -> Value {
    let texts = Field::ALL.map(|field| (field.as_str().to_owned(), flat.remove(field.as_str()).unwrap_or_default()));
    let fields: Map<String, Value> = texts.into_iter().filter(|(_, text)| !text.is_null()).collect();
    let validity = flat.remove("validity").unwrap_or_default();
    flat.insert("valid_from".to_owned(), validity.get(0).cloned().unwrap_or_default());
    flat.insert("valid_until".to_owned(), validity.get(1).cloned().unwrap_or_default());
    flat.insert("fields".to_owned(), fields.into());
    Value::Object(flat)
}

/// The values come from contents, so they make one again.
fn whole(flat: Map<String, Value>) -> Content {
    serde_json::from_value(nested(flat)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(title: &str, fees: &str) -> Content {
        let mut content = Content { title: title.to_owned(), ..Content::default() };
        content.set(Field::Fees, Html::from_plain(fees));
        content
    }

    #[test]
    fn who_alone_changed_a_part_is_right() {
        let merged = merge(&text("A", "1 €"), &text("A", "2 €"), &text("B", "1 €"));
        assert_eq!((merged.content, merged.clashes), (text("B", "2 €"), Vec::new()));
    }

    #[test]
    fn what_both_changed_stays_and_is_told() {
        let merged = merge(&text("A", "1 €"), &text("A", "2 €"), &text("A", "3 €"));
        assert_eq!(merged.content, text("A", "2 €"));
        assert_eq!(merged.clashes.iter().map(|clash| clash.part.key).collect::<Vec<_>>(), ["fees"]);
        let same = merge(&text("A", "1 €"), &text("A", "3 €"), &text("A", "3 €"));
        assert_eq!((same.content, same.clashes), (text("A", "3 €"), Vec::new()));
    }

    #[test]
    fn a_part_taken_away_is_a_change_too() {
        let merged = merge(&text("A", "1 €"), &text("A", "1 €"), &text("A", ""));
        assert_eq!(merged.content, text("A", ""));
        assert_eq!(
            with_part(&text("A", ""), part("fees").expect("a part"), "<p>5 €</p>".into()),
            Some(text("A", "5 €"))
        );
    }
}
