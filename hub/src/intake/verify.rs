//! Verification of one frame: pure but for the keys that it looks up.
//!
//! A frame that can be read is always answered: what is wrong with its item becomes a refusal
//! with a stable code. Nothing of a release is believed before it has passed here.

use certs::digest::sha256;
use certs::signature::{KeyId, Signature};
use domain::catalogue::{TableId, is_rounded};
use domain::cell::CellError;
use domain::disclosure::{Breach, FIGURE_MAX, check_clear, check_rounded, check_sums};
use domain::period::Period;
use domain::release::{Claimed, ReleaseId, Rule};
use domain::span::Span;
use domain::unit::{UnitId, UnitKind};
use proto::frame::{Epoch, FrameError, OpenItem, RELEASE_CONTEXT, decode_frame};
use proto::limits::ADDRESSED_BYTES_MAX;
use proto::wire::sync::{ItemKind, Lane};

use super::{IntakeError, Own, special};
use crate::letters::{self, Handed};
use crate::opened::lane::Arrived;
use crate::opened::verify::Judge;
use crate::packs::Packs;
use crate::registry::Registry;
use crate::relay::{self, Addressed, Relay};

/// Code of a refusal that only a register can settle.
pub(crate) const UNKNOWN_KEY: &str = "unknown_key";

/// A frame whose item was judged.
pub struct VerifiedFrame {
    /// Who sent it.
    pub member: UnitId,
    /// Epoch.
    pub epoch: Epoch,
    /// Lane.
    pub lane: Lane,
    /// Sequence.
    pub sequence: u64,
    /// Tagged digest of the frame before it.
    pub previous: Vec<u8>,
    /// Tagged digest of this frame.
    pub digest: Vec<u8>,
    /// Key that its item names, known here or not.
    pub key: Option<KeyId>,
    /// The frame's bytes, for quarantine.
    pub bytes: Vec<u8>,
    /// What is to be done with its item.
    pub verdict: Verdict,
}

/// What verification says about an item.
pub enum Verdict {
    /// It may be taken over.
    Release(Box<VerifiedRelease>),
    /// It may be kept here or passed on.
    Addressed(Box<Addressed>),
    /// An opened sum, and what it was found to be.
    Opened(Box<Arrived>),
    /// A letter of the referral lane.
    Letter(Box<Handed>),
    /// It is refused for good.
    Refused {
        /// Stable code.
        code: String,
        /// A sentence without names.
        reason: String,
    },
}

/// A release whose signature, catalogue and disclosure rule were checked.
#[derive(Clone)]
pub struct VerifiedRelease {
    /// What it says.
    pub claimed: Claimed,
    /// The signed bytes.
    pub body: Vec<u8>,
    /// Tagged digest of them.
    pub digest: Vec<u8>,
    /// Tagged signature.
    pub signature: Vec<u8>,
    /// Schools that it stands for: one, or what a hub says.
    pub schools: u32,
    /// Cells of its table.
    pub cells: usize,
}

/// Reads a frame and judges its item.
///
/// # Errors
/// The bytes are no frame; then there is no sequence to answer.
pub(super) fn verify(
    (own, relay): (&Own, &Relay),
    (member, bytes): (&UnitId, &[u8]),
    (registry, packs): (&Registry, &Packs),
) -> Result<VerifiedFrame, IntakeError> {
    let frame = decode_frame(bytes)?;
    let signature = frame.item.as_ref().map_or(&[][..], |item| &item.signature);
    let key = Signature::from_bytes(signature).ok().map(|signed| signed.key_id());
    let verdict = match frame.item {
        Ok(item) if frame.lane == Lane::Referral || item.kind == ItemKind::Letter => {
            letter(frame.lane, (member, item), registry)
        }
        Ok(item) => verdict((own, relay), (member, item), registry, packs),
        Err(FrameError::Field(_)) => unknown_item(),
        Err(error) => refused("unreadable", error.to_string()),
    };
    Ok(VerifiedFrame {
        member: member.clone(),
        epoch: frame.epoch,
        lane: frame.lane,
        sequence: frame.sequence,
        previous: frame.previous,
        digest: sha256(bytes).to_tagged(),
        key,
        bytes: bytes.to_vec(),
        verdict,
    })
}

