//! Sentences of the school's pages, in both languages.

use runtime::texts;

texts! {
    FAILED = "未能办理", "It was not done";
    UP = "返回", "Back";
    PAGE_BEFORE = "上一页", "Previous page";
    PAGE_AFTER = "下一页", "Next page";
    LOGGED = "本页显示的每名学生都会在其查阅记录中留下一行。",
        "Each student named here gets a line in the list of who read the record.";
    OFFICE = "管理", "Running it";
    PRODUCT = "心桥 · 学校节点", "Xinqiao · School node";
    DAILY = "日常", "Daily";
    DAILY_RECORDS = "学籍与家长", "Roll and families";
    SCHOOL_WORK = "学校工作", "The school’s work";
    OUTWARD = "对外", "Outward";
    HOME = "工作台", "Home";
    EGRESS = "出校记录", "What leaves this school";
    NEXT = "预览下一份", "Preview the next one";
    RELEASE = "出校内容", "One release";
    EGRESS_ALL = "查看全部出校记录", "See everything that left";

    STAYS = "{0} 名学生的可识别信息只在本校这台机器上",
        "What identifies {0} students stays on this school's machine";
    STAYS_WHERE = "姓名、学号、作答、访谈都在本机加密数据库 ledger.db 中，不出校。\
        出校的只有汇总数：业务报表和取整报表可以逐格查看；密封报告见“密封报告”页。",
        "Names, student numbers, answers and talks are in the encrypted database ledger.db on this \
         machine and never leave. Only totals do: clear sheets and rounded tables can be read \
         cell by cell, and sealed reports have a page of their own.";
    LEFT_SO_FAR = "至今共出校 {0} 份，均为汇总数。", "{0} releases have left so far, all of them totals.";
    LEFT_WITH_SEALED = "至今共出校报表 {0} 份；另已生成密封报告 {1} 份（含待送出和未获接受的），均为汇总数。",
        "{0} releases and {1} sealed reports have been made so far, all of them totals.";
    HELD = "已暂停出校：{0}，自 {1} 起，由 {2} 决定。原因：{3}。本机有 {4} 份已签名的报表因此不发送。",
        "Held: {0}, since {1}, by {2}. Reason: {3}. {4} signed tables wait here because of it.";
    HELD_NEXT = "解除由校长决定：xinqiao-node release hold 学期 --lift --as 账号。暂停和解除都留有记录。",
        "The principal may lift it: xinqiao-node release hold TERM --lift --as LOGIN. Holding and \
         lifting are both kept on record.";
    NEXT_DUE = "下一份自动出校的报表：{0}", "The next one that leaves by itself: {0}";
    NEXT_ITSELF = "到期的报表每天自动出校一次，本校不必再发送", "What is due leaves by itself, once a day";
    NEXT_BY_HAND = "没有自动出校的报表，由本校人工发送", "Nothing leaves by itself; a person sends it";
    NEXT_NOT_JOINED = "本校还没有加入枢纽，没有内容会出校", "The school has not joined a hub; nothing leaves";
    UNANSWERED = "本校还没有登记责任人，报表暂不签名出校",
        "Nobody is named who answers for what leaves, so nothing is signed";
    UNANSWERED_NEXT = "先导入教职工名册，再登记责任人；登记后照常出校，已到期的会补上。",
        "Import the roll of staff, then name the responsible person; after that everything leaves \
         as usual, what is overdue too.";
    UNANSWERED_ACT = "登记责任人", "Name the responsible person";
    LEAVES_AT = "将于 {0} 自动出校", "leaves by itself at {0}";
    LEAVES_BY_HAND = "由本校人工发送，不会自动出校：xinqiao-node release send {0}",
        "sent by a person, never by itself: xinqiao-node release send {0}";
    NOTHING_IDENTIFIABLE = "这份内容不含任何可识别到人的信息：没有姓名、学号、班级、作答，只有下列各格数字。\
        可识别信息只在本机加密数据库 ledger.db 中。",
        "Nothing here identifies a person: no name, student number, class or answer, only the \
         figures below. What identifies persons is only in the encrypted database ledger.db on \
         this machine.";

    SPECIAL = "特殊时期“{0}”：{1} 至 {2}，到期自动结束", "Special period {0}: {1} to {2}; it ends by itself";
    SPECIAL_DAILY = "期间每天早上报送前一天的：{0}。只报次数，不含任何学生的信息；每份都可在出校记录中逐格查看，\
        校长可以暂停。",
        "While it runs, these leave every morning for the day before: {0}. They are counts of the \
         school's own work and hold nothing about a student; each can be read cell by cell in the \
         list of what left, and the principal can hold it.";
    SPECIAL_WEEKLY = "期间每周报送一次：{0}。只报工作数据，每份都可在出校记录中逐格查看，校长可以暂停。",
        "While it runs, these leave every week: {0}. They are counts of the school's own work; \
         each can be read cell by cell in the list of what left, and the principal can hold it.";
    SPECIAL_SEALED = "期间每周密封汇总：{0}。拆成两份分别交给两个部门，只与同组至少五所学校加在一起才能得出合计；\
        可在密封上报中查看。",
        "While it runs, these leave every week under seal: {0}. Each is split between two \
         departments, and only the sum over a group of at least five schools can be opened; the \
         list of sealed reports has them.";
    SPECIAL_KEPT = "以下各项不上报：{0}。{1}。", "These do not leave: {0}. {1}.";
    SPECIAL_PULSE = "请学校开展简短筛查：{0}，{1}。结果只留在本校。",
        "The school is asked to hold a pulse screen: {0}, {1}. Its results stay at this school.";
    SPECIAL_PULSE_OPEN = "开启筛查", "Open a screening";
    COMMA = "、", ", ";

    SYNC = "同步", "Synchronisation";
    LATEST = "最近出校", "Left recently";
    LATEST_NOTE = "每一份都可逐格查看", "each can be read cell by cell";
    ALL_OF = "全部 {0} 份", "all {0}";
    TIME = "签名时间", "Signed";
    KIND = "类型", "Kind";
    CONTENT = "出校内容", "Content";
    RECEIPTS = "回执", "Receipts";
    CLEAR_SHEET = "业务报表", "Clear sheet";
    ROUNDED_TABLE = "取整报表", "Rounded table";
    REVISION = "第 {0} 版", "revision {0}";
    TALLY = "{0} 项计数", "{0} counts";
    TALLY_ROUNDED = "，其中 {0} 项已取整", ", of which {0} rounded";
    TALLY_ALL_ROUNDED = "，全部已取整", ", all of them rounded";
    TALLY_BANDED = "，{0} 项只报区间", ", {0} given as ranges";
    TALLY_BLANK = "，{0} 项空缺并注明原因", ", {0} left blank with the reason";
    NONE_LEFT = "还没有任何内容出校。", "Nothing has left this school yet.";
    NONE_LEFT_NEXT = "导入名册和普测结果后，可先预览，再由您决定是否发送。",
        "After the roster and the screening answers are imported you can preview, then decide to \
         send.";
    NEWER = "较新", "Newer";
    OLDER = "较早", "Older";
    PAGE_OF = "第 {0} / {1} 页", "page {0} of {1}";

    RECEIVED = "已签收", "received";
    REFUSED = "已拒收", "refused";
    WAITING = "待发送", "waiting";
    SENT = "待回执", "not answered yet";
    HOP_RECEIVED = "{0} 签收", "received {0}";
    HOP_REFUSED = "{0} 拒收：{1}。{2}", "refused {0}: {1}. {2}";
    HOP_WAITING = "在本机排队，连通后自动发送", "queued here; sent by itself when the link is up";
    HOP_SENT = "已发送，等待签名回执", "sent; the signed receipt is awaited";
    RECEIPT_DIGEST = "回执摘要 {0}", "receipt digest {0}";

    CONTENT_ALL = "离开本校的全部内容", "Everything that left this school";
    CONTENT_NOTE = "由签名原文逐格解出，与实际发送逐字节一致",
        "decoded cell by cell from the signed bytes; byte for byte what was sent";
    PROOF = "签名与核验", "Signature and verification";
    VERIFIED = "签名有效", "signature valid";
    NOT_VERIFIED = "签名无效", "signature not valid";
    VERIFIED_WHY = "打开本页时已用签名证书核对原文",
        "checked against the signing certificate when this page was opened";
    NOT_VERIFIED_WHY = "原文与签名不符，请保留现场并联系上级枢纽。本机数据未改动。",
        "The bytes do not match the signature. Leave everything as it is and call the hub above. \
         Nothing here was changed.";
    DIGEST = "内容摘要（SHA-256）", "Digest of the content (SHA-256)";
    SIGNER = "签名单位", "Signed by";
    KEY = "密钥编号", "Key id";
    ALGORITHM = "签名算法", "Algorithm";
    CATALOGUE = "指标目录摘要", "Digest of the catalogue";
    TABLE = "报表", "Table";
    POSITION = "发送序列", "Place in the lane";
    SIZE = "大小", "Size";
    BYTES = "{0} 字节", "{0} bytes";
    RAW = "签名原文（十六进制）", "The signed bytes (hexadecimal)";
    RAW_CUT = "这里显示前 {0} 字节，完整原文请下载。",
        "The first {0} bytes are shown; download the whole.";
    DOWNLOAD = "下载签名原文", "Download the signed bytes";
    DOWNLOAD_NOTE = "可用 sha256sum 自行核对摘要", "check the digest with sha256sum";
    WAY = "送达情况", "On its way";
    BACK = "返回出校记录", "Back to the list";

    PREVIEW_NOTE = "尚未签名，尚未离开本机", "not signed, not sent";
    PREVIEW_TO = "将发往 {0}", "would go to {0}";
    PREVIEW_EMPTY = "目前没有待出校的内容。", "Nothing is due to leave.";
    PREVIEW_EMPTY_NEXT = "新的普测结果导入后，或到下一个报送期时，这里会自动出现。",
        "It will appear here when new answers are imported or the next period is due.";
    ABSENT = "不在其中的指标", "Indicators that are not in it";
    ABSENT_NOTE = "未支持不等于零", "unsupported is not zero";
    ABSENT_NONE = "目录中的指标都在其中。", "Every indicator of the catalogue is in it.";
    INDICATOR = "指标", "Indicator";
    WHY = "原因", "Why";
    ITEM = "项目", "Item";

    REASON = "原因", "Reason";
    WHO = "由谁处理", "Who acts";
    HEALS = "何时恢复", "When it heals";
    ACK = "已确认序号 {0}，本机最新 {1}", "{0} acknowledged, {1} here";
    HEARD = "上次回应 {0}", "last answer {0}";
    HEARD_NEVER = "尚未收到过回应", "no answer yet";
    CERTIFICATE = "证书还有 {0} 天，到期前自动续期", "certificate: {0} days left, renews itself";
    NOBODY = "无需人工处理", "Nobody needs to act";
    SCHOOL_IT = "本校信息技术老师", "The school's IT staff";
    HUB_OPERATOR = "上级枢纽运维人员", "The operator of the hub above";
    COMMISSIONS = "区或市主管部门（按原有号码致电核实）",
        "The district's or the city's commission, called by a number known before";
    BOTH_SIDES = "本校信息技术老师与上级枢纽运维人员", "The school's IT staff with the hub's operator";

    S_ACKNOWLEDGED = "已确认", "acknowledged";
    S_ACKNOWLEDGED_WHY = "上级已逐份签收，没有待传内容。",
        "The hub above has signed for everything; nothing waits.";
    S_ACKNOWLEDGED_HEALS = "—", "—";
    S_QUEUED = "排队中", "queued";
    S_QUEUED_WHY = "有内容自 {0} 起在本机排队，内容不会丢失。",
        "Something has been waiting here since {0}. It cannot be lost.";
    S_QUEUED_HEALS = "连通后自动发送，一般几分钟内完成。",
        "It is sent by itself when the link is up, usually within minutes.";
    S_GAP = "有缺口", "gap";
    S_GAP_WHY = "上级缺少序号 {0} 起的内容，正在自动重传。",
        "The hub lacks what starts at sequence {0}; it is being sent again.";
    S_GAP_HEALS = "重传完成后自动恢复，一般几分钟内。",
        "By itself when that is done, usually within minutes.";
    S_UNREACHABLE = "连不上", "unreachable";
    S_UNREACHABLE_WHY = "自 {0} 起连不上上级枢纽，内容在本机保存。",
        "The hub has not been reachable since {0}. Everything is kept here.";
    S_UNREACHABLE_HEALS = "网络恢复后自动续传；超过一天请检查本校网络。",
        "By itself when the network is back. After a day, check the school's network.";
    S_FULL = "上级磁盘已满", "no room above";
    S_FULL_WHY = "上级枢纽的磁盘已满，没有收下新内容；内容在本机保存，没有丢失。",
        "The hub above has no disk space left and took nothing new. Everything is kept here and \
         nothing is lost.";
    S_FULL_HEALS = "请致电上级枢纽运维人员；清出空间后自动继续发送。",
        "Call the hub's operator; sending goes on by itself once there is room.";
    S_STOPPED = "传输已停止", "stopped";
    S_STOPPED_WHY = "上级枢纽在同一序号下存有另一份内容，传输已停止；本机内容没有改动。",
        "The hub keeps other bytes under one of our sequence numbers and the lane has stopped. \
         Nothing here was changed.";
    S_STOPPED_HEALS = "请致电上级枢纽运维人员；双方保留现场，不要删除任何文件。",
        "Call the hub's operator; both sides leave everything as it is.";
    S_REFUSED = "被拒收", "refused";
    S_REFUSED_WHY = "上级拒收了最近一份，原因见出校记录。后面的内容照常发送。",
        "The hub refused the latest release; the reason is in the list. What follows is still \
         sent.";
    S_REFUSED_HEALS = "按出校记录中的说明办理；多数无需操作。",
        "As the list of what left says; mostly nothing needs to be done.";
    S_CLOCK = "需校时", "clock is off";
    S_CLOCK_WHY = "本机时钟与上级相差 {0} 秒，超过允许范围。",
        "This machine's clock differs from the hub's by {0} seconds, more than allowed.";
    S_CLOCK_HEALS = "校准时间后自动恢复。", "By itself when the clock is right.";
    S_EXPIRING = "证书将到期", "certificate ends soon";
    S_EXPIRING_WHY = "证书还有 {0} 天到期，自动续期没有成功。",
        "The certificate ends in {0} days and could not be renewed.";
    S_EXPIRING_HEALS = "续期成功后自动恢复。", "By itself once it is renewed.";
    S_REVOKED = "已停用", "revoked";
    S_REVOKED_WHY = "上级枢纽已停用本校证书，新内容只在本机排队。",
        "The hub has revoked this school's certificate; new content only queues here.";
    S_REVOKED_HEALS = "重新领取邀请码并加入后恢复，历史保留。",
        "When the school joins again with a new invite; its history is kept.";
    S_HUB_REVOKED = "上级枢纽已吊销", "hub revoked";
    S_HUB_REVOKED_WHY = "根证书已吊销上级枢纽的密钥，不再与它通信，新内容只在本机排队。",
        "A root has revoked the key of the hub above. Nothing is sent to it; new content only \
         queues here.";
    S_HUB_REVOKED_HEALS = "该枢纽换发密钥后自动恢复。",
        "By itself, once that hub has new keys.";
    S_NOT_JOINED = "未加入", "not joined";
    S_NOT_JOINED_WHY = "本校还没有加入任何枢纽，没有内容会出校。",
        "This school has not joined a hub; nothing can leave.";
    S_NOT_JOINED_HEALS = "用上级发来的邀请码执行 xinqiao-node join 后恢复。",
        "When xinqiao-node join is run with the invite from the hub.";
}
