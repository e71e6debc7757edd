//! Appointments in a town's own system: asked before the caller hears of anything, and given back what nobody needs.

use chrono::TimeDelta;
use ortsgespraech::appointments;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::appointments::at;
use crate::desk_keyboard::center;
use crate::gaps_desk::take_call;
use crate::support::bookings::{Wish, open_office};
use crate::support::zms::{FakeZms, Mood, SECRET};
use crate::support::{Client, TestApp, cast};

struct Scene {
    test: TestApp,
    zms: FakeZms,
    agent: Client,
    call: i64,
    starts: Vec<i64>,
}

impl Scene {
    async fn open(options: PgPoolOptions, database: PgConnectOptions) -> Self {
        let test = center(options, database).await;
        let starts: Vec<_> = ["18T08:00", "18T08:10", "19T09:00"].map(|start| at(start).timestamp()).to_vec();
        let zms = FakeZms::open(&starts).await;
        let office = open_office(&test, test.cast.stadt_a, Wish { counters: 0, ..Wish::default() }).await;
        let mut db = test.begin_as_system().await;
        let set =
            "update appointment_office set system = 'zms', address = $2, scope = '141', secret = $3 where unit_id = $1";
        let set = sqlx::query(set).bind(office.unit).bind(zms.url()).bind(SECRET);
        set.execute(&mut *db).await.expect("a system");
        sqlx::query("update appointment_type set remote_id = '120686'").execute(&mut *db).await.expect("its number");
        db.commit().await.expect("commit");
        let agent = test.sign_in(cast::AGENT).await;
        let call = take_call(&test, &agent).await;
        Self { test, zms, agent, call, starts }
    }

    async fn panel(&self) -> String {
        self.agent.get("/desk?panel=appointment").await.is(200).body
    }

    async fn post(&self, act: &str, fields: &[(&str, &str)]) {
        self.agent.post(&format!("/desk/calls/{}/appointments/{act}", self.call), fields).await.is(303);
    }

    async fn hold(&self, kind: &str, start: i64, key: &str) {
        self.post("holds", &[("kind", kind), ("start", &start.to_string()), ("key", key)]).await;
    }

    async fn book(&self) {
        let appointment = value(&self.panel().await, "appointment");
        self.post("bookings", &[("appointment", &appointment), ("check", "4711")]).await;
    }

    async fn states(&self) -> Vec<String> {
        let states = sqlx::query_scalar("select state from appointment order by id");
        states.fetch_all(&mut *self.test.begin_as_system().await).await.expect("states")
    }

    async fn give_back(&self) -> usize {
        appointments::give_back(&self.test.app).await.expect("an answer")
    }
}

fn value(page: &str, name: &str) -> String {
    let rest = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name} in {page}")).1;
    rest.split('"').next().expect("a value").to_owned()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn slot_is_reserved_there_confirmed_there_and_given_back_when_it_is_cancelled(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let scene = Scene::open(options, database).await;
    let panel = scene.panel().await;
    for start in &scene.starts {
        assert!(panel.contains(&format!("name=\"start\" value=\"{start}\"")), "{panel}");
    }
    assert!(!panel.contains(SECRET));
    let kind = value(&panel, "kind");
    scene.hold(&kind, scene.starts[0], "a").await;
    // The same form again reserves nothing more.
    scene.hold(&kind, scene.starts[0], "a").await;
    assert_eq!(scene.zms.processes(), [(scene.starts[0], "reserved")]);
    scene.book().await;
    assert_eq!(scene.zms.processes(), [(scene.starts[0], "confirmed")]);
    assert_eq!(scene.states().await, ["booked"]);
    let reference: String = sqlx::query_scalar("select reference from appointment")
        .fetch_one(&mut *scene.test.begin_as_system().await)
        .await
        .expect("a reference");
    scene.post("cancellation", &[("reference", &reference), ("check", "4711")]).await;
    // Its system is out of order for a while: it is told as soon as it is back.
    scene.zms.be(Mood::Broken);
    assert_eq!(scene.give_back().await, 0);
    scene.zms.be(Mood::Well);
    assert_eq!(scene.give_back().await, 1);
    assert_eq!(scene.give_back().await, 0);
    assert_eq!(scene.zms.processes(), []);
    assert_eq!(scene.states().await, ["cancelled"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn slot_that_went_to_somebody_else_in_between_is_told_with_what_is_left(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let scene = Scene::open(options, database).await;
    let kind = value(&scene.panel().await, "kind");
    scene.zms.take(scene.starts[0]);
    scene.hold(&kind, scene.starts[0], "a").await;
    let panel = scene.panel().await;
    assert!(panel.contains("ist gerade vergeben worden"), "{panel}");
    assert!(panel.contains(&scene.starts[1].to_string()) && !panel.contains(&scene.starts[0].to_string()));
    // Reserved, and lost before it was confirmed: nothing is said to be booked.
    scene.hold(&kind, scene.starts[1], "b").await;
    scene.zms.inside.lock().expect("no holder panics").processes.clear();
    scene.book().await;
    assert_eq!(scene.states().await, ["held"]);
    assert!(scene.panel().await.contains("ist gerade vergeben worden"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn trouble_in_the_other_system_is_told_and_never_an_error_of_ours(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let scene = Scene::open(options, database).await;
    let kind = value(&scene.panel().await, "kind");
    for (mood, words) in [
        (Mood::Broken, "lehnt die Anfrage ab"),
        (Mood::Garbled, "ist nicht zu verstehen"),
        (Mood::Silent, "antwortet nicht"),
    ] {
        scene.zms.be(mood);
        assert!(scene.panel().await.contains(words), "{words}");
        scene.hold(&kind, scene.starts[0], "a").await;
        assert_eq!(scene.states().await, Vec::<String>::new());
    }
    scene.zms.be(Mood::Well);
    scene.hold(&kind, scene.starts[0], "a").await;
    scene.zms.be(Mood::Broken);
    scene.book().await;
    assert_eq!(scene.states().await, ["held"], "what is not confirmed there is not booked here");
    scene.zms.be(Mood::Well);
    scene.book().await;
    assert_eq!(scene.states().await, ["booked"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_a_caller_did_not_want_is_given_back(options: PgPoolOptions, database: PgConnectOptions) {
    let scene = Scene::open(options, database).await;
    let kind = value(&scene.panel().await, "kind");
    scene.hold(&kind, scene.starts[0], "a").await;
    scene.post("release", &[]).await;
    assert_eq!(scene.give_back().await, 1);
    scene.hold(&kind, scene.starts[1], "b").await;
    assert_eq!(scene.give_back().await, 0, "the caller still thinks");
    scene.test.app.clock.advance(TimeDelta::minutes(6));
    assert_eq!(scene.give_back().await, 1);
    assert_eq!(scene.zms.processes(), []);
    assert_eq!(scene.states().await, Vec::<String>::new());
    assert!(scene.zms.asked().contains(&"free 141".to_owned()));
}
