//! What a tenant is to others: whose knowledge it reads, in which order, and who decides on which topic.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use crate::access::{TenantAccess, Viewer};
use crate::app::App;
use crate::audit::{self, Act, Actor};
use crate::ids::TenantId;
use crate::knowledge::LIFE_SITUATIONS;
use crate::tenants::{Authority, Body, KnowledgeBase, store};
use crate::web::forms::{self, Choice, Difference, Errors, differences};
use crate::web::frame::Section;
use crate::web::{self, Error, Form, Frame, InTenant, Page, Places, TenantPlace};

/// The rows of both tables; an empty row is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct RelationsForm {
    version: i32,
    /// Slugs, in order, with the life situations of the same row.
    base: Vec<String>,
    base_topics: Vec<String>,
    topic: Vec<String>,
    /// A slug, or empty where `body_name` names the body.
    body: Vec<String>,
    body_name: Vec<String>,
}

struct BaseRow {
    choices: Vec<Choice>,
    topics: String,
}

struct AuthorityRow {
    topic: String,
    choices: Vec<Choice>,
    name: String,
}

#[derive(Template)]
#[template(path = "tenants/relations.html")]
struct RelationsPage {
    frame: Frame,
    places: Places,
    version: i32,
    bases: Vec<BaseRow>,
    authorities: Vec<AuthorityRow>,
    errors: Errors,
    differences: Vec<Difference>,
    action: String,
}

/// What stands in the database, and the row's version that both tables share.
struct Relations {
    version: i32,
    bases: Vec<KnowledgeBase>,
    authorities: Vec<Authority>,
}

impl Relations {
    async fn load(db: &mut PgConnection, access: &TenantAccess) -> web::Result<Self> {
        let tenant = store::find_tenant(&mut *db, access.id).await?.filter(|_| !access.is_intake());
        Ok(Self {
            version: tenant.ok_or(Error::NotFound)?.version,
            bases: store::list_knowledge_bases(&mut *db, access.id).await?,
            authorities: store::list_authorities(&mut *db, access.id).await?,
        })
    }

    fn form(&self, viewer: &Viewer) -> RelationsForm {
        let slug = |id: TenantId| viewer.tenant_by_id(id).map(|tenant| tenant.slug.clone()).unwrap_or_default();
        let names = |body: &Body| match body {
            Body::Tenant(id) => (slug(*id), String::new()),
            Body::Named(name) => (String::new(), name.clone()),
        };
        let (body, body_name) = self.authorities.iter().map(|authority| names(&authority.body)).unzip();
        RelationsForm {
            version: self.version,
            base: self.bases.iter().map(|base| slug(base.tenant)).collect(),
            base_topics: self.bases.iter().map(|base| base.topics.clone().unwrap_or_default().join(", ")).collect(),
            topic: self.authorities.iter().map(|authority| authority.topic.clone()).collect(),
            body,
            body_name,
        }
    }
}

impl RelationsForm {
    fn bases(&self, own: TenantId, viewer: &Viewer, errors: &mut Errors) -> Vec<KnowledgeBase> {
        let mut bases: Vec<KnowledgeBase> = Vec::new();
        for (slug, topics) in self.base.iter().zip(&self.base_topics).filter(|(slug, _)| !slug.is_empty()) {
            let Some(base) = viewer.tenant(slug).filter(|base| !base.is_intake()) else {
                errors.add("base-1", "Diesen Mandanten gibt es nicht.");
                continue;
            };
            if base.id == own || bases.iter().any(|taken| taken.tenant == base.id) {
                errors.add("base-1", "Jede Wissensgrundlage steht einmal in der Liste, der Mandant selbst gar nicht.");
                continue;
            }
            let topics = split_words(topics);
            bases.push(KnowledgeBase { tenant: base.id, topics: (!topics.is_empty()).then_some(topics) });
        }
        bases
    }

    fn authorities(&self, viewer: &Viewer, errors: &mut Errors) -> Vec<Authority> {
        let mut authorities: Vec<Authority> = Vec::new();
        for ((topic, body), name) in self.topic.iter().zip(&self.body).zip(&self.body_name) {
            let body = match (viewer.tenant(body), name.as_str()) {
                (Some(tenant), "") if !tenant.is_intake() => Some(Body::Tenant(tenant.id)),
                (None, name) if body.is_empty() && !name.is_empty() => Some(Body::Named(name.to_owned())),
                _ => None,
            };
            match (topic.as_str(), body) {
                ("", None) if name.is_empty() => {}
                (topic, Some(body)) if !topic.is_empty() => {
                    if authorities.iter().any(|taken| taken.topic == topic) {
                        errors.add("topic-1", format!("„{topic}“ steht zweimal in der Liste."));
                    }
                    authorities.push(Authority { topic: topic.to_owned(), body });
                }
                _ => {
                    errors.add("topic-1", "Zu jeder Lebenslage gehört ein Mandant oder der Name einer anderen Stelle.");
                }
            }
        }
        authorities
    }

