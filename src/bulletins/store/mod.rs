//! SQL on `bulletin` and `bulletin_acknowledgement`.

mod read;
mod write;

pub use read::{Listed, Open, Wanted, count_bulletins, find_bulletin, list_bulletins, list_current, list_open};
pub use write::{
    acknowledge, end_bulletin, forget_acknowledgements, insert_bulletin, resume_bulletin, update_bulletin,
};
