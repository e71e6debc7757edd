//! A town's own words around what a mail has to say: subject, greeting, signature. What it says, and the one link, are ours.

use sqlx::PgExecutor;

use crate::ids::TenantId;
use crate::mail::store;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    CaseNew,
    CaseWarn,
    CaseLate,
}

impl Purpose {
    pub const ALL: [Self; 3] = [Self::CaseNew, Self::CaseWarn, Self::CaseLate];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::CaseNew => "case_new",
            Self::CaseWarn => "case_warn",
            Self::CaseLate => "case_late",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::CaseNew => "Neuer Vorgang für eine Stelle",
            Self::CaseWarn => "Erinnerung, bevor eine Frist abläuft",
            Self::CaseLate => "Eskalation, wenn eine Frist abgelaufen ist",
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::CaseNew => "{art} {vorgang} für {stelle}",
            Self::CaseWarn => "Frist läuft ab: {art} {vorgang}",
            Self::CaseLate => "Frist abgelaufen: {art} {vorgang}",
        }
    }
}

/// What may stand in the words, each replaced when a mail is written.
pub const PLACEHOLDERS: [&str; 5] = ["{ort}", "{stelle}", "{vorgang}", "{art}", "{frist}"];

/// The words around a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub subject: String,
    pub greeting: String,
    pub signature: String,
    /// 0: the town keeps to ours.
    pub version: i32,
}

impl Words {
    pub fn usual(purpose: Purpose) -> Self {
        Self {
            subject: purpose.subject().to_owned(),
            greeting: "Guten Tag,".to_owned(),
            signature: "Diese Nachricht kommt von Ortsgespräch für {ort}. Bitte antworten Sie nicht darauf.".to_owned(),
            version: 0,
        }
    }
}

pub async fn find_words(db: impl PgExecutor<'_>, tenant: TenantId, purpose: Purpose) -> sqlx::Result<Words> {
    Ok(store::find_words(db, tenant, purpose.as_str()).await?.unwrap_or_else(|| Words::usual(purpose)))
}

/// The first thing in braces that is none of the placeholders.
pub fn unknown_placeholder(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        rest = &rest[start..];
        let Some(known) = PLACEHOLDERS.iter().find(|known| rest.starts_with(**known)) else {
            let end = rest.find('}').map_or(rest.len(), |end| end + 1);
            return Some(rest[..end].chars().take(40).collect());
        };
        rest = &rest[known.len()..];
    }
    None
}

/// Puts the values in, in one pass: a value that looks like a placeholder stays as it is. Values come in the order of
/// `PLACEHOLDERS`.
pub fn fill(text: &str, values: [&str; 5]) -> String {
    let mut filled = String::with_capacity(text.len() + 40);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let known = PLACEHOLDERS.iter().zip(values).find(|(known, _)| rest.starts_with(**known));
        let (value, length) = known.map_or(("{", 1), |(known, value)| (value, known.len()));
        filled.push_str(value);
        rest = &rest[length..];
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::{Purpose, Words, fill, unknown_placeholder};

    const VALUES: [&str; 5] = ["Stadt A", "Amt {ort}", "384-2175", "Rückruf", "Mi 12:30"];

    #[test]
    fn values_stand_where_the_placeholders_stood() {
        let text = "{art} {vorgang} für {stelle} in {ort}, bis {frist} {unbekannt}";
        assert_eq!(fill(text, VALUES), "Rückruf 384-2175 für Amt {ort} in Stadt A, bis Mi 12:30 {unbekannt}");
    }

    #[test]
    fn unknown_placeholder_is_named() {
        assert_eq!(unknown_placeholder("{ort} {name}").as_deref(), Some("{name}"));
        assert_eq!(unknown_placeholder("{ort").as_deref(), Some("{ort"));
        for purpose in Purpose::ALL {
            let words = Words::usual(purpose);
            for text in [words.subject, words.greeting, words.signature] {
                assert_eq!(unknown_placeholder(&text), None, "{text}");
            }
        }
    }
}
