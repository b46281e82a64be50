//! Sentences of the pages of departments' lists, in both languages.

use runtime::texts;

texts! {
    LISTS = "部门名单", "Departments' lists";
    LISTS_NOTE = "民政、残联等部门密封给本校的名单，只在本机核对", "sealed to this school; matched on this machine only";
    RULE = "名单由部门密封给本校，途中无人能打开。核对由您确认后才登记入台账；处理完毕，名单即从本机销毁，只留份数、人数和摘要。名单内容不上报。",
        "A list is sealed to this school; nobody on the way can open it. Nothing is entered before \
         you confirm it; then the list is erased from this machine, and only counts and a digest \
         stay. Nothing of it goes up.";
    NOT_JOINED = "本校尚未加入枢纽或没有填写学校类型，还不能收名单。",
        "This node has not joined, or does not know its type of school: it cannot take lists yet.";
    ONE_ROOT = "发件部门的身份目前只由一个主管部门担保。", "One commission alone vouches for the sender so far.";
    TAKE = "收名单", "Take in a list";
    TAKE_NOTE = "打开部门交来的 .xqlist 文件，从 BEGIN 一行到 END 一行全部粘贴。\
        名单较长（约 300 行以上）时请用命令：xinqiao-node list --as 账号 take 文件",
        "Open the .xqlist file and paste it from the BEGIN line to the END line. For a long list \
         (some 300 rows) use the command:  xinqiao-node list --as LOGIN take FILE";
    PASTE = "密封名单", "Sealed list";
    CHECK = "核实并收下", "Verify and take in";
    ALL = "全部名单", "All lists";
    NONE = "还没有收到部门名单。", "No list has come yet.";
    NUMBER = "编号", "No";
    SENDER = "发件部门", "Department";
    RECEIVED = "收到", "Received";
    ROWS = "行数", "Rows";
    STATE = "处理", "State";
    OPEN = "核对", "Match";
    STATE_TAKEN = "采用 {0} 名学生，名单已销毁", "students taken from it: {0}; list destroyed";
    STATE_DESTROYED = "未采用，名单已销毁", "not used, destroyed";
    STATE_WAITS = "待处理，{0} 前有效", "waits, until {0}";
    LIST_NOTE = "查看已记入审计；涉及的学生，其查阅记录中也有这一次", "this look is on record, on each student's page too";
    SUMMARY = "{0}，{1} 密封，{2} 前有效。共 {3} 行：{4} 行对应到一名学生，{5} 行不能确定、请您判断，其余查无此人。",
        "{0}, sealed {1}, valid until {2}. {3} rows: {4} mean one student, {5} are unclear and for \
         you to decide, the rest fit nobody here.";
    FOREIGN = "另有 {0} 行写的是其他学校，不显示、不核对，随名单一起销毁。",
        "{0} more rows name other schools: not shown, not compared; they go with the decision.";
    ROW = "行", "Row";
    LISTED = "名单所载", "As listed";
    TOPIC = "类别", "Category";
    WHOM = "本校学生", "Student here";
    RESULT = "核对结果", "Result";
    NOBODY_CHOSEN = "都不是", "none of these";
    TAKE_ROW = "登记", "Enter";
    MATCH = "对应", "match";
    KNOWN = "对应，台账已有", "match, in the ledger already";
    UNCLEAR = "不能确定", "unclear";
    LEFT = "已离校", "has left";
    NOBODY = "查无此人", "not found";
    CONFIRM = "登记所选学生，并销毁名单", "Enter the students and destroy the list";
    DESTROY = "全部不采用，销毁名单", "Use none, destroy the list";
    SURE = "我确定一名学生也不采用，名单销毁后不能找回",
        "I am sure that nobody is to be taken from it; once destroyed it cannot be brought back";
    NOT_SURE = "没有勾选“确定一名学生也不采用”，名单没有销毁，也没有登记任何学生。",
        "The box that says you are sure is empty; the list was not destroyed and nobody was \
         entered.";
    NOT_SURE_NEXT = "要登记，请核对下面的选择后按“登记所选学生”；确实都不采用，请先勾选再销毁。",
        "To enter students, check the choices below and enter them. To use none, tick the box \
         first.";
    CONFIRM_NOTE = "登记后，特殊群体家庭台账或特异体质台账各增加相应记录，汇总人数随之变化；名单内容立即销毁，不能找回。",
        "The family ledger or the physique ledger gets the entries and the counts change with \
         them; the list is erased at once and cannot be brought back.";
}
