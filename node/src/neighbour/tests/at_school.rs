//! A school: its duty reports, and tips that come to it.

mod ended;

use certs::letter::{Basis, LETTER_BYTES, Letter};
use certs::referral::{EnvelopeId, Ground, Role, WithdrawalSecret};
use domain::directory::{Care, Entry, EntryKind, Place};
use domain::ledger::words::ReportKind;
use domain::neighbour::{Danger, Handling, Harm, NoticeState, RECEIVED_MS, ReplyKind, Suspicion};
use domain::referral::slot::Rank;
use jiff::SignedDuration;
use jiff::civil::date;
use runtime::sealing::Pins;
use runtime::sql::{SqlError, Tx};

use crate::content::neighbour::tests::{hand_off, tip};
use crate::content::{Contact, HandOffContent, Notice, NoticeId, Reply, ReplyContent};
use crate::directory::tests::{hospital, keep};
use crate::directory::{Directories, Judge};
use crate::ledger::author::Author;
use crate::ledger::consent::DutyReport;
use crate::ledger::duty::{self, DutyKind};
use crate::ledger::entry::{Moment, RecordId, StaffId};
use crate::ledger::guard_tests::{CHILD, counsellor, head, principal, run, school};
use crate::ledger::neighbour::{self, stands};
use crate::ledger::testing::{NOW_MS, School, TODAY};
use crate::ledger::{letters, read, write};
use crate::letters::testing::{CLINIC, CLINICS_DISTRICT, Town, arrive, of_duty};
use crate::letters::{answers, renewing};
use crate::list::testing::{UNIT, now, zone};
use crate::neighbour::reporting::{self, Wish};
use crate::neighbour::{NeighbourError, Preview, answering, reading};
use crate::transfer::Transfer;
use crate::transfer::letters::number;

/// What only school and office may know.
const SEEN: &str = "灯塔暗语七二九，手臂多处淤青";

/// The office as the directory has it.
fn office(kind: EntryKind) -> Entry {
    Entry {
        kind,
        care: vec![Care::DutyReports],
        ages: None,
        relay: Some(CLINICS_DISTRICT.parse().expect("unit")),
        ..hospital(CLINIC, "示例公安分局")
    }
}

/// A school, its office, and what the directory says.
struct World {
    school: School,
    town: Town,
    transfer: Transfer,
}

impl World {
    fn of(kind: EntryKind) -> Self {
        let (school, town) = (school(), Town::new());
        town.known(&school);
        let transfer = Transfer::in_memory().expect("transfer");
        keep(&transfer, (1, "2025-11-01"), vec![office(kind)]);
        Self { school, town, transfer }
    }

    fn directories(&self) -> Directories {
        let pins = Pins { roots: self.town.desk.trust.roots().to_vec(), zone: zone() };
        let areas = self.town.desk.areas();
        let judge = Judge { pins, now: now(), areas: areas.clone() };
        let place = Place { school: UNIT.parse().expect("unit"), areas };
        let load = move |tx: &Tx<'_>| Directories::load(tx, &judge, place);
        self.transfer.read(load).expect("directories")
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, NeighbourError> + Send + 'static,
    ) -> Result<T, NeighbourError> {
        self.school.ledger.write("test", work)
    }

    fn prepared(&self) -> Result<RecordId, NeighbourError> {
        let (desk, directories) = (self.town.desk.clone(), self.directories());
        self.write(move |tx| {
            reporting::prepare(tx, &counsellor(), (&desk, &directories), None, &wish())
        })
    }

    fn shown(&self, record: RecordId) -> Preview {
        let shown = self.write(move |tx| Ok(reporting::preview(tx, &head(), record)?.0));
        shown.expect("preview")
    }

    /// Sends on the road without a relay.
    fn sent(&self, by: Author, record: RecordId, digest: &str) -> Result<(), NeighbourError> {
        let (desk, directories) = (self.town.desk.clone(), self.directories());
        let (road, digest) = (self.town.road(), digest.to_owned());
        self.write(move |tx| {
            let of = (record, Some(&road));
            reporting::send_on(tx, &by, (&desk, &directories), of, &digest)
        })
    }

    fn letters(&self) -> Vec<Letter> {
        let found = run(&self.school, |tx| Ok(letters::waiting_letters(tx, 100)?)).expect("found");
        found.iter().map(|one| Letter::from_bytes(&one.letter).expect("letter")).collect()
    }

    fn take(&self) {
        let desk = &self.town.desk;
        answers::take(&self.school.ledger, &self.transfer, desk, now()).expect("taken");
    }

