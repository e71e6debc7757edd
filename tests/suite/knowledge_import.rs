//! Catalogues in and out: what is good goes in, what is bad is named with its line, and twice is once.

use std::io::Cursor;

use ortsgespraech::audit::Actor;
use ortsgespraech::knowledge::import::{self, Line, Progress, Report, Said};
use ortsgespraech::knowledge::{self, Field, LayerText, Reason, export};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;

/// A real catalogue that stands beside the project on machines where it is measured.
const REAL_CATALOGUE: &str = "../shared/search-eval/berlin/corpus.jsonl";

type Lines = Box<dyn Iterator<Item = std::io::Result<Line>>>;

fn jsonl(text: impl Into<Vec<u8>>) -> Lines {
    Box::new(import::read_jsonl(Cursor::new(text.into())))
}

fn csv(bytes: &[u8]) -> Lines {
    Box::new(read_table(bytes).expect("a header line"))
}

fn read_table(bytes: &[u8]) -> Result<impl Iterator<Item = std::io::Result<Line>> + use<>, Reason> {
    import::read_csv(Cursor::new(bytes.to_vec())).expect("bytes in memory can be read")
}

/// Imports for the Kreis and returns the report and the rejects as they are printed.
async fn run(test: &TestApp, lines: Lines) -> (Report, Vec<String>) {
    let mut rejects = Vec::new();
    let mut db = test.begin_as_system().await;
    let watch = |progress: Progress<'_>| {
        if let Progress::Rejected { line, reason } = progress {
            rejects.push(format!("{line}: {}", reason.english));
        }
    };
    let now = test.app.clock.now();
    let report = import::import(&mut db, test.cast.kreis, lines, &Actor::command_line(), now, watch).await;
    db.commit().await.expect("commit");
    (report.expect("an import"), rejects)
}

