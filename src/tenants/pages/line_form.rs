//! The form of a line: its number in any spelling, and the entry that opens at once, by title or number.

use serde::Deserialize;
use sqlx::PgConnection;

use crate::access::TenantAccess;
use crate::app::App;
use crate::ids::{EntryId, TenantId};
use crate::knowledge;
use crate::search::Request;
use crate::tenants::{Line, Number};
use crate::web;
use crate::web::forms::{Difference, Errors, differences};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LineForm {
    pub version: i32,
    pub number: String,
    pub label: String,
    pub skill: String,
    /// A title, or an entry's number.
    pub preset: String,
}

impl LineForm {
    pub async fn of(db: &mut PgConnection, line: &Line) -> sqlx::Result<Self> {
        let titles = knowledge::list_titles(db, line.preset_entry.as_slice()).await?;
        Ok(Self {
            version: line.version,
            number: line.display_number(),
            label: line.label.clone(),
            skill: line.skill.clone().unwrap_or_default(),
            preset: titles.into_iter().next().map(|(_, _, title)| title).unwrap_or_default(),
        })
    }

    /// The number as it is stored; skill and label are checked on the way.
    pub fn check(&self, errors: &mut Errors) -> Option<String> {
        errors.require("label", &self.label, "Die Bezeichnung");
        errors.limit("label", &self.label, 60);
        errors.limit("skill", &self.skill, 40);
        errors.require("number", &self.number, "Die Rufnummer");
        let number = Number::parse(&self.number).dialable().map(str::to_owned);
        if number.is_none() {
            errors.add("number", format!("„{}“ ist keine Rufnummer, die man wählen kann.", self.number));
        }
        number
    }

    /// An entry's number names it; so does a title, where only one entry has it. `unchanged` keeps what is set, so that two
    /// entries of one title are no trap.
    pub async fn find_preset(
        &self,
        app: &App,
        access: &TenantAccess,
        unchanged: Option<(&Self, Option<(TenantId, EntryId)>)>,
        errors: &mut Errors,
    ) -> web::Result<Option<(TenantId, EntryId)>> {
        if let Some((_, preset)) = unchanged.filter(|(before, _)| before.preset == self.preset) {
            return Ok(preset);
        }
        if self.preset.is_empty() {
            return Ok(None);
        }
        if let Some(entry) = find_by_number(app, access, &self.preset).await? {
            return Ok(Some(entry));
        }
        let request = Request::new(&self.preset, &access.sources, 20, app.clock.now());
        let hits = app.search.find(request).await.hits;
        let same: Vec<_> = hits.iter().filter(|hit| hit.title.to_lowercase() == self.preset.to_lowercase()).collect();
        if let [only] = same.as_slice() {
            return Ok(Some((only.tenant, only.entry)));
        }
        let offered = if same.is_empty() { hits.iter().take(5).collect() } else { same };
        let words: Vec<_> = offered.iter().map(|hit| format!("„{}“ (Nr. {})", hit.title, hit.entry)).collect();
        let message = match words.as_slice() {
            [] => "Dazu gibt es keinen Eintrag.".to_owned(),
            named => format!("Bitte geben Sie den genauen Titel oder die Nummer ein. Gefunden: {}.", named.join(", ")),
        };
        errors.add("preset", message);
        Ok(None)
    }

    pub fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        differences([
            ("number", "Rufnummer", &theirs.number, &self.number),
            ("label", "Bezeichnung", &theirs.label, &self.label),
            ("skill", "Kenntnis", &theirs.skill, &self.skill),
            ("preset", "Eintrag", &theirs.preset, &self.preset),
        ])
    }
}

async fn find_by_number(app: &App, access: &TenantAccess, text: &str) -> web::Result<Option<(TenantId, EntryId)>> {
    let Ok(number) = text.trim_start_matches("Nr.").trim().parse() else { return Ok(None) };
    let mut db = app.begin(&access.scope()).await?;
    for owner in &access.sources {
        let found = knowledge::find_entry(&mut db, access.id, owner.id, EntryId(number)).await?;
        if let Some(entry) = found {
            return Ok(Some((entry.tenant, entry.id)));
        }
    }
    Ok(None)
}
