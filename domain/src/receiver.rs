//! Who may do what at a receiver of referrals: a clinic, a counselling centre, a department's desk.
//!
//! A receiver has no pupils and no school's roles. Whoever looks after its machine sees nobody;
//! whoever registers who comes reads what was sealed to the house and answers it, and what comes
//! back about a treatment is said by whoever treats, or by the head.

use crate::ledger::words::word_list;

word_list!(
    /// What somebody is at a receiver.
    ReceiverRole {
        Operator = "operator", "运维人员", "Operator";
        Intake = "intake", "接诊登记人员", "Intake";
        Clinician = "clinician", "医生或咨询师", "Clinician or counsellor";
        Head = "receiver-head", "机构负责人", "Head of the receiver";
    }
);

word_list!(
    /// What for somebody reads what was referred; each reading is logged with it.
    ReadWhy {
        Triage = "triage", "判断是否接收", "To decide about it";
        Care = "care", "诊疗与咨询", "Treatment";
        Contact = "contact", "联系家长或学校", "To reach the family or the school";
        Print = "print", "打印入病历", "To print it for the own record";
        Check = "check", "核查", "To check what was done";
    }
);

word_list!(
    /// Why what a referral says was erased at its receiver.
    ErasedWhy {
        Declined = "declined", "未接收", "Declined";
        Redirected = "redirected", "已建议他处", "Another was proposed";
        Expired = "expired", "已逾期失效", "Expired";
        Revoked = "revoked", "已撤回同意", "Consent withdrawn";
        Ended = "ended", "保存期已满", "Its time is over";
        StoodDown = "stood_down", "紧急已解除或转错了人",
            "Emergency stood down, or of the wrong person";
    }
);

word_list!(
    /// Why something that came by letter was not taken.
    RefusedWhy {
        NotOurs = "not_ours", "不是密封给本机构的", "It is not sealed to this house";
        Sender = "sender", "发出方的证书或签名不成立",
            "The sender's certificate or signature does not hold";
        Content = "content", "内容与信封不一致，或看不懂",
            "The content does not fit its envelope, or is not read";
        Ended = "ended", "知情同意已经过期", "The consent is over";
        Parts = "parts", "分件不全，或互相矛盾", "Parts are missing or contradict";
        Kind = "kind", "不是转介", "It is no referral";
    }
);

/// What somebody does there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duty {
    /// Look at the worklist: urgency, school, what is asked for and by when.
    List,
    /// Read what a referral says.
    Read,
    /// Accept, decline, propose another, appoint, say whether the child came.
    Answer,
    /// Say how a treatment ended, and what the school should know of it.
    Outcome,
    /// Read who read what, and what was refused.
    Audit,
}

impl Duty {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::List, Self::Read, Self::Answer, Self::Outcome, Self::Audit];
}

/// Whether a role does that.
#[must_use]
pub const fn may(role: ReceiverRole, duty: Duty) -> bool {
    match role {
        ReceiverRole::Operator => false,
        ReceiverRole::Intake => matches!(duty, Duty::List | Duty::Read | Duty::Answer),
        ReceiverRole::Clinician => !matches!(duty, Duty::Audit),
        ReceiverRole::Head => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Word as _;

    /// Whoever looks after the machine sees nobody, whoever registers says nothing of a treatment,
    /// and somebody does each duty.
    #[test]
    fn who_may_do_what() {
        for duty in Duty::ALL {
            assert!(!may(ReceiverRole::Operator, duty), "{duty:?}");
            assert!(ReceiverRole::ALL.iter().any(|role| may(*role, duty)), "{duty:?}");
        }
        assert!(!may(ReceiverRole::Intake, Duty::Outcome));
        assert!(!may(ReceiverRole::Clinician, Duty::Audit));
    }

    /// Every word reads in Chinese and in English, and no two of a list read the same.
    #[test]
    fn every_word_reads_in_both_languages() {
        use crate::ledger::words::reads_in_both_languages as check;
        check::<ReceiverRole>();
        check::<ReadWhy>();
        check::<ErasedWhy>();
        check::<RefusedWhy>();
    }

    /// Nobody answers what he or she may not read.
    #[test]
    fn who_answers_reads() {
        for role in ReceiverRole::ALL {
            for duty in [Duty::Answer, Duty::Outcome] {
                assert!(!may(*role, duty) || may(*role, Duty::Read), "{role:?}");
            }
        }
    }
}
