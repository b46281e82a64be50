//! Years under seal: the signed packs from which a school and both hubs make the same tasks.
//!
//! A year is under seal where roster and plan of an area hold under both commissions' roots, the
//! plan is sound beside its roster and the years before, and both key statements hold on the day
//! from which the plan does. Everything follows from stored bytes and pinned roots, and nothing
//! from today's date or from the order in which packs came: two units that have the same packs
//! decide alike, or the one refuses what the other reports.

mod reason;
mod signer;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use certs::aggregate::{Hubs, HubsError, Role};
use certs::digest::sha256;
use certs::pack::PackSignature;
use certs::root::{Commission, RootCertificate};
use certs::signature::Signature;
use certs::statement::{SignedStatement, VerifiedStatement, verify};
use domain::digest::Digest;
use domain::disclosure::plan::{Plan, Roster};
use domain::disclosure::sealed::{Kind, SealedTable, SealedYear, TaskTerms, lv};
use domain::period::Period;
use domain::span::Span;
use domain::unit::{UnitId, Zone};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use prost::Message;
use proto::pack::plan::{OpenPlan, Sealing};
use proto::pack::{PackKind, plan, roster};
use proto::wire::directive::{Directive, Pack};

use crate::clock::{date_of, instant_ms};

pub use reason::Unsealed;
pub use signer::{SignerError, verify_hub};

/// What packs are judged by: the roots that are pinned here, and the city.
#[derive(Clone, Debug)]
pub struct Pins {
    /// Every pinned root.
    pub roots: Vec<RootCertificate>,
    /// The city.
    pub zone: Zone,
}

/// A school year of an area in which counts about persons go under seal.
#[derive(Clone, Debug)]
pub struct SealingYear {
    year: SealedYear,
    leader: VerifiedStatement,
    helper: VerifiedStatement,
    from: Date,
    until: Date,
}

/// Every year of which there is a plan.
#[derive(Clone, Debug, Default)]
pub struct SealedYears(BTreeMap<(UnitId, i16), Result<SealingYear, Unsealed>>);

/// A roster or a plan as it was stored; nothing of it is believed yet.
struct Found {
    kind: PackKind,
    name: String,
    serial: u64,
    effective_from: Date,
    content: Vec<u8>,
    signed: Vec<u8>,
    signatures: Vec<PackSignature>,
}

impl SealedYears {
    /// What stored directives say; those of other kinds are passed over.
    ///
    /// Of several versions of a plan the highest serial counts. A roster is the one that the plan
    /// names by its digest, so its version does not matter.
    #[must_use]
    pub fn read<'d>(directives: impl IntoIterator<Item = &'d [u8]>, pins: &Pins) -> Self {
        let (mut rosters, mut plans) = (Vec::new(), BTreeMap::<(UnitId, i16), Found>::new());
        for found in directives.into_iter().filter_map(Found::read) {
            match (found.kind, plan::area_year(&found.name)) {
                (PackKind::Roster, Ok(_)) => rosters.push(found),
                (PackKind::Plan, Ok(place))
                    if plans.get(&place).is_none_or(|known| known.serial < found.serial) =>
                {
                    plans.insert(place, found);
                }
                _ => {}
            }
        }
        let mut years = Self::default();
        let mut past = Past::default();
        for (place, found) in plans {
            past.begin(&place.0);
            let pair = found.pair(&rosters);
            let year = pair.clone().and_then(|pair| year(&found, pair, &past, pins));
            past.note(place.1, pair.ok());
            years.0.insert(place, year);
        }
        years
    }

    /// The year of an area, or why it is not under seal; nothing where there is no plan.
    #[must_use]
    pub fn of_area(&self, area: &UnitId, year: i16) -> Option<Result<&SealingYear, &Unsealed>> {
        self.0.get(&(area.clone(), year)).map(Result::as_ref)
    }

    /// The year under seal whose roster holds a school.
    #[must_use]
    pub fn of_school(&self, school: &UnitId, year: i16) -> Option<&SealingYear> {
        let mut sealing = self.sealing();
        sealing.find(|one| one.year.plan.year() == year && one.holds(school))
    }

    /// Whether nothing about persons of this school may go rounded in a school year.
    #[must_use]
    pub fn is_sealed(&self, school: &UnitId, year: i16) -> bool {
        self.of_school(school, year).is_some()
    }

    /// Every year under seal, by area and year.
    pub fn sealing(&self) -> impl Iterator<Item = &SealingYear> {
        self.0.values().filter_map(|year| year.as_ref().ok())
    }

    /// Every plan with what became of it, by area and year.
    pub fn all(&self) -> impl Iterator<Item = (&UnitId, i16, Result<&SealingYear, &Unsealed>)> {
        self.0.iter().map(|((area, year), of)| (area, *year, of.as_ref()))
    }

    /// Why a pack of this kind and name is not in use; nothing where it is, or is none of ours.
    #[must_use]
    pub fn refusal(&self, kind: &str, name: &str) -> Option<&Unsealed> {
        let place = plan::area_year(name).ok().filter(|_| kind == PackKind::Plan.as_str())?;
        self.0.get(&place)?.as_ref().err()
    }
}

impl SealingYear {
    /// What both commissions signed.
    #[must_use]
    pub const fn year(&self) -> &SealedYear {
        &self.year
    }

