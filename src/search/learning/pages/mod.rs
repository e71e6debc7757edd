//! What a town's search has learned: the list, forgetting, the switch.

mod forgetting;
mod list;
mod switch;

use crate::access::{Permission as P, TenantAccess};
use crate::app::App;
use crate::search::Request;
use crate::web::Routes;

use super::Learned;

pub fn routes() -> Routes {
    Routes::new()
        .get("/knowledge/{tenant}/learned", P::EditKnowledge, list::learned_page)
        .post("/knowledge/{tenant}/learned/switch", P::ManageTenant, switch::switch_learning)
        .get("/knowledge/{tenant}/learned/removal", P::EditKnowledge, forgetting::removal_of_all_page)
        .post("/knowledge/{tenant}/learned/removal", P::EditKnowledge, forgetting::forget_all)
        .get("/knowledge/{tenant}/learned/{lesson}/removal", P::EditKnowledge, forgetting::removal_page)
        .post("/knowledge/{tenant}/learned/{lesson}/removal", P::EditKnowledge, forgetting::forget_lesson)
}

fn list_url(tenant: &TenantAccess) -> String {
    format!("/knowledge/{}/learned", tenant.slug)
}

/// What was typed, as it can be read: kept are stems, and a beginning where nobody typed on.
async fn show_words(app: &App, tenant: &TenantAccess, lessons: &mut [Learned]) {
    let mut stems: Vec<String> = lessons.iter().flat_map(|lesson| lesson.words.iter().cloned()).collect();
    stems.sort_unstable();
    stems.dedup();
    stems.retain(|word| !word.ends_with('*'));
    let request = Request::new("", &tenant.sources, 0, app.clock.now());
    let spellings = app.search.spellings(request, stems).await;
    for word in lessons.iter_mut().flat_map(|lesson| &mut lesson.words) {
        if let Some(spelling) = spellings.get(word.as_str()) {
            word.clone_from(spelling);
        } else if let Some(beginning) = word.strip_suffix('*') {
            *word = format!("{beginning}…");
        }
    }
}
