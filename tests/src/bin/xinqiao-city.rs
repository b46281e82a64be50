//! `xinqiao-city`: builds a demonstration city of real processes, prints its table and stays up.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::Parser;
use runtime::cli::{
    Align, Exit, Failure, Globals, Sentence, Table, Terminal, Translation, block_on, parse,
};
use runtime::web::{Lang, Text};
use tests::city::build::{City, Hubs, Wishes};
use tests::city::clock::live_in;
use tests::city::days::{Course, FOUNDED, PLAN_FROM};
use tests::city::folder::Temporary;
use tests::city::plan::{CITY, PlanError, SMALL_CITY_MAX, YEAR_SCHOOLS_MIN, YEAR_SPREAD_MIN, plan};
use tests::city::process::{Asked, Program, end_with_parent};
use tests::city::progress::Progress;
use tests::city::reason;
use tests::city::referrals;
use tests::city::report::{Timings, provenance_text, table_text, wait_until_complete};
use tests::city::visitors::{self, Visitor};
use tests::city::year::{self, Judged, Must, Summary};

/// Builds a city of real nodes and hubs on this machine and shows its table
#[derive(Parser)]
#[command(name = "xinqiao-city")]
struct Arguments {
    #[command(flatten)]
    globals: Globals,
    /// End with exit code 0 after table and referrals are shown
    #[arg(long)]
    once: bool,
    /// Number of fictitious schools, 6 to 949; a year under seal takes 12 to 20, or 53 and more
    #[arg(long, default_value_t = 12)]
    schools: usize,
    /// Seed of the generated pupils and answers
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Schools whose ledgers are filled with a generated life, up to today
    #[arg(long, value_name = "N", default_value_t = SMALL_CITY_MAX)]
    life: usize,
    /// Without the health commission's hub: what is about persons goes rounded
    #[arg(long)]
    one_hub: bool,
    /// Play a school year under seal, write what every role has seen, and judge it
    #[arg(long, requires = "export", conflicts_with_all = ["one_hub", "data", "once", "life"])]
    year: bool,
    /// Of the year only the last weeks of the autumn term, 1 to 21
    #[arg(long, value_name = "N", requires = "year")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=i64::from(Course::WEEKS_MAX)))]
    weeks: Option<u32>,
    /// New or empty folder for the files of the year, one for each role
    #[arg(long, value_name = "DIR", requires = "year")]
    export: Option<PathBuf>,
    /// Folder with real rolls and answers, for the schools that have them
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder that keeps every unit's data folder; a temporary one is removed at the end
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The help in Chinese.
const CHINESE: Translation = &[
    (
        "Builds a city of real nodes and hubs on this machine and shows its table",
        "在本机建起一座由真实节点和枢纽组成的演示城市，并显示全市统计表",
    ),
    (
        "End with exit code 0 after table and referrals are shown",
        "显示统计表和转介结果后即结束，退出码为 0",
    ),
    (
        "Number of fictitious schools, 6 to 949; a year under seal takes 12 to 20, or 53 and more",
        "虚构学校的数量，6 至 949；模拟密封汇总的学年须为 12 至 20 所，或 53 所及以上",
    ),
    ("Seed of the generated pupils and answers", "生成学生和答卷所用的种子"),
    (
        "Without the health commission's hub: what is about persons goes rounded",
        "不设卫健部门的枢纽：关于学生的数取整后上报",
    ),
    (
        "Play a school year under seal, write what every role has seen, and judge it",
        "模拟一个学年的密封汇总，写出各方所见的数据并检查能否推算出小数值",
    ),
    (
        "Of the year only the last weeks of the autumn term, 1 to 21",
        "只模拟秋季学期的最后几周，1 至 21",
    ),
    (
        "New or empty folder for the files of the year, one for each role",
        "存放各方所见数据的文件夹（每方一个文件），须为空目录或尚不存在",
    ),
    (
        "Folder with real rolls and answers, for the schools that have them",
        "真实名册和答卷所在的目录，供有数据的学校使用",
    ),
    (
        "Schools whose ledgers are filled with a generated life, up to today",
        "按模拟生成截至今天的台账的学校数",
    ),
    (
        "Folder that keeps every unit's data folder; a temporary one is removed at the end",
        "保留各单位数据目录的文件夹；不指定则用临时目录，结束时删除",
    ),
];

const INTERRUPTED: Text = Text::new(
    "已中断；用 --dir 指定的目录里是没有建完的城市。",
    "interrupted; a folder given with --dir holds a half-built city.",
);
const NUMBER: Text = Text::new(
    "演示城市的学校数量须在 6 至 949 之间，没有建立任何内容。",
    "a demonstration city has 6 to 949 schools; nothing was made.",
);
const IN_USE: Text = Text::new(
    "--dir 或 --export 指定的目录不是空的，其中的内容没有改动。",
    "the folder of --dir or --export is not empty; nothing in it was touched.",
);
const YEAR_NEEDED: Text = Text::new(
    "--export 和 --weeks 只与 --year 一起使用；没有建立任何内容。",
    "--export and --weeks go with --year only; nothing was made.",
);
const YEAR_NEEDED_NEXT: Text = Text::new(
    "要模拟一个学年：xinqiao-city --year --export 目录；只看演示城市的，去掉这两项。",
    "To play a school year: xinqiao-city --year --export DIR; to look at a city, leave them out.",
);
const NO_GROUP: Text = Text::new(
    "{0} 所学校时，两个区不能各组成一组，无法模拟密封汇总的学年；没有建立任何内容。",
    "with {0} schools not each of two districts has a group, so a year under seal cannot be \
     played; nothing was made.",
);
const NO_GROUP_SPREAD: Text = Text::new(
    "学校超过 {1} 所时分散到所有的区；{0} 所时，没有一个区的同一学段有五所学校，组不成组，\
     无法模拟密封汇总的学年；没有建立任何内容。",
    "above {1} schools they are spread over all districts, and with {0} no district has five \
     schools of one stage: there is no group, so a year under seal cannot be played; nothing was \
     made.",
);
const NO_GROUP_NEXT: Text = Text::new(
    "请用 --schools {0} 至 {1}，或 {2} 及以上。",
    "Use --schools {0} to {1}, or {2} and more.",
);
const YEAR_FAILED: Text = Text::new(
    "本次模拟没有通过：有数值对不上，有不应推算出的数值被推算出来，或有文件没有检查成，见上表；各方的文件已写好。",
    "the year does not hold: a sum differs, or the attacker does not say of a file what it must or \
     could not judge it, see above; the files are written.",
);
const IN_USE_NEXT: Text = Text::new("请另选一个空目录。", "Choose an empty folder.");
const FAILED: Text = Text::new("演示城市没有建成。", "the demonstration city was not finished.");

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if let Some(Asked { program, own, clock }) = Program::asked(&args) {
        end_with_parent(&own);
        if let Some(file) = clock
            && let Err(error) = live_in(&file)
        {
            eprintln!("the time of the city cannot be read: {error}");
            return ExitCode::FAILURE;
        }
        return match program {
            Program::Authority => hub::ca::run(own),
            Program::Hub => hub::cli::run(own),
            Program::Node => node::cli::run(own.into_iter()),
        };
    }
    let arguments: Arguments = match parse(args, CHINESE) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let outcome = block_on(run(&arguments)).and_then(|ended| match ended? {
        Ended::Done => Ok(()),
        Ended::Stopped => Err(Failure::new(Exit::Interrupted, "INTERRUPTED", INTERRUPTED)),
    });
    Terminal::new(&arguments.globals).finish(outcome)
}

