//! Pages of the mails: the operator's view of the outbox, and a town's own words.

mod list;
mod words;

use crate::access::Permission as P;
use crate::web::Routes;

pub fn routes() -> Routes {
    Routes::new()
        .get("/center/mail", P::ManageCenter, list::mails_page)
        .post("/center/mail/trial", P::ManageCenter, list::send_trial)
        .post("/center/mail/{mail}/delivery", P::ManageCenter, list::retry_mail)
        .get("/tenants/{tenant}/mails", P::ManageTenant, words::purposes_page)
        .get("/tenants/{tenant}/mails/{purpose}", P::ManageTenant, words::words_page)
        .post("/tenants/{tenant}/mails/{purpose}", P::ManageTenant, words::save_words)
}
