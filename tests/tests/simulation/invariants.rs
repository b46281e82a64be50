//! What must hold of a town, as pure functions of what lies on its disks.
//!
//! Those of [`always`] hold at every instant, also of a store whose process has just died. Those of
//! [`at_rest`] hold once nothing is on its way any more.

use std::collections::BTreeMap;
use std::fmt;

use certs::identity::PeerIdentity;
use certs::merkle::MerklePath;
use certs::signature::Signature;
use domain::digest::Digest;
use domain::unit::Zone;
use proto::frame::{ANSWERS_CONTEXT, decode_answer, decode_item};
use proto::wire::sync::Lane as LaneNumber;
use tests::invariants::{Sheet, counting, differing, recounted};

use crate::observe::{Holdings, Item, Observed, Outbox, TABLE, cells};

/// Which promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// What was accepted, or what an office was told is queued, is where it belongs.
    NothingLost,
    /// What is summed is what was taken over, once.
    NothingTwice,
    /// Sequences of a lane follow each other, each with one answer.
    Contiguous,
    /// Answers are proved.
    Receipts,
    /// What is shown above is the sum of what the schools sent last.
    SumsAgree,
    /// Nothing waits for ever.
    Arrives,
}

/// A promise that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which one.
    pub promise: Promise,
    /// Where, and what was found.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.promise, self.detail)
    }
}

fn broken(promise: Promise, detail: String) -> Violation {
    Violation { promise, detail }
}

/// What holds of every hub's store at every instant.
#[must_use]
pub fn always(hub: &str, holdings: &Holdings) -> Vec<Violation> {
    let mut found = added_up(hub, holdings);
    found.extend(contiguous(hub, holdings));
    if holdings.quarantined > 0 {
        let detail = format!("{hub} set {} frames aside", holdings.quarantined);
        found.push(broken(Promise::Contiguous, detail));
    }
    found
}

/// What holds once nothing is on its way.
#[must_use]
pub fn at_rest(seen: &Observed, zone: &Zone) -> Vec<Violation> {
    let hubs = seen.hubs.iter();
    let mut found: Vec<Violation> = hubs.flat_map(|(id, held)| always(id, held)).collect();
    found.extend(arrived(seen));
    found.extend(kept(seen));
    found.extend(agree(seen));
    for (member, outbox) in &seen.outboxes {
        found.extend(in_order(member, outbox));
        let proved = outbox.items.iter().filter(|item| item.outcome.is_some());
        let wrong =
            proved.filter_map(|item| Some((item, proof(member, outbox, item, zone).err()?)));
        let told = |(item, why): (&Item, &str)| {
            broken(Promise::Receipts, format!("{member} {}: {why}", item.name))
        };
        found.extend(wrong.map(told));
    }
    found
}

/// Every sum that a hub keeps, added up anew from the contributions that count.
fn added_up(hub: &str, holdings: &Holdings) -> Vec<Violation> {
    let own = holdings.contributions.iter().filter(|one| one.place.1 == TABLE);
    let sheets = counting(own.map(|one| {
        let claimed = proto::release::decode(&one.body).expect("a release");
        Sheet::of(&claimed, cells()).expect("cells of the table")
    }));
    let wrong = differing(&holdings.totals, &recounted(&sheets)).into_iter();
    wrong.map(|what| broken(Promise::NothingTwice, format!("{hub} keeps {what}"))).collect()
}

fn contiguous(hub: &str, holdings: &Holdings) -> Vec<Violation> {
    let wrong =
        holdings.lanes.iter().filter(|lane| !lane.answered.iter().copied().eq(1..lane.next));
    let detail = |lane: &crate::observe::Lane| {
        format!("{hub} expects {} of {} after {:?}", lane.next, lane.of.0, lane.answered)
    };
    wrong.map(|lane| broken(Promise::Contiguous, detail(lane))).collect()
}

/// Frames of one epoch of a member have the numbers from one on.
fn in_order(member: &str, outbox: &Outbox) -> Vec<Violation> {
    let mut epochs: BTreeMap<&[u8], Vec<u64>> = BTreeMap::new();
    for (epoch, sequence, _) in outbox.items.iter().filter_map(|item| item.frame.as_ref()) {
        epochs.entry(epoch).or_default().push(*sequence);
    }
    let wrong = epochs.into_values().filter(|all| all.windows(2).any(|two| two[0] >= two[1]));
    wrong.map(|all| broken(Promise::Contiguous, format!("{member} framed {all:?}"))).collect()
}

