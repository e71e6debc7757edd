//! How often an office was reached when calls were connected there: by weekday and hour. Pure sums.

use std::collections::BTreeMap;

use super::store::transfers::Counted;
use crate::ids::UnitId;

/// Fewer transfers say nothing.
pub const SMALLEST: i64 = 5;

/// Some transfers together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    pub reached: i64,
    /// With any result.
    pub tried: i64,
    pub untold: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reachability {
    pub whole: Cell,
    /// By weekday, 1 is Monday.
    pub days: BTreeMap<i32, Cell>,
    pub hours: BTreeMap<i32, Cell>,
    pub cells: BTreeMap<(i32, i32), Cell>,
}

impl Cell {
    fn add(&mut self, counted: &Counted) {
        self.reached += counted.reached;
        self.tried += counted.tried;
        self.untold += counted.untold;
    }

    /// Per cent; None where there are too few.
    pub fn percent(&self) -> Option<i64> {
        (self.tried >= SMALLEST).then(|| (self.reached * 100 + self.tried / 2) / self.tried)
    }

    /// "83 %", "n < 5", "–" where nothing was tried.
    pub fn words(&self) -> String {
        match self.percent() {
            Some(percent) => format!("{percent} %"),
            None if self.tried == 0 => "–".to_owned(),
            None => format!("n < {SMALLEST}"),
        }
    }

    pub fn state(&self) -> &'static str {
        match self.percent() {
            None => "off",
            Some(80..) => "good",
            Some(50..80) => "warn",
            Some(_) => "bad",
        }
    }
}

impl Reachability {
    /// By office.
    pub fn by_unit(counted: &[Counted]) -> BTreeMap<UnitId, Self> {
        let mut units: BTreeMap<UnitId, Self> = BTreeMap::new();
        for counted in counted {
            units.entry(counted.unit).or_default().add(counted);
        }
        units
    }

    /// All offices together, or one of them.
    pub fn of(counted: &[Counted], unit: Option<UnitId>) -> Self {
        let mut sum = Self::default();
        counted.iter().filter(|one| unit.is_none_or(|unit| unit == one.unit)).for_each(|one| sum.add(one));
        sum
    }

    fn add(&mut self, counted: &Counted) {
        self.whole.add(counted);
        self.days.entry(counted.weekday).or_default().add(counted);
        self.hours.entry(counted.hour).or_default().add(counted);
        self.cells.entry((counted.weekday, counted.hour)).or_default().add(counted);
    }

    pub fn cell(&self, weekday: i32, hour: i32) -> Cell {
        self.cells.get(&(weekday, hour)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(unit: i64, weekday: i32, hour: i32, reached: i64, tried: i64) -> Counted {
        Counted { unit: UnitId(unit), weekday, hour, reached, tried, untold: 1 }
    }

    #[test]
    fn few_transfers_make_no_percentage() {
        let four = Cell { reached: 4, tried: 4, untold: 0 };
        assert_eq!((four.words().as_str(), four.percent()), ("n < 5", None));
        assert_eq!(Cell { reached: 4, tried: 5, untold: 3 }.words(), "80 %", "what nobody told does not count");
        assert_eq!(Cell::default().words(), "–");
        assert_eq!(Cell { reached: 2, tried: 3, ..Cell::default() }.state(), "off");
        assert_eq!(Cell { reached: 1, tried: 8, ..Cell::default() }.words(), "13 %", "rounded");
    }

    #[test]
    fn sums_go_by_office_day_and_hour() {
        let all = [counted(1, 1, 9, 3, 4), counted(1, 1, 10, 1, 4), counted(2, 2, 9, 5, 5)];
        let whole = Reachability::of(&all, None);
        assert_eq!(whole.whole, Cell { reached: 9, tried: 13, untold: 3 });
        assert_eq!(whole.hours[&9], Cell { reached: 8, tried: 9, untold: 2 });
        let units = Reachability::by_unit(&all);
        assert_eq!(units[&UnitId(1)].days[&1].words(), "50 %");
        assert_eq!(units[&UnitId(2)].cell(2, 9).words(), "100 %");
        assert_eq!(units[&UnitId(2)].cell(1, 9).words(), "–");
    }
}
