//! The chain of a hub's records: each link is a digest over the one before it and the signed bytes,
//! so that a record that is changed or taken out later is seen.

use certs::digest::sha256;
use domain::digest::Digest;
use domain::disclosure::sealed::lv;

use crate::store::sealed::record::Record;

const FORM: &[u8] = b"xinqiao/opening-chain/v1";

/// The link of a record after the link before it, which is empty for the first.
#[must_use]
pub fn link(previous: &[u8], record: &[u8]) -> Digest {
    sha256(&lv(&[FORM, previous, record]))
}

/// The number of the first record that does not follow from the one before it. Numbers grow; one
/// that both hubs never signed may be missing after a backup was put back.
#[must_use]
pub fn broken(records: &[Record]) -> Option<u64> {
    let (mut previous, mut last) = (Vec::new(), 0);
    for record in records {
        let holds = record.number > last
            && record.previous == previous
            && record.link == link(&previous, &record.bytes).to_tagged();
        if !holds {
            return Some(record.number);
        }
        (last, previous) = (record.number, record.link.clone());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<Record> {
        let mut previous = Vec::new();
        let record = |number: u64| {
            let bytes = vec![u8::try_from(number).expect("small"); 3];
            let before = previous.clone();
            previous = link(&before, &bytes).to_tagged();
            Record {
                number,
                opening: None,
                signed_number: number,
                bytes,
                leader: Vec::new(),
                helper: None,
                previous: before,
                link: previous.clone(),
            }
        };
        (1..=3).map(record).collect()
    }

    /// A record that was changed, taken out or put elsewhere breaks the chain at its place.
    #[test]
    fn a_changed_record_is_seen() {
        assert_eq!(broken(&records()), None);
        let mut changed = records();
        changed[1].bytes[0] ^= 1;
        assert_eq!(broken(&changed), Some(2));
        let mut taken = records();
        taken.remove(0);
        assert_eq!(broken(&taken), Some(2));
        let mut turned = records();
        turned.swap(1, 2);
        assert_eq!(broken(&turned), Some(3));
    }
}
