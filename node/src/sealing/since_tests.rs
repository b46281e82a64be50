//! Facts about what a report reaches back to, when one is sealed again, and what waits or is judged
//! once more.

use certs::digest::sha256;
use certs::key::SigningKey;
use certs::signature::Signature;
use domain::disclosure::sealed::{Answer, Week};
use jiff::civil::date;
use proto::frame::{SEALED_REPORT_CONTEXT, decode_item, encode_item};
use proto::pack::PackKind;
use proto::sealed::Verdict;
use proto::wire::sync::ItemKind;
use runtime::sql::Tx;

use super::testing::Hubs;
use super::tests::{OPENED, open_case, registered, school, seal, sealed, told, verdict_on, week};
use super::verdict::{Taken, take};
use super::{
    Context, Made, Pending, SealingError, absences, due, foreign, judge_again, make, take_waiting,
    wrapped_anew,
};
use crate::indicator::Unsealed;
use crate::ledger::hold::{self, Act};
use crate::ledger::letters;
use crate::ledger::report_key;
use crate::ledger::sealed as register;
use crate::ledger::sealed_absent as absent;
use crate::ledger::testing::{NOW_MS, School};
use crate::packs::Packs;
use crate::transfer::directive::{self, Verdict as Judged};
use crate::transfer::{Transfer, addressed};

const UNIT: &str = "F370202004J01";
const DAY_MS: i64 = 86_400_000;

fn is_absent(made: &[Made], why: Unsealed) -> bool {
    let absent = |made: &Made| matches!(made, Made::Absent { reason, .. } if *reason == why);
    !made.is_empty() && made.iter().all(absent)
}

fn refuse(school: &School, hubs: &Hubs, context: &Context, code: &str) {
    let last = registered(school, OPENED, "2025-W45").expect("sealed");
    let refusal = Verdict { decided_at_ms: NOW_MS, ..verdict_on(&last, UNIT, Some(code)) };
    let taken = take(&school.ledger, &hubs.trust, context, &hubs.verdict(&refusal, &[0, 1]));
    assert_eq!(taken.expect("taken"), Taken::News);
}

fn is_due(school: &School, context: &Context) -> bool {
    let asked = context.clone();
    let open = school.ledger.read(move |tx| due(tx, &asked)).expect("due");
    open.iter().any(|one| match one {
        Pending::Seal(due) => due.table.id().as_str() == OPENED && due.period == week("2025-W45"),
        Pending::Refused(_) => false,
    })
}

/// Destroying the records of who has left ends no report: weeks tell what is dated since that day,
/// and a plan of the year before does not make them reach into it.
#[test]
fn a_destruction_ends_no_report() {
    let hubs = Hubs::new();
    let mut context = hubs.context(date(2025, 11, 18));
    // The plan was in force in the summer already.
    context.years = vec![hubs.year_from(200, "2025-08-18")];
    let before = school();
    before.danger_note_destroyed("2025-08-27");
    open_case(&before, 3, date(2025, 9, 15));
    open_case(&before, 4, date(2025, 11, 12));
    assert!(sealed(&seal(&before, &context, week("2025-W46"))) > 0);
    assert_eq!(told(&hubs, &before, "2025-W46"), 2);
    let within = school();
    within.danger_note_destroyed("2025-10-08");
    open_case(&within, 3, date(2025, 9, 15));
    open_case(&within, 4, date(2025, 11, 12));
    let early = seal(&within, &context, week("2025-W40"));
    assert!(is_absent(&early, Unsealed::Destroyed), "{early:?}");
    seal(&within, &context, week("2025-W46"));
    assert_eq!(told(&hubs, &within, "2025-W46"), 1, "what is dated since the last one left");
    let told = absences(week("2025-W40"), &Ok(early));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].code.as_str(), told[0].tables.is_some()), ("destroyed", true));
}

