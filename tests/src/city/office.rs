//! A school's office in the demonstration: sets the node up, joins, imports, reports.
//!
//! Its files are real ones where they were asked for and exist, and generated ones elsewhere; they
//! lie outside the node's data folder, as an office's files do.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;
use node::unlock::Opener;
use proto::pack::embedded;
use runtime::clock::Clock;

use super::build::{BuildError, Wishes};
use super::days::{TERM, TREE_FROM};
use super::generate::{Generated, generate, grade_number};
use super::plan::{REAL_SCHOOLS, SchoolPlan};
use super::process::{ProcessError, Program, write_private};
use super::site::{Site, path_text};
use super::visitors::{self, Desk};
use crate::life::Life;
use crate::life::school::Failure;

/// What happens in one school's office.
#[derive(Clone)]
pub struct Office {
    /// Where its node lies.
    pub(super) site: Site,
    /// What was asked for.
    pub(super) wishes: Wishes,
    /// The school.
    pub(super) plan: SchoolPlan,
    /// Whether its ledgers are filled with a generated life.
    pub(super) lives: bool,
    /// Whether its node makes a copy of its folder every day: one school shows it, so that a
    /// demonstration does not fill the disk.
    pub(super) copies: bool,
}

/// A school's roll: the real one where it was asked for and exists, a generated one elsewhere.
pub(super) fn roll(wishes: &Wishes, plan: &SchoolPlan) -> std::io::Result<String> {
    match real_folder(wishes, plan) {
        Some(folder) => std::fs::read_to_string(folder.join(ROLL)),
        None => Ok(generate(&plan.school, wishes.seed).roster),
    }
}

/// Grade and sex (male, female, neither) of everybody on a roll.
pub(super) fn roll_of(text: &str) -> std::io::Result<Vec<(u8, usize)>> {
    let wrong = || Error::new(ErrorKind::InvalidData, "a roll without grade and sex");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().map_err(Error::other)?.clone();
    let place = |name| head.iter().position(|known| known == name).ok_or_else(wrong);
    let (grade, sex) = (place("年级")?, place("性别")?);
    let of = |row: csv::StringRecord| {
        let sex = ["男", "女"].iter().position(|known| row.get(sex) == Some(*known)).unwrap_or(2);
        Ok((row.get(grade).and_then(grade_number).ok_or_else(wrong)?, sex))
    };
    reader.records().map(|row| of(row.map_err(Error::other)?)).collect()
}

/// Name of a school's roll.
const ROLL: &str = "roster.csv";

fn real_folder(wishes: &Wishes, plan: &SchoolPlan) -> Option<PathBuf> {
    let unit = plan.school.school_code.as_str();
    let data = wishes.data.as_ref().filter(|_| REAL_SCHOOLS.contains(&unit))?;
    Some(data.join("rosters").join(unit))
}

impl Office {
    /// Everything from an empty folder to a school that has joined and knows who is there.
    pub(super) async fn join(&self, code: &str) -> Result<(), BuildError> {
        self.set_up().await?;
        self.node(&["join", "--code-file", code, "--yes", "--roots-compared"]).await?;
        let files = self.files().await?;
        self.node(&["import", "roster", &files.roster, "--yes", "--as-of", TREE_FROM]).await?;
        self.node(&["import", "staff", &files.staff, "--yes", "--as-of", TREE_FROM]).await?;
        let password = self.counsellor().await?;
        let [login, ..] = visitors::COUNSELLOR;
        self.name_responsible((login, &password)).await
    }

    /// Brings the term's answers, writes what happened until today, and sends the sheets.
    pub(super) async fn report(&self, clock: Clock) -> Result<(), BuildError> {
        self.bring_answers().await?;
        if self.lives {
            self.live(clock).await?;
        }
        self.node(&["release", "send", TERM, "--yes"]).await?;
        if self.lives {
            // The weeks and months that the life has filled.
            self.node(&["release", "send", "--yes"]).await?;
        }
        Ok(())
    }

    /// The district that it lies in.
    pub(super) fn district(&self) -> &str {
        &self.plan.school.district_code
    }

    /// Brings the autumn term's answers, as the counsellor.
    pub(super) async fn bring_answers(&self) -> Result<(), BuildError> {
        let [login, ..] = visitors::COUNSELLOR;
        let (unit, keys) = (self.unit(), self.site.folder("keys"));
        let password = path_text(&visitors::password_file(&keys, unit, login));
        for (scale, file) in &self.files().await?.answers {
            let mut args = vec!["import", "answers", file, "--scale", scale, "--term", TERM];
            args.extend(["--yes", "--as", login, "--password-file", &password]);
            self.node(&args).await?;
        }
        Ok(())
    }

    /// The school's unit id.
    pub(super) fn unit(&self) -> &str {
        &self.plan.school.school_code
    }

