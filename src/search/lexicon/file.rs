//! The format of the lists.

/// Each expression of a list with the terms that it stands for. What is no rule is passed over: a list is never a reason to
/// find nothing.
pub fn lines(list: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    list.lines().map(str::trim).filter(|line| !line.starts_with('#')).flat_map(|line| match line.strip_prefix('=') {
        Some(equals) => same(&parts(equals)),
        None => stand_for(line),
    })
}

fn parts(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Each of them stands for all others.
fn same<'a>(terms: &[&'a str]) -> Vec<(&'a str, Vec<&'a str>)> {
    let others = |index| terms.iter().enumerate().filter(move |(other, _)| *other != index).map(|(_, term)| *term);
    terms.iter().enumerate().map(|(index, term)| (*term, others(index).collect())).collect()
}

fn stand_for(line: &str) -> Vec<(&str, Vec<&str>)> {
    let Some((expressions, terms)) = line.split_once('>') else { return Vec::new() };
    let terms = parts(terms);
    parts(expressions).into_iter().map(|expression| (expression, terms.clone())).collect()
}
