//! The format of the lists.

/// Each expression of a list with the terms that it stands for. What is no rule is passed over: a list is never a reason to
/// find nothing.
pub fn lines(list: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    list.lines().map(str::trim).filter(|line| !line.starts_with('#')).flat_map(|line| match line.strip_prefix('=') {
        Some(equals) => same(&parts(equals)),
        None => stand_for(line),
    })
}

/// The lines of terms that mean the same.
pub fn equals(list: &str) -> impl Iterator<Item = Vec<&str>> {
    list.lines().filter_map(|line| line.trim().strip_prefix('=')).map(parts)
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::LISTS;
    use super::lines;

    #[test]
    fn every_line_of_the_lists_is_a_rule() {
        for line in LISTS.iter().flat_map(|list| list.lines()).map(str::trim) {
            let is_rule = line.starts_with('=') || line.matches('>').count() == 1;
            assert!(line.is_empty() || line.starts_with('#') || is_rule, "{line}");
            assert!(
                line.starts_with('#') || line.is_empty() || lines(line).next().is_some(),
                "stands for nothing: {line}"
            );
        }
    }

    #[test]
    fn lists_know_at_least_fifteen_hundred_everyday_expressions() {
        let everyday = LISTS.iter().flat_map(|list| list.lines()).filter(|line| !line.starts_with(['=', '#']));
        let expressions: HashSet<_> = everyday.flat_map(lines).map(|(expression, _)| expression).collect();
        assert!(expressions.len() >= 1_500, "{}", expressions.len());
    }

    #[test]
    fn equals_stand_for_each_other() {
        let rules: Vec<_> = lines("# so\n= a, b, c\nd, e > f , g\n\nohne Sinn\n").collect();
        let expected = [
            ("a", vec!["b", "c"]),
            ("b", vec!["a", "c"]),
            ("c", vec!["a", "b"]),
            ("d", vec!["f", "g"]),
            ("e", vec!["f", "g"]),
        ];
        assert_eq!(rules, expected);
    }
}
