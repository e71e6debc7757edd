//! Runs another command with a database of its own, as the test suite needs it.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use anyhow::Context;
use sqlx::{Connection, PgConnection};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::Launch;
use crate::db::bootstrap;

/// Where the command's database lives.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// The program's own database, shared with a running `serve`.
    DataDir(&'a Path),
    /// A new one, as safe as the real one, removed at the end: for benchmarks.
    Temporary,
    /// A new one, quick instead of safe, removed at the end.
    ForTests,
}

/// Runs `command` with DATABASE_URL set and answers its exit code.
pub async fn run_with_database(place: Place<'_>, command: &[OsString]) -> anyhow::Result<u8> {
    let temporary = TemporaryDirectory::new();
    let launch = match place {
        Place::DataDir(data_dir) => Launch::new(data_dir),
        Place::Temporary => Launch::new(&temporary.0),
        Place::ForTests => Launch::new(&temporary.0).without_durability(),
    };
    let postgres = launch.start().await?;
    make_application_role(postgres.url()).await?;
    let outcome = run(command, postgres.url()).await;
    postgres.stop().await?;
    outcome.map(exit_code)
}

/// Test databases are made by the test program, whose migrations find the role here.
async fn make_application_role(database_url: &str) -> anyhow::Result<()> {
    let mut owner = PgConnection::connect(database_url).await?;
    bootstrap::ensure_application_role(&mut owner).await?;
    Ok(owner.close().await?)
}

async fn run(command: &[OsString], database_url: &str) -> anyhow::Result<ExitStatus> {
    let (program, arguments) = command.split_first().context("There is no command to run.")?;
    let child = Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", database_url)
        .spawn()
        .with_context(|| format!("cannot run {}", program.to_string_lossy()))?;
    wait(child).await
}

/// Ctrl-C reaches the command from the terminal, so we only wait for its end; a request to terminate reaches us alone.
async fn wait(mut child: Child) -> anyhow::Result<ExitStatus> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    loop {
        tokio::select! {
            status = child.wait() => return Ok(status?),
            _ = interrupt.recv() => {}
            _ = terminate.recv() => child.start_kill()?,
        }
    }
}

/// A command ended by a signal counts as 128 and the signal's number, as in a shell.
fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().unwrap_or(128 + status.signal().unwrap_or_default());
    u8::try_from(code).unwrap_or(1)
}

struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("ortsgespraech-test-{}", std::process::id())))
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        // It may never have been made.
        fs::remove_dir_all(&self.0).ok();
    }
}
