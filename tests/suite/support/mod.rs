//! What tests share: the program on a database of its own, and people to act as.

pub mod app;
pub mod browser;
pub mod cast;
pub mod catalogue;
pub mod desks;
pub mod forms;
pub mod log;
pub mod markup;
pub mod rows;
pub mod site;
pub mod town;

pub use app::{Answer, Client, TestApp, empty_app};
