//! A telephone system as the intake leaves it in the database: calls that ring, talk and end, and the signals of seats.

use chrono::{DateTime, TimeDelta, Utc};
use ortsgespraech::db::{Ringer, keep_up};
use ortsgespraech::desk::DeskFollower;
use ortsgespraech::ids::TenantId;
use sqlx::PgConnection;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::TestApp;

pub const CALLER: &str = "+4915112345678";

/// Two seats of one Asterisk.
pub struct Exchange<'a> {
    test: &'a TestApp,
    pub source: i32,
    pub seat: i32,
    pub other_seat: i32,
    /// The signals are sent on as long as this lives.
    _work: JoinSet<()>,
}

pub struct Ringing<'a> {
    pub tenant: TenantId,
    pub number: &'a str,
    pub caller: Option<&'a str>,
}

impl<'a> Exchange<'a> {
    pub async fn connect(test: &'a TestApp) -> Self {
        let mut db = test.begin_as_system().await;
        let source: i32 =
            sqlx::query_scalar("insert into source (name, adapter) values ('Anlage', 'asterisk-ami') returning id")
                .fetch_one(&mut *db)
                .await
                .expect("a source");
        sqlx::query("insert into source_state (source_id, state, since) values ($1, 'connected', $2)")
            .bind(source)
            .bind(test.app.clock.now())
            .execute(&mut *db)
            .await
            .expect("its state");
        let mut seats = Vec::new();
        for name in ["Platz-11", "Platz-12"] {
            let seat: i32 = sqlx::query_scalar("insert into seat (source_id, name) values ($1, $2) returning id")
                .bind(source)
                .bind(name)
                .fetch_one(&mut *db)
                .await
                .expect("a seat");
            seats.push(seat);
        }
        db.commit().await.expect("commit");
        Self { test, source, seat: seats[0], other_seat: seats[1], _work: follow(test) }
    }

    /// Orders may be given from now on.
    pub async fn allow_control(&self) {
        let link = "insert into source_link (source_id, address, account, secret, may_control) values ($1, 'x', 'x', 'x', true)";
        self.run(link, self.source).await;
    }

    /// The connection is lost, or back.
    pub async fn link_is(&self, state: &str) {
        let mut db = self.test.begin_as_system().await;
        sqlx::query("update source_state set state = $2, since = $3 where source_id = $1")
            .bind(self.source)
            .bind(state)
            .bind(self.test.app.clock.now())
            .execute(&mut *db)
            .await
            .expect("a state");
        for seat in [self.seat, self.other_seat] {
            self.signal(&mut db, seat, "source", None).await;
        }
        db.commit().await.expect("commit");
    }

    /// The state of the seat, as the telephone system tells it.
    pub async fn seat_is(&self, state: &str, reason: Option<&str>) {
        let mut db = self.test.begin_as_system().await;
        sqlx::query("update seat set state = $2, reason = $3, state_since = $4 where id = $1")
            .bind(self.seat)
            .bind(state)
            .bind(reason)
            .bind(self.test.app.clock.now())
            .execute(&mut *db)
            .await
            .expect("a state");
        self.signal(&mut db, self.seat, "state", None).await;
        db.commit().await.expect("commit");
    }

