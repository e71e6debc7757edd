//! What `postmaster.pid` tells of the server, and whether that is still true.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

/// It names the socket file; nothing listens on a network port.
pub(super) const PORT: u16 = 5432;

#[derive(Debug)]
pub(super) enum State {
    /// Connections are taken in this directory.
    Ready(PathBuf),
    /// It starts, recovers or stops; another look will tell.
    Changing,
    Down,
}

/// Looks at the server of a cluster, and removes what a crash left of it.
pub(super) fn state(home: &Path) -> anyhow::Result<State> {
    let file = home.join("postmaster.pid");
    let text = match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(State::Down),
        text => text.with_context(|| format!("cannot read {}", file.display()))?,
    };
    let Some(note) = Note::read(&text) else { return unreadable(&file) };
    if !note.is_true(home) {
        note.forget(&file)?;
        return Ok(State::Down);
    }
    Ok(if note.ready { State::Ready(note.socket_dir) } else { State::Changing })
}

pub(super) fn socket_file(directory: &Path) -> PathBuf {
    directory.join(format!(".s.PGSQL.{PORT}"))
}

/// The lines of `postmaster.pid` that we need: process, socket directory, status.
struct Note {
    pid: u32,
    socket_dir: PathBuf,
    ready: bool,
}

impl Note {
    /// The server writes the later lines while it starts, so they may be missing.
    fn read(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().collect();
        let line = |number: usize| lines.get(number - 1).map_or("", |line| line.trim());
        Some(Self {
            // A server in single-user mode notes a negative number.
            pid: line(1).parse::<i32>().ok()?.unsigned_abs(),
            socket_dir: PathBuf::from(line(5)),
            ready: line(8) == "ready",
        })
    }

    /// The socket answers even where another container's process numbers mean nothing here.
    fn is_true(&self, home: &Path) -> bool {
        let command_line = command_line(self.pid).unwrap_or_default();
        command_line.contains(&*home.to_string_lossy()) || UnixStream::connect(socket_file(&self.socket_dir)).is_ok()
    }

    /// PostgreSQL would trust the note when the number belongs to another process of the same user by now.
    fn forget(&self, file: &Path) -> anyhow::Result<()> {
        tracing::warn!("the database server ended without stopping; it recovers now");
        let mut socket_lock = socket_file(&self.socket_dir).into_os_string();
        socket_lock.push(".lock");
        for stale in [file, Path::new(&socket_lock)] {
            match fs::remove_file(stale) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", stale.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A server that starts right now fills the file at once; a crash of the machine may leave it empty for ever.
fn unreadable(file: &Path) -> anyhow::Result<State> {
    let written = fs::metadata(file).and_then(|metadata| metadata.modified());
    let age = written.map(|time| time.elapsed().unwrap_or_default()).unwrap_or_default();
    if age < Duration::from_secs(2) {
        return Ok(State::Changing);
    }
    fs::remove_file(file).with_context(|| format!("cannot remove {}", file.display()))?;
    Ok(State::Down)
}

/// A living process number alone proves nothing: after a restart it may belong to anybody.
fn command_line(pid: u32) -> Option<String> {
    let line = match fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(line) => line,
        Err(_) if Path::new("/proc/self").exists() => return None,
        Err(_) => {
            let pid = pid.to_string();
            Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid]).output().ok()?.stdout
        }
    };
    Some(String::from_utf8_lossy(&line).into_owned())
}
