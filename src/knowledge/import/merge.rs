//! Bringing two changes of one text together: what a file brought last time, what it brings now, and what stands here.

use serde_json::{Value, json};

use super::super::{Content, Part};

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
    let mut merged = Merged { content: ours.clone(), clashes: Vec::new() };
    for part in Part::all() {
        let [base, ours, new] = [base, ours, theirs].map(|side| value(side, part));
        if new == base || new == ours {
            continue;
        }
        if ours == base {
            merged.content.copy_part(part, theirs);
        } else {
            merged.clashes.push(Clash { part, base, ours, theirs: new });
        }
    }
    merged
}

pub fn part(key: &str) -> Option<Part> {
    Part::all().find(|part| part.as_str() == key)
}

/// One part by itself, as conflicts keep it: nothing but this value. The two days of the validity belong together, because
/// halves of two decisions may exclude each other.
fn value(content: &Content, part: Part) -> Value {
    match part {
        Part::Title => json!(content.title),
        Part::Synonyms => json!(content.synonyms),
        Part::Keywords => json!(content.keywords),
        Part::LifeSituations => json!(content.life_situations),
        Part::Leika => json!(content.leika),
        Part::Unit => json!(content.unit),
        Part::Links => json!(content.links),
        Part::Validity => json!([content.valid_from, content.valid_until]),
        Part::Text(field) => json!(content.html(field)),
    }
}

/// A text of this one part; None: the value is none of that part's.
pub fn text_of(part: Part, value: &Value) -> Option<Content> {
    let object = match part {
        Part::Validity => json!({ "valid_from": value.get(0), "valid_until": value.get(1) }),
        Part::Text(_) if value.is_null() => json!({}),
        Part::Text(field) => json!({ "fields": { field.as_str(): value } }),
        _ => json!({ part.as_str(): value }),
    };
    serde_json::from_value(object).ok()
}

/// A part as it is read and compared word by word.
pub fn words(part: Part, value: &Value) -> String {
    text_of(part, value).map_or_else(|| value.to_string(), |text| text.part_text(part))
}

#[cfg(test)]
mod tests {
    use super::super::super::{Field, Html};
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
        assert_eq!(merged.clashes.iter().map(|clash| clash.part.as_str()).collect::<Vec<_>>(), ["fees"]);
        let same = merge(&text("A", "1 €"), &text("A", "3 €"), &text("A", "3 €"));
        assert_eq!((same.content, same.clashes), (text("A", "3 €"), Vec::new()));
    }

    #[test]
    fn a_part_taken_away_is_a_change_too() {
        let merged = merge(&text("A", "1 €"), &text("A", "1 €"), &text("A", ""));
        assert_eq!(merged.content, text("A", ""));
    }

    #[test]
    fn every_part_can_be_kept_by_itself() {
        let whole = serde_json::json!({
            "title": "A", "synonyms": ["B"], "keywords": ["C"], "life_situations": ["Umzug"], "leika": "99000000000007",
            "unit": "Amt", "links": [{ "label": "L", "url": "https://a.example" }], "valid_from": "2026-01-01",
            "valid_until": "2026-12-31", "fields": Field::ALL.map(|field| (field, "<p>Text</p>")).into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        });
        let whole: Content = serde_json::from_value(whole).expect("a text");
        let mut again = Content::default();
        for part in Part::all() {
            assert!(whole.has_part(part), "{}", part.as_str());
            assert_eq!(words(part, &value(&whole, part)), whole.part_text(part));
            again.copy_part(part, &text_of(part, &value(&whole, part)).expect("the part"));
            let empty = text_of(part, &value(&Content::default(), part)).expect("an empty part");
            assert!(!empty.has_part(part), "{}", part.as_str());
        }
        assert_eq!(again, whole);
        assert_eq!(text_of(Part::Synonyms, &"no list".into()), None);
    }
}
