//! One cluster in a data directory: making it, bringing its server up, shutting it down.

use std::fs::{self, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::Launch;
use super::account::{Account, run};
use super::binaries::{Binaries, cluster_major};
use super::log::Log;
use super::postmaster::{self, State};
use super::socket;

/// The database that holds everything.
pub(super) const DATABASE: &str = "ortsgespraech";

/// The cluster's superuser; only the socket's directory decides who may be it.
pub(super) const SUPERUSER: &str = "postgres";

/// Recovery after a crash replays up to a gigabyte of log.
const PATIENCE: Duration = Duration::from_mins(5);

const SETTINGS: [&str; 8] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "shared_buffers=128MB",
    "max_connections=100",
    "jit=off",
    "random_page_cost=1.1",
    "log_checkpoints=off",
    // The longer form quotes the values of rows, and they may be a caller's number.
    "log_error_verbosity=terse",
];

const WITHOUT_DURABILITY: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// How the name of a cluster begins while `initdb` makes it.
const UNFINISHED: &str = "postgres.new-";

#[derive(Debug)]
pub(super) struct Cluster {
    data_dir: PathBuf,
    home: PathBuf,
    account: Account,
    launch: Launch,
}

impl Cluster {
    pub fn in_data_dir(launch: &Launch) -> anyhow::Result<Self> {
        let created = make_data_dir(&launch.data_dir)?;
        let data_dir =
            fs::canonicalize(&launch.data_dir).with_context(|| format!("cannot find {}", launch.data_dir.display()))?;
        ensure_shell_takes(&data_dir)?;
        let home = data_dir.join("postgres");
        let account = Account::for_cluster(&home)?;
        if created && account.switches {
            // The server only passes through; it cannot list what else is there.
            fs::set_permissions(&data_dir, Permissions::from_mode(0o711))?;
        }
        account.ensure_enters(&data_dir)?;
        Ok(Self { data_dir, home, account, launch: launch.clone() })
    }

    /// A file beside the cluster that belongs to the server's account.
    pub fn file(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.data_dir.join(name);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(error).with_context(|| format!("cannot write {}", path.display()))
            }
            _ => self.account.own(&path).map(|()| path),
        }
    }

    /// Finds the running server or starts it, and tells the directory of its socket.
    pub fn bring_up(&self) -> anyhow::Result<PathBuf> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match postmaster::state(&self.home)? {
                State::Ready(socket_dir) => return Ok(socket_dir),
                State::Changing => thread::sleep(Duration::from_millis(50)),
                State::Down => self.start_server()?,
            }
            let log = self.data_dir.join("postgres.log");
            ensure!(Instant::now() < deadline, "PostgreSQL did not get ready in five minutes: see {}.", log.display());
        }
    }

    pub fn shut_down(&self, socket_dir: &Path) -> anyhow::Result<()> {
        if matches!(postmaster::state(&self.home)?, State::Down) {
            return Ok(());
        }
        let outcome = run(self.pg_ctl("stop")?.args(["-m", "fast"]))?;
        ensure!(outcome.status.success(), "PostgreSQL did not stop: {}", first_line(&outcome));
        socket::remove(socket_dir, &self.home);
        Ok(())
    }

    fn start_server(&self) -> anyhow::Result<()> {
        if cluster_major(&self.home)?.is_none() {
            self.create()?;
        }
        let log = Log::new(self.file("postgres.log")?);
        let socket_dir = socket::directory(&self.home, &self.account)?;
        let mut command = self.pg_ctl("start")?;
        command.arg("-l").arg(&log.path).arg("-o").arg(self.settings(&socket_dir));
        let outcome = run(&mut command)?;
        if outcome.status.success() {
            return Ok(());
        }
        let reason = log.fatal_reasons().pop().unwrap_or_else(|| first_line(&outcome));
        ensure!(log.will_pass(), "PostgreSQL does not start: {reason} (see {}).", log.path.display());
        thread::sleep(Duration::from_millis(200));
        Ok(())
    }

    /// Made under another name first, so that an interrupted `initdb` leaves no half cluster.
    fn create(&self) -> anyhow::Result<()> {
        self.remove_unfinished();
        let unfinished = self.data_dir.join(format!("{UNFINISHED}{}", std::process::id()));
        let binaries = Binaries::find(self.launch.binaries.as_deref(), None)?;
        fs::DirBuilder::new().create(&unfinished).context("cannot write to the data directory")?;
        fs::set_permissions(&unfinished, Permissions::from_mode(0o700))?;
        self.account.own(&unfinished)?;
        let outcome = run(self.initdb(&binaries).arg("-D").arg(&unfinished))?;
        ensure!(outcome.status.success(), "PostgreSQL's initdb failed: {}", first_line(&outcome));
        fs::rename(&unfinished, &self.home).context("cannot name the new database directory")?;
        tracing::info!("made a database with PostgreSQL {} in {}", binaries.major, self.home.display());
        Ok(())
    }

    fn initdb(&self, binaries: &Binaries) -> Command {
        let mut command = self.account.command(binaries.program("initdb"));
        command.args(["--username", SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]);
        // The socket lies in a directory that only the server's account and root can enter.
        command.args(["--auth-local=trust", "--auth-host=reject"]);
        if binaries.major >= 17 {
            // The order of text then outlives an upgrade of the operating system.
            command.args(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
        }
        if !self.launch.durable {
            command.arg("--no-sync");
        }
        command
    }

    fn remove_unfinished(&self) {
        let Ok(entries) = fs::read_dir(&self.data_dir) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                // What cannot be removed does no harm: the next attempt has another name.
                fs::remove_dir_all(entry.path()).ok();
            }
        }
    }

    fn pg_ctl(&self, action: &str) -> anyhow::Result<Command> {
        let major = cluster_major(&self.home)?;
        let binaries = Binaries::find(self.launch.binaries.as_deref(), major)?;
        let mut command = self.account.command(binaries.program("pg_ctl"));
        let patience = PATIENCE.as_secs().to_string();
        command.args([action, "--silent", "--wait", "--timeout", &patience, "-D"]).arg(&self.home);
        Ok(command)
    }

    fn settings(&self, socket_dir: &Path) -> String {
        let quick: &[&str] = if self.launch.durable { &[] } else { &WITHOUT_DURABILITY };
        let place = format!("unix_socket_directories=\"{}\"", socket_dir.display());
        let port = format!("port={}", postmaster::PORT);
        let all = SETTINGS.iter().chain(quick).copied().chain([&*place, &*port]);
        let words: Vec<String> = all.map(|setting| format!("-c {}", shell_quoted(setting))).collect();
        words.join(" ")
    }
}

/// Says whether the directory is new; what was there already keeps its mode.
fn make_data_dir(path: &Path) -> anyhow::Result<bool> {
    if path.is_dir() {
        return Ok(false);
    }
    fs::create_dir_all(path)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o700)))
        .with_context(|| format!("cannot make the data directory {}", path.display()))?;
    Ok(true)
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn first_line(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().find(|line| line.contains("error:")).or(text.lines().next()).unwrap_or_default().to_owned()
}

/// pg_ctl hands its paths to a shell in double quotes.
fn ensure_shell_takes(path: &Path) -> anyhow::Result<()> {
    let special = path.to_string_lossy().contains(['"', '$', '`', '\\']);
    ensure!(!special, "PostgreSQL cannot live in {}: choose a --data-dir without \", $, ` and \\.", path.display());
    Ok(())
}
