//! What people do: most of the time what leads on from where a referral stands, and else anything,
//! also what is not allowed there, which is refused and changes nothing.

use domain::ledger::consent::{Answer, DataClass, OutcomeBack, Purpose};
use domain::receiver::ReceiverRole;
use domain::referral::{
    Actor, DeclineReason, Event as E, FitForSchool, KeptWhy, State as S, Urgency,
};
use jiff::civil::date;
use jiff::{Timestamp, ToSpan as _};
use runtime::clock::date_of;
use runtime::sql::Tx;

use super::stage::Stage;
use super::town::HOUSES;
use crate::content::{Answered, Contact, Kept, Outcome, Summary};
use crate::intake::testing::worker;
use crate::intake::{IntakeError, acting};
use crate::ledger::author::Author;
use crate::ledger::consent::Consent;
use crate::ledger::entry::{Moment, RecordId, Words};
use crate::ledger::guard_tests::{CHILD, counsellor, head};
use crate::ledger::intake;
use crate::ledger::referral::tests::{call, danger, paper, told, wanted};
use crate::ledger::referral::{self, Call, Told, Wish};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::testing::slip;
use crate::ledger::write;
use crate::letters::sending;

const PHONE: (&str, &str) = ("王老师", "0532-1234567");

/// Acts that a page offers by their name.
const PLAIN: [E; 10] = [
    E::AskConsent,
    E::ConsentGiven,
    E::ChooseAgain,
    E::GiveUp,
    E::Return,
    E::Relapse,
    E::Close,
    E::StoodDown,
    E::HandedOverByPhone,
    E::Timeout,
];

/// Acts after which nothing more is to come.
const LAST: [E; 4] = [E::Cancel, E::ConsentRefused, E::Recall, E::WrongPerson];

fn at(author: &Author, now: Timestamp) -> Author {
    let now_ms = now.as_millisecond();
    Author::new(author.account(), author.role(), author.staff(), now_ms).because("登记")
}

/// What an urgent referral to the first house is opened with.
pub(super) fn wish() -> Wish {
    let (id, name) = HOUSES[0];
    let recipient = (id.to_owned(), name.to_owned(), "0532-1".to_owned());
    Wish { recipient, ..wanted(Urgency::Urgent) }
}

