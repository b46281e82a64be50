//! How a task stands, in one word: the same at the terminal and on the page.
//!
//! A task is done only if everything that the plan lets open of it is opened. A group of too few
//! schools stays closed and is not waited for.

use domain::disclosure::plan::Refusal;
use runtime::web::{Lang, Text, Tone};

use super::leader::Wait;
use super::view::TaskView;
use super::words;

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// A person must look.
    Stopped,
    /// Its documents are not here.
    NoDocuments,
    /// Its school year was closed, and nothing was opened by then.
    YearClosed,
    /// The two hubs have not agreed on its key.
    NoKey,
    /// Everything that the plan opens is opened.
    Opened,
    /// Something is opened, and more may be.
    Partly,
    /// Reports are in, and schools can still object.
    Objections,
    /// Reports are missing.
    Reports,
}

/// How a task stands.
#[must_use]
pub fn stand(task: &TaskView) -> Stand {
    let is_awaited = task.untold.iter().any(|town| town.may_come);
    let waits = is_awaited || !task.ready.is_empty() || !task.waits.iter().all(is_closed);
    let is_any = task.openings.iter().any(|(_, record)| record.is_some());
    let is_all = is_any && task.openings.iter().all(|(_, record)| record.is_some());
    match () {
        () if !task.stopped.is_empty() => Stand::Stopped,
        () if !task.is_known => Stand::NoDocuments,
        () if task.is_closed && !is_any => Stand::YearClosed,
        // What was opened stays opened; what was left is opened no more.
        () if task.is_closed && is_all && task.left.is_empty() => Stand::Opened,
        () if task.is_closed => Stand::Partly,
        () if !task.is_agreed => Stand::NoKey,
        () if is_all && !waits => Stand::Opened,
        () if is_any => Stand::Partly,
        // One that names a number far from what is known came, and is in no sum before a call.
        () if task.due > 0 && task.fresh >= task.due => Stand::Objections,
        () => Stand::Reports,
    }
}

/// Whether nothing is waited for: everything is opened that the plan opens, or the year was closed.
#[must_use]
pub fn is_done(task: &TaskView) -> bool {
    match stand(task) {
        Stand::Opened | Stand::YearClosed => true,
        Stand::Partly => task.is_closed,
        _ => false,
    }
}

/// Whether a group stays closed by the plan, so that nothing is waited for. One that absences close
/// may come until a day.
#[must_use]
pub fn is_closed(wait: &Wait) -> bool {
    wait.until.is_none() && matches!(wait.reason, Some(Refusal::Closed(_)))
}

