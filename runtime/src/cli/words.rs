//! Sentences that every command line shares.

use crate::web::Text;

pub(super) const ERROR: Text = Text::new("错误：", "error: ");
pub(super) const CAUSE: Text = Text::new("原因：{0}", "cause: {0}");
pub(super) const USAGE: Text = Text::new("命令用法有误：{0}", "{0}");
pub(super) const USAGE_IS: Text =
    Text::new("用法：{0}\n完整说明请加 --help。", "Usage: {0}\nAdd --help for all of it.");
pub(super) const USAGE_HELP: Text =
    Text::new("用法请加 --help 查看。", "Add --help for the usage.");
pub(super) const UNKNOWN_ARGUMENT: Text =
    Text::new("没有“{0}”这个选项或参数", "there is no argument {0}");
pub(super) const UNKNOWN_COMMAND: Text = Text::new("没有“{0}”这个命令", "there is no command {0}");
pub(super) const BAD_VALUE: Text =
    Text::new("{0} 的值“{1}”不能使用", "the value {1} of {0} cannot be used");
pub(super) const FORM: Text = Text::new("，{0}", ", {0}");
pub(super) const FORM_PERIOD: Text = Text::new(
    "学期写作 2025S1（秋季）、2025S2（春季），其他时段如 2025-11、2025-W45、2025H2、2025Y",
    "a term is written 2025S1 or 2025S2, another period such as 2025-11, 2025-W45, 2025H2 or 2025Y",
);
pub(super) const FORM_KIND: Text = Text::new(
    "类别为 city 市、district 区县、street 街镇、school 学校、centre 中心、clinic 医疗机构之一",
    "one of city, district, street, school, centre and clinic",
);
pub(super) const FORM_ZONE: Text =
    Text::new("请写城市的域名，如 qingdao.example", "write a DNS name such as qingdao.example");
pub(super) const FORM_UNIT: Text = Text::new(
    "编号为 1 至 40 个字母、数字或连字符，如 F370202004J01",
    "an id has 1 to 40 letters, digits or hyphens, such as F370202004J01",
);
pub(super) const FORM_DAY: Text = Text::new("日期写作 2025-09-01", "a day is written 2025-09-01");
pub(super) const FORM_ADDRESS: Text =
    Text::new("请写 IP 地址和端口，如 127.0.0.1:8443", "write an IP address and a port");
pub(super) const FORM_NUMBER: Text = Text::new("请写整数", "write a whole number");
pub(super) const POSSIBLE: Text = Text::new("，可用的值：{0}", ", possible: {0}");
pub(super) const SIMILAR: Text = Text::new("，是不是“{0}”？", ", did you mean {0}?");
pub(super) const MISSING_ARGUMENTS: Text = Text::new("缺少必需的选项或参数：{0}", "missing: {0}");
pub(super) const MISSING_VALUE: Text = Text::new("{0} 后面缺少值", "{0} needs a value");
pub(super) const CONFLICTING: Text =
    Text::new("{0} 不能与 {1} 同时使用", "{0} cannot be used with {1}");
pub(super) const TWICE: Text = Text::new("{0} 只能出现一次", "{0} can be given once only");
pub(super) const MAN_WRITTEN: Text =
    Text::new("已在 {1} 写入 {0} 个手册页。", "Wrote {0} manual pages to {1}.");
pub(super) const MAN_UNWRITABLE: Text = Text::new(
    "手册页无法写入 {0}；先前写好的页仍在。",
    "the manual page {0} cannot be written; those before it were.",
);
pub(super) const ACCOUNT_REFUSED: Text =
    Text::new("账号没有设定，没有改动任何内容。", "the account was not set; nothing was changed.");
