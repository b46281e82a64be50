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
