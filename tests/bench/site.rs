//! A database and an index in a directory of their own, which go with the measurement.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ortsgespraech::app::{App, Settings};
use ortsgespraech::calls::Intake;
use ortsgespraech::clock::Clock;
use ortsgespraech::desk::DeskHub;
use ortsgespraech::search::{Follower, SearchIndex};

use crate::database::BenchDatabase;
use crate::server::Server;

pub struct Site {
    pub database: BenchDatabase,
    dir: Scratch,
}

impl Site {
    pub async fn new(address: &str) -> anyhow::Result<Self> {
        let dir = Scratch::new()?;
        Ok(Self { database: BenchDatabase::create(address, &dir.0).await?, dir })
    }

    /// Builds the index that the first server finds when it starts. It is nobody else's as long as the answer lives.
    pub async fn build_index(&self) -> anyhow::Result<(App, Duration)> {
        let search = SearchIndex::open(&self.dir.0.join("index"))?;
        let settings = Arc::new(Settings::default());
        let (pool, clock) = (self.database.pool(), Clock::system());
        let intake = Intake::new(pool.clone(), clock.clone());
        let app = App { pool, clock, search, intake, desks: DeskHub::default(), settings };
        let started = Instant::now();
        Follower::new(&app)?.catch_up().await?;
        Ok((app, started.elapsed()))
    }

    /// On the disk.
    pub fn index_kb(&self) -> anyhow::Result<usize> {
        let files = fs::read_dir(self.dir.0.join("index/0"))?;
        let sizes = files.map(|file| file?.metadata().map(|metadata| metadata.len()));
        Ok(usize::try_from(sizes.sum::<std::io::Result<u64>>()?)? / 1024)
    }

    pub async fn start_server(&self) -> anyhow::Result<Server> {
        Server::start(&self.database.address, &self.dir.0).await
    }

    pub async fn remove(self, address: &str) -> anyhow::Result<()> {
        self.database.remove(address).await
    }
}

struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let dir = std::env::temp_dir().join(format!("ortsgespraech-bench-{}", std::process::id()));
        fs::create_dir_all(&dir)?;
        Ok(Self(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
