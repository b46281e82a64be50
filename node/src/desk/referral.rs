//! What refusals of referrals mean to a person, and what each fact is called where paper and
//! telephone carry it.

use domain::ledger::Word as _;
use domain::referral::{Fact, Refused};
use runtime::cli::{Exit, Sentence};
use runtime::texts;
use runtime::web::{Lang, Text};

use super::said::{Told, no_consent};
use crate::ledger::refusal::{LedgerRefusal, NoExpert};

texts! {
    STATE = "转介现在是“{0}”，不能这样办理；没有写入任何内容。",
        "the referral stands at “{0}”, where this does not happen; nothing was written.";
    STATE_NEXT = "请刷新后按页面上列出的下一步办理。", "Look at it again and take one of the steps on its page.";
    ACTOR = "这一步由另一方办理，没有写入任何内容。",
        "this step is for somebody else to take; nothing was written.";
    ACTOR_NEXT = "请由该方办理，或按其告知的内容登记。", "Let them take it, or note what they told.";
    MISSING = "须先满足：{0}。没有写入任何内容。", "this needs first: {0}; nothing was written.";
    MISSING_NEXT = "请补齐后再办理。", "See to it, then do it again.";
    TWO = "已由另一人批准（不能是选定接收方的人）", "approval by somebody else than who named the recipient";
    TAKEN = "已写明接收方的接手人", "who of the recipient took it";
    CAME = "已写明接收方的确认人", "who of the recipient said that it came";
    LEAST = "学生姓名、性别、出生日期，和一位可以联系的监护人的电话\
         （监护人都不得联系的，先登记打给区级绿色通道、公安或民政的电话）",
        "name, sex and birth date of the student, and the telephone of a guardian who may be \
         called; where none may be, a call to the district's desk, police or civil affairs";
    UNCONSENTED = "没有有效的转介知情同意（{0}）；没有写入，也没有内容离校。",
        "no consent to this referral stands ({0}); nothing was written and nothing left.";
    UNCONSENTED_NEXT = "请在“知情同意”中登记家长对这一接收方的转介同意：\
         用途为转介，接收方代码和名称一致，至少包含身份与原因，签字齐全，附扫描件；同意书有改动的，请再登记一次“已同意”。",
        "Enter the family's consent to a referral to this recipient: for a referral, with the same \
         id and name, at least identity and reason, signed by all who must, with its scan; where \
         the paper was changed, write down once more that consent is given.";
    UNCONFIRMED = "转介内容在登记“已同意”之后又有更正，家长同意的是更正前的内容；没有写入，也没有内容离校。",
        "the referral was put right after the family's consent was confirmed, which was to what \
         it said before; nothing was written and nothing left.";
    UNCONFIRMED_NEXT = "请把更正后的内容告知家长（14 周岁以上的学生本人也要告知），家长仍同意的，再登记一次“已同意”，然后发出。",
        "Tell the family what it says now, and a student of 14 or more too; where they still \
         agree, \
         write down once more that consent is given, then send it.";
    NO_GROUND = "此时没有可以开具转介单的依据，没有显示任何内容。",
        "there is nothing on which the sheet could be made now; nothing was shown.";
    NO_GROUND_NEXT = "请先登记“发出”，写明接手人，再打印；紧急转介可直接打印。",
        "Write down first to whom it is handed, then print it; in an emergency print it at once.";
    UNCALLED = "还没有登记联系监护人的电话（不得联系的监护人除外，可登记区级绿色通道、公安或民政）；没有写入任何内容。",
        "no call to a guardian is noted, or to the district's desk, police or civil affairs where \
         none may be called; nothing was written.";
    UNCALLED_NEXT = "请立即打电话，写明打给谁、是否接通。",
        "Telephone now, and write down whom and whether they answered.";
    UNCONTACTED = "这位监护人不得联系；没有写入任何内容。",
        "this guardian may not be contacted; nothing was written.";
    UNCONTACTED_NEXT = "请改打可以联系的监护人；都不得联系的，打给区级绿色通道、公安或民政。",
        "Call a guardian who may be contacted, or the district's desk, police or civil affairs \
         where none may be.";
    UNSIGNED = "紧急转介没有第二人补签，且已满 30 分钟或家长对这一接收方答复过不同意，不能打印转介单；紧急处置本身继续有效。",
        "no second person has signed, and half an hour has passed or the family said no to this \
         recipient, so the sheet is not printed; the emergency itself goes on.";
    UNSIGNED_NEXT = "请另一位有权会签的人立即补签，再打印。",
        "Have somebody else who may sign do so now, then print it.";
    UNREVIEWED = "您之前的一次紧急转介没有第二人补签，也没有复核，不能再由您单独发起；没有写入任何内容。",
        "an earlier emergency of yours was neither signed by a second person nor reviewed, so you \
         make no other one; nothing was written.";
    UNREVIEWED_NEXT = "请立即打电话处置，由另一位人员发起；并请德育主任复核前一次。",
        "Telephone now, and let somebody else make this one; the head reviews the earlier one.";
    NO_ROAD = "没有该接收方或本区枢纽的有效公钥声明，不能加密发送；没有写入任何内容。",
        "no key statement of this recipient, or of the district's hub, holds, so nothing can be \
         sealed; nothing was written.";
    NO_ROAD_NEXT = "请核对对方的单位代码；名录刚到本校的，几分钟后再试。急需的请改用电话或纸质方式交接，\
                    并请区级部门提供公钥声明。",
        "Check the unit id of the other side; where the directory came just now, try again in a \
         few minutes. In a hurry telephone or hand it over on paper, and ask the district for the \
         key statements.";
    NO_EXPERT = "不能请这位专家：{0}。没有写入任何内容，也没有内容离校。",
        "this expert cannot be asked: {0}; nothing was written and nothing left.";
    NO_EXPERT_NEXT = "请在“转介名录”中选一位面向本校、在有效期内的专家，把其单位代码写入会诊的“校外单位代码”，\
         并就该单位征得家长同意。",
        "Choose an expert for this school in the directory, enter the unit of that one with the \
         consultation, and ask the family about that unit.";
    UNLISTED = "名录中没有这个单位", "no directory lists that unit";
    NOT_EXPERT = "名录中这个单位不是专家", "that unit is listed as no expert";
    UNPAIRED = "这位专家不面向本校", "the expert is paired with other schools";
    NOT_SEALED = "转介未能加密，没有离校；没有写入任何内容。",
        "the referral could not be sealed and has not left; nothing was written.";
    NOT_SEALED_NEXT = "请缩短过长的文字后重新预览；仍不成功的，请打印转介单当面交接。",
        "Shorten what is very long and look at it again; else hand the printed sheet over.";
}

