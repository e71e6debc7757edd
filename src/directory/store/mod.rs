//! SQL on the directory's tables, a file a thing.

pub mod contacts;
pub mod exceptions;
pub mod forget;
pub mod hours;
pub mod indexing;
pub mod members;
pub mod rules;
pub mod transfers;
pub mod units;
