//! Calls from files: a queue_log, a table of finished calls. A file may be read again after it has grown.

use std::io::BufReader;
use std::path::Path;

use ortsgespraech::calls::{CallResult, Event, Folded, fold};
use ortsgespraech::telephony::asterisk::{Codec, Frame, Translator};
use ortsgespraech::telephony::import::{self, Line, Origin, Report};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio_util::bytes::BytesMut;

use crate::support::TestApp;
use crate::support::app::test_time;
use crate::support::captures::{decode, real_folder};

/// Two calls of a Tuesday morning: one answered after a seat did not pick up, one that gave up; and what cannot be read.
const QUEUE_LOG: &str = "\
1795078800|pbx-1795078799.1|sc-a|NONE|ENTERQUEUE||06990009777|1
1795078806|pbx-1795078799.1|sc-a|Platz-11|RINGNOANSWER|5000
1795078809|pbx-1795078799.1|sc-a|Platz-12|CONNECT|9|pbx-1795078807.3|2
1795078869|pbx-1795078799.1|sc-a|Platz-12|COMPLETECALLER|9|60|1
morgen|pbx-1795078799.9|sc-a|NONE|ENTERQUEUE||06990009777|1
1795078900|pbx-1795078899.7|sc-a|NONE|ENTERQUEUE||anonymous|1
1795078920|pbx-1795078899.7|sc-a|NONE|ABANDON|1|1|20
1795078930|NONE|NONE|NONE|QUEUESTART|
";

const TABLE: &str = "\
call_ref,to,from,queue,started_at,answered_at,ended_at,wait_ms,talk_ms,result,agent
a1,069 90009-100,069 90009-777,,2026-11-17T09:00:00+01:00,2026-11-17T09:00:12+01:00,2026-11-17T09:02:00+01:00,12000,108000,answered,11
a2,069 90009-100,,sc-a,2026-11-17T09:05:00+01:00,,2026-11-17T09:05:40+01:00,,,abandoned,
a3,069 90009-100,,,gestern,,,,,answered,
a4,069 90009-100,,,2026-11-17T09:05:00+01:00,,,,,vielleicht,
a5,069 90009-778,069 90009-100,,2026-11-17T09:06:00+01:00,,2026-11-17T09:07:00+01:00,,,outbound,11
";

async fn source(options: PgPoolOptions, database: PgConnectOptions) -> (TestApp, Origin) {
    let test = TestApp::start(options, database).await;
    let source = test.insert_source("anlage", "asterisk-ami").await;
    (test, Origin { source, now: test_time() })
}

async fn take(test: &TestApp, lines: impl Iterator<Item = Line>) -> (Report, Vec<(u64, String)>) {
    let mut rejected = Vec::new();
    let watch = |line: u64, reason: Option<&str>| rejected.extend(reason.map(|reason| (line, reason.to_owned())));
    let report = import::import(&test.app.intake, lines, watch).await.expect("taken");
    (report, rejected)
}

type Record = (String, String, Option<i32>, Option<i32>, Option<String>);

async fn records(test: &TestApp) -> Vec<Record> {
    let mut db = test.begin_as_system().await;
    sqlx::query_as(
        "select call_ref, result, wait_ms, talk_ms, agent_seat from call where call_ref is not null order by 1",
    )
    .fetch_all(&mut *db)
    .await
    .expect("calls")
}

