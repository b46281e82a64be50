//! What people read of publications: names, the one sentence of what noise means, and why something
//! is not drawn.

use domain::disclosure::noise::Subject;
use runtime::texts;
use runtime::web::Text;

texts! {
    ALERTS = "普查日预警分级学生数", "Students by alert tier on the census day";
    SCREENING = "学期心理筛查结果", "Outcomes of the term's screening";
    OUTCOME = "结果", "Outcome";
    REST = "不在筛查对象内", "Not due for screening";
    NOISY = "每个数都加了随机噪声，合计不必等于各项之和；小于 20 的数只显示“<20”。",
        "Every figure carries random noise, so margins need not add up; figures below 20 are shown \
         as \"<20\".";
    MEANING = "有了噪声，很难从公布的数判断某一名学生是否在内；20 个数中约有 19 个与实数相差不超过 {0}。",
        "With the noise little can be told from what is published about whether one student is in \
         it; about 19 of 20 figures are within {0} of the true one.";

    LEFT_OUT = "“*”：有些学生不在任何已开启的合计里，这个数不含他们。",
        "\"*\": some persons are in no opened sum, and not in this figure.";

    CLOSED = "不开启", "closed";
    CARRIED = "其中 {0} 份是上学期的报告。转学的学生可能同时计入两格，因此第二学期的噪声一律加倍。",
        "{0} {0:report|reports} among them {0:is|are} of an earlier term. A student who changed \
         school can be in two cells, so that in the second term the noise always reaches twice as \
         far.";

    NOT_HERE = "只有区县和市的枢纽可以公开发布。没有发布任何内容。",
        "only hubs of districts and cities publish. Nothing was published.";
    NOT_HERE_NEXT = "街镇、卫健方枢纽的数据由所在区县、市发布。",
        "The district or the city publishes what this hub holds.";
    NOT_A_TERM = "只发布学期的数据：周、月的数据每期加新的噪声，平均后会露出实数。没有发布任何内容。",
        "only terms are published: fresh noise for each week or month averages out. Nothing was \
         published.";
    NO_SUCH_RELEASE = "没有这样的发布：名称由学期和内容组成。没有发布任何内容。",
        "there is no such release: its name is a term and a subject. Nothing was published.";
    NO_SUCH_RELEASE_NEXT = "例如 2026S1-alerts、2026S1-screening；全部列表见 publish list。",
        "Such as 2026S1-alerts or 2026S1-screening; publish list shows all.";
    NOT_A_PARTITION = "查询 {0} 中一名学生可能计入几格，不能加噪声发布。没有发布任何内容。",
        "in the query {0} one student can be in several cells; it cannot be published with noise. \
         Nothing was published.";
    DRAWN = "{0} 已经抽取过噪声并保存；不会再抽第二次。没有改动任何内容。",
        "{0} was drawn and is kept; it is never drawn again. Nothing was changed.";
    DRAWN_NEXT = "用 publish show 查看，用 publish export 导出。",
        "See it with publish show, write it with publish export.";
    OTHER_VALUES = "{0} 已记账而尚未抽取，但现在的合计与记账时不同，不予抽取。没有改动任何内容。",
        "{0} was paid for and not drawn, and its sums are others now than then, so it is not \
         drawn. Nothing was changed.";
    OTHER_VALUES_NEXT = "请放回含有原合计的备份，或联系开发方；预算不退回。",
        "Put back a backup that holds the sums as they were, or call the maker; the budget is not \
         given back.";
    SPENT = "{0} 需要预算 {1}，所属学年只剩 {2}。没有发布任何内容。",
        "{0} costs {1}, and {2} is left of its school year. Nothing was published.";
    SPENT_NEXT = "预算按数据所属的学年计算，只能调低、不能调高：这一项不会再发布，等到下一学年也一样。其他学年的数据另有预算；\
                  各学年的余额见 publish list。",
        "The budget is that of the school year which the figures are of, and is never raised: this \
         release is not published any more, nor will it be next year. Figures of other school \
         years have budgets of their own; publish list shows what is left of each.";
    NOT_OPENED = "{0} 的数据不是由密封汇总开启的精确合计（取整的、未密封的不能加噪声发布）。没有发布任何内容。",
        "figures of {0} are not opened sums; what is rounded or not sealed is not published with \
         noise. Nothing was published.";
    NOT_OPENED_NEXT = "待全部区域由两家枢纽密封汇总后再发布；见页面“密封汇总”。",
        "Publish once every area is under seal; see the page of sealed sums.";
    UNSETTLED = "{0} 的 {2} 个组中只开启了 {1} 个；部分数据不发布。{3}没有发布任何内容。",
        "{1} of {2} {2:group|groups} of {0} {1:is|are} opened, and a part is not published. {3} \
         Nothing was published.";
    UNSETTLED_NEXT = "用 sealed show 查看各组在等什么，全部开启后再发布。",
        "sealed show says what each group waits for; publish when all are opened.";
    YEAR_CLOSED = "{0} 的 {1}–{2} 学年已在本枢纽结清（sealed close），份额和密钥已经销毁：结清前没有开启的合计以后也不会开启，\
                   这一学期凑不齐，不能发布。没有发布任何内容。",
        "school year {1}-{2} of {0} was closed here (sealed close), and shares and keys are \
         destroyed: what was not opened by then is never opened, so this term is never whole. \
         Nothing was published.";
    YEAR_CLOSED_NEXT = "无须处理：结清前已开启的合计仍在统计页上，已发布的不受影响（publish list）。下一学年请先发布、再结清。",
        "There is nothing to do: sums that were opened before stay on the pages, and so does what \
         was published (publish list). Next year publish before you close.";
    NO_GROUP = "方案没有可开启的组，因此没有可以发布的数。没有发布任何内容。",
        "the plan opens no group, so there is nothing to publish. Nothing was published.";
    OTHER_CATALOGUE = "这些合计是按另一版指标目录开启的，词语与现行目录不同。没有发布任何内容。",
        "the sums were opened under a catalogue with other words than the one in force. Nothing \
         was published.";
    OTHER_CATALOGUE_NEXT = "请联系开发方。", "Call the maker.";
    OLDER_THAN_SECRET = "这些合计在本枢纽的噪声密钥生成之前就已开启，可能已用另一把密钥发布过，不予抽取。没有发布任何内容。",
        "these sums were opened before this hub's secret of the noise was made and may be public \
         under another one. Nothing was published.";
    OLDER_THAN_SECRET_NEXT = "如果恢复过旧备份，请改用较新的备份；否则从下一学期起发布。",
        "If an old backup was put back, use a later one; otherwise publish from the next term on.";
    REACHABLE = "内置攻击者能由已公开和将公开的数推算出某校的小数值，或在限定时间内未能排除：单元格 {0}。没有发布任何内容。",
        "from what is and would be public the attacker reaches a small count of a school, or did \
         not exclude it in time: cell {0}. Nothing was published.";
    REACHABLE_NEXT = "用 disclosure export 与 disclosure audit 查明来源，并通知两个部门。",
        "Find where it comes from with disclosure export and disclosure audit, and tell both \
         departments.";
    OTHER_CODE = "代码与将要抽取的内容不符。没有发布任何内容。",
        "the code is not that of what would be drawn. Nothing was published.";
    OTHER_CODE_NEXT = "请重新运行 publish plan，核对后使用它给出的代码。",
        "Run publish plan again, look at it, and use its code.";
    NO_RIGHT = "只有角色为运维的账户可以发布。没有发布任何内容。",
        "only an account with the role operator publishes. Nothing was published.";
    NO_RIGHT_NEXT = "请由本枢纽的运维人员用自己的账户发布。",
        "An operator of this hub does it with an account of their own.";
    NO_VALUE = "有的数没有可以发布的值：{0}没有发布任何内容。",
        "a figure has no value that could be published: {0} Nothing was published.";
    NO_FACTOR = "发布和调低预算须用有第二步验证的账户登录。没有改动任何内容。",
        "publishing and lowering the budget take an account with a second step. Nothing was \
         changed.";
    NO_FACTOR_NEXT = "请先在网页“我的账户”设置第二步验证，再用 --code 给出验证码。",
        "Set up the second step on the page of the account, then give its code with --code.";
    OTHER_YEAR = "{0} 既不是本学年，也不是下一学年。没有改动任何内容。",
        "{0} is neither this school year nor the next. Nothing was changed.";
    OTHER_YEAR_NEXT = "学年以开始的年份表示，例如 2026。",
        "A school year is named by the year in which it begins, such as 2026.";
    NOT_LOWER = "本学年的预算已经是 {0}；只能调低。没有改动任何内容。",
        "the budget of this school year is {0}, and can only be lowered. Nothing was changed.";
    NOT_LOWER_NEXT = "请写一个更小的数。", "Name a smaller figure.";
    UNREAD = "本枢纽的数据读不出来或写不进去。没有发布任何内容。",
        "what this hub holds cannot be read or written. Nothing was published.";
    UNREAD_NEXT = "请运行 xinqiao-hub doctor。", "Run xinqiao-hub doctor.";
}

/// The name of a subject.
#[must_use]
pub const fn subject(subject: Subject) -> Text {
    match subject {
        Subject::Alerts => ALERTS,
        Subject::Screening => SCREENING,
    }
}
