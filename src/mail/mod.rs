//! Mails: written into the outbox by whoever has something to tell, in the same transaction; sent in the background.

mod letter;
mod pages;
mod sender;
mod smtp;
mod store;
mod words;

pub use letter::{Letter, compose};
pub use pages::routes;
pub use sender::{deliver, forget_old_mails};
pub use smtp::{Mailer, SmtpAddress};
pub use store::{enqueue, enqueue_with_file, enqueue_with_html};
pub use words::{Purpose, Words, find_words};

use chrono::{DateTime, Timelike, Utc};
use chrono_tz::Europe::Berlin;

use crate::ids::TenantId;
use crate::web::format;

/// One mail to be sent.
#[derive(Debug, Clone, Copy)]
pub struct NewMail<'a> {
    /// Whose thing it is about; None: the center's.
    pub tenant: Option<TenantId>,
    /// The same key again is the same mail: it is not sent twice.
    pub key: &'a str,
    pub recipient: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
}

/// Nobody is woken by a reminder.
const FIRST_HOUR: u32 = 7;

/// A reminder may be written at this hour.
pub fn may_wake(now: DateTime<Utc>) -> bool {
    now.with_timezone(&Berlin).hour() >= FIRST_HOUR
}

/// What goes with a mail.
#[derive(Debug, Clone, Copy)]
pub struct MailFile<'a> {
    /// "termin.ics".
    pub name: &'a str,
    pub text: &'a str,
}

/// Five lines and one link.
pub fn letter(name: &str, sentence: &str, link: &str) -> String {
    format!(
        "Guten Tag {name},\n\n{sentence}\n\n{link}\n\nDiese Nachricht kommt von Ortsgespräch. Bitte antworten Sie nicht darauf.\n"
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Sent,
    Failed,
}

impl State {
    const ALL: [Self; 3] = [Self::Waiting, Self::Sent, Self::Failed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Waiting => "wartet",
            Self::Sent => "verschickt",
            Self::Failed => "nicht zugestellt",
        }
    }

    /// For `data-state`.
    fn colour(self) -> &'static str {
        match self {
            Self::Waiting => "info",
            Self::Sent => "good",
            Self::Failed => "bad",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A mail as operators see it; its text is nobody's business but the recipient's.
#[derive(Debug, Clone)]
struct Listed {
    id: i64,
    town: Option<String>,
    recipient: String,
    subject: String,
    state: String,
    tries: i32,
    next_try_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    settled_at: Option<DateTime<Utc>>,
    error: Option<String>,
}

impl Listed {
    fn state(&self) -> State {
        State::parse(&self.state).unwrap_or(State::Waiting)
    }

    fn settled(&self) -> String {
        self.settled_at.map(format::moment).unwrap_or_default()
    }

    fn created(&self) -> String {
        format::moment(self.created_at)
    }

    fn next_try(&self) -> String {
        format::time(self.next_try_at)
    }

    /// Only who has to correct an address needs to read all of it.
    fn shown_recipient(&self) -> String {
        if self.state() == State::Failed { self.recipient.clone() } else { masked(&self.recipient) }
    }
}

fn masked(address: &str) -> String {
    let (name, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    format!("{}…@{domain}", name.chars().next().map(String::from).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn masked_address_keeps_its_first_letter_and_its_house() {
        assert_eq!(masked("redaktion@stadt-a.example"), "r…@stadt-a.example");
        assert_eq!(masked("öffentlich"), "ö…@");
    }
}
