//! Asking to be let onto a student's record, and the answer of somebody who may let others in.
//!
//! A request names a student by the number that was typed and is answered whether or not there is
//! such a student, so that asking tells nothing. Granting is an entry like any other, with its
//! author, reason and end; it stands on the student's page and is over by itself.

use domain::ledger::{Act, Action, Authority, SchoolRole, Word as _, authority};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::author::Author;
use super::entry::{Moment, RecordId, StaffId, StudentId};
use super::grant::MEMBER_DAYS_MAX;
use super::refusal::LedgerRefusal;
use super::roll::CaseMember;
use super::{read, showing, strange, write};

/// Requests of one list.
const LINES_MAX: u32 = 200;
/// Longest student number that is typed.
const NUMBER_CHARS_MAX: usize = 40;
/// Longest reason; both reasons together fit into one entry.
const REASON_CHARS_MAX: usize = 180;

/// What was answered.
#[derive(Clone)]
pub struct Decision {
    /// Whether somebody was let in.
    pub granted: bool,
    /// Account that decided.
    pub account: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Moment,
}

/// A request with its answer.
#[derive(Clone)]
pub struct Request {
    /// Its number.
    pub id: i64,
    /// Student number as it was typed.
    pub student_number: String,
    /// Who wants to be let in.
    pub staff: StaffId,
    /// In which role.
    pub role: SchoolRole,
    /// Why.
    pub reason: String,
    /// Last day that is asked for.
    pub until: Date,
    /// When it was asked.
    pub asked: Moment,
    /// The answer.
    pub decision: Option<Decision>,
}

/// Somebody who is let in now.
#[derive(Clone)]
pub struct Grant {
    /// The entry.
    pub record: RecordId,
    /// Its version.
    pub version: u32,
    /// Whose record.
    pub student: StudentId,
    /// Who.
    pub staff: StaffId,
    /// Since when.
    pub from: Date,
    /// Until when.
    pub until: Option<Date>,
}

/// Whether the role lets others in.
#[must_use]
pub const fn decides(role: SchoolRole) -> bool {
    matches!(authority(role, Action::Do(Act::GrantAccess)), Authority::Allowed)
}

/// Whether a request waits for an answer on a day.
#[must_use]
pub fn waits(request: &Request, today: Date) -> bool {
    request.decision.is_none() && request.until >= today
}

/// Asks to be let onto the record of a student until a day.
///
/// # Errors
/// The account belongs to nobody, a field is empty or too long, the end is past or too far, the
/// same was asked already, or the store.
pub fn ask(
    tx: &Tx<'_>,
    author: &Author,
    student_number: &str,
    until: Date,
) -> Result<i64, LedgerRefusal> {
    let staff = author.staff().ok_or(LedgerRefusal::Unlinked)?;
    let number = student_number.trim();
    if number.is_empty() {
        return Err(LedgerRefusal::Field("student"));
    }
    if number.chars().count() > NUMBER_CHARS_MAX {
        return Err(LedgerRefusal::TooLong("student"));
    }
    check_reason(author)?;
    check_end(author.today(), until)?;
    let open = list(tx, Some(staff))?;
    let same = |request: &Request| request.student_number == number;
    if open.iter().any(|request| waits(request, author.today()) && same(request)) {
        return Err(LedgerRefusal::Double);
    }
    let id =
        tx.query_opt("select coalesce(max(id), 0) + 1 from access_request", &[], |row| row.i64(0))?;
    let id = strange(id)?;
    tx.execute(
        "insert into access_request
         (id, student_number, staff, account, role, reason, until, asked_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            id,
            number,
            staff.0,
            author.account(),
            author.role().as_str(),
            author.reason(),
            &until.to_string(),
            author.now().0,
        ],
    )?;
    Ok(id)
}

/// Answers a request; granting lets its person in from today until the day that was asked for.
///
/// # Errors
/// The role lets nobody in, it is the own request, it was answered or is over, there is no such
/// student, there is no reason, or the store.
pub fn decide(tx: &Tx<'_>, author: &Author, id: i64, granted: bool) -> Result<(), LedgerRefusal> {
    if !decides(author.role()) {
        return Err(LedgerRefusal::NotAllowed);
    }
    check_reason(author)?;
    let request = one(tx, id)?.ok_or(LedgerRefusal::Unknown)?;
    if !waits(&request, author.today()) {
        return Err(LedgerRefusal::NotWaiting);
    }
    let record = if granted { Some(let_in(tx, author, &request)?) } else { None };
    tx.execute(
        "insert into access_decision (request, granted, account, reason, decided_ms, record)
         values ($1, $2, $3, $4, $5, $6)",
        params![
            id,
            granted,
            author.account(),
            author.reason(),
            author.now().0,
            record.map(|record| record.0),
        ],
    )?;
    Ok(())
}

fn let_in(tx: &Tx<'_>, author: &Author, request: &Request) -> Result<RecordId, LedgerRefusal> {
    let student = showing::student_of(tx, &request.student_number)?;
    let entry = CaseMember {
        from: author.today(),
        student: student.ok_or(LedgerRefusal::Unknown)?,
        staff: request.staff,
        until: Some(request.until),
    };
    let reasons = format!("{} / {}", request.reason, author.reason());
    write::add(tx, &author.because(&reasons), &entry)
}

