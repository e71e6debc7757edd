//! The figures of a month, out of what was counted. Pure rules, no database.

use super::store::Counted;
use super::{Kind, Outcome};

/// Shares of fewer say nothing, and may point at somebody.
pub const FEWEST: i64 = 5;

/// One line of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub label: String,
    pub count: i64,
    pub judged: i64,
    pub kept: i64,
}

impl Line {
    /// "87,5 %", "n < 5", "–".
    pub fn share(&self) -> String {
        match self.judged {
            0 => "–".to_owned(),
            judged if judged < FEWEST => format!("n < {FEWEST}"),
            judged => {
                let thousandths = (self.kept * 1000 + judged / 2) / judged;
                format!("{},{} %", thousandths / 10, thousandths % 10)
            }
        }
    }

    /// "7 ÷ 8".
    pub fn formula(&self) -> String {
        if self.judged < FEWEST { String::new() } else { format!("{} ÷ {}", self.kept, self.judged) }
    }

    fn add(&mut self, counted: &Counted) {
        self.count += counted.count;
        self.judged += counted.judged;
        self.kept += counted.kept;
    }
}

/// Sums by whatever it is asked for, the most first; without a label it is not counted.
fn sums<'a>(counted: &'a [Counted], label: impl Fn(&'a Counted) -> Option<String>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for one in counted {
        let Some(label) = label(one) else { continue };
        match lines.iter_mut().find(|line| line.label == label) {
            Some(line) => line.add(one),
            None => {
                let mut line = Line { label, ..Line::default() };
                line.add(one);
                lines.push(line);
            }
        }
    }
    lines.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.label.cmp(&b.label)));
    lines
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub kinds: Vec<Line>,
    pub categories: Vec<Line>,
    pub units: Vec<Line>,
    /// Callbacks alone: the promise of hours.
    pub promise: Line,
}

impl Figures {
    pub fn of(counted: &[Counted]) -> Self {
        let mut promise = Line::default();
        counted.iter().filter(|one| one.kind == Kind::Callback.as_str()).for_each(|one| promise.add(one));
        let kind = |one: &Counted| Kind::parse(&one.kind).map(|kind| kind.label().to_owned());
        let category = |one: &Counted| {
            let is_complaint = one.kind == Kind::Complaint.as_str();
            is_complaint.then(|| one.category.clone().unwrap_or_else(|| "ohne Kategorie".to_owned()))
        };
        Self {
            kinds: sums(counted, kind),
            categories: sums(counted, category),
            units: sums(counted, |one| Some(one.unit.clone().unwrap_or_else(|| "keine Stelle".to_owned()))),
            promise,
        }
    }

    /// What is left out, for the line below.
    pub fn left_out() -> &'static str {
        Outcome::Mistaken.label()
    }
}

#[cfg(test)]
mod tests {
    use super::{Counted, Figures, Line};

    fn counted(kind: &str, category: Option<&str>, unit: Option<&str>, [count, judged, kept]: [i64; 3]) -> Counted {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Counted { kind: kind.to_owned(), category: text(category), unit: text(unit), count, judged, kept }
    }

    #[test]
    fn sums_are_those_of_their_parts() {
        let figures = Figures::of(&[
            counted("callback", None, Some("Bürgerbüro"), [9, 8, 7]),
            counted("callback", None, None, [2, 0, 0]),
            counted("complaint", Some("Wartezeit"), Some("Bürgerbüro"), [3, 3, 1]),
            counted("praise", None, Some("Bürgerbüro"), [1, 0, 0]),
        ]);
        let shown = |lines: &[Line]| {
            let line = |line: &Line| format!("{} {} {}", line.label, line.count, line.share());
            lines.iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(shown(&figures.kinds), ["Rückruf 11 87,5 %", "Beschwerde 3 n < 5", "Lob 1 –"]);
        assert_eq!(shown(&figures.units), ["Bürgerbüro 13 72,7 %", "keine Stelle 2 –"]);
        assert_eq!(shown(&figures.categories), ["Wartezeit 3 n < 5"]);
        assert_eq!((figures.promise.share().as_str(), figures.promise.formula().as_str()), ("87,5 %", "7 ÷ 8"));
    }
}
