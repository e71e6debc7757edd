//! A gap whose text another tenant has to write goes there and can come back; who reported is told in the end.

use chrono::TimeDelta;
use ortsgespraech::gaps;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::gaps::{gaps_of, only_gap};
use crate::support::{Answer, Client, TestApp, cast};

async fn act(test: &TestApp, client: &Client, town: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
    let tenant = if town == "kreis" { test.cast.kreis } else { test.cast.stadt_a };
    let (gap, version) = only_gap(test, tenant).await;
    let version = version.to_string();
    let fields: Vec<_> = [("version", version.as_str())].into_iter().chain(fields.iter().copied()).collect();
    client.post(&format!("/knowledge/{town}/gaps/{gap}/{act}"), &fields).await
}

async fn page(test: &TestApp, client: &Client, town: &str) -> String {
    let tenant = if town == "kreis" { test.cast.kreis } else { test.cast.stadt_a };
    let (gap, _) = only_gap(test, tenant).await;
    client.get(&format!("/knowledge/{town}/gaps/{gap}")).await.is(200).body
}

/// An agent misses something in Stadt A.
async fn missed(options: PgPoolOptions, database: PgConnectOptions) -> (TestApp, Client, Client) {
    let test = TestApp::start(options, database).await;
    let agent = test.sign_in(cast::AGENT).await;
    let fields = [("kind", "missing"), ("town", "stadt-a"), ("words", "Wildschwein Schaden"), ("line", "Wer zahlt?")];
    agent.post("/desk/gaps", &fields).await.is(303);
    let editor = test.sign_in(cast::EDITOR_OF_A).await;
    (test, agent, editor)
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn gap_goes_to_the_kreis_and_its_answer_comes_back(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, agent, editor) = missed(options, database).await;
    let kreis = test.sign_in(cast::OPERATOR).await;
    act(&test, &editor, "stadt-a", "handover", &[("to", "stadt-b"), ("message", "euer Thema")]).await.is(422);
    act(&test, &editor, "stadt-a", "handover", &[("to", "stadt-a"), ("message", "euer Thema")]).await.is(422);
    act(&test, &editor, "stadt-a", "handover", &[("to", "kreis"), ("message", "")]).await.is(422);
    act(&test, &editor, "stadt-a", "handover", &[("to", "kreis"), ("message", "fragt 0171 1234567")]).await.is(422);
    assert!(gaps_of(&test, test.cast.kreis).await.is_empty());
    let hand = [("to", "kreis"), ("message", "Das regelt die Jagdbehörde")];
    act(&test, &editor, "stadt-a", "handover", &hand).await.is(303);
    act(&test, &editor, "stadt-a", "handover", &hand).await.is(422);
    assert!(page(&test, &editor, "stadt-a").await.contains("Liegt bei Kreis."));
    let there = page(&test, &kreis, "kreis").await;
    assert!(there.contains("Das regelt die Jagdbehörde") && there.contains("von anderem Ort"), "{there}");
    assert!(there.contains("0,5 Minuten"), "what it cost goes along: {there}");
    assert!(!there.contains("Wer zahlt?"), "the reports themselves stay where they are");
    assert!(agent.get("/gaps/mine").await.body.contains("an Kreis weitergegeben: Das regelt die Jagdbehörde"));
    let answer = [("outcome", "words"), ("answer", "Wildschäden: untere Jagdbehörde")];
    act(&test, &kreis, "kreis", "answer", &answer).await.is(303);
    let told = agent.get("/gaps/mine").await.is(200).body;
    assert!(told.contains("Suchwort ergänzt: Wildschäden: untere Jagdbehörde"), "{told}");
    assert!(page(&test, &editor, "stadt-a").await.contains("Wildschäden: untere Jagdbehörde"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn gap_that_is_not_the_kreis_s_goes_back_with_a_word(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, _, editor) = missed(options, database).await;
    let kreis = test.sign_in(cast::OPERATOR).await;
    act(&test, &editor, "stadt-a", "handover", &[("to", "back"), ("message", "nein")]).await.is(404);
    act(&test, &editor, "stadt-a", "handover", &[("to", "kreis"), ("message", "euer Thema")]).await.is(303);
    assert!(page(&test, &kreis, "kreis").await.contains("zurück an Stadt A"));
    act(&test, &kreis, "kreis", "handover", &[("to", "back"), ("message", "Das ist Sache der Stadt")]).await.is(303);
    assert_eq!(gaps_of(&test, test.cast.kreis).await[0].1, "closed");
    assert_eq!(gaps_of(&test, test.cast.stadt_a).await[0].1, "open");
    let back = page(&test, &editor, "stadt-a").await;
    assert!(back.contains("Das ist Sache der Stadt") && back.contains("wieder gemeldet"), "{back}");
    // Given once more, the gap of the Kreis is open again.
    act(&test, &editor, "stadt-a", "handover", &[("to", "kreis"), ("message", "Doch: § 29 BJagdG")]).await.is(303);
    assert_eq!(gaps_of(&test, test.cast.kreis).await.len(), 1);
    assert_eq!(gaps_of(&test, test.cast.kreis).await[0].1, "open");
    gaps::collect(&test.app).await.expect("collected");
    assert_eq!(gaps_of(&test, test.cast.stadt_a).await[0].1, "closed");
    let there = page(&test, &kreis, "kreis").await;
    assert!(there.contains("<b>0,5 Minuten</b>"), "what was given twice costs once: {there}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn gap_rises_at_the_kreis_with_what_is_reported_in_the_town(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, agent, editor) = missed(options, database).await;
    let kreis = test.sign_in(cast::OPERATOR).await;
    act(&test, &editor, "stadt-a", "handover", &[("to", "kreis"), ("message", "euer Thema")]).await.is(303);
    assert!(page(&test, &editor, "stadt-a").await.contains("Seit der Weitergabe wurde hier nichts mehr gemeldet."));
    let again = async |line: &str| {
        test.app.clock.advance(TimeDelta::minutes(5));
        let fields = [("kind", "missing"), ("town", "stadt-a"), ("words", "Schaden Wildschwein"), ("line", line)];
        agent.post("/desk/gaps", &fields).await.is(303);
    };
    again("Und den Zaun?").await;
    again("Und den Garten?").await;
    for _ in 0..2 {
        gaps::collect(&test.app).await.expect("collected");
    }
    let there = page(&test, &kreis, "kreis").await;
    assert!(there.contains("<b>1,5 Minuten</b>") && there.contains("dort zuletzt"), "{there}");
    assert!(!there.contains("Zaun") && !there.contains("Wer zahlt"), "only numbers leave the town: {there}");
    assert!(kreis.get("/knowledge/kreis/gaps").await.is(200).body.contains("3 × 0,5"));
    let here = page(&test, &editor, "stadt-a").await;
    assert!(here.contains("Seit der Weitergabe kamen hier 2 Fälle dazu; sie zählen dort mit."), "{here}");
    assert_eq!(gaps_of(&test, test.cast.stadt_a).await[0].1, "closed");
    // What is reported in the town after the Kreis has answered opens it there again.
    test.app.clock.advance(TimeDelta::minutes(1));
    act(&test, &kreis, "kreis", "answer", &[("outcome", "words"), ("answer", "Siehe Jagdbehörde")]).await.is(303);
    gaps::collect(&test.app).await.expect("collected");
    assert_eq!(gaps_of(&test, test.cast.kreis).await[0].1, "closed");
    again("Und das Auto?").await;
    gaps::collect(&test.app).await.expect("collected");
    assert_eq!(gaps_of(&test, test.cast.kreis).await[0].1, "open");
    let there = page(&test, &kreis, "kreis").await;
    assert!(there.contains("wieder gemeldet") && there.contains("<b>2,0 Minuten</b>"), "{there}");
    test.app.clock.advance(TimeDelta::days(29));
    gaps::collect(&test.app).await.expect("collected");
    let there = page(&test, &test.sign_in(cast::OPERATOR).await, "kreis").await;
    assert!(there.contains("<b>0,0 Minuten</b>"), "after the window it costs nothing: {there}");
}
