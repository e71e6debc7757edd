//! Every form of the site, filled as nobody should: a clear German answer or a sensible result, never an error of ours, and
//! nothing that was typed becomes markup.

use axum::body::Body;
use axum::http::header;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::markup::{Form, forms};
use crate::support::site::{Site, own_path};
use crate::support::{Answer, Client};

const SCRIPT: &str = "<script>alert('Zaunkönig')</script><b onclick=\"alert(1)\">fett</b><img src=x onerror=alert(1)>";
/// How it would look if it were not escaped.
const MARKUP: [&str; 3] = ["<script>alert(", "<b onclick", "<img src=x"];

fn odd_values() -> Vec<String> {
    let odd = [
        "",
        SCRIPT,
        "\u{0}\u{1}\u{8}\u{1b}[31m\u{7f}\u{85}\u{202e}",
        "'; drop table call; -- \" ) or (1=1",
        "+title:(* AND [a TO z]~ \\",
        "99999999999999999999999",
        "-1",
        "1e309",
        "2026-02-30",
        "25:61",
        "\u{1f469}\u{200d}\u{1f692} e\u{301} \u{fb01}",
        "a\r\n\r\nSet-Cookie: x=y",
        "{{ 7 * 7 }}",
    ];
    odd.map(str::to_owned).into_iter().chain(["a".repeat(1_000_000), "ß\n".repeat(20_000)]).collect()
}

