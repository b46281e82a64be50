//! A school year as a school lives it: about 120 ledger writes a week, from one seed.
//!
//! A nine-year school of 108 students in 18 classes; students leave and one comes back, cases are
//! opened, raised, lowered and closed, duties are met, missed and cancelled. Two screenings, one a
//! term. The mixture follows no real school; it is made so that every count is more than zero.

use domain::catalogue::{Grade, SchoolType, Stage};
use domain::ledger::SchoolRole;
use domain::ledger::critical::CriticalLevel;
use domain::ledger::terms::*;
use domain::ledger::words::*;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use runtime::params;
use runtime::sql::Tx;

use super::super::author::Author;
use super::super::entry::{AuthorNote, Moment, RecordId, StaffId, StudentId};
use super::super::profile::{self, Profile};
use super::super::refusal::LedgerRefusal;
use super::super::{
    alert, case, conference, consent, critical, followup, governance, physique, qualification,
    read, roll, session, special_group, talk, teaching, training, write,
};
use super::dice::Dice;

pub(super) const STUDENTS: i64 = 108;
pub(super) const STAFF: i64 = 12;
const WEEKS: i64 = 44;
const WRITES: u32 = 120;
const FIRST: Date = date(2025, 9, 1);

fn author(account: &str, role: SchoolRole, day: Date) -> Author {
    let noon = day.at(4, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("noon");
    let now = noon.timestamp().as_millisecond();
    // The second person is another member of staff than the first.
    let staff = if role == SchoolRole::MoralHead { 2 } else { 1 };
    Author::new(account, role, Some(StaffId(staff)), now).because("登记")
}

fn counsellor(day: Date) -> Author {
    author("counsellor", SchoolRole::Counsellor, day)
}

fn head(day: Date) -> Author {
    author("head", SchoolRole::MoralHead, day)
}

/// Lives the whole year.
pub(super) fn live(tx: &Tx<'_>, seed: u64) -> Result<(), LedgerRefusal> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    found(tx, &mut dice)?;
    for week in 0..WEEKS {
        let monday = FIRST + (7 * week).days();
        for n in 0..WRITES {
            let day = monday + i64::from(n * 5 / WRITES).days();
            one_write(tx, &mut dice, day)?;
        }
        duties(tx, &mut dice, monday + 4.days())?;
        if week == 8 || week == 33 {
            screening(tx, &mut dice, monday, if week == 8 { "2025S1" } else { "2025S2" })?;
        }
    }
    Ok(())
}

/// The school, its roll and its staff roll.
fn found(tx: &Tx<'_>, dice: &mut Dice) -> Result<(), LedgerRefusal> {
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
        "insert into import_batch
         values (1, 'roster', 'r', x'00', 'it', '2025-09-01', 0, 0, 0, 0, 0)",
        &[],
    )?;
    for id in 1..=STUDENTS {
        let number = format!("G9999992013{id:07}A");
        tx.execute("insert into student values ($1, $2, 1)", params![id, &number])?;
        student_version(tx, dice, (id, 1), "2025-09-01", "enrolled")?;
    }
    // Some leave in October or May, one of them comes back.
    for (id, day) in [(3, "2025-10-15"), (50, "2025-10-22"), (90, "2026-05-04")] {
        tx.execute("update student set version = 2 where id = $1", params![id])?;
        student_version(tx, dice, (id, 2), day, "transferred_out")?;
    }
    tx.execute("update student set version = 3 where id = 3", &[])?;
    student_version(tx, dice, (3, 3), "2026-03-02", "enrolled")?;
    let roles = ["principal", "moral_director", "counsellor", "class_teacher,mentor", "mentor"];
    for id in 1..=STAFF {
        let number = format!("T{id:03}");
        tx.execute("insert into staff values ($1, $2, 1)", params![id, &number])?;
        let roles = roles[usize::try_from(id).expect("small") % roles.len()];
        tx.execute(
            "insert into staff_version values ($1, 1, '2025-09-01', 1, '某', $2, 1)",
            params![id, roles],
        )?;
    }
    answers_of_the_year(tx, dice)
}

