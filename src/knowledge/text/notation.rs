//! The plain notation of the editor's text fields, read and written without loss:
//!
//! ```text
//! A blank line parts paragraphs; a single line end is kept.
//! - an item          1) a numbered item (1, 2, 3 ...), items within items two spaces further right
//! **bold**           __emphasised__        [label](https://address)
//! ### heading        #### smaller heading
//! | cell | cell |    a table; the row above | --- | --- | is its header; <br> ends a line within a cell
//! \                  takes the meaning from the next character
//! ```

mod inline;
mod write;

use super::document::{Block, DEEPEST_LIST, Document, Item, Level, Line, List, Table};
pub use write::write;

/// How much of the notation counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rules {
    All,
    /// Imported plain text: only paragraphs and items; anything else stands for itself.
    Plain,
}

pub fn parse(text: &str) -> Document {
    parse_by(text, Rules::All)
}

pub fn parse_plain(text: &str) -> Document {
    parse_by(text, Rules::Plain)
}

fn parse_by(text: &str, rules: Rules) -> Document {
    let lines: Vec<&str> = text.lines().collect();
    let mut document = Document::default();
    let mut rest = &lines[..];
    while !rest.is_empty() {
        rest = take_block(rest, rules, &mut document);
    }
    document
}

/// Takes one block from the front and returns what is left.
fn take_block<'a>(lines: &'a [&'a str], rules: Rules, document: &mut Document) -> &'a [&'a str] {
    let first = lines[0].trim();
    if first.is_empty() {
        return &lines[1..];
    }
    if marker(lines[0], rules).is_some_and(|marker| marker.starts_a_list()) {
        return take_list(lines, rules, document);
    }
    if rules == Rules::All && first.starts_with('|') {
        return take_table(lines, document);
    }
    if let Some((level, text)) = heading(first, rules) {
        document.push(Block::Heading(level, inline::parse(text)));
        return &lines[1..];
    }
    let length = 1 + lines[1..].iter().take_while(|line| !interrupts(line, rules)).count();
    let text: Vec<_> = lines[..length].iter().map(|line| line.trim()).collect();
    document.push(Block::Paragraph(read_line(&text.join("\n"), rules)));
    &lines[length..]
}

fn read_line(text: &str, rules: Rules) -> Line {
    match rules {
        Rules::All => inline::parse(text),
        Rules::Plain => inline::literal(text),
    }
}

/// Lines that end a paragraph.
fn interrupts(line: &str, rules: Rules) -> bool {
    let text = line.trim();
    text.is_empty()
        || marker(line, rules).is_some_and(|marker| marker.starts_a_list())
        || heading(text, rules).is_some()
        || (rules == Rules::All && text.starts_with('|'))
}

fn heading(text: &str, rules: Rules) -> Option<(Level, &str)> {
    let levels = [("### ", Level::Higher), ("#### ", Level::Lower)];
    let mut levels = levels.iter().filter(|_| rules == Rules::All);
    levels.find_map(|(mark, level)| text.strip_prefix(mark).map(|text| (*level, text)))
}

/// The beginning of an item.
#[derive(Debug)]
struct Marker<'a> {
    indent: usize,
    number: Option<usize>,
    text: &'a str,
}

impl Marker<'_> {
    fn starts_a_list(&self) -> bool {
        self.number.is_none_or(|number| number == 1)
    }
}

fn marker(line: &str, rules: Rules) -> Option<Marker<'_>> {
    let line = line.trim_end();
    let text = line.trim_start();
    let indent = line[..line.len() - text.len()].chars().map(|c| if c == '\t' { 2 } else { 1 }).sum();
    if let Some(text) = text.strip_prefix("- ").or_else(|| text.strip_prefix("• ")) {
        return Some(Marker { indent, number: None, text });
    }
    let (digits, text) = text.split_once(") ").filter(|_| rules == Rules::All)?;
    let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| is_number)?;
    Some(Marker { indent, number: Some(number), text })
}

/// An open list while its items are read.
struct OpenList {
    indent: usize,
    /// With the item that is being read.
    count: usize,
    list: List,
}

