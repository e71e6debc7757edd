//! Asterisk and FreePBX, over their manager interface: we call it, it tells what happens, and after a break we ask what runs.

mod action;
mod adopt;
mod calls;
mod center;
mod client;
mod codec;
mod connection;
mod link;
mod links;
mod members;
mod message;
mod names;
mod orders;
mod outbox;
mod pace;
mod present;
mod resync;
mod session;
mod stamp;
mod store;
mod translate;

pub use action::Action;
pub use center::{Center, Oddity, OddityKind, Standing};
pub use client::keep_link;
pub use codec::{Codec, Frame, MESSAGE_LIMIT};
pub use link::Link;
pub use links::{keep_links, keep_links_at};
pub use members::{SeatStanding, SeatState};
pub use message::Message;
pub use orders::{Order, OrderDetails, Outcome, action_for};
pub use pace::Pace;
pub use present::{AtSeat, CallNow, Present};
pub use resync::Resync;
pub use stamp::{parse_duration, parse_stamp, time_of};
pub use translate::Translator;
