//! Sentences of the city's pages, in both languages.

use runtime::texts;

texts! {
    PRODUCT_CITY = "心桥 · 市级枢纽", "Xinqiao · City hub";
    PRODUCT_DISTRICT = "心桥 · 区级枢纽", "Xinqiao · District hub";
    PRODUCT_STREET = "心桥 · 街道枢纽", "Xinqiao · Street hub";
    STATISTICS = "统计", "Statistics";
    OVERVIEW = "概览", "Overview";
    EXPLORE = "指标浏览", "Indicators";

    SPECIAL = "特殊时期", "Special periods";
    SPECIAL_NOTE = "到期自动结束；只含学校工作的次数，不含任何学生的情况",
        "they end by themselves; they hold counts of the schools' work and nothing about a student";
    SPECIAL_NONE = "没有发布过特殊时期。市枢纽用 xinqiao-hub special make 拟定文本，两个部门签名后发布。",
        "No special period was published. The city makes its text with xinqiao-hub special make, \
         and both commissions sign it.";
    SPECIAL_NAME = "名称", "Name";
    SPECIAL_FIRST = "第一天", "First day";
    SPECIAL_LAST = "最后一天", "Last day";
    SPECIAL_SCHOOLS = "范围内学校", "Schools of the area";
    SPECIAL_STATE = "状态", "State";
    SPECIAL_NO_DAY = "还没有可以报送的日期。", "No day of it has begun yet.";

    FILTER = "筛选条件", "Filter";
    INDICATOR = "指标", "Indicator";
    PERIOD = "时段", "Period";
    UNIT = "范围", "Area";
    BREAKDOWN = "分组", "Breakdown";
    SHOW = "查询", "Show";
    BY_DISTRICT = "区市 × 学段", "District × stage";
    BY_STREET = "街道 × 学段", "Street × stage";
    BY_STAGE_SEX = "学段 × 性别", "Stage × sex";
    BY_GRADE_SEX = "年级 × 性别", "Grade × sex";

    RANGE_NOTE = "取整后 95% 的可能范围 {0}", "95% range after rounding {0}";
    PARTS = "分子与分母", "Numerator and denominator";
    COUNT_NOTE = "计数指标，没有分母", "A count; it has no denominator";
    COVERAGE = "报送完整度", "Schools that reported";
    SCHOOLS_DUE = "/ {0} 校", "of {0} schools";
    PERSONS = "覆盖在校学生 {0} 人", "{0} enrolled students covered";
    COMPLETE = "应报单位已报齐", "All schools that were due have reported";
    MISSING = "还差 {0} 校，未报的不按零计", "{0} schools are missing; missing is not zero";
    SNAPSHOT = "数据版本", "State of the data";
    SNAPSHOT_NUMBER = "快照 {0}", "Snapshot {0}";
    CUT_OFF = "截至 {0}", "closed {0}";
    ROOT = "根摘要 {0}", "root digest {0}";

    COMPARE = "{0}比较", "By {0}";
    COMPARE_NOTE = "实心表示取整范围不含{0}值", "filled: its rounding range does not hold the value for {0}";
    COUNTS_NOTE = "按区划代码排列", "in the order of division codes";
    CAUTION = "检出率高可能因为发现得多，不宜用作考核排名。",
        "A higher rate may mean that more was noticed. It is not fit for ranking or assessment.";
    NO_SCHOOL_RANKING = "不提供到校排名", "schools are not ranked";
    NOT_COMPARED = "报送 {0}，低于 80%，不参与比较", "{0} reported, below 80%: not compared";
    NOT_SHOWN = "本格不显示", "not shown";
    MAP = "方格地图", "Tile map";
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
    VERSION = "指标版本", "Definition version";
    VERSION_IS = "指标目录第 {0} 版，摘要 {1}", "Catalogue revision {0}, digest {1}";
    CORRECTIONS = "冻结与更正", "Freezing and corrections";
    CORRECTIONS_IS = "快照 {0} 于 {1} 冻结；其后到达的 {2} 份更正进入下一快照。",
        "Snapshot {0} was closed at {1}; {2} corrections that came later go into the next one.";
    VERIFY = "核验", "Verification";
    WHY_CLOSED = "为何不显示", "Why something is not shown";
    NOTHING_CLOSED = "本页没有因保护规则而不开放的内容。", "Nothing on this page is withheld.";
    TOTAL_NOTE = "各格单独取整，分项与合计可能略有出入",
        "cells are rounded one by one, so parts and totals may differ slightly";

    ALL_INDICATORS = "全部指标", "All indicators";
    AREA_PROGRESS = "各地区报送", "Reports by area";
    INDICATOR_STATE = "支持情况", "Support";
    ALL_VALUE = "{0}值", "{0}";
    SUPPORT_REPORTED = "可查", "available";
    SUPPORT_PARTIAL = "部分可查", "partly available";
    SUPPORT_PARTIAL_WHY = "已报学校中 {0} / {1} 校的台账能算出",
        "{0} of {1} reporting schools keep the ledgers for it";
    SUPPORT_NONE = "未支持", "unsupported";
    SUPPORT_NONE_WHY = "学校台账尚未接入，不等于零", "schools do not keep the ledger yet; not zero";
    SUPPORT_CLOSED = "不开放", "closed";
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
