//! Sentences of the counsellor's pages about screening runs, in both languages.

use runtime::texts;

texts! {
    SCREENING = "普测", "Screening";
    RUNS = "普测批次", "Screening runs";
    RUNS_NOTE = "名单就是学籍名册；量表提示谁需要访谈，级别由访谈人判断",
        "everybody on the roll; a scale suggests an interview, a person decides the tier";
    RUNS_NONE = "还没有普测批次。", "There is no screening run yet.";
    NEW = "新建一次普测", "Open a screening run";
    NAME = "名称", "Name";
    TERM = "学期", "Term";
    STATE = "状态", "State";
    OPEN = "进行中", "open";
    CLOSED = "已结束", "closed";
    VOIDED = "已作废", "voided";
    REACHED = "已测", "Reached";
    OF_ROLL = "{0} / {1} 人", "{0} of {1}";

    CONTACT = "学生可以找谁（会显示给学生，如：心理辅导室 3 号楼 204，电话 …）",
        "Whom a student may turn to (shown to students)";
    FIRST = "第一天", "First day";
    LAST = "最后一天", "Last day";
    FROM = "每天几点开始", "From, each day";
    TO = "几点结束", "Until";
    CLASSES_PER_DAY = "每天安排几个班（0 表示各班同时开放）", "Classes a school day (0: all at once)";
    CLASSES_NOTE = "分散到几天，一位心理教师才来得及处理危险条目。周末不排。",
        "Spread over days, so that one counsellor can meet the critical answers. No weekends.";
    LOWEST = "量表提示“一般关注”的学生也安排访谈", "Interview students for whom a scale suggests attention, too";
    UNASKED = "监护人是否同意尚不清楚的学生", "Students whose guardian's answer is not known";
    PER_DAY = "每个上学日访谈几人", "Interviews a school day";
    SCALES = "哪个年级用哪个量表", "Which grades answer which scale";
    SCALES_NOTE = "这次没有选的年级和按年龄不适用的学生不会被问到，会在进度里列为“不在本次范围”。四年级以下不自填，由教师观察和家长访谈代替。",
        "Grades that are not chosen, and whoever is too young or too old for a scale, are not \
         asked and stand as such in the progress. Below grade 4 a teacher \
         observes and a guardian is heard instead.";
    BARRED = "不能使用的量表及原因", "Scales that may not be used, and why";
    AGES = "{0} 至 {1} 岁", "ages {0} to {1}";
    CREATE = "建立", "Open it";
    WRONG = "没有建立：{0}", "Nothing was opened: {0}";
    W_TEXT = "名称和联系方式都要填写，各不超过 120 字",
        "name and contact are needed, each of at most 120 characters";
    W_UNREAD = "有一项没有填，或写法不对；日期请写成 2026-09-21，数量请写整数",
        "a field is empty or not understood; write days like 2026-09-21, and whole numbers";
    W_ORDER = "最后一天早于第一天", "the last day lies before the first";
    W_IN_TERM = "日期不在本学期内（{0} 至 {1}）", "the days are not in the term ({0} to {1})";
    W_PAST_SPECIAL = "这是特殊时期的简短筛查，该特殊时期到 {0} 结束，最后一天不能晚于它",
        "this is the short screen of a special period, which ends on {0}: the last day is no later";
    W_TOO_FEW = "按每天的班数要排到 {0}，晚于最后一天：请增加每天的班数，或推后最后一天",
        "so many classes a day need days until {0}, after the last day: take more a day, or a \
         later last day";
    W_STANDS = "本学期已有进行中的“{0}”（{1}），用的是同一量表。请在那一批次里继续；开错了的，先把它作废或结束",
        "“{0}” ({1}) is open this term and asks by the same scale. Go on in that run, or void or \
         close it first";
    W_HOURS = "开始时间要早于结束时间", "the hours are not in order";
    W_NUMBER = "每天访谈人数应在 1 到 60 之间", "write 1 to 60 interviews a day";
    W_NOBODY = "没有为任何年级选择量表", "no grade answers any scale";
    W_BELOW = "四年级以下不能自填量表", "below grade 4 nobody answers for oneself";
    W_TERM = "今天不在任何学期内，请核对学期日历", "today lies in no term; check the calendar";

    PROGRESS = "各班进度", "Progress by class";
    CLASS = "班级", "Class";
    ALL_CLASSES = "全校", "Whole school";
    ROLL = "应测", "Roll";
    WINDOW = "开放时间", "Window";
    MOVE_WINDOW = "调整时间", "Change the window";
    OPENS = "开始", "Opens";
    CLOSES = "结束", "Closes";
    SAVE = "保存", "Save";
    S_DONE = "已完成", "Handed in";
    S_MADE_UP = "已补测", "Made up";
    S_OBSERVED = "已观察", "Observed";
    S_STARTED = "作答中", "Answering";
    S_WAITING = "未开始", "Not started";
    S_ABSENT = "缺测", "Absent";
    S_VOID = "待重测", "Retest due";
    S_REFUSED = "不参加", "Refused";
    S_UNASKED = "待同意", "No consent yet";
    S_TO_OBSERVE = "待观察", "To observe";
    S_NOTHING = "不在本次范围", "Not asked in this run";
    SHORT_OPEN = "未完成", "Not done";

    MAKE_UP = "补测名单", "Make-up list";
    QUEUE = "二次访谈", "Interviews";
    REPORT = "漏斗与小结", "Funnel and report";
    CLOSE = "结束这次普测", "Close this run";
    CLOSE_NOTE = "结束后所有代码失效，没交卷的按已答的部分收卷，草稿和录入底稿随即销毁；答卷、访谈和台账都保留。",
        "All codes end. What was begun is handed in as it stands; drafts and typed passes are \
         destroyed. Sheets, interviews and ledgers stay.";
    EARLY = "还没有到最后一天。要提前结束，请写明原因（不要写学生姓名）",
        "Its last day has not come. To end it early, say why (without names)";
    VOID = "作废这次普测", "Void this run";
    VOID_NOTE = "开错了的批次可以作废：还没有人作答，也没有录入答卷、登记缺测拒测或低年级观察。作废后代码失效，不计入任何统计，操作记录里保留。",
        "A run that was opened by mistake is voided as long as nobody has answered in it and \
         nothing was typed, noted or observed. Its codes end, it counts nowhere, and it stays in \
         the history.";
    VOID_WHY = "作废的原因", "Why it is voided";
    ANSWERED = "这次普测已有作答、录入或登记，不能作废；没有改动任何内容。",
        "Somebody has answered in this run, or something was typed or noted; it was not voided.";
    ANSWERED_NEXT = "请改用“结束这次普测”，并写明提前结束的原因。",
        "Close it instead, and say why it ends early.";
    VOIDED_AT = "{0} 由 {1} 作废：{2}", "voided {0} by {1}: {2}";
    ENDED_AT = "{0} 由 {1} 提前结束：{2}", "ended early {0} by {1}: {2}";
    CLOSE_SURE = "我已核对补测名单，确定结束", "I have looked at the make-up list";

    STUDENT = "学生", "Student";
    NUMBER = "学籍号", "Number";
    ACT = "办理", "Act";
    CODE_OF = "代码", "Code";
    CODE_AT = "{0} 发放", "made {0}";
    DO_REFUSED = "不参加", "Refused";
    DO_ABSENT = "缺测", "Absent";
    DO_REOPENED = "撤回", "Take back";
    DO_RETEST = "安排重测", "Retest";
    FIRST_CODE = "发代码", "Make a code";
    NEW_CODE = "重发代码", "New code";
    CODES_NEW = "给还没有代码的学生发码（{0} 人）", "Codes for students without one ({0})";
    CODES_ALL = "全部重新发码，旧纸条作废（{0} 人）", "New codes for all, old slips end ({0})";
    CODES = "答题代码纸条", "Slips with codes";
    CODES_NOTE = "只显示这一次，请现在打印，沿虚线剪开，交到本人手里。代码等于学生本人，不要拍照或发群。",
        "Shown this once. Print now, cut along the lines, hand each to its student. A code answers \
         for the student: no photos, no group chats.";
    CODES_SINCE = "{0} 已经发过代码，这次没有重发。", "Codes were made at {0}; none was made now.";
    CODES_SINCE_NEXT = "纸条已打印的，请直接使用；没有打印出来的，请返回，核对后再点重发。",
        "Use the slips if they are printed. If not, go back, look again and make new ones.";
    CODES_NONE = "这个班没有需要发码的学生。", "Nobody in this class needs a code.";
    SLIP_WHERE = "用浏览器打开 {0}", "Open {0} in a browser";
    NO_ADDRESS = "码条上没有印答题网址：设置项 answer 没有写具体地址（没有写，或写的是 0.0.0.0），\
        学生目前只能在这台电脑上作答。要在其他电脑或手机上作答，请学校信息管理员先在 node.toml 中写 answer 并重新启动，再发码打印；当前值见“设置”页。",
        "No address is printed on the slips: the setting answer names none (it is not set, or it \
         is 0.0.0.0), so students can answer on this computer only. For other computers or \
         telephones school IT sets answer in node.toml and starts the program again, before slips \
         are printed; its present value stands on the page of settings.";
    PRINT_HINT = "按 Ctrl+P 打印", "press Ctrl+P to print";
    PAPER = "录入纸质答卷：{0}", "Type paper sheets: {0}";
    NOBODY = "没有学生。", "Nobody.";

    MAKE_UP_NOTE = "时间已过还没完成、缺测、待重测的学生", "whoever is not done after the window, absent, or void";
    UNTIL = "允许补测到", "Let in until";
    ADMIT = "允许选中的学生补测", "Let the chosen ones in";
    LATE_UNTIL = "补测至 {0}", "let in until {0}";

    PAPER_TITLE = "录入纸质答卷", "Type paper sheets";
    PAPER_HOW = "每名学生一行，按题号顺序连续输入 {0} 个数字，空着的题输入小数点；输完按 Tab 到下一人。可以加空格。",
        "One line a student: {0} digits in the order of the items, a point for a blank; Tab goes \
         to the next. Spaces may be typed.";
    PASS_1 = "第一遍", "First pass";
    PASS_2 = "第二遍（看不到第一遍）", "Second pass (without sight of the first)";
    DIFFERENCES = "两遍不一致，请看原卷", "The passes differ: look at the paper";
    DIFFERS_AT = "第 {0} 题：第一遍 {1}，第二遍 {2}", "item {0}: first {1}, second {2}";
    AGREED = "两遍一致，可以收卷", "Both passes agree";
    AGREED_COUNT = "{0} 份", "{0} sheets";
    TEST_DAY = "施测日期", "Day of the test";
    HAND_IN = "收卷计分", "Hand in";
    KEEP = "保存录入", "Save";
    PASS_NONE = "这一遍没有待录入的学生。", "Nobody is left for this pass.";
    L_COUNT = "输入了 {0} 个，应为 {1} 个；这一行没有保存", "{0} typed, {1} expected; the line was not saved";
    L_ANSWER = "第 {0} 题没有这个选项；这一行没有保存", "item {0} has no such answer; the line was not saved";
    PAPER_SAVED = "已保存 {0} 行。", "{0} lines saved.";
    PAPER_URGENT = "其中 {0} 份有危险条目，已进入访谈队列，请立即处理。",
        "{0} of them hold a critical answer; they are in the queue. Act at once.";

    QUEUE_NOTE = "危险条目在前，各按时限；其余按每天人数排期",
        "critical answers first, each by its limit; the rest by day";
    QUEUE_NONE = "没有待访谈的学生。", "Nobody waits for an interview.";
    QUEUE_LOAD = "共 {0} 人待访谈，按每天 {1} 人排到 {2}。", "{0} wait; at {1} a day the last is on {2}.";
    QUEUE_LONG = "一位心理教师两周内谈不完：请增加每天人数、请其他有资质的老师分担，或请区中心支援。",
        "One counsellor cannot hold these within two weeks: plan more a day, share them, or ask \
         the district centre for hands.";
    PLANNED = "安排在", "Planned";
    WHY = "原因", "Why";
    LIMIT = "谈话时限", "Speak by";
    SINCE = "作答日期", "Since";
    C_HOUR = "危险条目，60 分钟内谈话", "Critical answer: within 60 minutes";
    C_DAY = "危险条目，24 小时内谈话", "Critical answer: within 24 hours";
    C_CONTACTED = "危险条目已谈话，待访谈", "Critical answer, spoken with; interview due";
    C_T3 = "量表提示：危机", "Scale suggests: crisis";
    C_T2 = "量表提示：重点关注", "Scale suggests: close attention";
    C_REVIEW = "有条目或观察需要复核", "An answer or observation to review";
    C_T1 = "量表提示：一般关注", "Scale suggests: attention";
    OVERDUE = "已超时", "overdue";
    SPOKEN = "刚才已当面谈过", "I have just spoken with the student";
    INTERVIEW = "访谈记录", "Interview";
    INTERVIEW_NOTE = "级别由您的判断决定，量表只是提示；这里不是诊断",
        "your judgement decides the tier; a scale only suggests, and nothing here is a diagnosis";
    DAY = "访谈日期", "Day of the interview";
    TIME = "访谈时间（当天有危险条目时必填）", "Time (needed where a critical answer was given that day)";
    RESULT = "访谈结论", "What was found";
    NEXT_REVIEW = "下次研判（列入台账时；不填按最长期限：危机 7 天、重点 28 天、一般 84 天）",
        "Next review (where it opens a case; else the latest that the tier allows)";
    RETURN_VISIT = "首次回访日期（可不填）", "First return visit (may be empty)";
    NOTE = "记录（仅您本人可打开）", "Note (opens for you alone)";
    REASON = "列入台账的理由", "Reason for the early-warning ledger";
    SUBMIT = "保存访谈", "Save the interview";
    FOLLOWS = "保存后：列入预警台账（如有结论级别）、危险条目记为已谈话、建立回访。结论与在册个案的级别不同时，接着提出升级或降级。",
        "Saving opens a case where a tier was found, notes the contact about critical answers, and \
         sets the return visit. Where an open case stands at another tier, you are led \
         on to ask for the move.";

    OBSERVED_ON = "教师观察日期", "Observed on";
    HEARD_ON = "家长访谈日期", "Guardian heard on";
    CONCERN = "需要心理教师进一步访谈", "The counsellor should speak with the child";
    OBSERVE_NOTE = "两项都有记录才算完成；可以先填一项，以后补另一项。",
        "Both are needed; one may come first.";

    REPORT_TITLE = "普测小结", "Report of the run";
    REPORT_NOTE = "本校内部准确数，不对外", "exact numbers for the school only";
    NO_REPORT = "这次普测已作废，没有小结。", "This run was voided; it has no report.";
    NO_REPORT_NEXT = "作废的原因见这次普测的页面。", "Why it was voided stands on its page.";
    FUNNEL = "从第一份答卷到回访", "From the first sheet to the return visit";
    STAGE = "环节", "Stage";
    PERSONS = "人数", "Students";
    F_ROLL = "应测学生", "Asked or observed";
    F_REACHED = "已测（含低年级观察）", "Reached";
    F_POSITIVE = "有提示（量表、危险条目或观察）", "Anything suggested";
    F_DUE = "应访谈", "Interview due";
    F_INTERVIEWED = "已访谈", "Interviewed";
    F_TIERED = "访谈后列入预警台账", "Into the early-warning ledger";
    F_FOLLOWED = "已安排跟踪回访", "Follow-up set";
    F_RETURNED = "已回访", "Return visit made";
    CRITICAL = "危险条目", "Critical answers";
    K_HOUR = "60 分钟级", "Within 60 minutes";
    K_DAY = "24 小时级", "Within 24 hours";
    K_IN_TIME = "按时谈话", "Spoken with in time";
    K_LATE = "超时谈话", "Spoken with late";
    K_OPEN = "尚未谈话", "Not spoken with yet";
    INSTRUMENTS = "量表", "Instruments";
    LICENCE = "授权", "Licence";
    GRADES = "年级", "Grades";
    PACK = "量表包摘要", "Digest of the pack";
    CLOSED_AT = "{0} 结束", "closed {0}";

    REFUSED_TITLE = "未能办理", "It was not done";
    BACK = "返回", "Back";
    NOT_NOW = "这名学生目前的状态不支持此操作，没有改动任何内容。请刷新后再看。",
        "The student does not stand so that this can be done; nothing was changed. Look again.";
}
