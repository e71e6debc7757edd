//! What a manager interface said, for tests: streams of our own, and larger ones where they are at hand.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use ortsgespraech::calls::{EventKind, Incoming};
use ortsgespraech::ids::SourceId;
use ortsgespraech::telephony::asterisk::{Codec, Frame, Message, Translator};
use tokio_util::bytes::BytesMut;
use tokio_util::codec::Decoder;

use super::app::test_time;

pub const SOURCE: SourceId = SourceId(7);

/// Of `tests/suite/captures`.
pub fn capture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/captures").join(format!("{name}.ami"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All of them, by name.
pub fn captures() -> Vec<(String, Vec<u8>)> {
    read_all(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/captures"))
}

/// Streams of a real Asterisk, where the folder beside the project is at hand.
pub fn real_captures() -> Vec<(String, Vec<u8>)> {
    let found = read_all(real_folder());
    if found.is_empty() {
        eprintln!("no streams of a real Asterisk in {}; going on without", real_folder().display());
    }
    found
}

pub fn real_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/telephony/asterisk")
}

fn read_all(folder: PathBuf) -> Vec<(String, Vec<u8>)> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = files.map(|file| file.expect("a readable entry").path());
    let mut found: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "ami"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a readable file"))
        })
        .collect();
    found.sort();
    found
}

pub fn decode(codec: &mut Codec, buffer: &mut BytesMut) -> Vec<Frame> {
    let mut frames = Vec::new();
    while let Some(frame) = codec.decode(buffer).expect("bytes never fail") {
        frames.push(frame);
    }
    frames
}

pub fn messages(bytes: &[u8]) -> Vec<Message> {
    let frames = decode(&mut Codec::default(), &mut BytesMut::from(bytes));
    frames
        .into_iter()
        .filter_map(|frame| if let Frame::Message(message) = frame { Some(message) } else { None })
        .collect()
}

pub fn translate(bytes: &[u8], received: DateTime<Utc>) -> Vec<Incoming> {
    let mut translator = Translator::new(SOURCE, "from-trunk");
    messages(bytes).iter().filter_map(|message| translator.translate(message, received)).collect()
}

/// Seconds since the first event, what it is, what it says, and the number that is kept apart.
fn line(incoming: &Incoming, first: &Incoming) -> String {
    let passed = (incoming.event.at - first.event.at).as_seconds_f64();
    let facts = serde_json::to_value(&incoming.event.facts).expect("plain facts");
    let facts = facts.as_object().expect("an object").iter();
    let facts: Vec<String> =
        facts.map(|(key, value)| format!(" {key}={}", value.to_string().trim_matches('"'))).collect();
    let facts = facts.concat();
    let number = incoming.number.as_ref().map(|number| format!(" | {number}")).unwrap_or_default();
    format!("{passed:.1} {}{facts}{number}\n", incoming.event.kind.as_str())
}

/// What calls go through; seats tell their state in every one of them.
pub fn calls(name: &str) -> String {
    let told = translate(&capture(name), test_time());
    let of_calls = told.iter().filter(|incoming| incoming.event.kind != EventKind::AgentState);
    of_calls.map(|incoming| line(incoming, &told[0])).collect::<Vec<_>>().concat()
}

pub fn seats(name: &str) -> String {
    let told = translate(&capture(name), test_time());
    told.iter().map(|incoming| line(incoming, &told[0])).collect::<Vec<_>>().concat()
}
