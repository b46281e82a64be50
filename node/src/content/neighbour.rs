//! A duty report, a tip, a caller whom a hotline hands over, and what is answered to each.
//!
//! Their kinds begin at 20 and their envelopes say that the ground is a duty: a content of this
//! file is never read as a referral, and a referral never as one of these.

use certs::referral::{Ground, Header, Role};
use domain::neighbour::{
    Danger, HandOffGround, Handling, Harm, NoticeKind, ReplyKind, Suspicion, TipAbout,
};
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::bytes::{Reader, Writer};
use super::referral::{Contact, read_contact, write_contact};
use super::{ContentError, VERSION, opened};
use crate::ledger::entry::Moment;

const REPORT: u8 = 20;
const REPORT_REPLY: u8 = 21;
const TIP: u8 = 22;
const TIP_REPLY: u8 = 23;
const HAND_OFF: u8 = 24;
const HAND_OFF_REPLY: u8 = 25;

/// Names a notice in everything that is sealed about it. Drawn at random; it stands in no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeId(pub [u8; 16]);

/// A school's report under the duty of mandatory reporting, as the office reads it.
#[derive(Clone)]
pub struct ReportContent {
    /// Which report.
    pub id: NoticeId,
    /// Whom to ask at the school.
    pub sender: Contact,
    /// The office.
    pub recipient: Contact,
    /// When it was written.
    pub at: Moment,
    /// Whom it is about: name and day of birth; empty where that is not one student.
    pub child: String,
    /// Day of birth, where it is known.
    pub birth: Option<Date>,
    /// What is reported.
    pub harm: Harm,
    /// Whether a guardian is suspected.
    pub suspicion: Suspicion,
    /// Who found it.
    pub found_by: String,
    /// When it was found.
    pub found_on: Date,
    /// What was seen or heard.
    pub seen: String,
    /// What was done at once.
    pub done: String,
}

/// An office's tip about a child, as the school reads it.
#[derive(Clone)]
pub struct TipContent {
    /// Which tip.
    pub id: NoticeId,
    /// Whom to ask at the office.
    pub sender: Contact,
    /// The school.
    pub recipient: Contact,
    /// When it was written.
    pub at: Moment,
    /// What it is about.
    pub about: TipAbout,
    /// The child, as far as the office knows: name, class, age.
    pub child: String,
    /// What the office knows.
    pub said: String,
}

/// A caller whom a hotline hands over, as the school's counsellor reads it: no more than is needed
/// to reach the caller.
#[derive(Clone)]
pub struct HandOffContent {
    /// Which hand-off.
    pub id: NoticeId,
    /// Whom to ask at the hotline.
    pub sender: Contact,
    /// The school.
    pub recipient: Contact,
    /// When it was written.
    pub at: Moment,
    /// The caller's name as it was given.
    pub name: String,
    /// How the caller is reached.
    pub reach: String,
    /// Whether the caller is in danger.
    pub danger: Danger,
    /// On what it stands.
    pub ground: HandOffGround,
    /// What was agreed with the caller.
    pub agreed: String,
}

/// What was opened.
pub enum Notice {
    /// A duty report.
    Report(ReportContent),
    /// A tip.
    Tip(TipContent),
    /// A caller whom a hotline hands over.
    HandOff(HandOffContent),
}

/// What a reply says. A tip's and a hand-off's have no words of their own.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// It came, under this number of the recipient's.
    Received(String),
    /// It was handled so, on a day.
    Handled(Handling, Date),
    /// It is not for this unit; what it said is erased there.
    NotOurs,
    /// The office asks for more.
    MoreNeeded(String),
    /// The caller was reached, on a day.
    Reached(Date),
    /// The caller was not reached, on a day.
    NotReached(Date),
}

/// A reply to a notice.
#[derive(Clone)]
pub struct ReplyContent {
    /// To what.
    pub to: NoticeKind,
    /// Which one.
    pub id: NoticeId,
    /// Number of this reply among those to that notice, from 1.
    pub number: u32,
    /// Who answers.
    pub by: Contact,
    /// When.
    pub at: Moment,
    /// What.
    pub said: Reply,
}

impl Reply {
    /// Its word.
    #[must_use]
    pub const fn kind(&self) -> ReplyKind {
        match self {
            Self::Received(_) => ReplyKind::Received,
            Self::Handled(..) => ReplyKind::Handled,
            Self::NotOurs => ReplyKind::NotOurs,
            Self::MoreNeeded(_) => ReplyKind::MoreNeeded,
            Self::Reached(_) => ReplyKind::Reached,
            Self::NotReached(_) => ReplyKind::NotReached,
        }
    }
}

