//! Towns that are no tenants, as a table of all towns names them: postcode, name and, where it has one, the ARS.

use std::collections::BTreeMap;
use std::io::Read;

use anyhow::{Context, bail};

/// Whom a caller of a shared line may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub id: i32,
    pub name: String,
    pub ars: Option<String>,
    pub postcodes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPlace {
    pub name: String,
    pub ars: Option<String>,
    pub postcodes: Vec<String>,
}

/// How the columns may be called.
const POSTCODE: [&str; 3] = ["plz", "postleitzahl", "postcode"];
const NAME: [&str; 6] = ["name", "ort", "gemeinde", "gemeindename", "stadt", "place"];
const ARS: [&str; 3] = ["ars", "ags", "regionalschlüssel"];

/// One place a row; a place with several postcodes may stand in several rows.
pub fn read(mut file: impl Read) -> anyhow::Result<Vec<NewPlace>> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => encoding_rs::WINDOWS_1252.decode(error.as_bytes()).0.into_owned(),
    };
    let text = text.trim_start_matches('\u{feff}');
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let heads: Vec<_> = table.headers()?.iter().map(|head| head.trim().to_lowercase()).collect();
    let column = |names: &[&str]| heads.iter().position(|head| names.contains(&head.as_str()));
    let (postcode, name) = (column(&POSTCODE).context("no column PLZ")?, column(&NAME).context("no column name")?);
    let ars = column(&ARS);
    let mut places: BTreeMap<(String, Option<String>), Vec<String>> = BTreeMap::new();
    for (index, row) in table.records().enumerate() {
        let row = row.with_context(|| format!("line {}", index + 2))?;
        let cell = |column: usize| row.get(column).unwrap_or_default().trim();
        let digits = |column: usize| cell(column).chars().filter(char::is_ascii_digit).collect::<String>();
        if cell(name).is_empty() {
            bail!("line {}: a place without a name", index + 2);
        }
        let ars = ars.map(digits).filter(|ars| (2..=12).contains(&ars.len()));
        let codes = places.entry((cell(name).to_owned(), ars)).or_default();
        let written = cell(postcode).split([' ', ',', '/', '|']).map(str::trim);
        codes.extend(
            written.filter(|code| code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit())).map(String::from),
        );
        codes.sort();
        codes.dedup();
    }
    Ok(places.into_iter().map(|((name, ars), postcodes)| NewPlace { name, ars, postcodes }).collect())
}

/// What stands most often in the first line.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| head.bytes().filter(|byte| byte == delimiter).count();
    [b';', b'\t', b','].into_iter().max_by_key(count).unwrap_or(b',')
}
