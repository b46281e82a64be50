//! Sentences about what sheets scored, in both languages.

use runtime::texts;

texts! {
    RESULTS = "量表结果", "Screening results";
    RESULTS_NOTE = "结果只提示谁需要访谈，不是诊断，也不决定级别。只有心理教师，以及参与该个案的德育主任、\
                    校长能看到，每次查看都有记录。",
        "A result suggests an interview; it is no diagnosis and decides no tier. Only counsellors \
         see it, and the moral-education head and the principal where they are on the case; each \
         look is logged.";
    RESULTS_NONE = "还没有交卷。", "No sheet has been handed in.";
    DAY = "测评日期", "Day of the test";
    SCALE = "量表", "Instrument";
    STANDS = "是否有效", "Counts";
    FIGURES = "得分与等级", "Scores and bands";
    SUGGESTS = "提示", "Suggests";
    CRITICAL = "危险条目", "Critical answers";
    VALID = "有效", "valid";
    VOID = "作废", "void";
    REFUSED = "拒绝作答", "refused";
    ABSENT = "缺测", "absent";
    TOTAL = "总分", "Total";
    OUT_OF = "{0}（满分 {1}）", "{0} of {1}";
    UNSCORED = "无法计分", "unscored";
    FIGURE = "{0} {1}", "{0} {1}";
    BAND = "，{0}", ", {0}";
    SAME = "；与上次相同", "; as the time before";
    UP = "；比上次高 {0}", "; {0} more than the time before";
    DOWN = "；比上次低 {0}", "; {0} less than the time before";
    OTHER_VERSION = "；量表版本与上次不同，不作比较",
        "; another version of the scale than before, so not compared";
    NO_TIER = "无需特别关注", "no special attention";
    ITEM = "第 {0} 题", "Item {0}";
    ASKED = "第 {0} 题“{1}”", "Item {0}, \u{201c}{1}\u{201d}";
    ANSWERED = "{0}：答“{1}”（{2}）", "{0}: answered \u{201c}{1}\u{201d} ({2})";
    NO_PACK = "这份答卷所用的量表版本不在本机，看不到条目内容。",
        "The version of the scale that scored this sheet is not on this machine, so its items \
         cannot be shown.";
    FLAG_REVIEW = "一个上学日内查看", "to be looked at within a school day";
    FLAG_URGENT = "紧急", "urgent";
    FLAG_NOW = "60 分钟内处置", "within the hour";
    FLAG_IMMINENT = "危险迫近", "imminent danger";
    DASH = "—", "—";
    TREND = "历次得分", "How the scores went";
    TREND_LINE = "{0} · {1}：{2}", "{0} · {1}: {2}";
    TREND_POINT = "{0} {1}", "{0} {1}";
    TREND_TO = " → ", " → ";
    TREND_BREAK = " ∥ ", " ∥ ";
    TREND_NOTE = "∥ 表示中间换了量表版本，前后不能比较。",
        "∥ marks another version of the scale: before and after cannot be compared.";
}
