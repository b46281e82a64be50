//! A school behind a network of the test's, with a clock of its own, below a street, a district
//! and a city of real processes; and what the school's own `status` says.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::civil::{Date, DateTime, date};
use jiff::{Span, ToSpan as _};
use runtime::sql::SqlError;
use serde_json::Value;
use tests::city::build::{City, Hubs};
use tests::city::days::PLAN_FROM;
use tests::city::process::{Launcher, Program, Service};
use tests::city::progress::Progress;

use crate::network::{Network, Way};
use crate::{SCHOOL, STREET, held, rounds};

/// When everything is set up, and the Sunday up to which the school's life is written.
const FOUNDED: DateTime = date(2025, 11, 3).at(8, 0, 0, 0);
const LIVED_UNTIL: Date = date(2026, 1, 18);
/// How long something may take to be said, or to heal.
const WITHIN: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long a connection that is lost cannot be made anew.
const SHUT: Duration = Duration::from_millis(200);
/// How far the city's time goes on between two looks: whoever waits to try again does. Less than
/// what passes for a wrong clock: somebody may be asked for the time just then.
const LOOK_SECONDS: i64 = 20;

/// What is played on.
pub struct Stage {
    pub city: City,
    pub network: Network,
    _folder: tempfile::TempDir,
    school: Service,
    launcher: Launcher,
    /// The school's clock, and by how much it is wrong.
    clock: PathBuf,
    wrong_ms: i64,
    at: DateTime,
}

