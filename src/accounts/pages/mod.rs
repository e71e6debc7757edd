//! Screens of accounts: signing in, the own account, invitations, a town's people, the center's team, tokens.

mod account;
mod center;
mod invitation;
mod people;
mod person_form;
mod preferences;
mod sign_in;
mod team;
mod team_form;
mod tokens;

use axum::http::HeaderMap;

use crate::access::Permission as P;
use crate::web::{Routes, session};

pub fn routes() -> Routes {
    sign_in::routes().merge(account::routes()).merge(invitation::routes()).merge(people_routes()).merge(center_routes())
}

fn people_routes() -> Routes {
    Routes::new()
        .get("/tenants/{tenant}/people", P::ManagePeople, people::people_page)
        .get("/tenants/{tenant}/people/new", P::ManagePeople, person_form::new_person_page)
        .post("/tenants/{tenant}/people", P::ManagePeople, person_form::invite_person)
        .get("/tenants/{tenant}/people/{person}", P::ManagePeople, person_form::person_page)
        .post("/tenants/{tenant}/people/{person}", P::ManagePeople, person_form::save_person)
        .post("/tenants/{tenant}/people/{person}/invitation", P::ManagePeople, people::invite_again)
        .get("/tenants/{tenant}/people/{person}/removal", P::ManagePeople, people::removal_page)
        .post("/tenants/{tenant}/people/{person}/removal", P::ManagePeople, people::remove_person)
}

fn center_routes() -> Routes {
    Routes::new()
        .get("/center/team", P::ManageCenter, team::team_page)
        .get("/center/team/new", P::ManageCenter, team_form::new_member_page)
        .post("/center/team", P::ManageCenter, team_form::invite_member)
        .get("/center/team/{member}", P::ManageCenter, team_form::member_page)
        .post("/center/team/{member}", P::ManageCenter, team_form::save_member)
        .post("/center/team/{member}/invitation", P::ManageCenter, team::invite_again)
        .post("/center/team/{member}/deactivation", P::ManageCenter, team::deactivate_member)
        .post("/center/team/{member}/activation", P::ManageCenter, team::activate_member)
        .get("/center/tokens", P::ManageCenter, tokens::tokens_page)
        .get("/center/tokens/new", P::ManageCenter, tokens::new_token_page)
        .post("/center/tokens", P::ManageCenter, tokens::create_token)
        .get("/center/tokens/{token}/revocation", P::ManageCenter, tokens::revocation_page)
        .post("/center/tokens/{token}/revocation", P::ManageCenter, tokens::revoke_token)
        .get("/center/name", P::ManageCenter, center::name_page)
        .post("/center/name", P::ManageCenter, center::save_name)
}

/// The whole address of a one-time link, as the person who asked for it reaches the program.
fn invitation_link(headers: &HeaderMap, secret: &str) -> String {
    format!("{}/invitations/{secret}", session::origin(headers))
}
