//! The page "Gelerntes": what a town's search has learned, forgetting it, the switch.

use chrono::NaiveDate;
use ortsgespraech::ids::TenantId;
use ortsgespraech::search::learning;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::search_learning::School;
use crate::support::cast::{ADMIN_OF_A, AGENT, EDITOR_OF_A, EDITOR_OF_B, OPERATOR, PEOPLE_OF_B};

const A: &str = "/knowledge/stadt-a/learned";

impl School {
    /// Without a desk, so many answers on that day.
    async fn teach(&self, town: TenantId, words: &[&str], title: &str, day: &str, times: usize) {
        let (words, entry) = (words.iter().map(ToString::to_string).collect::<Vec<_>>(), self.entry(title).await);
        let day: NaiveDate = day.parse().expect("a day");
        let mut db = self.test.begin_as_system().await;
        for _ in 0..times {
            assert!(learning::note_answer(&mut *db, town, &words, entry, day).await.expect("a lesson"));
        }
        db.commit().await.expect("commit");
    }

    async fn id_of(&self, title: &str) -> i64 {
        let found = "select learned.id from learned join entry on entry.id = entry_id where title = $1";
        let mut db = self.test.begin_as_system().await;
        sqlx::query_scalar(found).bind(title).fetch_one(&mut *db).await.expect(title)
    }

    async fn page(&self, path: &str) -> String {
        self.test.sign_in(EDITOR_OF_A).await.get(path).await.is(200).body
    }
}

