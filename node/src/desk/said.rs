//! What a refusal of the ledgers means to a person: what happened, what was left untouched, what to
//! do next.

use domain::ledger::case::MoveError;
use domain::ledger::consent::NoConsent;
use domain::ledger::day::DayError;
use domain::ledger::retention::StillKept;
use domain::ledger::{Kind, Word as _};
use jiff::civil::Date;
use runtime::cli::{Exit, Failure, Sentence};
use runtime::texts;
use runtime::web::{Label, Lang, Text};

use super::labels;
use crate::ledger::entry::RecordId;
use crate::ledger::refusal::{Flaw, LedgerRefusal, LineFlaw};
use crate::ledger::tells::Tell;

texts! {
    NOT_ALLOWED = "您的岗位不能这样做，或不能对这名学生这样做；台账没有改动，也没有显示任何内容。",
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
    STANDS = "该生此时已有{0} #{1}（自 {2}），没有再添加。",
        "the student has {0} #{1} from {2} on at that time; nothing was added.";
    STANDS_MENTOR = "换导师请到“导师”页交接；要改这一条，请打开原记录更改。",
        "To change mentors, hand over on the page of mentors; to mend this one, open the record.";
    AGAIN = "当天已有相同的{0} #{1}，仍要再记一次吗？还没有写入。",
        "{0} #{1} says the same of that day; enter it once more? Nothing was written yet.";
    AGAIN_NEXT = "确是另一次，请勾选“仍要再记一次”后提交（终端加 --again）；否则不必再记。",
        "If it is another one, tick “once more” and submit (at the terminal add --again); else \
         leave it.";
    F_EMPTY = "“{0}”为空，台账没有改动。", "“{0}” is empty; the ledger was not changed.";
    F_FUTURE = "“{0}”在现在之后，台账没有改动。",
        "“{0}” lies in the future; the ledger was not changed.";
    F_BEFORE = "“{0}”早于“{1}”，台账没有改动。", "“{0}” lies before “{1}”; the ledger was not changed.";
    F_LIMIT = "“{0}”不在允许的期限内，台账没有改动。",
        "“{0}” is beyond its limit; the ledger was not changed.";
    F_RANGE = "“{0}”应在 {1} 到 {2} 之间，台账没有改动。",
        "“{0}” is from {1} to {2}; the ledger was not changed.";
    F_CLASS = "名册上没有这个班，台账没有改动。", "the roll has no such class; the ledger was not changed.";
    F_CLASS_NEXT = "请按名册上的写法填写年级和班级。", "Write grade and class as the roll has them.";
    F_CASE = "事由选了“预警在册”，但该生没有在册的预警个案；台账没有改动。",
        "the plan is for a listed case, and the student has none open; the ledger was not changed.";
    F_CASE_NEXT = "请先列入预警台账，或改选其他事由。",
        "Enter the student into the early-warning ledger first, or choose another reason.";
    F_BEFORE_CASE = "“{0}”早于个案列入日 {1}，台账没有改动。",
        "“{0}” lies before {1}, when the case was entered; the ledger was not changed.";
    F_DIGEST = "“{0}”不是文件摘要（SHA-256，64 位，只含 0–9、a–f），台账没有改动。",
        "“{0}” is no digest of a file (SHA-256, 64 digits 0–9, a–f); the ledger was not changed.";
    L_RECIPIENT = "事项“{0}”要把信息交给校外，却没有写接收方的代码和名称；没有保存。",
        "“{0}” passes data on and lacks the id or name of the recipient; nothing was saved.";
    L_STAYS = "事项“{0}”的信息不出校，不应写接收方；没有保存。",
        "what “{0}” is about stays in the school and has no recipient; nothing was saved.";
    L_DATA = "事项“{0}”没有选涉及的信息，或重复了；没有保存。",
        "“{0}” names no data or is there twice; nothing was saved.";
    FIELD = "“{0}”为空，或与其他内容不符；台账没有改动。",
        "“{0}” is empty or does not go with the others; the ledger was not changed.";
    FIELD_NEXT = "请改正这一项后再提交。", "Correct it and submit it again.";
    REVIEW_NEXT = "请改正这一项后再提交。下次研判须在今天起的期限内：危机 7 天，重点关注 28 天，一般关注 84 天。",
        "Correct it and submit it again. A next review lies within 7 days from today in a crisis, \
         28 with close attention, 84 with attention.";
    CARD_TELLS = "会诊卡第 {1} 字处写有该生的“{0}”，校外专家凭它就能认出是谁；台账没有改动。",
        "the card gives the student's “{0}” at character {1}, and an expert from outside would \
         know who it is; the ledger was not changed.";
    CARD_TELLS_NEXT = "请删去这一处，用“该生”代替；班级只写学段。",
        "Take it out and write “the student”; give the stage instead of the class.";
    TELLS = "教学案例里有能认出人的字词：{0}。没有写入，您填写的内容还在表单里。",
        "the teaching case has words that tell a person: {0}. Nothing was written, and what you \
         typed is still in the form.";
    TELLS_AT = "“{0}”第 {1} 字“{2}”（{3}）", "{0}, character {1}: “{2}” ({3})";
    TELLS_NEXT = "请改写后再保存：用“该生”“母亲”“班主任老师”代替姓名，班级只写学段，日期只写到月。",
        "Write “the student”, “the mother”, the stage instead of the class, and months instead of \
         days; then save again.";
    TOO_LONG = "“{0}”过长，台账没有改动。", "“{0}” is too long; the ledger was not changed.";
    TOO_LONG_NEXT = "请缩短到 8192 字节以内。", "Shorten it to 8192 bytes.";
    UNLINKED = "这个账号没有对应到教职工，无法确认是哪一位；台账没有改动。",
        "this account is not linked to a member of staff, so nobody knows who it is; nothing was \
         changed.";
    UNLINKED_NEXT = "请在“账号”页填教职工号申请对应，由另一位管理人员确认。",
        "Ask on the page of accounts to be linked to the staff roll; another person of the \
         office agrees.";
    ONE_HAND = "两个账号中有一个是由一个人单独新建、改岗位或发密码的，不能算作另一位人员；没有改动任何内容。",
        "one of the two accounts was made, linked or given its password by one person alone, so it \
         does not count as another person; nothing was changed.";
    ONE_HAND_NEXT = "请在“账号”页由两人为该账号“申请重新开通”，本人重新登录后再办理。",
        "Have two persons open that account anew on the page of accounts, then do it again.";
    CHANGED = "这条记录在您查看之后又被修改过；台账没有改动。",
        "somebody has changed the record since it was looked at; nothing was changed.";
    CHANGED_NEXT = "请重新查看后再处理。", "Look at it again, then decide.";
    ANNULLED = "这条登记已经作废，没有再改动。", "the entry is annulled already; nothing was changed.";
    ANNULLED_NEXT = "要恢复，请在它的页面上选一个版本“恢复到这一版”。",
        "To bring it back, choose one of its versions on its page.";
    NEVER_ANNULLED = "这种登记不能作废，台账没有改动。",
        "an entry of this kind is never annulled; the ledger was not changed.";
    NEVER_ANNULLED_NEXT = "请更正内容，或按它自己的方式结束（如取消、撤回、撤销、填写截止日期）。",
        "Correct it, or end it as its kind ends: cancelled, withdrawn, revoked, or with its last \
         day.";
    UNSETTLED = "这条登记有两个版本等待裁定，没有作废。",
        "two versions of the entry wait to be settled; it was not annulled.";
    UNSETTLED_NEXT = "请先裁定，再作废。", "Settle them first, then annul it.";
    NAMED = "还有登记（{0}）与它关联，没有作废。", "entries ({0}) name it; it was not annulled.";
    NAMED_NEXT = "请先作废或更正与它关联的登记。", "Annul or correct those first.";
    TABLE_BUILT_ON = "这张表里有登记在导入之后被更改过，不能再整张撤回；没有改动任何内容。",
        "an entry of that table was changed since; the table cannot be taken back as a whole, \
         nothing was changed.";
    TABLE_BUILT_ON_NEXT = "请在台账中逐条作废。", "Annul its entries one by one in the ledger.";
    TIME_OF_TALK = "这名学生当天有危险条目，需要访谈时间才知道是否已就此谈过；没有写入任何内容。",
        "a critical answer of this student was given on that day, and only the time of the talk \
         says whether it was spoken about; nothing was written.";
    TIME_OF_TALK_NEXT = "请填写访谈的时间（时:分）。访谈在前的，该条目会继续提示。",
        "Give the time of the talk. An answer given after it keeps calling.";
    OWN_ACT = "这种记录有专门的办理方式，不能直接填写；台账没有改动。",
        "this is written by an act of its own; the ledger was not changed.";
    OWN_ACT_NEXT = "预警个案请在“预警台账”页办理。",
        "For cases use the page of early warnings.";
    NOT_AUTHOR = "只有填写人可以更改，台账没有改动。",
        "only its author may change it; the ledger was not changed.";
    NOT_AUTHOR_NEXT = "请由填写人更改。", "Ask its author.";
    SAME_PERSON = "第二人必须是另一个人，台账没有改动。",
        "the second person must be somebody else; the ledger was not changed.";
    SAME_PERSON_NEXT = "请由另一位有权会签的人用本人账号办理。",
        "Somebody else who may sign does it with an account of their own.";
    MOVE_WAITS = "该个案已有一项待签的降级、解除或转出（#{0}），没有再提出一项。",
        "a lowering or leaving of the case, #{0}, waits for its second person already; no other \
         was asked for.";
    MOVE_WAITS_NEXT = "请另一人先签署那一项（同意或不同意），再提出新的。",
        "Somebody else signs that one first, with yes or no; then ask anew.";
    OTHER_STUDENT = "“{0}” #{1} 不是这名学生的，台账没有改动。",
        "“{0}” #{1} is about another student; the ledger was not changed.";
    OTHER_STUDENT_NEXT = "请核对学生，或选这名学生自己的那一条。",
        "Check the student, or choose the record of this one.";
    NOT_WAITING = "这一项没有在等人办理（可能已经办完），台账没有改动。",
        "it does not wait for anybody, perhaps it is done; the ledger was not changed.";
    NOT_WAITING_NEXT = "请刷新后再看。", "Look at the list again.";
    NOT_MOVED_IN = "没有登记过这名学生从外校转入，个案未列入台账；没有写入任何内容。",
        "no coming of this student from another school is entered; the case was not entered \
         either.";
    NOT_MOVED_IN_NEXT = "请先在“名册变动”中登记转入；若个案不是由原学校移交的，请选“列入”。",
        "Enter the coming under changes of the roll first; a case that no school handed over is \
         “entered”.";
    ON_ROLL = "该生已在本校名册上，没有再登记转入。",
        "the student is on the roll already; no coming was entered.";
    ON_ROLL_NEXT = "请核对学籍号；若要改正年级、班级等，请用“更正”。",
        "Check the student number; to mend grade or class use a correction.";
    NOT_ON_ROLL = "该生不在本校名册上（可能已离校），台账没有改动。",
        "the student is not on the roll, perhaps has left; nothing was changed.";
    NOT_ON_ROLL_NEXT = "请核对学籍号；若该生回校，请登记“转入”。",
        "Check the student number; if the student is back, enter a coming.";
    TURNED = "该学年的名册已经就位（已升级，或已导入新学年名册），没有再升级。",
        "the roll stands for that school year already, by a turn or by a roster; nobody was moved.";
    TURNED_NEXT = "请核对升级日期；若要撤销上一次升级，请到“名册变动”页。",
        "Check the day; the last turn is undone on the page of the roll.";
    BUILT_ON = "升级之后已有新的登记（名册、筛查或学生记录），不能再整体撤销；没有改动任何内容。",
        "the roll, a screening or a student's record was written since the turn; it cannot be \
         undone as a whole, nothing was changed.";
    IMPORT_BUILT_ON = "导入之后已有新的登记（其他文件、普测结束或有关人员的记录），不能再整体撤回；没有改动任何内容。",
        "another file, a closed screening or a record of somebody in it was written on that import \
         since; it cannot be taken back as a whole, nothing was changed.";
    IMPORT_BUILT_ON_NEXT = "请导入一份正确的文件；学生也可在“名册变动”中逐个更正。",
        "Import a file that is right; students can also be mended under changes of the roll.";
    BUILT_ON_NEXT = "请逐个更正：学生的年级、班级可在“名册变动”中更正。",
        "Mend single students: grade and class can be corrected under changes of the roll.";
    CASE_NOT_OPEN = "该个案不在册，台账没有改动。",
        "the case is not open; the ledger was not changed.";
    CASE_OPEN = "该个案已在册，台账没有改动。", "the case is open already; nothing was changed.";
    CASE_DIRECTION = "级别没有朝这个方向变化（可能已被他人改动），台账没有改动。",
        "the tier does not change in that direction, perhaps somebody changed it; nothing was \
         changed.";
    CASE_TIER = "这种变动与所选级别不符，台账没有改动。",
        "this move does not go with that tier; the ledger was not changed.";
    CASE_NEXT = "请核对该个案现在的级别后再提交。", "Look at the present tier and submit again.";
    CONSENT = "没有对这一用途、接收方和信息的有效同意（{0}），台账没有改动。",
        "no consent to this purpose, recipient and data stands ({0}); the ledger was not changed.";
    CONSENT_NEXT = "请核对签字人、接收方、用途和期限。",
        "Check who signed, for whom, for what and until when.";
    OUTSIDERS = "监护人没有同意该校外单位参加会诊（{0}），个案没有登记。",
        "the family has not agreed to a consultation with that unit ({0}); the case was not \
         entered.";
    OUTSIDERS_NEXT = "请先征得书面同意，接收方与会诊的校外单位一致；来不及征求的，请写明紧急情形。",
        "Ask the family in writing first, with the same unit as recipient; where there is no time \
         for that, write down the emergency.";
    CONSENT_UNANSWERED = "已询问，尚未答复", "asked, not answered";
    CONSENT_BLANK = "空白回执不是同意", "a blank form is no consent";
    CONSENT_REFUSED = "家长不同意", "refused";
    CONSENT_ON_HOLD = "另一监护人书面反对，暂缓", "on hold: the other guardian objects";
    CONSENT_WITHDRAWN = "已撤回", "withdrawn";
    CONSENT_ORAL = "口头答复不是同意", "a spoken yes is no consent";
    CONSENT_EVIDENCE = "没有签字原件的扫描件", "the signed form or the recording is missing";
    CONSENT_SIGNATURE = "缺少该年龄必须的签字（8 岁以上不满 14 岁：监护人；14 岁以上：监护人和本人；18 岁以上：本人）",
        "a signature that the age asks for is missing: under 14 the guardian, from 14 both, \
         from 18 the student";
    CONSENT_VIEW = "8–13 岁须询问并写下孩子的想法", "from 8 to 13 the child's view is asked and noted";
    CONSENT_PURPOSE = "同意的是另一事项", "the consent is for another purpose";
    CONSENT_NOBODY = "没有写明接收方", "it names no recipient";
    CONSENT_RECIPIENT = "同意的是另一接收方", "the consent names another recipient";
    CONSENT_DATA = "同意不包含这类信息", "the consent does not cover this kind of data";
    CONSENT_EARLY = "尚未到有效期", "not valid yet";
    CONSENT_EXPIRED = "已过有效期", "the consent has run out";
    CONSENT_LEFT = "该生曾离校后返校，离校前的同意不再有效，须重新征求",
        "it was given before the student left and came back; the family is asked anew";
    CONSENT_SUSPECTED = "签字人是不得联系的监护人", "a guardian who may not be asked signed it";
    OWN_SESSION = "受督导辅导的签字不能由本人登记，台账没有改动。",
        "nobody enters the supervisor's signature under a session of the own; the ledger was not \
         changed.";
    OWN_SESSION_NEXT = "请填写督导签字单扫描件的摘要，或由另一位教职工核对签字后登记；也可先不填签字日期。",
        "Give the digest of the sheet that the supervisor signed, or have another member of staff \
         enter it; the day of signing may be left empty until then.";
    NO_SUPERVISOR = "这一天没有登记该姓名的督导专家，签字没有登记。",
        "no supervisor of that name was named for that day; the signature was not entered.";
    NO_SUPERVISOR_NEXT = "请先在“培训与持证”登记该心理教师的督导专家（姓名写法须一致）。",
        "First enter the counsellor's supervisor under training and certificates, with the name \
         written the same way.";
    CERTIFICATE = "还不具备发证条件，没有发证。", "something is missing; no certificate was issued.";
    CERTIFICATE_NEXT = "需要 10 次个体、3 次团体受督导辅导（督导签字）并通过考核。",
        "It needs 10 individual and 3 group sessions signed by the supervisor, and the test.";
    KEPT_ON_ROLL = "该生仍在校，不能销毁。", "the student is still on the roll.";
    KEPT_CASE = "该生仍有在册预警个案、未办结的转介，或机构尚未归还、删除的资料，不能销毁。",
        "a case or referral of the student is open, or an agency holds data.";
    KEPT_HOLD = "该生的记录依法留存中，不能销毁。", "a legal hold stands over the record.";
    KEPT_FIGURES = "该生最后一个学年的报表尚未截止，不能销毁。",
        "the student's last school year can still be reported.";
    KEPT_UNTIL = "该生最后一个学年的报表到 {0} 才截止，之前不能销毁。",
        "the student's last school year can be reported until {0}.";
    KEPT_TERM = "保存期限未满，不能销毁。", "the term of keeping is not over.";
    KEPT_ALWAYS = "销毁审批单和销毁证明永久保存。", "orders and certificates of destruction are kept for ever.";
    ROWS_SHEET = "筛查答卷", "Screening sheets";
    ROWS_ROLL = "名册记录", "Lines of the roll";
    ROWS_READS = "查阅记录中的文字说明（查阅人、时间保留）",
        "Readers' own words in the log of reads; who and when stay";
    ROWS_REQUESTS = "查阅申请中的学籍号和理由", "Numbers and reasons in requests for access";
    ROWS_PARTICIPANT = "筛查参加记录", "Taking part in a screening";
    ROWS_EVENTS = "筛查过程记录", "What happened in a screening";
    ROWS_DRAFTS = "未交答卷", "Answers not handed in";
    ROWS_PAPER = "纸质答卷录入", "Sheets of paper as typed";
    ROWS_ANSWERING = "答题会话", "Sessions of answering";
    ROWS_MOVES = "转学交接", "Transfers between schools";
    ROWS_MOVE_DRAFTS = "未提出的转学交接", "Transfers that were not offered";
    KEPT_NEXT = "没有销毁任何记录。请在期满、个案移出或解除留存后再办理。",
        "Nothing was destroyed. Do it after its term, or once the case is out or the hold lifted.";
}

