//! An office: duty reports that come to it, its tips to schools, and a hotline's callers.

use std::sync::Arc;

use certs::letter::{LETTER_BYTES, Letter};
use certs::referral::{EnvelopeId, Ground, Role, WithdrawalSecret};
use certs::seal::EnvelopeKey;
use certs::statement::Purpose;
use domain::neighbour::{Danger, HandOffGround, Handling, NoticeKind, NoticeState, TipAbout};
use domain::receiver::{ReadWhy, ReceiverRole};
use domain::referral::slot::Rank;
use jiff::SignedDuration;
use runtime::sql::{SqlError, Tx};

use crate::content::neighbour::tests::report;
use crate::content::{AgainContent, Contact, Notice, NoticeId, Reply, ReplyContent, ReportContent};
use crate::intake::testing::{City, SCHOOL, named, now, worker};
use crate::intake::{IntakeError, Receiver, acting};
use crate::ledger::{aside, intake as kept, neighbour};
use crate::letters::again::asking::{self, Side};
use crate::neighbour::answering::{self, House};
use crate::neighbour::{NeighbourError, handing, reading, renewing, tipping};

const DISTRICT: &str = "370202";

fn envelope(byte: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([byte; 16])
}

/// The letters of a report as they come.
fn letters(city: &City, byte: u8, report: &ReportContent) -> Vec<Letter> {
    let withdrawal = WithdrawalSecret::from_bytes([7; 16]).mark(envelope(byte));
    let role = Role::Referral { withdrawal };
    city.sealed(&report.write().expect("report"), (role, Ground::Duty), envelope(byte))
}

/// An office to which a report has come.
fn city() -> City {
    let city = City::new();
    for letter in letters(&city, 1, &report()) {
        city.arrive(&letter);
    }
    assert_eq!(city.sweep(now()).notices, 1);
    city
}

fn write<T: Send + 'static>(
    city: &City,
    work: impl FnOnce(&Tx<'_>) -> Result<T, NeighbourError> + Send + 'static,
) -> Result<T, NeighbourError> {
    city.ledger.write("test", work)
}

/// How many notices that came can be read.
fn here(city: &City) -> usize {
    let all = write(city, |tx| Ok(neighbour::all_in(tx, 100)?)).expect("read");
    all.iter().filter(|notice| notice.content.is_some()).count()
}

/// The office knows the school's key and the relay's.
fn knows(city: &City) {
    let relay = EnvelopeKey::generate(crate::intake::testing::unit(DISTRICT), Purpose::Referral);
    let relay = city.stated((DISTRICT, Purpose::Relay), &relay.expect("key"));
    let all = [city.stated((SCHOOL, Purpose::Referral), &city.school_key), relay];
    let (receiver, by) = (city.receiver(), worker(ReceiverRole::Intake, now()));
    let know = move |tx: &Tx<'_>| acting::know(tx, &receiver, &by, &all);
    assert_eq!(city.ledger.write::<_, IntakeError>("know", know).expect("known"), 2);
}

/// A report is kept once, is no referral, and is read for a purpose by who may; each reading is in
/// the log.
#[test]
fn a_report_is_taken_once_and_read_for_a_purpose() {
    let city = city();
    for letter in letters(&city, 1, &report()) {
        city.arrive(&letter);
    }
    city.sweep(now());
    assert_eq!(city.count("select count(*) from neighbour_in"), 1);
    assert_eq!(city.count("select count(*) from intake"), 0, "it is no referral");
    let read = |role| {
        let by = worker(role, now());
        let of = (1, ReadWhy::Triage);
        write(&city, move |tx| reading::read_at_house(tx, &by, NoticeKind::Report, of))
    };
    assert!(matches!(read(ReceiverRole::Operator), Err(NeighbourError::NotAllowed)));
    assert_eq!(city.count("select count(*) from neighbour_read"), 0);
    let found = read(ReceiverRole::Intake).map_err(drop).expect("read");
    let Notice::Report(found) = found else { panic!("a report") };
    assert_eq!((found.child, found.seen), (report().child, report().seen));
    assert_eq!(city.count("select count(*) from neighbour_read"), 1);
}

