//! Sentences of the pages for families, in both languages.

use runtime::texts;

texts! {
    FAMILIES = "家长告知与同意", "Families: notices and consents";
    FAMILIES_NOTE = "告知书、回执录入、查阅与撤回", "notices, returned slips, access, withdrawal";
    NOTICES = "告知书版本", "Versions of the notice";
    NONE = "还没有告知书。请先填写下面的内容生成一版。", "There is no notice yet; make one below.";
    VERSION = "版本", "Version";
    VALID = "征求同意的期限", "Asks for";
    MADE = "生成", "Made";
    PURPOSES = "征求的事项", "Asks about";
    CHOOSE = "选择班级", "Choose a class";
    CLASS = "班级", "Class";
    STUDENTS = "人数", "Students";
    PRINT = "打印告知书和回执", "Print notice and slips";
    ENTER = "录入回执", "Enter returned slips";
    NEW = "生成新一版告知书", "Make a new version";
    NEW_NOTE = "每个事项单独征求、单独回答。生成后不可修改；有变化请生成新一版。",
        "Each purpose is asked and answered alone. A version is never changed: make a new one.";
    FROM = "起始日期", "First day";
    TO = "截止日期（最长 180 天）", "Last day, 180 days at most";
    SCALES = "本校使用的量表", "Instruments that the school uses";
    SCALES_NONE = "（没有可用于筛查的量表）", "(there is no instrument that may be used)";
    CONTACT = "联系人和电话", "Whom to call";
    ITEM = "事项 {0}", "Purpose {0}";
    NO_ITEM = "不征求", "none";
    RECIPIENT = "接收方编号（不出校的留空）", "Recipient's unit id, empty where nothing leaves";
    RECIPIENT_NAME = "接收方名称（告知书上的名称）", "Recipient as told to the family";
    DATA = "涉及的信息", "Kinds of data";
    MAKE = "生成", "Make it";

    LETTER = "致家长的告知书", "Notice to parents and guardians";
    LETTER_TO = "{0}学生家长：", "To the families of students of {0}:";
    INTRO = "学校依照有关要求开展学生心理健康工作。下面用简明的话说明：我们会记录什么、放在哪里、谁能看、什么会离开学校、您有哪些权利。请阅读后在回执上逐项回答。不同意任何一项，\
        都不影响孩子上课和接受辅导。",
        "The school looks after the mental health of its students. This page says in plain \
         words what is kept, where, who reads it, what leaves the school, and what you may ask \
         for. Please answer each line of the slip. A no to any of them never affects lessons or \
         counselling.";
    KEPT_HEAD = "我们记录什么", "What is kept";
    KEPT_TEXT = "名册信息、谈心与辅导的记录、需要关注时的跟踪记录，以及您同意后的测评结果。不作诊断。这些记录不进入学籍档案和综合素质档案。",
        "Data of the roll, talks and counselling, follow-up where a student needs attention, \
         and, with your consent, results of screening. Nothing here is a diagnosis. None of it \
         enters the school register or the file on overall quality.";
    SCALES_HEAD = "本校使用的测评量表", "Instruments used here";
    WHERE_HEAD = "放在哪里", "Where it is";
    WHERE_TEXT = "只在本校的一台计算机上，加密保存。",
        "On one computer of the school, encrypted, and nowhere else.";
    WHO_HEAD = "谁能看", "Who reads it";
    WHO_TEXT = "心理教师；德育主任（看不到测评得分和辅导内容，除非参与该生个案）；班主任和导师只看自己的学生，看不到得分和辅导内容；校长只在参与个案时查看；\
        学校信息管理员看不到任何学生。每次查阅都留下姓名账号、时间和用途。",
        "The counsellor; the head of moral education, without scores and sessions unless on the \
         case; class teachers and mentors, their own students only and without scores and \
         sessions; the principal on a case only; the school's IT staff sees no student. Every \
         reading leaves account, time and purpose.";
    LEAVES_HEAD = "什么会离开学校", "What leaves the school";
    LEAVES_TEXT = "平时只有人数（例如全校完成测评的人数），没有姓名，也无法从中认出孩子。孩子的信息只有在您就具体接收方另行同意后才会转出；有生命危险时依法先送医、同时联系您。",
        "Counts only, such as how many students took part; no name, and no child can be told \
         from them. What is about your child goes to somebody only after you agreed to that \
         very recipient; in danger of life the law has the child taken to a hospital first, \
         while we call you.";
    TERM_HEAD = "保存多久", "How long it is kept";
    TERM_TEXT = "到毕业或离校为止，由两人办理销毁；有尚未结束的预警个案或依法留存要求的除外。",
        "Until graduation or leaving; then two persons have it destroyed, unless a case is open \
         or the law demands that it stays.";
    RIGHTS_HEAD = "您的权利", "Your rights";
    RIGHTS_TEXT = "您可以随时查看孩子的记录和“谁查阅过”的清单，要求更正，撤回任何一项同意（撤回与同意一样方便，撤回前依法已做的不受影响）。",
        "At any time you may see the record and who read it, have it corrected, and withdraw \
         any consent as easily as you gave it; what was done lawfully before stays lawful.";
    CONTACT_HEAD = "联系方式", "Whom to call";
    SLIP = "回执", "Slip to return";
    SLIP_NOTE = "告知书版本 {0}。请对每一项分别打勾；没有打勾的视为没有回答。",
        "Version {0} of the notice. Tick each line; a line without a tick is no answer.";
    STUDENT = "学生", "Student";
    PURPOSE = "事项", "Purpose";
    TO_WHOM = "提供给", "Given to";
    STAYS_HERE = "不离开本校", "stays at this school";
    UNTIL = "有效期至", "Until";
    AGREE_BOX = "□ 同意　□ 不同意", "[ ] yes   [ ] no";
    SIGN_GUARDIAN = "监护人签名＿＿＿＿＿＿　与学生关系＿＿＿＿　日期＿＿＿＿＿＿",
        "Guardian's signature ____________  relation ________  date ____________";
    SIGN_STUDENT = "学生签名＿＿＿＿＿＿　日期＿＿＿＿＿＿（年满 14 周岁必签）",
        "Student's signature ____________  date ____________ (needed from 14 on)";
    SIGN_ADULT = "学生签名＿＿＿＿＿＿　日期＿＿＿＿＿＿（年满 18 周岁由本人决定）",
        "Student's signature ____________  date ____________ (of age: the student decides)";
    CHILD_VIEW = "孩子的想法（8–13 周岁，请询问后填写）＿＿＿＿＿＿＿＿＿＿＿＿",
        "The child's own view (8 to 13, please ask) ________________________";
    PRINT_HOW = "用浏览器的打印功能打印本页：告知书一页，每名学生回执一页。",
        "Print with the browser: one page of notice, one slip a student.";

    SLIPS = "录入回执", "Returned slips";
    SLIPS_NOTE = "{0} · 告知书 {1}", "{0} · notice {1}";
    SLIPS_HOW = "逐项选择回执上的答案；没有交回或没有勾选的保持“未交回”。口头答复、空白回执、代签都不是同意，不要录为同意。",
        "Choose what the slip says, line by line; what was not returned or not ticked stays so. \
         A spoken answer, a blank slip or a signature by somebody else is no consent.";
    SCAN = "本批回执的扫描件（PDF、JPEG 或 PNG，不超过 {0} MB）",
        "Scan of these slips (PDF, JPEG or PNG, {0} MB at most)";
    SCAN_READ = "扫描件已读取，不用再选：SHA-256 {0}",
        "The scan was read and need not be chosen again: SHA-256 {0}";
    SCAN_HOW = "把回执扫描成一个文件在这里选择：本机只计算并保存它的 SHA-256 摘要，用来日后核对，文件本身不保存、不外传，由学校自行保管。",
        "Scan the slips into one file and choose it here: this machine computes and keeps its \
         SHA-256, to compare with later; the file itself is neither kept nor sent and stays \
         with the school.";
    SCAN_TITLE = "单份同意书的扫描件", "Scan of one paper";
    SCAN_KEPT = "只保存摘要，不保存文件", "its digest is kept, the file is not";
    SCAN_FILE = "扫描件（PDF、JPEG 或 PNG，不超过 {0} MB）", "Scan (PDF, JPEG or PNG, {0} MB at most)";
    SCAN_GO = "计算摘要并登记同意", "Compute it and enter the consent";
    SCAN_ONE = "登记单份同意书（先选扫描件）", "Enter one paper, with its scan";
    SCAN_NONE = "没有选择扫描件。", "No scan was chosen.";
    SCAN_EMPTY = "扫描件是空文件。", "The scan is an empty file.";
    SCAN_LONG = "扫描件太大，没有读取。", "The scan is too large and was not read.";
    SCAN_FOREIGN = "这个文件的内容不是 PDF、JPEG 或 PNG，与文件名无关。",
        "The content of this file is no PDF, JPEG or PNG, whatever its name says.";
    SCAN_NEXT = "什么都没有写入，填好的内容都在。请选择不超过 {0} MB 的 PDF、JPEG 或 PNG 扫描件。",
        "Nothing was written, and what you filled in is still there. Choose a scan in PDF, JPEG or \
         PNG of {0} MB at most.";
    NOT_BACK = "未交回", "not returned";
    YES = "同意", "agreed";
    NO = "不同意", "refused";
    NOW = "现为", "now";
    STANDS = "同意有效", "consent stands";
    RELATION = "签字人", "Signer";
    NOBODY = "（未签）", "(nobody)";
    DATE = "签字日期", "Date";
    STUDENT_SIGNED = "学生已签", "student signed";
    VIEW = "孩子的想法", "child's view";
    SAVE = "全部录入", "Enter all of them";
    ALL_OR_NONE = "要么全部录入，要么一份也不录入。", "Either all of them are entered or none.";
    WRONG_AT = "{0}：{1}", "{0}: {1}";
    SAVED = "已录入 {0} 项，{1} 项此前已录入。", "{0} entered, {1} were entered before.";

    FILE = "家长查阅", "What a family asked to see";
    FILE_ASK = "为家长打印查阅记录、办理更正或撤回同意", "Print the access list, correct, or withdraw";
    FILE_WHY = "家长或学生的请求（会记入查阅记录）", "What the family asked for; it is logged";
    FILE_OPEN = "打开", "Open";
    FILE_NOTE = "打开即记入查阅记录，用途为“家属查阅”。", "Opening is logged as asked for by the family.";
    READS = "谁在什么时候、为什么查阅过", "Who read the record, when and why";
    WHEN = "时间", "When";
    WHO = "查阅人", "Reader";
    ROLE = "岗位", "Role";
    WHAT_FOR = "用途", "What for";
    HELD = "保存了哪些记录", "What is kept";
    KIND = "种类", "Kind";
    COUNT = "条数", "Entries";
    HELD_IN_PART = "只列您的岗位可见的种类；完整清单请心理教师打印。",
        "Only the kinds that your role sees; the counsellor prints the whole list.";
    HELD_NOTE = "本表只列种类和条数；需要看内容时由有权查看的老师在学生页打开。",
        "Kinds and numbers only; the content is opened on the student's page by who may read it.";
    PASSED = "哪些带姓名的信息交给了校外", "What went outside the school with the child's name";
    PASSED_WHAT = "事项", "What";
    PASSED_NONE = "除依法须保密的事项外，没有。离开学校的只有不含姓名的数字。",
        "Nothing, but for what the law keeps back. What leaves the school is numbers without a \
         name.";
    PASSED_ELSE = "除此以及依法须保密的事项外，离开学校的只有不含姓名的数字。",
        "But for this and for what the law keeps back, numbers without a name are all that leaves \
         the school.";
    PASSED_UNSEEN = "您的岗位看不到转介，这一项请心理教师打印。",
        "Your role reads no referral; the counsellor prints this part.";
    LAW_NOTE = "依法须保密的事项不列入本表；这句话印在每一份上，不表示有此类事项。",
        "What the law keeps back is not on this sheet; this sentence is printed on every one and \
         does not say that there is any.";
    NOT_TO = "请勿把本表交给或告知下列监护人（名册登记为不得联系）：{0}",
        "Neither give nor tell this sheet to these guardians, whom the roll says not to \
         contact: {0}";
    BETWEEN = "、", ", ";
    CONSENTS = "同意情况", "Consents";
    CONSENTS_NONE = "同意台账中没有这名学生的答复。", "The consent ledger has no answer of this family.";
    ANSWER = "答复", "Answer";
    DAY = "日期", "Day";
    WITHDRAW = "撤回同意", "Withdraw";
    WITHDRAW_WHY = "谁在何时提出（例如：母亲 11 月 20 日来电）", "Who asked and when";
    WITHDRAW_GO = "确认撤回", "Withdraw it";
    STOPS = "停止：", "Stops: ";
    STAYS = "保留：", "Stays: ";
    CORRECT = "更正", "Correct";
    CORRECT_ROLL = "姓名、性别、出生日期、年级、班级：在“名册变动”中更正，写明家长的请求；原内容保留。",
        "Name, sex, birth date, grade or class: correct it under changes of the roll with the \
         family's request as the reason; what stood before is kept.";
    TO_ROLL = "打开名册变动", "Changes of the roll";
    CORRECT_ENTRY = "其他记录：由有权填写的老师更改，理由写明家长的请求；每一版都保留，列于该记录的历史。",
        "Any other entry: changed by who may write it, with the family's request as the reason; \
         every version is kept in its history.";
    TO_STUDENT = "打开学生页", "The student's page";
    WITHDRAWN = "已撤回，立即生效。", "Withdrawn; it counts at once.";
    PRINTED = "打印日期 {0}；{1}", "Printed {0}; {1}";
    STOP_SCREENING = "不再安排测评；已有答卷不再计入任何出校的数字。",
        "no further screening; sheets that exist enter no figure that leaves the school.";
    STAY_SCREENING = "此前依法取得的答卷保存到毕业或离校；已经报送的汇总数不重算。",
        "sheets that were taken lawfully are kept until leaving; totals that were sent are not \
         counted again.";
    STOP_PASSING = "不再向该接收方提供任何内容，等待发送的立即停止。",
        "nothing more is given to that recipient; what waits to be sent stops.";
    STAY_PASSING = "此前已经提供的由接收方依法处理：医院已建立的病历依法保存；依法报告和紧急送医不因撤回而取消。",
        "what was given before is the recipient's to handle by law: a hospital keeps its \
         medical record; duty reports and an emergency are not undone.";
}