#[track_caller]
fn assert_in_order(page: &str, texts: &[&str]) {
    let places: Vec<_> = texts.iter().map(|text| page.find(text)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{texts:?} {places:?}: {page}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn list_shows_words_as_people_write_them_and_what_they_count_today(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let school = School::open(options, database).await;
    let (a, b) = (school.test.cast.stadt_a, school.test.cast.stadt_b);
    let empty = school.page(A).await;
    assert!(empty.contains("Noch nichts gelernt.") && empty.contains("Das Lernen ist eingeschaltet."), "{empty}");
    assert!(!empty.contains("Alles vergessen"));
    school.answer("die Fuehrungen im museum", "Museum Führung").await;
    school.answer("museum gard", "Museum Garderobe").await;
    school.answer("personalausweise lappen museum", "Museum Verein").await;
    school.teach(a, &["museum"], "Museum Konzert", "2026-05-21", 3).await;
    school.teach(a, &["spend"], "Museum Spende", "2024-11-17", 1).await;
    school.teach(b, &["leihgab"], "Museum Leihgabe", "2026-11-17", 9).await;
    let page = school.page(A).await;
    assert_in_order(&page, &["Museum Konzert</a>", "Museum Führung</a>"]);
    for part in [
        ">Führung · Museum<",
        ">gard… · Museum<",
        ">lappen · Museum · personalausweis<",
        "1,5</td>",
        "21.05.2026",
        "17.11.2026",
        ">Kreis<",
        "1–5 von 5 Zeilen",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("Leihgabe") && !page.contains("9,0"), "the other town's lessons: {page}");
    assert_in_order(&school.page(&format!("{A}?sort=date")).await, &["Museum Führung</a>", "Museum Konzert</a>"]);
    for (filter, titles) in [
        ("FUEHRUNGEN", &["Führung"][..]),
        ("konz", &["Konzert"]),
        ("gard", &["Garderobe"]),
        ("lappen+personalausweis", &["Verein"]),
        ("museum", &["Konzert", "Führung", "Garderobe", "Verein"]),
        ("%25", &[]),
        ("%3F%21", &[]),
    ] {
        let page = school.page(&format!("{A}?q={filter}")).await;
        let shown: Vec<_> = ["Konzert", "Führung", "Garderobe", "Verein"]
            .into_iter()
            .filter(|title| page.contains(&format!("Museum {title}</a>")))
            .collect();
        assert_eq!(shown, titles, "{filter}");
        assert_eq!(page.contains("Nichts passt zum Filter."), titles.is_empty(), "{filter}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn long_list_has_pages_and_an_entry_that_is_gone_has_no_title(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let school = School::open(options, database).await;
    let a = school.test.cast.stadt_a;
    for number in 10..65 {
        school.teach(a, &[&format!("wort{number}")], "Museum Verein", "2026-11-10", 1).await;
    }
    assert!(school.page(A).await.contains("1–50 von 55 Zeilen"));
    assert!(school.page(&format!("{A}?page=2&sort=date")).await.contains("51–55 von 55 Zeilen"));
    let (_, entry) = school.entry("Museum Verein").await;
    let operator = school.test.sign_in(OPERATOR).await;
    operator.post(&format!("/knowledge/kreis/entries/kreis/{entry}/withdrawal"), &[]).await.is(303);
    let page = school.page(A).await;
    assert!(page.contains("steht hier nicht mehr") && !page.contains("Museum Verein"), "{page}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn one_lesson_is_forgotten_after_a_question_and_audited_without_its_words(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let school = School::open(options, database).await;
    let (test, a) = (&school.test, school.test.cast.stadt_a);
    let before = test.titles(a, "museum");
    school.answer("museum garderobe", "Museum Verein").await;
    let removal = format!("{A}/{}/removal", school.id_of("Museum Verein").await);
    let editor = test.sign_in(EDITOR_OF_A).await;
    let question = editor.get(&removal).await.is(200).body;
    assert!(question.contains("Garderobe · Museum: Museum Verein (zählt heute 1,0)"), "{question}");
    editor.post(&removal, &[]).await.is(303);
    assert!(editor.get(A).await.body.contains("Die Suche hat es vergessen."));
    assert!(editor.get(A).await.body.contains("Noch nichts gelernt."));
    editor.get(&removal).await.is(404);
    editor.post(&removal, &[]).await.is(404);
    assert!(school.learned().await[0].3 <= 0.0, "the row stays until every server has noticed");
    test.learn().await;
    assert_eq!(test.titles(a, "museum"), before);
    let audit = test.sign_in(ADMIN_OF_A).await.get("/tenants/stadt-a/audit").await.is(200).body;
    assert!(audit.contains("Gelerntes vergessen") && audit.contains("Titel: Museum Verein"), "{audit}");
    assert!(!audit.to_lowercase().contains("garderob"), "{audit}");
    for (days, deleted) in [(0, 0), (1, 0), (1, 1)] {
        test.app.clock.advance(chrono::TimeDelta::days(days));
        assert_eq!(learning::forget_old_lessons(&test.app).await.expect("deleted"), deleted);
    }
    school.teach(a, &["museum"], "Museum Spende", "2026-11-17", 1).await;
    assert!(school.page(A).await.contains("Museum Spende"), "forgetting is no ban");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn all_lessons_of_a_town_are_forgotten_and_no_other_towns(options: PgPoolOptions, database: PgConnectOptions) {
    let school = School::open(options, database).await;
    let (a, b) = (school.test.cast.stadt_a, school.test.cast.stadt_b);
    let editor = school.test.sign_in(EDITOR_OF_A).await;
    let path = format!("{A}/removal");
    assert!(editor.get(&path).await.is(422).body.contains("Hier ist nichts gelernt."));
    for (town, title) in [(a, "Museum Konzert"), (a, "Museum Spende"), (b, "Museum Leihgabe")] {
        school.teach(town, &["museum"], title, "2026-11-16", 2).await;
    }
    assert!(editor.get(&path).await.is(200).body.contains("Stadt A: 2 Zeilen"));
    editor.post(&path, &[]).await.is(303);
    let weights: Vec<f32> = school.learned().await.into_iter().map(|(.., weight)| weight).collect();
    assert_eq!(weights, [0.0, 0.0, 2.0]);
    editor.post(&path, &[]).await.is(303);
    let audit = school.test.sign_in(ADMIN_OF_A).await.get("/tenants/stadt-a/audit").await.body;
    assert_eq!(audit.matches("Gelerntes vergessen").count(), 1);
    assert!(audit.contains("Anzahl: 2"), "{audit}");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn switch_is_seen_by_editors_and_turned_by_admins(options: PgPoolOptions, database: PgConnectOptions) {
    let school = School::open(options, database).await;
    let (editor, admin) = (school.test.sign_in(EDITOR_OF_A).await, school.test.sign_in(ADMIN_OF_A).await);
    let switch = format!("{A}/switch");
    assert!(!school.page(A).await.contains(&switch));
    editor.post(&switch, &[("learns", "off")]).await.is(403);
    assert!(admin.get(A).await.is(200).body.contains("name=\"learns\" value=\"off\""));
    for _ in 0..2 {
        admin.post(&switch, &[("learns", "off")]).await.is(303);
    }
    let page = school.page(A).await;
    assert!(page.contains("Das Lernen ist ausgeschaltet.") && page.contains("Nichts gelernt."), "{page}");
    assert!(admin.get(A).await.body.contains("name=\"learns\" value=\"on\""));
    let operator = school.test.sign_in(OPERATOR).await;
    operator.post(&switch, &[("learns", "on")]).await.is(303);
    assert!(school.page(A).await.contains("Das Lernen ist eingeschaltet."));
    let audit = admin.get("/tenants/stadt-a/audit").await.body;
    for act in ["abgeschaltet", "eingeschaltet"] {
        assert_eq!(audit.matches(&format!("Lernen der Suche {act}")).count(), 1, "{audit}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn lessons_of_another_town_are_404_on_every_route(options: PgPoolOptions, database: PgConnectOptions) {
    let school = School::open(options, database).await;
    let (test, a) = (&school.test, school.test.cast.stadt_a);
    school.teach(a, &["museum"], "Museum Verein", "2026-11-16", 2).await;
    let id = school.id_of("Museum Verein").await;
    let before = test.fingerprint(a).await;
    for person in PEOPLE_OF_B {
        let stranger = test.sign_in(person).await;
        for path in [A.to_owned(), format!("{A}/removal"), format!("{A}/{id}/removal")] {
            stranger.get(&path).await.is(404);
        }
        for path in ["switch", "removal", &format!("{id}/removal")] {
            stranger.post(&format!("{A}/{path}"), &[]).await.is(404);
        }
    }
    let editor = test.sign_in(EDITOR_OF_B).await;
    for tenant in ["stadt-b", "intake"] {
        let foreign = format!("/knowledge/{tenant}/learned/{id}/removal");
        editor.get(&foreign).await.is(404);
        editor.post(&foreign, &[]).await.is(404);
    }
    editor.get("/knowledge/intake/learned").await.is(404);
    assert!(!editor.get("/knowledge/stadt-b/learned").await.is(200).body.contains("Museum Verein"));
    assert_eq!(test.fingerprint(a).await, before);
    let agent = test.sign_in(AGENT).await;
    agent.get(A).await.is(403);
    assert!(!agent.get("/knowledge/stadt-a").await.is(200).body.contains("Gelerntes"));
    assert!(test.sign_in(EDITOR_OF_A).await.get("/knowledge/stadt-a").await.body.contains(&format!("href=\"{A}\"")));
}
