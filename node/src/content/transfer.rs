//! What two schools say to each other about a student's transfer.
//!
//! The offer is the least that the new school needs to enrol: who the student is, whom to call, the
//! grade. The student number is not in it, nor address or class: they come with the family and by
//! the register of students. A care is in it only where a consent that names this very school lets
//! it out, and then in coded words and days. Everything else is where each side stands.

use certs::referral::{Ground, Header, Role, Scopes};
use domain::digest::Digest;
use domain::ledger::consent::DataClass;
use domain::ledger::terms::Tier;
use domain::transfer::{Line, NewSays, OldSays};
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::bytes::{Reader, Writer};
use super::referral::{
    Called, Contact, GUARDIANS_MAX, read_contact, read_guardian, sex_code, sex_of, write_contact,
    write_guardian,
};
use super::{ContentError, VERSION, opened};
use crate::import::value::{Grade, Sex};
use crate::ledger::entry::Moment;

/// What stands behind the version: an offer, and what each of the two says.
const OFFER: u8 = 30;
const OF_OLD: u8 = 31;
const OF_NEW: u8 = 32;

const FOLLOWUPS_MAX: usize = 24;

/// Kinds of data that a care is of: a consent to it covers them.
pub const CARE: &[DataClass] = &[DataClass::Reason, DataClass::Risk];

/// Names a transfer in everything that is said about it. Drawn at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId(pub [u8; 16]);

/// How a student is looked after, as far as the family lets it go along.
#[derive(Clone)]
pub struct Care {
    /// Digest of the consent; the one that stands on the envelope.
    pub consent: Digest,
    /// Its last day.
    pub valid_to: Date,
    /// How closely the student is watched.
    pub tier: Option<Tier>,
    /// Whether a case is open.
    pub has_case: bool,
    /// Days on which somebody wanted to look after the student.
    pub followups: Vec<Date>,
    /// Whom to ask about it.
    pub helper: String,
}

/// What is offered.
#[derive(Clone)]
pub struct TransferOffer {
    /// Which transfer.
    pub transfer: TransferId,
    /// Whom to ask at the old school.
    pub sender: Contact,
    /// The new school as the family named it.
    pub recipient: String,
    /// When it was written.
    pub at: Moment,
    /// Last day of the offer.
    pub until: Date,
    /// Day on which the family applied for it.
    pub applied: Date,
    /// Name.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Birth date.
    pub birth: Option<Date>,
    /// Guardians who may be called: name, relation, telephone.
    pub guardians: Vec<Called>,
    /// Grade at the old school.
    pub grade: Grade,
    /// How the student is looked after.
    pub care: Option<Care>,
}

/// What the old school says.
#[derive(Clone)]
pub struct FromOld {
    /// Which transfer.
    pub transfer: TransferId,
    /// Its number, and what was heard.
    pub line: Line,
    /// Where it stands.
    pub says: OldSays,
    /// Whether the consent to the care stands.
    pub has_care: bool,
    /// The offer, as long as the new school may not have entered the student.
    pub offer: Option<Zeroizing<Vec<u8>>>,
}

/// What the new school says.
#[derive(Clone)]
pub struct FromNew {
    /// Which transfer.
    pub transfer: TransferId,
    /// Its number, and what was heard.
    pub line: Line,
    /// Where it stands.
    pub says: NewSays,
    /// Whom to ask there, and a word to a refusal; may be empty.
    pub note: String,
}

/// What one of the two says.
#[derive(Clone)]
pub enum TransferSaid {
    /// The old school.
    Old(FromOld),
    /// The new school.
    New(FromNew),
}

