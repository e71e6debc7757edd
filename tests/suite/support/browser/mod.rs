//! Real Chromium against the whole program on a loopback port.

mod driver;
mod keys;
mod look;

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use axum::http::Method;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client as Session, ClientBuilder, Locator};
use futures_util::FutureExt;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use self::driver::DRIVER;
use super::{Client, TestApp, cast};

pub use fantoccini::key::Key;

/// A browser needs a processor of its own to be quick enough for the deadlines.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Longer than any page takes on a busy machine, shorter than anybody's patience.
const DEADLINE: Duration = Duration::from_secs(20);

const FLAGS: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

pub struct Browser {
    session: Session,
    address: String,
    /// Keys pressed so far.
    pressed: std::cell::Cell<usize>,
    server: JoinHandle<()>,
}

/// Lets a test act in a fresh browser. Afterwards nothing may stand in the browser's console, a violated content security
/// policy least of all; a test that fails leaves a picture in target/screenshots.
pub async fn in_chromium(test: &TestApp, act: impl AsyncFnOnce(&Browser)) {
    let _turn = TURNS.acquire().await.expect("nobody closes it");
    in_fresh_browser(test, act).await;
}

/// As `in_chromium`, for two people at once.
pub async fn in_two_chromiums(test: &TestApp, act: impl AsyncFnOnce(&Browser, &Browser)) {
    let _turns = TURNS.acquire_many(2).await.expect("nobody closes it");
    in_fresh_browser(test, async |first| {
        in_fresh_browser(test, async |second| act(first, second).await).await;
    })
    .await;
}

async fn in_fresh_browser(test: &TestApp, act: impl AsyncFnOnce(&Browser)) {
    let browser = Browser::open(test).await;
    let outcome = AssertUnwindSafe(act(&browser)).catch_unwind().await;
    if outcome.is_err() {
        browser.picture_of_failure().await;
    }
    let complaints = browser.complaints().await;
    browser.server.abort();
    browser.session.close().await.ok();
    outcome.unwrap_or_else(|panic| resume_unwind(panic));
    assert!(complaints.is_empty(), "the browser complains:\n{}", complaints.join("\n"));
}

impl Browser {
    async fn open(test: &TestApp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let router = test.router();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        let driver = &*DRIVER;
        let capabilities = json!({
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"binary": driver.browser, "args": FLAGS},
        });
        let session = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().cloned().expect("an object"))
            .connect(&driver.url)
            .await
            .expect("Chromium can be started");
        let browser = Self { session, address, pressed: 0.into(), server };
        browser.set_screen(1366, 768).await;
        browser
    }

    pub async fn visit(&self, path: &str) {
        self.session.goto(&format!("{}{path}", self.address)).await.expect("a page");
    }

    pub async fn reload(&self) {
        self.session.refresh().await.expect("the page again");
    }

    /// Through the form, as the person would.
    pub async fn sign_in(&self, email: &str) {
        self.visit("/sign-in").await;
        for (field, value) in [("email", email), ("password", cast::PASSWORD)] {
            let field = self.session.find(Locator::Css(&format!("form [name={field}]"))).await.expect("a field");
            field.send_keys(value).await.expect("it can be filled");
        }
        self.press(Key::Enter).await;
        self.until("signed in", "location.pathname !== '/sign-in'").await;
    }

    /// Takes over the session of a client that signed in already, or of nobody.
    pub async fn become_person(&self, client: &Client) {
        self.session.delete_all_cookies().await.expect("no cookies");
        if let Some((name, value)) = client.cookie().and_then(|cookie| cookie.split_once('=')) {
            let cookie = json!({"name": name, "value": value, "url": self.address, "httpOnly": true});
            self.chromium("Network.setCookie", cookie).await;
        }
    }

    /// What the script returns; arguments are `arguments[0]` and so on.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.session.execute(script, arguments.to_vec()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// As `run`, for a script that ends by calling its last argument.
    pub async fn run_async(&self, script: &str, arguments: &[Value]) -> Value {
        self.session.execute_async(script, arguments.to_vec()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a JavaScript expression holds. A page on its way out cannot answer; the next one can.
    pub async fn until(&self, what: &str, expression: &str) {
        let script = format!("return Boolean({expression})");
        let end = Instant::now() + DEADLINE;
        loop {
            let answer = self.session.execute(&script, Vec::new()).await;
            if matches!(answer, Ok(Value::Bool(true))) {
                return;
            }
            assert!(Instant::now() < end, "waited in vain: {what} ({expression}); last answer {answer:?}");
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }

    /// Waits until the page shows these words.
    pub async fn until_text(&self, words: &str) {
        let expression = format!("document.body?.innerText.includes({})", json!(words));
        self.until(&format!("the words „{words}“"), &expression).await;
    }

    /// What the first match shows, as a person reads it.
    pub async fn text(&self, css: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.innerText ?? null";
        let text = self.run(script, &[json!(css)]).await;
        text.as_str().unwrap_or_else(|| panic!("nothing is {css}")).trim().to_owned()
    }

    /// A second tab of the same browser; `switch_to` goes back and forth.
    pub async fn open_tab(&self) -> usize {
        let tab = self.session.new_window(true).await.expect("a tab");
        self.session.switch_to_window(tab.handle).await.expect("the tab");
        self.set_screen(1366, 768).await;
        self.session.windows().await.expect("tabs").len() - 1
    }

    pub async fn switch_to(&self, tab: usize) {
        let tabs = self.session.windows().await.expect("tabs");
        self.session.switch_to_window(tabs[tab].clone()).await.expect("the tab");
    }

    /// A command of Chromium's own protocol.
    pub async fn chromium(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.extension("goog/cdp/execute", body).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Errors and warnings of the console since the last time somebody asked.
    pub async fn complaints(&self) -> Vec<String> {
        let lines = self.extension("se/log", json!({"type": "browser"})).await.unwrap_or_default();
        let lines = lines.as_array().cloned().unwrap_or_default();
        let lines = lines.iter().filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING");
        lines.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// A refusal was wanted: nothing but answers with this status may have been complained about so far.
    pub async fn accept_refusal(&self, status: u16) {
        let wanted = format!("responded with a status of {status} ");
        let complaints = self.complaints().await;
        assert!(!complaints.is_empty(), "nothing was refused with {status}");
        assert!(
            complaints.iter().all(|line| line.contains(&wanted)),
            "the browser complains:\n{}",
            complaints.join("\n")
        );
    }

    async fn extension(&self, path: &'static str, body: Value) -> Result<Value, fantoccini::error::CmdError> {
        self.session.issue_cmd(Extension { path, body }).await
    }
}

/// A command that only chromedriver knows.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
