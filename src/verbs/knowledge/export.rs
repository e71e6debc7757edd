//! `knowledge export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sqlx::PgConnection;

use super::super::{in_database, tenant_by_slug};
use crate::audit::Actor;
use crate::clock::Clock;
use crate::config::Config;
use crate::knowledge::export::{self, ExportFormat, Wish};

#[derive(Debug, clap::Args)]
pub struct Export {
    #[arg(long)]
    tenant: String,
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Format,
    /// Leave out what is written for agents only
    #[arg(long)]
    without_internal: bool,
    /// Where to write; standard output if there is none. A package needs a file
    file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Jsonl,
    Csv,
    Xzufi,
    /// All of it in a ZIP file: entries in every format, adaptations, versions, offices
    Package,
}

pub async fn run(config: &Config, job: &Export) -> anyhow::Result<()> {
    in_database(config, async |db| write(db, job).await).await
}

async fn write(db: &mut PgConnection, job: &Export) -> anyhow::Result<()> {
    let tenant = tenant_by_slug(&mut *db, &job.tenant).await?;
    let now = Clock::system().now();
    let wish = Wish { tenant: &tenant, with_internal: !job.without_internal, now };
    let format = match job.format {
        Format::Jsonl => ExportFormat::Jsonl,
        Format::Csv => ExportFormat::Csv,
        Format::Xzufi => ExportFormat::Xzufi,
        Format::Package => ExportFormat::Package,
    };
    match (format, job.file.as_deref()) {
        (ExportFormat::Package, None) => bail!("a package needs a file to write to: knowledge export ... FILE.zip"),
        (ExportFormat::Package, Some(path)) => export::write_package(db, &wish, BufWriter::new(create(path)?)).await?,
        (_, Some(path)) => into(db, &wish, format, create(path)?).await?,
        (_, None) => into(db, &wish, format, io::stdout()).await?,
    }
    Ok(export::note_export(db, tenant.id, format, wish.with_internal, &Actor::command_line(), now).await?)
}

async fn into(
    db: &mut PgConnection,
    wish: &Wish<'_>,
    format: ExportFormat,
    out: impl Write + Send,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(out);
    export::write_entries(db, wish, format, &mut out).await?;
    Ok(out.flush()?)
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}
