//! What a field of an entry asks of the person who fills it in: whether it must be filled, what
//! helps, what it starts with.
//!
//! Type and closed list are the column's own; here stands only what the column cannot say.

use domain::ledger::Kind;
use runtime::texts;
use runtime::web::{Lang, Text};

use super::labels;
use crate::ledger::entry::{Column, Shape};
use crate::ledger::kinds::KindColumns;

texts! {
    DUE_DAY = "应完成日期", "due by";
    FIRST_DAY = "开始日期", "first day";
    ENDED_DAY = "归还或删除日期", "returned or deleted on";
    NOTE_HELP = "只有您本人以后能看到；别人更改这条记录时不会带走。",
        "Only you can see it later; it does not go along when somebody else changes the entry.";
    STUDENT_HELP = "学号、学籍号或姓名；不止一名时会列出供选择。",
        "Number at the school, national number or name; where several have it they are listed.";
    STAFF_HELP = "工号或姓名", "Number or name";
    UNTIL_HELP = "没有结束就留空", "Leave empty while it goes on";
    REVIEW_HELP = "危机 7 天内，重点关注 28 天内，一般关注 84 天内",
        "Within 7 days in a crisis, 28 with close attention, 84 with attention";
    MEMBER_HELP = "从开始日期起最多 90 天", "At most 90 days from the first day";
    CARD_HELP = "不写姓名、学号、班级：校外专家只看到这张卡。",
        "No name, number or class: this card is all that an expert from outside sees.";
    DIGEST_HELP = "扫描件或录音的 SHA-256（64 位）；同意必填，口头答复留空；在“家长告知与同意”选择扫描件可自动填写",
        "SHA-256 of the scan or recording, 64 digits; a yes needs it, a spoken answer has none; \
         choose the scan under Families to fill it in";
    TARGET_HELP = "一并留存的、不涉及某一名学生的记录编号，如会诊、报告；没有就留空",
        "Number of a record about nobody that is kept too, a consultation or a report; empty \
         without one";
    OUTSIDE_HELP = "校外人员所在单位的代码，与家长同意书上的接收方一致；没有校外人员就留空",
        "Id of the unit of whoever came from outside, as on the families' consents; empty without \
         anybody from outside";
    EMERGENCY_HELP = "来不及征求监护人同意时写明情形；已有同意的留空",
        "Why there was no time to ask the family; empty where it has agreed";
    SHEET_HELP = "督导签字单扫描件的 SHA-256；由另一位教职工登记签字的可以不填",
        "SHA-256 of the sheet that the supervisor signed; not needed where another member of staff \
         enters the signature";
    TERM_HELP = "例如 2025S1", "For example 2025S1";
    YEAR_HELP = "学年开始的年份，例如 2025", "Year in which the school year begins";
    RECIPIENT_HELP = "不出校的用途留空", "Empty where nothing leaves the school";
    REACH_HELP = "同意书上告知家长的接收方电话或地址；不出校的用途留空",
        "Telephone or address of the recipient as told to the family; empty where nothing leaves";
    TIME_HELP = "例如 12:30，可以留空", "For example 12:30, may be empty";
    TALK_HELP = "导师提交研判的那次谈话；没有就留空", "The talk that was raised; empty without one";
    AGENCY_HELP = "与家长同意书上的接收方一致", "As on the family's consent";
    HANDED_HELP = "交付的当天须有监护人对该机构、这些信息的有效同意；还没有交付就留空，误填的清空并写明理由",
        "On that day the family's consent to this agency and these data must stand; empty until \
         they are handed over, and emptied with the reason where it was a slip";
    WAY_HELP = "填了完成日期就要选方式", "Say how, once it was made";
    SECTION_HELP = "只写已结案的个案；各部分都不写姓名、学号、班级、电话和具体日期",
        "Only of a closed case; no section gives names, numbers, classes, telephones or days";
    RELEASED_HELP = "由撰写人以外的德育主任或心理教师通读后填写；正文有改动须重新审定",
        "Filled in by another counsellor or the moral-education head, who has read the text; a \
         changed text is released anew";
    LINE_HELP = "紧急转介时只带走这一行", "The one line that an emergency envelope carries";
}

