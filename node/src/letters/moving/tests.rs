//! Two schools with their ledgers: a student has one owner on every day in every order of what they
//! say, what is shown is what is sealed, and what the family does not let go along stays behind.

mod ended;
mod restored;

use certs::letter::{LETTER_BYTES, Letter, Routing};
use certs::statement::Purpose as Purposes;
use domain::ledger::Kind;
use domain::ledger::consent::{Answer, DataClass, Purpose};
use domain::ledger::day::plus_days;
use domain::ledger::terms::{ReadPurpose, Tier};
use domain::transfer::{DeclinedWhy, In, Out};
use domain::unit::UnitId;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};

use super::super::road::Road;
use super::super::testing::{OTHER, Town, arrive};
use super::super::{answers, road::Desk};
use super::answering::{self, Acceptance};
use super::offering::{self, Wish};
use super::{hearing, saying};
use crate::content::{TransferOffer, TransferSaid};
use crate::ledger::author::Author;
use crate::ledger::consent::Consent;
use crate::ledger::duty::{self, DutyKind};
use crate::ledger::entry::{Moment, Words};
use crate::ledger::guard_tests::{CHILD, counsellor, head, run};
use crate::ledger::letters as store;
use crate::ledger::moving::{self, CareStands, Enrol, Move, Stands};
use crate::ledger::referral::tests::{paper, ready};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::roll::{Guardian, Transfer as Coming};
use crate::ledger::testing::{AS_OF, NOW_MS, School, TODAY, TestPupil};
use crate::ledger::{access, journal, passed_on, read, sealing_key, student, write};
use crate::list::testing::now;
use crate::transfer::Transfer;

/// What must stay between the two schools.
const CANARIES: [&str; 2] = ["张某某", "王母"];

/// The old school's and the new one's side of a street, and their keys.
struct Street {
    town: Town,
    old: School,
    new: School,
    roads: [Road; 2],
    inboxes: [Transfer; 2],
}

impl Street {
    fn new() -> Self {
        let (town, old, new) = (Town::new(), ready(), School::new());
        let others: Vec<TestPupil> = (50..53).map(TestPupil::new).collect();
        new.roster(&others, AS_OF);
        let roads = town.acquainted((&old, &new));
        let inboxes = [(); 2].map(|()| Transfer::in_memory().expect("transfer"));
        Self { town, old, new, roads, inboxes }
    }

    fn wish(care: CareStands) -> Wish {
        let (person, phone) = ("王老师".to_owned(), "0532-1".to_owned());
        Wish { student: CHILD, unit: OTHER.to_owned(), applied: TODAY, care, person, phone }
    }

    fn prepared(&self, care: CareStands) -> Result<offering::Preview, LedgerRefusal> {
        let desk = self.town.desk.clone();
        run(&self.old, move |tx| {
            offering::prepare(tx, &counsellor(), &desk, &Self::wish(care))?;
            Ok(offering::preview(tx, &counsellor(), CHILD)?.expect("preview"))
        })
    }

    fn offered(&self, care: CareStands) -> i64 {
        let digest = self.prepared(care).expect("prepared").digest.to_string();
        let desk = self.town.desk.clone();
        let id =
            run(&self.old, move |tx| offering::offer(tx, &counsellor(), &desk, (CHILD, &digest)));
        id.expect("offered")
    }

    fn rows(school: &School) -> Vec<Move> {
        run(school, |tx| Ok(moving::all(tx)?)).expect("rows")
    }

    /// The one transfer of a school.
    fn row(school: &School) -> Move {
        Self::rows(school).pop().expect("a transfer")
    }

