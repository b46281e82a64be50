//! One envelope a hand-over, one draft, one secret; and nothing of them outlives its referral.

use certs::digest::sha256;
use certs::referral::{EnvelopeId, PART_BYTES, Part, PartNumber, WithdrawalSecret};
use domain::referral::Urgency;
use runtime::params;
use runtime::sql::SqlError;

use super::*;
use crate::ledger::conference::{Conference, ConferenceCase};
use crate::ledger::entry::{RecordId, StaffId};
use crate::ledger::guard_tests::{CHILD, counsellor, run};
use crate::ledger::referral::tests::{opened, ready};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::testing::{NOW_MS, School, TODAY};
use crate::ledger::write;

fn id(byte: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([byte; 16])
}

fn new(byte: u8, of: (RecordId, u32)) -> NewEnvelope<'static> {
    let signed = sha256(&[byte]);
    NewEnvelope { id: id(byte), of, to: ("CLINIC1", "370203"), parts: 1, content: b"x", signed }
}

/// Everything that there is to a referral, under an envelope of its own.
fn fill(school: &School, referral: RecordId, byte: u8) {
    let filled = run(school, move |tx| {
        secret(tx, referral, NOW_MS)?;
        insert(tx, &new(byte, (referral, 1)), NOW_MS)?;
        keep_draft(tx, referral, b"draft", NOW_MS)?;
        let letter = NewLetter {
            name: sha256(&[byte, 1]),
            letter: b"letter",
            rank: 3,
            envelope: id(byte),
            part: 1,
        };
        insert_letter(tx, &letter, NOW_MS)?;
        let number = PartNumber::new(1, 2).expect("number");
        let part = Part::new(id(byte + 100), number, vec![0; PART_BYTES]).expect("part");
        keep_part(tx, (&part, id(byte)), NOW_MS)?;
        let content = b"answer".to_vec().into();
        let answer = Answer { id: id(byte + 50), about: id(byte), act: 1, content };
        keep_answer(tx, &answer, b"signed", NOW_MS)?;
        Ok(())
    });
    filled.expect("filled");
}

fn rows(school: &School) -> Vec<u64> {
    let tables = [
        "referral_secret",
        "letter_draft",
        "letter_envelope",
        "letter_out",
        "letter_part",
        "letter_answer",
    ];
    let count = |table: &str| {
        let count = format!("select count(*) from {table}");
        let found: Result<Option<u64>, SqlError> =
            school.ledger.read(move |tx| tx.query_opt(&count, &[], |row| row.u64(0)));
        found.expect("read").unwrap_or(0)
    };
    tables.into_iter().map(count).collect()
}

/// What names a child goes with the referral's versions, and another one's stays.
#[test]
fn what_was_sealed_goes_with_its_referral() {
    let school = ready();
    let referral = opened(&school, Urgency::Routine);
    let other = RecordId(1);
    assert_ne!(referral, other);
    fill(&school, referral, 1);
    fill(&school, other, 2);
    assert_eq!(rows(&school), [2; 6]);
    run(&school, move |tx| {
        tx.execute(
            "update record set destroyed = 1, student = null, parallels = 0, waiting = 0
             where id = $1",
            params![referral.0],
        )?;
        Ok(())
    })
    .expect("destroyed");
    assert_eq!(rows(&school), [1; 6]);
    let left = run(&school, move |tx| Ok(envelope(tx, id(2))?.map(|one| one.referral)));
    assert_eq!(left.expect("read"), Some(other));
}

/// A hand-over has one envelope; sealing takes its draft away, and the secret stays the same.
#[test]
fn a_hand_over_has_one_envelope() {
    let school = ready();
    let referral = opened(&school, Urgency::Routine);
    fill(&school, referral, 1);
    let again = run(&school, move |tx| Ok(insert(tx, &new(3, (referral, 1)), NOW_MS)?));
    assert!(matches!(again, Err(LedgerRefusal::Store(_))));
    let before = run(&school, move |tx| Ok(draft(tx, referral)?.is_some()));
    assert!(before.expect("read"));
    run(&school, move |tx| Ok(insert(tx, &new(3, (referral, 2)), NOW_MS)?)).expect("sealed");
    let after = run(&school, move |tx| Ok(draft(tx, referral)?.is_some()));
    assert!(!after.expect("read"));
    let secrets = run(&school, move |tx| {
        let known = || secret(tx, referral, NOW_MS).map(|(name, own)| (name, *own.expose()));
        Ok((known()?, known()?))
    });
    let (first, second) = secrets.expect("secrets");
    assert_eq!(first, second);
}

