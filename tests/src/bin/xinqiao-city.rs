//! `xinqiao-city`: builds a demonstration city of real processes, prints its table and stays up.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::Parser;
use runtime::web::Lang;
use tests::city::build::{City, Wishes};
use tests::city::plan::{CITY, SMALL_CITY_MAX, plan};
use tests::city::process::{Program, end_with_parent};
use tests::city::progress::Progress;
use tests::city::report::{Timings, provenance_text, table_text, wait_until_complete};
use tests::city::visitors::{self, Visitor};

/// Builds a city of real nodes and hubs on this machine and shows its table
#[derive(Parser)]
#[command(name = "xinqiao-city", version)]
struct Arguments {
    /// End with exit code 0 after the table is shown
    #[arg(long)]
    once: bool,
    /// Number of fictitious schools, 6 to 949
    #[arg(long, default_value_t = 12)]
    schools: usize,
    /// Seed of the generated pupils and answers
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Schools whose ledgers are filled with a generated life, up to today
    #[arg(long, value_name = "N", default_value_t = SMALL_CITY_MAX)]
    life: usize,
    /// Folder with real rolls and answers, for the schools that have them
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder that keeps every unit's data folder; a temporary one is removed at the end
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Print the table, coverage and timings as JSON and nothing else on standard output
    #[arg(long)]
    json: bool,
    /// Language of the output: zh or en
    #[arg(long, value_name = "zh|en")]
    lang: Option<String>,
}

/// Exit code of a command that was interrupted.
const INTERRUPTED: u8 = 130;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if let Some((program, own)) = Program::asked(&args) {
        end_with_parent(&own);
        return match program {
            Program::Authority => hub::ca::run(own),
            Program::Hub => hub::cli::run(own),
            Program::Node => node::cli::run(own.into_iter()),
        };
    }
    let arguments = Arguments::parse_from(args);
    let executor = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match executor {
        Ok(executor) => executor.block_on(run(&arguments)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(Ended::Done) => ExitCode::SUCCESS,
        Ok(Ended::Stopped) => {
            eprintln!("interrupted; a folder given with --dir holds a half-built city");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
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

async fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    let plan = plan(arguments.schools)?;
    if arguments
        .dir
        .as_ref()
        .is_some_and(|dir| dir.read_dir().is_ok_and(|mut d| d.next().is_some()))
    {
        return Err("the folder of --dir is not empty; nothing in it was touched".into());
    }
    let temporary = tempfile::tempdir()?;
    let wishes = Wishes {
        dir: arguments.dir.clone().unwrap_or_else(|| temporary.path().to_owned()),
        data: arguments.data.clone(),
        seed: arguments.seed,
        lives: arguments.life,
        stay: !arguments.once,
    };
    let mut city = City::new(wishes, plan)?;
    let shown = AtomicBool::new(false);
    let ended = tokio::select! {
        ended = show(arguments, &mut city, &shown) => ended,
        () = told_to_stop() => Ok(Ended::Stopped),
    };
    city.stop().await;
    // Stopping a city that is up is how it is meant to end.
    match ended? {
        Ended::Stopped if !shown.load(Ordering::Relaxed) => Ok(Ended::Stopped),
        _ => Ok(Ended::Done),
    }
}

async fn show(
    arguments: &Arguments,
    city: &mut City,
    shown: &AtomicBool,
) -> Result<Ended, Failure> {
    let lang = language(arguments);
    let progress = Progress::new(std::io::stderr().is_terminal(), arguments.json);
    tracks(&progress, city, lang);
    let started = Instant::now();
    city.build(&progress).await?;
    let build = started.elapsed();
    let (table, climb) = wait_until_complete(city).await?;
    progress.finish();
    let timings = Timings {
        build_seconds: build.as_secs_f64(),
        climb_seconds: climb.as_secs_f64(),
        hub_memory_mib: city.peak_hub_memory_kib().map(|kib| kib / 1024),
    };
    if arguments.json {
        let value = serde_json::json!({ "table": table, "timings": timings });
        println!("{}", serde_json::to_string_pretty(&value)?);
    } else {
        println!("{}\n", table_text(&table, lang));
        println!(
            "{}\n{}\n",
            sentence(lang, "来源", "Where each number came from"),
            provenance_text(city, lang)?
        );
        eprintln!(
            "{} {:.1} s + {:.1} s",
            sentence(lang, "用时（建城 + 汇总）", "Time (build + roll-up):"),
            timings.build_seconds,
            timings.climb_seconds
        );
    }
    shown.store(true, Ordering::Relaxed);
    if arguments.once {
        return Ok(Ended::Done);
    }
    let visitors = visitors::admit(city).await?;
    welcome(lang, arguments.schools, &visitors);
    std::future::pending().await
}

fn language(arguments: &Arguments) -> Lang {
    let asked = arguments.lang.as_deref().and_then(Lang::from_code);
    asked.unwrap_or_else(|| runtime::cli::locale(|name| std::env::var(name).ok()))
}

const fn sentence(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn tracks(progress: &Progress, city: &City, lang: Lang) {
    let hubs = city.plan.hubs.len() as u64;
    let schools = city.plan.schools.len() as u64;
    progress.track("commissions", sentence(lang, "根证书", "Commissions' roots"), 1);
    progress.track("packs", sentence(lang, "签发口径与量表", "Signed packs"), 1);
    progress.track("hubs", sentence(lang, "枢纽", "Hubs"), hubs);
    progress.track(
        "schools",
        sentence(lang, "学校导入与上报", "Schools import and report"),
        schools,
    );
}

/// Says where the pages are and how to sign in; to standard error, where talk goes.
fn welcome(lang: Lang, schools: usize, visitors: &[Visitor]) {
    eprintln!("\n{}", sentence(lang, "网页（仅限本机）：", "Web pages (this machine only):"));
    for visitor in visitors {
        eprintln!(
            "  {}  http://{}/  {} {}  {} {}",
            visitor.name.in_lang(lang),
            visitor.address,
            sentence(lang, "账号", "login"),
            visitor.login,
            sentence(lang, "口令", "password"),
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
    eprintln!("{} {}", sentence(lang, "按 Ctrl-C 结束。城市：", "Ctrl-C ends it. City:"), CITY.0);
}
