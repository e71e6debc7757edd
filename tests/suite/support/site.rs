//! The whole site with two filled towns: every route, and who may open it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ortsgespraech::access::Permission;
use ortsgespraech::routes;
use ortsgespraech::telephony::Adapter;
use ortsgespraech::web::guard::RouteLine;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::town::Town;
use super::{Client, TestApp, cast, desks};

pub struct Site {
    pub test: TestApp,
    pub a: Town,
    pub b: Town,
    signed_in: RefCell<BTreeMap<&'static str, Client>>,
}

impl Site {
    pub async fn open(options: PgPoolOptions, database: PgConnectOptions) -> Self {
        let test = TestApp::start(options, database).await;
        let a = Town::a(&test).await;
        let b = Town::b(&test).await;
        test.index().await;
        test.learn().await;
        Self { test, a, b, signed_in: RefCell::default() }
    }

    pub fn routes() -> Vec<RouteLine> {
        routes::routes().table().to_vec()
    }

    /// Every GET route for people, opened by somebody who may, and things in other states than the usual.
    pub async fn pages(&self) -> Vec<(Client, String)> {
        let mut pages = Vec::new();
        for line in Self::routes().iter().filter(|line| line.method == "GET" && !line.path.starts_with("/api/")) {
            pages.push((self.allowed(&self.a, line.permission).await, own_path(&self.a, line)));
        }
        let withdrawn = format!("/knowledge/stadt-a/entries/stadt-a/{}", self.a.get("withdrawn"));
        pages.push((self.allowed(&self.a, Permission::EditKnowledge).await, withdrawn));
        let editor = self.allowed(&self.a, Permission::EditKnowledge).await;
        pages.push((editor, "/knowledge/stadt-a/bulletins".to_owned()));
        for name in ["closed_gap", "merged_gap"] {
            let path = format!("/knowledge/stadt-a/gaps/{}", self.a.get(name));
            pages.push((self.allowed(&self.a, Permission::EditKnowledge).await, path));
        }
        let declined = format!("/knowledge/stadt-a/proposals/{}", self.a.get("declined_proposal"));
        pages.push((self.allowed(&self.a, Permission::EditKnowledge).await, declined));
        for name in ["closed_case", "late_case"] {
            let path = format!("/cases/stadt-a/{}", self.a.get(name));
            pages.push((self.allowed(&self.a, Permission::HandleCases).await, path));
        }
        for path in ["/cases?state=all", "/cases?q=gibtesnicht"] {
            pages.push((self.allowed(&self.a, Permission::HandleCases).await, path.to_owned()));
        }
        let unit = self.a.get("unit");
        for path in [
            format!("/directory/stadt-a/units/{unit}"),
            format!("/directory/stadt-a/units/{unit}/hours?kind=opening&intervals=3"),
            "/directory/stadt-a?q=zaunk%C3%B6nigmarke".to_owned(),
            "/directory/stadt-a?state=archived".to_owned(),
        ] {
            pages.push((self.allowed(&self.a, Permission::EditDirectory).await, path));
        }
        let preview = self.a.get("preview");
        for path in ["", "/records/1"].map(|page| format!("/knowledge/stadt-a/imports/{preview}{page}")) {
            pages.push((self.allowed(&self.a, Permission::EditKnowledge).await, path));
        }
        for with_switch in
            ["/knowledge/stadt-a/learned", "/knowledge/stadt-a/public", "/knowledge/stadt-a/tasks?what=drafts"]
        {
            pages.push((self.allowed(&self.a, Permission::ManageTenant).await, with_switch.to_owned()));
        }
        let asterisk = self.a.get("asterisk");
        for path in ["", "/check"].map(|page| format!("/telephony/{asterisk}{page}")) {
            pages.push((self.allowed(&self.a, Permission::ManageCenter).await, path));
        }
        for adapter in Adapter::ALL {
            let path = format!("/telephony/new?adapter={}", adapter.as_str());
            pages.push((self.allowed(&self.a, Permission::ManageCenter).await, path));
        }
        pages.extend(desks::every_state(self).await);
        pages
    }

    /// Somebody of this town, or of the center, whom the route lets in; programs have the town's token.
    pub async fn allowed(&self, town: &Town, permission: Permission) -> Client {
        use Permission as P;
        if permission.token_scopes().is_some() {
            return self.test.with_token(&town.token);
        }
        let email = match permission {
            P::Public => return self.test.signed_out(),
            P::SignedIn | P::UseDesk | P::WatchFigures | P::ReadKnowledge | P::ReadDirectory | P::HandleCases => {
                town.agent
            }
            P::EditKnowledge | P::EditDirectory => town.editor,
            P::ManageTenant | P::ManagePeople | P::ReadAudit => town.admin,
            _ => cast::OPERATOR,
        };
        self.person(email).await
    }

    /// Signed in once for the whole test.
    async fn person(&self, email: &'static str) -> Client {
        if let Some(client) = self.signed_in.borrow().get(email) {
            return client.clone();
        }
        let client = self.test.sign_in(email).await;
        self.signed_in.borrow_mut().insert(email, client.clone());
        client
    }
}

/// The route with this town's things.
pub fn own_path(town: &Town, line: &RouteLine) -> String {
    fill(line.path, |name| town.value(line.path, name))
}

/// The path with its braces filled.
pub fn fill(path: &str, mut value: impl FnMut(&str) -> String) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("a closed brace");
        filled += before;
        filled += &percent_encoded(&value(name.trim_start_matches('*')));
        rest = after;
    }
    filled + rest
}

/// The names in the braces.
pub fn parameters(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name.trim_start_matches('*'))
        .collect()
}

/// What is percent-encoded already stays: broken encodings are sent on purpose.
pub fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
    let bytes =
        text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") });
    bytes.collect()
}
