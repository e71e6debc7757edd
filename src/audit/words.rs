//! The audit in German: things, acts and what changed.

use serde_json::Value;

/// What is recorded, with its word on the screen.
pub const THINGS: &[(&str, &str)] = &[
    ("tenant", "Mandant"),
    ("relations", "Beziehungen"),
    ("line", "Rufnummer"),
    ("greeting", "Begrüßung"),
    ("service_hours", "Servicezeiten"),
    ("answering", "Wer zuerst abnimmt"),
    ("calendar_exception", "Schließtag"),
    ("service_scope", "Leistungsspektrum"),
    ("unit", "Stelle"),
    ("contact", "Person oder Funktion"),
    ("unit_hours", "Zeiten einer Stelle"),
    ("unit_exception", "Ausnahme einer Stelle"),
    ("unit_member", "Wer in einer Stelle arbeitet"),
    ("responsibility", "Zuständigkeit"),
    ("directory", "Verzeichnis"),
    ("account", "Konto"),
    ("api_token", "Zugang für ein Programm"),
    ("center", "ServiceCenter"),
    ("entry", "Eintrag"),
    ("keeping", "Pflege"),
    ("review", "Zweite Person"),
    ("bulletin", "Meldung"),
    ("import_run", "Import"),
    ("attachment", "Anhang"),
    ("public_door", "Öffentliches Lesen"),
    ("public_exclusion", "Nicht öffentlich"),
    ("lexicon_line", "Suchwörter"),
    ("lesson", "Gelerntes"),
    ("learning", "Lernen der Suche"),
    ("call", "Anruf"),
    ("source", "Telefonanlage"),
    ("desk", "Arbeitsplatz"),
    ("gap", "Wissenslücke"),
    ("mail", "E-Mail"),
];

const ACTIONS: &[(&str, &str)] = &[
    ("created", "angelegt"),
    ("changed", "geändert"),
    ("deleted", "gelöscht"),
    ("ended", "beendet"),
    ("forgotten", "vergessen"),
    ("restored", "wiederhergestellt"),
    ("activated", "eingeschaltet"),
    ("deactivated", "abgeschaltet"),
    ("invited", "eingeladen"),
    ("removed", "entfernt"),
    ("revoked", "widerrufen"),
    ("published", "veröffentlicht"),
    ("withdrawn", "zurückgezogen"),
    ("asked for review", "zur Prüfung gegeben"),
    ("planned", "Veröffentlichung geplant"),
    ("returned", "zurückgegeben"),
    ("discarded", "Entwurf verworfen"),
    ("kept own words", "eigene Angaben behalten"),
    ("accepted base", "Grundlage übernommen"),
    ("detached", "von der Grundlage gelöst"),
    ("archived", "archiviert"),
    ("unarchived", "aus dem Archiv geholt"),
    ("corrected", "berichtigt"),
    ("imported", "eingelesen"),
    ("undone", "rückgängig gemacht"),
    ("exported", "ausgegeben"),
    ("changed password", "Passwort geändert"),
    ("changed preferences", "Arbeitsweise geändert"),
    ("ended other sessions", "andere Sitzungen beendet"),
    ("changed token", "zweiter Schlüssel ausgegeben"),
    ("changed token alone", "neuer Schlüssel ausgegeben, alte beendet"),
    ("ended token", "ältere Schlüssel beendet"),
    ("assigned", "zugeordnet"),
    ("assignment withdrawn", "Zuordnung zurückgenommen"),
    ("answered", "beantwortet"),
    ("closed", "geschlossen"),
    ("reopened", "wieder geöffnet"),
    ("merged", "zusammengelegt"),
    ("separated", "wieder getrennt"),
    ("handed over", "weitergegeben"),
    ("signed out everywhere", "Überall abgemeldet"),
    ("accepted invitation", "Einladung angenommen"),
    ("sent again", "erneut verschickt"),
    ("checked", "geprüft"),
    ("check withdrawn", "Prüfung zurückgenommen"),
];

