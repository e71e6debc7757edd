//! The people of every test: a center with its team, two towns with their own people, and a Jobcenter.

use ortsgespraech::access::Role;
use ortsgespraech::accounts::{self, NewAccount};
use ortsgespraech::app::App;
use ortsgespraech::db::Scope;
use ortsgespraech::ids::TenantId;
use sqlx::PgConnection;
use tokio::sync::OnceCell;

pub const PASSWORD: &str = "Testkennwort 2026";

/// Serves every tenant.
pub const AGENT: &str = "weber@kreis.example";
/// Serves Stadt B alone.
pub const AGENT_OF_B: &str = "yilmaz@kreis.example";
pub const OPERATOR: &str = "betrieb@kreis.example";
pub const EDITOR_OF_A: &str = "redaktion@stadt-a.example";
pub const EDITOR_OF_B: &str = "redaktion@stadt-b.example";
pub const ADMIN_OF_A: &str = "admin@stadt-a.example";
pub const ADMIN_OF_B: &str = "admin@stadt-b.example";
pub const VIEWER_OF_B: &str = "lesen@stadt-b.example";

/// Everybody of Stadt B: the other tenant's people for things of Stadt A.
pub const PEOPLE_OF_B: [&str; 4] = [AGENT_OF_B, EDITOR_OF_B, ADMIN_OF_B, VIEWER_OF_B];

#[derive(Debug, Clone, Copy)]
pub struct Cast {
    pub intake: TenantId,
    pub kreis: TenantId,
    pub stadt_a: TenantId,
    pub stadt_b: TenantId,
    pub jobcenter: TenantId,
}

pub async fn populate(app: &App) -> Cast {
    let mut db = app.begin(&Scope::system()).await.expect("a transaction");
    let kreis = insert_tenant(&mut db, "kreis", "Kreis Musterland", "Kreis", "kreis", None).await;
    let stadt_a = insert_tenant(&mut db, "stadt-a", "Stadt A", "Stadt A", "stadt", Some(kreis)).await;
    let stadt_b = insert_tenant(&mut db, "stadt-b", "Stadt B", "Stadt B", "stadt", Some(kreis)).await;
    let jobcenter = insert_tenant(&mut db, "jobcenter", "Jobcenter", "Jobcenter", "jobcenter", Some(kreis)).await;
    let intake = sqlx::query_scalar::<_, i32>("select id from tenant where kind = 'intake'")
        .fetch_one(&mut *db)
        .await
        .expect("the reserved tenant");
    let cast = Cast { intake: TenantId(intake), kreis, stadt_a, stadt_b, jobcenter };
    let people: [(&str, &str, Role, Option<TenantId>); 8] = [
        (AGENT, "Frau Weber", Role::Agent, None),
        (AGENT_OF_B, "Herr Yilmaz", Role::Agent, Some(stadt_b)),
        (OPERATOR, "Frau Betrieb", Role::Operator, None),
        (EDITOR_OF_A, "Redaktion A", Role::Editor, Some(stadt_a)),
        (EDITOR_OF_B, "Redaktion B", Role::Editor, Some(stadt_b)),
        (ADMIN_OF_A, "Admin A", Role::TenantAdmin, Some(stadt_a)),
        (ADMIN_OF_B, "Admin B", Role::TenantAdmin, Some(stadt_b)),
        (VIEWER_OF_B, "Leserin B", Role::Viewer, Some(stadt_b)),
    ];
    for (email, name, role, tenant) in people {
        insert_person(&mut db, app, email, name, &[(role, tenant)]).await;
    }
    db.commit().await.expect("commit");
    cast
}

pub async fn insert_person(
    db: &mut PgConnection,
    app: &App,
    email: &str,
    name: &str,
    roles: &[(Role, Option<TenantId>)],
) {
    let account = NewAccount { email, name, password_hash: Some(password_hash().await), roles };
    accounts::insert_account(db, account, app.clock.now()).await.expect("a new account");
}

/// Hashing is slow on purpose; the whole test program does it once.
async fn password_hash() -> &'static str {
    static HASH: OnceCell<String> = OnceCell::const_new();
    HASH.get_or_init(async || accounts::hash_password(PASSWORD.to_owned()).await.expect("a hash")).await
}

pub async fn insert_tenant(
    db: &mut PgConnection,
    slug: &str,
    name: &str,
    short_name: &str,
    kind: &str,
    center: Option<TenantId>,
) -> TenantId {
    let id = sqlx::query_scalar::<_, i32>(
        "insert into tenant (slug, name, short_name, kind, served_by, created_at)
         values ($1, $2, $3, $4, $5, now()) returning id",
    )
    .bind(slug)
    .bind(name)
    .bind(short_name)
    .bind(kind)
    .bind(center)
    .fetch_one(&mut *db)
    .await
    .expect("a new tenant");
    if let Some(center) = center {
        sqlx::query("insert into knowledge_base (tenant_id, position, base_tenant_id) values ($1, 1, $2)")
            .bind(id)
            .bind(center)
            .execute(db)
            .await
            .expect("its knowledge base");
    }
    TenantId(id)
}
