//! The form fields that every feature's templates use, and the pager of lists.

use askama::Template;
use ortsgespraech::web::Pager;
use ortsgespraech::web::forms::{Choice, Difference, Errors, differences};
use ortsgespraech::web::pager::Step;

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% import "web/fields.html" as fields %}
{{ fields::summary(errors) }}
{{ fields::conflict(differences) }}
{{ fields::text("name", "Name", typed, errors, hint = "Wie auf dem Schild") }}
{{ fields::textarea("text", "Text", name, errors, optional = true, rows = 5) }}
{{ fields::number("count", "Zahl", name, errors) }}
{{ fields::date("day", "Tag", name, errors) }}
{{ fields::time("opens", "von", name, errors) }}
{{ fields::password("password", "Passwort", errors) }}
{{ fields::select("kind", "Art", choices, errors) }}
{{ fields::checkbox("active", "aktiv", true, errors) }}
{{ fields::checkboxes("roles", "Rollen", choices, errors) }}
{{ fields::radios("shape", "Form", choices, errors) }}
{{ fields::version(7) }}
{{ fields::actions(cancel = "/zurueck") }}"#
)]
struct EveryField {
    typed: &'static str,
    errors: Errors,
    choices: Vec<Choice>,
    differences: Vec<Difference>,
}

fn every_field(errors: Errors) -> String {
    let choices = vec![Choice::new(1, "Eins", false), Choice::new("zwei", "Zwei", true)];
    let differences = differences([("name", "Name", "alt", "neu"), ("text", "Text", "gleich", "gleich")]);
    EveryField { typed: "<b>Müller</b>", errors, choices, differences }.render().expect("a page")
}

#[test]
fn field_without_mistake_is_plain() {
    let html = every_field(Errors::none());
    assert!(!html.contains("kern-form-input--error") && !html.contains("aria-invalid"));
    assert!(html.contains("&#60;b&#62;Müller") && !html.contains("<b>"), "a value is never markup");
    assert!(html.contains(r#"aria-describedby="name-hint""#));
    assert!(html.contains(r#"<option value="zwei" selected>Zwei</option>"#));
    assert!(html.contains(r#"name="version" value="7""#));
}

#[test]
fn mistake_stands_at_its_field_and_in_the_summary() {
    let mut errors = Errors::none();
    errors.require("text", "", "Der Text");
    errors.require("name", "", "Der Name");
    errors.add("name", "Der Name ist schon vergeben.");
    let html = every_field(errors);
    assert!(html.contains("Bitte 2 Angaben prüfen"));
    assert!(html.contains(r##"<a href="#name">Der Name fehlt.</a>"##));
    assert!(html.contains(r#"aria-describedby="name-hint name-error" aria-invalid="true""#));
    assert!(!html.contains("schon vergeben"), "the first message stands");
}

#[test]
fn conflict_shows_only_what_differs() {
    let html = every_field(Errors::none());
    assert!(html.contains("<td>alt</td><td>neu</td>"));
    assert!(!html.contains("gleich"));
}

#[derive(serde::Serialize)]
struct Filter {
    q: &'static str,
    kind: &'static str,
    page: &'static str,
}

fn pager(q: &'static str, page: &'static str, total: i64) -> Pager {
    Pager::new("/calls", &Filter { q, kind: "", page }, page, total, "Anrufen")
}

#[test]
fn page_links_keep_the_filter() {
    let pager = pager("a & b", "2", 1_062);
    assert_eq!(pager.words(), "51–100 von 1.062 Anrufen");
    assert_eq!(pager.previous().as_deref(), Some("/calls?q=a+%26+b"));
    assert_eq!(pager.next().as_deref(), Some("/calls?q=a+%26+b&page=3"));
    assert_eq!(pager.offset(), 50);
}

#[test]
fn page_beyond_the_end_is_the_last_one() {
    assert_eq!(pager("", "999", 120).offset(), 100);
    assert_eq!(pager("", "-3", 120).offset(), 0);
    assert_eq!(pager("", "abc", 120).offset(), 0);
    assert_eq!(pager("", "7", 0).words(), "0 von 0 Anrufen");
}

#[test]
fn long_list_leaves_gaps_between_page_links() {
    let steps: Vec<String> = pager("", "10", 1_000)
        .steps()
        .into_iter()
        .map(|step| match step {
            Step::Gap => "…".to_owned(),
            Step::Page { number, current, .. } if current => format!("[{number}]"),
            Step::Page { number, .. } => number.to_string(),
        })
        .collect();
    assert_eq!(steps.join(" "), "1 … 8 9 [10] 11 12 … 20");
}
