//! What a sealed week told of an entry that was annulled since: the books of a year stay right.

use domain::ledger::terms::{SessionOrigin, SessionTopic};
use domain::ledger::words::Form;
use jiff::civil::{Date, date};

use super::testing::Hubs;
use super::tests::{author, registered, report, school, seal, verdict_on, week};
use super::verdict::{Taken, take};
use crate::ledger::annul;
use crate::ledger::entry::{AuthorNote, RecordId, StaffId, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::session::Session;
use crate::ledger::testing::{School, TODAY};
use crate::ledger::write;

/// Individual sessions of a week.
const SESSIONS: &str = "sealed.cns.individual";

fn session(student: i64, day: Date) -> Session {
    Session {
        day,
        form: Form::Individual,
        student: Some(StudentId(student)),
        stage: None,
        counsellor: StaffId(1),
        minutes: 40,
        origin: SessionOrigin::Student,
        topic: SessionTopic::Mood,
        title: String::new(),
        note: AuthorNote::new(String::new()),
    }
}

fn add(school: &School, student: i64, day: Date) -> RecordId {
    let session = session(student, day);
    let written: Result<_, LedgerRefusal> =
        school.ledger.write("add", move |tx| write::add(tx, &author(), &session));
    written.expect("session")
}

fn annul(school: &School, record: RecordId) {
    let annulled: Result<_, LedgerRefusal> =
        school.ledger.write("annul", move |tx| annul::one::<Session>(tx, &author(), (record, 1)));
    annulled.expect("annulled");
}

fn told(hubs: &Hubs, school: &School, week: &str) -> u64 {
    hubs.read(school, &report(school, SESSIONS, week)).iter().sum()
}

/// A session that a sealed week told and that was annulled stays told: the one that is written in
/// its place is told with it, the next is told anew, and one that is brought back is told again.
#[test]
fn what_is_written_in_place_of_an_annulled_entry_is_not_told_again() {
    let (school, hubs) = (school(), Hubs::new());
    let wrong = add(&school, 1, date(2025, 11, 5));
    seal(&school, &hubs.context(date(2025, 11, 11)), week("2025-W45"));
    assert_eq!(told(&hubs, &school, "2025-W45"), 1);
    annul(&school, wrong);
    add(&school, 2, date(2025, 11, 5));
    seal(&school, &hubs.context(TODAY), week("2025-W46"));
    assert_eq!(told(&hubs, &school, "2025-W46"), 0, "it is the same session");
    add(&school, 3, date(2025, 11, 19));
    let before = session(1, date(2025, 11, 5));
    let back: Result<_, LedgerRefusal> =
        school.ledger.write("back", move |tx| write::update(tx, &author(), (wrong, 2), &before));
    back.expect("back");
    seal(&school, &hubs.context(date(2025, 12, 2)), week("2025-W47"));
    assert_eq!(told(&hubs, &school, "2025-W47"), 2, "a new one, and the one that counts again");
}

/// The week that told the annulled session is refused after another one took over from it: then the
/// session was told to nobody, and the next week tells it, once.
#[test]
fn what_was_handed_on_from_a_refused_week_is_told_after_all() {
    let (school, hubs) = (school(), Hubs::new());
    let wrong = add(&school, 1, date(2025, 11, 5));
    let first = hubs.context(date(2025, 11, 11));
    seal(&school, &first, week("2025-W45"));
    annul(&school, wrong);
    add(&school, 2, date(2025, 11, 5));
    let context = hubs.context(TODAY);
    seal(&school, &context, week("2025-W46"));
    let sent = registered(&school, SESSIONS, "2025-W45").expect("sent");
    let refusal = hubs.verdict(&verdict_on(&sent, "F370202004J01", Some("proof")), &[0, 1]);
    assert_eq!(take(&school.ledger, &hubs.trust, &context, &refusal).expect("taken"), Taken::News);
    for (day, name, expected) in
        [(date(2025, 11, 25), "2025-W47", 1), (date(2025, 12, 2), "2025-W48", 0)]
    {
        seal(&school, &hubs.context(day), week(name));
        assert_eq!(told(&hubs, &school, name), expected, "{name}");
    }
}
