//! The help of `xinqiao-hub` in Chinese.

use runtime::cli::Translation;

pub(super) const CHINESE: Translation = &[
    (
        "A street's, district's or city's hub: members, figures, directives",
        "街镇、区县、市枢纽：下级单位、统计数、数据包",
    ),
    ("Data folder of the hub", "枢纽的数据文件夹"),
    (
        "Configuration file, if it is not hub.toml in the data folder",
        "配置文件；默认为数据文件夹中的 hub.toml",
    ),
    (
        "Set the hub up; a city or a district a second time, with what the ceremony signed",
        "建立枢纽；市、区在签发仪式后再运行一次以安装签发证书",
    ),
    ("Set the hub up", "建立枢纽"),
    ("Join the hub above with its invite", "凭邀请码加入上级枢纽"),
    ("Join the hub above", "加入上级枢纽"),
    (
        "Serve members until it is stopped",
        "常驻运行，接受下级连接",
    ),
    ("Serve members", "接受下级连接"),
    (
        "Show how the hub and its members are",
        "查看枢纽和下级单位的状态",
    ),
    (
        "Register units and change what they may do",
        "登记和管理下级单位",
    ),
    ("Show figures", "查看统计数"),
    (
        "Indicator such as scr.positive; the whole table where it is left out",
        "指标编号，如 scr.positive；省略则列出整张表",
    ),
    (
        "Term such as 2025S1; the latest with figures where it is left out",
        "学期，如 2025S1；省略则为有数的最近学期",
    ),
    (
        "Dimensions to break down by, such as stage,sex",
        "分组维度，如 stage,sex",
    ),
    ("List the members' figures as well", "同时列出下级单位的数"),
    (
        "Show which signed reports the table is made of",
        "列出整张表由哪些已签名的上报相加而成",
    ),
    ("Invite units", "邀请下级单位"),
    (
        "Publish signed packs and see who applied them",
        "发布已签名的数据包并查看应用情况",
    ),
    ("Look at what needs a person", "查看需要人处理的警报"),
    ("Accounts of the console", "网页控制台账号"),
    (
        "Root certificates that this hub trusts",
        "本枢纽信任的根证书",
    ),
    ("Look at the configuration", "查看配置"),
    (
        "Level: city, district or street",
        "级别：city 市、district 区县、street 街镇",
    ),
    (
        "Unit id of the hub, a division code such as 370202",
        "枢纽的单位编号，即区划代码，如 370202",
    ),
    (
        "DNS name of the city, such as qingdao.example",
        "城市的域名，如 qingdao.example",
    ),
    (
        "Unit id of the district that a street belongs to",
        "街镇所属区的单位编号",
    ),
    ("Chinese name", "中文名称"),
    ("English name", "英文名称"),
    ("Address to listen on for members", "接受下级连接的监听地址"),
    (
        "Address that invites carry, as units reach it from outside",
        "写入邀请码的地址，即下级从外部访问的地址",
    ),
    ("Address of the console", "网页控制台地址"),
    (
        "Issuing authority that the ceremony signed",
        "签发仪式签好的签发证书",
    ),
    (
        "Root certificate; twice where there are two, education's first",
        "根证书；有两个时依次给出，教育在前",
    ),
    (
        "The roots' fingerprints were compared with the letters; do not ask",
        "已与公函核对根证书指纹，不再询问",
    ),
    (
        "File with the invite, or - for standard input",
        "邀请码文件，- 表示标准输入",
    ),
    (
        "Do not wait for the approval by telephone; run the command again later",
        "不等待电话批准，稍后再次运行本命令",
    ),
    (
        "Address to listen on for members, instead of the configured one",
        "监听地址，代替配置中的值",
    ),
    (
        "Address of the console, instead of the configured one",
        "网页控制台地址，代替配置中的值",
    ),
    ("Register a unit under this hub", "在本枢纽下登记单位"),
    (
        "Id for life: school identification code or division code",
        "终身编号：学校标识码或区划代码",
    ),
    (
        "Kind: district, street, school, centre or clinic",
        "类别：district 区县、street 街镇、school 学校、centre 中心、clinic 医疗机构",
    ),
    ("Division code that it lies in", "所在区划代码"),
    (
        "First day under this hub, YYYY-MM-DD; today if left out",
        "归本枢纽的首日，YYYY-MM-DD；默认今天",
    ),
    ("Show all units", "列出所有单位"),
    (
        "Place a unit under another hub from a day on; its history stays where it was",
        "自某日起把单位划归另一枢纽，历史不变",
    ),
    ("Unit that moves", "要划转的单位"),
    ("Hub that it sits under afterwards", "划转后的上级枢纽"),
    (
        "First day there, YYYY-MM-DD; today if left out",
        "划转生效日，YYYY-MM-DD；默认今天",
    ),
    (
        "Refuse a unit from its next call on, until it is resumed",
        "暂停单位，下一次请求起拒绝，直到恢复",
    ),
    ("Serve a suspended unit again", "恢复被暂停的单位"),
    ("Unit that is served again", "要恢复的单位"),
    (
        "Close a unit for good; its figures and history stay",
        "永久撤销单位，数据和历史保留",
    ),
    (
        "Revoke all certificates of a unit; it joins again with a new invite",
        "吊销单位的全部证书，须凭新邀请码重新加入",
    ),
    (
        "Allow a unit one renewal of its expired certificate, after a telephone call",
        "电话核实后，允许单位为过期证书续期一次",
    ),
    ("Unit that was called", "已电话核实的单位"),
    ("Unit that it is about", "要处理的单位"),
    ("The unit's id once more", "再写一次单位编号以确认"),
    (
        "Make an invite for a registered unit",
        "为已登记的单位生成邀请码",
    ),
    ("Unit that is invited", "被邀请的单位"),
    ("How long it works, such as 7d or 12h", "有效期，如 7d、12h"),
    (
        "File for the invite; without it the line is the result",
        "邀请码写入的文件；不给则直接输出",
    ),
    ("Show all invites", "列出所有邀请码"),
    (
        "Take a unit's open or waiting invite back",
        "撤回单位未使用或待批准的邀请码",
    ),
    ("Unit whose invite it is", "邀请码所属单位"),
    (
        "Approve a hub, centre or clinic after comparing six words",
        "核对六个词后批准枢纽、中心或医疗机构加入",
    ),
    ("Unit that waits", "等待批准的单位"),
    (
        "Six words as the unit's operator read them out",
        "对方运维人员读出的六个词",
    ),
    (
        "The words were compared; do not ask",
        "已核对六个词，不再询问",
    ),
    (
        "Publish signed packs to all units below; all or none",
        "向所有下级发布已签名的数据包，全部成功或全不发布",
    ),
    ("Signed packs", "已签名的数据包"),
    ("Show what was published", "列出已发布的数据包"),
    (
        "Show how many units applied each pack",
        "查看每个数据包有多少单位已应用",
    ),
    (
        "Show all alarms, the latest first",
        "列出所有警报，最新在前",
    ),
    (
        "Make an account, or give one a new password, name and role",
        "建立账号，或更新其密码、姓名和角色",
    ),
    ("Name to sign in with", "登录名"),
    ("Name on the screen", "显示姓名"),
    (
        "Role: operator, analyst or auditor",
        "角色：operator 运维、analyst 统计、auditor 审计",
    ),
    (
        "File with the password, or - for standard input; asked for if it is left out",
        "密码文件，- 表示标准输入；不给则在终端询问",
    ),
    ("Show the names to sign in with", "列出登录名"),
    (
        "Show the fingerprints, to compare with the letters",
        "显示指纹，与公函核对",
    ),
    (
        "Trust the second commission's root; takes effect at the next start",
        "信任第二个主管部门的根证书，下次启动生效",
    ),
    ("Root certificate", "根证书"),
    (
        "The fingerprint was compared with the letter; do not ask",
        "已与公函核对指纹，不再询问",
    ),
    ("Show every value", "显示每一项"),
    ("Show where each value comes from", "显示每一项的来源"),
];
