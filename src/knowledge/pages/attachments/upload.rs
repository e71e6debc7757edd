//! Taking one file in: what it is, its bytes say.

use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::list::show;
use super::{EntryPlace, list_url};
use crate::access::Viewer;
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::EntryId;
use crate::knowledge::attachments::{self, FileKind, LARGEST, MOST, NewAttachment};
use crate::knowledge::store;
use crate::web::extract::clean;
use crate::web::forms::Errors;
use crate::web::{self, Error, InTenant, Path};

const TOO_LARGE: &str = "Die Datei ist zu groß. Höchstens 10 MB sind möglich.";
const LONGEST_NAME: usize = 120;

/// What the form carries.
#[derive(Debug, Default)]
struct Upload {
    label: String,
    is_internal: bool,
    file_name: String,
    bytes: Vec<u8>,
    is_too_large: bool,
}

impl Upload {
    async fn read(mut form: Multipart) -> web::Result<Self> {
        let mut upload = Self::default();
        loop {
            match upload.read_field(&mut form).await {
                Ok(true) => {}
                Ok(false) => return Ok(upload),
                // The rest is not read: the answer says why.
                Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    upload.is_too_large = true;
                    return Ok(upload);
                }
                Err(_) => return Err(unusable()),
            }
        }
    }

    /// False: there was none left.
    async fn read_field(&mut self, form: &mut Multipart) -> Result<bool, MultipartError> {
        let Some(field) = form.next_field().await? else { return Ok(false) };
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(plain_name);
        let bytes = field.bytes().await?;
        let text = || clean(&String::from_utf8_lossy(&bytes));
        match name.as_str() {
            "label" => self.label = text(),
            "internal" => self.is_internal = !bytes.is_empty(),
            "file" => {
                self.file_name = file_name.unwrap_or_default();
                self.bytes = bytes.into();
            }
            _ => {}
        }
        Ok(true)
    }

    fn check(&self, errors: &mut Errors) -> Option<FileKind> {
        errors.limit("label", &self.label, 120);
        if self.is_too_large || self.bytes.len() > LARGEST {
            errors.add("file", TOO_LARGE);
            return None;
        }
        if self.bytes.is_empty() {
            errors.add("file", "Bitte wählen Sie eine Datei.");
            return None;
        }
        let kind = FileKind::of(&self.bytes);
        match kind {
            None => errors.add("file", "Nur PDF, PNG und JPEG sind möglich. Diese Datei enthält etwas anderes."),
            Some(kind) if !kind.fits(&self.file_name) => {
                errors.add(
                    "file",
                    format!("„{}“ enthält ein {}. Bitte benennen Sie sie so.", self.file_name, kind.label()),
                );
            }
            Some(_) => {}
        }
        kind
    }

    /// What the link says; without words of its own the file's name.
    fn label(&self) -> String {
        let name = self.file_name.rsplit_once('.').map_or(self.file_name.as_str(), |(name, _)| name);
        if self.label.is_empty() { name.replace('_', " ").trim().to_owned() } else { self.label.clone() }
    }
}

fn unusable() -> Error {
    Error::Unusable("Die gesendete Datei konnte nicht gelesen werden.".to_owned())
}

/// Without folders and control characters; the ending stays where it has to be cut.
fn plain_name(name: &str) -> String {
    let name = clean(name.rsplit(['/', '\\']).next().unwrap_or_default()).replace('\n', " ");
    let length = name.chars().count();
    if length <= LONGEST_NAME {
        return name;
    }
    let (start, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    let ending: String = ending.chars().take(8).collect();
    let start: String = start.chars().take(LONGEST_NAME - 9).collect();
    format!("{start}.{ending}")
}

pub async fn add_attachment(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(tenant): InTenant,
    Path((_, owner, id)): Path<(String, String, EntryId)>,
    form: Result<Multipart, MultipartRejection>,
) -> web::Result<Response> {
    let place = EntryPlace::find(tenant, &owner, id)?.own()?;
    let mut db = app.begin(&place.tenant.scope()).await?;
    store::find_state(&mut *db, place.owner, id).await?.ok_or(Error::NotFound)?;
    drop(db);
    let upload = Upload::read(form.map_err(|_| unusable())?).await?;
    let mut errors = Errors::none();
    let kind = upload.check(&mut errors);
    let sha256 = Sha256::digest(&upload.bytes).to_vec();
    let mut db = app.begin(&place.tenant.scope()).await?;
    let files = attachments::list_of_entry(&mut *db, place.owner, id).await?;
    if files.iter().filter(|file| file.removed_at.is_none()).count() >= MOST {
        errors.add("file", format!("Mehr als {MOST} Anhänge sind nicht möglich."));
    }
    if attachments::has_content(&mut *db, place.owner, id, &sha256).await? {
        errors.add("file", "Diese Datei hängt schon an diesem Eintrag.");
    }
    let Some(kind) = kind.filter(|_| errors.is_empty()) else {
        drop(db);
        return show(&app, &viewer, place, upload.label, upload.is_internal, errors).await;
    };
    let (label, now) = (upload.label(), app.clock.now());
    let new = NewAttachment {
        entry: id,
        label: &label,
        file_name: &upload.file_name,
        kind,
        sha256: &sha256,
        internal: upload.is_internal,
        bytes: &upload.bytes,
        author: &viewer.name,
    };
    let file = attachments::insert_attachment(&mut db, place.owner, &new, now).await?;
    let details = json!({ "label": label, "file_name": upload.file_name, "entry": id.to_string() });
    let act = Act::of(place.owner, "created", "attachment", file, details);
    audit::record(&mut *db, now, &Actor::from(&viewer), act).await?;
    db.commit().await?;
    web::done(&app, &viewer, format!("„{label}“ hängt jetzt am Eintrag."), &list_url(&place)).await
}