    /// Seals what one side says on a road without relay, and gives it to the other one's inbox.
    fn carry(&self, is_from_old: bool) -> Vec<Letter> {
        let (from, desk, road, at) = match is_from_old {
            true => (&self.old, &self.town.desk, &self.roads[0], 1),
            false => (&self.new, &self.town.other, &self.roads[1], 0),
        };
        hearing::settle(&from.ledger, now()).expect("settled");
        let (desk, road) = (desk.clone(), road.clone());
        let own = self.inboxes[1 - at].clone();
        let row = Self::row(from);
        let letters: Vec<Letter> = run(from, move |tx| {
            if row.told.is_due(NOW_MS) {
                saying::say_on(tx, (&own, &desk), (row, &road), now())?;
            }
            let waiting = store::waiting_letters(tx, 100)?;
            waiting.iter().try_for_each(|one| store::note_copied(tx, one.id, NOW_MS))?;
            let read = |one: &store::Outgoing| Letter::from_bytes(&one.letter).expect("letter");
            Ok(waiting.iter().map(read).collect())
        })
        .expect("said");
        arrive(&self.inboxes[at], &letters);
        letters
    }

    /// Takes what lies in an inbox.
    fn take(&self, is_new: bool) {
        let (school, desk, at): (&School, &Desk, usize) = match is_new {
            true => (&self.new, &self.town.other, 1),
            false => (&self.old, &self.town.desk, 0),
        };
        answers::take(&school.ledger, &self.inboxes[at], desk, now()).expect("taken");
        hearing::settle(&school.ledger, now()).expect("settled");
    }

    /// A student is offered, accepted and entered, and the old school has heard it.
    fn moved(&self) {
        self.offered(CareStands::Behind);
        self.carry(true);
        self.take(true);
        self.accepted(0, TODAY).expect("accepted");
        for is_from_old in [false, true, false] {
            self.carry(is_from_old);
            self.take(is_from_old);
        }
    }

    fn accepted(&self, n: u32, day: Date) -> Result<(), LedgerRefusal> {
        let (desk, id, wanted) = (self.town.other.clone(), Self::row(&self.new).id, taking(n, day));
        run(&self.new, move |tx| answering::accept(tx, &head(), &desk, (id, &wanted)))
    }
}

fn taking(n: u32, day: Date) -> Acceptance {
    let enrol = Enrol {
        number: TestPupil::new(n).number(),
        grade: "g7".to_owned(),
        class: "2班".to_owned(),
    };
    Acceptance { day, enrol, contact: "李老师".to_owned() }
}

/// How many are on the roll on a day.
fn on_roll(school: &School, day: Date) -> usize {
    school.ledger.read(move |tx| student::roll_at(tx, day)).expect("roll").len()
}

fn agreed(answer: Answer) -> Consent {
    Consent {
        purpose: Purpose::Transfer,
        classes: Words::new([DataClass::Reason, DataClass::Risk]),
        recipient: OTHER.to_owned(),
        recipient_name: "示例第二中学".to_owned(),
        answer,
        withdrawn: (answer == Answer::Withdrawn).then_some(TODAY),
        ..paper(OTHER)
    }
}

