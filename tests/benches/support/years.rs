//! Five years of a large school, through the doors that a school uses: talks, sessions, cases with
//! their duties, follow-ups and lessons by the hundred, and entries of every other ledger beside
//! them, from a printed rule and without chance.

#[path = "rest.rs"]
mod rest;

use domain::catalogue::{Grade, SchoolType};
use domain::ledger::SchoolRole;
use domain::ledger::terms::{
    ContactWay, FollowupKind, ReviewDecision, SessionOrigin, SessionTopic,
};
use domain::ledger::words::{AlertSource, CounsellorPost, Form, Move, TalkTopic};
use domain::ledger::{Tier, Word as _};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use node::ledger::author::Author;
use node::ledger::case::{self, MoveWish};
use node::ledger::entry::{AuthorNote, RecordId, StaffId, StudentId, Words};
use node::ledger::followup::Followup;
use node::ledger::kinds::KINDS;
use node::ledger::profile::{self, Profile};
use node::ledger::qualification::Qualification;
use node::ledger::refusal::LedgerRefusal;
use node::ledger::roll::Mentor;
use node::ledger::session::Session;
use node::ledger::talk::Talk;
use node::ledger::teaching::Lesson;
use node::ledger::{Ledger, read, write};
use runtime::params;
use runtime::sql::{SqlError, Tx};

/// Students on the roll.
pub const STUDENTS: i64 = 5_000;
/// Members of staff; from the tenth on they are mentors.
const STAFF: i64 = 260;
/// Weeks of school in five years.
pub const WEEKS: i64 = 200;
/// The day of the measurement.
pub const TODAY: Date = date(2025, 11, 20);
/// A student with a case.
pub const KNOWN: i64 = 13;
/// First Monday.
const FIRST: Date = date(2020, 12, 7);
/// Talks, sessions, cases, follow-ups and lessons of a week.
const A_WEEK: [i64; 5] = [250, 58, 6, 50, 20];
/// Students of whom a week has something in the other ledgers.
const BESIDE: i64 = 32;

/// Noon of a day in Asia/Shanghai.
pub fn noon_ms(day: Date) -> i64 {
    let at = day.at(4, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("noon");
    at.timestamp().as_millisecond()
}

/// National number of a student; nobody's.
pub fn number(id: i64) -> String {
    format!("G999999201301{id:05}A")
}

/// Class of a student.
pub fn class(id: i64) -> String {
    format!("{}班", 1 + id / 9 % 12)
}

/// The counsellor who writes.
pub fn counsellor(day: Date) -> Author {
    let author = Author::new("li", SchoolRole::Counsellor, Some(StaffId(3)), noon_ms(day));
    author.because("登记").once_more(true)
}

fn head(day: Date) -> Author {
    Author::new("head", SchoolRole::MoralHead, Some(StaffId(2)), noon_ms(day)).because("登记")
}

/// Fills the ledgers; gives the number of entries.
pub fn fill(ledger: &Ledger) -> u64 {
    ledger.write("found", found).expect("school");
    let mut year = None;
    for week in 0..WEEKS {
        year = ledger
            .write("week", move |tx| {
                let year = if week % 40 == 0 { Some(begin(tx, week)?) } else { year };
                live(tx, week)?;
                beside(tx, week, year)?;
                Ok::<_, LedgerRefusal>(year)
            })
            .expect("week");
    }
    let idle = ledger.read(idle).expect("kinds");
    assert!(idle.is_empty(), "five years without any {idle:?} prove nothing");
    let count = "select count(*) from journal";
    let read = ledger.read(move |tx| tx.query_opt(count, &[], |row| row.u64(0)));
    read.expect("count").unwrap_or(0)
}

fn found(tx: &Tx<'_>) -> Result<(), LedgerRefusal> {
    let grade = |number| Grade::school(number).expect("grade");
    let school = Profile {
        unit: "F370202004J01".parse().expect("unit"),
        name_zh: "示例九年一贯制学校".to_owned(),
        name_en: "Example Nine-Year School".to_owned(),
        school_type: SchoolType::NineYear,
        grade_from: grade(1),
        grade_to: grade(9),
    };
    profile::set(tx, &school)?;
    tx.execute(
        "insert into import_batch (id, kind, file_name, digest, author, as_of, imported_at_ms,
             row_count, new_count, changed_count, left_count)
         values (1, 'roster', 'a.csv', x'00', 'it', '2020-09-01', 0, 0, 0, 0, 0)",
        &[],
    )?;
    for id in 1..=STUDENTS {
        let (number, name) = (number(id), format!("学生{id}"));
        let (grade, class) = (format!("g{}", 1 + id % 9), class(id));
        tx.execute("insert into student values ($1, $2, 1)", params![id, &number])?;
        tx.execute(
            "insert into student_version values ($1, 1, '2020-09-01', 1, 'import', null, $2, 'm',
                 '2010-01-01', $3, $4, 'enrolled', 'given', '2025-09-10')",
            params![id, &name, &grade, &class],
        )?;
    }
    for id in 1..=STAFF {
        let number = format!("T{id:03}");
        tx.execute("insert into staff values ($1, $2, 1)", params![id, &number])?;
        tx.execute(
            "insert into staff_version values ($1, 1, '2020-09-01', 1, '某老师', $2, 1)",
            params![id, role_of(id)],
        )?;
    }
    pairs(tx)?;
    rest::found(tx, (&counsellor(FIRST), &head(FIRST)), FIRST, STUDENTS)
}

