//! The operator connects a telephone system, sees whether it works, and gives away the calls that belong to nobody.

use ortsgespraech::telephony::Adapter;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::conventions::FORM;
use crate::support::forms::fields_of;
use crate::support::site::Site;
use crate::support::{Client, TestApp, cast};

const CALL: &str = "event=newCall&direction=in&from=022147109001&to=06990009100&callId=c1";

/// The path of the door that a page shows.
fn shown_door(page: &str) -> String {
    let url = page.split("id=\"secret\" type=\"text\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    url.and_then(|url| url.strip_prefix("http://127.0.0.1")).expect("a door").to_owned()
}

async fn save(client: &Client, path: &str, changes: &[(&str, &str)]) -> crate::support::Answer {
    let page = client.get(path).await.is(200).body;
    let mut fields = fields_of(&page);
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.post(path, &fields).await
}

async fn text(test: &TestApp, query: &'static str) -> String {
    let found = sqlx::query_scalar::<_, Option<String>>(query).fetch_one(&mut *test.begin_as_system().await).await;
    found.expect("a row").unwrap_or_default()
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn operator_connects_changes_and_switches_off(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    assert!(operator.get("/telephony").await.is(200).body.contains("Noch keine Telefonanlage."));
    assert!(operator.get("/telephony/new").await.is(200).body.contains("Placetel"));
    let new = [("adapter", "zammad"), ("name", "Rathaus"), ("per_second", "100"), ("networks", "")];
    let page = operator.post("/telephony", &new).await.is(201).body;
    let door = shown_door(&page);
    let knock = async || test.signed_out().post_raw(&door, FORM, CALL).await.status.as_u16();
    assert_eq!(knock().await, 200);
    assert!(operator.post("/telephony", &new).await.is(422).body.contains("gibt es schon"));
    let list = operator.get("/telephony").await.is(200).body;
    assert!(list.contains("Rathaus") && list.contains("data-state=\"good\">aktiv") && !list.contains(&door));
    let id = text(&test, "select max(id)::text from source").await;
    let path = format!("/telephony/{id}");
    save(&operator, &path, &[("networks", "10.1.2.3/16\n203.0.113.7"), ("signing_secret", "siegel")]).await.is(303);
    assert_eq!(text(&test, "select allowed_networks::text from source_door").await, "{10.1.0.0/16,203.0.113.7/32}");
    assert_eq!(knock().await, 403);
    let page = operator.get(&path).await.is(200).body;
    assert!(page.contains("10.1.0.0/16") && page.contains("Ist gesetzt") && !page.contains("siegel"));
    save(&operator, &path, &[("networks", "")]).await.is(303);
    assert_eq!(text(&test, "select signing_secret from source_door").await, "siegel", "an empty field changes nothing");
    save(&operator, &path, &[("unsigned", "on")]).await.is(303);
    assert_eq!(knock().await, 200);
    operator.post(&format!("{path}/deactivation"), &[]).await.is(303);
    assert_eq!(knock().await, 401);
    assert!(operator.get("/telephony").await.body.contains(&format!("{path}/activation")), "one click takes it back");
    operator.post(&format!("{path}/activation"), &[]).await.is(303);
    assert_eq!(knock().await, 200);
    let audit = operator.get("/center/audit?thing=source").await.is(200).body;
    assert!(audit.contains("Telefonanlage angelegt") && audit.contains("Telefonanlage abgeschaltet"), "{audit}");
    assert!(!audit.contains("siegel"));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn mistakes_come_back_beside_their_fields(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let refused = async |fields: &[(&str, &str)], says: &str| {
        let page = operator.post("/telephony", fields).await.is(422).body;
        assert!(page.contains(says), "{says}: {page}");
    };
    let door = |name, value| [("adapter", "sipgate"), ("name", "A"), ("per_second", "5"), (name, value)];
    refused(&[("adapter", "isdn")], "Bitte wählen Sie, wie die Anlage spricht.").await;
    refused(&[("adapter", "zammad"), ("per_second", "5")], "Der Name fehlt.").await;
    refused(&door("networks", "10.0.0.0/33"), "ist kein Netz").await;
    refused(&door("signing_key", "abc"), "kein öffentlicher RSA-Schlüssel").await;
    refused(&[("adapter", "zammad"), ("name", "A"), ("per_second", "0")], "1 bis 100.000").await;
    let called = [("adapter", "asterisk-ami"), ("name", "A"), ("address", "pbx"), ("account", "leser")];
    refused(&called, "zum Beispiel 10.0.0.5:5038").await;
    refused(&called, "Das Kennwort fehlt.").await;
    let two_lines =
        [&called[..2], &[("address", "pbx:1"), ("account", "a\nAction: Originate"), ("secret", "x")]].concat();
    refused(&two_lines, "nur eine Zeile lang").await;
    assert_eq!(text(&test, "select count(*)::text from source_link").await, "0");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn slower_of_two_operators_sees_what_the_other_saved(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let path = format!("/telephony/{}", test.open_door("Rathaus", Adapter::Zammad).await.source);
    let stale = operator.get(&path).await.is(200).body;
    save(&operator, &path, &[("name", "Rathaus Mitte")]).await.is(303);
    let mut fields = fields_of(&stale);
    fields.iter_mut().filter(|(name, _)| name == "name").for_each(|(_, value)| "Rathaus Nord".clone_into(value));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = operator.post(&path, &fields).await.is(409).body;
    assert!(page.contains("Rathaus Mitte") && page.contains("Rathaus Nord"));
    let again = fields_of(&page);
    let again: Vec<_> = again.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    operator.post(&path, &again).await.is(303);
    assert_eq!(text(&test, "select name from source order by id desc limit 1").await, "Rathaus Nord");
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn address_is_changed_without_losing_a_call(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let first = test.open_door("Rathaus", Adapter::Zammad).await;
    let path = format!("/telephony/{}/token", first.source);
    test.app.clock.advance(chrono::TimeDelta::minutes(1));
    let second = shown_door(&operator.post(&path, &[]).await.is(201).body);
    let knock = async |path: &str| test.signed_out().post_raw(path, FORM, CALL).await.status.as_u16();
    assert_eq!((knock(&first.path).await, knock(&second).await), (200, 200));
    operator.post(&path, &[]).await.is(303);
    assert!(operator.get(&path).await.is(200).body.contains("Zwei Adressen sind schon gültig."));
    operator.post(&format!("{path}/succession"), &[]).await.is(303);
    assert_eq!((knock(&first.path).await, knock(&second).await), (401, 200));
    assert!(!operator.get(&path).await.body.contains(&second));
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn queue_is_mapped_and_unmapped_with_undo(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let operator = test.sign_in(cast::OPERATOR).await;
    let path = format!("/telephony/{}/queues", test.open_door("Rathaus", Adapter::Zammad).await.source);
    let mapping = [("queue", "buerger büro"), ("town", "stadt-a"), ("skill", "Polnisch")];
    operator.post(&path, &mapping).await.is(303);
    assert!(operator.get(&path).await.is(200).body.contains("buerger büro"));
    for wrong in
        [[("queue", ""), ("town", "stadt-a")], [("queue", "a"), ("town", "intake")], [("queue", "a"), ("town", "x")]]
    {
        operator.post(&path, &wrong).await.is(422);
    }
    operator.post(&format!("{path}/deletion"), &[("queue", "buerger büro")]).await.is(303);
    assert_eq!(text(&test, "select count(*)::text from source_queue").await, "0");
    let page = operator.get(&path).await.is(200).body;
    let undo = page.split("action=\"").find(|part| part.contains("/restoration?")).expect("a way back");
    let undo = undo.split('"').next().expect("its end").replace("&#38;", "&");
    operator.post(&undo, &[]).await.is(303);
    assert_eq!(text(&test, "select queue || ' ' || skill from source_queue").await, "buerger büro Polnisch");
    operator.post(&format!("{path}/deletion"), &[("queue", "gibt es nicht")]).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn call_of_nobody_is_given_to_a_town_and_taken_back(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    let operator = site.test.sign_in(cast::OPERATOR).await;
    let call = site.a.get("unassigned_call");
    let page = operator.get("/telephony/unassigned").await.is(200).body;
    assert!(page.contains("069 900099") && page.contains("/telephony/lines/new?number=%2B4969900099"), "{page}");
    let form = format!("/{call}/assignment\"");
    let listed =
        async |query: &str| operator.get(&format!("/telephony/unassigned?{query}")).await.is(200).body.contains(&form);
    let source = site.a.get("source");
    assert!(listed("q=069%2090009").await && listed("q=%2B49%2069").await && listed(&format!("source={source}")).await);
    assert!(!listed("q=0221").await && !listed("source=1").await);
    let path = format!("/telephony/unassigned/{call}/assignment");
    operator.post(&path, &[("town", "")]).await.is(303);
    assert!(listed("").await);
    operator.post(&path, &[("town", "stadt-b")]).await.is(303);
    assert!(!listed("").await);
    let whose = "select string_agg(distinct slug || is_assigned::text || (tenant_caller = tenant.id)::text, ' ')
                 from call join tenant on tenant.id = tenant_id
                 where exists (select from call_event event where event.tenant_id = call.tenant_id and event.call_id = call.id)
                   and dialled = '+4969900099' and call.id = (select min(id) from call where dialled = '+4969900099')";
    assert_eq!(text(&site.test, whose).await, "stadt-btruetrue");
    operator.post(&path, &[("town", "stadt-a")]).await.is(404);
    let undo = format!("{path}/withdrawal?town=stadt-b");
    operator.post(&undo, &[]).await.is(303);
    assert!(listed("").await);
    operator.post(&undo, &[]).await.is(404);
    let audit = operator.get("/center/audit?thing=call").await.is(200).body;
    assert!(audit.contains("Anruf zugeordnet") && audit.contains("Zuordnung zurückgenommen"), "{audit}");
    let line = [("number", "069 90009-9"), ("label", "Fundbüro"), ("town", "stadt-a")];
    operator.post("/telephony/lines", &line).await.is(303);
    assert!(operator.post("/telephony/lines", &line).await.is(422).body.contains("gehört schon"));
    operator.post("/telephony/lines", &[("number", "abc"), ("label", ""), ("town", "")]).await.is(422);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn check_shows_what_came_and_what_to_do(options: PgPoolOptions, database: PgConnectOptions) {
    let site = Site::open(options, database).await;
    let operator = site.test.sign_in(cast::OPERATOR).await;
    let page = operator.get(&format!("/telephony/{}/check", site.a.get("source"))).await.is(200).body;
    for words in [
        "nicht erreichbar",
        "Die Uhr der Anlage geht nach",
        "3,4 Sekunden",
        "Datenlücken",
        "die Rufnummer ist nicht angelegt",
        "hat an keinem Arbeitsplatz jemand gewählt",
        "Anruf kommt an",
        "unbekanntes Ereignis",
        "number=%2B4969900099",
        "event=newCall",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let new = site.test.open_door("Neu", Adapter::Native).await;
    let page = operator.get(&format!("/telephony/{}/check", new.source)).await.is(200).body;
    assert!(
        page.contains("in den letzten 30 Minuten kam kein Anruf")
            && page.contains("&#34;call.started&#34;") | page.contains("\"call.started\"")
    );
    let page = operator.get(&format!("/telephony/{}/check", site.a.get("asterisk"))).await.is(200).body;
    assert!(page.contains("SC_DIVERSION") && page.contains("timestampevents = yes") && !page.contains("geheim"));
    operator.get(&format!("/telephony/{}/token", site.a.get("asterisk"))).await.is(404);
}

#[sqlx::test(migrator = "ortsgespraech::db::MIGRATOR")]
async fn nobody_but_the_operator_opens_them(options: PgPoolOptions, database: PgConnectOptions) {
    let test = TestApp::start(options, database).await;
    let source = test.open_door("Rathaus", Adapter::Zammad).await.source;
    for person in [cast::AGENT, cast::ADMIN_OF_A, cast::EDITOR_OF_B] {
        let client = test.sign_in(person).await;
        for path in ["", "/new", "/unassigned", "/lines/new", &format!("/{source}"), &format!("/{source}/check")] {
            client.get(&format!("/telephony{path}")).await.is(403);
        }
        client.post(&format!("/telephony/{source}/token"), &[]).await.is(403);
    }
}
