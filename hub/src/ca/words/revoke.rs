//! Sentences about keys that a root takes back.

use certs::revocation::{Reason, Thing};
use runtime::web::Text;

pub(in super::super) const WILL_REVOKE: Text = Text::new("将吊销：{0}", "Will revoke: {0}");
pub(in super::super) const FOR_GOOD: Text = Text::new(
    "吊销不能撤回；此后各单位不再相信这些密钥，签发权被吊销的，它签发的全部证书一并失效。",
    "What is revoked stays so: no unit believes these keys any more, and with an authority falls \
     every certificate that it issued.",
);
pub(in super::super) const REVOKE: Text = Text::new("确定吊销吗？", "Revoke them?");
pub(in super::super) const NOT_REVOKED: Text =
    Text::new("没有吊销，也没有写入任何内容。", "nothing was revoked and nothing was written.");
pub(in super::super) const SIGNED: Text = Text::new(
    "已签发第 {0} 号吊销清单，共 {1} 把密钥：",
    "Signed list {0} of revocations, keys on it: {1}",
);
pub(in super::super) const KEY: Text = Text::new(
    "{0} {1}（{4}），{2} 起失效，原因：{3}",
    "{0} {1} ({4}), not believed from {2} on, because it {3}",
);
pub(in super::super) const NEXT: Text = Text::new(
    "下一步：由市枢纽发布，几分钟内下发到各枢纽和单位；存放根证书的另一个 U 盘也要换成这个文件夹：\n  \
     xinqiao-hub directive publish {0}\n连不上枢纽的单位：xinqiao-node revocations take {0}",
    "Next: the city's hub publishes it, and it reaches every hub and unit within minutes. Replace \
     the folder on the root's other stick too:\n  xinqiao-hub directive publish {0}\nA unit that \
     reaches no hub:  xinqiao-node revocations take {0}",
);
pub(in super::super) const NOT_OURS: Text = Text::new(
    "{0} 里没有这个根证书签发的签发权、签名密钥或单位证书，没有吊销任何密钥。",
    "{0} holds no authority, signing key or unit of this root; nothing was revoked.",
);
pub(in super::super) const NOT_OURS_NEXT: Text = Text::new(
    "请给出 sign-issuer、pack-key、statement-key 写出的文件，或由该密钥签过的标准包、公钥声明；\
     单位证书要连同签发它的证书一起给出。分不清是哪个根证书的，用 xinqiao-ca show 查看。",
    "Give what sign-issuer, pack-key or statement-key wrote, or a pack or key statement that the \
     key signed; a unit's certificate goes with its issuer's in one file. xinqiao-ca show tells \
     whose a file is.",
);
pub(in super::super) const DATES: Text = Text::new(
    "起始日期超出范围或在今天之后，没有吊销任何密钥。",
    "the first day is out of range or still to come; nothing was revoked.",
);

/// What a key was for.
pub(in super::super) const fn thing(thing: Thing) -> Text {
    match thing {
        Thing::Authority => Text::new("签发权", "authority"),
        Thing::Packs => Text::new("标准包签名密钥", "pack key"),
        Thing::Statements => Text::new("声明签名密钥", "statement key"),
        Thing::Unit => Text::new("单位", "unit"),
    }
}

/// Why it was taken back, as the end of a sentence.
pub(in super::super) const fn reason(reason: Reason) -> Text {
    match reason {
        Reason::Stolen => Text::new("被盗或可能被盗", "was or may have been stolen"),
        Reason::Lost => Text::new("遗失", "was lost"),
        Reason::Mistake => Text::new("误签", "was certified by mistake"),
        Reason::Ceased => Text::new("持有单位已停用", "is of a holder that has ended"),
    }
}
