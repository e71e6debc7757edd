//! What imports left in a town of the tests.

use sqlx::PgConnection;

use super::town::Town;

impl Town {
    /// A run that was applied and left a conflict, and one that waits as a preview.
    pub async fn import_something(&mut self, db: &mut PgConnection) {
        let run = "insert into import_run (tenant_id, state, format, file_name, created, conflicts, failure, created_at, author)
                   values ($1, 'applied', 'csv', $2, 1, 1, $2, now(), $2) returning id";
        let run = self.insert(db, run).await;
        self.keep("run", run);
        let preview = "insert into import_run (tenant_id, state, format, file_name, withdrawals, created_at, author)
                       values ($1, 'ready', 'csv', $2, 1, now(), $2) returning id";
        let preview = self.insert(db, preview).await;
        self.keep("preview", preview);
        for (insert, run) in [
            ("insert into import_record (tenant_id, run_id, position, line, external_id, title, outcome, reason, entry_id,
                                         version_before, version_after)
              select $1, RUN, 1, 1, $2, $2, 'conflict', $2, id, 1, 2 from entry where tenant_id = $1 and external_id = $2", run),
            ("insert into import_record (tenant_id, run_id, position, line, external_id, title, outcome, content)
              values ($1, RUN, 1, 1, 'neu', $2, 'created', jsonb_build_object('title', $2::text))", preview),
            ("insert into import_conflict (tenant_id, run_id, position, part, base, ours, theirs)
              values ($1, RUN, 1, 'fees', to_jsonb($2::text), to_jsonb($2::text), to_jsonb($2::text || ' anders'))", run),
            ("insert into import_base (tenant_id, entry_id, run_id, content, hash)
              select $1, id, RUN, jsonb_build_object('title', $2::text), content_hash from entry
              where tenant_id = $1 and external_id = $2", run),
            ("insert into import_proposal (tenant_id, run_id, for_tenant_id, external_id, unit_name, address)
              values ($1, RUN, $1, $2, $2, $2)", run),
        ] {
            self.run(db, &insert.replace("RUN", &run.to_string())).await;
        }
    }

    /// By an import of the Kreis: one that waits for a decision and one that was declined.
    pub async fn propose_offices(&mut self, db: &mut PgConnection) {
        let run = "insert into import_run (tenant_id, state, format, file_name, created_at, author)
                   select id, 'applied', 'xzufi', 'kreis.xml', now(), 'Redaktion' from tenant
                   where slug = 'kreis' and $1 > 0 and $2 <> '' returning id";
        let run = self.insert(db, run).await;
        for (number, name) in ["proposal", "declined_proposal"].into_iter().enumerate() {
            let entry = format!(
                "insert into entry (tenant_id, external_id, latest_version, content_hash, created_at, changed_at, title,
                                    sort_key, life_situations)
                 select id, 'stelle-{number}-' || $1::int, 0, '', now(), now(), 'Stelle gesucht', 'stelle gesucht', '{{}}'
                 from tenant where slug = 'kreis' and $2 <> '' returning id"
            );
            let entry = self.insert(db, &entry).await;
            self.keep(name, entry);
            for insert in [
                "insert into entry_version (tenant_id, entry_id, version, title, content, created_at, author)
                 select tenant_id, id, 1, title, jsonb_build_object('title', title), now(), 'Redaktion' from entry
                 where id = ENTRY and $1 > 0 and $2 <> ''",
                "update entry set published_version = 1, latest_version = 1 where id = ENTRY and $1 > 0 and $2 <> ''",
                "insert into import_proposal (tenant_id, run_id, for_tenant_id, external_id, unit_name, address, active)
                 select tenant_id, RUN, $1, external_id, $2, $2, true from entry where id = ENTRY",
            ] {
                let insert = insert.replace("ENTRY", &entry.to_string()).replace("RUN", &run.to_string());
                self.run(db, &insert).await;
            }
        }
        let declined = format!(
            "insert into proposal_decision (tenant_id, by_tenant_id, external_id, unit_name, address, decision, decided_at,
                                            decided_by)
             select $1, tenant_id, external_id, $2, $2, 'declined', now(), $2 from entry where id = {}",
            self.get("declined_proposal")
        );
        self.run(db, &declined).await;
    }
}
