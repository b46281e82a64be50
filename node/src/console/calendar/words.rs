//! Sentences of the calendar and of the workload statement, in both languages.

use runtime::texts;
use runtime::web::Text;

texts! {
    RECORDS = "学生工作", "Students";
    CALENDAR = "日历", "Calendar";
    CALENDAR_NOTE = "到期事项和已开展的工作", "what is due and what took place";
    EXPORT = "导出到日历（iCal，仅编号）", "Export to a calendar (iCal, numbers only)";
    EXPORT_NOTE = "导出的文件只有事项和编号，没有姓名，可以放进手机日历。",
        "The file holds sorts of work and numbers, never a name, so it may go into a telephone.";
    FEED = "订阅地址", "Address to subscribe to";
    FEED_NOTE = "日历程序按这个地址自动更新：只有事项和编号，没有姓名，不需要登录。\
        谁有这个地址就能看到这些编号，请不要转给别人；不用了就撤销。账号被锁定、换了密码、角色或使用人，地址随即作废，需要时重新生成。地址在本机上有效。",
        "A calendar program on this computer keeps itself up to date from it: sorts of work and \
         numbers, never a name, and no signing in. Whoever has the address sees these numbers, so \
         pass it to nobody, and withdraw it when it is no longer needed. It ends when the account \
         is locked or gets a new password, another role or another person; make it anew then.";
    FEED_MAKE = "生成订阅地址", "Make an address";
    FEED_AGAIN = "换一个新地址（旧的作废）", "Make another one (the old one ends)";
    FEED_SINCE = "{0} 生成的地址正在使用。", "An address was made at {0} and is in use.";
    FEED_ONCE = "地址只显示这一次，请现在复制到日历程序：",
        "The address is shown this once; copy it into the calendar program now:";
    FEED_WITHDRAW = "撤销地址", "Withdraw it";
    FEED_WITHDRAWN = "订阅地址已撤销。", "The address was withdrawn.";
    BEFORE_MONTH = "上一月", "Month before";
    BEFORE_WEEK = "上一周", "Week before";
    AFTER_MONTH = "下一月", "Month after";
    AFTER_WEEK = "下一周", "Week after";
    AS_WEEK = "按周", "By week";
    AS_MONTH = "按月", "By month";
    WEEK_OF = "{0} 至 {1}", "{0} to {1}";
    MONTH_OF = "{0} 年 {1} 月", "{0}-{1}";
    NOT_SHOWN = "另有 {0} 项到期事项未列出，见待办事项",
        "{0} more are due and not listed here; see the list of what is due";
    MORE = "另有 {0} 项", "{0} more";
    TODAY = "今天", "today";
    MONDAY = "周一", "Mon";
    TUESDAY = "周二", "Tue";
    WEDNESDAY = "周三", "Wed";
    THURSDAY = "周四", "Thu";
    FRIDAY = "周五", "Fri";
    SATURDAY = "周六", "Sat";
    SUNDAY = "周日", "Sun";
    WORKLOAD = "工作量说明", "Workload";
    WORKLOAD_NOTE = "由台账逐条汇总，不出现学生", "added up from the ledgers, no student named";
    TERM = "学期", "Term";
    SHOW = "查看", "Show";
    SPAN = "统计日期：{0} 至 {1}", "From {0} to {1}";
    ITEM = "项目", "Item";
    NO_COUNSELLOR = "这段时间没有登记的专兼职心理教师。请德育主任在“心理教师资质”中登记。",
        "No counsellor is entered for this time. The moral-education head enters qualifications.";
    SIGN = "本人签字：____________　　审核人签字：____________　　日期：____________",
        "Signed: ____________    Checked: ____________    Date: ____________";
}

/// From Monday to Sunday.
pub(in crate::console) const WEEKDAYS: [Text; 7] =
    [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY];
