//! The tenant border: three nets, each tested on its own.

use ortsgespraech::db::{self, Scope};
use sqlx::Row;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;

/// Tables of the program as a whole, without a tenant in them.
const WITHOUT_TENANT: [&str; 5] = ["_sqlx_migrations", "index_epoch", "lexicon_epoch", "source", "call_event_key"];

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn every_table_has_forced_row_level_security(pool: sqlx::PgPool) {
    let open: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class join pg_namespace n on n.oid = relnamespace
         where nspname = 'public' and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)
           and relname <> all ($1) order by 1",
    )
    .bind(&WITHOUT_TENANT[..])
    .fetch_all(&pool)
    .await
    .expect("the catalogue");
    assert_eq!(open, Vec::<String>::new());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn application_role_owns_nothing_and_cannot_bypass(pool: sqlx::PgPool) {
    let row = sqlx::query(
        "select rolsuper or rolbypassrls as too_strong,
                (select count(*) from pg_class where relowner = pg_roles.oid) as owned
         from pg_roles where rolname = 'ortsgespraech_app'",
    )
    .fetch_one(&pool)
    .await
    .expect("the role");
    assert!(!row.get::<bool, _>("too_strong"));
    assert_eq!(row.get::<i64, _>("owned"), 0);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn views_run_with_the_rights_of_who_asks(pool: sqlx::PgPool) {
    let open: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class join pg_namespace n on n.oid = relnamespace
         where nspname = 'public' and (relkind = 'm'
            or relkind = 'v' and not coalesce('security_invoker=true' = any (reloptions), false))",
    )
    .fetch_all(&pool)
    .await
    .expect("the catalogue");
    assert_eq!(open, Vec::<String>::new());
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn sql_without_a_scope_sees_no_row(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    for table in tenant_tables(&test).await {
        let statement = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let rows: i64 = sqlx::query_scalar(statement).fetch_one(&test.app.pool).await.expect("a count");
        assert_eq!(rows, 0, "{table} shows rows without a scope");
    }
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn scope_of_one_tenant_hides_the_others(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let scope = Scope::tenants([test.cast.stadt_b]);
    let mut db = db::begin_for(&test.app.pool, &scope).await.expect("a transaction");
    let names: Vec<String> =
        sqlx::query_scalar("select slug from tenant order by 1").fetch_all(&mut *db).await.expect("tenants");
    assert_eq!(names, ["stadt-b"]);
    let foreign = sqlx::query("update tenant set name = 'fremd' where slug = 'stadt-a'").execute(&mut *db).await;
    assert_eq!(foreign.expect("no error, no row").rows_affected(), 0);
}

async fn tenant_tables(test: &TestApp) -> Vec<String> {
    sqlx::query_scalar(
        "select relname::text from pg_class join pg_namespace n on n.oid = relnamespace
         where nspname = 'public' and relkind in ('r', 'p') and relname <> all ($1) and not relispartition",
    )
    .bind(&WITHOUT_TENANT[..])
    .fetch_all(&test.app.pool)
    .await
    .expect("the catalogue")
}
