//! The words of a town: kept by its editors, used by its searches, and by those of the towns that read its knowledge.

use std::time::{Duration, Instant};

use ortsgespraech::app::App;
use ortsgespraech::ids::TenantId;
use ortsgespraech::search::words::{self, WordFollower, Wording};
use ortsgespraech::search::{Request, SearchIndex};
use ortsgespraech::work::Work;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::cast::{ADMIN_OF_A, AGENT, EDITOR_OF_A, EDITOR_OF_B, OPERATOR};
use crate::support::catalogue::Scratch;
use crate::support::{Answer, Client, TestApp};

pub const A: &str = "/knowledge/stadt-a/words";
const TITLES: [&str; 4] = ["Fischereischein", "Fundbüro", "Personalausweis beantragen", "Hundesteuer"];

pub async fn catalogue(options: PgPoolOptions, database: PgConnectOptions) -> TestApp {
    let test = TestApp::start(options, database).await;
    test.publish_titles(test.cast.kreis, &TITLES).await;
    test.index().await;
    test
}

pub async fn insert(test: &TestApp, tenant: TenantId, said: &[&str], meant: &[&str]) -> i64 {
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let wording = Wording { expressions: names(said), terms: names(meant), remark: None };
    let mut db = test.begin_as_system().await;
    let id = words::insert_line(&mut *db, tenant, &wording, "Test", test.app.clock.now()).await.expect("a line");
    db.commit().await.expect("commit");
    id
}

pub async fn save(client: &Client, path: &str, said: &str, meant: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [("expressions", said), ("terms", meant), ("version", "1")];
    client.post(path, &[&fields[..], more].concat()).await
}