/// That entries of a kind name it, by what people call the kind.
fn named((zh, en): (&str, &str)) -> Sentence {
    Sentence::pair(NAMED.fill(Lang::Zh, &[&zh]), NAMED.fill(Lang::En, &[&en]))
}

fn field(text: Text, name: &'static str) -> Sentence {
    let fill = |lang| text.fill(lang, &[&labels::of(name, lang)]);
    Sentence::pair(fill(Lang::Zh), fill(Lang::En))
}

/// Code, exit, what happened, what to do next.
pub(super) type Told = (&'static str, Exit, Sentence, Text);

/// What a refusal means; nothing where the store is at fault.
fn told(refusal: &LedgerRefusal) -> Option<Told> {
    use LedgerRefusal as R;
    let (code, exit, what, next): (_, _, Sentence, _) = match refusal {
        R::NotAllowed => ("NOT_ALLOWED", Exit::Refused, NOT_ALLOWED.into(), NOT_ALLOWED_NEXT),
        R::Reason => ("REASON", Exit::Invalid, REASON.into(), REASON_NEXT),
        R::Day(error) => ("DAY", Exit::Invalid, day(error).into(), DAY_NEXT),
        R::Unknown => ("RECORD_UNKNOWN", Exit::NotFound, UNKNOWN.into(), UNKNOWN_NEXT),
        R::Destroyed => ("DESTROYED", Exit::NotFound, DESTROYED.into(), DESTROYED_NEXT),
        R::Double => ("DOUBLE", Exit::Refused, DOUBLE.into(), DOUBLE_NEXT),
        R::Stands(..) | R::Again(..) | R::Flawed(..) | R::Line(..) => return known(refusal),
        R::Field(name) => ("FIELD", Exit::Invalid, field(FIELD, name), FIELD_NEXT),
        R::TooLong(name) => ("TOO_LONG", Exit::Invalid, field(TOO_LONG, name), TOO_LONG_NEXT),
        R::Annulled => ("ANNULLED", Exit::Refused, ANNULLED.into(), ANNULLED_NEXT),
        R::NeverAnnulled => {
            ("NEVER_ANNULLED", Exit::Refused, NEVER_ANNULLED.into(), NEVER_ANNULLED_NEXT)
        }
        R::Unsettled => ("UNSETTLED", Exit::Refused, UNSETTLED.into(), UNSETTLED_NEXT),
        R::Named(kind) => ("NAMED", Exit::Refused, named(kind.label()), NAMED_NEXT),
        R::TimeOfTalk => ("TIME_OF_TALK", Exit::Refused, TIME_OF_TALK.into(), TIME_OF_TALK_NEXT),
        R::OwnAct => ("OWN_ACT", Exit::Refused, OWN_ACT.into(), OWN_ACT_NEXT),
        R::NotAuthor => ("NOT_AUTHOR", Exit::Refused, NOT_AUTHOR.into(), NOT_AUTHOR_NEXT),
        R::SamePerson => ("SAME_PERSON", Exit::Refused, SAME_PERSON.into(), SAME_PERSON_NEXT),
        R::Unlinked => ("UNLINKED", Exit::Refused, UNLINKED.into(), UNLINKED_NEXT),
        R::OneHand => ("ONE_HAND", Exit::Refused, ONE_HAND.into(), ONE_HAND_NEXT),
        R::Changed => ("CHANGED", Exit::Refused, CHANGED.into(), CHANGED_NEXT),
        R::NotWaiting => ("NOT_WAITING", Exit::Refused, NOT_WAITING.into(), NOT_WAITING_NEXT),
        R::NotMovedIn => ("NOT_MOVED_IN", Exit::Refused, NOT_MOVED_IN.into(), NOT_MOVED_IN_NEXT),
        R::OnRoll => ("ON_ROLL", Exit::Refused, ON_ROLL.into(), ON_ROLL_NEXT),
        R::NotOnRoll => ("NOT_ON_ROLL", Exit::Refused, NOT_ON_ROLL.into(), NOT_ON_ROLL_NEXT),
        R::Turned => ("TURNED", Exit::Refused, TURNED.into(), TURNED_NEXT),
        R::BuiltOn => ("BUILT_ON", Exit::Refused, BUILT_ON.into(), BUILT_ON_NEXT),
        R::MoveWaits(_)
        | R::OtherStudent(..)
        | R::TableBuiltOn
        | R::ImportBuiltOn
        | R::Move(_)
        | R::Consent(_)
        | R::Agency(_)
        | R::Outsiders(_)
        | R::OwnSession
        | R::CardTells { .. }
        | R::Tells(_)
        | R::Referral(_)
        | R::Unconsented(_)
        | R::Unconfirmed
        | R::NoGround
        | R::Uncalled
        | R::Uncontacted
        | R::Unsigned
        | R::Unreviewed
        | R::NoRoad
        | R::NoExpert(_)
        | R::NotSealed
        | R::NoSupervisor
        | R::Certificate(_)
        | R::Kept(_) => return vouched(refusal),
        R::Store(_) => return None,
    };
    Some((code, exit, what, next))
}

/// As [`told`], where it is known which record or field stands in the way.
fn known(refusal: &LedgerRefusal) -> Option<Told> {
    use LedgerRefusal as R;
    Some(match refusal {
        R::Stands(kind, RecordId(record), from) => {
            let (zh, en) = kind.label();
            let what = Sentence::pair(
                STANDS.fill(Lang::Zh, &[&zh, record, from]),
                STANDS.fill(Lang::En, &[&en, record, from]),
            );
            let next = if *kind == Kind::Mentor { STANDS_MENTOR } else { DOUBLE_NEXT };
            ("DOUBLE", Exit::Refused, what, next)
        }
        R::Again(kind, RecordId(record)) => {
            let (zh, en) = kind.label();
            let what = Sentence::pair(
                AGAIN.fill(Lang::Zh, &[&zh, record]),
                AGAIN.fill(Lang::En, &[&en, record]),
            );
            ("AGAIN", Exit::Refused, what, AGAIN_NEXT)
        }
        R::Flawed(name, flaw) => flawed(name, *flaw),
        R::Line(purpose, flaw) => {
            let text = match flaw {
                LineFlaw::Recipient => L_RECIPIENT,
                LineFlaw::NoRecipient => L_STAYS,
                LineFlaw::Data => L_DATA,
            };
            let (zh, en) = purpose.label();
            let what = Sentence::pair(text.fill(Lang::Zh, &[&zh]), text.fill(Lang::En, &[&en]));
            ("FIELD", Exit::Invalid, what, FIELD_NEXT)
        }
        _ => return None,
    })
}

fn flawed(name: &'static str, flaw: Flaw) -> Told {
    let said = |text: Text, more: &dyn Fn(Lang) -> Vec<String>| {
        let fill = |lang: Lang| {
            let mut values = vec![labels::of(name, lang).to_owned()];
            values.extend(more(lang));
            let values: Vec<&dyn std::fmt::Display> =
                values.iter().map(|value| value as &dyn std::fmt::Display).collect();
            text.fill(lang, &values)
        };
        Sentence::pair(fill(Lang::Zh), fill(Lang::En))
    };
    let nothing = |_: Lang| Vec::new();
    let next = if name == "next_review" { REVIEW_NEXT } else { FIELD_NEXT };
    let (what, next) = match flaw {
        Flaw::Empty => (said(F_EMPTY, &nothing), next),
        Flaw::Future => (said(F_FUTURE, &nothing), next),
        Flaw::Limit => (said(F_LIMIT, &nothing), next),
        Flaw::Before(other) => {
            let other = |lang| vec![labels::of(other, lang).to_owned()];
            (said(F_BEFORE, &other), next)
        }
        Flaw::BeforeCase(day) => (said(F_BEFORE_CASE, &|_| vec![day.to_string()]), next),
        Flaw::Digest => (said(F_DIGEST, &nothing), next),
        Flaw::Range(from, to) => (said(F_RANGE, &|_| vec![from.to_string(), to.to_string()]), next),
        Flaw::NoClass => (Sentence::from(F_CLASS), F_CLASS_NEXT),
        Flaw::NoCase => (Sentence::from(F_CASE), F_CASE_NEXT),
    };
    ("FIELD", Exit::Invalid, what, next)
}

/// As [`told`], of what was built on, of cases, and of what somebody has to vouch for.
fn vouched(refusal: &LedgerRefusal) -> Option<Told> {
    use LedgerRefusal as R;
    Some(match refusal {
        R::MoveWaits(RecordId(waiting)) => {
            let what = Sentence::new(MOVE_WAITS, &[waiting]);
            ("MOVE_WAITS", Exit::Refused, what, MOVE_WAITS_NEXT)
        }
        R::OtherStudent(name, RecordId(record)) => {
            let fill = |lang| OTHER_STUDENT.fill(lang, &[&labels::of(name, lang), record]);
            let what = Sentence::pair(fill(Lang::Zh), fill(Lang::En));
            ("OTHER_STUDENT", Exit::Refused, what, OTHER_STUDENT_NEXT)
        }
        R::TableBuiltOn => {
            ("TABLE_BUILT_ON", Exit::Refused, TABLE_BUILT_ON.into(), TABLE_BUILT_ON_NEXT)
        }
        R::ImportBuiltOn => {
            ("IMPORT_BUILT_ON", Exit::Refused, IMPORT_BUILT_ON.into(), IMPORT_BUILT_ON_NEXT)
        }
        R::Move(error) => ("MOVE", Exit::Refused, moved(error).into(), CASE_NEXT),
        R::Consent(why) => {
            let fill = |lang| CONSENT.fill(lang, &[&no_consent(*why).in_lang(lang)]);
            let what = Sentence::pair(fill(Lang::Zh), fill(Lang::En));
            ("NO_CONSENT", Exit::Refused, what, CONSENT_NEXT)
        }
        R::Agency(bar) => super::agency::told(*bar),
        R::Outsiders(why) => {
            let fill = |lang| OUTSIDERS.fill(lang, &[&no_consent(*why).in_lang(lang)]);
            let what = Sentence::pair(fill(Lang::Zh), fill(Lang::En));
            ("NO_CONSENT", Exit::Refused, what, OUTSIDERS_NEXT)
        }
        R::CardTells { field, at } => {
            let name = on_card(field);
            let fill = |lang| CARD_TELLS.fill(lang, &[&name.in_lang(lang), at]);
            let what = Sentence::pair(fill(Lang::Zh), fill(Lang::En));
            ("CARD_TELLS", Exit::Refused, what, CARD_TELLS_NEXT)
        }
        R::Tells(told) => {
            let fill = |lang| TELLS.with(lang, places(told, lang));
            (
                "TEXT_TELLS",
                Exit::Refused,
                Sentence::pair(fill(Lang::Zh), fill(Lang::En)),
                TELLS_NEXT,
            )
        }
        R::OwnSession => ("OWN_SESSION", Exit::Refused, OWN_SESSION.into(), OWN_SESSION_NEXT),
        R::NoSupervisor => {
            ("NO_SUPERVISOR", Exit::Refused, NO_SUPERVISOR.into(), NO_SUPERVISOR_NEXT)
        }
        R::Certificate(_) => ("CERTIFICATE", Exit::Refused, CERTIFICATE.into(), CERTIFICATE_NEXT),
        R::Kept(still) => ("KEPT", Exit::Refused, kept(*still).into(), KEPT_NEXT),
        other => return super::referral::told(other),
    })
}

/// Where a text tells somebody, and by which words.
fn places(told: &[Tell], lang: Lang) -> String {
    let place = |one: &Tell| {
        let section = labels::of(one.section, lang);
        let what = match one.what {
            "student_name" => Label::new("学生姓名", "a student's name"),
            "staff_name" => Label::new("教职工姓名", "a staff name"),
            "date" => Label::new("具体日期", "a day"),
            "phone" => Label::new("电话", "a telephone"),
            other => on_card(other),
        };
        TELLS_AT.fill(lang, &[&section, &one.at, &one.words.as_str(), &what.in_lang(lang)])
    };
    let joint = if lang == Lang::Zh { "；" } else { "; " };
    told.iter().map(place).collect::<Vec<_>>().join(joint)
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

/// What keeps a record, in one sentence; pages and certificates say it too.
#[must_use]
pub const fn kept(still: StillKept) -> Text {
    match still {
        StillKept::OnRoll => KEPT_ON_ROLL,
        StillKept::OpenCase => KEPT_CASE,
        StillKept::Hold => KEPT_HOLD,
        StillKept::Figures => KEPT_FIGURES,
        StillKept::Always => KEPT_ALWAYS,
        _ => KEPT_TERM,
    }
}

/// As [`kept`], with the last day of what ends by itself.
#[must_use]
pub fn kept_until(still: StillKept, closes: Date, lang: Lang) -> String {
    match still {
        StillKept::Figures => KEPT_UNTIL.with(lang, closes),
        other => kept(other).in_lang(lang).to_owned(),
    }
}

/// Why a paper is no consent, in a few words.
#[must_use]
pub const fn no_consent(reason: NoConsent) -> Text {
    match reason {
        NoConsent::Blank => CONSENT_BLANK,
        NoConsent::Refused => CONSENT_REFUSED,
        NoConsent::OnHold => CONSENT_ON_HOLD,
        NoConsent::Withdrawn => CONSENT_WITHDRAWN,
        NoConsent::Oral => CONSENT_ORAL,
        NoConsent::NoEvidence => CONSENT_EVIDENCE,
        NoConsent::Signature => CONSENT_SIGNATURE,
        NoConsent::ChildView => CONSENT_VIEW,
        NoConsent::OtherPurpose => CONSENT_PURPOSE,
        NoConsent::NoRecipient => CONSENT_NOBODY,
        NoConsent::OtherRecipient => CONSENT_RECIPIENT,
        NoConsent::OtherData => CONSENT_DATA,
        NoConsent::TooEarly => CONSENT_EARLY,
        NoConsent::Expired => CONSENT_EXPIRED,
        NoConsent::Left => CONSENT_LEFT,
        NoConsent::Suspected => CONSENT_SUSPECTED,
        _ => CONSENT_UNANSWERED,
    }
}

/// What a line of a certificate of destruction counts.
#[must_use]
pub fn destroyed_rows(what: &str, lang: Lang) -> String {
    let text = match what {
        "sheet" => ROWS_SHEET,
        "student_version" => ROWS_ROLL,
        "access_log" => ROWS_READS,
        "access_request" => ROWS_REQUESTS,
        "participant" => ROWS_PARTICIPANT,
        "participant_event" => ROWS_EVENTS,
        "draft" => ROWS_DRAFTS,
        "paper_entry" => ROWS_PAPER,
        "answer_session" => ROWS_ANSWERING,
        "school_move" => ROWS_MOVES,
        "school_move_draft" => ROWS_MOVE_DRAFTS,
        other => {
            let (zh, en) = Kind::from_word(other).map_or((what, what), |kind| kind.label());
            return match lang {
                Lang::Zh => zh.to_owned(),
                Lang::En => en.to_owned(),
            };
        }
    };
    text.in_lang(lang).to_owned()
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
