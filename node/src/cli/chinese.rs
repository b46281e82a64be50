//! Help of the command line in Chinese: each English help text and its translation.

use runtime::cli::Translation;

pub(super) const TEXTS: Translation = &[
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
    ("Import a file of the school office", "导入学校办公室的文件"),
    ("What leaves this school", "出校内容"),
    (
        "The school's own figures, exact, and the records behind them",
        "本校各项数值（准确数）及其依据的记录",
    ),
    ("List every count of the school with its total", "列出本校全部指标及合计"),
    ("Show one count, cell by cell", "逐格显示一项指标"),
    (
        "Show the records behind one cell, to an account that may read them",
        "向有权查看的账号显示某一格依据的记录",
    ),
    (
        "Period, such as 2025S1, 2025-11 or 2025-W45; each count's current one if not given",
        "时段，如 2025S1、2025-11 或 2025-W45；不写则取各指标的当前时段",
    ),
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
    (
        "The file: .xlsx, or text with commas, tabs or semicolons",
        "文件：.xlsx，或以逗号、制表符、分号分隔的文本",
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
        "Stop what would leave for a term, or lift the stop; both are kept on record",
        "暂停某学期的出校，或解除暂停；两者都留有记录",
    ),
    ("Term whose releases are meant, such as 2025S1", "学期，如 2025S1"),
    ("Why; kept with author and time", "原因；与经手人、时间一并留存"),
    ("Lift the hold; what was held may leave again", "解除暂停，之后可以出校"),
    ("Term, such as 2025S1; the current one if not given", "学期，如 2025S1；默认当前学期"),
    ("Number of the release in the list", "出校记录的编号"),
    ("The same, as a flag", "同上，以选项形式给出"),
    ("Do not ask before signing", "签名前不再询问"),
    ("Seconds to wait for the hub's answer", "等待枢纽回执的秒数"),
    (
        "Add an account, or give one a new password, role and name",
        "添加账号，或重设密码、角色和姓名",
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
    ("Give an account another role", "给账号换角色"),
    ("Unlock it", "解锁"),
    (
        "operator, counsellor, moral-head, principal, class-teacher, mentor or auditor",
        "operator 信息管理员、counsellor 心理教师、moral-head 德育主任、principal 校长、\
         class-teacher 班主任、mentor 导师、auditor 审计员",
    ),
    (
        "Staff number of the person; class teachers and mentors need it",
        "本人工号；班主任和导师必须填写",
    ),
];
