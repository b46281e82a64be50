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