fn record(name: &str, result: &str, wait: Option<i32>, talk: Option<i32>, agent: Option<&str>) -> Record {
    (name.to_owned(), result.to_owned(), wait, talk, agent.map(str::to_owned))
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn queue_log_is_taken_once_however_often_it_is_read(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, origin) = source(options, database).await;
    let (report, rejected) = take(&test, import::read_queue_log(QUEUE_LOG.as_bytes(), origin)).await;
    assert_eq!((report.accepted, report.duplicates, report.rejected), (10, 0, 1));
    assert_eq!(rejected, [(5, "'morgen' is no time".to_owned())]);
    let expected = [
        record("pbx-1795078799.1", "answered", Some(9000), Some(60_000), Some("Platz-12")),
        record("pbx-1795078899.7", "abandoned", Some(20_000), None, None),
    ];
    assert_eq!(records(&test).await, expected);
    let (again, _) = take(&test, import::read_queue_log(QUEUE_LOG.as_bytes(), origin)).await;
    assert_eq!((again.accepted, again.duplicates), (0, 10));
    assert_eq!(records(&test).await, expected);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn table_of_finished_calls_is_taken_and_bad_rows_are_named(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, origin) = source(options, database).await;
    let lines = import::read_completed(TABLE.as_bytes(), origin).expect("a header");
    let (report, rejected) = take(&test, lines).await;
    assert_eq!((report.accepted, report.rejected), (3, 2));
    assert_eq!(rejected[0], (4, "started_at: 'gestern' is no RFC 3339 time".to_owned()));
    assert_eq!(rejected[1], (5, "result: 'vielleicht' is not known".to_owned()));
    let expected = [
        record("a1", "answered", Some(12_000), Some(108_000), Some("11")),
        record("a2", "abandoned", Some(40_000), None, None),
        record("a5", "outbound", None, None, Some("11")),
    ];
    assert_eq!(records(&test).await, expected);
    assert!(import::read_completed("number,time\n".as_bytes(), origin).is_err(), "columns are missing");
}

/// What a live capture says, and what is left to say after the queue_log beside it was read too.
fn live_and_with_log(folder: &Path, name: &str, origin: Origin) -> Vec<(Folded, Folded)> {
    let mut bytes = BytesMut::from(&std::fs::read(folder.join(format!("{name}.ami"))).expect("a capture")[..]);
    let mut translator = Translator::new(origin.source, "from-trunk");
    let mut live: Vec<(String, Event)> = Vec::new();
    for frame in decode(&mut Codec::default(), &mut bytes) {
        let Frame::Message(message) = frame else { continue };
        let said = translator.translate(&message, origin.now);
        live.extend(said.and_then(|said| Some((said.call_ref?, said.event))));
    }
    let log = std::fs::File::open(folder.join(format!("{name}.queue_log"))).expect("a log");
    let told = import::read_queue_log(BufReader::new(log), origin).flat_map(|line| line.said.expect("it can be read"));
    let told: Vec<_> = told.filter_map(|said| Some((said.call_ref?, said.event))).collect();
    let mut calls: Vec<String> = live.iter().map(|(call, _)| call.clone()).collect();
    calls.sort_unstable();
    calls.dedup();
    let of = |events: &[(String, Event)], call: &str| -> Vec<Event> {
        events.iter().filter(|(name, _)| name == call).map(|(_, event)| event.clone()).collect()
    };
    let both = calls.iter().filter_map(|call| {
        let seen = of(&live, call);
        let with_log: Vec<Event> = seen.iter().cloned().chain(of(&told, call)).collect();
        Some((fold(&seen)?, fold(&with_log)?))
    });
    both.collect()
}

#[test]
fn queue_log_beside_a_live_connection_adds_nothing() {
    let folder = real_folder();
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("no streams of a real Asterisk in {}; going on without", folder.display());
        return;
    };
    let origin =
        Origin { source: ortsgespraech::ids::SourceId(1), now: "2026-12-31T00:00:00Z".parse().expect("a time") };
    let names = files.filter_map(|file| {
        let name = file.ok()?.file_name().into_string().ok()?;
        name.strip_suffix(".queue_log").map(str::to_owned)
    });
    let mut compared = 0;
    for name in names {
        for (live, with_log) in live_and_with_log(&folder, &name, origin) {
            assert_eq!(live, with_log, "{name}");
            assert_ne!(live.result, CallResult::Open, "{name}");
            compared += 1;
        }
    }
    assert!(compared >= 12, "{compared} calls were compared");
}
