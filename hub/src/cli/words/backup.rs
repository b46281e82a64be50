//! What `xinqiao-hub backup` and `restore` say.

use runtime::texts;

texts! {
    NEW_PASSPHRASE = "备份口令（至少 12 个字符）：", "Passphrase of backups (12 characters or more): ";
    PASSPHRASE = "备份口令：", "Passphrase of backups: ";
    PASSPHRASE_LENGTH = "口令须有至少 12 个字符，最长 1024 字节；没有改动",
        "a passphrase has at least 12 characters and at most 1024 bytes; nothing was changed";
    CHOSEN = "备份口令已设定。请写下并与备份分开保管：没有它，备份打不开。此前的备份仍用此前的口令。",
        "The passphrase of backups is set. Write it down and keep it apart from the copies: none \
         opens without it. Earlier copies open with the earlier one.";
    PLANNED = "每天 {1} 点起备份到 {0}，保留 {2} 份。",
        "Copied to {0} each day from {1} o'clock on; {2} are kept.";
    MADE = "已备份到 {0}（{1} MB），并已试恢复。", "Copied to {0} ({1} MB), and put back for a test.";
    COPY = "{0}  {1} MB", "{0}  {1} MB";
    NO_COPIES = "{0} 中没有本枢纽的备份。", "There is no copy of this hub in {0}.";
    PROVEN = "试恢复成功：{0}，{1} 张表 {2} 行，开启记录 {3} 条，链完整。试验内容已删除，备份没有改动。",
        "Proven: {0} was put back for a test: {1} tables with {2} rows, {3} records of openings, \
         chains whole. The test is removed; the copy stands as it was.";
    DRILLED = "演练完成：备份用时 {0} 秒，试恢复用时 {1} 秒。",
        "Drilled: the copy took {0} s, putting it back {1} s.";
    WHERE = "没有说明备份放到哪里，什么都没有做", "no place for the backup is set; nothing was done";
    WHERE_NEXT = "请加 --to 文件夹，或先运行 xinqiao-hub backup plan。",
        "Add --to FOLDER, or run xinqiao-hub backup plan first.";
    AWAY = "备份文件夹不在，什么都没有复制", "the folder for backups is not there; nothing was copied";
    AWAY_NEXT = "请接上这块盘，或先建好这个文件夹。", "Plug the disk in, or make the folder first.";
    NO_KEY = "还没有设定备份口令，什么都没有复制", "no passphrase of backups is set; nothing was copied";
    NO_KEY_NEXT = "请先运行 xinqiao-hub backup passphrase。", "Run xinqiao-hub backup passphrase first.";
    NO_COPY = "没有这份备份，什么都没有改动", "there is no such copy; nothing was changed";
    NO_COPY_NEXT = "请用 xinqiao-hub backup list 查看，或写明备份的文件夹。",
        "Look with xinqiao-hub backup list, or name the folder of a copy.";
    OTHER_KEY = "口令打不开这份备份；备份和数据都没有变化",
        "the passphrase does not open the copy; copy and data stand as they were";
    OTHER_KEY_NEXT = "请用做这份备份时的口令。", "Use the passphrase of the day on which it was made.";
    BROKEN = "这份备份恢复不了：有文件被改动、截断或缺失；数据没有变化",
        "the copy cannot be put back: a file of it was altered, cut or taken away; the data stand \
         as they were";
    BROKEN_NEXT = "请换一份较早的备份；枢纽还在运行的，请立即重新备份一次，并检查那块盘。",
        "Take an earlier copy; where the hub still runs, make a new one at once, and look at that \
         disk.";
    FOREIGN = "这是另一个枢纽的备份；没有改动", "the copy is of another hub; nothing was changed";
    FOREIGN_NEXT = "请核对备份文件夹的名称。", "Look at the name of the folder.";
    NOT_EMPTY = "文件夹 {0} 里已有内容，没有恢复，也没有改动",
        "the folder {0} holds something; nothing was put back or changed";
    NOT_EMPTY_NEXT = "请停止服务，把原文件夹移开，再恢复到不存在的或空的文件夹。",
        "Stop the service, move the old folder aside, and put back into one that is empty or new.";
    BUSY = "另一个进程正在备份或试恢复；什么都没有改动",
        "another process makes or tries a copy; nothing was changed";
    BUSY_NEXT = "请几分钟后再试。", "Try again in some minutes.";
    FAILED = "没有完成；原有的备份和数据都没有变化",
        "it was not done; earlier copies and the data stand as they were";
    FAILED_NEXT = "请看看磁盘的空间和是否可写（数据文件夹所在的盘要有两倍于 hub.db 的空间），再试一次。",
        "Look at the space of the disks and whether they can be written (that of the data folder \
         needs twice the room of hub.db), then try again.";
    BAD_KEY = "{0} 不是密钥编号的开头（至少 8 位十六进制）；什么都没有恢复",
        "{0} is no beginning of a key's number (8 hexadecimal digits or more); nothing \
         was put back";
    BAD_KEY_NEXT = "请按 key list 或销毁记录上的编号填写。",
        "Write it as key list or the record of its destruction has it.";
    RESTORED = "已把 {1} 的备份恢复到 {0}（{2} 行）。服务还没有启动。请依次：",
        "The copy of {1} was put back into {0} ({2} rows). Nothing is served yet. Now, in \
         this order:";
    STEP_OLD = "- 确认原来的机器和文件夹不会再启动：两个副本同时运行会互相顶替。",
        "- See to it that the machine or folder that this replaces is never started again: two \
         copies that run take turns.";
    STEP_ISSUER = "- 从单独保管处取回 issuer.key，放进该文件夹（仅所有者可读）：备份里没有签发密钥。",
        "- Put issuer.key, which no copy has, into the folder from where it is locked away, \
         readable by its owner only.";
    STEP_NOTES = "- 按值班记录补登备份以来的异议、停课和人数确认（含撤回），再运行 sealed renoted --note 说明。此前不会开启任何合计。",
        "- Enter again what was noted since the backup: objections, absences, confirmed numbers, \
         and what was taken back; then run sealed renoted --note. No sum is opened before.";
    STEP_REVOKED = "- 备份以来吊销、停用过的成员密钥、单位、账号和 API 密钥，请再吊销一次。",
        "- Revoke again what was revoked since: members' keys, units, accounts, API keys.";
    STEP_INVITES = "- 备份中未用完的 {0} 份邀请已全部收回，需要的请重新邀请。",
        "- Invites that were open in the copy were taken back ({0}); invite again who needs one.";
    STEP_KEYS = "- 用 key list 核对书面销毁记录：备份以来销毁的密钥若仍在，请立即 key destroy。",
        "- Compare key list with your written record: destroy at once, with key destroy, what was \
         destroyed since and is there.";
    STEP_WITHOUT = "- 已销毁的密钥没有恢复：{0}。", "- Keys that were destroyed were not put back: {0}.";
    STEP_START = "- 启动 serve。向上级会开始新的纪元，下级会自动重发、重取，警报 new_epoch、recalled 属正常。doctor 正常后，\
         才可恢复汇总的另一方。",
        "- Start serve. It begins new epochs upward, and members send and fetch again by \
         themselves; the alarms new_epoch and recalled are as expected. Put the other hub of \
         sealed sums back only when doctor is well.";
}