/// Fields that may be stored empty and that the rule of their kind refuses when they are.
const NEEDED: [(Kind, &str); 25] = [
    (Kind::TeachingCase, "background"),
    (Kind::TeachingCase, "assessment"),
    (Kind::TeachingCase, "intervention"),
    (Kind::TeachingCase, "aftermath"),
    (Kind::TeachingCase, "reflection"),
    (Kind::Talk, "topics"),
    (Kind::Plan, "goals"),
    (Kind::Plan, "measures"),
    (Kind::Guardian, "name"),
    (Kind::FamilyCase, "groups"),
    (Kind::PhysiqueCase, "kinds"),
    (Kind::CaseMember, "valid_until"),
    (Kind::LegalHold, "ordered_by"),
    (Kind::CaseContact, "who"),
    (Kind::AgencyOrder, "recipient"),
    (Kind::AgencyOrder, "recipient_name"),
    (Kind::AgencyOrder, "contract"),
    (Kind::AgencyOrder, "service"),
    (Kind::AgencyOrder, "classes"),
    (Kind::Conference, "agenda"),
    (Kind::Conference, "attendees"),
    (Kind::SchoolTarget, "goals"),
    (Kind::ParentMaterial, "title"),
    (Kind::Custody, "item"),
    (Kind::Custody, "receiver"),
];

/// What helps with a column, whatever its kind.
const HELP: [(&str, Text); 21] = [
    ("background", SECTION_HELP),
    ("released", RELEASED_HELP),
    ("valid_until", UNTIL_HELP),
    ("next_review", REVIEW_HELP),
    ("card", CARD_HELP),
    ("form_digest", DIGEST_HELP),
    ("sheet_digest", SHEET_HELP),
    ("outside_unit", OUTSIDE_HELP),
    ("emergency", EMERGENCY_HELP),
    ("term", TERM_HELP),
    ("handed", HANDED_HELP),
    ("school_year", YEAR_HELP),
    ("recipient", RECIPIENT_HELP),
    ("recipient_name", RECIPIENT_HELP),
    ("recipient_contact", REACH_HELP),
    ("emergency_line", LINE_HELP),
    ("note", NOTE_HELP),
    ("at_time", TIME_HELP),
    ("talk", TALK_HELP),
    ("target", TARGET_HELP),
    ("target_student", STUDENT_HELP),
];

/// Texts long enough for several lines.
const LONG: [&str; 18] = [
    "background",
    "assessment",
    "intervention",
    "aftermath",
    "reflection",
    "note",
    "goals",
    "measures",
    "situation",
    "agenda",
    "card",
    "facts",
    "findings",
    "handover",
    "detail",
    "child_view",
    "topics",
    "emergency",
];

/// Columns that mean who did it, so that they start with the person who writes.
const DOER: [&str; 7] =
    ["staff", "counsellor", "teacher", "leader", "contacted_by", "done_by", "chair"];

/// Kinds that say who somebody else is from now on: their person is never a matter of course.
const APPOINTS: [Kind; 5] =
    [Kind::ClassTeacher, Kind::Mentor, Kind::CaseMember, Kind::Helper, Kind::PostHolder];

/// Whether the field must be filled in.
#[must_use]
pub fn is_needed(kind: Option<Kind>, column: &Column) -> bool {
    let by_rule = |kind| NEEDED.contains(&(kind, column.name));
    if kind.is_some_and(by_rule) {
        return true;
    }
    let may_be_blank =
        matches!(column.shape, Shape::Text | Shape::Note | Shape::Words(_) | Shape::Flag);
    !column.optional && !may_be_blank
}

