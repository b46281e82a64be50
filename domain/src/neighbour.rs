//! Notices between neighbours: a school's report under the duty of mandatory reporting to one
//! office, and a tip of an office to one school.
//!
//! Neither is a referral. It stands on the law and on no consent, nobody takes it back, and what is
//! answered to it is that it was received and that it was handled, never what was found. How one
//! stands follows from its replies alone, so both sides agree whatever was lost on the way.

use crate::ledger::words::word_list;

word_list!(
    /// Which notice it is.
    NoticeKind {
        Report = "report", "强制报告", "Duty report";
        Tip = "tip", "外部线索", "Tip from an office";
    }
);

word_list!(
    /// What is reported: the situations of the nine departments' opinion of 2020 on the reporting
    /// of cases that harm minors, article 4.
    Harm {
        Injury = "injury", "隐私部位遭受或疑似遭受非正常损伤",
            "Injury to private parts, found or suspected";
        SexualUnder14 = "sexual_under_14", "不满十四周岁遭受或疑似遭受性侵害、怀孕、流产",
            "Sexual harm or pregnancy under fourteen";
        Sexual = "sexual", "十四周岁以上遭受或疑似遭受性侵害",
            "Sexual harm from fourteen on";
        Violence = "violence", "遭受或疑似遭受家庭暴力、欺凌、虐待、殴打",
            "Violence at home, bullying, abuse or beating";
        Unnatural = "unnatural", "因自杀、自残、中毒、殴打等非正常原因伤残或死亡",
            "Hurt or dead from suicide, self-harm, poisoning or blows";
        Abandoned = "abandoned", "被遗弃或长期无人照料", "Abandoned, or long without care";
        Missing = "missing", "来源不明、失踪或被拐卖、收买", "Of unknown origin, missing or sold";
        Begging = "begging", "被组织乞讨", "Made to beg";
        Other = "other", "其他严重侵害或面临侵害危险", "Other grave harm or danger of it";
    }
);

word_list!(
    /// Whether a guardian is suspected. Whoever is does not hear of the report from the school.
    Suspicion {
        Guardian = "guardian", "怀疑监护人", "A guardian is suspected";
        Others = "others", "怀疑他人，不是监护人", "Somebody else is suspected, no guardian";
        Unknown = "unknown", "不明", "Not known";
    }
);

word_list!(
    /// What a tip is about.
    TipAbout {
        Danger = "danger", "自杀自伤风险", "Danger of suicide or self-harm";
        Victim = "victim", "遭受或疑似遭受侵害", "Harmed, or thought to be";
        Online = "online", "网络欺凌或网络有害信息", "Bullied or harmed online";
        Missing = "missing", "离家出走或失联", "Ran away, or cannot be reached";
        Conduct = "conduct", "违法或严重不良行为", "An offence, or grave misconduct";
        Other = "other", "其他", "Something else";
    }
);

word_list!(
    /// What an answer says.
    ReplyKind {
        Received = "received", "已收到", "Received";
        Handled = "handled", "已处置", "Handled";
        NotOurs = "not_ours", "不属于本单位", "Not ours";
        MoreNeeded = "more_needed", "需补充情况", "More is needed";
    }
);

word_list!(
    /// How something was handled, and no more than that.
    Handling {
        Checked = "checked", "已核实，无需进一步处置", "Looked into; nothing more is needed";
        Contacted = "contacted", "已联系本人或家庭", "The child or the family was reached";
        Followed = "followed", "已纳入持续关注", "Followed from now on";
        Protected = "protected", "已采取保护措施", "Measures of protection were taken";
        Investigated = "investigated", "已受理并调查", "Taken up and investigated";
        PassedOn = "passed_on", "已转有权处理的单位", "Passed to whoever is competent";
    }
);

word_list!(
    /// How a notice stands.
    NoticeState {
        Draft = "draft", "待发出", "Not sent";
        Sent = "sent", "待对方签收", "Not acknowledged yet";
        Received = "received", "已签收，待处置", "Acknowledged, not handled yet";
        MoreNeeded = "more_needed", "需补充情况", "More is needed";
        Handled = "handled", "已处置", "Handled";
        NotOurs = "not_ours", "不属于该单位", "Not of that unit";
    }
);

