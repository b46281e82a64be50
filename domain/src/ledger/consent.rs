//! Consents: who must sign at which age, and when a paper is a consent at all.
//!
//! A blank form, a spoken yes, a refusal, another recipient, purpose or kind of data, a day outside
//! its period, a withdrawal: none of them is ever a consent. Nothing here has a default.

use jiff::civil::Date;

use super::day::plus_days;
use super::kind::Area;
use super::words::word_list;

/// Longest life of a consent in days.
pub const LIFE_DAYS_MAX: u32 = 180;

word_list!(
    /// What a consent is for. Each is a box of its own.
    Purpose {
        Screening = "screening", "心理筛查", "Screening";
        Referral = "referral", "转介", "Referral";
        Outcome = "outcome", "诊疗结果回传", "Return of the outcome";
        Conference = "conference", "校外专家会诊", "Consultation with outsiders";
        CivilAffairs = "civil_affairs", "民政等部门帮扶", "Help by civil affairs";
        Agency = "agency", "第三方机构服务", "Service by an agency";
        Transfer = "transfer", "转学交接", "Hand-over to another school";
        Research = "research", "科研", "Research";
    }
);
word_list!(
    /// Kinds of data that may be passed on.
    DataClass {
        Identity = "identity", "身份与联系方式", "Identity and contact";
        Reason = "reason", "原因与学校已做工作", "Reason and what the school did";
        Scores = "scores", "量表得分", "Scores";
        Risk = "risk", "当前风险", "Present risk";
        Outcome = "outcome", "诊疗结果", "Outcome";
        Answers = "answers", "作答", "Answers for screening";
    }
);
word_list!(
    /// How it was given.
    Method {
        Paper = "paper", "纸质签字", "Paper";
        ESign = "e_sign", "电子签名", "Electronic signature";
        RecordedCall = "recorded_call", "录音电话", "Recorded call";
        Oral = "oral", "口头", "Spoken";
    }
);
word_list!(
    /// What came back.
    Answer {
        Asked = "asked", "已询问，未答复", "Asked, no answer yet";
        Blank = "blank", "空白", "Returned blank";
        Given = "given", "同意", "Given";
        Refused = "refused", "不同意", "Refused";
        OnHold = "on_hold", "另一监护人书面反对，暂缓", "On hold: the other guardian objects";
        Withdrawn = "withdrawn", "已撤回", "Withdrawn";
    }
);
word_list!(
    /// How much of an outcome may come back.
    OutcomeBack {
        None = "none", "不回传", "Nothing";
        Code = "code", "仅代码", "The code";
        Summary = "summary", "摘要", "A summary";
    }
);

impl Purpose {
    /// Whether something is passed on to somebody whom the paper has to name.
    #[must_use]
    pub const fn passes_on(self) -> bool {
        !matches!(self, Self::Screening)
    }

    /// The area by whose right a paper is read: one that passes something on says that something is
    /// under way outside, as a referral does.
    #[must_use]
    pub const fn area(self) -> Area {
        if self.passes_on() { Area::Referral } else { Area::Consent }
    }
}

impl Answer {
    /// Whether it says no: from its day on nothing that was said before allows anything.
    #[must_use]
    pub const fn is_no(self) -> bool {
        matches!(self, Self::Refused | Self::OnHold | Self::Withdrawn)
    }

    /// Whether the family said anything. Asking again and a blank form leave what was said before.
    #[must_use]
    pub const fn is_said(self) -> bool {
        self.is_no() || matches!(self, Self::Given)
    }
}

/// Whose signature is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signers {
    /// A guardian's.
    pub guardian: bool,
    /// The student's.
    pub student: bool,
    /// The child is asked and the view is written down.
    pub child_view: bool,
}

impl Signers {
    /// Whether those who are here are all that is needed.
    ///
    /// # Errors
    /// Who or what is missing.
    pub const fn cover(self, needed: Self) -> Result<(), NoConsent> {
        if (needed.guardian && !self.guardian) || (needed.student && !self.student) {
            return Err(NoConsent::Signature);
        }
        if needed.child_view && !self.child_view { Err(NoConsent::ChildView) } else { Ok(()) }
    }
}

/// Whose signature is needed at an age in completed years.
#[must_use]
pub const fn signers(age: u8) -> Signers {
    match age {
        0..=7 => Signers { guardian: true, student: false, child_view: false },
        8..=13 => Signers { guardian: true, student: false, child_view: true },
        14..=17 => Signers { guardian: true, student: true, child_view: false },
        _ => Signers { guardian: false, student: true, child_view: false },
    }
}