pub(super) const LOGIN_FORM: Text = Text::new(
    "登录名须为 1 至 40 个字母、数字、点、连字符或下划线；没有改动任何内容。",
    "a login has 1 to 40 letters, digits, dots, hyphens or underscores; nothing was changed.",
);
pub(super) const PASSWORD_COMMON: Text = Text::new(
    "这个密码太常见，是别人最先会试的那种；没有改动任何内容，请换一个自己的。",
    "this password is one of those that are tried first; nothing was changed, choose one of your \
     own.",
);
pub(super) const PASSWORD_SAME: Text = Text::new(
    "新密码与原来的一样；没有改动任何内容。",
    "the new password is the old one; nothing was changed.",
);
pub(super) const PASSWORD_GIVEN: Text = Text::new(
    "这个密码是别人设的，本人还没有更换；没有改动任何内容。",
    "this password was given by somebody else and not replaced yet; nothing was changed.",
);
pub(super) const PASSWORD_GIVEN_NEXT: Text = Text::new(
    "请先用 user password 命令换成自己的密码。",
    "Replace it first, with the command user password.",
);
pub(super) const SIGN_IN: Text = Text::new(
    "账号或密码不对，或账号已暂停；没有改动任何内容。",
    "the account or its password is wrong, or it is paused; nothing was changed.",
);
pub(super) const SIGN_IN_CODE: Text = Text::new(
    "需要第二步验证码，或验证码不对、已用过；没有改动任何内容。",
    "a code of the second step is needed, or it is wrong or was used; nothing was changed.",
);
pub(super) const PASSWORD_FORM: Text = Text::new(
    "密码须至少 10 个字符、至多 256 字节；没有改动任何内容。",
    "a password has at least 10 characters and at most 256 bytes; nothing was changed.",
);
pub(super) const ROLE_FORM: Text =
    Text::new("没有这个岗位，没有改动任何内容。", "there is no such role; nothing was changed.");
pub(super) const ROLE_FORM_NEXT: Text =
    Text::new("可用的岗位见该命令的 --help。", "The roles are in the command's --help.");
pub(super) const YES_NO: Text = Text::new(" [是/否] ", " [yes/no] ");
pub(super) const AGAIN: Text = Text::new("请再输入一次：", "Once more: ");
pub(super) const NO_THREADS: Text = Text::new(
    "系统未能提供线程，没有执行任何操作。",
    "the system gave no threads; nothing was done.",
);
pub(super) const JSON_FAILED: Text =
    Text::new("结果无法写成 JSON。", "the result cannot be written as JSON.");
pub(super) const NOBODY: Text = Text::new(
    "这里需要回答，但当前没有终端可供提问；没有改动任何内容。请使用 {0}。",
    "an answer is needed and nobody can be asked here; nothing was changed. Use {0}.",
);
pub(super) const INPUT_FAILED: Text = Text::new(
    "无法读取输入，没有改动任何内容。",
    "the answer could not be read; nothing was changed.",
);
pub(super) const INTERRUPTED: Text =
    Text::new("已中断，没有改动任何内容。", "interrupted; nothing was changed.");
pub(super) const SECRETS_DIFFER_AGAIN: Text =
    Text::new("两次输入不一致，请从头输入。", "The two differ; type it again.");
pub(super) const SECRETS_DIFFER: Text = Text::new(
    "两次输入不一致，没有改动任何内容。请重新运行。",
    "the two differ; nothing was changed. Run the command again.",
);
pub(super) const FILE_NOT_FOUND: Text =
    Text::new("找不到文件 {0}，没有改动任何内容。", "there is no file {0}; nothing was changed.");
pub(super) const FILE_UNREADABLE: Text = Text::new(
    "无法读取文件 {0}，没有改动任何内容。",
    "the file {0} cannot be read; nothing was changed.",
);
pub(super) const FILE_NOT_TEXT: Text = Text::new(
    "文件 {0} 不是可用的文本（不是 UTF-8 或过大），没有改动任何内容。",
    "the file {0} is no usable text (not UTF-8, or too large); nothing was changed.",
);

