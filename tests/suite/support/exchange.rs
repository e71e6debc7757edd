//! Files in and out, as the verbs do it.

use std::fs;

use ortsgespraech::audit::Actor;
use ortsgespraech::ids::TenantId;
use ortsgespraech::knowledge::export::{self, ExportFormat, Wish};
use ortsgespraech::knowledge::import::{self, File, Format, Manner, Progress, Report, Source};
use ortsgespraech::knowledge::{self, Content, Entry};
use ortsgespraech::tenants;

use super::TestApp;
use super::catalogue::Scratch;

impl TestApp {
    /// Reads a text as a file of this format; rejects as they are printed.
    pub async fn try_import(
        &self,
        tenant: TenantId,
        format: Format,
        text: impl AsRef<[u8]>,
        manner: Manner,
    ) -> anyhow::Result<(Report, Vec<String>)> {
        let scratch = Scratch::new();
        let path = scratch.path().join("import");
        fs::write(&path, text).expect("a file");
        let mut db = self.begin_as_system().await;
        let (own, towns) = import::list_towns(&mut db, tenant).await?;
        let file = File { path, format }.open(own.as_ref(), &towns)?;
        let mut rejects = Vec::new();
        let watch = |progress: Progress<'_>| {
            if let Progress::Rejected { line, reason } = progress {
                rejects.push(format!("{line}: {}", reason.english));
            }
        };
        let source = Source { format, file_name: "datei" };
        let by = (&Actor::command_line(), self.app.clock.now());
        let report = import::import_from(&mut db, tenant, source, file, manner, by, watch).await?;
        db.commit().await?;
        Ok((report, rejects))
    }

    pub async fn import(&self, tenant: TenantId, format: Format, text: impl AsRef<[u8]>) -> Report {
        let applied = self.try_import(tenant, format, text, Manner::Apply { withdraws: false }).await;
        let (report, rejects) = applied.expect("an import");
        assert_eq!(rejects, Vec::<String>::new());
        report
    }

    pub async fn export(&self, tenant: TenantId, format: ExportFormat, with_internal: bool) -> Vec<u8> {
        let mut db = self.begin_as_system().await;
        let tenant = tenants::find_tenant(&mut *db, tenant).await.expect("a query").expect("a tenant");
        let wish = Wish { tenant: &tenant, with_internal, now: self.app.clock.now() };
        if format == ExportFormat::Package {
            let mut out = std::io::Cursor::new(Vec::new());
            export::write_package(&mut db, &wish, &mut out).await.expect("a package");
            return out.into_inner();
        }
        let mut out = Vec::new();
        export::write_entries(&mut db, &wish, format, &mut out).await.expect("an export");
        out
    }

    /// The published entry with this key.
    pub async fn entry(&self, tenant: TenantId, external_id: &str) -> Option<Entry> {
        let mut db = self.begin_as_system().await;
        let id = knowledge::find_entry_id(&mut *db, tenant, external_id).await.expect("a query")?;
        knowledge::find_entry(&mut db, tenant, tenant, id).await.expect("a query")
    }

    pub async fn content(&self, tenant: TenantId, external_id: &str) -> Content {
        self.entry(tenant, external_id).await.unwrap_or_else(|| panic!("{external_id} is not published")).content
    }

    /// One number out of the database.
    pub async fn number(&self, question: &'static str) -> i64 {
        let mut db = self.begin_as_system().await;
        sqlx::query_scalar(question).fetch_one(&mut *db).await.expect(question)
    }
}

/// Created, updated, unchanged, rejected.
pub fn counts(report: &Report) -> [u64; 4] {
    [report.created, report.updated, report.unchanged, report.rejected]
}