/// What went wrong on the way.
fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    Failure::new(Exit::Failed, "CITY", FAILED).because_said(reason::said(error.into().as_ref()))
}

/// How the city came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// The table was shown, and nothing more was asked for.
    Done,
    /// Somebody stopped it.
    Stopped,
}

/// Ends at Ctrl-C, when a service manager asks, or when the terminal goes away.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (end, hang_up) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()));
        if let (Ok(mut end), Ok(mut hang_up)) = (end, hang_up) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = end.recv() => {}
                _ = hang_up.recv() => {}
            }
            return;
        }
    }
    // Without signals of the system, Ctrl-C is all there is.
    let _ = tokio::signal::ctrl_c().await;
}

/// Whether what is given goes together, before anything is made.
fn check(arguments: &Arguments) -> Result<(), Failure> {
    let is_of_year = arguments.export.is_some() || arguments.weeks.is_some();
    if is_of_year && !arguments.year {
        return Err(Failure::new(Exit::Usage, "YEAR_NEEDED", YEAR_NEEDED).hint(YEAR_NEEDED_NEXT));
    }
    if arguments.year && arguments.schools < YEAR_SCHOOLS_MIN {
        return Err(no_group(arguments.schools));
    }
    Ok(())
}

fn no_group(schools: usize) -> Failure {
    let text = if schools > SMALL_CITY_MAX { NO_GROUP_SPREAD } else { NO_GROUP };
    let message = Sentence::new(text, &[&schools, &SMALL_CITY_MAX]);
    let numbers: [&dyn Display; 3] = [&YEAR_SCHOOLS_MIN, &SMALL_CITY_MAX, &YEAR_SPREAD_MIN];
    let next = Sentence::new(NO_GROUP_NEXT, &numbers);
    Failure::new(Exit::Usage, "NO_GROUP", message).hint(next)
}

async fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    check(arguments)?;
    let plan = plan(arguments.schools).map_err(|error| match error {
        PlanError::Schools(_) => Failure::new(Exit::Usage, "SCHOOLS", NUMBER),
        other => failed(other),
    })?;
    let is_full = |dir: &PathBuf| dir.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if [&arguments.dir, &arguments.export].into_iter().flatten().any(is_full) {
        return Err(Failure::new(Exit::Refused, "FOLDER_IN_USE", IN_USE).hint(IN_USE_NEXT));
    }
    let temporary = match &arguments.dir {
        Some(_) => None,
        None => Some(Temporary::new().map_err(failed)?),
    };
    let chosen = temporary.as_ref().map(Temporary::units).or_else(|| arguments.dir.clone());
    let course = arguments.year.then(|| arguments.weeks.map_or(Course::YEAR, Course::last_weeks));
    let wishes = Wishes {
        program: std::env::current_exe().map_err(failed)?,
        dir: chosen.unwrap_or_default(),
        data: arguments.data.clone(),
        seed: arguments.seed,
        lives: arguments.life,
        stay: !arguments.once && !arguments.year,
        hubs: if arguments.one_hub { Hubs::Education } else { Hubs::Both },
        founded: course.map_or(FOUNDED, |course| course.founded),
        plan_from: course.map_or(PLAN_FROM, |course| course.plan_from),
    };
    let city = City::new(wishes, plan).map_err(failed)?;
    let mut city = city.speaking(arguments.globals.lang());
    let shown = AtomicBool::new(false);
    let asked = async {
        match course.zip(arguments.export.as_deref()) {
            Some((course, export)) => play(arguments, &mut city, course, export).await,
            None => show(arguments, &mut city, &shown).await,
        }
    };
    let ended = tokio::select! {
        ended = asked => ended,
        () = told_to_stop() => Ok(Ended::Stopped),
    };
    city.stop().await;
    // Stopping a city that is up is how it is meant to end.
    match ended? {
        Ended::Stopped if !shown.load(Ordering::Relaxed) => Ok(Ended::Stopped),
        _ => Ok(Ended::Done),
    }
}

