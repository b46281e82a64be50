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
    NOTHING_LATE = "没有逾期事项。", "Nothing is late.";
    COUNTED_SINCE = "期限自 {0} 枢纽启动起计数；此前转递的不在其中，由双方各自提醒。",
        "Limits are counted since this hub began at {0}; what passed before is not among them, and \
         both sides have clocks of their own.";
}
