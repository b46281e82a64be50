//! At the school: who sent it, to whom, when, and whether it came before; then it waits, sealed.

use certs::root::RootCertificate;
use certs::seal::{Envelope, EnvelopeError};
use certs::statement::{self, Purpose, SignedStatement, Standing, VerifiedStatement};
use domain::unit::{UnitId, Zone};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::content::Content;
use super::matching::School;
use super::{Header, INFO, ListError};
use crate::ledger::author::Author;
use crate::ledger::department_list::{self, Arrival};
use crate::ledger::sealing_key;
use crate::ledger::sender_statement::{self, Seen};

/// Days by which the clocks of two offices may differ.
const CLOCK_DAYS: i32 = 1;

/// Who takes lists here.
#[derive(Clone)]
pub struct ListRecipient {
    /// This school.
    pub unit: UnitId,
    /// Its city.
    pub zone: Zone,
    /// The pinned roots.
    pub roots: Vec<RootCertificate>,
    /// How rows are told to be of this school.
    pub school: School,
}

/// A list whose sender, recipient and days were checked.
struct Checked {
    envelope: Envelope,
    header: Header,
    sender: VerifiedStatement,
}

/// Takes a sealed list in: checks it, opens it once to count its rows, and keeps it sealed until
/// somebody decides. Gives its number.
///
/// # Errors
/// The list, its sender, its recipient or its days; or that it came before. Nothing was kept.
pub fn take(
    tx: &Tx<'_>,
    (author, recipient): (&Author, &ListRecipient),
    text: &[u8],
) -> Result<i64, ListError> {
    super::deciding::allow(author)?;
    let Checked { envelope, header, sender } = check(text, recipient, author)?;
    let newest = seen(&sender);
    if sender_statement::is_replaced(tx, &newest)? {
        return Err(ListError::Replaced);
    }
    if let Some(known) = department_list::find(tx, &header.list, &envelope.digest())? {
        return Err(ListError::Again(known));
    }
    let content = open(tx, &envelope, &recipient.unit)?;
    let school = school_of(tx, recipient)?;
    let foreign = content.rows.iter().filter(|row| !school.is_ours(&row.school)).count();
    let stated = sender.statement();
    let new = Arrival {
        list_id: &header.list,
        digest: envelope.digest(),
        sender: stated.unit.as_str(),
        sender_name: &stated.name,
        both_roots: sender.standing() == Standing::Both,
        sealed_on: &header.sealed_on.to_string(),
        valid_to: &header.valid_to.to_string(),
        rows: u64::try_from(content.rows.len()).unwrap_or(u64::MAX),
        foreign: u64::try_from(foreign).unwrap_or(u64::MAX),
        envelope: &envelope.to_bytes(),
    };
    sender_statement::remember(tx, author, &newest)?;
    Ok(department_list::receive(tx, author, &new)?)
}

/// Enters the statements about departments' keys among some: older ones of the same department
/// about another key are believed no more. Gives how many there were.
///
/// # Errors
/// The role may not, none of them is about a department's key and holds, or the store.
pub fn know_senders(
    tx: &Tx<'_>,
    (author, recipient): (&Author, &ListRecipient),
    statements: &[SignedStatement],
) -> Result<usize, ListError> {
    super::deciding::allow(author)?;
    let now = Timestamp::from_millisecond(author.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut known = 0;
    for signed in statements {
        // A file may hold the statements of schools too.
        if !signed.unverified().is_ok_and(|says| says.purpose == Purpose::ListSender) {
            continue;
        }
        let verified = statement::verify(signed, &recipient.roots, &recipient.zone, now);
        sender_statement::remember(tx, author, &seen(&verified.map_err(ListError::Sender)?))?;
        known += 1;
    }
    if known == 0 { Err(ListError::NoSender) } else { Ok(known) }
}

fn seen(sender: &VerifiedStatement) -> Seen<'_> {
    let says = sender.statement();
    Seen {
        unit: &says.unit,
        name: &says.name,
        valid_from_ms: says.valid_from.as_millisecond(),
        key: says.key.digest(),
    }
}

/// The school as rows may name it: also by the names of its key statements, by which departments
/// tell schools apart whatever this one is called by now.
pub(super) fn school_of(tx: &Tx<'_>, recipient: &ListRecipient) -> Result<School, SqlError> {
    let mut school = recipient.school.clone();
    for kept in sealing_key::all(tx, &recipient.unit)? {
        let stated = kept.statement.and_then(|signed| signed.unverified().ok());
        school.names.extend(stated.map(|says| says.name));
    }
    Ok(school)
}

/// Opens a list that waits.
///
/// # Errors
/// None of that number waits, or no key opens it any more.
pub(super) fn waiting(tx: &Tx<'_>, id: i64, unit: &UnitId) -> Result<Content, ListError> {
    let bytes = department_list::envelope(tx, id)?.ok_or(ListError::NotWaiting)?;
    let envelope = Envelope::from_bytes(&bytes).map_err(ListError::Altered)?;
    open(tx, &envelope, unit)
}

fn check(text: &[u8], recipient: &ListRecipient, author: &Author) -> Result<Checked, ListError> {
    let envelope = Envelope::from_pem(text).map_err(|_| ListError::NotAList)?;
    let now = Timestamp::from_millisecond(author.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
    let sender =
        envelope.sender(&recipient.roots, &recipient.zone, now).map_err(|error| match error {
            EnvelopeError::Sender(cause) => ListError::Sender(cause),
            other => ListError::Altered(other),
        })?;
    let header: Header =
        serde_json::from_slice(envelope.header()).map_err(|_| ListError::Content)?;
    // The header says for people who sent it; the statement says who did.
    if header.v != 1 || header.from != sender.statement().unit.as_str() {
        return Err(ListError::Content);
    }
    if header.to != recipient.unit.as_str() {
        return Err(ListError::OtherSchool(header.to));
    }
    let today = author.today();
    let days = jiff::Span::new().days(CLOCK_DAYS);
    if header.sealed_on > today.checked_add(days).unwrap_or(today) {
        return Err(ListError::Early(header.sealed_on));
    }
    if today > header.valid_to {
        return Err(ListError::Ended(header.valid_to));
    }
    Ok(Checked { envelope, header, sender })
}

/// With the newest key first: an older one opens what was on its way when it was replaced.
fn open(tx: &Tx<'_>, envelope: &Envelope, unit: &UnitId) -> Result<Content, ListError> {
    for kept in sealing_key::all(tx, unit)? {
        if let Ok(plain) = kept.key.open(envelope.sealed(), INFO, envelope.header()) {
            return Content::read(&plain);
        }
    }
    Err(ListError::Closed)
}
