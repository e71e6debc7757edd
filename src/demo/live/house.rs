//! The imaginary telephone system in the house of the demo: it knocks at the same door as a real one, without a network.

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use tower::ServiceExt;

use super::stage::{People, StageLine};
use super::{Hall, SEATS_FOR_PEOPLE};
use crate::clock::Clock;
use crate::db::{self, Scope};
use crate::demo::{DEMO_ACCOUNTS, SOURCE, store, traffic};
use crate::ids::SourceId;
use crate::telephony;

/// Calls on an ordinary working day, as the demo's history has them.
const CALLS_PER_DAY: f64 = 380.0;
/// Also at night something happens, for whoever looks at the demo then.
const LEAST_PER_HOUR: f64 = 40.0;

/// The database that it looks into, and its own place in it.
#[derive(Debug, Clone)]
pub struct House {
    pub pool: PgPool,
    pub clock: Clock,
    pub source: SourceId,
}

/// Within the server's own process.
pub struct InHouse {
    pub house: House,
    pub router: Router,
    pub door: String,
}

impl House {
    pub async fn people(&self) -> anyhow::Result<People> {
        let mut db = db::begin_for(&self.pool, &Scope::system()).await?;
        Ok(store::list_people(&mut db, self.source, self.clock.now()).await?)
    }
}

impl Hall for InHouse {
    fn now(&self) -> DateTime<Utc> {
        self.house.clock.now()
    }

    fn calls_per_hour(&self, now: DateTime<Utc>) -> f64 {
        traffic::calls_per_hour(CALLS_PER_DAY, now).max(LEAST_PER_HOUR)
    }

    async fn people(&self) -> anyhow::Result<People> {
        self.house.people().await
    }

    async fn tell(&self, message: String) -> anyhow::Result<()> {
        let request = Request::post(&self.door).header(header::CONTENT_TYPE, "application/json");
        let answer = self.router.clone().oneshot(request.body(Body::from(message))?).await?;
        ensure!(answer.status().is_success(), "the door answers {}", answer.status());
        Ok(())
    }
}

/// A real center's database is never played in.
pub async fn is_demo(pool: &PgPool) -> sqlx::Result<bool> {
    let mut db = db::begin_for(pool, &Scope::system()).await?;
    store::knows_account(&mut db, DEMO_ACCOUNTS[0].email).await
}

/// The source of the imaginary calls with a fresh door and its seats; the path of the door.
pub async fn open_door(pool: &PgPool, clock: &Clock) -> anyhow::Result<(House, String)> {
    let now = clock.now();
    let mut db = db::begin_for(pool, &Scope::system()).await?;
    let source = store::open_source(&mut db, SOURCE).await?;
    telephony::revoke_tokens(&mut *db, source, now).await?;
    let token = telephony::insert_token(&mut db, source, now).await?.context("no door could be made")?;
    store::insert_seats(&mut db, source, &SEATS_FOR_PEOPLE).await?;
    db.commit().await?;
    Ok((House { pool: pool.clone(), clock: clock.clone(), source }, telephony::door_path(&token)))
}

/// Every number that can be called, with the share of calls that it gets.
pub async fn lines(db: &mut PgConnection) -> sqlx::Result<Vec<StageLine>> {
    let lines = store::list_called_lines(db).await?;
    Ok(lines
        .into_iter()
        .map(|line| StageLine {
            queue: format!("sc-{}", line.slug),
            // The first one made is the main number.
            weight: f64::from(line.inhabitants.unwrap_or(20_000)).sqrt() * traffic::zipf_weight(line.rank),
            number: line.number,
        })
        .collect())
}
