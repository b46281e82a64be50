//! What a refusal of the ledgers means to a person: what happened, what was left untouched, what to
//! do next.

use domain::ledger::case::MoveError;
use domain::ledger::day::DayError;
use runtime::cli::{Exit, Failure, Sentence};
use runtime::texts;
use runtime::web::{Label, Lang, Text};

use super::labels;
use crate::ledger::refusal::LedgerRefusal;

texts! {
    NOT_ALLOWED = "您的角色不能这样做，或不能对这名学生这样做；台账没有改动，也没有显示任何内容。",
        "your role may not do this, or not for this student; nothing was shown or changed.";
    NOT_ALLOWED_NEXT = "请由有权限的人办理，或请德育主任把您加入该个案。",
        "Ask somebody whose role allows it, or ask the moral-education head to let you onto the \
         case.";
    REASON = "没有写明理由，台账没有改动。", "no reason was given; the ledger was not changed.";
    REASON_NEXT = "请写明理由后再提交。", "Say why, and submit it again.";
    DAY_FUTURE = "日期在今天之后，台账没有改动。",
        "the day lies in the future; the ledger was not changed.";
    DAY_BIRTH = "日期早于学生出生日期，台账没有改动。",
        "the day lies before the student's birth; the ledger was not changed.";
    DAY_EARLY = "日期早于 2000 年，台账没有改动。",
        "the day lies before the year 2000; the ledger was not changed.";
    DAY_ORDER = "结束日期早于开始日期，台账没有改动。",
        "it ends before it begins; the ledger was not changed.";
    DAY_NEXT = "请改正日期后再提交。", "Correct the day and submit it again.";
    UNKNOWN = "没有这条记录，台账没有改动。", "there is no such record; nothing was changed.";
    UNKNOWN_NEXT = "请在列表中核对编号和种类。", "Check number and kind in the list.";
    DESTROYED = "这条记录已依规销毁，没有改动任何内容。",
        "the record was destroyed under the rules; nothing was changed.";
    DESTROYED_NEXT = "销毁的记录不能恢复。", "What was destroyed cannot come back.";
    DOUBLE = "该学生此时已有一条同类记录，没有再添加。",
        "the student has another of these at that time; nothing was added.";
    DOUBLE_NEXT = "请在原记录上更改。", "Change the one that is there.";
    FIELD = "“{0}”为空，或与其他内容不符；台账没有改动。",
        "“{0}” is empty or does not go with the others; the ledger was not changed.";
    FIELD_NEXT = "请改正这一项后再提交。", "Correct it and submit it again.";
    REVIEW_NEXT = "请改正这一项后再提交。下次研判须在今天起的期限内：危机 7 天，重点关注 28 天，一般关注 84 天。",
        "Correct it and submit it again. A next review lies within 7 days from today in a crisis, \
         28 with close attention, 84 with attention.";
    CARD_TELLS = "个案卡第 {1} 字处写有该生的“{0}”，校外专家凭它就能认出是谁；台账没有改动。",
        "the card gives the student's “{0}” at character {1}, and an expert from outside would \
         know who it is; the ledger was not changed.";
    CARD_TELLS_NEXT = "请删去这一处，用“该生”代替；班级只写学段。",
        "Take it out and write “the student”; give the stage instead of the class.";
    TOO_LONG = "“{0}”过长，台账没有改动。", "“{0}” is too long; the ledger was not changed.";
    TOO_LONG_NEXT = "请缩短到 8192 字节以内。", "Shorten it to 8192 bytes.";
    UNLINKED = "这个账号没有对应到教职工，无法确认是哪一位；台账没有改动。",
        "this account is not linked to a member of staff, so nobody knows who it is; nothing was \
         changed.";
    UNLINKED_NEXT = "请管理员把账号对应到本人：xinqiao-node user role 账号 角色 --staff 工号",
        "Have the account linked to the person: xinqiao-node user role LOGIN ROLE --staff NUMBER";
    CHANGED = "这条记录在您查看之后又被修改过；台账没有改动。",
        "somebody has changed the record since it was looked at; nothing was changed.";
    CHANGED_NEXT = "请重新查看后再处理。", "Look at it again, then decide.";
    OWN_ACT = "这种记录有专门的办理方式，不能直接填写；台账没有改动。",
        "this is written by an act of its own; the ledger was not changed.";
    OWN_ACT_NEXT = "预警个案请在预警台账页上办理，或用命令：xinqiao-node ledger case --help",
        "For cases use the early-warning page, or the command  xinqiao-node ledger case --help";
    NOT_AUTHOR = "只有填写人可以更改，台账没有改动。",
        "only its author may change it; the ledger was not changed.";
    NOT_AUTHOR_NEXT = "请由填写人更改。", "Ask its author.";
    SAME_PERSON = "第二人必须是另一个人，台账没有改动。",
        "the second person must be somebody else; the ledger was not changed.";
    SAME_PERSON_NEXT = "请由另一位有权会签的人用本人账号办理。",
        "Somebody else who may sign does it with an account of their own.";
    NOT_WAITING = "这一项没有在等人办理（可能已经办完），台账没有改动。",
        "it does not wait for anybody, perhaps it is done; the ledger was not changed.";
    NOT_WAITING_NEXT = "请刷新后再看。", "Look at the list again.";
    CASE_NOT_OPEN = "该个案不在册，台账没有改动。",
        "the case is not open; the ledger was not changed.";
    CASE_OPEN = "该个案已在册，台账没有改动。", "the case is open already; nothing was changed.";
    CASE_DIRECTION = "级别没有朝这个方向变化（可能已被他人改动），台账没有改动。",
        "the tier does not change in that direction, perhaps somebody changed it; nothing was \
         changed.";
    CASE_TIER = "这种变动与所选级别不符，台账没有改动。",
        "this move does not go with that tier; the ledger was not changed.";
    CASE_NEXT = "请核对该个案现在的级别后再提交。", "Look at the present tier and submit again.";
    CONSENT = "这份材料不能算作同意，台账没有改动。",
        "this paper is no consent; the ledger was not changed.";
    CONSENT_NEXT = "请核对签字人、接收方、用途和期限。",
        "Check who signed, for whom, for what and until when.";
    CERTIFICATE = "还不具备发证条件，没有发证。", "something is missing; no certificate was issued.";
    CERTIFICATE_NEXT = "需要 10 次个体、3 次团体受督导辅导（督导签字）并通过考核。",
        "It needs 10 individual and 3 group sessions signed by the supervisor, and the test.";
    KEPT = "保存期限或留存要求尚未解除，没有销毁。", "something keeps it; nothing was destroyed.";
    KEPT_NEXT = "请在期满或解除留存后再办理。", "Do it after its term, or once the hold is lifted.";
}

