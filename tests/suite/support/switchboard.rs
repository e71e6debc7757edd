//! A town's telephone system in every state that a page shows, marked as everything of the town.

use ortsgespraech::telephony::{self, Adapter, DoorRules, Link, Way};
use sqlx::PgConnection;

use super::TestApp;
use super::town::Town;

/// One row of each table in which telephone systems leave something; $1 the source, $2 the mark, $3 the tenant.
const ROWS: [&str; 8] = [
    "insert into source_queue (source_id, queue, tenant_id, skill) select $1, $2, $3, $2",
    "insert into source_order (source_id, tenant_id, act, details, created_at)
     select $1, $3, 'pause', jsonb_build_object('reason', $2::text), now()",
    "insert into source_state (source_id, state, since, detail) select $1, 'lost', now(), $2 where $3 > 0",
    "insert into source_gap (source_id, lost_at) select $1, now() where $2 <> '' and $3 > 0",
    "insert into source_traffic (source_id, hour, messages, duplicates, last_at, skew_ms)
     select $1, '2026-11-17T09:00:00Z', 7, 1, '2026-11-17T09:29:00Z', 3400 where $2 <> '' and $3 > 0",
    "insert into source_oddity (source_id, kind, name, times, first_at, last_at)
     select $1, kind, name, 2, now(), now() from (values ('event', $2), ('refused', $2), ('number', '+4969900099'))
     odd (kind, name) where $3 > 0",
    "insert into seat (source_id, name, state, reason, state_since) select $1, $2, 'paused', $2, now() where $3 > 0",
    "with taken as (insert into call (tenant_id, opened_at, source_id, call_ref, dialled, started_at, connected_at,
                                      ended_at, result, agent_seat)
                    select tenant.id, '2026-11-17T09:20:00Z', $1, $2, '+4969900099', '2026-11-17T09:20:00Z',
                           '2026-11-17T09:20:09Z', '2026-11-17T09:22:00Z', 'answered', $2
                    from tenant where kind = 'intake' and $3 > 0
                    returning tenant_id, opened_at, id)
     insert into call_event (tenant_id, opened_at, call_id, type, occurred_at, clock, received_at, payload)
     select tenant_id, opened_at, id, kind, opened_at, 'source', opened_at, jsonb_build_object('agent', $2::text)
     from taken, unnest(array['call.started', 'call.connected', 'call.ended']) kind",
];

impl Town {
    pub async fn connect_telephones(&mut self, db: &mut PgConnection, test: &TestApp) {
        let now = test.app.clock.now();
        let door = Way::Door(DoorRules { signing_secret: Some("siegel".to_owned()), ..DoorRules::default() });
        let source = telephony::insert_source(db, self.mark, Adapter::Zammad, &door, now).await.expect("a source");
        telephony::insert_token(db, source, now).await.expect("no error").expect("a token");
        self.keep("source", source);
        let address = "127.0.0.1:5038".to_owned();
        let link = Link { address, account: "leser".to_owned(), secret: "geheim".to_owned(), ..Link::default() };
        let name = format!("Asterisk {}", self.mark);
        let called = telephony::insert_source(db, &name, Adapter::AsteriskAmi, &Way::Link(link), now).await;
        self.keep("asterisk", called.expect("a source"));
        sqlx::query("select ensure_call_month('2026-11-17T09:20:00Z')").execute(&mut *db).await.expect("a month");
        for statement in ROWS {
            let query = sqlx::query(statement).bind(source).bind(self.mark).bind(self.tenant);
            query.execute(&mut *db).await.expect(statement);
        }
        let call = sqlx::query_scalar::<_, i64>("select id from call where source_id = $1 and call_ref = $2");
        let call = call.bind(source).bind(self.mark).fetch_one(db).await;
        self.keep("unassigned_call", call.expect("a call of nobody"));
    }
}
