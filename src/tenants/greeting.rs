//! What the agent reads out first: chosen by line, service hours and time of day. Pure rules, no database.

use chrono::{NaiveTime, Timelike};

use crate::ids::LineId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    Open,
    Closed,
}

impl Situation {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Closed].into_iter().find(|situation| situation.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "in der Servicezeit",
            Self::Closed => "außerhalb der Servicezeit",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    pub id: i64,
    /// None: for every line of the tenant.
    pub line: Option<LineId>,
    pub situation: Situation,
    /// From, to; over midnight when it ends before it starts.
    pub window: Option<(NaiveTime, NaiveTime)>,
    pub text: String,
    pub version: i32,
}

impl Greeting {
    fn holds_at(&self, time: NaiveTime) -> bool {
        match self.window {
            None => true,
            Some((from, to)) if from < to => from <= time && time < to,
            Some((from, to)) => from <= time || time < to,
        }
    }
}

/// What may stand in a greeting's text, each replaced when it is shown.
pub const PLACEHOLDERS: [&str; 3] = ["{name}", "{ort}", "{gruss}"];

const USUAL_OPEN: &str = "{ort}, mein Name ist {name}, {gruss}.";
const USUAL_CLOSED: &str = "{gruss}, Sie erreichen {ort} gerade außerhalb der Servicezeit.";

/// The line's own before the tenant's, one for this time of day before one for any; the older of equal ones.
pub fn choose(greetings: &[Greeting], line: LineId, situation: Situation, time: NaiveTime) -> &str {
    greetings
        .iter()
        .filter(|g| g.situation == situation && g.line.is_none_or(|own| own == line) && g.holds_at(time))
        .min_by_key(|greeting| (greeting.line.is_none(), greeting.window.is_none(), greeting.id))
        .map_or(if situation == Situation::Open { USUAL_OPEN } else { USUAL_CLOSED }, |greeting| &greeting.text)
}

/// Puts names and the time's greeting into the text, in one pass: a name that looks like a placeholder stays a name.
pub fn fill(text: &str, agent_name: &str, town: &str, time: NaiveTime) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let (value, length) = match PLACEHOLDERS.iter().find(|placeholder| rest.starts_with(**placeholder)) {
            Some(&"{name}") => (spoken_name(agent_name), 6),
            Some(&"{ort}") => (town, 5),
            Some(_) => (salutation(time), 7),
            None => ("{", 1),
        };
        filled.push_str(value);
        rest = &rest[length..];
    }
    filled + rest
}

/// Something in braces that no placeholder is: a slip of the pen that a caller would hear.
pub fn unknown_placeholder(text: &str) -> Option<&str> {
    text.match_indices('{').map(|(start, _)| &text[start..]).find_map(|rest| {
        let known = PLACEHOLDERS.iter().any(|placeholder| rest.starts_with(placeholder));
        (!known).then(|| rest.find('}').map_or(rest, |end| &rest[..=end]))
    })
}

/// Nobody introduces themselves as "Frau Weber".
fn spoken_name(name: &str) -> &str {
    name.strip_prefix("Frau ").or_else(|| name.strip_prefix("Herr ")).unwrap_or(name)
}

fn salutation(time: NaiveTime) -> &'static str {
    match time.hour() {
        4..=10 => "guten Morgen",
        11..=17 => "guten Tag",
        _ => "guten Abend",
    }
}