/// Code, exit, what happened, what to do next.
#[must_use]
fn told(refusal: &LedgerRefusal) -> Option<(&'static str, Exit, Sentence, Text)> {
    let field = |text: Text, name: &'static str| {
        let fill = |lang| text.fill(lang, &[&labels::of(name, lang)]);
        Sentence::pair(fill(Lang::Zh), fill(Lang::En))
    };
    use LedgerRefusal as R;
    let (code, exit, what, next): (_, _, Sentence, _) = match refusal {
        R::NotAllowed => ("NOT_ALLOWED", Exit::Refused, NOT_ALLOWED.into(), NOT_ALLOWED_NEXT),
        R::Reason => ("REASON", Exit::Invalid, REASON.into(), REASON_NEXT),
        R::Day(error) => ("DAY", Exit::Invalid, day(error).into(), DAY_NEXT),
        R::Unknown => ("RECORD_UNKNOWN", Exit::NotFound, UNKNOWN.into(), UNKNOWN_NEXT),
        R::Destroyed => ("DESTROYED", Exit::NotFound, DESTROYED.into(), DESTROYED_NEXT),
        R::Double => ("DOUBLE", Exit::Refused, DOUBLE.into(), DOUBLE_NEXT),
        R::Field("next_review") => {
            ("FIELD", Exit::Invalid, field(FIELD, "next_review"), REVIEW_NEXT)
        }
        R::Field(name) => ("FIELD", Exit::Invalid, field(FIELD, name), FIELD_NEXT),
        R::CardTells { field, at } => {
            let name = on_card(field);
            let fill = |lang| CARD_TELLS.fill(lang, &[&name.in_lang(lang), at]);
            let what = Sentence::pair(fill(Lang::Zh), fill(Lang::En));
            ("CARD_TELLS", Exit::Refused, what, CARD_TELLS_NEXT)
        }
        R::TooLong(name) => ("TOO_LONG", Exit::Invalid, field(TOO_LONG, name), TOO_LONG_NEXT),
        R::OwnAct => ("OWN_ACT", Exit::Refused, OWN_ACT.into(), OWN_ACT_NEXT),
        R::NotAuthor => ("NOT_AUTHOR", Exit::Refused, NOT_AUTHOR.into(), NOT_AUTHOR_NEXT),
        R::SamePerson => ("SAME_PERSON", Exit::Refused, SAME_PERSON.into(), SAME_PERSON_NEXT),
        R::Unlinked => ("UNLINKED", Exit::Refused, UNLINKED.into(), UNLINKED_NEXT),
        R::Changed => ("CHANGED", Exit::Refused, CHANGED.into(), CHANGED_NEXT),
        R::NotWaiting => ("NOT_WAITING", Exit::Refused, NOT_WAITING.into(), NOT_WAITING_NEXT),
        R::Move(error) => ("MOVE", Exit::Refused, moved(error).into(), CASE_NEXT),
        R::Consent(_) => ("NO_CONSENT", Exit::Refused, CONSENT.into(), CONSENT_NEXT),
        R::Certificate(_) => ("CERTIFICATE", Exit::Refused, CERTIFICATE.into(), CERTIFICATE_NEXT),
        R::Kept(_) => ("KEPT", Exit::Refused, KEPT.into(), KEPT_NEXT),
        R::Store(_) => return None,
    };
    Some((code, exit, what, next))
}

