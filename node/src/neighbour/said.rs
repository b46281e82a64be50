//! Why something about a notice was refused, and what a notice and its answers say, as people read
//! it. No refusal names a child.

use domain::ledger::Word as _;
use runtime::cli::{Exit, Failure, Sentence};
use runtime::texts;
use runtime::web::{Lang, Text, time};

use super::NeighbourError;
use crate::content::{
    Contact, ContentError, HandOffContent, Notice, Reply, ReportContent, TipContent,
};
use crate::ledger::neighbour::Answer;

texts! {
    NOT_ALLOWED = "这个岗位不能办理此事，没有改动任何内容。", "this role may not do that; nothing was changed.";
    NOT_ALLOWED_NEXT = "强制报告由心理教师或德育主任起草；外部线索由德育主任或其指定的心理教师办理；\
                        热线转介由心理教师办理。",
        "Counsellor and moral-education head write duty reports; tips are the head's, or of whom \
         the head named; a hotline's callers are the counsellor's.";
    UNKNOWN = "没有这一份。", "there is no such notice here.";
    ERASED = "内容已经删除。", "what it said was erased.";
    FIELD = "“{0}”没有填写，或填写的内容不可能；没有改动任何内容。",
        "{0} is empty or cannot be right; nothing was changed.";
    FIELD_NEXT = "请检查所填内容；日期不能晚于今天；来电人没有同意的，只有存在危险才能转介。",
        "Look at what was filled in; a day is not after today, and without the caller's word only \
         danger carries a hand-off.";
    WRONG_OFFICE = "名录中没有这个可受理强制报告的公安或民政单位，没有保存。",
        "no directory lists that unit as a police or civil-affairs desk; nothing was kept.";
    WRONG_OFFICE_NEXT = "请从名录中另选；情况紧急请立即拨打 110。",
        "Choose one from the directory; where it is urgent telephone 110 now.";
    NO_ROAD = "没有现在有效的对方或枢纽公钥声明，不能加密发送。",
        "no statement about the recipient's key or the relay's holds; nothing can be sealed.";
    NO_ROAD_NEXT = "请先电话告知，并向区级枢纽索取两部门签署的公钥声明。",
        "Telephone first, and ask the district's hub for statements signed by both commissions.";
    CHANGED = "台账、名录或内容与所示的已不一致，没有发出。",
        "ledger, directory or content say something else than was shown; nothing was sent.";
    CHANGED_NEXT = "请重新起草并核对后再发。", "Write it again, look at it, then send it.";
    SECOND = "起草人不能独自发出强制报告，没有发出。",
        "whoever wrote a duty report does not send it alone; nothing was sent.";
    SECOND_NEXT = "请德育主任核准，或由另一位有权的教师核对后发出；情况紧急请先拨打 110。",
        "Let the head approve it, or another who may; where it is urgent telephone 110 first.";
    SENT = "已经发出，不能再改。", "it was sent and is not changed any more.";
    SENT_NEXT = "有新情况请另写一份，或致电对方。", "Write another one for what is new, or telephone.";
    NOT_ASKED = "现在不能这样答复，没有改动任何内容。",
        "it is not answered so now; nothing was changed.";
    NOT_ASKED_NEXT = "请先签收，再答复；已经办结的不再答复。",
        "Acknowledge first, then answer; what has ended is answered no more.";
    NOT_SEALED = "加密没有完成，没有发出。", "it was not sealed; nothing was sent.";
    TOO_LONG = "写的内容太长，没有保存。", "what was written is too long; nothing was kept.";
    UNREADABLE = "本版本看不懂这份内容。", "this version does not read that content.";
    UPDATE = "请升级软件后再打开。", "Update the program, then open it again.";

    FROM = "来自", "From";
    TO = "发往", "To";
    WRITTEN = "书写时间", "Written";
    CHILD = "学生", "Child";
    BIRTH = "出生日期", "Born";
    HARM = "报告情形", "What is reported";
    SUSPICION = "是否怀疑监护人", "Whether a guardian is suspected";
    FOUND_BY = "发现人", "Found by";
    FOUND_ON = "发现日期", "Found on";
    SEEN = "所见所闻", "What was seen or heard";
    DONE = "已采取的措施", "What was done at once";
    ABOUT = "线索类别", "What it is about";
    SAID = "线索内容", "What is known";
    NAME_GIVEN = "来电人自称", "Name as given";
    REACH = "联系方式", "How the caller is reached";
    DANGER = "是否有危险", "Whether in danger";
    GROUND = "转介依据", "On what it stands";
    AGREED = "已约定事项", "What was agreed";
    SCHOOL = "学校的单位编号", "Unit id of the school";
    RELAY = "学校所属枢纽", "Hub of the school";
    DAY = "日期", "Day";
    PHONE = "电话", "Telephone";
    NOBODY = "（不涉及某一名学生）", "(about no single student)";
    RECEIPT = "{0}，收件编号 {1}", "{0}, receipt {1}";
    HANDLED = "{0}：{1}（{2}）", "{0}: {1} ({2})";
    MORE = "{0}：{1}", "{0}: {1}";
}

