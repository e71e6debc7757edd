//! Screens of the tenant admin and the operator: profile, relations, lines.

use ortsgespraech::ids::TenantId;
use sqlx::Row;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Client, TestApp, cast};

const PROFILE: [(&str, &str); 9] = [
    ("version", "1"),
    ("name", "Stadt Alpha"),
    ("short_name", "Alpha"),
    ("accent", "wine"),
    ("shape", "diamond"),
    ("ars", "059740000000"),
    ("inhabitants", "12.500"),
    ("number_blocks", "069 90009\n0221 4710"),
    ("observes_holidays", "on"),
];

async fn acts(test: &TestApp) -> Vec<String> {
    let rows = sqlx::query("select actor, action, thing from audit order by id")
        .fetch_all(&mut *test.begin_as_system().await)
        .await
        .expect("the audit");
    let words = |row: &sqlx::postgres::PgRow| [0, 1, 2].map(|column| row.get::<String, _>(column)).join(" ");
    rows.iter().map(words).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn admin_changes_the_own_towns_profile(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    assert_eq!(admin.get("/tenants/stadt-a").await.is(303).location(), "/tenants/stadt-a/profile");
    assert!(!admin.get("/tenants/stadt-a/profile").await.is(200).body.contains("served_by"));
    admin.post("/tenants/stadt-a/profile", &PROFILE).await.is(303);
    let page = admin.get("/tenants/stadt-a/profile").await.is(200).body;
    assert!(page.contains("Das Profil ist gespeichert."));
    assert!(page.contains("Stadt Alpha") && page.contains("value=\"12500\"") && page.contains("0221 4710"));
    assert_eq!(acts(&test).await, ["Admin A changed tenant"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn admin_cannot_decide_what_is_the_operators(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let smuggled = [("kind", "bund"), ("served_by", ""), ("after_call_seconds", "600"), ("slug", "kreis")];
    admin.post("/tenants/stadt-a/profile", &[&PROFILE[..], &smuggled].concat()).await.is(303);
    let row = sqlx::query("select kind, served_by, after_call_seconds, slug from tenant where slug = 'stadt-a'")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("the tenant");
    assert_eq!((row.get::<String, _>(0), row.get::<Option<i32>, _>(1)), ("stadt".into(), Some(test.cast.kreis.0)));
    assert_eq!(row.get::<i32, _>(2), 15);
    admin.get("/tenants/stadt-a/relations").await.is(403);
    admin.get("/center").await.is(403);
    admin.post("/center/tenants", &PROFILE).await.is(403);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mistakes_come_back_with_what_was_typed(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let wrong = [
        ("version", "1"),
        ("name", ""),
        ("short_name", "viel zu langer Kurzname für alle"),
        ("accent", "rosa"),
        ("shape", "circle"),
        ("ars", "05-97"),
        ("inhabitants", "viele"),
        ("number_blocks", "Rathaus"),
        ("postcodes", "46483 4648"),
    ];
    let page = admin.post("/tenants/stadt-a/profile", &wrong).await.is(422).body;
    assert!(page.contains("Bitte 7 Angaben prüfen"), "{page}");
    for kept in ["value=\"viele\"", "Rathaus", "05-97", "Bitte wählen Sie eine Farbe."] {
        assert!(page.contains(kept), "{kept}");
    }
    assert!(acts(&test).await.is_empty());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn second_of_two_editors_sees_both_texts(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    admin.post("/tenants/stadt-a/profile", &PROFILE).await.is(303);
    let mut late = PROFILE;
    late[1] = ("name", "Stadt Anders");
    let page = admin.post("/tenants/stadt-a/profile", &late).await.is(409).body;
    assert!(page.contains("<td>Stadt Alpha</td><td>Stadt Anders</td>"), "{page}");
    assert!(!page.contains("<td>Alpha</td><td>Alpha</td>"));
    assert!(page.contains("name=\"version\" value=\"2\"") && page.contains("value=\"Stadt Anders\""));
    late[0] = ("version", "2");
    admin.post("/tenants/stadt-a/profile", &late).await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn other_towns_people_meet_404_or_403(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    for person in cast::PEOPLE_OF_B {
        let client = test.sign_in(person).await;
        let places = ["profile", "relations", "lines", "greetings", "hours", "answering", "closing-days"];
        for place in places.into_iter().chain(["units", "people", "audit"]) {
            client.get(&format!("/tenants/stadt-a/{place}")).await.is(404);
        }
        client.post("/tenants/stadt-a/profile", &PROFILE).await.is(404);
    }
    let editor = test.sign_in(cast::EDITOR_OF_B).await;
    editor.get("/tenants/stadt-b/lines").await.is(403);
    editor.get("/tenants").await.is(403);
}

async fn operator(test: &TestApp) -> Client {
    test.sign_in(cast::OPERATOR).await
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn operator_makes_a_tenant_and_its_relations(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = operator(&test).await;
    operator.get("/center/tenants/new").await.is(200);
    let center = [("slug", "stadt-c"), ("kind", "stadt"), ("served_by", "kreis"), ("after_call_seconds", "20")];
    let answer = operator.post("/center/tenants", &[&PROFILE[..], &center].concat()).await.is(303);
    assert_eq!(answer.location(), "/tenants/stadt-c/relations");
    let twice = operator.post("/center/tenants", &[&PROFILE[..], &center].concat()).await.is(422);
    assert!(twice.body.contains("Dieses Kürzel ist schon vergeben."));
    let relations = [
        ("version", "1"),
        ("base", "kreis"),
        ("base_topics", "Umzug, Familie"),
        ("base", "jobcenter"),
        ("base_topics", ""),
        ("topic", "Führerschein"),
        ("body", "kreis"),
        ("body_name", ""),
        ("topic", "Bergrecht"),
        ("body", ""),
        ("body_name", "Bezirksregierung Arnsberg"),
    ];
    operator.post("/tenants/stadt-c/relations", &relations).await.is(303);
    let page = operator.get("/tenants/stadt-c/relations").await.is(200).body;
    for shown in ["Umzug, Familie", "Bezirksregierung Arnsberg", "name=\"version\" value=\"2\""] {
        assert!(page.contains(shown), "{shown}");
    }
    let knowledge: Vec<i32> = sqlx::query_scalar(
        "select base_tenant_id from knowledge_base k join tenant t on t.id = k.tenant_id where t.slug = 'stadt-c' order by position",
    )
    .fetch_all(&mut *test.begin_as_system().await)
    .await
    .expect("bases");
    assert_eq!(knowledge, [test.cast.kreis.0, test.cast.jobcenter.0]);
    let stale =
        operator.post("/tenants/stadt-c/relations", &[("version", "1"), ("base", "kreis"), ("base_topics", "")]).await;
    stale.is(409);
    let itself = [("version", "2"), ("base", "stadt-c"), ("base_topics", "")];
    operator.post("/tenants/stadt-c/relations", &itself).await.is(422);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn list_filters_and_says_when_nothing_fits(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = operator(&test).await;
    let all = operator.get("/center").await.is(200).body;
    assert!(all.contains("1–4 von 4 Mandanten"));
    let one = operator.get("/center?q=stadt+b&kind=stadt").await.is(200).body;
    assert!(one.contains("1–1 von 1 Mandanten") && !one.contains("Stadt A</span>"));
    assert!(operator.get("/center?q=nirgends").await.is(200).body.contains("Kein Mandant gefunden."));
    let own = test.sign_in(cast::ADMIN_OF_A).await.get("/tenants").await.is(200).body;
    assert!(own.contains("Stadt A</span>") && !own.contains("Stadt B"), "only the own towns");
}

async fn line_numbers(test: &TestApp, tenant: TenantId) -> Vec<String> {
    sqlx::query_scalar("select number || ' ' || label || case when active then '' else ' (aus)' end from line where tenant_id = $1 order by id")
        .bind(tenant.0)
        .fetch_all(&mut *test.begin_as_system().await)
        .await
        .expect("lines")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn admin_keeps_the_towns_lines(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    assert!(admin.get("/tenants/stadt-a/lines").await.is(200).body.contains("Noch keine Rufnummer."));
    admin.post("/tenants/stadt-a/lines", &[("number", "069 / 90009-100"), ("label", "Zentrale")]).await.is(303);
    let page = admin.get("/tenants/stadt-a/lines").await.is(200).body;
    assert!(page.contains("069 90009-100") && page.contains("Die Rufnummer ist angelegt."));
    for (number, message) in [
        ("anonymous", "keine Rufnummer"),
        ("", "Die Rufnummer fehlt."),
        ("2212", "keine Rufnummer"),
        ("+496990009100", "gehört schon zu einem Anschluss"),
    ] {
        let answer = admin.post("/tenants/stadt-a/lines", &[("number", number), ("label", "Zweite")]).await.is(422);
        assert!(answer.body.contains(message), "{number}");
    }
    let id: i64 =
        sqlx::query_scalar("select id from line").fetch_one(&mut *test.begin_as_system().await).await.expect("it");
    let path = format!("/tenants/stadt-a/lines/{id}");
    let changed = [("version", "1"), ("number", "069 90009-200"), ("label", "Bürgerbüro"), ("skill", "Meldewesen")];
    admin.post(&path, &changed).await.is(303);
    let late =
        admin.post(&path, &[("version", "1"), ("number", "069 90009-200"), ("label", "Ordnungsamt")]).await.is(409);
    assert!(late.body.contains("<td>Bürgerbüro</td><td>Ordnungsamt</td>"));
    admin.post(&format!("{path}/deactivation"), &[]).await.is(303);
    assert_eq!(line_numbers(&test, test.cast.stadt_a).await, ["+496990009200 Bürgerbüro (aus)"]);
    assert!(admin.get("/tenants/stadt-a/lines").await.body.contains(&format!("action=\"{path}/activation\"")), "undo");
    admin.post(&format!("{path}/activation"), &[]).await.is(303);
    assert_eq!(line_numbers(&test, test.cast.stadt_a).await, ["+496990009200 Bürgerbüro"]);
    let other = test.sign_in(cast::ADMIN_OF_B).await;
    other.get(&path).await.is(404);
    other.get(&format!("/tenants/stadt-b/lines/{id}")).await.is(404);
    other.post(&format!("/tenants/stadt-b/lines/{id}/deactivation"), &[]).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn operator_keeps_lines_that_towns_share(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = operator(&test).await;
    operator.post("/tenants/intake/lines", &[("number", "115"), ("label", "Behördennummer")]).await.is(303);
    assert!(operator.get("/tenants/intake/lines").await.is(200).body.contains("Gemeinsame Rufnummern"));
    assert_eq!(line_numbers(&test, test.cast.intake).await, ["115 Behördennummer"]);
    operator.get("/tenants/intake/profile").await.is(404);
    test.sign_in(cast::AGENT).await.get("/tenants/intake/lines").await.is(403);
    test.sign_in(cast::ADMIN_OF_A).await.get("/tenants/intake/lines").await.is(404);
}