fn counts(report: &Report) -> [u64; 4] {
    [report.created, report.updated, report.unchanged, report.rejected]
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn bad_records_are_named_and_the_rest_goes_in(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut file = br#"{"id": "1", "title": "Gut", "unbekannt": 1}
{"id": "2", "title":

{"id": "3"}
{"id": 4, "title": "Zahl"}
["id", "title"]
{"id": "1", "title": "Noch einmal"}
{"id": "5", "title": "L", "links": [{"label": "x", "url": "javascript:alert(1)"}]}
{"id": "6", "title": "D", "valid_from": "2026-02-30"}
{"id": "7", "title": "D", "valid_from": "2026-03-01", "valid_until": "2026-02-01"}
{"id": "8", "title": "K", "leika": "123"}
{"id": "9", "title": "S\u0007"}
"#
    .to_vec();
    file.extend_from_slice(b"{\"id\": \"10\", \"title\": \"M\xfcll\"}\n");
    file.extend_from_slice(format!("{{\"id\": \"11\", \"title\": \"{}\"}}\n", "x".repeat(301)).as_bytes());
    file.extend_from_slice(
        format!("{{\"id\": \"12\", \"title\": \"L\", \"body\": \"{}\"}}", "y".repeat(1_000_000)).as_bytes(),
    );
    let (report, rejects) = run(&test, jsonl(file)).await;
    assert_eq!(counts(&report), [1, 0, 0, 13]);
    assert_eq!(report.unknown_keys, [("unbekannt".to_owned(), 1)].into());
    insta::assert_snapshot!(rejects.join("\n"), @r#"
    2: no valid JSON: EOF while parsing a value at line 1 column 20
    4: title is missing
    5: id must be a string
    6: the line is no JSON object
    7: id "1" was already used in line 1
    8: a link must begin with https://, http://, mailto: or tel:, not "javascript:alert(1)"
    9: valid_from is no date like 2026-12-31: "2026-02-30"
    10: valid_until (2026-02-01) is before valid_from (2026-03-01)
    11: leika must have 14 digits
    12: title contains the control character U+0007
    13: no valid UTF-8 at byte 25; was the file saved in another encoding?
    14: title is too long: 301 characters, at most 300
    15: body is too long: 1000000 bytes, at most 200000
    "#);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn only_what_changed_becomes_a_version(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let first = r#"{"id": "a", "title": "A"}
{"id": "b", "title": "B", "fees": "5 €"}"#;
    assert_eq!(counts(&run(&test, jsonl(first)).await.0), [2, 0, 0, 0]);
    assert_eq!(counts(&run(&test, jsonl(first)).await.0), [0, 0, 2, 0]);
    let second = first.replace("5 €", "6 €");
    assert_eq!(counts(&run(&test, jsonl(second)).await.0), [0, 1, 1, 0]);
    let mut db = test.begin_as_system().await;
    let kreis = test.cast.kreis;
    let id = knowledge::find_entry_id(&mut *db, kreis, "b").await.expect("a query").expect("entry b");
    let entry = knowledge::find_entry(&mut db, kreis, kreis, id).await.expect("a query").expect("published");
    assert_eq!((entry.version, entry.author.as_str()), (2, "Kommandozeile"));
    let old = knowledge::find_entry_version(&mut db, kreis, kreis, id, 1).await.expect("a query").expect("kept");
    assert_eq!(old.content.html(Field::Fees).map(ToString::to_string).as_deref(), Some("<p>5 €</p>"));
    let imports: i64 = sqlx::query_scalar("select count(*) from audit where action = 'imported'")
        .fetch_one(&mut *db)
        .await
        .expect("a count");
    assert_eq!(imports, 3);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn import_that_is_not_committed_leaves_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let mut db = test.begin_as_system().await;
    let file =
        (0..1200).map(|n| format!("{{\"id\": \"{n}\", \"title\": \"Eintrag {n}\"}}")).collect::<Vec<_>>().join("\n");
    let now = test.app.clock.now();
    let actor = Actor::command_line();
    let report = import::import(&mut db, test.cast.kreis, jsonl(file), &actor, now, |_| {}).await.expect("an import");
    assert_eq!(report.created, 1200);
    drop(db);
    let mut db = test.begin_as_system().await;
    let left: i64 = sqlx::query_scalar("select (select count(*) from entry) + (select count(*) from entry_change)")
        .fetch_one(&mut *db)
        .await
        .expect("a count");
    assert_eq!(left, 0);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn tables_come_in_every_separator_and_encoding(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let text =
        "id;Titel;Synonyme;Gebühr;links\r\n1;\"Müll; sperrig\";Sperrgut|Möbel;25,00 €;Antrag https://a.example/x\r\n";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let tabs = text.replace(';', "\t").replace("\"Müll\t sperrig\"", "\"Müll; sperrig\"");
    let commas =
        "id,title,synonyms,fees,links\n1,Müll; sperrig,Sperrgut|Möbel,\"25,00 €\",Antrag https://a.example/x\n";
    let excel = format!("sep=;\r\n{text}");
    assert_eq!(counts(&run(&test, csv(text.as_bytes())).await.0), [1, 0, 0, 0]);
    for bytes in [&utf16[..], &marked, &windows, tabs.as_bytes(), commas.as_bytes(), excel.as_bytes()] {
        let (report, rejects) = run(&test, csv(bytes)).await;
        assert_eq!(counts(&report), [0, 0, 1, 0], "{rejects:?}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn broken_tables_lose_only_their_broken_rows(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let table = "id;title;fees\n1;eins;1 €\n2;zu;viele;Spalten\n3;\"nie geschlossen;3 €\n4;vier;4 €\n\n5;\"fünf\nZeilen\";\n;ohne;\n";
    let (report, rejects) = run(&test, csv(table.as_bytes())).await;
    assert_eq!(counts(&report), [3, 0, 0, 3]);
    insta::assert_snapshot!(rejects.join("\n"), @r"
    3: 4 columns, but the header has 3
    4: 2 columns, but the header has 3; is a quote not closed?
    9: id is missing
    ");
    let header = |text: &str| read_table(text.as_bytes()).err().map(|reason| reason.english);
    insta::assert_snapshot!(header("nummer,text\n1,a").unwrap_or_default(), @r#"the header line has no column "title"; with "," as separator it has: id, body"#);
    insta::assert_snapshot!(header("id;title;Titel\n1;a;b").unwrap_or_default(), @r#"the header line names the column "title" twice"#);
    assert!(header("").is_some());
}

/// Pieces of the file end in the middle of letters and of records; a quote that is never closed takes 4 MB at most.
#[test]
fn large_tables_are_read_piece_by_piece() {
    let row = |number: usize| format!("{number};Größe {number};\"Zeile eins\r\n„Zeile zwei“ {}\"\r\n", "ä".repeat(300));
    let rows: String = (1..=20_000).map(row).collect();
    let text = format!("id;title;body\r\n{rows}20001;\"nie geschlossen;x\r\n{}", row(20_002).replace('"', ""));
    let (windows, _, lossy) = encoding_rs::WINDOWS_1252.encode(&text);
    assert!(!lossy);
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (what, bytes) in [("UTF-8", text.as_bytes()), ("Windows", &windows), ("UTF-16", &utf16)] {
        let (mut good, mut bad, mut last) = (0, Vec::new(), 0);
        for line in read_table(bytes).expect("a header line") {
            let line = line.expect("bytes in memory can be read");
            assert!(line.position >= last, "{what}: progress goes on");
            last = line.position;
            match line.said {
                Ok(Said::Record(record)) => {
                    let title = format!("Größe {}", record.id);
                    assert_eq!(record.content.title, title, "{what}");
                    good += 1;
                }
                Ok(Said::Withdrawal(id)) => panic!("a table withdraws nothing, not {id}"),
                Err(reason) => bad.push((line.number, reason.english)),
            }
        }
        assert_eq!(good, 20_001, "{what}");
        assert_eq!(bad.len(), 2, "{what}: {bad:?}");
        assert_eq!(bad[0].0, 40_002, "{what}: {bad:?}");
        assert!(bad[0].1.contains("is a quote not closed?"), "{what}: {bad:?}");
        assert_eq!(usize::try_from(last).ok(), Some(bytes.len()), "{what}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn export_imported_again_changes_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let file = r#"{"id": "1", "title": " Zwei  Leerzeichen ", "format": "html", "body": "<p onclick=x>Text <b>fett</b><script>x</script></p><ul><li>a<ul><li>b</li></ul></li></ul>", "synonyms": ["x", "x", ""], "unit": "Amt", "leika": "99115005104000", "links": [{"label": "", "url": "https://a.example/(b)"}], "valid_from": "2026-01-01"}
{"id": "2", "title": "Klartext", "summary": "Erstens.\n\n- a\n- b\n<b>kein HTML</b>", "appointment": "ohne", "contact": "Markt 1", "forms": "PDF", "internal": "nur hier", "life_situations": ["Umzug"]}"#;
    assert_eq!(counts(&run(&test, jsonl(file)).await.0), [2, 0, 0, 0]);
    assert_eq!(counts(&run(&test, jsonl(export_all(&test).await)).await.0), [0, 0, 2, 0]);
}

async fn export_all(test: &TestApp) -> String {
    let mut db = test.begin_as_system().await;
    let entries = knowledge::list_own_texts(&mut *db, test.cast.kreis, None, 100_000).await.expect("entries");
    let records = entries.iter().map(|entry| match &entry.text {
        LayerText::Whole(content) => serde_json::Value::Object(export::record(&entry.external_id, content)),
        LayerText::Patch(_) => panic!("the Kreis adapts nothing"),
    });
    records.fold(String::new(), |file, record| format!("{file}{record}\n"))
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn real_catalogue_goes_in_with_its_broken_lines_named(options: PgPoolOptions, database: PgConnectOptions) {
    let Ok(catalogue) = std::fs::read_to_string(REAL_CATALOGUE) else {
        println!("{REAL_CATALOGUE} is not here; the import of a real catalogue is not tested");
        return;
    };
    let test = TestApp::start(options, database).await;
    let mut lines: Vec<&str> = catalogue.lines().collect();
    assert_eq!(lines.len(), 1062);
    let broken = ["{", "{\"id\": \"x\"}", "[]", "kein JSON", "{\"id\": \"y\", \"title\": \"\"}"];
    for (index, line) in broken.iter().enumerate() {
        lines.insert(200 * index + 10, line);
    }
    let (report, rejects) = run(&test, jsonl(lines.join("\n"))).await;
    assert_eq!(counts(&report), [1062, 0, 0, 5]);
    let named: Vec<_> = rejects.iter().filter_map(|reject| reject.split(':').next()).collect();
    assert_eq!(named, ["11", "211", "411", "611", "811"]);
    assert_eq!(counts(&run(&test, jsonl(catalogue)).await.0), [0, 0, 1062, 0]);
    assert_eq!(counts(&run(&test, jsonl(export_all(&test).await)).await.0), [0, 0, 1062, 0]);
}
