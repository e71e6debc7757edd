//! How well offices are reached, with the formula beside it.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::desk_keyboard::center;
use crate::directory_desk::{office, run};
use crate::support::cast;

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn reachability_is_a_report_with_its_formula(options: PgPoolOptions, database: PgConnectOptions) {
    let test = center(options, database).await;
    let town = test.cast.stadt_a;
    let unit = office(&test, town, "Standesamt", "2210").await;
    let few = office(&test, town, "Bauamt", "2220").await;
    for (unit, result, count, at) in [
        (unit, "'reached'", 4, "2026-11-17T08:15:00Z"),
        (unit, "'missed'", 1, "2026-11-17T08:45:00Z"),
        (unit, "null", 2, "2026-11-17T08:45:00Z"),
        (unit, "'missed'", 5, "2026-10-01T08:45:00Z"),
        (few, "'reached'", 4, "2026-11-16T13:45:00Z"),
    ] {
        let source = if result == "null" { "null" } else { "'agent'" };
        run(
            &test,
            &format!(
                "insert into transfer (tenant_id, unit_id, call_tenant_id, call_opened_at, call_id, at, result, source)
                 select {town}, {unit}, {town}, now(), 1, '{at}', {result}, {source} from generate_series(1, {count})"
            ),
        )
        .await;
    }
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    let page = editor.get("/directory/stadt-a/reachability").await.is(200).body;
    assert!(page.contains("89 % von 9 Verbindungen erreicht, 2 ohne Angabe."), "8 of 9");
    assert!(page.contains("80 %") && page.contains("n &#60; 5") || page.contains("n &lt; 5"));
    assert!(page.contains("So ist das gerechnet") && page.contains("9–10"));
    let one = editor.get(&format!("/directory/stadt-a/reachability?unit={unit}")).await.is(200).body;
    assert!(one.contains("80 % von 5 Verbindungen erreicht"));
    let before =
        editor.get(&format!("/directory/stadt-a/reachability?unit={unit}&from=2026-10-01&to=2026-10-31")).await;
    assert!(before.is(200).body.contains("0 % von 5 Verbindungen erreicht"));
    let empty = editor.get("/directory/stadt-a/reachability?from=2020-01-01&to=2020-01-31").await.is(200).body;
    assert!(empty.contains("wurde zu keiner Stelle verbunden"));
    let other = test.sign_in(cast::EDITOR_OF_B).await;
    let foreign = other.get(&format!("/directory/stadt-b/reachability?unit={unit}")).await.is(200).body;
    assert!(!foreign.contains("Standesamt"));
}
