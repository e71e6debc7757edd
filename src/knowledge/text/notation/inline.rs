//! Within a line: bold, emphasis, links, line ends.

use super::super::allowed_url;
use super::super::document::{Line, Piece, Style};

/// Every character stands for itself, except the line end.
pub fn literal(text: &str) -> Line {
    let lines = text.split('\n').map(|line| Piece::Text(line.to_owned(), Style::default()));
    let mut pieces = Line::new();
    for line in lines {
        if !pieces.is_empty() {
            pieces.push(Piece::Break);
        }
        pieces.push(line);
    }
    pieces
}

pub fn parse(text: &str) -> Line {
    assemble(tokens(text))
}

/// A table's cell stands on one line and has its own sign for the end of a line.
pub fn parse_cell(text: &str) -> Line {
    let mut tokens = tokens(text);
    for token in &mut tokens {
        if token.kind == Kind::CellBreak {
            token.kind = Kind::Break;
        }
    }
    assemble(tokens)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Break,
    /// `<br>`, which counts in cells only.
    CellBreak,
    /// `**`, opening or closing.
    Strong,
    /// `__`, opening or closing.
    Em,
    /// `[`
    Open,
    /// `](address)`
    Close,
}

#[derive(Debug)]
struct Token {
    kind: Kind,
    /// As it was written: a mark without a partner stands for itself.
    text: String,
    url: Option<String>,
    /// The mark's partner.
    partner: Option<usize>,
}

impl Token {
    fn new(kind: Kind, text: &str) -> Self {
        Self { kind, text: text.to_owned(), url: None, partner: None }
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (token, length) = next_token(rest, c);
        match tokens.last_mut() {
            Some(last) if token.kind == Kind::Text && last.kind == Kind::Text => last.text.push_str(&token.text),
            _ => tokens.push(token),
        }
        rest = &rest[length..];
    }
    tokens
}

/// The token at the front and how much of the text it takes.
fn next_token(rest: &str, c: char) -> (Token, usize) {
    match c {
        '\\' => {
            let next = rest[1..].chars().next().filter(|next| next.is_ascii_punctuation() || *next == '•');
            next.map_or((Token::new(Kind::Text, "\\"), 1), |next| {
                (Token::new(Kind::Text, next.encode_utf8(&mut [0; 4])), 1 + next.len_utf8())
            })
        }
        '*' | '_' => {
            let run = &rest[..rest.find(|other| other != c).unwrap_or(rest.len())];
            let kind = match (run.len(), c) {
                (2, '*') => Kind::Strong,
                (2, _) => Kind::Em,
                _ => Kind::Text,
            };
            (Token::new(kind, run), run.len())
        }
        '\n' => (Token::new(Kind::Break, "\n"), 1),
        '[' => (Token::new(Kind::Open, "["), 1),
        ']' => link_end(rest).unwrap_or((Token::new(Kind::Text, "]"), 1)),
        '<' if rest.starts_with("<br>") => (Token::new(Kind::CellBreak, "<br>"), 4),
        _ => {
            let length = rest.find(['\\', '*', '_', '\n', '[', ']', '<']).filter(|length| *length > 0);
            let length = length.unwrap_or(if c == '<' { 1 } else { rest.len() });
            (Token::new(Kind::Text, &rest[..length]), length)
        }
    }
}

fn link_end(rest: &str) -> Option<(Token, usize)> {
    let target = rest.strip_prefix("](")?;
    let end = target.find([')', '\n'])?;
    let url = allowed_url(&target[..end]).filter(|_| target[end..].starts_with(')'))?;
    let length = 2 + end + 1;
    Some((Token { url: Some(url), ..Token::new(Kind::Close, &rest[..length]) }, length))
}

/// Finds each mark's partner, the nearest one; marks that others enclose without partner stay text.
fn pair(tokens: &mut [Token]) {
    let mut open: Vec<usize> = Vec::new();
    for index in 0..tokens.len() {
        let kind = tokens[index].kind;
        let wanted = match kind {
            Kind::Strong | Kind::Em => kind,
            Kind::Close => Kind::Open,
            Kind::Open => {
                open.push(index);
                continue;
            }
            Kind::Text | Kind::Break | Kind::CellBreak => continue,
        };
        if let Some(position) = open.iter().rposition(|start| tokens[*start].kind == wanted) {
            let start = open[position];
            open.truncate(position);
            tokens[start].partner = Some(index);
            tokens[index].partner = Some(start);
        } else if kind != Kind::Close {
            open.push(index);
        }
    }
}

fn assemble(mut tokens: Vec<Token>) -> Line {
    pair(&mut tokens);
    let mut line = Line::new();
    let mut style = Style::default();
    let mut links: Vec<Option<String>> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let Some(partner) = token.partner else {
            line.push(match token.kind {
                Kind::Break => Piece::Break,
                _ => Piece::Text(token.text.clone(), style.clone()),
            });
            continue;
        };
        match token.kind {
            Kind::Strong => style.strong = partner > index,
            Kind::Em => style.em = partner > index,
            Kind::Open => {
                links.push(style.link.take());
                style.link.clone_from(&tokens[partner].url);
            }
            _ => style.link = links.pop().flatten(),
        }
    }
    line
}
