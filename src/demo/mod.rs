//! The demo: a Kreis, two towns and a Jobcenter with people, texts and some weeks of calls; and invented traffic for any
//! tenants. Stands beside `main.rs`: it may use every feature, no feature uses it.

mod accounts;
mod adaptations;
mod answers;
mod appointments;
mod bulletins;
mod cases;
mod closing_days;
mod directory;
mod fill;
mod gaps;
mod keeping;
pub mod live;
mod simulate;
mod store;
mod texts;
mod towns;
pub mod traffic;
mod words;

pub use accounts::{DEMO_ACCOUNTS, PASSWORD};
pub use fill::fill;
pub use simulate::{SOURCE, load_scene};
pub use texts::{DemoQuery, queries};
