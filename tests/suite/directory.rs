//! Screens of a town's offices.

use ortsgespraech::directory;
use ortsgespraech::ids::UnitId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestApp, cast};

async fn id_of(test: &TestApp, name: &str) -> UnitId {
    let mut db = test.begin_as_system().await;
    let units = directory::list_units(&mut *db, test.cast.stadt_a).await.expect("units");
    units.iter().find(|unit| unit.name == name).expect("the unit").id
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn unit_is_made_changed_and_deleted(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    assert!(admin.get("/tenants/stadt-a/units").await.is(200).body.contains("Noch keine Stelle."));
    let fields = [
        ("name", "Bürgerbüro"),
        ("phone", "069 90009-114"),
        ("street", "Markt 1"),
        ("postcode", "60311"),
        ("city", "Stadt A"),
        ("room", "3"),
        ("phone_hours", "Mo–Fr 8–12"),
    ];
    admin.post("/tenants/stadt-a/units", &fields).await.is(303);
    let list = admin.get("/tenants/stadt-a/units").await.is(200).body;
    assert!(list.contains("Markt 1, 60311 Stadt A, Zimmer 3") && list.contains("069 90009-114"));
    assert!(admin.post("/tenants/stadt-a/units", &fields).await.is(422).body.contains("gibt es schon"));
    let path = format!("/tenants/stadt-a/units/{}", id_of(&test, "Bürgerbüro").await);
    admin.post(&path, &[("version", "1"), ("name", "Bürgerservice"), ("phone", "2212")]).await.is(303);
    let late = admin.post(&path, &[("version", "1"), ("name", "Bürgeramt"), ("phone", "2212")]).await.is(409).body;
    assert!(late.contains("<td>Bürgerservice</td><td>Bürgeramt</td>"));
    assert!(admin.get(&format!("{path}/deletion")).await.is(200).body.contains("Stelle löschen?"));
    admin.post(&format!("{path}/deletion"), &[]).await.is(303);
    admin.get(&path).await.is(404);
    let acts: Vec<String> = sqlx::query_scalar("select action from audit where thing = 'unit' order by id")
        .fetch_all(&mut *test.begin_as_system().await)
        .await
        .expect("the audit");
    assert_eq!(acts, ["created", "changed", "deleted"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn unit_never_stands_below_itself(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    admin.post("/tenants/stadt-a/units", &[("name", "Amt")]).await.is(303);
    let above = id_of(&test, "Amt").await.to_string();
    admin.post("/tenants/stadt-a/units", &[("name", "Abteilung"), ("parent", &above)]).await.is(303);
    let below = id_of(&test, "Abteilung").await.to_string();
    let circle = [("version", "1"), ("name", "Amt"), ("parent", below.as_str())];
    let page = admin.post(&format!("/tenants/stadt-a/units/{above}"), &circle).await.is(422).body;
    assert!(page.contains("Eine Stelle kann nicht unter sich selbst stehen."));
    let refused = admin.post(&format!("/tenants/stadt-a/units/{above}/deletion"), &[]).await.is(422).body;
    assert!(refused.contains("hat untergeordnete Stellen"));
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
        ("phone_hours", long.as_str()),
    ] {
        let mut fields = vec![("name", "Amt")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let page = admin.post("/tenants/stadt-a/units", &fields).await.is(422).body;
        assert!(page.contains(&format!("href=\"#{field}\"")), "{field}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn list_pages_and_filters(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut db = test.begin_as_system().await;
    sqlx::query("insert into unit (tenant_id, name, phone) select $1, 'Amt ' || n || '_%', '22' || n from generate_series(10, 69) n")
        .bind(test.cast.stadt_a.0)
        .execute(&mut *db)
        .await
        .expect("units");
    db.commit().await.expect("commit");
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let first = admin.get("/tenants/stadt-a/units").await.is(200).body;
    assert!(first.contains("1–50 von 60 Stellen") && first.contains("/tenants/stadt-a/units?page=2"));
    assert!(admin.get("/tenants/stadt-a/units?page=2").await.body.contains("51–60 von 60 Stellen"));
    assert!(admin.get("/tenants/stadt-a/units?q=amt+1").await.body.contains("1–10 von 10 Stellen"));
    assert!(admin.get("/tenants/stadt-a/units?q=2234").await.body.contains("1–1 von 1 Stellen"));
    assert!(admin.get("/tenants/stadt-a/units?q=1_").await.body.contains("1–6 von 6 Stellen"), "no wildcard");
    let nothing = admin.get("/tenants/stadt-a/units?q=%3Cscript%3E").await.is(200).body;
    assert!(nothing.contains("Keine Stelle passt zum Filter.") && !nothing.contains("<script>"));
    let other = test.sign_in(cast::ADMIN_OF_B).await;
    assert!(other.get("/tenants/stadt-b/units").await.is(200).body.contains("Noch keine Stelle."));
    let id = id_of(&test, "Amt 10_%").await;
    other.get(&format!("/tenants/stadt-b/units/{id}")).await.is(404);
    other.post(&format!("/tenants/stadt-b/units/{id}/deletion"), &[]).await.is(404);
}