/// A school whose ledger was lost tells no week again that the lost one told: health had stated
/// another key, and what is dated before the Monday after the new key was made is told by nobody.
#[test]
fn a_ledger_that_begins_anew_tells_nothing_twice() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 9, 15));
    open_case(&school, 2, date(2025, 11, 6));
    open_case(&school, 3, date(2025, 11, 12));
    let mut context = hubs.context(date(2025, 11, 18));
    let made_ms = NOW_MS - 14 * DAY_MS;
    let key = school.ledger.write("key", move |tx| report_key::load_or_make(tx, made_ms));
    let key = key.expect("key");
    let keys = (sha256(b"the key of the machine that died"), sha256(key.public().spki()));
    context.years = vec![hubs.stating_anew(UNIT, keys)];
    for name in ["2025-W38", "2025-W45"] {
        let made = seal(&school, &context, week(name));
        assert!(is_absent(&made, Unsealed::OfLostLedger), "{name}: {made:?}");
    }
    seal(&school, &context, week("2025-W46"));
    assert_eq!(told(&hubs, &school, "2025-W46"), 1);
    // A school that joins late has told nothing under another key, and tells the year.
    let late = super::tests::school();
    open_case(&late, 1, date(2025, 9, 15));
    context.years = vec![hubs.stating(&[(UNIT, sha256(b"its own"))])];
    let made = seal(&late, &context, week("2025-W38"));
    assert!(is_absent(&made, Unsealed::OfLostLedger), "another key was stated: {made:?}");
    context.years = vec![hubs.year(200)];
    seal(&late, &context, week("2025-W38"));
    assert_eq!(told(&hubs, &late, "2025-W38"), 1);
}

/// Notes that this ledger was put back from a copy.
fn put_back(school: &School, at_ms: i64) {
    let note = move |tx: &Tx<'_>| letters::note(tx, letters::SeenBy::Copy, (i64::MAX, at_ms));
    school.ledger.write("put_back", note).expect("noted");
}

/// A ledger that was put back from a copy older than the last slot does not know whether the week
/// was told, nor with what: it seals none of its tables, nor anything of it in a later week. What
/// was sealed before the copy was made stays, and the weeks after are told.
#[test]
fn a_week_that_left_after_the_copy_was_made_is_not_sealed_anew() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    open_case(&school, 2, date(2025, 11, 12));
    seal(&school, &hubs.context(date(2025, 11, 11)), week("2025-W45"));
    assert_eq!(told(&hubs, &school, "2025-W45"), 1);
    // The copy is of this moment; the week after is sealed by the ledger that is lost then.
    put_back(&school, NOW_MS + 1);
    let context = hubs.context(date(2025, 11, 20));
    let anew = seal(&school, &context, week("2025-W46"));
    assert!(is_absent(&anew, Unsealed::OfLostLedger), "{anew:?}");
    refuse(&school, &hubs, &context, "nonce_used");
    let anew = seal(&school, &context, week("2025-W45"));
    assert_eq!(sealed(&anew), 0, "{anew:?}");
    // Entered again by the counsellor, who found it missing.
    open_case(&school, 3, date(2025, 11, 13));
    open_case(&school, 4, date(2025, 11, 18));
    seal(&school, &hubs.context(date(2025, 11, 25)), week("2025-W47"));
    assert_eq!(told(&hubs, &school, "2025-W47"), 1, "only what is of the later week");
}

/// A copy that knows the last week which was due loses nothing: late entries are told as ever.
#[test]
fn a_copy_that_knows_its_last_week_goes_on() {
    let (school, hubs) = (school(), Hubs::new());
    for (day, name) in [(date(2025, 11, 11), "2025-W45"), (date(2025, 11, 18), "2025-W46")] {
        seal(&school, &hubs.context(day), week(name));
    }
    put_back(&school, NOW_MS + 1);
    open_case(&school, 1, date(2025, 11, 12));
    open_case(&school, 2, date(2025, 11, 18));
    seal(&school, &hubs.context(date(2025, 11, 25)), week("2025-W47"));
    assert_eq!(told(&hubs, &school, "2025-W47"), 2);
}

