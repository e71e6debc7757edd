//! Every route, opened by those who must not: signed out, and as another town's people.

use ortsgespraech::access::Permission;
use ortsgespraech::web::guard::RouteLine;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::site::{Site, fill, own_path, parameters};
use crate::support::town::Town;
use crate::support::{Answer, Client, cast};

/// Whoever adds a route looks at this table once.
#[test]
fn every_route_names_its_permission() {
    let mut lines: Vec<_> = Site::routes()
        .iter()
        .map(|line| format!("{:4} {} {:?}", line.method.as_str(), line.path, line.permission))
        .collect();
    lines.sort_by(|a, b| a[5..].cmp(&b[5..]));
    insta::assert_snapshot!(lines.join("\n"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn signed_out_person_sees_nothing(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    let nobody = site.test.signed_out();
    for line in Site::routes() {
        let answer = request(&nobody, &line, &own_path(&site.a, &line)).await;
        let seen = format!("{} {} answers {}", line.method, line.path, answer.status);
        assert!(!answer.status.is_server_error(), "{seen}");
        if line.permission == Permission::Public {
            continue;
        }
        if line.path.starts_with("/api/") {
            assert_eq!(answer.status, 401, "{seen}");
        } else {
            assert_eq!(answer.status, 303, "{seen}");
            assert!(answer.location().starts_with("/sign-in"), "{seen}");
        }
        assert_no_trace(&answer, &site.a, &seen);
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn thing_of_another_town_is_as_one_that_does_not_exist(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    let before = site.test.fingerprint(site.a.tenant).await;
    let mut asked = 0;
    for (name, client) in people_of_b(&site).await {
        for line in Site::routes() {
            // An invitation's secret is the permission itself.
            if line.permission == Permission::Public || line.path.starts_with("/api/") != (name == "token") {
                continue;
            }
            for path in foreign_paths(&site, &line) {
                let answer = request(&client, &line, &path).await;
                let seen = format!("{name}: {} {path} answers {}", line.method, answer.status);
                assert_no_trace(&answer, &site.a, &seen);
                assert_hidden(&site, &client, &line, &answer, &seen).await;
                asked += 1;
            }
        }
    }
    assert_eq!(site.test.fingerprint(site.a.tenant).await, before, "somebody of Stadt B changed Stadt A");
    println!("{asked} requests for things of another town");
}

/// 404; 403 only where the person could not do this in the own town either; anything else only if a thing that does not
/// exist gets the very same answer.
async fn assert_hidden(site: &Site, client: &Client, line: &RouteLine, answer: &Answer, seen: &str) {
    match answer.status.as_u16() {
        404 => {}
        403 => {
            let own = request(client, line, &own_path(&site.b, line)).await;
            assert_eq!(own.status, 403, "{seen}, but the person may do this");
        }
        _ => {
            let nowhere =
                fill(line.path, |name| if name == "tenant" { "gibt-es-nicht" } else { "987654321" }.to_owned());
            let nothing = request(client, line, &nowhere).await;
            assert_eq!((answer.status, answer.location()), (nothing.status, nothing.location()), "{seen}");
            assert!(!answer.status.is_success() && !answer.status.is_server_error(), "{seen}");
        }
    }
}

pub async fn people_of_b(site: &Site) -> Vec<(&'static str, Client)> {
    let mut people = Vec::new();
    for email in cast::PEOPLE_OF_B {
        people.push((email, site.test.sign_in(email).await));
    }
    people.push(("token", site.test.with_token(&site.b.token)));
    people
}

/// The route with every mixture of both towns' values that names at least one thing of Stadt A.
fn foreign_paths(site: &Site, line: &RouteLine) -> Vec<String> {
    let names = parameters(line.path);
    let own = own_path(&site.b, line);
    let mixtures = (1..1u32 << names.len()).map(|mixture| {
        let mut index = 0;
        fill(line.path, |name| {
            // A program chooses the keys under which it publishes; they mean nothing to others.
            let is_own_key = line.method == "PUT" && name == "entry";
            let town = if mixture >> index & 1 == 1 && !is_own_key { &site.a } else { &site.b };
            index += 1;
            town.value(line.path, name)
        })
    });
    let mut paths: Vec<_> = mixtures.filter(|path| *path != own).collect();
    paths.dedup();
    if line.method == "PUT" {
        // The key that a program writes to is its own: it names no thing of another town.
        paths.retain(|path| path.contains(site.a.slug));
    }
    paths
}

/// As plainly as the method allows; what the forms carry is another test's matter.
pub async fn request(client: &Client, line: &RouteLine, path: &str) -> Answer {
    match line.method.as_str() {
        "GET" => client.get(path).await,
        "PUT" => client.put_json(path, r#"{"title": "Neuer Titel"}"#).await,
        _ => client.post(path, &[]).await,
    }
}

/// Found words are marked in the middle, so marks do not count.
#[track_caller]
pub fn assert_no_trace(answer: &Answer, town: &Town, seen: &str) {
    let body = answer.body.replace("<mark>", "").replace("</mark>", "");
    assert!(!body.contains(town.mark), "{seen} and shows {}:\n{}", town.mark, around(&body, town.mark));
}

fn around<'a>(body: &'a str, word: &str) -> &'a str {
    let at = body.find(word).unwrap_or_default();
    &body[body.floor_char_boundary(at.saturating_sub(300))..body.ceil_char_boundary(at + 100)]
}
