//! A mail server of our own on a loopback port: takes letters, or refuses them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use ortsgespraech::app::{App, Settings};
use ortsgespraech::mail::Mailer;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    /// Head and body as they came, with quoted-printable resolved.
    pub text: String,
}

#[derive(Debug, Default)]
struct Inside {
    letters: Vec<Letter>,
    /// What is answered to every recipient; None: taken.
    refusal: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Postbox {
    address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

impl Postbox {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let postbox = Self { address, inside: Arc::default() };
        let inside = postbox.inside.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, inside.clone()));
            }
        });
        postbox
    }

    /// The program with this mail server.
    pub fn connect(&self, app: &App) -> App {
        let address = format!("smtp://ortsgespraech:Postgeheimnis@{}", self.address).parse().expect("an address");
        let mailer = Mailer::new(&address, "Ortsgespräch <ortsgespraech@kreis.example>").expect("a mailer");
        let settings = Settings {
            mailer: Some(mailer),
            public_url: "https://wissen.kreis.example".to_owned(),
            ..Settings::default()
        };
        App { settings: Arc::new(settings), ..app.clone() }
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.inside.lock().expect("no holder panics").letters.clone()
    }

    pub fn refuse(&self, answer: Option<&str>) {
        self.inside.lock().expect("no holder panics").refusal = answer.map(str::to_owned);
    }
}

async fn serve(stream: TcpStream, inside: Arc<Mutex<Inside>>) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    say(&mut writer, "220 postbox").await;
    let mut to = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-postbox\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN".to_owned(),
            "AUTH" => "235 welcome".to_owned(),
            "RCPT" => {
                to = line.split_once('<').map_or("", |(_, rest)| rest).trim_end_matches('>').to_owned();
                inside.lock().expect("no holder panics").refusal.clone().unwrap_or_else(|| "250 ok".to_owned())
            }
            "DATA" => {
                say(&mut writer, "354 go on").await;
                let text = read_letter(&mut lines).await;
                inside.lock().expect("no holder panics").letters.push(Letter { to: to.clone(), text });
                "250 taken".to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "250 ok".to_owned(),
        };
        say(&mut writer, &answer).await;
    }
}

async fn say(writer: &mut OwnedWriteHalf, line: &str) {
    // A client that has gone needs no answer.
    let _ = writer.write_all(format!("{line}\r\n").as_bytes()).await;
}

async fn read_letter(lines: &mut Lines<BufReader<OwnedReadHalf>>) -> String {
    let mut text = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        if line == "." {
            break;
        }
        match line.strip_suffix('=') {
            Some(goes_on) => text += goes_on,
            None => text.extend([line.as_str(), "\n"]),
        }
    }
    resolved(&text)
}

fn resolved(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('=') {
        bytes.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(b'=');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}
