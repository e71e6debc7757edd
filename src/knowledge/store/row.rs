//! A row with its layers becomes the entry as it is shown.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::super::{Entry, Merged, merge};
use super::layers::{self, LayerRow};
use crate::ids::{EntryId, TenantId};

pub struct Row {
    pub tenant: TenantId,
    pub id: EntryId,
    pub external_id: String,
    pub version: i32,
    pub is_published: bool,
    pub created_at: DateTime<Utc>,
    pub author: String,
    pub layers: Json<Vec<LayerRow>>,
}

pub async fn into_entry(db: &mut PgConnection, row: Option<Row>) -> sqlx::Result<Option<Entry>> {
    let Some(row) = row else { return Ok(None) };
    let keys: Vec<_> = row.layers.iter().map(LayerRow::key).collect();
    let owners: BTreeMap<_, _> = row.layers.iter().map(LayerRow::owner).collect();
    let Merged { content, composition } = merge(&layers::layers(row.layers.0)?);
    let unit = match &content.unit {
        Some(name) => {
            let tenants: Vec<_> = keys.iter().map(|key| key.tenant).collect();
            layers::find_unit(db, &tenants, name).await?
        }
        None => None,
    };
    let owner = owners.get(&row.tenant).cloned().ok_or(sqlx::Error::RowNotFound)?;
    Ok(Some(Entry {
        tenant: row.tenant,
        tenant_slug: owner.slug,
        tenant_short_name: owner.short_name,
        id: row.id,
        external_id: row.external_id,
        version: row.version,
        is_published: row.is_published,
        content,
        composition,
        owners,
        layers: keys,
        unit,
        published_at: row.created_at,
        author: row.author,
    }))
}
