//! Screens of the operator: the team, tokens, the center's name, and the audit of everything.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestApp, cast};

async fn strings(test: &TestApp, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(&mut *test.begin_as_system().await).await.expect("rows")
}

async fn member_path(test: &TestApp, email: &str) -> String {
    let id: i64 = sqlx::query_scalar("select id from account where email = $1")
        .bind(email)
        .fetch_one(&mut *test.begin_as_system().await)
        .await
        .expect("the account");
    format!("/center/team/{id}")
}

const NEW_AGENT: [(&str, &str); 7] = [
    ("name", "Herr Neu"),
    ("email", "neu@kreis.example"),
    ("roles", "agent"),
    ("roles", "operator"),
    ("reach", "chosen"),
    ("tenants", "stadt-a"),
    ("skills", "Zulassung, meldewesen"),
];

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn operator_invites_into_the_team(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let fields = [("number", "069 90009-100"), ("label", "Meldeamt"), ("skill", "Meldewesen")];
    operator.post("/tenants/stadt-a/lines", &fields).await.is(303);
    assert!(operator.get("/center/team/new").await.is(200).body.contains("Verlangt werden: Meldewesen."));
    assert!(operator.post("/center/team", &NEW_AGENT).await.is(201).body.contains("/invitations/"));
    let roles = "select role || ' ' || coalesce(slug, 'alle') from account_role join account on account.id = account_id
        left join tenant on tenant.id = tenant_id where email = 'neu@kreis.example' order by 1";
    assert_eq!(strings(&test, roles).await, ["agent stadt-a", "operator alle"]);
    let skills = "select skill from account_skill order by 1";
    assert_eq!(strings(&test, skills).await, ["Meldewesen", "Zulassung"], "spelled as the line spells it");
    let page = operator.get("/center/team?role=operator").await.is(200).body;
    assert!(page.contains("1–2 von 2 Personen") && page.contains("Herr Neu") && !page.contains("Frau Weber</a>"));
    assert!(operator.post("/center/team", &NEW_AGENT).await.is(422).body.contains("gehört schon zum Team"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn operator_changes_where_an_agent_works(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let path = member_path(&test, cast::AGENT_OF_B).await;
    let changed = [("version", "1"), ("name", "Herr Yilmaz"), ("roles", "agent"), ("reach", "all")];
    operator.post(&path, &changed).await.is(303);
    let agent = test.sign_in(cast::AGENT_OF_B).await;
    agent.get("/desk").await.is(200);
    let late = [("version", "1"), ("name", "Herr Y."), ("roles", "agent"), ("reach", "all")];
    assert!(operator.post(&path, &late).await.is(409).body.contains("<td>Herr Yilmaz</td><td>Herr Y.</td>"));
    let nowhere = [("version", "2"), ("name", "Herr Yilmaz"), ("roles", "agent"), ("reach", "chosen")];
    assert!(operator.post(&path, &nowhere).await.is(422).body.contains("mindestens einen Ort"));
    let own = member_path(&test, cast::OPERATOR).await;
    let demoted = [("version", "1"), ("name", "Frau Betrieb"), ("roles", "agent"), ("reach", "all")];
    operator.post(&own, &demoted).await.is(422);
    operator.post(&format!("{own}/deactivation"), &[]).await.is(422);
    let editor = member_path(&test, cast::EDITOR_OF_A).await;
    operator.get(&editor).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn deactivated_member_is_out_at_once(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (operator, agent) = (test.sign_in(cast::OPERATOR).await, test.sign_in(cast::AGENT).await);
    let path = member_path(&test, cast::AGENT).await;
    operator.post(&format!("{path}/deactivation"), &[]).await.is(303);
    agent.get("/account").await.is(303);
    let fields = [("email", cast::AGENT), ("password", cast::PASSWORD)];
    test.signed_out().post("/sign-in", &fields).await.is(422);
    assert!(operator.get("/center/team").await.body.contains(&format!("action=\"{path}/activation\"")), "undo");
    operator.post(&format!("{path}/activation"), &[]).await.is(303);
    test.signed_out().post("/sign-in", &fields).await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn token_is_shown_once_and_dies_by_revocation(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let fields = [("label", "Messung"), ("scopes", "calls"), ("reach", "all")];
    let page = operator.post("/center/tokens", &fields).await.is(201).body;
    let secret = page.split("id=\"secret\" type=\"text\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let secret = secret.expect("the secret").to_owned();
    let program = test.with_token(&secret);
    program.get("/api/v1/calls").await.is(200);
    let list = operator.get("/center/tokens").await.is(200).body;
    assert!(list.contains("Messung") && list.contains("gültig") && !list.contains(&secret));
    let id = strings(&test, "select id::text from api_token").await.remove(0);
    let path = format!("/center/tokens/{id}/revocation");
    assert!(operator.get(&path).await.is(200).body.contains("Zugang widerrufen?"));
    operator.post(&path, &[]).await.is(303);
    program.get("/api/v1/calls").await.is(401);
    assert!(operator.get("/center/tokens?state=revoked").await.body.contains("widerrufen</span>"));
    for wrong in [
        vec![("label", "X")],
        vec![("scopes", "calls")],
        vec![("label", "X"), ("scopes", "alles")],
        vec![("label", "X"), ("scopes", "calls"), ("reach", "chosen")],
        vec![("label", "X"), ("scopes", "calls"), ("reach", "chosen"), ("tenants", "nirgendwo")],
    ] {
        operator.post("/center/tokens", &wrong).await.is(422);
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn centers_name_stands_on_every_page_and_before_sign_in(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    operator.post("/center/name", &[("version", "1"), ("name", "ServiceCenter <Musterland>")]).await.is(303);
    let shown = "ServiceCenter &#60;Musterland&#62;";
    assert!(test.signed_out().get("/sign-in").await.body.contains(shown));
    assert!(operator.get("/account").await.body.contains(shown));
    operator.post("/center/name", &[("version", "1"), ("name", "Anders")]).await.is(409);
    operator.post("/center/name", &[("version", "2"), ("name", "")]).await.is(422);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn center_is_closed_to_everybody_else(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    for person in [cast::AGENT, cast::ADMIN_OF_A, cast::EDITOR_OF_B] {
        let client = test.sign_in(person).await;
        for path in ["", "/team", "/team/new", "/tokens", "/tokens/new", "/audit", "/name", "/tenants/new"] {
            client.get(&format!("/center{path}")).await.is(403);
        }
        client.post("/center/tokens", &[("label", "X"), ("scopes", "calls")]).await.is(403);
        client.post("/center/team", &NEW_AGENT).await.is(403);
    }
    assert!(strings(&test, "select label from api_token").await.is_empty());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_change_is_in_the_audit_of_those_it_concerns(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    admin.post("/directory/stadt-a/units", &[("name", "Bürgerbüro")]).await.is(303);
    operator.post("/directory/stadt-b/units", &[("name", "Ordnungsamt")]).await.is(303);
    operator.post("/center/tokens", &[("label", "Messung"), ("scopes", "calls")]).await.is(201);
    let own = admin.get("/tenants/stadt-a/audit").await.is(200).body;
    assert!(own.contains("Stelle angelegt") && own.contains("Name: Bürgerbüro") && own.contains("1–1 von 1 Vorgängen"));
    let all = operator.get("/center/audit").await.is(200).body;
    assert!(all.contains("1–3 von 3 Vorgängen") && all.contains("Messung") && all.contains("Stadt B"));
    assert!(operator.get("/center/audit?thing=unit&q=ordnung").await.body.contains("1–1 von 1 Vorgängen"));
    assert!(operator.get("/center/audit?from=2026-11-17&to=2026-11-17").await.body.contains("1–3 von 3 Vorgängen"));
    assert!(operator.get("/center/audit?from=2026-11-18").await.body.contains("Nichts passt zum Filter."));
    assert!(operator.get("/tenants/stadt-b/audit").await.body.contains("Ordnungsamt"));
    test.sign_in(cast::EDITOR_OF_A).await.get("/tenants/stadt-a/audit").await.is(403);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn audit_cannot_be_changed_by_the_program(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let admin = test.sign_in(cast::ADMIN_OF_A).await;
    admin.post("/directory/stadt-a/units", &[("name", "Bürgerbüro")]).await.is(303);
    for statement in ["update audit set actor = 'niemand'", "delete from audit", "truncate audit"] {
        let error = sqlx::query(statement).execute(&mut *test.begin_as_system().await).await.expect_err("refused");
        assert!(error.to_string().contains("permission denied"), "{error}");
    }
}