/// Where the ledger alone was put back the outbox still has what left: a week of which it names a
/// report that the register does not know is not sealed anew.
#[test]
fn a_week_that_the_outbox_knows_better_is_not_sealed_anew() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 12));
    let context = hubs.context(date(2025, 11, 18));
    let left = (format!("{UNIT}/{OPENED}/2025-W46/1"), Week::new(2025, 46).expect("week"));
    let asked = Context { queued: vec![left.clone()], ..context.clone() };
    let anew = seal(&school, &asked, week("2025-W46"));
    assert!(is_absent(&anew, Unsealed::OfLostLedger), "{anew:?}");
    assert!(sealed(&seal(&school, &context, week("2025-W46"))) > 0);
    let name = registered(&school, OPENED, "2025-W46").expect("sealed").name;
    assert_eq!(name, left.0, "and what the register knows holds nothing back");
    let later = Context { queued: vec![left], ..hubs.context(date(2025, 11, 25)) };
    assert!(sealed(&seal(&school, &later, week("2025-W47"))) > 0);
}

/// A held week's events are told by no other week; once the hold is lifted, in their own.
#[test]
fn a_held_week_is_told_by_no_other() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    open_case(&school, 2, date(2025, 11, 12));
    let act = || Act {
        period: "2025-W45".to_owned(),
        author: "principal".into(),
        reason: "核对".into(),
        at_ms: NOW_MS,
    };
    school.ledger.write("hold", move |tx| hold::hold(tx, &act())).expect("held");
    let context = hubs.context(date(2025, 11, 18));
    seal(&school, &context, week("2025-W46"));
    assert_eq!(told(&hubs, &school, "2025-W46"), 1);
    school.ledger.write("lift", move |tx| hold::lift(tx, &act())).expect("lifted");
    seal(&school, &context, week("2025-W45"));
    assert_eq!(told(&hubs, &school, "2025-W45"), 1);
}

/// A table that is counted otherwise by a later catalogue tells in its first week what is dated in
/// it, and not the whole year.
#[test]
fn a_wider_definition_reaches_back_to_its_own_begin() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 9, 15));
    open_case(&school, 2, date(2025, 11, 18));
    let text = include_str!("../../../proto/packs/catalogue.toml");
    let narrow = r#"where = [{ field = "move", any = ["opened"] }] }"#;
    let wide = r#"where = [{ field = "move", any = ["opened", "moved_in"] }] }"#;
    let (head, rest) = text.split_once("id = \"alt.opened\"").expect("count");
    let wider = format!("{head}id = \"alt.opened\"{}", rest.replacen(narrow, wide, 1));
    let transfer = Transfer::in_memory().expect("transfer");
    // In force from a Wednesday on: the week that begins after it is the first.
    let bytes = hubs.directive((PackKind::Catalogue, "catalogue"), (2, "2025-11-12"), &wider);
    let open = directive::open(&bytes).expect("directive");
    let put = move |tx: &Tx<'_>| directive::store(tx, &open, &bytes, &Judged::Usable, 0);
    transfer.write("catalogue", put).expect("stored");
    let today = date(2025, 11, 25);
    let packs = Packs::load(&transfer, today).expect("packs");
    let context = Context { packs, ..hubs.context(today) };
    seal(&school, &context, week("2025-W47"));
    assert_eq!(told(&hubs, &school, "2025-W47"), 1, "nothing of September");
}

