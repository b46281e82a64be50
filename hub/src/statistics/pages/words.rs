//! Sentences that the pages get from statistics, in both languages.

use runtime::texts;

texts! {
    DISTRICT = "区市", "District";
    STREET = "街道（镇）", "Street or town";
    STAGE = "学段", "Stage";
    GRADE = "年级", "Grade";
    TOTAL = "合计", "Total";

    STOCK = "{0}：截至普查日的人数或个数，由学校台账按目录定义自动计算。",
        "{0}: as of the day of the count, computed from the schools' ledgers by definition.";
    FLOW = "{0}：本期内发生的次数，由学校台账按目录定义自动计算。",
        "{0}: events of the period, computed from the schools' ledgers by definition.";
    DISTINCT = "{0}：本期内去重后的人数，由学校台账按目录定义自动计算。",
        "{0}: different persons in the period, computed from the schools' ledgers by definition.";
    RATIO = "分子：{0}；分母：{1}。各级都先求和再相除，不对比率取平均。",
        "{0}, divided by: {1}. Sums are divided at each level; ratios are never averaged.";

    EVERYBODY = "普查日在册的每名学生各计入一类，没有预警的也在内，所以合计就是这些学校的在册人数。",
        "Everyone on the roll on the census day is in one kind, those without an alert as well, so \
         the total is these schools' roll.";
    EVERYBODY_NOTE = "在册学生总数，没有预警的也在内；各级人数见下方分组",
        "everyone on the roll, those without an alert as well; the tiers are in the table below";
    EVERYBODY_NAME = "{0}（合计为全部在册学生）", "{0} (in all: everyone on the roll)";
    NO_BANDS = "没有报出的分段数", "Bands that are not given";
    LOWER_END = "学校按周只报一次：周报密封时台账里还没有记为按时的，按未按时计，以后补录不再加入，所以按时的数是下限。",
        "Schools tell it once: what a ledger did not show as in time when its week was sealed is \
         not in time here, also where it was entered later, so that the figure is a lower end.";
    SECOND_HUB = "涉及学生个人情况，须两个部门共同密封汇总后才能开启；本市目前只有一个枢纽。",
        "It is about persons and opens only as a sum that two departments seal together; this \
         city has one hub so far.";
    NEVER_OPENED = "这一项不能密封汇总（例如随时在变的人数、没有学段的记录），因此留在学校。",
        "It cannot be summed under seal (states of any day, records without a stage), so it stays \
         at the school.";
    LOCAL = "按规定只留在学校，任何一级枢纽都收不到。",
        "By rule it stays at the school; no hub ever receives it.";
    ELSEWHERE = "不由学校上报；相应单位尚未接入。",
        "Schools do not report it, and the units that would are not connected yet.";
    UNSUPPORTED = "学校目前的台账还算不出这一项，因此不显示，也不当作零。",
        "The ledgers that schools keep today do not give it; it is not shown and not zero.";
    DIFFERENT_SCHOOLS = "分子和分母来自不同的学校，相除没有意义；补齐报送后自动恢复。",
        "Numerator and denominator come from different schools, so their ratio says nothing; it \
         returns by itself once the missing reports are in.";
    SMALL_CELLS = "小于 {0} 的数", "Figures below {0}";
    SMALL_CELLS_WHY = "由取整数相加的小数目容易被当成实数，因此连同 0 一并隐去。",
        "A small sum of rounded figures is easily taken for a fact; it is hidden, zero included.";
    WAITING = "最近收到的报送", "The latest reports";
    FEW_SCHOOLS = "不足 {0} 所学校的合计", "Sums of fewer than {0} schools";
    FEW_SCHOOLS_WHY = "任何一所或几所学校自己的取整数不对任何人显示。",
        "Rounded figures of one school or of a few are shown to nobody.";
    TELLING = "与其他数相减即可推出隐去数的数", "Figures that would tell a hidden one";
    TELLING_WHY = "与已显示的合计、其他分组、各区域或上次公布的数相减，就能推出被隐去的数，因此一并隐去。",
        "Subtracted from a total, another breakdown, an area or an earlier state that is shown, \
         they would tell a figure that is hidden, so they are hidden as well.";
    INCOMPLETE = "按学段或年级分的数", "Figures by stage or grade";
    INCOMPLETE_WHY = "报送尚未到齐；到齐或本期截止后才显示，否则最后几所学校的数会由前后两次相减推出。",
        "Reports are not complete. They are shown when they are, or after the close: otherwise the \
         difference of two states would be the figures of the last few schools.";
    LEVEL = "街道一级的这项数字", "This figure at street level";
    LEVEL_WHY = "高度敏感，只在区市及以上显示。",
        "It is highly sensitive and shown at district level and above only.";
    THIS_INDICATOR = "本项指标", "This indicator";
    DIRECT_SCHOOLS = "直属学校 {0} 所", "{0} schools directly below";
    DIRECT_SCHOOLS_WHY = "只计入合计，页面不逐校列出。各校直接上报的办学类计数，运维人员核对时可在终端查看（stats --members）。",
        "They are in the total and not listed: pages have no rows of schools. Operational counts \
         that schools report openly can be compared at the terminal (stats --members).";
    HELPED = "所协助各区合计", "All areas that it helps";

    OTHER_LENGTH = "按{0}统计，请在“时段”中选择", "It is told by {0}: choose one under \"period\".";
    BY_DAY = "日", "day";
    BY_WEEK = "周", "week";
    BY_MONTH = "月", "month";
    BY_TERM = "学期", "term";
    BY_HALF_YEAR = "半年", "half year";
    BY_YEAR = "学年", "school year";

    GROUP_BASE = "基础", "Schools and students";
    GROUP_SCR = "心理筛查", "Screening";
    GROUP_MTR = "导师与谈心谈话", "Mentors and talks";
    GROUP_ALT = "预警", "Early warning";
    GROUP_CNS = "心理辅导与会诊", "Counselling and conferences";
    GROUP_REF = "转介与回访", "Referral and follow-up";
    GROUP_EVT = "应急与报告", "Emergencies and reports";
    GROUP_SPG = "特殊群体与特异体质", "Special groups and physique";
    GROUP_STF = "师资与培训", "Staff and training";
    GROUP_EDU = "课程与活动", "Lessons and activities";
    GROUP_PAR = "家校共育", "Parents";
    GROUP_HOT = "热线与社会支持", "Hotline and social support";
    GROUP_GOV = "统筹与保障", "Governance";
    GROUP_OTHER = "其他", "Other";

    NO_SUM_YET = "还没有密封合计的区域", "Areas without opened sums so far";
    CLOSED_STAGES = "学校太少的学段", "Stages of too few schools";
    CLOSED_STAGES_WHY = "{0}：按汇总方案不开启；这些学校的该学段不计入，也不算应报。",
        "{0}: by the plan these schools' stages are not opened. They are neither in the figure \
         nor due.";
    WEEK_STAGES = "各学段的数", "Figures by stage";
    WEEK_STAGES_WHY = "每周只有全区合计，不分学段；分学段的数请看月或学期。",
        "Of a week there is the area's total and no stage: months and terms have stages.";
    CLOSED_PARTS = "等待或不开启的部分", "Parts that wait or stay closed";
    CLOSED_MORE = "另有 {0} 项，见“密封汇总”页。", "{0} more are on the page of sealed sums.";
    WAITS_SCHOOLS = "{0}，组 {1}：等 {2} 所学校的报告",
        "{0}, group {1}: waits for {2:the report|reports} of {2} {2:school|schools}";
    AWAY_SCHOOLS = "停课或停办的学校", "Schools closed or out of session";
    AWAY_WHY = "{0} 所：开启时登记为停课或停办，不在合计内，也不算应报。之后送来的报告不再计入本时段，周报事项由\
                学校之后的报告补报。",
        "{0}: noted as closed or out of session when the sums were opened. They are neither in the \
         figure nor due; a report that comes after is not added any more, and events of a week are \
         told with the school's later ones.";
    GROUPS_CLOSED = "学校太少、不开启的学段：{0}", "Stages of too few schools, which stay closed: {0}";
    NOT_AT_HELPER = "这一项不做密封汇总，不经卫健方枢纽；请看教育方的页面。",
        "It is not summed under seal and does not come to health's hub: see education's pages.";
    KIND = "类别", "Kind";
    PART_LEADER = "本枢纽是教育方枢纽：收下各校的密封报告，与卫健方枢纽各算一半，按双方签署的方案开启合计。单看任何一方都读不出一所学校的数。",
        "This hub is education's part, the leader: it takes the schools' sealed reports, computes \
         one half while health's hub computes the other, and opens sums by the plan that both \
         signed. Neither half tells a school's figures.";
    PART_HELPER = "本枢纽是卫健方枢纽：核验各校的密封报告，只按双方签署的方案交出自己的一半，并在开启记录上签名。",
        "This hub is health's part, the helper: it checks the schools' sealed reports, gives its \
         half of sums by the plan that both signed and of nothing else, and signs the records.";
    PART_ABOVE = "本枢纽不参与计算；这里是下级教育方枢纽送来、已用双方签名核验过的合计；还在等什么、什么不开启，看那两个枢纽的同一页。",
        "This hub has no part in the computing. Here are the sums that leaders below told, each \
         verified by the signatures of both hubs; what waits, and what stays closed, those hubs \
         say on the same page.";
    PART_TOWN = "本枢纽不参与计算；这里是区县发来的本街道（镇）合计，逐份核验过双方签名。",
        "This hub has no part in the computing. Here are the town's own sums that the district \
         sent down, each verified by the signatures of both hubs.";
    PART_NONE = "本枢纽所辖和所协助的区域都没有启用密封汇总：没有双方签署的方案。涉及学生个人的数仍按取整报送。",
        "No area of this hub is under seal: there is no plan signed by both departments. Counts \
         about persons go rounded.";
    STATE_IDLE = "还没有学校报送", "not reported by any school yet";
    OPENED_SET = "{0}，{1}：{2} 个组，{3} / {4} 校为本期报告，记录 {5}",
        "{0}, {1}: {2} {2:group|groups}, {3} of {4} {4:school|schools} fresh, record {5}";
    OPENED_CAPS = "，各校上限合计 {0}", ", caps add up to {0}";
    OUTSIDE_GROUPS = "特殊时期只汇总整组在范围内的组，共 {0} 个；以下各组有学校不在范围内，不开启：{1}",
        "a special period is summed over the groups that lie in its area whole, which are {0}; of \
         these groups some school is not of the area, and they stay closed: {1}";
    NOT_OPENED_SET = "{0}，{1} 个组：{2}", "{0}, {1} {1:group|groups}: {2}";
    WAITS_SET = "{0}，组 {1}：{2}", "{0}, group {1}: {2}";
    WAITS_PLAN = "缺该区域的方案或名单", "the plan or roster of its area is not here";
    WAITS_CATALOGUE = "缺它所用的指标目录", "the catalogue that it was made under is not here";
    WAITS_DOCUMENTS = "方案、名单、目录或校历与本枢纽的版本不同",
        "its plan, roster, catalogue or calendar is not the version of this hub";
}
