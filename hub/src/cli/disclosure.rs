//! `xinqiao-hub disclosure`: the shipped attacker on a file of what one role has seen.
//!
//! Needs no data folder, so that anybody can run it on any file. Small counts that follow end the
//! command with a code of their own, and so do figures that were not decided in time.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use domain::disclosure::attacker::{Finding, Pace, Report, Verdict, ViewError, attack};
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal};
use runtime::texts;
use runtime::web::{Lang, Text};
use serde::Serialize;
use serde_json::json;

use super::words;
use crate::seen::{SEEN_BYTES_MAX, read};

/// Lines of the table; the numbers below it are complete.
const LINES_MAX: usize = 100;

texts! {
    MEASURE = "统计项", "measure";
    PERIOD = "时段", "period";
    CELL = "单元格", "cell";
    BETWEEN = "推算范围", "it is";
    VERDICT = "结论", "verdict";
    EXACT = "可精确推算", "known exactly";
    PROVEN = "可推定为小数值", "proven small";
    UNDECIDED = "未能判定", "undecided";
    SAFE = "无法推算", "safe";
    SUMMARY = "学校的隐藏数值 {0} 个：可推算出小数值 {1} 个，未能判定 {2} 个；学校自己的表中直接可见 {3} 个。",
        "{0} hidden figures of schools: {1} small ones follow, {2} were not decided; {3} stand in \
         the schools' own tables.";
    MORE = "表中只列前 {0} 行，其余见 --json。", "The table has the first {0} lines; --json has all.";
    LEAKS = "仅凭这个文件就能推算出学校的小数值，共 {0} 个。没有改动任何内容。",
        "{0} small counts of schools follow from this file. Nothing was changed.";
    LEAKS_NEXT = "请勿公布或开放其中的表；列出的单元格说明问题出在哪里。",
        "Do not publish or open these tables; the cells in the list say where it goes wrong.";
    OPEN = "没有推算出小数值，但有 {0} 个数值在限定时间内未能判定。没有改动任何内容。",
        "No small count follows, and {0} figures were not decided in the time given. Nothing was \
         changed.";
    OPEN_NEXT = "请用 --seconds 延长时间后重试；在判定之前不应视为安全。",
        "Give it longer with --seconds; until they are decided they do not count as safe.";
    UNREADABLE = "文件 {0} 不能使用：{1}。没有改动任何内容。",
        "the file {0} cannot be used: {1}. Nothing was changed.";
    UNREADABLE_NEXT = "格式说明见 docs/disclosure.md。", "docs/disclosure.md describes the form.";
    TOO_LARGE = "超过 256 MiB", "it is larger than 256 MiB";
    NOT_FORM = "不是导出文件的格式", "it is not an export";
    NOT_FITTING = "其中的表互相对不上", "its tables do not fit together";
}

/// What one role can work out from everything that it has seen
#[derive(Subcommand)]
pub(super) enum Command {
    /// Attack a file of what one role has seen, and list every small count that follows
    Audit(Audit),
}

/// Attack a file of what one role has seen, and list every small count that follows
#[derive(Args)]
pub(super) struct Audit {
    /// File in the form of docs/disclosure.md
    file: PathBuf,
    /// Seconds that it may take; what was not decided by then is listed
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    seconds: u64,
}

/// A pace by the clock.
struct Clocked {
    start: Instant,
    budget: Duration,
}

impl Pace for Clocked {
    fn left(&mut self) -> Duration {
        self.budget.saturating_sub(self.start.elapsed())
    }
}

#[derive(Serialize)]
struct Line<'f> {
    unit: &'f str,
    measure: &'f str,
    period: &'f str,
    key: &'f [String],
    lo: u64,
    hi: Option<u64>,
    verdict: &'static str,
}

pub(super) fn run(terminal: &Terminal, command: &Command) -> Result<(), Failure> {
    let Command::Audit(audit) = command;
    let bytes = load(&audit.file)?;
    let view = read(&bytes).map_err(|error| unusable(&audit.file, NOT_FORM).because(&error))?;
    let budget = Duration::from_secs(audit.seconds);
    let mut pace = Clocked { start: Instant::now(), budget };
    let report = attack(&view, &mut pace)
        .map_err(|error: ViewError| unusable(&audit.file, NOT_FITTING).because(&error))?;
    say(terminal, &report)
}

fn load(file: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |cause: &std::io::Error| Failure::unreadable_file(file, cause);
    let length = std::fs::metadata(file).map_err(|cause| unreadable(&cause))?.len();
    if length > SEEN_BYTES_MAX {
        return Err(unusable(file, TOO_LARGE));
    }
    std::fs::read(file).map_err(|cause| unreadable(&cause))
}

