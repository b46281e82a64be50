//! Sentences about figures that leave, in both languages.

use runtime::texts;

texts! {
    RULE_EXACT = "准确数：学生、班级、教职工等业务计数",
        "exact: an operational count of students, classes or staff";
    RULE_BAND = "区间：只报 {0} 个一档的下限", "range: only the lower end of a band of {0}";
    RULE_ROUNDED = "取整：每格用本校密钥取整到 5 的倍数，反复查询结果相同",
        "rounded: each cell to a multiple of 5 by this school's key, always the same way";
    RULE_ROUGH = "约数：用本校密钥加少量随机误差后取整到 {0} 的倍数，同一个数每次结果相同",
        "roughly: with a little noise by this school's key, on a multiple of {0}; the same figure \
         always gives the same";
    RULE_WITHHELD = "{0}；学段在校不足 {1} 人，或取整数与在校数对照会露出小数的，整个学段隐去",
        "{0}; a stage is suppressed as a whole where fewer than {1} are enrolled in this stage, or \
         where its rounded cells beside the enrolled would prove a small one";
    UNSUPPORTED_WHY = "本校的台账还算不出这项，上报为“未支持”，不是零",
        "this school's ledgers cannot compute it yet; reported as unsupported, not as zero";
    NO_BAND_WHY = "本表不给出这一分段数：启用密封汇总的学年一律不报，在校不足 100 人的学段和与先前所报不一致的也不报",
        "this sheet gives no band of it: a school year under seal gives none, nor does a stage \
         with fewer than 100 enrolled, or a figure that does not fit the band given before";
    SEALED_WHY = "以密封报告出校，只有多所学校的合计能打开",
        "leaves in sealed reports; only sums over several schools can be opened";
    CLOSED_WHY = "本学年的统计数已经（或按方案应当）以密封报告出校，现已不在密封汇总之列，同一学年不再以其他方式出校",
        "this year's counts went sealed, or were to, and the school is not under seal any more: \
         they leave in no other way";
    UNSEALED_WHY = "本学年没有启用密封汇总，这一项不出校",
        "the school year is not under seal, so it does not leave";
    STAYS_WHY = "没有报表包含这一项，不出校",
        "no table carries it; it does not leave";
    AUTUMN = "{0}–{1} 学年第一学期", "autumn term {0}–{1}";
    SPRING = "{0}–{1} 学年第二学期", "spring term {0}–{1}";
    WEEK = "{0} 年第 {1} 周（{2} 至 {3}）", "week {1} of {0} ({2} to {3})";
    MONTH = "{0} 年 {1} 月", "{0}-{1}";
    SCHOOL_YEAR = "{0}–{1} 学年", "school year {0}–{1}";
    FIGURE = "数值", "figure";
    WHOLE_SCHOOL = "全校", "whole school";
}
