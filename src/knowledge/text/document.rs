//! The document: what a text may consist of, in one tidy form, so that equal texts are written equally.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Lists within lists beyond this depth continue on the deepest one.
pub const DEEPEST_LIST: usize = 5;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Paragraph(Line),
    Heading(Level, Line),
    List(List),
    Table(Table),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Higher,
    Lower,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    pub ordered: bool,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    pub text: Line,
    pub nested: Vec<List>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub header: Option<Vec<Line>>,
    pub rows: Vec<Vec<Line>>,
}

/// Text with its styles, in reading order.
pub type Line = Vec<Piece>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String, Style),
    Break,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Style {
    pub link: Option<String>,
    pub strong: bool,
    pub em: bool,
}

impl Document {
    /// Adds a block in its tidy form; what has no text is left out.
    pub fn push(&mut self, block: Block) {
        match block {
            Block::Paragraph(line) => {
                self.blocks.extend(tidy(line).into_iter().map(Block::Paragraph));
            }
            Block::Heading(level, line) => {
                // A smaller heading needs a larger one above it.
                let has_higher = self.blocks.iter().any(|block| matches!(block, Block::Heading(Level::Higher, _)));
                let level = if has_higher { level } else { Level::Higher };
                let one_line = line.into_iter().map(|piece| match piece {
                    Piece::Break => Piece::Text(" ".to_owned(), Style::default()),
                    text @ Piece::Text(..) => text,
                });
                self.blocks.extend(tidy(one_line.collect()).into_iter().map(|line| Block::Heading(level, line)));
            }
            Block::List(list) => self.push_list(tidy_list(list)),
            Block::Table(table) => self.blocks.extend(tidy_table(table).map(Block::Table)),
        }
    }

    fn push_list(&mut self, list: List) {
        match self.blocks.last_mut() {
            _ if list.items.is_empty() => {}
            // Two lists in a row cannot be told from one.
            Some(Block::List(previous)) if previous.ordered == list.ordered => previous.items.extend(list.items),
            _ => self.blocks.push(Block::List(list)),
        }
    }
}

fn tidy_list(list: List) -> List {
    let mut tidied = List { ordered: list.ordered, items: Vec::new() };
    for item in list.items {
        let text = tidy_to_one(item.text);
        let mut nested: Vec<List> = Vec::new();
        for list in item.nested.into_iter().map(tidy_list).filter(|list| !list.items.is_empty()) {
            match nested.last_mut() {
                Some(previous) if previous.ordered == list.ordered => previous.items.extend(list.items),
                _ => nested.push(list),
            }
        }
        if text.is_empty() {
            // Items of an item without text move up to it.
            tidied.items.extend(nested.into_iter().flat_map(|list| list.items));
        } else {
            tidied.items.push(Item { text, nested });
        }
    }
    tidied
}

fn tidy_table(table: Table) -> Option<Table> {
    let columns = table.header.iter().chain(&table.rows).map(Vec::len).max().unwrap_or(0);
    let tidy_row = |row: Vec<Line>| {
        let mut row: Vec<Line> = row.into_iter().map(tidy_to_one).collect();
        row.resize(columns, Vec::new());
        row
    };
    let has_text = |row: &Vec<Line>| row.iter().any(|cell| !cell.is_empty());
    let header = table.header.map(tidy_row).filter(has_text);
    let rows: Vec<_> = table.rows.into_iter().map(tidy_row).filter(has_text).collect();
    (header.is_some() || !rows.is_empty()).then_some(Table { header, rows })
}

/// Where there is room for one line only, an empty line is a break.
fn tidy_to_one(line: Line) -> Line {
    tidy(line).join(&Piece::Break)
}

/// One space between words, none at the ends of lines, equal styles joined. Two breaks in a row part the text in two.
fn tidy(line: Line) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![Vec::new()];
    let mut space = false;
    let mut breaks = 0;
    for piece in line {
        let Piece::Text(text, style) = piece else {
            breaks += 1;
            space = false;
            continue;
        };
        for c in text.chars() {
            let at_start = breaks > 0 || lines.last().is_some_and(Vec::is_empty);
            if c.is_ascii_whitespace() || (at_start && c.is_whitespace()) {
                space = true;
                continue;
            }
            if breaks > 0 {
                begin_line(&mut lines, breaks);
                breaks = 0;
            } else if space && !at_start {
                push_space(&mut lines, &style);
            }
            space = false;
            push_char(&mut lines, c, &style);
        }
    }
    begin_line(&mut lines, 0);
    lines.retain(|line| !line.is_empty());
    lines.iter_mut().flatten().for_each(compose);
    lines
}

/// Letter and accent as one character, wherever they came together.
fn compose(piece: &mut Piece) {
    if let Piece::Text(text, _) = piece {
        *text = text.nfc().collect();
    }
}

fn begin_line(lines: &mut Vec<Line>, breaks: usize) {
    let Some(line) = lines.last_mut() else { return };
    trim_end(line);
    match breaks {
        _ if line.is_empty() => {}
        0 => {}
        1 => line.push(Piece::Break),
        _ => lines.push(Vec::new()),
    }
}

/// No-break spaces at the end of a line.
fn trim_end(line: &mut Line) {
    while let Some(Piece::Text(text, _)) = line.last_mut() {
        text.truncate(text.trim_end().len());
        if !text.is_empty() {
            break;
        }
        line.pop();
    }
}

fn push_char(lines: &mut [Line], c: char, style: &Style) {
    let Some(line) = lines.last_mut() else { return };
    // An accent belongs to the character before it, whatever its style; without one it is dropped, because beside the mark
    // of a tag it could become another character together with it.
    let is_accent = canonical_combining_class(c) != 0;
    match line.last_mut() {
        Some(Piece::Text(text, last)) if last == style || is_accent => text.push(c),
        _ if is_accent => {}
        _ => line.push(Piece::Text(c.to_string(), style.clone())),
    }
}

/// A space has what the words on both its sides have in common.
fn push_space(lines: &mut [Line], next: &Style) {
    let Some(Piece::Text(_, last)) = lines.last().and_then(|line| line.last()) else { return };
    let style = Style {
        link: last.link.clone().filter(|link| next.link.as_ref() == Some(link)),
        strong: last.strong && next.strong,
        em: last.em && next.em,
    };
    push_char(lines, ' ', &style);
}
