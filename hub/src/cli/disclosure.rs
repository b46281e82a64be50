//! `xinqiao-hub disclosure`: the shipped attacker on a file of what one role has seen, and that
//! file of what this hub has seen.
//!
//! The attack needs no data folder, so that anybody can run it on any file. Small counts that
//! follow end the command with a code of their own, and so do figures that were not decided in
//! time. A file without a table is judged neither way, and ends with another code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use domain::disclosure::attacker::{
    Finding, Pace, ROSTER, Report, SeenTable, Verdict, View, ViewError, attack_each, fits,
};
use domain::span::school_year_of;
use domain::unit::UnitKind;
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal};
use runtime::seen::{SEEN_BYTES_MAX, read, write};
use runtime::texts;
use runtime::web::{Lang, Text};
use serde::Serialize;
use serde_json::json;

use super::causes::Caused as _;
use super::context::Context;
use super::private::Reserved;
use super::words;
use crate::app::{HubError, load_pins};
use crate::packs::{Packs, PacksError};
use crate::sealed::documents::{Documents, ShareKeys};
use crate::seen::{self, Role, SeenError};

/// Lines of the table; the numbers below it are complete.
const LINES_MAX: usize = 100;

/// Tables that are named of those that were left aside.
const ASIDE_MAX: usize = 6;

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
    SUMMARY = "学校的隐藏数值 {0} 个：可推算出小数值 {1} 个，未能判定 {2} 个。另有 {3} 个是学校按规则直接报出的数，本就不隐藏。",
        "{0} hidden figures of schools: {1} small ones follow, {2} were not decided. {3} more are \
         reported as they are, by rule, and hide nothing.";
    MORE = "表中只列前 {0} 行，其余见 --json。",
        "The table has the first {0} {0:line|lines}; --json has all.";
    LEAKS = "仅凭这个文件就能推算出学校的小数值，共 {0} 个。没有改动任何内容。",
        "{0} small {0:count|counts} of schools {0:follows|follow} from this file. Nothing was \
         changed.";
    LEAKS_NEXT = "请勿公布或开启其中的表；列出的单元格说明问题出在哪里。",
        "Do not publish or open these tables; the cells in the list say where it goes wrong.";
    OPEN = "没有推算出小数值，但有 {0} 个数值在限定时间内未能判定。没有改动任何内容。",
        "No small count follows, and {0} {0:figure was|figures were} not decided in the time \
         given. Nothing was changed.";
    OPEN_NEXT = "请用 --seconds 延长时间后重试；在判定之前不应视为安全。",
        "Give it longer with --seconds; until they are decided they do not count as safe.";
    UNREADABLE = "文件 {0} 不能使用：{1}。没有改动任何内容。",
        "the file {0} cannot be used: {1}. Nothing was changed.";
    UNREADABLE_NEXT = "格式说明见 docs/disclosure.md。", "docs/disclosure.md describes the form.";
    TOO_LARGE = "超过 256 MiB", "it is larger than 256 MiB";
    NOT_FORM = "不是导出文件的格式", "it is not an export";
    EXPORTED = "已写入 {0}：{1} 学年以“{2}”的视角在本枢纽所见，共 {3} 张表。任何人都可用 disclosure audit 检查。",
        "Wrote {0}: what the role {2} has seen here in school year {1}, {3} tables. Anybody can \
         check it with disclosure audit.";
    NOTHING_SEEN = "注意：文件里没有任何数，对它的检查不说明什么。请核对视角和学年（--year）。",
        "Nothing is in it, so that an audit of it says nothing. Look at the role and the school \
         year (--year).";
    NOTHING = "{0} 里没有任何表，没有可以判断的内容：既不能说有泄露，也不能说没有。",
        "{0} has no table in it, so there was nothing to judge: neither a leak nor the absence of \
         one.";
    NOTHING_NEXT = "请核对导出时的视角（--role）和学年（--year）。",
        "Look at the role and the school year with which it was exported (--role, --year).";
    NO_ROLE = "本枢纽没有“{0}”这个视角。没有写入任何文件。",
        "this hub does not see with the eyes of {0}. Nothing was written.";
    NO_ROLE_NEXT = "街镇、区县、城市各用自己的视角；密封汇总的两方用 leader 与 helper；公众用 public。",
        "A street, district or city has its own role; the halves of sealed sums have leader and \
         helper; public sees what is published.";
    NOT_SEEN = "本枢纽的数据读不出来。没有写入任何文件。",
        "what this hub holds cannot be read. Nothing was written.";
    NOT_SEEN_NEXT = "请运行 xinqiao-hub doctor。", "Run xinqiao-hub doctor.";
    NOT_FITTING = "其中的表互相对不上", "its tables do not fit together";
    NOT_FITTING_AT = "其中统计项 {0}（{1}）的表互相对不上，没有一组数能同时符合",
        "its tables of {0} ({1}) do not fit together: no figures fit all of them";
    SEVERAL_PERIODS = "多个时段之间", "over several periods";
    APART = "文件 {0} 不能与 {1} 放在一起检查：两个文件的 k 或时段的累计方式不同，或同一单位在两个文件里的上级不同。没有改动任何内容。",
        "the files {0} and {1} are of different kinds and cannot be judged together: another k or \
         course of periods, or a unit that stands below another one in each. Nothing was changed.";
    APART_NEXT = "--with 用于串通者自己的文件，如学校用 xinqiao-node disclosure export 写出的。教育、卫健两方的两半合在一起，\
         不用攻击就能算出每所学校的数。",
        "--with takes the files of those who collude, such as a school's own from xinqiao-node \
         disclosure export. Both hubs' halves together give every school's counts, without an \
         attack.";
    CODES = "单元格写的是指标目录的代码，每个维度一个，依次排列：如 t1 一般关注、g7 七年级、f 女；* 为该维度的合计。",
        "A cell is named by codes of the catalogue, one of each dimension in turn, such as t1 \
         (attention), g7 (grade 7), f (female); * is all of a dimension.";
    TOO_MUCH = "文件 {0} 没有检查：其中有的部分太大。这既不说明表有错，也不说明有没有泄露。没有改动任何内容。",
        "the file {0} was not judged: a part of it is too large. That says nothing against its \
         tables, and neither that small counts follow nor that none do. Nothing was changed.";
    TOO_MUCH_NEXT = "检查按统计项和互不相连的时段分别进行。请改用范围较小的文件，例如各区县枢纽自己导出的文件，分别检查。",
        "Measures, and periods that do not hang together, are judged one by one. Judge files of \
         smaller areas instead, such as those that each district's hub exports.";
    ASIDE = "注意：按目录应当相等、或一方不应超过另一方的合计，有 {0} 处对不上（{1}）。可能有学校的软件版本较旧，\
             或报数不实。这里没有按目录的关系来推算，其余内容照常检查。",
        "Note: {0} totals are not equal, or are more than that of which they are a part, although \
         the catalogue has them so ({1}): a school with older software, or one whose figures are \
         not true. Nothing was concluded from these relations; everything else was judged as \
         always.";
    UNLISTED = "注意：有 {0} 处名册人数与所见的数据对不上（{1}）。名册签发之后，学生有转入、转出或留级的。这里没有按这些人数来推算，\
                其余内容照常检查。",
        "Note: in {0} places what the signed roster has of a school does not fit what was seen \
         ({1}): pupils came, left or repeated a year since. Nothing was concluded from it; \
         everything else was judged as always.";
}