    /// Key statement of education's hub.
    #[must_use]
    pub const fn leader(&self) -> &VerifiedStatement {
        &self.leader
    }

    /// Key statement of health's hub.
    #[must_use]
    pub const fn helper(&self) -> &VerifiedStatement {
        &self.helper
    }

    /// To whom halves are sealed.
    ///
    /// # Errors
    /// None: a year with other statements is not made.
    pub fn hubs(&self) -> Result<Hubs<'_>, HubsError> {
        Hubs::new(&self.leader, &self.helper)
    }

    /// First day on which the plan holds, and last day on which both key statements do.
    #[must_use]
    pub const fn days(&self) -> (Date, Date) {
        (self.from, self.until)
    }

    /// Whether a school is on the roster.
    #[must_use]
    pub fn holds(&self, school: &UnitId) -> bool {
        self.year.roster.school(school).is_some()
    }

    /// The terms of a task of this year; `span` are the days of the period, `catalogue` is the
    /// pack in force on the first of them.
    ///
    /// None where the period is no period of such a table in this year, where it began before the
    /// plan held (a stock: where it ended before), or where a key statement ends before it does:
    /// what nobody may be able to open is not asked for.
    #[must_use]
    pub fn terms(
        &self,
        table: &SealedTable,
        (period, span): (Period, &Span),
        catalogue: Digest,
    ) -> Option<TaskTerms> {
        let begins = match table.kind() {
            Kind::Stock => span.to,
            Kind::Flow => span.from,
        };
        let is_covered = self.from <= begins && span.to <= self.until;
        is_covered.then(|| self.year.terms(table, period, catalogue)).flatten()
    }
}

impl Pins {
    /// Whether both commissions' roots are pinned.
    fn has_both(&self) -> bool {
        let held: Vec<_> = self.roots.iter().filter_map(RootCertificate::commission).collect();
        [Commission::Education, Commission::Health].iter().all(|one| held.contains(one))
    }
}

/// A plan and its roster, read and not verified.
#[derive(Clone)]
struct Pair<'f> {
    open: OpenPlan,
    roster: Roster,
    roster_pack: &'f Found,
}

/// Plans of one area before the year that is looked at.
#[derive(Default)]
struct Past {
    area: Option<UnitId>,
    pairs: Vec<(Plan, Roster)>,
    /// A year of which the plan cannot be read with its roster.
    unread: Option<i16>,
}

impl Past {
    fn begin(&mut self, area: &UnitId) {
        if self.area.as_ref() != Some(area) {
            *self = Self { area: Some(area.clone()), ..Self::default() };
        }
    }

    fn note(&mut self, year: i16, pair: Option<Pair<'_>>) {
        match pair {
            Some(pair) => self.pairs.push((pair.open.plan, pair.roster)),
            None => self.unread = self.unread.or(Some(year)),
        }
    }
}

impl Found {
    fn read(bytes: &[u8]) -> Option<Self> {
        let directive = Directive::decode(bytes).ok()?;
        let pack = Pack::decode(directive.pack.as_slice()).ok()?;
        let kind = PackKind::from_word(&pack.kind);
        let kind = kind.filter(|kind| matches!(kind, PackKind::Roster | PackKind::Plan))?;
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
    fn pair<'f>(&self, rosters: &'f [Self]) -> Result<Pair<'f>, Unsealed> {
        let form = |error: proto::pack::PackError| Unsealed::Form(error.to_string());
        let open = plan::read_signed(&self.name, &self.content).map_err(form)?;
        let same = |one: &&Self| one.name == self.name && sha256(&one.content) == open.roster;
        // One content can lie here under two serials; the one with more signatures says more.
        let roster_pack = rosters.iter().filter(same).max_by_key(|one| one.signatures.len());
        let roster_pack = roster_pack.ok_or(Unsealed::Roster)?;
        let roster = roster::read(&roster_pack.name, &roster_pack.content).map_err(form)?;
        Ok(Pair { open, roster, roster_pack })
    }

    /// Under every pinned root, by keys that were valid on a day.
    fn verify(&self, pins: &Pins, at: Timestamp) -> Result<(), Unsealed> {
        let Pins { roots, zone } = pins;
        certs::pack::verify(&self.signed, &self.signatures, roots, zone, at)
            .map(drop)
            .map_err(|error| Unsealed::Signature(self.kind, error.to_string()))
    }
}

fn year(found: &Found, pair: Pair<'_>, past: &Past, pins: &Pins) -> Result<SealingYear, Unsealed> {
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
    plan.check(&roster, &past.pairs).map_err(Unsealed::Leaks)?;
    let sealing = sealing.ok_or(Unsealed::Roster)?;
    let (leader, helper) = statements(&sealing, pins, at)?;
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
    Ok(SealingYear { year, leader, helper, from: found.effective_from, until })
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
fn begin_of(day: Date) -> Option<Timestamp> {
    Timestamp::from_millisecond(instant_ms(day.to_datetime(Time::midnight()))).ok()
}

/// Whether an instant is the end of a day, and not one within it.
fn is_day_end(instant: Timestamp) -> bool {
    begin_of(date_of(instant)) == Some(instant)
}

fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(day)
}