    /// What is due of notices, for somebody.
    fn due(&self, by: Author) -> Vec<(DutyKind, bool)> {
        let found = run(&self.school, move |tx| Ok(duty::duties(tx, &by, |_| true)?));
        let of = [
            DutyKind::ReportSend,
            DutyKind::ReportReceipt,
            DutyKind::ReportMore,
            DutyKind::ReportAnswer,
            DutyKind::TipReceipt,
            DutyKind::TipAnswer,
            DutyKind::HandOffDanger,
            DutyKind::HandOffReceipt,
            DutyKind::HandOffAnswer,
        ];
        let shown = found.expect("duties").shown.into_iter();
        shown.filter(|duty| of.contains(&duty.kind)).map(|one| (one.kind, one.by_other)).collect()
    }

    /// How many notices that came can be read.
    fn here(&self) -> usize {
        let all = run(&self.school, |tx| Ok(neighbour::all_in(tx, 100)?)).expect("read");
        all.iter().filter(|notice| notice.content.is_some()).count()
    }

    fn rows(&self, sql: &'static str) -> u64 {
        let read = self.school.ledger.read(move |tx| tx.query_opt(sql, &[], |row| row.u64(0)));
        let counted: Result<Option<u64>, SqlError> = read;
        counted.expect("read").unwrap_or(0)
    }
}

fn wish() -> Wish {
    Wish {
        student: Some(CHILD),
        office: CLINIC.to_owned(),
        harm: Harm::Violence,
        suspicion: Suspicion::Guardian,
        found_by: "班主任周老师".to_owned(),
        found_on: TODAY,
        seen: SEEN.to_owned(),
        done: "已送校医室".to_owned(),
        contact: ("王老师".to_owned(), "0532-1234567".to_owned()),
    }
}

/// A report that left, with its envelope.
fn reported(world: &World) -> (RecordId, EnvelopeId) {
    let record = world.prepared().expect("prepared");
    let digest = world.shown(record).digest.to_string();
    world.sent(head(), record, &digest).expect("sent");
    let out = run(&world.school, move |tx| Ok(neighbour::of_record(tx, record)?)).expect("read");
    (record, out.expect("out").envelope.expect("envelope"))
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|run| run == needle.as_bytes())
}

/// What was shown is what the office opens; whoever wrote it alone does not send it; a letter has
/// the one length and shows nothing, and its routing is an emergency's.
#[test]
fn what_is_shown_is_sealed_by_a_second_person() {
    let world = World::of(EntryKind::Police);
    let record = world.prepared().expect("prepared");
    assert_eq!(world.due(counsellor()), [(DutyKind::ReportSend, true)]);
    assert_eq!(world.due(head()), [(DutyKind::ReportSend, false)]);
    assert!(world.due(principal()).is_empty());
    let preview = world.shown(record);
    let digest = preview.digest.to_string();
    let alone = world.sent(counsellor(), record, &digest);
    assert!(matches!(alone, Err(NeighbourError::Second)));
    assert!(matches!(world.sent(head(), record, "00"), Err(NeighbourError::Changed)));
    assert!(world.letters().is_empty());
    world.sent(head(), record, &digest).expect("sent");
    assert!(matches!(world.sent(head(), record, &digest), Err(NeighbourError::Sent)));
    let letters = world.letters();
    assert!(letters.iter().all(|letter| letter.to_bytes().len() == LETTER_BYTES));
    let bytes: Vec<u8> = letters.iter().flat_map(Letter::to_bytes).collect();
    assert!(![SEEN, "张某某", "强制报告"].iter().any(|text| holds(&bytes, text)));
    let opened = world.town.opened(&letters);
    assert_eq!(opened.header().ground, Ground::Duty);
    assert_eq!(Basis::of(&Ground::Duty, opened.header().envelope), Basis::Emergency);
    let kept = preview.out.content.expect("content");
    assert_eq!(opened.content(), kept.as_slice());
    let Notice::Report(report) = preview.notice else { panic!("no report") };
    assert_eq!((report.child.as_str(), report.seen.as_str()), ("张某某", SEEN));
    assert_eq!(world.due(counsellor()), [(DutyKind::ReportReceipt, false)]);
    assert_eq!(world.rows("select count(*) from referral"), 0, "no referral comes of it");
}

