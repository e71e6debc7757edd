//! What tests share: the program on a database of its own, and people to act as.

pub mod app;
pub mod berlin;
pub mod bookings;
pub mod browser;
pub mod captures;
pub mod cases;
pub mod cast;
pub mod catalogue;
pub mod desks;
pub mod doors;
pub mod events;
pub mod exchange;
pub mod fake_pbx;
pub mod forms;
pub mod gaps;
mod imported;
pub mod kept;
mod layers;
pub mod listening;
pub mod log;
pub mod markup;
pub mod postbox;
pub mod rows;
pub mod runs;
pub mod sip;
pub mod site;
pub mod switchboard;
pub mod telephone;
pub mod town;
pub mod xzufi;
pub mod zms;

pub use app::{Answer, Client, TestApp, empty_app};
