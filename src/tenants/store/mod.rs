//! SQL on tenants and what belongs to them, one file for each thing.

mod answering;
mod greetings;
mod hours;
mod lines;
mod places;
mod relations;
mod schedules;
mod service;
mod tenants;

pub use answering::{list_answering, replace_answering};
pub use greetings::{delete_greeting, find_greeting, insert_greeting, list_greetings, update_greeting};
pub use hours::{delete_exception, find_exception, insert_exception, list_exceptions, list_hours, replace_hours};
pub use lines::{NewLine, find_line, insert_line, list_lines, list_skills, update_line, update_line_activity};
pub use places::{find_place, list_kreise_for, list_places, replace_places};
pub use relations::{list_authorities, list_knowledge_bases, replace_authorities, replace_knowledge_bases};
pub use schedules::list_schedules;
pub use service::{list_service_scope, list_stages, lock_agreement, replace_service_scope, service_level};
pub use tenants::{
    find_authority, find_intake, find_tenant, find_tenant_by_slug, insert_number_block, insert_tenant, list_tenants,
    touch_tenant, update_tenant,
};