fn verdict(
    (own, relay): (&Own, &Relay),
    (member, item): (&UnitId, OpenItem),
    registry: &Registry,
    packs: &Packs,
) -> Verdict {
    match item.kind {
        ItemKind::Release => match judge(own, (member, item), registry, packs) {
            Ok(release) => Verdict::Release(Box::new(release)),
            Err(Refusal(code, reason)) => refused(code, reason),
        },
        ItemKind::SealedReport => match relay::judge(relay, (member, item), registry) {
            Ok(addressed) => Verdict::Addressed(Box::new(addressed)),
            Err((code, reason)) => Verdict::Refused { code, reason },
        },
        ItemKind::SealedOpening => opened((relay, member), item, registry, packs),
        _ => unknown_item(),
    }
}

/// An opened sum from a hub below; who signed it is judged by the plan, whoever carries it.
fn opened(
    (relay, member): (&Relay, &UnitId),
    item: OpenItem,
    registry: &Registry,
    packs: &Packs,
) -> Verdict {
    if !registry.member(member).is_some_and(|known| known.kind.is_area()) {
        return refused("breaks_rule", "a unit of this kind has no opened sums".to_owned());
    }
    if item.body.len() > ADDRESSED_BYTES_MAX {
        return refused("too_large", "the item is larger than hubs pass on".to_owned());
    }
    let judge = Judge { packs, trust: &relay.trust, now: relay.clock.now() };
    let judged = judge.judge(&item.body);
    Verdict::Opened(Box::new(Arrived { body: item.body, judged }))
}

/// What travels in the referral lane, or should.
fn letter(lane: Lane, (member, item): (&UnitId, OpenItem), registry: &Registry) -> Verdict {
    if lane != Lane::Referral {
        return refused("wrong_lane", "letters travel in the referral lane".to_owned());
    }
    match letters::judge((member, item), registry) {
        Ok(handed) => Verdict::Letter(Box::new(handed)),
        Err((code, reason)) => Verdict::Refused { code, reason },
    }
}

fn unknown_item() -> Verdict {
    refused("unknown_item", "this hub does not know this kind of item".to_owned())
}

fn refused(code: &str, reason: String) -> Verdict {
    Verdict::Refused { code: code.to_owned(), reason }
}

