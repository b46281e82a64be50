//! Facts about holds: what is held does not leave, whatever failed or ended in between.

use certs::key::SigningKey;
use proto::wire::sync::Lane;
use runtime::uplink::outbox;

use super::{Held, hold, lift};
use crate::ledger::hold::{self as register_of_holds, Act};
use crate::ledger::release as register;
use crate::ledger::testing::{
    AS_OF, NOW_MS, PERIOD, School, TestPupil, danger_name_responsible, refuse_notes, sheet_cells,
};
use crate::release::{copy_handover, make};
use crate::transfer::Transfer;

/// A school with two signed tables that wait, and an empty outbox.
fn signed() -> (School, Transfer) {
    let (school, pupils) = (School::new(), (0..12).map(TestPupil::new).collect::<Vec<_>>());
    school.roster(&pupils, AS_OF);
    let rows: Vec<_> =
        pupils.iter().map(|pupil| (pupil.clone(), "2025-10-20", sheet_cells(6, "0"))).collect();
    school.answers(&rows).expect("answers");
    let key = SigningKey::generate().expect("key");
    danger_name_responsible(&school.ledger);
    make(&school.ledger, &school.context(), PERIOD, &key).expect("made");
    assert_eq!(school.rows("handover"), 2);
    (school, Transfer::in_memory().expect("transfer"))
}

fn act() -> Act {
    let (period, reason) = ("2025S1".to_owned(), "class 4".to_owned());
    Act { period, reason, author: "li".to_owned(), at_ms: NOW_MS }
}

/// How many frames the uplink would send now.
fn sends(transfer: &Transfer) -> usize {
    let frames = |tx: &runtime::sql::Tx<'_>| outbox::frames_from(tx, Lane::Statistics, 1, 10, 1);
    transfer.write("frames", frames).expect("frames").len()
}

fn copy(school: &School, transfer: &Transfer) -> u64 {
    copy_handover(&school.ledger, transfer, NOW_MS).expect("copied")
}

/// A process ended after it copied or after it held, and before it took back: the next copy does
/// that, and when the hold is lifted the same items leave.
#[test]
fn what_a_crash_left_under_a_hold_is_taken_back() {
    let (school, transfer) = signed();
    let items = school.ledger.read(|tx| register::waiting(tx, 0, 10)).expect("waiting");
    let queued = transfer.write("as the copy does", move |tx| {
        items.iter().try_for_each(|one| {
            outbox::enqueue(tx, Lane::Statistics, &one.name, &one.item, 1).map(drop)
        })
    });
    queued.expect("queued");
    let held = school.ledger.write("hold", |tx| register_of_holds::hold(tx, &act()));
    assert!(held.expect("held"));
    assert_eq!(copy(&school, &transfer), 0);
    assert_eq!(sends(&transfer), 0);
    assert!(lift(&school.ledger, act()).expect("lifted"));
    assert_eq!((copy(&school, &transfer), sends(&transfer)), (2, 2));
}

/// A copy that could not be noted leaves items in the outbox: a hold takes them back and says so.
#[test]
fn a_hold_takes_back_what_could_not_be_noted() {
    let (school, transfer) = signed();
    refuse_notes(&school.ledger, true);
    assert!(copy_handover(&school.ledger, &transfer, NOW_MS).is_err());
    refuse_notes(&school.ledger, false);
    assert_eq!(transfer.releases(10).expect("outbox").len(), 2);
    let held = hold(&school.ledger, &transfer, act()).expect("held");
    assert_eq!(held, Held { is_new: true, kept: 2, gone: 0 });
    assert_eq!((copy(&school, &transfer), sends(&transfer)), (0, 0));
}

/// What had a frame may have left, also after a new epoch took the frame away: it is counted as
/// gone and keeps its trace.
#[test]
fn what_may_have_left_is_not_reported_as_kept() {
    let (school, transfer) = signed();
    assert_eq!((copy(&school, &transfer), sends(&transfer)), (2, 2));
    let begun = transfer.write("epoch", |tx| outbox::begin_epoch(tx, Lane::Statistics, 5));
    begun.expect("epoch");
    let held = hold(&school.ledger, &transfer, act()).expect("held");
    assert_eq!(held, Held { is_new: true, kept: 0, gone: 2 });
    assert_eq!(transfer.releases(10).expect("outbox").len(), 2);
    let again = hold(&school.ledger, &transfer, act()).expect("held");
    assert_eq!(again, Held { is_new: false, kept: 0, gone: 2 });
}