pub(super) const STORE_LOCKED: Text = Text::new(
    "数据库正被另一个进程占用，没有改动任何内容。",
    "another process holds the database; nothing was changed.",
);
pub(super) const TRY_AGAIN: Text = Text::new("请稍后再试。", "Try again in a moment.");
pub(super) const STORE_FULL: Text = Text::new(
    "磁盘空间不足，没有写入任何内容，已有数据完好。",
    "no space is left on the disk; nothing was written and what was stored is intact.",
);
pub(super) const FREE_SPACE: Text =
    Text::new("请清理磁盘后重新运行同一命令。", "Free some space and run the same command again.");
pub(super) const STORE_UNREADABLE: Text = Text::new(
    "数据库文件无法打开：文件不是数据库，或密钥不对；文件没有被改动。",
    "the database cannot be opened: not a database, or the key is wrong; it was not changed.",
);
pub(super) const STORE_NEWER: Text = Text::new(
    "数据库版本为 {0}，本程序只认识到 {1}；文件没有被改动。",
    "the database has version {0}, this program knows {1}; the file was not changed.",
);
pub(super) const UPDATE: Text =
    Text::new("请安装更新的程序。", "Install the newer program and run the command again.");
pub(super) const STORE_FAILED: Text = Text::new(
    "数据库拒绝了这次操作，没有改动任何内容。",
    "the database refused the operation; nothing was changed.",
);

pub(super) const UNREACHABLE: Text =
    Text::new("连接不上 {0}，没有发送任何内容。", "no connection to {0}; nothing was sent.");
pub(super) const CHECK_NETWORK: Text = Text::new(
    "请检查网络和防火墙（只需向外放行这一个地址和端口），然后重新运行同一命令。",
    "Check the network and the firewall (outward to this one address), then run it again.",
);
pub(super) const SILENT: Text = Text::new(
    "对方在 {0} 秒内没有应答，没有发送任何内容。",
    "no answer within {0} seconds; nothing was sent.",
);
pub(super) const OTHER_NAME: Text = Text::new(
    "应答的机器不是邀请码所指的枢纽，没有发送任何内容。",
    "the machine that answered is not the expected hub; nothing was sent.",
);
pub(super) const OTHER_NAME_NEXT: Text = Text::new(
    "不要继续。请用您原来就有的号码联系枢纽运维人员：可能是地址已变更，也可能有人冒充。",
    "Do not go on. Call the hub's operator by a number that you already had: the address may \
     have changed, or somebody may stand in between.",
);
pub(super) const OTHER_ROOT: Text = Text::new(
    "对方的证书属于另一个根证书（另一个城市，或有人冒充），没有发送任何内容。",
    "the other side belongs to another root (another city, or somebody in between); nothing \
     was sent.",
);
pub(super) const CERTIFICATE_REVOKED: Text = Text::new(
    "本单位的证书已被吊销，对方拒绝连接；本地数据没有改动。",
    "this unit's certificate was revoked and the hub refuses it; local data is unchanged.",
);
pub(super) const HUB_REVOKED: Text = Text::new(
    "主管部门的根证书已吊销上级枢纽的密钥，不再与它通信，什么都没有发出；本地数据没有改动。",
    "a commission's root has revoked the key of the hub above, or of its authority: nothing is \
     sent to it, and local data is unchanged.",
);
pub(super) const HUB_REVOKED_NEXT: Text = Text::new(
    "请用原来就有的号码致电区或市的主管部门核实，不要相信自称该枢纽的人；枢纽换发密钥后会自动恢复。",
    "Call the district or the city by a number that you already had, and believe nobody who says \
     that he is that hub. The link comes back by itself once the hub has new keys.",
);
pub(super) const ASK_OPERATOR: Text =
    Text::new("请联系上级枢纽的运维人员。", "Call the operator of the hub above you.");
