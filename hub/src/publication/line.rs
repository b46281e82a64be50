//! Lines of the ledger: what was paid, drawn and lowered, signed by this hub and each linked to the
//! one before it, so that a line that is changed or taken out later is seen.

use certs::digest::sha256;
use certs::key::SigningKey;
use domain::digest::Digest;
use domain::disclosure::noise::{Epsilon, Scale, ScaleRule};
use domain::disclosure::sealed::lv;
use domain::unit::{UnitId, Zone};
use runtime::sql::Tx;

use super::Refused;
use crate::store::publication::{self, Line};

/// What lines are signed as.
pub const CONTEXT: &str = "xinqiao-publication-line-v1";

/// Who writes lines, and when.
pub struct Chain<'c> {
    /// The city.
    pub zone: &'c Zone,
    /// This hub.
    pub unit: &'c UnitId,
    /// Its key.
    pub signer: &'c SigningKey,
    /// By its clock.
    pub now_ms: i64,
}

/// What a line says.
#[derive(Clone, Copy, Debug)]
pub enum Act<'a> {
    /// A release is paid for and may be drawn.
    Paid {
        /// Which release.
        release: &'a str,
        /// What it costs.
        epsilon: Epsilon,
        /// How far its noise reaches.
        scale: Scale,
        /// Keyed digest of all that its numbers follow from.
        identity: Digest,
        /// Account that draws it.
        login: &'a str,
        /// By which rule; none in lines of before rules were named.
        rule: Option<ScaleRule>,
    },
    /// Its numbers are kept.
    Drawn {
        /// Which release.
        release: &'a str,
        /// As it was paid.
        identity: Digest,
        /// Digest of the noisy numbers.
        numbers: Digest,
    },
    /// The budget of a school year is lower from here on.
    Lowered {
        /// By the year in which it begins.
        school_year: i16,
        /// To what.
        epsilon: Epsilon,
        /// Account that lowered it.
        login: &'a str,
    },
}

impl Act<'_> {
    const fn word(&self) -> &'static str {
        match self {
            Self::Paid { .. } => "paid",
            Self::Drawn { .. } => "drawn",
            Self::Lowered { .. } => "lowered",
        }
    }

    pub(super) fn fields(&self) -> Vec<u8> {
        match *self {
            Self::Paid { release, epsilon, scale, identity, login, rule } => {
                let (numerator, denominator) = scale.parts();
                let mut fields = vec![
                    release.as_bytes().to_vec(),
                    epsilon.0.to_be_bytes().to_vec(),
                    numerator.to_be_bytes().to_vec(),
                    denominator.to_be_bytes().to_vec(),
                    identity.bytes().to_vec(),
                    login.as_bytes().to_vec(),
                ];
                fields.extend(rule.map(|rule| rule.number().to_be_bytes().to_vec()));
                lv(&fields.iter().map(Vec::as_slice).collect::<Vec<_>>())
            }
            Self::Drawn { release, identity, numbers } => {
                lv(&[release.as_bytes(), identity.bytes(), numbers.bytes()])
            }
            Self::Lowered { school_year, epsilon, login } => {
                lv(&[&school_year.to_be_bytes(), &epsilon.0.to_be_bytes(), login.as_bytes()])
            }
        }
    }
}

/// How far the noise of a release reaches by the line with which it was paid, and by which rule;
/// none where the fields are not those of such a line.
pub(super) fn paid_scale(fields: &[u8]) -> Option<(Scale, Option<ScaleRule>)> {
    let (numerator, denominator, rule) = match split(fields) {
        Some([_, _, numerator, denominator, _, _, rule]) => {
            let number = u32::from_be_bytes(rule.try_into().ok()?);
            (numerator, denominator, Some(ScaleRule::from_number(number)?))
        }
        None => {
            let [_, _, numerator, denominator, _, _] = split(fields)?;
            (numerator, denominator, None)
        }
    };
    let number = |bytes: &[u8]| Some(u64::from_be_bytes(bytes.try_into().ok()?));
    Some((Scale::new(number(numerator)?, number(denominator)?).ok()?, rule))
}

/// The fields of a list that [`lv`] wrote.
pub(super) fn split<const N: usize>(mut bytes: &[u8]) -> Option<[&[u8]; N]> {
    let mut found: [&[u8]; N] = [&[]; N];
    for field in &mut found {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        (*field, bytes) = rest.split_at_checked(length)?;
    }
    bytes.is_empty().then_some(found)
}

impl Chain<'_> {
    /// Appends a line and gives its number.
    ///
    /// # Errors
    /// It cannot be signed, or the store cannot be written.
    pub fn append(&self, tx: &Tx<'_>, act: Act<'_>) -> Result<u64, Refused> {
        let (last, previous) = publication::last(tx)?;
        let number = last + 1;
        let body = lv(&[
            CONTEXT.as_bytes(),
            self.zone.as_str().as_bytes(),
            self.unit.as_str().as_bytes(),
            act.word().as_bytes(),
            &act.fields(),
            &self.now_ms.to_be_bytes(),
            &number.to_be_bytes(),
            &previous,
        ]);
        let signature = self.signer.sign(CONTEXT, &body)?.to_bytes();
        let link = sha256(&body).to_tagged();
        let act = act.word().to_owned();
        publication::append(tx, &Line { number, act, body, signature, link })?;
        Ok(number)
    }
}

/// The number of the first line that does not follow from the one before it.
#[must_use]
pub fn broken(lines: &[Line]) -> Option<u64> {
    let mut previous = Vec::new();
    for (place, line) in (1_u64..).zip(lines) {
        let ending = lv(&[&place.to_be_bytes(), &previous]);
        let holds = line.number == place
            && line.body.ends_with(&ending)
            && line.link == sha256(&line.body).to_tagged();
        if !holds {
            return Some(place);
        }
        previous.clone_from(&line.link);
    }
    None
}
