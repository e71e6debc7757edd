//! A town with one of everything, every text of it marked: the mark must never be seen by another town's people, and
//! every page has something to show.

use std::collections::BTreeMap;

use ortsgespraech::access::Role;
use ortsgespraech::accounts;
use ortsgespraech::audit::{self, Act, Actor};
use ortsgespraech::ids::{AccountId, TenantId};
use ortsgespraech::knowledge::{Adaptation, Content, Field, Html, Link, Part};
use sqlx::PgConnection;

use super::catalogue::entry;
use super::kept::KEEPING;
use super::{Client, TestApp, cast};

/// Ordinary German words that stand in no text of the program.
pub const MARK_OF_A: &str = "Zaunkönigmarke-A";
pub const MARK_OF_B: &str = "Amselmarke-B";

pub struct Town {
    pub tenant: TenantId,
    pub slug: &'static str,
    pub mark: &'static str,
    /// Serves this town alone, has a corrected call behind and a running one before them.
    pub agent: &'static str,
    pub editor: &'static str,
    pub admin: &'static str,
    pub token: String,
    values: BTreeMap<&'static str, String>,
}

impl Town {
    /// Stadt A, marked; its agent is one more person than the cast has.
    pub async fn a(test: &TestApp) -> Self {
        let people = ["agent@stadt-a.example", cast::EDITOR_OF_A, cast::ADMIN_OF_A];
        let mut db = test.begin_as_system().await;
        let roles = [(Role::Agent, Some(test.cast.stadt_a))];
        cast::insert_person(&mut db, &test.app, people[0], MARK_OF_A, &roles).await;
        db.commit().await.expect("commit");
        Self::fill(test, test.cast.stadt_a, "stadt-a", MARK_OF_A, "+4969900090", people).await
    }

    pub async fn b(test: &TestApp) -> Self {
        let people = [cast::AGENT_OF_B, cast::EDITOR_OF_B, cast::ADMIN_OF_B];
        Self::fill(test, test.cast.stadt_b, "stadt-b", MARK_OF_B, "+4940669690", people).await
    }