/// What the school answers once, its counsellors, and the parents' committee.
fn answers_of_the_year(tx: &Tx<'_>, dice: &mut Dice) -> Result<(), LedgerRefusal> {
    let (head, by) = (head(FIRST), counsellor(FIRST));
    let year = governance::SchoolYear {
        from: FIRST,
        school_year: 2025,
        is_small: dice.below(4) == 0,
        equal_treatment: true,
    };
    write::add(tx, &head, &year)?;
    for staff in [3, 8, 11] {
        let one = qualification::Qualification {
            from: FIRST,
            staff: StaffId(staff),
            counsellor: if staff == 3 { CounsellorPost::FullTime } else { dice.one() },
            stage: (staff != 11).then_some(Stage::Junior),
            has_degree: dice.below(3) == 0,
            has_vocational: dice.below(4) == 0,
            secrecy_signed: Some(FIRST),
            until: None,
        };
        write::add(tx, &head, &one)?;
    }
    let committee = teaching::Committee {
        from: FIRST,
        chair: "某".to_owned(),
        members: 7,
        has_psychology_group: true,
        until: None,
    };
    write::add(tx, &by, &committee)?;
    Ok(())
}

fn student_version(
    tx: &Tx<'_>,
    dice: &mut Dice,
    (id, version): (i64, i64),
    day: &str,
    status: &str,
) -> Result<(), LedgerRefusal> {
    let grade = format!("g{}", 1 + id % 9);
    let class = format!("{}班", 1 + (id / 9) % 2);
    let consent = ["given", "given", "given", "refused", "unknown"];
    let consent = consent[usize::try_from(dice.below(5)).expect("small")];
    tx.execute(
        "insert into student_version values ($1, $2, $3, 1, 'import', null, '某', $4, '2012-01-01',
             $5, $6, $7, $8, '2025-09-10')",
        params![
            id,
            version,
            day,
            if id % 3 == 0 { "m" } else { "f" },
            &grade,
            &class,
            status,
            consent
        ],
    )?;
    Ok(())
}

/// One entry of some kind. Refusals of the ledger, such as a second case, are part of life.
fn one_write(tx: &Tx<'_>, dice: &mut Dice, day: Date) -> Result<(), LedgerRefusal> {
    let done = match dice.below(20) {
        0..=6 => work_with_student(tx, dice, day),
        7..=9 => cases(tx, dice, day),
        10..=12 => families(tx, dice, day),
        13..=15 => teaching(tx, dice, day),
        16..=17 => staff(tx, dice, day),
        _ => governing(tx, dice, day),
    };
    match done {
        Err(LedgerRefusal::Store(error)) => Err(error.into()),
        Err(_) | Ok(()) => Ok(()),
    }
}

fn work_with_student(tx: &Tx<'_>, dice: &mut Dice, day: Date) -> Result<(), LedgerRefusal> {
    let (by, student, staff) = (counsellor(day), dice.student(), dice.staff());
    let note = AuthorNote::new(String::new());
    if dice.often() {
        let talk = talk::Talk {
            day,
            student,
            staff,
            topics: dice.some(),
            concern: dice.often(),
            raised: !dice.often(),
            home_visit: !dice.often(),
            note,
        };
        let record = write::add(tx, &by, &talk)?;
        // Some are put right afterwards, on another day even.
        if dice.below(8) == 0 {
            let day = day - 1.days();
            let right = talk::Talk { raised: !talk.raised, day, ..talk };
            write::update(tx, &by, (record, 1), &right)?;
        }
        return Ok(());
    }
    let form: Form = dice.one();
    let alone = form == Form::Individual;
    let session = session::Session {
        day,
        form,
        student: alone.then_some(student),
        stage: (!alone).then_some(Stage::PrimaryHigh),
        counsellor: staff,
        minutes: 40,
        origin: dice.one(),
        topic: dice.one(),
        title: String::new(),
        note,
    };
    write::add(tx, &by, &session)?;
    let due = followup::Followup {
        due: day + i64::from(dice.number(20)).days(),
        student,
        case: None,
        why: dice.one(),
        staff,
        done: None,
        way: None,
        cancelled: dice.below(9) == 0,
    };
    write::add(tx, &by, &due)?;
    Ok(())
}

