//! How one student stands in a run, and what may happen next.

use crate::ledger::words::word_list;

word_list!(
    /// How a student stands in a run.
    State {
        Waiting = "waiting", "未开始", "Not started";
        Started = "started", "作答中", "Answering";
        Submitted = "submitted", "已完成", "Handed in";
        MadeUp = "made_up", "已补测", "Made up";
        Refused = "refused", "不参加", "Refused";
        Absent = "absent", "缺测", "Absent";
        Void = "void", "无效，待重测", "Void, retest due";
        Retest = "retest", "重测中", "Retest";
    }
);

/// What happens to a student in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An answer was given on a screen.
    Answer,
    /// Every instrument was handed in: on a screen, on paper or by import.
    HandIn {
        /// Whether every sheet counts.
        valid: Validity,
        /// After the window of the class, or after an absence.
        when: When,
    },
    /// The student or a guardian refused. Refusing costs the student nothing.
    Refuse,
    /// The student was not there.
    Absent,
    /// A refusal or absence was noted by mistake, or the student changed their mind.
    Reopen,
    /// A void sheet is to be answered again.
    Retest,
    /// The file that brought a sheet was taken back: what is left decides anew.
    TakenBack,
}

/// Whether what was handed in counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Every sheet can be read.
    Valid,
    /// A sheet is void or could not be scored.
    Void,
}

/// When something was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// In the window of the class.
    InTime,
    /// Afterwards.
    MakeUp,
}

/// Something that cannot happen to a student who stands so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this cannot follow the present state of the student")]
pub struct NotNow;

impl State {
    /// Whether the student's code opens questions.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Started | Self::Absent | Self::Retest)
    }

    /// Whether the student is on the make-up list once the window of the class is over.
    #[must_use]
    pub const fn is_to_make_up(self) -> bool {
        matches!(self, Self::Waiting | Self::Started | Self::Absent | Self::Void | Self::Retest)
    }

    /// Whether something was handed in that counts.
    #[must_use]
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Submitted | Self::MadeUp)
    }
}

/// The state after an event.
///
/// What arrives on paper or by import is taken whatever was noted before: a sheet is a fact.
///
/// # Errors
/// The event cannot follow this state.
pub const fn next(state: State, event: Event) -> Result<State, NotNow> {
    use State as S;
    Ok(match (state, event) {
        (_, Event::HandIn { valid: Validity::Void, .. }) => S::Void,
        (_, Event::HandIn { when: When::MakeUp, .. }) => S::MadeUp,
        (S::MadeUp, Event::HandIn { .. }) => S::MadeUp,
        (_, Event::HandIn { .. }) => S::Submitted,
        (S::Waiting | S::Started | S::Absent, Event::Answer) => S::Started,
        (S::Retest, Event::Answer) => S::Retest,
        (S::Waiting | S::Started | S::Absent | S::Retest | S::Refused, Event::Refuse) => S::Refused,
        (S::Waiting | S::Started | S::Absent, Event::Absent) => S::Absent,
        (S::Refused | S::Absent, Event::Reopen) => S::Waiting,
        (S::Void, Event::Retest) => S::Retest,
        (
            S::Submitted | S::MadeUp | S::Void | S::Refused | S::Absent | S::Waiting,
            Event::TakenBack,
        ) => S::Waiting,
        _ => return Err(NotNow),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::words::Word as _;

    const EVENTS: [Event; 9] = [
        Event::Answer,
        Event::HandIn { valid: Validity::Valid, when: When::InTime },
        Event::HandIn { valid: Validity::Valid, when: When::MakeUp },
        Event::HandIn { valid: Validity::Void, when: When::InTime },
        Event::Refuse,
        Event::Absent,
        Event::Reopen,
        Event::Retest,
        Event::TakenBack,
    ];

    /// Exactly who can still answer can give an answer, and nothing that is done is undone, but by
    /// taking back the file that brought it.
    #[test]
    fn only_open_students_answer_and_nothing_done_is_undone() {
        for state in State::ALL {
            assert_eq!(next(*state, Event::Answer).is_ok(), state.is_open(), "{state:?}");
            for event in EVENTS {
                let after = next(*state, event);
                let is_hand_in = matches!(event, Event::HandIn { .. });
                if state.is_done() && !is_hand_in && event != Event::TakenBack {
                    assert_eq!(after, Err(NotNow), "{state:?} {event:?}");
                }
                if is_hand_in {
                    let after = after.expect("a sheet is a fact");
                    assert!(after.is_done() || after == State::Void);
                }
            }
        }
    }

    /// A void sheet is answered again by order only; an absence that is made up is seen as such.
    #[test]
    fn void_sheets_are_answered_again_and_absences_made_up() {
        let in_time = |valid| Event::HandIn { valid, when: When::InTime };
        for state in State::ALL {
            let after = next(*state, Event::TakenBack);
            let answers = matches!(state, State::Started | State::Retest);
            assert_eq!(after.ok(), (!answers).then_some(State::Waiting), "{state:?}");
        }
        let void = next(State::Started, in_time(Validity::Void));
        assert_eq!((void, next(State::Void, Event::Answer)), (Ok(State::Void), Err(NotNow)));
        assert_eq!(next(State::Void, Event::Retest), Ok(State::Retest));
        assert_eq!(next(State::Retest, in_time(Validity::Valid)), Ok(State::Submitted));
        let late = Event::HandIn { valid: Validity::Valid, when: When::MakeUp };
        assert_eq!(next(State::Absent, late), Ok(State::MadeUp));
        assert!(State::Void.is_to_make_up() && !State::Refused.is_to_make_up());
    }
}
