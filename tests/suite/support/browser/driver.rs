//! chromedriver: one process for the whole test program, on a port of its own.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

const HOW_TO_GET: &str =
    "`make test` installs them on Debian, elsewhere set CHROME=/path/to/chrome and CHROMEDRIVER=/path/to/chromedriver";

/// Statics are never dropped, and a test program may be killed: a shell waits for the end of our pipe, whatever the
/// reason, and then ends chromedriver's process group with every browser in it, and clears the profiles away.
const GUARD: &str = "cat >/dev/null; kill -s KILL -- -$0; sleep 0.2; rm -rf \"$1\"";

pub struct Driver {
    pub url: String,
    pub browser: PathBuf,
    /// Held, so that the guard's pipe stays open and chromedriver can write.
    _held: (ChildStdin, BufReader<ChildStdout>),
}

/// A test program without a browser fails; it never passes by leaving these tests out.
pub static DRIVER: LazyLock<Driver> = LazyLock::new(Driver::start);

impl Driver {
    #[expect(clippy::zombie_processes, reason = "it lives as long as the test program, whose guard ends it")]
    fn start() -> Self {
        let browser = find("CHROME", &["chromium", "chromium-browser", "google-chrome"], "Chromium");
        let program = find("CHROMEDRIVER", &["chromedriver"], "chromedriver");
        let profiles = std::env::temp_dir().join(format!("ortsgespraech-browser-{}", std::process::id()));
        std::fs::create_dir_all(&profiles).expect("a directory for profiles");
        let mut driver = Command::new(program)
            .arg("--port=0")
            .env("TMPDIR", &profiles)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver can be started");
        let pipe = guard(&driver, &profiles);
        let mut output = BufReader::new(driver.stdout.take().expect("a pipe"));
        let url = format!("http://127.0.0.1:{}", read_port(&mut output));
        Self { url, browser, _held: (pipe, output) }
    }
}

fn find(variable: &str, names: &[&str], what: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable).map(PathBuf::from) {
        assert!(path.is_file(), "{variable}={} is no program; {HOW_TO_GET}.", path.display());
        return path;
    }
    let places = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&places).flat_map(|place| names.iter().map(move |name| place.join(name)));
    let found = found.into_iter().find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("The browser tests need Chromium and chromedriver, and {what} is missing: {HOW_TO_GET}.")
    })
}

#[expect(clippy::zombie_processes, reason = "it ends itself after the test program")]
fn guard(driver: &Child, profiles: &Path) -> ChildStdin {
    let mut guard = Command::new("sh")
        .args(["-c", GUARD, &driver.id().to_string()])
        .arg(profiles)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("a shell");
    guard.stdin.take().expect("a pipe")
}

/// "ChromeDriver was started successfully on port 40123."
fn read_port(output: &mut impl BufRead) -> u16 {
    let mut line = String::new();
    while output.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
        let port = line.trim_end().rsplit_once("successfully on port ").and_then(|(_, port)| port.strip_suffix('.'));
        if let Some(port) = port.and_then(|port| port.parse().ok()) {
            return port;
        }
        line.clear();
    }
    panic!("chromedriver ended before it was ready");
}
