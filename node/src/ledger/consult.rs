//! Remote consultation: on what ground a card may leave for an expert's unit, and for how long it
//! may stay there.
//!
//! Asked of the day on which it is asked, not of the meeting: a family that withdraws takes its
//! card back. An emergency that stands in the case lets a card out for some days only, and never
//! past a family that said no.

use std::collections::BTreeSet;

use domain::consult::EMERGENCY_DAYS;
use domain::digest::Digest;
use domain::ledger::consent::{NoConsent, Purpose};
use domain::ledger::day::plus_days;
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Action, Area, Kind};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::conference::{Conference, ConferenceCase};
use super::entry::{Kept, RecordId, StudentId};
use super::letters::cards::{self, CardEnvelope};
use super::refusal::LedgerRefusal;
use super::{access, browse, card, consent, read, referral, write};
use crate::content::card::{CARD_CLASSES, CardGround};

/// An emergency has no last day; its card is over after the longest life of a consent.
const EMERGENCY_MS: i64 = 180 * 24 * 3_600_000;

/// A case of a consultation with its meeting, as somebody may work with it.
pub struct Consultation {
    /// The case.
    pub case: Kept<ConferenceCase>,
    /// The meeting.
    pub meeting: Conference,
}

/// That a card may leave now. Only [`let_out`] makes one.
pub struct LetOut {
    ground: CardGround,
    unit: String,
}

/// How a card that was sealed stands to its ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Footing {
    /// The expert's unit may have it.
    Holds,
    /// Its time is over: the expert's unit erases it by its own clock.
    Over,
    /// It is to be taken back.
    Gone,
}

impl LetOut {
    /// The ground.
    #[must_use]
    pub const fn ground(&self) -> CardGround {
        self.ground
    }

    /// Unit id of the expert.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }
}

/// The case of a consultation with an expert from outside, for who may write it.
///
/// # Errors
/// The role may not, there is none, or nobody comes from outside; or the store.
pub fn to_write(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
) -> Result<Consultation, LedgerRefusal> {
    let found = of_record(tx, record)?;
    let student = Some(found.case.entry.student);
    write::allow(tx, author, Action::Write(Area::Conference), student)?;
    Ok(found)
}

/// The case of a consultation with its cards, for who may read it; the reading is logged.
///
/// # Errors
/// The role may not, there is none, or nobody comes from outside; or the store.
pub fn to_read(
    tx: &Tx<'_>,
    reader: &Author,
    record: RecordId,
) -> Result<Consultation, LedgerRefusal> {
    let found = of_record(tx, record)?;
    let student = found.case.entry.student;
    if !access::may_read(tx, reader, student, Area::Conference)? {
        return Err(LedgerRefusal::NotAllowed);
    }
    access::log_list(tx, reader, &[student].into_iter().collect(), ReadPurpose::Review)?;
    Ok(found)
}

