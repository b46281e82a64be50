//! What a refused list says to a person: what happened, what was left untouched, what to do next.

use runtime::cli::{Exit, Failure, Sentence};
use runtime::texts;
use runtime::web::{Lang, Text};

use super::ListError;

texts! {
    NOT_A_LIST = "这不是部门密封名单，没有收下任何内容。",
        "this is no sealed list of a department; nothing was taken.";
    NOT_A_LIST_NEXT = "请用部门交来的原文件；粘贴时从 BEGIN 一行到 END 一行全部粘贴。",
        "Use the file as the department gave it; where you paste it, from the BEGIN line to the \
         END line.";
    NOT_JOINED = "本校尚未加入枢纽，无法核实发件部门，没有收下任何内容。",
        "this node has not joined, so no sender can be verified; nothing was taken.";
    NOT_JOINED_NEXT = "请先用邀请码加入：xinqiao-node join", "Join with the invite first: xinqiao-node join";
    SENDER = "无法核实发件部门的身份，名单没有打开，也没有收下。",
        "nobody vouches for the sender; the list was not opened and not taken.";
    SENDER_NEXT = "请部门向教育、卫健两部门申请或更新公钥声明，再重新密封；声明须由本校信任的每个根签名。",
        "Ask the department to have its key statement made or renewed by both commissions, and to \
         seal the list again; it must be signed under every root that this school trusts.";
    REPLACED = "该部门已启用新的密钥，这份名单用的是已停用的旧密钥，没有打开，也没有收下。",
        "the department has a newer key, and this list is signed with the one that it replaced; it \
         was not opened and not taken.";
    REPLACED_NEXT = "请用您原来就有的电话联系该部门核实；确系该部门所发的，请其用新密钥重新密封。",
        "Call the department by a number that you already had; if the list is its own, ask it to \
         seal it again with the newer key.";
    NO_SENDER = "文件里没有部门签名密钥的公钥声明，没有保存任何内容。",
        "the file holds no statement about a department's key; nothing was kept.";
    NO_SENDER_NEXT = "请向该部门索取教育、卫健两部门签署的声明。",
        "Ask the department for the statement that both commissions signed.";
    ALTERED = "名单在途中被改动，或不是该部门签的名，没有收下。",
        "the list was altered on its way, or is not signed by its sender; it was not taken.";
    ALTERED_NEXT = "请用您原来就有的电话联系该部门，请其重新交付；原文件请留存备查。",
        "Call the department by a number that you already had and ask for the list again; keep \
         this file.";
    OTHER_SCHOOL = "这份名单是密封给 {0} 的，不是本校的，没有打开，也没有收下。",
        "the list is sealed to {0}, not to this school; it was not opened and not taken.";
    OTHER_SCHOOL_NEXT = "请退回发件部门并删除文件；内容只有收件学校能打开。",
        "Give it back to the department and delete the file; only that school can open it.";
    ENDED = "名单的有效期到 {0} 为止，已经过期，没有写入任何内容。",
        "the list was valid until {0}; nothing was written.";
    ENDED_NEXT = "请部门重新密封一份；已收下的过期名单只能销毁。",
        "Ask the department to seal a new one; an old one that waits here can only be destroyed.";
    EARLY = "名单的密封日期 {0} 在今天之后，没有收下。", "the list is dated {0}, after today; it was not taken.";
    EARLY_NEXT = "请核对本机和部门电脑的日期。", "Check the date of this machine and of the department's.";
    AGAIN = "这份名单已经收过（第 {0} 份），没有再收。",
        "the list came before, as number {0}; it was not taken again.";
    AGAIN_NEXT = "查看处理结果：部门名单页，或 xinqiao-node list --as 账号 show",
        "What became of it: the page of lists, or  xinqiao-node list --as LOGIN show";
    CLOSED = "本校的密钥打不开这份名单，没有收下。", "no key of this school opens the list; it was not taken.";
    CLOSED_NEXT = "它可能密封给了旧的密钥。请把当前的公钥声明交给部门，重新密封。",
        "It may be sealed to an older key. Give the department the statement in force and ask for \
         the list again.";
    CONTENT = "名单打开了，但内容不是本版本能读的格式，没有收下。",
        "the list opens, but its content is none that this version reads; it was not taken.";
    CONTENT_NEXT = "请部门用同一版本的 xinqiao-node list seal 重新密封。",
        "Ask the department to seal it with  xinqiao-node list seal  of this version.";
    ROWS = "一份名单每校 1 至 5000 行，没有密封也没有收下。",
        "a list has 1 to 5,000 rows for a school; nothing was sealed or taken.";
    ROWS_NEXT = "请分成几份。", "Make several lists.";
    NOT_WAITING = "没有待处理的这份名单，没有改动任何内容。", "no list of that number waits; nothing was changed.";
    NOT_WAITING_NEXT = "待处理的名单：xinqiao-node list --as 账号 show",
        "Lists that wait:  xinqiao-node list --as LOGIN show";
    CHOICE = "第 {0} 行不能对应到所选的学生，没有写入任何内容。",
        "row {0} does not offer the student who was chosen; nothing was written.";
    CHOICE_NEXT = "请重新打开名单再选。", "Open the list again and choose anew.";
    LEFT_OUT = "第 {0} 行不能略去：名单里没有这一行、它没有对应到本校学生，或已为它选了学生；没有写入任何内容。",
        "row {0} cannot be left out: it is not there, fits nobody here, or a student is chosen for \
         it; nothing was written.";
    LEFT_OUT_NEXT = "请核对行号：xinqiao-node list --as 账号 show 编号",
        "Look at the rows again:  xinqiao-node list --as LOGIN show NUMBER";
    OF_ROW = "第 {0} 行：{1}", "row {0}: {1}";
    LONG = "第 {0} 行有一格内容过长，没有密封任何名单。", "a cell of row {0} is too long; nothing was sealed.";
    LONG_NEXT = "请把这一格改短（最多 400 字节，约 130 个汉字）。", "Shorten it: a cell has at most 400 bytes.";
    KEY = "密钥或公钥声明不能使用，没有密封任何名单。", "a key or a statement cannot be used; nothing was sealed.";
    KEY_NEXT = "请检查 --key 与 --statement 是否属于同一把密钥，--to 是否是学校接收名单的声明。",
        "Check that --key and --statement belong together and that --to is a school's statement \
         for lists.";
}

