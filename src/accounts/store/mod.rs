//! SQL on accounts, one file for each thing.

mod accounts;
mod people;
mod team;
mod viewer;

pub use accounts::*;
pub use people::*;
pub use team::*;
pub use viewer::find_viewer;
