//! The invite as text: nine fields, separated by colons, the last one a check.
//!
//! `xq1:<address>:<hub name>:<unit>:<expiry>:<invite id>:<seed>:<root hashes>:<check>`
//!
//! The unit is followed by a plus sign and what it is, `370202004+street`; a school's is not, so
//! that nodes of every version read it. All in lower case, so that it can be read out. In the
//! address every colon is written as a slash, because no host name holds one:
//! `hub.qingdao.example/7443`, `[fd00//1]/7443`. The expiry is UTC to the minute, `202609141600`;
//! two root hashes are joined by a plus sign. Id, seed and hashes are Crockford's base 32. The
//! check is over the line as this program would write it, so that what a reader corrects silently
//! (a capital, an o for a zero) does not count as damage.

use std::fmt;
use std::str::FromStr;

use domain::digest::Digest;
use domain::unit::{IdentityName, UnitId, UnitKind, Zone};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::base32;
use crate::digest::sha256;
use crate::invite::{Invite, InviteError, InviteId, InviteTerms, ROOTS_MAX};

const MARK: &str = "xq1:";
const FIELDS: usize = 9;
const CHECK_BYTES: usize = 5;
const CHECK_CHARS: usize = 8;
const ADDRESS_CHARS_MAX: usize = 260;
const EXPIRY_FORM: &str = "%Y%m%d%H%M";

/// Longest text that is searched for an invite: an e-mail, not a mailbox.
const TEXT_CHARS_MAX: usize = 64 * 1024;

/// Where a hub is dialled: host name or IP address, and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address(String);

impl Address {
    /// The address as sockets take it: `host:port`, or `[address]:port`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Address {
    type Err = InviteError;

    fn from_str(text: &str) -> Result<Self, InviteError> {
        let lower = text.to_ascii_lowercase();
        let (host, port) = lower.rsplit_once(':').ok_or(InviteError::Terms)?;
        let bracketed = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let usable = match bracketed {
            Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.chars().all(plain),
        };
        let port = port.parse::<u16>().ok().filter(|port| *port > 0);
        if !usable || port.is_none() || lower.len() > ADDRESS_CHARS_MAX {
            return Err(InviteError::Terms);
        }
        Ok(Self(lower))
    }
}

/// The instant to the minute, if it can be written as twelve digits.
pub(super) fn whole_minute(instant: Timestamp) -> Option<Timestamp> {
    read_expiry(&write_expiry(instant))
}

/// Writes the line with its check.
pub(super) fn write(invite: &Invite) -> Zeroizing<String> {
    let (line, check) = parts(invite);
    Zeroizing::new([line.as_str(), check.as_str()].concat())
}

/// The line up to its check, and the check.
fn parts(invite: &Invite) -> (Zeroizing<String>, String) {
    let terms = &invite.terms;
    let roots: Vec<String> = terms.roots.iter().map(|root| base32::encode(root.bytes())).collect();
    let seed = Zeroizing::new(base32::encode(invite.seed.as_ref()));
    let line = Zeroizing::new(format!(
        "{MARK}{}:{}:{}:{}:{}:{}:{}:",
        terms.address.0.replace(':', "/"),
        terms.hub,
        write_unit(terms),
        write_expiry(terms.expires),
        invite.id,
        *seed,
        roots.join("+"),
    ));
    let check = check(&line);
    (line, check)
}

/// Reads a line out of a text; its end is not judged here.
pub(super) fn parse(text: &str) -> Result<Invite, InviteError> {
    let line = clean(text)?;
    let fields: Vec<&str> = line.splitn(FIELDS, ':').collect();
    let [_, address, hub, unit, expiry, id, seed, roots, rest] = fields.as_slice() else {
        return Err(InviteError::CutOff);
    };
    // What follows the check, such as a greeting, belongs to the letter and not to the line.
    let given: String = rest.chars().take(CHECK_CHARS).collect();
    if given.len() < CHECK_CHARS {
        return Err(InviteError::CutOff);
    }
    let seed = base32::decode(seed).map(Zeroizing::new).ok_or(InviteError::Damaged)?;
    let id = base32::decode(id).map(InviteId).ok_or(InviteError::Damaged)?;
    let (unit, kind) = read_unit(unit).ok_or(InviteError::Damaged)?;
    let terms = InviteTerms {
        address: address.replace('/', ":").parse().map_err(|_| InviteError::Damaged)?,
        hub: read_hub(hub).ok_or(InviteError::Damaged)?,
        unit,
        kind,
        expires: read_expiry(expiry).ok_or(InviteError::Damaged)?,
        roots: read_roots(roots).ok_or(InviteError::Damaged)?,
    };
    let invite = Invite { terms, id, seed };
    let (_, written) = parts(&invite);
    let fits = base32::decode::<CHECK_BYTES>(&given).map(|bytes| base32::encode(&bytes));
    if fits.is_some_and(|given| given == written) { Ok(invite) } else { Err(InviteError::Damaged) }
}

