//! Sentences of `notice` and `desk`, in both languages.

use runtime::texts;

texts! {
    NONE = "没有记录。", "there is none.";
    ROW = "#{0}  {1}  {2}  {3}", "#{0}  {1}  {2}  {3}";
    SHOWN = "以上是将要离校的全部内容（{0} 字节）。由德育主任或另一位有权的教师核对后加密发出：\n  \
             xinqiao-node notice send {1} --digest {2}",
        "That is everything that will leave ({0} bytes). The head, or another who may, seals \
         and sends it:\n  xinqiao-node notice send {1} --digest {2}";
    SHOWN_TIP = "以上是将要发出的全部内容（{0} 字节）。核对后加密发出：\n  \
                 xinqiao-node desk send {1} --digest {2}",
        "That is everything that will leave ({0} bytes). Seal and send it:\n  \
         xinqiao-node desk send {1} --digest {2}";
    SENT = "已加密，等待发出（#{0}）。请同时电话告知对方。",
        "sealed, and waiting to leave (#{0}). Telephone as well.";
    DONE = "已登记（#{0}），答复将密封送达。", "written (#{0}); what is answered goes sealed.";
    TIP_FROM = "外部线索，来自{0}（{1}）。请勿外传，不告知涉嫌侵害的人。",
        "Tip from {0} ({1}). Keep it to yourself, and from whoever may harm the child.";
    SHOWN_HAND_OFF = "以上是将要发出的全部内容（{0} 字节）。有危险的请先打电话；核对后加密发出：\n  \
                      xinqiao-node desk send {1} --digest {2}",
        "That is everything that will leave ({0} bytes). Where there is danger telephone first; \
         then seal and send it:\n  xinqiao-node desk send {1} --digest {2}";
    CALLER_FROM = "热线转介，来自{0}（{1}）。只由心理教师办理，请勿外传；联系时按约定的方式。",
        "Caller from {0} ({1}), for the counsellor alone. Keep it to yourself, and reach the \
         caller as was agreed.";
    CALLER_HERE = "热线转介，来自{0}（{1}）。请勿外传；联系时按约定的方式。",
        "Caller from {0} ({1}). Keep it to yourself, and reach the caller as was agreed.";
    DANGER = "有危险：立即联系来电人，必要时拨打 110、120；热线值班：{0}。",
        "In danger: reach the caller now, and 110 or 120 where needed; the hotline on duty: {0}.";
    REPORT_FROM = "强制报告，来自{0}（{1}）。", "Duty report from {0} ({1}).";
}
