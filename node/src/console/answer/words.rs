//! What students read, in both languages: short, kind, and never about a score.

use runtime::texts;

texts! {
    PRODUCT = "心桥 · 心理普测", "Xinqiao · Wellbeing check";
    CODE_TITLE = "输入你的答题代码", "Enter your code";
    CODE = "答题代码（9 位，在发给你的纸条上）", "Your code (9 symbols, on your slip of paper)";
    CODE_HINT = "大小写都可以，横线可以不输。代码里没有 0、1、I、L、O、S、U。",
        "Upper or lower case, with or without hyphens. No code has 0, 1, I, L, O, S or U.";
    CODE_GO = "进入", "Go on";
    CODE_KEPT = "中途离开也没关系：每答一题都会马上保存，下次输入同一个代码，从没答的题继续。",
        "You can stop at any time: each answer is saved at once. Enter the same code to go on.";
    CODE_NONE = "没有代码或代码不能用，请找班主任或心理老师。",
        "If you have no code or it does not work, ask your class teacher or the counsellor.";
    MISTYPED = "代码有一位输错了", "One symbol of the code is not right";
    MISTYPED_NEXT = "请对照纸条逐位核对，再输一次。你的回答没有任何变化。",
        "Compare it with your slip and type it again. None of your answers has changed.";
    UNKNOWN = "没有找到这个代码", "Nobody has this code";
    UNKNOWN_NEXT = "请核对纸条；如果老师给过你新的纸条，请用新的。还是不行，请找老师。",
        "Check your slip; if you were given a new one, use that. Otherwise ask your teacher.";
    TOO_MANY = "这里输错的代码太多了", "Too many wrong codes were typed here";
    TOO_MANY_NEXT = "为了保护大家，请等 {0} 分钟再试。已经在答题的同学不受影响。",
        "To protect everybody, wait {0} minutes. Whoever is answering already can go on.";
    ENDED = "请再输入一次代码", "Please enter your code again";
    ENDED_NEXT = "这台设备上的答题已经结束，或者很久没有动静。已经答的题都保存着。",
        "Answering ended on this device, or nothing happened for long. Every answer is kept.";

    HELLO = "你好", "Hello";
    IS_IT_YOU = "这是 {0} {1} {2} 的答题页面。如果不是你，请点“不是我”，并告诉老师。",
        "These are the questions of {0} {1} {2}. If that is not you, press “Not me” and tell your \
         teacher.";
    ABOUT = "一共 {0} 道题，没有对错，按自己的真实感受选就好。不想回答的题可以跳过。",
        "There are {0} questions. Nothing is right or wrong; answer as you feel. You may skip any.";
    PRIVATE = "只有学校的心理老师能看到你的回答。它不影响成绩、评优和升学，不告诉同学。",
        "Only the school's counsellor sees your answers. They do not touch marks or your future, \
         and no classmate is told.";
    BEGIN = "开始答题", "Begin";
    GO_ON = "继续答题", "Go on";
    NOT_ME = "不是我", "Not me";
    DECLINE = "我不想参加", "I do not want to take part";
    DECLINE_TITLE = "不想参加也可以", "You do not have to take part";
    DECLINE_TEXT = "不参加不会有任何不好的影响。你已经填的回答会被删除。以后想参加，告诉老师就行。",
        "Nothing bad follows from it. What you have answered is deleted. If you change your mind, \
         tell your teacher.";
    DECLINE_YES = "确定不参加", "I do not take part";
    BACK = "返回", "Back";

    QUESTION = "第 {0} / {1} 题", "Question {0} of {1}";
    ON_PAPER = "第 {0} 题（题目见发给你的题本）", "Question {0} (see your question sheet)";
    PREVIOUS = "上一题", "Previous";
    SKIP = "先跳过", "Skip";
    NEXT = "下一题", "Next";
    CLEAR = "清除这题的回答", "Take my answer back";
    ALL = "查看全部", "See all";
    LEAVE = "先退出，以后继续", "Stop now, go on later";
    SAVED = "每答一题都会马上保存。", "Each answer is saved at once.";

    REVIEW = "答完了吗？", "All done?";
    REVIEW_ALL = "全部 {0} 题都答了。", "You answered all {0} questions.";
    REVIEW_OPEN = "还有 {0} 题没有回答，点题号可以去答；不想答的可以空着。",
        "{0} questions have no answer. Press a number to answer it, or leave it blank.";
    HAND_IN = "交卷", "Hand in";
    HAND_IN_NOTE = "交卷后不能再修改。", "You cannot change anything after that.";

    DONE = "已经交卷，谢谢你", "Thank you, it is handed in";
    DONE_TEXT = "你的回答已经安全保存，可以关掉这个页面了。",
        "Your answers are kept safely. You can close this page.";
    DECLINED = "好的，已经记下", "All right, it is noted";
    DECLINED_TEXT = "你没有参加这次普测，这没有关系。", "You did not take part, and that is fine.";

    CARE = "谢谢你说出来", "Thank you for telling us";
    CARE_TEXT = "如果你现在很难受，或者有伤害自己的念头，请不要一个人扛着。现在就可以举手告诉身边的老师，\
        心理老师很愿意听你说，也会尽快来找你。",
        "If you feel very bad or think of hurting yourself, you do not have to bear it alone. You \
         can raise your hand and tell a teacher now. The counsellor will listen, and will come to \
         see you soon.";
    HELP = "需要有人听你说", "If you want somebody to listen";
    HELP_SCHOOL = "学校：{0}", "At school: {0}";
    HELP_LINE = "全国心理援助热线 12356（24 小时，免费）；有危险时打 110 或 120。",
        "National helpline 12356 (day and night, free). In danger call 110 or 120.";

    T_DONE = "已经交卷", "Already handed in";
    T_OVER = "普测已结束", "The check has ended";
    T_NOT_YET = "还没到答题时间", "Not open yet";
    T_REFUSED = "已登记不参加", "Noted as not taking part";
    T_CLASS_OVER = "你们班的答题时间已过", "Your class's time is over";
    NOT_NOW = "现在还不能答题", "You cannot answer now";
    B_CLOSED = "这次普测已经结束。", "This check is over.";
    B_NOT_YET = "你们班从 {0} 开始答题，到时再输入代码就可以。",
        "Your class begins at {0}. Enter your code again then.";
    B_OVER = "请找老师安排补测，已经答的题都保存着。",
        "Ask your teacher to let you make up for it; every answer is kept.";
    B_DONE = "你已经交过卷了，谢谢。", "You have handed in already. Thank you.";
    B_REFUSED = "你选择了不参加。如果改变主意，请告诉老师。",
        "You chose not to take part. If you change your mind, tell your teacher.";
    B_CONSENT = "还没有收到家长的同意，现在先不用答题。不清楚的话请问老师。",
        "Your family has not agreed yet, so there is nothing to answer now. Ask your teacher.";
    B_NOTHING = "没有要你回答的题目。请把纸条交给老师。",
        "There is nothing for you to answer. Give the slip back to your teacher.";

    SURVEY = "匿名调研", "Anonymous survey";
    SURVEY_PRIVATE = "这是匿名调研，不用写姓名，系统不记录哪份是你答的。纸条应当由你自己从打乱的一叠里抽取；\
        如果是别人指定给你的，可以要求换一张。没有对错，不想答的题可以空着。",
        "This is anonymous: you give no name, and nothing here records which answers are yours. \
         You should have drawn your slip yourself from a shuffled pile; if it was picked for you, \
         you may ask for another. Nothing is right or wrong, and you may leave questions blank.";
    SURVEY_ONCE = "每张纸条只能交一次，交了就不能再改。没交就关掉页面，什么都不会留下。",
        "A slip can be handed in once and not changed. Close the page before, and nothing is kept.";
    SURVEY_DONE = "已经收到，谢谢你", "Thank you, it is counted";
    SURVEY_DONE_TEXT = "你的选择已经计入总数，没有保存你的答卷。可以关掉这个页面，纸条可以扔掉了。",
        "Your choices are counted, and your sheet is not kept. You can close this page and throw \
         the slip away.";
    SURVEY_USED = "这张纸条已经用过了", "This slip has been used";
    SURVEY_USED_NEXT = "每张纸条只能用一次。如果不是你用的，请找老师换一张。",
        "A slip works once. If it was not you, ask your teacher for another.";
    SURVEY_OVER = "这次调研已经结束", "This survey is over";
    SURVEY_OVER_NEXT = "现在不用再答了，谢谢你。", "There is nothing to answer any more. Thank you.";
}
