//! Every page as axe sees it, wide, zoomed and narrow, light and dark; none scrolls sideways.
//! With `SCREENSHOTS=1` in the environment each of them is left as a picture in target/screenshots, to be looked at.

use std::fs;

use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::Client;
use crate::support::browser::{Browser, in_chromium};
use crate::support::site::Site;

const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// Width, height, dark.
type Screen = (u32, u32, bool);

/// The usual screen of a desk, by day and by night.
const WIDE: [Screen; 2] = [(1366, 768, false), (1366, 768, true)];
/// The same at 200 % zoom, and the smallest that WCAG asks for.
const NARROW: [Screen; 3] = [(683, 384, false), (320, 640, false), (320, 640, true)];

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_page_passes_axe_at_the_desk(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    look_at_every_page(&site, &WIDE).await;
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_page_passes_axe_when_zoomed_and_narrow(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    look_at_every_page(&site, &NARROW).await;
}

async fn look_at_every_page(site: &Site, screens: &[Screen]) {
    let pages = whole_pages(site).await;
    let axe = axe();
    in_chromium(&site.test, async |browser| {
        let mut findings = Vec::new();
        for (client, path) in &pages {
            browser.become_person(client).await;
            browser.visit(path).await;
            findings.extend(browser.complaints().await.into_iter().map(|line| format!("{path}: {line}")));
            browser.run(&axe, &[]).await;
            for screen in screens {
                findings.extend(look(browser, path, *screen).await);
            }
            // axe tries things out on the page that our content security policy does not allow.
            browser.complaints().await;
        }
        assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    })
    .await;
    println!("{} pages on {} screens", pages.len(), screens.len());
}

/// Those that answer with a whole page. A route that does not answer needs a value in `Town::value`.
async fn whole_pages(site: &Site) -> Vec<(Client, String)> {
    let mut pages = Vec::new();
    for (client, path) in site.pages().await {
        let answer = client.get(&path).await;
        let is_found = answer.status.is_success() || answer.status.is_redirection();
        assert!(is_found, "{path} answers {}: nobody looks at this page", answer.status);
        if answer.status.is_success() && answer.body.starts_with("<!doctype html>") {
            pages.push((client, path));
        }
    }
    pages
}

fn axe() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/node_modules/axe-core/axe.min.js");
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}; `npm ci` installs axe"))
}

const ASK_AXE: &str = "
    const [rules, done] = arguments;
    const named = (node) => `${node.target.join(' ')}  ${node.failureSummary.replaceAll('\\n', ' ')}`;
    document.fonts.ready
        .then(() => axe.run({ runOnly: rules, resultTypes: ['violations'], preload: false }))
        .then(({ violations }) => done(violations.map(({ id, impact, nodes }) =>
            `${id} (${impact}), ${nodes.length} times: ${nodes.slice(0, 3).map(named).join(' | ')}`)))
        .catch((error) => done([String(error)]));";

const ASK_WIDTH: &str = "
    const inside = (element) => element.closest('.table-scroll');
    const wide = [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !inside(element));
    const name = (element) => element.tagName.toLowerCase() + (element.id ? '#' + element.id : '.' + element.className);
    const width = document.scrollingElement.scrollWidth;
    return width > innerWidth ? `is ${width} px wide because of ${wide.slice(0, 3).map(name)}` : null;";

async fn look(browser: &Browser, path: &str, (width, height, dark): Screen) -> Vec<String> {
    browser.set_screen(width, height).await;
    browser.set_dark(dark).await;
    let mut findings: Vec<String> = Vec::new();
    let violations = browser.run_async(ASK_AXE, &[json!(RULES)]).await;
    findings.extend(violations.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    findings.extend(browser.run(ASK_WIDTH, &[]).await.as_str().map(str::to_owned));
    let scheme = if dark { "dark" } else { "light" };
    if std::env::var_os("SCREENSHOTS").is_some() {
        let page = path.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        browser.screenshot(&format!("{width}-{scheme}{page}")).await;
    }
    findings.into_iter().map(|finding| format!("{path} at {width} {scheme}: {finding}")).collect()
}
