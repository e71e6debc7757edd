//! SQL on what tenants are to each other: `knowledge_base` and `authority`.

use sqlx::{PgConnection, PgExecutor};

use crate::ids::TenantId;
use crate::tenants::{Authority, Body, KnowledgeBase};

/// In the order in which they are asked.
pub async fn list_knowledge_bases(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<KnowledgeBase>> {
    sqlx::query_as!(
        KnowledgeBase,
        r#"select base_tenant_id as "tenant: TenantId", topics from knowledge_base
           where tenant_id = $1 order by position"#,
        tenant as TenantId
    )
    .fetch_all(db)
    .await
}

pub async fn replace_knowledge_bases(
    db: &mut PgConnection,
    tenant: TenantId,
    bases: &[KnowledgeBase],
) -> sqlx::Result<()> {
    sqlx::query!("delete from knowledge_base where tenant_id = $1", tenant as TenantId).execute(&mut *db).await?;
    for (position, base) in (1..).zip(bases) {
        sqlx::query!(
            "insert into knowledge_base (tenant_id, position, base_tenant_id, topics) values ($1, $2, $3, $4)",
            tenant as TenantId,
            position,
            base.tenant as TenantId,
            base.topics.as_deref(),
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

pub async fn list_authorities(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<Authority>> {
    let rows = sqlx::query!(
        r#"select topic, body_tenant_id as "body_tenant: TenantId", body_name from authority
           where tenant_id = $1 order by topic"#,
        tenant as TenantId
    )
    .fetch_all(db)
    .await?;
    let body = |tenant: Option<TenantId>, name: Option<String>| {
        tenant.map_or_else(|| Body::Named(name.unwrap_or_default()), Body::Tenant)
    };
    Ok(rows.into_iter().map(|row| Authority { topic: row.topic, body: body(row.body_tenant, row.body_name) }).collect())
}

pub async fn replace_authorities(
    db: &mut PgConnection,
    tenant: TenantId,
    authorities: &[Authority],
) -> sqlx::Result<()> {
    sqlx::query!("delete from authority where tenant_id = $1", tenant as TenantId).execute(&mut *db).await?;
    for authority in authorities {
        let (body, name) = match &authority.body {
            Body::Tenant(body) => (Some(*body), None),
            Body::Named(name) => (None, Some(name)),
        };
        sqlx::query!(
            "insert into authority (tenant_id, topic, body_tenant_id, body_name) values ($1, $2, $3, $4)",
            tenant as TenantId,
            authority.topic,
            body as Option<TenantId>,
            name,
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}
