//! Sentences of the node's command line, in both languages.
//!
//! A refusal says what happened and what was left untouched; what to do next is a sentence of its
//! own with the ending `_NEXT`.

mod accounts;
mod lacks;
mod release;
mod service;

pub(crate) use accounts::*;
pub(crate) use lacks::*;
pub(crate) use release::*;
use runtime::texts;
pub(crate) use service::*;

texts! {
    // Data folder and settings.
    WHICH_FOLDER = "没有指明数据目录，没有执行任何操作。",
        "the data folder was not named; nothing was done.";
    WHICH_FOLDER_NEXT = "请加 --data 目录，或设置环境变量 XINQIAO_NODE_DATA。",
        "Add --data DIR, or set XINQIAO_NODE_DATA.";
    NEW_FOLDER = "没有指明要在哪里建立数据目录，没有执行任何操作。",
        "where to make the data folder was not said; nothing was done.";
    NO_NODE = "这个目录里没有节点（缺少 node.toml），没有改动任何内容。",
        "no node is set up in this folder (node.toml is missing); nothing was changed.";
    NO_NODE_NEXT = "请先运行 xinqiao-node init --data 目录，或核对目录是否正确。",
        "Run xinqiao-node init --data DIR first, or check the folder.";
    CONFIG_FILE = "配置文件无法读写，没有改动其他内容。",
        "the configuration cannot be read or written; nothing else was changed.";
    CONFIG_WRONG = "配置有误：{0}。没有改动任何内容。",
        "the configuration is wrong: {0}; nothing was changed.";
    CONFIG_WRONG_NEXT = "请改正后再试。全部设置及其来源：xinqiao-node config show --origin",
        "Correct it and try again. Every setting:  xinqiao-node config show --origin";
    SETTING_SYNTAX = "node.toml 第 {0} 行写法有误", "line {0} of node.toml is not well formed";
    SETTING_NEAR = "没有 {0} 这个设置项，是不是 {1}", "there is no setting {0}; did you mean {1}";
    SETTING_UNKNOWN = "没有 {0} 这个设置项", "there is no setting {0}";
    SETTING_VALUE = "{0} 的值不能使用，{1}", "the value of {0} cannot be used; {1}";
    FORM_CONSOLE = "只能是本机地址，如 127.0.0.1:8480", "write an address of this machine";
    FORM_TYPE = "请写学校类型，如 primary 小学、junior 初中、nine_year 九年一贯、senior 高中",
        "write a type of school";
    FORM_GRADES = "请写最低和最高年级，如 7-9，并与学校类型相符", "write the lowest and highest grade";
    FORM_OTHER = "请核对写法", "check how it is written";
    CONFIG_RIGHT = "配置无误。", "the configuration is right.";
    SETTING = "设置项", "setting";
    VALUE = "值", "value";
    ORIGIN = "来源", "origin";

    // Unlocking.
    PASSPHRASE = "台账口令：", "Passphrase of the ledger: ";
    NEW_PASSPHRASE = "请设定台账口令（至少 12 个字符）：",
        "New passphrase of the ledger (at least 12 characters): ";
    PASSPHRASE_CHANGED = "口令已更换，台账内容没有改动。恢复单仍然有效。",
        "Passphrase changed; the records were not touched. The recovery sheet stays valid.";
    PASSPHRASE_RULE = "口令须至少 12 个字符、至多 1024 字节；没有改动任何内容。",
        "a passphrase has at least 12 characters and at most 1024 bytes; nothing was changed.";
    PASSPHRASE_WRONG = "口令或密钥文件不对，台账没有打开，也没有改动。",
        "the passphrase or key file is wrong; the ledger was not opened and not changed.";
    PASSPHRASE_WRONG_NEXT =
        "请再试一次；口令遗失时，凭恢复单设新口令：xinqiao-node passphrase change --recovery-sheet 文件",
        "Try again. If it is lost:  xinqiao-node passphrase change --recovery-sheet FILE";
    OTHER_KIND = "这个台账不是用这种方式打开的（口令与密钥文件二者之一），没有改动任何内容。",
        "the ledger is opened the other way (passphrase or key file); nothing was changed.";
    OTHER_KIND_NEXT = "请查看 node.toml 中的 danger_key_file。",
        "Look at danger_key_file in node.toml.";
    WHICH_KEY_FILE = "这个台账用密钥文件打开，但配置里没有写是哪一个；没有改动任何内容。",
        "the ledger opens with a key file, and the configuration does not say which; nothing was \
         changed.";
    WHICH_KEY_FILE_NEXT = "请在 node.toml 中写 danger_key_file = \"文件\"。",
        "Write danger_key_file = \"FILE\" in node.toml.";
    NO_KEY = "缺少 ledger.key，没有改动任何内容。", "ledger.key is missing; nothing was changed.";
    NO_KEY_NEXT = "请从备份中恢复整个数据目录；或凭恢复单重建：xinqiao-node passphrase change --recovery-sheet 文件",
        "Restore the whole folder from the backup, or rebuild it from the recovery sheet:\n\
         xinqiao-node passphrase change --recovery-sheet FILE";
    KEY_DAMAGED = "ledger.key 或密钥文件已损坏，或属于更新的版本；台账没有改动。",
        "ledger.key or the key file is damaged or of a later version; the ledger was not changed.";
    KEY_DAMAGED_NEXT = "凭恢复单重建：xinqiao-node passphrase change --recovery-sheet 文件",
        "Rebuild it from the recovery sheet:\n\
         xinqiao-node passphrase change --recovery-sheet FILE";
    KEY_FILE = "密钥文件无法读写，没有改动任何内容。",
        "the key file cannot be read or written; nothing was changed.";
    SHEET_GROUP = "恢复单第 {0} 组抄写有误，没有改动任何内容。",
        "group {0} of the recovery sheet is mistyped; nothing was changed.";
    SHEET_WRONG = "恢复单不完整或各组不相配，没有改动任何内容。",
        "the recovery sheet is not complete or does not fit together; nothing was changed.";
    SHEET_WRONG_NEXT = "请对照打印件逐组核对，共 14 组，每组 5 个字符。",
        "Compare it with the print: 14 groups of five characters.";

    // init
    SCHOOL_TYPE = "学校类型，请输入序号或名称（暂不确定可直接回车）",
        "Type of the school, by number or word (leave empty if not known yet)";
    SCHOOL_TYPE_AGAIN = "没有“{0}”这一类，请再输入一次。", "There is no type {0}; once more.";
    SCHOOL_TYPE_NONE = "学校类型没有确定，没有建立任何内容。", "no type was chosen; nothing was made.";
    TYPE_KINDERGARTEN = "幼儿园", "kindergarten";
    TYPE_PRIMARY = "小学", "primary school";
    TYPE_JUNIOR = "初中", "junior secondary school";
    TYPE_NINE_YEAR = "九年一贯制学校", "nine-year school";
    TYPE_SENIOR = "高中", "senior secondary school";
    TYPE_COMPLETE = "完全中学", "complete secondary school";
    TYPE_VOCATIONAL = "中等职业学校", "vocational school";
    TYPE_SPECIAL = "特殊教育学校", "special school";
    TYPE_OTHER = "其他", "other";
    COLON = "：", ": ";
    IN_USE = "目录中已有 {0}，没有改动任何内容。", "the folder holds {0} already; nothing was changed.";
    IN_USE_NEXT = "请换一个空目录；已有的节点请直接使用。",
        "Name another folder, or use the node that is there.";
    FILE_EXISTS = "文件 {0} 已存在，没有改动任何内容。", "the file {0} exists; nothing was changed.";
    SHEET_WHERE = "恢复单只显示一次，而当前没有终端可供显示；没有改动任何内容。",
        "the recovery sheet is shown once, and there is no terminal to show it; nothing was made.";
    SHEET_WHERE_NEXT = "请在终端中运行，或加 --recovery-sheet 文件。",
        "Run it in a terminal, or add --recovery-sheet FILE.";
    SHEET = "心桥台账恢复单", "Recovery sheet of the Xinqiao ledger";
    SHEET_SCHOOL = "学校：{0}", "School: {0}";
    SHEET_UNIT = "单位编号：{0}（加入枢纽时填写）", "Unit id: {0} (write it down when you join)";
    SHEET_DATE = "日期：{0}", "Date: {0}";
    SHEET_OPENS = "用途：口令遗失或 ledger.key 损坏时，凭下面 14 组字符打开\n\
        {0} 中的加密台账（ledger.db）及其备份，并重设口令：xinqiao-node passphrase change --recovery-sheet 文件",
        "It opens the encrypted ledger (ledger.db) in {0}\n\
         and its backups where the passphrase is lost or ledger.key is damaged, and sets a new\n\
         passphrase:  xinqiao-node passphrase change --recovery-sheet FILE";
    SHEET_NEXT = "保管：请立即打印，装入信封密封，锁进校长或档案室的保险柜，与电脑和备份分开存放；不要拍照。\n\
        程序不会再次显示，也不保存。没有口令也没有恢复单，任何人都无法读出台账。",
        "Keep it: print it, seal it in an envelope and lock it in the principal's or the archive's \
         safe, apart from the computer and the backups; do not photograph it. It is stored nowhere \
         and never shown again. Without the passphrase and without this sheet nobody can read the \
         records.";
    SHEET_LOST = "数据目录已建好，但恢复单没能写入 {0}。",
        "the data folder was made, but the recovery sheet could not be written to {0}.";
    SHEET_LOST_NEXT = "请删除这个数据目录，重新运行 init；它还没有任何记录。",
        "Delete the data folder and run init again; it holds no record yet.";
    SHEET_IN = "恢复单已写入 {0}：请打印锁存，然后删除该文件。",
        "Recovery sheet in {0}: print it, lock it away, then delete the file.";
    KEY_FILE_IN = "注意：密钥文件 {0} 与数据目录合在一起即可读出全部记录，请分开保管。",
        "Note: who has the key file {0} and the data folder reads every record. Keep them apart.";
    CREATED = "已建立数据目录 {0}：加密台账 ledger.db、传输库 transfer.db、配置 node.toml。",
        "Created {0}: the encrypted ledger.db, transfer.db and node.toml.";
    NEXT_JOIN = "下一步：xinqiao-node join --data {0} --code-file invite.txt",
        "Next:  xinqiao-node join --data {0} --code-file invite.txt";

    // join
    UNREACHED = "注意：现在连接不上枢纽，无法确认枢纽仍然接受本单位。",
        "Note: the hub cannot be reached now, so whether it still serves this unit is not known.";
    INVITE_UNIT = "单位        {0}", "Unit         {0}";
    INVITE_HUB = "上级枢纽    {0}，地址 {1}", "Hub          {0} at {1}";
    INVITE_ENDS = "邀请码有效期至 {0}（还有 {1} 小时）", "Invite ends  {0} ({1} hours left)";
    EDUCATION = "教育部门", "education commission";
    HEALTH = "卫健部门", "health commission";
    ROOT = "{0}根证书指纹（十六个字，两种文字任选其一核对）：",
        "Fingerprint of the {0}'s root, sixteen words in either language:";
    ONE_ROOT = "提示：本市目前只有一个根证书；加入第二个时也要同样核对。",
        "Note: this city has one root so far; the second is added by the same comparison.";
    RIGHT_SCHOOL = "单位 {0} 就是本校，上面的枢纽也正是本校要加入的，对吗？",
        "Is {0} this school, and the hub the one that you expect?";
    ROOTS_COMPARED = "是否已由两人对照该部门的纸质函件，逐字核对过上面的指纹？",
        "Have two persons compared every word above with the paper letter of that commission?";
    JOIN_DECLINED = "没有加入，没有生成密钥，也没有发送任何内容。",
        "not joined; no key was made and nothing was sent.";
    JOIN_DECLINED_NEXT = "如有一个字不同，请停下来，用您原来就有的号码联系枢纽运维人员。",
        "If a single word differs, stop and call the hub's operator by a number you already had.";
    PENDING = "已提交申请，等待枢纽运维人员批准。请在电话中读出这六个字：",
        "Sent. Waiting for the operator's approval; read these six words out by telephone:";
    PENDING_NEXT = "按 Ctrl-C 退出也无妨，再次运行同一命令会接着进行。",
        "Ctrl-C is safe: the same command goes on where it was.";
    STILL_PENDING = "运维人员还没有批准；密钥已保存，没有改动其他内容。",
        "the operator has not approved yet; the key is kept and nothing else was changed.";
    STILL_PENDING_NEXT = "批准后再次运行同一命令即可。", "Run the same command again once it is approved.";
    JOINED = "已加入，单位 {0}。", "Joined as {0}.";
    CERTIFICATE = "证书有效期至 {0}，{1} 起自动续期。",
        "Certificate valid until {0}; renews itself from {1}.";
    NEXT_ROSTER = "下一步：xinqiao-node serve --data {0}，\
        再运行 xinqiao-node import roster 名册.xlsx --dry-run",
        "Next:  xinqiao-node serve --data {0}\n       xinqiao-node import roster FILE --dry-run";
    OTHER_UNIT = "本目录属于单位 {0}，邀请码属于另一个单位；没有发送任何内容。",
        "this folder belongs to unit {0} and the invite to another one; nothing was sent.";
    OTHER_UNIT_NEXT = "另一个单位请另建数据目录。", "Make another data folder for another unit.";
    IDENTITY_FILE = "证书没能写入磁盘；密钥还在，台账没有改动。",
        "the certificate could not be written; the key is kept and the ledger is unchanged.";
    IDENTITY_FILE_NEXT = "请检查磁盘空间和权限，再次运行同一命令。",
        "Check the disk and the permissions, then run the same command again.";
    NOT_JOINED = "本校还没有加入任何枢纽，没有内容会出校。",
        "this school has not joined a hub; nothing can leave.";
    NOT_JOINED_NEXT = "请先运行 xinqiao-node join --code-file 邀请码文件。",
        "Run xinqiao-node join --code-file FILE first.";
    IDENTITY = "本单位的证书、密钥或根证书无法使用；台账没有改动。",
        "the certificate, key or root of this unit cannot be used; the ledger is unchanged.";
    IDENTITY_NEXT = "请从备份恢复 identity.pem 和 roots 目录，或凭新邀请码重新加入（join --again）。",
        "Restore identity.pem and roots from the backup, or join with a new invite (join --again).";

    // Files and stores.
    FILE_GONE = "缺少 {0}，没有改动任何内容。", "{0} is missing; nothing was changed.";
    FILE_GONE_NEXT = "请从备份恢复整个数据目录；不要新建空库代替。",
        "Restore the whole data folder from the backup; do not start an empty one in its place.";
    FILE_UNWRITABLE = "文件 {0} 无法写入，台账没有改动。",
        "the file {0} cannot be written; the ledger was not changed.";
    SYSTEM = "系统拒绝了这次操作，没有改动任何内容。",
        "the system refused the operation; nothing was changed.";
    PACKS = "程序内置的标准包有误，没有改动任何内容。",
        "a built-in pack is wrong; nothing was changed.";

    // serve
    READY = "就绪：单位 {0}，上级枢纽 {1}，网页 {2}（仅限本机）",
        "ready: unit {0}, hub {1}, web page {2} (this machine only)";
    READY_ALONE = "就绪：尚未加入枢纽，网页 {0}（仅限本机）",
        "ready: not joined yet, web page {0} (this machine only)";
    STOPPING = "正在停止……", "stopping ...";
    SERVED = "另一个进程正在运行这个节点，没有改动任何内容。",
        "another process serves this folder; nothing was changed.";
    SERVED_NEXT = "同一目录只能运行一个 serve；其他命令可以同时使用。",
        "Only one serve runs on a folder; other commands may be used beside it.";
    CONSOLE = "网页地址 {0} 不可用，节点没有启动。",
        "the address {0} of the web page cannot be used; the node was not started.";
    CONSOLE_NEXT = "请换一个端口：--console 127.0.0.1:0，或在 node.toml 中改 console。",
        "Choose another port:  --console 127.0.0.1:0, or console in node.toml.";
    SERVE = "节点没有启动，没有改动任何内容。", "the node was not started; nothing was changed.";

    // import
    COUNTS_FROM_FIRST = "这是第一份名册，自 {0}（学年第一天）起计入；要用于以前的学年，请加 --as-of 该学年内的日期。",
        "This is the first roster: it counts from {0}, the first day of its school year. For an \
         earlier year add --as-of with a day of it.";
    COUNTS_FROM = "这份名册自 {0} 起计入；此前就是如此的，请加 --as-of 日期。",
        "This roster counts from {0}; if it was right before, add --as-of with that day.";
    CENSUS_MISSES = "注意：新增的 {0} 名不在 {1}（本学期普查日）的统计中。当时已在校的，请加 --as-of {1}。",
        "NOTE: the {0} new pupils are not in the figures of the census day {1}. If they were at \
         the school then, add --as-of {1}.";
    NO_CHANGE = "文件与台账一致，没有需要写入的内容。",
        "The ledger says the same already; there was nothing to write.";
    DRY_RUN = "试运行：什么都没有写入。确认无误后去掉 --dry-run 再运行一次。",
        "Nothing was written (dry run). Run it again without --dry-run when it is right.";
    NO_TABLE_KIND = "没有“{0}”这种可以导入的记录。", "no entries of the kind {0} can be imported.";
    NO_TABLE_KIND_NEXT = "种类见：xinqiao-node ledger kinds",
        "The kinds are in  xinqiao-node ledger kinds";
    TABLE_COUNTED = "新增 {0} 行，已有 {1} 行，有误 {2} 行", "{0} new, {1} there already, {2} wrong";
    TABLE_DOUBLES = "可能重复 {0} 行", "{0} perhaps doubles";
    TABLE_STANDING = "台账中已有、不会写入的行（行号:已有条数）：{0}；确实又发生过一次的，把这样的一项写在 --again 之后",
        "rows that stand in the ledger and are not written (row:entries): {0}; name such a pair \
         with --again where it did happen once more";
    ROW_DOUBLE = "可能重复", "perhaps a double";
    ROW_CONTENT = "      内容：{0}", "      says: {0}";
    ROW_MEANT = "      同名的有：{0}", "      of that name: {0}";
    ROWS_DOUBLE = "有 {0} 行可能重复，什么都没有写入。",
        "{0} rows are perhaps doubles; nothing was written.";
    ROWS_DOUBLE_NEXT = "确实又发生过一次的，加 --again 行号 再运行；重复登记的行请从表中删去。",
        "Name the rows that did happen once more with --again and run it again; take the others \
         out of the table.";
    TABLE_LONG = "一次最多 {0} 行，什么都没有写入。", "At most {0} rows at once; nothing was written.";
    TABLE_LONG_NEXT = "请分几次导入。", "Import it in parts.";
    TABLE_WRITTEN = "已登记 {0} 条。", "{0} entries written down.";
    WRITTEN = "已导入：新增 {0}，变更 {1}，{2} {3}。", "Imported: {0} new, {1} changed, {3} {2}.";
    ROW = "  第 {0} 行  {1}  {2}", "  row {0}  {1}  {2}";
    ROWS_WRONG = "有 {0} 行有误，什么都没有写入。", "{0} rows are wrong; nothing was written.";
    ROWS_WRONG_IN = "有 {0} 行有误（已列入 {1}），什么都没有写入。",
        "{0} rows are wrong (listed in {1}); nothing was written.";
    ROWS_WRONG_NEXT = "请改正这些行，然后重新导入整个文件；有权查看的账号加 --errors 文件 可导出有误的行。",
        "Correct these rows and import the whole file again; for an account that may see them \
         --errors FILE writes them out.";
    ERRORS_UNSEEN_NEXT = "不加 --errors 也会列出行号、列名和原因；要导出有误的行，请由心理教师或德育主任用自己的账号运行。",
        "Without --errors the row, column and reason of each are listed; to write the rows out, \
         let the counsellor or moral-education head run it with the own account.";
    ROWS_WRONG_PAGE = "请在原文件中改正这些行，再上传整个文件。",
        "Correct these rows in the file and upload the whole file again.";
    PLAN_CHANGED = "预览之后，台账或文件的读法有了变化；没有写入任何内容。",
        "the ledger was changed after the preview; nothing was written.";
    PLAN_CHANGED_NEXT = "请再看一遍下面的预览，然后重新确认。",
        "Look at the preview below again, then confirm it.";
    LEFT_PAGE = "请核对“离校”一类，再填写准确人数；只是部分名单的，请重新上传并勾选“部分名单”。",
        "Look at those who would leave, then type the right number; for a part of the list, upload \
         it again as one.";
    WRITE_NOW = "现在写入台账？", "Write this into the ledger now?";
    WRITE_NOW_LEFT = "文件里没有的 {0} 名将记为离校。现在写入台账？",
        "{0} who are not in the file will be marked as having left. Write it now?";
    WRITE_NOW_LEFT_STAFF = "文件里没有的 {0} 名将记为离职或调离。现在写入台账？",
        "{0} who are not in the file will be marked as having left the staff. Write it now?";
    LEFT_UNCONFIRMED = "这份名单里没有 {0} 人（原有 {1} 人），写入后都将记为离开，人数异常；没有写入任何内容。",
        "{0} of {1} are not in the file and would be marked as having left, which is unusually \
         many; nothing was written.";
    LEFT_UNCONFIRMED_NEXT = "只是部分名单的，请加 --partial；确实都已离开的，请加 --confirm-left {0}（须写准确人数）。",
        "If the file lists only some, add --partial. If they have left, add --confirm-left {0}.";
    LEFT_TYPE = "名单里没有 {0} 人（原有 {1} 人），写入后都将记为离开。确认无误请输入这个人数",
        "{0} of {1} are not in the file and will be marked as having left. Type that number to go \
         on";
    LEFT_DIFFERS = "将记为离开的是 {0} 人，与确认的人数不同；没有写入任何内容。",
        "{0} would be marked as having left, which is not the number that was confirmed; nothing \
         was written.";
    LEFT_DIFFERS_NEXT = "请先用 --dry-run 核对，再写准确人数；只是部分名单的，请加 --partial。",
        "Look at it with --dry-run, then give the right number; for a part of the list use \
         --partial.";
    SHEETS_UNCOUNTED = "其中 {0} 份没有监护人的有效同意：照样存入台账、照样提醒危险条目，但不计入任何上报的统计。",
        "{0} of these sheets have no guardian's consent that covers them: they are kept and \
         call for help all the same, and no figure that leaves counts them.";
    CONSENT_ELSEWHERE = "注意：“{0}”这一列没有读取。是否同意只看学生名册，请写在名册里再导入名册。",
        "NOTE: the column {0} was not read. Consent is read from the roster only: put it there and \
         import the roster.";
    CONSENT_COLUMN = "答卷文件里有“{0}”一列，而是否同意只看学生名册，这一列不会被读取；没有写入任何内容。",
        "the file of answers has a column {0}, but consent is read from the roster only and the \
         column would not count; nothing was written.";
    REPLACES_UNCONFIRMED = "有 {0} 名学生已在本校作答，文件里的答卷会代替；没有写入任何内容。",
        "{0} students answered here, and the sheets of the file would take the place of theirs; \
         nothing was written";
    REPLACES_NEXT = "确认以文件为准的，请加 --replace-answered；否则请从文件里删去这些学生。",
        "if the file is to count, add --replace-answered; else take these students out of the file";
    REPLACES_PAGE = "确认以文件为准的，请勾选后再写入；否则请从文件里删去这些学生，重新上传。",
        "if the file is to count, tick that and write it; else take these students out of the file \
         and upload it again";
    REPLACES_NOW = "以文件为准，代替这 {0} 名学生在本校的答卷吗？",
        "shall the sheets of the file count for these {0} students?";
    CONSENT_COLUMN_NEXT = "请把同意情况写在名册里并导入名册；确认不用这一列的，请加 --ignore-consent-column。",
        "Put consent into the roster and import that. To go on without the column, add\n\
         --ignore-consent-column";
    DECLINED = "没有写入任何内容。", "nothing was written.";
    MAPPING_LARGE = "对照文件 {0} 过大，没有写入任何内容。",
        "the mapping file {0} is too large; nothing was written.";
    SCHOOL_UNKNOWN = "还没有设置学校类型，无法判断年级和学段。",
        "the type of the school is not set, so grades cannot be placed.";
    SCHOOL_UNKNOWN_NEXT = "请在 node.toml 中写 school_type，例如 school_type = \"junior\"；\
        年级特殊的再写 grades。刚写好或刚在首次设置中填过的，重新启动 serve 后生效。",
        "Write school_type in node.toml, such as school_type = \"junior\"; and grades if \
         unusual. What was just written there, or in the first set-up, holds once serve is \
         started again.";
    SCALE_ID = "量表", "scale";
    SCALE_ITEMS = "题数", "items";
    SCALE_USE = "本校能否使用", "may be used here";
    SCALE_USABLE = "可用", "yes";
    COLUMNS_MISFIT = "文件的列不是量表 {0} 的题目；没有写入任何内容。",
        "the columns of the file are not the items of scale {0}; nothing was written.";
    ROWS_MISFIT = "{1} 行中有 {0} 行不是量表 {2} 的答卷；没有写入任何内容。",
        "{0} of {1} rows are no answers of scale {2}; nothing was written.";
    MISFIT_NEXT = "从列和答案看，可能是这些量表：{0}。请核对后改用 --scale。",
        "By its columns and answers the file fits: {0}. Check, and name it with --scale.";
    NO_SCALE = "没有量表 {0}，没有导入任何内容。", "there is no scale {0}; nothing was imported.";
    NO_SCALE_NEXT = "本校可用的量表：{0}。全部量表及不能使用的原因：xinqiao-node scale list",
        "Scales that may be used here: {0}. All of them, and why others may not:  xinqiao-node \
         scale list";
    SCALE_BARRED_NEXT = "这条规则不能在学校放宽；获得授权的文本包由市里下发。",
        "A school cannot loosen this rule; a licensed text pack comes down from the city.";
    NO_TERM = "学期日历中没有这个学期，没有导入任何内容。",
        "the term calendar has no such term; nothing was imported.";
    NO_TERM_NEXT = "日历中的学期：{0}", "Terms of the calendar: {0}";
    URGENT = "紧急：本次导入有 {0} 份答卷触发危险条目（不论总分）。",
        "URGENT: {0} sheets of this import have a critical answer, whatever the total.";
    URGENT_NEXT = "请立即通知心理教师：名单已列入心理教师的“待办”，别人看不到。\
                   不要等待总分，不要转发文件。",
        "Tell the counsellor now: who it is stands on the counsellor's page of what is due, and \
         nobody else sees it. Do not wait for totals, do not forward the file.";
    REVIEW = "另有 {0} 份答卷有条目需要心理教师复核。",
        "{0} more sheets have an answer that the counsellor should review.";
    VOID = "{0} 份答卷无效或无法计分，不计入阳性或阴性。",
        "{0} sheets are void or could not be scored; they count as neither positive nor negative.";

    // status
    STATUS_UNIT = "单位 {0} · 上级枢纽 {1} · {2}", "unit {0} · hub {1} · {2}";
    STATUS_SERVED = "节点正在运行。", "the node is running.";
    STATUS_STOPPED = "节点没有运行（xinqiao-node serve）。", "the node is not running (xinqiao-node serve).";
    STATUS_CONTACT = "枢纽上次应答：{0}", "last answer of the hub: {0}";
    STATUS_QUEUE = "报表：待发 {0}，已确认序号 {1} / 本机最新 {2}，被拒收 {3}",
        "releases: {0} waiting, {1} acknowledged of {2}, {3} refused";
    STATUS_CERTIFICATE = "证书：有效期至 {0}，还有 {1} 天", "certificate: until {0}, {1} days left";
    STATUS_LEDGER = "台账：学生 {0}，教职工 {1}，最近导入 {2}",
        "ledger: {0} students, {1} staff, last import {2}";
    STATUS_LOCKED = "台账：已加密（加 --passphrase-file 可显示计数）",
        "ledger: locked (counts with --passphrase-file)";
    STATUS_PACKS = "标准包：{0}", "packs: {0}";
    STATUS_SCALES = "{0} 个量表", "{0} scales";
    STATUS_BUILT_IN = "标准包：程序内置版本（尚未收到市里下发）",
        "packs: the built-in ones (none came down yet)";
    PACKS_BUILT_IN = "程序内置版本（尚未收到市里下发）", "the built-in ones (none came down yet)";
    NOT_SERVING = "节点没有运行，排队的内容不会自动上报，也收不到上级下发。请运行 xinqiao-node serve。",
        "the node is not running, so nothing that waits is sent by itself and nothing comes down. \
         Run:  xinqiao-node serve";
    NOT_FOLDED = "注意：已删除的内容还留在台账的写入日志里，本机下次整理日志时清除。",
        "Note: what was erased still stands in the ledger's log, until the log is next folded in.";
    IMPORTS_NONE = "还没有导入过文件。", "no file was imported yet.";
    IMPORT_NUMBER = "编号", "number";
    IMPORT_KIND = "内容", "what";
    IMPORT_AS_OF = "截至日期", "right on";
    IMPORT_BY = "导入人", "by";
    IMPORT_ROWS = "行数", "rows";
    IMPORT_STANDS = "状态", "state";
    IMPORT_TAKEN_BACK = "{0} 于 {1} 撤回", "taken back by {0}, {1}";
    IMPORT_ROSTER = "名册", "roster";
    IMPORT_ANSWERS = "答卷", "answers";
    IMPORT_STAFF = "教职工", "staff";
    ALL_WELL = "连接、证书和收发都正常，无需处理。",
        "Connection, certificate and what is sent are well; nobody needs to act.";
    PROBLEM = "注意：{0} 由谁处理：{1}", "attention: {0} Who acts: {1}";
    SCHOOL_IT = "本校信息技术老师", "the school's IT staff";
    HUB_OPERATOR = "上级枢纽运维人员", "the operator of the hub above";
    CLOCK_WHO = "本校信息技术老师（先校准本机时钟）", "the school's IT staff (set the clock first)";
    NETWORK_WHO = "自动重试；超过一天请本校信息技术老师检查网络",
        "it retries by itself; after a day the school's IT staff checks the network";
    UPDATE_WHO = "本校信息技术老师（更新程序）", "the school's IT staff (update the program)";
    CERTIFICATE_OVER = "证书已过期，需运维人员电话核实后放行一次续期。",
        "the certificate has ended; the operator allows one renewal after a telephone call.";
    CERTIFICATE_ENDS = "证书还有 {0} 天到期，自动续期还没有成功。",
        "the certificate ends in {0} days and has not been renewed.";
    CLOCK_FAST = "本机时钟比枢纽快 {0}（时:分:秒），请校时。",
        "this machine's clock is {0} (h:m:s) ahead of the hub's; set it.";
    CLOCK_SLOW = "本机时钟比枢纽慢 {0}（时:分:秒），请校时。",
        "this machine's clock is {0} (h:m:s) behind the hub's; set it.";
    REFUSED_LAST = "枢纽拒收了最近一份报表，原因见 release list。",
        "the hub refused the latest release; see release list for the reason.";
    PACK_UNUSABLE = "收到的标准包 {0}/{1} 本版本无法使用，继续用上一版。",
        "the pack {0}/{1} cannot be used by this version; the one before it goes on counting.";

    // root
    ROOT_ADDED = "已加入，重新启动 xinqiao-node serve 后生效；此后只有两个部门都签名的标准包才会被接受。",
        "Added; it takes effect when xinqiao-node serve is started again. From then on a pack \
         needs both commissions' signatures.";
    ROOT_OTHER_CITY = "根证书 {0} 属于另一个城市，没有采用。", "the root {0} is another city's; it was not taken.";
    ONE_COMMISSION = "这个主管部门的根证书本校已经有一个，没有采用，也没有改动。",
        "the school has a root of this commission already; nothing was taken or changed.";
    NO_ROOT = "文件 {0} 不是根证书，没有采用。", "the file {0} is no root certificate; it was not taken.";
    ROOT_DECLINED = "根证书没有通过核对，没有采用。", "the root was not confirmed and not taken.";
    ROOT_UNFIT_NEXT = "不要继续。请用原来就有的号码联系该主管部门，核对公函和文件。",
        "Do not go on. Call the commission by a number that you already had, then compare.";

    // doctor
    TRANSFER_TITLE = "传输库", "outbox";
    LEDGER_TITLE = "台账", "ledger";
    BACKUP_TITLE = "备份", "backup";
    BACKUP_UNKNOWN = "没有设置每日备份，程序之外的备份这里看不到。\
        请在 node.toml 中写 backup_to（另一块盘上的文件夹），并试着恢复一次（见学校指南第 8 节）",
        "no daily copy is set, and copies made outside of the program are not seen here; set \
         backup_to in node.toml (a folder on another disk), and try a copy once (guide for \
         schools, section 8)";
    BACKUP_NONE = "已设置每日备份，还没有做过", "a daily copy is set, and none was made yet";
    BACKUP_AWAY = "备份位置 {0} 不在", "the place for backups, {0}, is not there";
    BACKUP_OLD = "最近一次备份是 {0}", "the last backup is of {0}";
    BACKUP_WELL = "最近一次备份 {0}，共 {1} 份", "last backup {0}, {1} kept";
    BACKUP_FIX = "接上备份用的盘，看看空间，再运行 xinqiao-node backup",
        "plug in the disk for backups, look at its space, then run xinqiao-node backup";
    RESTORE_TITLE = "恢复试验", "restore test";
    RESTORE_NEVER = "还没有试过恢复：没有试过的备份不能算数",
        "no copy was ever put back: one that nobody tried is a hope";
    RESTORE_PROVEN = "最近一次成功恢复试验 {0}：{1}，{2} 名学生，{3} 条台账记录，链完整",
        "last proven restore {0}: {1}, {2} students, {3} entries, chains whole";
    RESTORE_FIX = "运行 xinqiao-node backup verify，用口令或密钥文件试着恢复最近一份备份",
        "run xinqiao-node backup verify: it puts the newest copy back for a test, by passphrase or \
         key file";
    SENDING_TITLE = "发送", "sending";
    PACKS_TITLE = "标准包", "packs";
    ROLL_TITLE = "名册", "roll";
    HOLDS_TITLE = "暂停", "holds";
    LEDGER_UNCHECKED = "台账已加密，没有打开（加 --passphrase-file 可检查）",
        "the ledger is locked and was not opened (--passphrase-file opens it)";
    JOIN_FIX = "xinqiao-node join --code-file 邀请码文件", "xinqiao-node join --code-file INVITE";
    CERTIFICATE_ENDS_FIX = "自动续期还没有成功：保持 serve 运行；仍不行请联系上级枢纽运维人员",
        "renewal has not worked yet: keep serve running, then call the hub's operator";
    CERTIFICATE_OVER_FIX = "请致电上级枢纽运维人员放行一次续期（unit allow-expired-renewal）",
        "call the hub's operator to allow one renewal (unit allow-expired-renewal)";
    SENDING_WELL = "已确认 {0} / {1}，待发 {2}，枢纽上次应答 {3}",
        "acknowledged {0} of {1}, {2} waiting, last answer {3}";
    REFUSED_FIX = "查看 xinqiao-node release list，按所列说明办理",
        "see xinqiao-node release list and do what it says";
    WAITS_LONG = "{0} 份报表自 {1} 起等待发送", "{0} releases wait since {1}";
    WAITS_FIX = "让 xinqiao-node serve 保持运行，或运行 release send",
        "keep xinqiao-node serve running, or run release send";
    PACK_UNUSABLE_ONE = "收到的标准包 {0} 本版本无法使用，继续用上一版",
        "the pack {0} cannot be used by this version; the one before goes on counting";
    PACK_FIX = "请安装更新的程序", "install the newer program";
    PACKS_WELL = "收到 {0} 个，均可使用", "{0} received, all usable";
    NO_ROLL = "在籍学生 0 人，还没有导入名册", "no pupil is on the roll yet";
    NO_ROLL_FIX = "登录网页，在“导入文件”上传；或在终端：xinqiao-node import roster 名册文件 --dry-run",
        "Upload it on the page Import files, or:  xinqiao-node import roster FILE --dry-run";
    ROLL_WELL = "在籍学生 {0} 人", "{0} pupils on the roll";
    NO_HOLDS = "没有暂停的出校", "nothing is held";
    HELD_FOUND = "{0} 的出校自 {1} 起由 {2} 暂停", "{0} is held since {1} by {2}";
    SEALED_TITLE = "密封报告", "sealed reports";
    ALL_SEALED = "应密封的都已密封", "every report that was due is sealed";
    UNSEALED_FOUND = "有 {0} 个时段的密封报告没有做出，最早是 {1}；所在学校组的该时段因此无法开启",
        "reports of {0} periods could not be sealed, the first is {1}; without them the \
         group's sums of these periods stay closed";
    UNSEALED_FIX = "逐项原因见“密封报告”页，或运行 xinqiao-node sealed list",
        "Reasons stand on the page of sealed reports and in xinqiao-node sealed list";

    // acting
    ACCOUNT_PASSWORD = "本人账号的密码：", "Password of the account: ";
    ACCOUNT_NEEDED = "这项操作涉及学生，需要本人账号；没有显示也没有改动任何内容。",
        "this is about students and needs an account; nothing was shown or changed.";
    COUNTS_ACCOUNT = "本校准确数值只给有权查看的账号；没有显示任何内容。",
        "the school's exact figures are shown to accounts that may see them; nothing was shown.";
    ACCOUNT_NEEDED_NEXT = "请加 --as 账号（密码由终端输入，或用 --password-file）。还没有账号的，请学校信息管理员设定。",
        "Add --as LOGIN (the password is asked for, or comes from --password-file). School IT \
         makes accounts.";
    FACTOR_DROPPED = "账号 {0} 的第二步验证已取消并记入账号日志；下次登录时重新设置。",
        "The second step of {0} was taken away, which stands in the log of accounts; the next \
         sign-in sets up another.";
    WELCOME_AT = "首次设置还没做完，请在本机浏览器打开（地址只给您自己看）：{0}",
        "The first set-up is not finished; open it in a browser on this machine, and show the \
         address to nobody: {0}";
    ACCOUNT_CODE = "第二步验证码：", "Code of the second step: ";
    CODE_WRONG = "验证码不对、已经用过或已过时，或账号已暂停；没有显示也没有改动任何内容。",
        "the code is wrong, was used or is too old, or the account is paused; nothing was shown or \
         changed.";
    CODE_WRONG_NEXT = "请等下一个码，用 --code 再试；每个码只能用一次。",
        "Wait for the next code and try again with --code; each code counts once.";
    SIGN_IN_WRONG = "账号 {0} 或密码不对，或账号已锁定；没有显示也没有改动任何内容。",
        "account {0} or its password is wrong, or it is locked; nothing was shown or changed.";
    SIGN_IN_WRONG_NEXT = "请核对后再试；连续输错会暂停。忘记密码的，请学校信息管理员重设：user add",
        "Check and try again; repeated mistakes pause the account. School IT can set a new \
         password:  user add";
    SIGN_IN_BUSY = "同时登录的人太多，请稍后再试；没有改动任何内容。",
        "too many people are signing in; nothing was changed. Try again in a moment.";
    ROLE_REFUSED = "账号 {0} 的岗位（{1}）不能这样做；没有显示也没有改动任何内容。",
        "account {0} ({1}) may not do this; nothing was shown or changed.";
    ROLE_REFUSED_NEXT = "请由有权限的人用本人账号操作；权限见 docs/guide-school.md。",
        "Somebody whose role allows it does it with an account of their own; see \
         docs/guide-school.md.";
    ROWS_UNLISTED = "  … 还有 {0} 条错误", "  ... {0} more errors";
    ROWS_UNSEEN = "没有用 --as 写明账号，或该账号无权查看，因此只显示行号和原因，不显示学生内容。",
        "no account was named with --as, so rows and reasons are shown and nothing about a person.";

    // danger-local-report
    REPORT_NAME = "本地报告的文件名必须以 danger_ 开头，以免被当作上报材料；没有写入。",
        "the name of a local report begins with danger_, so that nobody takes it for a release; \
         nothing was written.";
    REPORT_WRITTEN = "已写入 {0}（{1} 行）。这是准确的小数字，可能指向具体学生：只给心理教师，不得外传。",
        "Wrote {0} ({1} lines). These exact small counts can point at children: for the \
         counsellor only, never to be passed on.";
    REPORT_FAILED = "本地报告没有生成，台账没有改动。",
        "the local report was not made; the ledger is unchanged.";

    // indicator
    COUNT = "编号", "count";
    NAME = "名称", "name";
    PERIOD_HEAD = "时段", "period";
    TOTAL = "合计", "total";
    LEAVES = "是否出校", "leaves";
    FIGURE = "数值", "figure";
    RATIO = "比率", "ratio";
    NUMERATOR = "分子", "numerator";
    DENOMINATOR = "分母（有效数 n）", "denominator (valid n)";
    COUNT_OF = "{0} {1}（{2}）", "{0} {1} ({2})";
    STILL_RUNS = "该时段尚未结束，以下为截至今天的数。",
        "The period still runs; these are the figures up to today.";
    LEAVES_CLEAR = "随“{0}”出校", "leaves with the sheet “{0}”";
    LEAVES_NO_BAND = "该学年启用了密封汇总，分段数不出校", "stays here: no band leaves in a year under seal";
    LEAVES_SEALED = "以密封报告出校，只有多所学校的合计能打开",
        "leaves in sealed reports; only sums over several schools can be opened";
    LEAVES_NO_MORE = "该学年的统计数已经（或按方案应当）以密封报告出校，不再以其他方式出校",
        "stays here: its year's counts went sealed, or were to, and leave in no other way";
    LEAVES_ROUNDED = "取整后出校，每学期一次", "leaves rounded, once a term";
    UNSEALED = "该学年没有启用密封汇总，不出校", "stays here: the school year is not under seal";
    STAYS = "仅在本校显示", "shown in this school only";
    NOT_KEPT = "还没有登记过（不等于零）", "nothing entered yet (not zero)";
    NOT_YET = "尚未到统计时间，自 {0} 起统计", "counted from {0} on";
    DESTROYED = "有学生档案已销毁，不再重算", "students' records are destroyed; not counted again";
    NO_SOURCE = "本版本不支持", "unsupported";
    WHY = "{0} [{1}]（{2}）= {3}，依据以下记录：", "{0} [{1}] ({2}) = {3}, from these records:";
    HIDDEN = "另有 {0} 条记录，您的岗位无权查看。", "{0} more records that your role may not read.";
    MORE = "记录较多，还有 {0} 条没有列出；请缩小时段。",
        "{0} further records are not listed; choose a shorter period.";
    NO_COUNT = "目录中没有本校指标 {0}，没有改动任何内容。",
        "the catalogue has no count {0} of a school; nothing was changed.";
    NO_COUNT_NEXT = "全部指标：xinqiao-node indicator list", "All counts:  xinqiao-node indicator list";
    NO_PERIOD_NEXT = "校历中的学期：{0}。其他时段写作 2025-11、2025-W45、2025H2 或 2025Y。",
        "Terms of the calendar: {0}. Other periods: 2025-11, 2025-W45, 2025H2 or 2025Y.";
    NO_PERIOD = "校历中没有时段 {0}，没有改动任何内容。",
        "the term calendar has no period {0}; nothing was changed.";
    NO_CELL = "该指标没有这一格，没有查看任何记录。",
        "the count has no such cell; no record was opened.";
    NO_CELL_NEXT = "各格的代码：xinqiao-node indicator show 编号，写在括号中，按顺序用逗号分隔。",
        "The codes stand in brackets:  xinqiao-node indicator show ID";
    WHY_REASON = "请用 --reason 写明查看原因；没有查看任何记录。",
        "give the reason with --reason; no record was opened.";
    ROLE_SEES_NONE = "您的岗位无权查看这些记录；没有查看任何内容。",
        "your role may not see these records; none was opened.";
    UNCOUNTED = "台账中有无法归类的记录，没有算出数值；台账没有改动。{0}。",
        "a record of the ledgers fits no cell, so nothing was counted; the ledgers are \
         unchanged: {0}.";
    UNCOUNTED_NEXT = "请用 xinqiao-node ledger change 更正这条记录，或重新导入名册、核对学校的年级设置。",
        "Correct that record with xinqiao-node ledger change, or import the roster again, or check \
         the grades of the school.";

    // Screening runs
    RUN_OPENED = "已建立普测 {0}。下一步：在网页“普测”或用 screening codes 给各班发代码。",
        "Run {0} is open. Next: draw codes for each class, on the page or with screening codes.";
    RUN_CLOSED = "普测 {0} 已结束，代码和草稿已销毁，答卷都保留。",
        "Run {0} is closed. Codes and drafts are destroyed; every sheet is kept.";
    RUN_LINE = "{0}：应测 {1}，已测 {2}，待办 {3}", "{0}: roll {1}, reached {2}, to do {3}";
    RUN_NOT_SURE = "结束后所有代码失效；没有改动任何内容。",
        "closing ends every code; nothing was changed.";
    RUN_NOT_SURE_NEXT = "核对补测名单后，加 --yes 再运行。",
        "Look at the make-up list, then run it again with --yes.";
    RUN_STANDS = "本学期已有进行中的“{0}”（{1}），用的是同一量表；没有新建。",
        "“{0}” ({1}) is open this term and asks by the same scale; none was opened.";
    RUN_STANDS_NEXT = "请在那一批次里继续；开错了的，先在网页上作废或结束它。",
        "Go on in that run, or void or close it on its page first.";
    RUN_PLAN = "日期、班级数或文字有误；没有建立普测。",
        "days, classes or texts are not right; no run was opened.";
    RUN_NOBODY = "没有为任何年级选择量表；没有建立普测。",
        "no grade answers any scale; no run was opened.";
    RUN_BELOW = "四年级以下不能自填量表；没有建立普测。",
        "below grade 4 nobody answers for oneself; no run was opened.";
    NO_GRADE = "看不懂的年级：{0}，没有改动任何内容。", "no such grade: {0}; nothing was changed.";
    CODES_ONCE = "{0} 个代码，只显示这一次；只交给本人。",
        "{0} codes, shown this once; each for its student alone.";
}