impl TransferOffer {
    /// The bytes that are shown and sealed.
    ///
    /// # Errors
    /// A text or a list is longer than a content carries.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        let mut to = Writer::new();
        to.byte(VERSION)?;
        to.byte(OFFER)?;
        to.id(&self.transfer.0)?;
        write_contact(&mut to, &self.sender)?;
        to.text(&self.recipient)?;
        to.moment(self.at)?;
        to.day(self.until)?;
        to.day(self.applied)?;
        to.text(&self.name)?;
        to.byte(sex_code(self.sex))?;
        to.option(self.birth.as_ref(), |to, day| to.day(*day))?;
        to.list((self.guardians.as_slice(), GUARDIANS_MAX), write_guardian)?;
        to.text(self.grade.code())?;
        to.option(self.care.as_ref(), write_care)?;
        Ok(to.finish())
    }

    /// Reads what was written.
    ///
    /// # Errors
    /// The bytes are no offer of this version.
    pub fn read(bytes: &[u8]) -> Result<Self, ContentError> {
        let mut from = opened(bytes, OFFER)?;
        let offer = Self {
            transfer: TransferId(from.id()?),
            sender: read_contact(&mut from)?,
            recipient: from.text()?,
            at: from.moment()?,
            until: from.day()?,
            applied: from.day()?,
            name: from.text()?,
            sex: sex_of(from.byte()?)?,
            birth: from.option(Reader::day)?,
            guardians: from.list(GUARDIANS_MAX, read_guardian)?,
            grade: Grade::from_code(&from.text()?).ok_or(ContentError::Unknown("grades"))?,
            care: from.option(read_care)?,
        };
        from.finish()?;
        if offer.write()?.as_slice() == bytes { Ok(offer) } else { Err(ContentError::Form) }
    }

    /// On what ground it leaves: the duty to hand an enrolment over, and where a care goes along
    /// the family's consent to that.
    #[must_use]
    pub fn ground(&self) -> Ground {
        self.care.as_ref().map_or(Ground::Enrolment, |care| Ground::Consent {
            digest: care.consent,
            valid_to: care.valid_to,
            scopes: Scopes::of(CARE),
        })
    }
}

impl TransferSaid {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// A text is longer than a content carries.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        let mut to = Writer::new();
        to.byte(VERSION)?;
        match self {
            Self::Old(said) => {
                to.byte(OF_OLD)?;
                to.id(&said.transfer.0)?;
                write_line(&mut to, said.line)?;
                write_old(&mut to, said.says)?;
                to.flag(said.has_care)?;
                to.option(said.offer.as_ref(), |to, offer| to.whole(offer))?;
            }
            Self::New(said) => {
                to.byte(OF_NEW)?;
                to.id(&said.transfer.0)?;
                write_line(&mut to, said.line)?;
                write_new(&mut to, said.says)?;
                to.text(&said.note)?;
            }
        }
        Ok(to.finish())
    }

    /// Reads what was opened.
    ///
    /// # Errors
    /// The bytes are nothing of this version, or an offer without one.
    pub fn read(bytes: &[u8]) -> Result<Self, ContentError> {
        let said = match bytes.get(1) {
            Some(&OF_OLD) => {
                let mut from = opened(bytes, OF_OLD)?;
                let said = FromOld {
                    transfer: TransferId(from.id()?),
                    line: read_line(&mut from)?,
                    says: read_old(&mut from)?,
                    has_care: from.flag()?,
                    offer: from.option(|from| Ok(Zeroizing::new(from.whole()?.to_vec())))?,
                };
                from.finish()?;
                said.check()?;
                Self::Old(said)
            }
            _ => {
                let mut from = opened(bytes, OF_NEW)?;
                let said = FromNew {
                    transfer: TransferId(from.id()?),
                    line: read_line(&mut from)?,
                    says: read_new(&mut from)?,
                    note: from.text()?,
                };
                from.finish()?;
                Self::New(said)
            }
        };
        if said.write()?.as_slice() == bytes { Ok(said) } else { Err(ContentError::Form) }
    }

    /// Which transfer.
    #[must_use]
    pub const fn transfer(&self) -> TransferId {
        match self {
            Self::Old(said) => said.transfer,
            Self::New(said) => said.transfer,
        }
    }

    /// On what ground it leaves.
    ///
    /// # Errors
    /// What is offered is no offer of this version.
    pub fn ground(&self) -> Result<Ground, ContentError> {
        match self {
            Self::Old(FromOld { offer: Some(offer), .. }) => {
                Ok(TransferOffer::read(offer)?.ground())
            }
            Self::Old(_) | Self::New(_) => Ok(Ground::Enrolment),
        }
    }

    /// Whether it says what the signed header of its envelope says, and no more than its ground
    /// lets out. Asked before it is sealed and after it was opened.
    ///
    /// # Errors
    /// It does not.
    pub fn fits(&self, header: &Header) -> Result<(), ContentError> {
        let is_same = header.role == Role::Transfer && header.ground == self.ground()?;
        if is_same { Ok(()) } else { Err(ContentError::Header) }
    }
}

