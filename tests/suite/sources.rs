//! `source` on the command line, as an operator's script calls it.

use ortsgespraech::telephony::{self, Adapter, is_address, parse_network};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::conventions::FORM;
use crate::support::TestApp;
use crate::verbs::{CommandLine, done, refused};

const CALL: &str = "event=newCall&direction=in&from=022147109001&to=06990009100&callId=c1";
const ASTERISK: &str =
    "source|create|--name|Asterisk|--adapter|asterisk-ami|--address|10.0.0.5:5038|--user|leser|--secret-stdin";

/// Exactly one line: the path of a door.
#[track_caller]
fn door(printed: &str) -> &str {
    let path = printed.strip_suffix('\n').expect("a line");
    let token = path.strip_prefix("/api/v1/cti/").expect("a door");
    assert!(token.len() >= 40 && token.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{printed}");
    path
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn source_that_calls_us_gets_a_door(options: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    let test = TestApp::start(options, database).await;
    for adapter in ["zammad", "sipgate", "placetel", "native", "completed"] {
        let printed = done(&program.run(&format!("source|create|--name|{adapter}|--adapter|{adapter}")).await);
        let status = if adapter == "placetel" {
            200
        } else {
            test.signed_out().post_raw(door(&printed), FORM, CALL).await.status.as_u16()
        };
        assert!(matches!(status, 200 | 422), "{adapter}: {status}");
    }
    let again = program.run("source|create|--name|zammad|--adapter|native").await;
    assert_eq!(refused(&again), "there is already a source 'zammad'");
    assert_eq!(program.run("source|create|--name|x|--adapter|isdn").await.status.code(), Some(2));
    assert_eq!(program.run("source|create|--adapter|zammad").await.status.code(), Some(2));
    let with_address = program.run("source|create|--name|x|--adapter|zammad|--address|a:1").await;
    assert!(refused(&with_address).contains("takes no --address"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn source_that_we_call_prints_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    let test = TestApp::start(options, database).await;
    let made = format!("{ASTERISK}|--trunk-context|from-pstn|--tls|--control");
    assert_eq!(done(&program.run_with_input(&made, "geheim\n").await), "");
    let mut db = test.begin_as_system().await;
    let source = telephony::find_source_by_name(&mut *db, "Asterisk").await.expect("no error").expect("the source");
    let link = telephony::find_link(&mut *db, source.id).await.expect("no error").expect("a link");
    assert_eq!(
        (source.adapter, link.address.as_str(), link.account.as_str()),
        (Adapter::AsteriskAmi, "10.0.0.5:5038", "leser")
    );
    assert_eq!(
        (link.secret.as_str(), link.trunk_context.as_str(), link.tls, link.may_control),
        ("geheim", "from-pstn", true, true)
    );
    assert!(refused(&program.run_with_input(ASTERISK, "").await).contains("no secret on standard input"));
    assert!(refused(&program.run_with_input(ASTERISK, "a\r\nAction: Originate").await).contains("one line each"));
    let without = |option: &str| ASTERISK.replace("Asterisk", "B").replace(option, "");
    assert!(refused(&program.run(&without("|--secret-stdin")).await).contains("--secret-stdin"));
    assert!(refused(&program.run(&without("|--user|leser")).await).contains("--user"));
    assert!(refused(&program.run(&without("|--address|10.0.0.5:5038")).await).contains("--address HOST:PORT"));
    assert!(refused(&program.run(&without(":5038")).await).contains("no HOST:PORT"));
    assert_eq!(program.run(&format!("{ASTERISK}|--tls-authority|/x")).await.status.code(), Some(2));
    assert!(
        refused(&program.run_with_input(&format!("{ASTERISK}|--tls|--tls-authority|/gibt/es/nicht"), "a").await)
            .contains("cannot read")
    );
    assert!(refused(&program.run("source|token|--name|Asterisk").await).contains("has no door"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn second_door_is_valid_beside_the_first(options: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    let test = TestApp::start(options, database).await;
    let first = done(&program.run("source|create|--name|Zentrale|--adapter|zammad").await);
    let second = done(&program.run("source|token|--name|Zentrale").await);
    let knock = async |printed: &str| test.signed_out().post_raw(door(printed), FORM, CALL).await.status.as_u16();
    assert_eq!((knock(&first).await, knock(&second).await), (200, 200));
    assert!(refused(&program.run("source|token|--name|Zentrale").await).contains("--revoke-others"));
    let third = done(&program.run("source|token|--name|Zentrale|--revoke-others").await);
    assert_eq!((knock(&first).await, knock(&second).await, knock(&third).await), (401, 401, 200));
    assert!(refused(&program.run("source|token|--name|Nirgendwo").await).contains("no source 'Nirgendwo'"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn queues_belong_to_towns(options: PgPoolOptions, database: PgConnectOptions) {
    let program = CommandLine::of(&database);
    let test = TestApp::start(options, database).await;
    done(&program.run("source|create|--name|Zentrale|--adapter|zammad").await);
    done(&program.run_with_input(ASTERISK, "geheim").await);
    assert_eq!(done(&program.run("source|map|--name|Zentrale|--queue|buergerbuero|--tenant|stadt-a").await), "");
    done(&program.run("source|map|--name|Zentrale|--queue|buergerbuero|--tenant|stadt-b|--skill|Polnisch").await);
    done(&program.run("source|map|--name|Zentrale|--queue|200|--tenant|kreis").await);
    assert_eq!(
        done(&program.run("source|list").await),
        "Asterisk\tasterisk-ami\tactive\t10.0.0.5:5038\t\nZentrale\tzammad\tactive\t\t200=kreis,buergerbuero=stadt-b\n"
    );
    assert!(
        refused(&program.run("source|map|--name|Zentrale|--queue|a|--tenant|intake").await)
            .contains("no tenant 'intake'")
    );
    assert!(
        refused(&program.run("source|map|--name|Nein|--queue|a|--tenant|kreis").await).contains("no source 'Nein'")
    );
    let acts: Vec<(String, String, String)> =
        sqlx::query_as("select actor, action, details::text from audit where thing = 'source' order by id")
            .fetch_all(&mut *test.begin_as_system().await)
            .await
            .expect("the audit");
    let actions: Vec<_> = acts.iter().map(|(_, action, _)| action.as_str()).collect();
    assert_eq!(actions, ["created", "created", "changed", "changed", "changed"]);
    assert!(acts.iter().all(|(actor, _, details)| actor == "Kommandozeile" && !details.contains("geheim")));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn two_tokens_at_the_same_moment_are_counted(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let source = test.open_door("Zentrale", Adapter::Zammad).await.source;
    let make = async || {
        let mut db = test.begin_as_system().await;
        let made = telephony::insert_token(&mut db, source, test.app.clock.now()).await.expect("no error");
        db.commit().await.expect("commit");
        made.is_some()
    };
    let (a, b, c) = tokio::join!(make(), make(), make());
    assert_eq!([a, b, c].into_iter().filter(|made| *made).count(), 1);
}

#[test]
fn addresses_and_networks_are_read_as_people_write_them() {
    for address in ["10.0.0.5:5038", "pbx.example:5039", "[2001:db8::1]:5038", "localhost:1"] {
        assert!(is_address(address), "{address}");
    }
    for wrong in
        ["", ":5038", "pbx", "pbx:", "pbx:0", "pbx:70000", "2001:db8::1:5038", "pbx example:1", "[pbx]:1", "a\r\nb:1"]
    {
        assert!(!is_address(wrong), "{wrong}");
    }
    for (written, network) in [
        ("10.1.2.3/16", Some("10.1.0.0/16")),
        (" 203.0.113.7 ", Some("203.0.113.7/32")),
        ("0.0.0.0/0", Some("0.0.0.0/0")),
        ("2001:db8::1/32", Some("2001:db8::/32")),
        ("::1", Some("::1/128")),
        ("10.0.0.0/33", None),
        ("10.0.0", None),
        ("pbx.example", None),
        ("10.0.0.0/-1", None),
    ] {
        assert_eq!(parse_network(written).as_deref(), network, "{written}");
    }
}