/// What a card may not hold, as people call it.
fn on_card(field: &str) -> Label {
    match field {
        "student_number" => Label::new("学籍号", "student number"),
        "local_number" => Label::new("学号", "number at the school"),
        "student_name" => Label::new("姓名", "name"),
        "class" => Label::new("班级", "class"),
        "birth_date" => Label::new("出生日期", "day of birth"),
        "phone" => Label::new("监护人电话", "guardian's telephone"),
        _ => Label::new("监护人姓名", "guardian's name"),
    }
}

fn day(error: &DayError) -> Text {
    match error {
        DayError::BeforeBirth => DAY_BIRTH,
        DayError::TooEarly => DAY_EARLY,
        DayError::Order => DAY_ORDER,
        _ => DAY_FUTURE,
    }
}

fn moved(error: &MoveError) -> Text {
    match error {
        MoveError::NotOpen => CASE_NOT_OPEN,
        MoveError::Open => CASE_OPEN,
        MoveError::Tier => CASE_TIER,
        _ => CASE_DIRECTION,
    }
}

impl From<LedgerRefusal> for Failure {
    fn from(refusal: LedgerRefusal) -> Self {
        match (told(&refusal), refusal) {
            (Some((code, exit, what, next)), _) => Self::new(exit, code, what).hint(next),
            (None, LedgerRefusal::Store(error)) => error.into(),
            // Only the store has no sentence of its own.
            (None, other) => Self::new(Exit::Failed, "LEDGER", UNKNOWN).because(&other),
        }
    }
}
