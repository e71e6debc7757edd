//! Addresses that nobody wrote: whatever stands in a path or a query is not found or makes no difference, never an error of ours.

use chrono::TimeDelta;
use ortsgespraech::web::guard::RouteLine;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::crawler::request;
use crate::support::markup::query_names;
use crate::support::site::{Site, fill, own_path, parameters};

fn garbage() -> Vec<String> {
    let odd = [
        "x",
        "0",
        "-1",
        "1.5",
        "1e5",
        "99999999999999999999",
        "2147483648",
        "9223372036854775808",
        "%00",
        "%ff",
        "%C3%28",
        "%F0%9F%98%80",
        "%27",
        "%22",
        "%25",
        "%2F",
        "..%2F..%2Fetc",
        "%3Cscript%3E",
        "%0d%0aset-cookie:a",
        "NULL",
        "2026-13-45",
        "+",
        "%E2%80%AE",
    ];
    odd.map(str::to_owned).into_iter().chain(["7".repeat(10_000), "ä".repeat(5_000)]).collect()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn garbage_in_a_path_is_not_found(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    for line in Site::routes() {
        let client = site.allowed(&site.b, line.permission).await;
        for garbled in parameters(line.path) {
            for value in garbage() {
                let path =
                    fill(line.path, |name| if name == garbled { value.clone() } else { site.b.value(line.path, name) });
                if line.path.starts_with("/case/") {
                    // Whoever guesses links has to take their time.
                    site.test.app.clock.advance(TimeDelta::seconds(1));
                }
                let answer = request(&client, &line, &path).await;
                let seen = format!("{} {} answers {}", line.method, beginning(&path), answer.status);
                assert!(!answer.status.is_server_error(), "{seen}");
                if line.method == "GET" && !takes_any_key(line.path, garbled) {
                    assert!(matches!(answer.status.as_u16(), 404 | 410), "{seen}");
                }
            }
        }
    }
}

fn beginning(address: &str) -> &str {
    &address[..address.floor_char_boundary(200)]
}

/// Keys that other programs choose may be any text.
fn takes_any_key(path: &str, name: &str) -> bool {
    name == "external_id" || (path.starts_with("/static") && name == "version")
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn garbage_in_a_query_makes_no_error(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    // Taking back carries what it takes back in its address.
    let reads_query = |line: &&RouteLine| line.method == "GET" || line.path.ends_with("/restoration");
    for line in Site::routes().iter().filter(reads_query) {
        let client = site.allowed(&site.b, line.permission).await;
        let path = own_path(&site.b, line);
        let page = request(&client, line, &path).await;
        let mut names = query_names(&page.body, &path);
        names.extend(documented_names(line.path));
        for name in names {
            for value in garbage() {
                let address = format!("{path}?{name}={value}");
                let answer = request(&client, line, &address).await;
                let seen = format!("{} answers {}", beginning(&address), answer.status);
                assert!(!answer.status.is_server_error(), "{seen}");
            }
        }
        for odd in ["?", "?&&==&", "?q", "?q=a&q=b&page=1&page=2", "?%ff=%ff", "?unbekannt=1"] {
            let answer = request(&client, line, &format!("{path}{odd}")).await;
            assert!(!answer.status.is_server_error(), "{path}{odd} answers {}", answer.status);
        }
    }
}

/// What a program may ask for stands in no form.
fn documented_names(path: &str) -> Vec<String> {
    let names: &[&str] = match path {
        "/api/v1/calls" => &["from", "to", "tenant", "source", "direction", "limit", "cursor"],
        path if path.ends_with("/search") => &["q", "limit", "page", "origin"],
        "/telephony/{source}/queues/restoration" => &["queue", "town", "skill"],
        path if path.ends_with("/restoration") => &["line", "first_day", "last_day", "opens", "closes", "label"],
        "/sign-in" => &["next", "email"],
        _ => &["q", "page"],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}