    async fn fill(
        test: &TestApp,
        tenant: TenantId,
        slug: &'static str,
        mark: &'static str,
        number: &str,
        [agent, editor, admin]: [&'static str; 3],
    ) -> Self {
        let values = BTreeMap::new();
        let mut town = Self { tenant, slug, mark, agent, editor, admin, token: String::new(), values };
        town.keep("entry", test.publish(tenant, mark, &content(mark, "")).await);
        test.publish(tenant, mark, &content(mark, " neu")).await;
        town.keep("withdrawn", test.publish(tenant, "zurückgezogen", &content(mark, " alt")).await);
        let mut db = test.begin_as_system().await;
        town.describe(&mut db).await;
        town.insert_schedule(&mut db, number).await;
        town.insert_people(&mut db, test).await;
        town.connect_telephones(&mut db, test).await;
        town.report_gaps(&mut db).await;
        town.promise_something(&mut db).await;
        town.give_appointments(&mut db).await;
        db.commit().await.expect("commit");
        town.take_calls(test).await;
        town.adapt_a_base(test).await;
        town
    }

    /// A working text, and words of its own above a base that moved since.
    async fn adapt_a_base(&mut self, test: &TestApp) {
        let base = format!("grundlage-{}", self.slug);
        let root = test.publish(test.cast.kreis, &base, &entry("Grundlage")).await;
        let mut patch = Adaptation::default();
        patch.replace(Part::Text(Field::Fees), &content(self.mark, ""));
        test.adapt(self.tenant, root, &patch).await;
        test.publish(test.cast.kreis, &base, &entry("Grundlage, neu")).await;
        let mut db = test.begin_as_system().await;
        let task = "select id from knowledge_task where tenant_id = $1 and $2 <> ''";
        let task = self.insert(&mut db, task).await;
        self.keep("knowledge_task", task);
        for insert in [
            "insert into entry_draft (tenant_id, entry_id, based_on, revision, state, note, changed_at)
             select $1, id, latest_version, 1000000 + id, 'returned', $2, now()
             from entry where tenant_id = $1 and external_id = $2",
            "insert into entry_draft_revision (tenant_id, entry_id, revision, content, saved_at, author)
             select $1, id, 1000000 + id, content, now(), $2
             from entry join entry_version version on version.tenant_id = $1 and entry_id = id and version = latest_version
             where entry.tenant_id = $1 and external_id = $2",
            "insert into editorial (tenant_id, requires_review) select $1, false where $2 <> ''",
        ] {
            self.run(&mut db, insert).await;
        }
        self.propose_offices(&mut db).await;
        db.commit().await.expect("commit");
    }

    pub fn keep(&mut self, name: &'static str, value: impl ToString) {
        self.values.insert(name, value.to_string());
    }

    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).unwrap_or_else(|| panic!("the town has no {name}"))
    }

    /// What stands in the braces of a route's path. A new name needs a line here, so no page can be forgotten.
    pub fn value(&self, route: &str, name: &str) -> String {
        match (name, route) {
            ("owner", route) if route.starts_with("/desk") => self.tenant.to_string(),
            ("tenant" | "owner", _) => self.slug.to_owned(),
            ("call", route) if route.starts_with("/desk") => self.get("running_call").to_owned(),
            ("call", route) if route.starts_with("/telephony") => self.get("unassigned_call").to_owned(),
            ("version" | "position", _) => "1".to_owned(),
            ("external_id", _) => self.mark.to_owned(),
            _ => {
                let value = self.values.get(name);
                value.unwrap_or_else(|| panic!("{route}: tell Town::value what {{{name}}} is")).clone()
            }
        }
    }

    async fn describe(&mut self, db: &mut PgConnection) {
        self.run(db, "update tenant set name = $2, short_name = $2, ars = '05170', inhabitants = 42 where id = $1")
            .await;
        self.run(db, "insert into authority (tenant_id, topic, body_name) values ($1, $2, $2)").await;
        let withdraw = "update entry set published_version = null where tenant_id = $1 and external_id = 'zurückgezogen' and $2 <> ''";
        self.run(db, withdraw).await;
        let unit =
            "insert into unit (tenant_id, name, phone, mail, street, postcode, city, room, opening_hours, phone_hours)
                    values ($1, $2, $2, $2 || '@example.org', $2, $2, $2, $2, $2, $2) returning id";
        let unit = self.insert(db, unit).await;
        self.keep("unit", unit);
        self.fill_directory(db, unit).await;
        let words = "insert into lexicon_line (tenant_id, expressions, terms, remark, changed_at, changed_by)
                     values ($1, array[$2], array[$2 || ' beantragen'], $2, now(), $2) returning id";
        let words = self.insert(db, words).await;
        self.keep("words", words);
        let miss = "insert into search_miss (tenant_id, words, folded, first_at, last_at)
                    values ($1, $2, $2, now(), now()) returning id";
        let miss = self.insert(db, miss).await;
        self.keep("miss", miss);
        let lesson = "insert into learned (tenant_id, words, entry_tenant_id, entry_id, weight, answered_on)
                      select $1, array[$2], tenant_id, id, 3, '2026-11-16'
                      from entry where tenant_id = $1 and external_id = $2 returning id";
        let lesson = self.insert(db, lesson).await;
        self.keep("lesson", lesson);
        let mail = "insert into mail (tenant_id, dedupe_key, recipient, subject, text, state, next_try_at, created_at, settled_at)
                    values ($1, $2, $2 || '@example.org', $2, $2, 'failed', now(), now(), now()) returning id";
        let mail = self.insert(db, mail).await;
        self.keep("mail", mail);
        for insert in KEEPING {
            self.run(db, insert).await;
        }
        let batch = sqlx::query_scalar::<_, i64>("select max(batch) from entry_check where tenant_id = $1");
        let batch = batch.bind(self.tenant).fetch_one(&mut *db).await.expect("a check");
        self.keep("batch", batch);
        self.insert_bulletins(db).await;
        self.import_something(db).await;
        self.open_to_everybody(db).await;
        self.run(db, "insert into learning_switch (tenant_id, learns) select $1, true where $2 <> ''").await;
    }

    /// Somebody in the office, its hours, who is responsible, and a call that was connected there.
    async fn fill_directory(&mut self, db: &mut PgConnection, unit: i64) {
        let named = |insert: &str| insert.replace("UNIT", &unit.to_string());
        let contact = "insert into contact (tenant_id, unit_id, name, task, room, phone, mail, languages, hold_until, hold_reason)
                       values ($1, UNIT, $2, $2, $2, '2212', 'zimmer@example.org', array[$2], '2026-12-01', $2) returning id";
        let contact = self.insert(db, &named(contact)).await;
        self.keep("contact", contact);
        let exception = "insert into unit_exception (tenant_id, unit_id, first_day, last_day, label)
                         values ($1, UNIT, '2026-12-01', '2026-12-02', $2) returning id";
        let exception = self.insert(db, &named(exception)).await;
        self.keep("unit_exception", exception);
        let rule = "insert into responsibility (tenant_id, within_unit_id, narrows, district, unit_id)
                    values ($1, UNIT, 'district', $2, UNIT) returning id";
        let rule = self.insert(db, &named(rule)).await;
        self.keep("rule", rule);
        let transfer = "insert into transfer (tenant_id, unit_id, call_tenant_id, call_opened_at, call_id, target, at)
                        values ($1, UNIT, $1, now(), 1, $2, '2026-11-17T09:00:00Z') returning id";
        let transfer = self.insert(db, &named(transfer)).await;
        self.keep("transfer", transfer);
        for insert in [
            "insert into unit_hours (tenant_id, unit_id, kind, weekday, opens, closes)
             select $1, UNIT, 'phone', 2, '08:00', '12:00' where $2 <> '' returning 1::bigint",
            "insert into unit_member (tenant_id, unit_id, account_id)
             select $1, UNIT, account_id from account_role where tenant_id = $1 and role = 'editor' and $2 <> '' limit 1
             returning 1::bigint",
        ] {
            self.insert(db, &named(insert)).await;
        }
    }

    /// One that holds now and was read by somebody, and one that was ended before its time.
    async fn insert_bulletins(&mut self, db: &mut PgConnection) {
        for ended in ["null", "'2026-11-17T09:00:00Z'::timestamptz"] {
            let bulletin = format!(
                "insert into bulletin (tenant_id, title, text, priority, starts_at, remind_on, ended_at,
                                       needs_acknowledgement, towns, lines, topics, entry_tenants, entries, created_at,
                                       changed_at, changed_by)
                 select $1, $2, $2, 'urgent', '2026-11-17T08:00:00Z', '2026-11-18', {ended}, true, array[$1],
                        '{{}}', array[$2], array[tenant_id], array[id], now(), now(), $2
                 from entry where tenant_id = $1 and external_id = $2 returning id"
            );
            let bulletin = self.insert(db, &bulletin).await;
            self.values.entry("bulletin").or_insert(bulletin.to_string());
        }
        let read = "insert into bulletin_acknowledgement (tenant_id, bulletin_id, account_id, acknowledged_at)
                    select $1, min(bulletin.id), min(role.account_id), now()
                    from bulletin, account_role role
                    where bulletin.tenant_id = $1 and role.tenant_id = $1 and role.role = 'editor' and $2 <> ''";
        self.run(db, read).await;
    }

    /// A file of the entry, an open public door, and something that does not pass it.
    async fn open_to_everybody(&mut self, db: &mut PgConnection) {
        let file = "insert into attachment (tenant_id, entry_id, label, file_name, media_type, size, sha256, internal,
                                            created_at, created_by)
                    select $1, id, $2, $2 || '.pdf', 'application/pdf', 9, sha256('%PDF-1.7'), false, now(), $2
                    from entry where tenant_id = $1 and external_id = $2 returning id";
        let file = self.insert(db, file).await;
        self.keep("attachment", file);
        for insert in [
            "insert into attachment_content (tenant_id, attachment_id, bytes)
             select tenant_id, id, '%PDF-1.7' from attachment where tenant_id = $1 and label = $2",
            "insert into public_door (tenant_id, opened_at, opened_by) values ($1, now(), $2)",
            "insert into public_exclusion (tenant_id, entry_id, excluded_at, excluded_by)
             select $1, id, now(), $2 from entry where tenant_id = $1 and external_id = 'zurückgezogen'",
        ] {
            self.run(db, insert).await;
        }
    }

    async fn insert_schedule(&mut self, db: &mut PgConnection, number: &str) {
        let line = format!("insert into line (tenant_id, number, label) values ($1, '{number}', $2) returning id");
        let line = self.insert(db, &line).await;
        self.keep("line", line);
        let idle = format!(
            "insert into line (tenant_id, number, label, active) values ($1, '{number}1', $2, false) returning id"
        );
        self.insert(db, &idle).await;
        let greeting = "insert into greeting (tenant_id, situation, text) values ($1, 'open', $2) returning id";
        let greeting = self.insert(db, greeting).await;
        self.keep("greeting", greeting);
        for insert in [
            "insert into source_queue (source_id, queue, tenant_id) select id, $2, $1 from source where adapter = 'desk'",
            "insert into source_order (source_id, tenant_id, act, details, created_at)
             select id, $1, 'call', jsonb_build_object('target', $2::text), now() from source where adapter = 'desk'",
        ] {
            self.run(db, insert).await;
        }
        self.run(
            db,
            "insert into service_hours (tenant_id, weekday, opens, closes)
             select $1, day, '08:00', '17:00' from generate_series(1, 5) day where $2 <> ''",
        )
        .await;
        self.run(
            db,
            "insert into answering (tenant_id, weekday, from_time, to_time, first, overflow_seconds)
             select $1, day, '08:00', '12:00', 'town', 20 from generate_series(1, 5) day where $2 <> ''",
        )
        .await;
        let exception = "insert into calendar_exception (tenant_id, first_day, last_day, label)
                         values ($1, '2026-12-24', '2026-12-31', $2) returning id";
        let exception = self.insert(db, exception).await;
        self.keep("day", exception);
    }

    async fn insert_people(&mut self, db: &mut PgConnection, test: &TestApp) {
        self.run(
            db,
            "update account set name = $2 where id in (select account_id from account_role where tenant_id = $1)",
        )
        .await;
        let guest = format!("einladung@{}.example", self.slug);
        cast::insert_person(db, &test.app, &guest, self.mark, &[(Role::Viewer, Some(self.tenant))]).await;
        let guest: i64 = sqlx::query_scalar("update account set password_hash = null where email = $1 returning id")
            .bind(guest)
            .fetch_one(&mut *db)
            .await
            .expect("the guest");
        self.keep("account", guest);
        self.keep("person", guest);
        let member = sqlx::query_scalar::<_, i64>("select id from account where email = $1").bind(self.agent);
        let member = member.fetch_one(&mut *db).await.expect("the agent");
        self.keep("member", member);
        let invitation = accounts::create_invitation(&mut *db, AccountId(guest), None, test.app.clock.now()).await;
        self.keep("secret", invitation.expect("an invitation"));
        let act = Act {
            tenant: Some(self.tenant),
            action: "changed",
            thing: "line",
            thing_id: self.mark.to_owned(),
            details: serde_json::json!({"label": ["vorher", self.mark]}),
        };
        let actor = Actor { account: None, name: self.mark.to_owned() };
        audit::record(&mut *db, test.app.clock.now(), &actor, act).await.expect("an audit line");
        let scopes = ["search", "calls", "knowledge"].map(str::to_owned);
        let reach = Some(&[self.tenant][..]);
        let token = accounts::create_token(&mut *db, self.mark, &scopes, reach, test.app.clock.now()).await;
        self.token = token.expect("a token");
        let id = sqlx::query_scalar::<_, i64>("select max(id) from api_token").fetch_one(db).await;
        self.keep("token", id.expect("the token"));
    }

    /// One call with everything an agent can put into it, ended; a second one is running with the entry open.
    async fn take_calls(&mut self, test: &TestApp) {
        let agent = test.sign_in(self.agent).await;
        let ended = self.take_call(test, &agent).await;
        let fields = [("disposition", "transferred"), ("detail", self.mark), ("note", self.mark), ("end", "1")];
        agent.post(&format!("/desk/calls/{ended}/outcome"), &fields).await.is(303);
        self.keep("call", ended);
        let running = self.take_call(test, &agent).await;
        self.keep("running_call", running);
        let mut db = test.begin_as_system().await;
        for insert in [
            "insert into caller_number (tenant_id, opened_at, call_id, number, delete_at)
             select tenant_id, opened_at, id, $2, opened_at from call where tenant_id = $1",
            "insert into queue_leg (tenant_id, opened_at, call_id, position, queue, joined_at, outcome, agent_seat)
             select tenant_id, opened_at, id, 1, $2, opened_at, 'answered', $2 from call where tenant_id = $1",
            "insert into call_reference (source_id, call_ref, generation, tenant_id, opened_at, call_id, first_at, last_at)
             select source_id, $2 || id, 1, tenant_id, opened_at, id, opened_at, opened_at from call where tenant_id = $1",
            "update call set call_ref = $2, parent_ref = $2, agent_seat = $2 where tenant_id = $1",
        ] {
            self.run(&mut db, insert).await;
        }
        db.commit().await.expect("commit");
    }

    async fn take_call(&self, test: &TestApp, agent: &Client) -> i64 {
        agent.post("/desk/calls", &[("line", &format!("{}-{}", self.tenant, self.get("line")))]).await.is(303);
        let mut db = test.begin_as_system().await;
        let call: i64 = sqlx::query_scalar("select max(id) from call").fetch_one(&mut *db).await.expect("a call");
        drop(db);
        let entry = format!("/desk/calls/{call}/entries/{}/{}", self.tenant, self.get("entry"));
        agent.post(&entry, &[]).await.is(303);
        call
    }

    pub async fn run(&self, db: &mut PgConnection, statement: &str) {
        let query = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()));
        query.bind(self.tenant).bind(self.mark).execute(db).await.expect(statement);
    }

    pub async fn insert(&self, db: &mut PgConnection, statement: &str) -> i64 {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement.to_owned()));
        query.bind(self.tenant).bind(self.mark).fetch_one(db).await.expect(statement)
    }
}

fn content(mark: &str, more: &str) -> Content {
    let text = |label: &str| format!("{label}{more}: {mark}");
    let mut content = Content {
        title: format!("{mark} beantragen"),
        synonyms: vec![mark.to_owned()],
        keywords: vec![mark.to_owned()],
        life_situations: vec![mark.to_owned()],
        unit: Some(mark.to_owned()),
        links: vec![Link { label: mark.to_owned(), url: "https://example.org/antrag".to_owned() }],
        ..Content::default()
    };
    for field in Field::ALL {
        content.set(field, Html::from_plain(&text(field.label())));
    }
    content
}
