//! Records drawn from numbers and texts: whatever a school and a receiver could have written.

use std::collections::BTreeMap;

use domain::digest::Digest;
use domain::ledger::Word;
use domain::referral::history::{Act, Side};
use domain::referral::{Actor, Concern, Event, State, Urgency};
use jiff::civil::{Date, date};

use super::{answers, ended, whole};
use crate::content::{
    AnswerContent, Answered, Contact, GroundSaid, Outcome, ReferralContent, Summary,
};
use crate::content::{ConsentSaid, EmergencySaid, ReferralId};
use crate::fhir::Record;
use crate::import::value::Sex;
use crate::ledger::entry::Moment;
use crate::ledger::referral::{Part, Score};

/// Where what is drawn comes from; once it is used up, zeros and blanks.
pub(super) struct Draw {
    numbers: std::vec::IntoIter<u64>,
    texts: std::vec::IntoIter<String>,
}

impl Draw {
    pub(super) fn new(numbers: Vec<u64>, texts: Vec<String>) -> Self {
        Self { numbers: numbers.into_iter(), texts: texts.into_iter() }
    }

    fn below(&mut self, most: usize) -> usize {
        let most = u64::try_from(most).expect("small");
        usize::try_from(self.numbers.next().unwrap_or(0) % most).expect("small")
    }

    fn count(&mut self) -> u32 {
        u32::try_from(self.below(1_000_000)).expect("small")
    }

    fn flag(&mut self) -> bool {
        self.below(2) == 1
    }

    fn word<W: Word>(&mut self) -> W {
        W::ALL[self.below(W::ALL.len())]
    }

    fn text(&mut self) -> String {
        self.texts.next().unwrap_or_default()
    }

    /// A text that says something.
    fn line(&mut self) -> String {
        format!("x{}", self.text())
    }

    fn day(&mut self) -> Date {
        let days = i32::try_from(self.below(20_000)).expect("small");
        date(2001, 1, 1).saturating_add(jiff::Span::new().days(days))
    }

    fn moment(&mut self) -> Moment {
        Moment(i64::try_from(self.below(4_000_000_000_000)).expect("small"))
    }

    fn maybe<T>(&mut self, one: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| one(self))
    }

    fn some<T>(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.below(most + 1);
        (0..count).map(|_| one(self)).collect()
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| u8::try_from(self.below(256)).expect("a byte"))
    }

    fn contact(&mut self) -> Contact {
        Contact { unit: self.text(), person: self.text(), phone: self.text() }
    }

    pub(super) fn record(&mut self) -> Record {
        let content = if self.flag() { self.emergency() } else { self.consented() };
        let (state, is_settled) = (self.word::<State>(), self.flag());
        let revoked_at = self.maybe(Self::moment);
        let base = match self.below(4) {
            0 => ended(&content, state),
            _ => whole(content, state),
        };
        let referral = base.referral();
        let answers = match base.whole() {
            Some(_) => self.some(6, |draw| draw.answer(referral)),
            None => Vec::new(),
        };
        Record { envelope: self.bytes(), revoked_at, is_settled, answers, ..base }
    }

    fn content(&mut self, ground: GroundSaid, parts: Vec<Part>) -> ReferralContent {
        ReferralContent {
            referral: ReferralId(self.bytes()),
            number: self.count(),
            sender: self.contact(),
            recipient: self.contact(),
            urgency: self.word::<Urgency>(),
            at: self.moment(),
            ground,
            parts,
            acts: self.some(4, Self::act),
        }
    }

    fn consented(&mut self) -> ReferralContent {
        let said = ConsentSaid {
            digest: Digest::sha256(self.bytes()),
            classes: self.some(4, Self::word),
            outcome_back: self.word(),
            method: self.word(),
            relation: self.maybe(Self::word),
            guardian_signed: self.maybe(Self::day),
            student_signed: self.maybe(Self::day),
            child_asked: self.flag(),
            valid_from: self.day(),
            valid_to: self.day(),
            notice: self.text(),
        };
        let mut parts = Vec::new();
        parts.extend(self.maybe(Self::identity));
        parts.extend(self.maybe(Self::reason));
        parts.extend(self.maybe(|draw| Part::Scores(draw.some(4, Self::score))));
        parts.extend(self.maybe(|draw| Part::Risk {
            risk: draw.word(),
            known: std::array::from_fn(|_| draw.text()),
        }));
        self.content(GroundSaid::Consent(said), parts)
    }

    fn emergency(&mut self) -> ReferralContent {
        let part = Part::Emergency {
            name: self.text(),
            age: self.maybe(|draw| u8::try_from(draw.below(120)).expect("an age")),
            guardians: self.some(3, Self::guardian),
            has_suspect: self.flag(),
            told: std::array::from_fn(|_| self.text()),
            physique: self.some(3, Self::line),
        };
        let said = EmergencySaid { at: self.moment(), is_signed: self.flag() };
        self.content(GroundSaid::Emergency(said), vec![part])
    }

    fn guardian(&mut self) -> (String, domain::ledger::terms::Relation, String) {
        (self.text(), self.word(), self.text())
    }

    fn identity(&mut self) -> Part {
        let sexes = [Sex::Male, Sex::Female, Sex::Unknown];
        Part::Identity {
            name: self.text(),
            sex: sexes[self.below(3)],
            birth: self.maybe(Self::day),
            guardians: self.some(3, Self::guardian),
            has_suspect: self.flag(),
        }
    }

    fn reason(&mut self) -> Part {
        let mut concerns = vec![self.word()];
        concerns.extend(self.some(3, Self::word::<Concern>));
        let work = |draw: &mut Self| (draw.word(), u64::from(draw.count()), draw.day(), draw.day());
        Part::Reason {
            concerns,
            tier: self.maybe(Self::word),
            since: self.maybe(Self::day),
            work: self.some(4, work),
        }
    }

    fn score(&mut self) -> Score {
        let hundredths = |draw: &mut Self| i64::try_from(draw.below(2_000_000)).expect("small");
        Score {
            scale: format!("scale-{}", self.count()),
            day: self.day(),
            total: self.maybe(|draw| hundredths(draw) - 1_000_000),
            band: self.maybe(Self::line),
            flags: self.text(),
        }
    }

    fn side(&mut self) -> Side {
        if self.flag() { Side::School } else { Side::Recipient(self.count()) }
    }

    fn act(&mut self) -> Act {
        let seen = self.some(3, |draw| (draw.side(), draw.count()));
        Act {
            side: self.side(),
            number: self.count(),
            event: self.word::<Event>(),
            actor: self.word::<Actor>(),
            seen: seen.into_iter().collect::<BTreeMap<_, _>>(),
        }
    }

    fn answer(&mut self, referral: ReferralId) -> AnswerContent {
        let said = answers().swap_remove(self.below(14)).said;
        let said = match said {
            Answered::Accepted { .. } => Answered::Accepted { note: self.text() },
            Answered::Appointed { .. } => {
                Answered::Appointed { day: self.day(), time: self.text(), place: self.text() }
            }
            Answered::Outcome(_) => Answered::Outcome(Outcome {
                fit: self.maybe(Self::word),
                summary: self.maybe(|draw| Summary {
                    adjustments: draw.text(),
                    watch: draw.text(),
                    next_visit: draw.maybe(Self::day),
                }),
            }),
            other => other,
        };
        AnswerContent {
            referral,
            number: self.count(),
            act: self.count(),
            seen: self.count(),
            by: self.contact(),
            at: self.moment(),
            said,
        }
    }
}
