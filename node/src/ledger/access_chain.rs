//! The chain of the log of reads: who looked at whom cannot be changed, added to or cut in the
//! middle unseen.
//!
//! Apart from the journal, because it is kept for a time of its own and grows with every look. Each
//! line holds one hash over itself and the line before; lines from before the chain are sealed by
//! its first. The reader's own words are bound by a digest with a nonce, so that both can go with a
//! destroyed student and the chain stays whole. Like the journal it cannot know of lines cut off at
//! its end: keep the head that a check prints elsewhere. Who cuts the log at the end of its term
//! keeps the last hash that he cut.

use std::collections::HashSet;

use certs::digest::{random_bytes, sha256};
use domain::digest::Digest;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::entry::put;
use super::strange;

/// Lines that are read at a time: the log is longer than any ledger.
const PAGE: u32 = 5_000;

/// One read before it is chained.
pub(super) struct NewRead<'a> {
    pub(super) at_ms: i64,
    pub(super) account: &'a str,
    pub(super) role: &'a str,
    pub(super) student: i64,
    pub(super) purpose: &'a str,
    pub(super) reason: &'a str,
}

/// The log's end: its last line and the hash over all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadsHead {
    /// Number of the last line, which is how many there are.
    pub lines: u64,
    /// Hash over all lines.
    pub hash: Digest,
}

/// Why the log of reads could not be verified, or is not whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadsError {
    /// A line was changed or added, or one before it is missing.
    #[error("line {0} of the log of reads was changed, or one before it is missing")]
    Line(u64),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// A line as it is stored.
struct Line {
    id: u64,
    at_ms: i64,
    account: String,
    role: String,
    student: i64,
    record: Option<i64>,
    purpose: String,
    reason: String,
    words: Option<Digest>,
    nonce: Option<Vec<u8>>,
    hash: Option<Digest>,
}

impl Line {
    fn hash_after(&self, before: &Digest) -> Digest {
        let format = if self.words.is_some() { 2 } else { 1 };
        let mut bytes = format!("xinqiao access log {format}").into_bytes();
        put(&mut bytes, &before.to_tagged());
        put(&mut bytes, &self.id.to_be_bytes());
        put(&mut bytes, &self.at_ms.to_be_bytes());
        put(&mut bytes, self.account.as_bytes());
        put(&mut bytes, self.role.as_bytes());
        put(&mut bytes, &self.student.to_be_bytes());
        let record = self.record.map(i64::to_be_bytes);
        put(&mut bytes, record.as_ref().map_or(&[], |bytes| bytes.as_slice()));
        put(&mut bytes, self.purpose.as_bytes());
        match &self.words {
            Some(words) => put(&mut bytes, &words.to_tagged()),
            None => put(&mut bytes, self.reason.as_bytes()),
        }
        sha256(&bytes)
    }

    /// Whether the words are those that the line was written with, or went with their student.
    fn has_its_words(&self, destroyed: &HashSet<i64>) -> bool {
        match (&self.words, &self.nonce) {
            (None, nonce) => nonce.is_none(),
            (Some(words), Some(nonce)) => *words == words_digest(nonce, &self.reason),
            (Some(_), None) => self.reason.is_empty() && destroyed.contains(&self.student),
        }
    }
}

fn words_digest(nonce: &[u8], reason: &str) -> Digest {
    let mut bytes = b"xinqiao access words".to_vec();
    put(&mut bytes, nonce);
    put(&mut bytes, reason.as_bytes());
    sha256(&bytes)
}

/// Writes a line with its hash.
pub(super) fn append(tx: &Tx<'_>, read: &NewRead<'_>) -> Result<(), SqlError> {
    let before = end(tx)?;
    let nonce = random_bytes::<16>().to_vec();
    let words = words_digest(&nonce, read.reason);
    let line = Line {
        id: before.lines + 1,
        at_ms: read.at_ms,
        account: read.account.to_owned(),
        role: read.role.to_owned(),
        student: read.student,
        record: None,
        purpose: read.purpose.to_owned(),
        reason: read.reason.to_owned(),
        words: Some(words),
        nonce: Some(nonce),
        hash: None,
    };
    tx.execute(
        "insert into access_log
             (id, at_ms, account, role, student, purpose, reason, words, nonce, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            line.id,
            line.at_ms,
            &line.account,
            &line.role,
            line.student,
            &line.purpose,
            &line.reason,
            &words.to_tagged(),
            line.nonce.as_deref(),
            &line.hash_after(&before.hash).to_tagged(),
        ],
    )?;
    Ok(())
}

