//! `sealed`: the school's sealed reports at a terminal, and sealing what is due before its slot.

use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use domain::catalogue::TableId;
use domain::period::Period;
use runtime::cli::{Align, Exit, Failure, Paint, Sentence, Table, Terminal};
use runtime::clock::Clock;
use runtime::texts;
use runtime::web::{Label, Lang, time};
use serde_json::{Value, json};

use super::{Place, context, send};
use crate::app::{Node, SealDueError, SealedAgain};
use crate::console::{
    SealedAbsent, SealedForeign, SealedLine, SealedPage, SealedState, in_eights, key_standing,
    key_words,
};
use crate::egress::Egress;
use crate::ledger::sealed_absent::Absent;
use crate::release::ReleaseError;
use crate::sealing::trial::{self, TrialError};
use crate::sealing::{KeyStanding, ReportKey, SealingError};

/// How soon it is tried again after another process held a store.
const LOOK_EVERY: Duration = Duration::from_millis(250);

texts! {
    SEALED = "密封时间", "sealed";
    TABLE = "统计表", "table";
    PERIOD = "时段", "period";
    NUMBER = "编号", "no.";
    STATE = "到了哪一步", "where it is";
    WAITING = "等待发送", "waits to be sent";
    SENT = "已发出", "sent";
    KEPT = "上级已签收，等两方结论", "kept above, waits for both hubs";
    ON_THE_WAY = "途中没有转送，会再次发送：{0}", "not passed on, is sent again: {0}";
    SILENT = "密封后 {0} 天没有结论，请致电两个部门的枢纽运维",
        "no verdict for {0} days: ring both hubs' operators";
    ACCEPTED = "两方都已确认", "accepted by both hubs";
    REFUSED = "被退回：{0}", "refused: {0}";
    KEY = "本校报告密钥，十六个字：{0}\n{1}",
        "This school's report key, sixteen words: {0}\n{1}";
    UNSTATED = "等卫健方核定本校密钥", "waits until health has stated your key";
    UNDER = "{0}–{1} 学年自 {4} 起启用密封汇总：教育方 {2}，卫健方 {3}。",
        "School year {0}–{1} is under seal from {4} on: education's hub {2}, health's hub {3}.";
    CLOSED = "{0}–{1} 学年的统计数已经（或按方案应当）以密封报告出校，现已不在密封汇总方案里，本学年不再以其他方式出校。",
        "Counts of school year {0}–{1} went sealed, or were to, and no plan lists this school any \
         more: counts about students of this year leave in no other way.";
    NOT_UNDER = "本学年没有启用密封汇总，关于学生的统计数取整后每学期出校一次。",
        "This school year is not under seal: counts about students leave rounded, once a term.";
    ABSENT = "{0} 没有做出密封报告：{1}", "no report of {0}: {1}";
    CONTRADICTED = "{0} 的密封数字有矛盾：{1}", "{0}: {1}";
    FOREIGN = "{0} {1}：两个枢纽收下了一份本机没有做过的报告，摘要 {2}。本机不是从备份恢复的，请立即致电两个枢纽提出异议。",
        "{0}, {1}: both hubs accepted a report that this machine did not make, digest {2}. If it \
         was not put back from a backup, ring both hubs at once and object.";
    NONE = "还没有密封报告。", "No report has been sealed yet.";
    MADE = "新密封 {0} 份。等待发送或答复的共 {1} 份。", "{0} sealed now. {1} wait to be sent or answered.";
    NOT_AGAIN = "{0} 在 {1} 没有可以重新密封的被退回报告，什么也没有密封。",
        "There is no refused report of {0} about {1} that may be sealed again; nothing was sealed.";
    NOT_AGAIN_NEXT = "用 sealed list 查看：只有因校验、校验和或在册人数被退回、之后没有再报过的，才用 --again；其余的由本机\
                      自动处理。",
        "See sealed list: only the last report of a period that was refused for its proof, its \
         control sum or its enrolment takes --again; this machine does the rest by itself.";
    AGAIN_ABSENT = "{0} 没有重新密封：{1}", "{0} was not sealed again: {1}";
    AGAIN_HELD = "本校暂停了 {0} 的上报，什么也没有密封。", "The school holds {0}; nothing was sealed.";
    AGAIN_HELD_NEXT = "先由校长解除暂停：release hold 时段 --lift。",
        "The principal lifts the hold first: release hold PERIOD --lift.";
    TOLD_LINE = "{0} {1}：“{2}”统计的事项与本表相同，或一方包含另一方，且已报出该周；本表以后各周不再补报",
        "{0}, {1}: {2} counts the same events, or one of the two a part of the other's, and told \
         this week; this table does not tell them in a later one";
    AGAIN_LINE = "{0} {1}：核对后可重新密封：xinqiao-node sealed send --again {2} {3}",
        "{0}, {1}: once checked, seal it again: xinqiao-node sealed send --again {2} {3}";
    CLOCK_WRONG = "本机的日期与上级枢纽相差一天以上，什么也没有密封。请校准系统时间后再试。",
        "This machine's date is more than a day from the hub's; nothing was sealed. Set the clock \
         right and try again.";
    HELD = "本校的数据正被另一个进程写入，已等 {0} 秒，继续等待……",
        "Another process is writing to the school's data; waited {0} s, still waiting ...";
    HELD_FOR_GOOD = "本校的数据一直被另一个进程占用，没有密封新的报告；已经密封的不受影响。",
        "Another process held the school's data all the time; nothing more was sealed, and what is \
         sealed already stays.";
    HELD_NEXT = "等正在进行的导入、备份或恢复结束后再试，或用 --wait 等得更久；若一直如此，重新启动常驻的 serve。",
        "Try again when an import, backup or restore that runs has ended, or wait longer with \
         --wait; if it stays so, start the node that serves the folder again.";
    TRIAL_PASSED = "自检通过：两所虚构学校的 {0} 个单元格密封、拆分、核验、合计后与已知答案一致；没有存储或发送任何内容。",
        "The self-test passed: {0} cells of two made-up schools were sealed, split, verified and \
         added up, and are the known answer. Nothing was stored or sent.";
    TRIAL_FAILED = "密封自检没有通过：这台机器上的程序算出的合计与已知答案不符。什么也没有密封，已经密封的不受影响。",
        "the self-test of sealing failed: what this program opens on this machine is not what it \
         sealed. Nothing was sealed; what is sealed already stays";
    TRIAL_NEXT = "重新安装本程序（核对安装包的校验和）后再试；仍不通过的，换一台机器并联系开发方。",
        "Install the program again and compare its checksum; if it still fails, take another \
         machine and call the maker.";
    PACKS_UNREADABLE = "存储读取失败，什么也没有密封。请稍后再试；若再次出现，请运行 doctor。",
        "A store could not be read; nothing was sealed. Try again; run doctor if it stays.";
}