impl From<ListError> for Failure {
    fn from(error: ListError) -> Self {
        let error = match error {
            ListError::Ledger(refusal) => return refusal.into(),
            ListError::Row(row, refusal) => return of_row(row, &Self::from(refusal)),
            other => other,
        };
        let (exit, code, text, next) = told(&error);
        let value = match &error {
            ListError::OtherSchool(unit) => unit.clone(),
            ListError::Ended(day) | ListError::Early(day) => day.to_string(),
            ListError::Again(id) => id.to_string(),
            ListError::Choice(row) | ListError::LeftOut(row) | ListError::Long(row) => {
                row.to_string()
            }
            _ => String::new(),
        };
        let failure = Self::new(exit, code, Sentence::new(text, &[&value])).hint(next);
        match std::error::Error::source(&error) {
            Some(cause) => failure.because(cause),
            None => failure,
        }
    }
}

/// A refusal of the ledger, with the row that it is about.
fn of_row(row: u32, refused: &Failure) -> Failure {
    let (message, next) = refused.sentences();
    let said = |lang| OF_ROW.fill(lang, &[&row, &message.in_lang(lang)]);
    let message = Sentence::pair(said(Lang::Zh), said(Lang::En));
    let failure = Failure::new(refused.exit(), refused.code(), message);
    match next {
        Some(next) => failure.hint(next),
        None => failure,
    }
}

/// Exit, code, sentence and next step; the ledger's refusals have their own.
const fn told(error: &ListError) -> (Exit, &'static str, Text, Text) {
    let (refused, invalid) = (Exit::Refused, Exit::Invalid);
    match error {
        ListError::NotAList => (invalid, "NOT_A_LIST", NOT_A_LIST, NOT_A_LIST_NEXT),
        ListError::NotJoined => (refused, "NOT_JOINED", NOT_JOINED, NOT_JOINED_NEXT),
        ListError::Sender(_) => (refused, "LIST_SENDER", SENDER, SENDER_NEXT),
        ListError::Replaced => (refused, "LIST_REPLACED", REPLACED, REPLACED_NEXT),
        ListError::NoSender => (invalid, "NO_SENDER", NO_SENDER, NO_SENDER_NEXT),
        ListError::Altered(_) => (refused, "LIST_ALTERED", ALTERED, ALTERED_NEXT),
        ListError::OtherSchool(_) => {
            (refused, "LIST_OTHER_SCHOOL", OTHER_SCHOOL, OTHER_SCHOOL_NEXT)
        }
        ListError::Ended(_) => (refused, "LIST_ENDED", ENDED, ENDED_NEXT),
        ListError::Early(_) => (refused, "LIST_EARLY", EARLY, EARLY_NEXT),
        ListError::Again(_) => (refused, "LIST_AGAIN", AGAIN, AGAIN_NEXT),
        ListError::Closed => (refused, "LIST_CLOSED", CLOSED, CLOSED_NEXT),
        ListError::Content | ListError::Ledger(_) | ListError::Row(..) => {
            (invalid, "LIST_CONTENT", CONTENT, CONTENT_NEXT)
        }
        ListError::Rows => (invalid, "LIST_ROWS", ROWS, ROWS_NEXT),
        ListError::NotWaiting => {
            (Exit::NotFound, "LIST_NOT_WAITING", NOT_WAITING, NOT_WAITING_NEXT)
        }
        ListError::Choice(_) => (refused, "LIST_CHOICE", CHOICE, CHOICE_NEXT),
        ListError::LeftOut(_) => (refused, "LIST_LEFT_OUT", LEFT_OUT, LEFT_OUT_NEXT),
        ListError::Long(_) => (invalid, "LIST_LONG", LONG, LONG_NEXT),
        ListError::Key(_) => (invalid, "LIST_KEY", KEY, KEY_NEXT),
    }
}