/// What may pass is not sealed anew every day: a week after the first refusal, two weeks after the
/// second; at once where another task is due by then.
#[test]
fn a_school_that_is_away_seals_seldom() {
    let (school, hubs) = (school(), Hubs::new());
    let mut context = hubs.context(date(2025, 11, 11));
    seal(&school, &context, week("2025-W45"));
    refuse(&school, &hubs, &context, "school_away");
    for (days, number) in [(7, 2), (14, 3), (28, 4)] {
        assert!(!is_due(&school, &context), "{days}");
        context.now_ms += days * DAY_MS - 1;
        assert!(!is_due(&school, &context), "{days}");
        context.now_ms += 1;
        assert!(is_due(&school, &context), "{days}");
        seal(&school, &context, week("2025-W45"));
        let last = registered(&school, OPENED, "2025-W45").expect("sealed");
        assert_eq!(last.number.value(), number);
        refuse(&school, &hubs, &context, "school_away");
    }
    context.years = vec![hubs.year(210)];
    assert!(is_due(&school, &context), "another task");
}

/// What is due comes by its days, whichever plan it is of.
#[test]
fn what_is_due_comes_by_its_days() {
    let (school, hubs) = (school(), Hubs::new());
    let mut context = hubs.context(date(2025, 11, 25));
    // As after a change of area: the plan with the later weeks stands first.
    context.years = vec![hubs.year_from(200, "2025-11-03"), hubs.year_from(200, "2025-09-01")];
    let asked = context.clone();
    let open = school.ledger.read(move |tx| due(tx, &asked)).expect("due");
    let days = open.iter().filter_map(|one| match one {
        Pending::Seal(due) => context.span(due.period).ok().map(|span| span.to),
        Pending::Refused(_) => None,
    });
    let days: Vec<_> = days.collect();
    assert!(days.len() > 20 && days.is_sorted(), "{days:?}");
}

/// A report that was made by a clock that ran ahead is answered by the hubs' dates all the same.
#[test]
fn a_verdict_is_judged_by_the_hubs_dates() {
    let (school, hubs) = (school(), Hubs::new());
    let mut context = hubs.context(date(2025, 11, 11));
    context.now_ms = NOW_MS + 30 * DAY_MS;
    seal(&school, &context, week("2025-W45"));
    let report = registered(&school, OPENED, "2025-W45").expect("sealed");
    context.now_ms = NOW_MS;
    let own = hubs.verdict(&verdict_on(&report, UNIT, None), &[0, 1]);
    assert_eq!(take(&school.ledger, &hubs.trust, &context, &own).expect("taken"), Taken::News);
    assert_eq!(take(&school.ledger, &hubs.trust, &context, &own).expect("taken"), Taken::Known);
}

/// A verdict that the ledger does not know, since it was put back from an older copy, is judged
/// once more; what nobody believed is not kept for that.
#[test]
fn a_kept_verdict_is_judged_again_after_a_restore() {
    let (school, hubs) = (school(), Hubs::new());
    let context = hubs.context(date(2025, 11, 11));
    seal(&school, &context, week("2025-W45"));
    let report = registered(&school, OPENED, "2025-W45").expect("sealed");
    let own = verdict_on(&report, UNIT, None);
    let transfer = Transfer::in_memory().expect("transfer");
    for bytes in [hubs.verdict(&own, &[0]), hubs.verdict(&own, &[0, 1])] {
        let item = encode_item(ItemKind::SealedVerdict, bytes, Vec::new());
        transfer.write("arrive", move |tx| addressed::store(tx, &item, NOW_MS)).expect("stored");
    }
    let stores = (&school.ledger, &transfer);
    let taken = || take_waiting(stores, &hubs.trust, &context).expect("taken");
    assert_eq!(taken(), 1);
    judge_again(stores).expect("nothing open under this digest");
    assert_eq!(taken(), 0);
    school.danger_forget_verdicts();
    assert_eq!(taken(), 0, "it was taken");
    judge_again(stores).expect("again");
    assert_eq!(taken(), 1);
    let kept = registered(&school, OPENED, "2025-W45").expect("kept").verdict.expect("verdict");
    assert_eq!(kept.answer, Answer::Accepted);
    let left = transfer.read(|tx| addressed::taken(tx, ItemKind::SealedVerdict, 0, 10));
    assert_eq!(left.expect("read").len(), 1, "what was not believed is gone");
}

