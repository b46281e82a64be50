//! Sentences about key statements.

use certs::statement::Purpose;
use runtime::web::Text;

pub(in super::super) const WILL_STATE: Text = Text::new("将签署：{0}", "Will sign: {0}");
pub(in super::super) const STATEMENT: Text =
    Text::new("{1}（{0}）的{2}公钥，{3} 至 {4} 有效", "{1} ({0}), key for {2}, from {3} to {4}");
pub(in super::super) const REQUEST: Text =
    Text::new("{1}（{0}）申请为其{2}公钥出具声明", "Request of {1} ({0}) for its key for {2}");
pub(in super::super) const SIGNED_BY: Text =
    Text::new("  签名 {0} 个；六个字：{1}（{2}）", "  signatures: {0}; words: {2} ({1})");
pub(in super::super) const BY_CERTIFICATE: Text = Text::new(
    "  申请由该单位自己的证书签名，证书在所给根证书之下有效。",
    "  The request is signed with the unit's own certificate, valid under the given roots.",
);
pub(in super::super) const BY_OWN_KEY: Text = Text::new(
    "  注意：申请方没有证书，只证明了持有这把密钥；是谁，只能靠电话核对。",
    "  Note: who asks has no certificate and proves only that it holds the key. Who it is, only \
     the telephone call tells.",
);
pub(in super::super) const TOO_MANY: Text = Text::new(
    "一次最多 2000 个文件；--words 只能用于一把密钥。没有签署任何声明。",
    "at most 2,000 files at a time, and --words goes with one key; no statement was signed.",
);
pub(in super::super) const TWO_ROOTS: Text = Text::new(
    "与 --add 同用时，--root 要写教育、卫健两个根证书。没有签署任何声明。",
    "with --add, give --root twice: both commissions' roots; no statement was signed.",
);
pub(in super::super) const DATES: Text = Text::new(
    "有效期的起止日期颠倒或超出范围，没有签署任何声明。",
    "the first day is after the last or out of range; no statement was signed.",
);

/// What a key is for, as a word in a sentence.
pub(in super::super) const fn purpose(purpose: Purpose) -> Text {
    match purpose {
        Purpose::List => Text::new("接收部门名单", "departments' lists"),
        Purpose::Referral => Text::new("接收转介", "referrals"),
        Purpose::AggregateLeader => Text::new("密封汇总（教育方）", "sealed sums, education"),
        Purpose::AggregateHelper => Text::new("密封汇总（卫健方）", "sealed sums, health"),
        Purpose::ListSender => Text::new("发送部门名单", "sending lists"),
        Purpose::Relay => Text::new("转递转介信件", "passing on letters of referrals"),
    }
}
