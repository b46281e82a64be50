//! What is said when something is not released: what happened, and what to do next.

use super::{AbsentReason, ReleaseError, Standing};
use crate::import::{Fault, Said};

impl Standing {
    /// Why a table with this standing is not released; nothing for a new one.
    #[must_use]
    pub const fn said(self) -> Option<Said> {
        match self {
            Self::New => None,
            Self::Unchanged => Some(Said::fixed(
                "内容与上次出校的相同，无需再次出校",
                "it says the same as the last release; nothing to send",
            )),
            Self::OnceATerm => Some(Said::fixed(
                "取整表每学期只出校一次；本学期已出校，名册或答卷的更改不再出校",
                "a rounded table is released once a term; later changes stay in the school",
            )),
        }
    }
}

impl AbsentReason {
    /// Why the table is not among what leaves.
    #[must_use]
    pub const fn said(&self) -> Said {
        match self {
            Self::NoScreening => Said::fixed(
                "本学期还没有导入筛查答卷",
                "no screening of this term has been imported",
            ),
            Self::OtherPeriod => Said::fixed(
                "该表按另一种周期出校",
                "this table leaves for periods of another length",
            ),
            Self::NotKept => {
                Said::fixed("该表的台账尚未启用", "the ledgers of this table are not in use yet")
            }
            Self::UnderSeal => Said::fixed(
                "本学年启用了密封汇总，该表的内容只以密封报告出校",
                "the school year is under seal: what it says leaves in sealed reports only",
            ),
            Self::WentSealed => Said::fixed(
                "已关闭：本学年的统计数已经（或按方案应当）以密封报告出校，同一学年不再另报取整表",
                "closed: this year's counts went sealed, or were to by its plan; nothing of the \
                 same year leaves rounded beside them",
            ),
        }
    }
}

/// What to do about a record that has no place in the figures.
const RECORD_NEXT: (&str, &str) = (
    "请更正这条记录（xinqiao-node ledger change，或重新导入名册、核对学校的年级设置）后再出校",
    "correct that record (xinqiao-node ledger change, or import the roster again, or check the \
     grades of the school), then release again",
);

/// What to do where nobody answers for what leaves.
const RESPONSIBLE_NEXT: (&str, &str) = (
    "请先导入教职工名册，再由校长、德育主任或心理教师在“台账—组织管理—责任人与联络员”中登记责任人，然后再出校",
    "import the roll of staff, then the principal, the moral-education head or the counsellor \
     names the responsible person on the page /ledgers/post_holder/new; then release again",
);

/// What to do about figures whose records were destroyed.
const DESTROYED_NEXT: (&str, &str) = (
    "以已报送的版本为准；如确需更正，请与上级枢纽联系",
    "what was released stands; if it must be mended, call the operator of the hub",
);

impl ReleaseError {
    /// What happened and what to do next, in both languages. Nothing was released or written.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let (zh, en) = self.reason();
        self.next().because(zh, en)
    }

    fn reason(&self) -> (String, String) {
        let zh = match self {
            Self::NoProfile => "还没有设置学校类型和年级".to_owned(),
            Self::Period(_) => "校历中没有这个学期或时段".to_owned(),
            Self::NotOver { period, last } => {
                format!("{period} 还没有结束，最后一天是 {last}")
            }
            Self::BeforeCensus { term, census } => {
                format!("{term} 学期的普查日 {census} 还没到")
            }
            Self::NoResponsible => "本校还没有登记责任人，报表没有签名，也没有出校".to_owned(),
            Self::Held(hold) => format!("本校已暂停 {} 的出校", hold.period),
            Self::NoRoster(day) => format!("普查日 {day} 名册上没有学生"),
            Self::Destroyed(period) => format!("{period} 在校学生的记录已依规销毁，无法重算"),
            Self::Indicator(error) => return error.said(),
            Self::Identity(broken) => return broken.said(),
            Self::Disclosure(_) | Self::Cells(_) => "指标目录与出校规则不符".to_owned(),
            Self::Signing(_) => "签名失败".to_owned(),
            Self::Store(_) => "数据库无法读写".to_owned(),
        };
        (zh, self.to_string())
    }

    /// The stable code and what to do next.
    const fn next(&self) -> Fault {
        let (code, hint) = match self {
            Self::NoProfile => {
                ("no_profile", ("请先设置学校类型和年级", "set the school's type and grades first"))
            }
            Self::Period(_) => {
                ("unknown_term", ("请核对学期，例如 2025S1", "check the term, such as 2025S1"))
            }
            Self::NotOver { .. } => {
                ("not_over", ("请在该时段结束后再出校", "release it once the period is over"))
            }
            Self::BeforeCensus { .. } => {
                ("before_census", ("请在普查日或之后再出校", "release on the census day or later"))
            }
            Self::NoResponsible => ("no_responsible", RESPONSIBLE_NEXT),
            Self::Held(_) => (
                "held",
                (
                    "由校长决定是否解除：xinqiao-node release hold 时段 --lift --as 账号",
                    "the principal may lift it:  xinqiao-node release hold PERIOD --lift \
                     --as LOGIN",
                ),
            ),
            Self::NoRoster(_) => (
                "no_roster",
                (
                    "请导入该日有效的名册，并注明名册日期",
                    "import a roster that was right on that day, with its date",
                ),
            ),
            Self::Destroyed(_) => ("destroyed", DESTROYED_NEXT),
            Self::Indicator(_) => ("ledger_record", RECORD_NEXT),
            Self::Identity(_) => (
                "identity",
                (
                    "请核对这些记录，或更正名册和答卷后重新导入",
                    "check these records, or correct roster and answers and import again",
                ),
            ),
            Self::Disclosure(_) | Self::Cells(_) => {
                ("disclosure", ("请联系上级枢纽", "call the operator of the hub"))
            }
            Self::Signing(_) => {
                ("signing", ("请检查单位证书和密钥", "check the unit's certificate and key"))
            }
            Self::Store(_) => (
                "store",
                (
                    "请检查磁盘空间，或是否有另一个程序在使用",
                    "check the disk, and whether another program holds the database",
                ),
            ),
        };
        Fault::fixed(code, ("", ""), hint)
    }
}

#[cfg(test)]
mod tests {
    use domain::period::TermId;
    use jiff::civil::date;

    use super::*;
    use crate::import::Language;

    /// Every refusal says in both languages what happened and what to do next.
    #[test]
    fn refusals_say_what_to_do_next() {
        let term = TermId { school_year: 2025, number: 1 };
        let errors = [
            ReleaseError::NoProfile,
            ReleaseError::NoResponsible,
            ReleaseError::BeforeCensus { term, census: date(2025, 11, 7) },
            ReleaseError::NotOver {
                period: domain::period::Period::Week { year: 2025, week: 45 },
                last: date(2025, 11, 9),
            },
            ReleaseError::NoRoster(date(2025, 11, 7)),
            ReleaseError::Store(runtime::sql::SqlError::Full),
        ];
        for error in errors {
            let fault = error.fault();
            for language in [Language::Zh, Language::En] {
                assert!(fault.reason.to(language).chars().count() > 5);
                assert!(fault.hint.to(language).chars().count() > 5);
            }
        }
        assert_eq!(Standing::New.said(), None);
        assert!(Standing::OnceATerm.said().is_some());
    }
}