    fn differences_to(&self, theirs: &Self) -> Vec<Difference> {
        let lines = |rows: Vec<Vec<&String>>| {
            let filled = rows.into_iter().filter(|row| row.iter().any(|part| !part.is_empty()));
            let line = |row: Vec<&String>| {
                row.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(": ")
            };
            filled.map(line).collect::<Vec<_>>().join("; ")
        };
        let bases = |form: &Self| lines(form.base.iter().zip(&form.base_topics).map(|(a, b)| vec![a, b]).collect());
        let bodies = form_bodies;
        differences([
            ("base-1", "Wissensgrundlagen", &bases(theirs), &bases(self)),
            ("topic-1", "Zuständigkeiten", &lines(bodies(theirs)), &lines(bodies(self))),
        ])
    }
}

fn form_bodies(form: &RelationsForm) -> Vec<Vec<&String>> {
    form.topic.iter().zip(&form.body).zip(&form.body_name).map(|((a, b), c)| vec![a, b, c]).collect()
}

fn split_words(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

pub(super) async fn relations_page(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(access): InTenant,
) -> web::Result<Response> {
    let relations = Relations::load(&mut *app.begin(&access.scope()).await?, &access).await?;
    show(&app, &viewer, &access, relations.form(&viewer), Errors::none(), Vec::new()).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    access: &TenantAccess,
    form: RelationsForm,
    errors: Errors,
    differences: Vec<Difference>,
) -> web::Result<Response> {
    let status = forms::status(&errors, &differences);
    let page = RelationsPage {
        frame: Frame::of(app, viewer, Section::Tenants, format!("Beziehungen: {}", access.name)).await?,
        places: Places::of_tenant(access, TenantPlace::Relations),
        version: form.version,
        bases: base_rows(&form, viewer, access),
        authorities: authority_rows(&form, viewer),
        errors,
        differences,
        action: TenantPlace::Relations.url(access),
    };
    Ok((status, Page(page)).into_response())
}

/// What is there, and two empty rows to add some.
fn base_rows(form: &RelationsForm, viewer: &Viewer, own: &TenantAccess) -> Vec<BaseRow> {
    let at = |list: &[String], index: usize| list.get(index).cloned().unwrap_or_default();
    let filled = form.base.iter().rposition(|slug| !slug.is_empty()).map_or(0, |last| last + 1);
    let row = |index| BaseRow {
        choices: tenant_choices(viewer, &at(&form.base, index), "–", Some(own.id)),
        topics: at(&form.base_topics, index),
    };
    (0..filled + 2).map(row).collect()
}

fn authority_rows(form: &RelationsForm, viewer: &Viewer) -> Vec<AuthorityRow> {
    let at = |list: &[String], index: usize| list.get(index).cloned().unwrap_or_default();
    let filled = form.topic.iter().rposition(|topic| !topic.is_empty()).map_or(0, |last| last + 1);
    let row = |index| AuthorityRow {
        topic: at(&form.topic, index),
        choices: tenant_choices(viewer, &at(&form.body, index), "andere Stelle", None),
        name: at(&form.body_name, index),
    };
    (0..filled + 2).map(row).collect()
}

fn tenant_choices(viewer: &Viewer, chosen: &str, none: &str, without: Option<TenantId>) -> Vec<Choice> {
    let offered = viewer.tenants.iter().filter(|tenant| !tenant.is_intake() && Some(tenant.id) != without);
    std::iter::once(Choice::new("", none, chosen.is_empty()))
        .chain(offered.map(|tenant| Choice::new(&tenant.slug, &tenant.name, tenant.slug == chosen)))
        .collect()
}

pub(super) async fn save_relations(
    State(app): State<App>,
    viewer: Viewer,
    InTenant(access): InTenant,
    Form(mut form): Form<RelationsForm>,
) -> web::Result<Response> {
    let mut errors = Errors::none();
    let bases = form.bases(access.id, &viewer, &mut errors);
    let authorities = form.authorities(&viewer, &mut errors);
    if !errors.is_empty() {
        return show(&app, &viewer, &access, form, errors, Vec::new()).await;
    }
    let mut db = app.begin(&access.scope()).await?;
    let theirs = Relations::load(&mut db, &access).await?.form(&viewer);
    let differences = form.differences_to(&theirs);
    if !differences.is_empty() {
        if !store::touch_tenant(&mut *db, access.id, form.version).await? {
            form.version = theirs.version;
            drop(db);
            return show(&app, &viewer, &access, form, errors, differences).await;
        }
        store::replace_knowledge_bases(&mut db, access.id, &bases).await?;
        store::replace_authorities(&mut db, access.id, &authorities).await?;
        let act = Act::of(access.id, "changed", "relations", access.id, forms::as_json(&differences));
        audit::record(&mut *db, app.clock.now(), &Actor::from(&viewer), act).await?;
        db.commit().await?;
    }
    web::done(&app, &viewer, "Die Beziehungen sind gespeichert.", &TenantPlace::Relations.url(&access)).await
}
