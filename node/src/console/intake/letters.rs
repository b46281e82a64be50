//! A receiver's page of letters that need somebody: what happened, what stands as it was, and what
//! to do next.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::ledger::Word as _;
use domain::receiver::RefusedWhy;
use runtime::texts;
use runtime::web::{Lang, Page, Problem, RenderError, Text, Visitor, time};

use super::super::office::chosen;
use super::super::sheet::{self, Around, Cell, Head, Sheet};
use super::{Desk, INTAKE_HREF, Workers, problem, reply, words};
use crate::desk::aside;
use crate::intake::stuck::{self, Stuck, Waits};
use crate::letters::again::deciding::{self, Waiting};

pub(super) const HREF: &str = "/intake/letters";
/// The page's entry of the menu.
pub(super) const LABEL: Text = LETTERS;

texts! {
    LETTERS = "打不开和未答复的信件", "Letters that need somebody";
    NOTE = "收到却打不开的、等对方确认的、办了却还没有发出或没有回执的；这里没有学生",
        "what came and cannot be opened or waits for its sender, what was done and has not left or \
         is not acknowledged; no child is named";
    REFUSED = "收到但打不开", "Came, and cannot be opened";
    NONE_REFUSED = "最近 30 天没有打不开的信件。", "In the last 30 days every letter was opened.";
    UNSEALED = "已办理、学校还不知道", "Done, and the school has not heard";
    NONE_UNSEALED = "没有。办理结果都已密封。", "None. What was done is sealed.";
    UNHEARD = "已发出、学校没有回执", "Left, and the school has not said that it has it";
    NONE_UNHEARD = "没有。没有哪份答复等回执超过一天。", "None waits for more than a day.";
    LOCKED = "恢复后锁定", "Locked since this house was put back";
    NONE_LOCKED = "没有锁定的转介。", "No referral is locked.";
    WHEN = "时间", "When";
    SINCE = "自何时起", "Since";
    HAPPENED = "发生了什么", "What happened";
    UNTOUCHED = "哪些没有变动", "What stands as it was";
    DO_NEXT = "下一步", "What to do next";
    KEPT_NOTHING = "信件内容没有打开，也没有保存；其他转介不受影响。学校那里的原件还在。",
        "Nothing of it was opened or kept, and other referrals are as they were. The school has \
         its own copy.";
    NEXT_NOT_OURS = "请信息管理员核对本机构的公钥声明是否已更换（xinqiao-node doctor），并请区枢纽更新名录；学校会按新公钥重发。",
        "Have the key statement of this house looked at (xinqiao-node doctor), and the district's \
         directory brought up to date; the school sends it again under the new key.";
    NEXT_SENDER = "请把时间告诉区枢纽，核对发出方的证书是否已更换或吊销；核实之前不要按来信办理。",
        "Tell the district's hub when it came, and have the sender's certificate looked at. Act on \
         nothing of it before that.";
    NEXT_CONTENT = "请信息管理员把程序更新到最新版本，并把时间告诉区枢纽；急的，学校会按期限打电话。",
        "Have the program brought up to date, and tell the district's hub when it came. In a hurry \
         the school calls, as its limit asks it to.";
    NEXT_ENDED = "同意已过期，不能再办理；学校须重新征得家庭同意后再发。",
        "The consent is over, so nothing is done; the school asks the family again and sends anew.";
    NEXT_PARTS = "请等学校重发；过一个工作日仍没有收到的，把时间告诉区枢纽。",
        "Wait for the school to send it again; after a working day tell the district's hub when it \
         came.";
    UNSEALED_HAPPENED = "办理结果还没有密封：没有学校或枢纽的有效公钥声明。",
        "What was done is not sealed: no statement of the school's key or of the relay's holds.";
    UNSEALED_STANDS = "办理结果已保存在本机，有了声明会自动密封发出；转介内容没有变动。",
        "It is kept here and leaves by itself once there is a statement; the referral is as it \
         was.";
    UNSEALED_NEXT = "请先电话告知学校；再请区枢纽把学校和枢纽的公钥声明放进名录，或用文件导入：xinqiao-node intake know 文件",
        "Telephone the school first. Then ask the district's hub to put both statements into the \
         directory, or enter them from a file:  xinqiao-node intake know FILE";
    UNHEARD_HAPPENED = "答复密封已超过一天，学校的节点还没有回执：可能学校没有开机、一方断网，或学校的程序是不发回执的旧版本。",
        "The answer was sealed more than a day ago and the school's node has not said that it has \
         it: its computer may be off, either network down, or its program one that never says so.";
    UNHEARD_STANDS = "两周内会自动重新密封补发（家庭撤回或同意期满的除外），学校只记一次；答复内容只有学校能打开。",
        "It is sealed anew by itself for two weeks, unless the family took it back or its consent \
         is over; the school counts it once, and nobody else can open it.";
    UNHEARD_NEXT = "请致电学校核对是否收到；没有收到的，请学校开机联网，急的先在电话里说明。",
        "Telephone the school and ask whether it has it. If not, have its computer switched on and \
         connected; say by telephone what cannot wait.";
    LOCKED_HAPPENED = "本机从备份恢复过，学校还没有确认这份转介仍然有效。",
        "This machine was put back from a backup, and the school has not said that the referral \
         stands.";
    LOCKED_STANDS = "内容还在本机，只是不能查看和办理。",
        "What it says is still here; it is neither read nor answered.";
    LOCKED_NEXT = "学校的节点会自动答复；急的请致电学校，在该转介页登记确认人姓名。",
        "The school's node answers by itself. In a hurry call the school, and enter on the \
         referral's page who said that it stands.";
}