/// One principal, one head of moral education, three counsellors; the others are mentors.
const fn role_of(id: i64) -> &'static str {
    match id {
        1 => "principal",
        2 => "moral_director",
        3..=5 => "counsellor",
        _ => "mentor",
    }
}

/// The school year in which a week lies.
fn school_year(week: i64) -> u32 {
    2020 + u32::try_from(week / 40).expect("small")
}

/// Monday of a week; holidays are left out: 40 weeks of school a year.
fn monday(week: i64) -> Date {
    FIRST + (7 * (week + 12 * (week / 40))).days()
}

/// What a school year begins with; gives its committee.
fn begin(tx: &Tx<'_>, week: i64) -> Result<RecordId, LedgerRefusal> {
    rest::year(tx, &head(monday(week)), monday(week), school_year(week))
}

/// A week of every ledger but those that [`live`] fills.
fn beside(tx: &Tx<'_>, week: i64, year: Option<RecordId>) -> Result<(), LedgerRefusal> {
    let day = monday(week) + 4.days();
    let (by, committee) = (counsellor(day), year.expect("a committee"));
    rest::school_week(tx, &head(day), (day, week), (committee, school_year(week)))?;
    let students: Vec<StudentId> =
        (0..BESIDE).map(|n| StudentId(1 + (week * BESIDE + n) * 11 % STUDENTS)).collect();
    rest::student_week(tx, (&by, &head(day)), (day, week), &students)?;
    if week == WEEKS - 1 {
        rest::retold(tx, &by, day)?;
        let open = case::open_now(tx)?;
        for now in open.iter().take(12) {
            rest::referred(tx, &by, now.case.entry.student)?;
        }
    }
    Ok(())
}

