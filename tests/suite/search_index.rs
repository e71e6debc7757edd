//! The index is what the database is: whatever happens in between, and for nobody more than they may read.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use ortsgespraech::app::App;
use ortsgespraech::audit::Actor;
use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::{self, Content, Target};
use ortsgespraech::search::{self, Follower, Request};
use ortsgespraech::work::Work;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;
use crate::support::catalogue::{Scratch, answering, entry};

fn titles(app: &App, tenant: TenantId, query: &str) -> Vec<String> {
    let request = Request::new(query, [tenant], 20, app.clock.now());
    app.search.search(&request).hits.into_iter().map(|hit| hit.title).collect()
}

async fn catch_up(app: &App) {
    Follower::new(app).expect("a writer").catch_up().await.expect("an index");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn other_tenants_entries_leave_no_trace(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (a, b) = (test.cast.stadt_a, test.cast.stadt_b);
    test.publish_titles(test.cast.kreis, &["Hundesteuer", "Wohngeld"]).await;
    test.publish_titles(a, &["Hund anmelden", "Hundewiese"]).await;
    test.index().await;
    let queries = ["hund", "hunde", "hundewiese", "hundt", "wohngeld", "anmelden"];
    let figures = |test: &TestApp| {
        queries.map(|query| {
            let results = test.search(a, query);
            let hits: Vec<_> = results.hits.iter().map(|hit| (hit.title.clone(), hit.score)).collect();
            (results.total, hits)
        })
    };
    let before = figures(&test);
    for number in 0..30 {
        test.publish(b, &format!("b{number}"), &answering(&format!("Hundt {number}"), "Hund Wohngeld anmelden")).await;
        test.publish(test.cast.jobcenter, &format!("j{number}"), &entry("Hundewiese Hunde")).await;
    }
    test.index().await;
    assert_eq!(figures(&test), before);
    assert!(test.search(b, "hundt").hits.iter().all(|hit| [b, test.cast.kreis].contains(&hit.tenant)));
    assert_eq!(test.search(b, "hundewiese").hits.iter().filter(|hit| hit.title.contains("Hundewiese")).count(), 0);
    assert_eq!(test.app.search.search(&Request::new("hund", [] as [TenantId; 0], 20, test.app.clock.now())).total, 0);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn new_version_replaces_the_old_one(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    test.publish(kreis, "1", &entry("Sperrmüll")).await;
    test.index().await;
    test.publish(kreis, "1", &entry("Altpapier")).await;
    test.publish(kreis, "1", &entry("Altglas")).await;
    test.index().await;
    assert!(test.titles(kreis, "sperrmüll").is_empty() && test.titles(kreis, "altpapier").is_empty());
    let hit = test.search(kreis, "altglas").hits.remove(0);
    assert_eq!((hit.version, hit.external_id.as_str()), (3, "1"));
    assert_eq!(test.app.search.count(), 1);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn withdrawn_entry_is_not_found_any_more(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    let id = test.publish(kreis, "1", &entry("Sperrmüll")).await;
    test.index().await;
    let mut db = test.begin_as_system().await;
    let withdraw = sqlx::query("update entry set published_version = null where tenant_id = $1 and id = $2");
    withdraw.bind(kreis).bind(id).execute(&mut *db).await.expect("withdrawn");
    let tell = sqlx::query("insert into entry_change (tenant_id, entry_id) values ($1, $2)");
    tell.bind(kreis).bind(id).execute(&mut *db).await.expect("told");
    db.commit().await.expect("commit");
    test.index().await;
    assert!(test.titles(kreis, "sperrmüll").is_empty());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_a_crash_left_undone_is_done_by_the_next_server(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, dir) = (test.cast.kreis, Scratch::new());
    test.publish(kreis, "1", &entry("Sperrmüll")).await;
    let first = test.with_index_in(dir.path());
    catch_up(&first).await;
    // Committed in the database, and then the server is gone.
    test.publish(kreis, "2", &entry("Altglas")).await;
    drop(first);
    let second = test.with_index_in(dir.path());
    assert_eq!(titles(&second, kreis, "sperrmüll"), ["Sperrmüll"], "the index it left is used as it is");
    assert!(!second.search.is_ready() && titles(&second, kreis, "altglas").is_empty());
    catch_up(&second).await;
    assert!(second.search.is_ready());
    assert_eq!(titles(&second, kreis, "altglas"), ["Altglas"]);
    assert_eq!(second.search.count(), 2);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn damaged_index_is_built_anew(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, dir) = (test.cast.kreis, Scratch::new());
    test.publish(kreis, "1", &entry("Sperrmüll")).await;
    catch_up(&test.with_index_in(dir.path())).await;
    let slot = dir.path().join("0");
    let files = || fs::read_dir(&slot).expect("files").map(|file| file.expect("a file").path());
    // A new index has other names, so the file of each kind is looked for again.
    let kinds: BTreeSet<_> = files().filter_map(|file| file.extension().map(ToOwned::to_owned)).collect();
    for kind in kinds.iter().filter(|kind| *kind != "lock") {
        for part in [0, 2, 3] {
            let file = files().find(|file| file.extension() == Some(kind)).expect("a file of each kind");
            let bytes = fs::read(&file).expect("its bytes");
            fs::write(&file, &bytes[..bytes.len() * part / 4]).expect("damage");
            let app = test.with_index_in(dir.path());
            catch_up(&app).await;
            assert_eq!(titles(&app, kreis, "sperrmüll"), ["Sperrmüll"], "{}", file.display());
        }
    }
    fs::remove_dir_all(&slot).expect("removed");
    let app = test.with_index_in(dir.path());
    catch_up(&app).await;
    assert_eq!(titles(&app, kreis, "sperrmüll"), ["Sperrmüll"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn two_servers_follow_in_two_directories(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, dir) = (test.cast.kreis, Scratch::new());
    let servers = [test.with_index_in(dir.path()), test.with_index_in(dir.path())];
    let mut followers = servers.each_ref().map(|app| Follower::new(app).expect("a writer"));
    for title in ["Sperrmüll", "Altglas"] {
        test.publish(kreis, title, &entry(title)).await;
        for (app, follower) in servers.iter().zip(&mut followers) {
            follower.catch_up().await.expect("caught up");
            assert_eq!(titles(app, kreis, title), [title]);
        }
    }
    assert!(dir.path().join("0/meta.json").exists() && dir.path().join("1/meta.json").exists());
    let reports = search::check(&test.app.pool, dir.path()).await.expect("a comparison");
    assert_eq!(reports.len(), 2);
    assert!(reports.iter().all(search::CheckReport::is_equal), "{reports:?}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn raised_epoch_builds_the_index_anew(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, dir) = (test.cast.kreis, Scratch::new());
    test.publish(kreis, "1", &entry("Sperrmüll")).await;
    let app = test.with_index_in(dir.path());
    let mut follower = Follower::new(&app).expect("a writer");
    follower.catch_up().await.expect("caught up");
    // Changed behind the program's back: nothing tells the index.
    let mut db = test.begin_as_system().await;
    sqlx::query("update entry set published_version = null").execute(&mut *db).await.expect("withdrawn");
    db.commit().await.expect("commit");
    follower.catch_up().await.expect("caught up");
    assert_eq!(titles(&app, kreis, "sperrmüll"), ["Sperrmüll"]);
    drop((follower, app));
    let reports = search::check(&test.app.pool, dir.path()).await.expect("a comparison");
    assert!(reports[0].to_string().contains("database not there, index version 1"), "{}", reports[0]);

    let mut db = test.begin_as_system().await;
    search::raise_epoch(&mut *db).await.expect("raised");
    db.commit().await.expect("commit");
    let app = test.with_index_in(dir.path());
    catch_up(&app).await;
    assert!(titles(&app, kreis, "sperrmüll").is_empty());
    drop(app);
    let reports = search::check(&test.app.pool, dir.path()).await.expect("a comparison");
    assert!(reports[0].is_equal(), "{}", reports[0]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn change_that_commits_late_is_not_lost(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, dir) = (test.cast.kreis, Scratch::new());
    let app = test.with_index_in(dir.path());
    let mut follower = Follower::new(&app).expect("a writer");
    follower.catch_up().await.expect("caught up");
    // It begins first and commits last; another one overtakes it.
    let mut slow = test.begin_as_system().await;
    let now = test.app.clock.now();
    let actor = Actor::command_line();
    let target = Target::External("slow");
    knowledge::publish(&mut slow, kreis, target, &entry("Sperrmüll"), &actor, now).await.expect("published");
    test.publish(kreis, "fast", &entry("Altglas")).await;
    follower.catch_up().await.expect("caught up");
    assert_eq!(titles(&app, kreis, "altglas"), ["Altglas"], "nobody waits for a transaction of somebody else");
    assert!(titles(&app, kreis, "sperrmüll").is_empty());
    slow.commit().await.expect("commit");
    drop((follower, app));
    let app = test.with_index_in(dir.path());
    catch_up(&app).await;
    assert_eq!(titles(&app, kreis, "sperrmüll"), ["Sperrmüll"]);
    assert_eq!(app.search.count(), 2);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn two_running_servers_find_a_change_within_a_second(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, dir) = (test.cast.kreis, Scratch::new());
    let servers = [test.with_index_in(dir.path()), test.with_index_in(dir.path())];
    let work = servers.each_ref().map(|app| Work::start(app).expect("background work"));
    for title in ["Sperrmüll", "Altglas", "Wohngeld"] {
        test.publish(kreis, title, &entry(title)).await;
        let published = Instant::now();
        while servers.iter().any(|app| titles(app, kreis, title).is_empty()) {
            assert!(published.elapsed() < Duration::from_secs(5), "{title} is not found");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    for work in work {
        work.stop().await;
    }
}

/// Far behind, an index is built anew. Seen by a change that nothing tells of.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn so_many_changes_that_following_takes_longer_build_the_index_anew(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    let silent = test.publish(kreis, "1", &entry("Sperrmüll")).await;
    let told = test.publish(kreis, "2", &entry("Altglas")).await;
    test.index().await;
    let mut db = test.begin_as_system().await;
    let withdraw = sqlx::query("update entry set published_version = null where id = $1");
    withdraw.bind(silent).execute(&mut *db).await.expect("withdrawn");
    let tell = "insert into entry_change (tenant_id, entry_id) select $1, $2 from generate_series(1, 6000)";
    sqlx::query(tell).bind(kreis).bind(told).execute(&mut *db).await.expect("told");
    db.commit().await.expect("commit");
    test.index().await;
    assert!(test.titles(kreis, "sperrmüll").is_empty());
    assert_eq!(test.titles(kreis, "altglas"), ["Altglas"]);
    assert_eq!(test.app.search.count(), 1);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn entries_that_change_again_before_they_are_shown_stand_there_once(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    test.index().await;
    let entries: Vec<_> = (0..3).map(|number| format!("Antrag {number}")).collect();
    for _ in 0..2 {
        for title in &entries {
            test.publish(kreis, title, &entry(title)).await;
        }
        // More than are read at once come in between.
        let mut db = test.begin_as_system().await;
        let other = "insert into entry_change (tenant_id, entry_id) select $1, 0 from generate_series(1, 700)";
        sqlx::query(other).bind(kreis).execute(&mut *db).await.expect("told");
        db.commit().await.expect("commit");
    }
    test.index().await;
    assert_eq!(test.search(kreis, "antrag").total, 3);
    assert_eq!(test.app.search.count(), 3);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn many_changes_are_followed_in_batches(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    test.index().await;
    let mut db = test.begin_as_system().await;
    for number in 0..1_200 {
        let content = Content { title: format!("Antrag {number}"), ..Content::default() };
        let (key, actor) = (number.to_string(), Actor::command_line());
        let target = Target::External(&key);
        knowledge::publish(&mut db, kreis, target, &content, &actor, test.app.clock.now()).await.expect("published");
    }
    db.commit().await.expect("commit");
    test.index().await;
    assert_eq!(test.app.search.count(), 1_200);
    assert_eq!(test.search(kreis, "antrag").total, 1_200);
}