/// What says another thing than its envelope, or comes from a hub, is refused and forgotten.
#[test]
fn what_is_no_report_is_refused() {
    let city = City::new();
    let referral = crate::content::tests::emergency().write().expect("content");
    let tip = crate::content::neighbour::tests::tip().write().expect("content");
    for (byte, bytes) in [(1, &referral), (2, &tip)] {
        let withdrawal = WithdrawalSecret::from_bytes([7; 16]).mark(envelope(byte));
        let role = (Role::Referral { withdrawal }, Ground::Duty);
        for letter in city.sealed(bytes, role, envelope(byte)) {
            city.arrive(&letter);
        }
    }
    // A report on the ground of an emergency would be read as a referral.
    let withdrawal = WithdrawalSecret::from_bytes([7; 16]).mark(envelope(3));
    let role = (Role::Referral { withdrawal }, Ground::Emergency);
    for letter in city.sealed(&report().write().expect("report"), role, envelope(3)) {
        city.arrive(&letter);
    }
    let swept = city.sweep(now());
    assert_eq!((swept.refused, swept.notices, swept.taken), (3, 0, 0));
    assert_eq!(city.count("select count(*) from neighbour_in"), 0);
}

/// Answers go in their order to the school's key; one that is not ours is erased at once, and what
/// is old by itself.
#[test]
fn a_report_is_answered_and_erased() {
    let city = city();
    let say = |said: Reply| {
        let by = worker(ReceiverRole::Intake, now());
        write(&city, move |tx| answering::by_office(tx, &by, (1, said)))
    };
    let house = House::Receiver(city.receiver(), Arc::new(city.clinic.clone()));
    say(Reply::Received("2026-117".to_owned())).expect("received");
    assert_eq!(answering::keep(&city.ledger, &house, now()).expect("kept"), 0, "no key is known");
    knows(&city);
    assert_eq!(answering::keep(&city.ledger, &house, now()).expect("kept"), 1);
    say(Reply::MoreNeeded("请补充时间".to_owned())).expect("more");
    say(Reply::Handled(Handling::Protected, "2026-11-03".parse().expect("day"))).expect("handled");
    assert!(matches!(say(Reply::NotOurs), Err(NeighbourError::NotAsked)));
    assert_eq!(answering::keep(&city.ledger, &house, now()).expect("kept"), 2);
    assert_eq!(city.count("select count(*) from intake_letter"), 3);
    assert_eq!(here(&city), 1);
    let later = now() + jiff::SignedDuration::from_hours(181 * 24);
    answering::forget(&city.ledger, later).expect("erased");
    assert_eq!(here(&city), 0);
}

fn wish() -> tipping::Wish {
    tipping::Wish {
        school: SCHOOL.to_owned(),
        relay: String::new(),
        about: TipAbout::Danger,
        child: "张某某，七年级".to_owned(),
        said: "夜间在网上说不想活".to_owned(),
        contact: ("值班民警".to_owned(), "110".to_owned()),
    }
}

fn prepared(city: &City, wish: tipping::Wish) -> Result<i64, NeighbourError> {
    let (receiver, by): (Receiver, _) = (city.receiver(), worker(ReceiverRole::Intake, now()));
    write(city, move |tx| tipping::prepare(tx, (&receiver, &by), &wish))
}

/// That the office's own tip was read stands in its log, and the head sees who did.
fn read_by(city: &City, id: i64) {
    let reads = |role| {
        let by = worker(role, now());
        write(city, move |tx| tipping::reads(tx, &by, id))
    };
    let found = reads(ReceiverRole::Head).map_err(drop).expect("reads");
    assert_eq!(found.iter().map(|(_, account)| account.as_str()).collect::<Vec<_>>(), ["han"]);
    assert!(matches!(reads(ReceiverRole::Intake), Err(NeighbourError::NotAllowed)));
}

