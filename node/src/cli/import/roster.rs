//! `import roster`: the school's list of pupils.

use clap::Args;
use domain::ledger::Area;
use runtime::cli::{Failure, Sentence, Terminal};
use runtime::sql::Tx;

use super::{FileArgs, Job, LeavingArgs};
use crate::app::Node;
use crate::cli::{Place, context, words};
use crate::import::roster;
use crate::ledger::student;
use crate::taking::{self, FileKind, Wish};

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
    let against = taking::roster::context(&node.file_rules(), node.clock().today(), job.as_of())?;
    let mut source = job.source()?;
    let parsed = roster::read(&mut source, job.mapping.as_ref(), &against)?;
    let wish = Wish {
        kind: FileKind::Roster,
        as_of: job.as_of(),
        is_part: args.partial,
        scale: String::new(),
        term: None,
        day: None,
    };
    let (preview, _) = node.ledger().read(move |tx| taking::roster::compared(tx, parsed, &wish))?;
    say_beginning(node, &mut job, preview.new.len())?;
    job.conclude(preview, &roster::fields(), &mut source, |batch, from| {
        let write = move |tx: &runtime::sql::Tx<'_>| student::apply(tx, &batch, &from);
        Ok(node.ledger().write("import_roster", write)?.into())
    })
}

/// Says from which day the roster counts, and whom the figures of a term will miss.
fn say_beginning(node: &Node, job: &mut Job<'_>, new: usize) -> Result<(), Failure> {
    let (packs, as_of) = (node.packs()?, job.as_of());
    let read = move |tx: &Tx<'_>| taking::roster::beginning(tx, &packs, (as_of, new));
    let (beginning, missed) = node.ledger().read(read)?;
    let from = beginning.from;
    job.counts_from = Some(from);
    let text = if beginning.first { words::COUNTS_FROM_FIRST } else { words::COUNTS_FROM };
    job.notes.push(Sentence::new(text, &[&from]));
    if let Some(day) = missed {
        job.notes.push(Sentence::new(words::CENSUS_MISSES, &[&new, &day]));
    }
    Ok(())
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
