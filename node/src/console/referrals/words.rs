//! Sentences of the pages of referrals, in both languages.

use runtime::texts;

texts! {
    REFERRALS = "转介", "Referrals";
    NOTE = "每一步由学校登记，转介单加密发送，或打印后当面、邮寄、电话交接；对方所做的，写明是谁、何时、怎样告知的",
        "each step is written down here, and the sheet is sent sealed, or handed over on paper or \
         by telephone; what the other side does is written with who told it, when and how";
    NEW = "新建转介", "New referral";
    OPEN_NOTE = "学生预警为三级（危机），或为二级且会诊已作决定的，方可征求转介同意；紧急转介不要求预警在册。",
        "Consent is asked for a student at t3, or at t2 once a consultation has decided; an \
         emergency needs no open case.";
    SCHOOLS_TURN = "学校待办", "The school's turn";
    OTHERS_TURN = "等待对方", "The other side's turn";
    OVER = "已结束", "Ended";
    NONE = "没有。", "None.";
    STUDENT = "学生", "Student";
    STATE = "状态", "Where it stands";
    URGENCY = "紧急程度", "Urgency";
    RECIPIENT = "接收方", "Recipient";
    LIMIT = "期限", "Limit";
    LATE = "逾期", "late";
    NO_LIMIT = "—", "—";
    STEP = "事项", "Step";
    DAY = "日期", "Day";
    BY = "办理方", "By";
    SAID = "内容", "What was told";
    ENTERED = "登记时间", "Entered";
    KEPT_LATE = "逾时收到，仅作记录", "came too late, kept only";
    COURSE = "办理过程", "Course";
    CALLS = "电话记录", "Calls";
    NO_CALLS = "还没有电话记录。", "No call is noted.";
    REACHED = "接通", "reached";
    UNREACHED = "未接通", "not reached";
    NEXT = "可以办理的下一步", "Next steps";
    SHEET = "打印转介单", "Print the sheet";
    CONSENT_FORM = "登记知情同意", "Enter the consent";
    FOLLOWS = "接续", "Follows";
    FOLLOWED = "转介 #{0}", "referral #{0}";
    CONCERNS = "原因", "Reasons";
    RISK = "当前风险", "Risk now";
    PHONE = "电话", "Telephone";
    APPROVED = "批准人", "Approved by";
    UNAPPROVED = "还没有批准", "not approved yet";
    WHO_OF_THEM = "对方姓名", "Who of them, by name";
    WHO_TOOK = "接手人姓名", "Who took it, by name";
    WHO_SAID = "提出人姓名", "Who says so, by name";
    ESCORT = "陪同人", "Who is with the child";
    WAY = "方式", "How";
    CODE = "原因", "Reason";
    DETAIL = "说明", "Details";
    DANGER = "危险事实（一句话）", "The danger in one line";
    OTHER = "对方建议的另一接收方", "The recipient that they propose";
    PLAN = "学校后续支持", "The school's own plan";
    RETURN_PLAN = "返校方案（与家长商定：联系人、课表、留意事项）",
        "Plan of the return, agreed with the guardian: contact, timetable, watch points";
    OUTCOME = "结果摘要（只在家长同意回传摘要时填写；不写诊断）",
        "Summary of the outcome, only where the family agreed to one; no diagnosis";
    AGREED = "约定日期", "Day that was agreed";
    PLACE = "地点", "Place";
    PARTY = "打给谁", "Whom";
    CALLED_WHO = "接电话人姓名", "Name of who was called";
    CALLED_AT = "通话时间（留空为现在）", "When; empty for now";
    REACHED_ASK = "是否接通", "Did they answer";
    CALL_SAID = "通话内容", "What was said";
    RECIPIENT_ID = "接收方代码（与同意书一致）", "Id of the recipient, as on the consent";
    RECIPIENT_NAME = "接收方名称", "Name of the recipient";
    RECIPIENT_PHONE = "接收方电话", "Telephone of the recipient";
    FINDINGS = "复核意见", "What the review found";
    NOTICED = "书面告知监护人的日期", "Day of the written notice to the guardian";
    KEEPS = "对方依法保留的内容及理由（没有就留空）", "What they keep by law, and why; empty for nothing";
    ACTOR = "由谁撤回", "Who withdraws";
    YES = "是", "yes";
    NO = "否", "no";
    APPROVE = "批准送交该接收方", "Approve that it goes to this recipient";
    NAME_RECIPIENT = "选定或更换接收方", "Choose or change the recipient";
    AMEND = "更正转介内容", "Put the draft right";
    AMEND_NOTE = "尚无内容离校时可以更正。更正前后的内容、更正人和理由都会保留；批准须重新办理；\
         已登记“已同意”而更正涉及同意书所列信息的，请再与家长核对并再登记一次“已同意”。",
        "While nothing has left the school. What it said before stays, with who put it right and \
         why; it is approved anew, and where it changes what the family agreed to let out, consent \
         is confirmed with them once more.";
    WHY = "更正理由", "Why it is put right";
    NOTE_CALL = "登记电话", "Note a call";
    COUNTERSIGN = "第二人补签紧急转介", "Sign the emergency as the second person";
    REVIEW = "复核紧急转介", "Review the emergency";
    NOTE_NOTICE = "登记已书面告知监护人", "Note the written notice to the guardian";
    REPLY = "登记接收方对撤回的答复", "Note the recipient's answer to the withdrawal";
    LATE_WORD = "只作记录：{0}", "For the record only: {0}";
    MEANS = "可能使用的方法", "Means at hand";
    PROTECTION = "能保护学生的人", "Who protects the child";
    MEDICATION = "已知用药", "Medication that is known";
    STUDENT_ASK = "学生（学籍号或姓名）", "Student, by number or name";
    OPEN = "建立转介", "Open it";
    NOBODY = "没有找到这名学生，或不止一人同名；没有写入任何内容。",
        "there is no such student, or several of that name; nothing was written.";
    NOBODY_NEXT = "请填写学籍号后再提交。", "Write the student number and send it again.";
    EMERGENCY_FIRST = "有紧迫危险时先打电话：120、110，并联系监护人（不得联系的除外）；\
         心理援助热线 12356。系统里的登记是交接记录，不能代替电话。",
        "In imminent danger telephone first: 120, 110, then a guardian who may be contacted; \
         hotline 12356. What is written here is the record of the hand-over and stands in for no \
         call.";
    NOT_TO_CALL = "有监护人不得联系：{0}。", "Not to be contacted, though a guardian: {0}.";
    TELL_THEM = "同意已撤回，或转介已召回、已取消、已按逾期结束：请告知{0}停止使用并删除，登记其答复。",
        "It was taken back, called off or its time is over: tell {0} to stop using and to delete \
         it, and note \
         the answer.";
    SHEET_TITLE = "转介单", "Referral sheet";
    SHEET_HOW = "只交给转介单上写明的接收方。打印已计入该生的查阅记录。",
        "Hand it to the recipient that it names and to nobody else. Printing it stands in the log \
         of the student's record.";
    TO = "接收方", "To";
    GROUND = "依据", "Ground";
    BY_CONSENT = "知情同意，有效期至 {0}；摘要 {1}",
        "consent of the family until {0}; digest {1}";
    BY_EMERGENCY = "紧急情形，未经同意（《个人信息保护法》第十三条）", "emergency, without consent (PIPL art. 13)";
    MADE = "作出时间", "Made";
    SECOND_SIGNED = "第二人已签", "a second person has signed";
    SECOND_WAITS = "第二人待补签", "a second person has still to sign";
    GIVEN_BY = "同意人", "Given by";
    STUDENT_SELF = "学生本人", "the student";
    GIVEN_HOW = "同意方式", "How it was given";
    GIVEN_FROM = "生效日期", "Holds from";
    CHILD_VIEW = "学生意见", "The child's view";
    CHILD_ASKED = "已征询并记录", "asked and written down";
    CHILD_UNASKED = "没有记录", "not written down";
    LETS_OUT = "同意提供", "What it lets out";
    COMES_BACK = "可回传", "What may come back";
    NOTICE_READ = "告知书版本", "Version of the notice";
    PRINTED = "打印时间", "Printed";
    NAME = "姓名", "Name";
    SEX = "性别", "Sex";
    BIRTH = "出生日期", "Born";
    AGE = "年龄", "Age";
    GUARDIAN = "监护人", "Guardian";
    SUSPECT = "另有一位监护人不得联系；联系家属前请先致电学校。",
        "One guardian may not be contacted; telephone the school before any relative.";
    SCHOOL_CALL = "学校联系人及电话", "Whom to call at the school";
    BY_HAND = "＿＿＿＿＿＿＿＿＿＿＿＿", "____________________";
    TIER = "预警级别", "Tier";
    SINCE = "列入日期", "On the ledger since";
    WORK = "学校已做工作", "What the school did";
    WORK_LINE = "{0} {1} 次（{2} 至 {3}）", "{0}: {1} ({2} to {3})";
    SCORE = "{0}（{1}）：总分 {2}，等级 {3}，提示 {4}", "{0} ({1}): total {2}, band {3}, flags {4}";
    SCORES = "量表总分", "Scores";
    NO_SCORES = "没有有效得分", "no valid score";
    DANGER_NOW = "危险", "Danger";
    PLACE_NOW = "现在何处", "Where the child is";
    PHYSIQUE = "体质提示", "Health that matters now";
    CODE_ALONE = "（{0}）", "({0})";
    MALE = "男", "male";
    FEMALE = "女", "female";
    UNKNOWN = "未登记", "not known";
    RETURN_SLIP = "回执（请填写后交回学校或来电）：□ 接收　□ 不接收（原因：＿＿＿＿）　预约日期：＿＿＿＿　地点：＿＿＿＿　经手人：＿＿＿＿　日期：＿＿＿＿",
        "Answer, to be sent back or telephoned: □ accepted  □ declined (why: ______)  appointment: \
         ______  place: ______  by: ______  day: ______";
    DELETE = "不接收或接到撤回通知的，请销毁本单并告知学校。",
        "Whoever declines, or is told that it is taken back, destroys this sheet and says so.";
    SIGNED = "移交人：＿＿＿＿＿＿　　接收人：＿＿＿＿＿＿　　日期：＿＿＿＿＿＿",
        "Handed over by: __________   Taken by: __________   Day: __________";
    SEAL = "加密发送", "Send sealed";
    SEAL_TO = "加密发送给 {0}", "Send sealed to {0}";
    SEAL_NOTE = "先预览将要离校的全部内容，再加密发送；只有该接收方能打开。不用加密发送的，仍可打印转介单当面交接。",
        "You see everything that will leave before it is sealed; only that recipient can open it. \
         The printed sheet can be handed over instead.";
    SCHOOL_PERSON = "学校联系人", "Whom to call at the school";
    SCHOOL_PHONE = "学校联系电话", "Telephone at the school";
    PREVIEW = "将要离校的内容", "What will leave";
    PREVIEW_NOTE = "以下由将被加密的字节逐项读出，除此以外没有任何内容离校。一小时内有效；其间登记有变动的，须重新预览。",
        "Read from the very bytes that will be sealed; nothing else leaves. It holds for an hour, \
         and is looked at anew where anything was changed meanwhile.";
    SEALED_SIZE = "{0} 字节，摘要 {1}", "{0} bytes, digest {1}";
    SEND_SEALED = "加密并发送", "Seal and send";
    WRITTEN = "生成时间", "Written";
    PICK = "请选择", "choose";
    LETTERS = "加密信件", "Sealed letters";
    RELAY_HAS = "枢纽已收", "a relay has it since";
    TAKEN_BACK = "已撤回，通知排队发出", "taken back";
    DELETED = "对方已答复", "answered";
    NOT_DELIVERED = "未送达：期限内没有得到{0}已收到的回音。请立即电话联系 {1}。",
        "Not delivered: nothing says that {0} has it, and the time is over. Telephone now: {1}.";
    SLIP = "家长撤回凭条", "The family's slip";
    FHIR = "导出 FHIR 文件", "Export as FHIR";
    SLIP_NOTE = "请交给签字同意的家长或学生本人保管。",
        "To be kept by whoever signed the consent.";
    SLIP_TEXT = "您随时可以撤回同意，不需要理由，也不影响学校的辅导。请告诉心理教师，或出示本凭条；学校会通知下列每个接收方停止使用并删除，医院依法必须保存的病历除外。",
        "You may take the consent back at any time, without a reason, and the school goes on \
         helping. Tell the counsellor or show this slip: every recipient below is told to stop \
         using and to delete it, but for medical records that a hospital has to keep by law.";
    SLIP_CODE = "撤回口令（请勿告诉他人）", "Word for taking it back; tell nobody";
    SLIP_SENT = "发送时间", "Sent";
    MUST = "必填", "required";
    OFFER = "从名录选接收方", "Choose the recipient from the directory";
    OFFER_NOTE = "按服务项目、年龄和片区筛选，有名额的在前；名额是填报那天的数，请先电话确认。选定后填入名称、代码和电话；\
         已征得的同意不随之改变，换接收方须重新征求同意。",
        "By service, age and area, free places first. Places are as they were told on that day: \
         telephone before you rely on one. Choosing fills in name, id and telephone and changes no \
         consent; another recipient needs another consent.";
    OFFER_NONE = "名录里没有符合条件的接收方：换一个服务项目，或按下面的表填写。",
        "Nobody in the directory fits: choose another service, or write the recipient below.";
    OFFER_ANY = "按紧急程度", "By urgency";
    SERVICE = "服务项目", "Service";
    SHOW = "查看", "Show";
    CHOOSE = "选定", "Choose";
    ROOM = "名额", "Places";
    SENDING = "发送方式", "Sending";
    LATER = "接收方可以先不填：建立后在转介页面从名录中选。",
        "The recipient may stay empty: it is chosen from the directory on the referral's page.";
    NOT_CHOSEN = "名录中的“{0}”不可选：{1}；没有写入任何内容。",
        "{0} may not be chosen from the directory: {1}; nothing was written.";
    NOT_CHOSEN_NEXT = "请选名录中的另一接收方。", "Choose another recipient of the directory.";
    SINCE_BARRED = "接收方“{0}”在名录中现在不可选：{1}。已办的转介不变；还没有送交的，请先电话确认或另选。",
        "The recipient {0} may not be chosen from the directory any more: {1}. What is agreed \
         stays; where nothing was handed over yet, telephone first or choose another.";
    EMERGENCY_LIST = "急救名单（卫生健康部门核定）：{0}", "Emergency list, which health signed: {0}";
    EMERGENCY_UNSIGNED = "急救名单（没有经卫生健康部门核定）：{0}",
        "Emergency list, which health did not sign: {0}";
}