/// What is offered is what was shown, in one letter of the size of all and under nobody's name; the
/// new school takes the student from a day on, the old one ends the stay with that day, and the
/// new one enters the child, with whom to call, from the same day.
#[test]
fn a_student_moves_by_letter() {
    let street = Street::new();
    let shown = street.prepared(CareStands::Behind).expect("shown");
    assert!(shown.offer.care.is_none() && shown.offer.guardians.len() == 1);
    street.offered(CareStands::Behind);
    let letters = street.carry(true);
    let [letter] = letters.as_slice() else { panic!("one letter") };
    let bytes = letter.to_bytes();
    assert_eq!(bytes.len(), LETTER_BYTES);
    let found = CANARIES
        .iter()
        .find(|name| bytes.windows(name.len()).any(|window| window == name.as_bytes()));
    assert_eq!(found, None);
    street.take(true);
    assert_eq!(Street::row(&street.new).stands, Stands::In(In::Offered));
    let (both, before) = ((4, 3), (on_roll(&street.old, TODAY), on_roll(&street.new, TODAY)));
    assert_eq!(before, both, "who is offered is the old school's");
    street.accepted(0, TODAY).expect("accepted");
    assert_eq!(on_roll(&street.new, TODAY), 3, "and still is when taken");
    street.carry(false);
    street.take(false);
    assert_eq!(Street::row(&street.old).stands, Stands::Out(Out::Confirmed(TODAY)));
    assert_eq!((on_roll(&street.old, TODAY), on_roll(&street.new, TODAY)), (3, 3));
    street.carry(true);
    street.take(true);
    assert_eq!((on_roll(&street.old, TODAY), on_roll(&street.new, TODAY)), (3, 4));
    let yesterday = date(2025, 11, 19);
    assert_eq!((on_roll(&street.old, yesterday), on_roll(&street.new, yesterday)), (4, 3));
    street.carry(false);
    street.take(false);
    let old = Street::row(&street.old);
    assert_eq!(old.stands, Stands::Out(Out::Closed(TODAY)));
    assert!(old.offer.is_none() && Street::row(&street.new).offer.is_none());
    let (guardians, comings) =
        run(&street.new, |tx| Ok((read::all::<Guardian>(tx)?, read::all::<Coming>(tx)?)))
            .expect("read");
    assert!(guardians.len() == 1 && guardians[0].entry.name == "王母");
    assert!(comings.len() == 1 && comings[0].entry.consent.is_none(), "no consent moves along");
    for school in [&street.old, &street.new] {
        school.ledger.read(journal::verify).expect("the journal is whole");
    }
}

/// How a student is looked after goes along on a consent that names that school and these kinds of
/// data, and on nothing else; taken back, it is erased at the new school whatever became of the
/// rest.
#[test]
fn a_care_goes_along_as_far_as_the_family_lets_it() {
    let street = Street::new();
    let refused = street.prepared(CareStands::Along).err();
    assert!(matches!(refused, Some(LedgerRefusal::Consent(_))), "nobody was asked");
    run(&street.old, |tx| write::add(tx, &counsellor(), &agreed(Answer::Given))).expect("paper");
    let shown = street.prepared(CareStands::Along).expect("shown").offer;
    let care = shown.care.expect("care");
    assert!(care.tier == Some(Tier::T3) && care.has_case);
    street.offered(CareStands::Along);
    street.carry(true);
    street.take(true);
    let has_care = |school: &School| {
        super::offered(&Street::row(school)).expect("offer").is_some_and(|one| one.care.is_some())
    };
    assert!(has_care(&street.new));
    street.accepted(0, TODAY).expect("accepted");
    street.carry(false);
    street.take(false);
    street.carry(true);
    street.take(true);
    assert!(has_care(&street.new), "it is kept as long as its consent runs");
    let no = run(&street.old, |tx| write::add(tx, &counsellor(), &agreed(Answer::Withdrawn)));
    no.expect("withdrawn");
    street.carry(true);
    street.take(true);
    assert!(!has_care(&street.new));
    assert_eq!(Street::row(&street.new).stands, Stands::In(In::Closed(TODAY)));
}

/// What is offered twice, to oneself, to whom no key is known or by who may not is refused, and so
/// is what was not shown.
#[test]
fn an_offer_is_what_was_shown() {
    let street = Street::new();
    let desk = street.town.desk.clone();
    let other = desk.clone();
    let prepare = |unit: &str, who: Author| {
        let wish = Wish { unit: unit.to_owned(), ..Street::wish(CareStands::Behind) };
        let desk = other.clone();
        run(&street.old, move |tx| offering::prepare(tx, &who, &desk, &wish))
    };
    let own = desk.name.unit().to_string();
    assert!(matches!(prepare(&own, counsellor()), Err(LedgerRefusal::Field("recipient"))));
    let unknown = prepare("F370202099J01", counsellor());
    assert!(matches!(unknown, Err(LedgerRefusal::NoRoad)));
    let teacher = crate::ledger::guard_tests::principal();
    assert!(matches!(prepare(OTHER, teacher), Err(LedgerRefusal::NotAllowed)));
    prepare(OTHER, counsellor()).expect("prepared");
    let none = certs::digest::sha256(b"another").to_string();
    let (sent, desk) = (none, desk.clone());
    let said =
        run(&street.old, move |tx| offering::offer(tx, &counsellor(), &desk, (CHILD, &sent)));
    assert!(matches!(said, Err(LedgerRefusal::Changed)));
    assert!(Street::rows(&street.old).is_empty(), "nothing was written");
    street.offered(CareStands::Behind);
    let again = prepare(OTHER, counsellor());
    assert!(matches!(again, Err(LedgerRefusal::Double)));
}

