//! Lists, searches, suggestions, exports and forms: nothing of one town appears in another, whatever is asked for.

use std::collections::BTreeSet;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::crawler::{assert_no_trace, people_of_b, request};
use crate::support::Client;
use crate::support::markup::{forms, query_names};
use crate::support::site::{Site, own_path, percent_encoded};

/// Tables that hold no text of anybody: times, numbers and keys.
const WITHOUT_WORDS: &[&str] = &[
    "account_role",
    "agreement_stage",
    "answering",
    "appointment_type_entry",
    "appointment_type_resource",
    "attachment_content",
    "bulletin_acknowledgement",
    "call_entry",
    "call_event",
    "case_link",
    "desk",
    "directory_revision",
    "editorial",
    "entry_change",
    "entry_keeping",
    "entry_publication",
    "entry_use",
    "keeping_reminder",
    "keeping_rule",
    "knowledge_task",
    "gap_measure",
    "gap_miss",
    "learning_switch",
    "owner_change",
    "service_hours",
    "unit_hours",
    "unit_member",
];

/// Asked for where a page does not say what it can be asked for.
const USUAL_QUERIES: [&str; 14] = [
    "q",
    "page",
    "town",
    "tenant",
    "account",
    "person",
    "line",
    "unit",
    "letter",
    "situation",
    "from",
    "to",
    "panel",
    "cursor",
];

/// The other tests prove nothing about a table in which the town has no row.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn town_of_the_tests_is_marked_in_every_table(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    for (table, rows) in site.test.rows_saying(site.a.tenant, site.a.mark).await {
        assert!(!rows.starts_with("0 rows"), "Town has no row in {table}");
        let is_marked = WITHOUT_WORDS.contains(&table.as_str()) || !rows.ends_with("marked 0");
        assert!(is_marked || table == "knowledge_base", "Town leaves {table} unmarked");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn own_pages_show_no_trace_of_another_town(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    let mut asked = 0;
    for (name, client) in people_of_b(&site).await {
        for line in Site::routes().iter().filter(|line| line.method == "GET") {
            let path = own_path(&site.b, line);
            let page = request(&client, line, &path).await;
            assert_no_trace(&page, &site.a, &format!("{name}: {path}"));
            if !page.status.is_success() {
                continue;
            }
            for query in queries(&site, &query_names(&page.body, &path)) {
                let address = format!("{path}?{query}");
                let page = client.get(&address).await;
                let seen = format!("{name}: {address} answers {}", page.status);
                assert!(!page.status.is_server_error(), "{seen}");
                assert_no_trace(&page, &site.a, &seen);
                asked += 1;
            }
        }
    }
    println!("{asked} questions");
}

/// Every name with every value that means something in Stadt A; never the whole mark, which a page would only repeat.
fn queries(site: &Site, names: &BTreeSet<String>) -> Vec<String> {
    let words = ["zaunkönig", "marke", "stadt-a"].map(str::to_owned);
    let ids = ["entry", "line", "unit", "account", "call"].map(|name| site.a.get(name).to_owned());
    let pair = format!("{}-{}", site.a.tenant, site.a.get("entry"));
    let values: BTreeSet<_> = words.into_iter().chain(ids).chain([site.a.tenant.to_string(), pair]).collect();
    let names: BTreeSet<&str> = names.iter().map(String::as_str).chain(USUAL_QUERIES).collect();
    let query = |name: &&str, value: &String| format!("{}={}", percent_encoded(name), percent_encoded(value));
    names.iter().flat_map(|name| values.iter().map(move |value| query(name, value))).collect()
}

/// The page's own form with references into Stadt A in every field.
#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn forms_cannot_reach_into_another_town(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    let before = site.test.fingerprint(site.a.tenant).await;
    let people = people_of_b(&site).await;
    let mut sent = 0;
    for (name, client) in &people {
        for form in own_forms(&site, client).await {
            for value in references(&site) {
                for index in 0..form.fields.len() {
                    let mut fields = form.fields.clone();
                    fields[index].1.clone_from(&value);
                    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                    let answer = client.post(&form.action, &fields).await;
                    let seen =
                        format!("{name}: {} with {}={value} answers {}", form.action, fields[index].0, answer.status);
                    assert!(!answer.status.is_server_error(), "{seen}");
                    assert_no_trace(&answer, &site.a, &seen);
                    sent += 1;
                }
            }
        }
    }
    assert_eq!(site.test.fingerprint(site.a.tenant).await, before, "somebody of Stadt B changed Stadt A");
    println!("{sent} forms sent");
    for (name, client) in &people {
        for line in Site::routes().iter().filter(|line| line.method == "GET") {
            let path = own_path(&site.b, line);
            assert_no_trace(&client.get(&path).await, &site.a, &format!("{name} afterwards: {path}"));
        }
    }
}

fn references(site: &Site) -> Vec<String> {
    let (tenant, entry, line) = (site.a.tenant, site.a.get("entry"), site.a.get("line"));
    vec![
        site.a.slug.to_owned(),
        tenant.to_string(),
        format!("{tenant}-{entry}"),
        format!("{tenant}-{line}"),
        entry.to_owned(),
        line.to_owned(),
        site.a.get("unit").to_owned(),
        site.a.get("account").to_owned(),
    ]
}

async fn own_forms(site: &Site, client: &Client) -> Vec<crate::support::markup::Form> {
    let mut found = Vec::new();
    for line in Site::routes().iter().filter(|line| line.method == "GET" && !line.path.starts_with("/api/")) {
        let path = own_path(&site.b, line);
        let page = client.get(&path).await;
        let ends_session = |action: &str| action.starts_with("/sign-");
        for form in forms(&page.body, &path).into_iter().filter(|form| form.is_post && !ends_session(&form.action)) {
            if !found.contains(&form) {
                found.push(form);
            }
        }
    }
    found
}
