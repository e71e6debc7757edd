//! Telephone systems for tests: each with a door, and whoever knocks there.

use ortsgespraech::ids::SourceId;
use ortsgespraech::telephony::{self, Adapter, DoorRules, Way, door_path};

use super::TestApp;

pub struct Door {
    pub source: SourceId,
    pub token: String,
    pub path: String,
}

impl TestApp {
    pub async fn open_door(&self, name: &str, adapter: Adapter) -> Door {
        self.open_door_with(name, adapter, DoorRules::default()).await
    }

    pub async fn open_door_with(&self, name: &str, adapter: Adapter, rules: DoorRules) -> Door {
        let mut db = self.begin_as_system().await;
        let now = self.app.clock.now();
        let source = telephony::insert_source(&mut db, name, adapter, &Way::Door(rules), now).await.expect("a source");
        let token = telephony::insert_token(&mut db, source, now).await.expect("no error").expect("a token");
        db.commit().await.expect("commit");
        Door { source, path: door_path(&token), token }
    }

    /// What was counted at a door of this kind: name, times.
    pub async fn oddities(&self, door: &Door, kind: &str) -> Vec<(String, i64)> {
        sqlx::query_as("select name, times from source_oddity where source_id = $1 and kind = $2 order by 1")
            .bind(door.source)
            .bind(kind)
            .fetch_all(&mut *self.begin_as_system().await)
            .await
            .expect("what was counted")
    }
}
