//! The server's log, read for the reason when it does not start.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

pub(super) struct Log {
    pub path: PathBuf,
    /// Bytes written by earlier starts.
    old: u64,
}

impl Log {
    pub fn new(path: PathBuf) -> Self {
        let old = fs::metadata(&path).map_or(0, |file| file.len());
        Self { path, old }
    }

    /// What this start was refused for, oldest first.
    pub fn fatal_reasons(&self) -> Vec<String> {
        let new = self.new_text().unwrap_or_default();
        let reasons = new.lines().filter_map(|line| line.split_once("FATAL:"));
        reasons.map(|(_, reason)| reason.trim().to_owned()).collect()
    }

    fn new_text(&self) -> io::Result<String> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.old))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Processes of a killed server need a moment to notice, and another start may have been quicker.
    pub fn will_pass(&self) -> bool {
        let passing = ["is still in use", "already exists"];
        self.fatal_reasons().iter().any(|reason| passing.iter().any(|text| reason.contains(text)))
    }
}
