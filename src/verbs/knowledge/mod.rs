//! `knowledge`: a tenant's entries in and out of files.

mod export;
mod import;

use crate::config::Config;

#[derive(Debug, clap::Subcommand)]
pub enum KnowledgeVerb {
    /// Take over a file of records; what is new or different is published at once
    Import(import::Import),
    /// Write a tenant's own published entries, as `import` takes them, or everything as its exit package
    Export(export::Export),
}

pub async fn run(config: &Config, verb: &KnowledgeVerb) -> anyhow::Result<()> {
    match verb {
        KnowledgeVerb::Import(job) => import::run(config, job).await,
        KnowledgeVerb::Export(job) => export::run(config, job).await,
    }
}
