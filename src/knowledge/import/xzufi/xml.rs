//! Reading XML as a stream, with limits: no DTD, no entities of its own, nothing endless.

use std::io::{self, BufRead, Read};

use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::super::check::Reason;
use super::super::Broken;
use super::element::{Element, Part};

/// One tag, text or comment.
const LONGEST_TOKEN: u64 = 4 * 1024 * 1024;
/// One service with all its texts.
const LARGEST_ELEMENT: usize = 4 * 1024 * 1024;
const MOST_PARTS: usize = 50_000;
const DEEPEST: usize = 100;
const NAMESPACE: &str = "http://xoev.de/schemata/xzufi/2_";

/// An element that was asked for, or why it cannot be taken.
pub struct Found {
    pub line: u64,
    /// Of its end, in bytes.
    pub position: u64,
    pub element: Result<Element, Reason>,
}

/// The elements with certain names, wherever they stand.
pub struct Messages<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    wanted: &'static [&'static str],
    /// Elements that are open.
    depth: usize,
    has_root: bool,
}

/// What the reader saw, without its lifetime.
enum Step {
    Open(Element, bool),
    Close,
    Text(String),
    End,
    Nothing,
}

impl<R: BufRead> Messages<R> {
    pub fn new(source: R, wanted: &'static [&'static str]) -> Self {
        let mut reader = Reader::from_reader(Bounded { inner: source, token: 0, lines: 0, read: 0 });
        reader.config_mut().check_comments = false;
        Self { reader, buffer: Vec::new(), wanted, depth: 0, has_root: false }
    }

    /// None: the file is over, as it should be.
    pub fn next(&mut self) -> Result<Option<Found>, Broken> {
        loop {
            match self.step()? {
                Step::Open(element, is_empty) => {
                    self.check_root(&element)?;
                    if self.wanted.contains(&element.name.as_str()) {
                        return self.collect(element, is_empty).map(Some);
                    }
                    if !is_empty {
                        self.enter()?;
                    }
                }
                Step::Close => self.depth = self.depth.saturating_sub(1),
                Step::End if !self.has_root => return Err(self.broken("the file is empty", "Die Datei ist leer")),
                Step::End if self.depth > 0 => return Err(self.cut_off()),
                Step::End => return Ok(None),
                Step::Text(text) if self.depth == 0 && !text.trim().is_empty() => {
                    return Err(self.broken("this is no XML", "Das ist kein XML"));
                }
                Step::Text(_) | Step::Nothing => {}
            }
        }
    }

    fn enter(&mut self) -> Result<(), Broken> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(
                self.broken("elements within elements, far too deep", "Elemente sind viel zu tief verschachtelt")
            );
        }
        Ok(())
    }

    fn check_root(&mut self, root: &Element) -> Result<(), Broken> {
        if self.has_root {
            return Ok(());
        }
        self.has_root = true;
        let names = |(name, value): &(String, String)| name.starts_with("xmlns") && value.starts_with(NAMESPACE);
        if root.attributes.iter().any(names) {
            return Ok(());
        }
        Err(self.broken(
            "this is no XZuFi file of version 2: its first element names no namespace http://xoev.de/schemata/xzufi/2_…",
            "Das ist keine XZuFi-Datei der Version 2: Das erste Element nennt keinen Namensraum http://xoev.de/schemata/xzufi/2_…",
        ))
    }

    /// The whole element as a tree; where it is too large it is passed over, and the file goes on.
    fn collect(&mut self, root: Element, is_empty: bool) -> Result<Found, Broken> {
        let line = self.line();
        let mut open = vec![root];
        let mut used = 0;
        let mut parts = 0;
        if is_empty {
            return Ok(Found { line, position: self.position(), element: Ok(open.remove(0)) });
        }
        loop {
            let fits = used <= LARGEST_ELEMENT && parts <= MOST_PARTS;
            parts += 1;
            match self.step()? {
                Step::Open(element, is_empty) => {
                    used += element.size();
                    if self.depth + open.len() >= DEEPEST {
                        return Err(self.broken(
                            "elements within elements, far too deep",
                            "Elemente sind viel zu tief verschachtelt",
                        ));
                    }
                    if is_empty { push(&mut open, Part::Element(element), fits) } else { open.push(element) }
                }
                Step::Close => {
                    let Some(closed) = open.pop() else { return Err(self.cut_off()) };
                    if open.is_empty() {
                        let element = if fits { Ok(closed) } else { Err(too_large()) };
                        return Ok(Found { line, position: self.position(), element });
                    }
                    push(&mut open, Part::Element(closed), fits);
                }
                Step::Text(text) => {
                    used += text.len();
                    push(&mut open, Part::Text(text), fits);
                }
                Step::End => return Err(self.cut_off()),
                Step::Nothing => {}
            }
        }
    }

    fn step(&mut self) -> Result<Step, Broken> {
        self.buffer.clear();
        self.reader.get_mut().token = 0;
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => read_event(event),
            Err(error) => Err(error),
        };
        match event {
            Ok(Ok(step)) => Ok(step),
            Ok(Err(reason)) => Err(self.broken(&reason.english, &reason.german)),
            Err(error) => Err(self.explain(&error)),
        }
    }

    fn explain(&self, error: &Error) -> Broken {
        match error {
            Error::Syntax(_) | Error::IllFormed(IllFormedError::MissingEndTag(_)) => self.cut_off(),
            Error::Encoding(_) => self.broken("no valid UTF-8", "kein gültiges UTF-8"),
            Error::Io(error) => {
                self.broken(&error.to_string(), "Die Datei kann nicht gelesen werden, oder ein Teil ist zu lang")
            }
            other => self.broken(&format!("no valid XML: {other}"), &format!("kein gültiges XML ({other})")),
        }
    }

    fn cut_off(&self) -> Broken {
        self.broken("the file ends in the middle: it is cut off", "Die Datei endet mittendrin: Sie ist abgeschnitten")
    }

    fn broken(&self, english: &str, german: &str) -> Broken {
        let (line, byte) = (self.line(), self.position());
        Broken(Reason::new(
            format!("line {line}, byte {byte}: {english}"),
            format!("Zeile {line}, Byte {byte}: {german}"),
        ))
    }

    fn line(&self) -> u64 {
        self.reader.get_ref().lines + 1
    }

    fn position(&self) -> u64 {
        self.reader.get_ref().read
    }
}

