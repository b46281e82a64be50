//! Sentences of the city's pages, in both languages.

use runtime::texts;

texts! {
    PRODUCT_CITY = "心桥 · 市级枢纽", "Xinqiao · City hub";
    PRODUCT_DISTRICT = "心桥 · 区级枢纽", "Xinqiao · District hub";
    PRODUCT_HELPER = "心桥 · 卫健方枢纽", "Xinqiao · Health hub";
    PRODUCT_STREET = "心桥 · 街道枢纽", "Xinqiao · Street hub";
    STATISTICS = "统计", "Statistics";
    OVERVIEW = "概览", "Overview";
    EXPLORE = "指标浏览", "Indicators";

    SPECIAL = "特殊时期", "Special periods";
    SPECIAL_NOTE = "到期自动结束；各校只报工作次数，涉及学生的数只按周密封汇总，至少五所学校合在一起才能开启",
        "they end by themselves; schools tell counts of their work, and what is about students \
         only under seal, by the week, in sums over at least five schools";
    SPECIAL_NONE = "没有发布过特殊时期。市枢纽用 xinqiao-hub special make 拟定文本，两个部门签名后发布。",
        "No special period was published. The city makes its text with xinqiao-hub special make, \
         and both commissions sign it.";
    SPECIAL_NAME = "名称", "Name";
    SPECIAL_FIRST = "第一天", "First day";
    SPECIAL_LAST = "最后一天", "Last day";
    SPECIAL_SCHOOLS = "范围内学校", "Schools of the area";
    SPECIAL_STATE = "状态", "State";
    SPECIAL_KEPT = "以下学校执行，但涉及学生的数留在学校：",
        "These schools follow it, and their counts about students stay there:";
    SPECIAL_NO_DAY = "还没有可以报送的日期。", "No day of it has begun yet.";

    SEALED = "密封汇总", "Sealed sums";
    SEALED_NOTE = "两个部门各算一半，合起来才有合计", "two departments compute one half each";
    SEALED_NOTICES = "需要人处理", "To be looked at";
    SEALED_LATEST = "本学期与最近四周", "this term and the last four weeks";
    SEALED_AREA = "名单 {0} 校；{1} 个组可开启，{2} 个组学校太少不开启；教育方 {3}，卫健方 {4}",
        "{0} schools on the roster; groups that the plan opens: {1}, that stay closed for want of \
         schools: {2}; education {3}, health {4}";
    SEALED_NO_TASK = "所选时段还没有收到密封报告。", "No sealed report of this period is in yet.";
    SEALED_IDLE = "还没有一所学校报送的", "Not reported by any school yet";
    SEALED_COUNT = "统计内容", "Count";
    SEALED_REPORTS = "已收 / 应收", "Reports in / due";
    SEALED_OPENED = "已开启", "Opened";
    SEALED_WAITS = "在等什么、什么不开启", "What waits, and what stays closed";
    SEALED_MISSING = "未收到：{0}", "Missing: {0}";
    SEALED_MORE = "{0} 等，另有 {1} 校", "{0} and {1} more";
    SEALED_DONE = "已全部开启的 {0} 项（依规定不开启的除外）", "{0} of which everything is opened that can be";
    SEALED_SENT = "区县发来的本街道（镇）合计", "The town's own sums from the district";
    SEALED_TOLD_AREA = "{0}：{1} 份", "{0}: {1} sums";
    SEALED_TOLD = "下级送来的合计", "Sums from leaders below";
    SEALED_TOLD_NOTE = "逐份核验过双方签名和数字摘要，每份只计一次",
        "both signatures and the digest of the figures were verified; each counts once";
    SEALED_STAGE = "学段", "Stage";
    SEALED_FRESH = "本期报告 / 应报（校）", "Fresh / due (schools)";
    SEALED_RECORD = "记录", "Record";
    SEALED_OPENED_AT = "开启时间", "Opened";
    SEALED_UNVERIFIED = "还不能核验的合计", "Sums that cannot be verified yet";
    SEALED_OBJECTIONS = "学校的异议", "Objections of schools";
    SEALED_OBJECTIONS_NOTE = "含这些报告的合计不开启；核实后用 xinqiao-hub sealed object --withdraw 撤回",
        "sums with these reports stay closed; xinqiao-hub sealed object --withdraw takes one back";
    SEALED_ABSENCES = "停课或停办的学校", "Schools closed or out of session";
    SEALED_ABSENCES_NOTE = "两个枢纽须各自记下：xinqiao-hub sealed away；合计按登记开启后，该校这一时段的报告不再计入",
        "both hubs must note it: xinqiao-hub sealed away; once a sum was opened by the note, the \
         school's report of that period is not added any more";
    SEALED_REFUSED = "被拒收的报告", "Refused reports";
    SEALED_REFUSED_NOTE = "不计入任何合计；由谁做什么，见各行", "they are in no sum; each line says who does what";
    SEALED_SCHOOL = "学校", "School";
    SEALED_CODE = "代码", "Code";
    SEALED_TO_DO = "怎么办", "What to do";

    PUBLICATIONS = "公开发布", "Publications";
    PUBLICATIONS_NOTE = "只发布一次、带随机噪声的学期数据", "terms with random noise, each drawn once";
    PUBLICATIONS_MEANING = "公开发布的数由密封汇总的精确合计加随机噪声得出：总体准确，而很难由此判断某一名学生是否在内。\
        同一内容只抽取一次噪声，不再重抽。",
        "What is published are exact sealed sums with random noise: right on the whole, and little \
         can be told from it about whether one student is in it. The noise is drawn once and \
         never again.";
    PUBLICATIONS_BUDGET = "{0}–{1} 学年：隐私预算还剩 {2}，上限 {3}。",
        "School year {0}–{1}: {2} of a privacy budget of {3} is left.";
    PUBLICATIONS_STUDENT = "区县与市合计，每名学生每学年最多用 {0}；这里只列本枢纽的份额，可调低、不能调高。",
        "District and city together use at most {0} of a student in a school year; this is this \
         hub's share, which can be lowered and never raised.";
    PUBLICATIONS_NONE = "还没有发布过。运维人员在本机先查看方案、再抽取：xinqiao-hub publish plan {0}-alerts。",
        "Nothing was published yet. An operator looks at a plan on this machine and then draws it: \
         xinqiao-hub publish plan {0}-alerts.";
    PUBLICATIONS_NONE_ENDED = "还没有发布过，也还没有结束的学期可以发布。",
        "Nothing was published yet, and no term is over that could be.";
    PUBLISHED_STAGES = "各学段的学校", "Schools by stage";
    PUBLISHED_IN = "计入的学校", "Schools in it";
    PUBLISHED_OUT = "学校太少、不开启的学校", "Schools of too few, closed";
    PUBLISHED_ALL = "已发布的内容", "Releases";
    PUBLISHED_ALL_CLOSED = "学校或人数太少，整行或整列不开启：{0}",
        "too few schools or persons, closed throughout: {0}";
    PUBLISHED = "已发布", "published";
    PUBLISHED_HALF = "已记账，待抽取", "paid, not drawn yet";
    PUBLISHED_ERROR = "误差（95%）", "Error (95%)";
    PUBLISHED_SCHOOLS = "含学校 / 应有", "Schools in / due";
    PUBLISHED_COST = "预算", "Cost";
    PUBLISHED_AT = "发布日期", "Published";
    PUBLISHED_BY = "发布人", "By";
    PUBLISHED_FIGURE = "加噪声的数", "Noisy figure";
    PUBLISHED_FROM = "含 {0} / {1} 所学校、{2} 名学生，由 {3} 份已开启的合计组成（最晚 {4} 开启）；噪声尺度 {5}，账目第 {6} 行。",
        "{0} of {1} schools with {2} students, from {3} opened sums (the last one of {4}); noise \
         of scale {5}, line {6} of the ledger.";
    PUBLISHED_UNFINISHED = "已记账，尚未抽取；运维人员再次运行 publish plan 和 publish draw 即可完成，不再花预算。",
        "It is paid for and not drawn; an operator finishes it with publish plan and publish draw, \
         for nothing.";
    PUBLISHED_LEGEND = "“~”表示加了噪声，95% 的数误差不超过 ±{0}；“<20”表示加噪声后小于 20；\
        “*”表示有些学校或人数过少的格未计入。",
        "\"~\" marks a noisy figure, 95% of them within ±{0}; \"<20\" is below twenty after noise; \
         \"*\" leaves out cells of too few schools or persons.";
    PUBLISHED_WHOLE = "查看这次发布的全部数字", "All figures of this release";
    PUBLISHED_HERE = "已公开发布（加噪声）", "Published with noise";
    PUBLISHED_HERE_NOTE = "“~”为公众看到的数，不是本页的精确数；95% 的数误差不超过 ±{0}；\
        “*”表示有些学生不在任何已开启的合计里，未计入",
        "\"~\": the public reads these and not this page's exact figures; 95% are within ±{0}; \
         \"*\": some persons are in no opened sum and not in it";

    FILTER = "筛选条件", "Filter";
    INDICATOR = "指标", "Indicator";
    PERIOD = "时段", "Period";
    UNIT = "范围", "Area";
    BREAKDOWN = "分组", "Breakdown";
    SHOW = "查询", "Show";
    BY_DISTRICT = "区市 × 学段", "District × stage";
    BY_STREET = "街道 × 学段", "Street × stage";
    BY_STAGE_SEX = "学段 × 性别", "Stage × sex";
    BY_KIND_STAGE = "类别 × 学段", "Kind × stage";
    BY_GRADE_KIND = "年级 × 类别", "Grade × kind";
    OPENED_SUMS = "{0} 份合计", "{0} opened sums";
    OPENED_LAST = "最近开启 {0}", "opened last {0}";
    FRESH = "{0} / {1} 校为本学期报告，其余沿用上一份", "{0} of {1} schools fresh, the others carried";
    FRESH_ALL = "都是本学期的报告", "all reports are of this term";
    OPENED_FROM = "这些数由哪些密封合计组成", "The opened sums behind these figures";
    OPENED_FROM_NOTE = "每一行都是精确数，由两个枢纽共同开启、共同签名；看不出任何一所学校的数",
        "each line is exact, opened and signed by two hubs; none tells a school's figure";
    OPENED_CAPS = "各校上限合计", "Caps of its schools";
    OPENED_CAPS_NOTE = "各校报数都不超过本校上限（由证明保证）；学校在上限之内多报，合计里看不出来，至多到上限合计",
        "the proofs hold each school to its cap; what one told too much within it is in the sum \
         and \
         is not seen, and no sum exceeds the caps together";
    OPENED_GROUPS = "组数", "Groups";
    OPENED_BY = "开启方（教育 + 卫健）", "Opened by (education + health)";
    OPENED_DOCUMENTS = "方案 · 名单摘要", "Plan · roster digests";
    BY_GRADE_SEX = "年级 × 性别", "Grade × sex";

    RANGE_NOTE = "取整后 95% 的可能范围 {0}", "95% range after rounding {0}";
    PARTS = "分子与分母", "Numerator and denominator";
    COUNT_NOTE = "计数指标，没有分母", "A count; it has no denominator";
    COVERAGE = "报送完整度", "Schools that reported";
    SCHOOLS_DUE = "/ {0} 校", "of {0} schools";
    PERSONS = "覆盖在校学生 {0} 人", "{0} enrolled students covered";
    NONE_DUE = "没有应报的学校", "No school is due";
    PERSONS_LISTED = "名册上这些学校有学生 {0} 人；普查日的在册人数可能略有出入",
        "{0} students of these schools on the signed roster; on the day of the count there can be \
         a few more or less";
    COMPLETE = "应报单位已报齐", "All schools that were due have reported";
    MISSING = "还差 {0} 校，未报的不按零计", "{0} schools are missing; missing is not zero";
    SNAPSHOT = "数据版本", "State of the data";
    SNAPSHOT_NUMBER = "快照 {0}", "Snapshot {0}";
    CUT_OFF = "截至 {0}", "closed {0}";
    ROOT = "根摘要 {0}", "root digest {0}";

    COMPARE = "{0}比较", "By {0}";
    COMPARE_NOTE = "实心表示取整范围不含{0}值", "filled: its rounding range does not hold the value for {0}";
    COMPARE_EXACT = "竖线为{0}值", "the line is the value for {0}";
    COUNTS_NOTE = "按区划代码排列", "in the order of division codes";
    CAUTION = "检出率高可能因为发现得多，不宜用作考核排名。",
        "A higher rate may mean that more was noticed. It is not fit for ranking or assessment.";
    NO_SCHOOL_RANKING = "不提供到校排名", "schools are not ranked";
    NOT_COMPARED = "报送 {0}，低于 80%，不参与比较", "{0} reported, below 80%: not compared";
    NOT_OPEN = "不开启", "closed";
    NOT_SHOWN = "本格不显示", "not shown";
    MAP = "方格地图", "Tile map";
    TREND = "历期走势", "Over time";
    TREND_NOTE = "每一点都是那一期单独查询的数；虚线处口径或应报学校有变，前后不可比；下方的标记是没有数的各期",
        "each point is the figure of its own period; dashed lines are changes across which it \
         cannot be compared, and the marks below are periods without a value";
    TREND_CSV = "各期数据（CSV）", "All periods as CSV";
    MAP_NOTE = "每格一个地区，位置示意", "one tile an area, roughly placed";
    REPORTED = "已报 / 应报（校）", "Schools in / due";

    SOURCES = "每个数字的来源", "Where each number came from";
    SOURCES_NOTE = "每一行都是一份带签名的上报，可逐级核对",
        "each line is a signed report that can be checked level by level";
    SOURCE_UNIT = "上报单位", "Signed by";
    SOURCE_TABLE = "报表", "Table";
    SOURCE_REVISION = "版次", "Revision";
    SOURCE_DIGEST = "签名内容摘要（SHA-256）", "Digest of the signed bytes (SHA-256)";
    SOURCE_RECEIVED = "收到时间", "Received";
    SOURCE_SCHOOLS = "含学校", "Schools in it";
    NO_SOURCES = "还没有收到任何上报。收到第一份后，这里会逐行列出来源。",
        "No report has arrived yet. Each one will be listed here as it comes in.";

    TRUST = "口径与可信度", "Definition and reliability";
    DEFINITION = "口径", "Definition";
    DATA_SOURCE = "数据来源", "Source of the data";
    DATA_SOURCE_IS = "{0} 所学校节点上报的汇总数。枢纽不持有任何学生记录。",
        "Totals reported by {0} school nodes. The hub holds no student's record.";
    PROTECTION = "保护规则", "Protection";
    PROTECTION_CLEAR = "办学类计数，不涉及任何人的健康状况，按实数上报。",
        "Operational counts that say nothing about anybody's health are reported exactly.";
    PROTECTION_BAND = "各校只报所在区间（每 {0} 人一档），合计也只给出区间。",
        "Each school reports the range its count lies in (steps of {0}); totals are ranges too.";
    PROTECTION_ROUNDED = "各校在出校前已把每一格按 {0} 取整，可上可下、总体无偏；单格与实数最多相差 ±{1}。\
        合计由取整后的 {2} 格相加，因此是近似数，误差不随学校增多而偏向一边。",
        "Before it leaves a school, each cell is rounded to a multiple of {0}, up or down by \
         chance and without bias; a cell is off by at most ±{1}. Totals add {2} such cells: they \
         are approximate, and their error does not lean to one side as schools are added.";
    PROTECTION_OPENED = "密封汇总：各校的数拆成两半，教育、卫健各算一半，整组学校合起来才开启；\
        合计是精确数，没有取整误差。单独一个部门看不到任何一所学校的数。1 至 4 的合计不单独列出，但有时能由其他合计相减得出；它总是至少五所学校合在一起的数，从中看不出是哪一所学校。",
        "Sealed sums: each school's counts are split in two, education and health compute one \
         half each, and only sums over whole groups of schools are opened. They are exact, \
         without rounding. Neither department sees a school's count. Sums from 1 to 4 are not \
         listed and sometimes follow from others by subtraction; they are always of at least five \
         schools together and do not tell which.";
    PROTECTION_LEFT_OUT = "密封汇总，已开启的各格是精确数；另有名单上 {0} 名学生所在的格学生或学校太少，\
        不开启、也不计入。",
        "Sealed sums, exact in the cells that were opened; cells about {0} students of the \
         roster are of too few students or schools, stay closed and are not in it.";
    PROTECTION_ROUGH = "各校上报前先加上少量随机误差，再取整到 10 的倍数：若报准确数，可能据此推算出某校密封\
        汇总的小数。合计由 {0} 格相加，是近似数；校数越多，相对误差越小。",
        "Each school adds a little noise and rounds to a multiple of 10 before it reports: exactly \
         told, this count could help to work out one school's sealed figures. Totals add {0} such \
         cells; they are approximate, and the error matters less the more schools are in.";
    PROTECTION_MIXED = "一部分区域由密封汇总得出，是精确数；另一部分区域按 {0} 取整后上报\
        （共 {1} 格），因此合计是近似数。",
        "Some areas are sealed sums and exact; others reported cells rounded to multiples of {0} \
         ({1} of them), so the total is approximate.";
    VERSION = "指标版本", "Definition version";
    VERSION_IS = "指标目录第 {0} 版，摘要 {1}", "Catalogue revision {0}, digest {1}";
    CORRECTIONS = "冻结与更正", "Freezing and corrections";
    CORRECTIONS_IS = "快照 {0} 于 {1} 冻结；其后到达的 {2} 份更正进入下一快照。",
        "Snapshot {0} was closed at {1}; {2} corrections that came later go into the next one.";
    VERIFY = "核验", "Verification";
    WHY_CLOSED = "为何不显示", "Why something is not shown";
    NOTHING_CLOSED = "本页没有因保护规则而不显示的内容。", "Nothing on this page is withheld.";
    TOTAL_NOTE = "各格单独取整，分项与合计可能略有出入",
        "cells are rounded one by one, so parts and totals may differ slightly";

    ALL_INDICATORS = "全部指标", "All indicators";
    AREA_PROGRESS = "各地区报送", "Reports by area";
    LETTERS = "转介信件", "Letters of referrals";
    LETTERS_NOW = "等下级来取 {0} 封，等上级回执 {1} 封；累计到达 {2} 封，均含空信。空信不单独计数，以免看出谁在何时转介。",
        "{0} wait for members that fetch them, {1} for the answer of the hub above; {2} came so \
         far. Empty ones are among them and not counted apart: that would tell who refers when.";
    LETTERS_STUCK = "有 {0} 封的去向没有公钥声明或传送路径：请向两个部门核对接收方名单。",
        "{0} are for a unit without a key statement or a way: check the list of recipients with \
         both commissions.";
    LETTERS_LATE = "已逾期 {0} 件", "{0} late";
    LETTERS_HELD = "等待过久", "Waits for too long";
    LETTERS_NOT_LATE = "没有逾期事项。", "Nothing is late.";
    LETTERS_SINCE = "期限自 {0} 枢纽启动起计数；这里不显示学校、机构和学生，逾期请由区级绿色通道逐一询问接收方。",
        "Limits are counted since this hub began at {0}. Neither school nor clinic nor child is \
         shown here; where something is late, the district's desk asks the receivers.";
    ENDINGS = "即将到期的下级证书", "Members' certificates that end soon";
    ENDINGS_WHY = "证书由各单位的 serve 自动续期，这些还没有续上：请致电该单位，让 serve 保持运行、能连到本枢纽。\
         已过期的，由本枢纽的管理员核实身份后运行 xinqiao-hub unit allow-expired-renewal。",
        "Each unit's serve renews its certificate by itself, and these were not renewed: call the \
         unit, serve must keep running and reach this hub. Where one has ended, this hub's \
         operator verifies who calls and runs xinqiao-hub unit allow-expired-renewal.";
    ENDS_IN = "还有 {0} 天到期", "ends in {0} days";
    ENDS_TOMORROW = "还有 1 天到期", "ends in 1 day";
    ENDS_TODAY = "不到 1 天就到期", "ends within a day";
    HAS_ENDED = "已过期", "has ended";
    INDICATOR_STATE = "支持情况", "Support";
    ALL_VALUE = "{0}值", "{0}";
    SUPPORT_REPORTED = "可查", "available";
    SUPPORT_PARTIAL = "部分可查", "partly available";
    SUPPORT_PARTIAL_WHY = "已报学校中 {0} / {1} 校的台账能算出",
        "{0} of {1} reporting schools keep the ledgers for it";
    SUPPORT_NOT_GIVEN = "未报出", "not given";
    SUPPORT_BANDED_WHY = "已报学校中 {0} / {1} 校报出了分段数；{2}",
        "{0} of {1} reporting schools gave a band; {2}";
    SUPPORT_NONE = "未支持", "unsupported";
    SUPPORT_NONE_WHY = "学校台账尚未接入，不等于零", "schools do not keep the ledger yet; not zero";
    SUPPORT_OTHER_PERIOD = "另选时段", "other period";
    SUPPORT_ELSEWHERE = "无学校上报", "not from schools";
    SUPPORT_BY_KIND = "分类查看", "by kind";
    OUTSIDE = "另有 {0}，学校太少不开启，不算应报",
        "besides {0}: too few schools, so they stay closed and are not due";
    SUPPORT_CLOSED = "不开启", "closed";
    SUPPORT_WAITING = "待开启", "waiting";
    SUPPORT_STOPPED = "已停", "stopped";
    SUPPORT_LOCAL = "只留校", "stays at school";
    SUPPORT_LOCAL_WHY = "按规定不出校", "by rule it never leaves a school";
    LATEST = "最近收到 {0}", "latest {0}";
    NEVER = "尚未收到", "nothing yet";
    NO_SNAPSHOT = "还没有形成快照", "No snapshot yet";
    NO_SNAPSHOT_WHY = "收到第一份学校上报后自动形成，无需操作。",
        "The first one is made by itself when a school has reported.";
    INDICATORS_COUNT = "{0} 项可查，共 {1} 项", "{0} available of {1}";
    NAMED_BY_HUB = "各级只传汇总数；未支持的指标单独标明，不当作零。",
        "Only totals travel. What is unsupported is marked as such and never counted as zero.";
}
