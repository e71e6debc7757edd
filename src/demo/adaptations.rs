//! What the demo's towns say otherwise than their Kreis, and a text of the Kreis that changed since.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::audit::Actor;
use crate::ids::TenantId;
use crate::knowledge::{self, Adaptation, Content, Field, Html, Part, Stance, Target};

/// One entry of the Kreis as one town has it.
struct Demo {
    entry: &'static str,
    stance: Stance,
    replaced: &'static [(Field, &'static str)],
    added: &'static [(Field, &'static str)],
}

const OF_STADT_A: [Demo; 3] = [
    Demo {
        entry: "kreis-fuehrerschein-verlust",
        stance: Stance::Offered,
        replaced: &[(Field::Fees, "Ersatz 40,20 €, Annahme im Bürgerbüro A zusätzlich 5,00 €")],
        added: &[(Field::Appointment, "Den Antrag nimmt auch das Bürgerbüro A ohne Termin entgegen.")],
    },
    Demo {
        entry: "kreis-wespen-hornissen",
        stance: Stance::Offered,
        replaced: &[],
        added: &[(Field::Contact, "In Schulen und Kitas der Stadt A zuerst die Hausverwaltung anrufen.")],
    },
    Demo { entry: "kreis-kfz-zulassung", stance: Stance::DoneByBase, replaced: &[], added: &[] },
];

const OF_STADT_B: [Demo; 2] = [
    Demo {
        entry: "kreis-entsorgungszentrum",
        stance: Stance::Offered,
        replaced: &[],
        added: &[(Field::Documents, "Wer in Stadt B wohnt, zeigt den Abfallgebührenbescheid oder den Ausweis.")],
    },
    Demo { entry: "kreis-jagdschein", stance: Stance::DoneByBase, replaced: &[], added: &[] },
];

/// Changed after the towns had adapted it, so that Stadt A has something to look at.
const CHANGED: (&str, Field, &str) = (
    "kreis-fuehrerschein-verlust",
    Field::Fees,
    "Ersatz 41,50 €\nbei Verlust dazu 31,90 € für die eidesstattliche Versicherung",
);

pub async fn insert_adaptations(
    db: &mut PgConnection,
    town: &str,
    tenant: TenantId,
    kreis: TenantId,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let demos: &[Demo] = match town {
        "stadt-a" => &OF_STADT_A,
        "stadt-b" => &OF_STADT_B,
        _ => &[],
    };
    for demo in demos {
        if let Some(base) = knowledge::find_entry_id(&mut *db, kreis, demo.entry).await? {
            let actor = Actor::program("Demo");
            knowledge::publish_adaptation(db, tenant, base, &demo.patch(), &actor, now).await?;
        }
    }
    Ok(())
}

impl Demo {
    fn patch(&self) -> Adaptation {
        let mut patch = Adaptation { stance: self.stance, ..Adaptation::default() };
        for (field, text) in self.replaced {
            let mut content = Content::default();
            content.set(*field, Html::from_plain(text));
            patch.replace(Part::Text(*field), &content);
        }
        for (field, text) in self.added {
            patch.add_below(*field, Html::from_plain(text));
        }
        patch
    }
}

pub async fn change_a_base(db: &mut PgConnection, kreis: TenantId, now: DateTime<Utc>) -> anyhow::Result<()> {
    let (key, field, text) = CHANGED;
    let Some(id) = knowledge::find_entry_id(&mut *db, kreis, key).await? else { return Ok(()) };
    let Some(entry) = knowledge::find_entry(db, kreis, kreis, id).await? else { return Ok(()) };
    let mut content = entry.content;
    content.set(field, Html::from_plain(text));
    let target = Target::Existing(id);
    knowledge::publish(db, kreis, target, &content, &Actor::program("Demo"), now).await?;
    Ok(())
}
