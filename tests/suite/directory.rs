//! Pages of a town's offices and people.

use ortsgespraech::directory;
use ortsgespraech::ids::UnitId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Client, TestApp, cast};

pub async fn id_of(test: &TestApp, name: &str) -> UnitId {
    let mut db = test.begin_as_system().await;
    let units = directory::list_units(&mut *db, test.cast.stadt_a).await.expect("units");
    units.iter().find(|unit| unit.name == name).expect("the unit").id
}

/// An office of Stadt A.
pub async fn make(admin: &Client, fields: &[(&str, &str)]) -> String {
    admin.post("/directory/stadt-a/units", fields).await.is(303).location().to_owned()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn unit_is_made_changed_archived_and_brought_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    assert!(editor.get("/directory/stadt-a").await.is(200).body.contains("Noch keine Stelle."));
    let fields = [
        ("name", "Bürgerbüro"),
        ("phone", "069 90009-114"),
        ("street", "Markt 1"),
        ("postcode", "60311"),
        ("city", "Stadt A"),
        ("room", "3"),
        ("languages", "Türkisch, Polnisch"),
    ];
    let path = make(&editor, &fields).await;
    let list = editor.get("/directory/stadt-a").await.is(200).body;
    assert!(list.contains("Markt 1, 60311 Stadt A, Zimmer 3") && list.contains("069 90009-114"));
    assert!(editor.get(&path).await.is(200).body.contains("Türkisch, Polnisch"));
    assert!(editor.post("/directory/stadt-a/units", &fields).await.is(422).body.contains("gibt es schon"));
    editor.post(&path, &[("version", "1"), ("name", "Bürgerservice"), ("phone", "2212")]).await.is(303);
    let late = editor.post(&path, &[("version", "1"), ("name", "Bürgeramt"), ("phone", "2212")]).await.is(409).body;
    assert!(late.contains("<td>Bürgerservice</td><td>Bürgeramt</td>"));
    assert!(editor.get(&format!("{path}/archive")).await.is(200).body.contains("Stelle archivieren?"));
    editor.post(&format!("{path}/archive"), &[]).await.is(303);
    assert!(editor.get("/directory/stadt-a").await.body.contains("Rückgängig"), "one click takes it back");
    assert!(!editor.get("/directory/stadt-a").await.body.contains("Bürgerservice"));
    assert!(editor.get("/directory/stadt-a?state=archived").await.body.contains("Bürgerservice"));
    editor.post(&format!("{path}/restoration"), &[]).await.is(303);
    assert!(editor.get("/directory/stadt-a").await.body.contains("Bürgerservice"));
    let acts: Vec<String> = sqlx::query_scalar("select action from audit where thing = 'unit' order by id")
        .fetch_all(&mut *test.begin_as_system().await)
        .await
        .expect("the audit");
    assert_eq!(acts, ["created", "changed", "archived", "unarchived"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn unit_never_stands_below_itself(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    make(&admin, &[("name", "Amt")]).await;
    let above = id_of(&test, "Amt").await.to_string();
    make(&admin, &[("name", "Abteilung"), ("parent", &above)]).await;
    let below = id_of(&test, "Abteilung").await.to_string();
    let circle = [("version", "1"), ("name", "Amt"), ("parent", below.as_str())];
    let page = admin.post(&format!("/directory/stadt-a/units/{above}"), &circle).await.is(422).body;
    assert!(page.contains("Eine Stelle kann nicht unter sich selbst stehen."));
    let refused = admin.post(&format!("/directory/stadt-a/units/{above}/archive"), &[]).await.is(422).body;
    assert!(refused.contains("hat untergeordnete Stellen"));
    let list = admin.get("/directory/stadt-a").await.body;
    assert!(list.find(">Amt<") < list.find(">Abteilung<"), "the tree goes from above");
    assert!(list.contains("data-depth=\"1\""));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn wrong_fields_are_named(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let long = "x".repeat(10_000);
    for (field, value) in [
        ("name", ""),
        ("name", long.as_str()),
        ("phone", "Rathaus"),
        ("mail", "kein at"),
        ("postcode", "1234"),
        ("parent", "999"),
        ("deputy", "999"),
        ("kind", "sonstwas"),
        ("phone_hours", long.as_str()),
    ] {
        let mut fields = vec![("name", "Amt")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let page = admin.post("/directory/stadt-a/units", &fields).await.is(422).body;
        assert!(page.contains(&format!("href=\"#{field}\"")), "{field}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn list_pages_and_searches(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut db = test.begin_as_system().await;
    sqlx::query("insert into unit (tenant_id, name, phone) select $1, 'Amt ' || n || '_%', '22' || n from generate_series(10, 69) n")
        .bind(test.cast.stadt_a.0)
        .execute(&mut *db)
        .await
        .expect("units");
    db.commit().await.expect("commit");
    test.index_directory().await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let first = admin.get("/directory/stadt-a").await.is(200).body;
    assert!(first.contains("1–50 von 60 Stellen") && first.contains("/directory/stadt-a?page=2"));
    assert!(admin.get("/directory/stadt-a?page=2").await.body.contains("51–60 von 60 Stellen"));
    assert!(admin.get("/directory/stadt-a?q=amt+1").await.body.contains("1–10 von 10 Treffern"));
    assert!(admin.get("/directory/stadt-a?q=2234").await.body.contains("1–1 von 1 Treffern"));
    let nothing = admin.get("/directory/stadt-a?q=%3Cscript%3E").await.is(200).body;
    assert!(nothing.contains("Keine Stelle passt zum Filter.") && !nothing.contains("<script>"));
    let other = test.sign_in(cast::ADMIN_OF_B).await;
    assert!(other.get("/directory/stadt-b").await.is(200).body.contains("Noch keine Stelle."));
    assert!(other.get("/directory/stadt-b?q=amt").await.body.contains("Keine Stelle passt"), "another town's numbers");
    let id = id_of(&test, "Amt 10_%").await;
    other.get(&format!("/directory/stadt-b/units/{id}")).await.is(404);
    other.post(&format!("/directory/stadt-b/units/{id}/archive"), &[]).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn person_is_made_held_up_and_archived(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let unit = make(&editor, &[("name", "Bürgerbüro"), ("phone", "2210")]).await;
    let people = format!("{unit}/contacts");
    editor.post(&people, &[("name", "Frau Yilmaz"), ("phone", "2212")]).await.is(303);
    editor.post(&people, &[("name", "Herr Brandt")]).await.is(303);
    let mut db = test.begin_as_system().await;
    let ids: Vec<i64> =
        sqlx::query_scalar("select id from contact order by id").fetch_all(&mut *db).await.expect("contacts");
    drop(db);
    let yilmaz = format!("/directory/stadt-a/contacts/{}", ids[0]);
    let wrong = [("version", "1"), ("name", "Frau Yilmaz"), ("day", "2020-01-01")];
    assert!(editor.post(&yilmaz, &wrong).await.is(422).body.contains("schon vorbei"));
    let deputy = ids[1].to_string();
    let held = [
        ("version", "1"),
        ("name", "Frau Yilmaz"),
        ("phone", "2212"),
        ("deputy", deputy.as_str()),
        ("day", "2026-11-24"),
        ("reason", "Urlaub"),
    ];
    editor.post(&yilmaz, &held).await.is(303);
    let page = editor.get(&unit).await.is(200).body;
    assert!(page.contains("nicht verbinden bis Di 24.11. (Urlaub)") && page.contains("Herr Brandt"));
    let late = [("version", "1"), ("name", "Frau Yildiz")];
    assert!(editor.post(&yilmaz, &late).await.is(409).body.contains("Jemand anderes hat inzwischen gespeichert"));
    editor.post(&format!("{yilmaz}/archive"), &[]).await.is(303);
    editor.post(&format!("{yilmaz}/restoration"), &[]).await.is(303);
    editor
        .post(&format!("{unit}/hold"), &[("day", "2026-11-17"), ("time", "14:00"), ("reason", "Umzug")])
        .await
        .is(303);
    assert!(editor.get(&unit).await.body.contains("nicht verbinden bis 14:00 (Umzug)"));
    editor.post(&format!("{unit}/hold"), &[]).await.is(303);
    assert!(!editor.get(&unit).await.body.contains("(Umzug)"));
}
