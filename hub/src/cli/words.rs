//! Sentences of `xinqiao-hub`.

use runtime::web::{Lang, Text};

pub(super) mod backup;
pub(super) mod backup_checks;
pub(super) mod bundle;
pub(super) mod key;
pub(super) mod letters;
pub(super) mod plan;
pub(super) mod publication;
pub(super) mod roots;
pub(super) mod school_key;
pub(super) mod settings;
pub(super) mod unit;
pub(super) mod user;
pub(super) use crate::sealed::words as sealed;

pub(super) const UNIT: Text = Text::new("单位", "unit");
pub(super) const KIND: Text = Text::new("类别", "kind");
pub(super) const NAME: Text = Text::new("名称", "name");
pub(super) const STATE: Text = Text::new("状态", "state");
pub(super) const PARENT: Text = Text::new("上级", "under");
pub(super) const EXPIRES: Text = Text::new("到期", "expires");
pub(super) const WORDS: Text = Text::new("六个字", "six words");
pub(super) const VERSION: Text = Text::new("版本", "version");
pub(super) const SERIAL: Text = Text::new("序号", "serial");
pub(super) const EFFECTIVE: Text = Text::new("生效日期", "in force from");
pub(super) const LAST_CONTACT: Text = Text::new("最近联系", "last contact");
pub(super) const CLOCK: Text = Text::new("时钟差", "clock");
pub(super) const DAYS_LEFT: Text = Text::new("证书剩余天数", "days left");
pub(super) const APPLIED: Text = Text::new("已应用", "applied");
pub(super) const RAISED: Text = Text::new("时间", "raised");
pub(super) const DETAIL: Text = Text::new("说明", "detail");
pub(super) const KEY: Text = Text::new("项目", "key");
pub(super) const VALUE: Text = Text::new("值", "value");
pub(super) const ORIGIN: Text = Text::new("来源", "origin");

pub(super) const DATA_MISSING: Text = Text::new(
    "请用 --data 指定数据文件夹（或设置 XINQIAO_HUB_DATA）。",
    "name the data folder with --data (or set XINQIAO_HUB_DATA).",
);
pub(super) const NOT_SET_UP: Text =
    Text::new("这里还没有建立枢纽：找不到 {0}。", "no hub is set up here: there is no {0}.");
pub(super) const NOT_SET_UP_NEXT: Text =
    Text::new("请先运行 xinqiao-hub init。", "Run xinqiao-hub init first.");
pub(super) const CONFIG_WRONG: Text = Text::new(
    "配置文件 {0} 不能使用：{1}。没有改动任何内容。",
    "the configuration {0} cannot be used: {1}. Nothing was changed.",
);
pub(super) const CONFIG_WRONG_NEXT: Text =
    Text::new("请改正后重新运行。", "Correct it and run the command again.");
pub(super) const VALUE_WRONG: Text = Text::new(
    "{0} 的值不能使用：{1}。没有改动任何内容。",
    "the value of {0} cannot be used: {1}. Nothing was changed.",
);

pub(super) const NOT_WELL_FORMED: Text = Text::new("写法有误", "it is not well formed");
pub(super) const FORM_KIND: Text =
    Text::new("枢纽只有 city 市、district 区县、street 街镇三级", "city, district or street");
pub(super) const FORM_UNIT: Text =
    Text::new("请写单位编号，如 370202", "write a unit id such as 370202");
pub(super) const FORM_ZONE: Text =
    Text::new("请写城市的域名，如 qingdao.example", "write the city's DNS name");
pub(super) const FORM_ADDRESS: Text =
    Text::new("请写 IP 地址和端口，如 127.0.0.1:8443", "write an IP address and a port");
pub(super) const FORM_OTHER: Text = Text::new("请核对写法", "check how it is written");