/// Plays a year, prints its summary, and fails where it does not hold.
async fn play(
    arguments: &Arguments,
    city: &mut City,
    course: Course,
    export: &Path,
) -> Result<Ended, Failure> {
    let (lang, json) = (arguments.globals.lang(), arguments.globals.json);
    if city.areas.is_empty() {
        return Err(no_group(arguments.schools));
    }
    let progress = Progress::new(std::io::stderr().is_terminal(), json);
    tracks(&progress, city, lang);
    let weeks = course.mondays().count() as u64;
    progress.track("year", sentence(lang, "学年各周", "Weeks of the year"), weeks);
    progress.track("views", sentence(lang, "检查各方所见", "What every role has seen"), 1);
    let played = year::play(city, course, export, &progress).await;
    progress.finish();
    let summary = played.map_err(failed)?;
    if json {
        println!("{:#}", serde_json::json!({ "holds": summary.holds(), "year": summary }));
    } else {
        println!("{}", summary_text(&summary, lang));
    }
    let holds = summary.holds();
    if holds { Ok(Ended::Done) } else { Err(Failure::new(Exit::Problems, "YEAR", YEAR_FAILED)) }
}

/// The summary of a year for a person to read.
fn summary_text(summary: &Summary, lang: Lang) -> String {
    let exactness = &summary.exactness;
    let mut table = Table::new();
    for (zh, en, align) in [
        ("文件", "file", Align::Left),
        ("隐藏数值", "hidden", Align::Right),
        ("推算出的小数值", "small, found", Align::Right),
        ("未能判定", "undecided", Align::Right),
        ("秒", "seconds", Align::Right),
        ("结论", "verdict", Align::Left),
    ] {
        table = table.column(sentence(lang, zh, en), align);
    }
    for file in &summary.files {
        let verdict = match (file.must, file.holds()) {
            _ if file.unjudged.is_some() => {
                sentence(lang, "不通过：没有检查成", "FAILS: not judged")
            }
            (Must::Safe, true) => sentence(lang, "推算不出", "nothing follows"),
            (Must::Leak, true) => sentence(lang, "应推算出，已推算出", "must be found, found"),
            (Must::Safe, false) => sentence(lang, "不通过", "FAILS"),
            (Must::Leak, false) => sentence(lang, "不通过：没有推算出", "FAILS: not found"),
        };
        table.row(vec![
            file.file.clone(),
            file.hidden.to_string(),
            file.leaks.to_string(),
            file.undecided.to_string(),
            format!("{:.1}", file.seconds),
            verdict.to_owned(),
        ]);
    }
    let [founded, played, judged] = summary.seconds;
    let (schools, weeks, reports) = (summary.schools, summary.weeks, summary.reports);
    let (refused, late, opened) = (summary.refused, summary.late, summary.opened);
    let (published, unpublished) = (summary.published.len(), summary.unpublished.len());
    let (cells, filled, differing) = (exactness.cells, exactness.filled, exactness.differing);
    let (skipped, closed) = (exactness.skipped, summary.kept_closed);
    let text = match lang {
        Lang::Zh => format!(
            "{schools} 所学校，{weeks} 周，密封报告 {reports} 份（退回 {refused} 份，迟一周 {late} 次）；\
             开启合计 {opened} 个，攻击检查拦下 {closed} 个；加噪声公开发布 {published} 次（未获准 {unpublished} 次）。\n\
             逐格核对 {cells} 格（非零 {filled} 格）：不一致 {differing} 格，未能核对的表 {skipped} 张。\n\
             用时：建城 {founded:.0} 秒，各周 {played:.0} 秒，导出与检查 {judged:.0} 秒。"
        ),
        Lang::En => format!(
            "{schools} schools, {weeks} {}, {reports} sealed reports ({refused} refused, a week \
             late {late} times); {opened} sums opened, {closed} kept closed by the attacker; \
             {published} releases published with noise ({unpublished} refused).\n\
             {cells} cells recounted, {filled} of them not zero: {differing} differ, {skipped} \
             tables not compared.\n\
             Seconds: {founded:.0} to build, {played:.0} for the weeks, {judged:.0} to write and \
             judge.",
            if weeks == 1 { "week" } else { "weeks" },
        ),
    };
    format!("{}\n\n{text}{}", table.render(), named_lines(summary))
}

