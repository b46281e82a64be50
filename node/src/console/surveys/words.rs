//! Sentences of the pages of anonymous surveys, in both languages.

use runtime::texts;

texts! {
    SURVEYS = "匿名调研", "Anonymous surveys";
    SURVEYS_NOTE = "一次性问卷，不记姓名；人数不足的年级不单独显示",
        "questions asked once and without names; a grade with too few answers is not shown alone";
    HOW = "答题纸条不写姓名，由学生从打乱的一叠里自己抽取，剩下的当众销毁：只有这样做，才没有人能知道谁答了什么。\
        系统只累计各选项的人数，不保存任何一个人的答卷。\
        需要知道是谁、以便帮助学生时，请用“普测”，不要用匿名调研。",
        "Slips carry no name; students draw them from a shuffled pile, and what is left is \
         destroyed in front of them: only then can nobody tell who said what. Only the number of \
         people for each choice is kept, never one person's sheet. Where you must know who it is \
         in order to help, use a screening instead.";
    LIST = "已有调研", "Surveys";
    NONE = "还没有做过匿名调研。", "There is none yet.";
    TITLE = "名称", "Title";
    UNTIL = "截止日期", "Last day";
    STATE = "状态", "State";
    ANSWERED = "已答人数", "Answered";
    OPEN = "进行中", "open";
    OVER = "已截止，尚未结束", "past its last day, not closed";
    CLOSED = "已结束", "closed";
    NEW = "新建调研", "New survey";
    TITLE_HINT = "会显示在学生的答题页上，例如“学生睡眠情况调研”。",
        "Students see it above the questions, such as “How we sleep”.";
    QUESTIONS = "题目", "Questions";
    QUESTIONS_HINT = "每题一行；下面每个选项一行，以短横线“-”开头。最多 30 题，每题 2 至 9 个选项。\
        请不要问能认出本人的内容（姓名、学号、住址等）。",
        "One question a line; below it one choice a line, each with a hyphen. At most 30 questions \
         with 2 to 9 choices. Ask nothing that tells who somebody is.";
    EXAMPLE = "你昨晚睡了多久？\n- 不到 7 小时\n- 7 至 8 小时\n- 8 小时以上\n",
        "How long did you sleep last night?\n- less than 7 hours\n- 7 to 8 hours\n\
         - more than 8 hours\n";
    LEAST = "至少多少人才单独显示", "People of a group before it is shown";
    LEAST_HINT = "不能少于 {0}。人数不足的年级会合并显示，全校都不足时不显示结果。",
        "Not below {0}. Grades with fewer are shown together; where the whole school has fewer, \
         nothing is shown.";
    MAKE = "建立调研", "Make the survey";
    MAKE_NOTE = "建立后题目不能再改。", "The questions cannot be changed afterwards.";

    BACK = "返回调研列表", "Back to the surveys";
    FACTS = "截止 {0}；单独显示至少 {1} 人；由 {2} 于 {3} 建立。",
        "Until {0}; groups of at least {1}; made by {2} on {3}.";
    SLIPS = "答题纸条", "Slips";
    SLIPS_NONE = "还没有抽取纸条。", "No slips have been drawn.";
    GRADE = "年级", "Grade";
    DRAWN = "纸条数", "Slips";
    DRAW = "印制纸条", "Draw slips";
    DRAW_HINT = "比该年级学生多印几张；打乱后由学生自己抽，用不完的请销毁。每张只能用一次，只在印制时显示一次。",
        "Draw a few more than there are students, shuffle them, let each take one, and destroy the \
         rest. A slip works once, and is shown only now.";
    COUNT = "张数", "How many";
    CLOSE = "结束调研", "Close the survey";
    CLOSE_NOTE = "结束后不再接受回答，并显示结果；不能重新开启。",
        "Nobody can answer any more, and the results are shown. It cannot be opened again.";
    WAITS = "结束以后才显示结果，过程中谁也看不到。",
        "Results are shown once it is closed; until then nobody sees any.";
    FEW = "回答的人数不足 {0} 人，为保护学生，不显示结果。",
        "Fewer than {0} people answered. To protect them nothing is shown.";
    QUESTION = "题目和选项", "Question and choice";
    PEOPLE = "人数", "People";
    SHARE = "占比", "Share";
    BLANK = "未作答", "no answer";
    RESULT = "{0}（{1} 人）", "{0} ({1} people)";
    JOINED = "合并显示的年级：人数不足，不单独显示。",
        "Grades shown together because one of them has too few answers.";
    BETWEEN = "、", ", ";

    SLIPS_OF = "答题纸条：{0}", "Slips: {0}";
    SLIPS_ONCE = "这些代码只显示这一次，请现在打印。纸条上没有姓名。",
        "These codes are shown only now; print them. No slip has a name.";
    PRINT = "用浏览器的打印功能打印本页。", "Print this page with your browser.";
    SLIP_WHERE = "打开 {0}", "Open {0}";
    NO_ADDRESS = "纸条上没有印答题网址：设置项 answer 没有写具体地址（没有写，或写的是 0.0.0.0）。请学校信息管理员先在 node.toml \
        中写 answer 并重新启动，再抽取纸条；已经抽取的纸条，请把答题网址告诉学生。",
        "No address is printed on the slips: the setting answer names none (it is not set, or it \
         is 0.0.0.0). School IT sets answer in node.toml and starts the program again before slips \
         are drawn; with slips that are drawn already, tell students where to answer.";

    R_TITLE = "名称为空或超过 60 个字；没有建立调研。",
        "The title is empty or longer than 60 characters; no survey was made.";
    R_EMPTY = "没有题目；没有建立调研。", "There is no question; no survey was made.";
    R_TOO_MANY = "超过 30 题；没有建立调研。", "There are more than 30 questions; no survey was made.";
    R_NO_QUESTION = "第 {0} 行是选项，但上面没有题目；没有建立调研。",
        "Line {0} is a choice without a question; no survey was made.";
    R_CHOICES = "第 {0} 题的选项不是 2 至 9 个；没有建立调研。",
        "Question {0} has not 2 to 9 choices; no survey was made.";
    R_TWICE = "第 {0} 题有两个相同的选项；没有建立调研。",
        "Question {0} has a choice twice; no survey was made.";
    R_TEXT = "第 {0} 行是空的，或超过 200 个字；没有建立调研。",
        "Line {0} is empty or longer than 200 characters; no survey was made.";
    R_LEAST = "单独显示的人数须在 {0} 至 {1} 之间；没有建立调研。",
        "The least number of people is between {0} and {1}; no survey was made.";
    R_UNTIL = "截止日期已过；没有建立调研。", "The last day has passed; no survey was made.";
    R_CORRECT = "请改正后再提交，填过的内容都还在。", "Correct it and send it again; nothing typed is lost.";
    R_COUNT = "一个年级的纸条最多比在册学生多一成（至少多 5 张）；没有印制。",
        "A grade has at most a tenth more slips than students, or five more; none were drawn.";
    R_OVER = "这次调研已经截止或结束；没有任何改动。",
        "The survey is over; nothing was changed.";
    R_OVER_NEXT = "如需继续，请新建一次调研。", "Make another one if you need to.";
}
