//! Phone numbers: every German way of writing one, one way to store it, one way to show it (DIN 5008). No database.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Number {
    /// "+492812070".
    E164(String),
    /// 110, 112, 115, 116 116, 11880: the same everywhere.
    Short(String),
    /// An extension of the own telephone system, at most five digits.
    Internal(String),
    /// The caller does not show a number.
    Anonymous,
    /// Something else, as it was written.
    Unreadable(String),
}

/// What telephone systems and networks send instead of a number.
const WITHHELD: [&str; 13] = [
    "",
    "anonymous",
    "anonym",
    "unknown",
    "unbekannt",
    "unterdrückt",
    "restricted",
    "private",
    "privat",
    "withheld",
    "unavailable",
    "none",
    "null",
];

const LONGEST_EXTENSION: usize = 5;
/// Shorter ones without a leading zero or plus are somebody's local number, and which town's nobody knows.
const SHORTEST_WITHOUT_PREFIX: usize = 9;

impl Number {
    pub fn parse(text: &str) -> Self {
        let written = text.trim();
        let bare = strip_scheme(written);
        let word = bare.trim_matches(['<', '>', '"', ' ', '-']).to_lowercase();
        if WITHHELD.contains(&word.as_str()) {
            return Self::Anonymous;
        }
        Digits::of(bare).and_then(Digits::read).unwrap_or_else(|| Self::Unreadable(written.to_owned()))
    }

    /// As a telephone system writes it. Numbers that no plan knows are numbers all the same: they were dialled.
    pub fn of_exchange(text: &str) -> Self {
        let read = Self::parse(text);
        let Self::Unreadable(written) = &read else { return read };
        Digits::of(strip_scheme(written)).and_then(Digits::read_as_dialled).unwrap_or(read)
    }

    /// E.164 or a short number where it is one, else as it was written.
    pub fn as_stored(&self) -> String {
        match self {
            Self::E164(number) | Self::Short(number) | Self::Internal(number) => number.clone(),
            Self::Unreadable(text) => text.clone(),
            Self::Anonymous => "anonymous".to_owned(),
        }
    }

    /// As it is stored for a line: only what somebody outside can dial.
    pub fn dialable(&self) -> Option<&str> {
        match self {
            Self::E164(number) | Self::Short(number) => Some(number),
            Self::Internal(_) | Self::Anonymous | Self::Unreadable(_) => None,
        }
    }

    /// DIN 5008: "0281 207-0", abroad "+31 20 1234567". The hyphen stands after the longest of the given blocks (the
    /// E.164 number of a whole switchboard, without extension) that the number starts with.
    pub fn display(&self, blocks: &[String]) -> String {
        match self {
            Self::E164(number) => {
                let written = national(number).unwrap_or_else(|| number.clone());
                let block = blocks.iter().filter(|block| number.starts_with(block.as_str())).max_by_key(|b| b.len());
                block.map_or(written.clone(), |block| hyphenated(&written, number.len() - block.len()))
            }
            Self::Short(number) => spaced_short_code(number),
            Self::Internal(number) => number.clone(),
            Self::Anonymous => "unbekannt".to_owned(),
            Self::Unreadable(text) => text.clone(),
        }
    }

    /// For everybody but the agent who talks to the caller: the last three digits are hidden.
    pub fn masked(&self) -> String {
        match self {
            Self::E164(number) => hide_last_digits(&national(number).unwrap_or_else(|| number.clone())),
            Self::Unreadable(text) => hide_last_digits(text),
            other => other.display(&[]),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display(&[]))
    }
}

/// The switchboard's block in a number written with its hyphen: "069 90009-100" says "+496990009".
pub fn block_of(written: &str) -> Option<String> {
    let Number::E164(whole) = Number::parse(written) else { return None };
    let extension = written.rsplit_once(['-', '‐', '–'])?.1.chars().filter(char::is_ascii_digit).count();
    (1..=LONGEST_EXTENSION).contains(&extension).then(|| whole[..whole.len() - extension].to_owned())
}

