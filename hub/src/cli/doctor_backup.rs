//! What `doctor` looks at in backups: whether copies are made, where they are and whether there is
//! room for the next one, and when one was last put back by its passphrase.

use std::io;

use runtime::cli::Sentence;
use runtime::cli::doctor::{self, Check, MIB, Subject};
use runtime::web::Text;
use runtime::web::time::minute;

use super::words::backup_checks as words;
use crate::backup::{self, BackupError, Fault, Made, Outcome, Plan};
use crate::config::Config;

const BACKUP: Subject = ("backup", words::BACKUP_TITLE);
const RESTORE: Subject = ("restore", words::RESTORE_TITLE);

/// Age of the last daily copy that is worth a word: a long weekend.
const BACKUP_MS_MAX: i64 = 4 * 24 * 3_600_000;
/// Age of the last test by passphrase that is worth a word: half a year.
const PROOF_MS_MAX: i64 = 183 * 24 * 3_600_000;
/// Room beyond the size of the last copy: a store grows.
const ROOM_MORE: u64 = 64 * MIB;

/// What a hub has of copies.
struct Stand {
    plan: Result<Option<Plan>, BackupError>,
    /// Whether a passphrase was chosen.
    is_set: bool,
    /// Whether the place is there.
    is_there: bool,
    /// The newest first.
    copies: Vec<Made>,
    /// Bytes free at the place.
    free: Option<io::Result<u64>>,
    made: Option<Outcome>,
}

pub(super) fn checks(config: &Config, now_ms: i64) -> [Check; 2] {
    let plan = Plan::load(config);
    let place = plan.as_ref().ok().and_then(Option::as_ref).map(|plan| plan.to.clone());
    let stand = Stand {
        is_set: backup::is_set(config),
        is_there: place.as_ref().is_some_and(|to| to.is_dir()),
        copies: place.as_ref().map(|to| backup::found(to, config)).unwrap_or_default(),
        free: place.as_ref().map(|to| doctor::free_bytes(to)),
        made: backup::last_made(config),
        plan,
    };
    [copies(&stand, now_ms), restored(backup::last_proven(config).as_ref(), now_ms)]
}

/// Whether copies are made, and will be.
fn copies(stand: &Stand, now_ms: i64) -> Check {
    let plan = match &stand.plan {
        Err(_) => return Check::problem(BACKUP, words::PLAN_BROKEN, words::PLAN_FIX),
        Ok(None) => return Check::warning(BACKUP, words::NO_PLAN, words::PLAN_FIX),
        Ok(Some(plan)) => plan,
    };
    if !stand.is_set {
        return Check::problem(BACKUP, words::NO_PASSPHRASE, words::NO_PASSPHRASE_FIX);
    }
    if !stand.is_there {
        let found = Sentence::new(words::AWAY, &[&plan.to.display()]);
        return Check::warning(BACKUP, found, words::AWAY_FIX);
    }
    if let Some((at_ms, fault)) = stand.made.as_ref().and_then(failed) {
        let found = Sentence::new(words::FAILED, &[&minute(at_ms), &plan.to.display()]);
        return Check::problem(BACKUP, found, mends(fault));
    }
    let Some(last) = stand.copies.first() else {
        return Check::warning(BACKUP, words::NONE, words::NONE_FIX);
    };
    let at = minute(last.made_ms);
    if now_ms.saturating_sub(last.made_ms) > BACKUP_MS_MAX {
        return Check::warning(BACKUP, Sentence::new(words::OLD, &[&at]), words::NONE_FIX);
    }
    let needs = last.bytes.saturating_add(ROOM_MORE);
    let free = stand.free.as_ref().and_then(|free| free.as_ref().ok().copied());
    if let Some(free) = free.filter(|free| *free < needs) {
        let found = Sentence::new(words::FULL, &[&(free / MIB), &needs.div_ceil(MIB)]);
        return Check::warning(BACKUP, found, words::FULL_FIX);
    }
    Check::well(BACKUP, Sentence::new(words::WELL, &[&at, &stand.copies.len()]))
}

fn failed(outcome: &Outcome) -> Option<(i64, Fault)> {
    outcome.fault.map(|fault| (outcome.at_ms, fault))
}

/// What mends why no copy was made.
fn mends(fault: Fault) -> Text {
    match fault {
        Fault::Full => words::FULL_FIX,
        Fault::Broken | Fault::Passphrase | Fault::Other => words::FAILED_FIX,
    }
}

