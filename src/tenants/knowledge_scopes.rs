//! Whose knowledge each tenant reads.

use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::access::KnowledgeSource;
use crate::db::Scope;
use crate::ids::TenantId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeScope {
    pub id: TenantId,
    pub slug: String,
    /// The tenant itself first, then its bases in order.
    pub sources: Vec<KnowledgeSource>,
}

impl KnowledgeScope {
    /// For a program that acts for this tenant.
    pub fn scope(&self) -> Scope {
        let sources: Vec<_> = self.sources.iter().map(|source| source.id).collect();
        Scope::tenants([self.id]).reading(sources)
    }
}

/// Of all tenants in scope, without the reserved one.
pub async fn list_knowledge_scopes(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<KnowledgeScope>> {
    let rows = sqlx::query!(
        r#"select reader.id as "id: TenantId", reader.slug,
                  json_agg(json_build_object('id', owner.id, 'slug', owner.slug, 'short_name', owner.short_name,
                                             'topics', source.topics)
                           order by source.place) as "sources!: Json<Vec<KnowledgeSource>>"
           from tenant reader
           cross join lateral knowledge_sources(reader.id) source
           join tenant owner on owner.id = source.tenant_id
           where reader.kind <> 'intake'
           group by reader.id, reader.slug"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| KnowledgeScope { id: row.id, slug: row.slug, sources: row.sources.0 }).collect())
}
