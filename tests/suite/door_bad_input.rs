//! Whatever bytes knock: sealed doors open for the right seal alone, and nothing makes an error of ours.

use axum::body::Body;
use ortsgespraech::telephony::{Adapter, DoorRules, is_public_key};
use ring::hmac;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::conventions::{FORM, JSON};
use crate::door::knock;
use crate::support::doors::Door;
use crate::support::{Answer, TestApp};

const CALL: &str = "event=newCall&direction=in&from=4922147109001&to=496990009100&callId=c1";
const SECRET: &str = "ein Geheimnis";
/// Of a key pair made for this test; nobody has its other half any more.
const KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAhHca7yTqfAb5WI3gNbpW
pN/f6VyDwD422Z8BTihpbauC/ggH2TPBvI8/ND7xzBdOyqKD/h2eTVjlJFMskTmD
7+6wzpIdAhqZwVHsqXSKxd/OyIqb1d/j6WDTGBgf5EViHOo7HNfd9rPZKvsqnM0A
opNhJV25ctpBeK4lCzNcRItRo8Zl6kvWKfAiN4kI3kODcy1ruJWA/cRV8Ve61rGF
31S8UmikA6rQjA+7wUjC1qMGwu2/lPIeIxr9wfNU7ZfwN+xXStZvLj5Tr+3Fzzk3
FZY0g0E3p0krnMkVpk70tr+/c8bSOPars0qCKAsZnYByPtnFPms+5bCM9Y8KZslN
cwIDAQAB
-----END PUBLIC KEY-----";
const SAME_KEY: &str = "-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhHca7yTqfAb5WI3gNbpWpN/f6VyDwD422Z8BTihpbauC/ggH2TPB
vI8/ND7xzBdOyqKD/h2eTVjlJFMskTmD7+6wzpIdAhqZwVHsqXSKxd/OyIqb1d/j
6WDTGBgf5EViHOo7HNfd9rPZKvsqnM0AopNhJV25ctpBeK4lCzNcRItRo8Zl6kvW
KfAiN4kI3kODcy1ruJWA/cRV8Ve61rGF31S8UmikA6rQjA+7wUjC1qMGwu2/lPIe
Ixr9wfNU7ZfwN+xXStZvLj5Tr+3Fzzk3FZY0g0E3p0krnMkVpk70tr+/c8bSOPar
s0qCKAsZnYByPtnFPms+5bCM9Y8KZslNcwIDAQAB
-----END RSA PUBLIC KEY-----";
/// Of CALL.
const SIGNATURE: &str = "UYKRfSfTh5tsz57B38cmKxgxbo8ED8Msxucl7dlEWC8Wg5pmBy6fpzTUX8q+GgqsAggc7wpRnXxpNpAec+nUkmgDVPfy0NM9jrIsiqV35P+BZrDO32JoF1FVMkTGqRZLHBI/MJBbjec8hjP434kQmeXi+MTADrMSKaOgVv6/VRt7ThJpVP7Z3B4wURsaVdDRstR0QmSqNRAmxxGLZSG5vZWjs6kJ2r+3+PsVE242F8lzn6doAra7+Ken7NLz8RVIqcUgLdW5is8YltDdQtCBcAQi/G8yYYtmMQnhYVN10wEjEUABpB8alVFvJrgmDQ8frwqjLP1owr8T+wwx4fNPLQ==";

fn hmac_of(secret: &str, signed: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    data_encoding::HEXLOWER.encode(hmac::sign(&key, signed.as_bytes()).as_ref())
}

async fn knock_with(test: &TestApp, door: &Door, header: (&str, &str), body: &str) -> Answer {
    let request = test.signed_out().request("POST", &door.path).header(header.0, header.1);
    let request = request.header("content-type", FORM).body(Body::from(body.to_owned()));
    test.signed_out().send(request.expect("a request")).await
}