pub(super) const SET_UP_ALREADY: Text = Text::new(
    "{0} 里已经有一个枢纽，没有改动。",
    "a hub is set up in {0} already; nothing was changed.",
);
pub(super) const SET_UP_ALREADY_NEXT: Text = Text::new(
    "安装签发证书请加 --issuer 和 --root；新建请另选文件夹。",
    "To install what the ceremony signed, add --issuer and --root; for another hub choose \
     another folder.",
);
pub(super) const INIT_USAGE: Text = Text::new(
    "init 需要 --kind 或 --role、--unit、--zone、--name；街镇还需要 --district。",
    "init needs --kind or --role, --unit, --zone and --name; a street needs --district too.",
);
pub(super) const SET_UP: Text = Text::new("已建立{0}的枢纽：{1}", "Set up the hub {0} in {1}");
pub(super) const REQUEST_NEXT: Text = Text::new(
    "下一步：把 {0} 带到根证书仪式签发；签发时请核对六个字：{1}（{2}）\n\
     然后：xinqiao-hub init --issuer 签好的证书 --root 根证书",
    "Next: carry {0} to the root ceremony; compare six words there: {2} ({1})\n\
     Then: xinqiao-hub init --issuer SIGNED --root ROOT",
);
pub(super) const JOIN_NEXT: Text = Text::new(
    "下一步：xinqiao-hub join --code-file 邀请码文件",
    "Next: xinqiao-hub join --code-file INVITE",
);
pub(super) const SERVE_NEXT: Text =
    Text::new("下一步：xinqiao-hub serve", "Next: xinqiao-hub serve");
pub(super) const INSTALLED: Text = Text::new(
    "已安装签发权：{0}，可签发 *.{1}",
    "Installed the issuing authority of {0}, for *.{1}",
);
pub(super) const LEADS: Text = Text::new(
    "密封汇总：{0} {1} 学年，本枢纽为教育方枢纽，卫健方枢纽 {2}；{3} 至 {4}",
    "sealed sums: leads {0} in school year {1}, with {2} as helper; {3} to {4}",
);
pub(super) const HELPS: Text = Text::new(
    "密封汇总：{0} {1} 学年，本枢纽为卫健方枢纽，教育方枢纽 {2}；{3} 至 {4}",
    "sealed sums: helps in {0} in school year {1}, with {2} as leader; {3} to {4}",
);
pub(super) const KEY_MISSING: Text = Text::new(
    "  方案所指的密钥不在本机：请从备份恢复 share-keys 文件夹，否则学校的报告打不开",
    "  the key that the plan names is not here: restore the folder share-keys from the backup, \
     or reports cannot be opened",
);
pub(super) const PLAN_PUBLISHES: Text = Text::new(
    "{0} 是密封汇总的名单或方案；没有发布。",
    "{0} is a roster or a plan of sealed sums; nothing was published.",
);
pub(super) const PLAN_PUBLISHES_NEXT: Text = Text::new(
    "请用 xinqiao-hub plan publish 方案 名单，两份一起核对、一起发布。",
    "Use xinqiao-hub plan publish PLAN ROSTER: both are checked and published together.",
);
pub(super) const HELPER_ID: Text = Text::new(
    "{0} 是区划代码，卫健方枢纽请用自己的编号，如 HC-QD；没有建立。",
    "{0} is a division code: a helper hub has a code of its own, such as HC-QD; nothing was set \
     up.",
);
pub(super) const HELPER_ROOTS: Text = Text::new(
    "卫健方枢纽要核对两个部门的根证书：请给出两次 --root；没有安装。",
    "a helper hub pins both commissions' roots: give --root twice; nothing was installed.",
);
pub(super) const ISSUER_OTHER_ROOT: Text = Text::new(
    "签发证书不是由给出的根证书签发的，或用途不符；没有安装。",
    "the issuing authority was not signed under the given root, or not for this hub; nothing \
     was installed.",
);

pub(super) const INVITE_FOR: Text =
    Text::new("邀请码：{0} → {1}，{2} 前有效", "Invite  {0} -> {1}, valid until {2}");
pub(super) const INVITE_NOT_OURS: Text = Text::new(
    "邀请码是 {1} 发给 {0} 的，不是给本枢纽 {2} 的；没有发送任何内容。",
    "the invite is for {0} from {1} and not for this hub, {2}; nothing was sent.",
);
pub(super) const INVITE_NOT_OURS_NEXT: Text =
    Text::new("请向上级枢纽索取本枢纽的邀请码。", "Ask the hub above for the invite of this hub.");
pub(super) const INVITE_ONE_ROOT: Text = Text::new(
    "开出邀请码的枢纽还没有信任本枢纽的根证书，现在加入会被拒绝；没有发送任何内容。",
    "the hub that made the invite does not trust this hub's root yet and would refuse it; nothing \
     was sent.",
);
pub(super) const INVITE_ONE_ROOT_NEXT: Text = Text::new(
    "请对方先用 root add 加入第二个根证书并重新启动，再重新开邀请码。",
    "Let that hub add the second root with root add, start again, and make a new invite.",
);
pub(super) const SIX_WORDS: Text =
    Text::new("六个字，请通过电话核对：{0}（{1}）", "Compare by telephone: {1} ({0})");
