//! Finding an office by a mistyped name, a task or an extension; real offices on machines where they lie beside the project.

use ortsgespraech::directory::{self, exchange};
use ortsgespraech::ids::TenantId;
use ortsgespraech::search::directory::Asked;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::fmt::Write;

use crate::support::{TestApp, cast};

const OFFICES: &str = "../shared/data/berlin_locations_2024-09.jsonl";

async fn insert(test: &TestApp, tenant: TenantId, name: &str, tasks: &str, phone: &str) {
    let mut db = test.begin_as_system().await;
    sqlx::query("insert into unit (tenant_id, name, tasks, phone) values ($1, $2, $3, $4)")
        .bind(tenant)
        .bind(name)
        .bind(tasks)
        .bind(phone)
        .execute(&mut *db)
        .await
        .expect("an office");
    db.commit().await.expect("commit");
}

async fn names(test: &TestApp, tenants: &[TenantId], words: &str) -> Vec<String> {
    let asked = Asked { words, tenants, only_units: false, offset: 0, limit: 3 };
    let found = test.app.search.directory().find(asked).targets;
    let mut db = test.begin_as_system().await;
    let cards = directory::list_cards(&mut db, &found, test.app.clock.now()).await.expect("cards");
    cards.iter().map(|card| card.name().to_owned()).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn offices_are_found_by_name_task_and_extension_in_the_own_town(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let (town, kreis) = (test.cast.stadt_a, test.cast.kreis);
    insert(&test, town, "Standesamt", "Heirat, Geburtsurkunden", "069 90009-210").await;
    insert(&test, town, "Ordnungsamt", "Falschparker, Hundesteuer", "069 90009-155").await;
    insert(&test, kreis, "Straßenverkehrsamt", "Führerschein", "0221 4710-200").await;
    insert(&test, test.cast.stadt_b, "Standesamt B", "Heirat", "040 66969-210").await;
    test.index_directory().await;
    for (words, expected) in [
        ("standesamt", "Standesamt"),
        ("standesmt", "Standesamt"),
        ("Stadnesamt", "Standesamt"),
        ("stande", "Standesamt"),
        ("geburtsurkunde", "Standesamt"),
        ("hundesteuer", "Ordnungsamt"),
        ("strassenverkehr", "Straßenverkehrsamt"),
        ("führerscheine", "Straßenverkehrsamt"),
        ("155", "Ordnungsamt"),
        ("90009-155", "Ordnungsamt"),
        ("+49 69 90009155", "Ordnungsamt"),
        ("4710200", "Straßenverkehrsamt"),
    ] {
        assert_eq!(names(&test, &[town, kreis], words).await.first().map(String::as_str), Some(expected), "{words}");
    }
    for words in ["standesamt", "210", "heirat", "standesamt b"] {
        assert!(!names(&test, &[town, kreis], words).await.contains(&"Standesamt B".to_owned()), "{words}");
    }
    assert_eq!(names(&test, &[], "standesamt").await, Vec::<String>::new(), "whom nobody may ask");
    assert_eq!(names(&test, &[town], "").await, Vec::<String>::new());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn changes_are_found_and_what_is_archived_is_not(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut follower = ortsgespraech::search::directory::DirectoryFollower::new(&test.app);
    follower.catch_up().await.expect("an index");
    insert(&test, test.cast.stadt_a, "Bauamt", "", "2212").await;
    assert_eq!(names(&test, &[test.cast.stadt_a], "bauamt").await, Vec::<String>::new());
    follower.catch_up().await.expect("an index");
    assert_eq!(names(&test, &[test.cast.stadt_a], "bauamt").await, ["Bauamt"]);
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let unit = crate::directory::id_of(&test, "Bauamt").await;
    let path = format!("/directory/stadt-a/units/{unit}");
    editor.post(&path, &[("version", "1"), ("name", "Bauordnung"), ("phone", "2213")]).await.is(303);
    editor.post(&format!("{path}/contacts"), &[("name", "Frau Kowalski"), ("task", "Baugenehmigung")]).await.is(303);
    follower.catch_up().await.expect("an index");
    assert_eq!(names(&test, &[test.cast.stadt_a], "2213").await, ["Bauordnung"]);
    assert_eq!(names(&test, &[test.cast.stadt_a], "kowalsky").await, ["Frau Kowalski"]);
    editor.post(&format!("{path}/archive"), &[]).await.is(303);
    follower.catch_up().await.expect("an index");
    assert_eq!(names(&test, &[test.cast.stadt_a], "bauordnung kowalski").await, Vec::<String>::new());
}

/// As a list that an office would send: two of one name get their street behind it.
fn table() -> Option<String> {
    let Ok(offices) = std::fs::read_to_string(OFFICES) else {
        println!("{OFFICES} is not here; what needs real offices is not tested");
        return None;
    };
    let mut seen = std::collections::HashSet::new();
    let mut table = "Stelle;Telefon;E-Mail;Straße;PLZ;Ort\n".to_owned();
    for line in offices.lines() {
        let office: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let text = |key: &str| office[key].as_str().unwrap_or_default().replace(['"', ';'], " ").trim().to_owned();
        let (street, town) =
            text("address").rsplit_once(',').map_or((text("address"), String::new()), |(street, town)| {
                (street.trim().to_owned(), town.trim().to_owned())
            });
        let mut name = text("name");
        if !seen.insert(name.clone()) {
            name = format!("{name} ({})", office["id"]);
        }
        let (postcode, city) = town.split_once(' ').unwrap_or(("", &town));
        let postcode = Some(postcode).filter(|code| code.len() == 5 && code.parse::<u32>().is_ok()).unwrap_or("");
        let phone = text("phone").replace("(030) 115", "115");
        let mail = Some(text("email")).filter(|mail| !mail.contains('/') && mail.contains('@')).unwrap_or_default();
        writeln!(table, "\"{name}\";\"{phone}\";\"{mail}\";\"{street}\";{postcode};\"{city}\"").expect("a line");
    }
    Some(table)
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn real_offices_become_a_directory_and_mistyped_names_are_in_the_top_three(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let Some(table) = table() else { return };
    let test = TestApp::start(options, database).await;
    let town = test.cast.stadt_a;
    let plan = exchange::plan(exchange::read(&table), &[], &[]);
    println!("{} offices, {} lines not taken", plan.created(), plan.bad.len());
    assert_eq!(plan.created() + plan.bad.len(), 816);
    assert!(plan.bad.len() <= 40, "{:?}", plan.bad);
    let mut db = test.begin_as_system().await;
    exchange::apply(&mut db, town, &plan).await.expect("an import");
    db.commit().await.expect("commit");
    let mut db = test.begin_as_system().await;
    let units = directory::list_units(&mut *db, town).await.expect("offices");
    let again = exchange::plan(exchange::read(&table), &units, &[]);
    assert_eq!((again.created(), again.changed()), (0, 0), "the same file again changes nothing");
    drop(db);
    test.index_directory().await;
    for (typed, meant) in [
        ("Büregramt Schöneweide", "Bürgeramt Schöneweide"),
        ("buergeramt schoneweide", "Bürgeramt Schöneweide"),
        ("Volkshochschuhle Steglitz", "Volkshochschule Steglitz-Zehlendorf"),
        ("Wonungsamt Marzahn", "Wohnungsamt Marzahn-Hellersdorf"),
        ("Fahrerlaubnisbehörd", "Fahrerlaubnisbehörde."),
        ("Imissionsschutz", "Immissionsschutz"),
        ("Grunderwerbssteuerstelle Spandau", "Finanzamt Spandau-Grunderwerbsteuerstelle"),
        ("Zulasungsbehörde Lichtenberg", "Kfz-Zulassungsbehörde-Lichtenberg"),
        ("Patientenbeauftrgte", "Büro der Patientenbeauftragten"),
        ("Kataster Vermesung", "Stadtentwicklungsamt - Fachbereich Kataster und Vermessung"),
    ] {
        let found = names(&test, &[town], typed).await;
        assert!(found.iter().any(|name| name == meant), "{typed}: {found:?}");
    }
}