/// Kinds without any entry, but what only an order of destruction, a leaving or an emergency makes.
fn idle(tx: &Tx<'_>) -> Result<Vec<&'static str>, SqlError> {
    let held = "select distinct kind from record";
    let held: Vec<String> = tx.query(held, &[], |row| row.text(0))?;
    let all = KINDS.iter().map(|known| known.kind.as_str());
    let never = ["destruction", "transfer", "referral_call", "referral_act"];
    let idle = all.filter(|kind| !never.contains(kind) && !held.iter().any(|known| known == kind));
    Ok(idle.collect())
}

/// A mentor for every student, and three counsellors.
fn pairs(tx: &Tx<'_>) -> Result<(), LedgerRefusal> {
    let by = head(FIRST);
    for id in 1..=STUDENTS {
        let staff = StaffId(10 + id % (STAFF - 10));
        let pair = Mentor { from: FIRST, student: StudentId(id), staff, until: None };
        write::add(tx, &by, &pair)?;
    }
    for staff in [3, 4, 5] {
        let post = Qualification {
            from: FIRST,
            staff: StaffId(staff),
            counsellor: CounsellorPost::FullTime,
            stage: None,
            has_degree: true,
            has_vocational: true,
            secrecy_signed: Some(FIRST),
            until: None,
        };
        write::add(tx, &by, &post)?;
    }
    Ok(())
}

fn live(tx: &Tx<'_>, week: i64) -> Result<(), LedgerRefusal> {
    let monday = monday(week);
    let by = counsellor(monday + 4.days());
    let [talks, sessions, cases, followups, lessons] = A_WEEK;
    let student = |n: i64, of: i64| StudentId(1 + (week * of + n) * 7 % STUDENTS);
    for n in 0..talks {
        talk(tx, &by, student(n, talks), monday + (n % 5).days())?;
    }
    for n in 0..sessions {
        session(tx, &by, student(n, sessions), (monday + (n % 5).days(), n))?;
    }
    for n in 0..lessons {
        let grade = Grade::school(u8::try_from(1 + n % 9).expect("grade")).expect("grade");
        let (class, topic) = (format!("{}班", 1 + n % 12), "情绪".to_owned());
        let teacher = StaffId(3 + n % 3);
        let lesson = Lesson { day: monday + (n % 5).days(), grade, class, teacher, topic };
        write::add(tx, &by, &lesson)?;
    }
    for n in 0..followups {
        followup(tx, &by, student(n, followups), (monday + (n % 5).days(), n))?;
    }
    for n in 0..cases {
        // A second case of a student is refused, as in life.
        match a_case(tx, student(n, cases), (monday + (n % 5).days(), week)) {
            Ok(()) | Err(LedgerRefusal::Stands(..)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn talk(tx: &Tx<'_>, by: &Author, student: StudentId, day: Date) -> Result<(), LedgerRefusal> {
    let talk = Talk {
        day,
        student,
        staff: StaffId(10 + student.0 % (STAFF - 10)),
        topics: Words::new([TalkTopic::Study, TalkTopic::Family]),
        concern: student.0 % 9 == 0,
        raised: false,
        home_visit: false,
        note: AuthorNote::new("谈了学习和家里的情况，情绪平稳。".to_owned()),
    };
    write::add(tx, by, &talk).map(drop)
}

fn session(
    tx: &Tx<'_>,
    by: &Author,
    student: StudentId,
    (day, n): (Date, i64),
) -> Result<(), LedgerRefusal> {
    let topics = SessionTopic::ALL;
    let at = usize::try_from(n).unwrap_or(0) % topics.len();
    let session = Session {
        day,
        form: Form::Individual,
        student: Some(student),
        stage: None,
        counsellor: StaffId(3 + n % 3),
        minutes: 40,
        origin: SessionOrigin::Student,
        topic: topics.get(at).copied().unwrap_or(SessionTopic::Mood),
        title: String::new(),
        note: AuthorNote::new("个体辅导记录。".to_owned()),
    };
    write::add(tx, by, &session).map(drop)
}

/// Most follow-ups are made; one in twenty-five stays open.
fn followup(
    tx: &Tx<'_>,
    by: &Author,
    student: StudentId,
    (due, n): (Date, i64),
) -> Result<(), LedgerRefusal> {
    let followup = Followup {
        due,
        student,
        case: None,
        why: FollowupKind::Tracking,
        staff: StaffId(3 + n % 3),
        done: None,
        way: None,
        cancelled: false,
    };
    let record = write::add(tx, by, &followup)?;
    if n % 25 != 0 {
        let made = Followup { done: Some(due), way: Some(ContactWay::InPerson), ..followup };
        write::update(tx, by, (record, 1), &made)?;
    }
    Ok(())
}

/// A case with its contact and three reviews; all but those of the last weeks are closed.
fn a_case(tx: &Tx<'_>, student: StudentId, (day, week): (Date, i64)) -> Result<(), LedgerRefusal> {
    let by = counsellor(day);
    let wish = MoveWish {
        how: Move::Opened,
        to: Some(Tier::T2),
        source: AlertSource::Mentor,
        owner: StaffId(3 + student.0 % 3),
        next_review: Some(day + 20.days()),
    };
    let record = case::open(tx, &by, student, day, &wish)?;
    rest::contacted(tx, &by, (student, record), day)?;
    if week >= WEEKS - 16 {
        return Ok(());
    }
    for kept in read::waiting::<node::ledger::alert::FirstContact>(tx)? {
        if kept.entry.case == record {
            let made = (by.now(), StaffId(3), ContactWay::InPerson);
            case::note_contact(tx, &by, kept.record, made)?;
        }
    }
    reviews(tx, &by, record, day)?;
    let leave = MoveWish { how: Move::Closed, to: None, next_review: None, ..wish };
    let moved = case::ask_move(tx, &by, record, &leave)?;
    case::sign(tx, &head(day), moved, true)
}

fn reviews(tx: &Tx<'_>, by: &Author, case: RecordId, day: Date) -> Result<(), LedgerRefusal> {
    for _ in 0..3 {
        let waiting = read::waiting::<node::ledger::alert::AlertReview>(tx)?;
        let Some(review) = waiting.iter().find(|kept| kept.entry.case == case) else {
            break;
        };
        let held = (day, ReviewDecision::Keep, day + 20.days());
        case::hold_review(tx, by, review.record, held)?;
    }
    Ok(())
}
