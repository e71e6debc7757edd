//! Calls that were opened by hand beside a telephone system, and callers from places that are no tenants.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::center;
use crate::desk_settle::{LINE_OF_A, disposition, page, seated, state, text, to_a};
use crate::support::browser::{Key, in_chromium};
use crate::support::catalogue::Scratch;
use crate::support::telephone::{Exchange, Ringing, later};
use crate::support::{Client, TestApp, cast};
use crate::verbs::{CommandLine, done, refused};

const LINE_OF_B: &str = "+4940669690100";
const TOWNS: &str = "\u{feff}plz;Ort;AGS\n46509;Xanten;05170052\n46509;Xanten;05170052\n47441;Moers;05170024\n47443;Moers;05170024\n50667;Köln;05315000\n";

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_opened_by_hand_a_moment_before_becomes_one_with_it(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let hand = by_hand(&test, &agent, LINE_OF_A).await;
    let note = [("note", "klingt eilig")];
    agent.post(&format!("/desk/calls/{hand}/note"), &note).await.is(303);
    agent.post(&format!("/desk/calls/{hand}/outcome"), &[("disposition", "complaint")]).await.is(303);
    later(&test, 20);
    let call = exchange.ring(to_a(&test)).await;
    assert_eq!(state(&agent).await, "Im Gespräch", "the manual call stays meanwhile");
    exchange.talk(call).await;
    assert_eq!(state(&agent).await, "Im Gespräch");
    let mut db = test.begin_as_system().await;
    let calls: Vec<i64> = sqlx::query_scalar("select id from call").fetch_all(&mut *db).await.expect("calls");
    assert_eq!(calls, [call], "one record remains");
    drop(db);
    assert_eq!(disposition(&test, call).await.as_deref(), Some("complaint"));
    let note = text(&test, "select text from call_note where call_id = $1", call).await;
    assert_eq!(note.as_deref(), Some("klingt eilig"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn another_call_opened_by_hand_is_finished_first(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let hand = by_hand(&test, &agent, LINE_OF_B).await;
    let call = exchange.ring(to_a(&test)).await;
    exchange.talk(call).await;
    assert!(page(&agent).await.contains("An Ihrem Telefon ist ein anderer Anruf: Stadt A, Bürgerbüro."));
    let outcome = [("disposition", "misdialled"), ("end", "1")];
    agent.post(&format!("/desk/calls/{hand}/outcome"), &outcome).await.is(303);
    assert!(page(&agent).await.contains(&format!("data-call=\"{call}\"")), "the telephone's call follows");
}

async fn by_hand(test: &TestApp, agent: &Client, number: &str) -> i64 {
    let mut db = test.begin_as_system().await;
    let line: String = sqlx::query_scalar("select tenant_id || '-' || id from line where number = $1")
        .bind(number)
        .fetch_one(&mut *db)
        .await
        .expect("a line");
    drop(db);
    agent.post("/desk/calls", &[("line", &line)]).await.is(303);
    let mut db = test.begin_as_system().await;
    sqlx::query_scalar("select call_id from desk where call_id is not null").fetch_one(&mut *db).await.expect("a call")
}

async fn import(database: &PgConnectOptions, table: &str) -> String {
    let scratch = Scratch::new();
    let file = scratch.path().join("orte.csv");
    std::fs::write(&file, table).expect("a file");
    done(&CommandLine::of(database).run(&format!("place|import|{}", file.display())).await)
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn gazetteer_is_what_the_last_file_says(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database.clone()).await;
    for _ in 0..2 {
        assert_eq!(import(&database, TOWNS).await, "places=3\n");
    }
    let mut db = test.begin_as_system().await;
    let places: Vec<(String, String)> =
        sqlx::query_as("select name, array_to_string(postcodes, ' ') from place order by name")
            .fetch_all(&mut *db)
            .await
            .expect("places");
    let expected = [("Köln", "50667"), ("Moers", "47441 47443"), ("Xanten", "46509")];
    assert_eq!(places, expected.map(|(name, codes)| (name.to_owned(), codes.to_owned())));
    drop(db);
    let scratch = Scratch::new();
    let file = scratch.path().join("falsch.csv");
    std::fs::write(&file, "a,b\n1,2\n").expect("a file");
    let message = refused(&CommandLine::of(&database).run(&format!("place|import|{}", file.display())).await);
    assert!(message.contains("no column PLZ"), "{message}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn caller_from_a_place_that_is_no_tenant_is_answered_by_the_kreis(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = center(options, database.clone()).await;
    import(&database, TOWNS).await;
    let exchange = Exchange::connect(&test).await;
    let agent = seated(&test, &exchange).await;
    let call = exchange.ring(Ringing { tenant: test.cast.intake, number: "115", caller: None }).await;
    exchange.talk(call).await;
    page(&agent).await;
    let town = format!("/desk/calls/{call}/town");
    agent.post(&town, &[("typed", "99999")]).await.is(303);
    assert!(page(&agent).await.contains("Dieser Ort ist nicht bekannt"));
    agent.post(&town, &[("typed", "47443")]).await.is(303);
    let answered = page(&agent).await;
    assert!(answered.contains("Kreis Musterland") && answered.contains("Anruf aus Moers"), "{answered}");
    let place = text(&test, "select caller_place from call where id = $1", call).await;
    assert_eq!(place.as_deref(), Some("Moers"));
    let kept = text(&test, "select slug from call join tenant on tenant.id = tenant_id where call.id = $1", call).await;
    assert_eq!(kept.as_deref(), Some("intake"), "the center keeps it");
    agent.post(&town, &[("town", "stadt-a")]).await.is(303);
    let place = text(&test, "select caller_place from call where id = $1", call).await;
    assert_eq!(place, None, "it was a tenant's citizen after all");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn place_is_offered_while_typing(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database.clone()).await;
    import(&database, TOWNS).await;
    let exchange = Exchange::connect(&test).await;
    seated(&test, &exchange).await;
    let call = exchange.ring(Ringing { tenant: test.cast.intake, number: "115", caller: None }).await;
    exchange.talk(call).await;
    in_chromium(&test, async |browser| {
        browser.sign_in(cast::AGENT).await;
        browser.until_focus("town").await;
        browser.type_text("xan").await;
        browser.until_text("46509").await;
        browser.screenshot("desk-place").await;
        browser.press(Key::Enter).await;
        browser.until_focus("query").await;
        assert_eq!(browser.text(".tenant-name").await, "Kreis Musterland");
    })
    .await;
}
