//! Sentences of the ceremony.

use runtime::web::Text;

pub(super) mod revoke;
pub(super) mod statement;

pub(super) const MADE_FOR: Text = Text::new("已为{0}建立根证书：{1}", "made a root for {0} in {1}");
pub(super) const PLAIN_KEY: Text = Text::new(
    "危险：私钥不设口令，谁复制了这个文件，谁就能以主管部门名义签发。仅限演示和测试。",
    "DANGER: the key has no passphrase; whoever copies its file signs for the commission. For \
     demonstrations and tests only.",
);
pub(super) const UNPROTECTED: Text = Text::new(
    "注意：{0} 没有口令保护；设口令的办法：xinqiao-ca passphrase --help",
    "Note: {0} has no passphrase; how to give it one:  xinqiao-ca passphrase --help",
);
pub(super) const OPENING: Text = Text::new("打开私钥文件 {0}", "Opening the key file {0}");
pub(super) const PASSPHRASE: Text = Text::new("口令：", "Passphrase: ");
pub(super) const NEW_PASSPHRASE: Text = Text::new(
    "请为新私钥设定口令（至少 12 个字符）：",
    "Passphrase for the new key (at least 12 characters): ",
);
pub(super) const PASSPHRASE_LENGTH: Text = Text::new(
    "口令须至少 12 个字符、至多 1024 字节；没有签发也没有写入任何内容。",
    "a passphrase has at least 12 characters and at most 1024 bytes; nothing was signed or \
     written.",
);
pub(super) const PASSPHRASE_WRONG: Text = Text::new(
    "口令不对，私钥文件 {0} 没有打开；没有签发也没有写入任何内容。",
    "the passphrase does not open the key file {0}; nothing was signed or written.",
);
pub(super) const PASSPHRASE_WRONG_NEXT: Text = Text::new(
    "请再试一次。口令遗失无法找回：须建立新的根证书，并重新举行仪式。",
    "Try again. A lost passphrase cannot be recovered: it takes a new root and a new ceremony.",
);
pub(super) const DOCUMENT_PASSPHRASE_NEXT: Text = Text::new(
    "请再试一次。口令遗失无法找回，但不必重建根证书：用 pack-key 或 statement-key 另建一个新密钥即可。",
    "Try again. A lost passphrase cannot be recovered, but it takes no new root: make a new key \
     with pack-key or statement-key.",
);
pub(super) const IS_PACK_KEY: Text = Text::new(
    "{0} 是标准包签名密钥，这里要的是声明签名密钥；没有签署，也没有改动任何内容。",
    "{0} is a key for packs, and one for key statements is needed here; nothing was signed or \
     changed.",
);
pub(super) const IS_PACK_KEY_NEXT: Text = Text::new(
    "请改用 statement-key 建立的密钥文件；分不清时用 xinqiao-ca show 查看。",
    "Give the file that statement-key made; xinqiao-ca show tells the two apart.",
);
pub(super) const IS_STATEMENT_KEY: Text = Text::new(
    "{0} 是声明签名密钥，这里要的是标准包签名密钥；没有签署，也没有改动任何内容。",
    "{0} is a key for key statements, and one for packs is needed here; nothing was signed or \
     changed.",
);
pub(super) const IS_STATEMENT_KEY_NEXT: Text = Text::new(
    "请改用 pack-key 建立的密钥文件；分不清时用 xinqiao-ca show 查看。",
    "Give the file that pack-key made; xinqiao-ca show tells the two apart.",
);
pub(super) const KEY_OF_PACKS: Text = Text::new(
    "标准包签名密钥（{1}，{0}），{2} 前有效\n  证书 SHA-256 {3}",
    "Key that signs packs ({1}, {0}), valid until {2}\n  certificate SHA-256 {3}",
);
pub(super) const KEY_OF_STATEMENTS: Text = Text::new(
    "声明签名密钥（{1}，{0}），{2} 前有效\n  证书 SHA-256 {3}",
    "Key that signs key statements ({1}, {0}), valid until {2}\n  certificate SHA-256 {3}",
);
pub(super) const EDUCATION: Text = Text::new("教育部门", "education");
pub(super) const HEALTH: Text = Text::new("卫健部门", "health");
pub(super) const UNKNOWN_HOLDER: Text = Text::new("部门不明", "commission unknown");
pub(super) const REQUEST_ROOT: Text = Text::new(
    "申请 {0} 的证书不在给出的根证书之下，没有签署。",
    "the certificate of the request {0} does not stand under a root that was given; nothing was \
     signed.",
);
pub(super) const REQUEST_ROOT_NEXT: Text = Text::new(
    "请把教育、卫健两个根证书都写上：--root education.pem --root health.pem",
    "Give both commissions' roots:  --root education.pem --root health.pem",
);
pub(super) const OTHER_COMMISSION_NEXT: Text = Text::new(
    "请把请求文件交给另一个部门，在它存放根证书的电脑上签发。",
    "Carry the request to the other commission, to the computer with its root.",
);
pub(super) const PASSPHRASE_CHANGED: Text = Text::new(
    "已为 {0} 设定新口令，私钥本身没有变。其他 U 盘上的旧副本仍用旧口令，请一并更换。",
    "{0} opens with the new passphrase; the key itself is the same. Older copies on other sticks \
     still open with the old one: replace them.",
);
pub(super) const PASSPHRASE_GONE: Text =
    Text::new("{0} 现在没有口令保护。", "{0} has no passphrase now.");