pub(super) const WAITING_FOR: Text = Text::new(
    "已提交申请，正在等待 {0} 的运维人员批准：请致电对方并读出以上六个字，对方运行 invite approve。\
     按 Ctrl-C 退出也无妨，再次运行同一命令会接着进行。",
    "Sent. Waiting for the operator of {0}: call, read the six words out, and they run invite \
     approve. Ctrl-C is safe: the same command goes on where it was.",
);
pub(super) const PENDING_LATER: Text = Text::new(
    "等待上级枢纽批准。核对六个字后再次运行同一命令即可。",
    "Waiting for approval by the hub above. Run the same command again after the telephone call.",
);
pub(super) const JOINED: Text = Text::new(
    "已加入 {0}，证书有效期至 {1}，到期前自动续期。",
    "Joined {0}; the certificate is \
     valid until {1} and renews itself.",
);
pub(super) const KEY_LEFT: Text = Text::new(
    "提示：joining.key 未能删除（{0}），可手工删除。",
    "note: joining.key could not be removed ({0}); remove it by hand.",
);
pub(super) const NAME_DIFFERS: Text = Text::new(
    "上级签发的名称 {0} 与本枢纽 {1} 不符，没有采用。",
    "the hub above certified {0}, this hub is {1}; the certificate was not taken.",
);
pub(super) const NOT_INSTALLED: Text = Text::new(
    "还没有安装签发证书，无法加入；没有发送任何内容。",
    "the issuing authority is not installed yet; nothing was sent.",
);
pub(super) const NOT_INSTALLED_NEXT: Text = Text::new(
    "请先运行 xinqiao-hub init --issuer 签好的证书 --root 根证书",
    "Run xinqiao-hub init --issuer SIGNED --root ROOT first.",
);

pub(super) const INVITE_WRITTEN: Text = Text::new(
    "{0} 的邀请码已写入 {1}（此处不显示），{2} 前有效。",
    "The invite of {0} was written to {1} (not shown here), valid until {2}.",
);
pub(super) const INVITE_SHOWN: Text = Text::new(
    "{0} 的邀请码，{1} 前有效。谁读到它，谁就能以该单位名义加入：",
    "Invite of {0}, valid until {1}. Whoever reads it can join in the unit's place:",
);
pub(super) const INVITE_IS_OUT: Text = Text::new(
    "{0} 已有一个邀请码（{1} 前有效，{2}），再发一个会使它作废；没有生成新的邀请码。",
    "{0} has an invite already (valid until {1}, {2}), and a new one would void it; none was made.",
);
pub(super) const INVITE_IS_OUT_NEXT: Text = Text::new(
    "先确认对方还没有使用；确要换新的，请加 --replace。",
    "Make sure first that it is not about to be used; to void it and make a new one add --replace.",
);
pub(super) const INVITE_REPLACE: Text = Text::new(
    "{0} 已有一个邀请码（{1} 前有效，{2}），发新的会使它作废。现在换新的？",
    "{0} has an invite already (valid until {1}, {2}); a new one voids it. Make a new one now?",
);
pub(super) const INVITE_REPLACED: Text = Text::new(
    "{0} 先前的邀请码已作废，只有新的一个有效。",
    "The earlier invite of {0} is void; only the new one works.",
);
/// Where a unit or an invite stands, by the word that is stored.
pub(super) fn state(word: &str, lang: Lang) -> &str {
    let text = match word {
        "invited" => Text::new("已邀请，未加入", "invited"),
        "active" => Text::new("使用中", "active"),
        "suspended" => Text::new("已暂停", "suspended"),
        "closed" => Text::new("已撤销", "closed"),
        "open" => Text::new("未使用", "open"),
        "pending" => Text::new("待批准", "pending"),
        "approved" => Text::new("已批准", "approved"),
        "issued" => Text::new("已签发", "issued"),
        "revoked" => Text::new("已作废", "revoked"),
        "expired" => Text::new("已过期", "expired"),
        other => return other,
    };
    text.in_lang(lang)
}