/// Ends somebody's access today, before its time.
///
/// # Errors
/// The role lets nobody in, somebody changed the entry meanwhile, there is no reason, or the store.
pub fn end(tx: &Tx<'_>, author: &Author, seen: (RecordId, u32)) -> Result<(), LedgerRefusal> {
    check_reason(author)?;
    let kept = read::one::<CaseMember>(tx, seen.0)?.ok_or(LedgerRefusal::Unknown)?;
    let ended = CaseMember { until: Some(author.today()), ..kept.entry };
    write::update(tx, author, seen, &ended).map(drop)
}

/// Who is let in today, the earliest end first. Only for a role that lets others in.
///
/// # Errors
/// The role lets nobody in, or the store.
pub fn grants(tx: &Tx<'_>, author: &Author) -> Result<Vec<Grant>, LedgerRefusal> {
    if !decides(author.role()) {
        return Err(LedgerRefusal::NotAllowed);
    }
    let today = author.today();
    let kept = read::all::<CaseMember>(tx)?.into_iter();
    let open = kept.filter(|kept| {
        kept.entry.from <= today && kept.entry.until.is_none_or(|until| until > today)
    });
    let mut grants: Vec<Grant> = open
        .map(|kept| Grant {
            record: kept.record,
            version: kept.version,
            student: kept.entry.student,
            staff: kept.entry.staff,
            from: kept.entry.from,
            until: kept.entry.until,
        })
        .collect();
    grants.sort_by_key(|grant| grant.until);
    Ok(grants)
}

/// Requests, newest first: of one member of staff, or all.
///
/// # Errors
/// The store cannot be read.
pub fn list(tx: &Tx<'_>, of: Option<StaffId>) -> Result<Vec<Request>, SqlError> {
    tx.query(
        "select r.id, r.student_number, r.staff, r.role, r.reason, r.until, r.asked_ms,
                d.granted, d.account, d.reason, d.decided_ms
         from access_request r left join access_decision d on d.request = r.id
         where $1 is null or r.staff = $1 order by r.id desc limit $2",
        params![of.map(|staff| staff.0), LINES_MAX],
        request,
    )
}

fn one(tx: &Tx<'_>, id: i64) -> Result<Option<Request>, SqlError> {
    tx.query_opt(
        "select r.id, r.student_number, r.staff, r.role, r.reason, r.until, r.asked_ms,
                d.granted, d.account, d.reason, d.decided_ms
         from access_request r left join access_decision d on d.request = r.id
         where r.id = $1",
        params![id],
        request,
    )
}

fn request(row: &Row<'_, '_>) -> Result<Request, SqlError> {
    let decision = match row.opt_i64(7)? {
        None => None,
        Some(granted) => Some(Decision {
            granted: granted != 0,
            account: row.text(8)?,
            reason: row.text(9)?,
            at: Moment(row.i64(10)?),
        }),
    };
    Ok(Request {
        id: row.i64(0)?,
        student_number: row.text(1)?,
        staff: StaffId(row.i64(2)?),
        role: strange(SchoolRole::from_word(row.str(3)?))?,
        reason: row.text(4)?,
        until: strange(row.str(5)?.parse().ok())?,
        asked: Moment(row.i64(6)?),
        decision,
    })
}

fn check_reason(author: &Author) -> Result<(), LedgerRefusal> {
    match author.reason().chars().count() {
        0 => Err(LedgerRefusal::Reason),
        long if long > REASON_CHARS_MAX => Err(LedgerRefusal::TooLong("reason")),
        _ => Ok(()),
    }
}

