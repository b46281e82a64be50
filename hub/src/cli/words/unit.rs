//! What `xinqiao-hub unit` says of days, places and moves.

use runtime::texts;

texts! {
    FIRST_DAY = "首日", "from";
    COUNTS_FROM = "自 {0} 起归本枢纽，从这一天起算作应报。",
        "It sits here from {0}, and is due from that day on.";
    SITS_FROM = "自 {0} 起归本枢纽；这类单位不报送统计，不计入应报。",
        "It sits here from {0}; such a unit reports no figures and is never due.";
    AFTER_CENSUS =
        "注意：本学期的统计日是 {0}，首日在它之后，本学期的完整度不把它算作应报（除非它上报）。\
         应从本学期算起的：xinqiao-hub unit edit {1} --from {2}",
        "Note: this term's census day is {0}, before that first day: coverage of this term counts \
         it \
         only if it reports. To count it from the term's beginning:  xinqiao-hub unit edit {1} \
         --from {2}";
    EXISTS_NEXT = "查看：xinqiao-hub unit list；名称或首日登记有误：xinqiao-hub unit edit {0} --name 名称 --from \
         首日",
        "See  xinqiao-hub unit list ; to correct its name or first day:  xinqiao-hub unit edit {0} \
         --name NAME --from DAY";
    EDITED = "已更正 {0}：{1}，自 {2} 起归本枢纽。", "Corrected {0}: {1}, here from {2}.";
    NOTHING_TO_EDIT = "请用 --name 或 --from 写明要更正什么；没有改动。",
        "--name or --from says what to correct; nothing was changed.";
    NO_STAY = "{0} 没有归过本枢纽，或首日 {1} 与它在别处的日期重叠；没有改动。",
        "{0} never sat under this hub, or the first day {1} overlaps with where it sat otherwise; \
         nothing was changed.";
    NO_STAY_NEXT = "查看它的归属：xinqiao-hub unit list", "See where it sits:  xinqiao-hub unit list";
    NEW_PARENT_UNKNOWN = "本枢纽没有登记上级枢纽 {0}；{1} 没有划转，没有改动。",
        "no hub {0} is registered here; {1} was not moved, and nothing was changed.";
    NEW_PARENT_UNKNOWN_NEXT =
        "请核对编号：区县 6 位、街镇 9 位区划代码。确实是本枢纽之外的枢纽（例如另一个区），请加 --yes。",
        "Look at the id: a district has six digits, a street nine. Where it is a hub that this one \
         does not know, such as another district's, add --yes.";
    NOT_A_HUB = "{0} 不是区县或街镇枢纽；{1} 没有划转，没有改动。",
        "{0} is no district's or street's hub; {1} was not moved, and nothing was changed.";
    MOVE_TOO_EARLY = "{0} 自 {1} 起归 {2}，划转日 {3} 须在其后；没有改动。",
        "{0} sits under {2} from {1}, and a move to another hub comes after that day, not on {3}; \
         nothing was changed.";
    MOVE_TOO_EARLY_NEXT = "那次划转登记有误的，先撤回：xinqiao-hub unit move {0} --withdraw",
        "If that move was entered by mistake, take it back first:  xinqiao-hub unit move {0} \
         --withdraw";
    MOVED_THERE = "{0} 已归 {1}，没有改动。", "{0} sits under {1} already; nothing was changed.";
    MOVE_SEALED =
        "注意：{0} 在 {1} {2} 学年的密封汇总方案中。划到另一个区的：先等它划转前的报告都被接受，再由两个枢纽各自登记：\
         xinqiao-hub sealed away {0} --from {3} --note 划转",
        "Note: {0} is in the plan of {1} for school year {2}. Where it goes to another district, \
         see \
         that its reports up to the move are accepted, then note it at both hubs:  xinqiao-hub \
         sealed away {0} --from {3} --note moved";
    MOVE_WITHDRAWN = "已撤回 {0} 自 {1} 起归 {2} 的划转，仍归 {3}。",
        "Took back the move of {0} to {2} from {1}; it sits under {3}.";
    NO_MOVE = "{0} 没有可撤回的划转；没有改动。",
        "there is no move of {0} to take back; nothing was changed.";
    MOVES_ON = "{0}（{2} 起归 {1}）", "{0} ({1} from {2})";
    NOT_INVITED = "未邀请", "not invited";
}