fn cases(tx: &Tx<'_>, dice: &mut Dice, day: Date) -> Result<(), LedgerRefusal> {
    let by = counsellor(day);
    let open = case::open_at(tx, day)?;
    let wish = |how, to: Option<Tier>, source| case::MoveWish {
        how,
        to,
        source,
        owner: StaffId(3),
        next_review: to.map(|tier| day + i64::from(tier.limits().review_days).days()),
    };
    if open.len() < 12 {
        let how = if dice.below(5) == 0 { Move::MovedIn } else { Move::Opened };
        let (tier, source) = (dice.one(), dice.one());
        case::open(tx, &by, dice.student(), day, &wish(how, Some(tier), source))?;
        return Ok(());
    }
    let one = &open[usize::try_from(dice.below(open.len() as u64)).expect("small")];
    let to: Tier = dice.one();
    let (how, to) = match to.cmp(&one.tier) {
        std::cmp::Ordering::Greater => (Move::TierUp, Some(to)),
        std::cmp::Ordering::Less => (Move::TierDown, Some(to)),
        std::cmp::Ordering::Equal if dice.below(4) == 0 => (Move::MovedOut, None),
        std::cmp::Ordering::Equal => (Move::Closed, None),
    };
    let moved = case::ask_move(tx, &by, one.case.record, &wish(how, to, dice.one()))?;
    if dice.often() {
        case::sign(tx, &head(day), moved, dice.often())?;
    }
    let met = conference::Conference {
        day,
        agenda: "个案".to_owned(),
        chair: StaffId(2),
        attendees: String::new(),
        has_outsiders: false,
    };
    let conference = write::add(tx, &by, &met)?;
    let discussed = conference::ConferenceCase {
        day,
        student: dice.student(),
        conference,
        case: None,
        tier: dice.often().then(|| dice.one()),
        card: String::new(),
        decision: if dice.often() { "跟踪".to_owned() } else { " ".to_owned() },
        review: None,
    };
    write::add(tx, &by, &discussed)?;
    Ok(())
}

fn families(tx: &Tx<'_>, dice: &mut Dice, day: Date) -> Result<(), LedgerRefusal> {
    let (by, student, staff) = (counsellor(day), dice.student(), dice.staff());
    let until = (dice.below(6) == 0).then(|| day + 30.days());
    match dice.below(6) {
        0 => {
            let groups = dice.some();
            let situation = String::new();
            let one = special_group::FamilyCase { from: day, student, groups, situation, until };
            write::add(tx, &by, &one)?;
        }
        1 => {
            let (kinds, emergency_line) = (dice.some(), String::new());
            let one = physique::PhysiqueCase { from: day, student, kinds, emergency_line, until };
            write::add(tx, &by, &one)?;
        }
        2 => {
            write::add(tx, &by, &special_group::Helper { from: day, student, staff, until })?;
        }
        3 => {
            let one = special_group::Plan {
                from: day,
                student,
                why: dice.some(),
                goals: "目标".to_owned(),
                measures: "措施".to_owned(),
                responsible: staff,
                review_by: day + 60.days(),
                until,
            };
            write::add(tx, &by, &one)?;
        }
        4 => {
            write::add(tx, &by, &roll::Mentor { from: day, student, staff, until })?;
        }
        _ => {
            let (what, detail) = (dice.one(), String::new());
            let one =
                special_group::SupportGiven { day, student, what, detail, yuan: None, by: None };
            write::add(tx, &by, &one)?;
        }
    }
    Ok(())
}

