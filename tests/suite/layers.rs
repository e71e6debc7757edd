//! Texts that stand upon each other: what a town adapts stays, everything else follows, and nobody else is touched.

use ortsgespraech::ids::{EntryId, TenantId};
use ortsgespraech::knowledge::import::Format;
use ortsgespraech::knowledge::{self, Adaptation, Content, Entry, Field, Html, LayerKey, Part, Stance};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::cast::EDITOR_OF_A;
use crate::support::catalogue::answering;
use crate::support::{TestApp, berlin};

fn passport(fee: &str) -> Content {
    let mut content = answering("Reisepass beantragen", "Kommen Sie mit einem Foto.");
    content.set(Field::Fees, Html::from_plain(fee));
    content.set(Field::Documents, Html::from_plain("Foto"));
    content
}

fn own_fee(fee: &str) -> Adaptation {
    let mut patch = Adaptation::default();
    let mut content = Content::default();
    content.set(Field::Fees, Html::from_plain(fee));
    patch.replace(Part::Text(Field::Fees), &content);
    patch
}

async fn seen(test: &TestApp, reader: TenantId, tenant: TenantId, id: EntryId) -> Option<Entry> {
    let mut db = test.begin_as_system().await;
    knowledge::find_entry(&mut db, reader, tenant, id).await.expect("a query")
}

fn fee(entry: &Entry) -> &str {
    entry.content.html(Field::Fees).map_or("", Html::as_str)
}

