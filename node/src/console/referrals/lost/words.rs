//! Sentences of the page of letters that were lost or are late, in both languages.

use runtime::texts;

texts! {
    LETTERS = "丢失和逾期的信件", "Lost and late letters";
    NOTE = "每一封写明发生了什么、哪些没有变动、下一步怎么办",
        "for each: what happened, what stands as it was, and what to do next";
    LATE = "已发出、没有回音", "Sent, and nothing heard";
    NONE_LATE = "没有逾期的信件。", "No letter is late.";
    LOST = "恢复的账本里没有的转介", "Referrals that the restored ledger does not hold";
    NONE_LOST = "没有。收到的答复都对得上本机的转介。",
        "None. Every answer that came belongs to a referral of this ledger.";
    REFERRAL = "转介", "Referral";
    RECIPIENT = "接收方", "Recipient";
    SINCE = "自何时起", "Since";
    HAPPENED = "发生了什么", "What happened";
    UNTOUCHED = "哪些没有变动", "What stands as it was";
    DO_NEXT = "下一步", "What to do next";
    NOT_TAKEN = "还没有枢纽确认收到这封信。", "No hub has said that it has the letter.";
    NOT_TAKEN_STANDS = "转介和信件都在本机账本里，没有删改；能自动重发的会自动重发。",
        "The referral and what was sealed are in this ledger, unchanged; what can be sealed anew \
         is, by itself.";
    NOT_TAKEN_NEXT = "请电话告知接收方，并请信息管理员检查联网和枢纽公钥（xinqiao-node doctor）；急的，打印转介单当面交接。",
        "Telephone the recipient, and have school IT look at the connection and at the hub's key \
         (xinqiao-node doctor). In a hurry print the sheet and hand it over.";
    NOT_ANSWERED = "枢纽已收到信件，接收方过了期限还没有办理。",
        "A hub has the letter, and the recipient has not done what is its turn.";
    NOT_ANSWERED_STANDS = "转介停在原来的状态；内容只有接收方能打开，没有退回，也没有失效。",
        "The referral stands where it stood. Only the recipient can open what was sent; it has \
         neither come back nor ended.";
    NOT_ANSWERED_NEXT = "请电话询问：对方口头答复的，登记到这份转介；对方说没有收到的，打印转介单当面交接。",
        "Telephone them. What they tell you is entered with the referral; where they have nothing, \
         print the sheet and hand it over.";
    NOT_DELETED = "已通知接收方撤回，对方还没有答复已删除。",
        "The recipient was told that it is taken back, and has not said that it is deleted.";
    NOT_DELETED_STANDS = "撤回有效。对方打开程序之前，内容可能还在对方那里。",
        "The withdrawal holds. Until the recipient's program has run, the content may still be \
         there.";
    NOT_DELETED_NEXT = "请电话要求对方删除，问清依法保留什么，把答复登记到这份转介。",
        "Telephone them, have it deleted, ask what the law makes them keep, and enter the answer \
         with the referral.";
    LOST_HAPPENED = "本机从备份恢复过；接收方答复的转介，备份里没有。",
        "This machine was put back from a backup, which does not hold the referral that was \
         answered.";
    LOST_STANDS = "接收方那里的转介照常办理，没有变动；本机没有写入任何内容。",
        "At the recipient it stands and goes on; nothing was written here.";
    LOST_NEXT = "请找出家庭的回执单。家庭仍然同意的，重新登记这份转介并按当面交接写下“发出”，再用转介编号和撤回码绑定；\
         家庭已撤回的，用撤回码撤回；已另行办妥的，可不再显示。",
        "Find the family's slip. Where the family still agrees, enter the referral again, write it \
         down as handed over, and bind it by its number and the word; where it has withdrawn, take \
         it back by the word; what was dealt with by hand may leave this list.";
    ENVELOPE = "信件", "Envelope";
    HEARD = "对方的答复", "What they said";
    DELETED = "已按撤回删除", "deleted after a withdrawal";
    NUMBER = "重新登记的转介编号", "Number of the referral that was entered again";
    WORD = "家庭回执单上的撤回码", "Word of the family's slip";
    BIND = "绑定", "Bind";
    TAKE_BACK = "撤回", "Take back";
    DISMISS = "不再显示", "Take it off this list";
    WHO = "电话确认人姓名", "Name of who said so by telephone";
    TOLD = "按电话所说登记", "Enter that it is theirs";
    LET_GO = "不再等待", "Wait no more";
}