/// A switchboard's block as people write it, without extension: "0221 4710" says "+492214710". Whether it can be dialled
/// as it stands is not asked.
pub fn parse_block(written: &str) -> Option<String> {
    let Digits { plus, digits } = Digits::of(written)?;
    let abroad = if plus { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    let block = match abroad {
        Some(rest) => format!("+{}", rest.replacen("490", "49", usize::from(rest.starts_with("490")))),
        None => format!("+49{}", digits.strip_prefix('0')?),
    };
    (6..=14).contains(&block.len()).then_some(block)
}

/// "0221 4710".
pub fn display_block(block: &str) -> String {
    national(block).unwrap_or_else(|| block.to_owned())
}

/// "sip:+492812070@pbx.example;user=phone" is a number in an envelope.
fn strip_scheme(text: &str) -> &str {
    let inner = text.split_once('<').map_or(text, |(_, rest)| rest.split('>').next().unwrap_or(rest));
    let Some(number) = ["sip:", "sips:", "tel:"].iter().find_map(|scheme| inner.strip_prefix(scheme)) else {
        return text;
    };
    number.split(['@', ';']).next().unwrap_or(number)
}

/// A number reduced to what counts: a leading plus and digits.
struct Digits {
    plus: bool,
    digits: String,
}

impl Digits {
    /// None: there is something in it that no number contains.
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let (plus, rest) = text.strip_prefix('+').map_or((false, text), |rest| (true, rest));
        // "+49 (0)281": the zero is only dialled inside the country.
        let rest = if plus || rest.starts_with("00") { rest.replacen("(0)", "", 1) } else { rest.to_owned() };
        let allowed = |c: char| {
            c.is_ascii_digit()
                || c.is_whitespace()
                || matches!(c, '(' | ')' | '[' | ']' | '/' | '.' | '-' | '‐' | '‑' | '–' | '\u{ad}')
        };
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        (rest.chars().all(allowed) && !digits.is_empty() && digits.len() <= 20).then_some(Self { plus, digits })
    }

    fn read(self) -> Option<Number> {
        if self.plus {
            return international(&self.digits);
        }
        if is_short_code(&self.digits) {
            return Some(Number::Short(self.digits));
        }
        if let Some(abroad) = self.digits.strip_prefix("00") {
            // A telephone system may put its own zero for an outside line before a number of this country.
            return international(abroad).or_else(|| valid(&format!("49{abroad}")));
        }
        if let Some(national) = self.digits.strip_prefix('0') {
            return valid(&format!("49{national}"));
        }
        match self.digits.len() {
            ..=LONGEST_EXTENSION => Some(Number::Internal(self.digits)),
            SHORTEST_WITHOUT_PREFIX.. => valid(&self.digits),
            _ => None,
        }
    }
}

impl Digits {
    /// By its form alone: a plus or zeros say where it begins, a bare 49 is the country where enough follows.
    fn read_as_dialled(self) -> Option<Number> {
        let digits = self.digits;
        let whole = match (self.plus, digits.strip_prefix("00"), digits.strip_prefix('0')) {
            (true, ..) => digits,
            (_, Some(abroad), _) => abroad.to_owned(),
            (_, _, Some(national)) => format!("49{national}"),
            _ if digits.starts_with("49") && digits.len() >= SHORTEST_WITHOUT_PREFIX => digits,
            _ => return None,
        };
        (4..=15).contains(&whole.len()).then(|| Number::E164(format!("+{whole}")))
    }
}

fn international(digits: &str) -> Option<Number> {
    let short = digits.strip_prefix("49").filter(|rest| is_short_code(rest));
    short.map(|code| Number::Short(code.to_owned())).or_else(|| valid(digits))
}

fn valid(digits: &str) -> Option<Number> {
    // "+49 0281": many write the zero all the same.
    let number = digits.strip_prefix("490").map_or_else(|| format!("+{digits}"), |rest| format!("+49{rest}"));
    let parsed = phonenumber::parse(None, &number).ok()?;
    (phonenumber::is_valid(&parsed) && number.len() <= 16).then_some(Number::E164(number))
}

fn is_short_code(digits: &str) -> bool {
    matches!(digits, "110" | "112" | "115")
        || (digits.starts_with("116") && digits.len() == 6)
        || (digits.starts_with("118") && (5..=6).contains(&digits.len()))
}

/// 116116 is read as 116 116.
fn spaced_short_code(digits: &str) -> String {
    match digits.strip_prefix("116") {
        Some(rest) if !rest.is_empty() => format!("116 {rest}"),
        _ => digits.to_owned(),
    }
}

/// As it is dialled in Germany; foreign numbers with their country code.
fn national(number: &str) -> Option<String> {
    let parsed = phonenumber::parse(None, number).ok()?;
    let german = number.starts_with("+49");
    let mode = if german { phonenumber::Mode::National } else { phonenumber::Mode::International };
    Some(parsed.format().mode(mode).to_string().replace(['-', '/'], " "))
}

/// Puts a hyphen before the last `extension` digits, where digits stand before it.
fn hyphenated(written: &str, extension: usize) -> String {
    let compact_end = written.rfind(' ').map_or(0, |space| space + 1);
    let (area, subscriber) = written.split_at(compact_end);
    match subscriber.len().checked_sub(extension) {
        Some(block) if block > 0 && extension > 0 => format!("{area}{}-{}", &subscriber[..block], &subscriber[block..]),
        _ => written.to_owned(),
    }
}

fn hide_last_digits(text: &str) -> String {
    let mut left = 3;
    let hidden: Vec<char> = text
        .chars()
        .rev()
        .map(|c| {
            let hide = c.is_ascii_digit() && left > 0;
            left -= i32::from(hide);
            if hide { '•' } else { c }
        })
        .collect();
    hidden.into_iter().rev().collect()
}
