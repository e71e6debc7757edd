//! Taking one's knowledge away: a file in an open format, or everything as a package.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};

use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use rand::RngExt;
use serde::Deserialize;
use tokio::io::AsyncReadExt;

use super::super::export::{self, ExportFormat, Wish};
use super::{Place, places, town};
use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::Actor;
use crate::clock;
use crate::tenants;
use crate::web::forms::{self, Choice, Errors};
use crate::web::frame::Section;
use crate::web::{self, Form, Frame, InTenant, Page, Places};

/// Bytes that are read from the disk at a time.
const PIECE: usize = 64 * 1024;

#[derive(Template)]
#[template(path = "knowledge/export.html")]
struct ExportPage {
    frame: Frame,
    places: Places,
    tenant: TenantAccess,
    form: ExportForm,
    errors: Errors,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct ExportForm {
    format: String,
    without_internal: String,
}

impl ExportPage {
    fn formats(&self) -> Vec<Choice> {
        let chosen = ExportFormat::parse(&self.form.format).unwrap_or(ExportFormat::Package);
        ExportFormat::ALL.map(|format| Choice::new(format.as_str(), format.label(), format == chosen)).into()
    }
}

pub(super) async fn export_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
) -> web::Result<Response> {
    show(&app, &viewer, town(tenant)?, ExportForm::default(), Errors::none()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: TenantAccess,
    form: ExportForm,
    errors: Errors,
) -> web::Result<Response> {
    let frame = Frame::of(app, viewer, Section::Knowledge, "Wissen mitnehmen").await?;
    let places = places(viewer, &tenant, Place::Imports);
    let status = forms::status(&errors, &[]);
    Ok((status, Page(ExportPage { frame, places, tenant, form, errors })).into_response())
}

pub(super) async fn export_knowledge(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Form(form): Form<ExportForm>,
) -> web::Result<Response> {
    let tenant = town(tenant)?;
    let Some(format) = ExportFormat::parse(&form.format) else {
        let mut errors = Errors::none();
        errors.add("format", "Bitte wählen Sie ein Format.");
        return show(&app, &viewer, tenant, form, errors).await;
    };
    let with_internal = form.without_internal.is_empty();
    let file = write(&app, &viewer, &tenant, format, with_internal).await?;
    let day = clock::day_of(app.clock.now());
    let (kind, ending) = format.kind();
    let name = format!("attachment; filename=\"wissen-{}-{day}.{ending}\"", tenant.slug);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"))),
    ];
    Ok((StatusCode::OK, headers, in_pieces(file)).into_response())
}

/// Everything lies on the disk before the first byte goes out: an export is whole or an error.
async fn write(
    app: &App,
    viewer: &Viewer,
    tenant: &TenantAccess,
    format: ExportFormat,
    with_internal: bool,
) -> web::Result<File> {
    let mut file = nameless_file(app).map_err(anyhow::Error::from)?;
    let now = app.clock.now();
    let mut db = app.begin(&tenant.scope()).await?;
    let whole = tenants::find_tenant(&mut *db, tenant.id).await?.ok_or(web::Error::NotFound)?;
    let wish = Wish { tenant: &whole, with_internal, now };
    if format == ExportFormat::Package {
        export::write_package(&mut db, &wish, BufWriter::new(&mut file)).await?;
    } else {
        let mut out = BufWriter::new(&mut file);
        export::write_entries(&mut db, &wish, format, &mut out).await?;
        out.flush().map_err(anyhow::Error::from)?;
    }
    export::note_export(&mut db, tenant.id, format, with_internal, &Actor::from(viewer), now).await?;
    db.commit().await?;
    file.rewind().map_err(anyhow::Error::from)?;
    Ok(file)
}

/// It has a name only for a moment, so nothing is left behind whatever happens.
fn nameless_file(app: &App) -> std::io::Result<File> {
    let folder = app.settings.uploads();
    std::fs::create_dir_all(&folder)?;
    let bytes: [u8; 12] = rand::rng().random();
    let path = folder.join(format!("export-{}", data_encoding::HEXLOWER.encode(&bytes)));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn in_pieces(file: File) -> Body {
    let file = tokio::fs::File::from_std(file);
    let pieces = stream::try_unfold(file, async |mut file| {
        let mut piece = vec![0; PIECE];
        let length = file.read(&mut piece).await?;
        piece.truncate(length);
        std::io::Result::Ok((length > 0).then(|| (Bytes::from(piece), file)))
    });
    Body::from_stream(pieces)
}
