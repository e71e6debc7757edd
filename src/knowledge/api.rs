//! `/api/v1/tenants/{tenant}/entries/...`: one entry for other programs, to read and to publish.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

use super::check::Reason;
use super::{Entry, Field, Outcome, Part, Target, import, publish, store};
use crate::access::{Permission, TokenHolder};
use crate::app::App;
use crate::audit::Actor;
use crate::clock;
use crate::db::Scope;
use crate::ids::{EntryId, TenantId};
use crate::tenants::{self, KnowledgeScope};
use crate::web::{ApiCaller, Error, Path, Result, Routes, format};

pub fn routes() -> Routes {
    // Both in one place of the address: reading takes the number of a search hit, writing the caller's own key.
    Routes::new().get("/api/v1/tenants/{tenant}/entries/{entry}", Permission::SearchApi, find_entry).put(
        "/api/v1/tenants/{tenant}/entries/{entry}",
        Permission::KnowledgeApi,
        put_entry,
    )
}

/// A tenant that the token does not reach is as unknown as one that does not exist.
async fn find_tenant(app: &App, caller: &TokenHolder, slug: &str) -> Result<KnowledgeScope> {
    let mut db = app.begin(&Scope::system()).await?;
    let scopes = tenants::list_knowledge_scopes(&mut *db).await?;
    scopes.into_iter().find(|found| found.slug == slug && caller.reaches(found.id)).ok_or(Error::NotFound)
}

async fn find_entry(
    State(app): State<App>,
    ApiCaller(caller): ApiCaller,
    Path((slug, id)): Path<(String, EntryId)>,
) -> Result<Json<Value>> {
    let tenant = find_tenant(&app, &caller, &slug).await?;
    let mut db = app.begin(&tenant.scope()).await?;
    let owner = store::find_owner(&mut *db, tenant.id, id).await?.ok_or(Error::NotFound)?;
    let entry = store::find_entry(&mut db, tenant.id, owner, id).await?.ok_or(Error::NotFound)?;
    // What is only for agents is told to those who maintain it, not to those who search.
    let with_internal = caller.may(Permission::KnowledgeApi);
    let mut json = entry_json(&entry, tenant.id, with_internal);
    let today = clock::day_of(app.clock.now());
    let service = tenants::service_level(&mut *db, tenant.id, &entry.content.life_situations, today).await?;
    json["service_level"] = service.map(|service| service.level.as_str()).into();
    Ok(Json(json))
}

/// The entry as this tenant sees it; each field says whose words it is.
fn entry_json(entry: &Entry, reader: TenantId, with_internal: bool) -> Value {
    let content = &entry.content;
    let mut fields = Map::new();
    let mut put = |key: &str, part: Part, value: Value| {
        fields.insert(key.to_owned(), field_json(entry, reader, part, value));
    };
    put("title", Part::Title, content.title.clone().into());
    put("synonyms", Part::Synonyms, content.synonyms.clone().into());
    put("keywords", Part::Keywords, content.keywords.clone().into());
    put("life_situations", Part::LifeSituations, content.life_situations.clone().into());
    for field in Field::ALL.into_iter().filter(|field| with_internal || *field != Field::Internal) {
        put(field.as_str(), Part::Text(field), content.html(field).map(ToString::to_string).into());
    }
    put("leika", Part::Leika, content.leika.clone().into());
    put("unit", Part::Unit, content.unit.clone().into());
    let links = content.links.iter().map(|link| json!({ "label": link.label, "url": link.url }));
    put("links", Part::Links, links.collect());
    put("valid_from", Part::Validity, content.valid_from.map(|date| date.to_string()).into());
    put("valid_until", Part::Validity, content.valid_until.map(|date| date.to_string()).into());
    json!({
        "id": entry.id.to_string(),
        "external_id": entry.external_id,
        "tenant": entry.tenant_slug,
        "origin": entry.origin_for(reader),
        "stance": entry.composition.stance.as_str(),
        "version": entry.version,
        "published_at": format::machine_moment(entry.published_at),
        "format": "html",
        "fields": fields,
    })
}

/// A text of several tenants names each with its piece.
fn field_json(entry: &Entry, reader: TenantId, part: Part, value: Value) -> Value {
    let slug = |tenant: TenantId| entry.owners.get(&tenant).map_or(&*entry.tenant_slug, |owner| &owner.slug);
    let origin = |tenant: TenantId| if tenant == reader { "own" } else { "inherited" };
    let pieces = match part {
        Part::Text(field) => entry.composition.pieces.get(&field).map_or(&[][..], Vec::as_slice),
        _ => &[],
    };
    if pieces.len() > 1 {
        let told = pieces.iter().map(|piece| {
            json!({ "value": piece.html.as_str(), "origin": origin(piece.tenant), "tenant": slug(piece.tenant) })
        });
        let pieces: Vec<_> = told.collect();
        return json!({ "value": value, "origin": "merged", "tenant": entry.tenant_slug, "pieces": pieces });
    }
    let tenant = entry.composition.origins.get(&part).copied().unwrap_or(entry.tenant);
    json!({ "value": value, "origin": origin(tenant), "tenant": slug(tenant) })
}

async fn put_entry(
    State(app): State<App>,
    ApiCaller(caller): ApiCaller,
    Path((slug, external_id)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let tenant = find_tenant(&app, &caller, &slug).await?;
    if !is_json(request.headers()) {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let body = Bytes::from_request(request, &app).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        _ => Error::from(Reason::new("the body cannot be read", "Der Inhalt kann nicht gelesen werden")),
    })?;
    let record = import::parse_object(&body, &external_id)?;
    let mut db = app.begin(&tenant.scope()).await?;
    refuse_adaptation(&mut db, tenant.id, &record.id).await?;
    let target = Target::External(&record.id);
    let actor = Actor::program(&caller.label);
    let saved = publish(&mut db, tenant.id, target, &record.content, &actor, app.clock.now()).await?;
    db.commit().await?;
    let (status, outcome) = match saved.outcome {
        Outcome::Created => (StatusCode::CREATED, "created"),
        Outcome::Updated => (StatusCode::OK, "updated"),
        Outcome::Unchanged => (StatusCode::OK, "unchanged"),
    };
    let answer = json!({
        "id": saved.id.to_string(),
        "external_id": record.id,
        "version": saved.version,
        "outcome": outcome,
        "unknown_keys": record.unknown_keys,
    });
    let location = format!("/api/v1/tenants/{slug}/entries/{}", saved.id);
    Ok((status, [(header::LOCATION, location)], Json(answer)).into_response())
}

/// What stands upon another tenant's text cannot be replaced by a whole one.
async fn refuse_adaptation(db: &mut PgConnection, tenant: TenantId, external_id: &str) -> Result<()> {
    let Some(id) = store::find_entry_id(&mut *db, tenant, external_id).await? else { return Ok(()) };
    match store::lock_entry(db, tenant, id).await? {
        Some(entry) if entry.root.is_some() => Err(Error::from(Reason::new(
            "this entry adapts one of a knowledge base; it is changed in the editor",
            "Dieser Eintrag passt den einer Wissensgrundlage an; geändert wird er in der Redaktion",
        ))),
        _ => Ok(()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

impl From<Reason> for Error {
    fn from(reason: Reason) -> Self {
        let german = sentence(&reason.german);
        Self::Refused { german, english: sentence(&reason.english) }
    }
}

/// Reasons are parts of lines elsewhere; here each is a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}
