//! Proof of what was said: the texts exactly as they stood on the screen in a call, restored by their versions. Nothing in
//! it tells who called.

use askama::Template;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::{Call, CallKey, EntryKey, own, store};
use crate::access::{Role, Viewer};
use crate::app::App;
use crate::clock;
use crate::ids::{CallId, EntryId, TenantId};
use crate::knowledge::{self, EntryView};
use crate::web::frame::Section;
use crate::web::{self, Error, Frame, Page, Path, format};

/// As long as records of calls may be kept.
const KEPT: TimeDelta = TimeDelta::days(400);

/// One text that was open in a call.
struct Shown {
    key: EntryKey,
    for_town: TenantId,
    at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
}

/// The text itself, and when it was on the screen.
struct Said {
    view: EntryView,
    town: String,
    at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
}

#[derive(Template)]
#[template(path = "calls/proof.html")]
pub(super) struct ProofPage {
    frame: Frame,
    call: Call,
    said: Vec<Said>,
}

/// Agents see it for their own calls, team leads for those of their tenants.
pub(super) async fn proof_page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CallId>,
) -> web::Result<Page<ProofPage>> {
    let since = app.clock.now() - KEPT;
    let mut db = app.begin(&viewer.scope()).await?;
    let key = match own::find_own_key(&mut *db, viewer.account, id, since).await? {
        Some(key) => key,
        None => find_key(&mut *db, &led_by(&viewer), id, since).await?.ok_or(Error::NotFound)?,
    };
    let call = store::find_call(&mut *db, key).await?.ok_or(Error::NotFound)?;
    let mut said = Vec::new();
    for shown in list_shown(&mut *db, key).await? {
        said.extend(find_said(&mut db, &app, &viewer, &shown).await?);
    }
    drop(db);
    let frame = Frame::of(&app, &viewer, Section::Calls, "Nachweis der Auskunft").await?;
    Ok(Page(ProofPage { frame, call, said }))
}

fn led_by(viewer: &Viewer) -> Vec<TenantId> {
    let leads = |roles: &[Role]| roles.contains(&Role::Supervisor);
    let tenants = viewer.tenants.iter().filter(|tenant| leads(&tenant.roles) || leads(&viewer.center_roles));
    tenants.map(|tenant| tenant.id).collect()
}

async fn find_said(db: &mut PgConnection, app: &App, viewer: &Viewer, shown: &Shown) -> web::Result<Option<Said>> {
    let Some(town) = viewer.tenant_by_id(shown.for_town) else { return Ok(None) };
    let EntryKey { tenant, entry, version } = shown.key;
    let found = knowledge::find_entry_version(db, town.id, tenant, entry, version).await?;
    let today = clock::day_of(app.clock.now());
    Ok(found.map(|entry| Said {
        view: EntryView::new(entry, town, today),
        town: town.name.clone(),
        at: shown.at,
        answered_at: shown.answered_at,
    }))
}

async fn find_key(
    db: impl PgExecutor<'_>,
    tenants: &[TenantId],
    id: CallId,
    since: DateTime<Utc>,
) -> sqlx::Result<Option<CallKey>> {
    sqlx::query_as!(
        CallKey,
        r#"select tenant_id as "tenant: TenantId", opened_at, id as "id: CallId" from call
           where tenant_id = any ($1) and id = $2 and opened_at >= $3"#,
        tenants as &[TenantId],
        id as CallId,
        since,
    )
    .fetch_optional(db)
    .await
}

/// In the order of the conversation.
async fn list_shown(db: impl PgExecutor<'_>, key: CallKey) -> sqlx::Result<Vec<Shown>> {
    let rows = sqlx::query!(
        r#"select entry_tenant_id as "tenant: TenantId", entry_id as "entry: EntryId", version,
                  shown_for as "shown_for: TenantId", shown_at, answered_at
           from call_entry where tenant_id = $1 and opened_at = $2 and call_id = $3 order by shown_at"#,
        key.tenant as TenantId,
        key.opened_at,
        key.id as CallId,
    )
    .fetch_all(db)
    .await?;
    let shown = rows.into_iter().map(|row| Shown {
        key: EntryKey { tenant: row.tenant, entry: row.entry, version: row.version },
        for_town: row.shown_for,
        at: row.shown_at,
        answered_at: row.answered_at,
    });
    Ok(shown.collect())
}
