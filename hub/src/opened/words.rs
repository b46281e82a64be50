//! Why there is no opened figure, in sentences; the same on pages, in programs and in terminals.

use runtime::texts;
use runtime::web::{Lang, Text};

use super::Closed;

texts! {
    DETAIL = "方案不开启这么细的数：每周只有全区合计，街道（镇）只有每学期各学段的合计。",
        "The plan opens nothing as fine: of a week the area's total, of a town its stages once a \
         term.";
    SEVERAL = "一人可同时属于几类，各类不能相加；请按类别查看。",
        "A person can be of several kinds, so kinds do not add up: look at one of them.";
    CATALOGUE = "开启时所用的指标目录与现行目录不同，不能按现行口径列出。",
        "It was opened under another catalogue and cannot be told in the words of this one.";
    NOT_COVERED = "双方签署的汇总方案没有覆盖整个时段，缺的几周不会补开。",
        "The plan that both departments signed does not cover the whole period.";
    BEFORE_PLAN = "本时段或其中一部分在汇总方案生效之前：当时没有密封报告，以后也不会补开。",
        "The plan began after this period did: what lies before it was not sealed, and is not \
         opened afterwards.";
    FEW_SCHOOLS = "能合并汇总的学校太少，按方案没有自己的合计。",
        "Too few schools can be summed: by the plan there is no figure of its own.";
    FEW_PERSONS = "按双方签署的名册，这一格涉及的学生不足 100 人，或本期报送的学校太少、过于集中，不开启。",
        "By the signed roster it is about fewer than 100 students, or too few schools reported for \
         the period, or one of them has most of it; it stays closed.";
    REST = "与已开启的全区合计相减，剩下的学校或学生太少，会露出个别学校，因此本街道（镇）自己的合计不开启。",
        "Less what is opened for the whole area it would tell of too few schools or students, so \
         that the town's own figure stays closed.";
    TELLS = "与此前所见放在一起，可能推算出个别学校的小数值，或剩下的学校太少；这份合计不再开启。",
        "Beside what was seen before, a small count of one school could follow or too few schools \
         would be left: it stays closed for good.";
    KEY_LATE = "两个枢纽在本时段结束前没有商定密钥，本时段（或其中几周）不再开启。",
        "The hubs had agreed on no key before the period, or a week of it, ended: it stays closed.";
    NOT_BEGUN = "本时段的密封汇总还没有开始。", "Sealed sums of the period have not begun.";
    NOT_SENT = "教育方枢纽没有送来本时段已开启的合计；在等什么、是否不开启，见该枢纽的“密封汇总”页。",
        "The hub that leads the sums has not sent any of the period; what it waits for, or why it \
         stays closed, is on that hub's page of sealed sums.";
    REPORTS = "还有学校的密封报告没有到。", "Sealed reports of schools are missing.";
    OBJECTIONS = "报告已收齐，学校正在核对；异议期满后开启。",
        "Reports are in and schools can still object; it is opened after these days.";
    WEEKS = "本时段共 {1} 周，已开启 {0} 周。各周都开启后才有合计，不用部分代替全部。",
        "{0} of {1} {1:week|weeks} {0:is|are} opened. The figure is shown when all are, and never \
         in part.";
    STOPPED = "已停止开启，须由两家枢纽的运维人员查明原因（密封汇总页、sealed show）。",
        "It was stopped: operators of both hubs must look (page of sealed sums, sealed show).";
}

/// The sentence of a blank; nothing where there can be no figure.
#[must_use]
pub fn why(closed: Closed, lang: Lang) -> String {
    let text: Text = match closed {
        Closed::Nobody => return String::new(),
        Closed::Detail => DETAIL,
        Closed::Several => SEVERAL,
        Closed::NotCovered => NOT_COVERED,
        Closed::BeforePlan => BEFORE_PLAN,
        Closed::FewSchools => FEW_SCHOOLS,
        Closed::Catalogue => CATALOGUE,
        Closed::FewPersons => FEW_PERSONS,
        Closed::Rest => REST,
        Closed::Tells => TELLS,
        Closed::KeyLate => KEY_LATE,
        Closed::NotBegun => NOT_BEGUN,
        Closed::NotSent => NOT_SENT,
        Closed::Reports => REPORTS,
        Closed::Objections => OBJECTIONS,
        Closed::Weeks { open, of } => return WEEKS.fill(lang, &[&open, &of]),
        Closed::Stopped => STOPPED,
    };
    text.in_lang(lang).to_owned()
}