/// Sealed reports: list them, seal what is due
#[derive(Debug, Subcommand)]
pub(super) enum SealedCommand {
    /// Every sealed report and what both hubs said, the latest first
    List(ListArgs),
    /// Seal what is due now and send it, before the daily slot
    Send(SendArgs),
    /// Try sealing on this machine with made-up figures whose sum is known; sends nothing
    Selftest,
}

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Page of the list, from 1
    #[arg(long, value_name = "PAGE", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
}

#[derive(Args, Debug)]
pub(super) struct SendArgs {
    /// Seconds to wait for the hub's answer, and for another process that writes
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait: u64,
    /// Seal a refused report once more, under the next number: its table and period, as in the list
    #[arg(long, num_args = 2, value_names = ["TABLE", "PERIOD"])]
    again: Vec<String>,
}

pub(super) fn list(terminal: &Terminal, place: &Place, args: &ListArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let page = Egress::new(node).sealed_page(args.page)?;
    let lines: Vec<Value> = page.lines.iter().map(line_json).collect();
    let year = page
        .year
        .as_ref()
        .map(|year| json!({"year": year.year, "leader": year.leader, "helper": year.helper}));
    let key = page.key.as_ref().map(key_json);
    let (contradicted, absent): (Vec<&SealedAbsent>, Vec<&SealedAbsent>) =
        page.absent.iter().partition(|one| one.is_contradiction);
    let [contradicted, absent] =
        [contradicted, absent].map(|all| all.into_iter().map(absent_json).collect::<Vec<Value>>());
    let value = json!({
        "under_seal": year, "closed_year": page.closed, "report_key": key,
        "reports": lines, "absent": absent, "contradictions": contradicted,
        "foreign": page.foreign.iter().map(foreign_json).collect::<Vec<_>>(),
        "total": page.total, "page": page.page, "pages": page.pages,
    });
    terminal.result(&value, |terminal| text(terminal, &page))
}

