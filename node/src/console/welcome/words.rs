//! Sentences of the first set-up, in both languages.

use runtime::texts;

texts! {
    CHANGER = "首次设置", "first set-up";
    NOBODY = "两周内无人答复", "nobody answered for two weeks";
    WELCOME = "首次设置", "First set-up";
    WELCOME_NOTE = "随时可以中断，再打开同一地址接着做；命令行做过的步骤在这里也算完成",
        "may be interrupted at any time; what was done at the command line is done here too";
    STEPS = "步骤", "Steps";
    DONE = "已完成", "done";
    OPEN = "待办", "to do";
    SAVE = "保存，下一步", "Keep and go on";
    NEXT = "下一步", "Next";
    RESTART = "配置已写好。请在终端按 Ctrl-C 停止 serve，再启动一次才会生效；用新打印的地址接着做。",
        "The settings are written. Stop serve with Ctrl-C and start it again so that they hold; \
         go on with the address that it prints then.";

    SCHOOL = "核对学校资料", "Check what the school is";
    SCHOOL_ABOUT = "学校类型决定每个年级属于哪个学段，请核对。",
        "The type decides which stage a grade belongs to.";
    NAME_ZH = "学校名称", "Name of the school in Chinese";
    TYPE = "学校类型", "Type of the school";
    GRADES = "最低和最高年级，如 7-9（通常可留空）", "Lowest and highest grade, such as 7-9; may stay empty";

    JOIN = "凭邀请码加入上级枢纽", "Join the hub above by an invite";
    JOIN_ABOUT = "粘贴上级枢纽运维人员给您的那一行（以 xq1: 开头）。核对之前不会生成密钥，也不会发送任何内容。",
        "Paste the line that the hub's operator gave you; it starts with xq1:. No key is made and \
         nothing is sent before you have compared.";
    LINE = "邀请码", "Invite";
    LOOK = "查看内容", "Show what it says";
    INVITE_UNIT = "本校编号 {0}，上级枢纽 {1}（{2}），邀请码有效至 {3}。",
        "This school is {0}; the hub above is {1} ({2}); the invite ends {3}.";
    COMPARE = "两个人一起核对：一人读屏幕上的字，一人看教育、卫健主管部门公函上的字。有一个字不同就停下，打您原来就有的电话问运维人员。",
        "Compare, the two of you: one reads these words, the other follows on the letter of the \
         commission. If a single word differs, stop and call the operator by a number that you \
         already had.";
    COMPARED = "两人已逐字核对，全部一致", "Two persons compared every word, and all agree";
    JOIN_SUBMIT = "加入", "Join";
    JOINED = "已加入：{0}。", "Joined as {0}.";
    PENDING = "上级枢纽收到了申请，要由运维人员批准。稍后再按一次“加入”。",
        "The hub has the request; its operator has to approve it. Press join again later.";

    ACCOUNTS = "建立最初的两个账号", "Make the first two accounts";
    ACCOUNTS_ABOUT = "一个给校长或德育主任，由本人在这里输入密码；一个给学校信息管理员。其他账号由校长或德育主任登录后在“账号”页建立。",
        "One for the principal or the moral-education head, who types the password here in person, \
         and one for school IT. All others are made by that head on the page of accounts.";
    MADE = "已建立账号 {0}。", "The account {0} was made.";
    HAS_HEAD = "校长或德育主任的账号已建立。", "The head's account is made.";
    HAS_IT = "学校信息管理员的账号已建立。", "The account of school IT is made.";
    LOGIN = "账号", "Account";
    NAME = "姓名", "Name";
    ROLE = "岗位", "Role";
    PASSWORD = "密码（至少 10 个字符）", "Password, at least 10 characters";
    AGAIN = "再输一遍密码", "Password again";
    NOT_FIRST = "这里只建最初的校长（或德育主任）和信息管理员账号，这个岗位已经有了；没有改动任何内容。",
        "Only the first head and the first account of school IT are made here, and that one is \
         there; nothing was changed.";
    NOT_FIRST_NEXT = "请用已有的账号登录，在“账号”页新建。",
        "Sign in with the account that there is, and make others on the page of accounts.";
    DIFFER = "两遍密码不一样；没有建立账号。", "The two passwords differ; no account was made.";
    DIFFER_NEXT = "请再输一次。", "Type them again.";

    SHEET = "收好恢复单", "Lock the recovery sheet away";
    SHEET_ABOUT = "恢复单在 init 时只显示过一次。口令和恢复单都丢了，谁也打不开台账，我们也不能。没有打印过的话，趁还没有导入数据，换一个目录重新 init。",
        "init showed the recovery sheet once. Without the passphrase and the sheet nobody can open \
         the records, and we cannot either. If it was never printed, start again with init before \
         anything is imported.";
    SHEET_SUBMIT = "已打印并锁好", "It is printed and locked away";

    ROSTER = "导入名册", "Import the roster";
    ROSTER_COUNT = "名册上现有 {0} 名在校学生。", "{0} students are on the roll.";
    ROSTER_ABOUT = "向学校办公室要学生名册和教职工名册（Excel 或 CSV）。用刚建的账号登录，在“导入文件”中上传，逐行看过预览再确认；先导教职工名册，各人的\
        账号才能对应到人。在终端也可以：",
        "Ask the office for the roster and the roll of staff as Excel or CSV. Sign in with one \
         of the accounts just made and upload them under Import files: every row is shown \
         before you confirm. The roll of staff comes first, so that accounts can be linked to \
         persons. Or at a terminal:";
    RESPONSIBLE = "教职工名册导入后，请登记责任人：没有责任人，任何报表都不会签名出校。",
        "Once the roll of staff is there, name the responsible person: nothing is signed and sent \
         without one.";
    RESPONSIBLE_GO = "登记责任人", "Name the responsible person";
    ROSTER_GO = "登录并导入", "Sign in and import";

    BACKUP = "首次备份与恢复试验", "First backup, and its test";
    BACKUP_ABOUT = "填写另一块盘上的文件夹（U 盘或学校的共享盘）。本机先做一份备份，再把它放到试验位置打开、查验一遍，然后删除试验内容；以后每天自动备份到这里。",
        "A folder on another disk: a USB disk or a share of the school. A copy is made now, put \
         back for \
         a test, looked through and removed again; from then on one is made here each day.";
    BACKUP_TO = "备份到哪个文件夹", "Folder for copies";
    BACKUP_PASS = "台账口令（用来试着打开备份）", "Passphrase of the ledger (to try and open the copy)";
    BACKUP_SUBMIT = "备份并试着恢复", "Make a copy and put it back";
    PROVEN = "恢复试验成功（{0}）：{1}，{2} 名学生，{3} 条台账记录，链完整。",
        "Proven at {0}: {1}, {2} students, {3} entries, chains whole.";
    NO_PLACE = "文件夹 {0} 不在，什么都没有写入", "the folder {0} is not there; nothing was written";
    NO_PLACE_NEXT = "请接上这块盘，或先建好这个文件夹。",
        "Plug the disk in, or make the folder first.";
    NOT_COPIED = "没有备份成功；备份位置已记下，数据没有变化",
        "no copy was made; the place is noted, and the data stand as they were";
    NOT_COPIED_NEXT = "请看看那块盘的空间和是否可写，再试一次。",
        "Look at the space of that disk and whether it can be written, then try again.";

    TEST = "测试连接", "Test the connection";
    TEST_ABOUT = "与上级枢纽连接一次，不发送任何数据。", "One hello to the hub above; no data is sent.";
    TEST_SUBMIT = "测试", "Test";
    FINISHED = "设置完成后请登录。", "Sign in once the set-up is done.";
    SIGN_IN = "去登录", "Sign in";
}