/// The ledger says something else by now, the entry was annulled, the office is no police, its key
/// is not known, a field is empty: nothing leaves and nothing is written.
#[test]
fn nothing_leaves_that_is_not_right() {
    let world = World::of(EntryKind::Police);
    let record = world.prepared().expect("prepared");
    let digest = world.shown(record).digest.to_string();
    run(&world.school, move |tx| {
        let kept = read::one::<DutyReport>(tx, record)?.expect("entry");
        let other = DutyReport { facts: "别的".to_owned(), ..kept.entry };
        write::update(tx, &counsellor(), (record, kept.version), &other)
    })
    .expect("changed");
    assert!(matches!(world.sent(head(), record, &digest), Err(NeighbourError::Changed)));
    assert!(world.letters().is_empty());
    for kind in [EntryKind::Clinic, EntryKind::Education] {
        let world = World::of(kind);
        assert!(matches!(world.prepared(), Err(NeighbourError::WrongOffice)), "{kind:?}");
        assert_eq!(world.rows("select count(*) from duty_report"), 0);
    }
    let world = World::of(EntryKind::CivilAffairs);
    let (desk, directories) = (world.town.desk.clone(), world.directories());
    let empty = Wish { seen: " ".to_owned(), ..wish() };
    let written = world.write(move |tx| {
        reporting::prepare(tx, &counsellor(), (&desk, &directories), None, &empty)
    });
    assert!(matches!(written, Err(NeighbourError::Field("seen"))));
    let unit = CLINIC.parse().expect("unit");
    run(&world.school, move |tx| Ok(letters::forget(tx, &unit)?)).expect("forgotten");
    assert!(matches!(world.prepared(), Err(NeighbourError::NoRoad)));
    assert_eq!(world.rows("select count(*) from neighbour_out"), 0);
}

fn reply(record: (&World, RecordId), number: u32, said: Reply) -> Vec<u8> {
    let (world, record) = record;
    let out = run(&world.school, move |tx| Ok(neighbour::of_record(tx, record)?)).expect("read");
    let unit = "示例公安分局".to_owned();
    let by = Contact { unit, person: String::new(), phone: String::new() };
    let content = ReplyContent {
        to: domain::neighbour::NoticeKind::Report,
        id: NoticeId(out.expect("out").name),
        number,
        by,
        at: Moment(NOW_MS),
        said,
    };
    content.write().expect("reply").to_vec()
}

/// An acknowledgement and the answer are believed from the office alone, each once and in any
/// order; with them the ledger has the day by which the report is counted.
#[test]
fn answers_are_the_offices() {
    let world = World::of(EntryKind::Police);
    let (record, envelope) = reported(&world);
    let to = world.town.to_school(&world.school);
    let entry = || {
        let read = move |tx: &Tx<'_>| Ok(read::one::<DutyReport>(tx, record)?.expect("entry"));
        run(&world.school, read).expect("read").entry
    };
    assert_eq!((entry().what, entry().acknowledged), (ReportKind::MandatoryReport, None));
    let received = reply((&world, record), 1, Reply::Received("2025-117".to_owned()));
    let answer = |by: &certs::identity::LeafIdentity, id: u8, bytes: &[u8]| {
        let of = (Role::Answer { to: envelope }, EnvelopeId::from_bytes([id; 16]));
        of_duty(by, &to, of, bytes)
    };
    arrive(&world.transfer, &answer(&world.town.posed, 1, &received));
    world.take();
    assert_eq!(entry().acknowledged, None, "another district's certificate says nothing");
    for _ in 0..2 {
        arrive(&world.transfer, &answer(&world.town.clinic, 2, &received));
        world.take();
        assert_eq!(entry().acknowledged, Some(TODAY));
    }
    assert_eq!(world.rows("select count(*) from neighbour_came"), 1);
    assert_eq!(world.due(counsellor()), [(DutyKind::ReportAnswer, false)]);
    let handled = Reply::Handled(Handling::Investigated, date(2025, 11, 20));
    let handled = reply((&world, record), 2, handled);
    arrive(&world.transfer, &answer(&world.town.clinic, 3, &handled));
    world.take();
    assert!(world.due(counsellor()).is_empty());
    assert_eq!(world.rows("select count(*) from referral_act"), 0);
}

/// A report waits for its slot behind what an emergency says, though a relay takes it for one.
#[test]
fn a_report_waits_behind_an_emergency() {
    let world = World::of(EntryKind::Police);
    reported(&world);
    let found = run(&world.school, |tx| Ok(letters::waiting_letters(tx, 100)?)).expect("found");
    assert!(!found.is_empty() && number(Rank::REPORTED) > number(Rank::Emergency));
    assert!(found.iter().all(|one| one.rank == number(Rank::REPORTED)));
}

