//! One connection to a manager interface: dialled, greeted, signed in.

use std::io;

use futures_util::{SinkExt, StreamExt};
use tokio::time::timeout;
use tokio_util::codec::Framed;

use super::center::Standing;
use super::link::{Link, Wire};
use super::{Action, Codec, Frame, Message, Pace};

pub struct Connection {
    framed: Framed<Box<dyn Wire>, Codec>,
    /// What was told before the answer to the login.
    early: Vec<Message>,
}

const UNREACHABLE: Standing = Standing::Lost("Die Telefonanlage ist nicht erreichbar.");
const NO_TLS: Standing = Standing::Lost("Die verschlüsselte Verbindung zur Telefonanlage kommt nicht zustande.");
const NO_ANSWER: Standing = Standing::Lost("Die Telefonanlage antwortet nicht auf die Anmeldung.");
const REFUSED: Standing =
    Standing::Refused("Die Telefonanlage lehnt die Anmeldung ab: Kennung oder Passwort ist falsch.");
pub const CLOSED: Standing = Standing::Lost("Die Telefonanlage hat die Verbindung beendet.");

impl Connection {
    pub async fn open(link: &Link, pace: &Pace) -> Result<Self, Standing> {
        let wire = match timeout(pace.connect_within, link.connect()).await {
            Ok(Ok(wire)) => wire,
            Ok(Err(error)) => {
                tracing::info!(source = %link.source, error = format!("{error:#}"), "a telephone system cannot be reached");
                return Err(if link.tls { NO_TLS } else { UNREACHABLE });
            }
            Err(_) => return Err(UNREACHABLE),
        };
        let mut connection = Self { framed: Framed::new(wire, Codec::default()), early: Vec::new() };
        match timeout(pace.connect_within, connection.sign_in(link)).await {
            Ok(signed_in) => signed_in.map(|()| connection),
            Err(_) => Err(NO_ANSWER),
        }
    }

    async fn sign_in(&mut self, link: &Link) -> Result<(), Standing> {
        let login = Action::new("Login", "login")
            .with("Username", &link.account)
            .with("Secret", &link.secret)
            .with("Events", "on");
        self.send(login).await.map_err(|_| CLOSED)?;
        loop {
            let message = self.receive().await.map_err(|_| CLOSED)?.ok_or(CLOSED)?;
            match message.response() {
                Some("Success") if is_to_login(&message) => return Ok(()),
                Some("Error") if is_to_login(&message) => return Err(REFUSED),
                _ => self.early.push(message),
            }
        }
    }

    pub async fn send(&mut self, action: Action) -> io::Result<()> {
        self.framed.send(action).await
    }

    /// None: the other side has ended it.
    pub async fn receive(&mut self) -> io::Result<Option<Message>> {
        while let Some(frame) = self.framed.next().await {
            if let Frame::Message(message) = frame? {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    pub fn take_early(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.early)
    }

    /// How many messages were too long to be read.
    pub fn dropped(&self) -> u64 {
        self.framed.codec().dropped()
    }
}

/// Some answer without the number that they were asked with.
fn is_to_login(message: &Message) -> bool {
    message.action_id().is_none_or(|id| id == "login")
}
