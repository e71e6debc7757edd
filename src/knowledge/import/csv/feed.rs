//! The text of a table as it comes, in whatever encoding, line by line: never more of it in memory than one record needs.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// More than any entry needs. What goes on for longer has a quote that is never closed.
const LONGEST_RECORD: usize = 4 * 1024 * 1024;
/// Bytes read at once.
const PIECE: usize = 64 * 1024;

/// By its zero bytes, by being valid UTF-8 from end to end; otherwise as Windows writes German text. Passes through the
/// whole file.
pub fn detect(mut source: impl Read) -> io::Result<&'static Encoding> {
    let mut raw = vec![0; PIECE];
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let mut text = vec![0; 3 * PIECE];
    let mut is_first = true;
    loop {
        let length = source.read(&mut raw)?;
        if is_first && let Some(wide) = wide(&raw[..length.min(4096)]) {
            return Ok(wide);
        }
        is_first = false;
        let (result, ..) = decoder.decode_to_utf8_without_replacement(&raw[..length], &mut text, length == 0);
        match result {
            DecoderResult::Malformed(..) => return Ok(WINDOWS_1252),
            _ if length == 0 => return Ok(UTF_8),
            _ => {}
        }
    }
}

/// Two bytes a letter, of which one is mostly zero.
fn wide(sample: &[u8]) -> Option<&'static Encoding> {
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    match sample.len() / 4 {
        few if zeros(1) > few => Some(UTF_16LE),
        few if zeros(0) > few => Some(UTF_16BE),
        _ => None,
    }
}

/// Hands out one line at a time and keeps what it gave for the record that is being read, so that it can be given again.
pub struct Feed<R> {
    source: R,
    decoder: Decoder,
    /// Decoded and not handed out yet, from `at` on.
    text: Vec<u8>,
    at: usize,
    given: Vec<u8>,
    /// Line ends that were handed out, and how many of them before this record.
    lines: u64,
    lines_before: u64,
    is_over: bool,
    /// How far into the file it is, in bytes.
    pub position: u64,
}

impl<R: Read> Feed<R> {
    /// A mark at the beginning overrules the encoding.
    pub fn new(source: R, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder(),
            text: Vec::new(),
            at: 0,
            given: Vec::new(),
            lines: 0,
            lines_before: 0,
            is_over: false,
            position: 0,
        }
    }

    /// The first line, which is still to be read.
    pub fn first_line(&mut self) -> io::Result<String> {
        loop {
            let end = self.text.iter().position(|byte| *byte == b'\n');
            if end.is_some() || self.is_over || self.text.len() > LONGEST_RECORD {
                let line = &self.text[..end.unwrap_or(self.text.len())];
                return Ok(String::from_utf8_lossy(line).trim_end_matches('\r').to_owned());
            }
            self.decode_more()?;
        }
    }

    pub fn skip_line(&mut self) {
        let end = self.text[self.at..].iter().position(|byte| *byte == b'\n');
        self.at = end.map_or(self.text.len(), |end| self.at + end + 1);
        self.lines += 1;
    }

    /// What was given until now is done with.
    pub fn begin_record(&mut self) {
        self.given.clear();
        self.lines_before = self.lines;
    }

    /// In which line the record begins; empty lines before it count as lines only.
    pub fn line(&self) -> u64 {
        self.lines_before + 1 + self.empty_lines() as u64
    }

    fn empty_lines(&self) -> usize {
        self.given.split(|byte| *byte == b'\n').take_while(|line| line.trim_ascii().is_empty()).count()
    }

    /// Nothing more is given for this record.
    pub fn is_cut_off(&self) -> bool {
        self.given.len() >= LONGEST_RECORD
    }

    /// Gives everything of this record again but its first line; false: it had one line only.
    pub fn give_again(&mut self) -> bool {
        let skipped = self.empty_lines() + 1;
        let ends = self.given.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(place, _)| place);
        let Some(end) = ends.take(skipped).nth(skipped - 1) else { return false };
        self.lines = self.lines_before + skipped as u64;
        self.text.splice(..self.at, self.given.drain(..).skip(end + 1));
        self.at = 0;
        true
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let mut raw = vec![0; PIECE];
        let length = self.source.read(&mut raw)?;
        self.position += length as u64;
        self.is_over = length == 0;
        let mut text = String::with_capacity(self.decoder.max_utf8_buffer_length(length).unwrap_or(4 * PIECE));
        let _ = self.decoder.decode_to_string(&raw[..length], &mut text, self.is_over);
        self.text.drain(..self.at);
        self.at = 0;
        self.text.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

impl<R: Read> Read for Feed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.is_cut_off() {
            return Ok(0);
        }
        while self.at == self.text.len() && !self.is_over {
            self.decode_more()?;
        }
        let waiting = &self.text[self.at..];
        let line = waiting.iter().position(|byte| *byte == b'\n').map_or(waiting.len(), |end| end + 1);
        let length = line.min(out.len());
        out[..length].copy_from_slice(&waiting[..length]);
        self.given.extend_from_slice(&waiting[..length]);
        self.at += length;
        self.lines += u64::from(waiting[..length].ends_with(b"\n"));
        Ok(length)
    }
}
