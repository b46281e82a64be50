//! The sheet that is handed over 转介单: the least data, by class, on a ground that was checked.
//!
//! It holds no item answer, no note of a talk or session, no number of the roll, no family or
//! physique ledger but the one line that an emergency carries; there is no field for them. Whoever
//! prints it leaves a line of a disclosure in the log of reads.

use domain::ledger::consent::{DataClass, NoConsent};
use domain::ledger::day::{age_on, holds_on};
use domain::ledger::terms::{ReadPurpose, Relation, Tier};
use domain::ledger::{Action, Area, Kind, Word as _};
use domain::referral::{Concern, Event, Refused, RiskNow, State, Urgency};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::alert::AlertCase;
use super::super::author::Author;
use super::super::entry::{Moment, RecordId, StudentId};
use super::super::physique::PhysiqueCase;
use super::super::refusal::LedgerRefusal;
use super::super::{access, case, read, strange, student, write};
use super::course::{Course, course};
use super::facts::case_of;
use super::kin::{Kin, kin};
use super::{EmergencyBasis, LiveConsent, live};
use crate::import::value::Sex;

/// Kinds of work that the school did, told by kind, days and number.
const WORK: [Kind; 5] =
    [Kind::Talk, Kind::Interview, Kind::Session, Kind::Analysis, Kind::ConferenceCase];

/// On what a sheet is made; nothing else makes one.
pub enum Ground {
    /// A consent that stands.
    Consent(LiveConsent),
    /// An emergency.
    Emergency(EmergencyBasis),
}

/// A total of a scale; no item of it.
#[derive(Clone)]
pub struct Score {
    /// Id of the scale.
    pub scale: String,
    /// Day of the test.
    pub day: Date,
    /// Total in hundredths.
    pub total: Option<i64>,
    /// Code of the band.
    pub band: Option<String>,
    /// Codes of the flags.
    pub flags: String,
}

/// A part of the sheet, by its class of the minimal data set.
#[derive(Clone)]
pub enum Part {
    /// I: who it is and whom to call.
    Identity {
        /// Name.
        name: String,
        /// Sex.
        sex: Sex,
        /// Birth date.
        birth: Option<Date>,
        /// Guardians who may be called: name, relation, telephone.
        guardians: Vec<(String, Relation, String)>,
        /// Whether there is one who may not be called.
        has_suspect: bool,
    },
    /// C: why, and what the school did.
    Reason {
        /// Coded reasons.
        concerns: Vec<Concern>,
        /// Tier of the case now.
        tier: Option<Tier>,
        /// Since when it is on the ledger.
        since: Option<Date>,
        /// Kind of work, how often, first and last day.
        work: Vec<(Kind, u64, Date, Date)>,
    },
    /// C: scores without item answers.
    Scores(Vec<Score>),
    /// C: the risk now.
    Risk {
        /// Whether there is one.
        risk: RiskNow,
        /// Means, protection, medication.
        known: [String; 3],
    },
    /// E: what an emergency carries.
    Emergency {
        /// Name.
        name: String,
        /// Age in completed years.
        age: Option<u8>,
        /// Guardians who may be called.
        guardians: Vec<(String, Relation, String)>,
        /// Whether there is one who may not be called.
        has_suspect: bool,
        /// Danger, present place, escort.
        told: [String; 3],
        /// Of the physique ledger the one line that matters now.
        physique: Vec<String>,
    },
}

/// What is handed over.
pub struct HandOver {
    /// Name and telephone of the recipient.
    pub recipient: (String, String),
    /// How urgent it is.
    pub urgency: Urgency,
    /// Of a consent: last day, digest.
    pub consent: Option<(Date, String)>,
    /// When it was printed.
    pub at: Moment,
    /// Its parts.
    pub parts: Vec<Part>,
}