/// The new school's work has the offer with its limit; the old one's has it once nobody answered.
#[test]
fn an_offer_is_on_the_work_list() {
    let street = Street::new();
    street.offered(CareStands::Behind);
    street.carry(true);
    street.take(true);
    let due = |school: &School, who: Author| {
        let found = run(school, move |tx| {
            Ok(duty::duties(tx, &who, |one| one.kind == DutyKind::Transfer)?.shown)
        });
        found.expect("duties").iter().map(|one| (one.record.0, one.due_ms)).collect::<Vec<_>>()
    };
    let limit = Some(duty::end_of(date(2025, 11, 27)));
    assert_eq!(due(&street.new, head()), [(Street::row(&street.new).id, limit)]);
    assert!(due(&street.new, crate::ledger::guard_tests::principal()).is_empty());
    assert!(due(&street.old, counsellor()).is_empty(), "it is the other school's turn");
    let later = NOW_MS + 8 * 86_400_000;
    let role = domain::ledger::SchoolRole::Counsellor;
    let late = Author::new("counsellor", role, None, later);
    assert_eq!(due(&street.old, late).len(), 1, "telephone");
}

/// The family reads to which school something went, once it went.
#[test]
fn the_family_reads_where_it_went() {
    let street = Street::new();
    let told = || {
        let found = run(&street.old, |tx| {
            let pass = access::open(tx, &counsellor(), CHILD, ReadPurpose::FamilyRequest)?;
            passed_on::of(tx, &pass)
        });
        found.expect("told").into_iter().map(|one| (one.kind, one.to)).collect::<Vec<_>>()
    };
    street.offered(CareStands::Behind);
    assert!(told().is_empty(), "nothing was sealed yet");
    street.carry(true);
    assert_eq!(told(), [(Kind::Transfer, "示例第二中学".to_owned())]);
}

/// A refusal and a recall leave the student where he was, and nothing of the child at the other
/// school; a letter that comes again changes nothing.
#[test]
fn a_student_who_does_not_move_stays() {
    let street = Street::new();
    let id = street.offered(CareStands::Behind);
    let offer = street.carry(true);
    street.take(true);
    let declined = Street::row(&street.new).id;
    let why = (declined, DeclinedWhy::NoPlace, "");
    run(&street.new, move |tx| answering::decline(tx, &head(), why)).expect("declined");
    assert!(Street::row(&street.new).offer.is_none());
    arrive(&street.inboxes[1], &offer);
    street.take(true);
    let row = Street::row(&street.new);
    assert!(row.stands == Stands::In(In::Declined) && row.offer.is_none(), "heard before");
    street.carry(false);
    street.take(false);
    assert_eq!(Street::row(&street.old).stands, Stands::Out(Out::Declined));
    let late = run(&street.old, move |tx| offering::recall(tx, &counsellor(), id));
    assert!(matches!(late, Err(LedgerRefusal::Changed)));
    assert_eq!((on_roll(&street.old, TODAY), on_roll(&street.new, TODAY)), (4, 3));
}

