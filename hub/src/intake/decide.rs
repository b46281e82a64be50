//! The decision about one verified frame, inside the batch's transaction.
//!
//! Sequences are contiguous: what comes early is a gap, what was answered is answered again with
//! the same bytes, and the same sequence with other bytes goes to quarantine.

use std::cmp::Ordering;
use std::sync::Arc;

use domain::catalogue::{Catalogue, TableSpec};
use domain::cell::{self, Cell};
use domain::digest::Digest;
use domain::disclosure::{bands_unchanged, gives_new_band};
use domain::release::{Claimed, Rule};
use runtime::sql::{SqlError, Tx};

use super::verify::UNKNOWN_KEY;
use super::{Verdict, VerifiedFrame, VerifiedRelease};
use crate::letters;
use crate::opened;
use crate::packs::Packs;
use crate::registry::Registry;
use crate::relay::{self, News, Relay};
use crate::rollup::Change;
use crate::store::contribution::{self, Contribution, Place};
use crate::store::lane::{self, LaneEpoch, StoredAnswer};
use crate::store::{alarm, unit::UnitStatus};

/// What decisions depend on besides the store.
pub(super) struct Context<'a> {
    pub registry: &'a Registry,
    pub packs: &'a Packs,
    pub relay: &'a Relay,
    pub now_ms: i64,
}

/// What decisions change besides lanes, in the order in which they were made.
#[derive(Default)]
pub(super) struct Effects {
    /// Contributions to be folded.
    pub changes: Vec<Change>,
    /// What the relay did.
    pub news: News,
}