/// The ground on which a referral's sheet may be made now: of a consent from the hand-over on, so
/// that nothing is printed of which the course does not say to whom it went.
///
/// # Errors
/// No consent stands, it is another one than it was handed over on, nothing was handed over, the
/// emergency names no recipient, or has no ground.
pub fn ground(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<Ground, LedgerRefusal> {
    let now = course(tx, record)?;
    let entry = &now.referral.entry;
    if now.state == State::EmergencyOut {
        if entry.recipient.is_empty() {
            return Err(LedgerRefusal::Field("recipient"));
        }
        return EmergencyBasis::of(tx, author, &now).map(Ground::Emergency);
    }
    let is_open =
        matches!(now.state, State::Sent | State::Routed | State::Received | State::Accepted);
    if !is_open {
        return Err(LedgerRefusal::NoGround);
    }
    let of = (entry.recipient.as_str(), entry.recipient_name.as_str());
    let consent = live(tx, entry.student, of, author.today())?;
    let sent = now.last_of(|act| matches!(act.event, Event::Send | Event::ResendInScope));
    if sent.is_none_or(|act| act.entry.consent_digest != consent.digest()) {
        return Err(LedgerRefusal::Unconsented(NoConsent::OtherData));
    }
    Ok(Ground::Consent(consent))
}

/// The ground on which a referral may be sealed now: of a consent before it is sent, and of an
/// emergency once it was made.
///
/// # Errors
/// Nothing is to be sent, no consent stands, the emergency names no recipient, or has no ground.
pub fn ground_to_send(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
) -> Result<Ground, LedgerRefusal> {
    let now = course(tx, record)?;
    let entry = &now.referral.entry;
    match now.state {
        State::EmergencyOut => ground(tx, author, record),
        State::Consented | State::Declined | State::RedirectProposed => {
            let of = (entry.recipient.as_str(), entry.recipient_name.as_str());
            live(tx, entry.student, of, author.today()).map(Ground::Consent)
        }
        from => Err(Refused::State { from }.into()),
    }
}

/// Makes the sheet and logs the disclosure.
///
/// # Errors
/// The role may not write referrals, or may not read what the consent lets out; or the store.
pub fn hand_over(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    ground: &Ground,
) -> Result<HandOver, LedgerRefusal> {
    let now = course(tx, record)?;
    let entry = &now.referral.entry;
    write::allow(tx, author, Action::Write(Area::Referral), Some(entry.student))?;
    let of = match ground {
        Ground::Consent(consent) => (consent.student(), consent.recipient() == entry.recipient),
        Ground::Emergency(basis) => (basis.student(), true),
    };
    if of != (entry.student, true) {
        return Err(LedgerRefusal::NoGround);
    }
    let said = format!("转介单：{}", entry.recipient_name);
    let pass = access::open(tx, &author.because(&said), entry.student, ReadPurpose::Referral)?;
    let mut parts = Vec::new();
    let consent = match ground {
        Ground::Emergency(basis) => {
            parts.push(of_emergency(tx, author, basis)?);
            None
        }
        Ground::Consent(consent) => {
            parts.push(identity(tx, author, consent)?);
            parts.push(reason(tx, &now)?);
            if consent.covers(DataClass::Scores) {
                pass.allow(Area::Screening)?;
                parts.push(Part::Scores(scores(tx, entry.student)?));
            }
            if consent.covers(DataClass::Risk) {
                let known = [&entry.means, &entry.protection, &entry.medication].map(Clone::clone);
                parts.push(Part::Risk { risk: entry.risk, known });
            }
            Some((consent.valid_to(), consent.digest().to_owned()))
        }
    };
    let name = match ground {
        Ground::Consent(consent) => consent.recipient_name().to_owned(),
        Ground::Emergency(_) => entry.recipient_name.clone(),
    };
    let recipient = (name, entry.phone.clone());
    Ok(HandOver { recipient, urgency: entry.urgency, consent, at: author.now(), parts })
}

type Guardians = Vec<(String, Relation, String)>;

/// Guardians who may be called; of an adult none but where the consent says so.
fn told_of(kin: Kin, is_named: bool) -> Guardians {
    let others = kin.others.into_iter().filter(|_| is_named || !kin.is_adult);
    others.map(|one| (one.name, one.relation, one.phone)).collect()
}

fn identity(tx: &Tx<'_>, author: &Author, consent: &LiveConsent) -> Result<Part, LedgerRefusal> {
    let of = consent.student();
    let row = student::one(tx, of.0)?.ok_or(LedgerRefusal::Unknown)?.row;
    let kin = kin(tx, of, author.today())?;
    let has_suspect = !kin.suspects.is_empty();
    let guardians = told_of(kin, consent.is_signed_by_guardian());
    let (name, sex, birth) = (row.name, row.sex, row.birth_date);
    Ok(Part::Identity { name: name.to_string(), sex, birth, guardians, has_suspect })
}

fn reason(tx: &Tx<'_>, now: &Course) -> Result<Part, LedgerRefusal> {
    let entry = &now.referral.entry;
    let (mut tier, mut since) = (None, None);
    if let Some(of) = case_of(tx, entry)? {
        tier = case::now_of(tx, entry.student, of)?.map(|(tier, _)| tier);
        since = read::one::<AlertCase>(tx, of)?.map(|kept| kept.entry.day);
    }
    let mut work = Vec::new();
    for kind in WORK {
        let counted = "select count(*), min(day), max(day) from standing
            where student = $1 and kind = $2 and destroyed = 0";
        let found = tx.query_opt(counted, params![entry.student.0, kind.as_str()], |row| {
            Ok((row.u64(0)?, row.opt_text(1)?, row.opt_text(2)?))
        })?;
        let Some((count, Some(first), Some(last))) = found else { continue };
        let day = |text: String| -> Result<Date, SqlError> { strange(text.parse().ok()) };
        work.push((kind, count, day(first)?, day(last)?));
    }
    Ok(Part::Reason { concerns: entry.concerns.as_slice().to_vec(), tier, since, work })
}

/// The last valid total of each scale.
fn scores(tx: &Tx<'_>, of: StudentId) -> Result<Vec<Score>, LedgerRefusal> {
    let statement = "select c.scale, h.test_date, h.total, h.band, h.flags
        from sheet h join campaign c on c.id = h.campaign
        where h.student = $1 and h.current = 1 and h.handed_in = 'answered' and h.is_valid = 1
        order by h.test_date desc, c.id desc";
    let rows = tx.query(statement, params![of.0], |row| {
        Ok(Score {
            scale: row.text(0)?,
            day: strange(row.str(1)?.parse().ok())?,
            total: row.opt_i64(2)?,
            band: row.opt_text(3)?,
            flags: row.text(4)?,
        })
    })?;
    let mut scores: Vec<Score> = Vec::new();
    for row in rows {
        if !scores.iter().any(|known| known.scale == row.scale) {
            scores.push(row);
        }
    }
    Ok(scores)
}

fn of_emergency(
    tx: &Tx<'_>,
    author: &Author,
    basis: &EmergencyBasis,
) -> Result<Part, LedgerRefusal> {
    let of = basis.student();
    let row = student::one(tx, of.0)?.ok_or(LedgerRefusal::Unknown)?.row;
    let kin = kin(tx, of, author.today())?;
    let has_suspect = !kin.suspects.is_empty();
    let known = read::about::<PhysiqueCase>(tx, of.0)?.into_iter().map(|kept| kept.entry);
    let now = known.filter(|one| holds_on(author.today(), one.from, one.until));
    Ok(Part::Emergency {
        name: row.name.to_string(),
        age: row.birth_date.map(|birth| age_on(birth, author.today())),
        guardians: told_of(kin, false),
        has_suspect,
        told: basis.told().map(str::to_owned),
        physique: now.map(|one| one.emergency_line).filter(|line| !line.is_empty()).collect(),
    })
}