/// What people read for the field.
#[must_use]
pub fn label(kind: Option<Kind>, column: &Column, lang: Lang) -> &'static str {
    let spans = |known: &KindColumns| known.columns.iter().any(|one| one.name == "valid_until");
    match (kind, column.name) {
        (
            Some(
                Kind::Followup
                | Kind::SchoolTarget
                | Kind::AlertReview
                | Kind::FirstContact
                | Kind::CaseContact,
            ),
            "day",
        ) => DUE_DAY.in_lang(lang),
        (Some(Kind::AgencyOrder), "returned") => ENDED_DAY.in_lang(lang),
        (Some(kind), "day") => {
            let known = crate::ledger::browse::kind_of(kind);
            match known.is_ok_and(spans) {
                true => FIRST_DAY.in_lang(lang),
                false => labels::of("day", lang),
            }
        }
        (_, name) => labels::of(name, lang),
    }
}

/// What helps with the field.
#[must_use]
pub fn help(kind: Option<Kind>, column: &Column) -> Option<Text> {
    match (kind, column.name) {
        (Some(Kind::CaseMember), "valid_until") => return Some(MEMBER_HELP),
        (Some(Kind::AgencyOrder), "recipient") => return Some(AGENCY_HELP),
        (Some(Kind::AgencyOrder), "recipient_name") => return None,
        (Some(Kind::Followup | Kind::CaseContact), "way") => return Some(WAY_HELP),
        _ => {}
    }
    let named = HELP.iter().find(|(name, _)| *name == column.name).map(|(_, text)| *text);
    named.or(match column.shape {
        Shape::Student => Some(STUDENT_HELP),
        Shape::Staff => Some(STAFF_HELP),
        _ => None,
    })
}

/// Whether a text is written in several lines.
#[must_use]
pub fn is_long(column: &Column) -> bool {
    matches!(column.shape, Shape::Note) || LONG.contains(&column.name)
}

/// Whether the field starts with the person who writes.
#[must_use]
pub fn is_doer(kind: Option<Kind>, column: &Column) -> bool {
    let appoints = kind.is_some_and(|kind| APPOINTS.contains(&kind));
    matches!(column.shape, Shape::Staff) && DOER.contains(&column.name) && !appoints
}

/// Whether the field starts with today: what happens is mostly written down on its day.
#[must_use]
pub fn is_today(kind: Option<Kind>, column: &Column) -> bool {
    let is_due = matches!(kind, Some(Kind::Followup | Kind::SchoolTarget | Kind::CaseContact));
    column.name == "day" && !is_due
}

/// The kind of record that a field names.
#[must_use]
pub fn target(column: &Column) -> Option<Kind> {
    Some(match column.name {
        "of_case" => Kind::AlertCase,
        "of_plan" => Kind::SchoolPlan,
        "hold" => Kind::LegalHold,
        "talk" => Kind::Talk,
        "of_session" => Kind::Session,
        "conference" => Kind::Conference,
        "committee" => Kind::Committee,
        "consent" => Kind::Consent,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::kinds::KINDS;

    /// What is said here is said about columns that there are.
    #[test]
    fn every_column_that_is_named_exists() {
        let has = |name: &str| KINDS.iter().any(|k| k.columns.iter().any(|c| c.name == name));
        for (kind, name) in NEEDED {
            let known = crate::ledger::browse::kind_of(kind).expect("kind");
            assert!(known.columns.iter().any(|column| column.name == name), "{name}");
        }
        for name in HELP.iter().map(|(name, _)| *name).chain(LONG).chain(DOER) {
            assert!(has(name), "{name}");
        }
    }

    /// The day by which something is to be done is never today as a matter of course.
    #[test]
    fn what_is_due_does_not_start_with_today() {
        let starts = |kind: Kind| {
            let known = crate::ledger::browse::kind_of(kind).expect("kind");
            known.columns.iter().any(|column| is_today(Some(kind), column))
        };
        for kind in [Kind::Followup, Kind::SchoolTarget, Kind::CaseContact] {
            assert!(!starts(kind), "{kind:?}");
        }
        assert!(starts(Kind::Talk));
    }

    /// Every record that a field names can be chosen from a list.
    #[test]
    fn every_record_field_has_a_kind() {
        for known in KINDS.iter().filter(|known| known.direct) {
            for column in known.columns {
                if matches!(column.shape, Shape::Record) {
                    assert!(target(column).is_some(), "{}", column.name);
                }
            }
        }
    }
}
