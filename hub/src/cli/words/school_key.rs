//! What `xinqiao-hub key school` says.

use runtime::texts;

texts! {
    SCHOOL = "学校", "school";
    WORDS = "十六个字", "sixteen words";
    BOTH_WORDS = "{0}（{1}）", "{1} ({0})";
    SEEN = "首次见到", "first seen";
    STATE = "状态", "state";
    STATED = "已核定", "stated";
    TO_RING = "待电话核对", "to be compared by telephone";
    UNSEEN = "还没有报告到达、密钥未知的学校：{0}",
        "Schools of which no report came yet, so that their key is not known: {0}";
    CROWDED = "以下学校名下出现了五个以上的密钥，可能有人冒名上报；只核定学校自己读出的那一个：{0}",
        "More than four keys signed in the name of these schools: somebody may forge their \
         reports; state only the key that the school itself reads out: {0}";
    LISTED = "名单已写入 {0}。请逐校打电话（号码取自卫健部门自己的通讯录），由学校照其\
              “密封报告”页面读出十六个字；一致的在 confirmed 一列填 yes，不一致的留空并立即告知两个部门的负责人。",
        "Wrote the list {0}. Ring each school on a number from health's own directory; it reads \
         out the sixteen words on its page of sealed reports. Note yes in the column confirmed \
         where they are the same; where they are not, leave it empty and tell both departments at \
         once.";
    LISTED_NONE = "名单已写入 {0}：还没有一所学校的密钥到达，现在不用打电话。\
                   首周的报告到达之后（方案生效约两周后）再运行本命令。",
        "Wrote the list {0}: no school's key has come yet, so there is nobody to ring. Run this \
         again once the reports of the first week came, about two weeks after the plan begins.";
    CONFIRMED_WORD =
        "{0} 第 {1} 行（{2}）的 confirmed 一列写的是“{3}”：核对一致的写 yes 或 是，没有核对的留空；没有写出任何内容。",
        "{0}, line {1} ({2}): confirmed says {3}; write yes where the words were compared and \
         leave \
         it empty where not; nothing was written.";
    NO_KEY_YET = "{0} 第 {1} 行（{2}）还没有密钥，不能填 yes；没有写出任何内容。",
        "{0}, line {1} ({2}) has no key yet and cannot be confirmed; nothing was written.";
    NONE_CONFIRMED = "{0} 里没有一行填了 yes；没有写出任何内容。",
        "no row of {0} says yes; nothing was written.";
    NONE_CONFIRMED_NEXT = "逐校打电话核对后，在 confirmed 一列填 yes，保存为 CSV 再运行。",
        "Ring the schools, note yes in the column confirmed, save the CSV and run this again.";
    NOT_HEALTH = "本枢纽不是卫健方：这份表只供对照，核定以卫健方枢纽的名单为准，由卫健部门致电学校。",
        "This is not health's hub: the list is here to compare with. Health rings the schools and \
         states their keys, by the list of its own hub.";
    NO_YEAR = "区域 {0} 在 {1} 学年没有有效的密封汇总方案。",
        "there is no plan in use of area {0} for school year {1}.";
    NO_YEAR_NEXT = "先由市级枢纽发布方案：xinqiao-hub plan publish",
        "The city's hub publishes the plan first: xinqiao-hub plan publish";
    OTHER_SCHOOL = "名单里没有学校 {0}；没有写出任何内容。",
        "the roster has no school {0}; nothing was written.";
    OTHER_WORDS = "{0} 第 {1} 行（{2}）：密钥与同一行的词对不上，可能在表格软件里串了行；没有写出任何内容。",
        "{0}, line {1} ({2}): the key is not that of the words beside it, rows may have been mixed \
         up; nothing was written.";
    MALFORMED = "{0} 不是有效的名单；没有写出任何内容。",
        "{0} is no list that can be used; nothing was written.";
    UNWRITABLE = "名单无法写出；没有改动任何内容。",
        "the list cannot be written; nothing was changed.";
    WRITTEN = "已写出 {0}：核定 {1} 所学校，还有 {2} 所未核定。",
        "Wrote {0}: {1} {1:school|schools} stated, {2} not yet.";
    DROPPED = "注意：以下学校上一版已核定，这一版没有，其后到达的报告将等待：{0}",
        "Mind: these schools were stated before and are not any more; reports that come from now \
         on wait: {0}";
    SIGN_NEXT = "下一步：先由卫健部门签名（xinqiao-ca sign-pack --kind keys --name {0}），\
                 再由教育部门会签，然后在市级枢纽发布（xinqiao-hub directive publish）。",
        "Next: health signs first (xinqiao-ca sign-pack --kind keys --name {0}), education \
         countersigns, and the city's hub publishes (xinqiao-hub directive publish).";
    NOT_IN_USE = "学校密钥表 {0} 不能使用；没有发布任何内容。",
        "the list of schools' keys {0} cannot be used; nothing was published.";
    NOT_IN_USE_NEXT = "请在卫健方枢纽重新生成：xinqiao-hub key school write",
        "Make it again at health's hub: xinqiao-hub key school write";
}