    /// A call of this line that rings at the first seat.
    pub async fn ring(&self, ringing: Ringing<'_>) -> i64 {
        let now = self.test.app.clock.now();
        let mut db = self.test.begin_as_system().await;
        sqlx::query("select ensure_call_month($1)").bind(now).execute(&mut *db).await.expect("a month");
        let call: i64 = sqlx::query_scalar(
            "insert into call (tenant_id, opened_at, source_id, call_ref, dialled, line_tenant_id, line_id,
                               tenant_caller, started_at, result, ringing, waiting_queue, waiting_since, heard_at)
             select line.tenant_id, $2, $3, gen_random_uuid()::text, line.number, line.tenant_id, line.id,
                    case when tenant.kind <> 'intake' then tenant.id end, $2, 'open', array['Platz-11'], 'stadt', $2, $2
             from line join tenant on tenant.id = line.tenant_id where line.tenant_id = $1 and line.number = $4
             returning id",
        )
        .bind(ringing.tenant)
        .bind(now)
        .bind(self.source)
        .bind(ringing.number)
        .fetch_one(&mut *db)
        .await
        .expect("a call");
        if let Some(number) = ringing.caller {
            let insert = "insert into caller_number (tenant_id, opened_at, call_id, number, delete_at)
                          select tenant_id, opened_at, id, $2, opened_at from call where id = $1";
            sqlx::query(insert).bind(call).bind(number).execute(&mut *db).await.expect("a number");
        }
        self.signal(&mut db, self.seat, "ringing", Some(call)).await;
        db.commit().await.expect("commit");
        call
    }

    /// Somebody picks up the first telephone.
    pub async fn talk(&self, call: i64) {
        let update = "update call set talking = 'Platz-11', agent_seat = 'Platz-11', ringing = '{}', connected_at = $2,
                             waiting_since = null, waiting_queue = null, heard_at = $2 where id = $1";
        self.change(call, update, "connected").await;
    }

    /// It rings at the other telephone now.
    pub async fn ring_elsewhere(&self, call: i64) {
        let update = "update call set ringing = array['Platz-12'], heard_at = $2 where id = $1";
        self.change(call, update, "silent").await;
    }

    /// The caller talks on with the other telephone.
    pub async fn hand_over(&self, call: i64) {
        let update = "update call set talking = 'Platz-12', heard_at = $2 where id = $1";
        self.change(call, update, "left").await;
    }

    pub async fn hang_up(&self, call: i64) {
        let update =
            "update call set talking = null, ringing = '{}', waiting_since = null, ended_at = $2, heard_at = $2,
                             result = case when connected_at is null then 'abandoned' else 'answered' end
                      where id = $1";
        self.change(call, update, "ended").await;
    }

    async fn change(&self, call: i64, update: &'static str, kind: &str) {
        let mut db = self.test.begin_as_system().await;
        sqlx::query(update).bind(call).bind(self.test.app.clock.now()).execute(&mut *db).await.expect("a change");
        self.signal(&mut db, self.seat, kind, Some(call)).await;
        db.commit().await.expect("commit");
    }

    /// A signal alone.
    pub async fn signal_only(&self, kind: &str) {
        let mut db = self.test.begin_as_system().await;
        self.signal(&mut db, self.seat, kind, None).await;
        db.commit().await.expect("commit");
    }

    async fn signal(&self, db: &mut PgConnection, seat: i32, kind: &str, call: Option<i64>) {
        sqlx::query(
            "with counted as (update seat set signal = signal + 1 where id = $1 returning signal)
             insert into seat_signal (seat_id, signal, kind, call_id, at) select $1, signal, $2, $3, $4 from counted",
        )
        .bind(seat)
        .bind(kind)
        .bind(call)
        .bind(self.test.app.clock.now())
        .execute(&mut *db)
        .await
        .expect("a signal");
        sqlx::query("notify seat_signal").execute(db).await.expect("a bell");
    }

    async fn run(&self, statement: &'static str, id: i32) {
        let mut db = self.test.begin_as_system().await;
        sqlx::query(statement).bind(id).execute(&mut *db).await.expect(statement);
        db.commit().await.expect("commit");
    }

    /// Seats somebody at a telephone of a system to which no connection was ever made.
    pub async fn seat_nobody_hears(&self, email: &str) {
        let mut db = self.test.begin_as_system().await;
        sqlx::query(
            "with source as (insert into source (name, adapter, active) values ('Stumm', 'asterisk-ami', false) returning id),
                  seat as (insert into seat (source_id, name) select id, 'Platz-21' from source returning id)
             insert into desk (account_id, seat_id) select account.id, seat.id from account, seat where email = $1",
        )
        .bind(email)
        .execute(&mut *db)
        .await
        .expect("a seat");
        db.commit().await.expect("commit");
    }

    /// Acts and details of what was ordered, in order.
    pub async fn orders(&self) -> Vec<String> {
        let mut db = self.test.begin_as_system().await;
        sqlx::query_scalar(
            "select concat_ws(' ', act, details ->> 'seat', details ->> 'queue', details ->> 'reason') from source_order order by id",
        )
        .fetch_all(&mut *db)
        .await
        .expect("orders")
    }
}

/// What a server does beside the requests.
pub fn follow(test: &TestApp) -> JoinSet<()> {
    let (stop, stopped) = watch::channel(false);
    let mut work = JoinSet::new();
    let mut ringer = Ringer::new(test.app.pool.clone());
    work.spawn(keep_up(DeskFollower::new(&test.app), ringer.bell("seat_signal"), stopped.clone()));
    work.spawn(ringer.run(stopped));
    // It ends with its tasks.
    work.spawn(async move { stop.closed().await });
    work
}

/// A moment that the test's clock shows later.
pub fn later(test: &TestApp, seconds: i64) -> DateTime<Utc> {
    test.app.clock.advance(TimeDelta::seconds(seconds));
    test.app.clock.now()
}

pub async fn number_of(test: &TestApp, line: &str) -> String {
    let mut db = test.begin_as_system().await;
    let number = sqlx::query_scalar("select number from line where id = $1::bigint").bind(line);
    number.fetch_one(&mut *db).await.expect("a line")
}
