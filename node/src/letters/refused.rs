//! What a hub refused and may take later: a letter that holds something waits once more and leaves
//! in a later slot, in the place of one with nothing in it.
//!
//! A relay may be full, have lost its key, or not be reached for an hour; until then the referral
//! is shown as not delivered, with the telephone number. Whoever counts letters sees none more.

use proto::frame::decode_item;
use runtime::sql::SqlError;
use runtime::uplink::outbox::letters as outbox;

use crate::ledger::{Ledger, letters as store};
use crate::transfer::{Transfer, letters as queue};

/// Letters that are looked at at once.
const LOOKED_AT: u32 = 100;

/// Codes of refusals whose cause may be gone the next time.
const HEALS: [&str; 4] = ["relay_full", "no_relay", "unreachable", "too_many_letters"];

/// Lets every refused letter wait again that is still to arrive; says how many do.
///
/// # Errors
/// One of the databases cannot be read or written; what was not queued is so at the next look.
pub fn again(ledger: &Ledger, transfer: &Transfer, now_ms: i64) -> Result<usize, SqlError> {
    let refused = transfer.read(|tx| outbox::refused(tx, LOOKED_AT))?;
    let mut queued = 0;
    for one in refused.into_iter().filter(|one| HEALS.contains(&one.code.as_str())) {
        let name = one.digest.clone();
        let Some(rank) = ledger.read(move |tx| store::rank_of(tx, &name))? else { continue };
        let Ok(item) = decode_item(&one.item) else { continue };
        let put = transfer.write("queue_again", move |tx| {
            queue::queue_again(tx, &one.digest, (item.body.as_slice(), rank), now_ms)
        })?;
        queued += usize::from(put);
    }
    Ok(queued)
}

#[cfg(test)]
mod tests {
    use certs::letter::Letter;
    use domain::referral::Event;
    use proto::wire::sync::Lane;
    use runtime::uplink::outbox::names as outbox_names;

    use super::*;
    use crate::ledger::referral::tests::{ready, step};
    use crate::ledger::testing::NOW_MS;
    use crate::letters::testing::Town;
    use crate::letters::tests::{leave, sent, waiting};
    use crate::letters::{copying, revoking};
    use crate::list::testing::now;
    use crate::transfer::letters::tests::refuse;

    /// A letter that was refused for now leaves once more as it was; one that was taken back since,
    /// or is refused for good, does not, and neither does one that holds nothing.
    #[test]
    fn a_refused_letter_leaves_once_more() {
        let (school, town) = (ready(), Town::new());
        let transfer = Transfer::in_memory().expect("transfer");
        let (record, _) = sent(&school, &town);
        let names: Vec<String> = waiting(&school).iter().map(outbox::name).collect();
        copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
        let lies = |transfer: &Transfer| {
            let found: Result<Vec<String>, SqlError> =
                transfer.read(|tx| outbox_names(tx, Lane::Referral));
            found.expect("outbox")
        };
        let again = |at_ms| again(&school.ledger, &transfer, at_ms).expect("looked");
        leave(&school, &town, &transfer);
        refuse(&transfer, "not_a_letter");
        assert_eq!(again(1), 0, "refused for good");
        refuse(&transfer, "relay_full");
        assert_eq!((again(2), again(3)), (names.len(), 0));
        assert!(lies(&transfer).iter().all(|name| !names.contains(name)));
        leave(&school, &town, &transfer);
        assert!(names.iter().all(|name| lies(&transfer).contains(name)), "it leaves again");
        refuse(&transfer, "no_relay");
        step(&school, record, Event::WithdrawConsent).expect("withdrawn");
        revoking::revoke(&school.ledger, &transfer, &town.desk, now()).expect("revoked");
        assert_eq!(again(4), 0, "it was taken back");
        assert!(waiting(&school).iter().all(|one: &Letter| !names.contains(&outbox::name(one))));
    }
}
