//! Packs as they were stored, and what is made of them once they are verified.

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::{Hubs, Role};
use certs::digest::sha256;
use certs::pack::PackSignature;
use certs::signature::Signature;
use certs::statement::{SignedStatement, VerifiedStatement, verify};
use domain::digest::Digest;
use domain::disclosure::plan::{Plan, Roster};
use domain::disclosure::sealed::{SealedYear, lv};
use domain::unit::UnitId;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use prost::Message;
use proto::pack::keys::SchoolKeys;
use proto::pack::plan::{OpenPlan, Sealing};
use proto::pack::{PackKind, plan, roster};
use proto::wire::directive::{Directive, Pack};

use super::{Pins, SealingYear, Unsealed};
use crate::clock::{date_of, instant_ms};

/// A roster, a plan or a list of keys as it was stored; nothing of it is believed yet.
pub(super) struct Found {
    pub(super) kind: PackKind,
    pub(super) name: String,
    pub(super) serial: u64,
    effective_from: Date,
    content: Vec<u8>,
    signed: Vec<u8>,
    pub(super) signatures: Vec<PackSignature>,
}

/// A plan and its roster, read and not verified.
#[derive(Clone)]
pub(super) struct Pair<'f> {
    open: OpenPlan,
    roster: Roster,
    roster_pack: &'f Found,
}

/// Plans of one area before the year that is looked at, and the versions of that year that are
/// older than the one that is.
#[derive(Default)]
pub(super) struct Past {
    area: Option<UnitId>,
    pairs: Vec<(Plan, Roster)>,
    /// A year of which the plan cannot be read with its roster.
    unread: Option<i16>,
    /// The hubs' keys of the plans that hold, each with its school year.
    keys: BTreeMap<Digest, i16>,
}

impl Past {
    pub(super) fn begin(&mut self, area: &UnitId) {
        if self.area.as_ref() != Some(area) {
            *self = Self { area: Some(area.clone()), ..Self::default() };
        }
    }

    pub(super) fn note(&mut self, year: i16, pair: Option<Pair<'_>>) {
        match pair {
            Some(pair) => self.pairs.push((pair.open.plan, pair.roster)),
            None => self.unread = self.unread.or(Some(year)),
        }
    }

    /// The keys of a plan that holds are its year's.
    pub(super) fn note_keys(&mut self, year: i16, of: &SealingYear) {
        let statements = [of.leader().statement(), of.helper().statement()];
        self.keys.extend(statements.map(|statement| (statement.key.digest(), year)));
    }

    /// A key is destroyed with its school year: one that an earlier plan names is no other year's.
    fn check_keys(&self, own: i16, statements: [&VerifiedStatement; 2]) -> Result<(), Unsealed> {
        let of_year = |one: &&VerifiedStatement| {
            let said = one.statement();
            let year = self.keys.get(&said.key.digest()).filter(|year| **year != own)?;
            Some(Unsealed::KeyOfYear(said.unit.clone(), *year))
        };
        statements.iter().find_map(of_year).map_or(Ok(()), Err)
    }
}

