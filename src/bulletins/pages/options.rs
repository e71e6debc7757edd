//! What the form of a bulletin offers: towns, lines, topics, entries, ends.

use chrono::{DateTime, Utc};

use crate::access::{Permission, TenantAccess, Viewer};
use crate::app::App;
use crate::bulletins::{Announcement, Presets};
use crate::ids::{EntryId, LineId, TenantId};
use crate::knowledge::{self, LIFE_SITUATIONS};
use crate::search::Request;
use crate::tenants::{self, Line, ServiceCalendar};
use crate::web;
use crate::web::forms::Errors;

/// How many a form may name.
const MOST_ENTRIES: usize = 8;

pub struct Options {
    /// Where the person may write, the tenant itself first.
    pub towns: Vec<TenantAccess>,
    /// Active ones of these towns.
    pub lines: Vec<Line>,
    pub topics: Vec<String>,
    pub presets: Presets,
    pub now: DateTime<Utc>,
    /// As it is saved; what the person cannot choose stays as it is.
    pub saved: Option<Announcement>,
    /// Titles of the entries that are saved.
    titles: Vec<(TenantId, EntryId, String)>,
}

impl Options {
    pub async fn load(
        app: &App,
        viewer: &Viewer,
        tenant: &TenantAccess,
        saved: Option<Announcement>,
    ) -> web::Result<Self> {
        let now = app.clock.now();
        let mut towns: Vec<_> = viewer.tenants_with(Permission::EditKnowledge).into_iter().cloned().collect();
        towns.sort_by_key(|town| town.id != tenant.id);
        let ids: Vec<_> = towns.iter().map(|town| town.id).collect();
        let mut db = app.begin(&viewer.scope()).await?;
        let mut lines = tenants::list_lines(&mut *db, &ids).await?;
        lines.retain(|line| line.active);
        lines.sort_by_key(|line| ids.iter().position(|id| *id == line.tenant));
        let schedules = tenants::list_schedules(&mut db, &[tenant.id]).await?;
        let calendar = schedules.get(&tenant.id).map_or_else(ServiceCalendar::default, |one| one.calendar(None));
        let entries = saved.as_ref().map(|said| said.entries.as_slice()).unwrap_or_default();
        let titles = knowledge::list_titles(&mut *db, entries).await?;
        let mut topics: Vec<_> = LIFE_SITUATIONS.iter().map(|topic| (*topic).to_owned()).collect();
        let own = saved.iter().flat_map(|said| said.topics.clone());
        topics.extend(own.filter(|topic| !LIFE_SITUATIONS.contains(&topic.as_str())));
        Ok(Self { towns, lines, topics, presets: Presets::new(&calendar, now), now, saved, titles })
    }

    pub fn is_offered(&self, town: TenantId) -> bool {
        self.towns.iter().any(|offered| offered.id == town)
    }

    /// Towns of the saved bulletin that this person cannot take away.
    pub fn kept_towns(&self) -> Vec<TenantId> {
        let saved = self.saved.iter().flat_map(|said| said.towns.iter().copied());
        saved.filter(|town| !self.is_offered(*town)).collect()
    }

    pub fn kept_lines(&self) -> Vec<LineId> {
        let saved = self.saved.iter().flat_map(|said| said.lines.iter().copied());
        saved.filter(|line| !self.lines.iter().any(|offered| offered.id == *line)).collect()
    }

    pub fn town_names(&self, towns: &[TenantId]) -> String {
        let chosen = self.towns.iter().filter(|town| towns.contains(&town.id));
        chosen.map(|town| town.short_name.clone()).collect::<Vec<_>>().join(", ")
    }

    pub fn line_names(&self, lines: &[LineId]) -> String {
        let chosen = self.lines.iter().filter(|line| lines.contains(&line.id));
        chosen.map(|line| self.line_name(line)).collect::<Vec<_>>().join(", ")
    }

    pub fn line_name(&self, line: &Line) -> String {
        let town = self.towns.iter().find(|town| town.id == line.tenant).filter(|_| self.towns.len() > 1);
        let town = town.map(|town| format!("{}: ", town.short_name)).unwrap_or_default();
        format!("{town}{} {}", line.label, line.display_number())
    }

    /// One line an entry: its title, where one is known.
    pub fn entry_lines(&self, entries: &[(TenantId, EntryId)]) -> String {
        let line = |key: &(TenantId, EntryId)| {
            let title = self.titles.iter().find(|(owner, id, _)| (*owner, *id) == *key);
            title.map_or_else(|| format!("Nr. {}", key.1), |(_, _, title)| title.clone())
        };
        entries.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The entries that are named one below the other, by title or number.
    pub async fn find_entries(
        &self,
        app: &App,
        tenant: &TenantAccess,
        typed: &str,
        errors: &mut Errors,
    ) -> web::Result<Vec<(TenantId, EntryId)>> {
        if let Some(said) = self.saved.as_ref().filter(|said| self.entry_lines(&said.entries) == typed) {
            return Ok(said.entries.clone());
        }
        let named: Vec<_> = typed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if named.len() > MOST_ENTRIES {
            errors.add("entries", format!("Höchstens {MOST_ENTRIES} Einträge sind möglich."));
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for name in named {
            found.extend(find_entry(app, tenant, name, errors).await?);
        }
        found.dedup();
        Ok(found)
    }
}

async fn find_entry(
    app: &App,
    tenant: &TenantAccess,
    name: &str,
    errors: &mut Errors,
) -> web::Result<Option<(TenantId, EntryId)>> {
    if let Some(entry) = find_by_number(app, tenant, name).await? {
        return Ok(Some(entry));
    }
    let request = Request::new(name, &tenant.sources, 20, app.clock.now());
    let hits = app.search.find(request).await.hits;
    let same: Vec<_> = hits.iter().filter(|hit| hit.title.to_lowercase() == name.to_lowercase()).collect();
    if let [only] = same.as_slice() {
        return Ok(Some((only.tenant, only.entry)));
    }
    let offered = if same.is_empty() { hits.iter().take(5).collect() } else { same };
    let words: Vec<_> = offered.iter().map(|hit| format!("„{}“ (Nr. {})", hit.title, hit.entry)).collect();
    let short: String = name.chars().take(80).collect();
    errors.add(
        "entries",
        match words.as_slice() {
            [] => format!("Zu „{short}“ gibt es keinen Eintrag."),
            found => {
                format!("Bitte geben Sie statt „{short}“ den genauen Titel oder die Nummer ein: {}.", found.join(", "))
            }
        },
    );
    Ok(None)
}

async fn find_by_number(app: &App, tenant: &TenantAccess, text: &str) -> web::Result<Option<(TenantId, EntryId)>> {
    let Ok(number) = text.trim_start_matches("Nr.").trim().parse() else { return Ok(None) };
    let mut db = app.begin(&tenant.scope()).await?;
    for owner in &tenant.sources {
        let found = knowledge::find_entry(&mut db, tenant.id, owner.id, EntryId(number)).await?;
        if let Some(entry) = found {
            return Ok(Some((entry.tenant, entry.id)));
        }
    }
    Ok(None)
}