    /// A life in the ledgers from the first day of the term until today, written by this process
    /// while no other has the ledger open.
    async fn live(&self, clock: Clock) -> Result<(), BuildError> {
        let key = self.key_file();
        let (folder, seed) = (self.site.folder(self.unit()), self.wishes.seed);
        let lived =
            tokio::task::spawn_blocking(move || write_life((&folder, &key), seed, &clock)).await?;
        lived.map_err(|error| std::io::Error::other(error).into())
    }

    /// The file with the key of its ledger.
    pub(super) fn key_file(&self) -> PathBuf {
        self.site.folder("keys").join(format!("{}.key", self.unit()))
    }

    async fn set_up(&self) -> Result<(), BuildError> {
        let school = &self.plan.school;
        let keys = self.site.made("keys")?;
        let unit = &school.school_code;
        let key = path_text(&self.key_file());
        let sheet = path_text(&keys.join(format!("{unit}-recovery.txt")));
        let grades = format!("{}-{}", school.grade_from, school.grade_to);
        let mut args = vec!["init", "--danger-demo-scales"];
        args.extend(["--name-zh", &school.name_zh, "--name-en", &school.name_en]);
        args.extend(["--school-type", school.school_type().as_str(), "--grades", &grades]);
        args.extend(["--recovery-sheet", &sheet, "--danger-key-file", &key]);
        self.node(&args).await?;
        if self.copies {
            // A path that is not whole would lie inside of the data folder.
            let to = path_text(&std::path::absolute(self.site.made("copies")?)?);
            let settings = [("backup_to", to), ("backup_at", "0".to_owned())];
            let file = self.site.folder(unit).join("node.toml");
            node::config::update(&file, &settings).map_err(Error::other)?;
        }
        Ok(())
    }

    /// Makes the account of the counsellor, who alone brings answers; gives the file of its
    /// password.
    async fn counsellor(&self) -> Result<String, BuildError> {
        let (unit, keys) = (self.unit(), self.site.folder("keys"));
        let data = path_text(&self.site.folder(unit));
        let [login, name, role, staff] = visitors::COUNSELLOR;
        let desk = Desk { program: Program::Node, unit, data: &data, keys: &keys };
        let args = [login, "--name", name, "--role", role, "--staff", staff];
        visitors::make(self.site.launcher(), &desk, login, &args).await?;
        Ok(path_text(&visitors::password_file(&keys, unit, login)))
    }

    /// Names the head of the school as who answers for what leaves it: without one nothing does.
    async fn name_responsible(&self, (login, password): (&str, &str)) -> Result<(), BuildError> {
        let file = self.office_folder()?.join("responsible.toml");
        let head = visitors::HEAD_OF_SCHOOL;
        let entry = format!("day = {TREE_FROM}\npost = \"responsible\"\nstaff = \"{head}\"\n");
        write_private(&file, &entry).await?;
        let file = path_text(&file);
        let mut args = vec!["ledger", "--as", login, "--password-file", password];
        args.extend(["add", "post_holder", "--file", &file]);
        self.node(&args).await?;
        Ok(())
    }

    async fn node(&self, args: &[&str]) -> Result<String, ProcessError> {
        self.site.node(self.unit(), args).await
    }

    /// Real files where they were asked for and exist, generated ones elsewhere.
    async fn files(&self) -> Result<Files, BuildError> {
        let made = generate(&self.plan.school, self.wishes.seed);
        if let Some(folder) = real_folder(&self.wishes, &self.plan) {
            let (roster, answers) = (folder.join(ROLL), folder.join("answers.csv"));
            let scale = real_scale(&answers)?;
            let answers = vec![(scale, path_text(&answers))];
            let staff = self.staff_file(&made).await?;
            return Ok(Files { roster: path_text(&roster), staff, answers });
        }
        let staff = self.staff_file(&made).await?;
        let Generated { roster, answers, .. } = made;
        let folder = self.office_folder()?;
        let file = folder.join(ROLL);
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
    fn office_folder(&self) -> Result<PathBuf, BuildError> {
        self.site.made(&format!("office/{}", self.unit()))
    }

    /// The staff is generated, also where the roll is real.
    async fn staff_file(&self, made: &Generated) -> Result<String, BuildError> {
        let file = self.office_folder()?.join("staff.csv");
        write_private(&file, &made.staff).await?;
        Ok(path_text(&file))
    }
}

/// Longest life of a demonstration: it is about one term, and what came after it.
const LIFE_WEEKS_MAX: i64 = 104;

fn write_life((folder, key): (&Path, &Path), seed: u64, clock: &Clock) -> Result<(), Failure> {
    let opener = Opener::danger_from_key_file(key)?;
    let node = node::app::open_folder(folder, &opener, clock.clone())?;
    let first: Date = TREE_FROM.parse()?;
    let last = clock.today().min(first + (7 * LIFE_WEEKS_MAX).days());
    let packs = node.packs()?;
    let life = Life::begin(node.ledger(), seed, first, packs.calendar().terms())?;
    let (ledger, now_ms) = (node.ledger(), clock.now_ms());
    life.until(ledger, last)?.answer_now(ledger, now_ms)?.beside(ledger, &node.shelf(), now_ms)?;
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