pub(super) fn router() -> Router<Desk> {
    Router::new().route(HREF, get(show))
}

async fn show(State(desk): State<Desk>, visitor: Visitor<Workers>) -> Result<Response, Problem> {
    let found = desk.work(&visitor.session, |tx, worker| {
        Ok((stuck::stuck(tx, worker)?, deciding::at_receiver(tx, worker)?))
    });
    let (found, waits) = found.await.map_err(problem)?;
    reply(&desk, &visitor, &page(&found, &waits, visitor.frame.lang)?)
}

fn page(found: &Stuck, waits: &[Waiting], lang: Lang) -> Result<Page, RenderError> {
    let head = Head { group: words::GROUP, title: LETTERS, note: NOTE, href: HREF };
    let columns = [WHEN, HAPPENED, UNTOUCHED, DO_NEXT];
    let mut refused = Sheet::new(REFUSED, &columns, NONE_REFUSED, lang);
    for (at, why) in &found.refused {
        let plain = |text: Text| Cell::plain(text.in_lang(lang));
        refused.row(vec![
            Cell::plain(time::minute(at.0)),
            Cell::plain(chosen(why.label(), lang)),
            plain(KEPT_NOTHING),
            plain(next(*why)),
        ]);
    }
    let unsealed = [UNSEALED_HAPPENED, UNSEALED_STANDS, UNSEALED_NEXT];
    let unheard = [UNHEARD_HAPPENED, UNHEARD_STANDS, UNHEARD_NEXT];
    let locked = [LOCKED_HAPPENED, LOCKED_STANDS, LOCKED_NEXT];
    let sheets = vec![
        refused,
        put_aside(waits, lang),
        waiting((UNSEALED, NONE_UNSEALED), &found.unsealed, unsealed, lang),
        waiting((UNHEARD, NONE_UNHEARD), &found.unheard, unheard, lang),
        waiting((LOCKED, NONE_LOCKED), &found.locked, locked, lang),
    ];
    sheet::page(&head, Around::default(), sheets, lang)
}

/// What came under a certificate that had ended, with who is asked.
fn put_aside(all: &[Waiting], lang: Lang) -> Sheet {
    let columns = [
        aside::WHAT,
        aside::SENDER,
        SINCE,
        aside::LETTERS,
        aside::QUESTION,
        HAPPENED,
        UNTOUCHED,
        DO_NEXT,
    ];
    let mut sheet = Sheet::new(aside::TITLE, &columns, aside::NONE, lang);
    for one in all {
        let mut cells = vec![
            Cell::plain(aside::label(one.kind).in_lang(lang)),
            Cell::plain(one.sender.clone()),
            Cell::plain(time::minute(one.since_ms)),
            Cell::plain(one.letters.to_string()),
            Cell::plain(aside::asked(one.question, lang)),
        ];
        let said = [aside::HAPPENED, aside::stands(one.kind), aside::NEXT_RECEIVER];
        cells.extend(said.map(|text| Cell::plain(text.in_lang(lang))));
        sheet.row(cells);
    }
    sheet
}

/// Referrals that wait for the same thing.
fn waiting((title, none): (Text, Text), all: &[Waits], said: [Text; 3], lang: Lang) -> Sheet {
    let columns = [words::REFERRAL, words::SCHOOL, SINCE, HAPPENED, UNTOUCHED, DO_NEXT];
    let mut sheet = Sheet::new(title, &columns, none, lang);
    for one in all {
        let mut cells = vec![
            Cell::link(one.intake.to_string(), format!("{INTAKE_HREF}/{}", one.intake)),
            Cell::plain(one.school.clone()),
            Cell::plain(time::minute(one.since.0)),
        ];
        cells.extend(said.map(|text| Cell::plain(text.in_lang(lang))));
        sheet.row(cells);
    }
    sheet
}

/// What is done about a letter that was not opened.
const fn next(why: RefusedWhy) -> Text {
    match why {
        RefusedWhy::NotOurs => NEXT_NOT_OURS,
        RefusedWhy::Sender => NEXT_SENDER,
        RefusedWhy::Content | RefusedWhy::Kind => NEXT_CONTENT,
        RefusedWhy::Ended => NEXT_ENDED,
        RefusedWhy::Parts => NEXT_PARTS,
    }
}