pub(super) const INVITE_OPEN: Text = Text::new("尚未使用", "not used yet");
pub(super) const INVITE_PENDING: Text =
    Text::new("已有人提交申请，等待批准", "somebody used it and waits for approval");
pub(super) const INVITE_APPROVED: Text =
    Text::new("已批准，证书即将签发", "approved, its certificate about to be issued");
pub(super) const NO_INVITES: Text = Text::new("没有邀请码。", "There are no invites.");
pub(super) const NO_OPEN_INVITE: Text =
    Text::new("{0} 没有未使用或待批准的邀请码。", "{0} has no invite that is open or waits.");
pub(super) const INVITE_TAKEN_BACK: Text =
    Text::new("已撤回 {0} 的邀请码。", "The invite of {0} was taken back.");
pub(super) const REQUEST_DAMAGED: Text = Text::new(
    "保存的请求已损坏，没有批准。",
    "the stored request is damaged; nothing was approved.",
);
pub(super) const DO_THEY_AGREE: Text = Text::new(
    "{0} 的运维人员读出的六个字与上面完全一致吗？",
    "Did the operator of {0} read the same words?",
);
pub(super) const WORDS_DIFFER: Text =
    Text::new("六个字不一致，没有批准。", "the words differ; nothing was approved.");
pub(super) const WORDS_DIFFER_NEXT: Text = Text::new(
    "请对方再读一遍、逐字核对（空格和标点不影响）；仍不一致，再撤回该邀请码并查明：\
     xinqiao-hub invite revoke --unit {0}",
    "Have the words read out once more (spaces and commas do not matter); if they still differ, \
     take the invite back and find out why:  xinqiao-hub invite revoke --unit {0}",
);
pub(super) const APPROVED: Text = Text::new(
    "已批准 {0}；对方下一次询问时签发证书。",
    "Approved {0}; the certificate is issued at its next call.",
);
pub(super) const NOT_INVITABLE: Text = Text::new(
    "{0} 已停用、已撤销，或不是本枢纽可邀请的类别；没有生成邀请码。",
    "{0} is suspended, closed, or of a kind that this hub has no members of; no invite was made.",
);
pub(super) const LIFETIME: Text = Text::new(
    "邀请码有效期须在 1 分钟到 30 天之间。",
    "an invite lives for at least a minute and at most 30 days.",
);
pub(super) const NOTHING_PENDING: Text =
    Text::new("{0} 没有待批准的邀请码。", "no invite of {0} waits for approval.");
pub(super) const NOTHING_PENDING_NEXT: Text =
    Text::new("查看：xinqiao-hub invite list", "See:  xinqiao-hub invite list");
pub(super) const INVITE_FAILED: Text =
    Text::new("邀请码未能生成，没有改动。", "the invite could not be made; nothing was changed.");
pub(super) const INVITE_FAILED_NEXT: Text = Text::new(
    "请检查 hub.toml 的 advertise（主机名:端口）。",
    "Check advertise in hub.toml (host:port).",
);

pub(super) const NO_UNIT: Text = Text::new(
    "登记册里没有单位 {0}，没有改动。",
    "there is no unit {0} in the register; nothing was changed.",
);
pub(super) const NO_UNIT_NEXT: Text = Text::new(
    "查看：xinqiao-hub unit list；登记：xinqiao-hub unit add",
    "See:  xinqiao-hub unit list   Register:  xinqiao-hub unit add",
);
pub(super) const UNIT_EXISTS: Text = Text::new(
    "单位 {0} 已经登记，没有改动。",
    "the unit {0} is registered already; nothing was changed.",
);
pub(super) const KIND_NOT_HERE: Text = Text::new(
    "{1} 级枢纽没有 {0} 类下级，没有登记。",
    "a {1} hub has no members of kind {0}; nothing was registered.",
);
pub(super) const ID_OF_DISTRICT: Text = Text::new(
    "{0} 不是区县的编号：区县用 6 位区划代码，如 370202；没有登记。",
    "{0} is no district's id: a district has a division code of six digits, such as 370202; \
     nothing was registered.",
);
pub(super) const ID_OF_STREET: Text = Text::new(
    "{0} 不是街镇的编号：街镇用 9 位区划代码，如 370202004；没有登记。",
    "{0} is no street's id: a street has a division code of nine digits, such as 370202004; \
     nothing was registered.",
);
pub(super) const ID_OF_SCHOOL: Text = Text::new(
    "{0} 不是学校的编号：学校用学校标识码，至少含 9 位数字，如 F370202004J01，不用区划代码；没有登记。",
    "{0} is no school's id: a school has its identification code of nine digits or more, such as \
     F370202004J01, and no division code; nothing was registered.",
);
pub(super) const ID_OF_RECEIVER: Text = Text::new(
    "{0} 是区划代码，不是机构的编号：请用机构自己的代码，如 C370202001；没有登记。",
    "{0} is a division code and no id of a centre, clinic or helper: use its own code, such as \
     C370202001; nothing was registered.",
);
pub(super) const ID_FORM_NEXT: Text = Text::new(
    "请核对 --kind 和 --id：编号终身不变。确实没有官方编号、由本枢纽命名的，请加 --uncoded。",
    "Check --kind and --id, because an id is for life. For a unit that is on no official list and \
     is named by this hub, add --uncoded.",
);
pub(super) const UNIT_ADDED: Text =
    Text::new("已登记 {0}（{1}），上级 {2}", "Registered {0} ({1}) under {2}");