/// What one role can work out from everything that it has seen
#[derive(Subcommand)]
pub(super) enum Command {
    /// Attack a file of what one role has seen, and list every small count that follows
    Audit(Audit),
    /// Write everything that a role has seen at this hub in a school year, for anybody to attack
    Export(Export),
}

/// Attack a file of what one role has seen, and list every small count that follows
#[derive(Args)]
pub(super) struct Audit {
    /// File in the form of docs/disclosure.md
    file: PathBuf,
    /// File of somebody who colludes, such as a school's own; may be repeated
    #[arg(long = "with", value_name = "FILE")]
    others: Vec<PathBuf>,
    /// Seconds that it may take; what was not decided by then is listed
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    seconds: u64,
}

/// Write everything that a role has seen at this hub in a school year, for anybody to attack
#[derive(Args)]
pub(super) struct Export {
    /// Whose eyes: street, district or city for this hub's operator, leader or helper for one half
    /// of sealed sums, public for what is published
    #[arg(long, value_parser = ["street", "district", "city", "leader", "helper", "public"])]
    role: String,
    /// School year, by the year in which it begins; the present one if left out
    #[arg(long, value_name = "YEAR")]
    year: Option<i16>,
    /// New file, readable by its owner only
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
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

    fn is_over(&mut self) -> bool {
        self.left().is_zero()
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

pub(super) fn audit(terminal: &Terminal, audit: &Audit) -> Result<(), Failure> {
    let mut view = view_of(&audit.file)?;
    for other in &audit.others {
        let joined = view.join(view_of(other)?);
        joined.map_err(|error| apart((other.as_path(), audit.file.as_path()), &error))?;
    }
    if view.tables.is_empty() {
        let message = Sentence::new(NOTHING, &[&audit.file.display()]);
        return Err(Failure::new(Exit::NotFound, "NOTHING_TO_JUDGE", message).hint(NOTHING_NEXT));
    }
    let budget = Duration::from_secs(audit.seconds);
    let mut pace = Clocked { start: Instant::now(), budget };
    let mut found = Found::new(view.k);
    attack_each(&view, &mut pace, &mut |part| found.add(part)).map_err(|error| {
        let mut pace = Clocked { start: Instant::now(), budget };
        let at = (error == ViewError::Contradiction).then(|| contradiction(&view, &mut pace));
        match at.flatten() {
            Some(at) => unfit(&audit.file, &at).caused(&error),
            None => not_judged(&audit.file, &error),
        }
    })?;
    say(terminal, &found)
}

/// What all parts of a file tell: figures that are safe are counted, and not kept.
struct Found {
    k: u32,
    hidden: usize,
    told: usize,
    leaks: Vec<Finding>,
    open: Vec<Finding>,
    aside: Vec<String>,
}

impl Found {
    const fn new(k: u32) -> Self {
        Self { k, hidden: 0, told: 0, leaks: Vec::new(), open: Vec::new(), aside: Vec::new() }
    }

    fn add(&mut self, part: Report) {
        self.hidden += part.findings.iter().filter(|found| found.is_school).count();
        self.told += part.told;
        self.leaks.extend(part.leaks().cloned());
        self.open.extend(part.undecided().cloned());
        self.aside.extend(part.aside);
    }
}

/// Where tables contradict each other: the measure, and its period if those of one suffice; nothing
/// where only tables of several measures together do.
struct At {
    measure: String,
    period: Option<String>,
}

/// Looks for the first measure of a view that fits nothing by itself, and its first such period.
fn contradiction(view: &View, pace: &mut dyn Pace) -> Option<At> {
    let mut is_broken = |is_asked: &dyn Fn(&SeenTable) -> bool| {
        let tables = view.tables.iter().filter(|table| is_asked(table)).cloned().collect();
        let (units, periods) = (view.units.clone(), view.periods.clone());
        let part = View { k: view.k, units, periods, course: view.course, tables };
        fits(&part, pace) == Ok(false)
    };
    let measures: BTreeSet<&str> = view.tables.iter().map(|table| table.measure.as_str()).collect();
    let mut measures = measures.into_iter();
    let measure =
        measures.find(|own| is_broken(&|table: &SeenTable| table.measure.as_str() == *own))?;
    let own = view.tables.iter().filter(|table| table.measure.as_str() == measure);
    let periods: BTreeSet<&str> = own.map(|table| table.period.as_str()).collect();
    let mut periods = periods.into_iter();
    let period = periods.find(|period| {
        is_broken(&|table: &SeenTable| {
            table.measure.as_str() == measure && table.period.as_str() == *period
        })
    });
    Some(At { measure: measure.to_owned(), period: period.map(str::to_owned) })
}

/// A file that contradicts itself at a place that is known.
fn unfit(file: &Path, at: &At) -> Failure {
    let said = |lang: Lang| {
        let several = SEVERAL_PERIODS.in_lang(lang);
        let period = at.period.as_deref().unwrap_or(several);
        let reason = NOT_FITTING_AT.fill(lang, &[&at.measure, &period]);
        UNREADABLE.fill(lang, &[&file.display(), &reason])
    };
    let message = Sentence::pair(said(Lang::Zh), said(Lang::En));
    Failure::new(Exit::Invalid, "FILE_INVALID", message).hint(UNREADABLE_NEXT)
}

/// What was given with the first file is of another kind.
fn apart((other, first): (&Path, &Path), error: &ViewError) -> Failure {
    let message = Sentence::new(APART, &[&other.display(), &first.display()]);
    Failure::new(Exit::Invalid, "FILE_INVALID", message).hint(APART_NEXT).caused(error)
}

fn not_judged(file: &Path, error: &ViewError) -> Failure {
    match error {
        ViewError::Size { .. } | ViewError::Large { .. } => {
            let message = Sentence::new(TOO_MUCH, &[&file.display()]);
            Failure::new(Exit::Invalid, "FILE_TOO_LARGE", message).hint(TOO_MUCH_NEXT).caused(error)
        }
        other => unusable(file, NOT_FITTING).caused(other),
    }
}

/// Writes what a role has seen here.
pub(super) fn export(context: &Context, asked: &Export) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let (pins, today) = (load_pins(&config)?, context.clock.today());
    let year = asked.year.unwrap_or_else(|| school_year_of(today));
    let no_role = || {
        let message = Sentence::new(NO_ROLE, &[&asked.role]);
        Failure::new(Exit::Usage, "ROLE_UNKNOWN", message).hint(NO_ROLE_NEXT)
    };
    let role = Role::from_word(&asked.role).ok_or_else(no_role)?;
    // The other half's eyes are another hub's: an empty file would look like a clean one.
    let is_helper = config.kind == UnitKind::Helper;
    if matches!(asked.role.as_str(), "leader" | "helper") && is_helper != (asked.role == "helper") {
        return Err(no_role());
    }
    let unread = || Failure::new(Exit::Failed, "STORE", NOT_SEEN).hint(NOT_SEEN_NEXT);
    let packs = database.read(move |tx| Packs::load(tx, today, &pins));
    let packs = packs.map_err(|error: PacksError| Failure::from(HubError::from(error)))?;
    let packs = std::sync::Arc::new(packs);
    let view = database.read(move |tx| {
        let documents = Documents::of(packs.clone(), &ShareKeys::default());
        let (unit, kind) = (&config.unit, config.kind);
        let place = seen::Place { packs: &packs, documents: &documents, unit, kind, year, today };
        seen::view(tx, place, role)
    });
    let view = view.map_err(|error| match error {
        SeenError::Role => no_role(),
        other => unread().because(&other),
    })?;
    let bytes = write(&view).map_err(|error| unread().because(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| unread().because(&error))?;
    Reserved::new(&asked.out)?.fill(&text)?;
    let (file, tables) = (asked.out.display(), view.tables.len());
    let value = json!({"file": file.to_string(), "role": asked.role, "year": year,
                       "tables": tables});
    let terminal = &context.terminal;
    terminal.result(&value, |t| {
        let written = t.text(EXPORTED, &[&file, &year, &asked.role, &tables]);
        if tables > 0 { written } else { format!("{written}\n{}", t.text(NOTHING_SEEN, &[])) }
    })
}

fn view_of(file: &Path) -> Result<View, Failure> {
    read(&load(file)?).map_err(|error| unusable(file, NOT_FORM).caused(&error))
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
fn say(terminal: &Terminal, found: &Found) -> Result<(), Failure> {
    let leaks: Vec<&Finding> = found.leaks.iter().collect();
    let open: Vec<&Finding> = found.open.iter().collect();
    let value = json!({
        "k": found.k,
        "hidden": found.hidden,
        "told": found.told,
        "leaks": lines(&leaks),
        "undecided": lines(&open),
        "aside": found.aside,
    });
    let is_sound = leaks.is_empty() && open.is_empty();
    let text = |terminal: &Terminal| {
        let lang = terminal.lang();
        let mut parts = Vec::new();
        if !is_sound {
            parts.push(drawn(&leaks, &open, lang));
            parts.push(terminal.text(CODES, &[]));
        }
        if leaks.len() + open.len() > LINES_MAX {
            parts.push(terminal.text(MORE, &[&LINES_MAX]));
        }
        let (hidden, told) = (&found.hidden, &found.told);
        parts.push(terminal.text(SUMMARY, &[hidden, &leaks.len(), &open.len(), told]));
        let is_roster = |id: &&str| id.ends_with(ROSTER);
        let aside = found.aside.iter().map(String::as_str);
        let (rosters, totals): (Vec<&str>, Vec<&str>) = aside.partition(is_roster);
        for (note, aside) in [(ASIDE, totals), (UNLISTED, rosters)] {
            if !aside.is_empty() {
                let named: Vec<&str> = aside.iter().take(ASIDE_MAX).copied().collect();
                parts.push(terminal.text(note, &[&aside.len(), &named.join("; ")]));
            }
        }
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
            let mut found = Found::new(5);
            found.add(Report { findings, ..Report::empty(5) });
            say(&terminal, &found).map_err(|failure| failure.code())
        };
        assert_eq!(check(vec![finding(Verdict::Safe, None)]), Ok(()));
        assert_eq!(check(vec![finding(Verdict::Exact, Some(2))]), Err("LEAKS"));
        assert_eq!(check(vec![finding(Verdict::Proven, Some(4))]), Err("LEAKS"));
        assert_eq!(check(vec![finding(Verdict::Undecided, None)]), Err("UNDECIDED"));
    }

    /// A file of another kind is said to be that, with both names and what goes with one.
    #[test]
    fn files_of_different_kinds_say_why_they_do_not_fit() {
        let (helper, leader) = (Path::new("helper.json"), Path::new("leader.json"));
        let failure = apart((leader, helper), &ViewError::Apart);
        assert_eq!(failure.code(), "FILE_INVALID");
        let (message, _) = failure.sentences();
        for (lang, why) in [(Lang::Zh, "上级不同"), (Lang::En, "of different kinds")] {
            let said = message.in_lang(lang).to_owned();
            assert!(said.contains("helper.json") && said.contains("leader.json"), "{said}");
            assert!(said.contains(why) && !said.contains("fit together"), "{said}");
        }
    }

    /// A file that is too large is never said to contradict itself, and one that does is.
    #[test]
    fn what_is_too_large_is_said_to_be_that() {
        let file = Path::new("district.json");
        let said = |error: &ViewError| {
            let failure = not_judged(file, error);
            let (message, _) = failure.sentences();
            let said = [Lang::Zh, Lang::En].map(|lang| message.in_lang(lang).to_owned());
            (failure.code(), said.join(" "))
        };
        let (measure, period) = ("ref.events".to_owned(), "2025-W45".to_owned());
        let large = ViewError::Large { measure, period, max: 2_000_000, of: "unknowns" };
        for error in [large, ViewError::Size { max: 100_000, of: "tables" }] {
            let (code, text) = said(&error);
            assert_eq!(code, "FILE_TOO_LARGE");
            assert!(text.contains("太大") && text.contains("too large"), "{text}");
            assert!(!text.contains("fit together") && !text.contains("对不上"), "{text}");
        }
        let (code, text) = said(&ViewError::Contradiction);
        assert_eq!(code, "FILE_INVALID");
        assert!(text.contains("fit together") && text.contains("对不上"), "{text}");
    }
}
