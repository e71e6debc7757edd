//! Real SIP calls on loopback: a telephone exchange (kamailio) that tells a door what happens, callers and a seat (sipp).

use std::path::{Path, PathBuf};
use std::process::{Command as Plain, Stdio};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::catalogue::Scratch;

/// The seat at which every call rings.
pub const SEAT: &str = "Platz-11";
const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/sip");
const DEADLINE: Duration = Duration::from_secs(30);

pub struct Exchange {
    process: Child,
    port: u16,
    seat_port: u16,
    dir: Scratch,
}

/// Who calls, and what both sides do.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    pub caller: &'static str,
    /// How long the caller talks, or rings before giving up; milliseconds.
    pub caller_ms: u32,
    pub seat: &'static str,
    /// How long the seat rings, or talks before it hangs up; milliseconds.
    pub seat_ms: u32,
    pub from: &'static str,
    pub to: &'static str,
    /// One more line of the caller's request.
    pub extra: &'static str,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            caller: "caller",
            caller_ms: 1_000,
            seat: "seat",
            seat_ms: 700,
            from: "06990009777",
            to: "06990009100",
            extra: "Subject: -",
        }
    }
}

impl Exchange {
    /// Tells this door, a whole address, of every call.
    pub async fn start(door: &str) -> Self {
        let dir = Scratch::new();
        let (port, seat_port) = (free_port().await, free_port().await);
        let config = std::fs::read_to_string(Path::new(SCENARIOS).join("exchange.cfg")).expect("its configuration");
        let filled = [("@PORT@", port.to_string()), ("@SEAT_PORT@", seat_port.to_string())]
            .iter()
            .fold(config, |config, (name, value)| config.replace(name, value))
            .replace("@SEAT@", SEAT)
            .replace("@DOOR@", door);
        let path = dir.path().join("exchange.cfg");
        std::fs::write(&path, filled).expect("a file");
        let process = Command::new(program("kamailio"))
            .args(["-DD", "-E", "-f"])
            .arg(&path)
            .arg("-Y")
            .arg(dir.path())
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("kamailio can be started");
        let exchange = Self { process, port, seat_port, dir };
        timeout(DEADLINE, exchange.until_it_answers()).await.expect("kamailio answers");
        exchange
    }

    /// It refuses what it does not know, and by that says that it is there.
    async fn until_it_answers(&self) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        socket.connect(("127.0.0.1", self.port)).await.expect("an address");
        let own = socket.local_addr().expect("an address");
        let question = format!(
            "OPTIONS sip:test@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bKready\r\nFrom: <sip:test@{own}>;tag=1\r\n\
             To: <sip:test@127.0.0.1>\r\nCall-ID: ready@{own}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
        let mut answer = [0; 1024];
        loop {
            let _ = socket.send(question.as_bytes()).await;
            let heard = timeout(Duration::from_millis(100), socket.recv(&mut answer)).await;
            if matches!(heard, Ok(Ok(_))) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// From the first ring until both sides are done.
    pub async fn call(&self, call: Call) {
        let mut seat = self.sipp(call.seat, call.seat_ms, &["-p", &self.seat_port.to_string()]);
        self.until_the_seat_is_there().await;
        let target = format!("127.0.0.1:{}", self.port);
        let more = [target.as_str(), "-s", call.to, "-key", "caller", call.from, "-key", "extra", call.extra];
        let mut caller = self.sipp(call.caller, call.caller_ms, &more);
        for (side, process) in [("the caller", &mut caller), ("the seat", &mut seat)] {
            let ended = timeout(DEADLINE, process.wait()).await.expect("both sides end").expect("a status");
            assert!(ended.success(), "{side} of {call:?} ends with {ended}");
        }
    }

    fn sipp(&self, scenario: &str, milliseconds: u32, more: &[&str]) -> Child {
        Command::new(program("sipp"))
            .arg("-sf")
            .arg(Path::new(SCENARIOS).join(format!("{scenario}.xml")))
            .args(["-i", "127.0.0.1", "-m", "1", "-nostdin", "-timeout", "25", "-d", &milliseconds.to_string()])
            .args(more)
            .current_dir(self.dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("sipp can be started")
    }

    /// Its port is taken as soon as it listens.
    async fn until_the_seat_is_there(&self) {
        let wait = async {
            while UdpSocket::bind(("127.0.0.1", self.seat_port)).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(DEADLINE, wait).await.expect("the seat listens");
    }
}

impl Drop for Exchange {
    /// Asked to end, it takes its own processes with it.
    fn drop(&mut self) {
        if let Some(id) = self.process.id() {
            let _ = Plain::new("kill").arg(id.to_string()).status();
        }
    }
}

async fn free_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    socket.local_addr().expect("an address").port()
}

/// Debian keeps servers where a user's path does not look.
fn program(name: &str) -> PathBuf {
    let aside = Path::new("/usr/sbin").join(name);
    if aside.exists() { aside } else { PathBuf::from(name) }
}
