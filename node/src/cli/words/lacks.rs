//! Sentences about what a node lacks before it does its work, for `status`.

use runtime::texts;

texts! {
    WELL_LOCKED = "没有发现问题；台账没有打开，其中的账号、名册和密封报告没有检查。",
        "Nothing was found; the ledger was not opened, so that accounts, roster and sealed reports \
         were not looked at.";
    LACKS_ACCOUNT = "还没有账号，无法登录网页。", "there is no account yet, so that nobody can sign in.";
    LACKS_ROSTER = "还没有导入名册。", "no roster was imported yet.";
    LACKS_RESPONSIBLE = "还没有登记数据出校的责任人，报表和密封报告都不会出校。",
        "nobody is named who answers for what leaves, so that nothing leaves.";
    LACKS_BACKUP = "没有设置每日备份（node.toml 的 backup_to）。",
        "no daily copy is set (backup_to in node.toml).";
    LACKS_SEALED = "有 {0} 个时段的密封报告没有做出，最早是 {1}；所在学校组的该时段因此无法开启。",
        "reports of {0} periods could not be sealed, the first is {1}; without them the group's \
         sums of these periods stay closed.";
    LACKS_SENSE = "有 {0} 个时段的密封数字互相矛盾，最早是 {1}；报告照常密封，请更正相关记录。",
        "sealed figures of {0} periods contradict each other, the first is {1}; reports are sealed \
         all the same: correct the records behind them.";
    LACKS_KEY = "卫健方还没有核定本校的报告密钥（{0} 学年），密封报告在两个枢纽等待。",
        "health has not stated the school's report key of {0}: its sealed reports wait at both \
         hubs.";
    LACKS_OTHER_KEY = "卫健方核定的不是本机的报告密钥（{0} 学年），密封报告在两个枢纽等待。",
        "health stated another report key of {0} than this machine has: its sealed reports wait at \
         both hubs.";
    ACCOUNT_WHO = "本校信息技术老师（xinqiao-node user add 登录名）",
        "the school's IT staff (xinqiao-node user add LOGIN)";
    ROSTER_WHO = "管理学籍的老师（网页“导入文件”）",
        "whoever keeps the roll (the page Import files)";
    RESPONSIBLE_WHO = "校长、德育主任或心理教师（“台账—组织管理—责任人与联络员”）",
        "the principal, the moral-education head or the counsellor (/ledgers/post_holder/new)";
    SEALED_WHO = "本校心理教师（逐项原因和办法见“密封报告”页，或运行 xinqiao-node sealed list）",
        "the school's counsellor (why, and what to do, is on the page of sealed reports and in \
         xinqiao-node sealed list)";
    KEY_WHO = "卫健方枢纽运维人员来电时，照“密封报告”页读出十六个字",
        "when the operator of health's hub rings, read out the sixteen words of the page of sealed \
         reports";
    OTHER_KEY_WHO = "本校信息技术老师：本机重装或恢复过的，致电卫健方枢纽重新核定；没有的，立即致电两个部门",
        "the school's IT staff: if this machine was set up anew or put back, ring health's hub; if \
         not, ring both departments at once";
}
