//! What a person reads when something went wrong: what happened and what to do, and what is safe.

use axum::http::StatusCode;

pub struct Words {
    pub title: &'static str,
    pub text: String,
    pub safe: &'static str,
    pub english: &'static str,
}

const NOTHING_CHANGED: &str = "Es wurde nichts geändert.";
const SAVED_IS_SAFE: &str =
    "Was Sie schon gespeichert haben, ist sicher; ein laufendes Gespräch bleibt an Ihrem Arbeitsplatz.";

impl Words {
    pub fn of(status: StatusCode, reason: Option<String>) -> Self {
        let (title, text, safe, english) = match status.as_u16() {
            401 => (
                "Bitte anmelden",
                "Sie sind nicht angemeldet oder Ihre Sitzung ist abgelaufen. Melden Sie sich an und versuchen Sie es noch einmal.",
                SAVED_IS_SAFE,
                "Sign in, or send a valid token.",
            ),
            403 => (
                "Keine Berechtigung",
                "Ihr Konto darf diese Seite nicht öffnen. Wenn Sie sie für Ihre Arbeit brauchen, wenden Sie sich an Ihre Mandanten-Verwaltung.",
                NOTHING_CHANGED,
                "This account may not do that.",
            ),
            404 => (
                "Nicht gefunden",
                "Diese Seite oder dieser Eintrag ist nicht vorhanden, oder er gehört zu einem anderen Mandanten.",
                SAVED_IS_SAFE,
                "Not found.",
            ),
            405 => (
                "So nicht möglich",
                "Diese Adresse nimmt eine solche Anfrage nicht an.",
                NOTHING_CHANGED,
                "Method not allowed.",
            ),
            409 => (
                "Inzwischen geändert",
                "Jemand anderes hat den Inhalt in der Zwischenzeit geändert. Laden Sie die Seite neu und prüfen Sie den neuen Stand.",
                "Ihre Eingabe wurde nicht gespeichert, der andere Stand wurde nicht überschrieben.",
                "Somebody else changed this first.",
            ),
            413 => (
                "Zu viel auf einmal",
                "Die gesendeten Daten sind größer, als hier angenommen wird. Kürzen Sie den Text und senden Sie ihn noch einmal.",
                NOTHING_CHANGED,
                "The body is too large.",
            ),
            415 => (
                "Falsches Format",
                "Die Daten kamen in einem Format, das hier nicht angenommen wird.",
                NOTHING_CHANGED,
                "Unsupported media type.",
            ),
            422 | 400 => (
                "Angaben nicht verständlich",
                "Die gesendeten Angaben konnten nicht gelesen werden.",
                NOTHING_CHANGED,
                "The request cannot be understood.",
            ),
            429 => (
                "Zu viele Anfragen",
                "Es kamen sehr viele Anfragen in kurzer Zeit. Warten Sie einen Moment.",
                NOTHING_CHANGED,
                "Too many requests.",
            ),
            503 | 504 => (
                "Gerade nicht erreichbar",
                "Die Datenbank antwortet im Moment nicht. Versuchen Sie es in einer Minute noch einmal.",
                SAVED_IS_SAFE,
                "Temporarily unavailable.",
            ),
            _ => (
                "Das hat nicht geklappt",
                "Bei uns ist ein Fehler aufgetreten. Versuchen Sie es noch einmal; wenn es wieder geschieht, nennen Sie dem Betrieb die Kennung unten.",
                SAVED_IS_SAFE,
                "Internal error.",
            ),
        };
        Self { title, text: reason.unwrap_or_else(|| text.to_owned()), safe, english }
    }
}
