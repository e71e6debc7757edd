//! The manager interface's line protocol: bytes into messages, whatever pieces they come in.

use std::io;

use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

use super::{Action, Message};

/// No telephone system sends a longer message; one that does must not fill our memory.
pub const MESSAGE_LIMIT: usize = 64 * 1024;

const BANNER: &[u8] = b"Asterisk Call Manager/";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The greeting of a connection. No blank line ends it.
    Banner(String),
    Message(Message),
}

#[derive(Debug, Default)]
pub struct Codec {
    message: Message,
    /// Bytes of the message so far.
    size: usize,
    /// Up to here the buffer holds no line end.
    looked_through: usize,
    /// The message is too long: everything up to the next blank line is left out.
    skipping: bool,
    /// The beginning of this line was left out already.
    within_line: bool,
    dropped: u64,
}

impl Codec {
    /// How many messages were too long.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn take_line(&mut self, buffer: &mut BytesMut) -> Option<BytesMut> {
        match buffer[self.looked_through..].iter().position(|byte| *byte == b'\n') {
            Some(position) => {
                let line = buffer.split_to(self.looked_through + position + 1);
                self.looked_through = 0;
                Some(line)
            }
            None => {
                self.looked_through = buffer.len();
                self.give_up_long_line(buffer);
                None
            }
        }
    }

    /// A line longer than a message may be need not be kept until its end.
    fn give_up_long_line(&mut self, buffer: &mut BytesMut) {
        if self.within_line || buffer.len() > MESSAGE_LIMIT {
            self.skip();
            self.within_line = true;
            buffer.clear();
            self.looked_through = 0;
        }
    }

    fn skip(&mut self) {
        if !self.skipping {
            self.skipping = true;
            self.dropped += 1;
            self.message = Message::default();
        }
    }

    fn read_line(&mut self, line: &[u8]) -> Option<Frame> {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if std::mem::take(&mut self.within_line) || line.len() > MESSAGE_LIMIT {
            self.skip();
            return None;
        }
        if text.is_empty() {
            return self.end_message().map(Frame::Message);
        }
        if text.starts_with(BANNER) {
            // A connection begins anew; half a message before it has no end any more.
            self.end_message();
            return Some(Frame::Banner(String::from_utf8_lossy(text).into_owned()));
        }
        self.size += line.len();
        if self.size > MESSAGE_LIMIT {
            self.skip();
        }
        if !self.skipping {
            self.message.push_line(&String::from_utf8_lossy(text));
        }
        None
    }

    fn end_message(&mut self) -> Option<Message> {
        self.skipping = false;
        self.size = 0;
        Some(std::mem::take(&mut self.message)).filter(|message| !message.is_empty())
    }
}

impl Decoder for Codec {
    type Item = Frame;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Frame>> {
        while let Some(line) = self.take_line(buffer) {
            if let Some(frame) = self.read_line(&line) {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }

    /// A message without its blank line was cut off: it may say half a number.
    fn decode_eof(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Frame>> {
        let frame = self.decode(buffer)?;
        if frame.is_none() {
            buffer.clear();
        }
        Ok(frame)
    }
}

impl Encoder<Action> for Codec {
    type Error = io::Error;

    fn encode(&mut self, action: Action, buffer: &mut BytesMut) -> io::Result<()> {
        buffer.extend_from_slice(action.to_lines().as_bytes());
        Ok(())
    }
}
