//! `import roster`: the school's list of pupils.

use clap::Args;
use domain::ledger::Area;
use jiff::civil::Date;
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::sql::SqlError;

use super::{FileArgs, Job, LeavingArgs};
use crate::app::Node;
use crate::cli::{Place, context, words};
use crate::import::preview::{Scope, compare};
use crate::import::roster::{self, RosterContext};
use crate::ledger::student;

/// First month of a school year as rosters see it: they are made in August.
const YEAR_BEGINS: i8 = 8;

#[derive(Args, Debug)]
pub(crate) struct RosterArgs {
    #[command(flatten)]
    file: FileArgs,

    /// The file lists only some pupils; nothing follows for the others
    #[arg(long)]
    partial: bool,

    #[command(flatten)]
    leaving: LeavingArgs,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &RosterArgs) -> Result<(), Failure> {
    take(terminal, &context::open(terminal, place)?, args)
}

fn take(terminal: &Terminal, node: &Node, args: &RosterArgs) -> Result<(), Failure> {
    let mut job = Job::begin(terminal, &args.file, node, Area::Roll)?;
    job.confirm_left = args.leaving.confirm_left;
    let against = roster_context(node, &job)?;
    let mut source = job.source()?;
    let mut parsed = roster::read(&mut source, job.mapping.as_ref(), &against)?;
    let (known, by_hand) = node
        .ledger()
        .read(|tx| Ok::<_, SqlError>((student::current(tx)?, student::by_hand(tx)?)))?;
    let expected = roster::settle(&mut parsed, &known, &by_hand, job.as_of());
    let scope = if args.partial { Scope::Part } else { Scope::Whole(expected) };
    let preview = compare(parsed, scope, |number| Ok::<_, SqlError>(known.get(number).cloned()))?;
    drop(known);
    say_beginning(node, &mut job, preview.new.len())?;
    job.conclude(preview, &roster::fields(), &mut source, |batch, from| {
        let write = move |tx: &runtime::sql::Tx<'_>| student::apply(tx, &batch, &from);
        Ok(node.ledger().write("import_roster", write)?.into())
    })
}

/// Says from which day the roster counts, and whom the figures of a term will miss: pupils of a
/// file that counts from a day after the census day are not in them, whoever sat in class then.
fn say_beginning(node: &Node, job: &mut Job<'_>, new: usize) -> Result<(), Failure> {
    let as_of = job.as_of();
    let beginning = node.ledger().read(move |tx| student::beginning(tx, as_of))?;
    let from = beginning.from;
    job.counts_from = Some(from);
    let text = if beginning.first { words::COUNTS_FROM_FIRST } else { words::COUNTS_FROM };
    job.notes.push(Sentence::new(text, &[&from]));
    let packs = node.packs()?;
    let before = |day: &Date| new > 0 && *day < from;
    let term = packs.calendar().current(as_of).filter(|term| as_of <= term.end);
    if let Some(day) = term.map(|term| term.census).filter(before) {
        job.notes.push(Sentence::new(words::CENSUS_MISSES, &[&new, &day]));
    }
    Ok(())
}

fn roster_context(node: &Node, job: &Job<'_>) -> Result<RosterContext, Failure> {
    let school = &node.config().school;
    let grades = school.grade_span().ok_or_else(|| {
        Failure::new(Exit::Usage, "SCHOOL_TYPE", words::SCHOOL_UNKNOWN)
            .hint(words::SCHOOL_UNKNOWN_NEXT)
    })?;
    let as_of = job.as_of();
    let before = i16::from(as_of.month() < YEAR_BEGINS);
    let mut school_names: Vec<String> = school.also_called.clone();
    school_names.extend([&school.name_zh, &school.name_en].map(String::clone));
    school_names.retain(|name| !name.is_empty());
    // A name column is looked at only where we know what we are called.
    if school.name_zh.is_empty() {
        school_names.clear();
    }
    Ok(RosterContext {
        today: node.clock().today(),
        school_year: as_of.year() - before,
        grades,
        school_codes: node.config().unit().map(ToString::to_string).into_iter().collect(),
        school_names,
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use runtime::cli::Globals;
    use runtime::clock::Clock;

    use super::*;
    use crate::ledger::testing::limit_pages;
    use crate::unlock::Opener;

    fn args(path: &std::path::Path) -> RosterArgs {
        let file = FileArgs { file: path.to_owned(), yes: true, ..FileArgs::default() };
        RosterArgs { file, partial: false, leaving: LeavingArgs::default() }
    }

    /// A full disk keeps the whole file out and says so; with room the same import works.
    #[test]
    fn a_full_disk_keeps_the_whole_file_out() {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("data");
        let key = folder.path().join("machine.key");
        let opener = Opener::danger_new_key_file(&key).expect("key file");
        let (clock, settings) = (Clock::system(), [("school_type", "junior".to_owned())]);
        crate::app::create(&data, &settings, &opener, &clock).expect("created");
        let node = crate::app::open_folder(&data, &opener, clock).expect("node");
        let mut text = "学籍号,姓名,性别,年级,班级\n".to_owned();
        for n in 0..2_000 {
            writeln!(text, "G999999201301{n:05}A,甄别名,男,七年级,1班").expect("text");
        }
        let path = folder.path().join("roster.csv");
        std::fs::write(&path, text).expect("file");
        let terminal = Terminal::new(&Globals { no_input: true, ..Globals::default() });
        let students = || node.ledger().read(student::count_on_roll).expect("count");
        limit_pages(node.ledger(), Some(8));
        let failure = take(&terminal, &node, &args(&path)).expect_err("full");
        assert_eq!((failure.code(), students()), ("DISK_FULL", 0));
        limit_pages(node.ledger(), None);
        take(&terminal, &node, &args(&path)).expect("imported");
        assert_eq!(students(), 2_000);
    }
}