pub(super) const INVITE_NEXT: Text = Text::new(
    "下一步：xinqiao-hub invite new --unit {0} --out invite.txt",
    "Next: xinqiao-hub invite new --unit {0} --out invite.txt",
);
pub(super) const NO_UNITS: Text = Text::new("还没有登记单位。", "No unit is registered yet.");
pub(super) const MOVED: Text = Text::new(
    "{0} 自 {2} 起归 {1}，以前的历史不变。",
    "{0} sits under {1} from {2}; its history stays.",
);
pub(super) const MOVED_NEXT: Text =
    Text::new("请在新上级登记该单位并发出邀请码。", "Register and invite the unit at its new hub.");
pub(super) const CONFIRM_DIFFERS: Text = Text::new(
    "--confirm 写的是 {0}，单位是 {1}；没有改动。",
    "--confirm says {0}, the unit is {1}; nothing was changed.",
);
pub(super) const CONFIRM_NEXT: Text = Text::new(
    "请核对单位，再在 --confirm 后写同一个编号。",
    "Look at the unit again, then write the same id after --confirm.",
);
pub(super) const SUSPENDED: Text = Text::new(
    "已暂停 {0}：下一次请求起拒绝，已报数据保留。",
    "Suspended {0}: refused from its next call on; what it reported stays.",
);
pub(super) const RESUMED: Text = Text::new("已恢复 {0}。", "{0} is served again.");
pub(super) const CLOSED: Text =
    Text::new("已撤销 {0}，历史数据保留。", "Closed {0}; its figures and history stay.");
pub(super) const REVOKED: Text =
    Text::new("已吊销 {0} 的 {1} 个证书。", "Revoked {1} {1:certificate|certificates} of {0}.");
pub(super) const NO_CERTIFICATE: Text =
    Text::new("{0} 没有可吊销的证书。", "{0} has no certificate to revoke.");
pub(super) const NONE_BARRED: Text = Text::new(
    "下级枢纽没有报告失效的密钥。",
    "No hub below told of a key that may not speak any more.",
);
pub(super) const KEY_HEAD: Text = Text::new("密钥", "key");
pub(super) const TOLD_BY: Text = Text::new("由谁报告", "told by");
pub(super) const TOLD_AT: Text = Text::new("报告时间", "told at");
pub(super) const BAR_REVOKED: Text = Text::new("已吊销", "revoked");
pub(super) const BAR_SUSPENDED: Text = Text::new("单位暂停", "unit suspended");
pub(super) const ALLOWED: Text =
    Text::new("已允许 {0} 用最近的密钥续期一次。", "{0} may renew once with its latest key.");

