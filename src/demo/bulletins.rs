//! Two bulletins of the demo: one of a town, to be acknowledged, and one of the Kreis for everybody.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::audit::{self, Act, Actor};
use crate::bulletins::{self, Announcement, Priority};
use crate::clock;
use crate::ids::TenantId;

/// Five o'clock in winter.
const AFTERNOON: NaiveTime = NaiveTime::from_hms_opt(16, 0, 0).expect("a time");

pub async fn insert_bulletins(
    db: &mut PgConnection,
    town: impl Fn(&str) -> TenantId,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let author = Actor::program("Demo");
    let all = ["kreis", "stadt-a", "stadt-b", "jobcenter"].map(&town);
    for (tenant, said) in [(town("kreis"), outage(all, now)), (town("stadt-a"), closed(town("stadt-a"), now))] {
        let id = bulletins::insert_bulletin(&mut *db, tenant, &said, &author, now).await?;
        let details = serde_json::json!({ "title": said.title });
        audit::record(&mut *db, now, &author, Act::of(tenant, "created", "bulletin", id, details)).await?;
    }
    Ok(())
}

fn closed(town: TenantId, now: DateTime<Utc>) -> Announcement {
    Announcement {
        title: "Bürgerbüro: Ausweise abholen nur mit Termin".to_owned(),
        text:
            "Wegen einer Erkrankung ist nur ein Schalter besetzt. Termine gibt es ab morgen wieder online. Wer in den \
               nächsten drei Tagen reist, wird an das Bürgerbüro verbunden."
                .to_owned(),
        priority: Priority::Important,
        starts_at: now,
        ends_at: Some(clock::day_of(now + TimeDelta::days(7)).and_time(AFTERNOON).and_utc()),
        remind_on: None,
        needs_acknowledgement: true,
        towns: vec![town],
        lines: Vec::new(),
        topics: vec!["Ausweis und Reise".to_owned()],
        entries: Vec::new(),
    }
}

fn outage(towns: [TenantId; 4], now: DateTime<Utc>) -> Announcement {
    Announcement {
        title: "Kfz-Zulassung: Verfahren gestört".to_owned(),
        text: "Zulassen und Abmelden geht zurzeit nicht, auch nicht online. Termine von heute gelten morgen weiter."
            .to_owned(),
        priority: Priority::Urgent,
        starts_at: now,
        ends_at: None,
        remind_on: Some(clock::day_of(now + TimeDelta::days(2))),
        needs_acknowledgement: false,
        towns: towns.into(),
        lines: Vec::new(),
        topics: vec!["Auto und Führerschein".to_owned()],
        entries: Vec::new(),
    }
}