/// Parts that never become whole fill no disk, and an answer comes once.
#[test]
fn what_never_becomes_whole_is_bounded() {
    let school = ready();
    let number = PartNumber::new(1, 2).expect("number");
    for byte in 0..70_u8 {
        let part = Part::new(id(byte), number, vec![0; PART_BYTES]).expect("part");
        let at = NOW_MS + i64::from(byte);
        run(&school, move |tx| Ok(keep_part(tx, (&part, id(200)), at)?)).expect("kept");
    }
    assert_eq!(rows(&school)[4], 64);
    let left = run(&school, |tx| Ok((parts(tx, id(0))?.len(), parts(tx, id(69))?.len())));
    assert_eq!(left.expect("read"), (0, 1), "the oldest went");
}

/// Whoever makes up answers to what was never sent pushes none of another's out.
#[test]
fn strays_of_one_sender_leave_those_of_others() {
    let school = ready();
    let stray = |byte: u8, sender: &str| Stray {
        id: id(byte),
        about: id(byte),
        sender: sender.to_owned(),
        content: b"answer".to_vec().into(),
        signed: b"signed".to_vec(),
        came_at_ms: NOW_MS + i64::from(byte),
    };
    let mut all = vec![stray(0, "clinic1.370203.example")];
    all.extend((1..=60).map(|byte| stray(byte, "clinic2.370202.example")));
    let left = run(&school, move |tx| {
        for one in &all {
            assert!(keep_stray(tx, one)?);
        }
        Ok((strays(tx, Some(id(0)))?.len(), stray_count(tx)?))
    });
    assert_eq!(left.expect("kept"), (1, 51));
}

/// A case of a consultation with somebody from outside, in an emergency.
fn discussed(school: &School) -> RecordId {
    let written = run(school, |tx| {
        let meeting = Conference {
            day: TODAY,
            agenda: "研判".to_owned(),
            chair: StaffId(1),
            attendees: "心理教师、区专家".to_owned(),
            has_outsiders: true,
            outside_unit: Some("E370202".to_owned()),
        };
        let conference = write::add(tx, &counsellor(), &meeting)?;
        let case = ConferenceCase {
            day: TODAY,
            student: CHILD,
            conference,
            case: None,
            tier: None,
            card: "该生近两周情绪低落。".to_owned(),
            decision: String::new(),
            review: None,
            emergency: Some("当晚有自伤行为，监护人电话未接通".to_owned()),
        };
        write::add(tx, &counsellor(), &case)
    });
    written.expect("case")
}

/// Seals a card as far as the store knows, with a letter, an answer and a part of another one.
fn fill_card(school: &School, record: RecordId) {
    let filled = run(school, move |tx| {
        let secret = WithdrawalSecret::generate();
        let card = cards::NewCard {
            id: id(7),
            of: (record, [7; 16]),
            secret: &secret,
            to: ("E370202", "370202"),
            called: ("专家", "0532-1"),
            valid_to: None,
            due_ms: NOW_MS,
            content: b"x",
            signed: sha256(&[7]),
        };
        cards::insert(tx, &card, NOW_MS)?;
        cards::keep_draft(tx, record, b"draft", NOW_MS)?;
        let name = sha256(&[7, 1]);
        let letter = NewLetter { name, letter: b"letter", rank: 3, envelope: id(7), part: 1 };
        insert_letter(tx, &letter, NOW_MS)?;
        let number = PartNumber::new(1, 2).expect("number");
        let part = Part::new(id(8), number, vec![0; PART_BYTES]).expect("part");
        keep_part(tx, (&part, id(7)), NOW_MS)?;
        let content = b"answer".to_vec().into();
        let answer = Answer { id: id(9), about: id(7), act: 1, content };
        assert!(cards::keep_answer(tx, &answer, b"signed", NOW_MS)?);
        assert_eq!(*cards::secret(tx, id(7))?.expose(), *secret.expose());
        Ok(())
    });
    filled.expect("filled");
}

