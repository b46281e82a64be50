//! Proving a copy: it is put back beside the data folder, opened as after a loss, and looked
//! through whole.
//!
//! A copy that nobody has put back is a hope. What opens it is what would open it then, the
//! passphrase or the key file, and not the key that the running node holds already. What is put
//! back is removed again, whatever was found; the copy itself is only read.

use std::io;
use std::path::{Path, PathBuf};

use runtime::private;
use runtime::sql::{SqlError, Tx};

use super::copy_files;
use crate::app::Node;
use crate::ledger::restore_proof::{self, Proof};
use crate::ledger::{Ledger, access_chain, journal, student};
use crate::transfer::Transfer;
use crate::unlock::{LedgerKey, Opener, UnlockError};

/// Where a copy is put back: beside the stores, since the ledger's own disk may hold it.
const SCRATCH: &str = "restore-test.part";

/// Why a copy proves nothing. The copy and the data stand as they were.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// There is no such copy.
    #[error("there is no such copy")]
    NoCopy,
    /// A file could not be copied back.
    #[error("the copy could not be put back")]
    Copy(#[from] io::Error),
    /// Not the passphrase or key file that the copy was made under.
    #[error("the passphrase or key file does not open the copy")]
    Key(#[from] UnlockError),
    /// A store of the copy does not open or cannot be read.
    #[error("a store of the copy does not open")]
    Store(#[from] SqlError),
    /// A store is damaged.
    #[error("a store of the copy is damaged")]
    Damaged,
    /// The chain of entries or of reads in the copy is broken.
    #[error("the chain of the copy's ledger is broken")]
    Chain,
    /// The ledger that is in use could not be asked or written; it says nothing about the copy.
    #[error("the ledger in use cannot be read or written")]
    Own(#[source] SqlError),
    /// Its entries are none of this ledger's.
    #[error("the copy is of another ledger")]
    Foreign,
}

/// Puts a copy back for a test and looks it through; keeps that it was proven.
///
/// # Errors
/// What is wrong with the copy, or that there was no room; nothing is left of the test.
pub fn prove(node: &Node, copy: &Path, opener: &Opener) -> Result<Proof, ProofError> {
    let is_whole = copy.join("ledger.db").is_file() && copy.join("transfer.db").is_file();
    let name = copy.file_name().and_then(|name| name.to_str()).filter(|_| is_whole);
    let name = name.ok_or(ProofError::NoCopy)?.to_owned();
    let scratch = Scratch::new(node.config().path(SCRATCH))?;
    put_back(copy, &scratch.0)?;
    let (students, entries) = look(node, &scratch.0, opener)?;
    let proof = Proof { at_ms: node.clock().now_ms(), copy: name, students, entries };
    let kept = proof.clone();
    let keep = move |tx: &Tx<'_>| restore_proof::put(tx, &kept);
    node.ledger().write("restore_proof", keep).map_err(ProofError::Own)?;
    Ok(proof)
}

/// A folder that goes with its test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(path: PathBuf) -> io::Result<Self> {
        // One that a test left when the machine went down.
        if path.exists() {
            std::fs::remove_dir_all(&path)?;
        }
        private::make_folder(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "what was put back for a test was not removed");
        }
    }
}

/// Copies the folder back as a person would, stores included.
fn put_back(copy: &Path, to: &Path) -> io::Result<()> {
    for store in ["ledger.db", "transfer.db"] {
        std::fs::copy(copy.join(store), to.join(store))?;
    }
    copy_files(copy, to, None)
}

/// Opens what was put back and reads all of it; students and entries.
fn look(node: &Node, folder: &Path, opener: &Opener) -> Result<(u64, u64), ProofError> {
    let key = LedgerKey::open(folder, opener)?;
    let ledger = Ledger::open(&folder.join("ledger.db"), key.data_key())?;
    let transfer = Transfer::open(&folder.join("transfer.db"))?;
    let whole = [ledger.database().damage()?, transfer.database().damage()?];
    if whole.iter().any(|faults| !faults.is_empty()) {
        return Err(ProofError::Damaged);
    }
    let head = ledger.read(journal::verify).map_err(|error| match error {
        journal::VerifyError::Store(error) => ProofError::Store(error),
        _ => ProofError::Chain,
    })?;
    ledger.read(access_chain::verify).map_err(|error| match error {
        access_chain::ReadsError::Store(error) => ProofError::Store(error),
        _ => ProofError::Chain,
    })?;
    let entries = head.entries;
    let living = node.ledger().read(move |tx| journal::hash_of(tx, entries));
    let living = living.map_err(ProofError::Own)?;
    if entries > 0 && living != Some(head.hash) {
        return Err(ProofError::Foreign);
    }
    Ok((ledger.read(student::count_on_roll)?, entries))
}

