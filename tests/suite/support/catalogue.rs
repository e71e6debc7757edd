//! Entries for tests: published as a program would, indexed as a server would.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use ortsgespraech::app::App;
use ortsgespraech::audit::Actor;
use ortsgespraech::ids::{EntryId, TenantId};
use ortsgespraech::knowledge::{self, Content, Field, Html, Target};
use ortsgespraech::search::directory::DirectoryFollower;
use ortsgespraech::search::learning::LearningFollower;
use ortsgespraech::search::words::WordFollower;
use ortsgespraech::search::{Follower, Request, Results, SearchIndex};

use super::TestApp;

/// A text with a title; give it more with `content.set`.
pub fn entry(title: &str) -> Content {
    Content { title: title.to_owned(), ..Content::default() }
}

/// A text whose short answer is this.
pub fn answering(title: &str, answer: &str) -> Content {
    let mut content = entry(title);
    content.set(Field::ShortAnswer, Html::from_plain(answer));
    content
}

impl TestApp {
    /// Publishes under this external id: again means a new version.
    pub async fn publish(&self, tenant: TenantId, external_id: &str, content: &Content) -> EntryId {
        let mut db = self.begin_as_system().await;
        let target = Target::External(external_id);
        let now = self.app.clock.now();
        let published = knowledge::publish(&mut db, tenant, target, content, &Actor::command_line(), now).await;
        db.commit().await.expect("commit");
        published.expect("a published entry").id
    }

    /// Publishes entries that are only titles; the title is the external id too.
    pub async fn publish_titles(&self, tenant: TenantId, titles: &[&str]) {
        for title in titles {
            self.publish(tenant, title, &entry(title)).await;
        }
    }

    /// Makes everything published so far searchable, with the towns' own words.
    pub async fn index(&self) {
        Follower::new(&self.app).expect("a writer").catch_up().await.expect("an index");
        WordFollower::new(&self.app).catch_up().await.expect("the towns' words");
        self.index_directory().await;
    }

    /// Makes offices and their people searchable as they are now.
    pub async fn index_directory(&self) {
        DirectoryFollower::new(&self.app).catch_up().await.expect("an index of the directory");
    }

    /// What was answered and forgotten so far counts afterwards.
    pub async fn learn(&self) {
        LearningFollower::new(&self.app).catch_up().await.expect("what was learned");
    }

    /// What an agent of this tenant finds. Every tenant of the cast reads the Kreis.
    pub fn search(&self, tenant: TenantId, query: &str) -> Results {
        let readable: Vec<_> =
            [tenant, self.cast.kreis].into_iter().take(if tenant == self.cast.kreis { 1 } else { 2 }).collect();
        self.app.search.search(&Request::new(query, readable, 20, self.app.clock.now()))
    }

    pub fn titles(&self, tenant: TenantId, query: &str) -> Vec<String> {
        self.search(tenant, query).hits.into_iter().map(|hit| hit.title).collect()
    }

    /// The same program with its index in a directory, as a server has it.
    pub fn with_index_in(&self, dir: &Path) -> App {
        App { search: SearchIndex::open(dir).expect("an index directory"), ..self.app.clone() }
    }
}

/// A directory that goes with the test.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("ortsgespraech-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a directory");
        Self(dir)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
