//! What `xinqiao-hub letters` says.

use runtime::texts;

texts! {
    NO_RELAY = "本枢纽没有信件转递密钥：只传送信件，不拆看去向。",
        "This hub holds no key of a relay: it passes letters on and reads of none where it goes.";
    ON_THE_WAY = "在途：等下级来取 {0} 封，等上级枢纽回执 {1} 封。",
        "On the way: {0} in lists that members have not fetched, {1} without an answer of the hub \
         above.";
    AT_THE_RELAY = "转递处：待拆 {0} 封；{1} 封的去向没有公钥声明或传送路径。",
        "At the relay: {0} not opened yet; {1} are for a unit without a key statement or a way.";
    SO_FAR = "累计到达 {0} 封，含空信。空信不单独计数，以免看出谁在何时转介。",
        "So far {0} came, empty ones among them. They are not counted apart: that would tell who \
         refers when.";
    REPEATED = "重复送达而丢弃：{0} 封。", "Dropped since they came again: {0}.";
    EXPIRED = "因同意到期或等待过久而丢弃：{0} 封。",
        "Dropped since their consent ended or they waited too long: {0}.";
    UNOPENED = "不能用本枢纽的密钥拆开而丢弃：{0} 封。",
        "Dropped since no key of this hub opens them: {0}.";
    LOST = "到达后无法转递：{0} 封。发出方会看到逾期提示。",
        "Could not be passed on after they came: {0}. Their senders are told that they are late.";
    REFUSED_ABOVE = "上级枢纽拒收：{0} 封。请查看警报。",
        "Refused by the hub above: {0}. Look at the alarms.";
    LATE = "逾期：{0}，{1} 件。", "Late: {0}, {1}.";
    HELD = "等待过久：{0}。", "Waits for too long: {0}.";
    NOTHING_LATE = "没有逾期事项。", "Nothing is late.";
    KEYS_TITLE = "信件转递密钥", "relay's keys";
    KEYS_WELL = "转递密钥有效，声明到 {0} 为止。", "the relay's key holds; its statement ends {0}.";
    NONE_STATED = "有转递密钥，但没有有效的公钥声明：没有单位能把信件密封给本枢纽。",
        "there is a relay's key and no statement about one that holds: nobody can seal a letter to \
         this hub.";
    NONE_STATED_FIX = "请用 key request --purpose relay 申请，签署后用 key state 保存，并发给各校和各接收方。",
        "Ask with key request --purpose relay, keep what was signed with key state, and give it to \
         schools and receivers.";
    NO_NEXT = "转递密钥的声明于 {0} 到期，下一期还没有。",
        "the statement about the relay's key ends {0}, and there is none for the next period.";
    NO_NEXT_FIX = "请用 key request --purpose relay --renew 生成下一期的密钥，到期前两周把签好的声明发到各校和各接收方。",
        "Make the next key with key request --purpose relay --renew, and have the signed statement \
         at schools and receivers two weeks before.";
    STILL_THERE = "已结束的转递密钥还在：{0}。保存过信件的人凭它能看出信件去向。",
        "a relay's key of a closed period is still there: {0}. Whoever kept letters reads with it \
         where they went.";
    STILL_THERE_FIX = "请用 key destroy 销毁，并销毁备份和旧磁盘上的副本。",
        "Destroy it with key destroy, and its copies in backups and on old disks.";
    COUNTED_SINCE = "期限自 {0} 枢纽启动起计数；此前转递的不在其中，由双方各自提醒。",
        "Limits are counted since this hub began at {0}; what passed before is not among them, and \
         both sides have clocks of their own.";
}