fn teaching(tx: &Tx<'_>, dice: &mut Dice, day: Date) -> Result<(), LedgerRefusal> {
    let (by, grade) = (counsellor(day), dice.grade());
    match dice.below(8) {
        0..=5 => {
            let class = ["1班", "2班", ""][usize::try_from(dice.below(3)).expect("small")];
            let (class, topic) = (class.to_owned(), String::new());
            let one = teaching::Lesson { day, grade, class, teacher: dice.staff(), topic };
            write::add(tx, &by, &one)?;
        }
        6 => {
            let one = teaching::Activity {
                day,
                what: dice.often().then(|| dice.one()),
                tags: dice.some(),
                stage: (dice.below(3) == 0).then_some(Stage::Junior),
                grade: dice.often().then_some(grade),
                class: String::new(),
                title: String::new(),
                leader: None,
            };
            write::add(tx, &by, &one)?;
        }
        _ => {
            let one = teaching::ParentEvent {
                day,
                what: dice.one(),
                stage: None,
                title: String::new(),
                attendances: dice.number(80),
                leader: None,
            };
            write::add(tx, &by, &one)?;
        }
    }
    Ok(())
}

fn staff(tx: &Tx<'_>, dice: &mut Dice, day: Date) -> Result<(), LedgerRefusal> {
    let by = counsellor(day);
    match dice.below(3) {
        0 => {
            let one = training::TrainingRecord {
                day,
                staff: dice.staff(),
                role: dice.one(),
                course: dice.one(),
                title: String::new(),
                hours: dice.number(9),
                organiser: String::new(),
            };
            write::add(tx, &by, &one)?;
        }
        1 => {
            let one = training::Supervision {
                day,
                staff: StaffId([3, 8, 11][usize::try_from(dice.below(3)).expect("small")]),
                form: dice.one(),
                supervisor: "某".to_owned(),
                signed: dice.often().then_some(day),
            };
            write::add(tx, &by, &one)?;
        }
        _ => {
            let one = training::Certificate {
                issued: day,
                staff: StaffId(if dice.often() { 3 } else { 8 }),
                test_passed: day,
                number: "1".to_owned(),
                issuer: "某".to_owned(),
                expires: day + 90.days(),
                revoked: None,
            };
            write::add(tx, &head(day), &one)?;
        }
    }
    Ok(())
}

fn governing(tx: &Tx<'_>, dice: &mut Dice, day: Date) -> Result<(), LedgerRefusal> {
    let (by, text) = (counsellor(day), String::new);
    match dice.below(5) {
        0 => {
            let (service, hours) = (dice.one(), dice.number(5));
            let one =
                governance::ExpertVisit { day, service, expert: text(), topic: text(), hours };
            write::add(tx, &by, &one)?;
        }
        1 => {
            let one = governance::Drill {
                day,
                mode: dice.one(),
                scenario: text(),
                minutes: 30,
                participants: 20,
                through_channel: false,
                findings: text(),
            };
            write::add(tx, &by, &one)?;
        }
        2 => {
            let one = governance::SchoolPlan {
                from: day,
                what: dice.one(),
                plan_version: text(),
                title: text(),
                signed_by_head: dice.often().then_some(day),
                reviewed: None,
                until: dice.often().then(|| day + 40.days()),
            };
            write::add(tx, &by, &one)?;
        }
        3 => {
            let committees = read::at::<teaching::Committee>(tx, day)?;
            let committee = committees.first().map_or(RecordId(0), |kept| kept.record);
            let one = teaching::CommitteeMeeting { day, committee, topics: text(), attendances: 5 };
            write::add(tx, &by, &one)?;
        }
        _ => {
            let one = consent::DutyReport {
                day,
                student: dice.often().then(|| dice.student()),
                what: dice.one(),
                receiver: text(),
                facts: text(),
                made_at: by.now(),
                acknowledged: dice.often().then_some(day),
            };
            write::add(tx, &by, &one)?;
        }
    }
    Ok(())
}