/// When a copy was last put back by its passphrase: until then nobody knows whether somebody can.
fn restored(proven: Option<&Outcome>, now_ms: i64) -> Check {
    let Some(last) = proven else {
        return Check::warning(RESTORE, words::NEVER, words::VERIFY_FIX);
    };
    let said = |text| Sentence::new(text, &[&minute(last.at_ms), &last.copy]);
    match last.fault {
        Some(Fault::Passphrase) => {
            Check::warning(RESTORE, said(words::OTHER_PASSPHRASE), words::OTHER_PASSPHRASE_FIX)
        }
        Some(Fault::Full) => Check::warning(RESTORE, said(words::NO_ROOM), words::NO_ROOM_FIX),
        Some(Fault::Broken | Fault::Other) => {
            Check::problem(RESTORE, said(words::UNPROVEN), words::UNPROVEN_FIX)
        }
        None if now_ms.saturating_sub(last.at_ms) > PROOF_MS_MAX => {
            Check::warning(RESTORE, said(words::PROVEN), words::VERIFY_FIX)
        }
        None => Check::well(RESTORE, said(words::PROVEN)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use runtime::cli::doctor::Verdict;
    use runtime::web::Lang;

    use super::*;

    const NOW: i64 = 400 * 24 * 3_600_000;
    const HOUR_MS: i64 = 3_600_000;

    /// A hub that makes its daily copy.
    fn stand() -> Stand {
        let copy = Made { name: "copy".to_owned(), made_ms: NOW - HOUR_MS, bytes: 10 * MIB };
        Stand {
            plan: Ok(Some(Plan { to: PathBuf::from("/usb"), hour: 2, keep: 14 })),
            is_set: true,
            is_there: true,
            copies: vec![copy],
            free: Some(Ok(1024 * MIB)),
            made: Some(outcome(NOW - HOUR_MS, None)),
        }
    }

    fn outcome(at_ms: i64, fault: Option<Fault>) -> Outcome {
        Outcome { at_ms, copy: "copy".to_owned(), fault }
    }

    /// A copy of the night is well, and so is one over a long weekend.
    #[test]
    fn the_backup_check_is_silent_where_copies_are_made() {
        assert_eq!(copies(&stand(), NOW).verdict(), Verdict::Well);
        assert_eq!(copies(&stand(), NOW + 3 * 24 * HOUR_MS).verdict(), Verdict::Well);
        let unknown = Stand { free: Some(Err(io::ErrorKind::Unsupported.into())), ..stand() };
        assert_eq!(copies(&unknown, NOW).verdict(), Verdict::Well);
    }

    /// No plan, no passphrase, a place that is away, no copy, an old one, one that failed and a
    /// place without room for the next each say so with what mends it.
    #[test]
    fn the_backup_check_fires_on_what_stops_copies() {
        let full = Some(outcome(NOW, Some(Fault::Full)));
        let lost = Some(outcome(NOW, Some(Fault::Other)));
        let cases = [
            (Stand { plan: Ok(None), ..stand() }, Verdict::Warning, "backup plan"),
            (Stand { plan: Err(BackupError::Damaged), ..stand() }, Verdict::Problem, "plan"),
            (Stand { is_set: false, ..stand() }, Verdict::Problem, "backup passphrase"),
            (Stand { is_there: false, ..stand() }, Verdict::Warning, "plug"),
            (Stand { copies: Vec::new(), ..stand() }, Verdict::Warning, "backup create"),
            (Stand { made: full, ..stand() }, Verdict::Problem, "make room"),
            (Stand { made: lost, ..stand() }, Verdict::Problem, "backup create"),
            (Stand { free: Some(Ok(70 * MIB)), ..stand() }, Verdict::Warning, "make room"),
        ];
        for (number, (stand, verdict, fix)) in cases.into_iter().enumerate() {
            let check = copies(&stand, NOW);
            assert_eq!(check.verdict(), verdict, "{number}");
            let said = check.fix(Lang::En).unwrap_or_default();
            assert!(said.contains(fix), "{number}: {said}");
        }
        let old = copies(&stand(), NOW + 5 * 24 * HOUR_MS);
        assert_eq!(old.verdict(), Verdict::Warning);
    }

    /// A test by the passphrase that was never made, failed or is long ago is told; a fresh one
    /// that held is well.
    #[test]
    fn the_restore_check_fires_on_what_nobody_proved() {
        let check = |fault| restored(Some(&outcome(NOW - HOUR_MS, fault)), NOW).verdict();
        assert_eq!(check(None), Verdict::Well);
        assert_eq!(check(Some(Fault::Broken)), Verdict::Problem);
        assert_eq!(check(Some(Fault::Other)), Verdict::Problem);
        assert_eq!(check(Some(Fault::Passphrase)), Verdict::Warning);
        assert_eq!(check(Some(Fault::Full)), Verdict::Warning);
        assert_eq!(restored(None, NOW).verdict(), Verdict::Warning);
        let old = outcome(NOW - 200 * 24 * HOUR_MS, None);
        assert_eq!(restored(Some(&old), NOW).verdict(), Verdict::Warning);
    }
}
