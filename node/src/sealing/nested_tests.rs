//! A part and its whole: emergencies, and those of them of which the family was told in time.
//! Whatever is refused, entered late or sealed anew, both tables tell the very same emergencies in
//! the same week, and the part is never more than the whole.

use std::collections::BTreeMap;

use domain::referral::Urgency;
use jiff::ToSpan as _;
use proto::sealed::Verdict;

use super::family_tests::{Dice, standing};
use super::testing::Hubs;
use super::tests::{registered, report, school, seal, sealed, verdict_on, week};
use super::verdict::{Taken, take};
use super::{Context, told_with};
use crate::ledger::entry::{RecordId, StudentId};
use crate::ledger::guard_tests::{counsellor, head, run};
use crate::ledger::referral::tests::{MINUTE, at, call, danger, wanted};
use crate::ledger::referral::{self, Wish};
use crate::ledger::testing::{NOW_MS, School, TODAY};

const UNIT: &str = "F370202004J01";
const WHOLE: &str = "sealed.ref.emergency";
const PART: &str = "sealed.ref.emergency_told";
const BOTH: [&str; 2] = [WHOLE, PART];
const DAY: i64 = 24 * 60 * MINUTE;

/// Weeks; the first and last day of emergencies whose notice falls due in each, and the morning on
/// which it is sealed, in days from [`TODAY`], a Thursday.
const WEEKS: [(&str, i64, i64, i64); 3] =
    [("2025-W47", 0, 2, 5), ("2025-W48", 3, 9, 12), ("2025-W49", 10, 16, 19)];

/// A school and both hubs, under one set of documents.
struct Under {
    school: School,
    hubs: Hubs,
    base: Context,
}

impl Under {
    fn new() -> Self {
        let hubs = Hubs::new();
        let base = hubs.context(TODAY);
        Self { school: school(), hubs, base }
    }

    fn on(&self, days: i64) -> Context {
        Context { today: TODAY + days.days(), now_ms: NOW_MS + days * DAY, ..self.base.clone() }
    }

    fn seal(&self, name: &str, days: i64) -> usize {
        sealed(&seal(&self.school, &self.on(days), week(name)))
    }

    /// An emergency of a student, signed by the second person.
    fn emergency(&self, student: i64, days: i64) -> RecordId {
        let done = run(&self.school, move |tx| {
            let by = at(&counsellor(), days * DAY);
            let wish = Wish { student: StudentId(student), ..wanted(Urgency::Emergency) };
            let record = referral::open(tx, &by, &wish)?;
            referral::emergency(tx, &by, record, &danger(), &call())?;
            referral::countersign(tx, &at(&head(), days * DAY), record)?;
            Ok(record)
        });
        done.unwrap_or_else(|why| panic!("{student}: {why}"))
    }

    /// The written notice of the emergency's own day, entered on another one.
    fn notice(&self, record: RecordId, (days, entered): (i64, i64)) {
        let by = at(&counsellor(), entered * DAY);
        let day = TODAY + days.days();
        run(&self.school, move |tx| referral::note_notice(tx, &by, record, day)).expect("noted");
    }

    /// Both hubs answer a table's latest report of a week.
    fn answer(&self, (table, name): (&str, &str), refused: Option<&str>, days: i64) {
        let last = registered(&self.school, table, name).expect("sealed");
        let context = self.on(days);
        let decided_at_ms = context.now_ms;
        let verdict = Verdict { decided_at_ms, ..verdict_on(&last, UNIT, refused) };
        let verdict = self.hubs.verdict(&verdict, &[0, 1]);
        let taken = take(&self.school.ledger, &self.hubs.trust, &context, &verdict);
        assert_eq!(taken.expect("taken"), Taken::News);
    }

    /// What both tables' latest reports of a week add up to, as both hubs open them.
    fn totals(&self, name: &str) -> [u64; 2] {
        BOTH.map(|table| {
            self.hubs.read(&self.school, &report(&self.school, table, name)).iter().sum()
        })
    }

    /// Answers some of what is open, by chance, and seals some of it anew.
    fn chance(&self, dice: &mut Dice, days: i64) {
        const CODES: [&str; 6] =
            ["proof", "nonce_used", "school_away", "opened_without", "key_late", "other_report"];
        for (name, ..) in WEEKS {
            for table in BOTH {
                let last = registered(&self.school, table, name);
                let is_open = last.is_some_and(|last| last.verdict.is_none());
                if is_open && dice.below(3) > 0 {
                    let code = CODES[usize::try_from(dice.below(6)).expect("few")];
                    let refused = (dice.below(3) > 0).then_some(code);
                    self.answer((table, name), refused, days);
                }
            }
            let again = Some((PART.parse().expect("table"), week(name)));
            let again = again.filter(|_| dice.below(2) == 0);
            if registered(&self.school, WHOLE, name).is_some() {
                seal(&self.school, &Context { again, ..self.on(days) }, week(name));
            }
        }
    }
}

