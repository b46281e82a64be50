//! Sentences of `intake`, in both languages.

use runtime::texts;

texts! {
    NEXT_RECEIVER_KEY = "下一步：xinqiao-node key request --data {0} --out request.pem，\
        两部门签署后 xinqiao-node key take 文件，再用 xinqiao-node serve 运行",
        "Next:  xinqiao-node key request --data {0} --out request.pem\n       once both \
         commissions have signed:  xinqiao-node key take FILE\n       xinqiao-node serve";
    NOT_AT_A_RECEIVER = "接收机构的节点没有学生，也不上报，没有这个命令。",
        "a receiver's node has no pupils and reports nothing: it has no such command.";
    NOT_AT_A_RECEIVER_NEXT = "接收转介：xinqiao-node intake list",
        "What came here:  xinqiao-node intake list";
    NOT_AT_A_SCHOOL = "学校的节点不接收转介，没有这个命令。",
        "a school's node receives no referrals: it has no such command.";
    NOT_AT_A_SCHOOL_NEXT = "接收机构请用 xinqiao-node init --role receiver 另建节点。",
        "A receiver makes a node of its own:  xinqiao-node init --role receiver";
    NONE = "没有收到转介。", "no referral has come.";
    NUMBER = "编号", "No";
    URGENCY = "缓急", "Urgency";
    SCHOOL = "学校", "School";
    STATE = "状态", "State";
    DUE = "期限", "Limit";
    HEAD = "第 {0} 份，来自 {1}：{2}", "referral {0} from {1}: {2}";
    WITHDRAWAL_ANSWERED = "已答复撤回", "withdrawal answered";
    NOT_TOLD = "（学校尚未得知：缺学校或枢纽的公钥声明，或程序未运行）",
        "(the school has not heard: its key or the relay's is not known, or the node does not run)";
    TOLD = "（{0} 已密封待发）", "(sealed for the school {0})";
    WANTS_KEPT = "家庭已撤回同意。请在 24 小时内说明依法保留什么：xinqiao-node intake kept {0} --why …",
        "the family has withdrawn its consent. Say within 24 hours what the law makes you keep:  \
         xinqiao-node intake kept {0} --why WORD";
    WRITTEN = "已登记（第 {0} 份），将密封答复学校。",
        "written (referral {0}); the answer is sealed for the school.";
    KNOWN = "已保存 {0} 份学校和枢纽的公钥声明。", "kept {0} statements of schools and relays.";
    REFUSED = "{0} 拒收：{1}", "{0} refused: {1}";
}
