//! A tenant's rows, table by table, straight from the catalogue: a new table cannot be forgotten.

use std::collections::BTreeMap;

use ortsgespraech::ids::TenantId;
use sqlx::{AssertSqlSafe, PgConnection};

use super::TestApp;

/// Tables whose rows belong to a tenant, each with the condition that finds them.
async fn tables(db: &mut PgConnection) -> Vec<(String, String)> {
    let names: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class join pg_namespace n on n.oid = relnamespace
         join pg_attribute a on a.attrelid = pg_class.oid and attname = 'tenant_id'
         where nspname = 'public' and relkind in ('r', 'p') and not relispartition order by 1",
    )
    .fetch_all(db)
    .await
    .expect("the catalogue");
    let of_tenant = names.into_iter().map(|name| (name, "tenant_id = $1".to_owned()));
    let people = "id in (select account_id from account_role where tenant_id = $1)";
    let others = [("tenant", "id = $1"), ("account", people)].map(|(name, rows)| (name.to_owned(), rows.to_owned()));
    of_tenant.chain(others).collect()
}

impl TestApp {
    /// Count and digest of every table's rows of this tenant: equal means that nothing was changed.
    pub async fn fingerprint(&self, tenant: TenantId) -> BTreeMap<String, String> {
        let digest =
            "count(*)::text || ' rows ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '')";
        self.ask_every_table(tenant, digest).await
    }

    /// Of each table how many rows of this tenant there are and how many of them say this word.
    pub async fn rows_saying(&self, tenant: TenantId, word: &str) -> BTreeMap<String, String> {
        let counts = format!("count(*)::text || ' rows, marked ' || count(*) filter (where t::text like '%{word}%')");
        self.ask_every_table(tenant, &counts).await
    }

    async fn ask_every_table(&self, tenant: TenantId, question: &str) -> BTreeMap<String, String> {
        let mut db = self.begin_as_system().await;
        let mut answers = BTreeMap::new();
        for (table, rows) in tables(&mut db).await {
            let statement = AssertSqlSafe(format!("select {question} from {table} t where {rows}"));
            let answer = sqlx::query_scalar(statement).bind(tenant).fetch_one(&mut *db).await;
            answers.insert(table, answer.expect("an answer"));
        }
        answers
    }
}