/// What of a summary is named one by one: cells that differ, releases that were refused, files that
/// were not judged.
fn named_lines(summary: &Summary) -> String {
    let why = |file: &Judged| file.unjudged.as_ref().map(|why| format!("{}: {why}", file.file));
    let unjudged = summary.files.iter().filter_map(why);
    let known = summary.exactness.differ.iter().chain(&summary.unpublished).cloned();
    known.chain(unjudged).map(|line| format!("\n{line}")).collect()
}

async fn show(
    arguments: &Arguments,
    city: &mut City,
    shown: &AtomicBool,
) -> Result<Ended, Failure> {
    let (lang, json) = (arguments.globals.lang(), arguments.globals.json);
    let progress = Progress::new(std::io::stderr().is_terminal(), json);
    tracks(&progress, city, lang);
    let started = Instant::now();
    city.build(&progress).await.map_err(failed)?;
    let build = started.elapsed();
    let (table, climb) = wait_until_complete(city).await.map_err(failed)?;
    progress.finish();
    let timings = Timings {
        build_seconds: build.as_secs_f64(),
        climb_seconds: climb.as_secs_f64(),
        hub_memory_mib: city.peak_hub_memory_kib().map(|kib| kib / 1024),
    };
    if !json {
        println!("{}\n", table_text(&table, lang));
        println!(
            "{}\n{}\n",
            sentence(lang, "来源", "Where each number came from"),
            provenance_text(city, lang).map_err(failed)?
        );
        eprintln!(
            "{} {:.1} s + {:.1} s",
            sentence(lang, "用时（建城 + 汇总）", "Time (build + roll-up):"),
            timings.build_seconds,
            timings.climb_seconds
        );
        shown.store(true, Ordering::Relaxed);
    }
    let week = Box::pin(referrals::week_of(city)).await.map_err(failed)?;
    let ended = week.as_ref().map(|week| week.ended.as_slice()).unwrap_or_default();
    if json {
        let value = serde_json::json!({ "table": table, "timings": timings, "referrals": ended });
        println!("{value:#}");
        shown.store(true, Ordering::Relaxed);
    } else if !ended.is_empty() {
        println!("{}\n", referrals_text(ended, lang));
    }
    if arguments.once {
        return Ok(Ended::Done);
    }
    let mut visitors = visitors::admit(city).await.map_err(failed)?;
    visitors.extend(week.map(|week| week.lane.visitor()));
    welcome(lang, (arguments.schools, &city.wishes.dir, arguments.dir.is_none()), &visitors);
    std::future::pending().await
}

/// What became of the referrals of a week, a line each.
fn referrals_text(ended: &[referrals::Ended], lang: Lang) -> String {
    let title = sentence(lang, "一周的转介（加密信件）", "A week of referrals, sealed");
    let lines = ended.iter().map(|one| format!("\n  {}", one.line(lang)));
    format!("{title}{}", lines.collect::<String>())
}

