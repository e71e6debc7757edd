//! From tags to a document: what opens and closes where, and what becomes of tags at places where the document has none.

use super::document::{Block, DEEPEST_LIST, Document, Item, Level, Line, List, Piece, Style, Table};

#[derive(Default)]
pub struct Builder {
    document: Document,
    /// The text since the last boundary.
    line: Line,
    links: Vec<Option<String>>,
    strong: usize,
    em: usize,
    /// None: in a list or a table, where a heading is bold text.
    headings: Vec<Option<Level>>,
    lists: Vec<List>,
    /// Lists that are too deep, or stand in a table: their items only part the text.
    flat_lists: usize,
    table: Option<OpenTable>,
    /// Tables within tables or lists: likewise.
    flat_tables: usize,
}

#[derive(Default)]
struct OpenTable {
    table: Table,
    row: Vec<Line>,
    /// All cells of the row are headers.
    is_header: bool,
    in_cell: bool,
}

impl Builder {
    pub fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let style = Style { link: self.links.last().cloned().flatten(), strong: self.strong > 0, em: self.em > 0 };
        self.line.push(Piece::Text(text.to_owned(), style));
    }

    /// `link` is the address of an `a`.
    pub fn open(&mut self, name: &str, link: Option<String>) {
        match name {
            "br" => self.line.push(Piece::Break),
            "strong" | "b" => self.strong += 1,
            "em" | "i" => self.em += 1,
            "a" => self.links.push(link),
            "h1" | "h2" | "h3" => self.open_heading(Level::Higher),
            "h4" | "h5" | "h6" => self.open_heading(Level::Lower),
            "ul" | "ol" => self.open_list(name == "ol"),
            "li" => self.begin_item(),
            "table" => self.open_table(),
            "td" | "th" => self.open_cell(name == "th"),
            _ => self.part(),
        }
    }

    pub fn close(&mut self, name: &str) {
        match name {
            "strong" | "b" => self.strong -= 1,
            "em" | "i" => self.em -= 1,
            "a" => drop(self.links.pop()),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.close_heading(),
            "ul" | "ol" => self.close_list(),
            "li" => self.end_item(),
            "table" => self.close_table(),
            "tr" => self.close_row(),
            "td" | "th" => self.close_cell(),
            _ => self.part(),
        }
    }

    fn is_in_cell(&self) -> bool {
        self.table.as_ref().is_some_and(|open| open.in_cell)
    }

    /// The end of a paragraph; within an item or a cell, of a line.
    fn part(&mut self) {
        if self.lists.is_empty() && !self.is_in_cell() {
            let line = std::mem::take(&mut self.line);
            self.document.push(match self.headings.last().copied().flatten() {
                Some(level) => Block::Heading(level, line),
                None => Block::Paragraph(line),
            });
        } else {
            self.line.push(Piece::Break);
        }
    }

    fn open_heading(&mut self, level: Level) {
        self.part();
        let is_block = self.lists.is_empty() && !self.is_in_cell();
        self.headings.push(is_block.then_some(level));
        self.strong += usize::from(!is_block);
    }

    fn close_heading(&mut self) {
        self.part();
        if self.headings.pop() == Some(None) {
            self.strong -= 1;
        }
    }

    fn open_list(&mut self, ordered: bool) {
        if self.is_in_cell() || self.lists.len() == DEEPEST_LIST {
            self.flat_lists += 1;
            return self.part();
        }
        if self.lists.is_empty() {
            self.part();
        } else {
            self.end_item();
        }
        self.lists.push(List { ordered, items: Vec::new() });
    }

    fn close_list(&mut self) {
        if self.flat_lists > 0 {
            self.flat_lists -= 1;
            return self.part();
        }
        self.end_item();
        let Some(list) = self.lists.pop() else { return };
        match self.lists.last_mut() {
            Some(parent) => {
                if parent.items.is_empty() {
                    parent.items.push(Item::default());
                }
                if let Some(item) = parent.items.last_mut() {
                    item.nested.push(list);
                }
            }
            None => self.document.push(Block::List(list)),
        }
    }

    fn begin_item(&mut self) {
        if self.lists.is_empty() || self.is_in_cell() { self.part() } else { self.end_item() }
    }

    /// What was written since the item began, or since a list within it ended, is an item.
    fn end_item(&mut self) {
        if self.is_in_cell() {
            return self.part();
        }
        let text = std::mem::take(&mut self.line);
        match self.lists.last_mut() {
            Some(list) => list.items.push(Item { text, nested: Vec::new() }),
            None => self.document.push(Block::Paragraph(text)),
        }
    }

    fn open_table(&mut self) {
        self.part();
        if self.table.is_some() || !self.lists.is_empty() {
            self.flat_tables += 1;
        } else {
            self.table = Some(OpenTable::default());
        }
    }

    fn open_cell(&mut self, header: bool) {
        match &mut self.table {
            Some(open) if self.flat_tables == 0 => {
                open.is_header = header && (open.is_header || open.row.is_empty());
                open.in_cell = true;
                self.line.clear();
            }
            _ => self.text(" "),
        }
    }

    fn close_cell(&mut self) {
        match &mut self.table {
            Some(open) if self.flat_tables == 0 => {
                open.in_cell = false;
                open.row.push(std::mem::take(&mut self.line));
            }
            _ => self.text(" "),
        }
    }

    fn close_row(&mut self) {
        match &mut self.table {
            Some(open) if self.flat_tables == 0 => {
                let row = std::mem::take(&mut open.row);
                let is_first = open.table.header.is_none() && open.table.rows.is_empty();
                if open.is_header && is_first && !row.is_empty() {
                    open.table.header = Some(row);
                } else {
                    open.table.rows.push(row);
                }
            }
            _ => self.part(),
        }
    }

    fn close_table(&mut self) {
        if self.flat_tables > 0 {
            self.flat_tables -= 1;
            return self.part();
        }
        self.part();
        if let Some(open) = self.table.take() {
            self.document.push(Block::Table(open.table));
        }
    }

    pub fn finish(mut self) -> Document {
        self.part();
        self.document
    }
}
