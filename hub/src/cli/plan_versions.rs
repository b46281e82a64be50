//! Versions of one year's plan that stood before the one that is made or checked.
//!
//! Sums of each may be out, so that a plan is judged beside all of them. Files of a year have one
//! name, so a version before lies in another folder than the plan: one that is named, or the one of
//! the years before where that is another.

use std::path::{Path, PathBuf};

use domain::disclosure::plan::{Plan, Roster};
use proto::pack::plan as plan_pack;
use runtime::cli::{Exit, Failure, Sentence, Terminal};

use super::plan::{Judged, PLAN_EXTENSION, ROSTER_EXTENSION, read_pair};
use super::words::plan as words;

/// Versions of a roster's year: one in the folder of the years before that was given, and those
/// that are named, in their order. The plan itself is none of them, and a draft is none either.
pub(super) fn before(
    roster: &Roster,
    replaced: &[PathBuf],
    (past, own): (Option<&Path>, &Path),
) -> Result<Vec<(Plan, Roster)>, Failure> {
    let name = plan_pack::name(&roster.area, roster.year);
    let found = past.map(|past| past.join(format!("{name}.{PLAN_EXTENSION}")));
    let found = found.filter(|path| is_final(&name, path) && !is_same(path, own));
    let mut versions = Vec::new();
    for path in found.iter().chain(replaced) {
        let (open, listed) = read_pair(path, &path.with_extension(ROSTER_EXTENSION))?;
        if (&listed.area, listed.year) != (&roster.area, roster.year) {
            let message = Sentence::new(words::OTHER_VERSION, &[&path.display(), &name]);
            return Err(Failure::new(Exit::Invalid, "PLAN_FILE", message));
        }
        versions.push((open.plan, listed));
    }
    Ok(versions)
}

/// How many earlier years a plan was judged beside, and how many versions of its own.
pub(super) fn counts(judged: &Judged) -> (usize, usize) {
    let years = judged.past.iter().filter(|(plan, _)| plan.year() < judged.plan.year()).count();
    (years, judged.past.len().saturating_sub(years))
}

/// A line that says beside how many versions a plan was judged, where there are any.
pub(super) fn line(terminal: &Terminal, judged: &Judged) -> Option<String> {
    let (_, versions) = counts(judged);
    (versions > 0).then(|| terminal.text(words::BESIDE_VERSIONS, &[&versions]))
}

/// Whether a file is a plan that can have been signed: what cannot be read is judged elsewhere.
fn is_final(name: &str, path: &Path) -> bool {
    let read = std::fs::read(path).ok();
    read.and_then(|bytes| plan_pack::read_signed(name, &bytes).ok()).is_some()
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
