//! `knowledge import`.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::PgConnection;

use super::super::{in_database, tenant_by_slug};
use crate::audit::Actor;
use crate::clock::Clock;
use crate::config::Config;
use crate::knowledge::import::{self, Area, Directory, Line, Manner, Planned, Progress, Report, Source, Step, Town};

/// The last line on standard output is `created=N updated=N unchanged=N rejected=N`. Rejected records are named on
/// standard error with their line and the reason; all others are written, in one transaction. A part that both the file and
/// somebody here changed since the last import stays as it is here, and is named as a conflict.
#[expect(clippy::struct_excessive_bools, reason = "options of a command")]
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
    /// Write nothing: tell what would change, a line for each entry
    #[arg(long)]
    preview: bool,
    /// Keep what was changed here since the last import; this is always so, and the option says it aloud
    #[arg(long)]
    keep_local: bool,
    /// Withdraw entries that the file deletes
    #[arg(long)]
    withdraw: bool,
    /// The file, or - for standard input
    file: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Jsonl,
    Csv,
    Xzufi,
}

pub async fn run(config: &Config, job: &Import) -> anyhow::Result<()> {
    let mut report = None;
    let done = in_database(config, async |db| {
        report = Some(take_over(db, job).await?);
        // Going back with an error is what takes back the transaction.
        if job.preview { Err(Previewed.into()) } else { Ok(()) }
    });
    match done.await {
        Err(error) if error.is::<Previewed>() => {}
        other => other?,
    }
    let Report { created, updated, unchanged, rejected, .. } = report.unwrap_or_default();
    println!("created={created} updated={updated} unchanged={unchanged} rejected={rejected}");
    Ok(())
}

#[derive(Debug, thiserror::Error)]
#[error("only a preview")]
struct Previewed;

async fn take_over(db: &mut PgConnection, job: &Import) -> anyhow::Result<Report> {
    let tenant = tenant_by_slug(&mut *db, &job.tenant).await?.id;
    let (own, towns) = import::list_towns(db, tenant).await?;
    let opened = open(&job.file, job.format, own.as_ref(), &towns)?;
    let bar = progress_bar(opened.size);
    let watch = |progress: Progress<'_>| match progress {
        Progress::Position(position) => bar.set_position(position),
        Progress::Rejected { line, reason } => bar.suspend(|| eprintln!("line {line}: {reason}")),
        Progress::Planned(record) => bar.suspend(|| tell(record, job)),
    };
    let manner = if job.preview { Manner::Preview } else { Manner::Apply { withdraws: job.withdraw } };
    let name = job.file.file_name().map(|name| name.to_string_lossy().into_owned()).filter(|name| name != "-");
    let source = Source { format: opened.format, file_name: name.as_deref().unwrap_or_default() };
    let (actor, now) = (Actor::command_line(), Clock::system().now());
    let file = (opened.lines, opened.directory);
    let report = import::import_from(db, tenant, source, file, manner, (&actor, now), watch).await?;
    bar.finish_and_clear();
    tell_rest(&report, job);
    if job.strict && report.rejected > 0 {
        println!("created=0 updated=0 unchanged=0 rejected={}", report.rejected);
        // An error takes back the whole transaction.
        bail!("nothing was written, because {} records were rejected (--strict)", report.rejected);
    }
    Ok(report)
}

struct Opened {
    lines: Box<dyn Iterator<Item = io::Result<Line>> + Send>,
    directory: Directory,
    format: import::Format,
    /// Where it is known.
    size: Option<u64>,
    /// What standard input said, for a format that is read twice.
    _spool: Option<Spool>,
}

fn open(path: &Path, format: Format, own: Option<&Area>, towns: &[Town]) -> anyhow::Result<Opened> {
    let format = match format {
        Format::Jsonl => import::Format::Jsonl,
        Format::Csv => import::Format::Csv,
        Format::Xzufi => import::Format::Xzufi,
    };
    let is_input = path.as_os_str() == "-";
    if is_input && format == import::Format::Jsonl {
        let lines = Box::new(import::read_jsonl(BufReader::with_capacity(1 << 16, io::stdin())));
        return Ok(Opened { lines, directory: Directory::default(), format, size: None, _spool: None });
    }
    let spool = if is_input { Some(Spool::fill(&mut io::stdin())?) } else { None };
    let path = spool.as_ref().map_or(path, |spool| &spool.0);
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    let (lines, directory) = import::File { path: path.to_owned(), format }.open(own, towns)?;
    Ok(Opened { lines, directory, format, size: Some(size), _spool: spool })
}

/// A temporary file that goes with the command.
struct Spool(PathBuf);

impl Spool {
    fn fill(source: &mut impl Read) -> anyhow::Result<Self> {
        let spool =
            Self(std::env::temp_dir().join(format!("import-{}-{:x}", std::process::id(), rand::random::<u64>())));
        let mut file = File::create_new(&spool.0).with_context(|| format!("cannot write {}", spool.0.display()))?;
        io::copy(source, &mut file)?;
        file.flush()?;
        Ok(spool)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// In a preview every change is a line on standard output; otherwise only what a person has to decide is told.
fn tell(record: &Planned, job: &Import) {
    let conflicts = record.clashes.iter().map(|clash| clash.part.as_str()).collect::<Vec<_>>().join(", ");
    if job.preview && matches!(record.step, Step::Create | Step::Update | Step::Withdraw) {
        println!("{} {} {}", record.outcome(), record.external_id, record.title);
    } else if job.preview && record.step == Step::Keep {
        println!("kept {} {}", record.external_id, record.title);
    }
    if !conflicts.is_empty() {
        eprintln!(
            "line {}: conflict in {conflicts} of \"{}\": what stands here stays",
            record.line, record.external_id
        );
    }
}

fn tell_rest(report: &Report, job: &Import) {
    if !report.unknown_keys.is_empty() {
        let keys: Vec<_> = report.unknown_keys.iter().map(|(key, count)| format!("{key} ({count})")).collect();
        eprintln!("unknown keys left out: {}", keys.join(", "));
    }
    if report.conflicts > 0 {
        eprintln!("entries with conflicts: {}", report.conflicts);
    }
    if report.withdrawals > 0 {
        let what = if job.withdraw { "withdrawn" } else { "would be withdrawn with --withdraw" };
        eprintln!("entries deleted by the file and {what}: {}", report.withdrawals);
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
