//! Amounts that cannot be read at a glance.

use super::{Remark, Text};

const ADVICE: &str = "Schreiben Sie Beträge wie „37,00 Euro“.";

pub fn remark(text: &Text, remarks: &mut Vec<Remark>) {
    let tokens: Vec<&str> = text.plain.split_whitespace().collect();
    for token in tokens {
        let bare = token.trim_matches(['(', ')', ';', '„', '“']);
        let begins_with_digit = bare.starts_with(|c: char| c.is_ascii_digit());
        let is_glued = begins_with_digit && (bare.trim_end_matches(['.', ',']).ends_with('€') || bare.ends_with("EUR"));
        let is_dashed = begins_with_digit && (bare.contains(",-") || bare.contains(",–"));
        if is_glued || is_dashed {
            remarks.push(Remark::hint(text.place(), ADVICE, bare));
        }
    }
}