/// With the case of a consultation everything goes that was sealed or opened of its card.
#[test]
fn a_card_goes_with_its_case() {
    let school = ready();
    let record = discussed(&school);
    fill_card(&school, record);
    let left = || {
        let tables = ["card_envelope", "card_draft", "card_answer", "letter_out", "letter_part"];
        tables.map(|table| school.rows(table))
    };
    assert_eq!(left(), [1; 5]);
    run(&school, move |tx| {
        tx.execute(
            "update record set destroyed = 1, student = null, parallels = 0, waiting = 0
             where id = $1",
            params![record.0],
        )?;
        Ok(())
    })
    .expect("destroyed");
    assert_eq!(left(), [0; 5]);
}

/// What schools and receivers kept in two tables stands in one, each statement once.
///
/// Method: a ledger of the version before holds a statement in both tables, another one in the
/// receivers' and a relay's there; it is brought to this version.
#[test]
fn statements_of_two_tables_come_into_one() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("ledger.db");
    let steps = crate::ledger::MIGRATIONS;
    let at = steps.iter().position(|step| step.number == 58).expect("step");
    let before = runtime::sql::Options::plain(&steps[..at]);
    let old = runtime::sql::Database::open(&path, before).expect("old");
    let filled: Result<(), SqlError> = old.write("old", |tx| {
        tx.execute(
            "insert into letter_statement
             values ('d1', 'CLINIC1', 'referral', '370203', 5, 'A', 6)",
            &[],
        )?;
        for (unit, purpose, text) in
            [("CLINIC1", "referral", "A"), ("S1", "referral", "B"), ("370202", "relay", "C")]
        {
            tx.execute(
                "insert into intake_statement
                     (unit, purpose, valid_from_ms, statement, known_at_ms, known_by)
                 values ($1, $2, 7, $3, 8, 'han')",
                params![unit, purpose, text],
            )?;
        }
        Ok(())
    });
    filled.expect("filled");
    drop(old);
    let new = runtime::sql::Database::open(&path, runtime::sql::Options::plain(steps));
    let read: Result<Vec<[String; 3]>, SqlError> = new.expect("new").read(|tx| {
        let of = "select statement, relay, coalesce(kept_by, '') from key_statement
                  order by statement";
        tx.query(of, &[], |row| Ok([row.text(0)?, row.text(1)?, row.text(2)?]))
    });
    let wanted = [["A", "370203", ""], ["B", "", "han"], ["C", "370202", "han"]];
    assert_eq!(read.expect("read"), wanted.map(|row| row.map(str::to_owned)));
}

/// A statement that a receiver enters from a file takes nothing from what a directory said of it,
/// and the newest that has begun is what is sealed to, whichever way it came.
#[test]
fn a_file_and_a_directory_fill_one_table() {
    use certs::seal::EnvelopeKey;
    use certs::statement::{Purpose, SignedStatement, StatedKey, verify};

    use crate::list::testing::{City, about, now, zone};

    let (school, city) = (School::new(), City::both());
    let unit = |id: &str| id.parse::<domain::unit::UnitId>().expect("unit");
    let stated = |hours: i64| {
        let key = EnvelopeKey::generate(unit("S1"), Purpose::Referral).expect("key");
        let stated = StatedKey::Recipient(key.public().clone());
        let mut says = about("S1", "示例学校", (Purpose::Referral, stated), now());
        says.valid_from = now() - jiff::SignedDuration::from_hours(hours);
        let signed = city.sign(&says);
        let verified = verify(&signed, &city.pins(), &zone(), now()).expect("verified");
        (signed, verified)
    };
    let (old, new) = (stated(20), stated(2));
    let (both, wanted) = ([old.clone(), new.clone()], new.0.clone());
    let found = run(&school, move |tx| {
        let [(signed, verified), (next, next_verified)] = &both;
        keep(tx, (signed, verified), "370203", NOW_MS)?;
        enter(tx, (signed, verified), "han", NOW_MS)?;
        enter(tx, (next, next_verified), "han", NOW_MS)?;
        let relays: Vec<String> =
            super::stated(tx, Purpose::Referral)?.into_iter().map(|one| one.relay).collect();
        let begun: Option<SignedStatement> =
            begun(tx, (&"S1".parse().expect("unit"), Purpose::Referral), NOW_MS)?;
        Ok((relays, begun, kept(tx)?.len()))
    });
    let (relays, begun, count) = found.expect("kept");
    assert_eq!((relays, count), (vec![String::new(), "370203".to_owned()], 2));
    assert_eq!(begun, Some(wanted), "the one that begins last");
}