impl Stage {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let dir = folder.path().join("city");
        let mut city = crate::city(&dir, &[SCHOOL], (Hubs::Education, FOUNDED), PLAN_FROM);
        city.found(&Progress::new(false, true)).await.unwrap_or_else(|error| panic!("{error}"));
        city.enrol_schools().await.unwrap_or_else(|error| panic!("{error}"));
        write_life(&city).await;
        let network = Network::to(city.addresses(STREET).expect("street").members).await;
        let way = [("parent_address", network.address.to_string())];
        let file = city.folder(SCHOOL).join("node.toml");
        node::config::update(&file, &way).expect("configuration");
        let clock = folder.path().join("clock-of-the-school");
        write_clock(&city, (&clock, 0));
        let program = city.wishes.program.clone();
        let launcher = Launcher::new(&program, &folder.path().join("school"), &clock);
        let launcher = launcher.expect("launcher");
        let console = city.school_console(SCHOOL).expect("console");
        let school = serve(&launcher, &city, console).await;
        let mut stage = Self {
            city,
            network,
            _folder: folder,
            school,
            launcher,
            clock,
            wrong_ms: 0,
            at: FOUNDED,
        };
        let before = stage.kept();
        stage.week();
        stage.until_delivered(before).await;
        stage
    }

    /// Time goes on, at the school by its own clock.
    pub fn pass(&mut self, span: Span) {
        self.at += span;
        self.city.time.move_to(self.at).expect("time");
        write_clock(&self.city, (&self.clock, self.wrong_ms));
    }

    /// A week passes, and the sheets of the one before are due.
    pub fn week(&mut self) {
        let due = (self.at.date() + 7.days()).at(8, 0, 0, 0);
        // The first one is a Tuesday.
        let past = i64::from(due.date().weekday().since(jiff::civil::Weekday::Tuesday));
        let due = due - past.days();
        self.pass(self.at.until(due).expect("later"));
    }

    /// The school's clock is wrong from now on.
    pub fn step_clock(&mut self, wrong_ms: i64) {
        self.wrong_ms = wrong_ms;
        write_clock(&self.city, (&self.clock, self.wrong_ms));
    }

    /// The connection is lost and may be made anew.
    pub async fn blink(&self) {
        self.network.set(Way::Refused);
        // The network learns what it is now and not what it was: set twice at once, it never shuts.
        tokio::time::sleep(SHUT).await;
        self.network.set(Way::Open);
    }

    /// What the street's hub keeps of the school; never asked while its process stands still.
    pub fn kept(&self) -> u64 {
        let count: Result<_, SqlError> = held::store(&self.city, STREET)
            .read(|tx| tx.query_opt("select count(*) from contribution", &[], |row| row.u64(0)));
        count.expect("street").unwrap_or(0)
    }

    /// What the school says of itself.
    pub async fn status(&mut self) -> Value {
        assert!(self.school.is_running(), "the school's service ended");
        let data = self.city.folder(SCHOOL).display().to_string();
        let args = ["status", "--json", "--data", &data];
        let ended = self.launcher.ended(Program::Node, SCHOOL, &args).await;
        let ended = ended.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(ended.code, 0, "{}", ended.printed);
        serde_json::from_str(&ended.printed).expect("json")
    }

    /// Waits until `status` says something; gives it.
    pub async fn until_says(&mut self, what: &str, says: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let status = self.status().await;
            if says(&status) {
                return status;
            }
            assert!(started.elapsed() < WITHIN, "{what} is not said: {status:#}");
            self.pass(LOOK_SECONDS.seconds());
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until `status` names a problem, with what happened and who must act.
    pub async fn until_problem(&mut self, code: &str) {
        let status = self.until_says(code, |status| problem(status, code).is_some()).await;
        let problem = problem(&status, code).expect("problem");
        for part in ["what", "who"] {
            assert!(problem[part].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        println!("{code}: {} ({})", problem["what"], problem["who"]);
    }

    /// Waits until more is kept than before, nothing waits, and nothing is wrong with the link. So
    /// at two looks: what is due may not be queued yet, or not all of it.
    pub async fn until_delivered(&mut self, before: u64) {
        let is_well = |status: &Value| {
            let away = ["UNREACHABLE", "SILENT"].map(|code| problem(status, code));
            away.iter().all(Option::is_none)
                && status["last_error"] == ""
                && status["statistics"]["waiting"] == 0
        };
        let (started, mut last) = (Instant::now(), before);
        loop {
            self.until_says("that all is well", is_well).await;
            let kept = self.kept();
            if kept > before && kept == last {
                return;
            }
            last = kept;
            assert!(started.elapsed() < WITHIN, "nothing more arrived");
            self.pass(LOOK_SECONDS.seconds());
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub async fn end(self) {
        self.school.stop().await;
        self.city.stop().await;
    }
}

/// A problem that `status` names.
pub fn problem<'s>(status: &'s Value, code: &str) -> Option<&'s Value> {
    status["problems"].as_array()?.iter().find(|one| one["code"] == code)
}

/// The school's whole life, before anything of it is due.
async fn write_life(city: &City) {
    let (dir, clock) = (city.wishes.dir.clone(), city.clock());
    let write = move || {
        let node = rounds::open((&dir, SCHOOL), clock)?;
        rounds::write(&node, None, LIVED_UNTIL)
    };
    let written = tokio::task::spawn_blocking(write).await.expect("thread");
    drop(written.unwrap_or_else(|error| panic!("{error}")));
}

async fn serve(launcher: &Launcher, city: &City, console: SocketAddr) -> Service {
    let (data, address) = (city.folder(SCHOOL).display().to_string(), console.to_string());
    let args = ["serve", "--data", &data, "--console", &address];
    let ready = move || std::net::TcpStream::connect(console).is_ok();
    let served = launcher.serve(Program::Node, SCHOOL, &args, ready).await;
    served.unwrap_or_else(|error| panic!("{error}"))
}

/// Writes the school's clock: the city's, wrong by so much. Replaced whole, so that nobody reads
/// half of it.
fn write_clock(city: &City, (file, wrong_ms): (&Path, i64)) {
    let ahead = std::fs::read_to_string(city.time.file()).expect("the city's clock");
    let ahead: i64 = ahead.parse().expect("milliseconds");
    let new = file.with_extension("new");
    std::fs::write(&new, (ahead + wrong_ms).to_string()).expect("clock");
    std::fs::rename(&new, file).expect("clock");
}
