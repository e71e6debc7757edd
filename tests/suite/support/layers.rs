//! Towns that say something otherwise than their base.

use ortsgespraech::audit::Actor;
use ortsgespraech::ids::{EntryId, TenantId};
use ortsgespraech::knowledge::{self, Adaptation};

use super::TestApp;
use super::cast::insert_tenant;

impl TestApp {
    /// Publishes what the tenant says otherwise about this entry, whoever's it is; again means a new version.
    pub async fn adapt(&self, tenant: TenantId, entry: EntryId, patch: &Adaptation) -> EntryId {
        let mut db = self.begin_as_system().await;
        let now = self.app.clock.now();
        let done = knowledge::publish_adaptation(&mut db, tenant, entry, patch, &Actor::command_line(), now).await;
        db.commit().await.expect("commit");
        done.expect("a query").expect("something to stand on").id
    }

    pub async fn withdraw(&self, tenant: TenantId, entry: EntryId) {
        let mut db = self.begin_as_system().await;
        let done = knowledge::withdraw(&mut db, tenant, entry, &Actor::command_line(), self.app.clock.now()).await;
        db.commit().await.expect("commit");
        assert_eq!(done.expect("a query"), Some(true));
    }

    pub async fn republish(&self, tenant: TenantId, entry: EntryId) {
        let mut db = self.begin_as_system().await;
        let done = knowledge::republish(&mut db, tenant, entry, &Actor::command_line(), self.app.clock.now()).await;
        db.commit().await.expect("commit");
        assert_eq!(done.expect("a query"), Some(true));
    }

    /// A tenant that reads nobody yet.
    pub async fn new_tenant(&self, slug: &str, name: &str, kind: &str) -> TenantId {
        let mut db = self.begin_as_system().await;
        let tenant = insert_tenant(&mut db, slug, name, name, kind, None).await;
        db.commit().await.expect("commit");
        tenant
    }

    /// One more knowledge base, after those that the tenant has.
    pub async fn read_from(&self, reader: TenantId, base: TenantId, topic: Option<&str>) {
        let mut db = self.begin_as_system().await;
        sqlx::query(
            "insert into knowledge_base (tenant_id, position, base_tenant_id, topics)
             select $1, coalesce(max(position), 0) + 1, $2, case when $3::text is not null then array[$3] end
             from knowledge_base where tenant_id = $1",
        )
        .bind(reader.0)
        .bind(base.0)
        .bind(topic)
        .execute(&mut *db)
        .await
        .expect("a knowledge base");
        db.commit().await.expect("commit");
    }
}
