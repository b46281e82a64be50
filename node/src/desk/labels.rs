//! What people read for the columns of the ledgers.

use domain::ledger::terms::Standing;
use domain::ledger::{Kind, Word as _};
use runtime::web::Lang;

use crate::ledger::entry::{Cell, Column};

/// Name of a column, Chinese, English; in the order of the names.
const LABELS: &[(&str, &str, &str)] = &[
    ("acknowledged", "签收", "acknowledged"),
    ("actor", "办理方", "who acts"),
    ("aftermath", "转归", "what came of it"),
    ("age_band", "年龄段", "age band"),
    ("agenda", "议题", "agenda"),
    ("agreed", "约定日期", "agreed day"),
    ("answer", "同意与否", "answer"),
    ("approved_at", "批准时间", "approved at"),
    ("approved_by", "批准人", "approved by"),
    ("asked_by", "申请人", "asked by"),
    ("asked_staff", "申请人（教职工）", "asked by (staff)"),
    ("assessment", "评估", "assessment"),
    ("at_time", "时间（时:分）", "time (hour:minute)"),
    ("attendances", "参加人次", "attendances"),
    ("attendees", "参会人", "attendees"),
    ("background", "背景", "background"),
    ("cancelled", "已取消", "cancelled"),
    ("card", "会诊卡", "card for the expert"),
    ("cause", "原因", "cause"),
    ("chair", "主持人", "chair"),
    ("child_view", "儿童意见", "child's view"),
    ("class", "班级", "class"),
    ("classes", "涉及的信息", "kinds of data"),
    ("code", "原因代码", "coded reason"),
    ("committee", "家委会", "committee"),
    ("concern", "是否需关注", "concern"),
    ("concerns", "转介原因", "reasons"),
    ("conference", "会诊", "consultation"),
    ("confirmed", "核实日期", "confirmed on"),
    ("consent", "同意书", "consent"),
    ("consent_digest", "同意书摘要", "digest of the consent"),
    ("contacted_at", "联系时间", "contacted at"),
    ("contacted_by", "联系人", "contacted by"),
    ("contract", "委托处理合同编号", "processing contract"),
    ("contract_to", "合同到期日", "contract ends on"),
    ("copies", "发放份数", "copies given out"),
    ("counsellor", "心理教师", "counsellor"),
    ("course", "课程", "course"),
    ("day", "日期", "day"),
    ("decision", "结论", "decision"),
    ("detail", "具体情况", "detail"),
    ("do_not_contact", "不得联系", "do not contact"),
    ("done", "完成日期", "done on"),
    ("done_at", "完成时间", "done at"),
    ("done_by", "完成人", "done by"),
    ("due_at", "时限", "due at"),
    ("edition", "版次", "edition"),
    ("emergency", "紧急情形", "emergency"),
    ("emergency_line", "应急提示", "in an emergency"),
    ("envelope", "第几次送交", "hand-over"),
    ("equal_treatment", "同等待遇", "equal treatment"),
    ("event", "事项", "event"),
    ("expert", "专家", "expert"),
    ("expires", "到期日", "expires on"),
    ("facts", "事实", "facts"),
    ("findings", "发现", "findings"),
    ("fixed", "整改日期", "mended on"),
    ("form", "形式", "form"),
    ("form_digest", "文本摘要", "digest of the form"),
    ("from_tier", "原级别", "tier before"),
    ("goals", "目标", "goals"),
    ("grade", "年级", "grade"),
    ("groups", "类别", "groups"),
    ("guardian_heard", "已听取监护人意见", "guardian heard"),
    ("guardian_signed", "监护人签字", "guardian signed"),
    ("handed", "资料交付日期", "data handed over on"),
    ("handover", "交接情况", "hand-over"),
    ("has_degree", "相关学历", "degree"),
    ("has_outsiders", "含校外人员", "outsiders present"),
    ("has_psychology_group", "设心理组", "psychology group"),
    ("has_vocational", "职业资格", "vocational certificate"),
    ("hold", "依法留存", "legal hold"),
    ("home_visit", "家访", "home visit"),
    ("hours", "学时", "hours"),
    ("how", "方式", "how"),
    ("intervention", "干预", "intervention"),
    ("is_small", "小规模", "small"),
    ("issuer", "发证单位", "issuer"),
    ("item", "项目", "item"),
    ("kinds", "类别", "kinds"),
    ("lane_number", "对方事项序号", "number of their act"),
    ("lane_seen", "对方已知的学校事项数", "acts of the school that they had seen"),
    ("leader", "负责人", "leader"),
    ("level", "等级", "level"),
    ("lift_asked_by", "解除申请人", "lifting asked by"),
    ("lift_asked_staff", "解除申请人（教职工）", "lifting asked by (staff)"),
    ("made_at", "提出时间", "asked at"),
    ("means", "可能使用的方法", "means"),
    ("measures", "措施", "measures"),
    ("medication", "已知用药", "medication"),
    ("members", "成员", "members"),
    ("method", "方式", "method"),
    ("minutes", "时长（分钟）", "minutes"),
    ("mode", "情形", "mode"),
    ("name", "姓名", "name"),
    ("next_review", "下次研判", "next review"),
    ("note", "记录（仅本人可见）", "note (author only)"),
    ("notice_version", "告知书版本", "version of the notice"),
    ("noticed", "书面告知日期", "written notice on"),
    ("number", "编号", "number"),
    ("objects", "书面反对", "objects in writing"),
    ("observed", "观察", "observed"),
    ("of_case", "个案", "case"),
    ("of_plan", "所属方案", "plan"),
    ("of_session", "团辅", "group session"),
    ("ordered_by", "决定人", "ordered by"),
    ("organiser", "组织者", "organiser"),
    ("origin", "来源", "origin"),
    ("other_school", "对方学校", "other school"),
    ("outcome", "结果", "what came of it"),
    ("outcome_back", "结果反馈", "outcome back"),
    ("outside_unit", "校外单位代码", "id of the outside unit"),
    ("owner", "负责人", "owner"),
    ("participants", "参加人数", "participants"),
    ("party", "联络对象", "whom"),
    ("phone", "电话", "phone"),
    ("place", "地点", "place"),
    ("plan_version", "方案版本", "version of the plan"),
    ("planned_yuan", "预算（元）", "planned (yuan)"),
    ("post", "岗位", "post"),
    ("protection", "保护人", "who protects"),
    ("purpose", "用途", "purpose"),
    ("raised", "已提交研判", "raised to counsellor"),
    ("raised_at", "触发时间", "raised at"),
    ("reached", "是否接通", "reached"),
    ("receiver", "接收单位", "receiver"),
    ("recipient", "接收方", "recipient"),
    ("recipient_contact", "接收方联系方式", "recipient's contact"),
    ("recipient_name", "接收方名称", "recipient's name"),
    ("referral", "转介", "referral"),
    ("reflection", "反思", "reflection"),
    ("relation", "关系", "relation"),
    ("released", "审定日期", "released on"),
    ("replaces", "接续的转介", "follows"),
    ("reply", "接收方答复", "recipient's answer"),
    ("responsible", "负责人", "responsible"),
    ("result", "结果", "result"),
    ("return_by", "归还或删除期限", "returned or deleted by"),
    ("returned", "归还日期", "returned on"),
    ("review", "复查日期", "review on"),
    ("review_by", "复查期限", "review by"),
    ("reviewed", "复查日期", "reviewed on"),
    ("revoked", "撤销日期", "revoked on"),
    ("risk", "当前风险", "risk now"),
    ("role", "岗位", "role"),
    ("scale", "量表", "scale"),
    ("scenario", "情景", "scenario"),
    ("school_year", "学年", "school year"),
    ("secrecy_signed", "保密承诺", "secrecy signed"),
    ("service", "服务", "service"),
    ("sheet_digest", "督导签字单摘要", "digest of the signed sheet"),
    ("signed", "签字日期", "signed on"),
    ("signed_at", "会签时间", "signed at"),
    ("signed_by", "会签人", "signed by"),
    ("signed_by_head", "负责人签字", "signed by the head"),
    ("situation", "情况", "situation"),
    ("source", "来源", "source"),
    ("spent_yuan", "支出（元）", "spent (yuan)"),
    ("staff", "教职工", "staff"),
    ("stage", "学段", "stage"),
    ("standing", "状态", "standing"),
    ("student", "学生", "student"),
    ("student_signed", "学生签字", "student signed"),
    ("supervisor", "督导", "supervisor"),
    ("tags", "标签", "tags"),
    ("taken", "销毁条数", "records destroyed"),
    ("taken_digest", "销毁记录编号的摘要", "digest of their numbers"),
    ("talk", "谈话记录", "talk"),
    ("target", "对象", "target"),
    ("target_student", "涉及学生", "student concerned"),
    ("teacher", "教师", "teacher"),
    ("term", "学期", "term"),
    ("test_passed", "考核通过", "test passed"),
    ("tested", "测评日期", "day of the test"),
    ("through_channel", "报送渠道", "through channel"),
    ("tier", "级别", "tier"),
    ("title", "题目", "title"),
    ("to_tier", "新级别", "tier after"),
    ("topic", "主题", "topic"),
    ("topics", "主题", "topics"),
    ("trained", "培训日期", "trained on"),
    ("trained_by", "培训人", "trained by"),
    ("urgency", "紧急程度", "urgency"),
    ("valid_from", "生效日期", "valid from"),
    ("valid_to", "有效期至", "valid to"),
    ("valid_until", "终止日期", "valid until"),
    ("way", "方式", "way"),
    ("what", "内容", "what"),
    ("who", "对方姓名", "who, by name"),
    ("why", "事由", "why"),
    ("withdrawn", "撤回日期", "withdrawn on"),
    ("witness", "见证人", "witness"),
    ("yuan", "金额（元）", "yuan"),
];

