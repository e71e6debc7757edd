//! Writing entries: what comes back, what is kept, and who may not.

use ortsgespraech::ids::EntryId;
use ortsgespraech::knowledge::{self, Content, Entry, Field, Html, Link};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::cast::{ADMIN_OF_A, AGENT, EDITOR_OF_A, EDITOR_OF_B, OPERATOR};
use crate::support::catalogue::entry;
use crate::support::forms::fields_of;
use crate::support::{Client, TestApp};

const NEW: &str = "/knowledge/stadt-a/entries";

fn url(id: EntryId) -> String {
    format!("/knowledge/stadt-a/entries/stadt-a/{id}")
}

/// The number in the address of the page after saving.
fn id_of(location: &str) -> EntryId {
    location.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an address that ends with the entry's number")
}

async fn published(test: &TestApp, id: EntryId) -> Option<Entry> {
    let mut db = test.begin_as_system().await;
    let stadt_a = test.cast.stadt_a;
    knowledge::find_entry(&mut db, stadt_a, stadt_a, id).await.expect("a query")
}

/// Opens the form, changes some fields and sends it.
async fn save(client: &Client, form: &str, action: &str, changes: &[(&str, &str)]) -> crate::support::Answer {
    let mut fields = fields_of(&client.get(form).await.is(200).body);
    for (name, value) in changes {
        fields.retain(|(field, _)| field != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    post(client, action, &fields).await
}

async fn post(client: &Client, action: &str, fields: &[(String, String)]) -> crate::support::Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.post(action, &fields).await
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn new_entry_is_published_with_all_its_fields(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let form = format!("{NEW}/new");
    let typed = [
        ("title", " Sperrmüll  anmelden "),
        ("synonyms", "Sperrgut, Möbel; Sofa"),
        ("documents", "- **Ausweis**\n- [Karte](https://a.example)"),
        ("life_situations", "Umzug"),
        ("more_situations", "Garten"),
        ("unit", "Betriebshof"),
        ("leika", "99 115005104000"),
        ("valid_until", "31.12.2027"),
        ("link_label", "Antrag"),
        ("link_url", "https://a.example/antrag"),
        ("internal", "nicht sagen"),
    ];
    let location = save(&editor, &form, NEW, &typed).await.is(303).location().to_owned();
    let page = editor.get(&location).await.is(200).body;
    assert!(page.contains("<ul><li><strong>Ausweis</strong></li><li><a href=\"https://a.example\""), "{page}");
    assert!(page.contains("Der Eintrag ist veröffentlicht."));
    let saved = published(&test, id_of(&location)).await.expect("published").content;
    assert_eq!((saved.title.as_str(), saved.synonyms.len()), ("Sperrmüll anmelden", 3));
    assert_eq!(saved.life_situations, ["Umzug", "Garten"]);
    assert_eq!(saved.leika.as_deref(), Some("99115005104000"));
    assert_eq!(saved.links, [Link { label: "Antrag".to_owned(), url: "https://a.example/antrag".to_owned() }]);
    let again = save(&editor, &format!("{location}/edit"), &location, &[]).await.is(303);
    assert!(editor.get(again.location()).await.body.contains("Es gab nichts zu ändern."));
    assert_eq!(published(&test, id_of(&location)).await.expect("published").version, 1);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn imported_markup_survives_an_edit_elsewhere(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let html = "<h3>A</h3><p>x <em>y</em><br>z*_[</p><ol><li>1<ul><li>2</li></ul></li></ol><table><tr><th>a</th></tr><tr><td>b|c</td></tr></table>";
    let mut content =
        Content { synonyms: vec!["eins".to_owned(), "zwei, drei".to_owned()], ..entry("Mit Auszeichnung") };
    content.set(Field::Body, Html::from_html(html));
    let id = test.publish(test.cast.stadt_a, "x", &content).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    save(&editor, &format!("{}/edit", url(id)), &url(id), &[("fees", "5 €")]).await.is(303);
    let saved = published(&test, id).await.expect("published");
    content.set(Field::Fees, Html::from_plain("5 €"));
    assert_eq!((saved.version, saved.content), (2, content));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mistakes_come_back_with_everything_typed(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let long = "x".repeat(1_000_000);
    let typed = [
        ("title", ""),
        ("documents", "<script>alert(1)</script>"),
        ("body", long.as_str()),
        ("leika", "123"),
        ("valid_from", "gestern"),
        ("link_label", "Antrag"),
        ("link_url", "javascript:alert(1)"),
    ];
    let answer = save(&editor, &format!("{NEW}/new"), NEW, &typed).await.is(422);
    for message in [
        "Bitte 5 Angaben prüfen",
        "Der Titel fehlt.",
        "1000000 Zeichen, höchstens 20000 sind möglich",
        "aus 14 Ziffern",
        "Das ist kein Datum",
        "muss mit https://",
        "&#60;script&#62;alert(1)",
        "value=\"javascript:alert(1)\"",
        "value=\"gestern\"",
    ] {
        assert!(answer.body.contains(message), "{message} is missing");
    }
    assert!(answer.body.contains(&long) && !answer.body.contains("<script>alert"));
    let turned = [("title", "a"), ("valid_from", "2026-02-01"), ("valid_until", "2026-01-01")];
    let answer = save(&editor, &format!("{NEW}/new"), NEW, &turned).await.is(422);
    assert!(answer.body.contains("Das Ende der Gültigkeit liegt vor ihrem Anfang."));
    editor.post(NEW, &[]).await.is(422);
    editor.post_raw(NEW, "application/x-www-form-urlencoded", vec![b'a', b'=', 0xff, b'&']).await.is(422);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn hostile_text_in_every_field_is_shown_as_text(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let mut fields: Vec<_> = Field::ALL.iter().map(|field| (field.as_str(), evil)).collect();
    fields.extend([("title", evil), ("synonyms", evil), ("keywords", evil), ("unit", evil), ("more_situations", evil)]);
    fields.extend([("link_label", evil), ("link_url", "https://a.example/\"><script>alert(1)</script>")]);
    let location = save(&editor, &format!("{NEW}/new"), NEW, &fields).await.is(303).location().to_owned();
    for page in ["", "/edit", "/versions", "/withdrawal"] {
        let body = editor.get(&format!("{location}{page}")).await.is(200).body;
        assert!(!body.contains("<script>alert") && !body.contains("<img src=x"), "{page}");
    }
    for list in ["/knowledge/stadt-a", "/knowledge/stadt-a/units", "/knowledge/stadt-a/life-situations"] {
        assert!(!editor.get(list).await.is(200).body.contains("<script>alert"), "{list}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn second_of_two_editors_loses_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut content = entry("Hundesteuer");
    content.set(Field::Fees, Html::from_plain("60 €"));
    content.set(Field::Deadlines, Html::from_plain("sofort"));
    let id = test.publish(test.cast.stadt_a, "hund", &content).await;
    let (first, second) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    let edit = format!("{}/edit", url(id));
    let mut late = fields_of(&second.get(&edit).await.is(200).body);
    save(&first, &edit, &url(id), &[("fees", "70 €"), ("contact", "Markt 1")]).await.is(303);
    for (name, value) in &mut late {
        match name.as_str() {
            "fees" => *value = "80 €".to_owned(),
            "deadlines" => *value = "in zwei Wochen".to_owned(),
            _ => {}
        }
    }
    let conflict = post(&second, &url(id), &late).await.is(409).body;
    assert_eq!(published(&test, id).await.expect("published").version, 2, "nothing is overwritten");
    assert!(conflict.contains("Jemand anderes hat inzwischen gespeichert"));
    assert!(conflict.contains("<td>70 €</td><td>80 €</td>"), "both texts stand side by side");
    let merged = fields_of(&conflict);
    let value = |name: &str| merged.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    assert_eq!(
        [value("fees"), value("deadlines"), value("contact"), value("version")],
        [Some("80 €"), Some("in zwei Wochen"), Some("Markt 1"), Some("2")]
    );
    post(&second, &url(id), &merged).await.is(303);
    assert_eq!(published(&test, id).await.expect("published").version, 3);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn withdrawn_entry_is_hidden_and_can_come_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let id = test.publish(test.cast.stadt_a, "x", &entry("Weihnachtsmarkt")).await;
    let (editor, agent) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(AGENT).await);
    let withdrawal = format!("{}/withdrawal", url(id));
    assert!(editor.get(&withdrawal).await.is(200).body.contains("Weihnachtsmarkt"));
    let after = editor.post(&withdrawal, &[]).await.is(303).location().to_owned();
    let page = editor.get(&after).await.is(200).body;
    assert!(page.contains("zurückgezogen") && page.contains("Rückgängig"), "{page}");
    assert!(published(&test, id).await.is_none());
    agent.get(&url(id)).await.is(404);
    agent.get(&format!("{}/versions", url(id))).await.is(404);
    agent.get(&format!("{}/versions/1", url(id))).await.is(200);
    assert!(!agent.get("/knowledge/stadt-a").await.body.contains("Weihnachtsmarkt"));
    assert!(!agent.get("/knowledge/stadt-a?validity=withdrawn").await.body.contains("Weihnachtsmarkt"));
    assert!(editor.get("/knowledge/stadt-a?validity=withdrawn").await.body.contains("Weihnachtsmarkt"));
    editor.post(&withdrawal, &[]).await.is(303);
    editor.post(&format!("{}/publication", url(id)), &[]).await.is(303);
    agent.get(&url(id)).await.is(200);
    let mut db = test.begin_as_system().await;
    let acts: Vec<String> = sqlx::query_scalar("select action from audit where thing = 'entry' order by id")
        .fetch_all(&mut *db)
        .await
        .expect("the audit");
    assert_eq!(acts, ["created", "withdrawn", "published"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn only_the_owners_editors_change_an_entry(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let own = test.publish(test.cast.stadt_a, "a", &entry("Eigener")).await;
    let inherited = test.publish(test.cast.kreis, "k", &entry("Vom Kreis")).await;
    let inherited = format!("/knowledge/stadt-a/entries/kreis/{inherited}");
    let (editor, agent) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(AGENT).await);
    let (foreign, operator) = (test.sign_in(EDITOR_OF_B).await, test.sign_in(OPERATOR).await);
    editor.get(&inherited).await.is(200);
    // Whoever edits a town may say what is otherwise there; the Kreis's text stays the Kreis's.
    for client in [&editor, &operator] {
        client.get(&format!("{inherited}/edit")).await.is(200);
        client.get(&format!("{inherited}/withdrawal")).await.is(404);
        client.post(&format!("{inherited}/withdrawal"), &[]).await.is(404);
        client.post(&format!("{inherited}/publication"), &[]).await.is(404);
    }
    for (client, entry, status) in
        [(&foreign, inherited.clone(), 404), (&foreign, url(own), 404), (&agent, url(own), 403)]
    {
        client.get(&format!("{entry}/edit")).await.is(status);
        client.get(&format!("{entry}/withdrawal")).await.is(status);
        client.post(&entry, &[("version", "1"), ("title", "Gekapert")]).await.is(status);
        client.post(&format!("{entry}/withdrawal"), &[]).await.is(status);
        client.post(&format!("{entry}/publication"), &[]).await.is(status);
    }
    foreign.post(NEW, &[("title", "x")]).await.is(404);
    agent.post(NEW, &[("title", "x")]).await.is(403);
    operator.get("/knowledge/intake/entries/new").await.is(404);
    operator.post("/knowledge/intake/entries", &[("title", "x")]).await.is(404);
    let mut db = test.begin_as_system().await;
    let titles: Vec<String> =
        sqlx::query_scalar("select title from entry order by id").fetch_all(&mut *db).await.expect("titles");
    assert_eq!(titles, ["Eigener", "Vom Kreis"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn preview_shows_what_the_agent_will_read_and_stores_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let id = test.publish(test.cast.stadt_a, "x", &entry("Hund anmelden")).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let typed =
        [("title", "Hund abmelden"), ("fees", "**60 €** <script>"), ("documents", "- Marke"), ("act", "preview")];
    for (form, action) in [(format!("{}/edit", url(id)), url(id)), (format!("{NEW}/new"), NEW.to_owned())] {
        let page = save(&editor, &form, &action, &typed).await.is(200).body;
        assert!(page.contains("id=\"preview\"") && page.contains("<strong>60 €</strong> &lt;script&gt;"), "{page}");
        assert!(
            page.contains("<li>Marke</li>") && page.contains("- Marke</textarea>"),
            "the form keeps its text: {page}"
        );
    }
    let wrong = save(&editor, &format!("{NEW}/new"), NEW, &[("title", ""), ("act", "preview")]).await.is(422).body;
    assert!(wrong.contains("id=\"preview\""), "{wrong}");
    assert_eq!(published(&test, id).await.expect("still there").content.title, "Hund anmelden");
    assert!(!editor.get("/knowledge/stadt-a").await.body.contains("abmelden"));
}
