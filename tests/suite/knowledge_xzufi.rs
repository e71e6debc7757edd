//! XZuFi: every text module finds its place, offices come by their area, and a bad file says where it is bad.

use ortsgespraech::knowledge::Field;
use ortsgespraech::knowledge::import::{Format, Manner};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;
use crate::support::exchange::counts;
use crate::support::xzufi::{file, office, service, services};

const APPLY: Manner = Manner::Apply { withdraws: false };

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn fifty_services_with_all_text_modules_become_entries(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    let text = file(&services(1..=50));
    assert_eq!(counts(&test.import(kreis, Format::Xzufi, &text).await), [50, 0, 0, 0]);
    assert_eq!(counts(&test.import(kreis, Format::Xzufi, &text).await), [0, 0, 50, 0]);
    let content = test.content(kreis, "L1:7").await;
    assert_eq!(content.title, "Leistung 7 beantragen");
    assert_eq!(content.synonyms, ["Zweitname 7"]);
    assert_eq!(content.leika.as_deref(), Some("99000000000007"));
    assert_eq!(content.unit.as_deref(), Some("Amt 7"));
    assert_eq!(content.valid_from.map(|day| day.to_string()).as_deref(), Some("2026-01-01"));
    let fields =
        Field::ALL.into_iter().filter_map(|field| Some(format!("{}: {}", field.as_str(), content.html(field)?)));
    insta::assert_snapshot!(fields.collect::<Vec<_>>().join("\n"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn bad_file_leaves_nothing_and_says_where_it_is_bad(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let good = file(&services(1..=600));
    let bomb = good.replacen(
        "<x:transfer",
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;\">]>\n<x:transfer",
        1,
    );
    let deep = file(&format!("{}{}", "<x:a>".repeat(200), "</x:a>".repeat(200)));
    let latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><x:t xmlns:x=\"http://xoev.de/schemata/xzufi/2_2_0\"/>";
    let endless = file(&format!("<x:leistung><x:id>{}</x:id></x:leistung>", "9".repeat(9_000_000)));
    let mut no_text = file("<x:a>#</x:a>").into_bytes();
    no_text.iter_mut().filter(|byte| **byte == b'#').for_each(|byte| *byte = 0xff);
    let middle = good.len() / 2;
    let bad: [(&str, Vec<u8>); 11] = [
        ("malformed", good.replacen("</x:leistung>", "</x:leistun>", 3).into_bytes()),
        ("truncated", good.as_bytes()[..middle].to_vec()),
        ("truncated in a tag", good.as_bytes()[..good.rfind("<x:modulKosten").expect("a tag") + 5].to_vec()),
        ("entity bomb", bomb.into_bytes()),
        ("unknown entity", good.replace("Teaser 1&", "Teaser &nbsp;1&").into_bytes()),
        ("too deep", deep.into_bytes()),
        ("another encoding", latin.as_bytes().to_vec()),
        ("endless text", endless.into_bytes()),
        ("no text", no_text),
        ("another format", b"<rss><item/></rss>".to_vec()),
        ("empty", Vec::new()),
    ];
    let mut errors = Vec::new();
    for (what, text) in bad {
        let failed = test.try_import(test.cast.kreis, Format::Xzufi, text, APPLY).await.expect_err(what);
        let error = failed.to_string();
        errors.push(format!("{what}: {}", error.split(" / ").next().unwrap_or_default()));
    }
    insta::assert_snapshot!(errors.join("\n"));
    assert_eq!(test.number("select (select count(*) from entry) + (select count(*) from import_run)").await, 0);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn bad_service_is_named_and_the_rest_goes_in(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let nameless = "<x:leistung><x:modulText/></x:leistung>\n<x:leistung><x:id>ohne</x:id></x:leistung>\n";
    let huge = format!("<x:leistung><x:id>groß</x:id>{}</x:leistung>\n", "<x:a>abc</x:a>".repeat(60_000));
    let text = file(&format!("{nameless}{huge}{}{}", service(1), service(1)));
    let (report, rejects) = test.try_import(test.cast.kreis, Format::Xzufi, text, APPLY).await.expect("an import");
    assert_eq!(counts(&report), [1, 0, 0, 4]);
    insta::assert_snapshot!(rejects.join("\n"), @r#"
    4: the service has no id
    5: title is missing
    6: the element is larger than 4 MB
    17: id "L1:1" was already used in line 7
    "#);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn office_of_the_own_area_answers_and_others_are_proposed(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut db = test.begin_as_system().await;
    for (slug, ars) in [("kreis", "05170"), ("stadt-a", "051700004004"), ("stadt-b", "051700008008")] {
        let area = sqlx::query("update tenant set ars = $2 where slug = $1").bind(slug).bind(ars);
        area.execute(&mut *db).await.expect("an area");
    }
    db.commit().await.expect("commit");
    let offices = [
        office("1", "Bezirksregierung", 1, "051000000000"),
        office("2", "Kreisverwaltung", 1, "051700000000"),
        office("3", "Bürgerbüro Stadt A", 1, "05170004"),
        office("4", "Amt anderswo", 1, "093620000000"),
        office("5", "Land", 2, "050000000000"),
    ];
    let text = file(&format!("{}{}", services(1..=3), offices.concat()));
    test.import(test.cast.kreis, Format::Xzufi, &text).await;
    let unit = async |id| test.content(test.cast.kreis, id).await.unit.unwrap_or_default();
    assert_eq!((unit("L1:1").await, unit("L1:2").await, unit("L1:3").await).0, "Kreisverwaltung");
    assert_eq!(unit("L1:2").await, "Land");
    assert_eq!(unit("L1:3").await, "Amt 3");
    let contact = test.content(test.cast.kreis, "L1:1").await.html(Field::Contact).map(ToString::to_string);
    assert!(contact.expect("a contact").contains("Amt 1"), "the text about the office is not lost");
    let mut db = test.begin_as_system().await;
    let proposals: Vec<(String, String, String, bool)> = sqlx::query_as(
        "select slug, external_id, unit_name || ', ' || address, active from import_proposal
         join tenant on tenant.id = for_tenant_id",
    )
    .fetch_all(&mut *db)
    .await
    .expect("proposals");
    let expected = ("stadt-a", "L1:1", "Bürgerbüro Stadt A, Markt 1, 50667 Musterstadt", true);
    assert_eq!(proposals, [(expected.0.to_owned(), expected.1.to_owned(), expected.2.to_owned(), expected.3)]);
    let remarks: serde_json::Value =
        sqlx::query_scalar("select remarks from import_run").fetch_one(&mut *db).await.expect("remarks");
    assert_eq!(remarks["missing_units"], serde_json::json!(["Kreisverwaltung", "Land"]));
    assert_eq!(remarks["elsewhere"], 1);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn what_a_file_deletes_is_withdrawn_only_where_somebody_says_so(
    options: PgPoolOptions,
    database: PgConnectOptions,
) {
    let test = TestApp::start(options, database).await;
    let kreis = test.cast.kreis;
    test.import(kreis, Format::Xzufi, file(&services(1..=2))).await;
    let gone = file(
        "<x:loesche klasse=\"leistung\"><x:id schemeAgencyID=\"L1\">1</x:id></x:loesche>
         <x:loesche klasse=\"organisationseinheit\"><x:id schemeAgencyID=\"L1\">2</x:id></x:loesche>
         <x:loesche><x:leistung><x:id>unbekannt</x:id></x:leistung></x:loesche>",
    );
    let report = test.import(kreis, Format::Xzufi, &gone).await;
    assert_eq!((counts(&report), report.withdrawals), ([0, 0, 1, 0], 1));
    assert!(test.entry(kreis, "L1:1").await.is_some());
    let withdraws = Manner::Apply { withdraws: true };
    test.try_import(kreis, Format::Xzufi, &gone, withdraws).await.expect("an import");
    assert!(test.entry(kreis, "L1:1").await.is_none());
    assert!(test.entry(kreis, "L1:2").await.is_some());
}
