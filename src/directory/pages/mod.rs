//! The town's own offices, kept by its admin.

mod form;
mod list;

use crate::access::Permission as P;
use crate::web::Routes;

pub fn routes() -> Routes {
    Routes::new()
        .get("/tenants/{tenant}/units", P::ManageTenant, list::units_page)
        .get("/tenants/{tenant}/units/new", P::ManageTenant, form::new_unit_page)
        .post("/tenants/{tenant}/units", P::ManageTenant, form::create_unit)
        .get("/tenants/{tenant}/units/{unit}", P::ManageTenant, form::unit_page)
        .post("/tenants/{tenant}/units/{unit}", P::ManageTenant, form::save_unit)
        .get("/tenants/{tenant}/units/{unit}/deletion", P::ManageTenant, list::deletion_page)
        .post("/tenants/{tenant}/units/{unit}/deletion", P::ManageTenant, list::delete_unit)
}
