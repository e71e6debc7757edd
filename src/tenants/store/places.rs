//! SQL on `place`: towns that are no tenants, whom a caller of a shared line may name.

use sqlx::{PgConnection, PgExecutor};

use crate::ids::TenantId;
use crate::tenants::{NewPlace, Place};

/// What is typed is a postcode or the beginning of a word of the name; names that begin so come first.
pub async fn list_places(db: impl PgExecutor<'_>, typed: &str, limit: i64) -> sqlx::Result<Vec<Place>> {
    sqlx::query_as!(
        Place,
        r#"select id, name, ars, postcodes from place
           where $1 <> '' and (postcodes @> array[$1] or starts_with(lower(name), lower($1))
                               or strpos(lower(name), ' ' || lower($1)) > 0 or strpos(lower(name), '-' || lower($1)) > 0)
           order by lower(name) = lower($1) desc, starts_with(lower(name), lower($1)) desc, length(name), name, id
           limit $2"#,
        typed,
        limit
    )
    .fetch_all(db)
    .await
}

pub async fn find_place(db: impl PgExecutor<'_>, id: i32) -> sqlx::Result<Option<Place>> {
    sqlx::query_as!(Place, "select id, name, ars, postcodes from place where id = $1", id).fetch_optional(db).await
}

/// Kreise in reach, the likeliest for this ARS first: those that share most of its beginning.
pub async fn list_kreise_for(db: impl PgExecutor<'_>, ars: Option<&str>) -> sqlx::Result<Vec<TenantId>> {
    sqlx::query_scalar!(
        r#"select id as "id: TenantId" from tenant where kind = 'kreis'
           order by (select max(common) from generate_series(0, 12) common
                     where left(tenant.ars, common) = left($1, common) and length(tenant.ars) >= common) desc nulls last,
                    id"#,
        ars
    )
    .fetch_all(db)
    .await
}

/// The gazetteer as a whole is what the last file said.
pub async fn replace_places(db: &mut PgConnection, places: &[NewPlace]) -> sqlx::Result<()> {
    sqlx::query!("delete from place").execute(&mut *db).await?;
    let names: Vec<_> = places.iter().map(|place| place.name.clone()).collect();
    let ars: Vec<_> = places.iter().map(|place| place.ars.clone()).collect();
    let postcodes: Vec<_> = places.iter().map(|place| place.postcodes.join(" ")).collect();
    sqlx::query!(
        "insert into place (name, ars, postcodes)
         select name, ars, array_remove(string_to_array(codes, ' '), '')
         from unnest($1::text[], $2::text[], $3::text[]) as given (name, ars, codes)",
        &names,
        &ars as &[Option<String>],
        &postcodes
    )
    .execute(db)
    .await?;
    Ok(())
}
