//! Sentences of the ceremony.

use runtime::web::Text;

pub(super) const MADE_FOR: Text = Text::new("已为{0}建立根证书：{1}", "made a root for {0} in {1}");
pub(super) const PLAIN_KEY: Text = Text::new(
    "根私钥文件仅属主可读，没有口令保护：请把文件夹存入两个加密 U 盘、分放两处保险柜，然后清空本机。",
    "The root key's file is readable by its owner only and has no passphrase: keep the folder on \
     two encrypted sticks in two safes, then erase this computer.",
);
pub(super) const ROOT_OF: Text = Text::new("{0} 的根证书", "Root certificate of {0}");
pub(super) const FINGERPRINT: Text = Text::new(
    "  SHA-256  {0}\n  十六个字 {1}\n  英文     {2}",
    "  SHA-256  {0}\n  words zh {1}\n  words    {2}",
);
pub(super) const WILL_SIGN: Text = Text::new(
    "将为 {0} 签发证书签发权，范围仅限 *.{1}",
    "Will sign an issuing authority for {0}, for *.{1} and nothing else",
);
pub(super) const SIX_WORDS: Text =
    Text::new("请与对方逐字核对：{0}（{1}）", "Compare by telephone: {1} ({0})");
pub(super) const DO_THEY_AGREE: Text =
    Text::new("对方读出的六个词与上面完全一致吗？", "Did the hub's operator read the same words?");
pub(super) const WORDS_DIFFER: Text =
    Text::new("六个词不一致，没有签发。", "the words differ; nothing was signed.");
pub(super) const WORDS_DIFFER_NEXT: Text = Text::new(
    "请对方重新导出请求文件，并用您原来就有的号码再次核对。",
    "Ask the hub for its request file again and compare by a number that you already had.",
);
pub(super) const SIGNED: Text = Text::new("已签发 {0} → {1}", "Signed {0}  {1}");
pub(super) const PACK_KEY: Text =
    Text::new("已生成数据包签名密钥 {0} → {1}", "Made pack key {0}  {1}");
pub(super) const REQUEST_FOR: Text =
    Text::new("签发权请求，范围 *.{0}", "Request for an issuing authority for *.{0}");
pub(super) const CERTIFICATE: Text = Text::new("证书，SHA-256 {0}", "Certificate, SHA-256 {0}");
pub(super) const PACK: Text = Text::new(
    "数据包 {0} / {1}，版本 {2}（第 {3} 号），自 {4} 起生效",
    "Pack {0} / {1}, version {2} (serial {3}), in force from {4}",
);
pub(super) const SIGNATURES: Text =
    Text::new("  签名 {0} 个，内容 SHA-256 {1}", "  signatures: {0}, content SHA-256 {1}");
pub(super) const EXISTS: Text =
    Text::new("{0} 已经存在，没有改动。", "{0} is there already and was not changed.");
pub(super) const EXISTS_NEXT: Text =
    Text::new("请另选一个文件夹或文件名。", "Choose another folder or file name.");
pub(super) const OTHER_ZONE: Text = Text::new(
    "请求文件 {0} 属于另一个城市，没有签发。",
    "the request {0} is for another city; nothing was signed.",
);
pub(super) const NO_KEY: Text = Text::new(
    "{0} 里没有可用的私钥，没有签发。",
    "there is no usable key in {0}; nothing was signed.",
);
pub(super) const NOT_USABLE: Text = Text::new(
    "文件 {0} 不能使用，没有签发也没有写入任何内容。",
    "the file {0} cannot be used; nothing was signed or written.",
);
