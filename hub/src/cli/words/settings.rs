//! Sentences about the settings of a hub.

use runtime::web::Text;

pub(in crate::cli) const VARIABLE_NEAR: Text = Text::new(
    "环境变量 {0} 不是枢纽的设置项，是不是 {1}？没有改动任何内容。",
    "the environment variable {0} is no setting of a hub; did you mean {1}? Nothing was changed.",
);
pub(in crate::cli) const VARIABLE_UNKNOWN: Text = Text::new(
    "环境变量 {0} 不是枢纽的设置项。没有改动任何内容。",
    "the environment variable {0} is no setting of a hub. Nothing was changed.",
);
pub(in crate::cli) const VARIABLE_NEXT: Text = Text::new(
    "请改正或去掉它。环境变量只能设置 LISTEN、ADVERTISE、CONSOLE、PARENT_ADDRESS、HELPER_ADDRESS；\
     其余由 init 写入 hub.toml。",
    "Correct it or take it away. LISTEN, ADVERTISE, CONSOLE, PARENT_ADDRESS and HELPER_ADDRESS may \
     stand in the environment; the rest is in hub.toml, as init wrote it.",
);
pub(in crate::cli) const LINE_WRONG: Text =
    Text::new("第 {0} 行写法有误（{1}）", "line {0} is not well formed ({1})");
pub(in crate::cli) const UNKNOWN_KEY: Text = Text::new(
    "第 {2} 行：没有 {0} 这一项，可能是 {1}",
    "line {2}: unknown key {0}, perhaps {1} is meant",
);
pub(in crate::cli) const HUB_ID: Text = Text::new(
    "{0} 不是市、区县枢纽的编号：请用 6 位区划代码，如 370202；编号终身不变，没有建立。",
    "{0} is no id of a city's or district's hub: it has a division code of six digits, such as \
     370202. An id is for life; nothing was set up.",
);
pub(in crate::cli) const HELPER_ADVERTISE: Text = Text::new(
    "卫健方枢纽须写明 --advertise 主机名:端口：教育方枢纽按它连接；没有建立。",
    "a helper needs --advertise HOST:PORT, the address that education's hub dials; nothing was \
     set up.",
);
pub(in crate::cli) const ADVERTISE_OPEN: Text = Text::new(
    "注意：邀请码里的地址会是 {0}，别的机器连不到。请在 hub.toml 的 advertise 写下级能访问的 主机名:端口。",
    "Note: invites will carry the address {0}, which no other machine reaches. Write HOST:PORT as \
     members reach it as advertise in hub.toml.",
);
pub(in crate::cli) const ADDRESSES: Text = Text::new("地址", "addresses");
pub(in crate::cli) const ADDRESSES_WELL: Text = Text::new("写法可用：{0}", "well formed: {0}");
pub(in crate::cli) const NO_PORT: Text =
    Text::new("{0} = {1} 缺少主机名或端口", "{0} = {1} lacks a host or a port");
pub(in crate::cli) const OPEN_ADDRESS: Text = Text::new(
    "advertise = {0} 是“任意地址”，别的机器连不到",
    "advertise = {0} stands for any address, and no other machine reaches it",
);
pub(in crate::cli) const ADDRESSES_FIX: Text = Text::new(
    "在 hub.toml 中写成 主机名:端口（如 10.0.0.5:7443），再重新启动 serve",
    "write HOST:PORT, such as 10.0.0.5:7443, in hub.toml and start serve again",
);
pub(in crate::cli) const KEY_MISSING: Text = Text::new(
    "注意：密封汇总方案所指的密钥不在本机，学校的报告打不开：请从备份恢复 share-keys 文件夹。",
    "Note: the key that a plan of sealed sums names is not here, and reports cannot be opened: \
     restore the folder share-keys from the backup.",
);
pub(in crate::cli) const IS_SERVED: Text = Text::new("枢纽正在运行。", "The hub is running.");
pub(in crate::cli) const NOT_SERVED: Text = Text::new(
    "枢纽没有在运行：下级连不上，也不会上报。启动：xinqiao-hub serve",
    "The hub is not running: members cannot reach it and nothing goes up. Start it with  \
     xinqiao-hub serve",
);
