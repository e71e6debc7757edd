//! Whose knowledge each tenant reads.

use sqlx::PgExecutor;

use crate::ids::TenantId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeScope {
    pub id: TenantId,
    pub slug: String,
    /// The tenant's own first, then its bases in order.
    pub knowledge: Vec<TenantId>,
}

/// Of all tenants in scope, without the reserved one.
pub async fn list_knowledge_scopes(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<KnowledgeScope>> {
    sqlx::query_as!(
        KnowledgeScope,
        r#"select id as "id: TenantId", slug,
                  array[id] || array(select base_tenant_id from knowledge_base
                                     where tenant_id = tenant.id order by position) as "knowledge!: Vec<TenantId>"
           from tenant where kind <> 'intake'"#
    )
    .fetch_all(db)
    .await
}
