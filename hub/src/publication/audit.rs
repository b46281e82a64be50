//! Whether what is stored of releases is what the lines of the ledger say: a release that was taken
//! out, a cap that was raised or a figure that was changed would give budget back or tell untruths.

use std::collections::BTreeMap;

use certs::key::PublicKey;
use certs::signature::Signature;
use domain::disclosure::noise::{Epsilon, ReleaseName, Scale, ScaleRule};
use runtime::sql::{SqlError, Tx};

use super::line::{self, Act, split};
use super::office::digest;
use crate::store::publication::{self, Line, Publication};

/// What a line says, as it was signed.
struct Said<'l> {
    number: u64,
    act: &'l [u8],
    fields: &'l [u8],
    at: &'l [u8],
}

/// The release or school year of which the store says something else than the lines.
///
/// # Errors
/// The store cannot be read.
pub fn differs(tx: &Tx<'_>) -> Result<Option<String>, SqlError> {
    let lines = publication::lines(tx)?;
    let Some(said) = lines.iter().map(said).collect::<Option<Vec<_>>>() else {
        return Ok(Some("line".to_owned()));
    };
    let all = publication::all(tx)?;
    for one in &all {
        if !is_paid(&said, one) || !is_drawn(tx, &said, one)? {
            return Ok(Some(one.id.clone()));
        }
    }
    let of = |act: &str| said.iter().filter(|one| one.act == act.as_bytes()).count();
    let drawn = all.iter().filter(|one| one.drawn_at_ms.is_some()).count();
    if (of("paid"), of("drawn")) != (all.len(), drawn) {
        return Ok(Some("a release that is gone".to_owned()));
    }
    let mut caps: BTreeMap<i16, Epsilon> = BTreeMap::new();
    for year in publication::lowered(tx)? {
        caps.extend(publication::cap(tx, year)?.map(|cap| (year, cap)));
    }
    let told = caps_of(&said);
    let years = caps.keys().chain(told.keys());
    Ok(years.into_iter().find(|year| caps.get(year) != told.get(year)).map(ToString::to_string))
}

/// The first line that a key did not sign although it names it. Lines under keys of before the last
/// renewal are not decided here.
#[must_use]
pub fn forged(lines: &[Line], key: &PublicKey) -> Option<u64> {
    let is_forged = |line: &&Line| match Signature::from_bytes(&line.signature) {
        Ok(signature) => {
            signature.key_id() == key.id()
                && key.verify(line::CONTEXT, &line.body, &signature).is_err()
        }
        Err(_) => true,
    };
    lines.iter().find(is_forged).map(|line| line.number)
}

/// Whether a line says that this release was paid for as it is stored: with the scale that the line
/// names, which is what the rule of the line asked, whatever this program asks today.
fn is_paid(said: &[Said<'_>], one: &Publication) -> bool {
    let is_its = |line: &&Said<'_>| {
        let at = one.paid_at_ms.to_be_bytes();
        line.number == one.number && line.act == b"paid" && line.at == at
    };
    let Some(line) = said.iter().find(is_its) else { return false };
    let Some((scale, rule)) = line::paid_scale(line.fields) else { return false };
    let act = Act::Paid {
        release: &one.id,
        epsilon: one.epsilon,
        scale,
        identity: one.identity,
        login: &one.login,
        rule,
    };
    let is_asked = |rule| asked(one, rule) == Some(scale);
    // A line that names no rule is of one of the first two.
    let by = rule.map_or([ScaleRule::Carried, ScaleRule::SecondTerm], |rule| [rule, rule]);
    line.fields == act.fields() && by.into_iter().any(is_asked)
}

/// How far the noise of a release reaches by a rule.
fn asked(one: &Publication, rule: ScaleRule) -> Option<Scale> {
    let name: ReleaseName = one.id.parse().ok()?;
    name.scale_by(rule, name.subject.queries().len(), (one.epsilon, one.carried)).ok()
}

/// How far the noise of each release reaches by the line with which it was paid, by its number.
///
/// # Errors
/// The store cannot be read.
pub fn scales(tx: &Tx<'_>) -> Result<BTreeMap<u64, Scale>, SqlError> {
    let lines = publication::lines(tx)?;
    let paid = lines.iter().filter_map(said).filter(|line| line.act == b"paid");
    let scale = |line: Said<'_>| Some((line.number, line::paid_scale(line.fields)?.0));
    Ok(paid.filter_map(scale).collect())
}

/// Releases that were paid for before lines named a rule and whose noise should reach twice as far:
/// the program of that day said so and drew it half as far, or did not know of it.
///
/// # Errors
/// The store cannot be read.
pub fn quieter(tx: &Tx<'_>) -> Result<Vec<String>, SqlError> {
    let lines = publication::lines(tx)?;
    let lines: Vec<Said<'_>> = lines.iter().filter_map(said).collect();
    let is_quieter = |one: &Publication| {
        let line = lines.iter().find(|line| line.number == one.number && line.act == b"paid");
        let unnamed =
            line.and_then(|line| line::paid_scale(line.fields)).filter(|(_, rule)| rule.is_none());
        let plain = one.id.parse().ok().and_then(|name: ReleaseName| {
            let queries = u64::try_from(name.subject.queries().len()).ok()?;
            Scale::of(queries, one.epsilon).ok()
        });
        unnamed.is_some() && asked(one, ScaleRule::NOW) != plain
    };
    let drawn = publication::all(tx)?.into_iter().filter(|one| one.drawn_at_ms.is_some());
    Ok(drawn.filter(is_quieter).map(|one| one.id).collect())
}

fn is_drawn(tx: &Tx<'_>, said: &[Said<'_>], one: &Publication) -> Result<bool, SqlError> {
    if one.drawn_at_ms.is_none() {
        return Ok(true);
    }
    let numbers = digest(&publication::cells(tx, &one.id)?);
    let act = Act::Drawn { release: &one.id, identity: one.identity, numbers };
    let fields = act.fields();
    Ok(said.iter().any(|line| line.act == b"drawn" && line.fields == fields))
}

/// The lowest that each school year was lowered to.
fn caps_of(said: &[Said<'_>]) -> BTreeMap<i16, Epsilon> {
    let mut caps: BTreeMap<i16, Epsilon> = BTreeMap::new();
    for line in said.iter().filter(|line| line.act == b"lowered") {
        let Some([year, epsilon, _]) = split(line.fields) else { continue };
        let (Ok(year), Ok(epsilon)) = (year.try_into(), epsilon.try_into()) else { continue };
        let (year, epsilon) = (i16::from_be_bytes(year), Epsilon(u32::from_be_bytes(epsilon)));
        caps.entry(year).and_modify(|cap| *cap = (*cap).min(epsilon)).or_insert(epsilon);
    }
    caps
}

fn said(line: &Line) -> Option<Said<'_>> {
    let [_, _, _, act, fields, at, number, _] = split(&line.body)?;
    let number = u64::from_be_bytes(number.try_into().ok()?);
    Some(Said { number, act, fields, at })
}
