//! What is said, at the terminal and on pages, of letters that were put aside since the certificate
//! of who signed them had ended: what they are, what stands as it was, and what to do next. What
//! they say is shown to nobody.

use runtime::texts;
use runtime::web::time::minute;
use runtime::web::{Lang, Text};

use crate::ledger::aside::{Kind, Question};

texts! {
    TITLE = "证书已过期、等待对方确认", "Under an ended certificate, waiting for its sender";
    NONE = "没有等待对方确认的信件。", "No letter waits to be said again.";
    WHAT = "来信", "What came";
    SENDER = "询问对象", "Who is asked";
    LETTERS = "封数", "Letters";
    QUESTION = "询问情况", "Asked";
    ANSWER = "对转介的答复", "Answer about a referral";
    CARD_ANSWER = "专家对会诊卡的答复", "An expert's answer about a card";
    REPLY = "对报告、线索或热线转介的答复", "Answer to a report, a tip or a hand-off";
    REFERRAL = "转介", "Referral";
    CARD = "会诊卡", "Card of a consultation";
    REPORT = "强制报告", "Duty report";
    TIP = "外部线索", "Tip from an office";
    HAND_OFF = "热线转介", "Hotline hand-off";
    TRANSFER = "转学", "Transfer of a student";
    ASKED = "已询问 {0} 次，最近一次 {1}", "{0} times, last {1}";
    NOT_ASKED = "还没有询问：等下一个时段，或等对方的公钥声明",
        "not yet: it waits for the next slot, or for a statement of the sender's key";
    HAPPENED = "拆信时，签发这封信的证书已经过期：可能是对方本人早先发的，也可能有人捡到了旧密钥。",
        "The certificate under which it was signed had ended when it was opened: its sender may \
         have sent it long ago, or somebody found an old key.";
    STANDS_ANSWER = "内容没有采信，也不给任何人看；账本没有变动。对方确认后自动登记。",
        "What it says is not believed and shown to nobody, and no ledger changed. It counts by \
         itself once its sender says that it is its own.";
    STANDS_ANEW = "内容没有采信，也没有保存；账本没有变动。对方会按现状重新密封发来。",
        "What it says is neither believed nor kept, and no ledger changed. Its sender seals anew \
         what still stands.";
    NEXT_ANSWER = "节点会自动询问。急的请致电对方：是其本人答复的，登记确认人姓名；不是的，或对方已不存在的，不再等待。",
        "The node asks by itself. In a hurry telephone: where the answer is theirs, enter who said \
         so; where it is not, or they are gone for good, wait no more.";
    NEXT_ANEW = "节点会自动询问，30 天没有结果就放弃。急的请致电对方重新发来；对方说没有发过的，不再等待。",
        "The node asks by itself, for 30 days. In a hurry telephone and have it sent again; where \
         they say that they never sent it, wait no more.";
    NEXT_RECEIVER = "节点会自动询问。急的请致电对方核实；对方重新确认之前，不要按来信办理。",
        "The node asks by itself. In a hurry telephone them; act on nothing of it before they have \
         said it again.";
}

/// What was put aside.
pub(crate) const fn label(kind: Kind) -> Text {
    match kind {
        Kind::Answer => ANSWER,
        Kind::CardAnswer => CARD_ANSWER,
        Kind::Reply => REPLY,
        Kind::Referral => REFERRAL,
        Kind::Card => CARD,
        Kind::Report => REPORT,
        Kind::Tip => TIP,
        Kind::HandOff => HAND_OFF,
        Kind::Transfer => TRANSFER,
    }
}

/// What stands as it was.
pub(crate) const fn stands(kind: Kind) -> Text {
    if kind.is_answer() { STANDS_ANSWER } else { STANDS_ANEW }
}

/// What somebody at a school does.
pub(crate) const fn next(kind: Kind) -> Text {
    if kind.is_answer() { NEXT_ANSWER } else { NEXT_ANEW }
}

/// How often its sender was asked, and when last.
pub(crate) fn asked(question: Question, lang: Lang) -> String {
    match question.asked_at_ms {
        Some(at) => ASKED.fill(lang, &[&question.asked, &minute(at)]),
        None => NOT_ASKED.in_lang(lang).to_owned(),
    }
}
