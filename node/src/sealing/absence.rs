//! Absence: why a period, or some of its tables, has no report, as the school's people read it.

use std::collections::BTreeMap;

use domain::catalogue::TableId;
use domain::period::Period;
use domain::unit::UnitId;

use super::contradiction::{Stand, said};
use super::{Contradiction, Made, SealingError};
use crate::indicator::Unsealed;
use crate::ledger::sealed_absent::Absent;

/// Why tables of a period were not sealed: a word, Chinese, English.
type Why = (&'static str, String, String);

/// What people are told of a period after a look; nothing where it was sealed without a
/// contradiction, is held, or has no table that a school of this kind fills.
#[must_use]
pub fn absences(period: Period, made: &Result<Vec<Made>, SealingError>) -> Vec<Absent> {
    match made {
        Ok(made) => {
            let mut counted: BTreeMap<&str, (Why, u32)> = BTreeMap::new();
            for why in made.iter().filter_map(why) {
                counted.entry(why.0).or_insert((why, 0)).1 += 1;
            }
            let absent = |(why, tables)| absent(period, why, Some(tables));
            let contradicted: Vec<Contradiction> = made.iter().filter_map(contradicted).collect();
            let contradicted = said(period, &contradicted, Stand::Sealed);
            counted.into_values().map(absent).chain(contradicted).collect()
        }
        Err(SealingError::Held(_)) => Vec::new(),
        Err(error) => vec![absent(period, why_none(error), None)],
    }
}

/// What people are told of one table after a look; nothing where it was sealed or was not due.
#[must_use]
pub fn absence_of((period, table): (Period, &TableId), made: &[Made]) -> Option<Absent> {
    let own = made.iter().find(|one| match one {
        Made::Sealed { table: of, .. }
        | Made::Absent { table: of, .. }
        | Made::Broken { table: of, .. } => of == table,
        Made::Contradicted(_) => false,
    });
    Some(absent(period, why(own?)?, Some(1)))
}

fn absent(period: Period, (code, zh, en): Why, tables: Option<u32>) -> Absent {
    Absent { period: period.to_string(), code: code.to_owned(), tables, zh, en }
}

/// What people are told of a year of which the documents name this school and the plan is not here.
#[must_use]
pub fn plan_missing(area: &UnitId, year: i16) -> Absent {
    Absent {
        period: Period::SchoolYear(year).to_string(),
        code: "plan_missing".to_owned(),
        tables: None,
        zh: format!(
            "{area} 本学年的学校名册或密钥名单已到本机，其中有本校，但汇总方案没有到，本学年因此没有启用密封汇总。\
             可能尚未发布，也可能被中途的枢纽扣下。请直接致电区县枢纽和卫健方枢纽核对"
        ),
        en: format!(
            "the roster or the list of keys of {area} for this school year is here and names this \
             school, and the plan is not, so that nothing is sealed. It may not be published yet, \
             or a hub on the way holds it back: ring the district's hub and health's hub \
             themselves"
        ),
    }
}

fn contradicted(made: &Made) -> Option<Contradiction> {
    match made {
        Made::Contradicted(found) => Some(found.clone()),
        Made::Sealed { .. } | Made::Absent { .. } | Made::Broken { .. } => None,
    }
}

fn why(made: &Made) -> Option<Why> {
    let (code, zh, en) = match made {
        Made::Sealed { .. }
        | Made::Absent { reason: Unsealed::Unsupported, .. }
        | Made::Contradicted(_) => return None,
        Made::Absent { reason: Unsealed::NotScreened, .. } => (
            "not_screened",
            "本学期没有组织普测，普测的统计表没有数可报，同组学校的普测合计因此可能无法开启。若已用其他系统普测，\
             请导入答卷；确实没有组织的，请告知区县枢纽的运维人员",
            "the school held no screening in this term, so that there is nothing to report of one, \
             and the sums of screenings of its group may stay closed. If it screened with another \
             system, import the answers; if not, tell the operator of the district's hub",
        ),
        Made::Absent { reason: Unsealed::NotAtWork, .. } => (
            "not_at_work",
            "学校在该时段之前还没有在台账中开展工作（没有任何心理课、活动、培训、导师或演练记录）。当时已经做过的，\
             请按实际日期补录，本机次日自动补报；之后才开始使用的，请致电教育方枢纽和卫健方枢纽的运维人员，由两方各自\
             登记本校这一时段不报（sealed away），同组学校的合计就不再等本校",
            "the school did not work in its ledgers by then: no lesson, event, training, mentor or \
             drill is entered. What was done by then is entered with its true day, and the report \
             is made by itself the day after. If the school began later, ring the operators of \
             education's hub and of health's: each notes it as away for these days (sealed away), \
             and the sums of its group wait for it no more",
        ),
        Made::Absent { reason: Unsealed::Destroyed, .. } => (
            "destroyed",
            "该时段在册的学生中，有人的记录已依法销毁，数字无法再还原",
            "records of a student who was on the roll in these days are destroyed, and the figures \
             cannot be made any more",
        ),
        Made::Absent { reason: Unsealed::OfLostLedger, .. } => (
            "lost_ledger",
            "该周在本机现用台账建立或从备份恢复之前，可能已由原来的台账上报；为避免重复统计，本机不再补报",
            "the week is before this ledger began or was put back from a backup; the ledger that \
             was lost may have told it, and nothing is told twice",
        ),
        Made::Absent { reason: Unsealed::ToldOtherwise, .. } => (
            "told_otherwise",
            "这些事项已由另一张统计表上报，本表已无法再按当时的内容上报；为避免两张表的合计相差出本校的数，\
             本表该周不再上报，无须处理",
            "another table told these events, and what this one would have told at that moment \
             cannot be told any more; lest the totals of the two tables differ by this school's \
             count, this table tells nothing of the week; nothing to do",
        ),
        Made::Absent { reason: Unsealed::NoPlace, .. } => (
            "no_place",
            "特殊时期的统计表没有列出本校某条记录所属的类别，本校这一时段不报这张表，其他统计表不受影响。请告知区县枢纽的\
             运维人员，由两部门发布更正后的特殊时期",
            "a table of a special period names no category for one of the school's records, so \
             that this table is not reported; all others are. Tell the operator of the district's \
             hub: both commissions publish the special period anew",
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
