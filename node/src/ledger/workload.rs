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

/// What is counted of one ledger, and for whom.
struct Item {
    word: &'static str,
    label: (&'static str, &'static str),
    /// Kind of the entries, which is the name of their table.
    kind: &'static str,
    /// Column of the member of staff who did it.
    who: &'static str,
    /// What is added up; entries are counted where it is nothing.
    amount: Option<&'static str>,
    /// Which entries count besides.
    only: Option<&'static str>,
    /// Column of the day on which it was done.
    day: &'static str,
}

impl Item {
    const fn new(
        word: &'static str,
        label: (&'static str, &'static str),
        kind: &'static str,
        who: &'static str,
    ) -> Self {
        Self { word, label, kind, who, amount: None, only: None, day: "r.day" }
    }

    const fn summing(self, column: &'static str) -> Self {
        Self { amount: Some(column), ..self }
    }

    const fn only(self, condition: &'static str) -> Self {
        Self { only: Some(condition), ..self }
    }

    const fn on(self, day: &'static str) -> Self {
        Self { day, ..self }
    }

    /// The statement that gives each member of staff a number between two days.
    fn statement(&self) -> String {
        let Self { kind, who, day, .. } = self;
        let amount = self.amount.map_or("count(*)".to_owned(), |of| format!("sum({of})"));
        let only = self.only.map_or(String::new(), |only| format!(" and {only}"));
        format!(
            "select t.{who}, {amount} from standing r
             join {kind} t on t.record = r.id and t.version = r.version
             where r.kind = '{kind}' and {day} between $1 and $2 and t.{who} is not null{only}
             group by 1"
        )
    }
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

/// A day in Asia/Shanghai of an instant that a column keeps.
const CONTACTED: &str = "date(t.contacted_at / 1000 + 28800, 'unixepoch')";
const CONTACT_DONE: &str = "date(t.done_at / 1000 + 28800, 'unixepoch')";

/// Everything that R068 names and the ledgers of a school know, in the order of the page; a hotline
/// is the district centre's. Each counts on the day on which it was done.
const ITEMS: [Item; 17] = [
    Item::new("lessons", ("心理课（节）", "Lessons"), "lesson", "teacher"),
    Item::new("activities", ("主题活动（次）", "Activities"), "activity", "leader"),
    Item::new(
        "parent_events",
        ("家长活动与讲座（次）", "Events and lectures for parents"),
        "parent_event",
        "leader",
    ),
    Item::new(
        "material",
        ("宣传资料与家长指导材料（种）", "Material written and given out"),
        "parent_material",
        "leader",
    ),
    Item::new(
        "class_reps_trained",
        ("培训班级心理委员（人）", "Class representatives trained"),
        "class_rep",
        "trained_by",
    )
    .on("t.trained"),
    Item::new(
        "individual_sessions",
        ("个体辅导（次）", "Individual sessions"),
        "counselling_session",
        "counsellor",
    )
    .only("t.form = 'individual'"),
    Item::new(
        "individual_minutes",
        ("个体辅导（分钟）", "Individual sessions, minutes"),
        "counselling_session",
        "counsellor",
    )
    .summing("t.minutes")
    .only("t.form = 'individual'"),
    Item::new(
        "group_sessions",
        ("团体辅导（次）", "Group sessions"),
        "counselling_session",
        "counsellor",
    )
    .only("t.form = 'group'"),
    Item::new(
        "interviews",
        ("筛查后访谈（次）", "Interviews after screening"),
        "interview",
        "staff",
    ),
    Item::new(
        "critical_contacts",
        ("危险条目约谈（次）", "Talks about critical answers"),
        "critical_item",
        "contacted_by",
    )
    .on(CONTACTED),
    Item::new(
        "first_contacts",
        ("预警首次约谈（次）", "First contacts of cases"),
        "first_contact",
        "done_by",
    )
    .on(CONTACT_DONE),
    Item::new("followups", ("回访（次）", "Follow-ups made"), "followup", "staff").on("t.done"),
    Item::new("talks", ("谈心谈话（次）", "Talks with students"), "talk", "staff"),
    Item::new("home_visits", ("其中家访（次）", "Of these at home"), "talk", "staff")
        .only("t.home_visit = 1"),
    Item::new("conferences", ("主持会诊（次）", "Consultations led"), "conference", "chair"),
    Item::new("supervision", ("接受督导（次）", "Supervised sessions"), "supervision", "staff")
        .only("t.signed is not null"),
    Item::new(
        "training_hours",
        ("参加培训（学时）", "Training, hours"),
        "training_record",
        "staff",
    )
    .summing("t.hours"),
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
        let rows = tx.query(&item.statement(), params![&from, &to], |row| {
            Ok((StaffId(row.i64(0)?), row.u64(1)?))
        })?;
        let did: BTreeMap<StaffId, u64> = rows.into_iter().collect();
        let counts = counsellors.keys().map(|staff| did.get(staff).copied().unwrap_or(0)).collect();
        lines.push(WorkLine { word: item.word, label: item.label, counts });
    }
    Ok(Workload { counsellors: counsellors.into_iter().collect(), lines })
}

#[cfg(test)]
mod tests;
