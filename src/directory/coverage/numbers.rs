//! House numbers of one street: odd and even ones are counted apart.

use crate::directory::rule::{LAST_NUMBER, Side, StreetPart};

/// Whether a number belongs to both.
pub fn meet(one: &StreetPart, other: &StreetPart) -> bool {
    let ((from, to), (other_from, other_to)) = (one.bounds(), other.bounds());
    let (from, to) = (from.max(other_from), to.min(other_to));
    [Side::Odd, Side::Even].into_iter().any(|side| {
        let both = on(one, side) && on(other, side);
        both && steps(from, to, side).is_some_and(|(first, last)| first <= last)
    })
}

fn on(part: &StreetPart, side: Side) -> bool {
    part.side == Side::All || part.side == side
}

/// The first and the last number of this side between two numbers.
fn steps(from: u32, to: u32, side: Side) -> Option<(u32, u32)> {
    let first = if side.holds(from) { from } else { from + 1 };
    let last = if side.holds(to) { to } else { to.checked_sub(1)? };
    (first <= last).then_some((first, last))
}

/// What nobody has, in words.
pub fn uncovered<'a>(parts: impl Iterator<Item = &'a StreetPart> + Clone) -> Vec<String> {
    let [odd, even] = [Side::Odd, Side::Even].map(|side| missing(parts.clone(), side));
    let (mut words, mut even_left) = (Vec::new(), even);
    for (first, last) in odd {
        // Both sides of the street lack the same stretch.
        let beside = even_left.iter().position(|other| other.0.abs_diff(first) == 1 && near_end(other.1, last));
        match beside {
            Some(at) => {
                let (other_first, other_last) = even_left.remove(at);
                words.push((
                    first.min(other_first),
                    range("Hausnummern", 1, first.min(other_first), last.max(other_last)),
                ));
            }
            None => words.push((first, range("ungerade Hausnummern", 1, first, last))),
        }
    }
    words.extend(even_left.into_iter().map(|(first, last)| (first, range("gerade Hausnummern", 2, first, last))));
    words.sort_unstable();
    words.into_iter().map(|(_, words)| words).collect()
}

fn near_end(one: u32, other: u32) -> bool {
    one.abs_diff(other) == 1 || (one.max(other) >= LAST_NUMBER - 1 && one.min(other) >= LAST_NUMBER - 1)
}

/// `start`: with which number this kind begins.
fn range(what: &str, start: u32, first: u32, last: u32) -> String {
    match (first == start, last >= LAST_NUMBER - 1) {
        (true, true) => what.to_owned(),
        (false, true) => format!("{what} ab {first}"),
        (true, false) => format!("{what} bis {last}"),
        (false, false) if first == last => format!("{what} {first}"),
        (false, false) => format!("{what} {first}–{last}"),
    }
}

fn missing<'a>(parts: impl Iterator<Item = &'a StreetPart>, side: Side) -> Vec<(u32, u32)> {
    let held = parts.filter(|part| on(part, side)).filter_map(|part| {
        let (from, to) = part.bounds();
        steps(from, to, side)
    });
    let mut held: Vec<_> = held.collect();
    held.sort_unstable();
    let end = steps(1, LAST_NUMBER, side).map_or(0, |(_, last)| last);
    let mut next = if side == Side::Odd { 1 } else { 2 };
    let mut gaps = Vec::new();
    for (first, last) in held.into_iter().chain([(end + 2, end + 2)]) {
        if first > next {
            gaps.push((next, first - 2));
        }
        next = next.max(last + 2);
    }
    gaps
}
