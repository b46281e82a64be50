//! Absence: why a period, or some of its tables, has no report, as the school's people read it.

use std::collections::BTreeMap;

use domain::period::Period;

use super::{Made, SealingError};
use crate::indicator::Unsealed;
use crate::ledger::sealed_absent::Absent;

/// Why tables of a period were not sealed: a word, Chinese, English.
type Why = (&'static str, String, String);

/// What people are told of a period after a look; nothing where it was sealed, is held, or has no
/// table that a school of this kind fills.
#[must_use]
pub fn absences(period: Period, made: &Result<Vec<Made>, SealingError>) -> Vec<Absent> {
    let absent = |(code, zh, en): Why, tables: Option<u32>| Absent {
        period: period.to_string(),
        code: code.to_owned(),
        tables,
        zh,
        en,
    };
    match made {
        Ok(made) => {
            let mut counted: BTreeMap<&str, (Why, u32)> = BTreeMap::new();
            for why in made.iter().filter_map(why) {
                counted.entry(why.0).or_insert((why, 0)).1 += 1;
            }
            counted.into_values().map(|(why, tables)| absent(why, Some(tables))).collect()
        }
        Err(SealingError::Held(_)) => Vec::new(),
        Err(error) => vec![absent(why_none(error), None)],
    }
}

fn why(made: &Made) -> Option<Why> {
    let (code, zh, en) = match made {
        Made::Sealed { .. }
        | Made::Absent { reason: Unsealed::NotScreened | Unsealed::Unsupported, .. } => {
            return None;
        }
        Made::Absent { reason: Unsealed::NotAtWork, .. } => (
            "not_at_work",
            "学校在该时段之前还没有在台账中开展工作（没有任何心理课、活动、培训、导师或演练记录）",
            "the school did not work in its ledgers by then: no lesson, event, training, mentor or \
             drill is entered",
        ),
        Made::Absent { reason: Unsealed::Destroyed, .. } => (
            "destroyed",
            "该时段在册的学生中，有人的记录已依法销毁，数字无法再还原",
            "records of a student who was on the roll in these days are destroyed, and the figures \
             cannot be made any more",
        ),
        Made::Absent { reason: Unsealed::OfLostLedger, .. } => (
            "lost_ledger",
            "该周在本机现用台账建立之前，可能已由原来的台账上报；为避免重复统计，本机不再补报",
            "the week is before this ledger began; a ledger that was lost may have told it, and \
             nothing is told twice",
        ),
        Made::Broken { reason, .. } => {
            return Some(("broken", format!("数字无法密封：{reason}"), reason.to_string()));
        }
    };
    Some((code, zh.to_owned(), en.to_owned()))
}

fn why_none(error: &SealingError) -> Why {
    let (code, zh) = match error {
        SealingError::Indicator(error) => {
            let (zh, en) = error.said();
            return ("ledger_record", format!("{zh}。请更正这条记录或学校的年级设置"), en);
        }
        SealingError::NoProfile => ("no_profile", "学校类型和年级还没有设置"),
        SealingError::NotListed(_) => ("not_listed", "已签发的名册里没有本校"),
        SealingError::NoResponsible => ("no_responsible", "学校还没有指定数据出校的责任人"),
        _ => ("not_sealed", "密封没有成功，明天会自动再试；运行日志中有详细原因"),
    };
    (code, zh.to_owned(), error.to_string())
}
