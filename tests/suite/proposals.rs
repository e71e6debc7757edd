//! Offices that the import of the Kreis names for a town: the town alone sees them, and nothing is written before it says so.

use ortsgespraech::ids::EntryId;
use ortsgespraech::knowledge::import::Format;
use ortsgespraech::knowledge::{Adaptation, Content, Entry, Field, Html, Part};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::cast::{ADMIN_OF_A, AGENT, EDITOR_OF_A, EDITOR_OF_B, OPERATOR};
use crate::support::forms::fields_of;
use crate::support::runs::{apply, upload, work};
use crate::support::xzufi::{file, office, services};
use crate::support::{Answer, Client, TestApp};

const LIST: &str = "/knowledge/stadt-a/proposals";
const OFFICE: &str = "Bürgerbüro Stadt A";
const PLACE: &str = "Markt 1, 50667 Musterstadt";

/// Three services of the Kreis; for the first one another office answers in Stadt A, for the second one in both towns.
fn catalogue() -> String {
    let offices = [
        office("1", OFFICE, 1, "051700004004"),
        office("2", "Ordnungsamt", 2, "051700004004"),
        office("3", "Ordnungsamt B", 2, "051700008008"),
    ];
    file(&format!("{}{}", services(1..=3), offices.concat()))
}

async fn name_areas(test: &TestApp) {
    let mut db = test.begin_as_system().await;
    for (slug, ars) in [("kreis", "05170"), ("stadt-a", "051700004004"), ("stadt-b", "051700008008")] {
        let area = sqlx::query("update tenant set ars = $2 where slug = $1").bind(slug).bind(ars);
        area.execute(&mut *db).await.expect("an area");
    }
    db.commit().await.expect("commit");
}

/// The number of the Kreis's entry for the first service.
async fn start(test: &TestApp) -> EntryId {
    name_areas(test).await;
    test.import(test.cast.kreis, Format::Xzufi, catalogue()).await;
    root(test).await
}

async fn root(test: &TestApp) -> EntryId {
    test.entry(test.cast.kreis, "L1:1").await.expect("the first service").id
}

/// The entry as Stadt A has it for itself.
async fn own(test: &TestApp) -> Option<Entry> {
    test.entry(test.cast.stadt_a, "L1:1").await.filter(|entry| entry.tenant == test.cast.stadt_a)
}