pub(super) const CITY_PUBLISHES: Text = Text::new(
    "目录、量表、学期日历和区划由市枢纽统一发布，{0} 不能发布；一个都没有发布。",
    "catalogue, scales, term calendar and divisions are the city's: the city's hub publishes them, \
     {0} cannot; none was published.",
);
pub(super) const CITY_PUBLISHES_NEXT: Text = Text::new(
    "请把签好的标准包交给市枢纽运维人员，发布后会自动下发到这里。",
    "Hand the signed packs to the operator of the city's hub; once published they come down here \
     by themselves.",
);
pub(super) const PACK_REFUSED: Text = Text::new(
    "标准包 {0} 没有通过签名核验，一个都没有发布。",
    "the pack {0} is not signed as it must be; none was published.",
);
pub(super) const PACK_REFUSED_NEXT: Text = Text::new(
    "每个标准包须有所有根证书之下的签名：xinqiao-ca sign-pack --add",
    "Each pack needs a signature under every root:  xinqiao-ca sign-pack --add",
);
pub(super) const PUBLISHED: Text = Text::new(
    "已发布 {0} / {1} 版本 {2}，自 {3} 起生效",
    "Published {0} / {1} version {2}, in \
     force from {3}",
);
pub(super) const PUBLISHED_BEFORE: Text = Text::new(
    "{0} / {1} 版本 {2}（{3}）不比已发布的新，没有改动",
    "{0} / {1} version {2} ({3}) is not newer than what was published; nothing was changed",
);
pub(super) const ACKS: Text = Text::new(
    "{0} / {1} {2}：{4} 个单位中 {3} 个已收到，{5} 个已生效",
    "{0} / {1} {2}: stored by {3} of {4} {4:unit|units}, in force at {5}",
);

pub(super) const ACKS_AHEAD: Text = Text::new(
    "{0} / {1} {2}：{4} 个单位中 {3} 个已收到，自 {5} 起生效",
    "{0} / {1} {2}: stored by {3} of {4} {4:unit|units}, in force from {5}",
);

pub(super) const STATUS_HEAD: Text =
    Text::new("{0}（{1}），证书剩余 {2} 天", "{0} ({1}), certificate: {2} {2:day|days} left");
pub(super) const STATUS_PARENT: Text =
    Text::new("上级 {0}，最近联系 {1}", "hub above {0}, last contact {1}");
pub(super) const STATUS_COUNTS: Text = Text::new(
    "标准包 {0} 个，待批准邀请 {1} 个，警报 {2} 条",
    "directives {0}, invites waiting {1}, alarms {2}",
);
pub(super) const STATUS_ERROR: Text =
    Text::new("上次连接失败：{0}", "last attempt upward failed: {0}");
pub(super) const NO_ALARMS: Text = Text::new("没有警报。", "No alarms.");

pub(super) const STORE_TITLE: Text = Text::new("数据库", "store");
pub(super) const CRL_TITLE: Text = Text::new("吊销清单", "revocations");
pub(super) const MEMBERS_TITLE: Text = Text::new("下级单位", "members");
pub(super) const ALARMS_TITLE: Text = Text::new("警报", "alarms");
pub(super) const RENEW_FIX: Text = Text::new(
    "自动续期还没有成功：让 xinqiao-hub serve 保持运行，并核对时钟",
    "renewal has not worked yet: keep xinqiao-hub serve running, and look at the clock",
);
pub(super) const RENEW_OVER_FIX: Text = Text::new(
    "街镇请上级放行一次续期（unit allow-expired-renewal）；市、区核对时钟后重新运行 serve",
    "a street asks the hub above for one renewal (unit allow-expired-renewal); a city or district \
     looks at its clock and starts serve",
);
pub(super) const CEREMONY_FIX: Text = Text::new(
    "请主管部门重新举行签发仪式：sign-issuer，再运行 init --issuer",
    "ask the commission for a new ceremony: sign-issuer, then init --issuer",
);
pub(super) const NO_CRL: Text = Text::new("还没有签过", "none was signed yet");
pub(super) const CRL_AGE: Text = Text::new("{0} 小时前签发", "signed {0} {0:hour|hours} ago");
pub(super) const CRL_OVER: Text = Text::new(
    "{0} 小时前签发，已经失效，新连接会被拒绝",
    "signed {0} {0:hour|hours} ago and out of date; new connections are refused",
);
pub(super) const CRL_FIX: Text = Text::new(
    "让 xinqiao-hub serve 保持运行，它每小时重签",
    "keep xinqiao-hub serve running; it signs one every hour",
);
pub(super) const TOP: Text = Text::new("市枢纽没有上级", "the city's hub has none");
pub(super) const NOT_JOINED: Text =
    Text::new("还没有加入上级枢纽", "this hub has not joined the one above");
pub(super) const NO_CLOCK: Text =
    Text::new("没有足够的下级时钟可以对照", "there are too few members' clocks to compare with");
pub(super) const MEMBERS_WELL: Text =
    Text::new("{0} 个单位，一天内都有联系", "{0}, all seen within a day");