word_list!(
    /// Why what a notice says was erased where it came.
    NoticeErased {
        NotOurs = "not_ours", "不属于本单位", "Not ours";
        Ended = "ended", "保存期已满", "Its time is over";
    }
);

/// Within which a notice is acknowledged: a day.
pub const RECEIVED_MS: i64 = 24 * 3_600_000;

/// Within which one that was acknowledged is answered: a week, a proposed default.
pub const HANDLED_MS: i64 = 7 * RECEIVED_MS;

/// For how long what came is kept: as an emergency at a receiver, 180 days.
pub const KEPT_MS: i64 = 180 * RECEIVED_MS;

/// How a notice stands after one more answer; nothing where it is not answered so any more. A tip
/// is answered with no words, so nobody asks a desk for more.
#[must_use]
pub const fn after(state: NoticeState, reply: ReplyKind) -> Option<NoticeState> {
    match (state, reply) {
        (NoticeState::Sent, ReplyKind::Received) => Some(NoticeState::Received),
        (
            NoticeState::Sent | NoticeState::Received | NoticeState::MoreNeeded,
            ReplyKind::NotOurs,
        ) => Some(NoticeState::NotOurs),
        (NoticeState::Received | NoticeState::MoreNeeded, ReplyKind::Handled) => {
            Some(NoticeState::Handled)
        }
        (NoticeState::Received | NoticeState::MoreNeeded, ReplyKind::MoreNeeded) => {
            Some(NoticeState::MoreNeeded)
        }
        _ => None,
    }
}

/// How a notice that was sent stands after its replies in the order of their numbers. One that is
/// missing is passed over: a later reply says all that an earlier one said.
#[must_use]
pub fn standing(replies: &[ReplyKind]) -> NoticeState {
    replies.iter().fold(NoticeState::Sent, |state, reply| match (after(state, *reply), reply) {
        (Some(next), _) => next,
        (None, ReplyKind::Handled) if matches!(state, NoticeState::Sent) => NoticeState::Handled,
        (None, ReplyKind::MoreNeeded) if matches!(state, NoticeState::Sent) => {
            NoticeState::MoreNeeded
        }
        (None, _) => state,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Word as _;

    /// Whatever of three replies is lost, the last one decides; what has ended stays ended.
    #[test]
    fn the_last_reply_decides_whatever_is_lost() {
        use ReplyKind as R;
        let all = [R::Received, R::MoreNeeded, R::Handled];
        for lost in 0..3 {
            let mut some = all.to_vec();
            if lost < 2 {
                some.remove(lost);
            }
            assert_eq!(standing(&some), NoticeState::Handled, "{lost}");
        }
        assert_eq!(standing(&[]), NoticeState::Sent);
        assert_eq!(standing(&[R::NotOurs, R::Handled]), NoticeState::NotOurs);
        assert_eq!(standing(&[R::Received, R::Handled, R::NotOurs]), NoticeState::Handled);
    }

    /// Nothing is handled that nobody acknowledged, and what has ended is answered no more.
    #[test]
    fn what_may_be_answered_when() {
        assert_eq!(after(NoticeState::Sent, ReplyKind::Handled), None);
        assert_eq!(after(NoticeState::Sent, ReplyKind::NotOurs), Some(NoticeState::NotOurs));
        for ended in [NoticeState::Draft, NoticeState::Handled, NoticeState::NotOurs] {
            for reply in ReplyKind::ALL {
                assert_eq!(after(ended, *reply), None, "{ended:?} {reply:?}");
            }
        }
    }

    /// Every word reads in Chinese and in English, and no two of a list read the same.
    #[test]
    fn every_word_reads_in_both_languages() {
        fn check<W: crate::ledger::Word + std::fmt::Debug>() {
            let mut seen = std::collections::BTreeSet::new();
            for word in W::ALL {
                let (zh, en) = word.label();
                assert!(zh.chars().all(|letter| !letter.is_ascii_alphabetic()), "{word:?}");
                assert!(en.is_ascii(), "{word:?}");
                assert!(seen.insert(zh) && seen.insert(en), "{word:?} reads like another");
                assert_eq!(W::from_word(word.as_str()), Some(*word));
            }
        }
        check::<NoticeKind>();
        check::<Harm>();
        check::<Suspicion>();
        check::<TipAbout>();
        check::<ReplyKind>();
        check::<Handling>();
        check::<NoticeState>();
        check::<NoticeErased>();
    }
}
