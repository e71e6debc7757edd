//! What agents of the demo typed before they answered: from this the search has learned.

use anyhow::Context;
use chrono::{DateTime, Days, Utc};
use sqlx::PgConnection;

use crate::ids::{EntryId, TenantId};
use crate::knowledge;
use crate::search::{Request, SearchIndex, Tuning, learning};

/// Tenant, what was typed, whose entry answered it, how often, days since the last time.
type Answer = (&'static str, &'static str, (&'static str, &'static str), u64, u64);

/// More texts than the demo has.
const ALL: i64 = 1_000;
/// Days between two answers of the same kind.
const APART: u64 = 4;

#[rustfmt::skip]
const ANSWERS: [Answer; 26] = [
    ("kreis", "führerschein umtausch", ("kreis", "kreis-fuehrerschein-umtausch"), 14, 0),
    ("kreis", "rosa lappen", ("kreis", "kreis-fuehrerschein-umtausch"), 6, 2),
    ("kreis", "führerschein weg", ("kreis", "kreis-fuehrerschein-verlust"), 3, 9),
    ("kreis", "auto abmelden", ("kreis", "kreis-kfz-abmeldung"), 9, 1),
    ("kreis", "neues auto kennzeichen", ("kreis", "kreis-kfz-zulassung"), 7, 1),
    ("kreis", "kennzeichen mitnehmen umzug", ("kreis", "kreis-kfz-ummeldung"), 2, 12),
    ("kreis", "blitzer", ("kreis", "kreis-bussgeld"), 5, 3),
    ("kreis", "schwerbehindertenausweis verl", ("kreis", "kreis-schwerbehindertenausweis-verlaengerung"), 3, 6),
    ("kreis", "pflege mutter", ("kreis", "kreis-pflegeberatung"), 2, 40),
    ("kreis", "rote karte küche", ("kreis", "kreis-infektionsschutz-belehrung"), 4, 5),
    ("stadt-a", "perso abgelaufen", ("stadt-a", "stadt-a-personalausweis"), 12, 0),
    ("stadt-a", "perso weg", ("stadt-a", "stadt-a-personalausweis-verlust"), 5, 2),
    ("stadt-a", "ausweis sofort", ("stadt-a", "stadt-a-vorlaeufiger-ausweis"), 3, 4),
    ("stadt-a", "ummelden", ("stadt-a", "stadt-a-wohnsitz-anmelden"), 10, 0),
    ("stadt-a", "sofa abholen", ("stadt-a", "stadt-a-sperrmuell"), 6, 1),
    ("stadt-a", "tonne nicht geleert", ("stadt-a", "stadt-a-muellabfuhr"), 4, 3),
    ("stadt-a", "hund anmelden", ("stadt-a", "stadt-a-hundesteuer"), 3, 8),
    ("stadt-a", "trauung", ("stadt-a", "stadt-a-eheschliessung"), 2, 21),
    ("stadt-a", "wespen", ("kreis", "kreis-wespen-hornissen"), 2, 95),
    ("stadt-a", "lappen umtauschen", ("kreis", "kreis-fuehrerschein-umtausch"), 4, 2),
    ("stadt-b", "perso verlängern", ("stadt-b", "stadt-b-personalausweis"), 8, 1),
    ("stadt-b", "umzug anmelden", ("stadt-b", "stadt-b-wohnsitz-anmelden"), 6, 0),
    ("stadt-b", "matratze", ("stadt-b", "stadt-b-sperrmuell"), 3, 5),
    ("stadt-b", "parken altstadt", ("stadt-b", "stadt-b-bewohnerparkausweis"), 4, 2),
    ("stadt-b", "carport", ("kreis", "kreis-baugenehmigung"), 1, 30),
    ("stadt-b", "farbe entsorgen", ("kreis", "kreis-schadstoffmobil"), 2, 7),
];

/// As if each of them had come from a desk: the same words are kept of what was typed, and as little.
pub async fn insert_answers(
    db: &mut PgConnection,
    tenant_of: impl Fn(&str) -> TenantId,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let entries = knowledge::list_for_index(&mut *db, EntryId(0), ALL).await?;
    let index = SearchIndex::of(&entries, Tuning::default())?;
    for (town, typed, (owner, external_id), times, days_ago) in ANSWERS {
        let (tenant, owner) = (tenant_of(town), tenant_of(owner));
        let entry = entries.iter().find(|entry| entry.tenant == owner && entry.external_id == external_id);
        let entry = entry.with_context(|| format!("the demo has no entry {external_id}"))?.id;
        let request = Request::new(typed, [tenant, tenant_of("kreis")], 1, now);
        let words = index.find_words_to_learn(&request)?.with_context(|| format!("nothing is learned from {typed}"))?;
        for days in (0..times).rev().map(|time| days_ago + time * APART) {
            learning::note_answer(&mut *db, tenant, &words, (owner, entry), request.today - Days::new(days)).await?;
        }
    }
    Ok(())
}
