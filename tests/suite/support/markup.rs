//! Just enough reading of HTML to find forms, their fields and links. It reads our own templates, not the world's pages.

use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    pub is_post: bool,
    /// Every field as the browser would send it, unchecked boxes and unpressed buttons included.
    pub fields: Vec<(String, String)>,
}

struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, String)>,
    /// What stands between this tag and the next one.
    text: &'a str,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }
}

/// The forms of a page; `path` is the page's own, for forms without an action.
pub fn forms(html: &str, path: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut is_open = false;
    let mut select = None;
    for tag in tags(html) {
        match tag.name {
            "form" => {
                let action = tag.get("action").filter(|action| !action.is_empty()).unwrap_or(path);
                let is_post = tag.get("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
                forms.push(Form { action: action.to_owned(), is_post, fields: Vec::new() });
                is_open = true;
            }
            "/form" => is_open = false,
            "select" => select = tag.get("name").map(str::to_owned),
            _ => {}
        }
        let Some(form) = forms.last_mut().filter(|_| is_open) else { continue };
        let value = || tag.get("value").unwrap_or_default().to_owned();
        match (tag.name, tag.get("name"), &select) {
            ("input" | "button", Some(name), _) => form.add(name, value(), tag.get("checked").is_some()),
            ("textarea", Some(name), _) => form.add(name, unescape(tag.text), true),
            ("option", _, Some(name)) => form.add(name, value(), tag.get("selected").is_some()),
            _ => {}
        }
    }
    forms
}

impl Form {
    /// Radios, options and buttons share a name: the chosen value stands, else the first.
    fn add(&mut self, name: &str, value: String, is_chosen: bool) {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) if is_chosen => *known = value,
            Some(_) => {}
            None => self.fields.push((name.to_owned(), value)),
        }
    }
}

/// Names that stand in queries: of searching forms and of links to the site itself.
pub fn query_names(html: &str, path: &str) -> BTreeSet<String> {
    let fields = forms(html, path).into_iter().filter(|form| !form.is_post).flat_map(|form| form.fields);
    let mut names: BTreeSet<String> = fields.map(|(name, _)| name).collect();
    for link in links(html) {
        if let Some((_, query)) = link.split_once('?') {
            let pairs: Vec<(String, String)> = serde_html_form::from_str(query).unwrap_or_default();
            names.extend(pairs.into_iter().map(|(name, _)| name).filter(|name| !name.is_empty()));
        }
    }
    names
}

/// Addresses within the site.
pub fn links(html: &str) -> Vec<String> {
    let attributes = tags(html).into_iter().flat_map(|tag| tag.attributes);
    let links = attributes.filter(|(name, _)| matches!(*name, "href" | "hx-get")).map(|(_, value)| value);
    links.filter(|link| link.starts_with(['/', '?'])).collect()
}

fn tags(html: &str) -> Vec<Tag<'_>> {
    html.split('<').skip(1).filter_map(tag).collect()
}

/// `part` is everything from after one "<" to the next; our templates write ">" in attributes as an entity.
fn tag(part: &str) -> Option<Tag<'_>> {
    let (inner, text) = part.split_once('>')?;
    let (name, mut rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        let (name, after) = rest.split_at(end);
        let Some(quoted) = after.strip_prefix('=') else {
            attributes.push((name, String::new()));
            rest = after;
            continue;
        };
        let quote = quoted.chars().next()?;
        let (value, after) = quoted[1..].split_once(quote)?;
        attributes.push((name, unescape(value)));
        rest = after;
    }
    Some(Tag { name, attributes, text })
}

fn unescape(text: &str) -> String {
    let named = [
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#39;", "'"),
        ("&#34;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
    ];
    let text = named.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain));
    text.replace("&#38;", "&").replace("&amp;", "&")
}
