//! Entries that stay true: checks, owners, figures of use, reminders, and who sees what of it.

use chrono::TimeDelta;
use ortsgespraech::app::App;
use ortsgespraech::ids::{EntryId, TenantId};
use ortsgespraech::knowledge::{Content, keeping};
use ortsgespraech::mail;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::cast::{ADMIN_OF_A, AGENT, EDITOR_OF_A, EDITOR_OF_B};
use crate::support::catalogue::answering;
use crate::support::forms::fields_of;
use crate::support::postbox::Postbox;
use crate::support::{Client, TestApp};

const LIST: &str = "/knowledge/stadt-a/keeping";

async fn publish(test: &TestApp, tenant: TenantId, title: &str) -> EntryId {
    test.publish(tenant, title, &answering(title, "Gern.")).await
}

async fn account(test: &TestApp, email: &str) -> String {
    let mut db = test.begin_as_system().await;
    let id: i64 = sqlx::query_scalar("select id from account where email = $1")
        .bind(email)
        .fetch_one(&mut *db)
        .await
        .expect("a person");
    id.to_string()
}

async fn list(client: &Client, query: &str) -> String {
    client.get(&format!("{LIST}{query}")).await.is(200).body
}

/// The titles in the table, in order.
fn titles(page: &str) -> Vec<&str> {
    page.split("<th scope=\"row\">")
        .skip(1)
        .filter_map(|part| part.split_once("\">")?.1.split_once("</a>").map(|(title, _)| title))
        .collect()
}

