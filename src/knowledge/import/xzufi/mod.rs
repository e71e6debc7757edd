//! XZuFi 2.2: services with their text modules, and the offices that answer for them in an area. The file is never in
//! memory as a whole; one service at a time is.

mod element;
mod service;
mod structured;
mod survey;
pub mod tables;
mod xml;

pub use survey::{Directory, Office, Proposal, Town, survey};

use std::io::{self, BufRead};

use super::super::check::Reason;
use super::{Line, Record, Said};
use element::Element;
use xml::{Found, Messages};

/// Every service and every deletion, in the order of the file; an error of the file ends it.
pub fn read(source: impl BufRead, directory: Directory) -> impl Iterator<Item = io::Result<Line>> {
    let mut messages = Messages::new(source, &["leistung", "loesche", "organisationseinheit", "zustaendigkeit"]);
    let mut waiting: Vec<Line> = Vec::new();
    let mut is_over = false;
    std::iter::from_fn(move || {
        loop {
            if let Some(line) = waiting.pop() {
                return Some(Ok(line));
            }
            if is_over {
                return None;
            }
            match messages.next() {
                Ok(Some(found)) => waiting = lines(found, &directory),
                Ok(None) => return None,
                Err(broken) => {
                    is_over = true;
                    return Some(Err(broken.into()));
                }
            }
        }
    })
}

fn lines(found: Found, directory: &Directory) -> Vec<Line> {
    let (number, position) = (found.line, found.position);
    let line = |said| Line { number, position, said };
    match found.element {
        Err(reason) => vec![line(Err(reason))],
        Ok(element) => match element.name.as_str() {
            "leistung" => vec![line(read_service(&element, directory).map(|record| Said::Record(Box::new(record))))],
            "loesche" => withdrawals(&element).into_iter().map(|said| line(Ok(said))).collect(),
            _ => Vec::new(),
        },
    }
}

fn read_service(element: &Element, directory: &Directory) -> Result<Record, Reason> {
    let id = element
        .child("id")
        .and_then(Element::key)
        .ok_or_else(|| Reason::new("the service has no id", "der Leistung fehlt ihre Kennung („id“)"))?;
    service::record(element, id, directory)
}

/// A deletion names what it deletes; offices and forms are none of our entries.
fn withdrawals(element: &Element) -> Vec<Said> {
    let kind = element.attribute("klasse").map(str::to_owned).or_else(|| element.child("klasse").map(Element::text));
    if kind.is_some_and(|kind| !kind.is_empty() && !kind.to_lowercase().contains("leistung")) {
        return Vec::new();
    }
    let named = element.children().flat_map(|child| match child.name.as_str() {
        "id" | "leistungID" => child.key().into_iter().collect::<Vec<_>>(),
        "leistung" => {
            child.child("id").or_else(|| child.child("leistungID")).and_then(Element::key).into_iter().collect()
        }
        _ => Vec::new(),
    });
    named.map(Said::Withdrawal).collect()
}
