//! Made-up releases of a school, one for each answer that a hub can give.

use domain::digest::Digest;
use runtime::web::{Figure, Label};

use super::NOW;
use crate::console::view::*;

fn hop(zh: &str, en: &str, state: HopState) -> Hop {
    let receipt = matches!(state, HopState::Received { .. }).then(|| Digest::sha256([0xa7; 32]));
    Hop { hub: Label::new(zh, en), state, receipt }
}

fn line(id: &str, kind: ReleaseKind, hops: Vec<Hop>) -> ReleaseLine {
    let (zh, en) = match kind {
        ReleaseKind::ClearSheet => ("学期基本情况", "Basics of the term"),
        ReleaseKind::RoundedTable => ("普测结果分布", "Outcomes of the screening"),
    };
    ReleaseLine {
        id: id.to_owned(),
        signed_at_ms: NOW,
        kind,
        table: Label::new(zh, en),
        period: Label::new("2025–2026 学年第一学期", "Autumn term 2025"),
        revision: 1,
        tally: Tally { counts: 63, rounded: 63, banded: 0, blank: 9 },
        hops,
    }
}

/// A clear sheet that waits here.
pub(super) fn waiting_line() -> ReleaseLine {
    let mut line = line(
        "statistics-19",
        ReleaseKind::ClearSheet,
        vec![hop("街道枢纽", "Street hub", HopState::Waiting)],
    );
    line.tally = Tally { counts: 17, rounded: 0, banded: 2, blank: 0 };
    line
}

/// A table that the hub refused.
pub(super) fn refused_line() -> ReleaseLine {
    let reason = Label::new("指标目录版本过旧", "the catalogue is out of date");
    let next = crate::egress::refusal::next("unknown_catalogue");
    line(
        "statistics-16",
        ReleaseKind::RoundedTable,
        vec![hop("街道枢纽", "Street hub", HopState::Refused { at_ms: NOW, reason, next })],
    )
}

fn outcome(zh: &str, en: &str, seed: u64) -> BlockRow {
    let mut figures: Vec<Figure> =
        (0..9).map(|grade| Figure::Rounded((seed + grade * 5) / 5 * 5)).collect();
    figures[0] = Figure::NotApplicable;
    figures[1] = Figure::Rounded(0);
    BlockRow { label: Label::new(zh, en), figures }
}

/// A rounded table that the street hub has.
pub(super) fn release_view() -> ReleasePage {
    let hops = vec![
        hop("街道枢纽", "Street hub", HopState::Received { at_ms: NOW }),
        hop("区枢纽", "District hub", HopState::Sent),
    ];
    let rule = Label::new(
        "每格已按 5 取整，可上可下，与实数最多相差 4",
        "each cell is rounded to a multiple of 5 and is off by at most 4",
    );
    let columns = (1..=9).map(|n| Label::new(format!("{n} 年级"), format!("Grade {n}"))).collect();
    ReleasePage {
        line: line("statistics-17", ReleaseKind::RoundedTable, hops),
        table_id: "rounded.scr.census".to_owned(),
        digest: Digest::sha256([0x5b; 32]),
        catalogue: Digest::sha256([0x41; 32]),
        signer: Signer {
            name: "f370202004p01.370202.qingdao.example".to_owned(),
            key: "91c47f2a".repeat(8),
            algorithm: "ECDSA P-256 SHA-256",
        },
        is_verified: true,
        position: "4c1f9a02 · 17".to_owned(),
        blocks: vec![Block {
            title: Label::new("普测结果 · 女", "Outcome of the screening, girls"),
            rule,
            columns,
            rows: vec![
                outcome("未同意", "refused", 3),
                outcome("未参加", "not reached", 7),
                outcome("阴性", "negative", 95),
                outcome("阳性，暂不需访谈", "positive, no interview due", 11),
                outcome("需访谈", "interview due", 6),
                outcome("危险条目", "critical item", 0),
            ],
        }],
        bytes: (0..=255_u8).cycle().take(1_104).collect(),
    }
}
