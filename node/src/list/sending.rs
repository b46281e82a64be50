//! At the department: rows are told apart by school and sealed for each of them alone.

use std::collections::BTreeMap;

use certs::digest::random_bytes;
use certs::key::SigningKey;
use certs::seal::{Contents, Envelope};
use certs::statement::{Purpose, SignedStatement, VerifiedStatement};
use jiff::civil::Date;

use super::content::{Content, ListRow};
use super::{Header, INFO, ListError};
use crate::import::value::same_form;

/// Who sends: the department's key and the statement about it.
pub struct Sender<'a> {
    /// The key.
    pub key: &'a SigningKey,
    /// The statement as it travels.
    pub signed: &'a SignedStatement,
    /// The same, verified.
    pub verified: &'a VerifiedStatement,
}

/// What is the same in every school's list.
pub struct Sheet {
    /// What the department calls it.
    pub title: String,
    /// Today.
    pub sealed_on: Date,
    /// Last day on which it may be decided.
    pub valid_to: Date,
}

/// The rows of one school.
pub struct Parcel<'a> {
    /// Whom they are sealed to.
    pub to: &'a VerifiedStatement,
    /// The rows.
    pub rows: Vec<ListRow>,
}

/// Rows by school, and the names of schools without a statement.
pub struct Sorted<'a> {
    /// By unit id.
    pub parcels: BTreeMap<String, Parcel<'a>>,
    /// Schools that nobody vouches for, with the number of their rows.
    pub unknown: BTreeMap<String, usize>,
}

/// Tells rows apart by school: a code is the unit's id, a name is the one of its statement. Of
/// several statements of a school the one counts that begins last. A name that two schools have
/// names neither: children of one would be told to the other.
#[must_use]
pub fn sort(rows: Vec<ListRow>, schools: &[VerifiedStatement]) -> Sorted<'_> {
    let mut by_code: BTreeMap<String, &VerifiedStatement> = BTreeMap::new();
    let mut by_name: BTreeMap<String, Option<&str>> = BTreeMap::new();
    let lists = schools.iter().filter(|one| one.statement().purpose == Purpose::List);
    for school in lists {
        let says = school.statement();
        let unit = says.unit.as_str();
        let known = by_code.entry(same_form(unit)).or_insert(school);
        if known.statement().valid_from < says.valid_from {
            *known = school;
        }
        let named = by_name.entry(same_form(&says.name)).or_insert(Some(unit));
        *named = named.filter(|other| *other == unit);
    }
    let find = |school: &str| {
        let unit = by_name.get(&same_form(school)).copied().flatten().unwrap_or(school);
        by_code.get(&same_form(unit)).copied()
    };
    let (mut parcels, mut unknown) = (BTreeMap::new(), BTreeMap::new());
    for row in rows {
        match find(&row.school) {
            Some(to) => {
                let unit = to.statement().unit.as_str().to_owned();
                let parcel = parcels.entry(unit);
                parcel.or_insert_with(|| Parcel { to, rows: Vec::new() }).rows.push(row);
            }
            None => *unknown.entry(row.school.to_string()).or_insert(0) += 1,
        }
    }
    Sorted { parcels, unknown }
}

/// Seals one school's rows, signed by the department.
///
/// # Errors
/// No row or too many, or a key or statement that cannot be used.
pub fn seal(sender: &Sender<'_>, parcel: Parcel<'_>, sheet: &Sheet) -> Result<Envelope, ListError> {
    let list: [u8; 16] = random_bytes();
    let header = Header {
        v: 1,
        list: list.iter().map(|byte| format!("{byte:02x}")).collect(),
        from: sender.verified.statement().unit.to_string(),
        to: parcel.to.statement().unit.to_string(),
        statement: parcel.to.digest().to_string(),
        sealed_on: sheet.sealed_on,
        valid_to: sheet.valid_to,
    };
    let header = serde_json::to_vec(&header).map_err(|_| ListError::Content)?;
    let content = Content { title: sheet.title.clone(), rows: parcel.rows }.write()?;
    let contents = Contents { header: &header, info: INFO, content: &content };
    let closed = Envelope::close(parcel.to, &contents, (sender.key, sender.signed));
    closed.map_err(ListError::Key)
}