impl FromOld {
    /// What is offered is there and is of this transfer; a care only where its consent stands.
    fn check(&self) -> Result<(), ContentError> {
        match (&self.offer, self.says) {
            (Some(bytes), OldSays::Offered | OldSays::Confirmed(_)) => {
                let offer = TransferOffer::read(bytes)?;
                let is_fit =
                    offer.transfer == self.transfer && (self.has_care || offer.care.is_none());
                if is_fit { Ok(()) } else { Err(ContentError::Form) }
            }
            (None, OldSays::Offered) | (Some(_), _) => Err(ContentError::Form),
            (None, _) => Ok(()),
        }
    }
}

fn write_care(to: &mut Writer, care: &Care) -> Result<(), ContentError> {
    to.digest(care.consent)?;
    to.day(care.valid_to)?;
    to.option(care.tier.as_ref(), |to, tier| to.word(*tier))?;
    to.flag(care.has_case)?;
    to.list((care.followups.as_slice(), FOLLOWUPS_MAX), |to, day| to.day(*day))?;
    to.text(&care.helper)
}

fn read_care(from: &mut Reader<'_>) -> Result<Care, ContentError> {
    Ok(Care {
        consent: from.digest()?,
        valid_to: from.day()?,
        tier: from.option(|from| from.word("tiers"))?,
        has_case: from.flag()?,
        followups: from.list(FOLLOWUPS_MAX, Reader::day)?,
        helper: from.text()?,
    })
}

fn write_line(to: &mut Writer, line: Line) -> Result<(), ContentError> {
    to.count(line.number)?;
    to.count(line.seen)?;
    to.flag(line.asks)
}

fn read_line(from: &mut Reader<'_>) -> Result<Line, ContentError> {
    let (number, seen, asks) = (from.count()?, from.count()?, from.flag()?);
    Ok(Line { number, seen, asks })
}

fn write_old(to: &mut Writer, says: OldSays) -> Result<(), ContentError> {
    match says {
        OldSays::Offered => to.byte(1),
        OldSays::Confirmed(day) => {
            to.byte(2)?;
            to.day(day)
        }
        OldSays::Declined => to.byte(3),
        OldSays::Recalled => to.byte(4),
        OldSays::Expired => to.byte(5),
    }
}

fn read_old(from: &mut Reader<'_>) -> Result<OldSays, ContentError> {
    Ok(match from.byte()? {
        1 => OldSays::Offered,
        2 => OldSays::Confirmed(from.day()?),
        3 => OldSays::Declined,
        4 => OldSays::Recalled,
        5 => OldSays::Expired,
        _ => return Err(ContentError::Unknown("what an old school says")),
    })
}

fn write_new(to: &mut Writer, says: NewSays) -> Result<(), ContentError> {
    match says {
        NewSays::Received => to.byte(1),
        NewSays::Accepted(day) => {
            to.byte(2)?;
            to.day(day)
        }
        NewSays::Declined(why) => {
            to.byte(3)?;
            to.word(why)
        }
        NewSays::Closed(day) => {
            to.byte(4)?;
            to.day(day)
        }
        NewSays::Ended => to.byte(5),
    }
}

