//! Opening what was collected: whose it is, who sent it, on what ground, and what it says.

use certs::referral::{
    EndedReferral, Ground, Judge, OpenedReferral, ReferralEnvelope, ReferralError, Role, Whole,
};
use certs::seal::EnvelopeKey;
use domain::receiver::RefusedWhy;
use domain::referral::history::Side;
use domain::unit::UnitKind;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::clock::date_of;
use zeroize::Zeroizing;

use super::Receiver;
use super::cards::{self, OpenedCard};
use crate::content::card::is_card;
use crate::content::{GroundSaid, ReferralContent};
use crate::ledger::entry::Moment;
use crate::ledger::intake::{Arrival, ConsentKept};

/// What came in an envelope.
pub(super) enum Came {
    /// A referral.
    Referral(Box<Opened>),
    /// A card of a consultation.
    Card(Box<OpenedCard>),
}

/// A referral that was opened and is believed.
pub(super) struct Opened {
    /// What is kept of it for good.
    pub(super) arrival: Arrival,
    /// What it says.
    pub(super) content: Zeroizing<Vec<u8>>,
}

/// Opens an envelope with one of the receiver's keys, where it is sealed to this receiver by
/// somebody whose certificate holds now.
///
/// # Errors
/// It is not; what came is to be forgotten.
pub(super) fn open(
    whole: &Whole,
    keys: &[EnvelopeKey],
    receiver: &Receiver,
    now: Timestamp,
) -> Result<OpenedReferral, RefusedWhy> {
    let judge = Judge { trust: &receiver.trust, zone: receiver.name.zone(), now };
    let mut refused = RefusedWhy::NotOurs;
    for key in keys {
        match ReferralEnvelope::open_referral(whole, key, &judge) {
            Ok(opened) => return Ok(opened),
            // Another key of ours may open it.
            Err(ReferralError::Seal(_)) => {}
            Err(error) => refused = why(&error),
        }
    }
    Err(refused)
}

/// Opens an envelope that would be believed, had its sender's certificate not ended.
pub(super) fn ended(
    whole: &Whole,
    keys: &[EnvelopeKey],
    receiver: &Receiver,
    now: Timestamp,
) -> Option<EndedReferral> {
    let judge = Judge { trust: &receiver.trust, zone: receiver.name.zone(), now };
    keys.iter().find_map(|key| ReferralEnvelope::open_ended(whole, key, &judge).ok())
}

/// Believes what was opened as a referral or a card: by a school, on a consent that is not over or
/// as an emergency, and saying nothing else than its signed header.
///
/// # Errors
/// It is neither; what came is to be forgotten.
pub(super) fn referral(opened: &OpenedReferral, now: Timestamp) -> Result<Came, RefusedWhy> {
    let header = opened.header();
    // Whoever runs a hub has a certificate of this city too, and refers nobody.
    if !UnitKind::School.fits(header.sender.unit()) {
        return Err(RefusedWhy::Sender);
    }
    // An answer is for a school; one that was sealed to us is nobody's.
    let Role::Referral { withdrawal } = header.role else { return Err(RefusedWhy::Kind) };
    if is_card(opened.content()) {
        let card = cards::believed(opened, withdrawal, now)?;
        return Ok(Came::Card(Box::new(card)));
    }
    let content = ReferralContent::read(opened.content());
    let content = content.map_err(|_| RefusedWhy::Content)?;
    content.fits(header).map_err(|_| RefusedWhy::Content)?;
    let arrival = Arrival {
        envelope: *header.envelope.bytes(),
        digest: opened.envelope().digest(),
        sender: header.sender.to_string(),
        referral: content.referral.0,
        number: content.number,
        urgency: content.urgency,
        seen: seen(&content),
        consent: consent(&content.ground, &header.ground, date_of(now))?,
        withdrawal: withdrawal.digest(),
        received_at: Moment(now.as_millisecond()),
    };
    let content = Zeroizing::new(opened.content().to_vec());
    Ok(Came::Referral(Box::new(Opened { arrival, content })))
}

const fn why(error: &ReferralError) -> RefusedWhy {
    match error {
        ReferralError::OtherRecipient => RefusedWhy::NotOurs,
        ReferralError::OtherSender | ReferralError::Chain(_) | ReferralError::Signature(_) => {
            RefusedWhy::Sender
        }
        _ => RefusedWhy::Content,
    }
}

/// How many acts of the school came with it: what this side does comes after them.
fn seen(content: &ReferralContent) -> u32 {
    let numbers = content.acts.iter().filter(|act| act.side == Side::School);
    numbers.map(|act| act.number).max().unwrap_or(0)
}

/// The consent, where it is not over; the header was signed, and the content says the same.
fn consent(
    said: &GroundSaid,
    ground: &Ground,
    today: Date,
) -> Result<Option<ConsentKept>, RefusedWhy> {
    match (said, ground) {
        (GroundSaid::Emergency(_), Ground::Emergency) => Ok(None),
        (GroundSaid::Consent(said), Ground::Consent { digest, valid_to, .. }) => {
            if *valid_to < today {
                return Err(RefusedWhy::Ended);
            }
            let (digest, valid_to, classes) = (*digest, *valid_to, said.classes.clone());
            Ok(Some(ConsentKept { digest, valid_to, classes, outcome_back: said.outcome_back }))
        }
        _ => Err(RefusedWhy::Content),
    }
}
