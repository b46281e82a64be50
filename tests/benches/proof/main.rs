//! The proof over a city: a school year of 1,500 schools in their districts through the product's
//! own plans, sums, stores, views and attacker; every opened cell against a recount.
//!
//! Goal: opened totals are exact; no role alone learns a small count of a school, nor a street with
//! one colluding school, nor a district with m - 2 of one group; with m - 1 it is said; rounded
//! sums of the same truth are as near as the rule says. Truth is drawn. Halves are made without
//! proofs and carried by no network: the benchmark `sealed` and the city's year have those (record
//! 0047). No sum spans two districts, so that each is played alone.
//!
//! `cargo bench -p tests --bench proof`, or with fewer: `-- --schools 100 --weeks 4`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a proof that cannot go on says so and ends"
)]

#[path = "../support/pace.rs"]
mod pace;
#[path = "../support/report.rs"]
#[expect(dead_code, reason = "this benchmark uses a part of it")]
mod report;

mod area;
mod judge;
mod months;
mod opening;
mod rounding;
mod sheets;
mod truth;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use area::Area;
use judge::Verdicts;
use months::Months;
use opening::Played;
use rounding::Rounded;

/// Schools of a district at most.
const DISTRICT_MAX: usize = 125;
/// Districts at a time: as many as a small server has cores.
const AT_ONCE: usize = 2;

/// What came of the districts so far.
#[derive(Default)]
struct Total {
    played: Played,
    months: Months,
    verdicts: Verdicts,
    rounded: Rounded,
}

fn main() -> ExitCode {
    let schools = argument("--schools").unwrap_or(1_500);
    let weeks = argument("--weeks").unwrap_or(44);
    report::title("proof");
    let started = Instant::now();
    let districts = schools.div_ceil(DISTRICT_MAX);
    let (next, total) = (AtomicUsize::new(0), Mutex::new(Total::default()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= districts {
                        break;
                    }
                    let own = schools * (number + 1) / districts - schools * number / districts;
                    let one = district(number, own, weeks);
                    let mut total = total.lock().expect("one writer");
                    total.played.add(&one.played);
                    total.months.add(&one.months);
                    total.verdicts.add(one.verdicts);
                    total.rounded.add(one.rounded);
                }
            });
        }
    });
    let total = total.into_inner().expect("all done");
    println!("\n{schools} schools in {districts} districts, {weeks} weeks, two terms\n");
    total.played.print();
    total.months.print();
    let is_safe = total.verdicts.print();
    total.rounded.print();
    println!("\n{:.0} s; load {} after", started.elapsed().as_secs_f64(), report::load());
    let is_near = total.rounded.holds();
    let holds = total.played.holds() && total.months.differing == 0 && is_safe && is_near;
    println!("{}", if holds { "\nit holds" } else { "\nIT DOES NOT HOLD" });
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn district(number: usize, schools: usize, weeks: usize) -> Total {
    let area = Area::found(number, schools);
    let played = opening::play(&area, weeks);
    let months = months::of(&area, weeks);
    sheets::send(&area);
    let rounded = rounding::of(&area);
    let verdicts = judge::all(&area, weeks);
    Total { played, months, verdicts, rounded }
}

fn argument(name: &str) -> Option<usize> {
    let mut all = std::env::args();
    all.find(|argument| argument == name)?;
    all.next()?.parse().ok()
}
