//! The exit package: everything that a tenant's people wrote, in open formats, with a list of what is in it.

use std::io::{Seek, Write};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::store::exports;
use super::{ExportFormat, PAGE, Wish, csv, write_entries};
use crate::directory;
use crate::web::format;

/// The archive while it is written.
struct Package<W: Write + Seek> {
    zip: ZipWriter<W>,
    files: Vec<Value>,
}

/// Counts and hashes what goes into one file.
struct Counted<'a, W: Write + Seek> {
    zip: &'a mut ZipWriter<W>,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write + Seek> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.zip.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.zip.flush()
    }
}

impl<W: Write + Seek + Send> Package<W> {
    fn open(&mut self, name: &str) -> anyhow::Result<Counted<'_, W>> {
        self.zip.start_file(name, SimpleFileOptions::default().large_file(true))?;
        Ok(Counted { zip: &mut self.zip, hash: Sha256::new(), bytes: 0 })
    }

    async fn entries(
        &mut self,
        db: &mut PgConnection,
        wish: &Wish<'_>,
        name: &str,
        format: ExportFormat,
    ) -> anyhow::Result<()> {
        let mut file = self.open(name)?;
        let records = write_entries(db, wish, format, &mut file).await?;
        let line = file.line(name, records);
        self.files.push(line);
        Ok(())
    }

    /// Own words above other tenants' entries, as they are stored.
    async fn adaptations(&mut self, db: &mut PgConnection, wish: &Wish<'_>) -> anyhow::Result<()> {
        let name = "adaptations.jsonl";
        let mut file = self.open(name)?;
        let adaptations = exports::list_adaptations(&mut *db, wish.tenant.id).await?;
        for adaptation in &adaptations {
            let patch = shown(adaptation.content.clone(), wish);
            let base = json!({ "tenant": adaptation.base_tenant, "id": adaptation.base_external_id });
            let line = json!({
                "id": adaptation.external_id, "base": base, "title": adaptation.title, "published": adaptation.is_published,
                "patch": patch,
            });
            writeln!(file, "{line}")?;
        }
        let line = file.line(name, adaptations.len() as u64);
        self.files.push(line);
        Ok(())
    }

    /// Every version of every entry, withdrawn ones too.
    async fn versions(&mut self, db: &mut PgConnection, wish: &Wish<'_>) -> anyhow::Result<()> {
        let name = "versions.jsonl";
        let mut file = self.open(name)?;
        let (mut last, mut records) = ((0, 0), 0);
        loop {
            let page = exports::list_all_versions(&mut *db, wish.tenant.id, last, PAGE).await?;
            let Some(end) = page.last() else { break };
            last = (end.entry, end.version);
            records += page.len() as u64;
            for version in page {
                let line = json!({
                    "id": version.external_id, "version": version.version, "published": version.is_published,
                    "at": format::machine_moment(version.created_at), "author": version.author,
                    "content": shown(version.content, wish),
                });
                writeln!(file, "{line}")?;
            }
        }
        let line = file.line(name, records);
        self.files.push(line);
        Ok(())
    }

    async fn units(&mut self, db: &mut PgConnection, wish: &Wish<'_>) -> anyhow::Result<()> {
        let name = "units.csv";
        let units = directory::list_units(&mut *db, wish.tenant.id).await?;
        let mut file = self.open(name)?;
        csv::write_units(&units, &mut file)?;
        let line = file.line(name, units.len() as u64);
        self.files.push(line);
        Ok(())
    }
}

impl<W: Write + Seek + Send> Package<W> {
    /// The files beside the entries, and a list that tells whose they are.
    async fn attachments(&mut self, db: &mut PgConnection, wish: &Wish<'_>) -> anyhow::Result<()> {
        let tenant = wish.tenant.id;
        let attached = exports::list_attached_files(&mut *db, tenant, wish.with_internal).await?;
        let paths: Vec<_> =
            attached.iter().map(|file| format!("attachments/{}-{}", file.id, plain(&file.file_name))).collect();
        for (attachment, path) in attached.iter().zip(&paths) {
            let bytes = exports::read_attached_file(&mut *db, tenant, attachment.id).await?.unwrap_or_default();
            let mut file = self.open(path)?;
            file.write_all(&bytes)?;
            let line = file.line(path, 1);
            self.files.push(line);
        }
        let name = "attachments.jsonl";
        let mut file = self.open(name)?;
        for (attachment, path) in attached.iter().zip(&paths) {
            let line = json!({
                "id": attachment.external_id, "label": attachment.label, "file": path, "media_type": attachment.media_type,
                "internal": attachment.internal,
            });
            writeln!(file, "{line}")?;
        }
        let line = file.line(name, attached.len() as u64);
        self.files.push(line);
        Ok(())
    }
}

/// A name that is one part of a path on every system.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect()
}

impl<W: Write + Seek> Counted<'_, W> {
    fn line(self, name: &str, records: u64) -> Value {
        let hash = data_encoding::HEXLOWER.encode(&self.hash.finalize());
        json!({ "name": name, "records": records, "bytes": self.bytes, "sha256": hash })
    }
}

/// The whole package; `MANIFEST.json` comes last and tells what is in it.
pub async fn write(db: &mut PgConnection, wish: &Wish<'_>, out: impl Write + Seek + Send) -> anyhow::Result<()> {
    let mut package = Package { zip: ZipWriter::new(out), files: Vec::new() };
    package.entries(db, wish, "entries.jsonl", ExportFormat::Jsonl).await?;
    package.entries(db, wish, "entries.csv", ExportFormat::Csv).await?;
    package.entries(db, wish, "entries.xzufi.xml", ExportFormat::Xzufi).await?;
    package.adaptations(db, wish).await?;
    package.versions(db, wish).await?;
    package.units(db, wish).await?;
    package.attachments(db, wish).await?;
    let manifest = json!({
        "tenant": wish.tenant.slug,
        "name": wish.tenant.name,
        "created_at": format::machine_moment(wish.now),
        "internal": wish.with_internal,
        "program": format!("Ortsgespräch {}", env!("CARGO_PKG_VERSION")),
        "files": package.files,
    });
    package.zip.start_file("MANIFEST.json", SimpleFileOptions::default())?;
    package.zip.write_all(serde_json::to_string_pretty(&manifest)?.as_bytes())?;
    package.zip.finish()?;
    Ok(())
}

/// Without the internal part, wherever it stands, where that is wished.
fn shown(mut content: Value, wish: &Wish<'_>) -> Value {
    if !wish.with_internal {
        hide_internal(&mut content);
    }
    content
}

fn hide_internal(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("internal");
            map.values_mut().for_each(hide_internal);
        }
        Value::Array(items) => items.iter_mut().for_each(hide_internal),
        _ => {}
    }
}