impl Stand {
    /// The colour of its mark: bad and notice where it does not go on by itself.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Stopped | Self::NoDocuments => Tone::Bad,
            Self::NoKey => Tone::Notice,
            Self::YearClosed | Self::Opened => Tone::Good,
            Self::Partly | Self::Objections | Self::Reports => Tone::Info,
        }
    }

    /// Where it stands in a list: what needs a person first, what is done last.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Stopped => 0,
            Self::NoDocuments => 1,
            Self::NoKey => 2,
            Self::Reports => 3,
            Self::Objections => 4,
            Self::Partly => 5,
            Self::Opened => 6,
            Self::YearClosed => 7,
        }
    }

    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::NoDocuments => "no_documents",
            Self::YearClosed => "year_closed",
            Self::NoKey => "no_key",
            Self::Opened => "opened",
            Self::Partly => "opened_in_part",
            Self::Objections => "schools_can_object",
            Self::Reports => "reports_missing",
        }
    }

    /// What people read; `code` is why a task was stopped.
    #[must_use]
    pub fn say(self, code: &str, lang: Lang) -> String {
        match self {
            Self::Stopped => words::STOPPED.fill(lang, &[&words::code(code, lang)]),
            other => other.word().in_lang(lang).to_owned(),
        }
    }

    /// The same without the reason.
    #[must_use]
    pub const fn word(self) -> Text {
        match self {
            Self::Stopped => words::TO_LOOK_AT,
            Self::NoDocuments => words::NO_DOCUMENTS,
            Self::YearClosed => words::YEAR_IS_CLOSED,
            Self::NoKey => words::NO_KEY,
            Self::Opened => words::STATE_OPENED,
            Self::Partly => words::STATE_PARTLY,
            Self::Objections => words::STATE_OBJECTIONS,
            Self::Reports => words::STATE_REPORTS,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::catalogue::Stage;
    use domain::digest::Digest;
    use domain::disclosure::sealed::TaskId;
    use domain::period::Period;
    use proto::opening::Detail;

    use super::*;
    use crate::sealed::view::Recorded;
    use crate::store::sealed::opening::{Opening, Set};

    fn task() -> TaskView {
        TaskView {
            id: TaskId::from_bytes([1; 32]),
            area: "370202".parse().expect("unit"),
            school_year: 2026,
            sheet: "sealed.alt.opened".to_owned(),
            period: Period::Week { year: 2026, week: 37 },
            is_agreed: true,
            stopped: String::new(),
            fresh: 5,
            due: 6,
            missing: Vec::new(),
            unstated: Vec::new(),
            other_key: Vec::new(),
            ready: Vec::new(),
            openings: Vec::new(),
            waits: Vec::new(),
            left: Vec::new(),
            untold: Vec::new(),
            confirmed: std::collections::BTreeMap::new(),
            awaited: std::collections::BTreeMap::new(),
            is_closed: false,
            is_known: true,
        }
    }

    fn wait(reason: Refusal) -> Wait {
        let group = "370202-j1".parse().expect("group");
        Wait { group, stage: Stage::Junior, reason: Some(reason), until: None }
    }

    /// A task with a report missing, or with reports in and nothing opened, is not in order.
    #[test]
    fn what_is_not_finished_is_not_called_in_order() {
        let school = "S08".parse().expect("unit");
        let mut one = task();
        one.missing = vec![school];
        assert_eq!(stand(&one), Stand::Reports);
        one.missing.clear();
        assert_eq!(stand(&one), Stand::Reports, "one came that is in no sum yet");
        one.fresh = one.due;
        assert_eq!(stand(&one), Stand::Objections);
        one.is_agreed = false;
        assert_eq!(stand(&one), Stand::NoKey);
        one.stopped = "CONTROL_SUM".to_owned();
        assert_eq!(stand(&one), Stand::Stopped);
        assert!(stand(&one).say("CONTROL_SUM", Lang::Zh).contains("校验和"));
    }

    fn opening(task: &TaskView) -> Opening {
        Opening {
            id: 1,
            set: Set {
                task: task.id,
                stage: Stage::Junior,
                detail: Detail::Cells,
                groups: ["370202-j1".parse().expect("group")].into(),
            },
            absent: BTreeSet::new(),
            fresh: 6,
            due: 6,
            share: Vec::new(),
            control: Vec::new(),
            refused: String::new(),
            asked_on: String::new(),
        }
    }

    /// What was opened by the time its year is closed stays opened, in whole or in part; that the
    /// year was closed is the state of what was not opened at all. Nothing of it waits.
    #[test]
    fn a_closed_year_leaves_opened_what_is_opened() {
        let mut one = task();
        one.is_closed = true;
        one.is_agreed = false;
        one.left = vec![(Stage::Junior, "370202-j1".parse().expect("group"))];
        assert_eq!((stand(&one), is_done(&one)), (Stand::YearClosed, true));
        let record = Recorded { number: 1, digest: Digest::sha256([1; 32]), cap_sum: None };
        one.openings = vec![(opening(&one), Some(record))];
        assert_eq!((stand(&one), is_done(&one)), (Stand::Partly, true));
        one.left.clear();
        assert_eq!((stand(&one), is_done(&one)), (Stand::Opened, true));
        one.openings.push((opening(&one), None));
        assert_eq!((stand(&one), is_done(&one)), (Stand::Partly, true));
        one.is_closed = false;
        one.is_agreed = true;
        assert_eq!((stand(&one), is_done(&one)), (Stand::Partly, false));
    }

    /// A group of too few schools is closed and is not waited for; any other one is.
    #[test]
    fn a_closed_group_is_not_waited_for() {
        let group = || "370202-j1".parse().expect("group");
        assert!(is_closed(&wait(Refusal::Closed(group()))));
        let waits = Refusal::Waits { group: group(), school: "S08".parse().expect("unit") };
        assert!(!is_closed(&wait(waits)));
    }
}
