//! SQL on `service_scope` and `agreement_stage`.

use chrono::NaiveDate;
use sqlx::{PgConnection, PgExecutor};

use crate::ids::TenantId;
use crate::tenants::{ANY_TOPIC, Level, STAGES, ServiceLevel, Stage, TopicScope};

/// What the center may say about these topics in this town on a day. Of several topics the most careful one holds; without a
/// topic, or where none has a row, what holds for all others. None: nothing is agreed.
pub async fn service_level(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    topics: &[String],
    today: NaiveDate,
) -> sqlx::Result<Option<ServiceLevel>> {
    let row = sqlx::query!(
        "select stage.stage, stage.is_test, scope.level
         from (select stage, is_test from agreement_stage where tenant_id = $1 and valid_from <= $3
               order by valid_from desc limit 1) stage
         join service_scope scope on scope.tenant_id = $1 and scope.stage = stage.stage
              and (scope.topic = any ($2) or scope.topic = $4)
         order by scope.topic = $4, array_position(array['refer', 'basic', 'full'], scope.level) limit 1",
        tenant as TenantId,
        topics,
        today,
        ANY_TOPIC,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|row| {
        let level = Level::parse(&row.level)?;
        Some(ServiceLevel { stage: row.stage, is_test: row.is_test, level })
    }))
}

pub async fn list_stages(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<Stage>> {
    sqlx::query_as!(
        Stage,
        "select valid_from, stage, is_test from agreement_stage where tenant_id = $1 order by valid_from",
        tenant as TenantId,
    )
    .fetch_all(db)
    .await
}

/// Every topic with a row, by name; '*' is the first.
pub async fn list_service_scope(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<Vec<TopicScope>> {
    let rows = sqlx::query!(
        "select topic, stage, level from service_scope where tenant_id = $1 order by topic <> $2, topic, stage",
        tenant as TenantId,
        ANY_TOPIC,
    )
    .fetch_all(db)
    .await?;
    let mut topics: Vec<TopicScope> = Vec::new();
    for row in rows {
        if topics.last().is_none_or(|last| last.topic != row.topic) {
            topics.push(TopicScope { topic: row.topic, levels: [None; 3] });
        }
        let place = STAGES.iter().position(|stage| *stage == row.stage);
        if let (Some(place), Some(last)) = (place, topics.last_mut()) {
            last.levels[place] = Level::parse(&row.level);
        }
    }
    Ok(topics)
}

/// Two people who save at once do so one after the other.
pub async fn lock_agreement(db: impl PgExecutor<'_>, tenant: TenantId) -> sqlx::Result<()> {
    sqlx::query!("select id from tenant where id = $1 for update", tenant as TenantId).fetch_optional(db).await?;
    Ok(())
}

/// What was agreed instead of what was agreed before.
pub async fn replace_service_scope(
    db: &mut PgConnection,
    tenant: TenantId,
    stages: &[Stage],
    scope: &[TopicScope],
) -> sqlx::Result<()> {
    sqlx::query!("delete from agreement_stage where tenant_id = $1", tenant as TenantId).execute(&mut *db).await?;
    sqlx::query!("delete from service_scope where tenant_id = $1", tenant as TenantId).execute(&mut *db).await?;
    let days: Vec<_> = stages.iter().map(|stage| stage.valid_from).collect();
    let numbers: Vec<_> = stages.iter().map(|stage| stage.stage).collect();
    let tests: Vec<_> = stages.iter().map(|stage| stage.is_test).collect();
    sqlx::query!(
        "insert into agreement_stage (tenant_id, valid_from, stage, is_test)
         select $1, valid_from, stage, is_test from unnest($2::date[], $3::int[], $4::bool[]) as given (valid_from, stage, is_test)",
        tenant as TenantId,
        &days,
        &numbers,
        &tests,
    )
    .execute(&mut *db)
    .await?;
    let (mut topics, mut of_stage, mut levels) = (Vec::new(), Vec::new(), Vec::new());
    for TopicScope { topic, levels: of_topic } in scope {
        for (stage, level) in STAGES.into_iter().zip(of_topic) {
            let Some(level) = level else { continue };
            topics.push(topic.clone());
            of_stage.push(stage);
            levels.push(level.as_str().to_owned());
        }
    }
    sqlx::query!(
        "insert into service_scope (tenant_id, topic, stage, level)
         select $1, topic, stage, level from unnest($2::text[], $3::int[], $4::text[]) as given (topic, stage, level)",
        tenant as TenantId,
        &topics,
        &of_stage,
        &levels,
    )
    .execute(db)
    .await?;
    Ok(())
}