/// What another school says about a transfer that is not its own changes nothing.
#[test]
fn nobody_else_is_believed() {
    let street = Street::new();
    street.offered(CareStands::Behind);
    street.carry(true);
    street.take(true);
    let mut row = Street::row(&street.new);
    let said = saying::said(&mut row, NOW_MS);
    let posed = street.town.desk.name.clone();
    let heard = run(&street.old, move |tx| hearing::hear(tx, &posed, said, now()));
    assert!(matches!(heard, Err(LedgerRefusal::Unknown)));
    assert_eq!(Street::row(&street.old).stands, Stands::Out(Out::Offered));
}

/// A generator that a seed makes, the same one everywhere.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }
}

/// What was said and may still be heard, in any order, again, or never.
#[derive(Default)]
struct Air {
    to_new: Vec<TransferSaid>,
    to_old: Vec<TransferSaid>,
}

/// One history: at each step one of the two does or hears something, or its process dies before
/// its transaction is written.
struct History {
    street: Street,
    air: Air,
    now: Timestamp,
    draw: Draw,
}

impl History {
    fn step(&mut self) {
        match self.draw.below(8) {
            0 => self.now += SignedDuration::from_hours(13),
            1 => self.acts(),
            2 | 3 => self.says(),
            4 | 5 => self.hears(true),
            _ => self.hears(false),
        }
        for school in [&self.street.old, &self.street.new] {
            hearing::settle(&school.ledger, self.now).expect("settled");
        }
    }

    fn author(&self) -> Author {
        let now_ms = self.now.as_millisecond();
        Author::new("head", domain::ledger::SchoolRole::MoralHead, None, now_ms).because("登记")
    }

    /// Somebody takes the student, does not, or takes the offer back; what is refused is nothing.
    fn acts(&mut self) {
        let (kind, later) = (self.draw.below(6), self.draw.below(3));
        let (author, desk) = (self.author(), self.street.town.other.clone());
        let day = plus_days(author.today(), u32::try_from(later).expect("few"));
        let wanted = taking(0, day);
        let id = Street::rows(&self.street.new).pop().map(|row| row.id);
        let own = Street::row(&self.street.old).id;
        let done = match (kind, id) {
            (0, _) => run(&self.street.old, move |tx| offering::recall(tx, &author, own)),
            (1, Some(id)) => run(&self.street.new, move |tx| {
                answering::decline(tx, &author, (id, DeclinedWhy::Other, ""))
            }),
            (_, Some(id)) => run(&self.street.new, move |tx| {
                answering::accept(tx, &author, &desk, (id, &wanted))
            }),
            _ => Ok(()),
        };
        assert!(!matches!(done, Err(LedgerRefusal::Store(_))));
    }

    /// Both say what they have to.
    fn says(&mut self) {
        let now_ms = self.now.as_millisecond();
        let said = |school: &School| {
            run(school, move |tx| {
                let due = moving::all(tx)?.into_iter().find(|row| row.told.is_due(now_ms));
                let Some(mut row) = due else { return Ok(None) };
                let said = saying::said(&mut row, now_ms);
                moving::save(tx, &row)?;
                Ok(Some(said))
            })
            .expect("said")
        };
        self.air.to_new.extend(said(&self.street.old));
        self.air.to_old.extend(said(&self.street.new));
    }

    /// One hears something that was ever said to it, or dies before that is written.
    fn hears(&mut self, is_new: bool) {
        let air = if is_new { &self.air.to_new } else { &self.air.to_old };
        if air.is_empty() {
            return;
        }
        let said = air[self.draw.below(air.len())].clone();
        let dies = self.draw.below(5) == 0;
        self.hear(is_new, said, dies);
    }

    fn hear(&self, is_new: bool, said: TransferSaid, dies: bool) {
        let street = &self.street;
        let (school, sender) = match is_new {
            true => (&street.new, street.town.desk.name.clone()),
            false => (&street.old, street.town.other.name.clone()),
        };
        let now = self.now;
        let heard = run(school, move |tx| {
            hearing::hear(tx, &sender, said, now)?;
            if dies { Err(LedgerRefusal::Changed) } else { Ok(()) }
        });
        assert_eq!(heard.is_err(), dies);
    }