/// Cases of consultations with somebody from outside that the reader may read, the latest meeting
/// first; the students are logged as seen.
///
/// # Errors
/// The role sees none, or the store.
pub fn listed(tx: &Tx<'_>, reader: &Author) -> Result<Vec<Consultation>, LedgerRefusal> {
    if !browse::is_open_to(reader.role(), Kind::ConferenceCase) {
        return Err(LedgerRefusal::NotAllowed);
    }
    let mut found = Vec::new();
    for case in read::all::<ConferenceCase>(tx)? {
        let Some(meeting) = read::one::<Conference>(tx, case.entry.conference)? else { continue };
        let is_open = meeting.entry.has_outsiders
            && access::may_read(tx, reader, case.entry.student, Area::Conference)?;
        if is_open {
            found.push(Consultation { case, meeting: meeting.entry });
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse((one.meeting.day, one.case.record)));
    let students: BTreeSet<StudentId> = found.iter().map(|one| one.case.entry.student).collect();
    access::log_list(tx, reader, &students, ReadPurpose::Review)?;
    Ok(found)
}

fn of_record(tx: &Tx<'_>, record: RecordId) -> Result<Consultation, LedgerRefusal> {
    let case = read::one::<ConferenceCase>(tx, record)?.ok_or(LedgerRefusal::Unknown)?;
    let meeting = read::one::<Conference>(tx, case.entry.conference)?;
    let meeting = meeting.ok_or(LedgerRefusal::Unknown)?.entry;
    match meeting.has_outsiders {
        true => Ok(Consultation { case, meeting }),
        false => Err(LedgerRefusal::Field("outside_unit")),
    }
}

/// That the card of a case may leave today for the unit of whoever comes from outside. The card is
/// looked at again: what tells the student may have changed since it was written.
///
/// # Errors
/// The card is empty or tells its student, no consent to that unit stands and no emergency is
/// written down in time, the family said no; or the store.
pub fn let_out(tx: &Tx<'_>, of: &Consultation, today: Date) -> Result<LetOut, LedgerRefusal> {
    let entry = &of.case.entry;
    if entry.card.trim().is_empty() {
        return Err(LedgerRefusal::Field("card"));
    }
    card::check(tx, entry.student, &entry.card)?;
    let unit = of.meeting.outside_unit.clone().unwrap_or_default();
    let ground = match consented(tx, entry.student, &unit, today) {
        Ok(ground) => ground,
        Err(LedgerRefusal::Outsiders(why)) => {
            if is_no(why) || !is_emergency(entry, today) {
                return Err(LedgerRefusal::Outsiders(why));
            }
            CardGround::Emergency
        }
        Err(other) => return Err(other),
    };
    Ok(LetOut { ground, unit })
}

/// Refuses what is written beside a card where it tells the student.
///
/// # Errors
/// It does, and by what; or the store.
pub fn check_tells(tx: &Tx<'_>, of: &Consultation, text: &str) -> Result<(), LedgerRefusal> {
    card::check(tx, of.case.entry.student, text)
}

/// Whether the family said no, both guardians or one of them.
const fn is_no(why: NoConsent) -> bool {
    matches!(why, NoConsent::Refused | NoConsent::Withdrawn | NoConsent::OnHold)
}

/// Whether an emergency was written into the case within the days in which there is no time to ask.
fn is_emergency(entry: &ConferenceCase, today: Date) -> bool {
    let is_written = entry.emergency.as_deref().is_some_and(|words| !words.trim().is_empty());
    is_written && entry.day <= today && today <= plus_days(entry.day, EMERGENCY_DAYS)
}

/// The consent on which a card leaves. As with referrals an objection of the other guardian counts
/// while the student is no adult, and no paper of a guardian whom nobody may contact does.
fn consented(
    tx: &Tx<'_>,
    student: StudentId,
    unit: &str,
    today: Date,
) -> Result<CardGround, LedgerRefusal> {
    let wanted = (Purpose::Conference, unit);
    let kept = match consent::standing(tx, student, wanted, CARD_CLASSES, today) {
        Err(LedgerRefusal::Consent(why)) => return Err(LedgerRefusal::Outsiders(why)),
        other => other?,
    };
    let kin = referral::kin(tx, student, today)?;
    if !kin.is_adult {
        if kin.others.iter().any(|guardian| guardian.objects) {
            return Err(LedgerRefusal::Outsiders(NoConsent::OnHold));
        }
        let relation = kept.entry.relation;
        if kin.suspects.iter().any(|guardian| relation == Some(guardian.relation)) {
            return Err(LedgerRefusal::Outsiders(NoConsent::Suspected));
        }
    }
    let digest = referral::consent_digest(tx, kept.record, kept.version)?;
    let digest = Digest::from_hex(&digest).map_err(|_| LedgerRefusal::NotSealed)?;
    Ok(CardGround::Consent { digest, valid_to: kept.entry.valid_to })
}

/// How a card that was sealed stands today.
///
/// # Errors
/// The store cannot be read.
pub fn footing_of(
    tx: &Tx<'_>,
    one: &CardEnvelope,
    (today, now_ms): (Date, i64),
) -> Result<Footing, LedgerRefusal> {
    if one.recalled_at_ms.is_some() {
        return Ok(Footing::Gone);
    }
    let is_over = match one.valid_to {
        Some(last) => last < today,
        None => one.made_at_ms.saturating_add(EMERGENCY_MS) < now_ms,
    };
    if is_over {
        return Ok(Footing::Over);
    }
    // Annulled: it was written about the wrong student, or never discussed.
    let Some(case) = read::one::<ConferenceCase>(tx, one.record)? else {
        return Ok(Footing::Gone);
    };
    let said = consented(tx, case.entry.student, &one.recipient, today);
    match said {
        Ok(_) => Ok(Footing::Holds),
        // Nobody was asked in an emergency; a no that came since counts all the same.
        Err(LedgerRefusal::Outsiders(why)) if one.valid_to.is_none() && !is_no(why) => {
            Ok(Footing::Holds)
        }
        Err(LedgerRefusal::Outsiders(_)) => Ok(Footing::Gone),
        Err(other) => Err(other),
    }
}

/// Takes the cards of a case back; says of how many. Whoever holds one is told at the next tick.
///
/// # Errors
/// The role may not, nothing of it is out, or the store; nothing was written.
pub fn recall(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<usize, LedgerRefusal> {
    to_write(tx, author, record)?;
    match cards::recall(tx, record, author.now().0)? {
        0 => Err(LedgerRefusal::NotWaiting),
        some => Ok(some),
    }
}
