//! Taking: a notice or an answer that was opened is believed and kept, once.
//!
//! A school takes tips of offices and callers of hotlines that a directory lists, certified under
//! the label of the hub that serves them. A receiver takes reports of schools, and callers of
//! hotlines that a directory lists. An answer is its notice's recipient's, about that envelope and
//! no other.

use certs::referral::{EndedReferral, EnvelopeId, Ground, OpenedReferral, Role};
use domain::neighbour::{NoticeKind, ReplyKind};
use domain::unit::{CITY_LABEL, IdentityName, UnitKind};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::offices;
use crate::content::{Notice, ReplyContent};
use crate::directory::Listed;
use crate::ledger::aside;
use crate::ledger::entry::Moment;
use crate::ledger::neighbour::{self, Arrived, Out, report};
use crate::ledger::refusal::LedgerRefusal;
use crate::letters::again;
use crate::letters::road::Desk;

/// Longest name of a sender that is kept.
const NAME_CHARS_MAX: usize = 60;

/// Whether an answer in these letters would be one to a notice of this house.
pub(crate) fn is_awaited(tx: &Tx<'_>, about: EnvelopeId) -> Result<bool, SqlError> {
    Ok(neighbour::of_envelope(tx, about)?.is_some())
}

/// Takes what came to a school: a tip, a hotline's caller, or an answer to its report. Says whether
/// it was believed.
pub(crate) fn at_school(
    tx: &Tx<'_>,
    (desk, offices): (&Desk, &[Listed]),
    opened: &OpenedReferral,
    now: Timestamp,
) -> Result<bool, SqlError> {
    if matches!(opened.header().role, Role::Answer { .. }) {
        return reply(tx, opened, now);
    }
    match gives_at_school(tx, (desk, offices), opened.sender().name(), now)? {
        Some((kind, called)) => keep(tx, kind, (opened, &called), now),
        None => Ok(false),
    }
}

/// Puts aside what would be taken at a school, had its sender's certificate not ended. Says whether
/// it is that.
pub(crate) fn aside_at_school(
    tx: &Tx<'_>,
    (desk, offices): (&Desk, &[Listed]),
    ended: &EndedReferral,
    now: Timestamp,
) -> Result<bool, SqlError> {
    if ended.header().ground != Ground::Duty {
        return Ok(false);
    }
    if matches!(ended.header().role, Role::Answer { .. }) {
        return again::put_aside(tx, ended, now);
    }
    match gives_at_school(tx, (desk, offices), ended.sender().name(), now)? {
        Some((kind, _)) => put_aside(tx, kind, ended, now),
        None => Ok(false),
    }
}

/// Puts a notice aside without what it says, unless it is here.
fn put_aside(
    tx: &Tx<'_>,
    kind: NoticeKind,
    ended: &EndedReferral,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let header = ended.header();
    if !Notice::is_headed(header) || Notice::read(kind, ended.unbelieved()).is_err() {
        return Ok(false);
    }
    if neighbour::in_envelope(tx, header.envelope)?.is_some() {
        return Ok(true);
    }
    let known = (again::of_notice(kind), header.envelope, None);
    again::put_aside_bare(tx, ended, known, now)
}

/// What an office gives to schools, with what it is called: one that a directory lists, by the name
/// of its certificate.
fn gives_at_school(
    tx: &Tx<'_>,
    (desk, offices): (&Desk, &[Listed]),
    name: &IdentityName,
    now: Timestamp,
) -> Result<Option<(NoticeKind, String)>, SqlError> {
    // The hub that serves it, as the directory says or as it was entered with its statement.
    let road = desk.road(tx, name.unit().as_str(), now)?;
    let entered = road.as_ref().map(|road| road.relay.as_str());
    let given = |one: &Listed| {
        let kind = offices::given_by(one)?;
        let mut relays = [Some(one.relay.as_str()), entered].into_iter().flatten();
        let is_of = relays.any(|relay| desk.is_of(name, (one.unit.as_str(), relay)));
        is_of.then(|| (kind, one.name.clone()))
    };
    Ok(offices.iter().find_map(given))
}

/// Takes what came to a receiver: a school's report, a hotline's caller, or an answer to its own
/// notice. Says whether it was believed.
pub(crate) fn at_receiver(
    tx: &Tx<'_>,
    offices: &[Listed],
    opened: &OpenedReferral,
    now: Timestamp,
) -> Result<bool, SqlError> {
    if matches!(opened.header().role, Role::Answer { .. }) {
        return reply(tx, opened, now);
    }
    if let Some(hotline) = hotline(offices, opened.sender().name()) {
        return keep(tx, NoticeKind::HandOff, (opened, &hotline.name), now);
    }
    // Whoever runs a hub has a certificate of this city too, and reports nobody.
    if !UnitKind::School.fits(opened.sender().name().unit()) {
        return Ok(false);
    }
    let Ok(notice) = Notice::read(NoticeKind::Report, opened.content()) else { return Ok(false) };
    let called: String = notice.sender().unit.chars().take(NAME_CHARS_MAX).collect();
    keep(tx, NoticeKind::Report, (opened, &called), now)
}