/// Open tasks: kind, since which version, how often the base moved.
async fn tasks(test: &TestApp, tenant: TenantId) -> Vec<(String, i32, i32)> {
    let mut db = test.begin_as_system().await;
    sqlx::query_as(
        "select kind, since_version, moves from knowledge_task where tenant_id = $1 and closed_at is null order by id",
    )
    .bind(tenant.0)
    .fetch_all(&mut *db)
    .await
    .expect("tasks")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn own_field_stays_and_everything_else_follows_the_base(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, a, b) = (test.cast.kreis, test.cast.stadt_a, test.cast.stadt_b);
    let base = test.publish(kreis, "pass", &passport("60 Euro")).await;
    let own = test.adapt(a, base, &own_fee("70 Euro")).await;

    let at_a = seen(&test, a, kreis, base).await.expect("the town's entry, asked for by the base's number");
    assert_eq!((at_a.id, at_a.tenant, fee(&at_a)), (own, a, "<p>70 Euro</p>"));
    assert_eq!(at_a.composition.origins[&Part::Text(Field::Fees)], a);
    assert_eq!(at_a.composition.origins[&Part::Text(Field::Documents)], kreis);
    let at_b = seen(&test, b, kreis, base).await.expect("the base");
    assert_eq!((at_b.id, fee(&at_b)), (base, "<p>60 Euro</p>"));
    assert!(seen(&test, b, a, own).await.is_some_and(|entry| entry.id == base), "a neighbour's words are not seen");

    let mut changed = passport("65 Euro");
    changed.set(Field::Documents, Html::from_plain("Foto und Geburtsurkunde"));
    test.publish(kreis, "pass", &changed).await;
    let at_a = seen(&test, a, a, own).await.expect("the town's entry");
    assert_eq!((fee(&at_a), at_a.version), ("<p>70 Euro</p>", 2));
    assert_eq!(at_a.content.html(Field::Documents).map(Html::as_str), Some("<p>Foto und Geburtsurkunde</p>"));
    assert_eq!(tasks(&test, a).await, [("base_changed".to_owned(), 1, 1)]);
    assert_eq!(tasks(&test, b).await, []);
    test.publish(kreis, "pass", &passport("66 Euro")).await;
    assert_eq!(tasks(&test, a).await, [("base_changed".to_owned(), 1, 2)], "one task, since what was seen last");

    // What was shown at any time can be shown again.
    let mut db = test.begin_as_system().await;
    let first = knowledge::find_entry_version(&mut db, a, a, own, 1).await.expect("a query").expect("version 1");
    assert_eq!(first.content.html(Field::Documents).map(Html::as_str), Some("<p>Foto</p>"));
    let layers = [LayerKey { tenant: a, entry: own, version: 1 }, LayerKey { tenant: kreis, entry: base, version: 1 }];
    assert_eq!(first.layers, layers);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn three_levels_and_a_base_limited_to_topics(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, a, b) = (test.cast.kreis, test.cast.stadt_a, test.cast.stadt_b);
    let land = test.new_tenant("land", "Land Musterland", "land").await;
    test.read_from(kreis, land, Some("Umzug")).await;
    let mut moving = passport("10 Euro");
    moving.life_situations = vec!["Umzug".to_owned()];
    let root = test.publish(land, "ummelden", &moving).await;
    let other = test.publish(land, "jagd", &passport("1 Euro")).await;
    assert!(seen(&test, a, land, root).await.is_some(), "through the Kreis");
    assert!(seen(&test, a, land, other).await.is_none(), "the Kreis takes over one topic only");

    let of_town = test.adapt(a, root, &own_fee("12 Euro")).await;
    let mut patch = Adaptation::default();
    patch.add_below(Field::Documents, Html::from_plain("Auch online."));
    let of_kreis = test.adapt(kreis, root, &patch).await;
    let at_a = seen(&test, a, land, root).await.expect("three layers");
    assert_eq!(at_a.layers.iter().map(|layer| layer.entry).collect::<Vec<_>>(), [of_town, of_kreis, root]);
    assert_eq!(fee(&at_a), "<p>12 Euro</p>");
    assert_eq!(at_a.content.html(Field::Documents).map(Html::as_str), Some("<p>Foto</p><p>Auch online.</p>"));
    let at_b = seen(&test, b, land, root).await.expect("the Kreis's");
    assert_eq!((at_b.id, fee(&at_b)), (of_kreis, "<p>10 Euro</p>"));

    // The Kreis's entry goes: its town stands on the Land's again. The Land's goes: the town's rests, and comes back with it.
    test.withdraw(kreis, of_kreis).await;
    let at_a = seen(&test, a, land, root).await.expect("two layers");
    assert_eq!(at_a.layers.iter().map(|layer| layer.entry).collect::<Vec<_>>(), [of_town, root]);
    test.withdraw(land, root).await;
    assert!(seen(&test, a, a, of_town).await.is_none());
    assert!(tasks(&test, a).await.iter().any(|(kind, ..)| kind == "base_withdrawn"));
    test.republish(land, root).await;
    assert_eq!(fee(&seen(&test, a, a, of_town).await.expect("it is back")), "<p>12 Euro</p>");
    assert!(tasks(&test, a).await.iter().all(|(kind, ..)| kind != "base_withdrawn"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn search_finds_the_merged_text_for_that_town_only(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, a, b) = (test.cast.kreis, test.cast.stadt_a, test.cast.stadt_b);
    let base = test.publish(kreis, "pass", &passport("60 Euro")).await;
    let own = test.adapt(a, base, &own_fee("Zeppelintarif 70 Euro")).await;
    test.index().await;
    let found = |tenant, words: &str| {
        let hits = test.search(tenant, words).hits;
        hits.into_iter().map(|hit| (hit.entry, hit.inherited, hit.adapted)).collect::<Vec<_>>()
    };
    assert_eq!(found(a, "Zeppelintarif"), [(own, false, true)]);
    assert_eq!(found(a, "Reisepass"), [(own, false, true)], "the base is not found beside it");
    assert_eq!(found(b, "Zeppelintarif"), []);
    assert_eq!(found(b, "Reisepass"), [(base, true, false)]);
    assert_eq!(test.app.search.count(), 2, "nothing is copied for towns that adapt nothing");
    // The base changes: the town finds its new words too.
    let mut changed = passport("61 Euro");
    changed.set(Field::Procedure, Html::from_plain("Luftpost"));
    test.publish(kreis, "pass", &changed).await;
    test.index().await;
    assert_eq!(found(a, "Luftpost"), [(own, false, true)]);
    test.withdraw(a, own).await;
    test.index().await;
    assert_eq!(found(a, "Luftpost"), [(base, true, false)]);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn town_may_say_that_it_does_not_do_it(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, a) = (test.cast.kreis, test.cast.stadt_a);
    let base = test.publish(kreis, "pass", &passport("60 Euro")).await;
    for (stance, words) in
        [(Stance::NotOffered, "Stadt A macht das nicht."), (Stance::DoneByBase, "Das macht für Stadt A: Kreis.")]
    {
        let own = test.adapt(a, base, &Adaptation { stance, ..Adaptation::default() }).await;
        let editor = test.sign_in(EDITOR_OF_A).await;
        let page = editor.get(&format!("/knowledge/stadt-a/entries/stadt-a/{own}")).await.is(200);
        assert!(page.body.contains(words), "{}", page.body);
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn two_that_read_each_other_do_not_stand_on_each_other(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let (kreis, a, b) = (test.cast.kreis, test.cast.stadt_a, test.cast.stadt_b);
    test.read_from(a, b, None).await;
    test.read_from(b, a, None).await;
    let base = test.publish(kreis, "pass", &passport("60 Euro")).await;
    let of_a = test.adapt(a, base, &own_fee("1 Euro")).await;
    let of_b = test.adapt(b, base, &own_fee("2 Euro")).await;
    test.publish(kreis, "pass", &passport("61 Euro")).await;
    for (town, id, own) in [(a, of_a, "<p>1 Euro</p>"), (b, of_b, "<p>2 Euro</p>")] {
        let entry = seen(&test, town, town, id).await.expect("an entry");
        assert_eq!((fee(&entry), entry.layers.len(), entry.version), (own, 2, 2));
    }
}

/// A real catalogue imported again and again under two towns that say something otherwise.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn real_import_makes_a_task_where_it_belongs_and_loses_no_override(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let [Some(first), Some(again)] = ["", "99 Euro"].map(berlin::records) else { return };
    let test = TestApp::start(options, database).await;
    let (kreis, a, b) = (test.cast.kreis, test.cast.stadt_a, test.cast.stadt_b);
    test.import(kreis, Format::Jsonl, first.clone()).await;
    let mut db = test.begin_as_system().await;
    let order = "select id from entry where tenant_id = $1 order by id";
    let bases: Vec<EntryId> = sqlx::query_scalar(order).bind(kreis).fetch_all(&mut *db).await.expect("entries");
    drop(db);
    assert_eq!(bases.len(), berlin::COUNT);
    for (number, base) in bases.iter().take(berlin::CHANGED).enumerate() {
        // Twenty of Stadt A, ten of Stadt B.
        test.adapt(if number < 20 { a } else { b }, *base, &own_fee(&format!("eigene {number}"))).await;
    }
    test.import(kreis, Format::Jsonl, first).await;
    assert_eq!((tasks(&test, a).await.len(), tasks(&test, b).await.len()), (0, 0), "nothing changed");
    test.import(kreis, Format::Jsonl, again).await;
    assert_eq!((tasks(&test, a).await.len(), tasks(&test, b).await.len()), (20, 10));
    for (number, base) in bases.iter().enumerate() {
        let town = if number < 20 { a } else { b };
        let entry = seen(&test, town, kreis, *base).await.expect("an entry");
        let plain = entry.content.html(Field::Fees).map(Html::to_plain).unwrap_or_default();
        assert_eq!(plain == format!("eigene {number}"), number < berlin::CHANGED, "{number}: {plain}");
        assert!(entry.content.fields.len() > 2, "everything else is the base's");
    }
}
