//! Writing a document as HTML and as bare words.

use std::fmt::Write as _;

use super::document::{Block, Document, Level, Line, List, Piece, Style, Table};

impl Document {
    pub fn to_html(&self) -> String {
        let mut html = String::new();
        for block in &self.blocks {
            match block {
                Block::Paragraph(line) => wrap(&mut html, "p", |html| write_line(html, line)),
                Block::Heading(Level::Higher, line) => wrap(&mut html, "h3", |html| write_line(html, line)),
                Block::Heading(Level::Lower, line) => wrap(&mut html, "h4", |html| write_line(html, line)),
                Block::List(list) => write_list(&mut html, list),
                Block::Table(table) => write_table(&mut html, table),
            }
        }
        html
    }

    pub fn to_plain(&self) -> String {
        let mut lines = Vec::new();
        for block in &self.blocks {
            match block {
                Block::Paragraph(line) | Block::Heading(_, line) => lines.push(plain_line(line)),
                Block::List(list) => push_plain_items(&mut lines, list),
                Block::Table(table) => {
                    for row in table.header.iter().chain(&table.rows) {
                        lines.push(row.iter().map(plain_line).collect::<Vec<_>>().join(" "));
                    }
                }
            }
        }
        lines.join("\n")
    }
}

fn wrap(html: &mut String, tag: &str, inner: impl FnOnce(&mut String)) {
    let _ = write!(html, "<{tag}>");
    inner(html);
    let _ = write!(html, "</{tag}>");
}

fn write_list(html: &mut String, list: &List) {
    wrap(html, if list.ordered { "ol" } else { "ul" }, |html| {
        for item in &list.items {
            wrap(html, "li", |html| {
                write_line(html, &item.text);
                item.nested.iter().for_each(|nested| write_list(html, nested));
            });
        }
    });
}

fn write_table(html: &mut String, table: &Table) {
    wrap(html, "table", |html| {
        if let Some(header) = &table.header {
            html.push_str("<thead><tr>");
            for cell in header {
                html.push_str("<th scope=\"col\">");
                write_line(html, cell);
                html.push_str("</th>");
            }
            html.push_str("</tr></thead>");
        }
        wrap(html, "tbody", |html| {
            for row in &table.rows {
                wrap(html, "tr", |html| row.iter().for_each(|cell| wrap(html, "td", |html| write_line(html, cell))));
            }
        });
    });
}

fn write_line(html: &mut String, line: &Line) {
    for group in by_link(line) {
        let address = link_of(&group[0]);
        if let Some(url) = address {
            let _ = write!(html, "<a href=\"{}\"{}>", escape(url), opens_where(url));
        }
        group.chunk_by(|left, right| is_strong(left) && is_strong(right)).for_each(|pieces| write_pieces(html, pieces));
        if address.is_some() {
            html.push_str("</a>");
        }
    }
}

/// A page beside the work must not take its place.
fn opens_where(url: &str) -> &'static str {
    if url.starts_with("http") { " target=\"_blank\" rel=\"noopener noreferrer\"" } else { "" }
}

/// Bold stands around emphasis.
fn write_pieces(html: &mut String, pieces: &[Piece]) {
    let strong = is_strong(&pieces[0]);
    html.push_str(if strong { "<strong>" } else { "" });
    for piece in pieces {
        match piece {
            Piece::Text(text, Style { em: true, .. }) => wrap(html, "em", |html| html.push_str(&escape(text))),
            Piece::Text(text, _) => html.push_str(&escape(text)),
            Piece::Break => html.push_str("<br>"),
        }
    }
    html.push_str(if strong { "</strong>" } else { "" });
}

pub fn is_strong(piece: &Piece) -> bool {
    matches!(piece, Piece::Text(_, style) if style.strong)
}

/// Neighbours that belong to the same link.
pub fn by_link(line: &Line) -> impl Iterator<Item = &[Piece]> {
    line.chunk_by(|left, right| link_of(left) == link_of(right))
}

pub fn link_of(piece: &Piece) -> Option<&str> {
    match piece {
        Piece::Text(_, Style { link, .. }) => link.as_deref(),
        Piece::Break => None,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn plain_line(line: &Line) -> String {
    let pieces = line.iter().map(|piece| match piece {
        Piece::Text(text, _) => text.as_str(),
        Piece::Break => "\n",
    });
    pieces.collect()
}

fn push_plain_items(lines: &mut Vec<String>, list: &List) {
    for item in &list.items {
        lines.push(plain_line(&item.text));
        item.nested.iter().for_each(|nested| push_plain_items(lines, nested));
    }
}