/// Puts aside what would be taken at a receiver, had its sender's certificate not ended. Says
/// whether it is that.
pub(crate) fn aside_at_receiver(
    tx: &Tx<'_>,
    offices: &[Listed],
    ended: &EndedReferral,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let name = ended.sender().name();
    if hotline(offices, name).is_some() {
        return put_aside(tx, NoticeKind::HandOff, ended, now);
    }
    match UnitKind::School.fits(name.unit()) {
        true => put_aside(tx, NoticeKind::Report, ended, now),
        false => Ok(false),
    }
}

/// The hotline that a directory lists, by the name of its certificate.
fn hotline<'a>(offices: &'a [Listed], name: &IdentityName) -> Option<&'a Listed> {
    let hands_over = |one: &&Listed| {
        offices::given_by(one) == Some(NoticeKind::HandOff)
            && is_under(name, (one.unit.as_str(), one.relay.as_str()))
    };
    offices.iter().find(hands_over)
}

/// Keeps a notice; one that was kept before is believed as well, and what was put aside of it waits
/// no more.
fn keep(
    tx: &Tx<'_>,
    kind: NoticeKind,
    (opened, called): (&OpenedReferral, &str),
    now: Timestamp,
) -> Result<bool, SqlError> {
    let header = opened.header();
    if !Notice::is_headed(header) {
        return Ok(false);
    }
    let Ok(notice) = Notice::read(kind, opened.content()) else { return Ok(false) };
    let (id, sender) = (notice.id(), header.sender.to_string());
    let new = Arrived {
        kind,
        name: &id.0,
        envelope: header.envelope.bytes(),
        signed: opened.envelope().digest(),
        sender: (&sender, called),
        content: opened.content(),
        at: Moment(now.as_millisecond()),
    };
    neighbour::receive(tx, &new)?;
    aside::forget(tx, header.envelope)?;
    Ok(true)
}

/// Takes an answer to a notice of this house.
fn reply(tx: &Tx<'_>, opened: &OpenedReferral, now: Timestamp) -> Result<bool, SqlError> {
    let header = opened.header();
    let Role::Answer { to } = header.role else { return Ok(false) };
    let Some(out) = neighbour::of_envelope(tx, to)? else { return Ok(false) };
    if !is_of(opened.sender().name(), &out) {
        return Ok(false);
    }
    let Ok(content) = ReplyContent::read(out.kind, opened.content()) else { return Ok(false) };
    if content.id.0 != out.name {
        return Ok(false);
    }
    count(tx, &out, (header.envelope, &content), now)?;
    Ok(true)
}

/// Keeps an answer that is believed, and in the ledger the day on which an office acknowledged a
/// report.
pub(crate) fn count(
    tx: &Tx<'_>,
    out: &Out,
    (envelope, content): (EnvelopeId, &ReplyContent),
    now: Timestamp,
) -> Result<(), SqlError> {
    let (number, said, at) = (content.number, &content.said, content.at);
    let of = (out.id, envelope);
    let is_new = neighbour::keep_came(tx, of, (number, said, at), now.as_millisecond())?;
    let acknowledges = is_new && said.kind() != ReplyKind::NotOurs;
    if let Some(record) = out.record.filter(|_| acknowledges) {
        let by = crate::letters::author(now);
        match report::acknowledged(tx, &by, record, at.day()) {
            Ok(()) => {}
            Err(LedgerRefusal::Store(error)) => return Err(error),
            // The answer stands; the day is entered by hand.
            Err(error) => tracing::warn!(%error, "the day of an acknowledgement was not entered"),
        }
    }
    Ok(())
}

/// Whether a certificate's name is that of whom a notice was sealed to.
fn is_of(name: &IdentityName, out: &Out) -> bool {
    is_under(name, (&out.recipient, &out.relay))
}

/// Whether a certificate's name is that of a unit which a hub serves: any district's authority can
/// name any unit under its own label, so the label is looked at.
pub(crate) fn is_under(name: &IdentityName, (unit, relay): (&str, &str)) -> bool {
    let label = name.district_label();
    let is_label = label == CITY_LABEL || label == relay.to_ascii_lowercase();
    name.unit().as_str() == unit && is_label
}
