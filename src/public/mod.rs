//! The public door: a town shows everybody what its agents read, without a session and without a cookie.
//!
//! Architecture invariants: closed until the town opens it; a closed door and one that does not exist look the same; what is
//! only for agents, who wrote a text, and what the town keeps back never pass.

mod answer;
mod api;
mod door;
mod pages;
mod settings;
mod store;

pub use door::Door;

use crate::web::Routes;

pub fn routes() -> Routes {
    let pace = crate::web::Pace::default();
    pages::routes(&pace).merge(api::routes(&pace)).merge(settings::routes())
}