/// Lines of all tenants, as they are saved.
pub async fn saved(test: &TestApp) -> Vec<(TenantId, String, String, i32)> {
    let mut db = test.begin_as_system().await;
    let rows = sqlx::query_as(
        "select tenant_id, array_to_string(expressions, '|'), array_to_string(terms, '|'), version
         from lexicon_line order by id",
    );
    rows.fetch_all(&mut *db).await.expect("lines")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn word_of_a_town_finds_the_official_term(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let (a, editor) = (test.cast.stadt_a, test.sign_in(EDITOR_OF_A).await);
    assert_eq!(test.search(a, "petrizettel").total, 0);
    let typed = [("remark", "sagt man am See")];
    save(&editor, A, "Petrizettel, Haus am\n Brunnen; petrizettel", "Fischereischein", &typed).await.is(303);
    assert_eq!(saved(&test).await[0].1, "Petrizettel|Haus am|Brunnen", "commas, lines and semicolons part names");
    test.index().await;
    assert_eq!(test.titles(a, "petrizettel"), ["Fischereischein"]);
    let list = editor.get(A).await.is(200).body;
    assert!(list.contains("Petrizettel, Haus am, Brunnen") && list.contains("sagt man am See"), "{list}");
    let audit = test.sign_in(ADMIN_OF_A).await.get("/tenants/stadt-a/audit").await.is(200).body;
    assert!(audit.contains("Suchwörter angelegt") && audit.contains("Die Leute sagen: Petrizettel"), "{audit}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn slip_in_a_word_of_a_town_is_forgiven(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let a = test.cast.stadt_a;
    insert(&test, a, &["Petrizettel"], &["Fischereischein"]).await;
    insert(&test, a, &["Haus am Brunnen", "Bellmarken-Amt"], &["Fundbüro"]).await;
    test.index().await;
    for (said, title) in [
        ("petrizetel", TITLES[0]),
        ("PETRI-ZETTEL", TITLES[0]),
        ("petriz", TITLES[0]),
        ("wo krieg ich den petrizettle", TITLES[0]),
        ("haus am brunen", TITLES[1]),
        ("brunnen haus", TITLES[1]),
        ("bellmarkenamt", TITLES[1]),
        ("belmarkenamt", TITLES[1]),
        ("bellmarken amt", TITLES[1]),
    ] {
        let found = test.titles(a, said);
        assert_eq!(found.first().map(String::as_str), Some(title), "{said}: {found:?}");
    }
}

/// What the program knows stays; the town's terms come before it.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn word_that_the_program_knows_gets_more_meanings(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let a = test.cast.stadt_a;
    assert_eq!(test.titles(a, "perso"), ["Personalausweis beantragen"]);
    insert(&test, a, &["Perso"], &["Fundbüro"]).await;
    test.index().await;
    assert_eq!(test.titles(a, "perso"), ["Fundbüro", "Personalausweis beantragen"]);
    assert_eq!(test.titles(test.cast.stadt_b, "perso"), ["Personalausweis beantragen"]);
}

/// A town's word that is one slip away from another word takes nothing from those who type that one.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn known_word_is_no_slip_for_a_town_word(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let a = test.cast.stadt_a;
    insert(&test, a, &["Berso"], &["Hundesteuer"]).await;
    test.index().await;
    assert_eq!(test.titles(a, "perso verloren")[0], "Personalausweis beantragen");
    assert!(!test.titles(a, "perso verloren").contains(&"Hundesteuer".to_owned()));
    assert_eq!(test.titles(a, "berso")[0], "Hundesteuer");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn words_of_the_kreis_reach_towns_and_a_town_keeps_its_own(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let cast = test.cast;
    insert(&test, cast.kreis, &["Petrizettel"], &["Fischereischein"]).await;
    insert(&test, cast.stadt_a, &["Wauwaupfennig"], &["Hundesteuer"]).await;
    test.index().await;
    let finds = |tenant, said: &str| test.search(tenant, said).total;
    assert_eq!([cast.kreis, cast.stadt_a, cast.stadt_b].map(|town| finds(town, "petrizettel")), [1, 1, 1]);
    assert_eq!([cast.kreis, cast.stadt_a, cast.stadt_b].map(|town| finds(town, "wauwaupfennig")), [0, 1, 0]);
    let list = test.sign_in(EDITOR_OF_A).await.get(A).await.is(200).body;
    assert!(list.contains("eine Zeile von Kreis") && !list.contains("Petrizettel"), "{list}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn words_of_another_town_are_404_on_every_route(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let of_a = insert(&test, test.cast.stadt_a, &["Wauwaupfennig"], &["Hundesteuer"]).await;
    insert(&test, test.cast.stadt_b, &["Bellgroschen"], &["Hundesteuer"]).await;
    let before = saved(&test).await;
    let editor = test.sign_in(EDITOR_OF_B).await;
    for tenant in ["stadt-a", "stadt-b", "kreis", "intake"] {
        let foreign = format!("/knowledge/{tenant}/words/{of_a}");
        for path in [foreign.clone(), format!("{foreign}/deletion")] {
            assert!(!editor.get(&path).await.is(404).body.contains("Wauwaupfennig"));
            save(&editor, &path, "Fremdwort", "Fundbüro", &[]).await.is(404);
            save(&editor, &path, "Fremdwort", "Fundbüro", &[("act", "preview")]).await.is(404);
        }
    }
    for path in [A.to_owned(), format!("{A}/new"), "/knowledge/intake/words".to_owned()] {
        editor.get(&path).await.is(404);
    }
    save(&editor, A, "Fremdwort", "Fundbüro", &[]).await.is(404);
    assert_eq!(saved(&test).await, before);
    let agent = test.sign_in(AGENT).await;
    assert!(!agent.get("/knowledge/stadt-a").await.is(200).body.contains("Suchwörter"));
    agent.get(A).await.is(403);
    assert!(test.sign_in(EDITOR_OF_A).await.get("/knowledge/stadt-a").await.body.contains(&format!("href=\"{A}\"")));
    test.sign_in(OPERATOR).await.get("/knowledge/kreis/words").await.is(200);
}

fn finds(app: &App, tenant: TenantId, said: &str, now: chrono::DateTime<chrono::Utc>) -> usize {
    app.search.search(&Request::new(said, [tenant], 5, now)).total
}

/// Looks again and again, at most as long as somebody would wait.
async fn until(what: &str, is_so: impl Fn() -> bool) -> Duration {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(10), "{what} is not noticed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    started.elapsed()
}

/// Two servers on one database, and nobody tells the second one but the database.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_server_notices_a_change_within_a_second(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let (a, now, dir) = (test.cast.stadt_a, test.app.clock.now(), Scratch::new());
    test.publish_titles(a, &TITLES).await;
    let servers = [test.app.clone(), test.with_index_in(dir.path())];
    let work = servers.each_ref().map(|app| Work::start(app).expect("background work"));
    until("the catalogue", || servers.iter().all(|app| finds(app, a, "fundbüro", now) == 1)).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let everywhere = |said: &'static str, count| {
        let servers = &servers;
        move || servers.iter().all(|app| finds(app, a, said, now) == count)
    };
    save(&editor, A, "Petrizettel", "Fischereischein", &[]).await.is(303);
    let mut took = vec![until("a new line", everywhere("petrizettel", 1)).await];
    let line = format!("{A}/{}", id_of(&test).await);
    save(&editor, &line, "Wauwaupfennig", "Hundesteuer", &[]).await.is(303);
    took.push(until("a change", everywhere("wauwaupfennig", 1)).await);
    assert!(everywhere("petrizettel", 0)(), "the former word is gone with it");
    editor.post(&format!("{line}/deletion"), &[]).await.is(303);
    took.push(until("a deletion", everywhere("wauwaupfennig", 0)).await);
    println!("noticed after {took:?}");
    assert!(took.iter().all(|took| *took < Duration::from_secs(1)), "{took:?}");
    for work in work {
        work.stop().await;
    }
}