/// The end of the log as it says itself. Only a log from before the chain has to be read for it,
/// once.
fn end(tx: &Tx<'_>) -> Result<ReadsHead, SqlError> {
    let last =
        tx.query_opt("select id, hash from access_log order by id desc limit 1", &[], |row| {
            let hash = row.opt_blob(1)?.map(|tagged| read_digest(&tagged)).transpose()?;
            Ok((row.u64(0)?, hash))
        })?;
    match last {
        None => Ok(ReadsHead { lines: 0, hash: beginning(tx)? }),
        Some((lines, Some(hash))) => Ok(ReadsHead { lines, hash }),
        Some((lines, None)) => {
            let mut hash = beginning(tx)?;
            each_line(tx, |line| {
                hash = line.hash_after(&hash);
                Ok::<_, SqlError>(())
            })?;
            Ok(ReadsHead { lines, hash })
        }
    }
}

/// Follows the chain from its beginning.
///
/// # Errors
/// The first line that is wrong, or that the store cannot be read.
pub fn verify(tx: &Tx<'_>) -> Result<ReadsHead, ReadsError> {
    let (mut head, mut is_chained) = (ReadsHead { lines: 0, hash: beginning(tx)? }, false);
    let destroyed = "select student from destroyed_student";
    let destroyed = tx.query(destroyed, &[], |row| row.i64(0))?.into_iter().collect();
    each_line(tx, |line| {
        let hash = line.hash_after(&head.hash);
        let follows = line.id == head.lines + 1 && line.has_its_words(&destroyed);
        let sound = match line.hash {
            Some(stored) => stored == hash,
            // A line without a hash stands before the chain's first and nowhere else.
            None => !is_chained,
        };
        if !follows || !sound {
            return Err(ReadsError::Line(head.lines + 1));
        }
        is_chained = line.hash.is_some();
        head = ReadsHead { lines: line.id, hash };
        Ok(())
    })?;
    Ok(head)
}

fn beginning(tx: &Tx<'_>) -> Result<Digest, SqlError> {
    let seed = tx.query_opt("select seed from access_chain", &[], |row| row.blob(0))?;
    let mut bytes = b"xinqiao access log".to_vec();
    put(&mut bytes, &strange(seed)?);
    Ok(sha256(&bytes))
}

/// Hands over every line in order, a page at a time.
fn each_line<E: From<SqlError>>(
    tx: &Tx<'_>,
    mut take: impl FnMut(&Line) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = 0;
    loop {
        let page = tx.query(
            "select id, at_ms, account, role, student, record, purpose, reason, hash, words, nonce
             from access_log where id > $1 order by id limit $2",
            params![after, PAGE],
            |row| {
                Ok(Line {
                    id: row.u64(0)?,
                    at_ms: row.i64(1)?,
                    account: row.text(2)?,
                    role: row.text(3)?,
                    student: row.i64(4)?,
                    record: row.opt_i64(5)?,
                    purpose: row.text(6)?,
                    reason: row.text(7)?,
                    hash: row.opt_blob(8)?.map(|tagged| read_digest(&tagged)).transpose()?,
                    words: row.opt_blob(9)?.map(|tagged| read_digest(&tagged)).transpose()?,
                    nonce: row.opt_blob(10)?,
                })
            },
        )?;
        let Some(last) = page.last().map(|line| line.id) else {
            return Ok(());
        };
        for line in &page {
            take(line)?;
        }
        after = last;
    }
}

fn read_digest(tagged: &[u8]) -> Result<Digest, SqlError> {
    strange(Digest::from_tagged(tagged).ok())
}

#[cfg(test)]
mod tests {
    use domain::ledger::terms::ReadPurpose;