pub(super) const ASK_OPERATOR_AGAIN: Text = Text::new(
    "请联系上级枢纽的运维人员查明原因；需要重新加入时，凭新的邀请码运行 join（学校加 --again）。",
    "Call the operator of the hub above you. To join again, run join with the new invite they make \
     (a school adds --again).",
);
pub(super) const CERTIFICATE_UNKNOWN: Text = Text::new(
    "枢纽没有登记本单位现在的证书，拒绝连接；本地数据没有改动。",
    "the hub does not know this unit's certificate and refuses it; local data is unchanged.",
);
pub(super) const NO_CERTIFICATE: Text = Text::new(
    "枢纽没有看到本单位的证书；本地数据没有改动。",
    "the hub saw no certificate of this unit; local data is unchanged.",
);
pub(super) const OTHER_UNIT_NAME: Text = Text::new(
    "枢纽登记的本单位名称与证书不符；本地数据没有改动。",
    "the hub's register has another name for this unit; local data is unchanged.",
);
pub(super) const INVITE_NOT_REDEEMED: Text = Text::new(
    "邀请码还没有使用过；没有签发证书。",
    "the invite was not redeemed; no certificate was issued.",
);
pub(super) const REQUEST_INVALID: Text = Text::new(
    "枢纽读不懂证书请求；没有签发证书。",
    "the hub cannot use the certificate request; no certificate was issued.",
);
pub(super) const OTHER_STREET: Text = Text::new(
    "本单位归另一个枢纽；没有签发证书。",
    "another hub answers for this unit; no certificate was issued.",
);
pub(super) const NO_AUTHORITY: Text = Text::new(
    "枢纽还没有签发权；没有签发证书。",
    "the hub has no issuing authority yet; no certificate was issued.",
);
pub(super) const UPSTREAM: Text = Text::new(
    "枢纽的上级暂时无法签发；邀请码仍然有效。",
    "the hub above that hub cannot issue now; the invite stays valid.",
);
pub(super) const UPSTREAM_REFUSED: Text = Text::new(
    "枢纽的上级拒绝签发；本机没有改动。",
    "the hub above that hub refused to issue; nothing here was changed.",
);
pub(super) const AUTHORITY_REFUSED: Text = Text::new(
    "枢纽的签发权无法签发（可能已到期）；本机没有改动。",
    "the hub's issuing authority refused (it may have ended); nothing here was changed.",
);
pub(super) const HUB_STORE: Text = Text::new(
    "枢纽的数据库出了故障；本机没有改动。",
    "the hub's store failed; nothing here was changed.",
);
pub(super) const HUB_STRANGE: Text = Text::new(
    "枢纽的应答无法核实，没有采信；内容仍在本机排队。",
    "the hub's answer could not be verified and was not believed; everything stays queued.",
);
pub(super) const RENEWAL_FAILED: Text = Text::new(
    "证书没有续期成功；原证书到期前照常使用。",
    "the certificate was not renewed; the old one serves until it ends.",
);
pub(super) const LINK_UNREACHABLE: Text = Text::new(
    "连接不上枢纽，内容仍在本机排队。",
    "the hub cannot be reached; everything stays queued here.",
);
pub(super) const LINK_SILENT: Text = Text::new(
    "枢纽没有应答，内容仍在本机排队。",
    "the hub does not answer; everything stays queued here.",
);
pub(super) const LINK_NOT_READY: Text = Text::new(
    "枢纽暂时无法处理，内容仍在本机排队。",
    "the hub cannot do it now; everything stays queued here.",
);
pub(super) const HUB_FULL: Text = Text::new(
    "枢纽的磁盘已满，没有收下任何内容；内容仍在本机排队，没有丢失。",
    "the hub has no disk space left and took nothing; everything stays queued here and nothing is \
     lost.",
);
pub(super) const HUB_FULL_NEXT: Text = Text::new(
    "请致电上级枢纽的运维人员清理磁盘；之后本机会自动继续发送。",
    "Call the operator of the hub above you to free space; sending goes on by itself afterwards.",
);
pub(super) const LINK_STORE: Text = Text::new(
    "本机的发送队列暂时写不进去（磁盘可能已满，或文件被占用）；已排队的内容和台账都没有改动。",
    "this machine cannot write its queue now (its disk may be full, or the file is in use); what \
     is queued and the ledgers are unchanged.",
);
pub(super) const LINK_STORE_NEXT: Text = Text::new(
    "请用 doctor 命令检查磁盘空间和数据库，清理磁盘后会自动继续发送。",
    "Run the doctor command, which looks at the disk and the databases; with room again, sending \
     goes on by itself.",
);
pub(super) const TOO_LARGE: Text = Text::new(
    "有一份内容超过枢纽收取的上限，枢纽没有收下；内容仍在本机排队，台账没有改动。",
    "something is larger than a hub takes and was not taken; it stays queued here and the ledgers \
     are unchanged.",
);
pub(super) const TOO_LARGE_NEXT: Text = Text::new(
    "请升级本机程序；仍不行请致电上级枢纽的运维人员。",
    "Update the program here; if that does not help, call the operator of the hub above you.",
);
pub(super) const LATE: Text = Text::new(
    "枢纽没有及时应答，内容仍在本机排队。",
    "the hub did not answer in time; everything stays queued here.",
);
pub(super) const CONFLICT: Text = Text::new(
    "枢纽在同一序号下存有另一份内容，传输已停止；本机数据没有改动。",
    "the hub keeps other bytes under one of our sequences and the lane has stopped; nothing here \
     was changed.",
);
pub(super) const CONFLICT_NEXT: Text = Text::new(
    "请联系枢纽运维人员；双方保留现场，不要删除任何文件。",
    "Call the hub's operator; both sides leave everything as it is.",
);
pub(super) const CERTIFICATE_EXPIRED: Text = Text::new(
    "证书已过期，或双方有一台机器的时钟不准；没有发送任何内容。",
    "a certificate has expired, or the clock of one side is wrong; nothing was sent.",
);
pub(super) const NOT_YET_VALID: Text = Text::new(
    "证书尚未生效：双方有一台机器的时钟不准；没有发送任何内容。",
    "a certificate is not valid yet: the clock of one side is wrong; nothing was sent.",
);
pub(super) const CHECK_CLOCK: Text = Text::new(
    "请先校准本机时钟；仍不行再联系上级枢纽的运维人员。",
    "Set this machine's clock first; if that does not help, call the hub's operator.",
);
pub(super) const STALE_CRL: Text = Text::new(
    "枢纽的吊销清单已过期，需要由枢纽运维人员处理；没有发送任何内容。",
    "the hub's revocation list is out of date and its operator must act; nothing was sent.",
);
pub(super) const HANDSHAKE: Text = Text::new(
    "安全连接未能建立，没有发送任何内容。",
    "no secure connection could be made; nothing was sent.",
);

