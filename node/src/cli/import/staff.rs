//! `import staff`: the school's list of staff.

use clap::Args;
use domain::ledger::Area;
use runtime::cli::{Failure, Terminal};
use runtime::sql::SqlError;

use super::{FileArgs, Job, LeavingArgs};
use crate::cli::{Place, context};
use crate::import::preview::{Scope, compare};
use crate::import::report::People;
use crate::import::staff;
use crate::ledger::staff as roll;

#[derive(Args, Debug)]
pub(crate) struct StaffArgs {
    #[command(flatten)]
    file: FileArgs,

    /// The file lists only some of the staff; nothing follows for the others
    #[arg(long)]
    partial: bool,

    #[command(flatten)]
    leaving: LeavingArgs,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &StaffArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let mut job = Job::begin(terminal, &args.file, &node, Area::StaffRoll)?;
    job.confirm_left = args.leaving.confirm_left;
    job.people = People::Staff;
    let mut source = job.source()?;
    let parsed = staff::read(&mut source, job.mapping.as_ref())?;
    let known = node.ledger().read(roll::current)?;
    let scope = match args.partial {
        true => Scope::Part,
        false => Scope::Whole(known.keys().cloned().collect()),
    };
    let preview = compare(parsed, scope, |number| Ok::<_, SqlError>(known.get(number).cloned()))?;
    job.conclude(preview, &staff::fields(), &mut source, |batch, from| {
        let write = move |tx: &runtime::sql::Tx<'_>| roll::apply(tx, &batch, &from);
        Ok(node.ledger().write("import_staff", write)?.into())
    })
}