pub(super) const MEMBERS_NONE: Text = Text::new("还没有已加入的单位", "no unit has joined yet");
pub(super) const MEMBERS_SILENT: Text = Text::new(
    "{1} 个单位中 {0} 个超过一天没有联系：{2}",
    "{0} of {1} were not seen for a day: {2}",
);
pub(super) const MEMBERS_FIX: Text =
    Text::new("请致电这些单位，看 serve 是否在运行", "call them and ask whether serve is running");
pub(super) const ENDINGS_TITLE: Text = Text::new("下级证书", "members' certificates");
pub(super) const ENDINGS_WELL: Text =
    Text::new("没有即将到期的", "none of an active member ends soon");
pub(super) const ENDINGS_FOUND: Text = Text::new(
    "{0} 个单位的证书剩余不足 {1} 天，自动续期还没有成功（括号内为剩余天数）：{2}",
    "{0} end within {1} days and were not renewed (days left in brackets): {2}",
);
pub(super) const ENDINGS_FIX: Text = Text::new(
    "请致电这些单位，让 serve 保持运行；已过期的，核实身份后运行 unit allow-expired-renewal",
    "call them: serve must keep running; where one has ended, verify who calls and run unit \
     allow-expired-renewal",
);
pub(super) const NO_NEW_ALARMS: Text = Text::new("30 天内没有", "none within 30 days");
pub(super) const ALARMS_FOUND: Text =
    Text::new("30 天内 {0} 条，其中隔离 {1} 条", "{0} within 30 days, {1} of them quarantined");
pub(super) const ALARMS_FIX: Text =
    Text::new("查看：xinqiao-hub alarm list", "see  xinqiao-hub alarm list");
pub(super) const QUARANTINE_FIX: Text = Text::new(
    "查看 xinqiao-hub alarm list，并致电该单位：先收到的一份有效",
    "see  xinqiao-hub alarm list  and call the unit: what came first counts",
);

pub(super) const SERVING: Text = Text::new(
    "{0} 正在 {1} 接受下级连接；上级：{2}；网页 http://{3}。按 Ctrl-C 停止。",
    "{0} serves its members at {1}; hub above: {2}; pages at http://{3}. Ctrl-C stops it.",
);
pub(super) const SERVED: Text = Text::new(
    "另一个进程正在运行这个枢纽，没有改动任何内容。",
    "another process serves this hub; nothing was changed.",
);
pub(super) const SERVED_NEXT: Text = Text::new(
    "同一数据目录只能运行一个 serve；其他命令可以同时使用。",
    "one data folder has one serve; all other commands may be used beside it.",
);
pub(super) const FOLDER_UNUSABLE: Text = Text::new(
    "数据目录不可写，枢纽没有启动。请检查目录权限和磁盘空间。",
    "the data folder cannot be written, so the hub was not started; look at its permissions and \
     at the disk.",
);
pub(super) const NOT_ENROLLED: Text = Text::new(
    "本枢纽还没有可用的证书，没有启动。",
    "this hub has no usable certificate yet; it was not started.",
);
pub(super) const NOT_ENROLLED_NEXT: Text = Text::new(
    "请先完成 init（市、区）或 join（街镇）。",
    "Finish init (city, district) or join (street) first.",
);
pub(super) const NO_ROOTS: Text = Text::new(
    "根证书或签发证书无法读取，没有启动，也没有改动。",
    "the roots or the issuing authority cannot be read; nothing was started or changed.",
);
pub(super) const ADDRESS_IN_USE: Text = Text::new(
    "监听地址已被占用，没有启动。",
    "the address to listen on is in use; the hub was not started.",
);
pub(super) const ADDRESS_IN_USE_NEXT: Text = Text::new(
    "是否已有一个 serve 在运行？否则请改 --listen。",
    "Is another serve running? Otherwise choose another --listen.",
);
pub(super) const HUB_FAILED: Text = Text::new(
    "枢纽未能继续运行，已保存的数据完好。",
    "the hub could not go on; what was stored is intact.",
);
pub(super) const AUTHORITY: Text = Text::new(
    "证书或密钥文件不能使用，没有改动。",
    "a certificate or key file cannot be used; nothing was changed.",
);

