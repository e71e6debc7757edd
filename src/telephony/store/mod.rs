//! SQL on telephone systems, their doors and what came through them.

mod checks;
mod doors;
mod sources;
mod tokens;

pub use checks::{
    Gap, Hour, LastCall, LinkState, Oddity, SeenEvent, find_last_call, find_last_message, find_state, list_events,
    list_gaps, list_hours, list_oddities,
};
pub use doors::{OpenDoor, count_oddities, find_open_door, touch_token};
pub use sources::{
    delete_queue, find_door_rules, find_link, find_source, find_source_by_name, insert_source, list_queues,
    list_sources, map_queue, update_activity, update_source,
};
pub use tokens::{DoorToken, insert_token, list_tokens, revoke_older_tokens, revoke_tokens};
