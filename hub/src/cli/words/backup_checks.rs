//! What `xinqiao-hub doctor` says of backups.

use runtime::texts;

texts! {
    BACKUP_TITLE = "备份", "backup";
    NO_PLAN = "没有设置每日备份；程序之外的备份这里看不到",
        "no daily copy is set; copies made outside of the program are not seen here";
    PLAN_BROKEN = "备份计划 backup.toml 读不出来，每日备份停着",
        "the plan of backups, backup.toml, cannot be read; no daily copy is made";
    PLAN_FIX = "运行 xinqiao-hub backup passphrase 设定口令，再运行 xinqiao-hub backup plan --to 另一块盘上的文件夹",
        "choose a passphrase with xinqiao-hub backup passphrase, then run xinqiao-hub backup plan \
         --to FOLDER on another disk";
    NO_PASSPHRASE = "设置了每日备份，但没有备份口令，备份做不出来",
        "a daily copy is set, but no passphrase of backups: none can be made";
    NO_PASSPHRASE_FIX = "运行 xinqiao-hub backup passphrase", "run xinqiao-hub backup passphrase";
    AWAY = "备份位置 {0} 不在", "the place for backups, {0}, is not there";
    AWAY_FIX = "接上备份用的盘；服务五分钟内会自己补做当天的备份",
        "plug in the disk for backups; the service makes the day's copy within five minutes";
    NONE = "已设置每日备份，还没有做过", "a daily copy is set, and none was made yet";
    OLD = "最近一次备份是 {0}", "the last backup is of {0}";
    NONE_FIX = "看看服务是否在运行，再运行 xinqiao-hub backup create",
        "look whether the service runs, then run xinqiao-hub backup create";
    FAILED = "{0} 没能备份到 {1}；此前的备份没有变化",
        "no copy could be made in {1} at {0}; earlier ones stand as they were";
    FAILED_FIX = "查看服务日志和那块盘（空间、能否写入），再运行 xinqiao-hub backup create",
        "look at the log of the service and at that disk (space, whether it can be written), then \
         run xinqiao-hub backup create";
    FULL = "备份位置只剩 {0} MB，下一份约需 {1} MB",
        "{0} MB are free at the place for backups; the next copy needs about {1} MB";
    FULL_FIX = "清出空间（数据文件夹所在的盘也要有两倍于 hub.db 的空间），或用 backup plan --keep 少留几份，\
        再运行 xinqiao-hub backup create",
        "make room (the disk of the data folder also needs twice that of hub.db), or keep fewer \
         with backup plan --keep, then run xinqiao-hub backup create";
    WELL = "最近一次备份 {0}，共 {1} 份", "last backup {0}, {1} kept";
    RESTORE_TITLE = "恢复试验", "restore test";
    NEVER = "还没有用口令试过恢复：没人试过口令的备份不能算数",
        "no copy was ever put back by its passphrase: one that nobody opened is a hope";
    VERIFY_FIX = "运行 xinqiao-hub backup verify，用备份口令试着恢复最近一份备份",
        "run xinqiao-hub backup verify: it puts the newest copy back for a test by its passphrase";
    OTHER_PASSPHRASE = "{0} 试恢复 {1} 时，口令打不开备份",
        "when {1} was tried at {0}, the passphrase did not open it";
    OTHER_PASSPHRASE_FIX = "找到做那份备份时的口令再试；找不到的，运行 backup passphrase 设定新口令并立即重新备份",
        "try again with the passphrase of the day on which it was made; where nobody has it, \
         choose another with backup passphrase and make a new copy at once";
    NO_ROOM = "{0} 试恢复 {1} 时空间不足，没有试成", "there was no room to try {1} at {0}";
    NO_ROOM_FIX = "在数据文件夹所在的盘上清出空间，再运行 xinqiao-hub backup verify",
        "make room on the disk of the data folder, then run xinqiao-hub backup verify";
    UNPROVEN = "{0} 试恢复失败：{1} 恢复不了", "{1} was tried at {0} and cannot be put back";
    UNPROVEN_FIX = "立即运行 xinqiao-hub backup create，检查那块盘，再运行 backup verify",
        "run xinqiao-hub backup create at once, look at that disk, then run backup verify";
    PROVEN = "最近一次用口令成功试恢复 {0}：{1}", "last restore proven by its passphrase {0}: {1}";
}