/// Puts a tip into the school's inbox.
fn tipped(world: &World, by: &certs::identity::LeafIdentity, id: u8) {
    came(world, by, (id, &tip().write().expect("tip")));
}

/// Puts a hotline's caller into the school's inbox.
fn called(world: &World, by: &certs::identity::LeafIdentity, (id, danger): (u8, Danger)) {
    let caller = HandOffContent { danger, ..hand_off() };
    came(world, by, (id, &caller.write().expect("hand-off")));
}

fn came(world: &World, by: &certs::identity::LeafIdentity, (id, bytes): (u8, &[u8])) {
    let to = world.town.to_school(&world.school);
    let envelope = EnvelopeId::from_bytes([id; 16]);
    let withdrawal = WithdrawalSecret::from_bytes([7; 16]).mark(envelope);
    let letters = of_duty(by, &to, (Role::Referral { withdrawal }, envelope), bytes);
    assert!(letters.iter().all(|one| one.to_bytes().len() == LETTER_BYTES));
    arrive(&world.transfer, &letters);
    world.take();
}

/// A tip is taken once, of an office that the directory lists under that hub; the head reads it,
/// and a counsellor once the head has named her. It makes no student, and is linked by the head.
#[test]
fn a_tip_is_the_heads_to_read() {
    let clinic = World::of(EntryKind::Clinic);
    tipped(&clinic, &clinic.town.clinic.clone(), 1);
    let world = World::of(EntryKind::Police);
    tipped(&world, &world.town.posed.clone(), 2);
    for world in [&clinic, &world] {
        assert_eq!(world.rows("select count(*) from neighbour_in"), 0);
    }
    let students = world.rows("select count(*) from student");
    for _ in 0..2 {
        tipped(&world, &world.town.clinic.clone(), 3);
    }
    assert_eq!(world.rows("select count(*) from neighbour_in"), 1);
    assert_eq!(world.rows("select count(*) from student"), students);
    let tips = |by: Author| world.write(move |tx| reading::tips(tx, &by)).expect("tips").len();
    assert_eq!((tips(head()), tips(counsellor()), tips(principal())), (1, 0, 0));
    assert_eq!(world.due(head()), [(DutyKind::TipReceipt, false)]);
    assert!(world.due(counsellor()).is_empty());
    let read = |by: Author| world.write(move |tx| reading::tip(tx, &by, 1));
    assert!(matches!(read(counsellor()), Err(NeighbourError::Unknown)));
    assert_eq!(world.rows("select count(*) from neighbour_read"), 0);
    assert_eq!(read(head()).map_err(drop).expect("read").child, tip().child);
    let name =
        |by: Author| world.write(move |tx| reading::name_reader(tx, &by, (1, Some(StaffId(1)))));
    assert!(matches!(name(counsellor()), Err(NeighbourError::NotAllowed)));
    name(head()).expect("named");
    assert_eq!((tips(counsellor()), read(counsellor()).is_ok()), (1, true));
    assert_eq!(world.rows("select count(*) from neighbour_read"), 2);
    let meant = crate::ledger::testing::TestPupil::new(0).number();
    let linked = world.write(move |tx| reading::link(tx, &head(), (1, &meant)));
    assert_eq!(linked.map_err(drop).expect("linked"), CHILD);
    let logged = || world.rows("select count(*) from access_log");
    let before = logged();
    read(head()).map_err(drop).expect("read");
    assert_eq!(logged(), before + 1, "the record of the student says so as well");
}

