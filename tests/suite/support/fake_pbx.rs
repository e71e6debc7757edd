//! A manager interface on loopback that does what a test tells it: plays captures in odd pieces, cuts the line anywhere, answers
//! or does not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ortsgespraech::telephony::asterisk::{Codec, Frame, Link, Message};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_util::bytes::BytesMut;

use super::captures::{SOURCE, decode};

pub const SECRET: &str = "streng geheim";

/// What the telephone system does with one connection.
#[derive(Clone, Default)]
pub struct Course {
    /// Sent after the login, and after an answer to a resync where there is one.
    pub stream: Vec<u8>,
    /// Length of the pieces it is sent in.
    pub piece: usize,
    /// The line is cut after so many bytes of the stream.
    pub cut_at: Option<usize>,
    /// Before the stream; without one questions stay unanswered.
    pub resync: Option<Resync>,
    /// To other actions, by their name: everything below the action's number.
    pub answers: HashMap<&'static str, &'static str>,
    pub is_deaf_to_pings: bool,
}

/// Items of both lists, each ended by a blank line.
#[derive(Clone, Default)]
pub struct Resync {
    pub channels: Vec<String>,
    pub queues: Vec<String>,
    /// Without the event that ends each list.
    pub is_broken_off: bool,
    pub is_refused: bool,
    pub after: Duration,
}

pub struct FakePbx {
    pub link: Link,
    /// Everything that was asked, in order.
    pub asked: Arc<Mutex<Vec<Message>>>,
    task: JoinHandle<()>,
}

impl Drop for FakePbx {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FakePbx {
    /// One connection after the other, each with its own course; the last course goes on.
    pub async fn start(courses: Vec<Course>) -> Self {
        Self::start_as(courses, None).await
    }

    /// With a certificate for loopback, signed by an authority that only the link knows.
    pub async fn start_encrypted(courses: Vec<Course>) -> Self {
        let mut pbx = Self::start_as(courses, Some(acceptor())).await;
        pbx.link.tls = true;
        pbx.link.tls_authority = Some(include_str!("../captures/tls/authority.pem").to_owned());
        pbx
    }

    async fn start_as(courses: Vec<Course>, acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let asked = Arc::default();
        let task = tokio::spawn(serve(listener, acceptor, courses, Arc::clone(&asked)));
        let link = Link {
            source: SOURCE,
            address,
            account: "ortsgespraech".to_owned(),
            secret: SECRET.to_owned(),
            tls: false,
            tls_authority: None,
            trunk_context: "from-trunk".to_owned(),
            may_control: true,
            inside_context: "innen".to_owned(),
        };
        Self { link, asked, task }
    }

    pub fn asked(&self, action: &str) -> Vec<Message> {
        let asked = self.asked.lock().expect("no holder panics");
        asked.iter().filter(|message| message.get("Action") == Some(action)).cloned().collect()
    }
}

fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("../captures/tls/loopback.pem")).expect("PEM");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../captures/tls/loopback.key.pem")).expect("PEM");
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("known versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    TlsAcceptor::from(Arc::new(config.expect("a certificate with its key")))
}

async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    courses: Vec<Course>,
    asked: Arc<Mutex<Vec<Message>>>,
) {
    let mut number = 0;
    while let Ok((stream, _)) = listener.accept().await {
        let course = courses[number.min(courses.len() - 1)].clone();
        number += 1;
        let asked = Arc::clone(&asked);
        // A line that breaks is what tests want.
        let _ = match &acceptor {
            None => Line::new(stream, course, asked).run().await,
            Some(acceptor) => match acceptor.accept(stream).await {
                Ok(stream) => Line::new(stream, course, asked).run().await,
                Err(error) => Err(error),
            },
        };
    }
}