/// What is written on a consent, without names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper<'a> {
    /// What came back.
    pub answer: Answer,
    /// How.
    pub method: Method,
    /// What it is for.
    pub purpose: Purpose,
    /// Kinds of data.
    pub classes: &'a [DataClass],
    /// Id of the unit that receives; empty where nothing leaves the school.
    pub recipient: &'a str,
    /// Day of a guardian's signature.
    pub guardian_signed: Option<Date>,
    /// Day of the student's signature.
    pub student_signed: Option<Date>,
    /// Whether the child's view was written down.
    pub child_view: bool,
    /// Whether the form, its scan or the recording is kept, known by its digest.
    pub has_evidence: bool,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Date,
}

/// What somebody wants to do on the strength of a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish<'a> {
    /// What for.
    pub purpose: Purpose,
    /// Kinds of data.
    pub classes: &'a [DataClass],
    /// To whom; empty where nothing leaves the school.
    pub recipient: &'a str,
    /// When.
    pub day: Date,
    /// The student's age on that day, in completed years.
    pub age: u8,
}

/// Why a paper is no consent to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoConsent {
    /// Nobody has answered.
    #[error("the consent was asked for and not answered")]
    Unanswered,
    /// The form came back blank.
    #[error("the form is blank")]
    Blank,
    /// It was refused.
    #[error("the consent was refused")]
    Refused,
    /// The other guardian objects.
    #[error("the other guardian objects")]
    OnHold,
    /// It was withdrawn.
    #[error("the consent was withdrawn")]
    Withdrawn,
    /// It was only spoken.
    #[error("a spoken yes is no consent")]
    Oral,
    /// The form or the recording is not there.
    #[error("the signed form or the recording is missing")]
    NoEvidence,
    /// A signature that the age asks for is missing.
    #[error("a signature that the age of the student asks for is missing")]
    Signature,
    /// The child's view was not asked.
    #[error("the view of the child was not written down")]
    ChildView,
    /// It is for something else.
    #[error("the consent is for another purpose")]
    OtherPurpose,
    /// It is for passing something on, and names nobody to pass it to.
    #[error("the consent names no recipient")]
    NoRecipient,
    /// It names somebody else.
    #[error("the consent names another recipient")]
    OtherRecipient,
    /// It does not cover a kind of data.
    #[error("the consent does not cover this kind of data")]
    OtherData,
    /// It is not valid yet.
    #[error("the consent is not valid yet")]
    TooEarly,
    /// The student has left the school since and come back; consents do not.
    #[error("the consent was given before the student left and came back")]
    Left,
    /// A guardian who is suspected of harm signed it.
    #[error("a guardian who is suspected of harm signed the consent")]
    Suspected,
    /// It has run out.
    #[error("the consent has run out")]
    Expired,
}

/// Decides whether a paper allows something.
///
/// # Errors
/// The first reason why it does not.
pub fn check(paper: &Paper<'_>, wish: &Wish<'_>) -> Result<(), NoConsent> {
    faults(paper, wish).into_iter().next().map_or(Ok(()), Err)
}

/// As [`check`], for whoever asks about the signers of each day.
///
/// # Errors
/// The first reason why it does not, whoever signed.
pub fn check_unsigned(paper: &Paper<'_>, wish: &Wish<'_>) -> Result<(), NoConsent> {
    let of_signers =
        |fault: &NoConsent| matches!(fault, NoConsent::Signature | NoConsent::ChildView);
    faults(paper, wish).into_iter().find(|fault| !of_signers(fault)).map_or(Ok(()), Err)
}

/// Who had signed a paper by a day, and whether the child was heard.
#[must_use]
pub fn signed_by(paper: &Paper<'_>, day: Date) -> Signers {
    let signed = |on: Option<Date>| on.is_some_and(|on| on <= day);
    Signers {
        guardian: signed(paper.guardian_signed),
        student: signed(paper.student_signed),
        child_view: paper.child_view,
    }
}

