//! Pages of the rules that say who is responsible.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::directory::{id_of, make};
use crate::support::catalogue::entry;
use crate::support::{TestApp, cast};

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn rule_is_made_changed_deleted_and_brought_back(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    test.publish(test.cast.kreis, "wohngeld", &entry("Wohngeld")).await;
    test.index().await;
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    make(&editor, &[("name", "Wohngeldstelle")]).await;
    let unit = id_of(&test, "Wohngeldstelle").await.to_string();
    let rules = "/directory/stadt-a/rules";
    assert!(editor.get(rules).await.is(200).body.contains("Noch keine Regel."));
    let base = [("about", "entry"), ("entry", "Wohngeld"), ("target", unit.as_str())];
    for (more, field) in [
        (vec![("narrows", "initials"), ("initial_from", "K"), ("initial_to", "A")], "initial_from"),
        (vec![("narrows", "street")], "street"),
        (vec![("narrows", "street"), ("street", "Markt"), ("number_from", "9"), ("number_to", "3")], "number_to"),
        (vec![("narrows", "sonstwie")], "narrows"),
        (vec![("valid_from", "2026-12-01"), ("valid_until", "2026-11-01")], "valid_until"),
    ] {
        let page = editor.post(rules, &[&base[..], &more].concat()).await.is(422).body;
        assert!(page.contains(&format!("href=\"#{field}\"")), "{field}");
    }
    let nobody =
        editor.post(rules, &[("about", "entry"), ("entry", "Gibtesnicht"), ("target", "0")]).await.is(422).body;
    assert!(nobody.contains("href=\"#entry\"") && nobody.contains("href=\"#target\""));
    let range = [("narrows", "initials"), ("initial_from", "a"), ("initial_to", "k")];
    editor.post(rules, &[&base[..], &range].concat()).await.is(303);
    let list = editor.get(rules).await.is(200).body;
    assert!(list.contains("Nachname A–K") && list.contains("Wohngeldstelle") && list.contains("Wohngeld<"));
    assert!(editor.get("/directory/stadt-a/rules/check").await.is(200).body.contains("Für Nachnamen mit L–Z"));
    let mut db = test.begin_as_system().await;
    let id: i64 = sqlx::query_scalar("select id from responsibility").fetch_one(&mut *db).await.expect("a rule");
    drop(db);
    let path = format!("{rules}/{id}");
    assert!(editor.get(&path).await.is(200).body.contains("value=\"Wohngeld\""));
    let wider =
        [("version", "1"), ("narrows", "initials"), ("initial_from", "A"), ("initial_to", "Z"), ("side", "all")];
    editor.post(&path, &[&base[..], &wider].concat()).await.is(303);
    let late = [("version", "1"), ("narrows", "initials"), ("initial_from", "A"), ("initial_to", "M"), ("side", "all")];
    assert!(editor.post(&path, &[&base[..], &late].concat()).await.is(409).body.contains("<td>Z</td><td>M</td>"));
    assert!(editor.get("/directory/stadt-a/rules/check").await.body.contains("Keine Lücke und nichts doppelt."));
    let unit_path = format!("/directory/stadt-a/units/{unit}/archive");
    assert!(editor.post(&unit_path, &[]).await.is(422).body.contains("führen Zuständigkeiten"));
    editor.post(&format!("{path}/deletion"), &[]).await.is(303);
    assert!(editor.get(rules).await.body.contains("Rückgängig"));
    editor.get(&path).await.is(404);
    editor.post(&format!("{path}/restoration"), &[]).await.is(303);
    editor.get(&path).await.is(200);
    let other = test.sign_in(cast::EDITOR_OF_B).await;
    other.get(&format!("/directory/stadt-b/rules/{id}")).await.is(404);
    other.post(&format!("/directory/stadt-b/rules/{id}/deletion"), &[]).await.is(404);
    assert!(other.get("/directory/stadt-b/rules").await.body.contains("Noch keine Regel."));
}
