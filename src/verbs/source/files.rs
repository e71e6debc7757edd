//! `source import`: calls from a file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::Path;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Format, Import, find};
use crate::calls::Intake;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Database, Scope, begin_for};
use crate::telephony::import::{self, Line, Origin, Report};

pub async fn import(config: &Config, job: &Import) -> anyhow::Result<()> {
    let database = Database::open(config.database_url.as_deref(), &config.data_dir()).await?;
    let report = take_over(&database, job).await;
    database.close().await?;
    let Report { accepted, duplicates, rejected } = report?;
    println!("accepted={accepted} duplicates={duplicates} rejected={rejected}");
    Ok(())
}

async fn take_over(database: &Database, job: &Import) -> anyhow::Result<Report> {
    let clock = Clock::system();
    let mut db = begin_for(&database.pool, &Scope::system()).await?;
    let source = find(&mut db, &job.name).await?.id;
    drop(db);
    let lines = read(&job.file, job.format, Origin { source, now: clock.now() })?;
    let bar = progress_bar();
    let intake = Intake::new(database.pool.clone(), clock);
    let report = import::import(&intake, lines, |line, rejected| match rejected {
        Some(reason) => bar.suspend(|| eprintln!("line {line}: {reason}")),
        None => bar.set_position(line),
    });
    let report = report.await?;
    bar.finish_and_clear();
    Ok(report)
}

fn read(path: &Path, format: Format, origin: Origin) -> anyhow::Result<Box<dyn Iterator<Item = Line>>> {
    let source: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(path).with_context(|| format!("cannot read {}", path.display()))?))
    };
    match format {
        Format::QueueLog => Ok(Box::new(import::read_queue_log(source, origin))),
        Format::Csv => Ok(Box::new(import::read_completed(source, origin).map_err(anyhow::Error::msg)?)),
    }
}

fn progress_bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {pos} lines, {elapsed}");
    ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}