struct Line<S> {
    stream: S,
    codec: Codec,
    buffer: BytesMut,
    course: Course,
    asked: Arc<Mutex<Vec<Message>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    fn new(stream: S, course: Course, asked: Arc<Mutex<Vec<Message>>>) -> Self {
        Self { stream, codec: Codec::default(), buffer: BytesMut::new(), course, asked }
    }

    async fn run(mut self) -> std::io::Result<()> {
        self.stream.write_all(b"Asterisk Call Manager/9.0.0\r\n").await?;
        let mut is_signed_in = false;
        let mut questions = 0;
        loop {
            for action in self.receive().await? {
                let id = action.action_id().unwrap_or_default().to_owned();
                match action.get("Action").unwrap_or_default() {
                    "Login" if action.get("Secret") == Some(SECRET) => {
                        self.say(&format!(
                            "Response: Success\r\nActionID: {id}\r\nMessage: Authentication accepted\r\n\r\n"
                        ))
                        .await?;
                        is_signed_in = true;
                    }
                    "Login" => {
                        let refusal =
                            format!("Response: Error\r\nActionID: {id}\r\nMessage: Authentication failed\r\n\r\n");
                        return self.say(&refusal).await;
                    }
                    "QueueStatus" | "CoreShowChannels" => {
                        self.answer_question(action.get("Action") == Some("QueueStatus"), &id).await?;
                        questions += 1;
                    }
                    "Ping" if self.course.is_deaf_to_pings => {}
                    "Ping" => self.say(&format!("Response: Success\r\nActionID: {id}\r\nPing: Pong\r\n\r\n")).await?,
                    other => {
                        if let Some(answer) = self.course.answers.get(other) {
                            self.say(&format!("ActionID: {id}\r\n{answer}\r\n\r\n")).await?;
                        }
                    }
                }
            }
            if is_signed_in && questions == 2 {
                questions = 0;
                if self.play().await? {
                    return Ok(());
                }
            }
        }
    }

    async fn receive(&mut self) -> std::io::Result<Vec<Message>> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let frames = decode(&mut self.codec, &mut self.buffer).into_iter();
        let messages =
            frames.filter_map(|frame| if let Frame::Message(message) = frame { Some(message) } else { None });
        let messages: Vec<Message> = messages.collect();
        self.asked.lock().expect("no holder panics").extend(messages.clone());
        Ok(messages)
    }

    async fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.stream.write_all(text.as_bytes()).await
    }

    async fn answer_question(&mut self, is_about_queues: bool, id: &str) -> std::io::Result<()> {
        let Some(resync) = self.course.resync.clone() else { return Ok(()) };
        sleep(resync.after).await;
        if resync.is_refused {
            return self.say(&format!("Response: Error\r\nActionID: {id}\r\nMessage: Permission denied\r\n\r\n")).await;
        }
        let (items, end) = match is_about_queues {
            true => (resync.queues, "QueueStatusComplete"),
            false => (resync.channels, "CoreShowChannelsComplete"),
        };
        self.say(&format!("Response: Success\r\nActionID: {id}\r\nEventList: start\r\n\r\n")).await?;
        for item in &items {
            self.say(&format!("{item}ActionID: {id}\r\n\r\n")).await?;
        }
        if resync.is_broken_off {
            return Ok(());
        }
        let count = items.len();
        self.say(&format!("Event: {end}\r\nActionID: {id}\r\nEventList: Complete\r\nListItems: {count}\r\n\r\n")).await
    }

    /// True: the line is cut.
    async fn play(&mut self) -> std::io::Result<bool> {
        let course = self.course.clone();
        let end = course.cut_at.unwrap_or(course.stream.len()).min(course.stream.len());
        for piece in course.stream[..end].chunks(course.piece.max(1)) {
            self.stream.write_all(piece).await?;
            self.stream.flush().await?;
        }
        if course.cut_at.is_some() {
            // What was sent has to arrive before the end does.
            self.stream.shutdown().await?;
        }
        Ok(course.cut_at.is_some())
    }
}