pub(super) const NOT_AN_INVITE: Text = Text::new(
    "文件里没有邀请码（以 xq1: 开头的一行），没有发送任何内容。",
    "there is no invite in the text (one line that starts with xq1:); nothing was sent.",
);
pub(super) const INVITE_VERSION: Text = Text::new(
    "邀请码属于其他版本的程序，没有发送任何内容。",
    "the invite is of another version of the program; nothing was sent.",
);
pub(super) const INVITE_CUT_OFF: Text = Text::new(
    "邀请码不完整，可能被邮件程序截断；没有发送任何内容。",
    "the invite is cut off, most likely by an e-mail program; nothing was sent.",
);
pub(super) const INVITE_DAMAGED: Text = Text::new(
    "邀请码有字符不对，校验不符；没有发送任何内容。",
    "a character of the invite is wrong: its check does not fit; nothing was sent.",
);
pub(super) const AS_A_FILE: Text = Text::new(
    "请枢纽运维人员以文件形式重新发送同一行邀请码。",
    "Ask the hub's operator to send the same line again, as a file.",
);
pub(super) const INVITE_EXPIRED: Text = Text::new(
    "邀请码已于 {0} 过期，没有发送任何内容。",
    "this invite expired on {0}; nothing was sent.",
);
pub(super) const NEW_INVITE: Text = Text::new(
    "请枢纽运维人员签发新的邀请码：xinqiao-hub invite new --unit {0}",
    "Ask the hub's operator for a new one:  xinqiao-hub invite new --unit {0}",
);
pub(super) const INVITE_UNUSABLE: Text =
    Text::new("邀请码无法使用，没有发送任何内容。", "the invite cannot be used; nothing was sent.");
