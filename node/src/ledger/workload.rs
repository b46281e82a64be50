//! The workload of each counsellor over a run of days, from the ledgers; no student is named.

use std::collections::BTreeMap;

use domain::ledger::words::CounsellorPost;
use domain::ledger::{Action, Area, permits};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::StaffId;
use super::qualification::Qualification;
use super::read;
use super::refusal::LedgerRefusal;

/// What is counted: word, label and the statement that gives each member of staff a number.
struct Item {
    word: &'static str,
    label: (&'static str, &'static str),
    statement: &'static str,
}

/// One line of the statement: what, and how much of it each counsellor did.
pub struct WorkLine {
    /// The word that programs read.
    pub word: &'static str,
    /// Chinese and English.
    pub label: (&'static str, &'static str),
    /// In the order of the counsellors.
    pub counts: Vec<u64>,
}

/// The statement.
pub struct Workload {
    /// The counsellors and their posts.
    pub counsellors: Vec<(StaffId, CounsellorPost)>,
    /// What they did.
    pub lines: Vec<WorkLine>,
}

/// Everything that R068 names and the ledgers know, in the order of the page.
const ITEMS: [Item; 15] = [
    Item {
        word: "lessons",
        label: ("心理课（节）", "Lessons"),
        statement: "select t.teacher, count(*) from record r join lesson t on t.record = r.id
             and t.version = r.version where r.kind = 'lesson' and r.day between $1 and $2
             group by 1",
    },
    Item {
        word: "activities",
        label: ("主题活动（次）", "Activities"),
        statement: "select t.leader, count(*) from record r join activity t on t.record = r.id
             and t.version = r.version where r.kind = 'activity' and r.day between $1 and $2
             and t.leader is not null group by 1",
    },
    Item {
        word: "parent_events",
        label: ("家长活动与讲座（次）", "Events and lectures for parents"),
        statement: "select t.leader, count(*) from record r join parent_event t on t.record = r.id
             and t.version = r.version where r.kind = 'parent_event' and r.day between $1 and $2
             and t.leader is not null group by 1",
    },
    Item {
        word: "individual_sessions",
        label: ("个体辅导（次）", "Individual sessions"),
        statement: "select t.counsellor, count(*) from record r join counselling_session t
             on t.record = r.id and t.version = r.version where r.kind = 'counselling_session'
             and t.form = 'individual' and r.day between $1 and $2 group by 1",
    },
    Item {
        word: "individual_minutes",
        label: ("个体辅导（分钟）", "Individual sessions, minutes"),
        statement: "select t.counsellor, sum(t.minutes) from record r join counselling_session t
             on t.record = r.id and t.version = r.version where r.kind = 'counselling_session'
             and t.form = 'individual' and r.day between $1 and $2 group by 1",
    },
    Item {
        word: "group_sessions",
        label: ("团体辅导（次）", "Group sessions"),
        statement: "select t.counsellor, count(*) from record r join counselling_session t
             on t.record = r.id and t.version = r.version where r.kind = 'counselling_session'
             and t.form = 'group' and r.day between $1 and $2 group by 1",
    },
    Item {
        word: "interviews",
        label: ("筛查后访谈（次）", "Interviews after screening"),
        statement: "select t.staff, count(*) from record r join interview t on t.record = r.id
             and t.version = r.version where r.kind = 'interview' and r.day between $1 and $2
             group by 1",
    },
    Item {
        word: "critical_contacts",
        label: ("危险条目约谈（次）", "Talks about critical answers"),
        statement: "select t.contacted_by, count(*) from record r join critical_item t
             on t.record = r.id and t.version = r.version where r.kind = 'critical_item'
             and t.contacted_by is not null and r.day between $1 and $2 group by 1",
    },
    Item {
        word: "first_contacts",
        label: ("预警首次约谈（次）", "First contacts of cases"),
        statement: "select t.done_by, count(*) from record r join first_contact t
             on t.record = r.id and t.version = r.version where r.kind = 'first_contact'
             and t.done_by is not null and r.day between $1 and $2 group by 1",
    },
    Item {
        word: "followups",
        label: ("回访（次）", "Follow-ups made"),
        statement: "select t.staff, count(*) from record r join followup t on t.record = r.id
             and t.version = r.version where r.kind = 'followup' and t.done between $1 and $2
             group by 1",
    },
    Item {
        word: "talks",
        label: ("谈心谈话（次）", "Talks with students"),
        statement: "select t.staff, count(*) from record r join talk t on t.record = r.id
             and t.version = r.version where r.kind = 'talk' and r.day between $1 and $2
             group by 1",
    },
    Item {
        word: "home_visits",
        label: ("其中家访（次）", "Of these at home"),
        statement: "select t.staff, count(*) from record r join talk t on t.record = r.id
             and t.version = r.version where r.kind = 'talk' and t.home_visit = 1
             and r.day between $1 and $2 group by 1",
    },
    Item {
        word: "conferences",
        label: ("主持会诊（次）", "Consultations led"),
        statement: "select t.chair, count(*) from record r join conference t on t.record = r.id
             and t.version = r.version where r.kind = 'conference' and r.day between $1 and $2
             group by 1",
    },
    Item {
        word: "supervision",
        label: ("接受督导（次）", "Supervised sessions"),
        statement: "select t.staff, count(*) from record r join supervision t on t.record = r.id
             and t.version = r.version where r.kind = 'supervision' and t.signed is not null
             and r.day between $1 and $2 group by 1",
    },
    Item {
        word: "training_hours",
        label: ("参加培训（学时）", "Training, hours"),
        statement: "select t.staff, sum(t.hours) from record r join training_record t
             on t.record = r.id and t.version = r.version where r.kind = 'training_record'
             and r.day between $1 and $2 group by 1",
    },
];

/// The workload of everybody who is a counsellor on the last day.
///
/// # Errors
/// The role may not read it, or the store.
pub fn of(
    tx: &Tx<'_>,
    reader: &Author,
    (from, to): (Date, Date),
) -> Result<Workload, LedgerRefusal> {
    if !permits(reader.role(), Action::Read(Area::Training), Default::default()) {
        return Err(LedgerRefusal::NotAllowed);
    }
    let mut counsellors = BTreeMap::new();
    for kept in read::at::<Qualification>(tx, to)? {
        if kept.entry.counsellor != CounsellorPost::None {
            counsellors.insert(kept.entry.staff, kept.entry.counsellor);
        }
    }
    let (from, to) = (from.to_string(), to.to_string());
    let mut lines = Vec::new();
    for item in &ITEMS {
        let rows = tx.query(item.statement, params![&from, &to], |row| {
            Ok((StaffId(row.i64(0)?), row.u64(1)?))
        })?;
        let did: BTreeMap<StaffId, u64> = rows.into_iter().collect();
        let counts = counsellors.keys().map(|staff| did.get(staff).copied().unwrap_or(0)).collect();
        lines.push(WorkLine { word: item.word, label: item.label, counts });
    }
    Ok(Workload { counsellors: counsellors.into_iter().collect(), lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line has a word of its own and both labels.
    #[test]
    fn lines_are_told_apart() {
        let mut words: Vec<&str> = ITEMS.iter().map(|item| item.word).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), ITEMS.len());
        assert!(ITEMS.iter().all(|item| !item.label.0.is_empty() && item.label.1.is_ascii()));
    }
}