pub(super) const OLD_PASSWORD: Text = Text::new("原密码：", "Password until now: ");
pub(super) const PASSWORD_REPLACED: Text = Text::new(
    "账号 {0} 的密码已更换，已有会话全部结束。",
    "The password of {0} was replaced; its sessions have ended.",
);
pub(super) const PASSWORD: Text =
    Text::new("密码（至少 10 个字符）：", "Password (at least 10 characters): ");
pub(super) const ROLE_NOT_HERE: Text = Text::new(
    "枢纽没有 {0} 这一岗位，只有 operator、analyst、auditor；没有建立账号。",
    "a hub has no role {0}, only operator, analyst and auditor; no account was made.",
);
pub(super) const NO_FACTOR: Text = Text::new(
    "账号 {0} 没有第二步验证，或没有这个账号；没有改动任何内容。",
    "{0} has no second step, or there is no such account; nothing was changed.",
);
pub(super) const FACTOR_DROPPED: Text = Text::new(
    "账号 {0} 的第二步验证已取消，已登录的全部退出。",
    "The second step of {0} was taken away and its sessions ended.",
);
pub(super) const ACCOUNT: Text =
    Text::new("已建立账号 {0}，岗位 {1}。", "Made the account {0}, role {1}.");
pub(super) const OPEN_CONSOLE: Text = Text::new(
    "网页控制台只能在本机回环地址上提供，不能用 {0}；没有启动。",
    "the console is served on this machine's loopback only, not on {0}; nothing was started.",
);
pub(super) const OPEN_CONSOLE_NEXT: Text = Text::new(
    "请把 console 改为 127.0.0.1:端口，远程查看请用 SSH 转发。",
    "Set console to 127.0.0.1:PORT; from elsewhere use an SSH tunnel.",
);

pub(super) const OUT_EXISTS: Text = Text::new(
    "文件 {0} 已存在，没有覆盖，也没有改动任何内容。",
    "the file {0} exists and was not written over; nothing was changed.",
);
pub(super) const OUT_EXISTS_NEXT: Text =
    Text::new("请另选一个文件名。", "Choose another file name.");
pub(super) const OUT_UNWRITABLE: Text = Text::new(
    "文件 {0} 无法写入，没有改动任何内容。",
    "the file {0} cannot be written; nothing was changed.",
);
pub(super) const API_KEY_LABEL: Text = Text::new(
    "请用 --label 写明由哪个程序使用；没有生成密钥。",
    "--label says which program uses the key; none was made.",
);
pub(super) const API_KEY_WRITTEN: Text = Text::new(
    "已生成接口密钥 {0}，写入 {1}（此处不显示，仅属主可读）。请交给使用方后删除该文件。",
    "Made the key {0}, written to {1} (not shown here, readable by its owner only). Hand it over, \
     then delete the file.",
);
pub(super) const API_KEY_SHOWN: Text = Text::new(
    "已生成接口密钥 {0}（{1}）。只显示这一次，谁持有它谁就能读取统计数：",
    "Made the key {0} ({1}). It is shown this once; whoever holds it can read the figures:",
);
pub(super) const NO_API_KEYS: Text = Text::new(
    "还没有接口密钥：xinqiao-hub api-key new --label 用途",
    "There is no key yet:  xinqiao-hub api-key new --label PROGRAM",
);
pub(super) const API_KEY_ID: Text = Text::new("编号", "id");
pub(super) const API_KEY_FOR: Text = Text::new("用途", "used by");
pub(super) const CREATED: Text = Text::new("生成时间", "made");
pub(super) const IN_USE: Text = Text::new("有效", "in use");
pub(super) const REVOKED_AT: Text = Text::new("{0} 已作废", "revoked {0}");
pub(super) const NO_API_KEY: Text =
    Text::new("没有编号为 {0} 的接口密钥，没有改动。", "there is no key {0}; nothing was changed.");
pub(super) const NO_API_KEY_NEXT: Text = Text::new(
    "编号见 xinqiao-hub api-key list 的第一列。",
    "The ids are in the first column of xinqiao-hub api-key list.",
);
pub(super) const API_KEY_REVOKED: Text = Text::new(
    "已作废接口密钥 {0}，下一次请求起拒绝。",
    "Revoked the key {0}: refused from its next call on.",
);
pub(super) const API_KEY_REVOKED_BEFORE: Text =
    Text::new("接口密钥 {0} 早已作废，没有改动。", "The key {0} was revoked before.");