async fn accept(client: &Client, entry: EntryId, fields: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("{LIST}/{entry}")).await.is(200).body;
    let run = fields_of(&page).into_iter().find(|(name, _)| name == "run").expect("the run").1;
    let fields: Vec<_> = [("run", run.as_str())].into_iter().chain(fields.iter().copied()).collect();
    client.post(&format!("{LIST}/{entry}/acceptance"), &fields).await
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn town_lists_its_own_proposals_and_nobody_elses(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    name_areas(&test).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    assert!(editor.get(LIST).await.is(200).body.contains("Kein Vorschlag ist offen."));
    let entry = start(&test).await;
    let page = editor.get(LIST).await.is(200).body;
    for words in [OFFICE, PLACE, "Ordnungsamt, ", "Leistung 1 beantragen", "Vorgeschlagene Stellen (2)"] {
        assert!(page.contains(words), "{words} is missing: {page}");
    }
    assert!(!page.contains("Ordnungsamt B"), "{page}");
    let filtered = editor.get(&format!("{LIST}?q=leistung+2")).await.is(200).body;
    assert!(filtered.contains("Ordnungsamt") && !filtered.contains(OFFICE), "{filtered}");
    assert!(editor.get("/knowledge/stadt-a/tasks").await.is(200).body.contains("Vorgeschlagene Stellen (2)"));
    let page = editor.get(&format!("{LIST}/{entry}")).await.is(200).body;
    assert!(page.contains("Kreis") && page.contains("Anlegen und übernehmen"), "{page}");
    // What the Kreis alone knows of its run stays there.
    editor.get("/knowledge/kreis/imports").await.is(404);
    let other = test.sign_in(EDITOR_OF_B).await;
    for path in ["", "/acceptance", "/refusal", "/reopening"] {
        let foreign = format!("{LIST}/{entry}{path}");
        let own = format!("/knowledge/stadt-b/proposals/{entry}{path}");
        for address in [foreign, own] {
            let answer = if path.is_empty() { other.get(&address).await } else { other.post(&address, &[]).await };
            assert_eq!(answer.status, 404, "{address}");
        }
    }
    assert!(other.get("/knowledge/stadt-b/proposals").await.is(200).body.contains("Ordnungsamt B"));
    test.sign_in(AGENT).await.get(LIST).await.is(403);
    assert_eq!(test.number("select count(*) from proposal_decision").await, 0);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn accepted_office_stands_in_the_directory_and_in_the_towns_words(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let entry = start(&test).await;
    // What the town says already stays.
    let mut patch = Adaptation::default();
    let mut fees = Content::default();
    fees.set(Field::Fees, Html::from_plain("70 Euro"));
    patch.replace(Part::Text(Field::Fees), &fees);
    test.adapt(test.cast.stadt_a, entry, &patch).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    accept(&editor, entry, &[("naming", "directory")]).await.is(303);
    let own = own(&test).await.expect("an adaptation");
    assert_eq!(own.content.unit.as_deref(), Some(OFFICE));
    assert_eq!(own.unit.map(|(tenant, _)| tenant), Some(test.cast.stadt_a));
    assert_eq!(own.content.html(Field::Fees).map(Html::to_plain).as_deref(), Some("70 Euro"));
    let kreis = test.content(test.cast.kreis, "L1:1").await.unit;
    assert_ne!(kreis.as_deref(), Some(OFFICE), "the Kreis's own words are untouched");
    let unit =
        "select count(*) from unit where name = 'Bürgerbüro Stadt A' and street = 'Markt 1' and postcode = '50667'
                and city = 'Musterstadt'";
    assert_eq!(test.number(unit).await, 1);
    for action in ["accepted", "created"] {
        let acts = format!("select count(*) from audit where action = '{action}' and thing in ('proposal', 'unit')");
        assert_eq!(test.number(Box::leak(acts.into_boxed_str())).await, 1, "{action}");
    }
    let list = editor.get(LIST).await.is(200).body;
    assert!(!list.contains(OFFICE), "{list}");
    assert!(editor.get(&format!("{LIST}?state=accepted")).await.is(200).body.contains(OFFICE));
    // The same catalogue again asks nobody again; an office that is named otherwise does.
    test.import(test.cast.kreis, Format::Xzufi, catalogue()).await;
    assert!(!editor.get(LIST).await.is(200).body.contains(OFFICE));
    test.import(test.cast.kreis, Format::Xzufi, catalogue().replace(OFFICE, "Stadthaus")).await;
    assert!(editor.get(LIST).await.is(200).body.contains("Stadthaus"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn office_can_be_named_at_the_entry_only_or_as_the_town_calls_it(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let entry = start(&test).await;
    let second = test.entry(test.cast.kreis, "L1:2").await.expect("the second service").id;
    let mut db = test.begin_as_system().await;
    let unit = sqlx::query_scalar::<_, i64>("insert into unit (tenant_id, name) values ($1, 'Rathaus') returning id");
    let unit = unit.bind(test.cast.stadt_a).fetch_one(&mut *db).await.expect("a unit").to_string();
    let foreign = sqlx::query_scalar::<_, i64>("insert into unit (tenant_id, name) values ($1, 'Amt') returning id");
    let foreign = foreign.bind(test.cast.stadt_b).fetch_one(&mut *db).await.expect("a unit").to_string();
    db.commit().await.expect("commit");
    let editor = test.sign_in(EDITOR_OF_A).await;
    accept(&editor, entry, &[("naming", "entry")]).await.is(303);
    let own = own(&test).await.expect("an adaptation");
    assert_eq!((own.content.unit.as_deref(), own.unit), (Some(OFFICE), None));
    let contact = own.content.html(Field::Contact).map(Html::to_plain).unwrap_or_default();
    assert!(contact.contains(PLACE) && contact.contains("Ansprechpunkt 1"), "{contact}");
    accept(&editor, second, &[("naming", "other"), ("unit", &foreign)]).await.is(422);
    accept(&editor, second, &[("naming", "other"), ("unit", "")]).await.is(422);
    accept(&editor, second, &[("naming", "other"), ("unit", &unit)]).await.is(303);
    assert_eq!(test.content(test.cast.stadt_a, "L1:2").await.unit.as_deref(), Some("Rathaus"));
    assert!(editor.get(LIST).await.is(200).body.contains("Kein Vorschlag ist offen."));
    assert_eq!(test.number("select count(*) from unit").await, 2);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn declined_proposal_stays_away_until_it_is_opened_again(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let entry = start(&test).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let page = format!("{LIST}/{entry}");
    let fields = fields_of(&editor.get(&page).await.is(200).body);
    let run = fields.iter().find(|(name, _)| name == "run").expect("the run").1.clone();
    editor.post(&format!("{page}/refusal"), &[("run", "1000")]).await.is(409);
    editor.post(&format!("{page}/refusal"), &[("run", &run)]).await.is(303);
    let list = editor.get(LIST).await.is(200).body;
    assert!(list.contains(&format!("{page}/reopening")), "the message offers to take it back: {list}");
    assert!(editor.get(&format!("{LIST}?state=declined")).await.is(200).body.contains(OFFICE));
    editor.post(&format!("{page}/acceptance"), &[("run", &run), ("naming", "entry")]).await.is(409);
    assert!(own(&test).await.is_none());
    editor.post(&format!("{page}/reopening"), &[]).await.is(303);
    editor.post(&format!("{page}/reopening"), &[]).await.is(409);
    assert!(editor.get(LIST).await.is(200).body.contains(OFFICE));
    assert_eq!(test.number("select count(*) from audit where action in ('declined', 'reopened')").await, 2);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn accepting_asks_the_second_person_where_the_town_wants_one(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let entry = start(&test).await;
    let (editor, second) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    second.post("/knowledge/stadt-a/editorial", &[("requires_review", "on")]).await.is(303);
    assert!(editor.get(&format!("{LIST}/{entry}")).await.is(200).body.contains("Eine zweite Person sieht"));
    accept(&editor, entry, &[("naming", "directory")]).await.is(303);
    assert!(own(&test).await.is_none(), "nothing is public yet");
    let drafts = second.get("/knowledge/stadt-a/tasks?what=drafts").await.is(200).body;
    let draft = drafts.split("href=\"").find(|part| part.contains("/draft\"")).and_then(|part| part.split('"').next());
    let draft = draft.expect("a draft");
    let fields = fields_of(&second.get(draft).await.is(200).body);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // Should the draft be thrown away, the proposal can be opened again.
    let reopening = format!("{LIST}/{entry}/reopening");
    editor.post(&reopening, &[]).await.is(303);
    assert!(editor.get(LIST).await.is(200).body.contains(OFFICE));
    second.post(&format!("{draft}/release"), &fields).await.is(303);
    assert!(!editor.get(LIST).await.is(200).body.contains(OFFICE), "the own words say it");
    assert_eq!(own(&test).await.and_then(|own| own.content.unit).as_deref(), Some(OFFICE));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn proposals_of_a_preview_and_of_an_undone_run_are_none(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    name_areas(&test).await;
    let (operator, editor) = (test.sign_in(OPERATOR).await, test.sign_in(EDITOR_OF_A).await);
    let run = upload(&operator, "/knowledge/kreis/imports", "katalog.xml", &catalogue()).await.is(303);
    let run = run.location().to_owned();
    work(&test).await;
    assert!(operator.get(&run).await.is(200).body.contains(OFFICE));
    assert!(editor.get(LIST).await.is(200).body.contains("Kein Vorschlag ist offen."));
    apply(&test, &operator, &run).await;
    assert!(editor.get(LIST).await.is(200).body.contains(OFFICE));
    let page = format!("{LIST}/{}", root(&test).await);
    editor.get(&page).await.is(200);
    operator.post(&format!("{run}/reversal"), &[]).await.is(303);
    work(&test).await;
    assert!(editor.get(LIST).await.is(200).body.contains("Kein Vorschlag ist offen."));
    editor.get(&page).await.is(404);
}
