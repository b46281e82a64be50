//! Medians, percentiles, the machine's load, and tables on standard output.

use std::time::Duration;

/// The median; zero of nothing.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 50.0)
}

/// A percentile by nearest rank; zero of nothing.
pub fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small rank")]
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// Milliseconds.
pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The machine's load averages.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// Says what is measured, where and under which load.
pub fn title(name: &str) {
    println!("\n# {name}: load {} before", load());
}

/// One line of a table.
pub fn line(cells: &[&str]) {
    println!("| {} |", cells.join(" | "));
}

/// The head of a table.
pub fn head(cells: &[&str]) {
    println!();
    line(cells);
    println!("|{}", " --- |".repeat(cells.len()));
}

/// A goal, the figure that was measured, and whether it was reached.
pub struct Goal<'a> {
    /// Its number, such as `P1`.
    pub id: &'a str,
    /// What is measured.
    pub what: &'a str,
    /// Figure and unit.
    pub value: f64,
    /// Written behind the figure.
    pub unit: &'a str,
    /// Has to be reached.
    pub must: f64,
    /// Is aimed at.
    pub aim: f64,
    /// Whether a larger figure is better.
    pub more: bool,
}

impl Goal<'_> {
    /// Prints the goal as a line of a table headed by [`goals`].
    pub fn print(&self) {
        let reaches = |limit: f64| {
            if self.more { self.value >= limit } else { self.value <= limit }
        };
        let verdict = match (reaches(self.must), reaches(self.aim)) {
            (_, true) => "aim reached",
            (true, false) => "must reached",
            (false, false) => "NOT reached",
        };
        let sign = if self.more { ">=" } else { "<=" };
        let figure = |value: f64| format!("{value:.digits$}", digits = places(value));
        line(&[
            self.id,
            self.what,
            &format!("{} {}", figure(self.value), self.unit),
            &format!("{sign} {}", figure(self.must)),
            &format!("{sign} {}", figure(self.aim)),
            verdict,
        ]);
    }
}

fn places(value: f64) -> usize {
    if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    }
}

/// The head of a table of goals.
pub fn goals() {
    head(&["goal", "what", "measured", "must", "aim", "verdict"]);
}
