//! What an operator may set: options of the command line and their environment variables.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::mail::{Mailer, SmtpAddress};

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

    #[command(flatten)]
    pub outward: Outward,
}

/// What the program may do outside of the house; nothing, unless it is told to.
#[derive(Clone, Debug, clap::Args)]
pub struct Outward {
    /// Mail server for reminders, such as smtps://user:password@host:465; without it no mail is sent
    #[arg(long, env = "ORTSGESPRAECH_SMTP", global = true, hide_env_values = true, value_name = "ADDRESS")]
    pub smtp: Option<SmtpAddress>,

    /// Sender of mails [default: ortsgespraech@localhost]
    #[arg(long, env = "ORTSGESPRAECH_MAIL_FROM", global = true, hide_env_values = true, value_name = "MAILBOX")]
    pub mail_from: Option<String>,

    /// How people reach this program, for links in mails [default: http:// and the listen address]
    #[arg(long, env = "ORTSGESPRAECH_PUBLIC_URL", global = true, hide_env_values = true, value_name = "URL")]
    pub public_url: Option<String>,

    /// Ask once a day whether the pages that entries point to answer: on or off
    #[arg(long, env = "ORTSGESPRAECH_CHECK_LINKS", global = true, hide_env_values = true, default_value = "off")]
    pub check_links: Switch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Switch {
    On,
    Off,
}

impl Config {
    pub fn mailer(&self) -> anyhow::Result<Option<Mailer>> {
        let from = self.outward.mail_from.as_deref().unwrap_or("ortsgespraech@localhost");
        self.outward.smtp.as_ref().map(|smtp| Mailer::new(smtp, from)).transpose()
    }

    /// Without a slash at the end.
    pub fn public_url(&self) -> String {
        let given = self.outward.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        given.trim_end_matches('/').to_owned()
    }

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
