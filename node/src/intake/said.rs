//! Why something at a receiver was refused, as people read it. No sentence names a child.

use runtime::cli::{Exit, Failure, Sentence};
use runtime::texts;
use runtime::web::Lang;

use super::IntakeError;
use crate::content::ContentError;
use crate::ledger::refusal::LedgerRefusal;

texts! {
    NO_RECEIVER = "本节点不是接收机构的节点，或尚未加入枢纽。", "this node is no receiver, or has not joined yet.";
    NO_RECEIVER_NEXT = "接收机构请用 xinqiao-node init --role receiver 建立节点，再用邀请码加入。",
        "A receiver makes its node with  xinqiao-node init --role receiver  and joins by its \
         invite.";
    NOT_ALLOWED = "这个岗位不能办理此事，没有改动任何内容。", "this role may not do that; nothing was changed.";
    NOT_ALLOWED_NEXT = "登记人员办理接收与预约；结果由医生、咨询师或负责人回传；查看记录由负责人。",
        "Intake accepts and appoints; a clinician or the head sends outcomes back; the head reads \
         the log.";
    UNKNOWN = "没有这一份转介。", "there is no such referral here.";
    UNKNOWN_NEXT = "请查看待办：xinqiao-node intake list",
        "Look at the worklist:  xinqiao-node intake list";
    ERASED = "这份转介的内容已经删除。", "what this referral said was erased.";
    ERASED_NEXT = "需要了解情况时，请与学校联系。", "Call the school where you need to know more.";
    LOCKED = "本机从备份恢复过，这份转介是否仍然有效尚未确认，内容已锁定。",
        "this machine was put back from a backup, and it is not known whether this referral still \
         stands: it is locked.";
    LOCKED_NEXT = "学校的节点会自动答复；急需时请致电学校，确认仍然有效后登记：intake stands 编号 --who 姓名",
        "The school's node answers by itself; in a hurry call the school and enter who said that \
         it stands:  intake stands NUMBER --who NAME";
    WITHDRAWN = "家庭已撤回同意，不能再办理；内容已经删除。",
        "the family has withdrawn its consent: nothing more is done, and the content is erased.";
    WITHDRAWN_NEXT = "如依法保留病历，请用 intake kept 说明保留什么、依据什么。",
        "Where the law makes you keep a record, say what and why by  intake kept.";
    NOT_ASKED = "这份转介没有撤回，或已经说明过保留内容。",
        "this referral was not withdrawn, or what is kept was said before.";
    FIELD = "“{0}”没有填写，或填写的内容不可能；没有改动任何内容。",
        "{0} is empty or cannot be right; nothing was changed.";
    FIELD_NEXT = "预约不能早于今天，到诊不能晚于今天；选择“其他”时请写明。",
        "An appointment is not before today and a visit not after; write what 'other' means.";
    NOT_COVERED = "知情同意没有允许回传这些内容，没有发送。",
        "the consent lets no such outcome back; nothing was sent.";
    NOT_COVERED_NEXT = "请只回传“已就诊”，其余内容由家长自行告诉学校，或请学校重新征得同意。",
        "Send back that the child was seen and no more; the family may tell the school itself.";
    TOO_LONG = "写的内容太长，没有发送。", "what was written is too long; nothing was sent.";
    UNREADABLE = "本版本看不懂这份内容。", "this version does not read that content.";
    UPDATE = "请升级软件后再打开。", "Update the program, then open it again.";
    DAY = "日期", "Day";
    PLACE = "地点", "Place";
    NOTE = "说明", "Note";
    OTHER = "建议的接收机构", "Other recipient";
    BY = "接手人", "Who takes over";
    WHO = "学校确认人", "Who at the school";
    DETAIL = "保留的内容", "What is kept";
    NO_STATEMENT = "其中没有现在有效的学校转介密钥或枢纽中转密钥的声明，没有保存。",
        "none of these is a statement that holds about a school's or a relay's key; nothing was \
         kept.";
    NO_STATEMENT_NEXT = "请向区级枢纽索取两部门签署的声明文件。",
        "Ask the district's hub for the statements that both commissions signed.";
}

/// What a field is called where people fill it in; in English by the name of its option.
fn field(name: &'static str, lang: Lang) -> &'static str {
    let label = match name {
        "day" => DAY,
        "place" => PLACE,
        "note" => NOTE,
        "to" => OTHER,
        "by" => BY,
        "who" => WHO,
        "detail" => DETAIL,
        _ => return name,
    };
    if lang == Lang::Zh { label.in_lang(lang) } else { name }
}

impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        let refused = |code, message, next| Self::new(Exit::Refused, code, message).hint(next);
        match error {
            IntakeError::NoReceiver => {
                Self::new(Exit::Refused, "NO_RECEIVER", NO_RECEIVER).hint(NO_RECEIVER_NEXT)
            }
            IntakeError::NotAllowed => refused("INTAKE_ROLE", NOT_ALLOWED, NOT_ALLOWED_NEXT),
            IntakeError::Unknown => {
                Self::new(Exit::NotFound, "INTAKE_UNKNOWN", UNKNOWN).hint(UNKNOWN_NEXT)
            }
            IntakeError::Erased => refused("INTAKE_ERASED", ERASED, ERASED_NEXT),
            IntakeError::Locked => refused("INTAKE_LOCKED", LOCKED, LOCKED_NEXT),
            IntakeError::Withdrawn => refused("INTAKE_WITHDRAWN", WITHDRAWN, WITHDRAWN_NEXT),
            IntakeError::NotAsked => refused("INTAKE_NOT_ASKED", NOT_ASKED, UNKNOWN_NEXT),
            IntakeError::Field(name) => {
                let said = |lang: Lang| FIELD.fill(lang, &[&field(name, lang)]);
                let message = Sentence::pair(said(Lang::Zh), said(Lang::En));
                Self::new(Exit::Usage, "INTAKE_FIELD", message).hint(FIELD_NEXT)
            }
            IntakeError::NotCovered => refused("INTAKE_NOT_COVERED", NOT_COVERED, NOT_COVERED_NEXT),
            IntakeError::Refused(refused) => LedgerRefusal::Referral(refused).into(),
            IntakeError::Content(ContentError::Long) => {
                Self::new(Exit::Usage, "INTAKE_LONG", TOO_LONG)
            }
            IntakeError::Content(_) => {
                Self::new(Exit::Invalid, "INTAKE_CONTENT", UNREADABLE).hint(UPDATE)
            }
            IntakeError::Fhir(error) => error.into(),
            IntakeError::NoStatement => {
                refused("INTAKE_STATEMENT", NO_STATEMENT, NO_STATEMENT_NEXT)
            }
            IntakeError::Card(error) => error.into(),
            IntakeError::Store(error) => error.into(),
        }
    }
}