/// A form and who has it on the screen.
struct Found {
    client: Client,
    form: Form,
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn no_form_is_broken_by_what_is_typed_into_it(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    let pages = site.pages().await;
    let mut sent = 0;
    for Found { client, form } in every_form(&site, &pages).await {
        for value in odd_values() {
            for index in 0..form.fields.len() {
                let mut fields = form.fields.clone();
                fields[index].1.clone_from(&value);
                let what = format!("{} = {:.60?}", fields[index].0, value);
                assert_sensible(&form, &what, &send(&client, &form, &fields).await);
                sent += 1;
            }
        }
        let everywhere: Vec<_> = form.fields.iter().map(|(name, _)| (name.clone(), SCRIPT.to_owned())).collect();
        assert_sensible(&form, "markup in every field", &send(&client, &form, &everywhere).await);
    }
    println!("{sent} forms sent");
    assert_no_markup(&site, &pages).await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn no_form_is_broken_by_how_it_is_sent(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    let pages = site.pages().await;
    for Found { client, form } in every_form(&site, &pages).await {
        for index in 0..form.fields.len() {
            let mut fields = form.fields.clone();
            let (name, _) = fields.remove(index);
            assert_sensible(&form, &format!("without {name}"), &send(&client, &form, &fields).await);
            fields.extend([(name.clone(), "1".to_owned()), (name.clone(), "2".to_owned())]);
            assert_sensible(&form, &format!("{name} twice"), &send(&client, &form, &fields).await);
            let raw = format!("{name}=%ff%fe%C3%28&%ff=%ff");
            assert_sensible(&form, "bytes that are no text", &send_raw(&client, &form, "", raw).await);
        }
        let unknown = [form.fields.clone(), vec![("unbekannt".to_owned(), "1".to_owned())]].concat();
        assert_sensible(&form, "an unknown field", &send(&client, &form, &unknown).await);
        for (kind, body) in [
            ("application/json", r#"{"name": "x"}"#),
            (
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nx\r\n--x--",
            ),
            ("text/plain", "einfach Text"),
            ("", "%%%&&&==="),
        ] {
            assert_sensible(&form, kind, &send_raw(&client, &form, kind, body.to_owned()).await);
        }
        let huge = send_raw(&client, &form, "", format!("a={}", "a".repeat(10_000_000))).await;
        assert_sensible(&form, "10 MB", &huge);
        let reads_it = !form.fields.is_empty();
        assert!(huge.status.is_client_error() || !reads_it, "{} takes 10 MB: {}", form.action, huge.status);
    }
}

/// The forms of all pages. A POST route without one needs a line in `unseen`, so no form can be forgotten.
async fn every_form(site: &Site, pages: &[(Client, String)]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for (client, path) in pages {
        let page = client.get(path).await;
        for form in forms(&page.body, path).into_iter().filter(|form| form.is_post) {
            // The menu stands on every page, and lists repeat a form for each row.
            if !found.iter().any(|known| known.form == form) {
                found.push(Found { client: client.clone(), form });
            }
        }
    }
    // What programs send has tests of its own.
    for line in Site::routes().iter().filter(|line| line.method == "POST" && !line.path.starts_with("/api/")) {
        if !found.iter().any(|known| is_route(line.path, &known.form.action)) {
            let fields = unseen(line.path).into_iter().map(|name| (name.to_owned(), "1".to_owned())).collect();
            let form = Form { action: own_path(&site.a, line), is_post: true, fields };
            found.push(Found { client: site.allowed(&site.a, line.permission).await, form });
        }
    }
    found.sort_by_key(|found| takes_away(&found.form.action));
    found
}

/// What takes things away comes late and signing out last, so that the others still have something to act on.
fn takes_away(action: &str) -> u8 {
    let late = [
        "deletion",
        "deactivation",
        "withdrawal",
        "removal",
        "session",
        "/end",
        "closing",
        "handover",
        "cancellation",
        "revocation",
    ];
    match action {
        _ if action.starts_with("/sign-") => 3,
        // Whoever is blocked is signed out.
        _ if action.starts_with("/center/team") => 2,
        _ => u8::from(late.iter().any(|word| action.contains(word))),
    }
}

/// Fields of acts that no page shows as a form of its own.
fn unseen(path: &str) -> Vec<&'static str> {
    match path {
        // A search without a hit is reported two seconds after it was typed.
        "/desk/calls/{call}/end"
        | "/desk/misses"
        | "/knowledge/{tenant}/misses"
        | "/desk/calls/{call}/appointments/release" => vec!["q"],
        // Asked while somebody writes, with what stands in the editor's form.
        "/knowledge/{tenant}/remarks" => vec!["title", "summary", "fees", "link_label", "link_url"],
        "/knowledge/{tenant}/entries/{owner}/{entry}/remarks" => vec!["mode_fees", "add_fees", "fees", "stance"],
        // A second button of the list's form, and an undo that stands in a message.
        "/knowledge/{tenant}/keeping/owners" => vec!["entry", "new_owner", "back"],
        // Only where a second person looks at each text.
        "/knowledge/{tenant}/imports/{run}/refusal" => vec!["reason"],
        // Only while a slot is held, or once one was booked and found again.
        "/desk/calls/{call}/appointments/bookings" => {
            vec!["appointment", "channel", "name", "mail", "address", "phone", "check"]
        }
        "/desk/calls/{call}/appointments/cancellation" => vec!["reference", "check"],
        // Only where an office makes none yet.
        "/appointments/{tenant}/offices" => vec!["unit"],
        // Only where the telephone system may be controlled.
        "/desk/calls/{call}/hold" => vec!["q", "goes_on"],
        // What came of a transfer is asked after a call, and a list is written after it was looked at.
        "/desk/transfers/{transfer}/result" => vec!["q", "result"],
        "/directory/{tenant}/exchange/import" => vec!["text"],
        // The page itself saves while somebody writes; the forms beside are the editor's own.
        "/knowledge/{tenant}/entries/{owner}/{entry}/draft" => vec!["version", "revision", "title"],
        "/telephony/{source}/queues/restoration" => vec!["queue", "town", "skill"],
        // Undoing is offered only where something was done, activation only for who is blocked, keeping while somebody types.
        "/telephony/{source}/activation"
        | "/telephony/unassigned/{call}/assignment/withdrawal"
        | "/center/team/{member}/activation"
        | "/desk/after-call/keep"
        // Only of what is withdrawn, or whose base is.
        | "/knowledge/{tenant}/entries/{owner}/{entry}/archive"
        | "/knowledge/{tenant}/entries/{owner}/{entry}/restoration"
        | "/knowledge/{tenant}/entries/{owner}/{entry}/detachment"
        | "/knowledge/{tenant}/entries/{owner}/{entry}/versions/{version}/draft"
        // Only of a case that lies with whoever looks at it, and where the telephone system may be controlled.
        | "/desk/cases/{owner}/{case}/call"
        // And what became of a report is told at a desk without a call.
        | "/desk/gaps/{report}/acknowledgement"
        | "/knowledge/{tenant}/attachments/{owner}/{attachment}/restoration"
        | "/directory/{tenant}/units/{unit}/restoration"
        | "/directory/{tenant}/units/{unit}/exceptions/{unit_exception}/restoration"
        | "/directory/{tenant}/contacts/{contact}/restoration"
        | "/directory/{tenant}/rules/{rule}/restoration"
        | "/knowledge/{tenant}/public/exclusions/{entry}/restoration"
        | "/knowledge/{tenant}/keeping/checks/{batch}/withdrawal"
        | "/knowledge/{tenant}/keeping/owners/{batch}/withdrawal" => Vec::new(),
        "/tenants/{tenant}/closing-days/restoration" => {
            vec!["line", "first_day", "last_day", "opens", "closes", "label"]
        }
        _ => panic!("no page has a form for POST {path}: show it on a page of the tests, or name its fields here"),
    }
}

fn is_route(route: &str, action: &str) -> bool {
    let action = action.split('?').next().unwrap_or_default();
    let (mut route, mut action) = (route.split('/'), action.split('/'));
    loop {
        match (route.next(), action.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if pattern == part || pattern.starts_with('{') => {}
            _ => return false,
        }
    }
}

async fn send(client: &Client, form: &Form, fields: &[(String, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.post(&form.action, &fields).await
}

async fn send_raw(client: &Client, form: &Form, kind: &str, body: String) -> Answer {
    let mut request = client.request("POST", &form.action);
    if !kind.is_empty() {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    client.send(request.body(Body::from(body)).expect("a valid request")).await
}

#[track_caller]
fn assert_sensible(form: &Form, what: &str, answer: &Answer) {
    let seen = format!("{} with {what} answers {}", form.action, answer.status);
    assert!(!answer.status.is_server_error(), "{seen}");
    if answer.status.is_client_error() {
        assert!(answer.body.contains("lang=\"de\""), "{seen}, which is no German page: {}", answer.body);
    }
    let leads_out = answer.location().starts_with("/sign-in") && !form.action.starts_with("/sign-");
    assert!(!leads_out, "{seen} and the person is signed out: later answers prove nothing");
    for markup in MARKUP {
        assert!(!answer.body.contains(markup), "{seen} and shows {markup}");
    }
}

async fn assert_no_markup(site: &Site, pages: &[(Client, String)]) {
    site.test.index().await;
    for (client, path) in pages {
        let page = client.get(path).await;
        assert!(!page.status.is_server_error(), "{path} answers {} after all that", page.status);
        if page.header("content-disposition").is_some_and(|value| value.starts_with("attachment")) {
            // A file that is kept and never shown says what was typed.
            assert!(page.header("content-type").is_some_and(|kind| !kind.contains("html")), "{path} is a page");
            continue;
        }
        for markup in MARKUP {
            assert!(!page.body.contains(markup), "{path} shows {markup}");
        }
    }
}
