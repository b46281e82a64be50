//! What people read of the lists of sealed sums: how many stand how, what there is nothing of, and
//! what stays closed.

use runtime::texts;

texts! {
    LIST_SUM = "已开始 {0} 项：已全部开启 {1}，等待 {2}，需要人处理 {3}。",
        "{0} {0:has|have} begun: {1} {1:is|are} opened as a whole, {2} {2:waits|wait}, {3} \
         {3:needs|need} a person.";
    LIST_LEFT = "另有 {0} 项的学年已结清，没有全部开启，以后也不再开启。",
        "Of {0} more the school year was closed before all was opened; nothing more of it is.";
    LIST_AHEAD = "另有 {0} 项的时段还没有开始（加 --ahead 列出）。",
        "{0} more {0:has|have} not begun (--ahead lists {0:it|them}).";
    LIST_AHEAD_SHOWN = "另有 {0} 项的时段还没有开始，已列在表中。",
        "{0} more {0:has|have} not begun and {0:stands|stand} in the table.";
    NO_TASKS = "还没有密封汇总。", "Nothing is sealed yet.";
    NO_TASK = "没有 {0} 在 {1} 的密封汇总。", "there is no sealed sum of {0} about {1}.";
    NO_TASK_OF = "{0} 没有密封汇总。", "there is no sealed sum of {0}.";
    NO_TASK_ABOUT = "{0} 没有密封汇总：时段写作 2026S1 或 2026-W48。",
        "there is no sealed sum about {0}: a period is written as 2026S1 or 2026-W48.";
    NO_TASK_NEXT = "用 sealed list 查看全部。", "See all of them with sealed list.";
    NONE_WAIT_HERE = "本枢纽不参与密封汇总的计算，看不到还在等待的；去掉 --waiting，列出已送到这里的合计。",
        "This hub has no part in the computing and does not know what waits; without --waiting it \
         lists the sums that came here.";
    STAGE_SCHOOLS = "{0} {1} 校", "{0} ({1} {1:school|schools})";
    STAGES_CLOSED = "学校太少、不开启的学段：{0}", "Stages of too few schools, which stay closed: {0}";
    YEAR_CLOSED_OF = "{0} 的 {1}–{2} 学年已在本枢纽结清：份额和密钥已销毁，结清前没有开启的以后也不会开启。",
        "School year {1}–{2} of {0} was closed here: shares and keys are destroyed, and what was \
         not opened by then never is.";
    LEFT_CLOSED = "学年结清前没有开启，以后也不会开启",
        "not opened before the school year was closed, and never is";
    NOT_LISTED = "{0} 不在本枢纽参与汇总的名册上，这里也没有它的密封报告。",
        "{0} is on no roster of which this hub sums one half, and no sealed report of it is held \
         here.";
    NOT_LISTED_NEXT = "请核对学校编号；密封报告由教育方、卫健方两个枢纽保存，市枢纽和街镇枢纽没有。",
        "Look at the school's id. Reports are held at education's hub and at health's, and not at \
         a city's or a street's.";
}