/// Sessions end overnight.
async fn again(app: &App, email: &str) -> Client {
    Client::of(app).sign_in(email, crate::support::cast::PASSWORD).await
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn check_moves_the_next_one_and_can_be_taken_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let [pass, hund] =
        [publish(&test, test.cast.stadt_a, "Pass").await, publish(&test, test.cast.stadt_a, "Hund").await];
    test.app.clock.advance(TimeDelta::days(400));
    let editor = again(&test.app, EDITOR_OF_A).await;
    assert_eq!(titles(&list(&editor, "?show=overdue&sort=title").await), ["Hund", "Pass"]);
    let (pass, hund) = (pass.to_string(), hund.to_string());
    let chosen = [("entry", pass.as_str()), ("entry", hund.as_str()), ("back", "show=overdue")];
    let answer = editor.post(&format!("{LIST}/checks"), &chosen).await.is(303);
    assert_eq!(answer.location(), format!("{LIST}?show=overdue"));
    let page = list(&editor, "?show=overdue").await;
    assert!(titles(&page).is_empty() && page.contains("2 Einträge sind als geprüft vermerkt."), "{page}");
    let undo = page.split("action=\"").find(|part| part.contains("/withdrawal\"")).expect("an undo").split('"').next();
    let undo = undo.expect("its address");
    again(&test.app, ADMIN_OF_A).await.post(undo, &[]).await.is(404);
    editor.post(undo, &[]).await.is(303);
    assert_eq!(titles(&list(&editor, "?show=never").await).len(), 2);
    editor.post(undo, &[]).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn old_text_says_so_to_its_readers_until_somebody_looks_at_it(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let id = publish(&test, test.cast.stadt_a, "Pass").await;
    let url = format!("/knowledge/stadt-a/entries/stadt-a/{id}");
    test.app.clock.advance(TimeDelta::days(400));
    let (editor, agent) = (again(&test.app, EDITOR_OF_A).await, again(&test.app, AGENT).await);
    let seen = agent.get(&url).await.is(200).body;
    assert!(seen.contains("Noch nie geprüft") && !seen.contains("Geprüft, stimmt noch"), "{seen}");
    let fields = [("entry", id.to_string()), ("back", "entry".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(editor.post(&format!("{LIST}/checks"), &fields).await.is(303).location(), url);
    assert!(!agent.get(&url).await.is(200).body.contains("Noch nie geprüft"));
    test.app.clock.advance(TimeDelta::days(370));
    let seen = again(&test.app, AGENT).await.get(&url).await.is(200).body;
    assert!(seen.contains("Seit 22.12.2027 nicht geprüft") && !seen.contains("Redaktion A"), "{seen}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn three_dates_are_kept_apart(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let id = publish(&test, test.cast.stadt_a, "Pass").await;
    let url = format!("/knowledge/stadt-a/entries/stadt-a/{id}");
    let editor = test.sign_in(EDITOR_OF_A).await;
    let before = editor.get(&url).await.is(200).body;
    assert!(before.contains("Text geändert</dt><dd>17.11.2026") && !before.contains("Technisch geändert"), "{before}");
    test.app.clock.advance(TimeDelta::days(1));
    let (editor, owner) = (again(&test.app, EDITOR_OF_A).await, account(&test, ADMIN_OF_A).await);
    let form = format!("{LIST}/entries/{id}");
    editor.post(&form, &[("version", "0"), ("owner", &owner), ("interval", "6")]).await.is(303);
    let after = editor.get(&url).await.is(200).body;
    for expected in [
        "Admin A",
        "Nächste Prüfung</dt><dd>17.05.2027",
        "Text geändert</dt><dd>17.11.2026",
        "Technisch geändert</dt><dd>18.11.2026",
    ] {
        assert!(after.contains(expected), "{expected} is missing in {after}");
    }
    editor.post(&form, &[("version", "0"), ("owner", ""), ("interval", "")]).await.is(409);
    editor.post(&form, &[("version", "1"), ("owner", &owner), ("interval", "61")]).await.is(422);
    let stranger = account(&test, EDITOR_OF_B).await;
    editor.post(&form, &[("version", "1"), ("owner", &stranger), ("interval", "")]).await.is(422);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn owner_is_set_for_many_and_only_among_own_people(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let own = publish(&test, test.cast.stadt_a, "Pass").await.to_string();
    let foreign = publish(&test, test.cast.stadt_b, "Fremd").await.to_string();
    let editor = test.sign_in(EDITOR_OF_A).await;
    let (me, stranger) = (account(&test, EDITOR_OF_A).await, account(&test, EDITOR_OF_B).await);
    let url = format!("{LIST}/owners");
    editor.post(&url, &[("entry", &own), ("new_owner", &stranger)]).await.is(422);
    editor.post(&url, &[("entry", &own), ("entry", &foreign), ("new_owner", &me)]).await.is(303);
    assert_eq!(titles(&list(&editor, &format!("?owner={me}")).await), ["Pass"]);
    assert_eq!(test.number("select count(*) from entry_keeping").await, 1, "another town's entry was touched");
    test.sign_in(EDITOR_OF_B).await.get(LIST).await.is(404);
    test.sign_in(AGENT).await.get(LIST).await.is(403);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn owner_set_for_many_is_taken_back_where_nobody_went_on(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut entries = Vec::new();
    for title in ["Pass", "Markt", "Hund"] {
        entries.push(publish(&test, test.cast.stadt_a, title).await.to_string());
    }
    let (editor, admin) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    let (me, other) = (account(&test, EDITOR_OF_A).await, account(&test, ADMIN_OF_A).await);
    let set = async |owner: &str, entries: &[String]| {
        let mut fields: Vec<_> = entries.iter().map(|entry| ("entry", entry.as_str())).collect();
        fields.push(("new_owner", owner));
        editor.post(&format!("{LIST}/owners"), &fields).await.is(303);
        let page = editor.get(LIST).await.is(200).body;
        let undo = page.split(&format!("{LIST}/owners/")).nth(1).and_then(|rest| rest.split('"').next());
        format!("{LIST}/owners/{}", undo.filter(|undo| undo.ends_with("/withdrawal")).expect("a way back"))
    };
    set(&other, &entries[..1]).await;
    let undo = set(&me, &entries).await;
    assert_eq!(list(&editor, &format!("?owner={me}")).await.matches("<th scope=\"row\">").count(), 3);
    // Somebody else decides otherwise about one of them meanwhile.
    let form = format!("{LIST}/entries/{}", entries[2]);
    admin.post(&form, &[("version", "1"), ("owner", &other), ("interval", "6")]).await.is(303);
    admin.post(&undo, &[]).await.is(404);
    editor.post(&undo, &[]).await.is(303);
    let page = editor.get(LIST).await.is(200).body;
    assert!(page.contains("Zurückgenommen, außer bei einem Eintrag, den seither jemand geändert hat."), "{page}");
    assert_eq!(titles(&list(&editor, &format!("?owner={other}")).await), ["Hund", "Pass"]);
    assert_eq!(titles(&list(&editor, &format!("?owner={me}")).await), [""; 0]);
    editor.post(&undo, &[]).await.is(404);
    assert_eq!(test.number("select count(*) from audit where action = 'owners restored'").await, 1);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn owner_gets_one_mail_a_day_and_nothing_twice(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let postbox = Postbox::open().await;
    let app = postbox.connect(&test.app);
    let pass = publish(&test, test.cast.stadt_a, "Pass").await.to_string();
    let until = test.app.clock.now().date_naive() + TimeDelta::days(400);
    let expiring = Content { valid_until: Some(until), ..answering("Markt", "Gern.") };
    let markt = test.publish(test.cast.stadt_a, "Markt", &expiring).await.to_string();
    publish(&test, test.cast.stadt_a, "Ohne").await;
    let me = account(&test, EDITOR_OF_A).await;
    let fields = [("entry", pass.as_str()), ("entry", markt.as_str()), ("new_owner", me.as_str())];
    test.sign_in(EDITOR_OF_A).await.post(&format!("{LIST}/owners"), &fields).await.is(303);
    assert_eq!(keeping::remind_owners(&app).await.expect("reminders"), 0, "nothing is due yet");
    app.clock.advance(TimeDelta::days(352));
    assert_eq!(keeping::remind_owners(&app).await.expect("reminders"), 1);
    assert_eq!(keeping::remind_owners(&app).await.expect("reminders"), 0);
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(keeping::remind_owners(&app).await.expect("reminders"), 0, "the same thing is not said twice");
    app.clock.advance(TimeDelta::days(34));
    assert_eq!(keeping::remind_owners(&app).await.expect("reminders"), 1);
    mail::deliver(&app).await.expect("the outbox");
    let letters = postbox.letters();
    let text = |place: usize| letters[place].text.as_str();
    assert_eq!(letters.len(), 2);
    assert!(text(0).contains("Stadt A: 2 Einträge prüfen."), "{}", text(0));
    assert!(text(0).contains(&format!("https://wissen.kreis.example{LIST}?owner={me}")), "{}", text(0));
    assert!(text(1).contains("Stadt A: 1 Eintrag läuft ab."), "{}", text(1));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn use_is_counted_over_all_towns_and_shown_to_the_owner(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    let ids = [
        publish(&test, kreis, "Oft").await,
        publish(&test, kreis, "Schlecht").await,
        publish(&test, kreis, "Nie").await,
    ];
    test.app.clock.advance(TimeDelta::days(40));
    let mut db = test.begin_as_system().await;
    sqlx::query("select ensure_call_month($1)").bind(test.app.clock.now()).execute(&mut *db).await.expect("a month");
    for (entry, disposition, times) in [(ids[0], "answered", 9), (ids[1], "unanswered", 4), (ids[1], "answered", 2)] {
        sqlx::query(
            "with made as (
                 insert into call (tenant_id, opened_at, source_id, started_at, result, disposition)
                 select $1, $2, source.id, $2, 'answered', $3 from source, generate_series(1, $4) where adapter = 'desk'
                 returning tenant_id, opened_at, id)
             insert into call_entry (tenant_id, opened_at, call_id, entry_tenant_id, entry_id, version, shown_for, shown_at)
             select tenant_id, opened_at, id, $5, $6, 1, $1, $2 from made",
        )
        .bind(test.cast.stadt_b)
        .bind(test.app.clock.now())
        .bind(disposition)
        .bind(times)
        .bind(kreis)
        .bind(entry)
        .execute(&mut *db)
        .await
        .expect("calls");
    }
    db.commit().await.expect("commit");
    assert_eq!(keeping::count_use(&test.app).await.expect("figures"), 2);
    let operator = again(&test.app, crate::support::cast::OPERATOR).await;
    let page = async |query: &str| operator.get(&format!("/knowledge/kreis/keeping?show={query}")).await.is(200).body;
    assert_eq!(titles(&page("used").await), ["Oft", "Schlecht"]);
    assert_eq!(titles(&page("unused").await), ["Nie"]);
    let worst = page("unhelpful").await;
    assert_eq!(titles(&worst), ["Schlecht"]);
    assert!(worst.contains("67 % von 6"), "{worst}");
    test.app.clock.advance(TimeDelta::days(91));
    assert_eq!(keeping::count_use(&test.app).await.expect("figures"), 0, "it was long ago");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn rule_of_the_town_holds_at_once_for_all_its_entries(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    publish(&test, test.cast.stadt_a, "Pass").await;
    let admin = test.sign_in(ADMIN_OF_A).await;
    let url = format!("{LIST}/rule");
    let mut fields = fields_of(&admin.get(&url).await.is(200).body);
    fields.retain(|(name, _)| name == "version");
    let version = fields.first().map_or("0", |(_, value)| value.as_str()).to_owned();
    let save = [("version", version.as_str()), ("interval_months", "3"), ("remind_days", "7")];
    admin.post(&url, &save).await.is(303);
    assert!(list(&admin, "").await.contains("17.02.2027"));
    let late = [("version", version.as_str()), ("interval_months", "4"), ("remind_days", "7")];
    assert!(admin.post(&url, &late).await.is(409).body.contains("inzwischen gespeichert"));
    admin.post(&url, &[("version", "1"), ("interval_months", "0"), ("remind_days", "x")]).await.is(422);
    test.sign_in(EDITOR_OF_A).await.get(&url).await.is(403);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn withdrawal_is_a_technical_change(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let id = publish(&test, test.cast.stadt_a, "Pass").await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    editor.post(&format!("/knowledge/stadt-a/entries/stadt-a/{id}/withdrawal"), &[]).await.is(303);
    let mut db = test.begin_as_system().await;
    let noted: bool =
        sqlx::query_scalar("select technical_changed_at is not null from entry_keeping where entry_id = $1")
            .bind(id)
            .fetch_one(&mut *db)
            .await
            .expect("a row");
    assert!(noted);
}