    use super::*;
    use crate::ledger::guard_tests::{CHILD, counsellor, run, school};
    use crate::ledger::testing::School;
    use crate::ledger::{Ledger, MIGRATIONS, access};

    fn look(school: &School) {
        let opened = run(school, |tx| access::open(tx, &counsellor(), CHILD, ReadPurpose::Review));
        assert!(opened.is_ok(), "opened");
    }

    fn verified(ledger: &Ledger) -> Result<u64, String> {
        let checked = ledger.read(verify);
        checked.map(|head| head.lines).map_err(|error| error.to_string())
    }

    fn danger_execute(ledger: &Ledger, statements: &[&'static str]) {
        let statements: Vec<&str> = statements.to_vec();
        let done: Result<(), SqlError> = ledger.write("danger", move |tx| {
            statements.iter().try_for_each(|statement| tx.execute(statement, &[]).map(drop))
        });
        done.expect("executed");
    }

    /// Whatever is changed, added or taken away past the triggers is found, but for the very end.
    #[test]
    fn any_change_of_the_log_is_found() {
        for (change, line) in [
            ("update access_log set account = 'x' where id = 1", 1),
            ("update access_log set at_ms = at_ms + 1 where id = 2", 2),
            ("update access_log set reason = 'x' where id = 3", 3),
            ("update access_log set student = 2 where id = 2", 2),
            ("update access_log set record = 7 where id = 2", 2),
            ("update access_log set hash = null where id = 3", 3),
            ("update access_log set reason = '', nonce = null where id = 2", 2),
            ("update access_log set words = null, nonce = null where id = 2", 2),
            ("delete from access_log where id = 1", 1),
            ("delete from access_log where id = 2", 2),
            (
                "insert into access_log select 4, at_ms, account, role, student, record, purpose,
                 reason, hash, words, nonce from access_log where id = 3",
                4,
            ),
            ("update access_chain set seed = x'00'", 1),
        ] {
            let school = school();
            (0..3).for_each(|_| look(&school));
            assert_eq!(verified(&school.ledger), Ok(3));
            let drops = [
                "drop trigger access_log_stays",
                "drop trigger access_log_is_kept",
                "drop trigger access_chain_stays",
                change,
            ];
            danger_execute(&school.ledger, &drops);
            let said = verified(&school.ledger).expect_err(change);
            assert!(said.starts_with(&format!("line {line} ")), "{change}: {said}");
        }
    }

    /// Lines of a log from before the chain are sealed by its first line.
    ///
    /// Method: a ledger of the version before holds two lines; it is brought to this version, a
    /// third line is chained, and then the first is changed.
    #[test]
    fn older_lines_are_sealed_by_the_first_of_the_chain() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("ledger.db");
        let at = MIGRATIONS.iter().position(|step| step.name == "chain of reads").expect("step");
        let before = runtime::sql::Options::plain(&MIGRATIONS[..at]);
        let old = runtime::sql::Database::open(&path, before).expect("old");
        let line = "insert into access_log (at_ms, account, role, student, purpose, reason)
                    values (1, 'li', 'counsellor', 1, 'review', '')";
        for _ in 0..2 {
            let added: Result<usize, SqlError> = old.write("old", move |tx| tx.execute(line, &[]));
            added.expect("line");
        }
        drop(old);
        let open = || {
            let options = runtime::sql::Options::plain(MIGRATIONS);
            runtime::sql::Database::open(&path, options).expect("new")
        };
        let ledger = Ledger { database: open() };
        assert_eq!(verified(&ledger), Ok(2));
        let read = NewRead {
            at_ms: 2,
            account: "li",
            role: "counsellor",
            student: 1,
            purpose: "review",
            reason: "",
        };
        let added: Result<(), SqlError> = ledger.write("new", move |tx| append(tx, &read));
        added.expect("line");
        assert_eq!(verified(&ledger), Ok(3));
        let change = "update access_log set student = 2 where id = 1";
        danger_execute(&ledger, &["drop trigger access_log_stays", change]);
        assert!(verified(&ledger).is_err_and(|said| said.starts_with("line 3 ")));
    }
}
