//! Cases of a town, one in every state, with everything that belongs to them; and cases as tests need them.

use chrono::{DateTime, TimeDelta, Utc};
use ortsgespraech::audit::Actor;
use ortsgespraech::cases::{self, Channel, Contact, Kind, NewCase, Taken};
use ortsgespraech::ids::{TenantId, UnitId};
use sqlx::{PgConnection, Row};

use super::TestApp;
use super::town::Town;

/// Given to programs and films, nobody's.
pub const NUMBER: &str = "+492214710999";

const CASE: &str =
    "insert into case_file (tenant_id, reference, kind, concern, category, town_id, unit_id, holder, channel, best_time, state, begun_at,
                            promised_at, due_at, warn_at, answer, answered_at, outcome, closed_at)
     values ($1, $3, $4, $2, $2, $1, $5, $2, 'phone', $2, $6, '2026-11-16T09:00:00Z', '2026-11-18T11:00:00Z',
             '2026-11-18T11:00:00Z', '2026-11-18T08:00:00Z', $7, case when $7::text is not null then now() end,
             case $6 when 'closed' then 'done' end, case $6 when 'closed' then now() end) returning id";

impl Town {
    pub async fn promise_something(&mut self, db: &mut PgConnection) {
        let first = if self.slug == "stadt-a" { 110_000 } else { 120_000 };
        for (place, (name, kind, state)) in
            [("case", "callback", "open"), ("closed_case", "complaint", "closed"), ("late_case", "callback", "working")]
                .into_iter()
                .enumerate()
        {
            let reference = cases::Reference::of(first + u32::try_from(place).expect("few"));
            let answer = (state == "closed").then_some(self.mark);
            let unit: i64 = self.get("unit").parse().expect("a unit");
            let case = sqlx::query_scalar::<_, i64>(CASE).bind(self.tenant).bind(self.mark).bind(reference.as_str());
            let case = case.bind(kind).bind(unit).bind(state).bind(answer);
            let id = case.fetch_one(&mut *db).await.expect(CASE);
            self.keep(name, id);
        }
        for insert in [
            "insert into case_contact (tenant_id, case_id, name, phone, mail, address)
             select tenant_id, id, $2, $2, $2, $2 from case_file where tenant_id = $1",
            "insert into case_event (tenant_id, case_id, at, act, actor, note)
             select tenant_id, id, now(), 'taken down', $2, $2 from case_file where tenant_id = $1",
            "insert into case_rule (tenant_id, escalation_mail) values ($1, $2 || '@example.org')",
            "insert into mail_words (tenant_id, purpose, subject, greeting, signature) values ($1, 'case_new', $2, $2, $2)",
        ] {
            sqlx::query(insert).bind(self.tenant).bind(self.mark).execute(&mut *db).await.expect(insert);
        }
        let link = self.open_a_way(db).await;
        self.keep("link", link);
        self.keep("act", "taking");
        self.keep("purpose", "case_new");
    }

    /// A link into the open case, as it would stand in a mail.
    async fn open_a_way(&self, db: &mut PgConnection) -> String {
        let key: Vec<u8> = sqlx::query_scalar("select case_signing_key()").fetch_one(&mut *db).await.expect("the key");
        let token = cases::Token::draw(&key);
        let link = "insert into case_link (tenant_id, case_id, unit_id, token_hash, created_at, expires_at)
                    select tenant_id, id, unit_id, $3, '2026-11-16T09:00:00Z', '2026-12-16T09:00:00Z' from case_file
                    where tenant_id = $1 and id = $2";
        let case: i64 = self.get("case").parse().expect("a case");
        sqlx::query(link).bind(self.tenant).bind(case).bind(token.hash()).execute(db).await.expect(link);
        token.as_str().to_owned()
    }
}

impl TestApp {
    /// An office of a town that works from eight to twelve, Monday to Friday.
    pub async fn open_office(&self, tenant: TenantId, name: &str, mail: Option<&str>) -> UnitId {
        let mut db = self.begin_as_system().await;
        let hours = "insert into service_hours (tenant_id, weekday, opens, closes)
                     select $1, day, '08:00', '12:00' from generate_series(1, 5) day
                     where not exists (select from service_hours where tenant_id = $1)";
        sqlx::query(hours).bind(tenant).execute(&mut *db).await.expect(hours);
        let unit = "insert into unit (tenant_id, name, mail) values ($1, $2, $3) returning id";
        let unit = sqlx::query_scalar(unit).bind(tenant).bind(name).bind(mail).fetch_one(&mut *db).await.expect(unit);
        db.commit().await.expect("commit");
        unit
    }

    /// A callback for an office, as an agent takes it down.
    pub async fn promise_callback(&self, tenant: TenantId, unit: Option<UnitId>) -> Taken {
        self.take_down(self.callback(tenant, unit)).await
    }

    pub fn callback(&self, tenant: TenantId, unit: Option<UnitId>) -> NewCase {
        NewCase {
            tenant,
            kind: Kind::Callback,
            concern: "Reisepass ist noch nicht da".to_owned(),
            category: None,
            topic: None,
            call: None,
            town: tenant,
            unit,
            taken_by: None,
            channel: Channel::Phone,
            best_time: Some("vormittags".to_owned()),
            contact: Contact {
                name: Some("Erika Musterfrau".to_owned()),
                phone: Some(NUMBER.to_owned()),
                ..Contact::default()
            },
            begun_at: self.app.clock.now(),
            promise: None,
        }
    }

    pub async fn take_down(&self, new: NewCase) -> Taken {
        let actor = Actor { account: None, name: "Frau Weber".to_owned() };
        let mut db = self.begin_as_system().await;
        let taken = cases::take(&mut db, &self.app, new, &actor).await.expect("a case");
        db.commit().await.expect("commit");
        taken
    }

    /// The promise as the database has it: due, warned, escalated.
    pub async fn moments(&self, taken: &Taken) -> [Option<DateTime<Utc>>; 3] {
        let moments = "select due_at, warned_at, escalated_at from case_file where id = $1";
        let mut db = self.begin_as_system().await;
        let row = sqlx::query(moments).bind(taken.id).fetch_one(&mut *db).await.expect(moments);
        std::array::from_fn(|place| row.get(place))
    }

    /// What happened to a case, the first thing first.
    pub async fn history(&self, taken: &Taken) -> Vec<String> {
        let acts = "select act from case_event where case_id = $1 order by id";
        let mut db = self.begin_as_system().await;
        sqlx::query_scalar(acts).bind(taken.id).fetch_all(&mut *db).await.expect(acts)
    }

    /// Links that stand in waiting mails, the latest last; each once.
    pub async fn links_in_mails(&self) -> Vec<String> {
        let texts = "select text from mail where text like '%/case/%' order by id";
        let mut db = self.begin_as_system().await;
        let texts: Vec<String> = sqlx::query_scalar(texts).fetch_all(&mut *db).await.expect(texts);
        let link = |text: &String| {
            let from = text.find("/case/").expect("a link");
            text[from..].split_whitespace().next().expect("a link").to_owned()
        };
        texts.iter().map(link).collect()
    }

    /// Moves the clock; sessions end meanwhile.
    pub fn later(&self, by: TimeDelta) {
        self.app.clock.advance(by);
    }
}
