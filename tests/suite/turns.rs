//! Two who want the same at the same moment: they take turns, and nothing is torn apart.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use ortsgespraech::calls::{self, CallKey};
use ortsgespraech::ids::{CallId, TenantId};
use ortsgespraech::web::Error;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::intake::{calls as listed, center, take};
use crate::support::TestApp;
use crate::support::events::{answered, messages};

/// Somebody in this database waits for somebody else.
async fn until_somebody_waits(test: &TestApp) {
    let waits = "select exists (select from pg_locks where not granted
                                and pid in (select pid from pg_stat_activity where datname = current_database()))";
    for _ in 0..1000 {
        let mut db = test.begin_as_system().await;
        if sqlx::query_scalar(waits).fetch_one(&mut *db).await.expect("an answer") {
            return;
        }
        drop(db);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn town_chosen_while_messages_come_does_not_split_the_call(options: PgPoolOptions, database: PgConnectOptions) {
    let (test, source) = center(options, database).await;
    let mut db = test.begin_as_system().await;
    let line = "insert into line (tenant_id, number, label) values ($1, '115', 'Behördennummer')";
    sqlx::query(line).bind(test.cast.intake).execute(&mut *db).await.expect("a shared line");
    db.commit().await.expect("commit");
    let mut first = messages(source, "c1", answered("115", "sc-115", "Platz-11"));
    let rest = first.split_off(5);
    take(&test, first).await;

    let mut agent = test.begin_as_system().await;
    let (tenant, opened_at, id): (TenantId, _, CallId) =
        sqlx::query_as("select tenant_id, opened_at, id from call where call_ref = 'c1'")
            .fetch_one(&mut *agent)
            .await
            .expect("the call");
    let key = CallKey { tenant, opened_at, id };
    calls::move_to_town(&mut agent, key, test.cast.stadt_a, true, test.app.clock.now()).await.expect("moved");
    let intake = test.app.intake.clone();
    let taking = tokio::spawn(async move { intake.take(rest).await.expect("taken") });
    until_somebody_waits(&test).await;
    agent.commit().await.expect("commit");
    taking.await.expect("it ends");

    let [call] = &listed(&test, "source=anlage").await[..] else { panic!("one call") };
    assert_eq!((call["tenant_dialled"].as_str(), call["result"].as_str()), (Some("stadt-a"), Some("answered")));
    assert_eq!((call["talk_ms"].as_i64(), call["incomplete"].as_bool()), (Some(60_000), Some(false)));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn who_loses_a_deadlock_is_asked_to_try_again(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let rename = "update tenant set short_name = short_name where id = $1";
    let (a, b) = (test.cast.stadt_a, test.cast.stadt_b);
    let (mut one, mut other) = (test.begin_as_system().await, test.begin_as_system().await);
    sqlx::query(rename).bind(a).execute(&mut *one).await.expect("no error");
    sqlx::query(rename).bind(b).execute(&mut *other).await.expect("no error");
    let (first, second) = tokio::join!(sqlx::query(rename).bind(b).execute(&mut *one), async {
        let done = sqlx::query(rename).bind(a).execute(&mut *other).await;
        drop(other);
        done
    });
    let lost = first.err().or(second.err()).expect("one of them loses");
    assert_eq!(Error::from(lost).into_response().status(), StatusCode::SERVICE_UNAVAILABLE);
}
