//! Sentences of the pages of counts, in both languages.

use runtime::texts;

texts! {
    COUNTS = "统计指标", "Counts";
    COUNTS_NOTE = "台账算出的准确数，仅供本校查看", "exact, from the ledgers, for this school alone";
    COUNT_NOTE = "逐格数值；选一格可查看计入的记录",
        "cell by cell; choose one to see the records behind it";
    PERIOD = "统计期", "Period";
    PERIOD_HINT = "可从列表中选，或填 2025S1、2025-11、2025-W45；留空为当前",
        "from the list, or such as 2025S1, 2025-11 or 2025-W45; empty for the current one";
    NO_PERIOD = "没有“{0}”这个统计期。", "There is no period “{0}”.";
    NO_PERIOD_NEXT = "请从列表中选，或按提示填写后再查看；学期须在校历中。",
        "Take one from the list, or write it as the hint says; a term must be in the calendar.";
    SHOW = "查看", "Show";
    NAME = "指标", "Count";
    TOTAL = "合计", "Total";
    FIGURE = "数值", "Figure";
    LEAVES = "去向", "Where it goes";
    LEAVES_CLEAR = "随“{0}”出校", "leaves with the sheet “{0}”";
    LEAVES_NO_BAND = "该学年启用了密封汇总，分段数不出校", "stays here: no band leaves in a year under seal";
    LEAVES_SEALED = "以密封报告出校，只有多所学校的合计能打开",
        "leaves in sealed reports; only sums over several schools can be opened";
    LEAVES_NO_MORE = "该学年的统计数已经（或按方案应当）以密封报告出校，不再以其他方式出校",
        "stays here: its year's counts went sealed, or were to, and leave in no other way";
    LEAVES_ROUNDED = "取整后出校，每学期一次", "leaves rounded, once a term";
    UNSEALED = "该学年没有启用密封汇总，不出校", "stays here: the school year is not under seal";
    STAYS = "不出校", "stays here";
    RATIOS = "比率", "Ratios";
    RATIOS_NOTE = "由上面的指标算出，仅供本校查看；上报的只是分子、分母各自的指标。人数少时，一个人就会使比率大变。",
        "Computed from the counts above, for this school alone; what goes up are the counts. \
         Where few \
         stand below the line, one person changes a ratio much.";
    RATIO = "比率", "Ratio";
    SHARE = "数值", "Figure";
    NUMERATOR = "分子", "Numerator";
    DENOMINATOR = "分母（有效数 n）", "Denominator (valid n)";
    AIM_HEAD = "目标", "Aim";
    AIM = "{0}%", "{0} %";
    HIGHER = "越高越好", "the higher the better";
    LOWER = "越低越好", "the lower the better";
    NOT_ASSESSED = "仅描述，不作考核", "descriptive, never assessed";
    NO_RATIO = "—", "—";
    WANTS_TERM = "此比率以学期普查日的数据计算，请将统计期改为学期",
        "stands on a term’s census day; choose a term as the period";
    NOBODY_BELOW = "分母为 0，不计算", "nobody below the line";
    PER = "每 {1} 人 {0}", "{0} of {1}";
    PER_THOUSAND = "每千名学生 {0} 例", "{0} for each 1,000 students";
    RUNNING = "统计期尚未结束，数值还会变化。", "The period still runs; the figures will change.";
    NOT_KEPT = "还没有登记过", "nothing entered yet";
    NOT_KEPT_NOTE = "“还没有登记过”不等于零：登记第一条后开始计数。",
        "“Nothing entered yet” is no zero: a ledger is counted from its first entry on.";
    NOT_YET = "尚未到统计时间，自 {0} 起统计", "counted from {0} on";
    DESTROYED = "有学生档案已销毁，不再重算", "students' records are destroyed; not counted again";
    UNSUPPORTED = "暂不支持", "unsupported";
    NOT_APPLICABLE = "不适用", "not applicable";
    WHY = "为什么是这个数", "Why this figure";
    CELL = "哪一格", "Which cell";
    REASON = "查看理由", "Reason";
    OPEN = "查看计入的记录", "Show the records behind it";
    RECORD = "记录", "Record";
    STUDENT = "学生", "Student";
    NONE = "没有可显示的记录。", "There is no record to show.";
    HIDDEN = "另有 {0} 条记录，您的岗位无权查看。", "{0} more records are not for your role.";
    MORE = "另有 {0} 条未列出；请选更短的统计期或更细的格。",
        "{0} more are not listed; choose a shorter period or a finer cell.";
    UNCOUNTED = "无法计算", "Not counted";
    UNCOUNTED_NEXT = "请更正这条记录，或核对学校的年级设置。",
        "Correct that record, or check the grades of the school.";
    NOT_JOINED = "还没有加入上级枢纽，学校的单位编号未定，暂不能统计。",
        "The school has not joined a hub, so it is not known as which unit it counts.";
    NOT_JOINED_NEXT = "台账照常登记，什么都不会丢；凭邀请码加入并重新启动 serve 后，这里就有数字。",
        "The ledgers go on and lose nothing; figures are here once the school has joined by its \
         invite and serve was started again.";
    WHOLE = "全校", "whole school";
}