pub(super) const STDIN_TWICE: Text = Text::new(
    "标准输入只能给出一个口令；没有改动任何内容。",
    "standard input can give one passphrase only; nothing was changed.",
);
pub(super) const ROOT_OF: Text = Text::new("{0} 的根证书", "Root certificate of {0}");
pub(super) const ROOT_OF_EDUCATION: Text =
    Text::new("{0} 的根证书（教育部门）", "Root certificate of {0} (education)");
pub(super) const ROOT_OF_HEALTH: Text =
    Text::new("{0} 的根证书（卫健部门）", "Root certificate of {0} (health)");
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
    Text::new("对方读出的六个字与上面完全一致吗？", "Did the other side read out the same words?");
pub(super) const WORDS_DIFFER: Text =
    Text::new("六个字不一致，没有签署任何内容。", "the words differ; nothing was signed.");
pub(super) const WORDS_DIFFER_NEXT: Text = Text::new(
    "请对方重新导出申请文件，并用您原来就有的号码再次核对。",
    "Ask for the request file again and compare by a number that you already had.",
);
pub(super) const SIGNED: Text = Text::new("已签发 {0} → {1}", "Signed {0}  {1}");
pub(super) const PACK_KEY: Text =
    Text::new("已生成标准包签名密钥 {0} → {1}", "Made pack key {0}  {1}");
pub(super) const STATEMENT_KEY: Text =
    Text::new("已生成声明签名密钥 {0} → {1}", "Made statement key {0}  {1}");
pub(super) const REQUEST_FOR: Text =
    Text::new("签发权请求，范围 *.{0}", "Request for an issuing authority for *.{0}");
pub(super) const CERTIFICATE: Text = Text::new("证书，SHA-256 {0}", "Certificate, SHA-256 {0}");
pub(super) const PACK: Text = Text::new(
    "标准包 {0} / {1}，版本 {2}（第 {3} 号），自 {4} 起生效",
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
pub(super) const OTHER_COMMISSION: Text = Text::new(
    "请求文件 {0} 应由另一个部门签发：卫健部门的根证书只签发卫健方枢纽，其他枢纽由教育部门签发；没有签发。",
    "the request {0} is the other commission's to sign: health's root signs helper hubs, \
     education's every other hub; nothing was signed.",
);
pub(super) const ALTERED: Text = Text::new(
    "{0} 上已有的签名与内容不符：签名之后内容被改动过；没有签署。",
    "a signature on {0} does not fit its content: it was changed after it was signed; nothing was \
     signed.",
);
pub(super) const ALTERED_NEXT: Text = Text::new(
    "不要使用这份文件。请向先签的部门重新要一份，并核对内容。",
    "Do not use this file. Ask the commission that signed first for it again, and compare.",
);
pub(super) const OWN_PACK: Text = Text::new(
    "{0} 只有这个密钥自己的签名，再签一次不会多一个；没有写入。",
    "{0} has this very key's signature and no other, and signing again adds none; nothing was \
     written.",
);
pub(super) const OWN_PACK_NEXT: Text = Text::new(
    "请由另一个部门用它的密钥追加签名。",
    "Let the other commission add its signature with its own key.",
);
pub(super) const NO_KEY: Text = Text::new(
    "{0} 里没有可用的私钥，没有签发。",
    "there is no usable key in {0}; nothing was signed.",
);
pub(super) const NOT_USABLE: Text = Text::new(
    "文件 {0} 不能使用，没有签发也没有写入任何内容。",
    "the file {0} cannot be used; nothing was signed or written.",
);
pub(super) const WHICH_SCALE: Text = Text::new(
    "请用 --name 写明哪个量表，没有写入任何内容。",
    "--name says which scale; nothing was written.",
);
pub(super) const NO_PACK: Text = Text::new(
    "没有 {0}/{1} 这个标准包，没有写入任何内容。",
    "there is no pack {0}/{1}; nothing was written.",
);
pub(super) const PACK_NAMES: Text = Text::new("可选名称：{0}", "Names to choose from: {0}");
pub(super) const EXPORTED_BUILT_IN: Text = Text::new(
    "已把内置的 {0}/{1} 写入 {2}，尚未发布过。",
    "Wrote the built-in {0}/{1} to {2}; none was published yet.",
);
pub(super) const EXPORTED: Text = Text::new(
    "已把 {0}/{1} 最近发布的版本（序号 {3}）写入 {2}。",
    "Wrote {0}/{1} as it was published last (serial {3}) to {2}.",
);
pub(super) const EXPORTED_NEXT: Text = Text::new(
    "下一步：修改 {3}，由两个主管部门先后签署，再由市枢纽发布：\n  \
     xinqiao-ca sign-pack --key 标准包密钥 --kind {0} --name {1} --serial {2} --version-name 版本 \
     --effective-from 日期 {3} --out 签好的文件",
    "Next: change {3}, have both commissions sign it, then the city's hub publishes it:\n  \
     xinqiao-ca sign-pack --key PACK-KEY --kind {0} --name {1} --serial {2} --version-name VERSION \
     --effective-from DAY {3} --out SIGNED",
);
pub(super) const SOURCE_EXISTS: Text = Text::new(
    "文件 {0} 已存在，没有覆盖；请另选一个文件名。",
    "the file {0} exists and was not written over; choose another name.",
);
pub(super) const SOURCE_UNWRITABLE: Text =
    Text::new("文件 {0} 无法写入。", "the file {0} cannot be written.");
