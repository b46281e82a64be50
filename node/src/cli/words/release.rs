//! Sentences about what leaves, what is held and what the hub said to it.

use runtime::texts;

texts! {
    PREVIEW = "{0}：如果现在发送，将会出校的全部内容（尚未签名）",
        "{0}: everything that would leave if it were sent now (not signed)";
    NOTHING_DUE = "目前没有到期待出校的报表。", "No report is due to leave.";
    LEAVES_AT = "业务报表将于 {0} 自动出校；学期报表由人发送。",
        "Sheets leave by themselves on {0}; those of a term are sent by a person.";
    BLOCKED = "{0}：暂不能出校，{1}", "{0}: cannot leave yet, {1}";
    BYTES = "{0} 字节", "{0} bytes";
    CLEAR_SHEET = "业务报表", "clear sheet";
    ROUNDED_TABLE = "取整报表", "rounded table";
    UNCHANGED = "{0}：与上次出校的内容相同，不重复发送。",
        "{0}: the last release says the same; it is not sent again.";
    ONCE_A_TERM = "{0}：取整报表每学期只出一次，更改后的数字不再出校。",
        "{0}: a rounded table is released once a term; changed figures stay here.";
    ABSENT = "不在其中（未支持，不是零）共 {0} 项：{1}{2}",
        "not in it (unsupported, which is not zero), {0}: {1}{2}";
    COMMA = "、", ", ";
    NOTHING_LEFT = "还没有任何内容出校。", "Nothing has left this school yet.";
    NUMBER = "编号", "number";
    SIGNED = "签名时间", "signed";
    PERIOD = "时段", "period";
    TABLE = "报表", "table";
    REVISION = "版次", "revision";
    ANSWER = "回执", "answer";
    RECEIVED = "{0} 已于 {1} 签收", "{0} received it {1}";
    REFUSED = "{0} 已于 {1} 拒收：{2}", "{0} refused it {1}: {2}";
    REFUSED_THEN = "{0}：{1}", "{0}: {1}";
    WAITING = "等待发往 {0}", "waiting to be sent to {0}";
    SENT = "已发往 {0}，等待回执", "sent to {0}, not answered yet";
    NO_RELEASE = "没有编号为 {0} 的出校记录。", "there is no release {0}.";
    NO_RELEASE_NEXT = "编号见 xinqiao-node release list 的第一列。",
        "The numbers are in the first column of xinqiao-node release list.";
    RELEASES_UNREAD = "出校记录无法读取，没有改动任何内容。",
        "the releases cannot be read; nothing was changed.";
    SIGNATURE_VALID = "签名有效", "signature valid";
    SIGNATURE_INVALID = "签名无效或证书已不在本机", "signature not valid, or its certificate is gone";
    SHOWN_FACTS = "第 {0} 版 · {1} 字节 · SHA-256 {2}", "revision {0} · {1} bytes · SHA-256 {2}";
    SIGNED_BY = "签名单位 {0}", "signed by {0}";
    SEND_NOW = "签名并发送这 {0} 份报表给 {1}？", "Sign these {0} tables and send them to {1}?";
    SEND_DECLINED = "没有签名，也没有发送任何内容。", "nothing was signed and nothing was sent.";
    NOTHING_NEW = "没有新的内容需要发送；以前的都已有回执。",
        "There is nothing new to send, and everything before was answered.";
    QUEUED = "{0} 份报表已签名并排队，但还没有收到枢纽的回执；内容不会丢失。",
        "{0} releases are signed and queued, but the hub has not answered; nothing is lost.";
    QUEUED_NEXT = "不必重做：serve 运行时会自动续传；也可稍后再运行 xinqiao-node release send。",
        "Nothing to redo: serve goes on by itself, or run xinqiao-node release send again later.";
    HOLD_REASON = "请用 --reason 写明原因（至多 {0} 个字）；没有改动任何内容。",
        "--reason says why, in at most {0} characters; nothing was changed.";
    HELD_NOW = "已暂停 {0} 的出校：解除之前不签名、不发送。已签名而留在本机的：{1} 份。",
        "Held {0}: nothing of it is signed or sent until the hold is lifted. Signed and kept here: \
         {1}.";
    HELD_BEFORE = "{0} 的出校先前已经暂停，原来的原因和时间保留。已签名而留在本机的：{1} 份。",
        "{0} was held before; its first reason and time stay. Signed and kept here: {1}.";
    HELD_TOO_LATE = "注意：另有 {0} 份在暂停之前已经发往枢纽，无法收回，见 release list。",
        "Note: {0} more were sent to the hub before the hold and cannot be taken back; see \
         release list.";
    HELD_WITHOUT_ACCOUNT = "注意：本机还没有账号，记录的经手人是电脑的登录用户 {0}；解除须由校长本人账号。",
        "Note: this node has no account yet, so the record names whoever is signed in to the \
         computer ({0}); lifting needs the principal's account.";
    HELD_NEXT = "解除（校长本人）：xinqiao-node release hold {0} --lift --as 账号 --reason \"原因\"",
        "The principal lifts it:  xinqiao-node release hold {0} --lift --as LOGIN --reason \"...\"";
    HOLD_ACCOUNT = "暂停或解除出校由校长决定，需要校长本人的账号；没有改动任何内容。",
        "holding releases and lifting a hold need the principal's account; nothing was changed.";
    HOLD_ACCOUNT_NEXT = "请校长本人加 --as 账号操作。还没有账号：xinqiao-node user add 登录名 --role principal",
        "The principal runs it with --as LOGIN. No account yet:  xinqiao-node user add LOGIN \
         --role principal";
    NOT_HELD = "{0} 的出校没有被暂停，没有改动任何内容。", "{0} is not held; nothing was changed.";
    LIFTED = "已解除 {0} 的暂停（留有记录）。先前签名的会自动发送；新的数字请运行 release send。",
        "Lifted the hold of {0}, which is kept on record. What was signed before is sent by \
         itself; for new figures run release send.";
    IS_HELD = "{0} 的出校自 {1} 起由 {2} 暂停，原因：{3}。没有签名，也没有发送任何内容。",
        "releases of {0} are held since {1} by {2}, because: {3}. Nothing was signed or sent.";
    IS_HELD_NEXT =
        "由校长决定是否解除：xinqiao-node release hold {0} --lift --as 账号 --reason \"原因\"",
        "The principal may lift it:  xinqiao-node release hold {0} --lift --as LOGIN \
         --reason \"...\"";
    HOLD_LINE = "已暂停出校：{0}，自 {1} 起，由 {2} 决定，原因：{3}（{4} 份已签名，留在本机）",
        "HELD  {0} since {1} by {2}: {3} ({4} signed tables wait here)";
    STATUS_HELD = "已暂停出校：{0}，自 {1} 起，由 {2} 决定，原因：{3}",
        "HELD  {0} since {1} by {2}: {3}";
    STOP_IT = "\n需要暂停（校长）：xinqiao-node release hold {0} --as 账号 --reason \"原因\"",
        "\nThe principal stops it:  xinqiao-node release hold {0} --as LOGIN --reason \"...\"";
    HUB_REFUSED = "枢纽拒收：{0}。", "the hub refused it: {0}.";
    CONFLICT = "枢纽在同一序号下存有另一份内容，传输已停止；本机数据没有改动。",
        "the hub keeps other bytes under one of our sequences and the lane has stopped; nothing \
         here was changed.";
}