/// One of the two is refused and the other accepted. In the next week neither tells the refused
/// one's emergencies: else the two sums of that week would differ by what this school had before,
/// less what others were late with.
#[test]
fn a_refused_part_or_whole_tells_nothing_of_the_school() {
    for refused in BOTH {
        let under = Under::new();
        let told = under.emergency(1, 0);
        under.notice(told, (0, 1));
        under.emergency(2, 1);
        assert!(under.seal("2025-W47", 5) > 0);
        assert_eq!(under.totals("2025-W47"), [2, 1]);
        for table in BOTH {
            under.answer((table, "2025-W47"), (table == refused).then_some("proof"), 5);
        }
        let next = under.emergency(3, 4);
        under.notice(next, (4, 5));
        under.seal("2025-W48", 12);
        assert_eq!(under.totals("2025-W48"), [1, 1], "{refused}");
        let asked = registered(&under.school, refused, "2025-W47").expect("registered");
        let packs = under.base.packs.clone();
        let other = under.school.ledger.read(move |tx| told_with(tx, &packs, &asked));
        let sibling = BOTH.into_iter().find(|table| *table != refused).map(str::to_owned);
        assert_eq!(other.expect("read"), sibling, "the page says so");
    }
}

/// A notice that was made in time and is entered after its week was sealed changes no sum: the
/// emergency was told, and a part that comes without its whole would be this school's.
#[test]
fn what_is_entered_late_is_told_by_neither() {
    let under = Under::new();
    let late = under.emergency(1, 0);
    under.seal("2025-W47", 5);
    assert_eq!(under.totals("2025-W47"), [1, 0]);
    under.notice(late, (0, 8));
    let next = under.emergency(2, 4);
    under.notice(next, (4, 5));
    under.seal("2025-W48", 12);
    assert_eq!(under.totals("2025-W48"), [1, 1]);
    under.seal("2025-W49", 19);
    assert_eq!(under.totals("2025-W49"), [0, 0], "nothing twice");
}

/// Where both were refused, both tell it again, in one week and as it is known by then.
#[test]
fn what_nobody_counted_is_told_again_by_both() {
    let under = Under::new();
    let late = under.emergency(1, 0);
    under.seal("2025-W47", 5);
    under.notice(late, (0, 8));
    under.answer((WHOLE, "2025-W47"), Some("opened_without"), 5);
    under.seal("2025-W48", 12);
    assert_eq!(under.totals("2025-W48"), [0, 0], "the part has no answer");
    under.answer((PART, "2025-W47"), Some("opened_without"), 12);
    under.seal("2025-W49", 19);
    assert_eq!(under.totals("2025-W49"), [1, 1]);
}

/// A part that is sealed anew is of the emergencies that its whole told, though others were entered
/// since: as it was under the same task, and as the ledger has them now under another one.
#[test]
fn a_part_that_is_sealed_anew_is_of_what_its_whole_told() {
    let under = Under::new();
    let told = under.emergency(1, 0);
    under.notice(told, (0, 1));
    let late = under.emergency(2, 0);
    under.seal("2025-W47", 5);
    under.answer((WHOLE, "2025-W47"), None, 5);
    under.notice(late, (0, 6));
    let third = under.emergency(3, 1);
    under.notice(third, (1, 6));
    under.answer((PART, "2025-W47"), Some("nonce_used"), 6);
    assert_eq!(under.seal("2025-W47", 6), 1);
    assert_eq!(under.totals("2025-W47"), [2, 1]);
    under.answer((PART, "2025-W47"), Some("other_task"), 6);
    let other_task = Context { years: vec![under.hubs.year(210)], ..under.on(6) };
    assert_eq!(sealed(&seal(&under.school, &other_task, week("2025-W47"))), 1);
    assert_eq!(under.totals("2025-W47"), [2, 2]);
    under.seal("2025-W48", 12);
    assert_eq!(under.totals("2025-W48"), [1, 1], "the third is told by both");
}

/// Whatever is refused, told by a lost ledger, left open, sealed anew and entered late: where both
/// stand in a week they tell the same emergencies and the part is at most the whole, and no
/// emergency is told in two weeks.
#[test]
fn whatever_happens_a_part_is_told_with_its_whole() {
    let mut told_once = 0;
    for seed in 1..=5 {
        let (under, mut dice, mut student) = (Under::new(), Dice(seed), 0);
        for (name, first, last, morning) in WEEKS {
            let mut late: Vec<(RecordId, i64)> = Vec::new();
            for _ in 0..dice.below(4) {
                student += 1;
                let span = u64::try_from(last - first + 1).expect("days");
                let day = first + i64::try_from(dice.below(span)).expect("few");
                let record = under.emergency(student, day);
                match dice.below(3) {
                    0 => under.notice(record, (day, day)),
                    1 => late.push((record, day)),
                    _ => {}
                }
            }
            under.seal(name, morning);
            late.into_iter().for_each(|(record, day)| under.notice(record, (day, morning)));
            under.chance(&mut dice, morning);
        }
        under.chance(&mut dice, WEEKS[2].3);
        let mut week_of: BTreeMap<i64, &str> = BTreeMap::new();
        for (name, ..) in WEEKS {
            let [whole, part] = BOTH.map(|table| standing(&under.school, table, name));
            if let (Some(whole), Some(part)) = (&whole, &part) {
                assert_eq!(whole.1, part.1, "seed {seed}, {name}: other emergencies");
                assert!(part.0 <= whole.0, "seed {seed}, {name}: {} of {}", part.0, whole.0);
            }
            if let Some((total, records)) = &whole {
                assert_eq!(i64::try_from(*total).expect("few"), records.values().sum::<i64>());
            }
            let both: BTreeMap<i64, i64> =
                [whole, part].into_iter().flatten().flat_map(|(_, records)| records).collect();
            for (record, amount) in both {
                assert_eq!(amount, 1, "seed {seed}, {name}");
                assert_eq!(week_of.insert(record, name), None, "seed {seed}: told twice");
                told_once += 1;
            }
        }
    }
    assert!(told_once > 5, "{told_once}");
}
