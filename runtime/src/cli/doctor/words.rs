//! Sentences of `doctor` that node and hub share.

use crate::texts;

texts! {
    WELL = "正常", "ok";
    UNCHECKED = "未查", "-";
    WARNING = "注意", "WARN";
    PROBLEM = "故障", "FAIL";
    FIX = "处理：{0}", "fix: {0}";
    ALL_WELL = "没有发现问题。", "No problem was found.";
    ONLY_WARNINGS = "没有故障，有 {0} 项需要注意。", "No problem; warnings: {0}.";
    FOUND = "发现 {0} 项故障，{1} 项需要注意。检查没有改动任何内容。",
        "problems: {0}, warnings: {1}. The checks changed nothing.";
    CALL_SUPPORT = "请把这一行告诉上级枢纽的运维人员", "tell the operator of the hub above this line";

    DISK_TITLE = "磁盘", "disk";
    DISK_FREE = "可用 {0} MiB", "{0} MiB free";
    DISK_LOW = "只剩 {0} MiB", "only {0} MiB left";
    DISK_FIX = "清理数据目录所在的磁盘，至少留出 {0} MiB",
        "free space where the data folder lies, {0} MiB at least";
    DISK_UNKNOWN = "无法得知可用空间（{0}）", "the free space cannot be told ({0})";

    STORE_WELL = "{0} 完好，{1} MiB，日志 {2} MiB", "{0} intact, {1} MiB, log {2} MiB";
    STORE_DAMAGED = "{0} 已损坏（{1}）", "{0} is damaged ({1})";
    STORE_DAMAGED_FIX = "停止程序，原样保留数据目录，从最近的备份恢复",
        "stop the program, keep the folder as it is, and restore the latest backup";
    STORE_LOG = "{0} 的日志有 {1} MiB，没有及时并入", "the log of {0} has {1} MiB and is not folded in";
    STORE_LOG_FIX = "重新启动 serve；仍不缩小时检查磁盘是否已满",
        "restart serve; if it does not shrink, look whether the disk is full";

    CERTIFICATE_TITLE = "证书", "certificate";
    AUTHORITY_TITLE = "签发权", "issuing CA";
    DAYS_LEFT = "还有 {0} 天", "{0} days left";
    DAYS_OVER = "已过期 {0} 天", "ended {0} days ago";

    CLOCK_TITLE = "时钟", "clock";
    CLOCK_WELL = "与枢纽相差 {0} 秒", "{0} s from the hub's";
    CLOCK_FAST = "比枢纽快 {0} 秒（限 {1} 秒）", "{0} s ahead of the hub's (limit {1} s)";
    CLOCK_SLOW = "比枢纽慢 {0} 秒（限 {1} 秒）", "{0} s behind the hub's (limit {1} s)";
    CLOCK_FIX = "打开自动校时：timedatectl set-ntp true（Windows：w32tm /resync）",
        "timedatectl set-ntp true   (Windows: w32tm /resync)";
    CLOCK_UNKNOWN = "还没有可以对照的时钟", "there is no other clock to compare with yet";

    HUB_TITLE = "上级枢纽", "hub above";
    HUB_WELL = "{0} 有应答，往返 {1} 毫秒", "{0} answers, round trip {1} ms";
}