#[cfg(test)]
mod tests {
    use runtime::clock::Clock;

    use super::super::{make, tests::place};
    use super::*;
    use crate::ledger::author::Author;
    use crate::ledger::entry::StaffId;
    use crate::ledger::governance::Drill;
    use crate::ledger::write;

    fn drill(node: &Node) {
        let now_ms = node.clock().now_ms();
        let entered: Result<_, crate::ledger::refusal::LedgerRefusal> =
            node.ledger().write("drill", move |tx: &Tx<'_>| {
                let role = domain::ledger::SchoolRole::MoralHead;
                let author = Author::new("head", role, Some(StaffId(1)), now_ms);
                let drill = Drill {
                    day: author.today(),
                    mode: domain::ledger::words::EventMode::Normal,
                    scenario: "演练".to_owned(),
                    minutes: 20,
                    participants: 6,
                    through_channel: false,
                    findings: String::new(),
                };
                write::add(tx, &author, &drill)
            });
        entered.expect("drill");
    }

    fn last(node: &Node) -> Option<Proof> {
        node.ledger().read(restore_proof::last).expect("read")
    }

    /// A copy is put back, opened by what would open it after a loss, looked through, and kept as
    /// proven; nothing of the test stays, and the copy is as it was.
    #[test]
    fn a_copy_is_proven_by_putting_it_back() {
        let place = place();
        drill(&place.node);
        let plan = super::super::tests::plan(&place);
        let made = make(&place.node, &plan).expect("made");
        let copy = plan.to.join(&made.name);
        let before = std::fs::read(copy.join("ledger.db")).expect("copy");
        assert_eq!(last(&place.node), None);
        let proof = prove(&place.node, &copy, &place.opener).expect("proven");
        assert_eq!((proof.copy.as_str(), proof.entries), (made.name.as_str(), 1));
        assert_eq!(last(&place.node), Some(proof));
        assert!(!place.node.config().path(SCRATCH).exists());
        assert_eq!(std::fs::read(copy.join("ledger.db")).expect("copy"), before);
    }

    /// What does not prove anything says why, and is not kept as proven: no copy, another key, a
    /// damaged store, another school's ledger.
    #[test]
    fn what_proves_nothing_says_why() {
        let place = place();
        drill(&place.node);
        let plan = super::super::tests::plan(&place);
        let nowhere = prove(&place.node, &plan.to.join("nowhere"), &place.opener);
        assert!(matches!(nowhere, Err(ProofError::NoCopy)));
        let made = make(&place.node, &plan).expect("made");
        let copy = plan.to.join(&made.name);
        let other = Opener::danger_new_key_file(&plan.to.join("other.key")).expect("key");
        let wrong = prove(&place.node, &copy, &other);
        assert!(matches!(wrong, Err(ProofError::Key(UnlockError::Wrong))));
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("data");
        let settings = [("school_type", "junior".to_owned()), ("name_zh", "别校".to_owned())];
        crate::app::create(&data, &settings, &place.opener, &Clock::system()).expect("created");
        let stranger = crate::app::open_folder(&data, &place.opener, place.node.clock().clone());
        let stranger = prove(&stranger.expect("node"), &copy, &place.opener);
        assert!(matches!(stranger, Err(ProofError::Foreign)));
        let ledger = copy.join("ledger.db");
        let mut bytes = std::fs::read(&ledger).expect("copy");
        let half = bytes.len() / 2;
        bytes.iter_mut().skip(half).take(64).for_each(|byte| *byte ^= 0xff);
        std::fs::write(&ledger, bytes).expect("spoilt");
        assert!(prove(&place.node, &copy, &place.opener).is_err(), "a spoilt store");
        assert_eq!(last(&place.node), None);
        assert!(!place.node.config().path(SCRATCH).exists());
    }
}
