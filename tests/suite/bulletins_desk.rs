//! Bulletins where they are needed: on the desk and the Leitstand, above every hit, at their time, and within a second.

use std::time::Duration;

use axum::body::Body;
use chrono::TimeDelta;
use http_body_util::BodyExt;
use ortsgespraech::clock::Clock;
use ortsgespraech::ids::EntryId;
use ortsgespraech::knowledge::{Adaptation, Content, Field, Html, Part};
use ortsgespraech::work::Work;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::{Instant, timeout};

use crate::bulletins::{LIST, announce, latest};
use crate::desk_keyboard::center;
use crate::support::{Client, TestApp, app::test_time, cast};

const OF_B: &str = "/knowledge/stadt-b/bulletins";

async fn take_call(test: &TestApp, agent: &Client) {
    let mut db = test.begin_as_system().await;
    let line = "select tenant_id || '-' || id from line where number = '+4969900090100'";
    let line: String = sqlx::query_scalar(line).fetch_one(&mut *db).await.expect("a line");
    drop(db);
    agent.post("/desk/calls", &[("line", &line)]).await.is(303);
}

async fn sees(client: &Client, path: &str, words: &str) -> bool {
    client.get(path).await.is(200).body.contains(words)
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn desk_shows_bulletins_of_its_own_towns(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    announce(&test.sign_in(cast::EDITOR_OF_A).await, LIST, "Aufzug in A kaputt", &[]).await.is(303);
    announce(&test.sign_in(cast::EDITOR_OF_B).await, OF_B, "Markt in B verlegt", &[]).await.is(303);
    let (agent, of_b) = (test.sign_in(cast::AGENT).await, test.sign_in(cast::AGENT_OF_B).await);
    for path in ["/desk", "/wallboard", "/wallboard/figures"] {
        assert!(sees(&agent, path, "Aufzug in A kaputt").await && sees(&agent, path, "Markt in B verlegt").await);
        assert!(sees(&of_b, path, "Markt in B verlegt").await, "{path}");
        assert!(!sees(&of_b, path, "Aufzug").await, "{path}");
    }
    take_call(&test, &agent).await;
    let desk = agent.get("/desk").await.is(200).body;
    assert!(desk.contains("1 Meldung") && desk.contains("Aufzug in A") && !desk.contains("Markt in B"), "{desk}");
    assert!(sees(&agent, "/desk?panel=bulletins", "Aufzug in A kaputt").await);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn bulletin_stands_above_the_hits_of_its_words(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let more = [("text", "Keine Ausweise, keine Pässe."), ("topics", "Umzug"), ("entries", "Sperrmüll anmelden")];
    announce(&editor, LIST, "Bürgerbüro heute geschlossen", &more).await.is(303);
    announce(&test.sign_in(cast::EDITOR_OF_B).await, OF_B, "Bürgerbüro in B zu", &[]).await.is(303);
    let agent = test.sign_in(cast::AGENT).await;
    take_call(&test, &agent).await;
    for path in ["/desk/results?q=", "/knowledge/stadt-a/search?q="] {
        // A word of the title while it is typed, an inflected one of the text, the topic, and the entry it names.
        for query in ["bürgerb", "Ausweis", "umziehen+umzug", "sperrmüll"] {
            let page = agent.get(&format!("{path}{query}")).await.is(200).body;
            let bulletin = page.find("Bürgerbüro heute geschlossen").unwrap_or_else(|| panic!("{path}{query}: {page}"));
            assert!(page.find("id=\"hits\"").is_none_or(|hits| bulletin < hits), "{path}{query}");
            assert!(!page.contains("Bürgerbüro in B zu"), "{path}{query}");
        }
        for query in ["hund", "heute", ""] {
            assert!(!sees(&agent, &format!("{path}{query}"), "heute geschlossen").await, "{path}{query}");
        }
    }
    let entry = "select id from entry where external_id = 'muell'";
    let mut db = test.begin_as_system().await;
    let entry: i64 = sqlx::query_scalar(entry).fetch_one(&mut *db).await.expect("an entry");
    let call: i64 = sqlx::query_scalar("select max(id) from call").fetch_one(&mut *db).await.expect("a call");
    drop(db);
    let open = format!("/desk/calls/{call}/entries/{}/{entry}", test.cast.stadt_a);
    agent.post(&open, &[]).await.is(303);
    assert!(sees(&agent, "/desk", "class=\"hit-bulletin\"").await, "on the entry that it names");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn bulletin_comes_and_goes_by_the_clock(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await.with_clock(Clock::fixed(test_time()));
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let at = |day, time| [("start", "at"), ("start_day", day), ("start_time", time)];
    let until = [("end", "at"), ("end_day", "2026-11-17"), ("end_time", "12:00")];
    let planned = [at("2026-11-17", "11:00"), until].concat();
    announce(&editor, LIST, "Wasser abgestellt", &planned).await.is(303);
    assert!(sees(&editor, &format!("{LIST}?phase=planned"), "Wasser abgestellt").await);
    let agent = test.sign_in(cast::AGENT).await;
    for (minutes, is_shown) in [(0, false), (29, false), (1, true), (30, true), (29, true), (1, false)] {
        test.app.clock.advance(TimeDelta::minutes(minutes));
        assert_eq!(sees(&agent, "/desk", "Wasser abgestellt").await, is_shown, "{}", test.app.clock.now());
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn line_narrows_where_a_bulletin_is_shown(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let mut db = test.begin_as_system().await;
    let other = "insert into line (tenant_id, number, label) values ($1, '+4969900090777', 'Abfall') returning id";
    let other: i64 = sqlx::query_scalar(other).bind(test.cast.stadt_a).fetch_one(&mut *db).await.expect("a line");
    db.commit().await.expect("commit");
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let here = "select id from line where number = '+4969900090100'";
    let here: i64 = sqlx::query_scalar(here).fetch_one(&mut *test.begin_as_system().await).await.expect("a line");
    announce(&editor, LIST, "Müllabfuhr streikt", &[("lines", &other.to_string())]).await.is(303);
    announce(&editor, LIST, "Müllabfuhr kommt später", &[("lines", &here.to_string())]).await.is(303);
    announce(&editor, LIST, "Müllabfuhr überall", &[]).await.is(303);
    let agent = test.sign_in(cast::AGENT).await;
    let desk = agent.get("/desk").await.is(200).body;
    for words in ["Müllabfuhr streikt", "Müllabfuhr kommt", "Müllabfuhr überall", "nur Abfall", "nur Bürgerbüro"]
    {
        assert!(desk.contains(words), "at rest everything is shown, with its lines: {words}: {desk}");
    }
    take_call(&test, &agent).await;
    for path in ["/desk", "/desk/results?q=müllabfuhr", "/desk?q=müllabfuhr"] {
        let page = agent.get(path).await.is(200).body;
        assert!(page.contains("Müllabfuhr kommt später") && page.contains("Müllabfuhr überall"), "{path}: {page}");
        assert!(!page.contains("Müllabfuhr streikt"), "{path}: {page}");
    }
    // The search page has no line, so it leaves none out.
    let page = "/knowledge/stadt-a/search?q=müllabfuhr";
    assert!(sees(&agent, page, "Müllabfuhr streikt").await && sees(&agent, page, "Müllabfuhr kommt später").await);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn bulletin_about_a_base_text_stands_above_what_a_town_says_otherwise(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = center(options, database).await;
    let mut db = test.begin_as_system().await;
    let base = "select id from entry where external_id = 'fs'";
    let base: i64 = sqlx::query_scalar(base).fetch_one(&mut *db).await.expect("an entry");
    drop(db);
    let mut fee = Content::default();
    fee.set(Field::Fees, Html::from_plain("31 Euro"));
    let mut patch = Adaptation::default();
    patch.replace(Part::Text(Field::Fees), &fee);
    let own = test.adapt(test.cast.stadt_a, EntryId(base), &patch).await;
    test.index().await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let about = [("towns", "stadt-a"), ("entries", "Führerschein umtauschen")];
    announce(&operator, "/knowledge/kreis/bulletins", "Druckerei fällt aus", &about).await.is(303);
    let agent = test.sign_in(cast::AGENT).await;
    take_call(&test, &agent).await;
    let page = agent.get("/desk/results?q=führerschein").await.is(200).body;
    assert!(page.contains(&format!("/{}/{own}\"", test.cast.stadt_a)), "the town's own words are found: {page}");
    for path in ["/desk/results?q=", "/knowledge/stadt-a/search?q="] {
        assert!(sees(&agent, &format!("{path}führerschein"), "Druckerei fällt aus").await, "{path}");
        assert!(!sees(&agent, &format!("{path}reisepass"), "Druckerei fällt aus").await, "{path}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn bulletin_stands_above_the_hits_of_its_topic(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let topic = vec!["Umzug".to_owned()];
    let entry = Content { title: "Wohnsitz anmelden".to_owned(), life_situations: topic, ..Content::default() };
    test.publish(test.cast.stadt_a, "wohnsitz", &entry).await;
    test.index().await;
    announce(&test.sign_in(cast::EDITOR_OF_A).await, LIST, "Verfahren gestört", &[("topics", "Umzug")]).await.is(303);
    let agent = test.sign_in(cast::AGENT).await;
    take_call(&test, &agent).await;
    for path in ["/desk/results?q=", "/knowledge/stadt-a/search?q="] {
        assert!(sees(&agent, &format!("{path}wohnsitz"), "Verfahren gestört").await, "{path}");
        assert!(!sees(&agent, &format!("{path}sperrmüll"), "Verfahren gestört").await, "{path}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn readers_are_counted_and_not_named(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    announce(&editor, LIST, "Neue Gebühren", &[("acknowledgement", "on")]).await.is(303);
    announce(&editor, LIST, "Ohne Bestätigung", &[]).await.is(303);
    let id = latest(&test).await - 1;
    assert!(sees(&editor, LIST, ">0 von 1<").await);
    let (agent, of_b) = (test.sign_in(cast::AGENT).await, test.sign_in(cast::AGENT_OF_B).await);
    assert!(sees(&agent, "/desk", "bulletin-unread").await);
    let read = format!("/desk/bulletins/{}/{id}/acknowledgement", test.cast.stadt_a);
    of_b.post(&read, &[]).await.is(404);
    agent.post(&format!("/desk/bulletins/{}/{id}/acknowledgement", test.cast.stadt_b), &[]).await.is(404);
    agent.post(&format!("/desk/bulletins/{}/{}/acknowledgement", test.cast.stadt_a, id + 1), &[]).await.is(404);
    for _ in 0..2 {
        agent.post(&read, &[("panel", "bulletins")]).await.is(303);
    }
    let list = editor.get(LIST).await.is(200).body;
    assert!(list.contains(">1 von 1<") && !list.contains("Weber"), "{list}");
    let desk = agent.get("/desk").await.is(200).body;
    assert!(desk.contains("Neue Gebühren") && !desk.contains("bulletin-unread"), "{desk}");
    // Another wording has to be read anew.
    let changed = [("version", "1"), ("acknowledgement", "on")];
    announce(&editor, &format!("{LIST}/{id}"), "Neue Gebühren ab Montag", &changed).await.is(303);
    assert!(sees(&editor, LIST, ">0 von 1<").await && sees(&agent, "/desk", "bulletin-unread").await);
}

/// Reads the stream until this event comes.
async fn hears(stream: &mut Body, kind: &str, patience: Duration) -> bool {
    let line = format!("event: {kind}\n");
    let heard = timeout(patience, async {
        while let Some(Ok(frame)) = stream.frame().await {
            let data = frame.into_data().expect("data");
            if std::str::from_utf8(&data).expect("text").contains(&line) {
                return true;
            }
        }
        false
    });
    heard.await.unwrap_or(false)
}

async fn listen(agent: &Client, stamp: &str) -> Body {
    let request = agent.request("GET", &format!("/desk/stream?after=&bulletins={stamp}"));
    agent.open(request.body(Body::empty()).expect("a request")).await.into_body()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn open_desk_hears_of_it_within_a_second(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await.with_clock(Clock::fixed(test_time()));
    let work = Work::start(&test.app).expect("background work");
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let (agent, of_b) = (test.sign_in(cast::AGENT).await, test.sign_in(cast::AGENT_OF_B).await);
    let (mut stream, mut elsewhere) = (listen(&agent, "").await, listen(&of_b, "").await);
    // The first look is what later ones are compared with.
    announce(&editor, LIST, "Vorher", &[]).await.is(303);
    hears(&mut stream, "bulletins", Duration::from_secs(5)).await;
    for act in ["write", "end"] {
        let before = Instant::now();
        match act {
            "write" => _ = announce(&editor, LIST, "Bürgerbüro zu", &[]).await.is(303),
            _ => _ = editor.post(&format!("{LIST}/{}/end", latest(&test).await), &[]).await.is(303),
        }
        assert!(hears(&mut stream, "bulletins", Duration::from_secs(5)).await, "{act}");
        assert!(before.elapsed() < Duration::from_secs(1), "{act} took {:?}", before.elapsed());
    }
    test.app.clock.advance(TimeDelta::days(1));
    assert!(hears(&mut stream, "bulletins", Duration::from_secs(2)).await, "its time is over");
    assert!(!hears(&mut elsewhere, "bulletins", Duration::from_millis(300)).await, "another town's desk");
    work.stop().await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn page_older_than_its_stream_is_told(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let stamp_of = |page: &str| {
        let stamp = page.split("data-bulletins=\"").nth(1).and_then(|rest| rest.split('"').next());
        stamp.expect("a stamp").to_owned()
    };
    let old = stamp_of(&agent.get("/desk").await.is(200).body);
    announce(&test.sign_in(cast::EDITOR_OF_A).await, LIST, "Bürgerbüro zu", &[]).await.is(303);
    let new = stamp_of(&agent.get("/desk").await.is(200).body);
    for (stamp, is_told) in [(&old, true), (&new, false)] {
        let mut stream = listen(&agent, stamp).await;
        assert_eq!(hears(&mut stream, "bulletins", Duration::from_millis(500)).await, is_told);
    }
}