/// Tries sealing on this machine; needs no data folder, and leaves nothing.
pub(super) fn selftest(terminal: &Terminal) -> Result<(), Failure> {
    let cells = trial::run(Clock::system().now()).map_err(|error| trial_failed(&error))?;
    terminal.result(&json!({"cells": cells}), |terminal| terminal.text(TRIAL_PASSED, &[&cells]))
}

fn trial_failed(error: &TrialError) -> Failure {
    let found = Sentence::new(TRIAL_FAILED, &[]);
    Failure::new(Exit::Failed, "SELFTEST", found).hint(TRIAL_NEXT).because(error)
}

pub(super) async fn send(
    terminal: &Terminal,
    place: &Place,
    args: &SendArgs,
) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    if node.member().is_none() {
        return Err(context::not_joined());
    }
    send::hear(&node, Duration::from_secs(args.wait)).await;
    let within = Duration::from_secs(args.wait);
    let seal = || node.seal_due().map_err(|error| not_sealed(&error));
    let sealed = once_free(terminal, within, seal).await?;
    // Now that what the hubs said is known here.
    let sealed = sealed + once_free(terminal, within, || seal_again(&node, &args.again)).await?;
    once_free(terminal, within, || Ok(node.hand_over()?)).await?;
    if node.transfer().backlog()?.waiting > 0 {
        send::push_all(&node, Duration::from_secs(args.wait)).await?;
    }
    let waiting = node.transfer().backlog()?.waiting;
    let value = json!({"sealed": sealed, "waiting": waiting});
    terminal.result(&value, |terminal| terminal.text(MADE, &[&sealed, &waiting]))
}

/// Does something that can be done again, until no other process holds what it needs; what may take
/// long says so.
async fn once_free<T>(
    terminal: &Terminal,
    within: Duration,
    mut work: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let begun = Instant::now();
    loop {
        match work() {
            Err(busy) if busy.exit() == Exit::Busy && begun.elapsed() < within => {
                terminal.talk(HELD, &[&begun.elapsed().as_secs()]);
                tokio::time::sleep(LOOK_EVERY).await;
            }
            done => return done,
        }
    }
}

/// Seals the refused report that was named once more; gives how many that are.
fn seal_again(node: &Node, named: &[String]) -> Result<usize, Failure> {
    let [table, period] = named else { return Ok(0) };
    let unknown = || {
        let found = Sentence::new(NOT_AGAIN, &[table, period]);
        Failure::new(Exit::NotFound, "NOT_REFUSED", found).hint(NOT_AGAIN_NEXT)
    };
    let (Ok(of), Ok(at)) = (table.parse::<TableId>(), period.parse::<Period>()) else {
        return Err(unknown());
    };
    match node.seal_again(&of, at) {
        Ok(SealedAgain::Sealed) => Ok(1),
        Ok(SealedAgain::Absent(absent)) => Err(not_again(&of, &absent)),
        Ok(SealedAgain::NotRefused) => Err(unknown()),
        Err(SealDueError::Sealing(SealingError::Held(_))) => {
            let found = Sentence::new(AGAIN_HELD, &[period]);
            Err(Failure::new(Exit::Refused, "HELD", found).hint(AGAIN_HELD_NEXT))
        }
        Err(error) => Err(not_sealed(&error)),
    }
}

