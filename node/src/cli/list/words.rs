//! Sentences of `list`, in both languages.

use runtime::texts;

texts! {
    ONE_ROOT = "注意：本市目前只有一个主管部门的根证书，发件部门和学校的公钥声明只由这一个部门担保。",
        "Note: this city has one commission's root only; the statements of senders and schools \
         stand under that one alone.";
    TAKEN = "已收下第 {0} 份名单：{1}，共 {2} 行，其中 {3} 行写的是其他学校，不核对，随名单一起销毁；{4} 前处理有效。\n\
        下一步：xinqiao-node list --as 账号 show {0}",
        "took list {0} of {1}: {2} rows, {3} of them of other schools, which are not compared and \
         go with the decision; to be decided by {4}.\nNext:  xinqiao-node list --as LOGIN show {0}";
    SENDERS_KNOWN = "已记下 {0} 个部门的公钥声明；这些部门更早的、关于其他密钥的声明不再采信。",
        "noted the statements of {0} departments; older ones of these departments about other keys \
         are believed no more.";
    NONE = "还没有收到部门名单。", "No list has come yet.";
    NUMBER = "编号", "No";
    SENDER = "发件部门", "Department";
    RECEIVED = "收到时间", "Received";
    ROWS = "行数", "Rows";
    STATE = "处理", "State";
    STATE_TAKEN = "采用 {0} 名学生，名单已销毁", "students taken from it: {0}; list destroyed";
    STATE_DESTROYED = "未采用，名单已销毁", "not used, destroyed";
    STATE_WAITS = "待处理，{0} 前有效", "waits, until {0}";
    ROW = "行", "Row";
    LISTED = "名单所载", "As listed";
    TOPIC = "类别", "Category";
    WHOM = "本校核对", "Here";
    KNOWN = "{0}（台账已有）", "{0} (in the ledger already)";
    UNCLEAR = "不能确定：{0}", "unclear: {0}";
    LEFT = "已离校", "has left";
    NOBODY = "查无此人", "not found";
    OPENED = "{0}（{1}）", "{0} ({1})";
    FOREIGN = "另有 {0} 行写的是其他学校，不显示，随名单一起销毁。",
        "{0} more rows name other schools; they are not shown and go with the decision.";
    DECIDE_NEXT = "登记并销毁：xinqiao-node list --as 账号 decide {0} [--choose 行=学籍号] \
        [--without 行] [--leave-unclear]\n\
        不采用并销毁：xinqiao-node list --as 账号 destroy {0}",
        "Enter and destroy:  xinqiao-node list --as LOGIN decide {0} [--choose ROW=NUMBER] \
         [--without ROW] [--leave-unclear]\n\
         Destroy only:  xinqiao-node list --as LOGIN destroy {0}";
    DECIDE_ASK = "将 {0} 行对应的学生登记入台账，并销毁第 {1} 份名单？",
        "Enter the students of {0} rows and destroy list {1}?";
    DESTROY_ASK = "没有选定任何学生。不登记任何人，直接销毁第 {0} 份名单？",
        "No student is chosen. Enter nobody and destroy list {0}?";
    ROWS_GO = "还有 {0} 行不能确定，没有选定学生：登记后它们随名单一起销毁。",
        "{0} unclear rows have no student chosen: they go with the list.";
    ROWS_OPEN = "还有 {0} 行不能确定，没有选定学生；没有登记，名单仍在等待处理。",
        "{0} unclear rows have no student chosen; nobody was entered and the list waits on.";
    ROWS_OPEN_NEXT = "查看：xinqiao-node list --as 账号 show {0}；逐行用 --choose 选定或用 --without 略去，\
        全部略去用 --leave-unclear。",
        "Look:  xinqiao-node list --as LOGIN show {0}  and give --choose or --without for each, or \
         --leave-unclear for all.";
    NOT_DECIDED = "没有登记，名单仍在等待处理。", "nobody was entered; the list waits on.";
    DECIDED = "已写入 {0} 条台账，另有 {1} 名学生台账中已有；名单已销毁。",
        "wrote {0} entries; of {1} students the ledgers said it already. The list is destroyed.";
    DESTROYED = "第 {0} 份名单已销毁，没有登记任何人。", "list {0} is destroyed; nobody was entered.";
    CHOICE_FORM = "“{0}”的写法不对，应为 行=学籍号；没有改动任何内容。",
        "“{0}” is not written as ROW=NUMBER; nothing was changed.";

    NEW_PASSPHRASE = "请为新密钥设定口令（至少 12 个字符）：",
        "Passphrase for the new key (at least 12 characters): ";
    PASSPHRASE = "部门密钥的口令：", "Passphrase of the department's key: ";
    KEY_MADE = "已生成密钥 {0} 和申请 {1}。\n请把申请交教育、卫健两部门，并在电话中读出六个字：{2}（{3}）",
        "made the key {0} and the request {1}.\nGive the request to both commissions and read out \
         these words by telephone: {3} ({2})";
    UNFIT = "注意：有 {0} 份学校公钥声明无效（过期、签名不全或不属于本市），没有使用。",
        "Note: {0} schools' statements do not hold (ended, not signed by all, or of another city) \
         and are not used.";
    NO_TOPIC = "类别 {0} 无法识别，没有密封任何名单。", "the category {0} is not understood; nothing was sealed.";
    NO_TOPIC_NEXT = "可选：{0}", "Choose from: {0}";
    ROW_WRONG = "第 {0} 行 {1}：{2}", "row {0} {1}: {2}";
    ROWS_WRONG = "有 {0} 行不对，没有密封任何名单。", "{0} rows are wrong; nothing was sealed.";
    ROWS_WRONG_NEXT = "请按上面的提示修改后重试；整份名单一次密封。",
        "Mend them as said above and try again: a list is sealed whole.";
    FOR_SCHOOL = "{0}（{1}）：{2} 行", "{0} ({1}): {2} rows";
    NO_STATEMENT = "没有公钥声明，或有同名学校：{0}，{1} 行",
        "no statement, or two schools of that name: {0}, {1} rows";
    SCHOOLS_MISSING = "有 {0} 所学校没有有效的公钥声明，没有密封任何名单。",
        "{0} schools have no statement that holds; nothing was sealed.";
    SCHOOLS_MISSING_NEXT = "请补上这些学校的声明（--to），同名学校请改填学校标识码；或用 --leave-out 先密封其余学校的名单。",
        "Add their statements by --to, write the code where two schools have one name, or seal the \
         others' lists first with --leave-out.";
    OVER = "--valid-to {0} 已经过去，没有密封任何名单。", "--valid-to {0} is over; nothing was sealed.";
    OVER_NEXT = "请写今天或以后的日期；不写则为 60 天。",
        "Give today or a later day; without it a list is valid for 60 days.";
    DRY_RUN = "仅预览，没有写入任何文件。", "only shown; nothing was written.";
    SEAL_ASK = "为 {0} 所学校各密封一份？", "Seal a list for each of {0} schools?";
    NOT_SEALED = "没有密封任何名单。", "nothing was sealed.";
    SEALED = "已为 {0} 所学校各密封一份，存入 {1}，{2} 前有效。请各校核对后自行处理；原表请按本部门规定保管或销毁。",
        "sealed a list for each of {0} schools in {1}, valid until {2}. Keep or destroy your own \
         table as your rules say.";
    UNUSABLE = "文件 {0} 不能使用，没有写入任何内容。", "the file {0} cannot be used; nothing was written.";
    UNUSABLE_NEXT = "请检查是否拿错文件，或口令是否正确。", "Check that it is the right file and passphrase.";
}
