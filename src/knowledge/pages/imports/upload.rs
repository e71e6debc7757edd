//! Taking a file in: it goes to the disk piece by piece, never into memory as a whole.

use std::path::PathBuf;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::response::Response;
use rand::RngExt;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::super::super::import::Format;
use super::super::super::store::imports::{self, NewRun, RunState};
use super::super::town;
use super::{list, run_url};
use crate::access::Viewer;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::web::extract::clean;
use crate::web::forms::Errors;
use crate::web::{self, InTenant, redirect};

const LARGEST: usize = 250 * 1024 * 1024;
const LONGEST_NAME: usize = 200;

/// A file on the disk that goes unless it is kept.
struct Upload {
    path: PathBuf,
    is_kept: bool,
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[derive(Default)]
struct Received {
    file: Option<(Upload, String, u64)>,
    format: String,
}

pub async fn upload_file(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    mut request: Request,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    DefaultBodyLimit::max(LARGEST).apply(&mut request);
    let multipart = Multipart::from_request(request, &app).await.map_err(|_| {
        web::Error::Unusable("Die Datei ist nicht angekommen. Bitte wählen Sie sie noch einmal aus.".to_owned())
    })?;
    let mut received = receive(&app, multipart).await?;
    let mut errors = Errors::none();
    let format = chosen_format(&received, &mut errors);
    let (Some((upload, name, size)), Some(format), true) = (&mut received.file, format, errors.is_empty()) else {
        return list::show(&app, &viewer, tenant, list::Filter::default(), received.format, errors).await;
    };
    let path = upload.path.to_string_lossy();
    let size = i64::try_from(*size).unwrap_or(i64::MAX);
    let new = NewRun {
        state: RunState::Reading,
        format: format.as_str(),
        file_name: name,
        path: Some(&path),
        size,
        withdraws: false,
    };
    let (actor, now) = (Actor::from(&viewer), app.clock.now());
    let mut db = app.begin(&tenant.scope()).await?;
    let run = imports::insert_run(&mut *db, tenant.id, &new, &actor, now).await?;
    let details = serde_json::json!({ "file_name": name });
    audit::record(&mut *db, now, &actor, Act::of(tenant.id, "created", "import_run", run, details)).await?;
    db.commit().await?;
    upload.is_kept = true;
    Ok(redirect(&run_url(&tenant, run)))
}

fn chosen_format(received: &Received, errors: &mut Errors) -> Option<Format> {
    let Some((_, name, size)) = &received.file else {
        errors.add("file", "Bitte wählen Sie eine Datei aus.");
        return None;
    };
    let format = if received.format.is_empty() { Format::of_name(name) } else { Format::parse(&received.format) };
    match format {
        None => errors.add("format", "Das Format ist am Namen der Datei nicht zu erkennen. Bitte wählen Sie es aus."),
        Some(_) if *size == 0 => errors.add("file", "Die Datei ist leer."),
        Some(_) => {}
    }
    format
}

async fn receive(app: &App, mut multipart: Multipart) -> web::Result<Received> {
    let mut received = Received::default();
    while let Some(field) = multipart.next_field().await.map_err(|error| unreadable(&error))? {
        match field.name() {
            Some("file") if received.file.is_none() && field.file_name().is_some_and(|name| !name.is_empty()) => {
                received.file = Some(store(app, field).await?);
            }
            Some("format") => {
                let format = field.text().await.map_err(|error| unreadable(&error))?;
                received.format = clean(&format).chars().take(20).collect();
            }
            _ => {}
        }
    }
    Ok(received)
}

async fn store(app: &App, mut field: Field<'_>) -> web::Result<(Upload, String, u64)> {
    let name = clean(field.file_name().unwrap_or_default());
    // Some browsers send the whole path.
    let name: String = name.rsplit(['/', '\\']).next().unwrap_or_default().chars().take(LONGEST_NAME).collect();
    let folder = app.settings.uploads();
    fs::create_dir_all(&folder).await.map_err(anyhow::Error::from)?;
    let bytes: [u8; 12] = rand::rng().random();
    let path = folder.join(format!("import-{}", data_encoding::HEXLOWER.encode(&bytes)));
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).open(&path).await.map_err(anyhow::Error::from)?;
    let upload = Upload { path, is_kept: false };
    let mut size = 0;
    while let Some(piece) = field.chunk().await.map_err(|error| unreadable(&error))? {
        file.write_all(&piece).await.map_err(anyhow::Error::from)?;
        size += piece.len() as u64;
    }
    file.flush().await.map_err(anyhow::Error::from)?;
    Ok((upload, name, size))
}

fn unreadable(error: &MultipartError) -> web::Error {
    match error.status().as_u16() {
        413 => web::Error::TooLarge,
        _ => web::Error::Unusable(
            "Die Datei ist nicht vollständig angekommen. Bitte versuchen Sie es noch einmal.".to_owned(),
        ),
    }
}