/// A refused report that cannot be sealed again: why, as the list of absences says it.
fn not_again(table: &TableId, absent: &Absent) -> Failure {
    let say = |lang, why: &String| AGAIN_ABSENT.fill(lang, &[table, why]);
    let found = Sentence::pair(say(Lang::Zh, &absent.zh), say(Lang::En, &absent.en));
    Failure::new(Exit::Refused, "NOT_SEALED_AGAIN", found)
}

fn not_sealed(error: &SealDueError) -> Failure {
    if matches!(error, SealDueError::Sealing(SealingError::NoResponsible)) {
        return ReleaseError::NoResponsible.into();
    }
    if let SealDueError::Sealing(SealingError::Trial(error)) = error {
        return trial_failed(error);
    }
    if matches!(error, SealDueError::Clock(_)) {
        let found = Sentence::new(CLOCK_WRONG, &[]);
        return Failure::new(Exit::Refused, "NOT_SEALED", found).because(error);
    }
    if error.is_locked() {
        let found = Sentence::new(HELD_FOR_GOOD, &[]);
        return Failure::new(Exit::Busy, "STORE_LOCKED", found).hint(HELD_NEXT).because(error);
    }
    Failure::new(Exit::Failed, "NOT_SEALED", Sentence::new(PACKS_UNREADABLE, &[])).because(error)
}

fn text(terminal: &Terminal, page: &SealedPage) -> String {
    let year = match &page.year {
        Some(year) => {
            let next = year.year + 1;
            let values: [&dyn std::fmt::Display; 5] =
                [&year.year, &next, &year.leader, &year.helper, &year.from];
            terminal.text(UNDER, &values)
        }
        None => page.closed.map_or_else(
            || terminal.text(NOT_UNDER, &[]),
            |year| terminal.text(CLOSED, &[&year, &(year + 1)]),
        ),
    };
    let key = page.key.as_ref().map_or_else(String::new, |key| key_text(terminal, key) + "\n");
    let absent: Vec<String> = page.absent.iter().map(|one| absent_text(terminal, one)).collect();
    let foreign: Vec<String> = page.foreign.iter().map(|one| foreign_text(terminal, one)).collect();
    let year = [vec![format!("{key}{year}")], foreign, absent].concat().join("\n");
    if page.lines.is_empty() {
        return format!("{year}\n{}", terminal.text(NONE, &[]));
    }
    let mut table = Table::new();
    for (word, align) in [
        (SEALED, Align::Left),
        (TABLE, Align::Left),
        (PERIOD, Align::Left),
        (NUMBER, Align::Right),
        (STATE, Align::Left),
    ] {
        table = table.column(&terminal.text(word, &[]), align);
    }
    let lang = terminal.lang();
    for line in &page.lines {
        table.row(vec![
            time::minute(line.sealed_at_ms),
            line.table.in_lang(lang).to_owned(),
            line.period.in_lang(lang).to_owned(),
            line.number.to_string(),
            state_text(terminal, &line.state),
        ]);
    }
    let again = page.lines.iter().filter(|line| line.may_again).map(|line| {
        let (of, at) = (line.table.in_lang(lang), line.period.in_lang(lang));
        let said = terminal.text(AGAIN_LINE, &[&of, &at, &line.table_id, &line.period_id]);
        format!("\n{}", terminal.paint(Paint::Warn, &said))
    });
    let told = page.lines.iter().filter_map(|line| {
        let other = line.told_with.as_ref()?.in_lang(lang);
        let (of, at) = (line.table.in_lang(lang), line.period.in_lang(lang));
        let said = terminal.text(TOLD_LINE, &[&of, &at, &other]);
        Some(format!("\n{}", terminal.paint(Paint::Warn, &said)))
    });
    format!("{year}\n{}{}", table.render(), again.chain(told).collect::<String>())
}

