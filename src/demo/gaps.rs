//! Gaps of the demo: what agents reported in the last weeks, some of it answered. What its calls say is collected as always.

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::store;
use crate::gaps::{self, About, Closing, Kind, Outcome, Report};
use crate::ids::{GapId, TenantId};
use crate::knowledge;

const REPORTER: &str = "weber@kreis-musterland.example";

enum Of {
    /// Whose entry, and its key.
    Entry(&'static str, &'static str),
    Words(&'static str),
}

/// For which town, about what, how, in which words, how many days ago.
type Line = (&'static str, Of, Kind, &'static str, i64);

const LINES: [Line; 12] = [
    ("stadt-a", Of::Entry("stadt-a", "stadt-a-sperrmuell"), Kind::Wrong, "Gebühr für die Eilabholung ist gestiegen", 9),
    ("stadt-a", Of::Entry("stadt-a", "stadt-a-sperrmuell"), Kind::Unclear, "Zählt ein Teppich als Sperrmüll?", 6),
    ("stadt-a", Of::Entry("stadt-a", "stadt-a-sperrmuell"), Kind::Unclear, "Teppiche, Matratzen: was gilt?", 2),
    ("stadt-a", Of::Entry("kreis", "kreis-fuehrerschein-umtausch"), Kind::Wrong, "Die Frist für 1971 ist vorbei", 4),
    ("stadt-b", Of::Entry("kreis", "kreis-fuehrerschein-umtausch"), Kind::Unclear, "Gilt das auch für Klasse T?", 3),
    ("stadt-a", Of::Words("trinkwasser brunnen"), Kind::Missing, "Wo stehen Trinkwasserbrunnen?", 12),
    ("stadt-a", Of::Words("brunnen trinkwasser"), Kind::Missing, "", 5),
    ("stadt-a", Of::Words("balkonkraftwerk zuschuss"), Kind::Missing, "Gibt es noch Geld?", 8),
    ("stadt-b", Of::Words("leihfahrrad station"), Kind::Missing, "", 7),
    ("stadt-b", Of::Entry("stadt-b", "stadt-b-sperrmuell"), Kind::Wrong, "Die Annahmestelle ist umgezogen", 1),
    ("kreis", Of::Words("jagdschein verlängern online"), Kind::Missing, "Geht das ohne Termin?", 10),
    ("kreis", Of::Entry("kreis", "kreis-kfz-abmeldung"), Kind::Unclear, "Was, wenn das Kennzeichen gestohlen ist?", 2),
];

pub async fn insert_gaps(
    db: &mut PgConnection,
    tenant_of: impl Fn(&str) -> TenantId,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let reporter = store::find_account(&mut *db, REPORTER).await?;
    for (town, of, kind, line, days) in LINES {
        let about = match of {
            Of::Words(words) => About::Words(words.to_owned()),
            Of::Entry(owner, key) => {
                let owner = tenant_of(owner);
                let entry = knowledge::find_entry_id(&mut *db, owner, key).await?;
                let entry = entry.with_context(|| format!("the demo has no entry {key}"))?;
                let titles = knowledge::list_titles(&mut *db, &[(owner, entry)]).await?;
                let title = titles.into_iter().next().map(|(.., title)| title).unwrap_or_default();
                About::Entry { owner, entry, title }
            }
        };
        let owner = if let About::Entry { owner, .. } = &about { *owner } else { tenant_of(town) };
        let report = Report { kind, about, line: line.to_owned(), call: None, reporter: Some(reporter) };
        let gap = gaps::file_report(&mut *db, owner, &report, now - TimeDelta::days(days)).await?;
        if line == "Gibt es noch Geld?" {
            answer(db, owner, gap.context("a gap")?, now).await?;
        }
    }
    Ok(())
}

/// One is closed, and its reporter has not read it yet.
async fn answer(db: &mut PgConnection, tenant: TenantId, gap: GapId, now: DateTime<Utc>) -> sqlx::Result<()> {
    let answer = "Findet sich jetzt unter „Förderung Photovoltaik“.";
    let at = now - TimeDelta::days(1);
    let closing = Closing { outcome: Outcome::Words, outcome_version: None, answer, by: "Herr Fischer", at };
    gaps::close(&mut *db, tenant, (gap, 1), &closing).await?;
    let told = gaps::sentence(Some(Outcome::Words), None, answer);
    gaps::tell(&mut *db, tenant, gap, &told, at).await?;
    Ok(())
}
