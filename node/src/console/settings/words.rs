//! Sentences of the machine's pages, in both languages.

use runtime::texts;
use runtime::web::Text;

texts! {
    SETTINGS = "设置", "Settings";
    SETTINGS_NOTE = "每个值和它的出处", "each value and where it comes from";
    ORDER = "出处的先后：启动参数、环境变量、node.toml 文件、默认值，前者优先于后者。本页只显示，不修改；改好后重新启动 serve 生效。",
        "Command line before environment before the file node.toml before the default. This page \
         shows and changes nothing; a change holds once serve is started again.";
    SETTING = "设置项", "Setting";
    VALUE = "值", "Value";
    ORIGIN = "出处", "Origin";
    CHANGE = "在哪里改", "Where to change it";
    NONE = "没有内容。", "There is nothing.";
    EMPTY = "（空）", "(empty)";
    DANGER = "危险设置", "dangerous";
    O_DEFAULT = "默认值", "default";
    O_FILE = "文件", "file";
    O_ENVIRONMENT = "环境变量", "environment";
    O_FLAG = "启动参数", "command line";
    C_DEFAULT = "在 node.toml 中写 {0}", "write {0} in node.toml";
    C_JOIN = "加入上级枢纽时自动写入，不用手改", "joining the hub writes it";
    C_FILE = "node.toml 中的 {0}", "{0} in node.toml";
    C_ENVIRONMENT = "环境变量 {0}（压过文件，改文件无效）",
        "the variable {0}, which goes before the file";
    C_FLAG = "serve 的 --{0}（压过文件和环境变量）",
        "--{0} of serve, which goes before file and environment";

    NOTICES = "下发通知", "From above";
    NOTICES_NOTE = "上级下发的指标目录、量表、校历等，按收到的先后",
        "packs that came down: catalogue, scales, calendar and others, newest first";
    NO_NOTICES = "还没有收到下发内容，正在使用软件自带的版本。",
        "Nothing has come down yet; the versions built in are in use.";
    RECEIVED = "收到时间", "Received";
    WHAT = "内容", "What";
    VERSION = "版本", "Version";
    EFFECTIVE = "生效日期", "In force from";
    STATE = "状态", "State";
    FIRST = "{0}（首次）", "{0} (the first)";
    REPLACES = "{0}（替换 {1}）", "{0} (replaces {1})";
    N_IN_FORCE = "使用中", "in force";
    N_LATER = "到期生效", "later";
    N_REPLACED = "已被替换", "replaced";
    N_UNUSABLE = "无法使用", "not usable";
    N_UNUSABLE_WHY = "本机软件版本无法读取，上一版继续有效。请更新软件。",
        "This version of the program cannot read it; the one before goes on counting. Update the \
         program.";
    N_OUTSIDE = "不涉及本校", "not for this school";
    N_REFUSED = "已拒绝", "refused";
    N_REFUSED_WHY = "其中有无法保护的内容，本机拒绝执行，原因已告知上级：{0}",
        "It asks for what could not be protected, and the hub was told so: {0}";
    K_SPECIAL = "特殊时期", "Special period";
    K_ROSTER = "学校名单", "Roster of schools";
    K_PLAN = "密封汇总方案", "Open plan of sealed sums";
    K_KEYS = "学校报告密钥表", "Schools' report keys";
    K_DIRECTORY = "转介名录", "Directory";
    K_REVOCATIONS = "吊销清单", "List of revoked keys";
    N_UNSEALED = "未启用", "Not in use";
    K_CATALOGUE = "指标目录", "Catalogue of indicators";
    K_SCALE = "量表", "Scale";
    K_CALENDAR = "校历", "Calendar of terms";
    K_DIVISIONS = "行政区划", "Divisions";

    STATUS = "运行状态", "How it stands";
    STATUS_NOTE = "同步、备份和本机各项检查", "link, backup and checks of this machine";
    SYNC = "与上级枢纽的同步", "Link to the hub above";
    WHY = "说明", "Why";
    WHO_ACTS = "谁来处理", "Who acts";
    HEALS = "何时恢复", "When it heals";
    COPIES = "备份", "Backups";
    COPIES_NOTE = "没有设置每日备份（node.toml 的 backup_to）：程序只在升级改变数据库结构之前，\
        在同一目录里留一份当时的副本（下表）。请设置一个在另一块盘上的文件夹，\
        并试着恢复一次；或者自己定期停止 serve，把整个数据目录复制到另一块盘。",
        "No daily copy is set (backup_to in node.toml). The program makes a copy beside the \
         stores only before an update changes their form (listed below). Set a folder on another \
         disk, and try a copy once; or stop serve now and then and copy the whole data folder to \
         another disk.";
    COPIES_DAILY = "每天 {0} 点以后自动备份到 {1}，保留最近 {2} 份。备份与原件一样加密，口令和恢复单请另外保管；请试着恢复一次。",
        "A copy is made each day from {0} o'clock on in {1}; the last {2} are kept. It is as \
         encrypted as its original: keep passphrase and recovery sheet apart from it, and try \
         it once.";
    COPIES_AWAY = "备份位置现在不在（移动硬盘没有接上？），接上后自动补做。",
        "The place is not there now (a disk that is not plugged in?); the copy is made once it is.";
    NO_COPIES = "程序还没有做过副本：还没有遇到需要改变数据库结构的升级。",
        "The program has made no copy yet: no update has changed the form of the stores.";
    COPY = "副本文件", "Copy";
    MADE = "时间", "Made";
    SIZE = "大小", "Size";
    MEGABYTES = "{0} MB", "{0} MB";
    CHECKS = "逐项检查", "Checks";
    ITEM = "项目", "Item";
    FOUND = "情况", "Found";
    FIX = "处理办法", "What to do";
    WELL = "正常", "well";
    UNCHECKED = "未检查", "unchecked";
    WARNING = "留意", "look soon";
    PROBLEM = "有问题", "problem";

    A_NAME_ZH = "学校中文名", "name of the school in Chinese";
    A_NAME_EN = "学校英文名", "name of the school in English";
    A_ALSO = "名册中学校的其他叫法", "further names by which rosters call the school";
    A_TYPE = "学校类型", "type of the school";
    A_GRADES = "最低和最高年级", "lowest and highest grade";
    A_CONSOLE = "本机网页地址", "address of this web page";
    A_AUTOMATIC = "周、月、学年报表到期自动出校", "sheets of weeks, months and years leave when due";
    A_FACTOR = "哪些账号须第二步验证", "which accounts need a second step";
    A_ANSWER = "学生答题页在校园网中的地址", "address on which students answer";
    A_ANSWER_CERTIFICATE = "该地址的证书文件", "certificate of that address";
    A_ANSWER_KEY = "该证书的密钥文件", "key of that certificate";
    A_ANSWER_PLAIN = "答题页不加密", "answers cross the network without TLS";
    A_BACKUP_TO = "每日备份放到哪个文件夹（另一块盘；空为不备份）",
        "folder on another disk for daily copies; empty for none";
    A_BACKUP_AT = "每天几点以后备份", "hour of the day from which the copy is made";
    A_BACKUP_KEEP = "保留几份每日备份", "how many of these copies are kept";
    A_COPIES = "数据目录备份保存天数", "days for which copies of the data folder are kept";
    A_SMALL = "小规模学校的班级数上限（区定；0 为不设）",
        "most classes of a small school by the district's rule; 0 where there is none";
    A_UNIT = "单位编号（加入时写入）", "our unit id, written by join";
    A_ZONE = "城市域名（加入时写入）", "the city's zone, written by join";
    A_OUR_NAME = "证书上的名称（加入时写入）", "our name in certificates, written by join";
    A_PARENT_ADDRESS = "上级枢纽地址（加入时写入）", "address of the hub above, written by join";
    A_PARENT_NAME = "上级枢纽名称（加入时写入）", "name of the hub above, written by join";
    A_KEY_FILE = "免口令启动的密钥文件", "key file for starting without a person";
    A_DEMO = "允许演示量表", "demonstration scales are allowed";
    A_ROLE = "节点的用途：学校或转介接收机构", "what the node is: a school's, or a receiver's";
    A_NO_FACTOR = "不要求第二步验证", "a password alone opens the pages";
}

/// What each setting is, in the order of the file.
pub(super) const ABOUT: [Text; crate::config::KEYS.len()] = [
    A_ROLE,
    A_NAME_ZH,
    A_NAME_EN,
    A_ALSO,
    A_TYPE,
    A_GRADES,
    A_CONSOLE,
    A_AUTOMATIC,
    A_FACTOR,
    A_ANSWER,
    A_ANSWER_CERTIFICATE,
    A_ANSWER_KEY,
    A_ANSWER_PLAIN,
    A_BACKUP_TO,
    A_BACKUP_AT,
    A_BACKUP_KEEP,
    A_COPIES,
    A_SMALL,
    A_UNIT,
    A_ZONE,
    A_OUR_NAME,
    A_PARENT_ADDRESS,
    A_PARENT_NAME,
    A_KEY_FILE,
    A_DEMO,
    A_NO_FACTOR,
];