/// A tip is acknowledged, then answered with a code and a day; that it is about nobody here only
/// the head says, and what it said is gone then. What is old goes by itself.
#[test]
fn a_tip_is_answered_and_erased() {
    let world = World::of(EntryKind::Cyberspace);
    for id in 1..=3 {
        tipped(&world, &world.town.clinic.clone(), id);
    }
    let say =
        |id: i64, said: Reply| world.write(move |tx| answering::by_school(tx, &head(), (id, said)));
    let handled = || Reply::Handled(Handling::Followed, TODAY);
    assert!(matches!(say(1, handled()), Err(NeighbourError::NotAsked)));
    say(1, Reply::Received(String::new())).expect("received");
    assert!(matches!(say(1, Reply::MoreNeeded("?".to_owned())), Err(NeighbourError::NotAsked)));
    say(1, handled()).expect("handled");
    assert!(matches!(say(1, handled()), Err(NeighbourError::NotAsked)));
    say(2, Reply::NotOurs).expect("not ours");
    assert_eq!((world.here(), world.rows("select count(*) from neighbour_in")), (2, 3));
    let kinds = world.write(|tx| {
        let said = neighbour::said(tx, 1)?;
        Ok(said.iter().map(|one| one.answer.said.kind()).collect::<Vec<_>>())
    });
    let kinds = kinds.map_err(drop).expect("said");
    assert_eq!(kinds, [ReplyKind::Received, ReplyKind::Handled]);
    assert_eq!(stands(kinds), NoticeState::Handled);
    let house = answering::House::School(world.town.desk.clone());
    assert_eq!(answering::keep(&world.school.ledger, &house, now()).expect("sealed"), 3);
    assert_eq!(answering::keep(&world.school.ledger, &house, now()).expect("sealed"), 0);
    assert_eq!(world.letters().len(), 3);
    let later = now() + jiff::SignedDuration::from_millis(181 * RECEIVED_MS);
    answering::forget(&world.school.ledger, later).expect("erased");
    assert_eq!(world.here(), 0);
}

/// A caller is taken once, of a hotline or a centre that the directory lists under that hub and of
/// no other office, which gives no tip either; the counsellor reads and links, and the head is told
/// nothing.
#[test]
fn a_caller_is_the_counsellors_to_read() {
    let (police, posed) = (World::of(EntryKind::Police), World::of(EntryKind::Hotline));
    called(&police, &police.town.clinic.clone(), (1, Danger::Yes));
    called(&posed, &posed.town.posed.clone(), (2, Danger::Yes));
    let hotline = World::of(EntryKind::Hotline);
    tipped(&hotline, &hotline.town.clinic.clone(), 3);
    for world in [&police, &posed, &hotline] {
        assert_eq!(world.rows("select count(*) from neighbour_in"), 0);
    }
    for world in [hotline, World::of(EntryKind::Centre)] {
        let students = world.rows("select count(*) from student");
        for _ in 0..2 {
            called(&world, &world.town.clinic.clone(), (4, Danger::Yes));
        }
        assert_eq!(world.rows("select count(*) from neighbour_in"), 1);
        assert_eq!(world.rows("select count(*) from student"), students);
        is_the_counsellors(&world);
    }
}

fn is_the_counsellors(world: &World) {
    let all = |by: Author| world.write(move |tx| reading::hand_offs(tx, &by)).map_err(drop);
    let count = |by: Author| all(by).expect("callers").len();
    assert_eq!((count(counsellor()), count(head()), count(principal())), (1, 0, 0));
    let tips = world.write(|tx| reading::tips(tx, &head())).map_err(drop);
    assert!(tips.expect("tips").is_empty(), "a caller is no tip");
    assert!(world.due(head()).is_empty());
    let read = |by: Author| world.write(move |tx| reading::hand_off(tx, &by, 1));
    assert!(matches!(read(head()), Err(NeighbourError::Unknown)));
    let as_tip = world.write(|tx| reading::tip(tx, &counsellor(), 1));
    assert!(matches!(as_tip, Err(NeighbourError::Unknown)));
    assert_eq!(world.rows("select count(*) from neighbour_read"), 0);
    let alarm = all(counsellor()).expect("callers").remove(0).alarm.expect("danger");
    assert_eq!(alarm.phone, hand_off().sender.phone, "said before anything is read");
    let meant = crate::ledger::testing::TestPupil::new(0).number();
    let linked =
        |by: Author, meant: String| world.write(move |tx| reading::link(tx, &by, (1, &meant)));
    assert!(matches!(linked(head(), meant.clone()), Err(NeighbourError::Unknown)));
    assert_eq!(linked(counsellor(), meant).map_err(drop).expect("linked"), CHILD);
    let before = world.rows("select count(*) from access_log");
    assert_eq!(read(counsellor()).map_err(drop).expect("read").reach, hand_off().reach);
    assert_eq!(world.rows("select count(*) from neighbour_read"), 1);
    assert_eq!(world.rows("select count(*) from access_log"), before + 1);
}