impl Found {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let directive = Directive::decode(bytes).ok()?;
        let pack = Pack::decode(directive.pack.as_slice()).ok()?;
        let kind = PackKind::from_word(&pack.kind);
        let kind =
            kind.filter(|kind| matches!(kind, PackKind::Roster | PackKind::Plan | PackKind::Keys))?;
        let signatures = directive.signatures.into_iter().map(|wire| {
            let signature = Signature::from_bytes(&wire.signature).ok()?;
            Some(PackSignature { signature, chain: wire.chain })
        });
        Some(Self {
            kind,
            name: pack.name,
            serial: pack.serial,
            effective_from: pack.effective_from.parse().ok()?,
            content: pack.content,
            signatures: signatures.collect::<Option<_>>()?,
            signed: directive.pack,
        })
    }

    /// The plan with the roster that it names.
    pub(super) fn pair<'f>(&self, rosters: &'f [Self]) -> Result<Pair<'f>, Unsealed> {
        let form = |error: proto::pack::PackError| Unsealed::Form(error.to_string());
        let open = plan::read_signed(&self.name, &self.content).map_err(form)?;
        let same = |one: &&Self| one.name == self.name && sha256(&one.content) == open.roster;
        // One content can lie here under two serials; the one with more signatures says more.
        let roster_pack = rosters.iter().filter(same).max_by_key(|one| one.signatures.len());
        let roster_pack = roster_pack.ok_or(Unsealed::Roster)?;
        let roster = roster::read(&roster_pack.name, &roster_pack.content).map_err(form)?;
        Ok(Pair { open, roster, roster_pack })
    }

    /// The keys of hubs that a plan names; nothing is verified, and what cannot be read names none.
    pub(super) fn named(&self) -> Vec<Digest> {
        let open = plan::read_signed(&self.name, &self.content).ok();
        let sealing = open.and_then(|open| open.sealing);
        let texts = sealing.map(|sealing| [sealing.leader_statement, sealing.helper_statement]);
        let key = |text: String| {
            let signed = SignedStatement::from_pem(text.as_bytes()).ok()?;
            Some(signed.unverified().ok()?.key.digest())
        };
        texts.into_iter().flatten().filter_map(key).collect()
    }

    /// The keys that a list states, by its own first day and for schools of the roster alone.
    pub(super) fn keys(&self, roster: &Roster, pins: &Pins) -> Result<SchoolKeys, Unsealed> {
        if !pins.has_both() {
            return Err(Unsealed::OneRoot);
        }
        let keys = proto::pack::keys::read(&self.name, &self.content);
        let keys = keys.map_err(|error| Unsealed::Keys(error.to_string()))?;
        if let Some(other) = keys.keys().find(|unit| roster.school(unit).is_none()) {
            return Err(Unsealed::OtherSchool(other.clone()));
        }
        let at = begin_of(self.effective_from);
        let at = at.ok_or_else(|| Unsealed::Keys("its first day cannot be".to_owned()))?;
        self.verify(pins, at).map(|()| keys)
    }

    /// The schools that a roster or a list of keys names, if it holds under both roots.
    pub(super) fn units(&self, pins: &Pins) -> Option<BTreeSet<UnitId>> {
        let at = begin_of(self.effective_from).filter(|_| pins.has_both())?;
        self.verify(pins, at).ok()?;
        match self.kind {
            PackKind::Roster => {
                let listed = roster::read(&self.name, &self.content).ok()?;
                Some(listed.schools.into_keys().collect())
            }
            PackKind::Keys => {
                let keys = proto::pack::keys::read(&self.name, &self.content).ok()?;
                Some(keys.into_keys().collect())
            }
            _ => None,
        }
    }

    /// Under every pinned root, by keys that were valid on a day.
    fn verify(&self, pins: &Pins, at: Timestamp) -> Result<(), Unsealed> {
        let Pins { roots, zone } = pins;
        certs::pack::verify(&self.signed, &self.signatures, roots, zone, at)
            .map(drop)
            .map_err(|error| Unsealed::Signature(self.kind, error.to_string()))
    }
}

pub(super) fn year(
    found: &Found,
    pair: Pair<'_>,
    past: &Past,
    pins: &Pins,
) -> Result<SealingYear, Unsealed> {
    if !pins.has_both() {
        return Err(Unsealed::OneRoot);
    }
    let at = begin_of(found.effective_from).ok_or(Unsealed::Roster)?;
    found.verify(pins, at)?;
    pair.roster_pack.verify(pins, at)?;
    if let Some(year) = past.unread {
        return Err(Unsealed::Past(year));
    }
    let Pair { open: OpenPlan { plan, roster: roster_digest, sealing }, roster, .. } = pair;
    let sealing = sealing.ok_or(Unsealed::Roster)?;
    let (leader, helper) = statements(&sealing, pins, at)?;
    past.check_keys(plan.year(), [&leader, &helper])?;
    plan.check(&roster, &past.pairs).map_err(Unsealed::Leaks)?;
    Hubs::new(&leader, &helper).map_err(Unsealed::Hubs)?;
    let key_statements = sha256(&lv(&[leader.digest().bytes(), helper.digest().bytes()]));
    let ends = leader.statement().valid_to.min(helper.statement().valid_to);
    let year = SealedYear {
        city: pins.zone.clone(),
        plan,
        plan_digest: sha256(&found.content),
        roster,
        roster_digest,
        census_day: sealing.census_day,
        leader: leader.statement().unit.clone(),
        helper: helper.statement().unit.clone(),
        key_statements,
    };
    let until = date_of(ends - SignedDuration::from_millis(1));
    let until = if is_day_end(ends) { until } else { before(until) };
    Ok(SealingYear {
        year,
        leader,
        helper,
        from: found.effective_from,
        until,
        keys: SchoolKeys::new(),
        stated: BTreeMap::new(),
    })
}

fn statements(
    sealing: &Sealing,
    pins: &Pins,
    at: Timestamp,
) -> Result<(VerifiedStatement, VerifiedStatement), Unsealed> {
    let read = |role: Role, text: &str| {
        let signed = SignedStatement::from_pem(text.as_bytes());
        let verified = signed.and_then(|signed| verify(&signed, &pins.roots, &pins.zone, at));
        verified.map_err(|error| Unsealed::Statement(role, error.to_string()))
    };
    Ok((
        read(Role::Leader, &sealing.leader_statement)?,
        read(Role::Helper, &sealing.helper_statement)?,
    ))
}

/// The instant at which a day begins.
pub(super) fn begin_of(day: Date) -> Option<Timestamp> {
    Timestamp::from_millisecond(instant_ms(day.to_datetime(Time::midnight()))).ok()
}

/// Whether an instant is the end of a day, and not one within it.
fn is_day_end(instant: Timestamp) -> bool {
    begin_of(date_of(instant)) == Some(instant)
}

fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(day)
}
