//! A school's office in the demonstration: sets the node up, joins, imports, reports.
//!
//! Its files are real ones where they were asked for and exist, and generated ones elsewhere; they
//! lie outside the node's data folder, as an office's files do.

use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;
use node::unlock::Opener;
use proto::pack::embedded;
use runtime::clock::Clock;

use super::build::{BuildError, TERM, TREE_FROM, Wishes, path_text};
use super::generate::{Generated, generate};
use super::plan::{REAL_SCHOOLS, SchoolPlan};
use super::process::{Launcher, ProcessError, Program, write_private};
use super::visitors::{self, Desk};
use crate::life::Life;
use crate::life::school::Failure;

/// What happens in one school's office.
pub(super) struct Office {
    /// Starts commands.
    pub(super) launcher: Launcher,
    /// What was asked for.
    pub(super) wishes: Wishes,
    /// The node's data folder.
    pub(super) folder: PathBuf,
    /// Whether its ledgers are filled with a generated life.
    pub(super) lives: bool,
}

impl Office {
    /// Everything from an empty folder to the term's reports.
    pub(super) async fn work(&self, plan: &SchoolPlan, code: &str) -> Result<(), BuildError> {
        self.set_up(plan).await?;
        self.node(plan, &["join", "--code-file", code, "--yes", "--roots-compared"]).await?;
        let files = self.files(plan).await?;
        let roster = ["import", "roster", &files.roster, "--yes", "--as-of", TREE_FROM];
        self.node(plan, &roster).await?;
        let staff = ["import", "staff", &files.staff, "--yes", "--as-of", TREE_FROM];
        self.node(plan, &staff).await?;
        let password = self.counsellor(plan).await?;
        let [login, ..] = visitors::COUNSELLOR;
        self.name_responsible(plan, (login, &password)).await?;
        for (scale, file) in &files.answers {
            let mut args = vec!["import", "answers", file, "--scale", scale, "--term", TERM];
            args.extend(["--yes", "--as", login, "--password-file", &password]);
            self.node(plan, &args).await?;
        }
        if self.lives {
            self.live(plan).await?;
        }
        self.node(plan, &["release", "send", TERM, "--yes"]).await?;
        if self.lives {
            // The weeks and months that the life has filled.
            self.node(plan, &["release", "send", "--yes"]).await?;
        }
        Ok(())
    }

    /// A life in the ledgers from the first day of the term until today, written by this process
    /// while no other has the ledger open.
    async fn live(&self, plan: &SchoolPlan) -> Result<(), BuildError> {
        let key = self.key_file(plan);
        let (folder, seed) = (self.folder.clone(), self.wishes.seed);
        let lived = tokio::task::spawn_blocking(move || write_life(&folder, &key, seed)).await?;
        lived.map_err(|error| std::io::Error::other(error).into())
    }

    fn key_file(&self, plan: &SchoolPlan) -> PathBuf {
        self.wishes.dir.join("keys").join(format!("{}.key", plan.school.school_code))
    }

    async fn set_up(&self, plan: &SchoolPlan) -> Result<(), BuildError> {
        let school = &plan.school;
        let keys = self.wishes.dir.join("keys");
        std::fs::create_dir_all(&keys)?;
        let unit = &school.school_code;
        let key = path_text(&self.key_file(plan));
        let sheet = path_text(&keys.join(format!("{unit}-recovery.txt")));
        let grades = format!("{}-{}", school.grade_from, school.grade_to);
        let mut args = vec!["init", "--danger-demo-scales"];
        args.extend(["--name-zh", &school.name_zh, "--name-en", &school.name_en]);
        args.extend(["--school-type", school.school_type().as_str(), "--grades", &grades]);
        args.extend(["--recovery-sheet", &sheet, "--danger-key-file", &key]);
        self.node(plan, &args).await?;
        Ok(())
    }

    /// Makes the account of the counsellor, who alone brings answers; gives the file of its
    /// password.
    async fn counsellor(&self, plan: &SchoolPlan) -> Result<String, BuildError> {
        let (unit, keys) = (plan.school.school_code.as_str(), self.wishes.dir.join("keys"));
        let (data, [login, name, role, staff]) = (path_text(&self.folder), visitors::COUNSELLOR);
        let desk = Desk { program: Program::Node, unit, data: &data, keys: &keys };
        let args = [login, "--name", name, "--role", role, "--staff", staff];
        visitors::make(&self.launcher, &desk, login, &args).await?;
        Ok(path_text(&visitors::password_file(&keys, unit, login)))
    }

