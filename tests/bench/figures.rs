//! Times, and tables of them.

use std::time::Duration;

#[derive(Default)]
pub struct Times(pub Vec<Duration>);

impl Times {
    /// In milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    }

    /// Two cells: the usual one and the slowest but one in a hundred.
    pub fn cells(&self) -> String {
        format!("{:.2} ms | {:.2} ms", self.percentile(50), self.percentile(99))
    }

    /// One cell: how many times as long as those it usually takes.
    pub fn ratio_to(&self, other: &Self) -> String {
        format!("{:.2}", self.percentile(50) / other.percentile(50))
    }
}

/// For a table of people, not for a program.
pub fn print_table(title: &str, head: &str, lines: &[String]) {
    let columns = head.matches('|').count() + 1;
    println!("\n{title}\n\n| {head} |\n|{}", "---|".repeat(columns));
    for line in lines {
        println!("| {line} |");
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
pub fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

pub fn megabytes(kilobytes: usize) -> usize {
    kilobytes / 1024
}