/// Tomorrow at the earliest, and no later than an entry may last.
fn check_end(today: Date, until: Date) -> Result<(), LedgerRefusal> {
    let last = domain::ledger::day::plus_days(today, MEMBER_DAYS_MAX);
    if until > today && until <= last { Ok(()) } else { Err(LedgerRefusal::Field("until")) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::ledger::access;
    use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};
    use domain::ledger::Area;

    const DAY_MS: i64 = 24 * 3_600_000;

    fn author(account: &str, role: SchoolRole, staff: Option<i64>, days: i64) -> Author {
        let now_ms = NOW_MS + days * DAY_MS;
        Author::new(account, role, staff.map(StaffId), now_ms).because("共同会诊")
    }

    /// A school with a principal, a moral-education head and the number of its first student.
    fn school() -> (School, String) {
        let school = School::new();
        school.roster(&(0..2).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
        school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "校长")]);
        let number = school.ledger.read(|tx| {
            let names = showing::Names::load(tx)?;
            Ok::<_, SqlError>(names.student(StudentId(1)).map(|s| s.number.clone()))
        });
        (school, number.expect("names").expect("student"))
    }

    fn ask_as(
        school: &School,
        who: Author,
        number: &str,
        until: Date,
    ) -> Result<i64, LedgerRefusal> {
        let number = number.to_owned();
        school.ledger.write("ask", move |tx| ask(tx, &who, &number, until))
    }

    fn decide_as(school: &School, who: Author, id: i64, yes: bool) -> Result<(), LedgerRefusal> {
        school.ledger.write("decide", move |tx| decide(tx, &who, id, yes))
    }

    fn reads(school: &School, days: i64) -> bool {
        let reader = author("zhao", SchoolRole::Principal, Some(3), days);
        let read = move |tx: &Tx<'_>| access::may_read(tx, &reader, StudentId(1), Area::Roll);
        school.ledger.read(read).expect("read")
    }

    /// A principal off the case asks, the moral-education head grants, and the access is over by
    /// itself on its last day; a second answer is refused.
    #[test]
    fn access_is_granted_by_another_and_ends_by_itself() {
        let (school, number) = school();
        let zhao = || author("zhao", SchoolRole::Principal, Some(3), 0);
        let until = date(2025, 12, 1);
        assert!(!reads(&school, 0));
        let id = ask_as(&school, zhao(), &number, until).expect("asked");
        assert!(!reads(&school, 0), "asking opens nothing");
        assert!(matches!(ask_as(&school, zhao(), &number, until), Err(LedgerRefusal::Double)));
        let refused = decide_as(&school, zhao(), id, true);
        assert!(matches!(refused, Err(LedgerRefusal::NotAllowed)), "nobody decides alone");
        let head = || author("head", SchoolRole::MoralHead, Some(2), 0);
        decide_as(&school, head(), id, true).expect("granted");
        assert!(reads(&school, 0));
        let open = school.ledger.read(move |tx| grants(tx, &head())).expect("grants");
        assert_eq!((open.len(), open[0].staff, open[0].until), (1, StaffId(3), Some(until)));
        let again = decide_as(&school, head(), id, false);
        assert!(matches!(again, Err(LedgerRefusal::NotWaiting)));
        let today = zhao().today();
        let days = i64::from((until - today).get_days());
        assert!(reads(&school, days - 1) && !reads(&school, days), "over by itself");
    }

    /// Access can be ended before its time, with a reason.
    #[test]
    fn access_is_ended_before_its_time() {
        let (school, number) = school();
        let zhao = author("zhao", SchoolRole::Principal, Some(3), 0);
        let id = ask_as(&school, zhao, &number, date(2025, 12, 1)).expect("asked");
        let head = || author("head", SchoolRole::MoralHead, Some(2), 0);
        decide_as(&school, head(), id, true).expect("granted");
        let open = school.ledger.read(move |tx| grants(tx, &head())).expect("grants");
        let seen = (open[0].record, open[0].version);
        let silent = author("head", SchoolRole::MoralHead, Some(2), 0).because("");
        let ended = school.ledger.write("end", move |tx| end(tx, &silent, seen));
        assert!(matches!(ended, Err(LedgerRefusal::Reason)));
        school.ledger.write("end", move |tx| end(tx, &head(), seen)).expect("ended");
        assert!(!reads(&school, 0));
    }

    /// Nobody lets oneself in, a refusal opens nothing, and whether there is such a student is
    /// told to nobody who asks.
    #[test]
    fn nobody_lets_oneself_in() {
        let (school, number) = school();
        let head = || author("head", SchoolRole::MoralHead, Some(2), 0);
        let until = date(2025, 12, 1);
        let own = ask_as(&school, head(), &number, until).expect("asked");
        assert!(matches!(decide_as(&school, head(), own, true), Err(LedgerRefusal::SamePerson)));
        let zhao = || author("zhao", SchoolRole::Principal, Some(3), 0);
        let unknown = ask_as(&school, zhao(), "no such number", until).expect("asked all the same");
        let granted = decide_as(&school, head(), unknown, true);
        assert!(matches!(granted, Err(LedgerRefusal::Unknown)));
        decide_as(&school, head(), unknown, false).expect("refused");
        assert!(!reads(&school, 0));
    }

    /// A request needs a person, a reason and an end that is neither past nor far away.
    #[test]
    fn a_request_is_whole() {
        let (school, number) = school();
        let zhao = || author("zhao", SchoolRole::Principal, Some(3), 0);
        let today = zhao().today();
        let far = domain::ledger::day::plus_days(today, MEMBER_DAYS_MAX + 1);
        for until in [today, far] {
            let asked = ask_as(&school, zhao(), &number, until);
            assert!(matches!(asked, Err(LedgerRefusal::Field("until"))), "{until}");
        }
        let until = date(2025, 12, 1);
        let silent = zhao().because(" ");
        assert!(matches!(ask_as(&school, silent, &number, until), Err(LedgerRefusal::Reason)));
        let nobody = author("guest", SchoolRole::Principal, None, 0);
        assert!(matches!(ask_as(&school, nobody, &number, until), Err(LedgerRefusal::Unlinked)));
        assert!(matches!(
            ask_as(&school, zhao(), " ", until),
            Err(LedgerRefusal::Field("student"))
        ));
    }
}