/// A tip goes to a school whose key is known, sealed as it was shown; without a key, to no school
/// or with an empty field nothing is written.
#[test]
fn a_tip_is_sealed_as_it_was_shown() {
    let city = City::new();
    assert!(matches!(prepared(&city, wish()), Err(NeighbourError::NoRoad)));
    knows(&city);
    let hub = tipping::Wish { school: DISTRICT.to_owned(), ..wish() };
    assert!(matches!(prepared(&city, hub), Err(NeighbourError::Field("school"))));
    let empty = tipping::Wish { said: String::new(), ..wish() };
    assert!(matches!(prepared(&city, empty), Err(NeighbourError::Field("said"))));
    let id = prepared(&city, wish()).expect("prepared");
    let send = |digest: String| {
        let (receiver, by) = (city.receiver(), worker(ReceiverRole::Intake, now()));
        let identity = city.clinic.clone();
        write(&city, move |tx| tipping::send(tx, (&receiver, &by), &identity, (id, &digest)))
    };
    assert!(matches!(send("00".to_owned()), Err(NeighbourError::Changed)));
    let by = worker(ReceiverRole::Intake, now());
    assert_eq!(city.count("select count(*) from neighbour_out_read"), 0);
    let preview = write(&city, move |tx| Ok(tipping::preview(tx, &by, id)?.0));
    let digest = preview.map_err(drop).expect("preview").digest.to_string();
    read_by(&city, id);
    send(digest.clone()).expect("sent");
    assert!(matches!(send(digest), Err(NeighbourError::Sent)));
    let one = city.ledger.read(|tx| crate::ledger::intake::letter(tx, 1)).expect("read");
    let bytes = one.expect("letter");
    assert_eq!(bytes.len(), LETTER_BYTES);
    let needle = "张某某".as_bytes();
    assert!(!bytes.windows(needle.len()).any(|run| run == needle));
}

/// The school's answer to a tip is kept, once; one to nothing that was sent is refused.
#[test]
fn a_schools_answer_is_kept_once() {
    let city = City::new();
    knows(&city);
    let id = prepared(&city, wish()).expect("prepared");
    let by = worker(ReceiverRole::Intake, now());
    let preview = write(&city, move |tx| Ok(tipping::preview(tx, &by, id)?.0));
    let preview = preview.map_err(drop).expect("preview");
    let (receiver, by) = (city.receiver(), worker(ReceiverRole::Intake, now()));
    let (identity, digest) = (city.clinic.clone(), preview.digest.to_string());
    write(&city, move |tx| tipping::send(tx, (&receiver, &by), &identity, (id, &digest)))
        .expect("sent");
    let out = write(&city, move |tx| Ok(neighbour::one_out(tx, id)?)).map_err(drop);
    let out = out.expect("read").expect("out");
    let unit = named(SCHOOL).to_string();
    let content = ReplyContent {
        to: NoticeKind::Tip,
        id: NoticeId(out.name),
        number: 1,
        by: Contact { unit, person: String::new(), phone: String::new() },
        at: crate::ledger::entry::Moment(now().as_millisecond()),
        said: Reply::Received("2026-1".to_owned()),
    };
    let bytes = content.write().expect("reply");
    let answer = |to: EnvelopeId, byte: u8| {
        city.answered(&bytes, to, envelope(byte)).iter().for_each(|letter| city.arrive(letter));
        city.sweep(now())
    };
    let to = out.envelope.expect("envelope");
    assert_eq!(answer(to, 21).notices, 1);
    answer(to, 21);
    assert_eq!(city.count("select count(*) from neighbour_came"), 1);
    assert_eq!(answer(envelope(99), 22).refused, 1);
}

fn caller() -> handing::Wish {
    handing::Wish {
        to: SCHOOL.to_owned(),
        relay: String::new(),
        name: "小雨".to_owned(),
        reach: "母亲手机，晚七点后".to_owned(),
        danger: Danger::No,
        ground: HandOffGround::Spoken,
        agreed: "由心理教师打电话".to_owned(),
        contact: (String::new(), "0532-00000000".to_owned()),
    }
}

fn handed(city: &City, wish: handing::Wish, role: ReceiverRole) -> Result<i64, NeighbourError> {
    let (receiver, by) = (city.receiver(), worker(role, now()));
    write(city, move |tx| handing::prepare(tx, (&receiver, &by), &wish))
}

fn send(city: &City, id: i64, digest: &str) -> Result<(), NeighbourError> {
    let (receiver, by) = (city.receiver(), worker(ReceiverRole::Intake, now()));
    let (identity, digest) = (city.clinic.clone(), digest.to_owned());
    write(city, move |tx| tipping::send(tx, (&receiver, &by), &identity, (id, &digest)))
}

fn shown(city: &City, id: i64) -> String {
    let by = worker(ReceiverRole::Intake, now());
    let preview = write(city, move |tx| Ok(tipping::preview(tx, &by, id)?.0));
    preview.map_err(drop).expect("preview").digest.to_string()
}