    /// Days on which both rolls have the student, or none of them has.
    fn owned_otherwise(&self) -> (Vec<Date>, Vec<Date>) {
        let (mut two, mut none) = (Vec::new(), Vec::new());
        let last = Moment(self.now.as_millisecond()).day();
        let mut day = date(2025, 11, 15);
        while day <= last {
            match on_roll(&self.street.old, day) + on_roll(&self.street.new, day) {
                8 => two.push(day),
                6 => none.push(day),
                _ => {}
            }
            day = day.tomorrow().expect("day");
        }
        (two, none)
    }

    /// Everything that is said is heard, until nobody says anything.
    fn comes_to_rest(&mut self) {
        for _ in 0..60 {
            self.now += SignedDuration::from_hours(25);
            for school in [&self.street.old, &self.street.new] {
                hearing::settle(&school.ledger, self.now).expect("settled");
            }
            let (before_new, before_old) = (self.air.to_new.len(), self.air.to_old.len());
            self.says();
            let to_new = self.air.to_new[before_new..].to_vec();
            let to_old = self.air.to_old[before_old..].to_vec();
            to_new.into_iter().for_each(|said| self.hear(true, said, false));
            to_old.into_iter().for_each(|said| self.hear(false, said, false));
        }
    }
}

/// Goal: no day has two owners at any instant, and once all was heard every day has exactly one, at
/// the ledgers themselves. Method: random histories of what both do, say, hear late, again, in any
/// order or never, with processes that die; the seed of each is in the message.
#[test]
fn a_day_has_one_owner_in_both_ledgers() {
    let mut ends = std::collections::BTreeSet::new();
    for seed in 1..=10_u64 {
        let street = Street::new();
        street.offered(CareStands::Behind);
        let draw = Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut history = History { street, air: Air::default(), now: now(), draw };
        for step in 0..60 {
            history.step();
            let (two, _) = history.owned_otherwise();
            assert!(two.is_empty(), "seed {seed}, step {step}: two owners on {two:?}");
        }
        history.comes_to_rest();
        let (two, none) = history.owned_otherwise();
        assert!(two.is_empty() && none.is_empty(), "seed {seed}: {two:?} {none:?}");
        let (old, new) = (Street::row(&history.street.old), Street::row(&history.street.new));
        assert!(!old.stands.is_open() && !new.stands.is_open(), "seed {seed}");
        let is_moved = matches!(old.stands, Stands::Out(Out::Closed(_)));
        assert_eq!(is_moved, matches!(new.stands, Stands::In(In::Closed(_))), "seed {seed}");
        assert_eq!(old.stands.day(), new.stands.day(), "seed {seed}: both hold one day");
        ends.insert(is_moved);
    }
    assert_eq!(ends.len(), 2, "some moved and some stayed");
}

/// Hubs see an answer like any other: no sender, and an envelope that nobody has.
#[test]
fn hubs_see_an_answer_like_any_other() {
    let street = Street::new();
    street.offered(CareStands::Behind);
    let letters = street.carry(true);
    let (letter, sender) = (letters[0].clone(), street.town.desk.name.unit().to_string());
    run(&street.new, move |tx| {
        let unit: UnitId = OTHER.parse().expect("unit");
        let keys = sealing_key::all_for(tx, (&unit, Purposes::Referral))?;
        let opened = letter.open(&keys[0].key).expect("opened");
        let Routing::Answer { carried, met, .. } = opened.routing() else { panic!("an answer") };
        assert!(met.is_none() && carried.due.is_none() && carried.number.of() == 1);
        let bytes = opened.part().expect("part").bytes();
        assert!(!bytes.windows(sender.len()).any(|window| window == sender.as_bytes()));
        Ok(())
    })
    .expect("looked at");
    let row = Street::row(&street.old);
    let offer = TransferOffer::read(row.offer.as_ref().expect("kept")).expect("offer");
    assert!(offer.name == "张某某" && offer.recipient == "示例第二中学");
}
