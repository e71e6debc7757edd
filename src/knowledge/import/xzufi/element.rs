//! A small part of an XML file as a tree: names without their prefixes, texts, attributes.

#[derive(Debug, Clone, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone)]
pub enum Part {
    Text(String),
    Element(Element),
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.parts.iter().filter_map(|part| match part {
            Part::Element(element) => Some(element),
            Part::Text(_) => None,
        })
    }

    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children().filter(move |child| child.name == name)
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children().find(|child| child.name == name)
    }

    /// The first of these that there is.
    pub fn any(&self, names: &[&str]) -> Option<&Self> {
        names.iter().find_map(|name| self.child(name))
    }

    /// All below, however deep, in reading order.
    pub fn descendants(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        for child in self.children() {
            found.push(child);
            found.extend(child.descendants());
        }
        found
    }

    /// Its own text and that of everything below, on one line.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.push_text(&mut text);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn push_text(&self, text: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(words) => text.push_str(words),
                Part::Element(element) => {
                    text.push(' ');
                    element.push_text(text);
                    text.push(' ');
                }
            }
        }
    }

    /// The text as HTML: escaped in the file, or as elements within it.
    pub fn html(&self) -> String {
        if self.children().next().is_none() {
            return self
                .parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.as_str(),
                    Part::Element(_) => "",
                })
                .collect();
        }
        let mut html = String::new();
        self.push_html(&mut html);
        html
    }

    fn push_html(&self, html: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(text) => html.push_str(&escape(text)),
                Part::Element(element) => {
                    let address = element.attribute("href").map(|href| format!(" href=\"{}\"", escape(href)));
                    html.extend(["<", &element.name, &address.unwrap_or_default(), ">"]);
                    element.push_html(html);
                    if element.name != "br" {
                        html.extend(["</", &element.name, ">"]);
                    }
                }
            }
        }
    }

    /// Of several languages the German one, else the one without a name, else the first.
    pub fn in_german(&self, names: &[&str]) -> Option<&Self> {
        let all: Vec<_> = self.children().filter(|child| names.contains(&child.name.as_str())).collect();
        let language = |element: &&&Self| element.attribute("languageCode").map(str::to_lowercase);
        let german = all.iter().find(|element| language(element).is_some_and(|code| code.starts_with("de")));
        german.or_else(|| all.iter().find(|element| language(element).is_none())).or(all.first()).copied()
    }

    /// The value of a code, wherever the standard puts it.
    pub fn code(&self) -> String {
        self.child("code").unwrap_or(self).text()
    }

    /// An identifier with whoever gave it: two registers may count alike.
    pub fn key(&self) -> Option<String> {
        let id: String = self.text().chars().filter(|c| !c.is_control()).collect();
        let agency = self.attribute("schemeAgencyID").map(str::trim).unwrap_or_default();
        match (id.is_empty(), agency.is_empty()) {
            (true, _) => None,
            (false, true) => Some(id),
            (false, false) => Some(format!("{agency}:{id}")),
        }
    }
}

/// For text within HTML and XML.
pub fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}
