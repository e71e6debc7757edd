//! What a request at a door needs to know, and what is counted there.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::ids::SourceId;
use crate::telephony::Adapter;

/// A door to which a token fits.
#[derive(Debug, Clone)]
pub struct OpenDoor {
    pub source: SourceId,
    pub adapter: Adapter,
    pub signing_secret: Option<String>,
    pub signing_key: Option<String>,
    pub per_second: i32,
    /// The network that knocks may do so.
    pub is_allowed: bool,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// `peer` is the address that knocks. A door with a list of networks stays shut for one that nobody knows.
pub async fn find_open_door(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    peer: Option<String>,
) -> sqlx::Result<Option<OpenDoor>> {
    let row = sqlx::query!(
        r#"select source.id as "id: SourceId", source.adapter, door.signing_secret, door.signing_key, door.per_second,
                  cardinality(door.allowed_networks) = 0
                      or coalesce($2::text::inet <<= any (door.allowed_networks), false) as "is_allowed!",
                  token.last_used_at
           from source_token token
           join source on source.id = token.source_id
           join source_door door on door.source_id = source.id
           where token.token_hash = $1 and token.revoked_at is null and source.active"#,
        token_hash,
        peer,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|row| {
        Some(OpenDoor {
            source: row.id,
            adapter: Adapter::parse(&row.adapter)?,
            signing_secret: row.signing_secret,
            signing_key: row.signing_key,
            per_second: row.per_second,
            is_allowed: row.is_allowed,
            last_used_at: row.last_used_at,
        })
    }))
}

pub async fn touch_token(db: impl PgExecutor<'_>, token_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update source_token set last_used_at = $2 where token_hash = $1", token_hash, now)
        .execute(db)
        .await?;
    Ok(())
}

/// Counts what nobody expected, each name once a call. Beyond 200 names of a kind the rest is counted as one.
pub async fn count_oddities(
    db: impl PgExecutor<'_>,
    source: SourceId,
    kind: &str,
    names: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"insert into source_oddity (source_id, kind, name, times, first_at, last_at)
           select distinct $1, $2, case when known.name is not null or room.left > 0 then sent.name else '…' end,
                  1, $4::timestamptz, $4::timestamptz
           from unnest($3::text[]) as sent (name)
           left join source_oddity known on known.source_id = $1 and known.kind = $2 and known.name = sent.name
           cross join (select 200 - count(*) as left from source_oddity where source_id = $1 and kind = $2) room
           on conflict (source_id, kind, name)
           do update set times = source_oddity.times + 1, last_at = excluded.last_at"#,
        source as SourceId,
        kind,
        names,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