pub(super) const KEY_FILE: Text = Text::new(
    "密钥文件无法读写，没有发送任何内容。",
    "the key file cannot be read or written; nothing was sent.",
);
pub(super) const ANSWER_UNFIT: Text = Text::new(
    "枢纽的答复与邀请码不符，没有采用；本机没有改动。",
    "the hub's answer does not fit the invite and was not taken; nothing here was changed.",
);
pub(super) const ASK_NEW_INVITE: Text = Text::new(
    "请枢纽运维人员签发新的邀请码（xinqiao-hub invite new）。",
    "Ask the hub's operator for a new one (xinqiao-hub invite new).",
);
pub(super) const INVITE_UNKNOWN: Text = Text::new(
    "枢纽没有这个邀请码的记录；没有签发证书，本机没有改动。",
    "the hub does not know this invite; no certificate was issued, nothing here was changed.",
);
pub(super) const INVITE_PROOF: Text = Text::new(
    "邀请码未能通过验证；没有签发证书，本机没有改动。",
    "the invite's proof does not hold; no certificate was issued, nothing here was changed.",
);
pub(super) const INVITE_EXPIRED_THERE: Text = Text::new(
    "按枢纽的时钟，邀请码已过期；没有签发证书。",
    "by the hub's clock this invite has expired; no certificate was issued.",
);
pub(super) const INVITE_FOR_THERE: Text = Text::new(
    "这个邀请码是发给{0}的，不能在本机使用；没有签发证书，邀请码仍然有效。",
    "this invite is for a {0} and cannot be used here; no certificate was issued and the invite \
     stays good.",
);
pub(super) const INVITE_FOR_HERE: Text = Text::new(
    "这个邀请码是发给{0}的，不能在本机使用；没有生成密钥，也没有发送任何内容。",
    "this invite is for a {0} and cannot be used here; no key was made and nothing was sent.",
);
pub(super) const INVITE_FOR_NEXT: Text = Text::new(
    "请把它交给收件单位，并向枢纽运维人员索取本单位自己的邀请码。",
    "Pass it on to whom it is for, and ask the hub's operator for the invite of this unit.",
);
pub(super) const KIND_CITY: Text = Text::new("市级枢纽", "city hub");
pub(super) const KIND_DISTRICT: Text = Text::new("区县枢纽", "district hub");
pub(super) const KIND_STREET: Text = Text::new("街镇枢纽", "street hub");
pub(super) const KIND_SCHOOL: Text = Text::new("学校", "school");
pub(super) const KIND_CENTRE: Text = Text::new("心理中心", "counselling centre");
pub(super) const KIND_CLINIC: Text = Text::new("医疗机构", "clinic");
pub(super) const KIND_HELPER: Text = Text::new("卫健方枢纽", "helper hub");
pub(super) const INVITE_USED: Text = Text::new(
    "这个邀请码已被另一把密钥使用。枢纽已拒绝并报警；没有签发证书。",
    "this invite was used with another key. The hub refused and raised an alarm; no \
     certificate was issued.",
);
pub(super) const INVITE_USED_NEXT: Text = Text::new(
    "请立即致电枢纽运维人员：若不是您在另一台机器上加入过，说明邀请码被人盗用。",
    "Call the hub's operator now: unless you joined from another machine or folder, somebody \
     else had the line.",
);
pub(super) const INVITE_REVOKED: Text = Text::new(
    "邀请码已被撤回；没有签发证书。",
    "this invite was taken back; no certificate was issued.",
);
pub(super) const UNIT_CLOSED: Text = Text::new(
    "枢纽登记本单位已撤销，不再接受；本地数据没有改动。",
    "the hub's register says that this unit is closed; local data is unchanged.",
);
pub(super) const UNIT_SUSPENDED: Text = Text::new(
    "本单位已被枢纽暂停；本地数据没有改动，恢复后会继续发送。",
    "the hub has suspended this unit; local data is unchanged and sending goes on afterwards.",
);
pub(super) const NOT_A_LEADER: Text = Text::new(
    "没有汇总方案把本枢纽列为教育方枢纽；没有改动任何数据。",
    "no plan of sealed sums names this hub as the one that leads; nothing was changed.",
);
pub(super) const NOT_A_MEMBER: Text = Text::new(
    "枢纽没有登记本单位；本地数据没有改动。",
    "the hub does not have this unit as a member; local data is unchanged.",
);
pub(super) const RENEWAL_NOT_ALLOWED: Text = Text::new(
    "证书已过期，枢纽尚未允许续期；本地数据没有改动。",
    "the certificate has expired and the hub has not allowed its renewal; local data is \
     unchanged.",
);
pub(super) const RENEWAL_NEXT: Text = Text::new(
    "请致电枢纽运维人员：xinqiao-hub unit allow-expired-renewal",
    "Call the hub's operator:  xinqiao-hub unit allow-expired-renewal",
);
pub(super) const KEY_KNOWN: Text = Text::new(
    "这把密钥已经登记过；没有签发证书。",
    "this key is registered already; no certificate was issued.",
);
pub(super) const OWN_CERTIFICATE: Text = Text::new(
    "区级枢纽须出示自己签发的证书；没有登记。",
    "a district shows the certificate of its own authority; nothing was registered.",
);
pub(super) const OWN_CERTIFICATE_NEXT: Text = Text::new(
    "请先完成 xinqiao-hub init --issuer，再运行 join。",
    "Finish xinqiao-hub init --issuer first, then run join.",
);
pub(super) const HUB_NOT_READY: Text = Text::new(
    "枢纽暂时无法处理；本机没有改动。",
    "the hub cannot do it now; nothing here was changed.",
);
pub(super) const HUB_REFUSED: Text = Text::new(
    "枢纽拒绝了请求；本机没有改动。",
    "the hub refused the request; nothing here was changed.",
);
pub(super) const SERVICE_SYSTEM: Text = Text::new(
    "只能在 Linux（systemd）和 Windows 上登记为系统服务；没有改动任何内容。",
    "a service is set up on Linux with systemd and on Windows only; nothing was changed.",
);
pub(super) const SERVICE_FOLDER: Text = Text::new(
    "无法确定程序或数据目录的完整路径；没有改动任何内容。",
    "the full path of the program or of its folder is not known; nothing was changed.",
);
pub(super) const SERVICE_ACCOUNT: Text = Text::new(
    "--account 须是本机的一个账号名；没有改动任何内容。",
    "--account is the name of an account of this machine; nothing was changed.",
);
pub(super) const SERVICE_FILE: Text = Text::new(
    "服务文件 {0} 无法写入；没有改动任何内容。",
    "the service file {0} cannot be written; nothing was changed.",
);
pub(super) const SERVICE_FILE_NEXT: Text = Text::new(
    "请以管理员身份（sudo）重新运行；或加 --dry-run 看其内容，由管理员自行写入。",
    "Run it again as an administrator (sudo), or look at it with --dry-run and have it written.",
);
pub(super) const SERVICE_OTHER: Text = Text::new(
    "服务文件 {0} 已经存在，内容不同；没有改动它。",
    "the service file {0} is there with other content; it was left as it is.",
);
pub(super) const SERVICE_OTHER_NEXT: Text = Text::new(
    "请加 --dry-run 与现有文件对照；确认不再需要的，先移走再运行。",
    "Compare it by --dry-run; move it away first if it is not needed any more.",
);
pub(super) const SERVICE_WRITTEN: Text = Text::new("已写入 {0}：", "Wrote {0}:");
pub(super) const SERVICE_DRY_RUN: Text =
    Text::new("试运行，没有写入。{0} 的内容将是：", "Dry run, nothing was written. {0} would be:");
pub(super) const SERVICE_NEXT: Text = Text::new(
    "程序尚未启动。请管理员核对后运行：",
    "Nothing was started. When it is right, an administrator runs:",
);
