//! Calls that come in now, without any telephone system: an imaginary one that tells what happens through the native door,
//! as a real one would. A person who sits down at one of its free seats gets calls too.

mod house;
mod play;
mod stage;

pub use house::{House, InHouse, is_demo, lines, open_door};
pub use play::{Hall, play};
pub use stage::{People, Stage, StageLine, Told};

/// Seats that answer by themselves are numbered from here; those before are for people.
const FIRST_SEAT: usize = 21;
/// Seats for people, known from the start so that they can be chosen.
pub const SEATS_FOR_PEOPLE: [&str; 4] = ["Platz-11", "Platz-12", "Platz-13", "Platz-14"];

fn seat_name(number: usize) -> String {
    format!("Platz-{}", FIRST_SEAT + number)
}