impl ReportContent {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// A text is longer than a content carries.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        let mut to = Writer::new();
        to.byte(VERSION)?;
        to.byte(REPORT)?;
        to.id(&self.id.0)?;
        write_contact(&mut to, &self.sender)?;
        write_contact(&mut to, &self.recipient)?;
        to.moment(self.at)?;
        to.text(&self.child)?;
        to.option(self.birth.as_ref(), |to, day| to.day(*day))?;
        to.word(self.harm)?;
        to.word(self.suspicion)?;
        to.text(&self.found_by)?;
        to.day(self.found_on)?;
        to.text(&self.seen)?;
        to.text(&self.done)?;
        Ok(to.finish())
    }

    fn read(bytes: &[u8]) -> Result<Self, ContentError> {
        let mut from = opened(bytes, REPORT)?;
        let content = Self {
            id: NoticeId(from.id()?),
            sender: read_contact(&mut from)?,
            recipient: read_contact(&mut from)?,
            at: from.moment()?,
            child: from.text()?,
            birth: from.option(Reader::day)?,
            harm: from.word("harms")?,
            suspicion: from.word("suspicions")?,
            found_by: from.text()?,
            found_on: from.day()?,
            seen: from.text()?,
            done: from.text()?,
        };
        from.finish()?;
        if content.write()?.as_slice() == bytes { Ok(content) } else { Err(ContentError::Form) }
    }
}

impl TipContent {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// A text is longer than a content carries.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        let mut to = Writer::new();
        to.byte(VERSION)?;
        to.byte(TIP)?;
        to.id(&self.id.0)?;
        write_contact(&mut to, &self.sender)?;
        write_contact(&mut to, &self.recipient)?;
        to.moment(self.at)?;
        to.word(self.about)?;
        to.text(&self.child)?;
        to.text(&self.said)?;
        Ok(to.finish())
    }

    fn read(bytes: &[u8]) -> Result<Self, ContentError> {
        let mut from = opened(bytes, TIP)?;
        let content = Self {
            id: NoticeId(from.id()?),
            sender: read_contact(&mut from)?,
            recipient: read_contact(&mut from)?,
            at: from.moment()?,
            about: from.word("subjects of tips")?,
            child: from.text()?,
            said: from.text()?,
        };
        from.finish()?;
        if content.write()?.as_slice() == bytes { Ok(content) } else { Err(ContentError::Form) }
    }
}

impl HandOffContent {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// A text is longer than a content carries, or it stands on nothing.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        if !self.ground.carries(self.danger) {
            return Err(ContentError::Form);
        }
        let mut to = Writer::new();
        to.byte(VERSION)?;
        to.byte(HAND_OFF)?;
        to.id(&self.id.0)?;
        write_contact(&mut to, &self.sender)?;
        write_contact(&mut to, &self.recipient)?;
        to.moment(self.at)?;
        to.text(&self.name)?;
        to.text(&self.reach)?;
        to.word(self.danger)?;
        to.word(self.ground)?;
        to.text(&self.agreed)?;
        Ok(to.finish())
    }

    fn read(bytes: &[u8]) -> Result<Self, ContentError> {
        let mut from = opened(bytes, HAND_OFF)?;
        let content = Self {
            id: NoticeId(from.id()?),
            sender: read_contact(&mut from)?,
            recipient: read_contact(&mut from)?,
            at: from.moment()?,
            name: from.text()?,
            reach: from.text()?,
            danger: from.word("danger")?,
            ground: from.word("grounds of hand-offs")?,
            agreed: from.text()?,
        };
        from.finish()?;
        if content.write()?.as_slice() == bytes { Ok(content) } else { Err(ContentError::Form) }
    }
}