impl Stage<'_> {
    /// An urgent referral to the first house that is sealed and lies in the ledger.
    pub(super) fn sealed_to_the_first(&mut self) -> RecordId {
        let wish = wish();
        let opened = self.run("opens", move |tx, by| referral::open(tx, by, &wish));
        let record = opened.expect("opened");
        self.records.push(record);
        self.acts(record, E::AskConsent);
        self.family_signs(record);
        self.acts(record, E::ConsentGiven);
        self.approves(record);
        self.seals(record);
        assert_eq!(self.state(record), S::Sent, "{}", self.told());
        record
    }

    /// The first house answers about its only referral.
    pub(super) fn the_first_answers(&mut self, said: Answered) -> Result<(), IntakeError> {
        let receiver = self.town.houses[0].receiver.clone();
        let by = worker(ReceiverRole::Clinician, self.now);
        let ledger = self.units[1].ledger.clone();
        ledger.write("act", move |tx| acting::act(tx, &receiver, &by, (1, said)))
    }

    /// One transaction of the school's ledger; a refusal is told, and a broken store ends the test.
    pub(super) fn run<T: Send + 'static>(
        &mut self,
        what: &str,
        work: impl FnOnce(&Tx<'_>, &Author) -> Result<T, LedgerRefusal> + Send + 'static,
    ) -> Option<T> {
        let by = at(&counsellor(), self.now);
        let done = self.school().write("history", move |tx| work(tx, &by));
        match done {
            Ok(done) => {
                self.note(&format!("school: {what}"));
                Some(done)
            }
            Err(LedgerRefusal::Store(error)) => panic!("{what}: {error}"),
            Err(refused) => {
                self.note(&format!("school: {what} is refused: {refused}"));
                None
            }
        }
    }

    pub(super) fn state(&self, record: RecordId) -> S {
        let read = self.school().read(move |tx| referral::course(tx, record));
        read.expect("course").state
    }

    /// Somebody at the school does something.
    pub(super) fn school_acts(&mut self) {
        if self.records.is_empty() || (self.records.len() < 3 && self.dice.percent(8)) {
            return self.opens();
        }
        let place = self.dice.below(self.records.len());
        let record = self.records[place];
        if self.dice.percent(70) {
            return self.leads_on(record);
        }
        match self.dice.below(8) {
            0 => self.withdraws(record),
            1 if self.dice.percent(50) => {
                let event = self.dice.pick(&LAST);
                self.acts(record, event);
            }
            2 => self.makes_an_emergency(record),
            3 => self.signs(record),
            4 => self.names_another(record),
            5 => self.seals(record),
            _ => {
                let event = self.dice.pick(&PLAIN);
                self.acts(record, event);
            }
        }
    }

    fn opens(&mut self) {
        let urgency = self.dice.pick(&[
            Urgency::Routine,
            Urgency::Urgent,
            Urgency::Urgent,
            Urgency::Emergency,
        ]);
        let houses = self.houses();
        let (id, name) = HOUSES[self.dice.below(houses)];
        let recipient = (id.to_owned(), name.to_owned(), "0532-1".to_owned());
        let wish = Wish { recipient, ..wanted(urgency) };
        let what = format!("opens {urgency:?} to {id}");
        let opened = self.run(&what, move |tx, by| referral::open(tx, by, &wish));
        self.records.extend(opened);
    }

    /// What comes next where a referral stands.
    fn leads_on(&mut self, record: RecordId) {
        match self.state(record) {
            S::Draft if self.dice.percent(30) => self.makes_an_emergency(record),
            S::Draft => self.acts(record, E::AskConsent),
            S::ConsentPending => {
                self.family_signs(record);
                self.acts(record, E::ConsentGiven);
            }
            S::Consented => {
                self.approves(record);
                self.seals(record);
            }
            S::Declined | S::RedirectProposed => {
                self.names_another(record);
                self.family_signs(record);
                self.approves(record);
                self.seals(record);
            }
            S::EmergencyOut => match self.dice.below(4) {
                0 => self.signs(record),
                1 => self.acts(record, E::StoodDown),
                _ => self.seals(record),
            },
            S::OutcomeIn => {
                let event = self.dice.pick(&[E::Return, E::Return, E::Close]);
                self.acts(record, event);
            }
            S::Returned => self.acts(record, E::Relapse),
            state if state.is_terminal() && self.records.len() < 3 => self.opens(),
            _ => {}
        }
    }

    pub(super) fn acts(&mut self, record: RecordId, event: E) {
        let before = self.state(record);
        let actor = match event {
            E::Timeout => Actor::Clock,
            _ => Actor::School,
        };
        let told = Told { day: date_of(self.now), ..told() };
        let done = self.run(&format!("{event:?} of {}", record.0), move |tx, by| {
            referral::act(tx, by, record, (event, actor), &told)
        });
        if done.is_some() {
            self.acted.push((record, event, before));
            self.follows(event);
        }
    }

    /// A relapse opens the referral that follows.
    fn follows(&mut self, event: E) {
        if event != E::Relapse {
            return;
        }
        let read = self.school().read(crate::ledger::read::all::<referral::Referral>);
        let all = read.expect("referrals");
        let known = self.records.clone();
        let new = all.into_iter().map(|kept| kept.record).filter(|one| !known.contains(one));
        self.records.extend(new);
    }

    pub(super) fn withdraws(&mut self, record: RecordId) {
        let before = self.state(record);
        let told = Told { day: date_of(self.now), ..told() };
        let done = self.run(&format!("withdraws {}", record.0), move |tx, by| {
            referral::withdraw(tx, by, record, Actor::Guardian, &told)
        });
        if done.is_some() {
            self.acted.push((record, E::WithdrawConsent, before));
        }
    }

    fn makes_an_emergency(&mut self, record: RecordId) {
        let before = self.state(record);
        let call = Call { at: Moment(self.now.as_millisecond()), ..call() };
        let done = self.run(&format!("emergency of {}", record.0), move |tx, by| {
            referral::emergency(tx, by, record, &danger(), &call)
        });
        if done.is_some() {
            self.acted.push((record, E::Emergency, before));
        }
    }

    fn signs(&mut self, record: RecordId) {
        let second = at(&head(), self.now);
        self.run(&format!("signs {}", record.0), move |tx, _| {
            referral::countersign(tx, &second, record)
        });
    }

    pub(super) fn approves(&mut self, record: RecordId) {
        let second = at(&head(), self.now);
        self.run(&format!("approves {}", record.0), move |tx, _| {
            referral::approve(tx, &second, record)
        });
    }

    fn names_another(&mut self, record: RecordId) {
        let houses = self.houses();
        let (id, name) = HOUSES[self.dice.below(houses)];
        self.run(&format!("names {id} in {}", record.0), move |tx, by| {
            referral::name_recipient(tx, by, record, (id, name, "0532-1"))
        });
    }

    /// The family agrees to the recipient that is named.
    pub(super) fn family_signs(&mut self, record: RecordId) {
        let today = date_of(self.now);
        self.run(&format!("keeps a paper for {}", record.0), move |tx, by| {
            let id = referral::course(tx, record)?.referral.entry.recipient;
            let signed = Consent {
                purpose: Purpose::Referral,
                classes: Words::new([DataClass::Identity, DataClass::Reason, DataClass::Scores]),
                recipient: id.clone(),
                recipient_name: paper(&id).recipient_name,
                outcome_back: OutcomeBack::Summary,
                ..slip(CHILD, Answer::Given, today, date(2026, 3, 1))
            };
            write::add(tx, by, &signed)
        });
    }

    fn seals(&mut self, record: RecordId) {
        let (before, desk) = (self.state(record), self.desk());
        let event = match before {
            S::Declined | S::RedirectProposed => Some(E::ResendInScope),
            S::Consented => Some(E::Send),
            _ => None,
        };
        let done = self.run(&format!("seals {}", record.0), move |tx, by| {
            sending::prepare(tx, by, record, &desk, PHONE)?;
            let shown = sending::preview(tx, by, record)?.ok_or(LedgerRefusal::Changed)?;
            sending::send(tx, by, record, &desk, &shown.digest.to_string())
        });
        if let (Some(_), Some(event)) = (done, event) {
            self.acted.push((record, event, before));
        }
    }

    /// Somebody at a house does something about a referral that came there.
    pub(super) fn house_acts(&mut self) {
        let unit = 1 + self.dice.below(self.houses());
        let entries = self.units[unit].ledger.read(|tx| intake::latest(tx, 50)).expect("entries");
        if entries.is_empty() {
            return;
        }
        let entry = &entries[self.dice.below(entries.len())];
        let (id, by) = (entry.id, worker(ReceiverRole::Clinician, self.now));
        let of = by.clone();
        let shown = self.units[unit].ledger.read(move |tx| acting::shown(tx, &of, id));
        let state = shown.expect("shown").course.state;
        let said = self.answer(state);
        let Some(event) = said.event() else { return };
        let receiver = self.town.houses[unit - 1].receiver.clone();
        let ledger = self.units[unit].ledger.clone();
        let done = ledger.write("act", move |tx| acting::act(tx, &receiver, &by, (id, said)));
        match done {
            Ok(()) => self.note(&format!("unit {unit}: {event:?} of {id}")),
            Err(IntakeError::Store(error)) => panic!("{event:?}: {error}"),
            Err(refused) => {
                self.note(&format!("unit {unit}: {event:?} of {id} is refused: {refused}"));
            }
        }
    }

    /// What is answered next where a referral stands, and now and then anything.
    fn answer(&mut self, state: S) -> Answered {
        let text = |text: &str| text.to_owned();
        let today = date_of(self.now);
        let place = match state {
            S::Received => self.dice.pick(&[0, 0, 0, 0, 1, 2]),
            S::Accepted | S::NoShow => 3,
            S::Appointed => self.dice.pick(&[4, 5, 5, 5]),
            S::InCare => 6,
            S::OutcomeIn => 7,
            S::EmergencyOut => 8,
            _ => self.dice.below(9),
        };
        let place = if self.dice.percent(15) { self.dice.below(9) } else { place };
        let to = Contact { unit: text("市七医院"), person: text(""), phone: text("0532-7") };
        let (day, time) = (today + 2.days(), text("09:30"));
        let summary =
            Summary { adjustments: text("免体育课"), watch: text("睡眠"), next_visit: None };
        match place {
            0 => Answered::Accepted { note: text("请家长来电") },
            1 => Answered::Declined { reason: DeclineReason::NoCapacity, note: text("") },
            2 => Answered::Redirected { unit: text(""), to },
            3 => Answered::Appointed { day, time, place: text("门诊三楼") },
            4 => Answered::NotSeen(today),
            5 => Answered::Seen(today),
            6 if self.dice.percent(50) => {
                Answered::Outcome(Outcome { fit: Some(FitForSchool::Part), summary: Some(summary) })
            }
            6 => Answered::Outcome(Outcome { fit: None, summary: None }),
            7 => Answered::MoreCare,
            _ => Answered::TakenOver { by: text("韩医生"), place: text("急诊") },
        }
    }

    /// At every house somebody says what is kept where that is asked; says whether it was.
    pub(super) fn houses_keep(&mut self) -> bool {
        let mut was_any = false;
        for unit in 1..self.units.len() {
            let ledger = self.units[unit].ledger.clone();
            for entry in ledger.read(|tx| intake::latest(tx, 50)).expect("entries") {
                let id = entry.id;
                if !ledger.read(move |tx| intake::wants_kept(tx, id)).expect("asked") {
                    continue;
                }
                let receiver = self.town.houses[unit - 1].receiver.clone();
                let by = worker(ReceiverRole::Clinician, self.now);
                let kept = Kept { why: KeptWhy::MedicalRecord, detail: "第47条".to_owned() };
                let said =
                    ledger.write("keep", move |tx| acting::keep(tx, &receiver, &by, (id, kept)));
                said.expect("kept");
                self.note(&format!("unit {unit}: says what is kept of {id}"));
                was_any = true;
            }
        }
        was_any
    }
}