const FIELDS: &[(&str, &str)] = &[
    ("name", "Name"),
    ("short_name", "Kurzname"),
    ("slug", "Kürzel"),
    ("kind", "Art"),
    ("accent", "Farbe"),
    ("shape", "Form"),
    ("ars", "Regionalschlüssel"),
    ("inhabitants", "Einwohner"),
    ("number_blocks", "Stammnummern"),
    ("served_by", "ServiceCenter"),
    ("postcodes", "Postleitzahlen"),
    ("observes_holidays", "Feiertage"),
    ("allows_own_greeting", "Eigene Begrüßung"),
    ("after_call_seconds", "Nachbearbeitung"),
    ("base-1", "Wissensgrundlagen"),
    ("topic-1", "Zuständigkeiten"),
    ("number", "Rufnummer"),
    ("label", "Bezeichnung"),
    ("skill", "Kenntnis"),
    ("skills", "Kenntnisse"),
    ("preset", "Eintrag"),
    ("text", "Text"),
    ("situation", "Wann"),
    ("week", "Woche"),
    ("first_day", "Erster Tag"),
    ("last_day", "Letzter Tag"),
    ("roles", "Rollen"),
    ("tenants", "Orte"),
    ("scopes", "Darf"),
    ("title", "Titel"),
    ("version", "Fassung"),
    ("phone", "Telefon"),
    ("unit", "Stelle"),
    ("hold", "Nicht verbinden bis"),
    ("day", "Nicht verbinden bis"),
    ("time", "Uhrzeit"),
    ("reason", "Grund"),
    ("members", "Personen"),
    ("task", "Aufgabe"),
    ("tasks", "Aufgaben"),
    ("room", "Zimmer"),
    ("languages", "Sprachen"),
    ("deputy", "Vertretung"),
    ("position", "Reihenfolge"),
    ("about", "Thema"),
    ("narrows", "Eingeteilt nach"),
    ("number_from", "Hausnummer von"),
    ("number_to", "Hausnummer bis"),
    ("side", "Seite"),
    ("district", "Ortsteil"),
    ("initial_from", "Nachname von"),
    ("initial_to", "Nachname bis"),
    ("valid_from", "Gültig ab"),
    ("valid_until", "Gültig bis"),
    ("target", "Zuständig"),
    ("within", "Innerhalb der Stelle"),
    ("postcode", "Postleitzahl"),
    ("city", "Ort"),
    ("parent", "Gehört zu"),
    ("mail", "E-Mail"),
    ("street", "Straße"),
    ("opening_hours", "Öffnungszeiten"),
    ("phone_hours", "Telefonzeiten"),
    ("expressions", "Die Leute sagen"),
    ("terms", "Gemeint ist"),
    ("remark", "Bemerkung"),
    ("count", "Anzahl"),
    ("created", "neu"),
    ("updated", "geändert"),
    ("unchanged", "unverändert"),
    ("rejected", "abgelehnt"),
    ("queue", "Warteschlange"),
    ("owner", "Verantwortlich"),
    ("interval", "Prüfung alle Monate"),
    ("interval_months", "Prüfung alle Monate"),
    ("remind_days", "Erinnerung Tage vorher"),
    ("priority", "Wichtigkeit"),
    ("start", "Gilt ab"),
    ("end", "Gilt bis"),
    ("acknowledgement", "Lesen bestätigen"),
    ("towns", "Gilt für"),
    ("lines", "Rufnummern"),
    ("topics", "Themen"),
    ("entries", "Einträge"),
    ("assignee", "Zuständig"),
    ("outcome", "Ergebnis"),
    ("answer", "Antwort"),
    ("into", "Zusammengelegt mit"),
    ("to", "An"),
    ("file_name", "Datei"),
    ("format", "Format"),
    ("internal", "mit internen Hinweisen"),
    ("entry", "Eintrag Nr."),
];

fn word<'a>(list: &[(&str, &'static str)], name: &'a str) -> &'a str {
    list.iter().find(|(known, _)| *known == name).map_or(name, |(_, word)| word)
}

pub fn thing_words(thing: &str) -> &str {
    word(THINGS, thing)
}

pub fn action_words(action: &str) -> &str {
    word(ACTIONS, action)
}

/// One line a field: "Name: Stadt A → Stadt Alpha", "Version: 3".
pub fn detail_words(details: &Value) -> Vec<String> {
    let Some(fields) = details.as_object() else { return Vec::new() };
    let line = |(name, value): (&String, &Value)| {
        let words = match value.as_array().map(Vec::as_slice) {
            Some([before, after]) if is_change(name) => format!("{} → {}", plain(before), plain(after)),
            _ => plain(value),
        };
        (!words.is_empty()).then(|| format!("{}: {words}", word(FIELDS, name)))
    };
    fields.iter().filter_map(line).collect()
}

/// Lists of two names are no change of one into the other.
fn is_change(name: &str) -> bool {
    name != "scopes"
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.is_empty() => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "ja" } else { "nein" }.to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
