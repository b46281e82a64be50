//! What `xinqiao-hub key` says.

use runtime::texts;

texts! {
    ASKED = "已写好申请 {0}。请交教育、卫健两个部门签署声明，并在电话中读出六个字：{1}（{2}）",
        "Wrote the request {0}. Give it to both commissions and read out these words by telephone: \
         {2} ({1})";
    OF_ITS_OWN = "为下一学年生成了新密钥：此前的密钥已写入方案 {0}，随该学年结清而销毁。请用新声明制作下一学年的方案。",
        "This is a new key, for the next school year: the one before is that of the plan {0} and \
         is destroyed when its year is closed. Make the next plan with the new statement.";
    OTHER_HALF = "{0} 打开的是另一半：请用 --purpose {1}；没有生成密钥。",
        "{0} opens the other half: use --purpose {1}; no key was made.";
    NOT_SIGNED = "申请无法用本枢纽的证书签名，没有写出。",
        "the request could not be signed with this hub's certificate; nothing was written.";
    KEY = "{0}\n  {1} 生成；六个字：{2}（{3}）", "{0}\n  made {1}; words: {3} ({2})";
    NO_KEY = "本枢纽还没有用于密封汇总的密钥。生成并申请：xinqiao-hub key request",
        "This hub has no key for sealed sums yet. Make one and ask: xinqiao-hub key request";
    GONE = "{0}\n  已于 {1} 销毁，记录已签名", "{0}\n  destroyed {1}, with a signed record";
    WHICH_KEY = "没有编号以 {0} 开头的唯一一把密钥；没有销毁。",
        "no key, or more than one, begins with {0}; nothing was destroyed.";
    NEEDED = "{0} 学年的合计还可能开启，{1} 年 10 月 1 日以后才能销毁；没有销毁。",
        "openings of school year {0} may still come, until 1 October {1}; nothing was destroyed.";
    RELAY_KEY_NEEDED = "密封给这把转递密钥的信件还可能到达：声明到期 30 天以后才能销毁；没有销毁。",
        "letters that were sealed to this relay's key may still come, until thirty days after its \
         statement ends; nothing was destroyed.";
    DESTROYED =
        "密钥 {0} 已销毁，已写下签名记录。备份和旧磁盘上的副本请由运维人员一并销毁。",
        "The key {0} is destroyed; a signed record stays. Copies in backups and on old disks are \
         for the operators to destroy.";
    NOT_A_RELAY = "{0} 不转递信件：只有区县和市枢纽持有转递密钥；没有生成密钥。",
        "{0} is no relay of letters: districts and the city hold such keys; no key was made.";
    RELAY_KEY = "信件转递：{0}\n  {1} 生成；六个字：{2}（{3}）",
        "relay of letters: {0}\n  made {1}; words: {3} ({2})";
    STATED = "已保存 {0} 的公钥声明（用途 {1}）。", "Keeps the key statement of {0} for {1}.";
    STATEMENT_UNREAD = "无法读取 {0}；没有保存任何声明。",
        "{0} cannot be read; no statement was kept.";
    STATEMENT_REFUSED = "有一份公钥声明不成立；没有保存任何声明。",
        "a key statement does not hold; none was kept.";
    STATEMENT_PURPOSE = "信件只密封给转递枢纽和接收方（用途 relay、referral）；没有保存任何声明。",
        "letters are sealed to relays and recipients (purposes relay and referral); no statement \
         was kept.";
    NO_STATEMENT = "文件里没有公钥声明；没有保存任何声明。",
        "the file holds no key statement; none was kept.";
    UNUSABLE = "密钥文件无法读写，没有改动其他内容。",
        "the key file cannot be read or written; nothing else was changed.";
}
