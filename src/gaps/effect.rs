//! What closing a gap did: solved at first contact before and after, or searches a day before and after.

use super::FEWEST;
use crate::web::format;

/// Two windows of the same length: before the first report and after closing; for words both at closing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    Solved { before: Share, after: Share, days: f64 },
    Searched { before: i64, after: i64, days: f64 },
}

/// Answered calls out of those that showed the entry and have a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub answered: i32,
    pub calls: i32,
}

impl Share {
    /// Too few calls are counted and not divided.
    pub fn words(self) -> String {
        let Self { answered, calls } = self;
        match calls {
            0 => "keine Anrufe".to_owned(),
            _ if calls < FEWEST => format!("{answered} von {calls} (n < {FEWEST})"),
            _ => {
                let percent = f64::from(answered) * 100.0 / f64::from(calls);
                format!("{} % ({} von {})", format::tenths(percent), format::count(answered), format::count(calls))
            }
        }
    }
}

impl Effect {
    pub fn before(&self) -> String {
        match self {
            Self::Solved { before, .. } => before.words(),
            Self::Searched { before, days, .. } => a_day(*before, *days),
        }
    }

    pub fn after(&self) -> String {
        match self {
            Self::Solved { after, .. } => after.words(),
            Self::Searched { after, days, .. } => a_day(*after, *days),
        }
    }

    pub fn is_about_calls(&self) -> bool {
        matches!(self, Self::Solved { .. })
    }

    /// "28 Tage", "3,5 Tage".
    pub fn window(&self) -> String {
        let (Self::Solved { days, .. } | Self::Searched { days, .. }) = self;
        if (days - days.round()).abs() < 0.05 {
            format!("{days:.0} Tage")
        } else {
            format!("{} Tage", format::tenths(*days))
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "searches of a month")]
fn a_day(count: i64, days: f64) -> String {
    let rate = if days > 0.0 { count as f64 / days } else { 0.0 };
    format!("{} am Tag ({} Suchen)", format::tenths(rate), format::count(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_calls_are_counted_and_not_divided() {
        assert_eq!(Share { answered: 0, calls: 0 }.words(), "keine Anrufe");
        assert_eq!(Share { answered: 3, calls: 4 }.words(), "3 von 4 (n < 5)");
        assert_eq!(Share { answered: 4, calls: 6 }.words(), "66,7 % (4 von 6)");
    }

    #[test]
    fn searches_are_told_by_the_day() {
        let effect = Effect::Searched { before: 14, after: 1, days: 28.0 };
        assert_eq!(
            (effect.before(), effect.after()),
            ("0,5 am Tag (14 Suchen)".to_owned(), "0,0 am Tag (1 Suchen)".to_owned())
        );
        assert_eq!(effect.window(), "28 Tage");
    }
}
