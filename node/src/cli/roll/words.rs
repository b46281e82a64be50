//! Sentences of `roll`, in both languages.

use runtime::texts;

texts! {
    CAME = "已登记转入，自 {0} 起在本校名册上。", "entered: on the roll from {0} on.";
    LEFT = "已登记离校，自 {0} 起不在名册上；随之结束的导师、帮扶、心理委员 {1} 项。",
        "entered: off the roll from {0} on; {1} mentor pairs, helpers or posts ended with it.";
    LEFT_CASE = "该生仍有在册预警个案，请办理移出：xinqiao-node ledger case leave 编号 --moved-out",
        "A case is still open; move it out:  xinqiao-node ledger case leave NUMBER --moved-out";
    CORRECTED = "已更正，自 {0} 起有效；原内容保留。",
        "corrected from {0} on; what stood before is kept.";
    CLASS = "班级", "class";
    BECOMES = "升为", "becomes";
    UP = "升级", "up";
    STAYS = "留级", "stay";
    LEAVES = "毕业", "leave";
    TEACHER = "班主任", "class teacher";
    CASES = "在册个案", "open cases";
    GOES_ON = "{0}（随班）", "{0} (goes on)";
    ENDS = "{0}（不随班）", "{0} (ends)";
    SUMMARY = "{0} 起：升级 {1} 人，留级或休学 {2} 人，毕业 {3} 人；导师结对{4}。",
        "from {0}: {1} go up, {2} stay or are away, {3} leave; mentor pairs {4}.";
    ASIDE = "另有 {0} 名学生在升级日当天或之后已单独调整年级、班级，本次不再变动。",
        "{0} students were put into another class on or after that day; they stay there.";
    MENTORS_KEPT = "延续（毕业生的除外）", "go on, but those of who leaves";
    MENTORS_END = "全部结束", "all end";
    PREVIEWED = "这是预览，没有写入。提出升级：xinqiao-node roll turn ask …（参数相同，另写 --reason）",
        "This is a preview, nothing was written. Ask for it:  xinqiao-node roll turn ask … with \
         the same options and --reason";
    ASKED = "已提出，编号 {0}；须由第二人签署后才执行：xinqiao-node roll turn sign {0} --reason 理由",
        "asked for as {0}; nothing moves until a second person signs:  xinqiao-node roll turn \
         sign {0} --reason TEXT";
    DONE = "已升级；在有新的登记之前可以撤销：xinqiao-node roll turn undo {0} --reason 理由",
        "carried out; until something is built on it, it can be undone:  xinqiao-node roll turn \
         undo {0} --reason TEXT";
    REFUSED = "已登记不同意，名册没有改动。", "refused; the roll was not changed.";
    UNDONE = "已撤销，名册恢复到升级之前。", "undone; the roll stands as before the turn.";
    NUMBER = "编号", "number";
    DAY = "日期", "day";
    STATE = "状态", "state";
    ASKED_BY = "提出人", "asked by";
    ACTED_BY = "签署或撤销", "signed or undone by";
    WAITING_STATE = "待第二人签署", "waits for a second person";
    DONE_STATE = "已执行", "carried out";
    REFUSED_STATE = "不同意", "refused";
    UNDONE_STATE = "已撤销", "undone";
    NO_TURN = "还没有升级记录。", "no turn was asked for yet.";
    CLASS_FORM = "班级应写作 g7/1班=g8/1班 或 g6/1班=leave，没有改动。",
        "a class is written as GRADE/CLASS=GRADE/CLASS or GRADE/CLASS=leave; nothing was changed.";
}