async fn sealed(test: &TestApp, adapter: Adapter, secret: Option<&str>, key: Option<&str>) -> Door {
    let [signing_secret, signing_key] = [secret, key].map(|text| text.map(str::to_owned));
    let rules = DoorRules { signing_secret, signing_key, ..DoorRules::default() };
    test.open_door_with(&format!("{adapter:?} {}", key.map_or(0, str::len)), adapter, rules).await
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn own_seal_holds_for_five_minutes(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let door = sealed(&test, Adapter::Zammad, Some(SECRET), None).await;
    let now = test.app.clock.now().timestamp();
    let seal = |at: i64, secret: &str, body: &str| format!("t={at},v1={}", hmac_of(secret, &format!("{at}.{body}")));
    for (value, status) in [
        (seal(now, SECRET, CALL), 200),
        (seal(now - 300, SECRET, CALL), 200),
        (seal(now + 300, SECRET, CALL), 200),
        (seal(now, SECRET, CALL).to_uppercase().replace("T=", "t=").replace("V1", "v1"), 200),
        (format!("{},v1=00", seal(now, SECRET, CALL)), 200),
        (seal(now - 301, SECRET, CALL), 401),
        (seal(now + 301, SECRET, CALL), 401),
        (seal(now, "ein anderes", CALL), 401),
        (seal(now, SECRET, "event=hangup&callId=c1"), 401),
        (seal(now, SECRET, CALL).replace("v1", "v0"), 401),
        (format!("t={now},v1="), 401),
        (format!("t=99999999999999999999,v1={}", hmac_of(SECRET, CALL)), 401),
        (format!("t={},v1=00", i64::MAX), 401),
        ("t=,v1=,,==".to_owned(), 401),
    ] {
        let answer = knock_with(&test, &door, ("X-Signature", &value), CALL).await.is(status);
        assert!(status == 200 || answer.json()["detail_en"].as_str().is_some_and(|text| text.contains("signature")));
    }
    knock(&test, &door, FORM, CALL).await.is(401);
    assert_eq!(test.oddities(&door, "refused").await[0].1, 10);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn placetels_seal_is_over_the_raw_body(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let door = sealed(&test, Adapter::Placetel, Some(SECRET), None).await;
    let body = "event=HungUp&call_id=p1&type=missed";
    for (value, status) in [
        (hmac_of(SECRET, body), 200),
        (hmac_of(SECRET, CALL), 401),
        (hmac_of("falsch", body), 401),
        (String::new(), 401),
        ("kein hex".to_owned(), 401),
    ] {
        knock_with(&test, &door, ("X-PLACETEL-SIGNATURE", &value), body).await.is(status);
    }
    knock(&test, &door, FORM, body).await.is(401);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn sipgates_seal_is_checked_with_its_public_key(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let broken = SIGNATURE.replacen('A', "B", 1);
    for key in [KEY, SAME_KEY] {
        let door = sealed(&test, Adapter::Sipgate, None, Some(key)).await;
        for (value, body, status) in [
            (SIGNATURE, CALL, 200),
            (SIGNATURE, "event=hangup&callId=c1", 401),
            (&broken, CALL, 401),
            ("", CALL, 401),
            ("???", CALL, 401),
        ] {
            knock_with(&test, &door, ("X-Sipgate-Signature", value), body).await.is(status);
        }
        knock(&test, &door, FORM, CALL).await.is(401);
    }
    let useless = sealed(&test, Adapter::Sipgate, None, Some("kein Schlüssel")).await;
    knock_with(&test, &useless, ("X-Sipgate-Signature", SIGNATURE), CALL).await.is(401);
}

#[test]
fn only_rsa_keys_are_keys() {
    assert!(is_public_key(KEY) && is_public_key(SAME_KEY));
    assert!(is_public_key(&KEY.replace('\n', "\r\n")));
    let cut = KEY.replacen("MIIBIjANBgkq", "MIIBIj", 1);
    for wrong in ["", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", &cut, &KEY.replace("PUBLIC", "PRIVATE")] {
        assert!(!is_public_key(wrong), "{wrong}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn too_much_at_once_is_refused_before_it_is_read(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    for (adapter, limit) in [
        (Adapter::Zammad, 64 << 10),
        (Adapter::Sipgate, 64 << 10),
        (Adapter::Native, 1 << 20),
        (Adapter::Completed, 1 << 20),
    ] {
        let door = test.open_door(adapter.as_str(), adapter).await;
        let padded = |size: usize| {
            let body = r#"{"event":"hangup","type":"call.ended","callId":"c1","result":"answered","pad":""#;
            format!("{body}{}\"}}", "x".repeat(size - body.len() - 2))
        };
        knock(&test, &door, JSON, padded(limit)).await.is(200);
        let answer = knock(&test, &door, JSON, padded(limit + 1)).await.is(413);
        assert_eq!(answer.json()["detail_en"], "The body is too large.");
        let pieces: Vec<std::io::Result<Vec<u8>>> =
            padded(limit + 1).into_bytes().chunks(1000).map(|piece| Ok(piece.to_vec())).collect();
        knock(&test, &door, JSON, Body::from_stream(futures_util::stream::iter(pieces))).await.is(413);
    }
}

/// Bodies that nobody should send.
fn garbage() -> Vec<Vec<u8>> {
    let call = r#"{"event":"newCall","direction":"in","from":"1","to":"2","callId":"c1","type":"call.started","call_ref":"c1"}"#;
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let mut bodies: Vec<Vec<u8>> = (0..call.len()).step_by(7).map(|end| call.as_bytes()[..end].to_vec()).collect();
    let values = [
        "null",
        "true",
        "{}",
        "[]",
        "[[[]]]",
        "1e999",
        "1e308",
        "-0",
        "99999999999999999999999999",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "\"\\u0000\\u001b[31m\\u202e\"",
        "\"'; drop table call; --\"",
        "\"<script>\"",
        "\"2026-02-30T25:61:00Z\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:60Z\"",
        "\"+262143-12-31T23:59:59Z\"",
        "[\"a\",1,null,{}]",
    ];
    for field in [
        "event",
        "type",
        "callId",
        "call_ref",
        "direction",
        "from",
        "to",
        "user",
        "queue",
        "cause",
        "occurred_at",
        "event_id",
        "started_at",
        "Duration",
        "result",
    ] {
        for value in values {
            let known = call.trim_end_matches('}').replace(&format!("\"{field}\""), "\"sonst\"");
            bodies.push(format!("{known},\"{field}\":{value}}}").into_bytes());
        }
        bodies.push(format!("event=newCall&direction=in&callId=1&{field}={}", "9".repeat(50_000)).into_bytes());
        bodies.push(format!("event=answer&callId=1&{field}=%00%ff%C3%28&{field}[]=%F0%9F%98%80").into_bytes());
    }
    let odd: [&[u8]; 9] = [
        b"",
        b"\0",
        b"\xff\xfe\xfd",
        b"%%%&&&===",
        b"event",
        b"event=",
        b"{\"event\":\xff}",
        b"--x\r\n\r\n--x--",
        deep.as_bytes(),
    ];
    bodies.extend(odd.map(<[u8]>::to_vec));
    bodies
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn no_bytes_make_an_error_of_ours(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let kinds = [JSON, FORM, "multipart/form-data; boundary=x", "multipart/form-data", "text/xml", "", "\u{e4}"];
    for adapter in Adapter::ALL.into_iter().filter(|adapter| !adapter.is_called()) {
        let rules = DoorRules { per_second: 100_000, ..DoorRules::default() };
        let door = test.open_door_with(adapter.as_str(), adapter, rules).await;
        for (index, body) in garbage().into_iter().enumerate() {
            let kind = kinds[index % kinds.len()];
            for kind in [kind, JSON] {
                let answer = knock(&test, &door, kind, body.clone()).await;
                let seen = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
                assert!(matches!(answer.status.as_u16(), 200 | 422), "{adapter:?} {kind}: {seen} {}", answer.status);
                assert!(answer.status != 422 || answer.json()["detail"].is_string(), "{}", answer.body);
            }
        }
        let names: Vec<_> = test.oddities(&door, "event").await.into_iter().map(|(name, _)| name).collect();
        assert!(names.iter().all(|name| !name.contains(char::is_control) && name.chars().count() <= 100), "{names:?}");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn unknown_events_are_counted_up_to_two_hundred_names(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let door = test.open_door("Zentrale", Adapter::Zammad).await;
    for number in 0..203 {
        knock(&test, &door, FORM, format!("event=neu-{number:03}")).await.is(200);
    }
    knock(&test, &door, FORM, "event=neu-007").await.is(200);
    let counted = test.oddities(&door, "event").await;
    assert_eq!(counted.len(), 201);
    let times = |name: &str| counted.iter().find(|(known, _)| known == name).map(|(_, times)| *times);
    assert_eq!((times("neu-007"), times("neu-202"), times("…")), (Some(2), None, Some(3)));
}