/// A caller is handed over on his or her word, or in danger; on neither, without a telephone of the
/// hotline, to a school whose key is not known or by the machine's operator nothing is written.
#[test]
fn a_caller_is_sealed_as_was_shown() {
    let city = City::new();
    let intake = ReceiverRole::Intake;
    assert!(matches!(handed(&city, caller(), intake), Err(NeighbourError::NoRoad)));
    knows(&city);
    let operator = handed(&city, caller(), ReceiverRole::Operator);
    assert!(matches!(operator, Err(NeighbourError::NotAllowed)));
    let none = handing::Wish { ground: HandOffGround::Danger, ..caller() };
    assert!(matches!(handed(&city, none, intake), Err(NeighbourError::Field("ground"))));
    let silent = handing::Wish { contact: (String::new(), String::new()), ..caller() };
    assert!(matches!(handed(&city, silent, intake), Err(NeighbourError::Field("phone"))));
    let unreachable = handing::Wish { reach: " ".to_owned(), ..caller() };
    assert!(matches!(handed(&city, unreachable, intake), Err(NeighbourError::Field("reach"))));
    assert_eq!(city.count("select count(*) from neighbour_out"), 0);
    let id = handed(&city, caller(), intake).expect("prepared");
    assert!(matches!(send(&city, id, "00"), Err(NeighbourError::Changed)));
    let digest = shown(&city, id);
    send(&city, id, &digest).expect("sent");
    assert!(matches!(send(&city, id, &digest), Err(NeighbourError::Sent)));
    let one = city.ledger.read(|tx| crate::ledger::intake::letter(tx, 1)).expect("read");
    let bytes = one.expect("letter");
    assert_eq!(bytes.len(), LETTER_BYTES, "as long as every other letter");
    let needle = caller().reach;
    assert!(!bytes.windows(needle.len()).any(|run| run == needle.as_bytes()));
}

/// A caller in danger leaves before everything else that an office or a hotline sends.
#[test]
fn a_caller_in_danger_leaves_first() {
    let city = City::new();
    knows(&city);
    let tip = prepared(&city, wish()).expect("prepared");
    send(&city, tip, &shown(&city, tip)).expect("sent");
    for danger in [Danger::No, Danger::Yes] {
        let wish = handing::Wish { danger, ..caller() };
        let id = handed(&city, wish, ReceiverRole::Intake).expect("prepared");
        send(&city, id, &shown(&city, id)).expect("sent");
    }
    let queued: Result<Vec<_>, SqlError> = city.ledger.read(kept::queued);
    let queued = queued.expect("queue");
    let ranks: Vec<Rank> = queued.iter().map(|one| one.rank).collect();
    assert_eq!(ranks, [Rank::Emergency, Rank::REPORTED, Rank::REPORTED]);
    assert!(queued[0].queued > queued[1].queued, "it came last");
}

/// The school's word whether the caller was reached is kept, one in a tip's words is not, and what
/// was said of the caller goes with time.
#[test]
fn the_hotline_hears_whether_its_caller_was_reached() {
    let city = City::new();
    knows(&city);
    let id = handed(&city, caller(), ReceiverRole::Intake).expect("prepared");
    send(&city, id, &shown(&city, id)).expect("sent");
    let out = write(&city, move |tx| Ok(neighbour::one_out(tx, id)?)).map_err(drop);
    let out = out.expect("read").expect("out");
    let answer = |to: NoticeKind, (number, byte): (u32, u8), said: Reply| {
        let (unit, none) = (named(SCHOOL).to_string(), String::new());
        let by = Contact { unit, person: none.clone(), phone: none };
        let at = crate::ledger::entry::Moment(now().as_millisecond());
        let content = ReplyContent { to, id: NoticeId(out.name), number, by, at, said };
        let (bytes, about) = (content.write().expect("reply"), out.envelope.expect("envelope"));
        city.answered(&bytes, about, envelope(byte)).iter().for_each(|one| city.arrive(one));
        city.sweep(now())
    };
    let day: jiff::civil::Date = "2026-11-03".parse().expect("day");
    let as_tip = answer(NoticeKind::Tip, (1, 31), Reply::Handled(Handling::Followed, day));
    assert_eq!((as_tip.notices, as_tip.refused), (0, 1));
    answer(NoticeKind::HandOff, (1, 32), Reply::Received("1".to_owned()));
    answer(NoticeKind::HandOff, (2, 33), Reply::NotReached(day));
    answer(NoticeKind::HandOff, (3, 34), Reply::Reached(day));
    let came = write(&city, move |tx| Ok(neighbour::came(tx, id)?)).map_err(drop);
    let kinds = came.expect("came").into_iter().map(|one| one.said.kind());
    assert_eq!(neighbour::stands(kinds), NoticeState::Reached);
    let later = now() + jiff::SignedDuration::from_hours(181 * 24);
    answering::forget(&city.ledger, later).expect("erased");
    let out = write(&city, move |tx| Ok(neighbour::one_out(tx, id)?)).map_err(drop);
    assert!(out.expect("read").is_none_or(|out| out.content.is_none()), "it is erased");
}

