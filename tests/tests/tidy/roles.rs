//! The table of who may do what, as schools read it, is the one that the program obeys.

use domain::ledger::authority::{Act, Authority, SchoolRole, authority};
use domain::ledger::{Action, Area, Word as _};

use crate::check;
use crate::tree::text;

/// Where schools read it.
const GUIDE: &str = "docs/guide-school.md";

/// A guide that promises another right than the program gives is believed first.
#[test]
fn the_guide_has_the_table_of_authority() {
    let areas = Area::ALL.iter().map(|area| {
        let (zh, en) = area.label();
        let cell = |role: &SchoolRole| {
            let read = word(authority(*role, Action::Read(*area)));
            let write = word(authority(*role, Action::Write(*area)));
            if read == write { read.to_owned() } else { format!("{read} / {write}") }
        };
        line(&format!("{en} {zh}"), cell)
    });
    let acts = Act::ALL.iter().map(|act| {
        let (zh, en) = act.label();
        line(&format!("{en} {zh}"), |role| word(authority(*role, Action::Do(*act))).to_owned())
    });
    let guide = text(GUIDE);
    let known: Vec<&str> = guide.lines().collect();
    let broken: Vec<String> =
        areas.chain(acts).filter(|line| !known.contains(&line.as_str())).collect();
    check(&format!("put these lines into the table of {GUIDE}"), &broken);
}

fn line(name: &str, cell: impl Fn(&SchoolRole) -> String) -> String {
    let cells: Vec<String> = SchoolRole::ALL.iter().map(cell).collect();
    format!("| {name} | {} |", cells.join(" | "))
}

const fn word(authority: Authority) -> &'static str {
    match authority {
        Authority::Never => "-",
        Authority::OwnStudents => "own",
        Authority::OnCase => "case",
        Authority::NeedsSecond => "second",
        Authority::Allowed => "yes",
    }
}
