//! Gaps of a town, one in every state, each with a report of its agent.

use sqlx::PgConnection;

use super::town::Town;

const GAP: &str =
    "insert into gap (tenant_id, key, title, stems, state, outcome, answer, closed_at, closed_by, first_at,
                                    last_at, merged_into)
                   values ($1, $2 || $3, $2, array[$2], $4, case $4 when 'closed' then 'no_error' end, $2,
                           case $4 when 'closed' then now() end, $2, now(), now(), $5) returning id";
const REPORT: &str = "insert into gap_report (tenant_id, gap_id, kind, about, line, at, account_id, told, told_at)
                      select $1, $2, 'missing', $3, $3, now(), id, $3, now() from account where email = $4 returning id";

impl Town {
    pub async fn report_gaps(&mut self, db: &mut PgConnection) {
        let gap = self.insert_gap(db, "", "open", None).await;
        self.keep("gap", gap);
        for (name, state, root) in
            [("similar_gap", "working", None), ("closed_gap", "closed", None), ("merged_gap", "open", Some(gap))]
        {
            let id = self.insert_gap(db, name, state, root).await;
            self.keep(name, id);
        }
        let report: i64 = sqlx::query_scalar(REPORT)
            .bind(self.tenant)
            .bind(gap)
            .bind(self.mark)
            .bind(self.agent)
            .fetch_one(&mut *db)
            .await
            .expect(REPORT);
        self.keep("report", report);
        for insert in [
            "insert into gap_miss (tenant_id, miss_id, counted) select tenant_id, id, count from search_miss where tenant_id = $1",
            "insert into gap_measure (tenant_id, median_ms, calls, counted_at) values ($1, 60000, 7, now())",
        ] {
            sqlx::query(insert).bind(self.tenant).execute(&mut *db).await.expect(insert);
        }
    }

    async fn insert_gap(&self, db: &mut PgConnection, name: &str, state: &str, root: Option<i64>) -> i64 {
        let gap = sqlx::query_scalar(GAP).bind(self.tenant).bind(self.mark).bind(name).bind(state).bind(root);
        gap.fetch_one(db).await.expect(GAP)
    }
}
