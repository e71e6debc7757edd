//! A tenant's bulletins: everybody who reads its knowledge sees the list, its editors write.

mod ending;
mod form;
mod list;
mod options;
mod saving;

use crate::access::{Permission as P, TenantAccess};
use crate::app::App;
use crate::bulletins::{Bulletin, store};
use crate::ids::BulletinId;
use crate::web::{self, Error, Routes};

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/bulletins", P::ReadKnowledge, list::bulletins_page)
        .get("/knowledge/{tenant}/bulletins/new", P::EditKnowledge, saving::new_bulletin_page)
        .post("/knowledge/{tenant}/bulletins", P::EditKnowledge, saving::create_bulletin)
        .get("/knowledge/{tenant}/bulletins/{bulletin}", P::EditKnowledge, saving::bulletin_page)
        .post("/knowledge/{tenant}/bulletins/{bulletin}", P::EditKnowledge, saving::save_bulletin)
        .post("/knowledge/{tenant}/bulletins/{bulletin}/end", P::EditKnowledge, ending::end_bulletin)
        .post("/knowledge/{tenant}/bulletins/{bulletin}/restoration", P::EditKnowledge, ending::resume_bulletin)
}

fn list_url(tenant: &TenantAccess) -> String {
    format!("/knowledge/{}/bulletins", tenant.slug)
}

/// One that this tenant wrote.
async fn find(app: &App, tenant: &TenantAccess, id: BulletinId) -> web::Result<Bulletin> {
    let mut db = app.begin(&tenant.scope()).await?;
    store::find_bulletin(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)
}
