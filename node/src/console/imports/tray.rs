//! Files between preview and confirmation: in memory only, for half an hour, one for each account.
//!
//! They name persons, so they are never on the disk; a restart of the node forgets them, and
//! nothing of them was written.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::import::header::SavedMapping;
use crate::taking::Wish;

/// How long a file waits.
const KEPT_MS: i64 = 30 * 60_000;
/// Most bytes of all files that wait.
const BYTES_MAX: usize = 48 << 20;

/// The bytes of a file, shared by whoever reads it.
#[derive(Clone)]
pub(super) struct Bytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(bytes))
    }
}

/// Which column is which field.
#[derive(Clone)]
pub(super) enum Columns {
    /// As their names say.
    Named,
    /// As somebody said for an earlier file, on a day.
    Saved(SavedMapping, String),
    /// As somebody says for this one.
    Said(SavedMapping),
}

impl Columns {
    pub(super) const fn mapping(&self) -> Option<&SavedMapping> {
        match self {
            Self::Named => None,
            Self::Saved(mapping, _) | Self::Said(mapping) => Some(mapping),
        }
    }
}

/// A file that waits. Names persons: without `Debug`.
#[derive(Clone)]
pub(super) struct Held {
    /// What its address carries.
    pub(super) id: String,
    /// Whose it is; nobody else sees it.
    pub(super) login: String,
    pub(super) at_ms: i64,
    /// As the office called it.
    pub(super) name: String,
    pub(super) bytes: Bytes,
    pub(super) wish: Wish,
    /// Sheet of a workbook, where somebody chose one.
    pub(super) sheet: Option<String>,
    pub(super) columns: Columns,
}

/// All files that wait.
#[derive(Default)]
pub(super) struct Tray(Mutex<VecDeque<Held>>);

impl Tray {
    /// Keeps a file, in place of an earlier one of the same account.
    pub(super) fn put(&self, held: Held) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.login != held.login && is_fresh(one, held.at_ms));
        let mut bytes = held.bytes.as_ref().len();
        bytes += all.iter().map(|one| one.bytes.as_ref().len()).sum::<usize>();
        while bytes > BYTES_MAX {
            let Some(oldest) = all.pop_front() else { break };
            bytes = bytes.saturating_sub(oldest.bytes.as_ref().len());
        }
        all.push_back(held);
    }

    /// The file of an address, if it is this account's and still there.
    pub(super) fn find(&self, id: &str, login: &str, now_ms: i64) -> Option<Held> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |one: &&Held| one.id == id && one.login == login && is_fresh(one, now_ms);
        all.iter().find(own).cloned()
    }

    /// Lets an account's file go.
    pub(super) fn drop_of(&self, login: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.login != login);
    }
}

fn is_fresh(held: &Held, now_ms: i64) -> bool {
    now_ms.saturating_sub(held.at_ms) < KEPT_MS
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::taking::FileKind;

    fn held(login: &str, id: &str, at_ms: i64, bytes: usize) -> Held {
        Held {
            id: id.to_owned(),
            login: login.to_owned(),
            at_ms,
            name: "名册.csv".to_owned(),
            bytes: vec![0; bytes].into(),
            wish: Wish {
                kind: FileKind::Roster,
                as_of: date(2025, 9, 1),
                is_part: false,
                scale: String::new(),
                term: None,
                day: None,
            },
            sheet: None,
            columns: Columns::Named,
        }
    }

    /// One file an account, for half an hour, for nobody else, and never more than so many bytes.
    #[test]
    fn files_wait_for_whoever_brought_them() {
        let tray = Tray::default();
        tray.put(held("li", "a", 0, 10));
        assert!(tray.find("a", "li", KEPT_MS - 1).is_some());
        assert!(tray.find("a", "it", 1).is_none(), "another account");
        assert!(tray.find("a", "li", KEPT_MS).is_none(), "too late");
        tray.put(held("li", "b", 1, 10));
        assert!(tray.find("a", "li", 1).is_none() && tray.find("b", "li", 1).is_some());
        tray.put(held("it", "c", 2, BYTES_MAX - 10));
        assert!(tray.find("b", "li", 2).is_some(), "both have room");
        tray.put(held("zhao", "d", 3, 1));
        assert!(tray.find("b", "li", 3).is_none(), "the oldest makes room");
        assert!(tray.find("c", "it", 3).is_some() && tray.find("d", "zhao", 3).is_some());
        tray.drop_of("zhao");
        assert!(tray.find("d", "zhao", 3).is_none());
    }
}
