//! Rich text that is safe to show. Whatever comes in (plain text, HTML, the editor's notation) becomes a small document of
//! paragraphs, lists, headings and tables, and only such a document is written as HTML.

mod builder;
mod document;
mod html;
mod notation;
mod render;

use std::fmt;

use serde::{Deserialize, Serialize};

use document::Document;

/// Sanitised HTML in one canonical form. Architecture invariant: outside the database it is made only here, from a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Html(String);

impl Html {
    /// Plain text: a blank line parts paragraphs, lines that begin with "- " or "• " are a list.
    pub fn from_plain(text: &str) -> Self {
        Self(notation::parse_plain(&presentable(text)).to_html())
    }

    /// Any HTML, as far as the allow-list goes: p, br, ul, ol, li, strong, em, a, h3, h4 and simple tables.
    pub fn from_html(html: &str) -> Self {
        Self(html::parse(&presentable(html)).to_html())
    }

    /// The plain notation of the editor's text fields; see `notation`.
    pub fn from_notation(text: &str) -> Self {
        Self(notation::parse(&presentable(text)).to_html())
    }

    /// One below the other.
    pub fn joined<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        Self(parts.map(Self::as_str).collect())
    }

    pub fn to_notation(&self) -> String {
        notation::write(&self.document())
    }

    /// The words alone, a line for each paragraph, item and table row: for the search index and for snippets.
    pub fn to_plain(&self) -> String {
        self.document().to_plain()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn document(&self) -> Document {
        html::parse_canonical(&self.0)
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Templates show it as it is.
impl askama::filters::HtmlSafe for Html {}

/// Unix line ends; no control characters, no marks that turn the direction of reading, and none
/// that cannot be seen but part words in the index.
pub fn presentable(text: &str) -> String {
    let unseen = |c: char| {
        matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || (c.is_control() && !matches!(c, '\n' | '\t'))
    };
    let lines = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    lines.chars().filter(|c| !unseen(*c)).collect()
}

/// An address that may stand in a link; spaces and brackets are written so that they cannot end it.
pub fn allowed_url(url: &str) -> Option<String> {
    let url = url.trim();
    let (scheme, rest) = url.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    let fits = match scheme.as_str() {
        "http" | "https" => {
            rest.strip_prefix("//").is_some_and(|host| host.starts_with(|c: char| c.is_alphanumeric() || c == '['))
        }
        "mailto" => rest.contains('@'),
        "tel" => rest.chars().any(|c| c.is_ascii_digit()),
        _ => false,
    };
    let encode = |c: char| match c {
        '(' => "%28".to_owned(),
        ')' => "%29".to_owned(),
        '\\' => "%5C".to_owned(),
        c if c.is_whitespace() => "%20".to_owned(),
        c => c.to_string(),
    };
    fits.then(|| format!("{scheme}:{}", rest.chars().map(encode).collect::<String>()))
}

#[cfg(test)]
mod tests;
