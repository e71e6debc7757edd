//! Chance with a seed. The generator is a named one, so that a seed gives the same calls in every release.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

pub struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// Each day has its own stream: the last thirty days of a year are the same as thirty days alone.
    pub fn of_day(seed: u64, day: i32) -> Self {
        let day = u64::from(day.unsigned_abs());
        Self(Xoshiro256PlusPlus::seed_from_u64(seed ^ day.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// From 0 up to, never reaching, 1.
    pub fn share(&mut self) -> f64 {
        self.0.random()
    }

    pub fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    pub fn index(&mut self, length: usize) -> usize {
        self.0.random_range(0..length)
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }

    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }
}

/// Draws positions by weight, also among a hundred thousand.
#[derive(Debug, Clone, Default)]
pub struct Weighted {
    sums: Vec<f64>,
}

impl Weighted {
    pub fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let sums = weights.into_iter().scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self { sums: sums.collect() }
    }

    pub fn total(&self) -> f64 {
        self.sums.last().copied().unwrap_or_default()
    }

    /// The position that lies at `point` of the total, None where there is nothing to draw.
    pub fn at(&self, point: f64) -> Option<usize> {
        let position = self.sums.partition_point(|sum| *sum <= point);
        (position < self.sums.len()).then_some(position)
    }

    pub fn draw(&self, chance: &mut Chance) -> Option<usize> {
        self.at(chance.share() * self.total())
    }
}
