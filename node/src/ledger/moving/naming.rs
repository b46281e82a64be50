//! The name of a transfer: drawn at random, and made so that the school that gave it knows again
//! that it did, and to which of its students. Whoever puts that school back to a backup from before
//! its own offer takes nothing of this away: the key is as old as the ledger.
//!
//! To everybody else a name says nothing: it is eight random bytes, and eight of a keyed function
//! of them and of the student's number.

use runtime::sql::{SqlError, Tx};

use super::super::entry::StudentId;
use super::super::{rounding_key, strange, student};
use crate::import::value::StudentNumber;

/// What the keyed function is asked for; no figure's message begins so.
const CONTEXT: &[u8] = b"xinqiao-transfer-name-v1";

/// A new name for a transfer of a student.
///
/// # Errors
/// There is no such student, or the store cannot be read or written.
pub fn new_name(tx: &Tx<'_>, of: StudentId, now_ms: i64) -> Result<[u8; 16], SqlError> {
    let known = student::ids(tx)?.into_iter().find(|(_, id)| *id == of.0);
    let (number, _) = strange(known)?;
    let key = rounding_key::load_or_make(tx, now_ms)?;
    let drawn: [u8; 8] = certs::digest::random_bytes();
    let proof = key.draw(&message(drawn, &number)).to_be_bytes();
    let mut name = [0; 16];
    name.iter_mut().zip(drawn.into_iter().chain(proof)).for_each(|(to, byte)| *to = byte);
    Ok(name)
}

/// The student whom this school named so; nobody where it gave no such name.
///
/// # Errors
/// The store cannot be read.
pub fn named_for(tx: &Tx<'_>, name: [u8; 16]) -> Result<Option<StudentId>, SqlError> {
    let Some(key) = rounding_key::load(tx)? else { return Ok(None) };
    let halves = name.first_chunk::<8>().zip(name.last_chunk::<8>());
    let Some((drawn, proof)) = halves else { return Ok(None) };
    let proof = u64::from_be_bytes(*proof);
    let is_it = |number: &StudentNumber| key.draw(&message(*drawn, number)) == proof;
    let found = student::ids(tx)?.into_iter().find(|(number, _)| is_it(number));
    Ok(found.map(|(_, id)| StudentId(id)))
}

fn message(drawn: [u8; 8], number: &StudentNumber) -> Vec<u8> {
    [CONTEXT, &drawn, number.as_str().as_bytes()].concat()
}