impl Notice {
    /// Reads what is sealed as a notice of a kind.
    ///
    /// # Errors
    /// The bytes are no notice of that kind and this version.
    pub fn read(kind: NoticeKind, bytes: &[u8]) -> Result<Self, ContentError> {
        match kind {
            NoticeKind::Report => ReportContent::read(bytes).map(Self::Report),
            NoticeKind::Tip => TipContent::read(bytes).map(Self::Tip),
            NoticeKind::HandOff => HandOffContent::read(bytes).map(Self::HandOff),
        }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> NoticeId {
        match self {
            Self::Report(report) => report.id,
            Self::Tip(tip) => tip.id,
            Self::HandOff(caller) => caller.id,
        }
    }

    /// Who wrote it.
    #[must_use]
    pub const fn sender(&self) -> &Contact {
        match self {
            Self::Report(report) => &report.sender,
            Self::Tip(tip) => &tip.sender,
            Self::HandOff(caller) => &caller.sender,
        }
    }

    /// Whether the signed header is a notice's: a new one, on the ground of a duty.
    #[must_use]
    pub fn is_headed(header: &Header) -> bool {
        header.ground == Ground::Duty && matches!(header.role, Role::Referral { .. })
    }
}

impl ReplyContent {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// A text is longer than a content carries, or nothing of that kind is answered so.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        if !self.to.takes(self.said.kind()) {
            return Err(ContentError::Form);
        }
        let mut to = Writer::new();
        to.byte(VERSION)?;
        to.byte(reply_to(self.to))?;
        to.id(&self.id.0)?;
        to.count(self.number)?;
        write_contact(&mut to, &self.by)?;
        to.moment(self.at)?;
        to.word(self.said.kind())?;
        match &self.said {
            Reply::Received(receipt) => to.text(receipt)?,
            Reply::Handled(how, day) => {
                to.word(*how)?;
                to.day(*day)?;
            }
            Reply::NotOurs => {}
            Reply::MoreNeeded(note) => to.text(note)?,
            Reply::Reached(day) | Reply::NotReached(day) => to.day(*day)?,
        }
        Ok(to.finish())
    }

    /// Reads what was opened as a reply to a notice of a kind.
    ///
    /// # Errors
    /// The bytes are no such reply of this version.
    pub fn read(kind: NoticeKind, bytes: &[u8]) -> Result<Self, ContentError> {
        let mut from = opened(bytes, reply_to(kind))?;
        let (id, number) = (NoticeId(from.id()?), from.count()?);
        let (by, at) = (read_contact(&mut from)?, from.moment()?);
        let said = match from.word::<ReplyKind>("answers")? {
            ReplyKind::Received => Reply::Received(from.text()?),
            ReplyKind::Handled => Reply::Handled(from.word("ways of handling")?, from.day()?),
            ReplyKind::NotOurs => Reply::NotOurs,
            ReplyKind::MoreNeeded => Reply::MoreNeeded(from.text()?),
            ReplyKind::Reached => Reply::Reached(from.day()?),
            ReplyKind::NotReached => Reply::NotReached(from.day()?),
        };
        from.finish()?;
        let content = Self { to: kind, id, number, by, at, said };
        let is_same = content.number > 0 && content.write()?.as_slice() == bytes;
        if is_same { Ok(content) } else { Err(ContentError::Form) }
    }
}