/// On Fridays most of what is due is done, some of it late.
fn duties(tx: &Tx<'_>, dice: &mut Dice, day: Date) -> Result<(), LedgerRefusal> {
    let by = counsellor(day);
    let from = day - 20.days();
    for kept in read::in_period::<alert::AlertReview>(tx, from, day + 6.days())? {
        if kept.entry.done.is_none() && !kept.entry.cancelled && dice.often() {
            let how = (day, ReviewDecision::Keep, day + 5.days());
            case::hold_review(tx, &by, kept.record, how)?;
        }
    }
    for kept in read::in_period::<alert::FirstContact>(tx, from, day + 3.days())? {
        if kept.entry.done_at.is_none() && dice.often() {
            let how = (by.now(), StaffId(3), ContactWay::InPerson);
            case::note_contact(tx, &by, kept.record, how)?;
        }
    }
    for kept in read::in_period::<followup::Followup>(tx, from, day + 3.days())? {
        if kept.entry.done.is_none() && !kept.entry.cancelled && dice.often() {
            let done = followup::Followup { done: Some(day), ..kept.entry };
            write::update(tx, &by, (kept.record, kept.version), &done)?;
        }
    }
    Ok(())
}

/// Everybody answers one or two scales; critical items are opened, and some are interviewed.
fn screening(tx: &Tx<'_>, dice: &mut Dice, monday: Date, term: &str) -> Result<(), LedgerRefusal> {
    for scale in ["phq-9", "demo"] {
        tx.execute(
            "insert into scale_pack (scale, digest) values ($1, $2) on conflict do nothing",
            params![scale, &certs::digest::sha256(scale.as_bytes()).to_tagged()],
        )?;
        tx.execute(
            "insert into campaign (term, scale, pack, opened_at_ms)
             select $1, $2, id, 0 from scale_pack where scale = $2",
            params![term, scale],
        )?;
        for student in 1..=STUDENTS {
            for try_no in 0..=dice.below(2) {
                let day = monday + i64::try_from(dice.below(3) + 7 * try_no).expect("small").days();
                answer(tx, dice, (student, day), (term, scale))?;
            }
        }
    }
    for student in (1..=STUDENTS).filter(|student| student % 4 == 0) {
        let by = counsellor(monday + 9.days());
        let result = dice.one();
        let cases = read::about::<alert::AlertCase>(tx, student)?;
        let interview = critical::Interview {
            day: monday + 8.days(),
            student: StudentId(student),
            term: term.to_owned(),
            staff: StaffId(3),
            result,
            case: cases.last().map(|kept| kept.record),
            note: AuthorNote::new(String::new()),
        };
        write::add(tx, &by, &interview)?;
    }
    Ok(())
}

fn answer(
    tx: &Tx<'_>,
    dice: &mut Dice,
    (student, day): (i64, Date),
    (term, scale): (&str, &str),
) -> Result<(), LedgerRefusal> {
    let ends = ["refused", "not_reached", "void", "negative", "positive", "due", "critical"];
    let place = usize::try_from(dice.below(ends.len() as u64)).expect("small");
    let handed_in = ["refused", "absent", "answered"][place.min(2)];
    let tier = [None, None, None, Some("none"), Some("t1"), Some("t2"), Some("t3")][place];
    tx.execute(
        "insert into sheet (campaign, student, test_date, revision, current, batch, pack,
             handed_in, answers, total, band, tier, flags, is_valid, is_complete, outcome)
         select id, $1, $2, 1, 1, 1, pack, $3, x'', null, null, $4, '', $5, 1, $6 from campaign
         where term = $7 and scale = $8 on conflict do nothing",
        params![
            student,
            &day.to_string(),
            handed_in,
            tier,
            i64::from(place != 2),
            ends[place],
            term,
            scale
        ],
    )?;
    if ends[place] == "critical" && dice.often() {
        let by = counsellor(day + 3.days());
        let raised_at = counsellor(day).now();
        let after = i64::from(dice.number(40)) * 3_600_000;
        let item = critical::CriticalItem {
            day,
            student: StudentId(student),
            scale: scale.to_owned(),
            level: CriticalLevel::Urgent,
            raised_at,
            contacted_at: Some(Moment(raised_at.0 + after)),
            contacted_by: Some(StaffId(3)),
            way: Some(ContactWay::InPerson),
        };
        write::add(tx, &by, &item)?;
    }
    Ok(())
}
