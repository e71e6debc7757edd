//! Writing a document in the notation, with a backslash wherever a character would otherwise mean something.

use super::super::document::{Block, Document, Level, Line, List, Piece, Table};
use super::super::render::{by_link, is_strong, link_of};

pub fn write(document: &Document) -> String {
    let blocks: Vec<String> = document.blocks.iter().map(write_block).collect();
    blocks.join("\n\n")
}

fn write_block(block: &Block) -> String {
    match block {
        Block::Paragraph(line) => write_lines(line).join("\n"),
        Block::Heading(Level::Higher, line) => format!("### {}", write_lines(line).join(" ")),
        Block::Heading(Level::Lower, line) => format!("#### {}", write_lines(line).join(" ")),
        Block::List(list) => {
            let mut lines = Vec::new();
            push_items(&mut lines, list, 0);
            lines.join("\n")
        }
        Block::Table(table) => write_table(table),
    }
}

fn push_items(lines: &mut Vec<String>, list: &List, indent: usize) {
    for (index, item) in list.items.iter().enumerate() {
        let mark = if list.ordered { format!("{}) ", index + 1) } else { "- ".to_owned() };
        for (number, line) in write_lines(&item.text).into_iter().enumerate() {
            let mark = if number == 0 { &mark[..] } else { "  " };
            lines.push(format!("{:indent$}{mark}{line}", ""));
        }
        for nested in &item.nested {
            push_items(lines, nested, indent + 2);
        }
    }
}

fn write_table(table: &Table) -> String {
    let mut lines: Vec<String> = Vec::new();
    if let Some(header) = &table.header {
        lines.push(write_row(header));
        lines.push(format!("|{}", " --- |".repeat(header.len())));
    }
    lines.extend(table.rows.iter().map(|row| write_row(row)));
    lines.join("\n")
}

fn write_row(row: &[Line]) -> String {
    let cells = row.iter().map(|cell| {
        let text = write_pieces(cell, Place::Cell);
        let is_rule = !text.is_empty() && text.bytes().all(|byte| byte == b'-');
        format!(" {}{text} |", if is_rule { "\\" } else { "" })
    });
    format!("|{}", cells.collect::<String>())
}

/// The lines of a paragraph or item; none begins like an item, a heading or a table.
fn write_lines(line: &Line) -> Vec<String> {
    write_pieces(line, Place::Line).split('\n').map(protect_start).collect()
}

fn protect_start(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=3).contains(&digits) && line[digits..].starts_with(") ") {
        return format!("{}\\{}", &line[..digits], &line[digits..]);
    }
    let is_mark = ["- ", "• ", "### ", "#### ", "|"].iter().any(|mark| line.starts_with(mark));
    if is_mark { format!("\\{line}") } else { line.to_owned() }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Line,
    Cell,
}

fn write_pieces(line: &Line, place: Place) -> String {
    let mut text = String::new();
    for group in by_link(line) {
        match link_of(&group[0]) {
            Some(url) => text.extend(["[", &write_styled(group, place, true), "](", url, ")"]),
            None => text.push_str(&write_styled(group, place, false)),
        }
    }
    text
}

/// Bold stands around emphasis.
fn write_styled(pieces: &[Piece], place: Place, in_link: bool) -> String {
    let mut text = String::new();
    for group in pieces.chunk_by(|left, right| is_strong(left) && is_strong(right)) {
        let mark = if is_strong(&group[0]) { "**" } else { "" };
        text.push_str(mark);
        for piece in group {
            text.push_str(&write_piece(piece, place, in_link));
        }
        text.push_str(mark);
    }
    text
}

fn write_piece(piece: &Piece, place: Place, in_link: bool) -> String {
    match piece {
        Piece::Break if place == Place::Cell => "<br>".to_owned(),
        Piece::Break => "\n".to_owned(),
        Piece::Text(text, style) => {
            let mark = if style.em { "__" } else { "" };
            format!("{mark}{}{mark}", escape(text, place, in_link))
        }
    }
}

fn escape(text: &str, place: Place, in_link: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length =
            if matches!(c, '*' | '_') { rest.find(|other| other != c).unwrap_or(rest.len()) } else { c.len_utf8() };
        let after = &rest[length..];
        let means_something = match c {
            '\\' => true,
            // Two are a mark; at the ends they could join one.
            '*' | '_' => length == 2 || escaped.is_empty() || after.is_empty(),
            ']' => in_link || after.starts_with('('),
            '[' => in_link,
            '|' => place == Place::Cell,
            '<' => place == Place::Cell && after.starts_with("br>"),
            _ => false,
        };
        if means_something {
            rest[..length].chars().for_each(|c| escaped.extend(['\\', c]));
        } else {
            escaped.push_str(&rest[..length]);
        }
        rest = after;
    }
    escaped
}
