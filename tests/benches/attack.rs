//! The attacker on a district's year: 131 schools, two terms and forty weeks, below 60 s.
//!
//! One thread, so two cores do it no faster; the time includes setting the system up.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

mod support;

use std::time::{Duration, Instant};

use domain::disclosure::attacker::attack;
use support::pace::Clocked;
use support::report::{self, Goal};
use support::seen;

/// What the attack may take: well above the goal, so that what is left undecided is not for want
/// of a second.
const BUDGET: Duration = Duration::from_secs(150);

fn main() {
    report::title("attack");
    report::head(&["schools", "weeks", "hidden figures", "leaks", "undecided", "seconds"]);
    let mut last = 0.0;
    for (schools, weeks) in [(30, 40), (131, 40)] {
        let view = seen::year(schools, weeks);
        let start = Instant::now();
        let found = attack(&view, &mut Clocked::new(BUDGET)).expect("a view that fits together");
        let seconds = start.elapsed().as_secs_f64();
        let is_decided = found.undecided().next().is_none();
        // An attack that leaves something open has not reached its end, however early it stops.
        last = if is_decided { seconds } else { f64::INFINITY };
        report::line(&[
            &schools.to_string(),
            &weeks.to_string(),
            &found.findings.len().to_string(),
            &found.leaks().count().to_string(),
            &found.undecided().count().to_string(),
            &format!("{seconds:.1}"),
        ]);
    }
    report::goals();
    let what = "131 schools, one year";
    Goal { id: "L4", what, value: last, unit: "s", must: 60.0, aim: 20.0, more: false }.print();
    println!("\nload {} after", report::load());
}
