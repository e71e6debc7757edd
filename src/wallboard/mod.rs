//! The Leitstand: how it stands at this moment and today, for a screen that everybody in the room sees.
//!
//! Architecture invariant: nothing here is about a single person; the smallest figure is a town's.

mod bulletins;
mod pages;
mod store;

pub use pages::routes;

use chrono::{DateTime, TimeDelta, Utc};

use self::bulletins::TownBulletins;
use crate::access::TenantAccess;
use crate::web::format;

/// Whoever answers within this time was quick.
const QUICK: TimeDelta = TimeDelta::seconds(30);

/// Of one town, or of all together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub waiting: i64,
    /// Since when the first of them does.
    pub waiting_since: Option<DateTime<Utc>>,
    pub talking: i64,
    /// Today's calls, however they ended; those that still wait too.
    pub offered: i64,
    pub answered: i64,
    pub abandoned: i64,
    /// Of those offered the ones that somebody could have answered, and whose wait is known: not those that heard that
    /// nobody is there, and not those that were taken by hand.
    pub measured: i64,
    pub in_time: i64,
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.waiting += other.waiting;
        self.waiting_since = self.waiting_since.into_iter().chain(other.waiting_since).min();
        self.talking += other.talking;
        self.offered += other.offered;
        self.answered += other.answered;
        self.abandoned += other.abandoned;
        self.measured += other.measured;
        self.in_time += other.in_time;
    }

    /// In per cent with one decimal, rounded down: 100,0 is said only when it is true. None while nobody called.
    pub fn service_level(&self) -> Option<String> {
        let thousandths = (self.in_time * 1000).checked_div(self.measured)?;
        Some(format!("{},{}", thousandths / 10, thousandths % 10))
    }

    /// As on a phone's display, while somebody waits.
    pub fn longest_wait(&self, now: DateTime<Utc>) -> Option<String> {
        let waited = now - self.waiting_since?;
        Some(format::duration(waited.num_milliseconds().max(0)))
    }
}

#[derive(Debug)]
pub struct TownFigures {
    pub name: String,
    /// Accent and shape; None where the town of the calls is not known yet.
    pub mark: Option<(String, String)>,
    pub figures: Figures,
}

impl TownFigures {
    /// Calls of shared lines whose town nobody asked for yet have a row of their own as long as there are some.
    fn of(town: &TenantAccess, figures: Figures) -> Option<Self> {
        let is_left_out = town.is_intake() && figures == Figures::default();
        let name = if town.is_intake() { "Ort noch offen" } else { &town.name };
        (!is_left_out).then(|| Self {
            name: name.to_owned(),
            mark: (!town.is_intake()).then(|| (town.accent.clone(), town.shape.clone())),
            figures,
        })
    }

    fn sentence(&self, now: DateTime<Utc>) -> Option<String> {
        let longest = self.figures.longest_wait(now)?;
        Some(match self.figures.waiting {
            1 => format!("{}: 1 wartet seit {longest}.", self.name),
            many => format!("{}: {many} warten, längste {longest}.", self.name),
        })
    }
}

/// Telephone systems that cannot be heard: their calls are missing in every figure.
#[derive(Debug, Default)]
pub struct Disturbances(Vec<String>);

impl Disturbances {
    /// What the center's systems are called is known in the center; a town learns only that something is missing.
    fn sentence(&self, is_of_center: bool) -> Option<String> {
        let names = match (self.0.as_slice(), is_of_center) {
            ([], _) => return None,
            ([_], false) => "Eine Telefonanlage ist gestört".to_owned(),
            (many, false) => format!("{} Telefonanlagen sind gestört", many.len()),
            ([one], true) => format!("Telefonanlage gestört: {one}"),
            (many, true) => format!("Telefonanlagen gestört: {}", many.join(", ")),
        };
        Some(format!("{names}. Neue Anrufe können hier fehlen."))
    }
}

/// Everything on the screen.
#[derive(Debug)]
pub struct Board {
    pub now: DateTime<Utc>,
    pub towns: Vec<TownFigures>,
    pub total: Figures,
    pub disturbance: Option<String>,
    pub bulletins: Vec<TownBulletins>,
}

impl Board {
    fn new(now: DateTime<Utc>, mut towns: Vec<TownFigures>, disturbance: Option<String>) -> Self {
        // Calls without a town come last.
        towns.sort_by_key(|town| town.mark.is_none());
        let mut total = Figures::default();
        towns.iter().for_each(|town| total.add(&town.figures));
        Self { now, towns, total, disturbance, bulletins: Vec::new() }
    }

    /// Where somebody waits longest, and how many there are elsewhere.
    pub fn sentence(&self) -> String {
        let Some(worst) = self.worst() else { return "Niemand wartet.".to_owned() };
        let elsewhere = self.total.waiting - worst.figures.waiting;
        let first = worst.sentence(self.now).unwrap_or_default();
        match elsewhere {
            0 => first,
            1 => format!("{first} Anderswo wartet 1."),
            many => format!("{first} Anderswo warten {many}."),
        }
    }

    /// The town whose caller waits longest.
    pub fn worst(&self) -> Option<&TownFigures> {
        self.towns.iter().filter(|town| town.figures.waiting > 0).min_by_key(|town| town.figures.waiting_since)
    }
}
