//! `import roster`: the school's list of pupils.

use clap::Args;
use runtime::cli::{Exit, Failure, Terminal};
use runtime::sql::SqlError;

use super::{FileArgs, Job};
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
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &RosterArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let job = Job::begin(terminal, &args.file, &node)?;
    let against = roster_context(&node, &job)?;
    let mut source = job.source()?;
    let parsed = roster::read(&mut source, job.mapping.as_ref(), &against)?;
    let known = node.ledger().read(student::current)?;
    let scope = if args.partial { Scope::Part } else { Scope::Whole(student::on_roll(&known)) };
    let preview = compare(parsed, scope, |number| {
        Ok::<_, SqlError>(known.get(number).cloned())
    })?;
    drop(known);
    job.conclude(preview, &roster::fields(), &mut source, |batch, from| {
        let write = move |tx: &runtime::sql::Tx<'_>| student::apply(tx, &batch, &from);
        Ok(node.ledger().write("import_roster", write)?.into())
    })
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