/// A caller in danger is due at once and stands first until it is said whether he or she was
/// reached; another within a working day. What is answered is that and nothing else, and one who is
/// no student here is erased.
#[test]
fn a_caller_is_answered_and_erased() {
    let world = World::of(EntryKind::Hotline);
    for (id, danger) in [(1, Danger::No), (2, Danger::Yes), (3, Danger::Yes)] {
        called(&world, &world.town.clinic.clone(), (id, danger));
    }
    let due = |kinds: &[DutyKind]| {
        let found: Vec<_> = world.due(counsellor()).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(found, kinds);
    };
    let (danger, receipt) = (DutyKind::HandOffDanger, DutyKind::HandOffReceipt);
    due(&[danger, danger, receipt]);
    let say = |by: Author, id: i64, said: Reply| {
        world.write(move |tx| answering::by_school(tx, &by, (id, said)))
    };
    let day = TODAY;
    let not_yet = say(counsellor(), 2, Reply::Reached(day));
    assert!(matches!(not_yet, Err(NeighbourError::NotAsked)));
    for id in [1, 2] {
        say(counsellor(), id, Reply::Received(String::new())).expect("received");
    }
    due(&[danger, danger, DutyKind::HandOffAnswer]);
    assert!(matches!(say(head(), 2, Reply::Reached(day)), Err(NeighbourError::Unknown)));
    let handled = say(counsellor(), 2, Reply::Handled(Handling::Contacted, day));
    assert!(matches!(handled, Err(NeighbourError::NotAsked)));
    let tomorrow = day.tomorrow().expect("day");
    let early = say(counsellor(), 2, Reply::Reached(tomorrow));
    assert!(matches!(early, Err(NeighbourError::Field("day"))));
    say(counsellor(), 2, Reply::NotReached(day)).expect("not reached");
    say(counsellor(), 1, Reply::Reached(day)).expect("reached");
    say(counsellor(), 3, Reply::NotOurs).expect("not ours");
    due(&[]);
    say(counsellor(), 2, Reply::Reached(day)).expect("reached later");
    let over = say(counsellor(), 2, Reply::NotOurs);
    assert!(matches!(over, Err(NeighbourError::NotAsked)));
    assert_eq!((world.here(), world.rows("select count(*) from neighbour_in")), (2, 3));
    let house = answering::House::School(world.town.desk.clone());
    assert_eq!(answering::keep(&world.school.ledger, &house, now()).expect("sealed"), 6);
    let later = now() + jiff::SignedDuration::from_millis(181 * RECEIVED_MS);
    answering::forget(&world.school.ledger, later).expect("erased");
    assert_eq!(world.here(), 0);
}

/// A letter that is opened by the school's key and is no notice of a duty is left aside.
#[test]
fn a_referral_sealed_to_a_school_is_nothing() {
    let world = World::of(EntryKind::Police);
    let to = world.town.to_school(&world.school);
    let envelope = EnvelopeId::from_bytes([9; 16]);
    let withdrawal = WithdrawalSecret::from_bytes([7; 16]).mark(envelope);
    let bytes = crate::content::tests::emergency().write().expect("referral");
    let of = (Role::Referral { withdrawal }, envelope);
    let letters = of_duty(&world.town.clinic, &to, of, &bytes);
    let routed = |letter: &Letter| letter.to_bytes().len() == LETTER_BYTES;
    assert!(letters.iter().all(routed));
    arrive(&world.transfer, &letters);
    world.take();
    assert_eq!(world.rows("select count(*) from neighbour_in"), 0);
    let waiting = world.transfer.read(|tx| {
        use proto::wire::sync::ItemKind;
        crate::transfer::addressed::waiting(tx, ItemKind::Letter, 0, 10)
    });
    assert!(waiting.expect("read").is_empty(), "it does not come again at every tick");
}

/// A report of which no relay says anything is sealed anew after ten minutes, and opens as the
/// same; not once a relay has it.
#[test]
fn a_report_that_no_relay_acknowledged_is_sealed_anew() {
    let world = World::of(EntryKind::Police);
    let (_, envelope) = reported(&world);
    let renewed = |minutes: i64| {
        let at = now() + SignedDuration::from_mins(minutes);
        renewing::renew(&world.school.ledger, &world.transfer, &world.town.desk, at)
            .expect("looked")
    };
    assert_eq!((renewed(9), renewed(11), renewed(12)), (0, 1, 0));
    let letters = world.letters();
    let [first, second] = letters.as_slice() else { panic!("two letters") };
    assert!(first != second);
    let [first, second] = [first, second].map(|one| world.town.opened(std::slice::from_ref(one)));
    assert_eq!(first.content(), second.content());
    assert!(second.header().envelope == envelope && second.header().ground == Ground::Duty);
    run(&world.school, move |tx| Ok(neighbour::acked(tx, envelope, NOW_MS)?)).expect("acked");
    assert_eq!(renewed(10_000), 0);
}
