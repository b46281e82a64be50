//! Sentences of the pages of imports, in both languages.

use runtime::texts;

texts! {
    IMPORTS = "导入文件", "Import files";
    IMPORTS_NOTE = "名册、教职工、答卷：先预览，再确认", "roster, staff, answers: looked at first, then confirmed";
    RULE = "上传后先逐行预览，确认之前什么都不会写入；整个文件一起写入，有一行有误就都不写。文件只放在内存里，半小时后自动丢弃。",
        "What you upload is shown row by row first, and nothing is written before you confirm. A \
         file is taken whole or not at all. It is kept in memory only and forgotten after half an \
         hour.";
    ROSTER = "学生名册", "Roster of students";
    STAFF = "教职工名册", "Roll of staff";
    ANSWERS = "答卷", "Answers";
    KIND = "文件内容", "What the file lists";
    BRING = "上传文件", "Upload a file";
    BRING_NEEDS_ROSTER = "学生名册需要的列：学籍号、姓名、性别、班级；有年级、出生日期、监护人同意及日期、状态的也会读取。",
        "A roster needs student number, name, sex and class; grade, birth date, consent with its \
         date, and status are read where they are there.";
    BRING_NEEDS_STAFF = "教职工名册需要的列：工号、姓名、岗位（一人多岗用顿号分开）。",
        "A roll of staff needs staff number, name and role (several roles with commas).";
    BRING_NEEDS_ANSWERS = "答卷需要的列：学籍号、测评日期、每题一列。是否同意只看学生名册和回执。",
        "Answers need student number, day of the test and a column for each item. Consent is read \
         from the roster and the slips only.";
    FILE = "文件（.xlsx 或 CSV，学生名册也可用 OneRoster .zip，不超过 {0} MB）",
        "File (.xlsx or CSV, for a roster also a OneRoster .zip; {0} MB at most)";
    AS_OF = "截至日期（以当日在校情况为准）", "Day on which the list was right";
    PART = "只是部分名单：名单以外的人不作离校处理",
        "This lists only some: nothing follows for the others";
    SCALE = "量表", "Scale";
    TERM = "学期", "Term";
    TERM_NOW = "本学期", "the current one";
    TESTED = "测评日期（文件里没有这一列时填写）", "Day of the test, where the file has no column for it";
    LOOK = "上传并预览", "Upload and look";
    NOT_READ = "什么都没有写入，已有数据没有变化。请选择一个不超过 {0} MB 的 .xlsx 或 CSV 文件再上传。",
        "Nothing was written and nothing changed. Choose an .xlsx or CSV file of {0} MB at \
         most and upload it again.";
    NO_FILE = "没有选择文件。", "No file was chosen.";
    TOO_LONG = "文件太大，没有读取。", "The file is too large and was not read.";
    NO_KIND = "没有说明文件的内容。", "It was not said what the file lists.";
    DAY_WRONG = "日期的写法不对，请写成 2025-09-01 这样。",
        "The day is not understood; write it like 2025-09-01.";
    DAY_AHEAD = "截至日期在今天之后。", "The day on which the list was right lies ahead.";
    TERM_WRONG = "学期的写法不对。", "The term is not understood.";
    GONE = "这个文件已经不在了：超过半小时、已经确认，或者软件重新启动过。",
        "The file is no longer here: half an hour has passed, it was confirmed, or the program was \
         started again.";
    GONE_NEXT = "没有确认过的，什么都没有写入，请重新上传。",
        "Unless it was confirmed nothing of it was written; upload it again.";

    DONE = "最近的导入", "Imports so far";
    NONE = "还没有导入过文件。", "No file was imported yet.";
    NUMBER = "编号", "Number";
    WHAT = "内容", "What";
    NAME = "文件名", "File";
    DAY = "截至", "Right on";
    BY = "导入人", "By";
    WHEN = "时间", "When";
    ROWS = "行数", "Rows";
    STATE = "状态", "State";
    STANDS = "已写入", "written";
    TAKEN_BACK = "已撤回", "taken back";
    TAKEN_BACK_BY = "{0} 于 {1} 撤回", "by {0}, {1}";
    TAKEN_BACK_WHY = "原因：{0}", "Why: {0}";
    UNDO = "撤回这次导入", "Take this import back";
    UNDO_TABLE = "撤回会作废这张表写入的 {0} 条登记，它们不再列出、不再计数；作废后不能整张恢复。确定撤回吗？",
        "Its {0} entries would be annulled, listed and counted no more; the table does not come \
         back as a whole. Take it back?";
    UNDO_ANSWERS = "撤回会使这份文件（{0} 行）带来的答卷失效，由它产生、还没有人处理的危险条目一并作废。确定撤回吗？",
        "The sheets of this file of {0} rows would be void, and the critical answers that they \
         raised and nobody has spoken about annulled. Take it back?";
    UNDO_STAFF = "撤回会让这份教职工名册（{0} 行）改动过的人员恢复原状，只由它带来的人员不再在职。确定撤回吗？",
        "Members of staff whom this roll of {0} rows changed would stand as before, and whom only \
         it brought be employed no more. Take it back?";
    UNDO_ROSTER = "撤回会让这份名册（{0} 行）改动过的学生恢复原状，只由它带来的学生移出名册。确定撤回吗？",
        "Students whom this roster of {0} rows changed would stand as before, and whom only it \
         brought leave the roll. Take it back?";
    PASTED = "（网页上粘贴的表格）", "(pasted on the page)";
    UNDO_NOTE = "名册导错了可以整份撤回：学生恢复原状，只由这份名册带来的学生移出名册；两次操作都留有记录。之后又导入过名册、登记过变动，或新学生已有答卷和记录的，不能\
        撤回。粘贴或导入的台账表格也可以整张撤回：其中的登记全部作废，导入后有登记被更改过的除外。\
        教职工名册同样可以撤回，新带来的人已有记录或账号的除外。答卷由心理教师撤回：这些答卷不再计入，原来的恢复，还没有人处理的危险条目一并作废；之后又有别的\
        答卷替换了它们，或普测已结束的，不能撤回。",
        "A roster that was the wrong one is taken back whole: students stand as before, whom \
         only it brought are off the roll again, and both acts stay in the list. Not where \
         another roster or a change came after it, or a new student has a record already. A \
         table of entries is taken back whole too: all of them are annulled, unless one was \
         changed since. So is \
         a roll of staff, unless somebody whom it brought has a record or an account. Answers \
         are taken back by the counsellor: their sheets count no more, those of before count \
         again, and critical answers that nobody has spoken about are annulled; not where other \
         sheets took their place since, or the run was closed.";
    REASON = "撤回的原因", "Reason";
    TAKEN = "第 {0} 次导入已写入：新增 {1}，变更 {2}，离开 {3}。",
        "Import {0} was written: {1} new, {2} changed, {3} left.";
    ANSWERS_TAKEN = "第 {0} 次导入已写入：新增 {1} 份，更正 {2} 份。",
        "Import {0} was written: {1} new sheets, {2} corrected.";
    NOTHING_NEW = "文件与台账一致，没有需要写入的内容。",
        "The ledger says the same already; there was nothing to write.";
    URGENT = "紧急：有 {0} 份答卷触发危险条目（不论总分）。请立即通知心理教师，名单已列入心理教师的“待办”。",
        "URGENT: {0} sheets have a critical answer, whatever the total. Tell the counsellor \
         now: who it is stands on the counsellor's list of what is due.";
    REVIEW = "有 {0} 份答卷的条目需要心理教师在下一个工作日查看。",
        "{0} sheets have an item for the counsellor's next day.";
    VOID = "有 {0} 份答卷无法计分，已作为无效答卷保留。", "{0} sheets could not be scored and are kept as void.";

    PREVIEW = "预览", "Preview";
    HEAD_TEXT = "{0}：{1} 行，编码 {2}，{3} 列中认出 {4} 列",
        "{0}: {1} rows, encoding {2}, {4} of {3} columns matched";
    HEAD_BOOK = "{0}：{1} 行，工作表“{2}”，{3} 列中认出 {4} 列",
        "{0}: {1} rows, sheet \"{2}\", {4} of {3} columns matched";
    HEAD_ONEROSTER = "{0}：{1} 名学生，OneRoster {2} 全量：在册而不在其中的按离校处理",
        "{0}: {1} students, OneRoster {2} of everybody: who is on the roll and not in it has left";
    HEAD_ONEROSTER_DELTA = "{0}：{1} 名学生，OneRoster {2} 增量：没有列出的学生不作变动",
        "{0}: {1} students, OneRoster {2} of changes: nothing follows for whoever is not in it";
    DROPPED = "不读取的列：{0}", "Columns that are not read: {0}";
    UNREAD = "没有读取的其他工作表：{0}", "Other sheets, not read: {0}";
    SAVED = "各列按 {0} 保存的对应方式读取。", "Columns are read as somebody said on {0}.";
    WRONG = "有误", "Wrong";
    TOLD = "留意", "Notices";
    LEFT = "离校", "Left";
    LEFT_STAFF = "离职或调离", "Left the staff";
    CHANGED = "变更", "Changed";
    NEW = "新增", "New";
    UNCHANGED = "不变", "Unchanged";
    ALL = "全部", "All";
    UNSEEN = "逐行内容含个人信息，本账号的角色只看数量和有误的行、列与原因。",
        "Rows name persons; this role sees how many there are, and of wrong ones row, column and \
         reason.";
    ROW = "行", "Row";
    FATE = "结果", "What becomes of it";
    WHO = "对象", "Who";
    CONTENT = "列、值与原因", "Column, value and reason";
    NO_ROWS = "这一类没有行。", "There are no rows of this sort.";
    ANSWERS_DIFFER = "{0} 处答案不同", "{0} answers differ";
    BLANK = "（空）", "(blank)";
    CONFIRM = "确认写入", "Write it";
    LEFT_MANY = "名单里没有的有 {0} 人，写入后都将记为离开，人数异常多。确认无误请填写这个人数",
        "{0} are not in the file and would be marked as having left, which is unusually many. If \
         that is right, type the number";
    REPLACES = "我已核对：这 {0} 名学生以文件中的答卷为准",
        "I have checked: of these {0} students the sheets of the file are to count";
    SOME_WRONG = "有 {0} 行有误：请在原文件中改正，再上传整个文件。现在什么都没有写入。",
        "{0} rows are wrong: correct them in the file and upload the whole file again. Nothing was \
         written.";
    COLUMNS_MISFIT = "文件内容不是量表 {0} 的答卷；没有写入任何内容。",
        "The file holds no answers of scale {0}; nothing was written.";
    MISFIT_NEXT = "从列和答案看，可能是这些量表：{0}。请放弃这个文件，选对量表后重新上传。",
        "By its columns and answers it fits: {0}. Drop this file, choose that scale, and upload it \
         again.";
    COLUMNS_BELOW = "什么都没有写入。列名与要求的不同时，在下面“各列的对应”里指定每一项是哪一列，再点“按此重新读取”；文件选错了，请放弃后重新上传。",
        "Nothing was written. Where columns are called otherwise, say below which column is which \
         and read it again; where it is the wrong file, drop it and upload the right one.";
    ERRORS_FILE = "下载有误的行（CSV，含个人信息，用完请删除）",
        "Wrong rows as CSV (names persons; delete it afterwards)";
    DROP = "放弃这个文件", "Drop this file";
    COLUMNS = "各列的对应", "Which column is which";
    COLUMNS_NOTE = "看错了列，或者没有认出来，在这里指定后再看一遍。确认写入时会记住，下一份同类文件照此读取。",
        "Where a column was misread or not recognised, say so here and look again. With the \
         confirmation it is kept, and the next file of this kind is read in the same way.";
    COLUMNS_NONE = "（没有这一列，不读取）", "(none; not read)";
    SHEET = "工作表", "Sheet";
    AGAIN = "按此重新读取", "Read it again like this";
    COLUMNS_FILE = "下载对应方式（供命令 --map 使用）", "Download it, for --map of the command";
}
