//! What `xinqiao-hub publish` says.

use runtime::texts;

texts! {
    RELEASE = "发布", "release";
    SUBJECT = "内容", "subject";
    COST = "预算", "cost";
    ERROR = "误差（95%）", "error (95%)";
    SCHOOLS = "学校", "schools";
    FIGURE = "加噪声的数", "noisy figure";
    DRAWN = "已发布", "drawn";
    PAID = "已记账，待抽取", "paid, not drawn yet";
    NONE = "还没有发布过。先用 publish plan 查看，例如 publish plan {0}。",
        "Nothing was published yet. Look at a plan first, such as publish plan {0}.";
    NOT_HERE = "本枢纽不公开发布：只有区县和市的枢纽发布，街镇、卫健方枢纽的数据由所在区县和市发布。",
        "This hub does not publish. Hubs of districts and cities do: what a street's hub or \
         health's hub holds is published by the district's and the city's.";
    NONE_ENDED = "还没有发布过，也还没有可以发布的学期：方案生效当天所在的学期（放假期间生效的，为下一学期）结束并开启之后才能发布。",
        "Nothing was published yet, and no term could be: the first is the one that runs when the \
         plan of sealed sums comes into force, or the next one where none runs, once it is over \
         and opened.";
    NOT_DRAWN_YET = "学期已结束、尚未发布：{0}。能否发布、为什么不能，用 publish plan 名称 查看。",
        "Over and not published: {0}. publish plan NAME says whether it can be, and why not.";
    BUDGET = "{0}–{1} 学年：预算还剩 {2}，上限 {3}。", "School year {0}–{1}: {2} of {3} is left.";
    STUDENT = "区县与市合计，每名学生每学年最多 {0}；这里只算本枢纽的份额。",
        "District and city together spend at most {0} of a student in a school year; this is this \
         hub's share.";
    PLANNED = "{0}：{1}", "{0}: {1}";
    COVERAGE = "含 {0} / {1} 所学校，{2} 名学生；由 {3} 份已开启的合计组成。",
        "{0} of {1} {1:school|schools} with {2} {2:student|students}, from {3} opened \
         {3:sum|sums}.";
    QUERY = "  查询 {0}（{1}）：{2} 个数，另有 {3} 个不开启",
        "  query {0} ({1}): {2} {2:figure|figures}, {3} more {3:stays|stay} closed";
    COSTS = "预算：需要 {0}，所属学年还剩 {1}。", "Cost: {0}; {1} is left of its school year.";
    IS_PAID = "已记账，只差抽取；完成它不再花预算。",
        "It is paid for and only its numbers are missing; finishing it costs nothing.";
    MARGIN = "噪声尺度 {0}：20 个数中约有 19 个与实数相差不超过 {1}。",
        "Noise of scale {0}: about 19 of 20 figures are within {1} of the true one.";
    ATTACKED = "内置攻击者：由本枢纽本学年所见的这些数，没有找到可以推算出的学校小数值；加噪声的数本身推算不出任何界限。",
        "The attacker found no small count of a school that follows from what this hub has seen of \
         these measures this school year; noise itself bounds nothing.";
    ONCE = "噪声只抽一次，不能重抽，预算不退回。",
        "It is drawn once and never again, and its cost is not given back.";
    DRAW_NEXT = "核对无误后运行：xinqiao-hub publish draw {0} --plan {1} --login 登录名 --code 验证码",
        "If it is right, run: xinqiao-hub publish draw {0} --plan {1} --login LOGIN --code CODE";
    IS_DRAWN = "{0} 已抽取并保存；所属学年的预算还剩 {1}。用 publish export 写出公开文件。",
        "{0} is drawn and kept; {1} is left of its school year. publish export writes the public \
         file.";
    UNFINISHED = "已记账，尚未抽取：请再次运行 publish plan {0} 和 publish draw 完成，不再花预算。",
        "It is paid for and not drawn: run publish plan {0} and publish draw again to finish it, \
         for nothing.";
    UNKNOWN = "没有发布过 {0}。", "{0} was never published.";
    UNKNOWN_NEXT = "用 publish list 查看全部，用 publish plan 查看可以发布的内容。",
        "publish list shows all, publish plan shows what could be published.";
    NOT_DRAWN = "{0} 已记账但尚未抽取；没有写出文件。",
        "{0} is paid for and not drawn yet; no file was written.";
    NOT_DRAWN_NEXT = "请先完成 publish draw。", "Finish it with publish draw first.";
    EXPORTED = "已写出 {0}。文件中注明误差、覆盖和“有噪声，合计不必等于各项之和”。",
        "Wrote {0}. It says its error, its coverage, and that it is noisy and margins need not add \
         up.";
    EPSILON = "“{0}”不是预算；请写 1.5 这样的数，最多三位小数。没有改动任何内容。",
        "{0} is no budget; write a figure such as 1.5 with at most three decimals. Nothing was \
         changed.";
    LOWERED = "{0}–{1} 学年的预算已降为 {2}；不能再调高。",
        "School year {0}–{1} may cost {2} from now on; it is never raised again.";
    CHAIN_TITLE = "公开发布的账目", "ledger of publications";
    CHAIN_WELL = "{0} 行账目首尾相接", "{0} {0:line follows|lines follow} from each other";
    CHAIN_BROKEN = "第 {0} 行账目与前一行对不上，有人改动过数据库",
        "line {0} does not follow from the one before it: the store was changed";
    CHAIN_DIFFERS = "账目与数据库不符：{0}；有人改动过数据库",
        "the ledger and the store say different things of {0}: the store was changed";
    CHAIN_FIX = "请放回改动前的备份，并通知两个部门。",
        "Put back a backup from before it, and tell both departments.";
    QUIETER = "{0} 由旧版本记账：按现行规则噪声应为两倍，旧版本可能只加了一半",
        "{0}: paid for under an earlier version; the noise should reach twice as far, and that \
         version may have drawn half of it";
    QUIETER_FIX = "已公开的数字不会重抽。对一名学生的隐私损失可能超过承诺的 ε=3：请告知两个部门，由其决定是否撤下。",
        "What is public is never drawn again. A student of that year may have cost more than the \
         epsilon 3 that is promised: tell both departments, who decide whether to withdraw it.";
    HALF = "{0} 已记账，尚未抽取", "{0} is paid for and not drawn";
    HALF_FIX = "请运行 publish plan 和 publish draw 完成，不再花预算。",
        "Finish it with publish plan and publish draw; it costs nothing more.";
}
