//! That a key of a hub is one school year's: a plan that names the key of another year is refused
//! before two commissions sign it, by the plans that lie beside it.
//!
//! A key is destroyed with its year. Named by the next one too it would never be, since there is
//! always a year that is not closed, and everything that was ever sealed to it would stay open.

use std::path::Path;

use certs::statement::SignedStatement;
use domain::digest::Digest;
use domain::unit::UnitId;
use proto::pack::plan::{self as plan_pack, Sealing};
use runtime::cli::{Exit, Failure, Sentence};

use super::words::plan as words;

const PLAN_EXTENSION: &str = "toml";

/// Whether no plan of another school year in a folder names a key of these statements; plans of
/// other areas count as well, and drafts name none.
pub(super) fn check(sealing: &Sealing, year: i16, folder: &Path) -> Result<(), Failure> {
    let own = keys(sealing);
    let unreadable = |cause: &std::io::Error| Failure::unreadable_file(folder, cause);
    for entry in std::fs::read_dir(folder).map_err(|cause| unreadable(&cause))? {
        let path = entry.map_err(|cause| unreadable(&cause))?.path();
        let Some((name, other)) = named(&path, year) else { continue };
        let known = keys(&other);
        let twice = own.iter().find(|(_, key)| known.iter().any(|(_, other)| other == key));
        if let Some((unit, _)) = twice {
            return Err(refused(unit, &name));
        }
    }
    Ok(())
}

/// A plan that names a key of another school year.
pub(super) fn refused(unit: &UnitId, plan: &str) -> Failure {
    let message = Sentence::new(words::KEY_OF_YEAR, &[unit, &plan]);
    Failure::new(Exit::Refused, "KEY_OF_OTHER_YEAR", message).hint(words::KEY_OF_YEAR_NEXT)
}

/// The statements of a plan of another school year, with its name. One of this year may name the
/// same key, and what is no plan is judged elsewhere.
fn named(path: &Path, year: i16) -> Option<(String, Sealing)> {
    path.extension().filter(|extension| *extension == PLAN_EXTENSION)?;
    let stem = path.file_stem()?.to_str()?;
    let (_, of) = plan_pack::area_year(stem).ok()?;
    let open = plan_pack::read(stem, &std::fs::read(path).ok()?).ok()?;
    open.sealing.filter(|_| of != year).map(|sealing| (stem.to_owned(), sealing))
}

/// Whose keys a plan names; nothing is verified, and what cannot be read names none.
fn keys(sealing: &Sealing) -> Vec<(UnitId, Digest)> {
    let texts = [&sealing.leader_statement, &sealing.helper_statement];
    let key = |text: &&String| {
        let says = SignedStatement::from_pem(text.as_bytes()).ok()?.unverified().ok()?;
        Some((says.unit, says.key.digest()))
    };
    texts.iter().filter_map(key).collect()
}