/// What is to be said about a frame.
pub(super) enum Decision {
    /// A new final answer; its id is filled in later.
    New(StoredAnswer),
    /// The answer that was given before.
    Replay(StoredAnswer),
    /// Frames are missing before it.
    Gap { expected: u64 },
    /// Contradicts what was answered.
    Conflict { reason: &'static str },
    /// The member is not served.
    NotServed,
    /// No hello announced its epoch.
    UnknownEpoch,
    /// The register changed since the frame was verified.
    Outdated,
}

/// Decides one frame. Moves `lane` on when the frame consumes its sequence.
pub(super) fn decide(
    tx: &Tx<'_>,
    context: &Context<'_>,
    frame: &VerifiedFrame,
    lane: &mut Option<LaneEpoch>,
    effects: &mut Effects,
) -> Result<Decision, SqlError> {
    let served = context.registry.member(&frame.member);
    if served.is_none_or(|member| member.status != UnitStatus::Active) {
        return Ok(Decision::NotServed);
    }
    let Some(lane) = lane else {
        return Ok(Decision::UnknownEpoch);
    };
    if frame.sequence > lane.next_sequence {
        return Ok(Decision::Gap { expected: lane.next_sequence });
    }
    if frame.sequence < lane.next_sequence {
        return answered_before(tx, context, frame, lane);
    }
    if lane.ended || frame.previous != lane.last_frame {
        let reason = if lane.ended {
            "the epoch has ended: the unit began a later one, or a copy of it is running"
        } else {
            "the frame does not follow the last answered one"
        };
        set_aside(tx, context, frame, reason)?;
        return Ok(Decision::Conflict { reason });
    }
    if is_outdated(context, frame) {
        return Ok(Decision::Outdated);
    }
    let refusal = refusal(tx, context, frame, effects)?;
    lane.next_sequence += 1;
    lane.last_frame.clone_from(&frame.digest);
    let outcome = if refusal.is_some() { 2 } else { 1 };
    let (code, reason) = refusal.unwrap_or_default();
    if !code.is_empty() {
        tracing::warn!(member = %frame.member, sequence = frame.sequence, code, "item refused");
    }
    let mut answer = blank_answer(frame);
    answer.outcome = outcome;
    answer.code = code;
    answer.reason = reason;
    answer.answered_at_ms = context.now_ms;
    Ok(Decision::New(answer))
}

/// Does what the verdict allows; gives code and reason where it is refused.
fn refusal(
    tx: &Tx<'_>,
    context: &Context<'_>,
    frame: &VerifiedFrame,
    effects: &mut Effects,
) -> Result<Option<(String, String)>, SqlError> {
    Ok(match &frame.verdict {
        Verdict::Refused { code, reason } => Some((code.clone(), reason.clone())),
        Verdict::Release(release) => take_over(tx, context, release, &mut effects.changes)?
            .map(|(code, reason)| (code.to_owned(), reason.to_owned())),
        Verdict::Addressed(item) => {
            let about = (&frame.member, &**item);
            match relay::take(tx, context.relay, context.packs, about, context.now_ms)? {
                Ok(news) => {
                    effects.news = effects.news.and(news);
                    None
                }
                Err(refused) => Some(refused),
            }
        }
        Verdict::Letter(handed) => {
            let about = (&frame.member, &**handed);
            match letters::take(tx, context.relay, about, context.now_ms)? {
                Ok(news) => {
                    effects.news = effects.news.and(news);
                    None
                }
                Err(refused) => Some(refused),
            }
        }
        Verdict::Opened(arrived) => {
            let at = (context.relay.uplink.is_some(), context.now_ms);
            match opened::lane::take(tx, &frame.member, arrived, at)? {
                Ok(news) => {
                    effects.news = effects.news.and(news);
                    None
                }
                Err(refused) => Some(refused),
            }
        }
    })
}

/// Whether the verdict hangs on a key that the register of this moment judges otherwise: renewed
/// or revoked since. Answers are final, so the member connects again and is judged anew.
fn is_outdated(context: &Context<'_>, frame: &VerifiedFrame) -> bool {
    let known =
        frame.key.is_some_and(|key| context.registry.signing_key(&frame.member, &key).is_some());
    match &frame.verdict {
        Verdict::Release(_) => !known,
        Verdict::Addressed(item) => item.signer.passed_on.is_none() && !known,
        Verdict::Opened(_) | Verdict::Letter(_) => false,
        Verdict::Refused { code, .. } => code == UNKNOWN_KEY && known,
    }
}

fn blank_answer(frame: &VerifiedFrame) -> StoredAnswer {
    StoredAnswer {
        member: frame.member.to_string(),
        epoch: frame.epoch.to_vec(),
        lane: frame.lane as u32,
        sequence: frame.sequence,
        frame: frame.digest.clone(),
        outcome: 0,
        code: String::new(),
        reason: String::new(),
        answered_at_ms: 0,
        id: 0,
    }
}

fn answered_before(
    tx: &Tx<'_>,
    context: &Context<'_>,
    frame: &VerifiedFrame,
    lane: &LaneEpoch,
) -> Result<Decision, SqlError> {
    match lane::answer(tx, lane, frame.sequence)? {
        Some(answer) if answer.frame == frame.digest => Ok(Decision::Replay(answer)),
        Some(_) => {
            let reason = "other bytes were answered under this sequence";
            set_aside(tx, context, frame, reason)?;
            Ok(Decision::Conflict { reason })
        }
        // Consumed in this very batch: sent once more, it gets the answer that is being made.
        None => Ok(Decision::Gap { expected: frame.sequence }),
    }
}

fn set_aside(
    tx: &Tx<'_>,
    context: &Context<'_>,
    frame: &VerifiedFrame,
    reason: &str,
) -> Result<(), SqlError> {
    lane::quarantine(tx, &blank_answer(frame), &frame.bytes, context.now_ms)?;
    let detail = format!("sequence {}: {reason}", frame.sequence);
    alarm::raise(tx, "quarantine", frame.member.as_str(), &detail, context.now_ms)
}

/// Takes a release over, or says why not. The highest revision counts; the same revision with
/// the same bytes was taken over before and changes nothing, whatever epoch carries it.
fn take_over(
    tx: &Tx<'_>,
    context: &Context<'_>,
    release: &VerifiedRelease,
    changes: &mut Vec<Change>,
) -> Result<Option<(&'static str, &'static str)>, SqlError> {
    let id = &release.claimed.header.id;
    let place = Place {
        unit: id.unit.to_string(),
        table: id.table.to_string(),
        period: id.period.to_string(),
    };
    let old = contribution::current(tx, &place)?;
    if let Some(old) = &old {
        match against(tx, release, old)? {
            Standing::Replaces => {}
            Standing::Repeats => return Ok(None),
            Standing::Refused(code, reason) => return Ok(Some((code, reason))),
        }
    } else if release.claimed.rule == Rule::Rounded5 && is_renamed(tx, context.packs, &place)? {
        return Ok(Some((
            "once_a_term",
            "rounded counts of the period were taken under a catalogue without this table",
        )));
    }
    if release.claimed.rule == Rule::Clear
        && let Some(broken) = breaks_bands(context.packs, old.as_ref(), release)
    {
        return Ok(Some(broken));
    }
    let new = Contribution {
        place,
        revision: id.revision.get(),
        catalogue: release.claimed.header.catalogue.to_tagged(),
        digest: release.digest.clone(),
        body: release.body.clone(),
        signature: release.signature.clone(),
        arrived_at_ms: context.now_ms,
    };
    contribution::insert(tx, &new)?;
    changes.push(Change { old, new, claimed: release.claimed.clone() });
    Ok(None)
}

/// How a release stands to the one that counts at its place.
pub(super) enum Standing {
    /// It is a later revision.
    Replaces,
    /// These bytes were taken over before.
    Repeats,
    /// Stable code and reason.
    Refused(&'static str, &'static str),
}

/// The highest revision is the one that counts, so only a lower one is looked up once more.
pub(super) fn against(
    tx: &Tx<'_>,
    release: &VerifiedRelease,
    old: &Contribution,
) -> Result<Standing, SqlError> {
    let revision = release.claimed.header.id.revision.get();
    let known = match old.revision.cmp(&revision) {
        Ordering::Less => None,
        Ordering::Equal => Some(old.digest.clone()),
        Ordering::Greater => contribution::digest_of(tx, &old.place, revision)?,
    };
    Ok(match known {
        Some(digest) if digest == release.digest => Standing::Repeats,
        Some(_) => {
            Standing::Refused("revision_conflict", "this revision exists with other figures")
        }
        None if old.revision > revision => {
            Standing::Refused("superseded", "a later revision has been accepted")
        }
        None if release.claimed.rule == Rule::Rounded5 => Standing::Refused(
            "once_a_term",
            "counts about persons are released once a term; a second time would tell more",
        ),
        None => Standing::Replaces,
    })
}

/// Whether a rounded table of the unit and period was taken under a catalogue that does not know
/// this one: it may hold the same counts under another name, and a second rounding tells more.
fn is_renamed(tx: &Tx<'_>, packs: &Packs, place: &Place) -> Result<bool, SqlError> {
    for table in packs.rounded_tables() {
        let other = Place { table: table.to_owned(), ..place.clone() };
        let Some(old) = contribution::current(tx, &other)? else { continue };
        let catalogue = Digest::from_tagged(&old.catalogue).map_err(|_| SqlError::Type)?;
        let known = packs.catalogue(&catalogue);
        if known.is_none_or(|catalogue| catalogue.table(&place.table).is_none()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Stable code and reason where a school's clear sheet gives a band that it may not: bands about
/// persons are given once a term, and in a school year under seal none that was not given before.
/// Whatever the figure is: a refusal that went by it would tell it.
fn breaks_bands(
    packs: &Packs,
    old: Option<&Contribution>,
    new: &VerifiedRelease,
) -> Option<(&'static str, &'static str)> {
    let moved = (
        "band_once_a_term",
        "bands about persons are given once a term; a moved band would tell more",
    );
    let before = old.map(|old| proto::release::decode(&old.body).ok());
    let before = before.map(|claimed| layout(packs, &claimed?));
    let Some(now) = layout(packs, &new.claimed) else { return Some(moved) };
    let last = match &before {
        None => None,
        Some(None) => return Some(moved),
        Some(Some(last)) => Some((&last.spec, last.cells.as_slice())),
    };
    let is = (&now.spec, now.cells.as_slice());
    if last.is_some_and(|last| !bands_unchanged(&now.catalogue, last, is)) {
        return Some(moved);
    }
    let id = &new.claimed.header.id;
    let is_new =
        packs.is_under_seal(&id.unit, id.period) && gives_new_band(&now.catalogue, last, is);
    is_new.then_some((
        "band_tells",
        "the school year is under seal: beside its sums a band would tell of one school alone. \
         Nothing of the sheet was taken. Send it without its bands; a school's program does so \
         by itself",
    ))
}

/// How the cells of a release are laid out.
struct Layout {
    catalogue: Arc<Catalogue>,
    spec: TableSpec,
    cells: Vec<Cell>,
}

fn layout(packs: &Packs, claimed: &Claimed) -> Option<Layout> {
    let catalogue = packs.catalogue(&claimed.header.catalogue)?.clone();
    let spec = catalogue.table(claimed.header.id.table.as_str())?.clone();
    let cells = cell::unpack(&claimed.cells, spec.cells()).ok()?;
    Some(Layout { catalogue, spec, cells })
}