async fn id_of(test: &TestApp) -> i64 {
    let mut db = test.begin_as_system().await;
    sqlx::query_scalar("select max(id) from lexicon_line").fetch_one(&mut *db).await.expect("a line")
}

/// A lost notification costs the time until the next look, no more.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn one_look_at_the_database_is_enough(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let kreis = test.cast.kreis;
    let ids = [
        insert(&test, kreis, &["Petrizettel"], &["Fischereischein"]).await,
        insert(&test, kreis, &["Wauwaupfennig"], &["Hundesteuer"]).await,
    ];
    let follower = WordFollower::new(&test.app);
    follower.catch_up().await.expect("caught up");
    assert_eq!((test.search(kreis, "petrizettel").total, test.search(kreis, "wauwaupfennig").total), (1, 1));
    let mut db = test.begin_as_system().await;
    sqlx::query("delete from lexicon_line where id = $1").bind(ids[0]).execute(&mut *db).await.expect("deleted");
    follower.catch_up().await.expect("caught up");
    assert_eq!(test.search(kreis, "petrizettel").total, 1, "nothing is committed yet");
    db.commit().await.expect("commit");
    follower.catch_up().await.expect("caught up");
    assert_eq!((test.search(kreis, "petrizettel").total, test.search(kreis, "wauwaupfennig").total), (0, 1));
}

/// What stands in the database is no format: signs of the lists are only signs.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn signs_of_the_list_format_are_only_signs(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let a = test.cast.stadt_a;
    insert(&test, a, &["# Petrizettel", "= Brunnenhaus > Amt"], &["Fischereischein > x", "Fundbüro"]).await;
    test.index().await;
    assert_eq!(test.titles(a, "petrizettel")[0], "Fundbüro");
    assert_eq!(test.titles(a, "brunnenhaus amt")[0], "Fundbüro");
    let empty = SearchIndex::in_memory().expect("an index");
    assert_eq!(empty.search(&Request::new("petrizettel", [a], 5, test.app.clock.now())).total, 0);
}
