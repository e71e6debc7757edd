//! Reading HTML. ammonia parses it as a browser would and takes out what is not allowed; what is left becomes a document.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::builder::Builder;
use super::document::{Block, Document, Piece, Style};
use super::{allowed_url, presentable};

/// Tags whose text is no text of the page.
const DROPPED: [&str; 12] = [
    "script", "style", "title", "iframe", "object", "noscript", "template", "textarea", "select", "svg", "math", "head",
];
/// Tags that mean something to the document; those of the last two lines only part the text.
const KEPT: [&str; 45] = [
    "p",
    "br",
    "ul",
    "ol",
    "li",
    "strong",
    "b",
    "em",
    "i",
    "a",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "caption",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "address",
    "blockquote",
    "pre",
    "hr",
    "dl",
    "dt",
    "dd",
    "figure",
    "figcaption",
    "fieldset",
    "details",
    "summary",
    "nav",
    "center",
];

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = ammonia::Builder::empty();
    cleaner
        .tags(HashSet::from(KEPT))
        .clean_content_tags(HashSet::from(DROPPED))
        .tag_attributes([("a", HashSet::from(["href"]))].into())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(None);
    cleaner
});

/// A browser's rules take quadratic time for elements within elements; no real text comes near this depth.
const DEEPEST_HTML: usize = 1000;

pub fn parse(html: &str) -> Document {
    if is_too_deep(html) {
        return bare_text(html);
    }
    // Characters that were written as numbers show up only now.
    parse_canonical(&presentable(&CLEANER.clean(html).to_string()))
}

/// Counts tags that were opened and not closed.
fn is_too_deep(html: &str) -> bool {
    let mut depth = 0usize;
    html.split('<').skip(1).any(|tag| {
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic()) && !tag.starts_with("br") {
            depth += 1;
        }
        depth > DEEPEST_HTML
    })
}

/// Only what stands between the tags.
fn bare_text(html: &str) -> Document {
    let mut document = Document::default();
    for part in format!("<>{html}").split('<') {
        let text = part.split_once('>').map_or("", |(_, text)| text);
        document.push(Block::Paragraph(vec![Piece::Text(unescape(text), Style::default())]));
    }
    document
}

/// Reads HTML that ammonia or `Document::to_html` wrote: well formed, every tag closed.
pub fn parse_canonical(html: &str) -> Document {
    let mut builder = Builder::default();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        builder.text(&unescape(&rest[..start]));
        let Some(end) = end_of_tag(&rest[start..]).map(|end| start + end) else { break };
        let tag = &rest[start + 1..end];
        match tag.strip_prefix('/') {
            Some(name) => builder.close(name),
            None => builder.open(tag.split([' ', '/']).next().unwrap_or_default(), href(tag)),
        }
        rest = &rest[end + 1..];
    }
    builder.text(&unescape(rest));
    builder.finish()
}

/// An address in quotes may contain the closing mark.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.find(|c| {
        quoted ^= c == '"';
        c == '>' && !quoted
    })
}

fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

fn href(tag: &str) -> Option<String> {
    let (_, rest) = tag.split_once("href=\"")?;
    allowed_url(&unescape(rest.split('"').next()?))
}