/// A report that somebody else may have made.
fn foreign_text(terminal: &Terminal, one: &SealedForeign) -> String {
    let (table, period) = (one.table.in_lang(terminal.lang()), one.period.in_lang(terminal.lang()));
    let said = terminal.text(FOREIGN, &[&table, &period, &in_eights(&one.digest)]);
    terminal.paint(Paint::Warn, &said)
}

/// The same for programs.
fn foreign_json(one: &SealedForeign) -> Value {
    json!({
        "table": one.table_id, "period": one.period_id, "report": one.digest.to_string(),
        "decided_at_ms": one.decided_at_ms,
    })
}

/// What could not be sealed, and why.
fn absent_text(terminal: &Terminal, absent: &SealedAbsent) -> String {
    let lang = terminal.lang();
    let said = if absent.is_contradiction { CONTRADICTED } else { ABSENT };
    let line = terminal.text(said, &[&absent.period.in_lang(lang), &absent.why.in_lang(lang)]);
    terminal.paint(Paint::Warn, &line)
}

/// The same for programs.
fn absent_json(absent: &SealedAbsent) -> Value {
    json!({
        "period": absent.period_id, "tables": absent.tables, "code": absent.code,
        "why": absent.why.in_lang(Lang::En),
    })
}

/// The school's report key in words, and what health stated of it.
pub(super) fn key_text(terminal: &Terminal, key: &ReportKey) -> String {
    let lang = terminal.lang();
    terminal.text(KEY, &[&key_words(key, lang), &key_standing(key, lang)])
}

/// The same for programs.
pub(super) fn key_json(key: &ReportKey) -> Value {
    let (zh, en) = key.words();
    let stated = key.latest().map(|(year, standing)| {
        let word = match standing {
            KeyStanding::Stated => "stated",
            KeyStanding::Unstated => "unstated",
            KeyStanding::Other => "other",
        };
        json!({"year": year, "standing": word})
    });
    json!({"key": key.digest.to_string(), "words_zh": zh, "words_en": en, "health": stated})
}

fn state_text(terminal: &Terminal, state: &SealedState) -> String {
    match state {
        SealedState::Waiting => terminal.text(WAITING, &[]),
        SealedState::Sent => terminal.text(SENT, &[]),
        SealedState::Kept { silent_days: None } => terminal.text(KEPT, &[]),
        SealedState::Kept { silent_days: Some(days) } => terminal.text(SILENT, &[days]),
        SealedState::OnTheWay { silent_days: Some(days), .. } => terminal.text(SILENT, &[days]),
        SealedState::OnTheWay { reason, silent_days: None } => {
            terminal.text(ON_THE_WAY, &[&reason.in_lang(terminal.lang())])
        }
        SealedState::Unstated => terminal.text(UNSTATED, &[]),
        SealedState::Accepted { .. } => terminal.text(ACCEPTED, &[]),
        SealedState::Refused { reason, .. } => {
            terminal.text(REFUSED, &[&reason.in_lang(terminal.lang())])
        }
    }
}