fn push(open: &mut [Element], part: Part, fits: bool) {
    if let Some(last) = open.last_mut().filter(|_| fits) {
        last.parts.push(part);
    }
}

fn too_large() -> Reason {
    Reason::new("the element is larger than 4 MB", "das Element ist größer als 4 MB")
}

/// The outer result is quick-xml's, the inner one ours: what we do not accept.
fn read_event(event: Event<'_>) -> Result<Result<Step, Reason>, Error> {
    Ok(Ok(match event {
        Event::Start(start) => Step::Open(element(&start)?, false),
        Event::Empty(start) => Step::Open(element(&start)?, true),
        Event::End(_) => Step::Close,
        Event::Text(text) => Step::Text(text.xml10_content().into_owned()),
        Event::CData(text) => Step::Text(text.xml10_content().into_owned()),
        Event::GeneralRef(name) => match name.resolve_char_ref()? {
            Some(c) => Step::Text(c.to_string()),
            None => match resolve_predefined_entity(&name) {
                Some(text) => Step::Text(text.to_owned()),
                None => return Ok(Err(unknown_entity(&name))),
            },
        },
        Event::DocType(_) => {
            return Ok(Err(Reason::new(
                "a DTD (DOCTYPE) with entities is not accepted",
                "Eine DTD (DOCTYPE) mit Entitäten wird nicht angenommen",
            )));
        }
        Event::Decl(declaration) => match declaration.encoding() {
            Some(Ok(name)) if !name.eq_ignore_ascii_case("utf-8") => {
                return Ok(Err(Reason::new("the file must be UTF-8", "Die Datei muss in UTF-8 kodiert sein")));
            }
            _ => Step::Nothing,
        },
        Event::Comment(_) | Event::PI(_) => Step::Nothing,
        Event::Eof => Step::End,
    }))
}

fn unknown_entity(name: &str) -> Reason {
    let name: String = name.chars().take(40).collect();
    Reason::new(format!("unknown entity &{name};"), format!("unbekannte Entität &{name};"))
}

fn element(start: &BytesStart<'_>) -> Result<Element, Error> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute?;
        let name = attribute.key.as_ref();
        // Declarations keep their names: they tell the version.
        let name = if name.starts_with("xmlns") { name } else { attribute.key.local_name().into_inner() };
        attributes.push((name.to_owned(), attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned()));
    }
    Ok(Element { name: start.local_name().into_inner().to_owned(), attributes, parts: Vec::new() })
}

impl Element {
    fn size(&self) -> usize {
        self.name.len() + self.attributes.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
    }
}

/// Counts bytes and lines, and ends what never ends.
struct Bounded<R> {
    inner: R,
    /// Bytes of the token that is being read.
    token: u64,
    lines: u64,
    read: u64,
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.token > LONGEST_TOKEN {
            return Err(io::Error::other("a text or tag is longer than 4 MB"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed is still in the buffer: nothing is read here.
        if let Ok(buffer) = self.inner.fill_buf() {
            let passed = &buffer[..amount.min(buffer.len())];
            self.lines += passed.split(|byte| *byte == b'\n').skip(1).count() as u64;
        }
        self.token += amount as u64;
        self.read += amount as u64;
        self.inner.consume(amount);
    }
}