/// What a field is called where people fill it in; in English by the name of its option.
fn field(name: &'static str, lang: Lang) -> &'static str {
    let label = match name {
        "school" => SCHOOL,
        "relay" => RELAY,
        "student" | "child" => CHILD,
        "day" => DAY,
        "found_by" => FOUND_BY,
        "found_on" => FOUND_ON,
        "seen" => SEEN,
        "done" => DONE,
        "said" => SAID,
        "name" => NAME_GIVEN,
        "reach" => REACH,
        "ground" => GROUND,
        "agreed" => AGREED,
        "phone" => PHONE,
        _ => return name,
    };
    if lang == Lang::Zh { label.in_lang(lang) } else { name }
}

impl From<NeighbourError> for Failure {
    fn from(error: NeighbourError) -> Self {
        let refused = |code, message, next| Self::new(Exit::Refused, code, message).hint(next);
        match error {
            NeighbourError::NotAllowed => refused("NOTICE_ROLE", NOT_ALLOWED, NOT_ALLOWED_NEXT),
            NeighbourError::Unknown => Self::new(Exit::NotFound, "NOTICE_UNKNOWN", UNKNOWN),
            NeighbourError::Erased => Self::new(Exit::Refused, "NOTICE_ERASED", ERASED),
            NeighbourError::Field(name) => {
                let said = |lang: Lang| FIELD.fill(lang, &[&field(name, lang)]);
                let message = Sentence::pair(said(Lang::Zh), said(Lang::En));
                Self::new(Exit::Usage, "NOTICE_FIELD", message).hint(FIELD_NEXT)
            }
            NeighbourError::WrongOffice => refused("OFFICE", WRONG_OFFICE, WRONG_OFFICE_NEXT),
            NeighbourError::NoRoad => refused("NOTICE_ROAD", NO_ROAD, NO_ROAD_NEXT),
            NeighbourError::Changed => refused("NOTICE_CHANGED", CHANGED, CHANGED_NEXT),
            NeighbourError::Second => refused("NOTICE_SECOND", SECOND, SECOND_NEXT),
            NeighbourError::Sent => refused("NOTICE_SENT", SENT, SENT_NEXT),
            NeighbourError::NotAsked => refused("NOTICE_NOT_ASKED", NOT_ASKED, NOT_ASKED_NEXT),
            NeighbourError::NotSealed => Self::new(Exit::Failed, "NOTICE_SEALED", NOT_SEALED),
            NeighbourError::Content(ContentError::Long) => {
                Self::new(Exit::Usage, "NOTICE_LONG", TOO_LONG)
            }
            NeighbourError::Content(_) => {
                Self::new(Exit::Invalid, "NOTICE_CONTENT", UNREADABLE).hint(UPDATE)
            }
            NeighbourError::Ledger(refusal) => refusal.into(),
            NeighbourError::Store(error) => error.into(),
        }
    }
}

/// The half of a pair that a language reads.
const fn half((zh, en): (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// Everything that a notice says, in its order, out of the very bytes.
#[must_use]
pub fn lines(notice: &Notice, lang: Lang) -> Vec<(&'static str, String)> {
    let rows = match notice {
        Notice::Report(report) => of_report(report, lang),
        Notice::Tip(tip) => of_tip(tip, lang),
        Notice::HandOff(caller) => of_caller(caller, lang),
    };
    let rows = rows.into_iter().filter(|(_, text)| !text.trim().is_empty());
    rows.map(|(label, text)| (label.in_lang(lang), text)).collect()
}

fn of_report(report: &ReportContent, lang: Lang) -> Vec<(Text, String)> {
    let child = match report.child.as_str() {
        "" => NOBODY.in_lang(lang).to_owned(),
        name => name.to_owned(),
    };
    vec![
        (TO, contact(&report.recipient)),
        (FROM, contact(&report.sender)),
        (WRITTEN, time::minute(report.at.0)),
        (CHILD, child),
        (BIRTH, report.birth.map_or_else(String::new, |day| day.to_string())),
        (HARM, half(report.harm.label(), lang).to_owned()),
        (SUSPICION, half(report.suspicion.label(), lang).to_owned()),
        (FOUND_BY, report.found_by.clone()),
        (FOUND_ON, report.found_on.to_string()),
        (SEEN, report.seen.clone()),
        (DONE, report.done.clone()),
    ]
}

fn of_tip(tip: &TipContent, lang: Lang) -> Vec<(Text, String)> {
    vec![
        (FROM, contact(&tip.sender)),
        (TO, contact(&tip.recipient)),
        (WRITTEN, time::minute(tip.at.0)),
        (ABOUT, half(tip.about.label(), lang).to_owned()),
        (CHILD, tip.child.clone()),
        (SAID, tip.said.clone()),
    ]
}

fn of_caller(caller: &HandOffContent, lang: Lang) -> Vec<(Text, String)> {
    vec![
        (FROM, contact(&caller.sender)),
        (TO, contact(&caller.recipient)),
        (WRITTEN, time::minute(caller.at.0)),
        (DANGER, half(caller.danger.label(), lang).to_owned()),
        (NAME_GIVEN, caller.name.clone()),
        (REACH, caller.reach.clone()),
        (GROUND, half(caller.ground.label(), lang).to_owned()),
        (AGREED, caller.agreed.clone()),
    ]
}

/// Whom to ask, on one line.
#[must_use]
pub fn contact(one: &Contact) -> String {
    let texts = [one.unit.as_str(), one.person.as_str(), one.phone.as_str()];
    let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    texts.join(" ")
}

/// An answer as people read it: when, and what it says.
#[must_use]
pub fn answer(answer: &Answer, lang: Lang) -> (String, String) {
    let word = half(answer.said.kind().label(), lang);
    let said = match &answer.said {
        Reply::Received(receipt) => RECEIPT.fill(lang, &[&word, receipt]),
        Reply::Handled(how, day) => HANDLED.fill(lang, &[&word, &half(how.label(), lang), day]),
        Reply::NotOurs => word.to_owned(),
        Reply::MoreNeeded(note) => MORE.fill(lang, &[&word, note]),
        Reply::Reached(day) | Reply::NotReached(day) => MORE.fill(lang, &[&word, day]),
    };
    (time::minute(answer.at.0), said)
}
