//! An empty database becomes the demo: one transaction, so that an interrupted start leaves it empty.

use std::collections::HashMap;

use anyhow::Context;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc, Weekday};
use sqlx::PgConnection;

use super::accounts::{DEMO_ACCOUNTS, EVERYWHERE, PASSWORD, SKILLED};
use super::towns::{CENTER, Decides, DemoGreeting, DemoLine, DemoTown, SHARED_LINE, TOWNS, Week};
use super::{
    adaptations, answers, appointments, bulletins, cases, closing_days, directory, gaps, keeping, simulate, store,
    texts, traffic, words,
};
use crate::accounts::{self, NewAccount};
use crate::app::{App, DemoAccount};
use crate::audit::{self, Act, Actor};
use crate::calls;
use crate::clock;
use crate::db::Scope;
use crate::ids::{LineId, TenantId};
use crate::knowledge;
use crate::tenants::{
    self, Authority, Body, Greeting, Interval, KnowledgeBase, NewLine, NewTenant, Situation, WeeklyHours,
};

/// How far the history goes back.
const WEEKS: u32 = 6;
/// The texts were there before the first call.
const PREPARATION: TimeDelta = TimeDelta::weeks(10);

const HISTORY: traffic::Volume = traffic::Volume { days: WEEKS * 7, calls_per_day: 380, seed: 115 };

/// Fills a database without tenants. Says whether it did.
pub async fn fill(app: &App) -> anyhow::Result<bool> {
    let now = app.clock.now();
    let hash = accounts::hash_password(PASSWORD.to_owned()).await?;
    let mut db = app.begin(&Scope::system()).await?;
    store::lock_filling(&mut *db).await?;
    if !tenants::list_tenants(&mut *db).await?.is_empty() {
        return Ok(false);
    }
    let mut filling = Filling { db: &mut db, now, prepared: now - PREPARATION, towns: HashMap::new() };
    filling.insert_towns().await?;
    filling.insert_people(&hash).await?;
    filling.insert_keeping().await?;
    filling.insert_history().await?;
    filling.insert_bulletins().await?;
    filling.insert_appointments().await?;
    let towns = filling.towns;
    cases::insert_cases(&mut db, app, |slug| towns[slug]).await?;
    db.commit().await?;
    Ok(true)
}

struct Filling<'a> {
    db: &'a mut PgConnection,
    now: DateTime<Utc>,
    prepared: DateTime<Utc>,
    /// By slug.
    towns: HashMap<&'static str, TenantId>,
}

