//! What every ledger promises: history that stays, a chain that finds any change, two writers who
//! both keep what they wrote, a second person first, and reads that leave a line.

use domain::ledger::terms::{ReadPurpose, Standing, Tier};
use domain::ledger::words::{AlertSource, Course, Move, StaffRole, TalkTopic, Word};
use domain::ledger::{Kind, SchoolRole, words};
use jiff::civil::{Date, date};
use runtime::sql::{SqlError, Tx};

use super::alert::AlertMove;
use super::author::Author;
use super::case::{self, MoveWish};
use super::entry::{AuthorNote, RecordId, StaffId, StudentId, Words};
use super::journal::{self, JournalFault, VerifyError};
use super::kinds::KINDS;
use super::refusal::{Flaw, LedgerRefusal};
use super::roll::Mentor;
use super::talk::Talk;
use super::testing::{self, AS_OF, NOW_MS, School, TestPupil};
use super::training::TrainingRecord;
use super::write::{self, Written};
use super::{access, read};

const DAY: Date = date(2025, 11, 3);

fn school() -> School {
    let school = School::new();
    school.roster(&(0..4).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师"), (4, "班主任")]);
    school
}

fn author(account: &str, role: SchoolRole, staff: i64) -> Author {
    Author::new(account, role, Some(StaffId(staff)), NOW_MS).because("登记")
}

fn counsellor() -> Author {
    author("counsellor", SchoolRole::Counsellor, 1)
}

fn head() -> Author {
    author("head", SchoolRole::MoralHead, 2)
}

fn talk(student: i64, note: &str) -> Talk {
    Talk {
        day: DAY,
        student: StudentId(student),
        staff: StaffId(3),
        topics: Words::new([TalkTopic::Mind, TalkTopic::Study]),
        concern: true,
        raised: false,
        home_visit: false,
        note: AuthorNote::new(note.to_owned()),
    }
}

fn wish(how: Move, to: Option<Tier>) -> MoveWish {
    testing::wish(how, to, 1)
}

fn run<T: Send + 'static>(
    school: &School,
    work: impl FnOnce(&Tx<'_>) -> Result<T, LedgerRefusal> + Send + 'static,
) -> Result<T, LedgerRefusal> {
    school.ledger.write("test", work)
}

fn verified(school: &School) -> Result<u64, String> {
    let checked: Result<_, VerifyError> = school.ledger.read(journal::verify);
    checked.map(|head| head.entries).map_err(|error| error.to_string())
}

fn danger_execute(school: &School, statement: &'static str) -> Result<usize, SqlError> {
    school.ledger.write("danger", move |tx| tx.execute(statement, &[]))
}

fn sample(school: &School) -> RecordId {
    let record = run(school, |tx| write::add(tx, &counsellor(), &talk(1, "只有我看")));
    let record = record.expect("talk");
    run(school, move |tx| {
        let mut later = talk(1, "改过");
        later.raised = true;
        write::update(tx, &counsellor(), (record, 1), &later)
    })
    .expect("update");
    run(school, |tx| {
        let wish = wish(Move::Opened, Some(Tier::T2));
        case::open(tx, &counsellor(), StudentId(1), date(2025, 11, 20), &wish)
    })
    .expect("case");
    record
}

/// Each kind's columns are those of its table, so that reading, writing and digests agree.
#[test]
fn every_kind_has_its_table() {
    let school = School::new();
    for kind in KINDS {
        let statement = format!("pragma table_info({})", kind.kind.as_str());
        let found = school.ledger.read(move |tx| tx.query(&statement, &[], |row| row.text(1)));
        let mut found: Vec<String> = Result::<_, SqlError>::expect(found, "columns");
        let mut known: Vec<String> = kind.columns.iter().map(|c| c.name.to_owned()).collect();
        known.extend(["record", "version", "day", "parallel", "nonce", "reason"].map(String::from));
        known.sort();
        known.dedup();
        found.sort();
        assert_eq!(found, known, "{}", kind.kind.as_str());
    }
    assert_eq!(KINDS.len(), domain::ledger::Kind::ALL.len());
}

/// The database itself refuses to change or delete history, whoever asks.
#[test]
fn history_cannot_be_changed_or_deleted() {
    let school = school();
    sample(&school);
    let kinds = KINDS.iter().map(|kind| kind.kind.as_str());
    for table in kinds.chain(["journal", "access_log", "destroyed"]) {
        let triggers = school.ledger.read(move |tx| {
            tx.query_opt(
                "select count(*) from sqlite_schema where type = 'trigger' and tbl_name = $1",
                runtime::params![table],
                |row| row.u64(0),
            )
        });
        assert_eq!(Result::<_, SqlError>::expect(triggers, "triggers"), Some(2), "{table}");
    }
    for statement in [
        "update talk set concern = 0",
        "delete from talk",
        "update journal set author = 'x'",
        "delete from journal",
        "delete from record",
        "update record set version = 0",
        "update record set kind = 'plan'",
        "update student_version set name = 'x'",
        "delete from staff_version",
    ] {
        assert!(danger_execute(&school, statement).is_err(), "{statement}");
    }
    assert_eq!(verified(&school), Ok(7));
}

/// Whatever is changed past the triggers is found, and named by its entry.
#[test]
fn any_change_breaks_the_chain() {
    let changes = [
        ("talk", "update talk set concern = 0 where version = 1"),
        ("talk", "update talk set note = 'x' where version = 1"),
        ("talk", "update talk set reason = 'x' where version = 2"),
        ("talk", "update talk set nonce = x'00' where version = 1"),
        ("talk", "update talk set parallel = 1 where version = 2"),
        ("talk", "delete from talk where version = 1"),
        ("alert_move", "update alert_move set to_tier = 't1'"),
        ("journal", "update journal set author = 'x' where entry = 1"),
        ("journal", "update journal set entered_at_ms = 1 where entry = 2"),
        ("journal", "update journal set second = '' where entry = 3"),
        ("journal", "delete from journal where entry = 2"),
        ("record", "update record set day = '2025-01-01' where id = 1"),
    ];
    for (table, change) in changes {
        let school = school();
        sample(&school);
        let names = school.ledger.read(move |tx| {
            tx.query(
                "select name from sqlite_schema where type = 'trigger' and tbl_name = $1",
                runtime::params![table],
                |row| row.text(0),
            )
        });
        for name in Result::<Vec<_>, SqlError>::expect(names, "triggers") {
            let dropped: Result<usize, SqlError> = school
                .ledger
                .write("drop", move |tx| tx.execute(&format!("drop trigger {name}"), &[]));
            dropped.expect("dropped");
        }
        assert_eq!(danger_execute(&school, change).expect("changed"), 1, "{change}");
        assert!(verified(&school).is_err(), "{change}");
    }
    let added = school();
    sample(&added);
    danger_execute(
        &added,
        "insert into talk select record, 9, day, 1, nonce, reason, student, staff, topics, concern,
             raised, home_visit, note from talk where version = 1",
    )
    .expect("added");
    let unknown = JournalFault::Unknown("talk").to_string();
    assert_eq!(verified(&added), Err(unknown));
}

/// Two people change what both saw: both are kept, one counts, both are shown, one settles.
#[test]
fn a_conflict_keeps_both() {
    let school = school();
    let mut pair = TrainingRecord {
        day: DAY,
        staff: StaffId(1),
        role: StaffRole::Counsellor,
        course: Course::Crisis,
        title: "危机干预".to_owned(),
        hours: 6,
        organiser: "区中心".to_owned(),
    };
    let first = pair.clone();
    let record = run(&school, move |tx| write::add(tx, &head(), &first)).expect("added");
    for (who, hours, expected) in [
        (head(), 8, Written::Counts(2)),
        (counsellor(), 7, Written::Beside { version: 3, counting: 2 }),
    ] {
        pair.hours = hours;
        let entry = pair.clone();
        let written = run(&school, move |tx| write::update(tx, &who, (record, 1), &entry));
        assert_eq!(written.expect("written"), expected);
    }
    let hours = |school: &School| {
        let kept = school.ledger.read(|tx| read::in_period::<TrainingRecord>(tx, DAY, DAY));
        let kept: Vec<_> = Result::<_, SqlError>::expect(kept, "kept");
        kept.iter().map(|kept| kept.entry.hours).collect::<Vec<_>>()
    };
    assert_eq!(hours(&school), [8], "what was written beside does not count");
    let shown =
        run(&school, move |tx| read::history_of_work::<TrainingRecord>(tx, &head(), record));
    let shown: Vec<_> = shown.expect("shown");
    let told: Vec<_> =
        shown.iter().map(|(k, by)| (k.entry.hours, k.parallel, &*by.author)).collect();
    assert_eq!(told, [(6, false, "head"), (8, false, "head"), (7, true, "counsellor")]);
    let seen = run(&school, move |tx| write::seen::<TrainingRecord>(tx, record)).expect("seen");
    // While somebody weighs what they saw, a third change comes to stand beside.
    let late = TrainingRecord { hours: 9, ..pair.clone() };
    run(&school, move |tx| write::update(tx, &counsellor(), (record, 1), &late)).expect("late");
    let settle = |seen| {
        let pair = pair.clone();
        run(&school, move |tx| write::settle(tx, &head(), (record, seen), &pair))
    };
    assert!(matches!(settle(seen), Err(LedgerRefusal::Changed)), "not over what nobody saw");
    let seen = run(&school, move |tx| write::seen::<TrainingRecord>(tx, record)).expect("seen");
    assert_eq!(settle(seen).expect("settled"), Written::Counts(5));
    assert!(matches!(settle(seen), Err(LedgerRefusal::Changed)), "nor twice");
    assert_eq!(hours(&school), [7]);
    assert_eq!(verified(&school), Ok(5));
}

/// A raise acts at once; a lowering waits, not for the same person, and counts from its signature.
#[test]
fn less_watching_needs_the_second_person_first() {
    let school = school();
    let today = date(2025, 11, 20);
    let case = run(&school, move |tx| {
        case::open(tx, &counsellor(), StudentId(1), today, &wish(Move::Opened, Some(Tier::T2)))
    })
    .expect("open");
    let tier = |school: &School| {
        let open = school.ledger.read(move |tx| case::open_at(tx, today));
        let open: Vec<_> = Result::<_, SqlError>::expect(open, "open");
        open.first().map(|case| case.tier)
    };
    let again = run(&school, move |tx| {
        case::open(tx, &counsellor(), StudentId(1), today, &wish(Move::Opened, Some(Tier::T1)))
    });
    let standing = (Kind::AlertCase, case);
    assert!(matches!(again, Err(LedgerRefusal::Stands(kind, of, _)) if (kind, of) == standing));
    let ask =
        |how, to| run(&school, move |tx| case::ask_move(tx, &counsellor(), case, &wish(how, to)));
    ask(Move::TierUp, Some(Tier::T3)).expect("raise");
    assert_eq!(tier(&school), Some(Tier::T3));
    let lower = ask(Move::Closed, None).expect("asked");
    assert_eq!(tier(&school), Some(Tier::T3), "it waits");
    let alone = run(&school, move |tx| case::sign(tx, &counsellor(), lower, true));
    assert!(matches!(alone, Err(LedgerRefusal::SamePerson)));
    let past = run(&school, move |tx| {
        let kept = read::one::<AlertMove>(tx, lower)?.ok_or(LedgerRefusal::Unknown)?;
        let moved = AlertMove { standing: Standing::InForce, ..kept.entry };
        write::update(tx, &counsellor(), (lower, 1), &moved)
    });
    assert!(matches!(past, Err(LedgerRefusal::OwnAct)), "no way past the act");
    let unsaid = run(&school, move |tx| case::sign(tx, &head().because(""), lower, true));
    assert!(matches!(unsaid, Err(LedgerRefusal::Reason)));
    run(&school, move |tx| case::sign(tx, &head(), lower, true)).expect("signed");
    assert_eq!(tier(&school), None);
    assert!(ask(Move::TierUp, Some(Tier::T3)).is_err(), "a closed case does not move");
    assert!(verified(&school).is_ok());
}

/// The table of authority holds at the door: IT, principal, and a mentor of other students.
#[test]
fn the_door_asks_the_table() {
    let school = school();
    let refused = |who: Author, student| {
        let said = run(&school, move |tx| write::add(tx, &who, &talk(student, "")));
        matches!(said, Err(LedgerRefusal::NotAllowed))
    };
    let mentor = || author("mentor", SchoolRole::Mentor, 3);
    assert!(refused(author("it", SchoolRole::Operator, 4), 1));
    assert!(refused(author("principal", SchoolRole::Principal, 4), 1));
    assert!(refused(mentor(), 1), "not yet the mentor");
    let pair = |student, staff| Mentor {
        from: DAY,
        student: StudentId(student),
        staff: StaffId(staff),
        until: None,
    };
    run(&school, move |tx| write::add(tx, &head(), &pair(1, 3))).expect("pair");
    let twice = run(&school, move |tx| write::add(tx, &head(), &pair(1, 4)));
    let known = |refusal| matches!(refusal, LedgerRefusal::Stands(Kind::Mentor, _, DAY));
    assert!(twice.is_err_and(known), "a mentor assigned twice");
    assert!(!refused(mentor(), 1));
    assert!(refused(mentor(), 2), "another mentor's student");
    for (day, what) in [(date(2025, 11, 21), "future"), (date(1999, 1, 1), "before the ledgers")] {
        let wrong = Talk { day, ..talk(1, "") };
        let said = run(&school, move |tx| write::add(tx, &counsellor(), &wrong));
        assert!(matches!(said, Err(LedgerRefusal::Day(_))), "{what}");
    }
}

/// A note opens for who wrote it and for nobody else; each opening of the page leaves a line.
#[test]
fn a_note_stays_with_its_author_and_a_read_leaves_a_line() {
    let school = school();
    let record = sample(&school);
    let open = |who: Author| {
        run(&school, move |tx| access::open(tx, &who, StudentId(1), ReadPurpose::Review))
    };
    assert!(matches!(open(author("it", SchoolRole::Operator, 4)), Err(LedgerRefusal::NotAllowed)));
    let pass = open(head()).expect("pass");
    let shown = run(&school, move |tx| {
        let lines = access::reads(tx, &pass, 10)?;
        Ok((read::history::<Talk>(tx, &pass, record)?, lines))
    });
    let (versions, lines) = shown.expect("shown");
    let (kept, signature) = versions.first().expect("first");
    assert_eq!(kept.entry.note.open(signature, &head()), None);
    assert_eq!(kept.entry.note.open(signature, &counsellor()), Some("只有我看"));
    assert_eq!(lines.len(), 1);
    assert!(lines[0].account == "head" && lines[0].purpose == ReadPurpose::Review);
    let other = run(&school, move |tx| write::update(tx, &head(), (record, 2), &talk(1, "")));
    assert!(matches!(other, Err(LedgerRefusal::NotAuthor)));
    let scores = open(head()).expect("pass");
    assert!(scores.allow(domain::ledger::Area::Screening).is_err(), "not on the case");
}

/// Lists that are dimensions of the catalogue have its words and its labels.
#[test]
fn closed_lists_are_the_catalogues() {
    let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
    fn told<W: Word>() -> Vec<(String, String, String)> {
        let told = |word: &W| {
            let (zh, en) = word.label();
            (word.as_str().to_owned(), zh.to_owned(), en.to_owned())
        };
        W::ALL.iter().map(told).collect()
    }
    for (id, list) in [
        ("alert_source", told::<AlertSource>()),
        ("talk_topic", told::<TalkTopic>()),
        ("group", told::<words::Group>()),
        ("physique", told::<words::Physique>()),
        ("support", told::<words::Support>()),
        ("staff_role", told::<StaffRole>()),
        ("course", told::<Course>()),
        ("service", told::<words::Service>()),
        ("parent_event", told::<words::ParentEventKind>()),
        ("event_mode", told::<words::EventMode>()),
        ("report_kind", told::<words::ReportKind>()),
        ("tier", told::<Tier>()),
        ("urgency", told::<domain::referral::Urgency>()),
        ("ref_stage", told::<domain::referral::RefStage>()),
        ("wait_bucket", told::<domain::referral::WaitBucket>()),
    ] {
        let dimension = catalogue.dimension(id).expect("dimension");
        let values = dimension.values.iter();
        let values: Vec<_> = values
            .map(|value| (value.id.clone(), value.label.zh.clone(), value.label.en.clone()))
            .collect();
        assert_eq!(list, values, "{id}");
    }
}

/// What is written down late is reviewed from now on: a review that is over already is refused, and
/// one that the tier allows from today is taken, for entering a case and for holding a review.
#[test]
fn a_case_entered_late_is_reviewed_from_today() {
    let school = school();
    let entered = |next| {
        let wish = MoveWish { next_review: Some(next), ..wish(Move::Opened, Some(Tier::T3)) };
        run(&school, move |tx| {
            case::open(tx, &counsellor(), StudentId(1), date(2025, 10, 20), &wish)
        })
    };
    let over = entered(date(2025, 10, 27));
    assert!(matches!(over, Err(LedgerRefusal::Flawed("next_review", Flaw::Limit))));
    let far = entered(date(2025, 11, 28));
    assert!(matches!(far, Err(LedgerRefusal::Flawed("next_review", Flaw::Limit))));
    let case = entered(date(2025, 11, 27)).expect("entered");
    let reviews = school.ledger.read(|tx| read::about::<super::alert::AlertReview>(tx, 1));
    let review = reviews.expect("reviews").pop().expect("one");
    assert!(review.entry.case == case && review.entry.due == date(2025, 11, 27));
    let held = (date(2025, 11, 2), domain::ledger::terms::ReviewDecision::Keep);
    run(&school, move |tx| {
        let next = date(2025, 11, 26);
        case::hold_review(tx, &counsellor(), review.record, (held.0, held.1, next))
    })
    .expect("held");
}
