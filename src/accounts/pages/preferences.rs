//! How somebody works at the desk: keys, sound, the greeting in own words.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::account::{record, show_account, told};
use crate::access::{Preferences, Viewer};
use crate::accounts::store;
use crate::app::App;
use crate::db::Scope;
use crate::tenants;
use crate::web::forms::{Errors, optional};
use crate::web::{self, Form};

const LONGEST_GREETING: usize = 300;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PreferencesForm {
    single_keys: String,
    town_sound: String,
    pub greeting: String,
}

impl PreferencesForm {
    pub fn of(preferences: &Preferences) -> Self {
        let ticked = |is_so: bool| if is_so { "on".to_owned() } else { String::new() };
        Self {
            single_keys: ticked(preferences.single_keys),
            town_sound: ticked(preferences.town_sound),
            greeting: preferences.greeting.clone().unwrap_or_default(),
        }
    }

    pub fn has_single_keys(&self) -> bool {
        !self.single_keys.is_empty()
    }

    pub fn has_town_sound(&self) -> bool {
        !self.town_sound.is_empty()
    }

    /// Whoever greets in own words still names the town and themselves.
    fn check(&self, errors: &mut Errors) -> Preferences {
        errors.limit("greeting", &self.greeting, LONGEST_GREETING);
        if let Some(unknown) = tenants::unknown_placeholder(&self.greeting) {
            let rule = "Möglich sind {name}, {ort} und {gruss}.";
            errors.add("greeting", format!("Den Platzhalter {unknown} gibt es nicht. {rule}"));
        }
        let names_both = ["{ort}", "{name}"].iter().all(|needed| self.greeting.contains(needed));
        if !self.greeting.is_empty() && !names_both {
            errors.add("greeting", "In der Begrüßung kommen {ort} und {name} vor.");
        }
        Preferences {
            single_keys: self.has_single_keys(),
            town_sound: self.has_town_sound(),
            greeting: optional(&self.greeting),
        }
    }
}

pub(super) async fn save_preferences(
    State(app): State<App>,
    viewer: Viewer,
    Form(form): Form<PreferencesForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    let preferences = form.check(&mut errors);
    if !errors.is_empty() {
        return show_account(&app, viewer, form, errors).await;
    }
    let mut db = app.begin(&Scope::system()).await?;
    store::update_preferences(&mut *db, viewer.account, &preferences).await?;
    record(&mut db, &app, &viewer, "changed preferences").await?;
    db.commit().await?;
    told(&app, &viewer, "So arbeiten Sie ab jetzt am Arbeitsplatz.").await
}