/// The kind of a reply to a notice of a kind.
const fn reply_to(kind: NoticeKind) -> u8 {
    match kind {
        NoticeKind::Report => REPORT_REPLY,
        NoticeKind::Tip => TIP_REPLY,
        NoticeKind::HandOff => HAND_OFF_REPLY,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::ledger::Word as _;
    use jiff::civil::date;

    use super::super::{AnswerContent, ReferralContent};
    use super::*;

    fn contact(unit: &str) -> Contact {
        let (person, phone) = ("顾老师".to_owned(), "0532-00000000".to_owned());
        Contact { unit: unit.to_owned(), person, phone }
    }

    /// A report of the tests.
    pub(crate) fn report() -> ReportContent {
        ReportContent {
            id: NoticeId([3; 16]),
            sender: contact("示例初级中学"),
            recipient: contact("示例公安分局"),
            at: Moment(1_763_600_000_000),
            child: "张某某".to_owned(),
            birth: Some(date(2013, 5, 1)),
            harm: Harm::Violence,
            suspicion: Suspicion::Guardian,
            found_by: "班主任周老师".to_owned(),
            found_on: date(2025, 11, 19),
            seen: "手臂多处淤青，孩子说在家中被打".to_owned(),
            done: "已送校医室，安排专人陪护".to_owned(),
        }
    }

    /// A tip of the tests.
    pub(crate) fn tip() -> TipContent {
        TipContent {
            id: NoticeId([4; 16]),
            sender: contact("示例公安分局"),
            recipient: contact("示例初级中学"),
            at: Moment(1_763_600_000_000),
            about: TipAbout::Danger,
            child: "张某某，七年级".to_owned(),
            said: "夜间在网上说不想活".to_owned(),
        }
    }

    /// A hand-off of the tests.
    pub(crate) fn hand_off() -> HandOffContent {
        HandOffContent {
            id: NoticeId([5; 16]),
            sender: contact("示例心理热线"),
            recipient: contact("示例初级中学"),
            at: Moment(1_763_600_000_000),
            name: "小雨".to_owned(),
            reach: "母亲手机 13800000000，晚七点后".to_owned(),
            danger: Danger::Yes,
            ground: HandOffGround::Spoken,
            agreed: "今晚由心理教师打电话".to_owned(),
        }
    }

    fn reply(to: NoticeKind, said: Reply) -> ReplyContent {
        let (by, at) = (contact("示例公安分局"), Moment(1_763_600_000_000));
        ReplyContent { to, id: NoticeId([3; 16]), number: 1, by, at, said }
    }

    /// What is written is read again to the byte, cut anywhere it is nothing, and no kind is read
    /// as another one.
    #[test]
    fn each_kind_has_one_reading() {
        let (report, tip) = (report().write().expect("report"), tip().write().expect("tip"));
        let caller = hand_off().write().expect("hand-off");
        assert!(matches!(Notice::read(NoticeKind::Report, &report), Ok(Notice::Report(_))));
        assert!(matches!(Notice::read(NoticeKind::Tip, &tip), Ok(Notice::Tip(_))));
        assert!(matches!(Notice::read(NoticeKind::HandOff, &caller), Ok(Notice::HandOff(_))));
        let all = [&report, &tip, &caller];
        for (own, bytes) in NoticeKind::ALL.iter().zip(all) {
            assert!(ReferralContent::read(bytes).is_err() && AnswerContent::read(bytes).is_err());
            for kind in NoticeKind::ALL {
                assert_eq!(Notice::read(*kind, bytes).is_ok(), kind == own);
                assert!((0..bytes.len()).all(|cut| Notice::read(*kind, &bytes[..cut]).is_err()));
                assert!(ReplyContent::read(*kind, bytes).is_err());
            }
        }
        assert_eq!(all.map(|bytes| bytes[1]), [20, 22, 24], "numbers of kinds are of the wire");
    }

    /// A hand-off on nobody's word and on no danger is neither written nor read.
    #[test]
    fn a_hand_off_stands_on_a_word_or_on_danger() {
        let ground = HandOffGround::Danger;
        let none = HandOffContent { danger: Danger::No, ground, ..hand_off() };
        assert_eq!(none.write().err(), Some(ContentError::Form));
        let bytes = HandOffContent { ground, ..hand_off() }.write().expect("danger");
        let yes = bytes.windows(3).position(|run| run == b"yes").expect("danger is said");
        let mut no = bytes[..yes - 1].to_vec();
        no.extend_from_slice(b"\x02no");
        no.extend_from_slice(&bytes[yes + 3..]);
        assert!(Notice::read(NoticeKind::HandOff, &no).is_err());
    }

    /// Every reply is read as it was written, and nothing is answered in another kind's words.
    #[test]
    fn replies_are_read_as_they_were_written() {
        let all = [
            Reply::Received("2025-117".to_owned()),
            Reply::Handled(Handling::Protected, date(2025, 11, 21)),
            Reply::NotOurs,
            Reply::MoreNeeded("请补充时间".to_owned()),
            Reply::Reached(date(2025, 11, 21)),
            Reply::NotReached(date(2025, 11, 21)),
        ];
        for said in all {
            for kind in NoticeKind::ALL.iter().copied() {
                let written = reply(kind, said.clone()).write();
                if !kind.takes(said.kind()) {
                    assert!(written.is_err());
                    continue;
                }
                let bytes = written.expect("reply");
                let read = ReplyContent::read(kind, &bytes);
                assert!(read.is_ok_and(|read| read.said == said && read.number == 1));
            }
        }
    }

    /// A text that is too long is refused before anything is sealed.
    #[test]
    fn what_is_too_long_is_not_written() {
        let seen = "长".repeat(super::super::TEXT_BYTES_MAX);
        let long = ReportContent { seen, ..report() };
        assert_eq!(long.write().err(), Some(ContentError::Long));
    }
}
