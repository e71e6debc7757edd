//! Mails about a case: number, kind, time and a link, and nothing of what it is about or of whom.

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Europe::Berlin;
use sqlx::PgConnection;

use super::{CaseFile, Rule, links, store};
use crate::accounts::is_email;
use crate::app::App;
use crate::audit::Actor;
use crate::directory::Unit;
use crate::mail::{self, NewMail, Purpose};
use crate::tenants;
use crate::web::format;

/// Who acts where no person does.
pub fn clockwork() -> Actor {
    Actor { account: None, name: "Frist".to_owned() }
}

/// The office hears of the case, by a mail with a link of its own. An office without an address is noted in the history.
pub async fn tell_office(
    db: &mut PgConnection,
    app: &App,
    case: &CaseFile,
    unit: &Unit,
    (rule, purpose): (&Rule, Purpose),
    actor: &Actor,
) -> sqlx::Result<()> {
    let (key, now) = ((case.tenant, case.id), app.clock.now());
    let Some(address) = unit.mail.as_deref().filter(|address| is_email(address)) else {
        let details = serde_json::json!({ "unit": unit.name });
        return store::insert_event(db, key, actor, ("not told", None), details, now).await;
    };
    let (token, link) = links::issue(&mut *db, app, case, unit.id, rule).await?;
    let url = app.settings.url(&links::path(&token));
    let sentences = sentences(case, purpose, &format!("an {}", unit.name));
    let to = Recipient { address, unit: &unit.name, key: format!("case:{}:link:{link}", case.id) };
    write(&mut *db, app, case, purpose, to, &sentences, &url).await?;
    let details = serde_json::json!({ "unit": unit.name });
    store::insert_event(db, key, actor, ("told", None), details, now).await
}

/// Whoever is in charge of promises that were broken; the page behind it asks for a sign-in.
pub async fn tell_escalation(
    db: &mut PgConnection,
    app: &App,
    case: &CaseFile,
    addresses: &[String],
) -> sqlx::Result<()> {
    let unit = case.unit_name.as_deref().unwrap_or("keine Stelle");
    let sentences = sentences(case, Purpose::CaseLate, &format!("bei {unit}"));
    let tenant = tenants::find_tenant(&mut *db, case.tenant).await?;
    let slug = tenant.map(|tenant| tenant.slug).unwrap_or_default();
    let url = app.settings.url(&format!("/cases/{slug}/{}", case.id));
    for (place, address) in addresses.iter().enumerate() {
        // Extended and late again is another mail.
        let key = format!("case:{}:late:{}:{place}", case.id, case.extensions);
        let to = Recipient { address, unit, key };
        write(&mut *db, app, case, Purpose::CaseLate, to, &sentences, &url).await?;
    }
    Ok(())
}

struct Recipient<'a> {
    address: &'a str,
    unit: &'a str,
    key: String,
}

async fn write(
    db: &mut PgConnection,
    app: &App,
    case: &CaseFile,
    purpose: Purpose,
    to: Recipient<'_>,
    sentences: &[String],
    url: &str,
) -> sqlx::Result<()> {
    let words = mail::find_words(&mut *db, case.tenant, purpose).await?;
    let town = tenants::find_tenant(&mut *db, case.tenant).await?.map(|tenant| tenant.name).unwrap_or_default();
    let (reference, due) = (case.reference.to_string(), due_words(case));
    let values = [town.as_str(), to.unit, reference.as_str(), case.kind.label(), due.as_str()];
    let letter = mail::compose(&words, values, sentences, url);
    let mail = NewMail {
        tenant: Some(case.tenant),
        key: &to.key,
        recipient: to.address,
        subject: &letter.subject,
        text: &letter.text,
    };
    mail::enqueue_with_html(db, mail, &letter.html, app.clock.now()).await?;
    Ok(())
}

fn sentences(case: &CaseFile, purpose: Purpose, where_to: &str) -> Vec<String> {
    let (kind, reference) = (case.kind.label(), &case.reference);
    let what = match purpose {
        Purpose::CaseNew => format!("der Vorgang {reference} ({kind}) ging {where_to}."),
        Purpose::CaseWarn => format!("zum Vorgang {reference} ({kind}) fehlt noch eine Antwort."),
        Purpose::CaseLate => format!("zum Vorgang {reference} ({kind}) fehlt {where_to} noch eine Antwort."),
    };
    let due = match (case.due_at, purpose) {
        (None, _) => None,
        (Some(_), Purpose::CaseLate) => Some(format!("Zugesagt war sie bis {}.", due_words(case))),
        (Some(_), _) => Some(format!("Zugesagt ist eine Rückmeldung bis {}.", due_words(case))),
    };
    let act = match purpose {
        Purpose::CaseLate => "Hier steht, was bisher geschah:",
        _ => "Ansehen, übernehmen, beantworten oder weitergeben können Sie ihn hier, ohne Anmeldung:",
    };
    [Some(what), due, Some(act.to_owned())].into_iter().flatten().collect()
}

fn due_words(case: &CaseFile) -> String {
    case.due_at.map_or_else(|| "ohne Frist".to_owned(), moment_words)
}

/// "Mi 18.11., 12:30 Uhr".
pub fn moment_words(moment: DateTime<Utc>) -> String {
    let local = moment.with_timezone(&Berlin);
    let weekday = &format::weekday(local.weekday())[..2];
    format!("{weekday} {}", local.format("%d.%m., %H:%M Uhr"))
}
