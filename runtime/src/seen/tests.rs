//! The file's form: what is written is read back, and what would be misread is refused.

use domain::disclosure::attacker::{Course, Pieces, Printed, Verdict, attack};

use super::*;

/// A town of one school beside its district, with every status that a cell can have.
const FILE: &str = r#"{
  "k": 5,
  "units": {
    "S1": {"parent": "T1", "level": "school", "has": {"grade": ["7", "8"]}},
    "S2": {"parent": "T1", "level": "school"},
    "T1": {"parent": null, "level": "town"}
  },
  "periods": ["2025-W36", {"id": "2025S1", "parts": ["2025-W36", "2025-W37"]}],
  "cumulative": "series",
  "tables": [
    {"id": "a", "level": "town", "unit": "T1", "period": "2025-W36", "measure": "m",
     "dims": ["grade"], "members": ["S1"],
     "cells": [{"key": ["7"], "value": 3, "status": "exact"},
               {"key": ["8"], "value": null, "status": "suppressed", "lo": 0, "hi": 4},
               {"key": ["9"], "value": -2, "status": "noised"}],
     "totals": [{"key": ["*"], "value": 10, "status": "rounded", "base": 5},
                {"key": ["7|8"], "value": 20, "status": "rounded", "lo": 20, "hi": 29}]}
  ]
}"#;

/// Every field has its meaning, totals are cells, and a view that is written reads the same.
#[test]
fn files_are_read_and_written_alike() {
    let view = read(FILE.as_bytes()).expect("file");
    assert_eq!(view.course, Course::Series);
    assert_eq!(view.periods[1].parts.len(), 2);
    assert_eq!(view.units["S1"].has["grade"].len(), 2);
    let printed: Vec<Printed> = view.tables[0].cells.iter().map(|cell| cell.printed).collect();
    assert_eq!(
        printed,
        [
            Printed::Exact(3),
            Printed::Between(0, Some(4)),
            Printed::Noised(Some(-2)),
            Printed::Between(6, Some(14)),
            Printed::Between(20, Some(29)),
        ]
    );
    let again = read(&write(&view).expect("written")).expect("read");
    assert_eq!(again, view);
}

/// A misspelt field, another course, a negative count and a `k` under which nothing is small.
#[test]
fn what_would_be_misread_is_refused() {
    let refused = |from: &str, to: &str| {
        let changed = FILE.replacen(from, to, 1);
        assert_ne!(changed, FILE);
        assert!(read(changed.as_bytes()).is_err(), "{to}");
    };
    refused("\"members\"", "\"member\"");
    refused("\"series\"", "\"monthly\"");
    refused("\"series\"", "false");
    refused("\"status\": \"noised\"", "\"lo\": 0, \"hi\": 4, \"status\": \"noised\"");
    refused("\"value\": 3", "\"value\": -3");
    refused("\"value\": 3", "\"value\": null");
    refused("\"k\": 5", "\"k\": 1");
    refused("\"exact\"", "\"precise\"");
}

/// A file from outside is attacked as a hub's own: the town of one school is found.
#[test]
fn a_file_is_attacked() {
    let leaky = FILE.replace("\"value\": 10", "\"value\": 5");
    let view = read(leaky.replace("\"lo\": 20, \"hi\": 29", "\"lo\": 0, \"hi\": 9").as_bytes());
    let report = attack(&view.expect("file"), &mut Pieces(1_000)).expect("attacked");
    let mut leaks = report.leaks().filter(|leak| leak.verdict == Verdict::Exact);
    assert!(leaks.any(|leak| leak.unit == "S1" && leak.lo == 3), "{report:?}");
}
