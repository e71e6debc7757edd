//! Versions with everything they stand on, as the database hands them over: `version_layers` in the database.

use serde::Deserialize;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;

use super::super::{Adaptation, Content, Layer, LayerKey, LayerText, Owner};
use crate::ids::{EntryId, TenantId, UnitId};

/// One layer in the JSON of a query. The names stand only where somebody reads them.
#[derive(Debug, Deserialize)]
pub struct LayerRow {
    tenant: TenantId,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    short_name: String,
    entry: EntryId,
    version: i32,
    content: Value,
}

impl LayerRow {
    pub fn key(&self) -> LayerKey {
        LayerKey { tenant: self.tenant, entry: self.entry, version: self.version }
    }

    pub fn owner(&self) -> (TenantId, Owner) {
        (self.tenant, Owner { slug: self.slug.clone(), short_name: self.short_name.clone() })
    }
}

/// The last row is whole, the ones above it are patches.
pub fn layers(rows: Vec<LayerRow>) -> sqlx::Result<Vec<Layer>> {
    let last = rows.len().saturating_sub(1);
    let layer = |(place, row): (usize, LayerRow)| {
        Ok(Layer { tenant: row.tenant, text: layer_text(row.content, place != last)? })
    };
    rows.into_iter().enumerate().map(layer).collect()
}

pub fn layer_text(content: Value, is_patch: bool) -> sqlx::Result<LayerText> {
    let text = if is_patch {
        serde_json::from_value::<Adaptation>(content).map(LayerText::Patch)
    } else {
        serde_json::from_value::<Content>(content).map(LayerText::Whole)
    };
    text.map_err(|error| sqlx::Error::Decode(error.into()))
}

/// The text of one version; None: there is no such version, or it may not be read.
pub async fn find_layers(db: &mut PgConnection, key: LayerKey) -> sqlx::Result<Option<Vec<Layer>>> {
    let rows = sqlx::query_scalar!(
        r#"select json_agg(json_build_object('tenant', tenant_id, 'entry', entry_id, 'version', version, 'content', content)
                           order by place) as "layers: Json<Vec<LayerRow>>"
           from version_layers($1, $2, $3)"#,
        key.tenant as TenantId,
        key.entry as EntryId,
        key.version,
    )
    .fetch_one(db)
    .await?;
    rows.map(|rows| layers(rows.0)).transpose()
}

/// The office of this name in the directory of the nearest of these tenants.
pub async fn find_unit(
    db: &mut PgConnection,
    tenants: &[TenantId],
    name: &str,
) -> sqlx::Result<Option<(TenantId, UnitId)>> {
    let row = sqlx::query!(
        r#"select tenant_id as "tenant: TenantId", id as "id: UnitId" from unit
           where tenant_id = any ($1) and name = $2
           order by array_position($1, tenant_id) limit 1"#,
        tenants as &[TenantId],
        name,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.tenant, row.id)))
}
