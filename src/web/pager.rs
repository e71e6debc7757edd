//! Lists page: fifty rows, real page links that keep the filters.

use serde::Serialize;

use super::format::count;

/// One page of a list. Make it from the count first, then read the rows from `offset()`.
#[derive(Debug, Clone)]
pub struct Pager {
    page: i64,
    total: i64,
    path: String,
    filter: String,
    things: &'static str,
}

/// One place in the row of page links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Page { number: i64, url: String, current: bool },
    Gap,
}

impl Pager {
    pub const ROWS: i64 = 50;

    /// `filter` is the struct of the query; its empty fields and its `page` are left out of the links. A page beyond the
    /// end is the last one. `things` stands after "von 1.062": the dative plural, as in "Einträgen".
    pub fn new(
        path: &str,
        filter: &impl Serialize,
        page: &str,
        total: impl TryInto<i64>,
        things: &'static str,
    ) -> Self {
        let total = total.try_into().unwrap_or(i64::MAX);
        let pairs: Vec<(String, String)> = serde_html_form::to_string(filter)
            .ok()
            .and_then(|text| serde_html_form::from_str(&text).ok())
            .unwrap_or_default();
        let kept: Vec<_> = pairs.into_iter().filter(|(name, value)| name != "page" && !value.is_empty()).collect();
        let mut pager = Self {
            page: 1,
            total,
            path: path.to_owned(),
            filter: serde_html_form::to_string(kept).unwrap_or_default(),
            things,
        };
        pager.page = page.parse().unwrap_or(1).clamp(1, pager.last());
        pager
    }

    pub fn offset(&self) -> i64 {
        (self.page - 1) * Self::ROWS
    }

    /// The rows of this page, for lists that are short enough to be read whole.
    pub fn cut<T>(&self, rows: impl IntoIterator<Item = T>) -> Vec<T> {
        let size = |number: i64| usize::try_from(number).unwrap_or(0);
        rows.into_iter().skip(size(self.offset())).take(size(Self::ROWS)).collect()
    }

    pub fn total(&self) -> i64 {
        self.total
    }

    pub fn is_filtered(&self) -> bool {
        !self.filter.is_empty()
    }

    pub fn words(&self) -> String {
        if self.total == 0 {
            return format!("0 von 0 {}", self.things);
        }
        let to = (self.offset() + Self::ROWS).min(self.total);
        format!("{}–{} von {} {}", count(self.offset() + 1), count(to), count(self.total), self.things)
    }

    pub fn has_pages(&self) -> bool {
        self.last() > 1
    }

    pub fn previous(&self) -> Option<String> {
        (self.page > 1).then(|| self.url(self.page - 1))
    }

    pub fn next(&self) -> Option<String> {
        (self.page < self.last()).then(|| self.url(self.page + 1))
    }

    /// The first, the last, and the neighbours of the current page.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut before = 0;
        for number in (1..=self.last()).filter(|n| *n == 1 || *n == self.last() || (n - self.page).abs() <= 2) {
            if number > before + 1 {
                steps.push(Step::Gap);
            }
            steps.push(Step::Page { number, url: self.url(number), current: number == self.page });
            before = number;
        }
        steps
    }

    fn last(&self) -> i64 {
        ((self.total + Self::ROWS - 1) / Self::ROWS).max(1)
    }

    fn url(&self, page: i64) -> String {
        match (self.filter.as_str(), page) {
            ("", 1) => self.path.clone(),
            ("", _) => format!("{}?page={page}", self.path),
            (filter, 1) => format!("{}?{filter}", self.path),
            (filter, _) => format!("{}?{filter}&page={page}", self.path),
        }
    }
}