/// What offices were told is queued was accepted, and nothing else waits either.
fn arrived(seen: &Observed) -> Vec<Violation> {
    let mut found = Vec::new();
    for (member, outbox) in &seen.outboxes {
        for item in outbox.items.iter().filter(|item| item.outcome.is_none()) {
            let detail = format!("{member} waits for the answer to {}", item.name);
            found.push(broken(Promise::Arrives, detail));
        }
    }
    for (school, names) in &seen.told {
        let outbox = seen.outboxes.get(school);
        for name in names {
            let item = outbox.and_then(|own| own.items.iter().find(|item| item.name == *name));
            match item.map(|item| (item.outcome, &item.code)) {
                None => {
                    let detail = format!("{school} was told that {name} is queued");
                    found.push(broken(Promise::NothingLost, detail));
                }
                Some((Some(2), code)) => {
                    let detail = format!("{school}: {name} was refused: {code}");
                    found.push(broken(Promise::NothingLost, detail));
                }
                Some(_) => {}
            }
        }
    }
    found
}

/// What a member has a receipt for lies at its hub, byte for byte.
fn kept(seen: &Observed) -> Vec<Violation> {
    let mut found = Vec::new();
    for (member, outbox) in &seen.outboxes {
        let holdings = seen.parents.get(member).and_then(|parent| seen.hubs.get(parent));
        for item in outbox.items.iter().filter(|item| item.outcome == Some(1)) {
            let body = decode_item(&item.bytes).expect("an item").body;
            let held = holdings.is_some_and(|held| {
                held.contributions.iter().any(|one| one.place.0 == *member && one.body == body)
            });
            if !held {
                let detail = format!("{member}: {} was accepted and is not there", item.name);
                found.push(broken(Promise::NothingLost, detail));
            }
        }
    }
    found
}

/// What each hub keeps and has sealed is the sum of what the schools below it sent last.
fn agree(seen: &Observed) -> Vec<Violation> {
    let mut sums: BTreeMap<&str, (u32, u64)> = BTreeMap::new();
    for (school, names) in &seen.told {
        let pupils = names.last().and_then(|name| seen.pupils.get(name)).copied().unwrap_or(0);
        let mut above = seen.parents.get(school);
        while let Some(hub) = above {
            let sum = sums.entry(hub).or_default();
            *sum = (sum.0 + 1, sum.1 + pupils);
            above = seen.parents.get(hub);
        }
    }
    let mut found = Vec::new();
    for (hub, (schools, pupils)) in sums {
        let Some(held) = seen.hubs.get(hub) else { continue };
        for (what, totals) in [("keeps", &held.totals), ("has sealed", &held.sealed)] {
            let shown: Vec<(u32, u64)> =
                totals.values().map(|total| (total.schools, total.persons)).collect();
            if shown != [(schools, pupils)] {
                let detail =
                    format!("{hub} {what} {shown:?}, and {schools} schools below it sent {pupils}");
                found.push(broken(Promise::SumsAgree, detail));
            }
        }
    }
    found
}

/// Checks the proof of one answer, as anybody with the hub's certificate can.
fn proof(member: &str, outbox: &Outbox, item: &Item, zone: &Zone) -> Result<(), &'static str> {
    let [answer, path, root, signature] = item.receipt.as_ref().ok_or("no receipt")?;
    let signature = Signature::from_bytes(signature).map_err(|_| "no signature")?;
    let key_id = signature.key_id().bytes().to_vec();
    let certificate = outbox.parent_keys.get(&key_id).ok_or("signed by nobody")?;
    let peer = PeerIdentity::from_leaf(certificate, zone).map_err(|_| "no certificate")?;
    peer.key().verify(ANSWERS_CONTEXT, root, &signature).map_err(|_| "another signature")?;
    let root = Digest::from_tagged(root).map_err(|_| "no root")?;
    let path = MerklePath::from_bytes(path).map_err(|_| "no path")?;
    path.verify(answer, &root).map_err(|_| "not in the batch")?;
    let body = decode_answer(answer).map_err(|_| "no answer")?;
    let (epoch, sequence, frame) = item.frame.as_ref().ok_or("no frame")?;
    let told = (body.member.as_str(), &body.epoch, body.sequence, &body.frame);
    let outcome = u32::try_from(body.outcome).ok();
    let is_ours = told == (member, epoch, *sequence, frame)
        && body.lane() == LaneNumber::Statistics
        && outcome == item.outcome;
    if is_ours { Ok(()) } else { Err("about something else") }
}
