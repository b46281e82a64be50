//! Remote consultation: what an expert from outside answers about a pseudonymous card.
//!
//! The expert sees the card and nothing else; what the school decides, and when it looks again,
//! stays with the school. Words of an answer are closed lists, so that nothing else of a child can
//! stand in them.

use crate::ledger::words::word_list;

word_list!(
    /// What an expert recommends about a card.
    Advice {
        Continue = "continue", "按现有方案继续校内辅导", "Go on at school as planned";
        MoreHelp = "more_help", "增加校内辅导频次", "More help at school";
        Family = "family", "开展家庭工作", "Work with the family";
        Assess = "assess", "建议专业评估", "Have it assessed by a professional";
        Refer = "refer", "建议转介就诊", "Refer to a clinic";
        Crisis = "crisis", "按危机处置，立即行动", "Treat it as a crisis, at once";
        MoreFacts = "more_facts", "资料不足，请补充后再议", "Too little is known; say more first";
        Other = "other", "其他，见意见", "Other, as written";
    }
);

word_list!(
    /// What an expert did with a card; the last one follows a withdrawal.
    CardAct {
        Received = "received", "已收到", "Received";
        Opinion = "opinion", "已给出意见", "Opinion given";
        Declined = "declined", "不能受理", "Declined";
        TimedOut = "timed_out", "逾期未答复，已删除", "Not answered in time, erased";
        Erased = "erased", "撤回后已删除", "Erased after a withdrawal";
    }
);

/// Days for which an expert's unit keeps a card that was answered.
pub const CARD_DAYS: u32 = 28;

/// Days within which an emergency that was written into a case lets its card out: later there is
/// time to ask the family.
pub const EMERGENCY_DAYS: u32 = 3;

/// Longest opinion, in characters.
pub const OPINION_CHARS_MAX: usize = 1_000;

/// Longest card that travels, in characters: of Chinese it is what one content holds.
pub const CARD_CHARS_MAX: usize = 1_300;

/// Longest text that travels, in bytes.
const TRAVELS_BYTES_MAX: usize = 4_000;

// A card of Chinese and an opinion of any letters fit into a text that travels.
const _: () = assert!(
    CARD_CHARS_MAX * 3 <= TRAVELS_BYTES_MAX && OPINION_CHARS_MAX * 4 <= TRAVELS_BYTES_MAX,
    "a card or an opinion of the most characters does not travel"
);

impl CardAct {
    /// Whether the expert has answered with it, so that no limit runs any more.
    #[must_use]
    pub const fn answers(self) -> bool {
        matches!(self, Self::Opinion | Self::Declined | Self::TimedOut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Word as _;

    /// Only an opinion, a refusal and the end of the time answer a card; that it came does not.
    #[test]
    fn what_answers_a_card() {
        let answers: Vec<&str> =
            CardAct::ALL.iter().filter(|act| act.answers()).map(|act| act.as_str()).collect();
        assert_eq!(answers, ["opinion", "declined", "timed_out"]);
    }

    /// Every word reads in Chinese and in English, and no two of a list read the same.
    #[test]
    fn every_word_reads_in_both_languages() {
        use crate::ledger::words::reads_in_both_languages as check;
        check::<Advice>();
        check::<CardAct>();
    }
}
