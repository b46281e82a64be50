//! What came under a certificate that had ended, at a receiver: referrals, cards, reports and
//! callers are put aside by their ids, without what they say, and answers to the own notices with
//! it. All the rest is [`crate::letters::again`], as at a school.

use certs::referral::{EndedReferral, EnvelopeId, Ground, Role, WithdrawalMark};
use domain::digest::Digest;
use domain::unit::UnitKind;
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use crate::content::ReferralContent;
use crate::content::card::{CardContent, is_card};
use crate::directory::Listed;
use crate::ledger::aside::{self, Kind};
use crate::ledger::intake::{self, Withdrawn};
use crate::letters::again;
use crate::neighbour::taking;

/// Puts aside what would be taken in, had its sender's certificate not ended; says whether it did,
/// or nothing of it is awaited any more.
pub(super) fn put_aside(
    tx: &Tx<'_>,
    offices: &[Listed],
    ended: &EndedReferral,
    now: Timestamp,
) -> Result<bool, SqlError> {
    match (ended.header().role, ended.header().ground) {
        (Role::Answer { .. }, _) => again::put_aside(tx, ended, now),
        (Role::Referral { .. }, Ground::Duty) => taking::aside_at_receiver(tx, offices, ended, now),
        (Role::Referral { withdrawal }, _) => of_school(tx, ended, withdrawal, now),
        (Role::Transfer, _) => Ok(false),
    }
}

/// A school's referral or card to this receiver.
fn of_school(
    tx: &Tx<'_>,
    ended: &EndedReferral,
    withdrawal: WithdrawalMark,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let (header, content) = (ended.header(), ended.unbelieved());
    let (kind, is_fit) = match is_card(content) {
        true => {
            let card = CardContent::read(content);
            (Kind::Card, card.is_ok_and(|said| said.fits(header).is_ok()))
        }
        false => {
            let referral = ReferralContent::read(content);
            (Kind::Referral, referral.is_ok_and(|said| said.fits(header).is_ok()))
        }
    };
    if !is_fit || !UnitKind::School.fits(header.sender.unit()) {
        return Ok(false);
    }
    // It is here, or was taken back before it came: then nothing is waited for.
    let mark = withdrawal.digest();
    let told = Withdrawn { envelope: *header.envelope.bytes(), mark };
    if again::has_come(tx, header.envelope)? || intake::is_withdrawn(tx, &told)? {
        return Ok(true);
    }
    again::put_aside_bare(tx, ended, (kind, header.envelope, Some(mark)), now)
}

/// What was put aside was taken back: only the secret of its mark ends the waiting.
pub(super) fn withdrawn(tx: &Tx<'_>, envelope: EnvelopeId, mark: Digest) -> Result<(), SqlError> {
    let all = aside::all(tx, Some(envelope))?;
    for one in all.iter().filter(|one| one.withdrawal == Some(mark)) {
        aside::forget(tx, one.id)?;
    }
    Ok(())
}
