//! The shell around every page: who asks, what they may open, how forms and errors look.

pub mod assets;
pub mod confirm;
mod error_words;
pub mod errors;
pub mod extract;
pub mod format;
pub mod forms;
pub mod frame;
pub mod guard;
pub mod layers;
mod pace;
pub mod pager;
pub mod places;
pub mod probes;
pub mod session;

pub use errors::{Error, Result};
pub use extract::{Form, Path, Query};
pub use frame::{Flash, Frame, Page, done, done_with_undo, redirect};
pub use guard::{ApiCaller, InTenant, Routes};
pub use pace::{Pace, address};
pub use pager::Pager;
pub use places::{CenterPlace, Places, TenantPlace};