fn line_json(line: &SealedLine) -> Value {
    let (state, at_ms, reason): (&str, Option<i64>, Option<&Label>) = match &line.state {
        SealedState::Waiting => ("waiting", None, None),
        SealedState::Sent => ("sent", None, None),
        SealedState::Kept { .. } => ("kept", None, None),
        SealedState::OnTheWay { reason, .. } => ("on_the_way", None, Some(reason)),
        SealedState::Unstated => ("unstated", None, None),
        SealedState::Accepted { at_ms } => ("accepted", Some(*at_ms), None),
        SealedState::Refused { at_ms, reason } => ("refused", Some(*at_ms), Some(reason)),
    };
    json!({
        "table": line.table_id, "period": line.period_id, "number": line.number,
        "report": line.digest.to_string(), "sealed_at_ms": line.sealed_at_ms,
        "bytes": line.bytes_len, "state": state, "decided_at_ms": at_ms,
        "reason": reason.map(|reason| reason.in_lang(Lang::En)), "may_again": line.may_again,
        "told_with": line.told_with.as_ref().map(|other| other.in_lang(Lang::En)),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc::{Sender, channel};
    use std::thread::JoinHandle;

    use runtime::cli::Globals;
    use runtime::sql::{Database, Options, SqlError};

    use super::*;

    fn terminal() -> Terminal {
        Terminal::new(&Globals { lang: Some(Lang::En), json: true, no_input: true, no_color: true })
    }

    fn open(path: &Path) -> Database {
        let options = Options { busy_wait: Duration::from_millis(50), ..Options::plain(&[]) };
        Database::open(path, options).expect("store")
    }

    /// Holds a store, as another process does, until it is told to let go or for some time.
    fn held(path: &Path, long: Duration) -> (Sender<()>, JoinHandle<()>) {
        let (database, (let_go, told)) = (open(path), channel());
        let (is_held, held) = channel();
        let holder = std::thread::spawn(move || {
            let hold = move |_: &runtime::sql::Tx<'_>| {
                is_held.send(()).expect("waited for");
                let _ = told.recv_timeout(long);
                Ok::<_, SqlError>(())
            };
            database.write("hold", hold).expect("held");
        });
        held.recv().expect("held");
        (let_go, holder)
    }

    /// What `sealed send` does with a store that another process writes to.
    async fn write(database: &Database, within: Duration) -> Result<(), Failure> {
        let work = || {
            let written = database.write("ours", |_| Ok::<_, SqlError>(()));
            let sealed = written.map_err(|error| SealDueError::Sealing(error.into()));
            sealed.map_err(|error| not_sealed(&error))
        };
        once_free(&terminal(), within, work).await
    }

    /// A refused report that cannot be sealed again is refused with the reason, and not as one that
    /// nobody refused.
    #[test]
    fn why_a_report_is_not_sealed_again_is_said() {
        let absent = Absent {
            period: "2025-W46".to_owned(),
            code: "told_otherwise".to_owned(),
            tables: Some(1),
            zh: "已由另一张统计表上报".to_owned(),
            en: "another table told these events".to_owned(),
        };
        let failure = not_again(&"sealed.alt.opened".parse().expect("table"), &absent);
        assert_eq!((failure.exit(), failure.code()), (Exit::Refused, "NOT_SEALED_AGAIN"));
        let (zh, en) = (failure.message(Lang::Zh), failure.message(Lang::En));
        assert!(zh.contains(&absent.zh) && en.contains(&absent.en), "{zh} {en}");
    }

    /// Where another process holds the store for some seconds, longer than a statement waits, the
    /// command waits and then does what it was asked; where it is held for good, it says who must
    /// do what, and that nothing is lost.
    #[tokio::test]
    async fn a_store_that_is_held_is_waited_for() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("ledger.db");
        let ours = open(&path);
        let (_let_go, holder) = held(&path, Duration::from_secs(3));
        assert!(write(&ours, Duration::from_secs(60)).await.is_ok());
        holder.join().expect("ended");
        let (let_go, holder) = held(&path, Duration::from_secs(60));
        let failure = write(&ours, Duration::from_millis(600)).await.expect_err("held for good");
        assert_eq!((failure.exit(), failure.code()), (Exit::Busy, "STORE_LOCKED"));
        let (found, next) = (failure.message(Lang::En), failure.next_step(Lang::En));
        assert!(found.contains("sealed already stays"), "{found}");
        assert!(next.is_some_and(|next| next.contains("--wait")), "{next:?}");
        let_go.send(()).expect("told");
        holder.join().expect("ended");
    }
}
