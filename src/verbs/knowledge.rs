//! `knowledge`: a tenant's entries in and out of files.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::PgConnection;

use super::{in_database, tenant_by_slug};
use crate::audit::Actor;
use crate::clock::Clock;
use crate::config::Config;
use crate::knowledge::import::{self, Line, Progress, Report};
use crate::knowledge::{self, export};

#[derive(Debug, clap::Subcommand)]
pub enum KnowledgeVerb {
    /// Take over a file of records; what is new or different is published at once
    Import(Import),
    /// Write a tenant's own published entries, as `import` takes them
    Export(Export),
}

/// The last line on standard output is `created=N updated=N unchanged=N rejected=N`. Rejected records are named on
/// standard error with their line and the reason; all others are written, in one transaction.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// Whose entries they become
    #[arg(long)]
    tenant: String,
    #[arg(long, value_enum)]
    format: Format,
    /// Write nothing and fail when a single record is rejected
    #[arg(long)]
    strict: bool,
    /// The file, or - for standard input
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct Export {
    #[arg(long)]
    tenant: String,
    #[arg(long, value_enum, default_value = "jsonl")]
    format: ExportFormat,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ExportFormat {
    Jsonl,
}

pub async fn run(config: &Config, verb: &KnowledgeVerb) -> anyhow::Result<()> {
    match verb {
        KnowledgeVerb::Import(job) => {
            let report = in_database(config, async |db| run_import(db, job).await).await?;
            let Report { created, updated, unchanged, rejected, .. } = report;
            println!("created={created} updated={updated} unchanged={unchanged} rejected={rejected}");
            Ok(())
        }
        KnowledgeVerb::Export(job) => in_database(config, async |db| run_export(db, job).await).await,
    }
}

async fn run_import(db: &mut PgConnection, job: &Import) -> anyhow::Result<Report> {
    let tenant = tenant_by_slug(&mut *db, &job.tenant).await?.id;
    let (lines, size) = open(&job.file, job.format)?;
    let bar = progress_bar(size);
    let watch = |progress: Progress<'_>| match progress {
        Progress::Position(position) => bar.set_position(position),
        Progress::Rejected { line, reason } => bar.suspend(|| eprintln!("line {line}: {reason}")),
    };
    let now = Clock::system().now();
    let report = import::import(db, tenant, lines, &Actor::command_line(), now, watch).await?;
    bar.finish_and_clear();
    tell_unknown_keys(&report);
    if job.strict && report.rejected > 0 {
        println!("created=0 updated=0 unchanged=0 rejected={}", report.rejected);
        // An error takes back the whole transaction.
        bail!("nothing was written, because {} records were rejected (--strict)", report.rejected);
    }
    Ok(report)
}

type Lines = Box<dyn Iterator<Item = io::Result<Line>> + Send>;

/// The records of the file, and its size where it is known.
fn open(path: &Path, format: Format) -> anyhow::Result<(Lines, Option<u64>)> {
    let (mut source, size): (Box<dyn Read + Send>, _) = if path.as_os_str() == "-" {
        (Box::new(io::stdin()), None)
    } else {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let size = file.metadata()?.len();
        (Box::new(file), Some(size))
    };
    match format {
        Format::Jsonl => Ok((Box::new(import::read_jsonl(BufReader::with_capacity(1 << 16, source))), size)),
        Format::Csv => {
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
            let lines = import::read_csv(&bytes).map_err(|reason| anyhow::anyhow!("line 1: {reason}"))?;
            Ok((Box::new(lines), Some(bytes.len() as u64)))
        }
    }
}

fn progress_bar(size: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = size.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {elapsed}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn tell_unknown_keys(report: &Report) {
    if !report.unknown_keys.is_empty() {
        let keys: Vec<_> = report.unknown_keys.iter().map(|(key, count)| format!("{key} ({count})")).collect();
        eprintln!("unknown keys left out: {}", keys.join(", "));
    }
}

async fn run_export(db: &mut PgConnection, job: &Export) -> anyhow::Result<()> {
    let ExportFormat::Jsonl = job.format;
    let tenant = tenant_by_slug(&mut *db, &job.tenant).await?.id;
    let mut out = BufWriter::new(io::stdout());
    let mut last = None;
    loop {
        let page = knowledge::list_own_published(&mut *db, tenant, last, 500).await?;
        let Some((id, ..)) = page.last() else { break };
        last = Some(*id);
        for (_, external_id, content) in &page {
            serde_json::to_writer(&mut out, &export::record(external_id, content))?;
            out.write_all(b"\n")?;
        }
    }
    Ok(out.flush()?)
}
