//! Coded words of a referral: what is written in place of the words of a talk.

use crate::ledger::words::word_list;

word_list!(
    /// Why a child is referred.
    Concern {
        Mood = "mood", "情绪低落", "Low mood";
        Anxiety = "anxiety", "焦虑、恐惧", "Anxiety or fear";
        SelfHarm = "self_harm", "自伤", "Self-harm";
        Suicide = "suicide", "自杀意念或行为", "Suicidal thoughts or acts";
        Psychosis = "psychosis", "疑似精神病性症状", "Signs of psychosis";
        Conduct = "conduct", "行为问题", "Conduct";
        SchoolRefusal = "school_refusal", "拒学", "School refusal";
        EatingSleep = "eating_sleep", "进食或睡眠问题", "Eating or sleep";
        Trauma = "trauma", "创伤或受侵害", "Trauma, or harm done by others";
        Development = "development", "发育或学习困难", "Development or learning";
        Other = "other", "其他", "Other";
    }
);

word_list!(
    /// Why a referral ends before its child is back at school, or without any return.
    EndReason {
        NoReturnNeeded = "no_return_needed", "无需返校安排", "No return is needed";
        MovedAway = "moved_away", "已转学或迁离", "Moved away";
        GuardianEnded = "guardian_ended", "监护人终止", "The guardian ended it";
        NobodyTakes = "nobody_takes", "没有机构接收", "Nobody takes it";
        Other = "other", "其他", "Other";
    }
);

word_list!(
    /// Whether there is a risk now.
    RiskNow {
        Yes = "yes", "有", "Yes";
        No = "no", "无", "No";
        Unknown = "unknown", "不清楚", "Not known";
    }
);

word_list!(
    /// Who was telephoned.
    CallParty {
        Guardian = "guardian", "监护人", "Guardian";
        Recipient = "recipient", "接收方", "Recipient";
        Desk = "desk", "区级绿色通道、公安或民政", "The district's desk, police or civil affairs";
    }
);

word_list!(
    /// Whether a child is fit for school, as far as a consent lets an outcome back.
    FitForSchool {
        Yes = "yes", "可以返校", "Fit for school";
        Part = "part", "可部分返校", "Partly";
        No = "no", "暂不能返校", "Not yet";
    }
);

word_list!(
    /// Why a recipient keeps something after a withdrawal.
    KeptWhy {
        Nothing = "nothing", "已全部删除", "Nothing is kept";
        MedicalRecord = "medical_record", "依法保存的病历", "A medical record that the law keeps";
        LegalDuty = "legal_duty", "其他法定义务", "Another duty under the law";
        Other = "other", "其他", "Other";
    }
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{
        Actor, DeadlineClass, DeclineReason, Event, Expiry, Fact, Owner, RefStage, State, Urgency,
        WaitBucket,
    };
    use super::*;
    use crate::ledger::Word;

    /// Every word of every list of referrals reads in Chinese and in English, each in its own, and
    /// no two words of a list read the same.
    #[test]
    fn every_word_reads_in_both_languages() {
        fn check<W: Word + std::fmt::Debug>() {
            let is_han = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
            let mut seen = BTreeSet::new();
            for word in W::ALL {
                let (zh, en) = word.label();
                assert!(zh.chars().any(is_han), "{word:?} has no Chinese");
                assert!(!zh.chars().any(|letter| letter.is_ascii_alphabetic()), "{word:?}: {zh}");
                assert!(en.starts_with(|letter: char| letter.is_ascii_alphanumeric()), "{word:?}");
                assert!(!en.chars().any(is_han), "{word:?}: {en}");
                assert_eq!(W::from_word(word.as_str()), Some(*word));
                assert!(seen.insert(zh) && seen.insert(en), "{word:?} reads like another");
            }
        }
        check::<State>();
        check::<Event>();
        check::<Actor>();
        check::<Urgency>();
        check::<Fact>();
        check::<DeclineReason>();
        check::<EndReason>();
        check::<Concern>();
        check::<RiskNow>();
        check::<CallParty>();
        check::<FitForSchool>();
        check::<KeptWhy>();
        check::<Owner>();
        check::<Expiry>();
        check::<DeadlineClass>();
        check::<RefStage>();
        check::<WaitBucket>();
    }
}