/// Somebody who has the school's certificate and key reports in its name, and both hubs take it.
/// The school hears of it by the digest; of its own reports, of what one hub says alone, and of a
/// report that was refused it hears nothing of the kind.
#[test]
fn a_report_in_the_schools_name_is_told_to_it() {
    let (school, hubs) = (school(), Hubs::new());
    let context = hubs.context(date(2025, 11, 11));
    seal(&school, &context, week("2025-W45"));
    let own = verdict_on(&registered(&school, OPENED, "2025-W45").expect("sealed"), UNIT, None);
    let [forged, alone, refused] = [b"one", b"two", b"six"].map(|bytes| sha256(bytes));
    let of = |report| Verdict { report, ..own.clone() };
    let no = Some(("proof".to_owned(), "it does not hold".to_owned()));
    let transfer = Transfer::in_memory().expect("transfer");
    for bytes in [
        hubs.verdict(&own, &[0, 1]),
        hubs.verdict(&of(forged), &[0, 1]),
        hubs.verdict(&of(alone), &[0]),
        hubs.verdict(&Verdict { refused: no, ..of(refused) }, &[0, 1]),
    ] {
        let item = encode_item(ItemKind::SealedVerdict, bytes, Vec::new());
        transfer.write("arrive", move |tx| addressed::store(tx, &item, NOW_MS)).expect("stored");
    }
    let stores = (&school.ledger, &transfer);
    assert_eq!(take_waiting(stores, &hubs.trust, &context).expect("taken"), 1, "its own");
    let found = foreign(stores).expect("read");
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((found.report, found.period), (forged, week("2025-W45")));
    assert_eq!((found.table.as_str(), found.decided_at_ms), (OPENED, NOW_MS));
}

/// A report outlives the certificate that it left under: the same bytes go under the new one.
#[test]
fn a_report_is_wrapped_under_the_certificate_that_holds() {
    let (school, hubs) = (school(), Hubs::new());
    let context = hubs.context(date(2025, 11, 11));
    let [first, second] = [(); 2].map(|()| SigningKey::generate().expect("key"));
    make(&school.ledger, &context, week("2025-W45"), &first).expect("made");
    let name = registered(&school, OPENED, "2025-W45").expect("sealed").name;
    let stored = school.ledger.read(move |tx| crate::ledger::release::find(tx, &name));
    let item = stored.expect("read").expect("stored").item;
    assert_eq!(wrapped_anew(&item, &first), None, "it holds");
    let anew = wrapped_anew(&item, &second).expect("wrapped");
    let (old, new) = (decode_item(&item).expect("item"), decode_item(&anew).expect("item"));
    assert_eq!((old.kind, old.body), (new.kind, new.body.clone()));
    let signature = Signature::from_bytes(&new.signature).expect("signature");
    second.public().verify(SEALED_REPORT_CONTEXT, &new.body, &signature).expect("holds");
    assert_eq!(wrapped_anew(&anew, &second), None);
}

/// What stops a whole period is told to the school's people, and nothing of a hold is.
#[test]
fn what_stops_a_period_is_said() {
    let said = |error| absences(week("2025-W45"), &Err(error));
    let told = said(SealingError::NoProfile);
    assert_eq!((told.len(), told[0].code.as_str(), told[0].tables), (1, "no_profile", None));
    assert!(said(SealingError::Held(week("2025-W45"))).is_empty());
    let (school, found) = (school(), told.clone());
    school.ledger.write("note", move |tx| absent::replace(tx, &found, 5)).expect("noted");
    assert_eq!(school.ledger.read(absent::all).expect("read"), told);
    school.ledger.write("note", |tx| absent::replace(tx, &[], 6)).expect("noted");
    assert!(school.ledger.read(absent::all).expect("read").is_empty());
    assert!(school.ledger.read(register::open).expect("open").is_empty());
}
