//! What a run found: lines on stdout, and whether a target was missed.

use std::io::Write;
use std::time::Duration;

/// Why nothing could be measured.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Prints, and remembers missed targets.
pub struct Report {
    out: std::io::Stdout,
    missed: usize,
}

impl Default for Report {
    fn default() -> Self {
        Report { out: std::io::stdout(), missed: 0 }
    }
}

impl Report {
    /// Says something at once.
    pub fn line(&mut self, line: &str) {
        // A closed pipe is the reader's decision.
        writeln!(self.out, "{line}").and_then(|()| self.out.flush()).ok();
    }

    /// Says how a figure compares with its target.
    pub fn target(&mut self, what: &str, is_met: bool) {
        self.missed += usize::from(!is_met);
        let word = if is_met { "met   " } else { "MISSED" };
        self.line(&format!("  target {word} {what}"));
    }

    /// Whether any target was missed.
    pub fn is_missed(&self) -> bool {
        self.missed > 0
    }
}

/// Latencies of one run.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Sorts what was measured.
    pub fn new(mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Latencies(latencies)
    }

    /// The latency that so many of a hundred stay under.
    pub fn percentile(&self, percent: usize) -> Duration {
        let index = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0.get(index).copied().unwrap_or_default()
    }
}

/// A duration as milliseconds for people.
pub fn ms(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

/// So many in so long, as a rate.
#[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
pub fn per_second(count: u64, duration: Duration) -> f64 {
    count as f64 / duration.as_secs_f64().max(f64::MIN_POSITIVE)
}