/// A tip of which no relay says anything is sealed anew after ten minutes, and then more and more
/// rarely; not while its letter waits, and not once a relay has it.
#[test]
fn a_tip_that_no_relay_acknowledged_is_sealed_anew() {
    let city = City::new();
    knows(&city);
    let id = prepared(&city, wish()).expect("prepared");
    let digest = shown(&city, id);
    send(&city, id, &digest).expect("sent");
    let identity = Arc::new(city.clinic.clone());
    let renewed = |minutes: i64| {
        let at = now() + SignedDuration::from_mins(minutes);
        let receiver = city.receiver();
        renewing::renew(&city.ledger, (&receiver, &identity), at).map_err(drop).expect("looked")
    };
    let leaves = || {
        let out = write(&city, |tx| {
            let waiting = kept::queued(tx)?;
            for one in &waiting {
                kept::take_out(tx, one.id)?;
            }
            Ok(waiting.len())
        });
        assert_eq!(out.map_err(drop).expect("out"), 1);
    };
    assert_eq!(renewed(11), 0, "its letter waits");
    leaves();
    assert_eq!((renewed(9), renewed(11)), (0, 1));
    leaves();
    assert_eq!((renewed(20), renewed(23)), (0, 1));
    leaves();
    let envelope = write(&city, move |tx| Ok(neighbour::one_out(tx, id)?));
    let envelope = envelope.map_err(drop).expect("read").and_then(|out| out.envelope);
    let envelope = envelope.expect("envelope");
    write(&city, move |tx| Ok(neighbour::acked(tx, envelope, 1)?)).map_err(drop).expect("acked");
    assert_eq!(renewed(10_000), 0);
}

/// A hotline that the district's directory lists under the school's id, which the tests' letters
/// are signed by.
fn listed(city: &City) {
    use domain::directory::{Entry, EntryKind};

    use crate::directory::tests::{hospital, keep};
    let day = |text: &str| text.parse::<jiff::civil::Date>().expect("day");
    let hotline = Entry {
        kind: EntryKind::Hotline,
        valid: (day("2026-09-01"), day("2027-08-31")),
        verified: day("2026-10-01"),
        ..hospital(SCHOOL, "示例热线")
    };
    keep(&city.transfer, (1, "2026-09-01"), vec![hotline]);
}

