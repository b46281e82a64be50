//! The attacker on a district's year: every sealed table of the catalogue, 131 schools, two terms
//! and 44 weeks, below 60 s.
//!
//! One thread, so two cores do it no faster; the time includes setting every part up. It is handed
//! over part by part, as `disclosure audit` does it.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::disclosure::attacker::attack_each;
use support::pace::Clocked;
use support::report::{self, Goal};
use support::seen;

/// What the attack may take: well above the goal, so that what is left undecided is not for want
/// of a second.
const BUDGET: Duration = Duration::from_secs(150);

fn main() {
    report::title("attack");
    report::head(&["schools", "weeks", "parts", "hidden figures", "leaks", "undecided", "seconds"]);
    let mut last = 0.0;
    for (schools, weeks) in [(30, 44), (131, 44)] {
        let view = seen::year(schools, weeks);
        let start = Instant::now();
        let (mut parts, mut hidden, mut leaks) = (0_usize, 0_usize, 0_usize);
        let mut undecided: BTreeMap<String, usize> = BTreeMap::new();
        attack_each(&view, &mut Clocked::new(BUDGET), &mut |part| {
            parts += 1;
            hidden += part.findings.iter().filter(|found| found.is_school).count();
            leaks += part.leaks().count();
            for open in part.undecided() {
                *undecided.entry(open.measure.clone()).or_default() += 1;
            }
        })
        .expect("a view that fits together");
        let seconds = start.elapsed().as_secs_f64();
        // An attack that leaves something open has not reached its end, however early it stops, and
        // one that finds a school's count in what a plan opens has found a plan that leaks.
        last = if undecided.is_empty() && leaks == 0 { seconds } else { f64::INFINITY };
        report::line(&[
            &schools.to_string(),
            &weeks.to_string(),
            &parts.to_string(),
            &hidden.to_string(),
            &leaks.to_string(),
            &undecided.values().sum::<usize>().to_string(),
            &format!("{seconds:.1}"),
        ]);
        for (measure, count) in undecided {
            println!("undecided: {count} of {measure}");
        }
    }
    report::goals();
    let what = "131 schools, one year, all tables";
    Goal { id: "L4", what, value: last, unit: "s", must: 60.0, aim: 20.0, more: false }.print();
    println!("\nload {} after", report::load());
}
