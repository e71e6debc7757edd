//! The mail server: its address with a secret in it, and one letter handed over to it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::Url;

use super::MailFile;

const PATIENCE: Duration = Duration::from_secs(30);

/// `smtps://user:password@host:port` or `smtp://…`, which turns to encryption where the server offers it, and must where a
/// password goes over a network. Never printed.
#[derive(Clone)]
pub struct SmtpAddress(Url);

impl FromStr for SmtpAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = "expected smtp://user:password@host:port or smtps://…";
        let mut url = Url::parse(text).map_err(|_| wanted.to_owned())?;
        if !matches!(url.scheme(), "smtp" | "smtps") || url.host_str().is_none_or(str::is_empty) {
            return Err(wanted.to_owned());
        }
        if url.scheme() == "smtp" && !url.query_pairs().any(|(name, _)| name == "tls") {
            let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
            let tls = if url.username().is_empty() || is_here { "opportunistic" } else { "required" };
            url.query_pairs_mut().append_pair("tls", tls);
        }
        Ok(Self(url))
    }
}

impl fmt::Debug for SmtpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpAddress({})", self.0.host_str().unwrap_or_default())
    }
}

/// Hands letters to the mail server.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// For the operator's page.
    pub server: String,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailer({})", self.server)
    }
}

/// A letter to be handed over.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Becomes its Message-ID: the same at every try.
    pub key: &'a str,
    pub recipient: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    pub html: Option<&'a str>,
    pub file: Option<MailFile<'a>>,
}

/// Why a letter was not taken.
#[derive(Debug)]
pub struct Refusal {
    pub text: String,
    /// The server will never take it.
    pub is_final: bool,
}

impl Mailer {
    pub fn new(address: &SmtpAddress, from: &str) -> anyhow::Result<Self> {
        let SmtpAddress(url) = address;
        // The error would name the address with its password.
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str());
        let builder = builder.map_err(|_| anyhow::anyhow!("ORTSGESPRAECH_SMTP names no usable mail server"))?;
        let from = from.parse().with_context(|| format!("ORTSGESPRAECH_MAIL_FROM: {from} is no mail address"))?;
        let server = url.host_str().unwrap_or_default().to_owned();
        Ok(Self { transport: builder.timeout(Some(PATIENCE)).build(), from, server })
    }

    pub async fn send(&self, mail: &Outgoing<'_>) -> Result<(), Refusal> {
        let letter = self.write(mail).map_err(|error| Refusal { text: error.to_string(), is_final: true })?;
        match self.transport.send(letter).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Refusal { is_final: error.is_permanent(), text: reason(&error) }),
        }
    }

    fn write(&self, mail: &Outgoing<'_>) -> anyhow::Result<Message> {
        let to: Mailbox = mail.recipient.parse().context("die Adresse ist ungültig")?;
        let number = format!("<{}@{}>", mail.key, self.from.email.domain());
        let letter = Message::builder().from(self.from.clone()).to(to).subject(mail.subject).message_id(Some(number));
        let text = mail.text.to_owned();
        let html = mail.html.map(|html| MultiPart::alternative_plain_html(text.clone(), html.to_owned()));
        let Some(file) = mail.file else {
            return Ok(match html {
                Some(both) => letter.multipart(both)?,
                None => letter.header(ContentType::TEXT_PLAIN).body(text)?,
            });
        };
        let attached = Attachment::new(file.name.to_owned()).body(file.text.to_owned(), kind_of(file)?);
        let said = match html {
            Some(both) => MultiPart::mixed().multipart(both),
            None => MultiPart::mixed().singlepart(SinglePart::plain(text)),
        };
        Ok(letter.multipart(said.singlepart(attached))?)
    }
}

/// A calendar says in its head what is to be done with it; mail programs want to know before they open it.
fn kind_of(file: MailFile<'_>) -> anyhow::Result<ContentType> {
    let is_calendar = file.text.starts_with("BEGIN:VCALENDAR");
    if !is_calendar {
        return Ok(ContentType::TEXT_PLAIN);
    }
    let method = file.text.lines().find_map(|line| line.trim_end().strip_prefix("METHOD:")).unwrap_or("PUBLISH");
    Ok(ContentType::parse(&format!("text/calendar; charset=utf-8; method={method}"))?)
}

/// In words, with what the server said where it said something.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    let kind = match () {
        () if error.is_permanent() => "Der Mailserver lehnt ab",
        () if error.is_transient() => "Der Mailserver vertröstet",
        () if error.is_timeout() => "Der Mailserver antwortet nicht",
        () if error.is_tls() => "Die Verschlüsselung kam nicht zustande",
        () => "Keine Verbindung zum Mailserver",
    };
    let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    format!("{kind}{source}").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::{Mailer, SmtpAddress};

    /// The pool of connections wants a runtime.
    #[tokio::test]
    async fn address_is_read_and_its_password_never_shown() {
        let address: SmtpAddress = "smtps://post:geheim@mail.example:465".parse().expect("an address");
        assert_eq!(format!("{address:?}"), "SmtpAddress(mail.example)");
        let mailer = Mailer::new(&address, "Ortsgespräch <post@kreis.example>").expect("a mailer");
        assert_eq!(format!("{mailer:?}"), "Mailer(mail.example)");
        assert!(!Mailer::new(&address, "niemand").expect_err("no address").to_string().contains("geheim"));
        for wrong in ["mail.example", "https://mail.example", "smtp://", "smtp:geheim"] {
            assert!(wrong.parse::<SmtpAddress>().is_err_and(|error| !error.contains("geheim")), "{wrong}");
        }
    }

    #[test]
    fn password_goes_over_a_network_only_encrypted() {
        let tls = |text: &str| text.parse::<SmtpAddress>().expect(text).0.query().map(str::to_owned);
        assert_eq!(tls("smtp://a:b@mail.example:587").as_deref(), Some("tls=required"));
        assert_eq!(tls("smtp://mail.example:25").as_deref(), Some("tls=opportunistic"));
        assert_eq!(tls("smtp://a:b@localhost:2525").as_deref(), Some("tls=opportunistic"));
        assert_eq!(tls("smtps://a:b@mail.example"), None);
    }
}