const fn sentence(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn tracks(progress: &Progress, city: &City, lang: Lang) {
    let is_sealed = !city.areas.is_empty();
    let hubs = city.plan.hubs.len() as u64 + u64::from(is_sealed);
    let schools = city.plan.schools.len() as u64;
    progress.track("commissions", sentence(lang, "根证书", "Commissions' roots"), 1);
    progress.track("packs", sentence(lang, "签发口径与量表", "Signed packs"), 1);
    progress.track("hubs", sentence(lang, "枢纽", "Hubs"), hubs);
    progress.track(
        "schools",
        sentence(lang, "学校导入与上报", "Schools import and report"),
        schools,
    );
    if is_sealed {
        for (name, zh, en) in [
            ("plans", "公钥声明与汇总方案", "Key statements and open plans"),
            ("keys", "卫健方核定学校密钥", "Schools' keys stated by health"),
            ("checked", "两方核验密封报告", "Sealed reports checked by both hubs"),
            ("weeks", "开启每周合计", "Sums of weeks opened"),
            ("term", "开启学期合计", "Sums of the term opened"),
        ] {
            progress.track(name, sentence(lang, zh, en), 1);
        }
    }
}

/// Says where the pages are and how to sign in; to standard error, where talk goes.
fn welcome(lang: Lang, (schools, dir, is_removed): (usize, &Path, bool), visitors: &[Visitor]) {
    eprintln!("\n{}", sentence(lang, "网页（仅限本机）：", "Web pages (this machine only):"));
    for visitor in visitors {
        eprintln!(
            "  {}  http://{}/  {} {}  {} {}",
            visitor.name.in_lang(lang),
            visitor.address,
            sentence(lang, "账号", "login"),
            visitor.login,
            sentence(lang, "密码", "password"),
            visitor.password
        );
    }
    if schools > SMALL_CITY_MAX {
        eprintln!(
            "  {}",
            sentence(
                lang,
                "学校超过 20 所时学校节点不常驻。",
                "Above 20 schools no node stays up."
            )
        );
    }
    let ends = if is_removed {
        sentence(
            lang,
            "（正常结束时删除；被强行终止时会留下，请自行删除）",
            "(removed at the end; stays if the program is killed, and is then yours to remove)",
        )
    } else {
        sentence(lang, "（结束后保留）", "(kept)")
    };
    eprintln!("{} {} {ends}", sentence(lang, "数据文件夹：", "Data folders:"), dir.display());
    let clock = sentence(
        lang,
        "演示城市有自己的时间；直接对这些文件夹运行 xinqiao-hub、xinqiao-node 时用的是本机时间。",
        "The city has a time of its own; xinqiao-hub and xinqiao-node that are run on these \
         folders go by this machine's clock.",
    );
    eprintln!("{clock}");
    eprintln!("{} {}", sentence(lang, "按 Ctrl-C 结束。城市：", "Ctrl-C ends it. City:"), CITY.0);
}

#[cfg(test)]
mod help {
    use clap::CommandFactory;

    use super::*;

    /// What belongs to a year is refused without one, and a year with too few schools names the
    /// least number; nothing is made before.
    #[test]
    fn a_year_is_asked_for_whole() {
        let code = |args: &[&str]| {
            let asked = Arguments::try_parse_from([&["xinqiao-city"], args].concat());
            asked.map_or("CLAP", |asked| check(&asked).map_or_else(|it| it.code(), |()| ""))
        };
        assert_ne!(code(&["--export", "seen"]), "");
        assert_ne!(code(&["--weeks", "2"]), "");
        assert_eq!(code(&["--year", "--export", "seen"]), "");
        assert_eq!(code(&["--year", "--export", "seen", "--schools", "11"]), "NO_GROUP");
        // What is said to work is what does: tests of the plan hold both numbers.
        for schools in [11, 25] {
            let failure = no_group(schools);
            for lang in [Lang::Zh, Lang::En] {
                let next = failure.next_step(lang).expect("a hint");
                assert!(["12", "20", "53"].iter().all(|number| next.contains(number)), "{next}");
            }
        }
        assert_eq!(code(&["--schools", "11"]), "");
    }

    /// Every text of the help has its Chinese.
    #[test]
    fn the_help_is_whole_in_chinese() {
        let missing = runtime::cli::untranslated(&Arguments::command(), CHINESE);
        assert_eq!(missing, Vec::<String>::new());
    }
}
