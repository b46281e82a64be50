//! Notices between neighbours: a school's report under the duty of mandatory reporting to one
//! office, a tip of an office to one school, and a caller whom a hotline hands over to one school's
//! counsellor.
//!
//! None is a referral. A report and a tip stand on the law and on no consent, a hand-off on the
//! caller's word or on danger; nobody takes one back, and what is answered to it is that it was
//! received and that it was handled, or whether the caller was reached, never what was found. How
//! one stands follows from its replies alone, so both sides agree whatever was lost on the way.

use crate::ledger::words::word_list;

word_list!(
    /// Which notice it is.
    NoticeKind {
        Report = "report", "强制报告", "Duty report";
        Tip = "tip", "外部线索", "Tip from an office";
        HandOff = "hand_off", "热线转介", "Hotline hand-off";
    }
);

word_list!(
    /// Whether a caller of a hotline is in danger.
    Danger {
        Yes = "yes", "有危险", "In danger";
        No = "no", "未发现危险", "No danger was found";
    }
);

word_list!(
    /// On what a hotline hands a caller over: how the caller agreed, or the danger.
    HandOffGround {
        Spoken = "spoken", "来电人口头同意", "The caller agreed by word of mouth";
        Written = "written", "来电人书面或文字同意", "The caller agreed in writing";
        Danger = "danger", "有危险，未取得同意", "Danger; nobody agreed";
    }
);

impl HandOffGround {
    /// Whether a hand-off may stand on it: without the caller's word only danger does.
    #[must_use]
    pub const fn carries(self, danger: Danger) -> bool {
        matches!((self, danger), (Self::Spoken | Self::Written, _) | (Self::Danger, Danger::Yes))
    }
}

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
        Reached = "reached", "已联系上", "Reached";
        NotReached = "not_reached", "未联系上", "Not reached";
    }
);

impl NoticeKind {
    /// Whether such a notice is answered so. A tip is answered with no words, so nobody asks a desk
    /// for more; a hand-off with whether the caller was reached.
    #[must_use]
    pub const fn takes(self, reply: ReplyKind) -> bool {
        use ReplyKind as R;
        match self {
            Self::Report => !matches!(reply, R::Reached | R::NotReached),
            Self::Tip => matches!(reply, R::Received | R::Handled | R::NotOurs),
            Self::HandOff => !matches!(reply, R::Handled | R::MoreNeeded),
        }
    }
}

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
        Reached = "reached", "已联系上", "Reached";
        NotReached = "not_reached", "未联系上", "Not reached";
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

/// Working days within which a hand-off is acknowledged where nobody is in danger; where somebody
/// is, that is at once.
pub const HAND_OFF_DAYS: u32 = 1;

/// For how long what came is kept: as an emergency at a receiver, 180 days.
pub const KEPT_MS: i64 = 180 * RECEIVED_MS;

/// How a notice stands after one more answer; nothing where it is not answered so any more. Which
/// answers a kind has at all is [`NoticeKind::takes`]. Whoever was not reached may be later.
#[must_use]
pub const fn after(state: NoticeState, reply: ReplyKind) -> Option<NoticeState> {
    match (state, reply) {
        (NoticeState::Sent, ReplyKind::Received) => Some(NoticeState::Received),
        (
            NoticeState::Sent
            | NoticeState::Received
            | NoticeState::MoreNeeded
            | NoticeState::NotReached,
            ReplyKind::NotOurs,
        ) => Some(NoticeState::NotOurs),
        (NoticeState::Received | NoticeState::MoreNeeded, ReplyKind::Handled) => {
            Some(NoticeState::Handled)
        }
        (NoticeState::Received | NoticeState::MoreNeeded, ReplyKind::MoreNeeded) => {
            Some(NoticeState::MoreNeeded)
        }
        (NoticeState::Received | NoticeState::NotReached, ReplyKind::Reached) => {
            Some(NoticeState::Reached)
        }
        (NoticeState::Received | NoticeState::NotReached, ReplyKind::NotReached) => {
            Some(NoticeState::NotReached)
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
        (None, ReplyKind::Reached) if matches!(state, NoticeState::Sent) => NoticeState::Reached,
        (None, ReplyKind::NotReached) if matches!(state, NoticeState::Sent) => {
            NoticeState::NotReached
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
        let draft = NoticeState::Draft;
        for ended in [draft, NoticeState::Handled, NoticeState::NotOurs, NoticeState::Reached] {
            for reply in ReplyKind::ALL {
                assert_eq!(after(ended, *reply), None, "{ended:?} {reply:?}");
            }
        }
    }

    /// A caller who was not reached may be reached later, whatever of the replies is lost; one who
    /// was reached stays so.
    #[test]
    fn who_was_not_reached_may_be_reached_later() {
        use ReplyKind as R;
        let all = [R::Received, R::NotReached, R::NotReached, R::Reached];
        for lost in 0..3 {
            let mut some = all.to_vec();
            some.remove(lost);
            assert_eq!(standing(&some), NoticeState::Reached, "{lost}");
        }
        assert_eq!(standing(&[R::NotReached]), NoticeState::NotReached);
        assert_eq!(standing(&[R::Received, R::NotReached, R::NotOurs]), NoticeState::NotOurs);
        assert_eq!(standing(&[R::Reached, R::NotReached]), NoticeState::Reached);
        assert_eq!(after(NoticeState::Sent, R::Reached), None, "nobody has acknowledged it");
    }

    /// Every kind is acknowledged and may be somebody else's; each has an end of its own, and
    /// without the caller's word only danger carries a hand-off.
    #[test]
    fn each_kind_has_its_answers_and_its_ground() {
        use ReplyKind as R;
        for kind in NoticeKind::ALL {
            assert!(kind.takes(R::Received) && kind.takes(R::NotOurs), "{kind:?}");
            let is_hand_off = *kind == NoticeKind::HandOff;
            assert_eq!(kind.takes(R::Handled), !is_hand_off, "{kind:?}");
            for reply in [R::Reached, R::NotReached] {
                assert_eq!(kind.takes(reply), is_hand_off, "{kind:?}");
            }
            assert_eq!(kind.takes(R::MoreNeeded), *kind == NoticeKind::Report, "{kind:?}");
        }
        for ground in HandOffGround::ALL {
            assert!(ground.carries(Danger::Yes), "{ground:?}");
            assert_eq!(ground.carries(Danger::No), *ground != HandOffGround::Danger, "{ground:?}");
        }
    }

    /// Every word reads in Chinese and in English, and no two of a list read the same.
    #[test]
    fn every_word_reads_in_both_languages() {
        use crate::ledger::words::reads_in_both_languages as check;
        check::<NoticeKind>();
        check::<Danger>();
        check::<HandOffGround>();
        check::<Harm>();
        check::<Suspicion>();
        check::<TipAbout>();
        check::<ReplyKind>();
        check::<Handling>();
        check::<NoticeState>();
        check::<NoticeErased>();
    }
}