impl Filling<'_> {
    async fn insert_towns(&mut self) -> anyhow::Result<()> {
        store::update_center_name(&mut *self.db, CENTER).await?;
        for town in &TOWNS {
            self.insert_tenant(town).await?;
        }
        for town in &TOWNS {
            self.relate(town).await?;
            let (tenant, author) = (self.towns[town.slug], Actor::program("Demo"));
            texts::insert_texts(self.db, town.slug, tenant, &author, self.prepared).await?;
            words::insert_words(self.db, town.slug, tenant, &author, self.prepared).await?;
        }
        let kreis = self.towns["kreis"];
        for town in &TOWNS {
            let tenant = self.towns[town.slug];
            adaptations::insert_adaptations(self.db, town.slug, tenant, kreis, self.prepared).await?;
        }
        adaptations::change_a_base(self.db, kreis, self.prepared).await?;
        for town in &TOWNS {
            let tenant = self.towns[town.slug];
            directory::insert_directory(self.db, town.slug, tenant, town.block, self.now).await?;
        }
        for town in &TOWNS {
            let tenant = self.towns[town.slug];
            self.insert_week(tenant, None, town.week).await?;
            self.insert_greetings(tenant, None, town.greetings).await?;
            self.insert_closing_days(town).await?;
            for line in town.lines {
                self.insert_line(tenant, line).await?;
            }
        }
        let intake = tenants::find_intake(&mut *self.db).await?;
        self.insert_line(intake, &SHARED_LINE).await
    }

    async fn insert_tenant(&mut self, town: &DemoTown) -> anyhow::Result<()> {
        let new = NewTenant {
            short_name: town.short_name.to_owned(),
            accent: town.accent.to_owned(),
            shape: town.shape.to_owned(),
            ars: Some(town.ars.to_owned()),
            inhabitants: town.inhabitants,
            number_blocks: vec![town.block.to_owned()],
            postcodes: town.postcodes.iter().map(ToString::to_string).collect(),
            allows_own_greeting: town.own_greeting,
            // The Kreis comes first and runs the center itself.
            served_by: self.towns.get("kreis").copied(),
            ..NewTenant::new(town.slug, town.name, town.kind)
        };
        let id = tenants::insert_tenant(&mut *self.db, &new, self.prepared).await?;
        self.towns.insert(town.slug, id);
        let details = serde_json::json!({ "slug": town.slug, "name": town.name, "kind": town.kind.as_str() });
        let act = Act { tenant: Some(id), action: "created", thing: "tenant", thing_id: id.to_string(), details };
        audit::record(&mut *self.db, self.prepared, &Actor::program("Demo"), act).await?;
        Ok(())
    }

    async fn relate(&mut self, town: &DemoTown) -> anyhow::Result<()> {
        let (tenant, kreis) = (self.towns[town.slug], self.towns["kreis"]);
        if tenant != kreis {
            let topics = town.topics.iter().map(|topic| (*topic).to_owned()).collect::<Vec<_>>();
            let base = KnowledgeBase { tenant: kreis, topics: Some(topics).filter(|topics| !topics.is_empty()) };
            tenants::replace_knowledge_bases(self.db, tenant, &[base]).await?;
        }
        let body = |decides: Decides| match decides {
            Decides::Tenant(slug) => Body::Tenant(self.towns[slug]),
            Decides::Named(name) => Body::Named(name.to_owned()),
        };
        let authority =
            |(topic, decides): &(&str, Decides)| Authority { topic: (*topic).to_owned(), body: body(*decides) };
        let authorities: Vec<_> = town.authorities.iter().map(authority).collect();
        tenants::replace_authorities(self.db, tenant, &authorities).await?;
        Ok(())
    }

    async fn insert_line(&mut self, tenant: TenantId, line: &DemoLine) -> anyhow::Result<()> {
        let preset_entry = match line.preset {
            Some(entry) => knowledge::find_entry_id(&mut *self.db, tenant, entry).await?.map(|entry| (tenant, entry)),
            None => None,
        };
        let new = NewLine { number: line.number, label: line.label, skill: line.skill, preset_entry };
        let id = tenants::insert_line(&mut *self.db, tenant, new).await?;
        self.insert_week(tenant, Some(id), line.week).await?;
        self.insert_greetings(tenant, Some(id), line.greetings).await?;
        if line.never_rests {
            for exception in closing_days::duty_on_rest_days(self.today()) {
                tenants::insert_exception(&mut *self.db, tenant, Some(id), &exception).await?;
            }
        }
        Ok(())
    }

    async fn insert_closing_days(&mut self, town: &DemoTown) -> anyhow::Result<()> {
        for exception in closing_days::of_town(town.slug, self.today()) {
            tenants::insert_exception(&mut *self.db, self.towns[town.slug], None, &exception).await?;
        }
        Ok(())
    }

    async fn insert_week(&mut self, tenant: TenantId, line: Option<LineId>, week: Week) -> anyhow::Result<()> {
        let mut hours = Vec::with_capacity(week.len());
        for (day, (opens, closes)) in (0u8..).zip(week) {
            let interval = Interval { opens: time(opens)?, closes: time(closes)? };
            hours.push(WeeklyHours { weekday: Weekday::try_from(day)?, interval });
        }
        tenants::replace_hours(self.db, tenant, line, &hours).await?;
        Ok(())
    }

    async fn insert_greetings(
        &mut self,
        tenant: TenantId,
        line: Option<LineId>,
        greetings: &[DemoGreeting],
    ) -> anyhow::Result<()> {
        for greeting in greetings {
            let (situation, window, text) = match greeting {
                DemoGreeting::Open(text) => (Situation::Open, None, text),
                DemoGreeting::OpenWithin(from, to, text) => (Situation::Open, Some((time(from)?, time(to)?)), text),
                DemoGreeting::Closed(text) => (Situation::Closed, None, text),
            };
            let greeting = Greeting { id: 0, line, situation, window, text: (*text).to_owned(), version: 1 };
            tenants::insert_greeting(&mut *self.db, tenant, &greeting).await?;
        }
        Ok(())
    }

    async fn insert_people(&mut self, hash: &str) -> anyhow::Result<()> {
        for person in &DEMO_ACCOUNTS {
            let roles = [(person.role, self.tenant_of(person)?)];
            let new = NewAccount { email: person.email, name: person.name, password_hash: Some(hash), roles: &roles };
            let account = accounts::insert_account(self.db, new, self.prepared).await?;
            for (_, skill) in SKILLED.iter().filter(|(email, _)| *email == person.email) {
                store::insert_skill(&mut *self.db, account, skill).await?;
            }
        }
        Ok(())
    }

    fn tenant_of(&self, person: &DemoAccount) -> anyhow::Result<Option<TenantId>> {
        if person.town == EVERYWHERE {
            return Ok(None);
        }
        let town = TOWNS.iter().find(|town| town.short_name == person.town);
        let town = town.with_context(|| format!("{} works in no town of the demo", person.email))?;
        Ok(Some(self.towns[town.slug]))
    }

    async fn insert_keeping(&mut self) -> anyhow::Result<()> {
        for town in &TOWNS {
            keeping::insert_keeping(self.db, town.slug, self.towns[town.slug], self.now).await?;
        }
        Ok(())
    }

    async fn insert_history(&mut self) -> anyhow::Result<()> {
        let scene = simulate::load_scene(&mut *self.db, &[]).await?;
        let traffic = traffic::Traffic::new(scene, HISTORY, self.now);
        let history: Vec<_> = traffic.days().flat_map(|day| traffic.calls_of(day)).collect();
        calls::bulk_load(self.db, simulate::SOURCE, &history).await?;
        let towns = &self.towns;
        answers::insert_answers(self.db, |slug| towns[slug], self.now).await?;
        gaps::insert_gaps(self.db, |slug| towns[slug], self.now).await
    }

    async fn insert_bulletins(&mut self) -> anyhow::Result<()> {
        bulletins::insert_bulletins(&mut *self.db, |slug| self.towns[slug], self.now).await
    }

    async fn insert_appointments(&mut self) -> anyhow::Result<()> {
        appointments::insert_appointments(&mut *self.db, |slug| self.towns[slug], self.now).await
    }

    fn today(&self) -> chrono::NaiveDate {
        clock::day_of(self.now)
    }
}

fn time(text: &str) -> anyhow::Result<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").with_context(|| format!("{text} is no time of day"))
}
