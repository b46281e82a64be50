//! Help of the command line in Chinese: each English help text and its translation.

mod notices;
mod referrals;
mod transfers;

use std::sync::LazyLock;

use runtime::cli::Translation;

static TEXTS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let parts = [OF_ALL, referrals::TEXTS, notices::TEXTS, transfers::TEXTS];
    parts.into_iter().flatten().copied().collect()
});

/// All of them.
pub(super) fn texts() -> Translation {
    &TEXTS
}

const OF_ALL: Translation = &[
    (
        "Xinqiao school node: keeps the school's records and reports only totals",
        "心桥学校节点：记录留在本校，只上报汇总数",
    ),
    ("Data folder of the node", "节点的数据目录"),
    (
        "Configuration file, if it is not node.toml in the data folder",
        "配置文件；默认是数据目录中的 node.toml",
    ),
    (
        "File with the passphrase of the ledger; - for standard input",
        "存放台账口令的文件；- 表示从标准输入读取",
    ),
    ("Create the data folder with its encrypted ledger", "建立数据目录和加密台账"),
    ("Join the hub that sent an invite", "凭邀请码加入上级枢纽"),
    (
        "Run the node: connection to the hub, directives, web page",
        "运行节点：连接枢纽、接收下发内容、提供本机网页",
    ),
    (
        "Entries of one kind, such as talks, sessions or lessons",
        "某一种台账记录，如谈话、辅导、心理课",
    ),
    (
        "Put a copy back for a test, look it through, and remove it again",
        "把一份备份放到试验位置打开、查验一遍，再删除试验内容",
    ),
    (
        "Folder of the copy; the newest of the settings' place if not given",
        "备份的文件夹；不写则为设置的位置中最新的一份",
    ),
    (
        "Passphrase of the ledger as systemd-creds encrypted it",
        "由 systemd-creds 加密的台账口令文件",
    ),
    ("Copy the data folder to another disk now", "立即把数据目录备份到另一块盘"),
    (
        "Folder on another disk; the one of the settings if not given",
        "另一块盘上的文件夹；默认用设置中的",
    ),
    ("Import a file of the school office", "导入学校办公室的文件"),
    ("What leaves this school", "出校内容"),
    (
        "The school's own figures, exact, and the records behind them",
        "本校各项数值（准确数）及其依据的记录",
    ),
    ("Scales, and which of them may be used here", "量表及本校能否使用"),
    ("Every scale, those that may be used here first", "列出全部量表，可用的在前"),
    ("List every count of the school with its total", "列出本校全部指标及合计"),
    ("Show one count, cell by cell", "逐格显示一项指标"),
    (
        "Set the counts of a term against the term before and the same one a year before",
        "把一个学期的各项指标与上一学期和去年同期相比",
    ),
    (
        "Show the records behind one cell, to an account that may read them",
        "向有权查看的账号显示某一格依据的记录",
    ),
    (
        "Period, such as 2025S1, 2025-11 or 2025-W45; each count's current one if not given",
        "时段，如 2025S1、2025-11 或 2025-W45；不写则取各指标的当前时段",
    ),
    ("Term, such as 2025S1; the current one if not given", "学期，如 2025S1；不写则为当前学期"),
    ("Id of the count, such as mtr.talks", "指标编号，如 mtr.talks"),
    (
        "Values of the cell in the order of the dimensions, with commas, such as t2,junior",
        "该格各维度的取值，按顺序用逗号分隔，如 t2,junior",
    ),
    ("Account that asks, as it signs in to the web page", "查看人的账号（与登录本机网页的相同）"),
    ("Why; kept in the log of reads", "查看原因；记入查阅日志"),
    (
        "File with the account's password; - for standard input",
        "存放账号密码的文件；- 表示从标准输入读取",
    ),
    ("Replace your own password, the first one too", "更换本人密码，包括首次密码"),
    (
        "Carry out what waited two weeks for a head while no head worked",
        "办理等了两周、期间没有负责人上线答复的申请",
    ),
    ("Why; needed where a head has to agree to a new way in", "理由；须由负责人同意重新开通时必填"),
    ("Why; needed where a head has to agree", "理由；须由负责人同意时必填"),
    ("File with the password until now; - for standard input", "原密码文件；- 为标准输入"),
    ("File with the new password", "新密码文件"),
    (
        "Take an account's second factor away; the next sign-in sets up another",
        "取消一个账号的第二步验证，下次登录时重新设置",
    ),
    ("Code of the account's second step, where it has one", "账号的第二步验证码（设置过才需要）"),
    ("How the node stands and who must act", "节点状态，以及该由谁处理"),
    ("Check everything that the node hangs on, with what mends it", "逐项检查节点，并给出处理办法"),
    ("Accounts of the web page", "网页账号"),
    ("Root certificates that this school trusts", "本校信任的根证书"),
    ("Show the roots' fingerprints, to compare with the letters", "显示根证书指纹，与公函核对"),
    (
        "Trust the second commission's root; takes effect when serve is started again",
        "信任第二个主管部门的根证书，重新启动 serve 后生效",
    ),
    ("Root certificate of the second commission", "第二个主管部门的根证书文件"),
    ("Settings and where each value comes from", "设置及其来源"),
    ("Passphrase of the ledger", "台账口令"),
    (
        "What this school knows of its own sealed sums, for the attack on a hub's file",
        "本校密封汇总的自有数值，用于检验枢纽所见的文件",
    ),
    (
        "DANGER: write the school's own exact sealed tables of a school year, as the principal",
        "危险：以校长身份写出本校一学年准确的密封表",
    ),
    (
        "School year, by the year in which it begins; the present one if not given",
        "学年，以开始的年份计；不填为本学年",
    ),
    ("New file, readable by its owner only", "新文件，仅所有者可读"),
    (
        "DANGER: score every sheet for the school alone; the result is about children",
        "危险：对全部答卷计分，仅供本校；结果涉及具体学生",
    ),
    ("Name of the school in Chinese", "学校中文名称"),
    ("Name of the school in English", "学校英文名称"),
    (
        "Another name by which rosters call the school; may be repeated",
        "名册中学校的其他叫法；可重复",
    ),
    (
        "Type of the school, such as primary, junior, nine_year or senior",
        "学校类型，如 primary 小学、junior 初中、nine_year 九年一贯、senior 高中",
    ),
    (
        "Lowest and highest grade, such as 7-9; the usual ones of the type if not given",
        "最低和最高年级，如 7-9；不写则按学校类型",
    ),
    (
        "Write the recovery sheet to a new file instead of the terminal",
        "把恢复单写入一个新文件，而不显示在终端",
    ),
    (
        "DANGER: make a key file that opens the ledger without a person; guard it like the records",
        "危险：生成无人值守时打开台账的密钥文件；须像记录本身一样保管",
    ),
    (
        "DANGER: allow demonstration scales; only where every pupil is made up",
        "危险：允许演示量表；仅限全部学生均为虚构时",
    ),
    ("File with the invite; - for standard input", "存放邀请码的文件；- 表示从标准输入读取"),
    (
        "Two persons compared the roots' fingerprints with the commissions' letters",
        "已由两人对照纸质函件核对过根证书指纹",
    ),
    ("Do not ask whether this is the right school and hub", "不再询问学校和枢纽是否正确"),
    ("Join again under another invite for the same unit", "凭同一单位的另一个邀请码重新加入"),
    ("Seconds to wait for an operator's approval", "等待运维人员批准的秒数"),
    (
        "Address of the web page, on this machine only; port 0 takes a free one",
        "网页地址，仅限本机；端口 0 表示任选空闲端口",
    ),
    ("No web page", "不提供网页"),
    ("The school's list of pupils", "学生名册"),
    ("The answers of one screening with one scale", "一次普测、一个量表的答卷"),
    ("The school's list of staff", "教职工名册"),
    ("Which files came, the latest first", "导入过哪些文件，最近的在前"),
    (
        "Take a wrong roster or table of entries back, as long as nothing was built on it",
        "撤回导错的名册或台账表格（此后尚无新的登记时）",
    ),
    ("Number of the import, as `import list` has it", "导入编号，见 import list"),
    (
        "The file: .xlsx, or text with commas, tabs or semicolons",
        "文件：.xlsx，或以逗号、制表符、分号分隔的文本",
    ),
    (
        "The file: .xlsx, or text with commas, tabs or semicolons; a roster also as OneRoster .zip",
        "文件：.xlsx，或以逗号、制表符、分号分隔的文本；学生名册也可用 OneRoster .zip",
    ),
    ("Show what the file would change and write nothing", "只显示将有哪些变化，不写入"),
    ("Do not ask before writing", "写入前不再询问"),
    (
        "Sheet of a workbook, if not the first that holds something",
        "工作表名称；默认第一个有内容的",
    ),
    ("File that says which column is which field", "列对照文件"),
    ("Write such a file from the columns that were found", "把识别出的列写成对照文件"),
    (
        "Write the rejected rows as CSV; the file holds data about persons",
        "把有误的行写成 CSV；该文件含个人信息",
    ),
    ("Day on which the file was right; today if not given", "文件内容对应的日期；默认今天"),
    (
        "The file lists only some pupils; nothing follows for the others",
        "文件只含部分学生，不推断其他人离校",
    ),
    (
        "The file lists only some of the staff; nothing follows for the others",
        "文件只含部分教职工，不推断其他人离职",
    ),
    (
        "So many leave with this file; needed where they are unusually many, and must be right",
        "确认有多少人离开；人数异常多时必须写明，且须准确",
    ),
    (
        "The file's column about consent is of no use here; consent is read from the roster only",
        "文件中关于同意的列在此不读取；是否同意只看学生名册",
    ),
    ("Scale of the sheets, such as phq-9", "量表，如 phq-9"),
    (
        "Term of the screening, such as 2025S1; the current one if not given",
        "普测所属学期，如 2025S1；默认当前学期",
    ),
    ("Day of the test, where the file has no column for it", "文件没有日期列时的测评日期"),
    (
        "Show each figure as it would leave; nothing is signed or kept",
        "逐格显示将出校的数字；不签名、不保存",
    ),
    ("List everything that left, with the hub's answers", "列出全部出校记录和枢纽回执"),
    ("Decode the very bytes that were signed", "解码已签名的原文"),
    ("Sign what is new, send it, and wait for the hub's answer", "签名并发送新内容，等待枢纽回执"),
    (
        "Stop what would leave for a period, or lift the stop; both are kept on record",
        "暂停某学期的出校，或解除暂停；两者都留有记录",
    ),
    ("Period whose releases are meant, such as 2025S1 or 2026-W48", "时段，如 2025S1 或 2026-W48"),
    ("Why; kept with author and time", "原因；与经手人、时间一并留存"),
    ("Lift the hold; what was held may leave again", "解除暂停，之后可以出校"),
    (
        "Period, such as 2025S1, 2026-W48 or 2026-11; everything that is due if not given",
        "时段，如 2025S1、2026-W48 或 2026-11；不写则包括全部到期的报表",
    ),
    ("Number of the release in the list", "出校记录的编号"),
    ("The same, as a flag", "同上，以选项形式给出"),
    ("Do not ask before signing", "签名前不再询问"),
    ("Seconds to wait for the hub's answer", "等待枢纽回执的秒数"),
    (
        "Seconds to wait for the hub's answer, and for another process that writes",
        "等待枢纽回执、以及等待其他程序写完数据的秒数",
    ),
    (
        "Add an account, or give one a new password, role and name",
        "添加账号，或重设密码、岗位和姓名",
    ),
    ("List the accounts", "列出账号"),
    ("Name to sign in with", "登录名"),
    ("Name on the screen", "显示的姓名"),
    ("File with the password; - for standard input", "存放密码的文件；- 表示从标准输入读取"),
    ("Show every setting with its value", "显示全部设置"),
    ("Check the settings", "检查设置是否正确"),
    ("Also show where each value comes from", "同时显示每个值的来源"),
    ("Choose a new passphrase; the records themselves are not touched", "更换口令；不改动记录"),
    (
        "File with the new passphrase; - for standard input",
        "存放新口令的文件；- 表示从标准输入读取",
    ),
    (
        "File with the groups of the recovery sheet, where the old passphrase is lost",
        "口令遗失时，存放恢复单各组字符的文件",
    ),
    ("File to write, whose name begins with danger_", "输出文件，名称须以 danger_ 开头"),
    ("Account that acts, with a password of its own", "执行操作的本人账号，有自己的密码"),
    ("Lock an account and end its sessions, or unlock it", "锁定账号并结束其会话，或解锁"),
    ("Give an account another role", "给账号换岗位"),
    ("Unlock it", "解锁"),
    (
        "operator, counsellor, moral-head, principal, class-teacher, mentor or auditor; at a \
         receiver operator, receiver-head, clinician or intake",
        "operator 信息管理员、counsellor 心理教师、moral-head 德育主任、principal 校长、\
         class-teacher 班主任、mentor 导师、auditor 审计员；接收机构：operator 运维人员、\
         receiver-head 机构负责人、clinician 医生或咨询师、intake 接诊登记人员",
    ),
    (
        "Staff number of the person; class teachers and mentors need it",
        "本人工号；班主任和导师必须填写",
    ),
    ("The school's ledgers, as an account", "学校台账，以本人账号办理"),
    ("Kinds of entries, or the fields of one", "记录种类，或某一种的各项"),
    ("Word of the kind", "种类代码"),
    ("Entries of a kind, newest first", "某一种类的记录，新的在前"),
    ("Every version of an entry, with who wrote it and why", "一条记录的全部版本、填写人和理由"),
    ("Number of the entry", "记录编号"),
    ("Write an entry", "登记一条记录"),
    ("Change an entry; the versions before stay", "更改一条记录；以前的版本保留"),
    (
        "Annul an entry made in error; it counts nowhere, and its versions stay",
        "作废一条登记错了的记录：不再计入统计，全部版本保留",
    ),
    ("Why it was wrong; kept with it", "为什么作废；随记录保存"),
    ("Check the whole chain of the ledgers", "核验整条台账流水"),
    ("Who read a student's record", "谁查阅过某学生的记录"),
    ("Student number", "学籍号"),
    ("What the record is opened for", "查阅用途"),
    ("In your own words; kept with the read", "查阅说明；随查阅记录保存"),
    ("Cases of the early-warning ledger", "预警台账个案"),
    ("Of one student, by student number", "只看某一学生（学籍号）"),
    ("From this day on", "从这一天起"),
    ("Up to this day", "到这一天止"),
    ("The same is entered already, and this is another one", "已有相同的一条，这是另一次"),
    (
        "Sheets of the file count in the place of those that were answered here",
        "文件里的答卷代替学生在本校的作答",
    ),
    ("TOML file with the fields of the entry", "写有各项内容的 TOML 文件"),
    ("Why it is changed; kept with the version", "更改理由；随该版本保存"),
    (
        "Version that you looked at; the one that counts if not given",
        "您看到的版本；不写则为现行版本",
    ),
    ("Open cases that you may see, gravest first", "您可查看的在册个案，级别高的在前"),
    ("Enter a student; acts at once", "列入学生；立即生效"),
    ("Raise a tier; acts at once", "升级；立即生效"),
    ("Ask to lower a tier; a second person agrees first", "申请降级；须先由第二人同意"),
    (
        "Ask to take a case off the ledger; a second person agrees first",
        "申请解除或转出；须先由第二人同意",
    ),
    ("Sign a move as the second person", "以第二人身份签署变动"),
    ("Number of the move", "变动编号"),
    ("Do not agree", "不同意"),
    ("Why; kept with the signature", "理由；随签署保存"),
    ("Note that a review was held", "登记研判"),
    ("Number of the review", "研判编号"),
    ("keep, raise, lower or close", "keep 维持、raise 升级、lower 降级、close 解除"),
    ("Day of the next review", "下次研判日期"),
    ("Day on which it was held; today if not given", "研判日期；不写则为今天"),
    ("What was found; kept with it", "研判情况；随记录保存"),
    ("Day of the warning; today if not given", "预警日期；不写则为今天"),
    ("Another school handed the case over with the student", "个案由原学校随转学移交"),
    ("Number of the case", "个案编号"),
    ("Tier: attention, close attention or crisis", "级别：一般关注、重点关注或危机"),
    ("Where the warning came from", "预警来源"),
    ("Staff number of who is responsible", "负责人工号"),
    ("Why; kept with the move", "理由；随变动保存"),
    ("The student goes to another school", "学生转往他校"),
    ("Where it was found", "依据来源"),
    ("Screening runs, as an account", "普测批次（以账号身份）"),
    ("Open a run over the whole roll", "建立一次普测，名单为全体在册学生"),
    (
        "Draw codes for the students of a class who have none, and print them",
        "给一个班还没有代码的学生发代码并显示",
    ),
    ("How far a run has come, class by class", "各班普测进度"),
    ("Close a run; codes and drafts are destroyed", "结束一次普测，代码和草稿随即销毁"),
    ("Name of the run", "普测名称"),
    ("Whom a student may turn to", "学生可以找谁"),
    (
        "Scale and the grades that answer it, such as phq-9:g7,g8; may be repeated",
        "量表及使用的年级，如 phq-9:g7,g8；可重复",
    ),
    ("First day; today if not given", "第一天；不写则为今天"),
    ("Last day", "最后一天"),
    ("Classes a school day; all at once if not given", "每个上学日几个班；不写则同时开放"),
    (
        "Interview students for whom a scale suggests the lowest tier, too",
        "量表提示“一般关注”的学生也安排访谈",
    ),
    ("Number of the run", "普测编号"),
    ("Grade, such as g7 or 七年级", "年级，如 g7 或 七年级"),
    ("Class as the roll writes it", "班级，与名册写法一致"),
    ("The make-up list was looked at", "已核对补测名单"),
    ("Why; needed before the last window has closed", "理由；最后一个作答时段结束前必填"),
    (
        "Rows that say what happened once more, by number: they are no doubles; commas between, \
         and 4:1 for row 4 where one entry that says the same stands there",
        "确实又发生过一次、不是重复登记的行，写行号，以逗号分隔；第 4 行与台账中已有的 1 条相同的，写 4:1",
    ),
    (
        "Who comes and leaves, and the turn of the year, as an account",
        "学生转入、离校与学年升级（以账号办理）",
    ),
    ("Enter a student who comes", "登记转入学生"),
    ("Enter a student who leaves", "登记学生离校"),
    ("Correct what the roll says about a student", "更正名册上某名学生的信息"),
    ("Every class moves up at the turn of the year", "学年更替，各班升级"),
    ("Show what a turn would do, class by class", "逐班预览升级结果"),
    ("Ask for a turn; a second person signs it", "提出升级，由第二人签署"),
    ("Turns that were asked for, and how each stands", "已提出的升级及其状态"),
    (
        "Sign a turn as the second person; it is carried out at once",
        "以第二人身份签署升级，立即执行",
    ),
    ("Undo a turn on which nothing was built", "撤销一次尚无后续登记的升级"),
    ("Name of the student", "学生姓名"),
    ("男, 女 or empty", "男、女或留空"),
    ("Grade, such as 七年级 or g7", "年级，如 七年级 或 g7"),
    ("Class, such as 3班", "班级，如 3班"),
    ("Birth date", "出生日期"),
    ("First day at this school; today if not given", "到校第一天；不写为今天"),
    ("First day away; today if not given", "离校第一天；不写为今天"),
    ("Day from which it is right; today if not given", "从哪一天起正确；不写为今天"),
    ("The other school", "另一所学校"),
    ("out, graduated or left", "转出、毕业或其他离校"),
    ("Why; kept with it", "理由；随记录保存"),
    ("First day in the new grades, such as 2026-09-01", "新学年第一天，如 2026-09-01"),
    (
        "A class that becomes another than the rule says, such as g7/1班=g8/2班 or g6/1班=leave",
        "不按规则升级的班，如 g7/1班=g8/2班 或 g6/1班=leave",
    ),
    ("Student number of who repeats the grade; may be repeated", "留级学生的学籍号，可多次写"),
    ("Class whose teacher does not go on with it, such as g7/1班", "班主任不随班的班级，如 g7/1班"),
    ("End every mentor pair", "结束全部导师结对"),
    ("Number of the turn", "升级编号"),
    (
        "What is due to be destroyed, orders, certificates, as an account",
        "到期销毁、销毁申请与销毁证明（以账号办理）",
    ),
    ("What is due and what keeps the rest", "到期的记录，以及未能销毁的原因"),
    (
        "Order the destruction of what is due; a second person signs",
        "提出销毁到期记录，由第二人签署",
    ),
    ("Orders that wait for a second person", "等待第二人签署的销毁申请"),
    (
        "Sign orders as the second person; all of them are carried out at once",
        "以第二人身份签署销毁申请，立即一并执行",
    ),
    ("Certificates of destruction, or one of them", "销毁证明"),
    ("Student number; may be repeated", "学籍号，可多次写"),
    ("Every student of whom everything is due", "全部到期学生"),
    ("Kind of entries about nobody, such as expert_visit", "与学生无关的记录种类，如 expert_visit"),
    ("The family asked for it", "应家长或本人请求"),
    ("Numbers of the orders", "销毁申请编号"),
    ("Number of the certificate", "证明编号"),
    ("Notices to families and withdrawals, as an account", "家长告知书与撤回同意（以账号办理）"),
    (
        "Figures of process for an inspector at the school, as an account",
        "督导核验单（以账号查看）",
    ),
    (
        "Rules kept and not kept, with what is missing, as an account",
        "达标对照：哪些规定事项做到了，还差什么（以账号查看）",
    ),
    (
        "Training, certificates and undertakings of the staff instead",
        "改看教职工培训、持证与保密承诺",
    ),
    ("Print the notice and the slips of a class", "打印一个班的告知书和回执"),
    (
        "SHA-256 of the scan of returned slips, for the page where they are entered",
        "回执扫描件的 SHA-256，供录入页填写",
    ),
    ("Withdraw a consent of a family; it counts at once", "撤回家长的一项同意，立即生效"),
    ("Class, such as g7/1班", "班级，如 g7/1班"),
    ("Number of the notice; the latest if not given", "告知书编号；不写为最新一版"),
    ("File with the scan", "扫描件"),
    ("What the consent is for, such as screening", "同意的事项，如 screening"),
    (
        "Unit id of the recipient, where something leaves the school",
        "接收方单位编号（有内容出校时）",
    ),
    ("Who asked for it and when; kept with it", "谁在何时提出；随记录保存"),
    (
        "Departments' lists: sealed by a department, matched and decided at the school",
        "部门名单：由部门密封，在学校核对和处理",
    ),
    (
        "This unit's key for what is sealed to it, and the statement about it",
        "本单位的接收密钥及其公钥声明",
    ),
    (
        "Department: make its signing key and the request for the statement about it",
        "部门：生成签名密钥和公钥声明申请",
    ),
    ("Department: seal a table for each school that it names", "部门：按学校分别密封名单"),
    (
        "School: take in a sealed list; it waits until somebody decides",
        "学校：收下密封名单，等待处理",
    ),
    (
        "School: every list, or one that waits with whom its rows mean",
        "学校：列出全部名单，或查看待处理的一份及核对结果",
    ),
    ("School: enter the students of a list and destroy it", "学校：登记名单中的学生并销毁名单"),
    ("School: destroy a list without entering anybody", "学校：不登记任何人，销毁名单"),
    (
        "School: enter departments' newer key statements; their older keys sign nothing more",
        "学校：记下部门新的公钥声明，此后其旧密钥签名的名单不再收",
    ),
    ("Key statements of departments", "部门的公钥声明"),
    ("Sealed reports: list them, seal what is due", "密封报告：查看列表，密封到期的报告"),
    (
        "Every sealed report and what both hubs said, the latest first",
        "列出全部密封报告及两方的结论，新的在前",
    ),
    (
        "Seal what is due now and send it, before the daily slot",
        "不等每日定时，立即密封并发送到期的报告",
    ),
    (
        "Try sealing on this machine with made-up figures whose sum is known; sends nothing",
        "用虚构数字在本机试一次密封，与已知答案核对；不发送任何内容",
    ),
    (
        "Seal a refused report once more, under the next number: its table and period, as in the \
         list",
        "把一份被退回的报告用下一个编号重新密封：给出列表中的统计表和时段",
    ),
    ("Page of the list, from 1", "第几页，从 1 起"),
    ("Let unclear rows go of which nothing is said", "没有选定学生的不能确定的行全部略去"),
    ("Sealed list", "密封名单"),
    ("Number of a list that waits", "待处理名单的编号"),
    ("Number of the list", "名单编号"),
    (
        "Leave out a row that means somebody or is unclear; may be repeated",
        "不登记某一行对应的学生；可重复",
    ),
    (
        "Student of an unclear row, such as 12=G999999201301000001; may be repeated",
        "为不能确定的行指定学生，如 12=G999999201301000001；可重复",
    ),
    ("Id of the department, as the hub's operators gave it", "部门编号，由枢纽运维人员给出"),
    ("Name of the department", "部门名称"),
    ("DNS name of the city, such as qingdao.example", "城市的域名，如 qingdao.example"),
    ("New file for the key", "写入密钥的新文件"),
    ("New file for the request", "写入申请的新文件"),
    (
        "File with the key's passphrase, or - for standard input; asked for if it is left out",
        "密钥口令文件，- 表示标准输入；不给则在终端询问",
    ),
    (
        "The department's table: .xlsx, or text with commas, tabs or semicolons",
        "部门的名单：.xlsx，或以逗号、制表符、分号分隔的文本",
    ),
    ("The department's key", "部门的密钥"),
    ("The statement about the department's key", "部门的公钥声明"),
    (
        "Root certificate of a commission; once for each root of the city",
        "主管部门的根证书；本市有几个根证书就写几次",
    ),
    ("File with schools' key statements; may be repeated", "学校公钥声明文件；可重复"),
    ("What the list is called; only the school reads it", "名单标题，只有学校能看到"),
    (
        "Category of all rows that do not say one, such as disabled or left_behind",
        "未写类别的行一律按此类别，如 disabled 残疾儿童、left_behind 留守儿童",
    ),
    (
        "Last day on which a school may decide, YYYY-MM-DD; 60 days if it is left out",
        "学校可以处理的最后一天，YYYY-MM-DD；不给则为 60 天",
    ),
    ("Go on without the rows of schools that no statement names", "略过没有公钥声明的学校"),
    ("Show what would be sealed and write nothing", "只显示将要密封的内容，不写文件"),
    ("Folder for the sealed lists, one file a school", "存放密封名单的文件夹，每校一个文件"),
    (
        "Write the request for the statement about this unit's key; makes the key the first time",
        "写出本单位公钥声明的申请；第一次时生成密钥",
    ),
    (
        "Make a new key; the old one still opens what is on its way",
        "生成新密钥；旧密钥仍能打开在途的名单",
    ),
    (
        "Show the keys, the words to read out, and the statements about them",
        "显示密钥、须读出的六个字及公钥声明",
    ),
    ("Keep the statement that the commissions signed", "保存两部门签署的公钥声明"),
    ("Signed statement", "已签署的公钥声明"),
];
