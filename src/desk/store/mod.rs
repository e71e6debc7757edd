//! SQL on desks and on what a desk has to do with its telephone.

mod orders;
mod row;
mod seats;
mod signals;

pub use orders::{Order, insert_order, list_queues, tell_failed_order};
pub use row::{find_desk, hold_desk, keep_after_call, save_desk};
pub use seats::{SeatChoice, find_only_source, find_seat, find_seat_of, free_seat, insert_seat, list_seats};
pub use signals::{SeatSignal, delete_old_signals, list_connected, list_signals, list_signals_between};