fn unusable(file: &Path, reason: Text) -> Failure {
    let said = |lang| UNREADABLE.fill(lang, &[&file.display(), &reason.in_lang(lang)]);
    let message = Sentence::pair(said(Lang::Zh), said(Lang::En));
    Failure::new(Exit::Invalid, "FILE_INVALID", message).hint(UNREADABLE_NEXT)
}

/// Shows what was found; an error where something was.
fn say(terminal: &Terminal, report: &Report) -> Result<(), Failure> {
    let leaks: Vec<&Finding> = report.leaks().collect();
    let open: Vec<&Finding> = report.undecided().collect();
    let hidden = report.findings.iter().filter(|found| found.is_school).count();
    let value = json!({
        "k": report.k,
        "hidden": hidden,
        "told": report.told,
        "leaks": lines(&leaks),
        "undecided": lines(&open),
    });
    let is_sound = leaks.is_empty() && open.is_empty();
    let text = |terminal: &Terminal| {
        let lang = terminal.lang();
        let mut parts = Vec::new();
        if !is_sound {
            parts.push(drawn(&leaks, &open, lang));
        }
        if leaks.len() + open.len() > LINES_MAX {
            parts.push(terminal.text(MORE, &[&LINES_MAX]));
        }
        parts.push(terminal.text(SUMMARY, &[&hidden, &leaks.len(), &open.len(), &report.told]));
        parts.join("\n")
    };
    if is_sound {
        return terminal.result(&value, text);
    }
    if !terminal.json() {
        terminal.print(&text(terminal));
    }
    let (code, message, next) = if leaks.is_empty() {
        ("UNDECIDED", Sentence::new(OPEN, &[&open.len()]), OPEN_NEXT)
    } else {
        ("LEAKS", Sentence::new(LEAKS, &[&leaks.len()]), LEAKS_NEXT)
    };
    Err(Failure::new(Exit::Problems, code, message).hint(next).beside(value))
}

fn lines<'f>(found: &[&'f Finding]) -> Vec<Line<'f>> {
    let line = |found: &&'f Finding| Line {
        unit: &found.unit,
        measure: &found.measure,
        period: &found.period,
        key: &found.key,
        lo: found.lo,
        hi: found.hi,
        verdict: match found.verdict {
            Verdict::Exact => "exact",
            Verdict::Proven => "proven",
            Verdict::Safe => "safe",
            Verdict::Undecided => "undecided",
        },
    };
    found.iter().map(line).collect()
}

fn drawn(leaks: &[&Finding], open: &[&Finding], lang: Lang) -> String {
    let mut table = Table::new()
        .column(words::UNIT.in_lang(lang), Align::Left)
        .column(MEASURE.in_lang(lang), Align::Left)
        .column(PERIOD.in_lang(lang), Align::Left)
        .column(CELL.in_lang(lang), Align::Left)
        .column(BETWEEN.in_lang(lang), Align::Right)
        .column(VERDICT.in_lang(lang), Align::Left);
    for found in leaks.iter().chain(open).take(LINES_MAX) {
        let high = found.hi.map_or_else(String::new, |high| high.to_string());
        let between =
            if found.hi == Some(found.lo) { high } else { format!("{}-{high}", found.lo) };
        let verdict = match found.verdict {
            Verdict::Exact => EXACT,
            Verdict::Proven => PROVEN,
            Verdict::Undecided => UNDECIDED,
            Verdict::Safe => SAFE,
        };
        table.row(vec![
            found.unit.clone(),
            found.measure.clone(),
            found.period.clone(),
            found.key.join(" / "),
            between,
            verdict.in_lang(lang).to_owned(),
        ]);
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was found has its own exit code, and nothing found ends well.
    #[test]
    fn leaks_and_undecided_figures_end_with_a_code() {
        let terminal = Terminal::new(&runtime::cli::Globals::default());
        let finding = |verdict, hi| Finding {
            unit: "S1".into(),
            is_school: true,
            measure: "m".into(),
            period: "2025S1".into(),
            key: vec!["t3".into()],
            lo: 2,
            hi,
            verdict,
        };
        let check = |findings: Vec<Finding>| {
            let told = 0;
            say(&terminal, &Report { k: 5, findings, told }).map_err(|failure| failure.code())
        };
        assert_eq!(check(vec![finding(Verdict::Safe, None)]), Ok(()));
        assert_eq!(check(vec![finding(Verdict::Exact, Some(2))]), Err("LEAKS"));
        assert_eq!(check(vec![finding(Verdict::Proven, Some(4))]), Err("LEAKS"));
        assert_eq!(check(vec![finding(Verdict::Undecided, None)]), Err("UNDECIDED"));
    }
}
