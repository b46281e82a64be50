//! Sentences of the page of approvals, in both languages.

use runtime::texts;

texts! {
    APPROVALS = "查阅审批", "Access requests";
    APPROVALS_NOTE = "不在个案上的人要看档案，须说明理由和期限，由德育主任批准",
        "whoever is off a case asks with a reason and an end; the moral-education head decides";
    ASK = "申请查阅", "Ask to be let in";
    ASK_NOTE = "只写学籍号，不写姓名。获批后到期自动失效，每次查阅都会记在该生页面上。最长 90 天。",
        "Give the student number, not the name. Access ends by itself; each read stands on the \
         student's page. At most 90 days.";
    STUDENT_NUMBER = "学籍号", "Student number";
    UNTIL = "截止日期", "Until";
    REASON = "理由", "Reason";
    SUBMIT = "提交申请", "Ask";
    REQUESTS = "申请", "Requests";
    REQUESTS_NONE = "还没有申请。", "Nobody has asked.";
    ASKED = "申请时间", "Asked";
    WHO = "申请人", "Who";
    STUDENT = "学生", "Student";
    STATE = "状态", "State";
    ANSWER = "答复", "Answer";
    ACT = "办理", "Act";
    WAITS = "待批", "waits";
    OVER = "已过期", "over";
    GRANTED = "已批准", "granted";
    ENDED = "已到期", "ended";
    REFUSED = "未批准", "refused";
    DECIDE = "答复", "Decide";
    DECIDE_OF = "答复 {0} 的申请", "Decide on the request of {0}";
    GRANT = "批准", "Grant";
    REFUSE = "不批准", "Refuse";
    GRANTS = "现在可查阅的人", "Who is let in now";
    GRANTS_NONE = "目前没有生效的查阅授权。", "Nobody is let in by a grant.";
    FROM = "起", "From";
    END = "提前结束", "End it now";
    END_OF = "提前结束 {0} 的查阅", "End it now, the access of {0}";
}