/// Fields of forms that are no column of a ledger.
const OF_FORMS: &[(&str, &str, &str)] = &[
    ("closes", "结束时间", "closes"),
    ("contact", "联系方式", "contact"),
    ("decisions", "各人去向", "what is decided for each"),
    ("heard", "家长访谈日期", "guardian heard on"),
    ("kind", "种类", "kind"),
    ("opens", "开始时间", "opens"),
    ("ordered", "销毁令", "order"),
    ("school_type", "学校类型", "type of the school"),
    ("sure", "确认勾选", "the box that confirms it"),
    ("until", "截止时间", "until"),
];

/// What people read for a column, or for a field of a form.
#[must_use]
pub fn of(column: &'static str, lang: Lang) -> &'static str {
    let found = LABELS.iter().chain(OF_FORMS).find(|(name, _, _)| *name == column);
    match (found, lang) {
        (Some((_, zh, _)), Lang::Zh) => zh,
        (Some((_, _, en)), Lang::En) => en,
        (None, _) => column,
    }
}

/// Whether a line is a move that its second person did not agree to.
#[must_use]
pub fn is_declined(kind: Kind, columns: &[Column], cells: &[Cell]) -> bool {
    let no = [Standing::Refused.as_str(), Standing::Objected.as_str()];
    let says_no = |(column, cell): (&Column, &Cell)| {
        column.name == "standing" && matches!(cell, Cell::Text(word) if no.contains(&word.as_str()))
    };
    kind == Kind::AlertMove && columns.iter().zip(cells).any(says_no)
}

/// As [`of`], on a move that [`is_declined`]: who said no has signed nothing.
#[must_use]
pub fn of_declined(column: &'static str, lang: Lang) -> &'static str {
    match (column, lang) {
        ("signed_by", Lang::Zh) => "不同意人",
        ("signed_by", Lang::En) => "objected by",
        ("signed_at", Lang::Zh) => "答复时间",
        ("signed_at", Lang::En) => "answered at",
        (other, _) => of(other, lang),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::kinds::KINDS;

    /// Every column has both labels, and no label is left over from a column that is gone.
    #[test]
    fn every_column_has_its_label() {
        let columns: Vec<&str> =
            KINDS.iter().flat_map(|kind| kind.columns).map(|column| column.name).collect();
        for column in &columns {
            assert!(LABELS.iter().any(|(name, _, _)| name == column), "{column}");
        }
        for (name, zh, en) in LABELS {
            assert!(columns.contains(name) && !zh.is_empty() && !en.is_empty(), "{name}");
        }
        for (name, zh, en) in OF_FORMS {
            assert!(!columns.contains(name) && !zh.is_empty() && !en.is_empty(), "{name}");
            assert_eq!((of(name, Lang::Zh), of(name, Lang::En)), (*zh, *en));
        }
    }
}
