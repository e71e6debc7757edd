//! Desks in every state an agent can be in.

use ortsgespraech::access::{Permission, Role};

use super::site::Site;
use super::telephone::{self, Exchange, Ringing};
use super::{Client, TestApp, cast};

const SHARED_LINE: &str =
    "insert into line (tenant_id, number, label) values ($1, '115', 'Behördennummer') returning id";

/// Somebody to look as, and where.
pub async fn every_state(site: &Site) -> Vec<(Client, String)> {
    let test = &site.test;
    let talking = site.allowed(&site.a, Permission::UseDesk).await;
    let mut states: Vec<_> =
        ["transferred", "callback", "unanswered", "complaint", "misdialled", "note", "town", "bulletins", "gap"]
            .into_iter()
            .chain(["appointment", "appointment-found", "appointment-booked"])
            .map(|panel| (talking.clone(), format!("/desk?panel={panel}")))
            .collect();
    let to = format!("{}-{}-{}", site.a.tenant, site.a.get("unit"), site.a.get("contact"));
    states.push((talking.clone(), format!("/desk?panel=transferred&to={to}")));
    states.push((talking.clone(), "/desk?panel=transferred&detail=zaunk".to_owned()));
    states.push((talking.clone(), "/desk?q=zaunk".to_owned()));
    states.push((talking, "/desk?q=gibtesnicht".to_owned()));

    let idle = new_agent(test, "bereit").await;
    states.push((idle.clone(), "/desk".to_owned()));
    states.push((idle, "/desk?panel=gap".to_owned()));
    let paused = new_agent(test, "pause").await;
    paused.post("/desk/pause", &[]).await.is(303);
    states.push((paused, "/desk".to_owned()));

    let asking = new_agent(test, "frage").await;
    let mut db = test.begin_as_system().await;
    let shared: i64 =
        sqlx::query_scalar(SHARED_LINE).bind(test.cast.intake).fetch_one(&mut *db).await.expect("a shared line");
    db.commit().await.expect("commit");
    asking.post("/desk/calls", &[("line", &format!("{}-{shared}", test.cast.intake))]).await.is(303);
    states.push((asking, "/desk".to_owned()));

    let after = new_agent(test, "danach").await;
    let line = format!("{}-{}", site.a.tenant, site.a.get("line"));
    after.post("/desk/calls", &[("line", &line)]).await.is(303);
    let mut db = test.begin_as_system().await;
    let call: i64 = sqlx::query_scalar("select max(id) from call").fetch_one(&mut *db).await.expect("a call");
    drop(db);
    after.post(&format!("/desk/calls/{call}/outcome"), &[("disposition", "misdialled"), ("end", "1")]).await.is(303);
    states.push((after, "/desk".to_owned()));
    states.extend(at_telephones(site).await);
    states
}

/// One after the other at the same telephone: after hanging up, talking, and before it is answered; and one whose telephone
/// system cannot be heard.
async fn at_telephones(site: &Site) -> Vec<(Client, String)> {
    let test = &site.test;
    let exchange = Exchange::connect(test).await;
    let number = telephone::number_of(test, site.a.get("line")).await;
    let mut states = Vec::new();
    for name in ["aufgelegt", "spricht", "klingelt"] {
        let agent = new_agent(test, name).await;
        agent.post("/desk/seat", &[("seat", &exchange.seat.to_string())]).await.is(303);
        let ringing = Ringing { tenant: site.a.tenant, number: &number, caller: Some(telephone::CALLER) };
        let call = exchange.ring(ringing).await;
        match name {
            "aufgelegt" => {
                exchange.talk(call).await;
                agent.get("/desk").await.is(200);
                exchange.hang_up(call).await;
                agent.get("/desk").await.is(200);
                states.push((agent.clone(), "/desk?panel=callback".to_owned()));
            }
            "spricht" => _ = agent.post(&format!("/desk/calls/{call}/acceptance"), &[]).await.is(303),
            _ => {}
        }
        states.push((agent, "/desk".to_owned()));
    }
    let disturbed = new_agent(test, "stumm").await;
    exchange.seat_nobody_hears("stumm@kreis.example").await;
    states.push((disturbed, "/desk".to_owned()));
    states
}

/// One more of the center's team.
pub async fn new_agent(test: &TestApp, name: &str) -> Client {
    let email = format!("{name}@kreis.example");
    let mut db = test.begin_as_system().await;
    cast::insert_person(&mut db, &test.app, &email, name, &[(Role::Agent, None)]).await;
    db.commit().await.expect("commit");
    test.sign_in(&email).await
}
