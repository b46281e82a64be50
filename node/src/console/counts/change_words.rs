//! Sentences of the page of changes, in both languages; those of its filter are the counts' own.

use runtime::texts;

pub(super) use super::words::{NAME, PERIOD, PERIOD_HINT, RUNNING, SHOW};

texts! {
    CHANGES = "变化", "Changes";
    CHANGES_NOTE = "与上一学期和去年同期相比，仅供本校查看",
        "against the term before and the same term a year before, for this school alone";
    READ = "每一项都附 95% 区间：区间全在零（或 1 倍）以上才说“升高”，全在以下才说“降低”，否则就是“看不出变化”。\
        表中项目多，即使什么都没有变，也会有大约二十分之一碰巧显出变化：请先看台账里发生了什么，再作判断。",
        "Each line has a 95 % interval: “higher” is said only where all of it lies above no \
         change, “lower” only where all of it lies below, and else no change can be seen. Of so \
         many lines about one in twenty shows a change by chance: look at what happened in the \
         ledgers before you judge.";
    HOW = "人数按占比相减（Newcombe 1998，方法 10）；人次按每名学生每天的发生率相比（给定总数的 Wilson 区间）。\
        同一名学生的多次记录彼此有关联，人次的真实区间会更宽。不足 10 人或两期合计不足 10 次的，不给区间。",
        "Persons are compared by the difference of shares (Newcombe 1998, method 10), events by \
         the ratio of their rates for each student and day (Wilson’s interval given their sum). \
         Several entries about one student hang together, so that the true interval of events is \
         wider. Fewer than 10 persons, or 10 events in both terms together, have no interval.";
    CHANGE = "变化", "Change";
    COVERAGE = "筛查完成 {0}", "screened {0}";
}
