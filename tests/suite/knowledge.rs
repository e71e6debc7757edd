//! Reading the knowledge: lists, entry pages and their history, and what stays hidden.

use ortsgespraech::knowledge::{self, ChangeCursor, Content, Field, Html, Link};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;
use crate::support::cast::{AGENT, EDITOR_OF_A, EDITOR_OF_B, OPERATOR, PEOPLE_OF_B, VIEWER_OF_B};
use crate::support::catalogue::entry;

fn date(text: &str) -> chrono::NaiveDate {
    text.parse().expect("a date")
}

/// Titles in the list, in their order.
fn titles(html: &str) -> Vec<&str> {
    let rows = html.split("<th scope=\"row\"><a href=\"").skip(1);
    rows.filter_map(|row| row.split('>').nth(1)?.split('<').next()).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn list_folds_umlauts_and_keeps_other_signs_beside_digits(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    test.publish_titles(test.cast.kreis, &["Zulassung", "Ärztliches Attest", "115", "„Abfall“", "§ 35", "Ökostrom"])
        .await;
    let agent = test.sign_in(AGENT).await;
    let all = agent.get("/knowledge/stadt-a").await.is(200).body;
    assert_eq!(titles(&all), ["115", "§ 35", "„Abfall“", "Ärztliches Attest", "Ökostrom", "Zulassung"]);
    assert!(all.contains("1–6 von 6 Einträgen"), "{all}");
    assert_eq!(titles(&agent.get("/knowledge/stadt-a?letter=a").await.body), ["„Abfall“", "Ärztliches Attest"]);
    assert_eq!(titles(&agent.get("/knowledge/stadt-a?letter=0-9").await.body), ["115", "§ 35"]);
    assert_eq!(titles(&agent.get("/knowledge/stadt-a?q=ARZT").await.body), ["Ärztliches Attest"]);
    assert!(agent.get("/knowledge/stadt-a?letter=x").await.is(200).body.contains("Kein Eintrag passt"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn list_shows_own_and_inherited_entries_by_filter(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let move_in = Content {
        life_situations: vec!["Umzug & Wohnen".to_owned()],
        unit: Some("Bürgerbüro".to_owned()),
        ..entry("Anmeldung")
    };
    let expired = Content { valid_until: Some(date("2026-11-16")), ..entry("Briefwahl") };
    let last_day = Content { valid_until: Some(date("2026-11-17")), ..entry("Christbaum") };
    test.publish(test.cast.stadt_a, "an", &move_in).await;
    test.publish(test.cast.kreis, "br", &expired).await;
    test.publish(test.cast.kreis, "ch", &last_day).await;
    test.publish(test.cast.stadt_b, "fremd", &entry("Nur in B")).await;
    let agent = test.sign_in(AGENT).await;
    let list = async |query: &str| agent.get(&format!("/knowledge/stadt-a{query}")).await.is(200).body;
    assert_eq!(titles(&list("").await), ["Anmeldung", "Briefwahl", "Christbaum"]);
    assert_eq!(titles(&list("?origin=own").await), ["Anmeldung"]);
    assert_eq!(titles(&list("?origin=inherited").await), ["Briefwahl", "Christbaum"]);
    assert_eq!(titles(&list("?validity=valid").await), ["Anmeldung", "Christbaum"]);
    assert_eq!(titles(&list("?validity=invalid").await), ["Briefwahl"]);
    assert!(list("").await.contains("abgelaufen am 16.11.2026"));
    let situations = list("/life-situations").await;
    assert!(situations.contains("href=\"/knowledge/stadt-a?situation=Umzug+%26+Wohnen\""), "{situations}");
    assert_eq!(titles(&list("?situation=Umzug+%26+Wohnen").await), ["Anmeldung"]);
    assert!(list("/units").await.contains("B%C3%BCrgerb%C3%BCro"));
    assert_eq!(titles(&list("?unit=B%C3%BCrgerb%C3%BCro").await), ["Anmeldung"]);
    assert!(agent.get("/knowledge/stadt-b").await.body.contains("Nur in B"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn long_list_has_pages_and_odd_filters_are_no_error(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let names: Vec<String> = (100..220).map(|number| format!("Eintrag {number}")).collect();
    test.publish_titles(test.cast.kreis, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let agent = test.sign_in(AGENT).await;
    let third = agent.get("/knowledge/kreis?page=3").await.is(200).body;
    assert_eq!(titles(&third).len(), 20);
    assert!(third.contains("101–120 von 120 Einträgen"), "{third}");
    for odd in [
        "?page=-1",
        "?page=999999999999999999999",
        "?letter=%25&origin=x&validity=y",
        "?q=%00%27%25_",
        "?q=%3Cscript%3Ealert(1)",
    ] {
        let body = agent.get(&format!("/knowledge/kreis{odd}")).await.is(200).body;
        assert!(!body.contains("<script>alert"), "{odd}");
    }
    agent.get(&format!("/knowledge/kreis?q={}", "x".repeat(10_000))).await.is(200);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn entry_keeps_its_six_numbers_and_shows_links_as_forms(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut content = entry("Hund <b>anmelden</b>");
    content.set(Field::ShortAnswer, Html::from_plain("Sagen: <script>alert(1)</script>"));
    content.set(Field::Fees, Html::from_plain("60 € im Jahr"));
    content.set(Field::Internal, Html::from_plain("Nicht am Telefon"));
    content.links = vec![Link { label: "Antrag \"Hund\"".to_owned(), url: "https://a.example/hund".to_owned() }];
    let id = test.publish(test.cast.kreis, "hund", &content).await;
    let agent = test.sign_in(AGENT).await;
    let page = agent.get(&format!("/knowledge/stadt-a/entries/kreis/{id}")).await.is(200).body;
    for number in 1..=6 {
        assert!(page.contains(&format!("id=\"block-{number}\"")), "block {number} is missing");
    }
    assert_eq!(page.matches("keine Angabe").count(), 4);
    assert!(page.contains("href=\"https://a.example/hund\""));
    assert!(page.contains("Hund &#60;b&#62;anmelden") && !page.contains("<script>alert"), "{page}");
    assert!(page.contains("Der Text gehört Kreis"), "{page}");
    assert!(!page.contains("/edit\""), "an agent cannot edit");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn old_version_can_be_shown_again(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let id = test.publish(test.cast.kreis, "x", &entry("Erste Fassung")).await;
    assert_eq!(test.publish(test.cast.kreis, "x", &entry("Zweite Fassung")).await, id);
    let agent = test.sign_in(AGENT).await;
    let url = format!("/knowledge/stadt-a/entries/kreis/{id}");
    assert!(agent.get(&url).await.is(200).body.contains("Zweite Fassung"));
    let old = agent.get(&format!("{url}/versions/1")).await.is(200).body;
    assert!(old.contains("Erste Fassung") && old.contains("gilt nicht mehr"), "{old}");
    assert!(agent.get(&format!("{url}/versions")).await.is(200).body.contains("1–2 von 2 Fassungen"));
    for odd in ["3", "0", "-1", "99999999999", "x"] {
        agent.get(&format!("{url}/versions/{odd}")).await.is(404);
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn entry_of_another_tenant_is_not_found(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let id = test.publish(test.cast.stadt_a, "a", &entry("Geheim in A")).await;
    for person in PEOPLE_OF_B {
        let client = test.sign_in(person).await;
        for path in [
            format!("/knowledge/stadt-a/entries/stadt-a/{id}"),
            format!("/knowledge/stadt-b/entries/stadt-a/{id}"),
            format!("/knowledge/stadt-b/entries/stadt-b/{id}"),
            format!("/knowledge/stadt-b/entries/kreis/{id}/versions/1"),
            format!("/knowledge/stadt-b/entries/stadt-a/{id}/versions"),
            "/knowledge/stadt-a".to_owned(),
            "/knowledge/stadt-a/units".to_owned(),
            "/knowledge/gibtsnicht".to_owned(),
        ] {
            let answer = client.get(&path).await.is(404);
            assert!(!answer.body.contains("Geheim in A"), "{person} sees a trace at {path}");
        }
        assert!(!client.get("/knowledge/stadt-b").await.body.contains("Geheim in A"));
    }
    test.signed_out().get("/knowledge/stadt-a").await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn who_reads_for_one_tenant_is_led_there(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    assert_eq!(test.sign_in(VIEWER_OF_B).await.get("/knowledge").await.is(303).location(), "/knowledge/stadt-b");
    let chooser = test.sign_in(OPERATOR).await.get("/knowledge").await.is(200).body;
    assert!(chooser.contains("/knowledge/stadt-a") && !chooser.contains("/knowledge/intake"), "{chooser}");
    for editor in [EDITOR_OF_A, EDITOR_OF_B] {
        let page = test.sign_in(editor).await.get("/knowledge").await.is(303).location().to_owned();
        assert!(page.starts_with("/knowledge/stadt-"), "{page}");
    }
}

/// Sequence order is not commit order: a change that commits late must not be overtaken.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn change_beside_a_running_transaction_is_not_settled(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let actor = ortsgespraech::audit::Actor::command_line();
    let now = test.app.clock.now();
    let mut slow = test.begin_as_system().await;
    let target = knowledge::Target::External("langsam");
    knowledge::publish(&mut slow, test.cast.kreis, target, &entry("Langsam"), &actor, now).await.expect("published");
    test.publish(test.cast.kreis, "schnell", &entry("Schnell")).await;
    let mut db = test.begin_as_system().await;
    let seen = knowledge::list_changes(&mut *db, ChangeCursor::default(), 10).await.expect("changes");
    assert!(seen.iter().all(|change| !change.is_settled), "{seen:?}");
    drop(db);
    slow.commit().await.expect("commit");
    // Tests in other databases of this server also hold the horizon back for a moment.
    let mut seen = Vec::new();
    while seen.len() < 2 {
        let mut db = test.begin_as_system().await;
        seen = knowledge::list_changes(&mut *db, ChangeCursor::default(), 10).await.expect("changes");
        seen.retain(|change| change.is_settled);
    }
    let titles: Vec<_> = seen.iter().filter_map(|change| Some(change.entry.as_ref()?.content.title.as_str())).collect();
    assert_eq!(titles, ["Langsam", "Schnell"]);
}
