//! What is said when answers are not taken.

use super::ScreeningError;
use crate::import::Fault;

impl ScreeningError {
    /// What happened and what to do next, in both languages. Nothing was written.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let (zh, fault) = match self {
            Self::Answers(_) => ("答卷与量表的题目不符".to_owned(), ANSWERS),
            Self::OutsideTerm { rows, term } => {
                let (start, end) = (term.start, term.end);
                (format!("{rows} 份答卷的测评日期不在 {start} 至 {end} 之间"), TERM)
            }
            Self::UnknownPupil => ("有答卷的学生不在名册上".to_owned(), PUPIL),
            Self::Critical(_) => ("危险条目无法列入心理教师的待办".to_owned(), CRITICAL),
            Self::Store(_) => ("数据库无法读写".to_owned(), STORE),
        };
        fault.because(zh, self.to_string())
    }
}

const ANSWERS: Fault = Fault::fixed(
    "answers",
    ("", ""),
    ("请核对量表和文件的列", "check the scale and the columns of the file"),
);
const TERM: Fault = Fault::fixed(
    "outside_term",
    ("", ""),
    (
        "请核对测评日期；其他学期的答卷请分开导入",
        "check the test dates; import sheets of another term by themselves",
    ),
);
const PUPIL: Fault =
    Fault::fixed("unknown_pupil", ("", ""), ("请先导入名册", "import the roster first"));
const CRITICAL: Fault = Fault::fixed(
    "critical",
    ("", ""),
    (
        "请先核对名册中的出生日期，再导入；情况紧急时请直接告知心理教师",
        "check the dates of birth on the roll, then import; if it is urgent, tell the counsellor",
    ),
);
const STORE: Fault = Fault::fixed(
    "store",
    ("", ""),
    (
        "请检查磁盘空间，或是否有另一个程序在使用",
        "check the disk, and whether another program holds the database",
    ),
);