/// Keeps what can belong to a line: from its mark to the first character that no line has.
fn clean(text: &str) -> Result<Zeroizing<String>, InviteError> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len().min(4 * TEXT_CHARS_MAX)));
    // Soft line breaks of quoted-printable mail and marks of quoted lines are no part of it.
    let joined = text.chars().take(TEXT_CHARS_MAX).filter(|c| !matches!(c, '=' | '>'));
    for symbol in joined {
        let half = half_width(symbol).to_ascii_lowercase();
        if !is_invisible(half) {
            plain.push(half);
        }
    }
    let Some(start) = plain.find(MARK) else {
        return Err(missing(&plain));
    };
    let line = plain.get(start..).unwrap_or_default();
    let known = |c: &char| c.is_ascii_alphanumeric() || ":/.+-[]".contains(*c);
    Ok(Zeroizing::new(line.chars().take_while(known).collect()))
}

/// A text without the mark: another version, the first letters alone, or no invite at all.
fn missing(plain: &str) -> InviteError {
    let version = |rest: &str| rest.find(':').is_some_and(|at| (1..=2).contains(&at));
    let digits = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    if plain.split("xq").skip(1).any(|rest| digits(rest) && version(rest)) {
        return InviteError::Version;
    }
    if plain.is_empty() || !MARK.starts_with(plain) {
        return InviteError::NotAnInvite;
    }
    InviteError::CutOff
}

/// Full-width forms and look-alikes of the separators, as input methods and office programs
/// write them.
fn half_width(symbol: char) -> char {
    match symbol {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(symbol) - 0xfee0).unwrap_or(symbol),
        '\u{fe55}' | '\u{2236}' | '\u{fe13}' => ':',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{3002}' => '.',
        _ => symbol,
    }
}

fn is_invisible(symbol: char) -> bool {
    symbol.is_whitespace()
        || symbol.is_control()
        || matches!(symbol, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(symbol, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{180e}')
}

fn write_unit(terms: &InviteTerms) -> String {
    let kind = terms.kind.filter(|kind| *kind != UnitKind::School);
    let end = kind.map(|kind| format!("+{kind}")).unwrap_or_default();
    format!("{}{end}", terms.unit.label())
}

fn read_unit(text: &str) -> Option<(UnitId, Option<UnitKind>)> {
    let Some((unit, kind)) = text.split_once('+') else {
        return Some((text.parse().ok()?, None));
    };
    let kind = kind.parse().ok().filter(|kind| *kind != UnitKind::School)?;
    Some((unit.parse().ok()?, Some(kind)))
}

fn read_hub(text: &str) -> Option<IdentityName> {
    let zone: Zone = text.splitn(3, '.').nth(2)?.parse().ok()?;
    IdentityName::parse(text, &zone).ok()
}

fn read_roots(text: &str) -> Option<Vec<Digest>> {
    let read = |part| base32::decode::<32>(part).map(Digest::sha256);
    let roots: Vec<Digest> = text.split('+').map(read).collect::<Option<_>>()?;
    (roots.len() <= ROOTS_MAX).then_some(roots)
}

fn write_expiry(instant: Timestamp) -> String {
    instant.strftime(EXPIRY_FORM).to_string()
}

fn read_expiry(text: &str) -> Option<Timestamp> {
    if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let civil = DateTime::strptime(EXPIRY_FORM, text).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn check(line: &str) -> String {
    let digest = sha256(line.as_bytes());
    let head: Vec<u8> = digest.bytes().iter().copied().take(CHECK_BYTES).collect();
    base32::encode(&head)
}