struct Refusal(&'static str, String);

fn refuse(code: &'static str, reason: &(impl std::fmt::Display + ?Sized)) -> Refusal {
    Refusal(code, reason.to_string())
}

fn judge(
    own: &Own,
    (member, item): (&UnitId, OpenItem),
    registry: &Registry,
    packs: &Packs,
) -> Result<VerifiedRelease, Refusal> {
    let signature =
        Signature::from_bytes(&item.signature).map_err(|error| refuse("bad_signature", &error))?;
    let key = registry
        .signing_key(member, &signature.key_id())
        .ok_or_else(|| refuse(UNKNOWN_KEY, "signed by a key that is not the sender's"))?;
    key.verify(RELEASE_CONTEXT, &item.body, &signature)
        .map_err(|error| refuse("bad_signature", &error))?;
    let claimed =
        proto::release::decode(&item.body).map_err(|error| refuse("unreadable", &error))?;
    if claimed.header.id.unit != *member {
        return Err(refuse("foreign_unit", "the release is another unit's"));
    }
    if claimed.header.persons > FIGURE_MAX {
        return Err(refuse("breaks_rule", &Breach::Range));
    }
    let kind = registry.member(member).map(|known| known.kind);
    let kind = kind.ok_or_else(|| refuse("unknown_unit", "the unit is not registered"))?;
    let cells = check_table(&claimed, kind, packs)?;
    if let Some(named) = packs.special(&claimed.header.catalogue) {
        let id = &claimed.header.id;
        let latest = packs.special_of(id.table.as_str()).map(|known| &*known.special);
        let span = Span::of(id.period, packs.calendar()).ok();
        let then = span.and_then(|span| packs.special_for(named.id().as_str(), span.from));
        let versions = special::Since { then: then.map(|known| &*known.special), latest };
        let below = || packs.special_below(named.id().as_str(), &id.unit);
        let schools = claimed.provenance.as_ref();
        let schools =
            schools.map(|sums| special::Told { schools: sums.schools_reported, below: below() });
        special::check(own, (&id.unit, id.period, schools), named, versions)
            .map_err(|error| refuse(error.code(), &error))?;
    }
    let schools = claimed.provenance.as_ref().map_or(1, |sums| sums.schools_reported);
    Ok(VerifiedRelease {
        claimed,
        digest: sha256(&item.body).to_tagged(),
        body: item.body,
        signature: item.signature,
        schools,
        cells,
    })
}

fn check_table(claimed: &Claimed, kind: UnitKind, packs: &Packs) -> Result<usize, Refusal> {
    let catalogue = packs.catalogue(&claimed.header.catalogue).ok_or_else(|| {
        let known = packs.in_force().digest.short();
        refuse(
            "unknown_catalogue",
            &format!("this hub does not know the catalogue; in force: {known}"),
        )
    })?;
    let table = &claimed.header.id.table;
    let spec = catalogue
        .table(table.as_str())
        .ok_or_else(|| refuse("unknown_table", &format!("the catalogue has no table {table}")))?;
    check_period(table, claimed.header.id.period, packs)?;
    let breach = |error: Breach| match error {
        Breach::Identity(_) => refuse("broken_identity", &error),
        Breach::Cells(CellError::Count { .. }) => refuse("cell_count", &error),
        _ => refuse("breaks_rule", &error),
    };
    match (&claimed.provenance, claimed.rule) {
        (None, Rule::Clear) if kind == UnitKind::School => {
            check_clear(catalogue, spec, &claimed.cells, claimed.header.persons).map_err(breach)?;
        }
        (None, Rule::Rounded5) if kind == UnitKind::School => {
            check_unsealed(&claimed.header.id, packs)?;
            check_rounded(spec, &claimed.cells, claimed.header.persons).map_err(breach)?;
        }
        (Some(sums), Rule::SumOfClear | Rule::SumOfRounded5) if kind.is_area() => {
            if claimed.rule.is_rounded() {
                check_unsealed(&claimed.header.id, packs)?;
            }
            check_sums(spec, &claimed.cells, sums, claimed.rule.is_rounded()).map_err(breach)?;
        }
        _ => {
            return Err(refuse("breaks_rule", "a unit of this kind cannot send this rule"));
        }
    }
    Ok(spec.cells())
}

/// Of a school year under seal nothing about persons goes rounded: beside the roster and the
/// opened sums it would tell what the rounding hides, and be counted twice.
fn check_unsealed(id: &ReleaseId, packs: &Packs) -> Result<(), Refusal> {
    if packs.is_under_seal(&id.unit, id.period) {
        let reason = "the school year is under seal: counts about persons go in sealed reports";
        return Err(refuse("sealed_year", reason));
    }
    Ok(())
}

/// Tables of a term are about a term that the calendar holds.
fn check_period(table: &TableId, period: Period, packs: &Packs) -> Result<(), Refusal> {
    let wrong = || refuse("wrong_period", &format!("table {table} is not about {period}"));
    let text = table.as_str();
    if packs.special_of(text).is_some() {
        // Judged by its own days.
        return Ok(());
    }
    let per_term = text.ends_with(".term") || is_rounded(text);
    match period {
        Period::Term(term) if per_term => {
            packs.calendar().term(term).map(drop).map_err(|error| refuse("wrong_period", &error))
        }
        Period::Week { .. } if text.ends_with(".week") => Ok(()),
        Period::Month { .. } if text.ends_with(".month") => Ok(()),
        Period::Half { .. } if text.ends_with(".half_year") => Ok(()),
        Period::SchoolYear(_) if text.ends_with(".year") => Ok(()),
        _ => Err(wrong()),
    }
}
