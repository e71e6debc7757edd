//! Editors of a town say what is otherwise there: side by side with the base, alone or in pairs, and told when it moves.

use chrono::TimeDelta;
use ortsgespraech::clock::Clock;
use ortsgespraech::ids::EntryId;
use ortsgespraech::knowledge::{self, Content, Field, Html};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::app::test_time;
use crate::support::cast::{ADMIN_OF_A, AGENT, AGENT_OF_B, EDITOR_OF_A, EDITOR_OF_B};
use crate::support::catalogue::answering;
use crate::support::forms::fields_of;
use crate::support::{Answer, Client, TestApp};

fn passport(fee: &str) -> Content {
    let mut content = answering("Reisepass beantragen", "Kommen Sie mit einem Foto.");
    content.set(Field::Fees, Html::from_plain(fee));
    content
}

/// Opens the form, changes some fields and sends it.
async fn save(client: &Client, url: &str, changes: &[(&str, &str)]) -> Answer {
    send(client, url, fields_of(&client.get(&format!("{url}/edit")).await.is(200).body), changes).await
}

async fn send(client: &Client, url: &str, mut fields: Vec<(String, String)>, changes: &[(&str, &str)]) -> Answer {
    for (name, value) in changes {
        fields.retain(|(field, _)| field != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.post(url, &fields).await
}

/// The town's fee as its agents read it.
async fn fee(test: &TestApp, base: EntryId) -> String {
    let mut db = test.begin_as_system().await;
    let (a, kreis) = (test.cast.stadt_a, test.cast.kreis);
    let entry = knowledge::find_entry(&mut db, a, kreis, base).await.expect("a query").expect("an entry");
    entry.content.html(Field::Fees).map(Html::to_plain).unwrap_or_default()
}

fn inherited(base: EntryId) -> String {
    format!("/knowledge/stadt-a/entries/kreis/{base}")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn editor_adapts_a_fee_and_goes_back_to_the_base(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let base = test.publish(test.cast.kreis, "pass", &passport("60 Euro")).await;
    let (editor, agent) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(AGENT).await);
    let form = editor.get(&format!("{}/edit", inherited(base))).await.is(200).body;
    assert!(form.contains("60 Euro") && form.contains("wie Kreis"), "{form}");
    let fields = [("mode_fees", "own"), ("fees", "70 Euro"), ("mode_summary", "below"), ("add_summary", "Im Rathaus.")];
    let own = save(&editor, &inherited(base), &fields).await.is(303).location().to_owned();
    assert_eq!(fee(&test, base).await, "70 Euro");
    let page = agent.get(&own).await.is(200).body;
    assert!(page.contains("Kommen Sie mit einem Foto.") && page.contains("Im Rathaus."), "{page}");
    // One address for what holds: the base's own leads there.
    assert_eq!(agent.get(&inherited(base)).await.is(303).location(), own);
    assert!(agent.get(&format!("/knowledge/stadt-b/entries/kreis/{base}")).await.is(200).body.contains("60 Euro"));
    assert!(editor.get(&format!("{own}/edit")).await.is(200).body.contains("<del>60</del>"));

    let fields = [("mode_fees", "follow"), ("mode_summary", "follow")];
    let after = save(&editor, &own, &fields).await.is(303).location().to_owned();
    assert_eq!(fee(&test, base).await, "60 Euro");
    assert!(editor.get(&after).await.is(200).body.contains("Es gilt wieder ganz der Text der Grundlage."));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mistakes_in_own_parts_come_back_and_others_do_not_count(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let base = test.publish(test.cast.kreis, "pass", &passport("60 Euro")).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let wrong =
        [("mode_title", "own"), ("title", ""), ("mode_fees", "below"), ("add_fees", "60 Euro"), ("leika", "12")];
    let page = save(&editor, &inherited(base), &wrong).await.is(422).body;
    assert!(page.contains("Der Titel fehlt.") && page.contains("Das steht schon darüber."), "{page}");
    assert!(!page.contains("14 Ziffern bestehen"), "a part that follows the base is not this person's");
    assert_eq!(fee(&test, base).await, "60 Euro");
    let other = test.sign_in(EDITOR_OF_B).await;
    other.get(&format!("{}/edit", inherited(base))).await.is(404);
    test.sign_in(AGENT).await.get(&format!("{}/edit", inherited(base))).await.is(403);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn two_editors_at_once_lose_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let base = test.publish(test.cast.kreis, "pass", &passport("60 Euro")).await;
    let (one, two) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    let first = [("mode_fees", "own"), ("fees", "70 Euro"), ("act", "save")];
    let url = save(&one, &inherited(base), &first).await.is(303).location().trim_end_matches("/edit").to_owned();
    let both = fields_of(&two.get(&format!("{url}/edit")).await.is(200).body);
    send(&one, &url, both.clone(), &[("fees", "71 Euro"), ("act", "save")]).await.is(303);
    // The same field: both texts are shown, the own one stays in the form.
    let mine = [("fees", "75 Euro"), ("mode_documents", "own"), ("documents", "Foto"), ("act", "save")];
    let page = send(&two, &url, both, &mine).await.is(409).body;
    assert!(page.contains("eigener Text: 71 Euro") && page.contains("eigener Text: 75 Euro"), "{page}");
    send(&two, &url, fields_of(&page), &[("act", "save")]).await.is(303);
    let form = fields_of(&one.get(&format!("{url}/edit")).await.is(200).body);
    let value = |name: &str| form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    assert_eq!((value("fees"), value("documents")), (Some("75 Euro"), Some("Foto")));
    assert_eq!(fee(&test, base).await, "60 Euro", "nothing is public yet");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn second_person_releases_what_the_first_wrote(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let base = test.publish(test.cast.kreis, "pass", &passport("60 Euro")).await;
    let (writer, second) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    writer.post("/knowledge/stadt-a/editorial", &[("requires_review", "on")]).await.is(403);
    second.post("/knowledge/stadt-a/editorial", &[("requires_review", "on")]).await.is(303);
    let own = [("mode_fees", "own"), ("fees", "70 Euro")];
    let page = save(&writer, &inherited(base), &own).await.is(422).body;
    assert!(page.contains("Hier sieht eine zweite Person jeden Text an."), "{page}");
    let asked = send(&writer, &inherited(base), fields_of(&page), &[("act", "ask")]).await.is(303);
    let draft = asked.location().to_owned();
    assert!(writer.get(&draft).await.is(200).body.contains("Sie haben daran mitgeschrieben."));
    let revision = fields_of(&second.get(&draft).await.is(200).body);
    let release = format!("{draft}/release");
    assert_eq!(send(&writer, &release, revision.clone(), &[]).await.status, 422);
    assert_eq!(fee(&test, base).await, "60 Euro");
    second
        .post(&format!("{draft}/return"), &[("revision", &revision[0].1), ("note", "Bitte mit Ermäßigung")])
        .await
        .is(303);
    assert!(writer.get(&draft).await.body.contains("Bitte mit Ermäßigung"));
    let url = draft.trim_end_matches("/draft").to_owned();
    save(&writer, &url, &[("fees", "70 Euro, ermäßigt 35 Euro"), ("act", "ask")]).await.is(303);
    // What was looked at before is not what is released now.
    assert_eq!(send(&second, &release, revision, &[]).await.status, 422);
    let revision = fields_of(&second.get(&draft).await.is(200).body);
    send(&second, &release, revision, &[]).await.is(303);
    assert_eq!(fee(&test, base).await, "70 Euro, ermäßigt 35 Euro");
    second.get(&draft).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn approved_text_becomes_public_at_its_time(options: PgPoolOptions, database: PgConnectOptions) {
    let clock = Clock::fixed(test_time());
    let test = TestApp::start(options, database).await.with_clock(clock.clone());
    let base = test.publish(test.cast.kreis, "pass", &passport("60 Euro")).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let day = (test_time() + TimeDelta::days(2)).format("%Y-%m-%d").to_string();
    let plan = |day: &str| {
        vec![
            ("mode_fees", "own".to_owned()),
            ("fees", "70 Euro".to_owned()),
            ("act", "plan".to_owned()),
            ("release_day", day.to_owned()),
            ("release_time", "08:00".to_owned()),
        ]
    };
    let past = plan("2020-01-01");
    let past: Vec<_> = past.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert!(save(&editor, &inherited(base), &past).await.is(422).body.contains("Dieser Zeitpunkt ist vorbei."));
    let future = plan(&day);
    let future: Vec<_> = future.iter().map(|(name, value)| (*name, value.as_str())).collect();
    save(&editor, &inherited(base), &future).await.is(303);
    assert_eq!(knowledge::release_due(&test.app).await.expect("a look"), 0);
    clock.advance(TimeDelta::days(3));
    assert_eq!(knowledge::release_due(&test.app).await.expect("a look"), 1);
    assert_eq!(fee(&test, base).await, "70 Euro");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn moved_base_becomes_a_task_with_its_difference(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    let base = test.publish(kreis, "pass", &passport("60 Euro im Kreis")).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    save(&editor, &inherited(base), &[("mode_fees", "own"), ("fees", "70 Euro")]).await.is(303);
    let tasks = "/knowledge/stadt-a/tasks";
    assert!(editor.get(tasks).await.is(200).body.contains("Keine Grundlage hat sich"));
    test.publish(kreis, "pass", &passport("65 Euro im Kreis")).await;
    let list = editor.get(tasks).await.is(200).body;
    let task = list.split(&format!("{tasks}/")).nth(1).and_then(|rest| rest.split('"').next()).expect("a task");
    let task = format!("{tasks}/{task}");
    let page = editor.get(&task).await.is(200).body;
    assert!(page.contains("<del>60</del><ins>65</ins>") && page.contains("70 Euro"), "{page}");
    test.sign_in(EDITOR_OF_B).await.get(&task).await.is(404);
    // It moves once more while somebody looks: nothing is decided unseen.
    test.publish(kreis, "pass", &passport("66 Euro im Kreis")).await;
    let decision = format!("{task}/decision");
    editor.post(&decision, &[("moves", "1"), ("accept", "fees")]).await.is(409);
    assert_eq!(fee(&test, base).await, "70 Euro");
    editor.post(&decision, &[("moves", "2"), ("accept", "fees")]).await.is(303);
    assert_eq!(fee(&test, base).await, "66 Euro im Kreis");
    editor.get(&task).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn accepting_a_base_asks_the_second_person_too(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let base = test.publish(test.cast.kreis, "pass", &passport("60 Euro")).await;
    let (writer, second) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    let own = save(&writer, &inherited(base), &[("mode_fees", "own"), ("fees", "70 Euro")]).await.is(303);
    let draft = format!("{}/draft", own.location());
    second.post("/knowledge/stadt-a/editorial", &[("requires_review", "on")]).await.is(303);
    test.publish(test.cast.kreis, "pass", &passport("65 Euro")).await;
    let tasks = "/knowledge/stadt-a/tasks";
    let list = writer.get(tasks).await.is(200).body;
    let task = list.split(&format!("{tasks}/")).nth(1).and_then(|rest| rest.split('"').next()).expect("a task");
    writer.post(&format!("{tasks}/{task}/decision"), &[("moves", "1"), ("accept", "fees")]).await.is(303);
    assert_eq!(fee(&test, base).await, "70 Euro", "nobody publishes alone");
    let revision = fields_of(&second.get(&draft).await.is(200).body);
    assert_eq!(send(&writer, &format!("{draft}/release"), revision.clone(), &[]).await.status, 422);
    send(&second, &format!("{draft}/release"), revision, &[]).await.is(303);
    assert_eq!(fee(&test, base).await, "65 Euro");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn withdrawn_base_can_be_carried_on_alone(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    let base = test.publish(kreis, "pass", &passport("60 Euro")).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let own = save(&editor, &inherited(base), &[("mode_fees", "own"), ("fees", "70 Euro")])
        .await
        .is(303)
        .location()
        .to_owned();
    test.withdraw(kreis, base).await;
    assert!(editor.get("/knowledge/stadt-a/tasks").await.body.contains("Text zurückgezogen"));
    test.sign_in(AGENT).await.get(&own).await.is(404);
    assert!(
        save(&editor, &own, &[("fees", "71 Euro")])
            .await
            .is(422)
            .body
            .contains("Der Text der Grundlage ist zurückgezogen.")
    );
    editor.post(&format!("{own}/detachment"), &[]).await.is(303);
    let page = test.sign_in(AGENT).await.get(&own).await.is(200).body;
    assert!(page.contains("70 Euro") && page.contains("Kommen Sie mit einem Foto."), "{page}");
    assert!(editor.get("/knowledge/stadt-a/tasks").await.body.contains("Keine Grundlage hat sich"));
    save(&editor, &own, &[("fees", "72 Euro")]).await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn old_words_can_be_read_compared_and_taken_up_again(options: PgPoolOptions, database: PgConnectOptions) {
    let clock = Clock::fixed(test_time());
    let test = TestApp::start(options, database).await.with_clock(clock.clone());
    let base = test.publish(test.cast.stadt_a, "pass", &passport("60 Euro")).await;
    clock.advance(TimeDelta::days(2));
    test.publish(test.cast.stadt_a, "pass", &passport("65 Euro")).await;
    let url = format!("/knowledge/stadt-a/entries/stadt-a/{base}");
    let (editor, agent) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(AGENT).await);
    let day = |days: i64| (test_time() + TimeDelta::days(days)).format("%Y-%m-%d").to_string();
    let on = async |days: i64| agent.get(&format!("{url}?day={}", day(days))).await.is(200).body;
    assert!(on(1).await.contains("60 Euro") && on(2).await.contains("65 Euro"));
    assert!(on(-5).await.contains("nicht veröffentlicht"));
    let difference = editor.get(&format!("{url}/comparison?from=1&to=2")).await.is(200).body;
    assert!(difference.contains("<del>60</del><ins>65</ins>"), "{difference}");
    editor.get(&format!("{url}/comparison?from=1&to=9")).await.is(404);
    let draft = editor.post(&format!("{url}/versions/1/draft"), &[]).await.is(303).location().to_owned();
    let page = editor.get(&draft).await.is(200).body;
    assert!(page.contains("<del>65</del><ins>60</ins>"), "{page}");
    send(&editor, &format!("{draft}/release"), fields_of(&page), &[]).await.is(303);
    assert!(agent.get(&url).await.is(200).body.contains("60 Euro"));
    test.withdraw(test.cast.stadt_a, base).await;
    editor.post(&format!("{url}/archive"), &[]).await.is(303);
    assert!(!editor.get("/knowledge/stadt-a?validity=withdrawn").await.body.contains("Reisepass"));
    assert!(editor.get("/knowledge/stadt-a?validity=archived").await.body.contains("Reisepass"));
}

/// From the record of a call: the text as it stood there, restored by its version, though both sides changed since.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_proves_what_was_said(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, a) = (test.cast.kreis, test.cast.stadt_a);
    let base = test.publish(kreis, "pass", &passport("60 Euro")).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let own = save(&editor, &inherited(base), &[("mode_summary", "below"), ("add_summary", "Im Rathaus.")]).await;
    let own = own.is(303).location().to_owned();
    let mut db = test.begin_as_system().await;
    let line = "insert into line (tenant_id, number, label) values ($1, '+4969900090100', 'Bürgerbüro') returning id";
    let line: i64 = sqlx::query_scalar(line).bind(a).fetch_one(&mut *db).await.expect("a line");
    db.commit().await.expect("commit");
    let agent = test.sign_in(AGENT).await;
    agent.post("/desk/calls", &[("line", &format!("{a}-{line}"))]).await.is(303);
    let mut db = test.begin_as_system().await;
    let call: i64 = sqlx::query_scalar("select max(id) from call").fetch_one(&mut *db).await.expect("a call");
    drop(db);
    agent.post(&format!("/desk/calls/{call}/entries/{kreis}/{base}"), &[]).await.is(303);
    test.publish(kreis, "pass", &passport("99 Euro")).await;
    save(&editor, &own, &[("add_summary", "Im Bürgerhaus.")]).await.is(303);
    let proof = agent.get(&format!("/calls/{call}/proof")).await.is(200).body;
    assert!(proof.contains("60 Euro") && proof.contains("Im Rathaus."), "{proof}");
    assert!(!proof.contains("99 Euro") && !proof.contains("Im Bürgerhaus."), "{proof}");
    editor.get(&format!("/calls/{call}/proof")).await.is(403);
    test.sign_in(AGENT_OF_B).await.get(&format!("/calls/{call}/proof")).await.is(404);
}