fn read_new(from: &mut Reader<'_>) -> Result<NewSays, ContentError> {
    Ok(match from.byte()? {
        1 => NewSays::Received,
        2 => NewSays::Accepted(from.day()?),
        3 => NewSays::Declined(from.word("reasons to decline")?),
        4 => NewSays::Closed(from.day()?),
        5 => NewSays::Ended,
        _ => return Err(ContentError::Unknown("what a new school says")),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::ledger::terms::Relation;
    use domain::transfer::DeclinedWhy;
    use jiff::civil::date;

    use super::*;

    /// An offer with a care.
    pub(crate) fn offer() -> TransferOffer {
        let text = |text: &str| text.to_owned();
        TransferOffer {
            transfer: TransferId([7; 16]),
            sender: Contact {
                unit: text("示例一中"), person: text("王老师"), phone: text("1")
            },
            recipient: text("示例二中"),
            at: Moment(1_763_600_000_000),
            until: date(2025, 12, 20),
            applied: date(2025, 11, 18),
            name: text("张某某"),
            sex: Sex::Female,
            birth: Some(date(2012, 3, 4)),
            guardians: vec![(text("张父"), Relation::Father, text("139"))],
            grade: Grade::from_code("g7").expect("grade"),
            care: Some(Care {
                consent: Digest::sha256([3; 32]),
                valid_to: date(2026, 1, 31),
                tier: Some(Tier::T2),
                has_case: true,
                followups: vec![date(2025, 12, 1)],
                helper: text("李老师"),
            }),
        }
    }

    fn said() -> Vec<TransferSaid> {
        let (transfer, line) = (TransferId([7; 16]), Line { number: 2, seen: 1, asks: true });
        let day = date(2025, 11, 20);
        let old = [OldSays::Confirmed(day), OldSays::Declined, OldSays::Recalled, OldSays::Expired];
        let new = [
            NewSays::Received,
            NewSays::Accepted(day),
            NewSays::Declined(DeclinedWhy::NoPlace),
            NewSays::Closed(day),
            NewSays::Ended,
        ];
        let bytes = offer().write().expect("written");
        let offered =
            FromOld { transfer, line, says: OldSays::Offered, has_care: true, offer: Some(bytes) };
        let old = old.into_iter().map(|says| {
            TransferSaid::Old(FromOld { transfer, line, says, has_care: false, offer: None })
        });
        let new = new.into_iter().map(|says| {
            TransferSaid::New(FromNew { transfer, line, says, note: "注".to_owned() })
        });
        old.chain(new).chain([TransferSaid::Old(offered)]).collect()
    }

    /// What is written is read, and cut or longer bytes are nothing.
    #[test]
    fn what_is_said_has_one_form() {
        let bytes = offer().write().expect("written");
        assert_eq!(TransferOffer::read(&bytes).expect("read").write().expect("again"), bytes);
        for said in said() {
            let bytes = said.write().expect("written");
            assert!(TransferSaid::read(&bytes).is_ok());
            assert!((0..bytes.len()).all(|cut| TransferSaid::read(&bytes[..cut]).is_err()));
            assert!(TransferSaid::read(&[&bytes[..], b"x"].concat()).is_err());
        }
    }

    /// A care stands on its consent, and an offer without one on the duty to enrol; an offer of
    /// another transfer, or with a care whose consent is over, is none.
    #[test]
    fn a_care_stands_on_its_consent() {
        let Ground::Consent { digest, scopes, .. } = offer().ground() else { panic!("consent") };
        assert!(digest == Digest::sha256([3; 32]) && scopes == Scopes::of(CARE));
        let bare = TransferOffer { care: None, ..offer() };
        assert_eq!(bare.ground(), Ground::Enrolment);
        let line = Line { number: 1, seen: 0, asks: true };
        let read = |transfer: [u8; 16], has_care: bool, says: OldSays| {
            let offer = Some(offer().write().expect("written"));
            let transfer = TransferId(transfer);
            let said = TransferSaid::Old(FromOld { transfer, line, says, has_care, offer });
            TransferSaid::read(&said.write().expect("written")).is_ok()
        };
        assert!(read([7; 16], true, OldSays::Offered));
        assert!(!read([8; 16], true, OldSays::Offered));
        assert!(!read([7; 16], false, OldSays::Offered));
        assert!(!read([7; 16], true, OldSays::Recalled));
        let day = date(2025, 11, 20);
        assert!(read([7; 16], true, OldSays::Confirmed(day)), "whoever lost it hears it again");
        assert!(!read([7; 16], false, OldSays::Confirmed(day)));
    }
}