/// What a fact is called where a person hands the paper over.
#[must_use]
pub fn fact(fact: Fact) -> Text {
    match fact {
        Fact::ApproverSigned => TWO,
        Fact::SealedToRecipient => TAKEN,
        Fact::SealVerified => CAME,
        Fact::DataComplete => LEAST,
        _ => {
            let (zh, en) = fact.label();
            Text::new(zh, en)
        }
    }
}

/// Why nobody of a unit may be asked as an expert.
fn no_expert(why: NoExpert) -> Text {
    match why {
        NoExpert::Unlisted => UNLISTED,
        NoExpert::Other => NOT_EXPERT,
        NoExpert::Barred(bar) => {
            let (zh, en) = bar.label();
            Text::new(zh, en)
        }
        NoExpert::Unpaired => UNPAIRED,
    }
}

/// What a refusal means; nothing where it is about something else.
pub(super) fn told(refusal: &LedgerRefusal) -> Option<Told> {
    use LedgerRefusal as R;
    let filled = |text: Text, fill: &dyn Fn(Lang) -> String| {
        let said = |lang| text.fill(lang, &[&fill(lang)]);
        Sentence::pair(said(Lang::Zh), said(Lang::En))
    };
    let exit = Exit::Refused;
    Some(match refusal {
        R::Referral(Refused::State { from }) => {
            let (zh, en) = from.label();
            let name = |lang| Text::new(zh, en).in_lang(lang).to_owned();
            ("REFERRAL_STATE", exit, filled(STATE, &name), STATE_NEXT)
        }
        R::Referral(Refused::Missing(facts)) => {
            let names = |lang: Lang| {
                let all: Vec<_> = facts.iter().map(|one| fact(*one).in_lang(lang)).collect();
                all.join(Text::new("；", "; ").in_lang(lang))
            };
            ("REFERRAL_MISSING", exit, filled(MISSING, &names), MISSING_NEXT)
        }
        R::Referral(_) => ("REFERRAL_ACTOR", exit, ACTOR.into(), ACTOR_NEXT),
        R::Unconsented(why) => {
            let reason = |lang| no_consent(*why).in_lang(lang).to_owned();
            ("NO_CONSENT", exit, filled(UNCONSENTED, &reason), UNCONSENTED_NEXT)
        }
        R::Unconfirmed => ("UNCONFIRMED", exit, UNCONFIRMED.into(), UNCONFIRMED_NEXT),
        R::NoGround => ("NO_GROUND", exit, NO_GROUND.into(), NO_GROUND_NEXT),
        R::Uncalled => ("UNCALLED", exit, UNCALLED.into(), UNCALLED_NEXT),
        R::Uncontacted => ("UNCONTACTED", exit, UNCONTACTED.into(), UNCONTACTED_NEXT),
        R::Unsigned => ("UNSIGNED", exit, UNSIGNED.into(), UNSIGNED_NEXT),
        R::Unreviewed => ("UNREVIEWED", exit, UNREVIEWED.into(), UNREVIEWED_NEXT),
        R::NoRoad => ("NO_ROAD", exit, NO_ROAD.into(), NO_ROAD_NEXT),
        R::NoExpert(why) => {
            let reason = |lang| no_expert(*why).in_lang(lang).to_owned();
            ("NO_EXPERT", exit, filled(NO_EXPERT, &reason), NO_EXPERT_NEXT)
        }
        R::NotSealed => ("NOT_SEALED", exit, NOT_SEALED.into(), NOT_SEALED_NEXT),
        _ => return None,
    })
}
