//! What a town's search has learned, and the switch.

use crate::web::Routes;

pub fn routes() -> Routes {
    Routes::new()
}
