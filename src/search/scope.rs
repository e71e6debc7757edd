//! Whose knowledge a program sees when it names a tenant, kept for a moment: searching asks the database nothing else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::app::App;
use crate::db::Scope;
use crate::ids::TenantId;
use crate::tenants::{self, KnowledgeScope};

/// As long as a new knowledge base may stay unnoticed.
const KEPT: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub struct Cache(Mutex<Option<(Instant, Arc<Tenants>)>>);

/// Every tenant with the tenants whose knowledge it reads.
#[derive(Debug)]
pub struct Tenants {
    scopes: Vec<KnowledgeScope>,
    by_slug: HashMap<String, usize>,
    by_id: HashMap<TenantId, usize>,
}

impl Tenants {
    fn new(scopes: Vec<KnowledgeScope>) -> Self {
        let by_slug = scopes.iter().enumerate().map(|(index, scope)| (scope.slug.clone(), index)).collect();
        let by_id = scopes.iter().enumerate().map(|(index, scope)| (scope.id, index)).collect();
        Self { scopes, by_slug, by_id }
    }

    pub fn find(&self, slug: &str) -> Option<&KnowledgeScope> {
        self.by_slug.get(slug).map(|index| &self.scopes[*index])
    }

    pub fn slug(&self, id: TenantId) -> &str {
        self.by_id.get(&id).map_or("", |index| &self.scopes[*index].slug)
    }
}

impl Cache {
    /// A tenant that is not known yet may be new, so it is asked for again.
    pub async fn tenants(&self, app: &App, slug: &str) -> sqlx::Result<Arc<Tenants>> {
        let mut kept = self.0.lock().await;
        if let Some((since, tenants)) = &*kept
            && since.elapsed() < KEPT
            && tenants.find(slug).is_some()
        {
            return Ok(tenants.clone());
        }
        let mut db = app.begin(&Scope::system()).await?;
        let tenants = Arc::new(Tenants::new(tenants::list_knowledge_scopes(&mut *db).await?));
        *kept = Some((Instant::now(), tenants.clone()));
        Ok(tenants)
    }
}