fn take_list<'a>(mut lines: &'a [&'a str], rules: Rules, document: &mut Document) -> &'a [&'a str] {
    let mut open: Vec<OpenList> = Vec::new();
    let mut text: Vec<&str> = Vec::new();
    while let Some(line) = lines.first() {
        if line.trim().is_empty() {
            // A blank line parts items only from something else.
            let next = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(lines.len());
            let continues = lines.get(next).and_then(|line| marker(line, rules)).is_some_and(|m| fits(&open, &m));
            if !continues {
                break;
            }
            lines = &lines[next..];
            continue;
        }
        match marker(line, rules).filter(|marker| fits(&open, marker)) {
            Some(marker) => {
                end_item(&mut open, &mut text, rules);
                begin_item(&mut open, &marker, document);
                text.push(marker.text);
            }
            None if line.starts_with([' ', '\t']) => text.push(line.trim()),
            None => break,
        }
        lines = &lines[1..];
    }
    end_item(&mut open, &mut text, rules);
    close_lists(&mut open, 0, document);
    lines
}

/// A number goes on where its list stopped, or begins one.
fn fits(open: &[OpenList], marker: &Marker<'_>) -> bool {
    let Some(number) = marker.number else { return true };
    let beside = |open: &&OpenList| open.indent <= marker.indent + 1 && marker.indent < open.indent + 2;
    let list = open.iter().rev().find(beside);
    number == 1 || list.is_some_and(|open| open.list.ordered && open.count + 1 == number)
}

fn end_item(open: &mut [OpenList], text: &mut Vec<&str>, rules: Rules) {
    if let Some(open) = open.last_mut() {
        open.list.items.push(Item { text: read_line(&text.join("\n"), rules), nested: Vec::new() });
    }
    text.clear();
}

/// Closes what is further right and opens a list where the item needs one.
fn begin_item(open: &mut Vec<OpenList>, marker: &Marker<'_>, document: &mut Document) {
    let deeper = open.iter().position(|open| open.indent > marker.indent + 1).unwrap_or(open.len());
    close_lists(open, deeper, document);
    let ordered = marker.number.is_some();
    let beside = open.last().is_some_and(|last| marker.indent < last.indent + 2);
    if beside && open.last().is_some_and(|last| last.list.ordered != ordered) {
        // The other kind at the same place: the first list ends here.
        close_lists(open, open.len() - 1, document);
    }
    let continues = beside && open.last().is_some_and(|last| marker.indent < last.indent + 2);
    if !continues && open.len() < DEEPEST_LIST {
        open.push(OpenList { indent: marker.indent, count: 0, list: List { ordered, items: Vec::new() } });
    }
    if let Some(open) = open.last_mut() {
        open.count += 1;
    }
}

fn close_lists(open: &mut Vec<OpenList>, keep: usize, document: &mut Document) {
    while open.len() > keep {
        let Some(closed) = open.pop() else { return };
        match open.last_mut().and_then(|parent| parent.list.items.last_mut()) {
            Some(item) => item.nested.push(closed.list),
            None => document.push(Block::List(closed.list)),
        }
    }
}

fn take_table<'a>(lines: &'a [&'a str], document: &mut Document) -> &'a [&'a str] {
    let length = lines.iter().take_while(|line| line.trim().starts_with('|')).count();
    let mut rows: Vec<Vec<&str>> = lines[..length].iter().map(|line| cells(line.trim())).collect();
    let is_rule = |row: &Vec<&str>| {
        !row.is_empty() && row.iter().all(|cell| cell.len() >= 3 && cell.bytes().all(|byte| byte == b'-'))
    };
    let read_row = |row: Vec<&str>| row.into_iter().map(inline::parse_cell).collect::<Vec<Line>>();
    let header = rows.get(1).is_some_and(is_rule).then(|| {
        rows.remove(1);
        read_row(rows.remove(0))
    });
    document.push(Block::Table(Table { header, rows: rows.into_iter().map(read_row).collect() }));
    &lines[length..]
}

/// What stands between the bars.
fn cells(line: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let mut start = 1;
    let mut escaped = false;
    for (index, c) in line.char_indices().skip(1) {
        if c == '|' && !escaped {
            cells.push(line[start..index].trim());
            start = index + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    let last = line[start..].trim();
    if !last.is_empty() {
        cells.push(last);
    }
    cells
}
