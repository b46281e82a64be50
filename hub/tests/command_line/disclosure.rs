//! The shipped attacker at the command line.

use crate::support::{hub, text};

/// A file without a table is judged neither way: it says so, with a code of its own.
#[test]
fn a_file_without_tables_is_not_called_safe() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("street.json");
    let none = r#"{"k": 5, "units": {}, "periods": [], "cumulative": true, "tables": []}"#;
    std::fs::write(&file, none).expect("file");
    let empty = hub(&["disclosure", "audit", text(&file)]);
    assert_eq!(empty.failed(), (3, "NOTHING_TO_JUDGE".to_owned()), "{}", empty.out);
    let table = r#"{"k": 5, "units": {"S1": {"level": "school"}}, "periods": ["2025S1"],
        "cumulative": true,
        "tables": [{"id": "a", "level": "school", "unit": "S1", "period": "2025S1",
        "measure": "m", "dims": ["tier"], "cells": [{"key": ["t1"], "value": 7,
        "status": "exact"}]}]}"#;
    std::fs::write(&file, table).expect("file");
    let judged = hub(&["disclosure", "audit", text(&file)]);
    assert_eq!(judged.code, 0, "{} {}", judged.out, judged.err);
}
