//! Screens of the tenant admin and of the operator: who the tenants are and when they answer which number.

mod answering;
mod closing_days;
mod greeting_form;
mod greetings;
mod hours;
mod line_form;
mod lines;
mod list;
mod profile;
mod profile_form;
mod relations;
mod service;
mod service_form;

use crate::access::Permission as P;
use crate::web::Routes;

pub fn routes() -> Routes {
    Routes::new()
        .get("/tenants", P::ManageTenant, list::own_tenants_page)
        .get("/center", P::ManageCenter, list::all_tenants_page)
        .get("/center/tenants/new", P::ManageCenter, profile::new_tenant_page)
        .post("/center/tenants", P::ManageCenter, profile::create_tenant)
        .get("/tenants/{tenant}", P::ManageTenant, profile::tenant_start)
        .get("/tenants/{tenant}/profile", P::ManageTenant, profile::profile_page)
        .post("/tenants/{tenant}/profile", P::ManageTenant, profile::save_profile)
        .get("/tenants/{tenant}/lines", P::ManageTenant, lines::lines_page)
        .get("/tenants/{tenant}/lines/new", P::ManageTenant, lines::new_line_page)
        .post("/tenants/{tenant}/lines", P::ManageTenant, lines::create_line)
        .get("/tenants/{tenant}/lines/{line}", P::ManageTenant, lines::line_page)
        .post("/tenants/{tenant}/lines/{line}", P::ManageTenant, lines::save_line)
        .post("/tenants/{tenant}/lines/{line}/deactivation", P::ManageTenant, lines::deactivate_line)
        .post("/tenants/{tenant}/lines/{line}/activation", P::ManageTenant, lines::activate_line)
        .get("/tenants/{tenant}/greetings", P::ManageTenant, greetings::greetings_page)
        .get("/tenants/{tenant}/greetings/new", P::ManageTenant, greeting_form::new_greeting_page)
        .post("/tenants/{tenant}/greetings", P::ManageTenant, greeting_form::create_greeting)
        .get("/tenants/{tenant}/greetings/{greeting}", P::ManageTenant, greeting_form::greeting_page)
        .post("/tenants/{tenant}/greetings/{greeting}", P::ManageTenant, greeting_form::save_greeting)
        .get("/tenants/{tenant}/greetings/{greeting}/deletion", P::ManageTenant, greetings::deletion_page)
        .post("/tenants/{tenant}/greetings/{greeting}/deletion", P::ManageTenant, greetings::delete_greeting)
        .get("/tenants/{tenant}/hours", P::ManageTenant, hours::hours_page)
        .post("/tenants/{tenant}/hours", P::ManageTenant, hours::save_hours)
        .get("/tenants/{tenant}/answering", P::ManageTenant, answering::answering_page)
        .post("/tenants/{tenant}/answering", P::ManageTenant, answering::save_answering)
        .get("/tenants/{tenant}/closing-days", P::ManageTenant, closing_days::closing_days_page)
        .post("/tenants/{tenant}/closing-days", P::ManageTenant, closing_days::create_closing_day)
        .post("/tenants/{tenant}/closing-days/restoration", P::ManageTenant, closing_days::restore_closing_day)
        .post("/tenants/{tenant}/closing-days/{day}/deletion", P::ManageTenant, closing_days::delete_closing_day)
        .get("/tenants/{tenant}/service", P::ManageTenant, service::service_page)
        .post("/tenants/{tenant}/service", P::ManageTenant, service::save_service)
        .get("/tenants/{tenant}/relations", P::ManageCenter, relations::relations_page)
        .post("/tenants/{tenant}/relations", P::ManageCenter, relations::save_relations)
}
