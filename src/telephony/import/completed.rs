//! Calls that are over, a line each: `call_ref,to,from,queue,started_at,answered_at,ended_at,wait_ms,talk_ms,result,agent`.

use std::collections::HashMap;
use std::io::Read;

use chrono::{DateTime, Utc};
use csv::StringRecord;

use super::{Line, Origin, is_plausible};
use crate::calls::{CallResult, Event, EventClock, EventKind, Facts, Identity, Incoming};

/// An error: the file has no header that tells the columns.
pub fn read(source: impl Read, origin: Origin) -> Result<impl Iterator<Item = Line>, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(source);
    let header = reader.headers().map_err(|error| format!("the table cannot be read: {error}"))?.clone();
    let columns: HashMap<String, usize> = header
        .iter()
        .enumerate()
        .map(|(place, name)| (name.trim_start_matches('\u{feff}').to_lowercase(), place))
        .collect();
    for needed in ["call_ref", "started_at"] {
        if !columns.contains_key(needed) {
            return Err(format!("the column {needed} is missing"));
        }
    }
    Ok(reader.into_records().map(move |record| {
        let number = match &record {
            Ok(record) => record.position().map_or(0, csv::Position::line),
            Err(error) => error.position().map_or(0, csv::Position::line),
        };
        let said = record.map_err(|error| error.to_string());
        Line { number, said: said.and_then(|record| Row { columns: &columns, record }.message(origin)) }
    }))
}

struct Row<'a> {
    columns: &'a HashMap<String, usize>,
    record: StringRecord,
}

impl Row<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let text = self.record.get(*self.columns.get(name)?)?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn time(&self, name: &str, origin: Origin) -> Result<Option<DateTime<Utc>>, String> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let time = DateTime::parse_from_rfc3339(&text).ok().map(|time| time.to_utc());
        time.filter(|time| is_plausible(*time, origin.now))
            .map(Some)
            .ok_or(format!("{name}: '{text}' is no RFC 3339 time"))
    }

    fn milliseconds(&self, name: &str) -> Result<Option<i32>, String> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number: &i32| *number >= 0);
        number.map(Some).ok_or(format!("{name}: '{text}' is no number of milliseconds"))
    }

    fn result(&self) -> Result<Option<String>, String> {
        let Some(text) = self.text("result") else { return Ok(None) };
        match CallResult::parse(&text) {
            Some(result) if result != CallResult::Open => Ok(Some(text)),
            _ => Err(format!("result: '{text}' is not known")),
        }
    }

    fn message(&self, origin: Origin) -> Result<Vec<Incoming>, String> {
        let call_ref = self.text("call_ref").ok_or("call_ref is empty")?;
        let at = self.time("started_at", origin)?.ok_or("started_at is empty")?;
        let result = self.result()?;
        let goes_out = result.as_deref() == Some(CallResult::Outbound.as_str());
        let (to, from) = (self.text("to"), self.text("from"));
        let facts = Facts {
            direction: Some(if goes_out { "out" } else { "in" }.to_owned()),
            to: to.clone().filter(|_| !goes_out),
            shown_as: from.clone().filter(|_| goes_out),
            queue: self.text("queue"),
            agent: self.text("agent"),
            answered_at: self.time("answered_at", origin)?,
            ended_at: self.time("ended_at", origin)?,
            wait_ms: self.milliseconds("wait_ms")?,
            talk_ms: self.milliseconds("talk_ms")?,
            result,
            ..Facts::default()
        };
        let event = Event { kind: EventKind::CallCompleted, at, clock: EventClock::Source, facts };
        let number = if goes_out { to } else { from };
        let identity = Identity::InCall("completed".to_owned());
        Ok(vec![Incoming { source: origin.source, call_ref: Some(call_ref), identity, event, number }])
    }
}
