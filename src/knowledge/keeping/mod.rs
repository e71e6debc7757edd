//! Knowledge that stays true: who looks after an entry, when somebody last did and when it is due again; what is used, and
//! what does not help. The text's own change, a check and a technical change are three dates.

mod pages;
mod remind;
mod store;
mod usage;

pub use pages::{KeepingPart, routes};
pub use remind::remind_owners;
pub use store::{find_kept, list_owners};
pub use usage::count_use;

use chrono::{DateTime, NaiveDate, Utc};

use crate::ids::{AccountId, EntryId};
use crate::web::format;

/// Used less often, a share would say something about single calls.
const FEWEST_JUDGED: i32 = 5;

/// What a town has agreed with itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub interval_months: i32,
    pub remind_days: i32,
    /// 0: the defaults.
    pub version: i32,
}

impl Default for Rule {
    fn default() -> Self {
        Self { interval_months: 12, remind_days: 14, version: 0 }
    }
}

/// The dates of one entry.
#[derive(Debug, Clone)]
pub struct Kept {
    pub title: String,
    pub owner: Option<AccountId>,
    pub owner_name: Option<String>,
    /// None: as the town's rule says.
    pub own_interval: Option<i32>,
    pub interval_months: i32,
    pub checked_at: Option<DateTime<Utc>>,
    pub checked_by: Option<String>,
    pub due_on: NaiveDate,
    pub changed_at: DateTime<Utc>,
    pub technical_changed_at: Option<DateTime<Utc>>,
    pub version: i32,
}

impl Kept {
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.due_on < today
    }

    /// For whoever reads the text: calm, because an old text is often still true.
    pub fn banner(&self, today: NaiveDate) -> Option<String> {
        self.is_overdue(today).then(|| match self.checked_at {
            Some(checked) => format!("Seit {} nicht geprüft", format::day(checked)),
            None => format!("Noch nie geprüft, fällig war es am {}", format::date(self.due_on)),
        })
    }
}

/// One row of the dashboard.
#[derive(Debug, Clone)]
pub struct Row {
    pub entry: EntryId,
    pub title: String,
    pub owner_name: Option<String>,
    pub checked_at: Option<DateTime<Utc>>,
    pub due_on: NaiveDate,
    pub changed_at: DateTime<Utc>,
    pub valid_until: Option<NaiveDate>,
    pub has_dead_link: bool,
    pub shown: i32,
    pub judged: i32,
    pub unanswered: i32,
}

impl Row {
    /// Word and shape of an entry's state today.
    pub fn state(&self, today: NaiveDate) -> (&'static str, String) {
        if let Some(until) = self.valid_until.filter(|until| *until < today) {
            return ("bad", format!("abgelaufen am {}", format::date(until)));
        }
        if self.due_on < today {
            return ("warn", format!("überfällig seit {}", format::date(self.due_on)));
        }
        match self.checked_at {
            Some(checked) => ("good", format!("geprüft am {}", format::day(checked))),
            None => ("off", "nie geprüft".to_owned()),
        }
    }

    /// Share of the calls with a result that ended unanswered, in percent; None: too few to say.
    pub fn unanswered_share(&self) -> Option<i32> {
        (self.judged >= FEWEST_JUDGED).then(|| (self.unanswered * 200 + self.judged) / (self.judged * 2))
    }
}

/// Which entries are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    All,
    Overdue,
    Never,
    Ownerless,
    Expiring,
    DeadLinks,
    Unused,
    Used,
    Unhelpful,
}

impl Shelf {
    pub const TILES: [Self; 8] = [
        Self::Overdue,
        Self::Never,
        Self::Ownerless,
        Self::Expiring,
        Self::DeadLinks,
        Self::Unused,
        Self::Used,
        Self::Unhelpful,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Overdue => "overdue",
            Self::Never => "never",
            Self::Ownerless => "ownerless",
            Self::Expiring => "expiring",
            Self::DeadLinks => "dead-links",
            Self::Unused => "unused",
            Self::Used => "used",
            Self::Unhelpful => "unhelpful",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::All => "alle",
            Self::Overdue => "überfällig",
            Self::Never => "nie geprüft",
            Self::Ownerless => "ohne Verantwortliche",
            Self::Expiring => "läuft ab",
            Self::DeadLinks => "toter Link",
            Self::Unused => "ungenutzt",
            Self::Used => "meist genutzt",
            Self::Unhelpful => "ohne Antwort",
        }
    }

    pub fn parse(text: &str) -> Self {
        Self::TILES.into_iter().find(|shelf| shelf.as_str() == text).unwrap_or(Self::All)
    }

    /// What a list of these begins with, if nobody chose.
    fn usual_order(self) -> Order {
        match self {
            Self::Used => Order::MostUsed,
            Self::Unhelpful => Order::WorstFirst,
            _ => Order::DueFirst,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    DueFirst,
    Title,
    MostUsed,
    WorstFirst,
    OldestText,
}

impl Order {
    const ALL: [Self; 5] = [Self::DueFirst, Self::Title, Self::MostUsed, Self::WorstFirst, Self::OldestText];

    fn as_str(self) -> &'static str {
        match self {
            Self::DueFirst => "due",
            Self::Title => "title",
            Self::MostUsed => "used",
            Self::WorstFirst => "worst",
            Self::OldestText => "oldest",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::DueFirst => "nächste Prüfung",
            Self::Title => "Titel",
            Self::MostUsed => "meist genutzt",
            Self::WorstFirst => "am schlechtesten bewertet",
            Self::OldestText => "ältester Text",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::Row;
    use crate::ids::EntryId;

    fn row(judged: i32, unanswered: i32) -> Row {
        let day = NaiveDate::from_ymd_opt(2026, 11, 17).expect("a day");
        let moment = day.and_hms_opt(9, 0, 0).expect("a time").and_utc();
        Row {
            entry: EntryId(1),
            title: String::new(),
            owner_name: None,
            checked_at: None,
            due_on: day,
            changed_at: moment,
            valid_until: None,
            has_dead_link: false,
            shown: judged,
            judged,
            unanswered,
        }
    }

    #[test]
    fn share_is_rounded_and_never_of_fewer_than_five() {
        assert_eq!(row(4, 4).unanswered_share(), None);
        assert_eq!(row(5, 0).unanswered_share(), Some(0));
        assert_eq!(row(6, 1).unanswered_share(), Some(17));
        assert_eq!(row(8, 4).unanswered_share(), Some(50));
        assert_eq!(row(8, 8).unanswered_share(), Some(100));
    }

    #[test]
    fn what_has_expired_says_so_before_what_is_overdue() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 18).expect("a day");
        let mut old = row(0, 0);
        assert_eq!(old.state(today), ("warn", "überfällig seit 17.11.2026".to_owned()));
        old.valid_until = NaiveDate::from_ymd_opt(2026, 11, 17);
        assert_eq!(old.state(today), ("bad", "abgelaufen am 17.11.2026".to_owned()));
    }
}
