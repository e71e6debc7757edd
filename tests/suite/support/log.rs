//! What the program writes into its log, for tests that read it.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;

/// Everything that this thread logs while the value lives.
pub struct Log {
    lines: Lines,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn listen() -> Self {
        let lines = Lines::default();
        let writer = lines.clone();
        let filter = format!("trace,tantivy=info,{}", ortsgespraech::telemetry::WITHOUT_ADDRESSES);
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || writer.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        tracing::info!("it listens");
        Self { lines, _guard: guard }
    }

    /// All lines in small letters; there is at least one.
    pub fn lines(&self) -> String {
        let lines = String::from_utf8_lossy(&self.lines.0.lock().expect("the log")).to_lowercase();
        assert!(lines.contains("it listens"));
        lines
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
