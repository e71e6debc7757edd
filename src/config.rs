//! What an operator may set: options of the command line and their environment variables.

use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Common options")]
pub struct Config {
    /// PostgreSQL 15 or later; without it the program runs its own in the data directory
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,

    /// Search index, embedded database, log of the database [default: ./data, as root /var/lib/ortsgespraech]
    #[arg(long, env = "ORTSGESPRAECH_DATA_DIR", global = true, hide_env_values = true)]
    pub data_dir: Option<PathBuf>,

    /// Address and port to answer on
    #[arg(long, env = "ORTSGESPRAECH_LISTEN", global = true, hide_env_values = true, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

impl Config {
    /// An unprivileged database server cannot enter root's home, so root's data lies elsewhere.
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir
            .clone()
            .unwrap_or_else(|| PathBuf::from(if is_root() { "/var/lib/ortsgespraech" } else { "data" }))
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}
