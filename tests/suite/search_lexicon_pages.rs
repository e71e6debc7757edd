//! Editing the words of a town: preview, mistakes, duplicates, two editors at once, the list.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::search_lexicon::{A, catalogue, insert, save, saved};
use crate::support::cast::{ADMIN_OF_A, EDITOR_OF_A};
use crate::support::forms::fields_of;

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn preview_shows_what_would_be_found_and_saves_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let a = test.cast.stadt_a;
    let line = insert(&test, a, &["Petrizettel"], &["Fischereischein"]).await;
    test.index().await;
    let before = test.fingerprint(a).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let preview = [("act", "preview"), ("probe", "brunnenhaus wann offen")];
    let page = save(&editor, A, "Brunnenhaus, Perso", "Fundbüro, Fahrerlaubnis", &preview).await.is(200).body;
    assert!(page.contains("„Fahrerlaubnis“ kommt in Ihrem Wissen nicht vor."), "{page}");
    assert!(!page.contains("„Fundbüro“ kommt in Ihrem Wissen nicht vor."));
    let probe = |query: &str| {
        let part = page.split(&format!("<h3>„{query}“</h3>")).nth(1).expect(query).split("</section>").next();
        let (now, then) = part.expect("its end").split_once("mit dieser Zeile").expect("two sides");
        (now.to_owned(), then.to_owned())
    };
    for query in ["Brunnenhaus", "brunnenhaus wann offen"] {
        let (now, then) = probe(query);
        assert!(now.contains("kein Treffer") && now.contains("Unter den ersten 5: 1 neu."), "{now}");
        assert!(then.contains(">Fundbüro</a>") && then.contains("data-state=\"good\">neu<"), "{then}");
    }
    let (now, then) = probe("Perso");
    assert!(now.contains("Personalausweis beantragen") && !now.contains("Fundbüro"), "{now}");
    assert!(then.contains("Fundbüro") && then.contains("Personalausweis beantragen"), "{then}");
    assert!(page.contains("Noch nichts ist gespeichert.") && page.contains("Brunnenhaus, Perso</textarea>"));
    let changed = save(&editor, &format!("{A}/{line}"), "Petrizettel", "Hundesteuer", &preview[..1]).await.is(200).body;
    let then = changed.split("mit dieser Zeile").nth(1).expect("the other side");
    assert!(then.contains("Hundesteuer") && !then.contains("Fischereischein"), "the saved line steps aside: {then}");
    assert_eq!(test.fingerprint(a).await, before);
    assert_eq!(test.titles(a, "petrizettel"), ["Fischereischein"]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mistakes_are_named_and_everything_typed_is_kept(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let (long, many) = ("x".repeat(81), (0..40).map(|n| format!("Wort{n}")).collect::<Vec<_>>().join("\n"));
    for (said, meant, field, message) in [
        ("", "Fundbüro", "expressions", "mindestens ein Wort ein, das die Leute sagen"),
        ("Haus", " ,; ", "terms", "mindestens ein Wort ein, das in Ihrem Wissen steht"),
        ("ich möchte bitte", "Fundbüro", "expressions", "besteht nur aus Wörtern"),
        ("heute morgen", "Fundbüro", "expressions", "besteht nur aus Wörtern"),
        ("x", "Fundbüro", "expressions", "„x“ ist zu kurz"),
        ("!!!", "Fundbüro", "expressions", "„!!!“ ist zu kurz"),
        ("Haus", "§", "terms", "„§“ ist zu kurz"),
        (&long, "Fundbüro", "expressions", "81 Zeichen, höchstens 80"),
        (&many, "Fundbüro", "expressions", "Das sind 40 Wörter, höchstens 30"),
        ("Haus", &many, "terms", "Das sind 40 Wörter, höchstens 15"),
        ("Haus, fundbuero", "Fundbüro", "terms", "„fundbuero“ steht auf beiden Seiten."),
    ] {
        for act in ["", "preview"] {
            let more = [("act", act), ("remark", "<b>bleibt</b>")];
            let page = save(&editor, A, said, meant, &more).await.is(422).body;
            assert!(page.contains(message) && page.contains(&format!("href=\"#{field}\"")), "{said}: {page}");
            let kept = fields_of(&page);
            for (field, value) in [("expressions", said), ("terms", meant.trim()), ("remark", "<b>bleibt</b>")] {
                assert!(kept.contains(&(field.to_owned(), value.to_owned())), "{field}: {kept:?}");
            }
        }
    }
    let remark = "x".repeat(501);
    save(&editor, A, "Haus", "Fundbüro", &[("remark", &remark)]).await.is(422);
    assert!(saved(&test).await.is_empty());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn word_of_another_line_is_reported_with_the_way_there(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let line = insert(&test, test.cast.stadt_a, &["Haus am Brunnen", "Brunnenhaus"], &["Fundbüro"]).await;
    insert(&test, test.cast.stadt_b, &["Petrizettel"], &["Fischereischein"]).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    let page = save(&editor, A, "Quellenhaus, BRUNNEN am Haus", "Fundbüro", &[]).await.is(422).body;
    assert!(page.contains("„BRUNNEN am Haus“ steht schon in einer anderen Zeile."), "{page}");
    assert!(page.contains(&format!("href=\"{A}/{line}\"")));
    save(&editor, &format!("{A}/{line}"), "Brunnenhaus", "Fundbüro", &[]).await.is(303);
    save(&editor, A, "Petrizettel", "Fischereischein", &[]).await.is(303);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn nobody_overwrites_what_another_saved_unseen(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let id = insert(&test, test.cast.stadt_a, &["Brunnenhaus"], &["Fundbüro"]).await;
    let (first, second) = (test.sign_in(EDITOR_OF_A).await, test.sign_in(ADMIN_OF_A).await);
    let line = format!("{A}/{id}");
    let opened = fields_of(&second.get(&line).await.is(200).body);
    assert!(opened.contains(&("version".to_owned(), "1".to_owned())));
    save(&first, &line, "Brunnenhaus, Quellenhaus", "Fundbüro", &[]).await.is(303);
    let page = save(&second, &line, "Brunnenhaus", "Fundbüro, Markt", &[]).await.is(409).body;
    assert!(page.contains("Jemand anderes hat inzwischen gespeichert"), "{page}");
    assert!(page.contains("<td>Brunnenhaus, Quellenhaus</td><td>Brunnenhaus</td>"), "{page}");
    assert!(page.contains("name=\"version\" value=\"2\"") && page.contains("Fundbüro, Markt</textarea>"));
    assert_eq!(saved(&test).await[0].1, "Brunnenhaus|Quellenhaus");
    let again =
        second.post(&line, &[("expressions", "Brunnenhaus"), ("terms", "Markt"), ("version", "2")]).await.is(303);
    assert_eq!(again.location(), A);
    assert_eq!(saved(&test).await[0].2, "Markt");
    assert!(second.get(A).await.body.contains("Die Zeile ist gespeichert und gilt sofort."));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn list_pages_filters_and_asks_before_deleting(options: PgPoolOptions, database: PgConnectOptions) {
    let test = catalogue(options, database).await;
    let editor = test.sign_in(EDITOR_OF_A).await;
    assert!(editor.get(A).await.is(200).body.contains("Noch keine eigenen Suchwörter."));
    for number in 10..65 {
        insert(&test, test.cast.stadt_a, &[&format!("Wort{number}_%")], &["Fundbüro"]).await;
    }
    let id = insert(&test, test.cast.stadt_a, &["Brunnenhaus"], &["Markthalle"]).await;
    assert!(editor.get(A).await.body.contains("1–50 von 56 Zeilen"));
    assert!(editor.get(&format!("{A}?page=2")).await.body.contains("51–56 von 56 Zeilen"));
    assert!(editor.get(&format!("{A}?q=markthalle")).await.body.contains("1–1 von 1 Zeilen"));
    assert!(editor.get(&format!("{A}?q=1_%25")).await.body.contains("1–6 von 6 Zeilen"), "no wildcard");
    assert!(editor.get(&format!("{A}?q=%3Cscript%3E")).await.body.contains("Keine Zeile passt zum Filter."));
    let question = editor.get(&format!("{A}/{id}/deletion")).await.is(200).body;
    assert!(question.contains("Zeile löschen?") && question.contains("Brunnenhaus: Markthalle"), "{question}");
    editor.post(&format!("{A}/{id}/deletion"), &[]).await.is(303);
    assert!(editor.get(A).await.body.contains("Die Zeile ist gelöscht."));
    editor.post(&format!("{A}/{id}/deletion"), &[]).await.is(404);
}
