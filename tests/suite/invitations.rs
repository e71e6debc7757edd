//! Inviting people into a town and into the team, and what a town's admin cannot do.

use chrono::TimeDelta;
use ortsgespraech::ids::AccountId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Answer, TestApp, cast};

const PASSWORD: [(&str, &str); 2] = [("password", "ein langes Kennwort"), ("password_again", "ein langes Kennwort")];

/// The path of the link on the page that shows it.
fn link(answer: &Answer) -> String {
    let (_, rest) = answer.body.split_once("value=\"http://127.0.0.1/invitations/").expect("a link");
    format!("/invitations/{}", rest.split('"').next().unwrap_or_default())
}

async fn id_of(test: &TestApp, email: &str) -> AccountId {
    let id = sqlx::query_scalar::<_, i64>("select id from account where email = $1").bind(email);
    AccountId(id.fetch_one(&mut *test.begin_as_system().await).await.expect("the account"))
}

async fn roles_of(test: &TestApp, email: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select role || ' ' || coalesce(slug, 'alle') from account_role join account on account.id = account_id
         left join tenant on tenant.id = tenant_id where email = $1 order by 1",
    )
    .bind(email)
    .fetch_all(&mut *test.begin_as_system().await)
    .await
    .expect("roles")
}

const NEW_EDITOR: [(&str, &str); 4] =
    [("name", "Neue Redaktion"), ("email", "Neu@Stadt-A.example"), ("roles", "editor"), ("roles", "unit")];

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn invited_person_sets_a_password_and_is_signed_in(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let path = link(&admin.post("/tenants/stadt-a/people", &NEW_EDITOR).await.is(201));
    assert!(admin.get("/tenants/stadt-a/people?q=neue").await.is(200).body.contains("eingeladen"));
    let nobody = test.signed_out();
    assert!(nobody.get(&path).await.is(200).body.contains("Für Neue Redaktion, neu@stadt-a.example"));
    nobody.post(&path, &[("password", "kurz"), ("password_again", "kurz")]).await.is(422);
    let answer = nobody.post(&path, &PASSWORD).await.is(303);
    assert!(answer.header("set-cookie").is_some());
    assert_eq!(roles_of(&test, "neu@stadt-a.example").await, ["editor stadt-a", "unit stadt-a"]);
    assert!(nobody.get(&path).await.is(410).body.contains("Dieser Link gilt nicht mehr"), "used once");
    nobody.post(&path, &PASSWORD).await.is(410);
    let fields = [("email", "neu@stadt-a.example"), ("password", "ein langes Kennwort")];
    nobody.post("/sign-in", &fields).await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn link_expires_after_seven_days_and_a_new_one_replaces_it(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let first = link(&admin.post("/tenants/stadt-a/people", &NEW_EDITOR).await.is(201));
    let id = id_of(&test, "neu@stadt-a.example").await;
    let second = link(&admin.post(&format!("/tenants/stadt-a/people/{id}/invitation"), &[]).await.is(201));
    test.signed_out().get(&first).await.is(410);
    test.app.clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    test.signed_out().get(&second).await.is(200);
    test.app.clock.advance(TimeDelta::seconds(1));
    test.signed_out().get(&second).await.is(410);
    test.signed_out().post(&second, &PASSWORD).await.is(410);
    test.signed_out().get("/invitations/erfunden").await.is(410);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn admin_changes_and_removes_the_towns_people(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let path = format!("/tenants/stadt-a/people/{}", id_of(&test, cast::EDITOR_OF_A).await);
    let changed = [("version", "1"), ("name", "Redaktion Alpha"), ("roles", "viewer"), ("roles", "supervisor")];
    admin.post(&path, &changed).await.is(303);
    assert_eq!(roles_of(&test, cast::EDITOR_OF_A).await, ["supervisor stadt-a", "viewer stadt-a"]);
    let late = [("version", "1"), ("name", "Redaktion Beta"), ("roles", "editor")];
    assert!(admin.post(&path, &late).await.is(409).body.contains("<td>Redaktion Alpha</td><td>Redaktion Beta</td>"));
    admin.post(&path, &[("version", "2"), ("name", "Redaktion Alpha")]).await.is(422);
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    assert!(admin.get(&format!("{path}/removal")).await.is(200).body.contains("Person entfernen?"));
    admin.post(&format!("{path}/removal"), &[]).await.is(303);
    assert_eq!(roles_of(&test, cast::EDITOR_OF_A).await, Vec::<String>::new());
    editor.get("/tenants/stadt-a/profile").await.is(404);
    admin.get(&path).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn admin_cannot_give_center_roles_or_touch_center_people(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_B).await;
    for role in ["operator", "kaiser"] {
        let fields = [("name", "Neu"), ("email", "neu@stadt-b.example"), ("roles", role)];
        admin.post("/tenants/stadt-b/people", &fields).await.is(422);
    }
    let path = format!("/tenants/stadt-b/people/{}", id_of(&test, cast::AGENT_OF_B).await);
    assert!(admin.get(&path).await.is(200).body.contains("Diese Person gehört zum ServiceCenter"));
    admin.post(&path, &[("version", "1"), ("name", "X"), ("roles", "viewer")]).await.is(403);
    admin.post(&format!("{path}/removal"), &[]).await.is(403);
    admin.post(&format!("{path}/invitation"), &[]).await.is(403);
    let fields = [("name", "Weber"), ("email", cast::AGENT), ("roles", "viewer")];
    let page = admin.post("/tenants/stadt-b/people", &fields).await.is(422).body;
    assert!(page.contains("Diese Person gehört zum ServiceCenter."));
    let operator = id_of(&test, cast::OPERATOR).await;
    admin.get(&format!("/tenants/stadt-b/people/{operator}")).await.is(404);
    let own = format!("/tenants/stadt-b/people/{}", id_of(&test, cast::ADMIN_OF_B).await);
    admin.post(&own, &[("version", "1"), ("name", "Admin B"), ("roles", "editor")]).await.is(422);
    admin.post(&format!("{own}/removal"), &[]).await.is(422);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn person_of_two_towns_cannot_be_taken_over_by_one(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_B).await;
    let fields = [("name", "Umbenannt"), ("email", cast::EDITOR_OF_A), ("roles", "viewer")];
    let page = admin.post("/tenants/stadt-b/people", &fields).await.is(201).body;
    assert!(page.contains("hat schon ein Konto") && !page.contains("/invitations/"));
    assert_eq!(roles_of(&test, cast::EDITOR_OF_A).await, ["editor stadt-a", "viewer stadt-b"]);
    let path = format!("/tenants/stadt-b/people/{}", id_of(&test, cast::EDITOR_OF_A).await);
    assert!(admin.get(&path).await.is(200).body.contains("arbeitet auch für andere Orte"));
    admin.post(&format!("{path}/invitation"), &[]).await.is(422);
    admin.post(&path, &[("version", "1"), ("name", "Umbenannt"), ("roles", "unit")]).await.is(303);
    assert_eq!(roles_of(&test, cast::EDITOR_OF_A).await, ["editor stadt-a", "unit stadt-b"]);
    let name: String = sqlx::query_scalar("select name from account where email = $1")
        .bind(cast::EDITOR_OF_A)
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("the name");
    assert_eq!(name, "Redaktion A");
    admin.post(&format!("{path}/removal"), &[]).await.is(303);
    assert_eq!(roles_of(&test, cast::EDITOR_OF_A).await, ["editor stadt-a"], "the other town's role stays");
}

/// The town's own switchboard: people of its admin, at the desk of the center, for this town alone.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn agent_of_a_town_serves_that_town_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut db = test.begin_as_system().await;
    for (tenant, number, label) in [
        (test.cast.stadt_a, "+496990009100", "Bürgerbüro A"),
        (test.cast.stadt_b, "+494066969100", "Bürgerbüro B"),
        (test.cast.intake, "115", "Behördennummer"),
    ] {
        let insert = "insert into line (tenant_id, number, label) values ($1, $2, $3)";
        sqlx::query(insert).bind(tenant).bind(number).bind(label).execute(&mut *db).await.expect("a line");
    }
    let rule = "insert into answering (tenant_id, weekday, from_time, to_time, first, overflow_seconds)
                values ($1, 2, '00:00', '00:00', 'center', 30)";
    sqlx::query(rule).bind(test.cast.stadt_a).execute(&mut *db).await.expect("a rule");
    let intake: i64 =
        sqlx::query_scalar("select id from line where number = '115'").fetch_one(&mut *db).await.expect("a line");
    db.commit().await.expect("commit");
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    let fields = [("name", "Zentrale A"), ("email", "zentrale@stadt-a.example"), ("roles", "agent")];
    let path = link(&admin.post("/tenants/stadt-a/people", &fields).await.is(201));
    test.signed_out().post(&path, &[("password", cast::PASSWORD), ("password_again", cast::PASSWORD)]).await.is(303);
    assert_eq!(roles_of(&test, "zentrale@stadt-a.example").await, ["agent stadt-a"]);
    let person = format!("/tenants/stadt-a/people/{}", id_of(&test, "zentrale@stadt-a.example").await);
    let page = admin.get(&person).await.is(200).body;
    assert!(page.contains("value=\"agent\" checked") && !page.contains("gehört zum ServiceCenter"));
    let operator = test.sign_in(cast::OPERATOR).await;
    assert!(!operator.get("/center/team").await.is(200).body.contains("Zentrale A"), "nobody of the center");

    let agent = test.sign_in("zentrale@stadt-a.example").await;
    let desk = agent.get("/desk").await.is(200).body;
    assert!(desk.contains("Bürgerbüro A") && !desk.contains("Bürgerbüro B") && !desk.contains("Behördennummer"));
    let shared = format!("{}-{intake}", test.cast.intake);
    assert_ne!(agent.post("/desk/calls", &[("line", &shared)]).await.status.as_u16(), 303);
    agent.get("/tenants/stadt-a/answering").await.is(403);
    let line: i64 = sqlx::query_scalar("select id from line where number = '+496990009100'")
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("the line");
    agent.post("/desk/calls", &[("line", &format!("{}-{line}", test.cast.stadt_a))]).await.is(303);
    let desk = agent.get("/desk").await.is(200).body;
    assert!(desk.contains("Stadt A am Telefon") && desk.contains("Überlauf des ServiceCenters, nach 30 s"), "{desk}");

    admin.post(&person, &[("version", "1"), ("name", "Zentrale A"), ("roles", "viewer")]).await.is(303);
    agent.get("/desk").await.is(403);
    let again = [("version", "2"), ("name", "Zentrale A"), ("roles", "viewer"), ("roles", "agent")];
    admin.post(&person, &again).await.is(303);
    agent.get("/desk").await.is(200);
    admin.post(&format!("{person}/removal"), &[]).await.is(303);
    assert_eq!(roles_of(&test, "zentrale@stadt-a.example").await, Vec::<String>::new());
}