    /// Names the head of the school as who answers for what leaves it: without one nothing does.
    async fn name_responsible(
        &self,
        plan: &SchoolPlan,
        (login, password): (&str, &str),
    ) -> Result<(), BuildError> {
        let file = self.office_folder(plan)?.join("responsible.toml");
        let head = visitors::HEAD_OF_SCHOOL;
        let entry = format!("day = {TREE_FROM}\npost = \"responsible\"\nstaff = \"{head}\"\n");
        write_private(&file, &entry).await?;
        let file = path_text(&file);
        let mut args = vec!["ledger", "--as", login, "--password-file", password];
        args.extend(["add", "post_holder", "--file", &file]);
        self.node(plan, &args).await?;
        Ok(())
    }

    async fn node(&self, plan: &SchoolPlan, args: &[&str]) -> Result<String, ProcessError> {
        let data = path_text(&self.folder);
        let mut all = args.to_vec();
        all.extend(["--data", &data]);
        self.launcher.run(Program::Node, &plan.school.school_code, &all).await
    }

    /// Real files where they were asked for and exist, generated ones elsewhere.
    async fn files(&self, plan: &SchoolPlan) -> Result<Files, BuildError> {
        let unit = plan.school.school_code.as_str();
        if let Some(data) = self.wishes.data.as_ref().filter(|_| REAL_SCHOOLS.contains(&unit)) {
            let folder = data.join("rosters").join(unit);
            let (roster, answers) = (folder.join("roster.csv"), folder.join("answers.csv"));
            let scale = real_scale(&answers)?;
            let answers = vec![(scale, path_text(&answers))];
            let staff = self.staff_file(plan, &generate(&plan.school, self.wishes.seed)).await?;
            return Ok(Files { roster: path_text(&roster), staff, answers });
        }
        let made = generate(&plan.school, self.wishes.seed);
        let staff = self.staff_file(plan, &made).await?;
        let Generated { roster, answers, .. } = made;
        let folder = self.office_folder(plan)?;
        let file = folder.join("roster.csv");
        write_private(&file, &roster).await?;
        let mut written = Vec::new();
        for (scale, text) in answers {
            let file = folder.join(format!("{scale}.csv"));
            write_private(&file, &text).await?;
            written.push((scale.to_owned(), path_text(&file)));
        }
        Ok(Files { roster: path_text(&file), staff, answers: written })
    }

    /// An office's files, not the node's: they lie outside its data folder.
    fn office_folder(&self, plan: &SchoolPlan) -> Result<PathBuf, BuildError> {
        let folder = self.wishes.dir.join("office").join(&plan.school.school_code);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// The staff is generated, also where the roll is real.
    async fn staff_file(&self, plan: &SchoolPlan, made: &Generated) -> Result<String, BuildError> {
        let file = self.office_folder(plan)?.join("staff.csv");
        write_private(&file, &made.staff).await?;
        Ok(path_text(&file))
    }
}

/// Longest life of a demonstration: it is about one term, and what came after it.
const LIFE_WEEKS_MAX: i64 = 104;

fn write_life(folder: &Path, key: &Path, seed: u64) -> Result<(), Failure> {
    let clock = Clock::system();
    let opener = Opener::danger_from_key_file(key)?;
    let node = node::app::open_folder(folder, &opener, clock.clone())?;
    let first: Date = TREE_FROM.parse()?;
    let last = clock.today().min(first + (7 * LIFE_WEEKS_MAX).days());
    let packs = node.packs()?;
    let life = Life::begin(node.ledger(), seed, first, packs.calendar().terms())?;
    life.until(node.ledger(), last)?.answer_now(node.ledger(), clock.now_ms())?;
    Ok(())
}

struct Files {
    roster: String,
    staff: String,
    /// Scale id and file.
    answers: Vec<(String, String)>,
}

/// The demonstration scale that real answers belong to, by the word in their scale column.
fn real_scale(answers: &Path) -> Result<String, BuildError> {
    let mut reader = csv::Reader::from_path(answers).map_err(std::io::Error::other)?;
    let headers = reader.headers().map_err(std::io::Error::other)?.clone();
    let column = headers.iter().position(|name| name == "量表");
    let first = reader.records().next().transpose().map_err(std::io::Error::other)?;
    let word = first.as_ref().zip(column).and_then(|(row, column)| row.get(column));
    let called = |scale: &domain::scale::Scale| word.is_some_and(|word| scale.is_called(word));
    let scales = embedded::scales().map_err(std::io::Error::other)?;
    let scale = scales.iter().find(|scale| called(scale));
    scale
        .map(|scale| scale.id().to_owned())
        .ok_or_else(|| std::io::Error::other("answers of a scale that is not known").into())
}
