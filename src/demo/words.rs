//! How people of the demo's towns say things, beside the shipped lexicon.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::audit::Actor;
use crate::ids::TenantId;
use crate::search::words::{self, Wording};

/// Tenant, what people say, what is meant, a remark.
type Line = (&'static str, &'static [&'static str], &'static [&'static str], &'static str);

const LINES: [Line; 9] = [
    ("kreis", &["rosa Lappen", "grauer Lappen"], &["Führerschein Umtausch"], "Führerscheine vor 1999"),
    ("kreis", &["Giftmobil"], &["Schadstoffmobil"], "So hieß es bis 2015."),
    ("kreis", &["Müllberg", "Kippe am Steinbruch"], &["Entsorgungszentrum", "Deponie"], ""),
    ("kreis", &["Gesundheitspass", "rote Karte fürs Lokal"], &["Belehrung Infektionsschutzgesetz"], ""),
    ("kreis", &["Grauer Riese", "Kreishaus"], &["Öffnungszeiten Kreisverwaltung"], "Hochhaus am Ring"),
    ("stadt-a", &["Angelkarte", "Petri-Schein"], &["Fischereischein"], ""),
    ("stadt-a", &["Haus am Brunnen"], &["Fundbüro"], "Steht seit dem Umbau am Marktbrunnen."),
    ("stadt-a", &["Rumpelabfuhr", "Straßenrandtag"], &["Sperrmüll Abholung"], "Vor allem Ältere sagen es so."),
    ("stadt-a", &["Anwohnerkarte", "Parkpickerl"], &["Bewohnerparkausweis"], ""),
];

pub async fn insert_words(
    db: &mut PgConnection,
    slug: &str,
    tenant: TenantId,
    author: &Actor,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    for (_, expressions, terms, remark) in LINES.iter().filter(|(town, ..)| *town == slug) {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let remark = Some((*remark).to_owned()).filter(|remark| !remark.is_empty());
        let wording = Wording { expressions: names(expressions), terms: names(terms), remark };
        words::insert_line(&mut *db, tenant, &wording, &author.name, at).await?;
    }
    Ok(())
}