/// Every reason why a paper does not allow something; of one that says no, that it does.
#[must_use]
pub fn faults(paper: &Paper<'_>, wish: &Wish<'_>) -> Vec<NoConsent> {
    match paper.answer {
        Answer::Given => {}
        Answer::Asked => return vec![NoConsent::Unanswered],
        Answer::Blank => return vec![NoConsent::Blank],
        Answer::Refused => return vec![NoConsent::Refused],
        Answer::OnHold => return vec![NoConsent::OnHold],
        Answer::Withdrawn => return vec![NoConsent::Withdrawn],
    }
    let needed = signers(wish.age);
    let unsigned = |day: Option<Date>| day.is_none_or(|day| day > wish.day);
    let no_signature = needed.guardian && unsigned(paper.guardian_signed)
        || needed.student && unsigned(paper.student_signed);
    let unnamed = paper.recipient.is_empty() && paper.purpose.passes_on();
    let longest = plus_days(paper.valid_from, LIFE_DAYS_MAX);
    let faults = [
        (paper.method == Method::Oral, NoConsent::Oral),
        (!paper.has_evidence, NoConsent::NoEvidence),
        (no_signature, NoConsent::Signature),
        (needed.child_view && !paper.child_view, NoConsent::ChildView),
        (paper.purpose != wish.purpose, NoConsent::OtherPurpose),
        (unnamed, NoConsent::NoRecipient),
        (paper.recipient != wish.recipient, NoConsent::OtherRecipient),
        (!wish.classes.iter().all(|of| paper.classes.contains(of)), NoConsent::OtherData),
        (wish.day < paper.valid_from, NoConsent::TooEarly),
        (wish.day > paper.valid_to.min(longest), NoConsent::Expired),
    ];
    faults.into_iter().filter(|(is_so, _)| *is_so).map(|(_, fault)| fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::words::Word as _;
    use jiff::civil::date;

    const CLASSES: &[DataClass] = &[DataClass::Identity, DataClass::Reason];
    const DAY: Date = date(2026, 3, 1);

    fn paper() -> Paper<'static> {
        Paper {
            answer: Answer::Given,
            method: Method::Paper,
            purpose: Purpose::Referral,
            classes: CLASSES,
            recipient: "CLINIC1",
            guardian_signed: Some(DAY),
            student_signed: Some(DAY),
            child_view: true,
            has_evidence: true,
            valid_from: DAY,
            valid_to: date(2026, 8, 1),
        }
    }

    fn wish(age: u8) -> Wish<'static> {
        let (purpose, recipient) = (Purpose::Referral, "CLINIC1");
        Wish { purpose, classes: CLASSES, recipient, day: date(2026, 3, 2), age }
    }

    /// Each single fault of an otherwise good paper is enough, at every age.
    #[test]
    fn one_fault_is_enough() {
        let good = paper();
        for age in 0..=25 {
            assert_eq!(check(&good, &wish(age)), Ok(()), "{age}");
            for answer in Answer::ALL.iter().filter(|answer| **answer != Answer::Given) {
                assert!(check(&Paper { answer: *answer, ..good }, &wish(age)).is_err());
            }
            let faults = [
                Paper { method: Method::Oral, ..good },
                Paper { purpose: Purpose::Research, ..good },
                Paper { recipient: "CLINIC2", ..good },
                Paper { recipient: "", ..good },
                Paper { classes: &[DataClass::Identity], ..good },
                Paper { has_evidence: false, ..good },
                Paper { valid_to: date(2026, 3, 1), ..good },
                Paper { valid_from: date(2026, 3, 3), ..good },
                Paper { guardian_signed: None, student_signed: None, ..good },
            ];
            assert!(faults.iter().all(|paper| check(paper, &wish(age)).is_err()), "{age}");
        }
    }

    /// A paper with several faults is told all of them.
    #[test]
    fn every_fault_is_told() {
        let spoken = Paper { method: Method::Oral, recipient: "", valid_to: DAY, ..paper() };
        let wish = Wish { recipient: "", ..wish(12) };
        let told = [NoConsent::Oral, NoConsent::NoRecipient, NoConsent::Expired];
        assert_eq!(faults(&spoken, &wish), told);
        assert_eq!(
            faults(&Paper { answer: Answer::Refused, ..spoken }, &wish),
            [NoConsent::Refused]
        );
    }

    /// Who must sign turns at 8, 14 and 18.
    #[test]
    fn the_age_decides_who_signs() {
        let only_guardian = Paper { student_signed: None, ..paper() };
        let only_student = Paper { guardian_signed: None, ..paper() };
        let unheard = Paper { child_view: false, ..paper() };
        for age in 0..=25_u8 {
            assert_eq!(check(&only_guardian, &wish(age)).is_ok(), age < 14, "{age}");
            assert_eq!(check(&only_student, &wish(age)).is_ok(), age >= 18, "{age}");
            assert_eq!(check(&unheard, &wish(age)).is_err(), (8..14).contains(&age), "{age}");
        }
    }

    /// However long a paper says it lasts, it ends after 180 days.
    #[test]
    fn no_consent_outlives_half_a_year() {
        let long = Paper { valid_to: date(2030, 1, 1), ..paper() };
        let on = |day| check(&long, &Wish { day, ..wish(12) });
        assert_eq!(on(plus_days(DAY, 180)), Ok(()));
        assert_eq!(on(plus_days(DAY, 181)), Err(NoConsent::Expired));
    }
}
