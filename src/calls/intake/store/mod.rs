//! SQL of the intake. Rows travel as one array a column, so a statement costs the same round trip for one and for a thousand.

mod calls;
mod events;
mod seats;
mod upkeep;

pub use calls::{Known, find_calls, move_calls, replace_legs, take_ids, upsert_calls};
pub use events::{find_generations, insert_events, insert_marks, insert_numbers, upsert_references};
pub use seats::signal_seats;
pub use upkeep::{
    delete_old, ensure_months, find_intake, hold_source_of, hold_sources, list_silent, load_directory, note_traffic,
    note_unassigned,
};

fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}