/// A hotline's caller is taken at a clinic where a directory lists the hotline, and from nobody
/// else. Who is in danger is said before anything is read, what is said of the caller is read for a
/// purpose and logged, and the clinic answers whether the caller was reached.
#[test]
fn a_caller_comes_to_a_clinic() {
    let city = City::new();
    let caller = crate::content::neighbour::tests::hand_off();
    let arrives = |byte: u8| {
        let withdrawal = WithdrawalSecret::from_bytes([7; 16]).mark(envelope(byte));
        let of = (Role::Referral { withdrawal }, Ground::Duty);
        let bytes = caller.write().expect("hand-off");
        city.sealed(&bytes, of, envelope(byte)).iter().for_each(|one| city.arrive(one));
        city.sweep(now())
    };
    let swept = arrives(41);
    assert_eq!((swept.notices, swept.refused), (0, 1), "nobody lists that hotline");
    listed(&city);
    assert_eq!(arrives(42).notices, 1);
    let lines = |role: ReceiverRole| {
        let by = worker(role, now());
        write(&city, move |tx| reading::callers(tx, &by)).map_err(drop)
    };
    let found = lines(ReceiverRole::Intake).expect("callers");
    let [one] = &found[..] else { panic!("one caller") };
    assert!(one.is_pressing() && one.alarm.is_some());
    assert_eq!(one.line.notice.sender_name, "示例热线");
    assert!(lines(ReceiverRole::Operator).is_err());
    let id = one.line.notice.id;
    let reports = write(&city, |tx| reading::reports(tx, &worker(ReceiverRole::Head, now())));
    assert!(reports.map_err(drop).expect("reports").is_empty(), "it is no report");
    assert_eq!(city.count("select count(*) from neighbour_read"), 0);
    let reader = worker(ReceiverRole::Intake, now());
    let of = (id, ReadWhy::Contact);
    let said = write(&city, move |tx| reading::read_at_house(tx, &reader, NoticeKind::HandOff, of));
    let Notice::HandOff(said) = said.map_err(drop).expect("read") else { panic!("a caller") };
    assert_eq!(said.name, caller.name);
    assert_eq!(city.count("select count(*) from neighbour_read"), 1);
    let day = "2026-11-03".parse().expect("day");
    for said in [Reply::Received(String::new()), Reply::NotReached(day), Reply::Reached(day)] {
        let by = worker(ReceiverRole::Intake, now());
        write(&city, move |tx| answering::by_office(tx, &by, (id, said))).expect("answered");
    }
    let found = lines(ReceiverRole::Intake).expect("callers");
    assert!(found.iter().all(|one| !one.is_pressing() && !one.is_open()));
}

/// A report under an ended certificate is asked for and taken once it is sealed anew; an old key of
/// a school's brings nothing in.
#[test]
fn a_report_under_an_ended_certificate_is_asked_for() {
    let later = now() + SignedDuration::from_hours(24 * 95);
    let mut city = City::new();
    letters(&city, 1, &report()).iter().for_each(|letter| city.arrive(letter));
    let swept = city.sweep(later);
    let rows = |city: &City| {
        let kept = city.count("select count(*) from neighbour_in");
        let aside = city.ledger.read(|tx| aside::all(tx, None)).expect("read");
        (kept, aside.iter().filter(|one| one.kind == aside::Kind::Report).count())
    };
    assert_eq!((swept.notices, swept.refused, rows(&city)), (0, 0, (0, 1)));
    knows(&city);
    let receiver = city.receiver();
    let side = Side::Receiver(&receiver, &city.clinic);
    assert_eq!(asking::work(&city.ledger, side, later).expect("asked"), 1);
    city.school = city.renewed(later);
    letters(&city, 1, &report()).iter().for_each(|letter| city.arrive(letter));
    assert_eq!((city.sweep(later).notices, rows(&city)), (1, (1, 0)));
}

/// A school that could not believe a tip asks for it, and its office seals it anew, though a relay
/// had it; once the school has answered, not any more.
#[test]
fn a_tip_is_sealed_anew_for_its_school() {
    let mut city = City::new();
    knows(&city);
    let id = prepared(&city, wish()).expect("prepared");
    let digest = shown(&city, id);
    send(&city, id, &digest).expect("sent");
    let out = write(&city, move |tx| {
        for one in kept::queued(tx)? {
            kept::take_out(tx, one.id)?;
        }
        Ok(neighbour::one_out(tx, id)?)
    });
    let envelope = out.map_err(drop).expect("out").and_then(|out| out.envelope).expect("envelope");
    write(&city, move |tx| Ok(neighbour::acked(tx, envelope, 1)?)).map_err(drop).expect("acked");
    let later = now() + SignedDuration::from_hours(24 * 95);
    city.school = city.renewed(later);
    let asked = vec![certs::digest::sha256(b"what was signed")];
    let said = AgainContent { asked, ..AgainContent::default() }.write().expect("said");
    let letters = city.answered(&said, envelope, self::envelope(40));
    letters.iter().for_each(|letter| city.arrive(letter));
    assert_eq!(city.sweep(later).refused, 0);
    let (receiver, identity) = (city.receiver(), Arc::new(city.clinic.clone()));
    let renewed = || {
        let by = (&receiver, &identity);
        renewing::renew(&city.ledger, by, later).map_err(drop).expect("looked")
    };
    assert_eq!((renewed(), renewed()), (1, 0));
    assert_eq!(city.count("select count(*) from asked_here"), 0);
}
