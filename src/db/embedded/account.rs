//! The operating system's account that the server runs as: ours, or as root an unprivileged one, because PostgreSQL refuses root.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, bail, ensure};

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub uid: u32,
    gid: u32,
    /// We are root and change to the account before every command.
    pub switches: bool,
}

impl Account {
    /// An existing cluster keeps its owner; a new one gets ours, or as root the first unprivileged account there is.
    pub fn for_cluster(home: &Path) -> anyhow::Result<Self> {
        let (uid, gid) = own_ids()?;
        let owner = existing_owner(home)?;
        if uid != 0 {
            ensure!(
                owner.is_none_or(|(owner, _)| owner == uid),
                "The database in {} belongs to another user: start as that user or as root.",
                home.display()
            );
            return Ok(Self { uid, gid, switches: false });
        }
        let (uid, gid) = match owner {
            Some(owner) if owner.0 != 0 => owner,
            _ => unprivileged_ids()?,
        };
        Ok(Self { uid, gid, switches: true })
    }

    /// A command of this account, out of reach of the terminal's Ctrl-C and of the caller's PostgreSQL and language settings.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir("/").process_group(0).env("LC_ALL", "C");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        if self.switches {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Gives a file or directory that we made to the account; a symbolic link is never followed.
    pub fn own(&self, path: &Path) -> anyhow::Result<()> {
        if self.switches {
            lchown(path, Some(self.uid), Some(self.gid))
                .with_context(|| format!("cannot give {} to the database server", path.display()))?;
        }
        Ok(())
    }

    pub fn ensure_enters(&self, directory: &Path) -> anyhow::Result<()> {
        let outcome = run(self.command("/bin/sh").args(["-c", "cd \"$0\""]).arg(directory))?;
        ensure!(
            outcome.status.success(),
            "PostgreSQL runs as an unprivileged user, who cannot enter {}: choose another --data-dir or set DATABASE_URL.",
            directory.display()
        );
        Ok(())
    }
}

/// Runs a command to its end and keeps what it printed.
pub(super) fn run(command: &mut Command) -> anyhow::Result<Output> {
    command.output().with_context(|| format!("cannot run {}", command.get_program().to_string_lossy()))
}

fn existing_owner(home: &Path) -> anyhow::Result<Option<(u32, u32)>> {
    match fs::metadata(home) {
        Ok(home) => Ok(Some((home.uid(), home.gid()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot look at {}", home.display())),
    }
}

fn own_ids() -> anyhow::Result<(u32, u32)> {
    Ok((id("-u")?, id("-g")?))
}

fn id(option: &str) -> anyhow::Result<u32> {
    let output = run(Command::new("id").arg(option))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().context("the command id printed no number")
}

fn unprivileged_ids() -> anyhow::Result<(u32, u32)> {
    let accounts = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    match ["postgres", "nobody"].iter().find_map(|name| ids_in(&accounts, name)) {
        Some(ids) => Ok(ids),
        None => bail!("There is no user postgres or nobody for the database server to run as."),
    }
}

fn ids_in(accounts: &str, name: &str) -> Option<(u32, u32)> {
    let fields = accounts
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&name))?;
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}
