//! A letter on its way, in the commit that answers it or that notes its cursor: kept where this hub
//! opens it, put into a list or queued for the parent otherwise.
//!
//! Who handed a letter in travels up beside it as far as the relay, so that this one's
//! acknowledgement finds back; every member sends as many letters as the others. What comes from
//! above never goes up again.
//!
//! Whoever is no relay sends to a relay and to nobody else: a letter that went past it into the
//! list of a school or a clinic would come there beside the slots, as often as anybody likes.

use certs::digest::sha256;
use certs::letter::Letter;
use domain::unit::UnitId;
use proto::frame::{OpenItem, decode_item, encode_letter, kind_number};
use proto::wire::sync::{ItemKind, Lane};
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox;

use crate::registry::Registry;
use crate::relay::{News, Refused, Relay, way_to};
use crate::store::{letters, unit};

use super::Post;

/// A letter that a member handed in.
pub struct Handed {
    letter: Letter,
    from: Option<UnitId>,
    /// Whether no relay has opened it: it was handed in by who is none, or carried for such a one.
    is_first: bool,
}

fn refused(code: &str, reason: &(impl std::fmt::Display + ?Sized)) -> Refused {
    (code.to_owned(), reason.to_string())
}

/// Judges what a member sent in the referral lane; needs no store but the registry.
///
/// # Errors
/// Why it is refused for good.
pub(crate) fn judge(
    (member, item): (&UnitId, OpenItem),
    registry: &Registry,
) -> Result<Handed, Refused> {
    if item.kind != ItemKind::Letter || !item.signature.is_empty() || !item.chain.is_empty() {
        return Err(refused("not_a_letter", "the referral lane is for letters alone"));
    }
    let letter = Letter::from_bytes(&item.body).map_err(|error| refused("not_a_letter", &error))?;
    let is_area = registry.member(member).is_some_and(|known| known.kind.is_area());
    if item.from.is_empty() {
        return Ok(Handed { letter, from: None, is_first: !is_area });
    }
    if !is_area {
        let reason = "a unit of this kind carries nothing of others";
        return Err(refused("foreign_unit", reason));
    }
    let from = item.from.parse().map_err(|_| refused("not_a_letter", "it comes from no unit"))?;
    Ok(Handed { letter, from: Some(from), is_first: true })
}

/// Takes a letter over, or says why not. The same letter again, while it is here, changes nothing.
///
/// # Errors
/// The store cannot be read or written.
pub(crate) fn take(
    tx: &Tx<'_>,
    relay: &Relay,
    (sender, handed): (&UnitId, &Handed),
    now_ms: i64,
) -> Result<Result<News, Refused>, SqlError> {
    let (letter, to) = (&handed.letter, handed.letter.to());
    let from = handed.from.as_ref().unwrap_or(sender);
    let mut news = News::default();
    let is_own = handed.is_first && handed.from.is_none();
    if is_own && !relay.letters.admits(sender, now_ms) {
        let reason = "too many letters came from this unit; send it again later";
        return Ok(Err(refused("too_many_letters", reason)));
    }
    if *to == relay.config.unit {
        if !relay.letters.is_relay() {
            let reason = "this hub is no relay of letters";
            return Ok(Err(refused("no_relay", reason)));
        }
        if relay.letters.is_full() {
            let reason = "too many letters wait at this relay; send it again later";
            return Ok(Err(refused("relay_full", reason)));
        }
        let bytes = letter.to_bytes();
        news.letter = letters::arrive(tx, (&bytes, &letter.digest()), Some(from), now_ms)?;
        return Ok(Ok(news));
    }
    match way_to(tx, to)? {
        Some(member) if member != *sender => {
            if handed.is_first && !is_area(tx, to)? {
                let reason = "whoever is no relay sends letters to a relay alone";
                return Ok(Err(refused("no_relay", reason)));
            }
            let item = outbox::letters::item(letter);
            let way = (Some(&member), to);
            news.sent_down = put_down(tx, way, &item, now_ms)?;
        }
        None if relay.uplink.is_some() => {
            let item = encode_letter(letter.to_bytes(), from.as_str());
            let name = outbox::letters::name(letter);
            news.queued = outbox::enqueue(tx, Lane::Referral, &name, &item, now_ms)?;
        }
        _ => {
            let reason = "no way leads from here to the unit that opens the letter";
            return Ok(Err(refused("unreachable", reason)));
        }
    }
    Ok(Ok(news))
}

/// Whether a unit is a member here that runs the hub of an area, and so may be a relay.
fn is_area(tx: &Tx<'_>, id: &UnitId) -> Result<bool, SqlError> {
    Ok(unit::find(tx, id)?.is_some_and(|known| known.kind.is_area()))
}

/// Whether an item is a letter.
pub(crate) fn is_letter(item: &[u8]) -> bool {
    kind_number(item) == ItemKind::Letter as u32
}

/// Keeps a letter that came from above: for this hub's relay, or for the list that leads to its
/// unit. What is no letter for this unit is left out.
///
/// # Errors
/// The store cannot be read or written.
pub(crate) fn arrive(
    tx: &Tx<'_>,
    (own, post): (&UnitId, &Post),
    (to, item): (&UnitId, &[u8]),
    now_ms: i64,
) -> Result<(), SqlError> {
    let opened = decode_item(item).ok().and_then(|item| Letter::from_bytes(&item.body).ok());
    let Some(letter) = opened.filter(|letter| letter.to() == to) else {
        tracing::error!("what came down as a letter is none, or another unit's");
        return Ok(());
    };
    if to != own {
        let member = way_to(tx, to)?;
        put_down(tx, (member.as_ref(), to), &outbox::letters::item(&letter), now_ms)?;
        return Ok(());
    }
    if !post.is_relay() {
        tracing::error!("a letter came down for this hub, which is no relay");
        return letters::count(tx, super::status::LOST, 1);
    }
    letters::arrive(tx, (&letter.to_bytes(), &letter.digest()), None, now_ms).map(drop)
}

fn put_down(
    tx: &Tx<'_>,
    (member, to): (Option<&UnitId>, &UnitId),
    item: &[u8],
    now_ms: i64,
) -> Result<bool, SqlError> {
    letters::put_down(tx, member, to, (item, &sha256(item)), now_ms)
}
