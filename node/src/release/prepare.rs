//! From ledgers to drafts, and from drafts to signed releases.
//!
//! A preview and a release run the same code, so what was shown is what leaves. A table that says
//! the same as its last release makes no new revision.

use std::num::NonZeroU32;

use certs::digest::sha256;
use certs::key::SigningKey;
use domain::catalogue::{Catalogue, NativePeriod, TableSpec, is_rounded};
use domain::cell::Cell;
use domain::digest::Digest;
use domain::disclosure::{ClearSheet, RawTable, RoundedTable, RoundingPrf};
use domain::period::Period;
use domain::release::{Header, Release, ReleaseId, Rule};
use domain::span::Span;
use jiff::civil::Date;
use proto::frame::{RELEASE_CONTEXT, decode_item, encode_item};
use proto::wire::sync::ItemKind;
use runtime::sql::Tx;

use super::holding::RELEASES_MAX;
use super::{
    AbsentReason, AbsentTable, Context, Draft, KeyedRounding, Prepared, ReleaseError, Standing,
    decode_for_page, named_catalogue, special,
};
use crate::indicator::{self, Checked, Facts};
use crate::ledger::profile::{self, Profile};
use crate::ledger::release::{self as register, Registered};
use crate::ledger::sealed::Seal;
use crate::ledger::{Ledger, destroy, governance, hold, rounding_key, student};

/// What would leave for a period. Writes nothing but, the first time, the rounding key.
///
/// # Errors
/// The census day of the term has not come or no roster holds on it, another period is not over,
/// figures contradict each other, or the ledger cannot be read.
pub fn prepare(
    ledger: &Ledger,
    context: &Context,
    period: Period,
) -> Result<Prepared, ReleaseError> {
    let known = ledger.read(rounding_key::load)?;
    if known.is_none() {
        let now_ms = context.now_ms;
        ledger
            .write("rounding_key", move |tx| rounding_key::load_or_make(tx, now_ms).map(|_| ()))?;
    }
    let context = context.clone();
    ledger.read(move |tx| drafts(tx, &context, period))
}

/// Makes and signs every new release of a period and stores it for the copy to `transfer.db`.
///
/// Gives all tables of the period: those with [`Standing::New`] were made. Making them again makes
/// nothing, since they then stand as [`Standing::Unchanged`].
///
/// # Errors
/// As [`prepare`], the school holds the period or has named nobody who answers for it, or the key
/// cannot sign; nothing was written.
pub fn make(
    ledger: &Ledger,
    context: &Context,
    period: Period,
    key: &SigningKey,
) -> Result<Prepared, ReleaseError> {
    let (context, key) = (context.clone(), key.clone());
    ledger.write("make_releases", move |tx| {
        // Read where it is signed: a hold that was just made stops a signature that was just asked.
        if let Some(hold) = hold::of_period(tx, &period.to_string())? {
            return Err(ReleaseError::Held(hold));
        }
        if governance::responsible(tx, context.today)?.is_none() {
            return Err(ReleaseError::NoResponsible);
        }
        let prepared = drafts(tx, &context, period)?;
        for draft in prepared.drafts.iter().filter(|draft| draft.standing == Standing::New) {
            sign(tx, &draft.release, &key)?;
        }
        Ok(prepared)
    })
}

pub(super) fn sign(tx: &Tx<'_>, release: &Release, key: &SigningKey) -> Result<(), ReleaseError> {
    let body = proto::release::encode(release);
    let signature = key.sign(RELEASE_CONTEXT, &body)?.to_bytes();
    let registered = Registered {
        revision: release.id().revision.get(),
        figures: figures(release.rule(), release.cells(), &header_of(release)),
        body: sha256(&body),
        made_at_ms: release.made_at_ms(),
    };
    let item = encode_item(ItemKind::Release, body, signature);
    Ok(register::insert(tx, release.id(), &registered, &item)?)
}

pub(super) fn drafts(
    tx: &Tx<'_>,
    context: &Context,
    period: Period,
) -> Result<Prepared, ReleaseError> {
    let profile = profile::load(tx)?.ok_or(ReleaseError::NoProfile)?;
    let span = Span::of(period, &context.calendar)?;
    let census = census_of(period, &span);
    is_time(context, period, &span)?;
    if destroy::is_of_destroyed(tx, &span)? {
        return Err(ReleaseError::Destroyed(period));
    }
    let facts = Facts::of_period(tx, &profile, span, context.today)?;
    if let Some(census) = census.filter(|_| facts.enrolled() == 0) {
        return Err(ReleaseError::NoRoster(census));
    }
    let persons = match census {
        Some(_) => facts.enrolled(),
        None => known_persons(tx, context, span.end)?,
    };
    let seal = context.sealed_years.seal(tx, span.school_year)?;
    let mut absent = Vec::new();
    let mut raw = Vec::new();
    for spec in context.catalogue.tables() {
        let table = spec.id().clone();
        if let Some(reason) = absence(spec, period, &facts, seal) {
            absent.push(AbsentTable { table, reason });
            continue;
        }
        let counted = facts.table(&context.catalogue, spec)?;
        if census.is_none() && says_nothing(&counted) {
            absent.push(AbsentTable { table, reason: AbsentReason::NotKept });
        } else {
            raw.push(counted);
        }
    }
    let mut special = Vec::new();
    for followed in special::open(tx, context, &profile.unit, (period, &span))? {
        let table = special::count(followed, &facts)?;
        match table {
            Some(raw) if !says_nothing(&raw) => special.push((raw, followed)),
            Some(raw) => {
                let (table, reason) = (raw.table().clone(), AbsentReason::NotKept);
                absent.push(AbsentTable { table, reason });
            }
            None => {}
        }
    }
    check(&context.catalogue, (&facts, &raw), seal)?;
    let key = rounding_key::load_or_make(tx, context.now_ms)?;
    let sealing = Sealing { tx, context, profile: &profile, period, census, persons, seal };
    let prf = KeyedRounding(&key);
    let own = (&*context.catalogue, context.catalogue_digest);
    let drafts = raw.into_iter().map(|raw| sealing.draft(raw, own, &prf));
    let special = special.into_iter().map(|(raw, followed)| {
        sealing.draft(raw, (followed.pack.catalogue(), followed.digest), &prf)
    });
    Ok(Prepared { drafts: drafts.chain(special).collect::<Result<_, _>>()?, absent })
}

/// Holds the figures to the identities: all of them where all counts leave in these tables, and
/// those about clear counts alone where the rest goes sealed, which tells its own.
fn check(
    catalogue: &Catalogue,
    (facts, raw): (&Facts, &[RawTable]),
    seal: Seal,
) -> Result<(), ReleaseError> {
    if seal == Seal::Open {
        let checked = Checked::of(catalogue, facts)?;
        return Ok(indicator::check(catalogue, raw, Some(&checked))?);
    }
    let checked = Checked::of_clear(catalogue, facts)?;
    Ok(indicator::check_clear(catalogue, &checked)?)
}

/// The day on which a term's stocks are read; other periods have none.
fn census_of(period: Period, span: &Span) -> Option<Date> {
    matches!(period, Period::Term(_)).then_some(span.term?.census)
}

/// A term can be told from its census day on, another period once it is over.
fn is_time(context: &Context, period: Period, span: &Span) -> Result<(), ReleaseError> {
    match (period, span.term) {
        (Period::Term(_), Some(term)) if context.today < term.census => {
            Err(ReleaseError::BeforeCensus { term: term.id, census: term.census })
        }
        (Period::Term(_), _) => Ok(()),
        _ if context.today <= span.end.max(span.to) => {
            Err(ReleaseError::NotOver { period, last: span.end.max(span.to) })
        }
        _ => Ok(()),
    }
}

/// How many persons a sheet of another period is about: those of the last census day, whose
/// number the hub knows. The number of this week would tell who came and who left.
fn known_persons(tx: &Tx<'_>, context: &Context, by: Date) -> Result<u64, ReleaseError> {
    let passed = context.calendar.terms().iter().rev().find(|term| term.census <= by);
    Ok(match passed {
        Some(term) => student::roll_at(tx, term.census)?.len() as u64,
        None => 0,
    })
}

fn absence(spec: &TableSpec, period: Period, facts: &Facts, seal: Seal) -> Option<AbsentReason> {
    let id = spec.id().as_str();
    let rounded = is_rounded(id);
    let is_own = match NativePeriod::of(period) {
        NativePeriod::Term if rounded => true,
        own => id.strip_prefix("clear.") == Some(own.as_str()),
    };
    match is_own {
        false => Some(AbsentReason::OtherPeriod),
        true if rounded && seal == Seal::Planned => Some(AbsentReason::UnderSeal),
        true if rounded && seal == Seal::Closed => Some(AbsentReason::WentSealed),
        true if rounded && !facts.is_screened() => Some(AbsentReason::NoScreening),
        true => None,
    }
}

/// Whether no ledger of a table is kept: silence is the truth then, and an empty sheet is none.
fn says_nothing(raw: &RawTable) -> bool {
    raw.danger_exact_cells()
        .iter()
        .all(|cell| matches!(cell, Cell::Unsupported | Cell::NotApplicable))
}

/// What a draft is made with.
struct Sealing<'s> {
    tx: &'s Tx<'s>,
    context: &'s Context,
    profile: &'s Profile,
    period: Period,
    census: Option<Date>,
    persons: u64,
    seal: Seal,
}

impl Sealing<'_> {
    /// Bands are given once a term: a revision repeats those of the release before it, read from
    /// the signed bytes. Where these cannot be read any more, it gives no band. Nor does it in a
    /// school year of which anything goes under seal, but for those that left before its plan.
    fn keep_bands(
        &self,
        sheet: ClearSheet,
        catalogue: &Catalogue,
        id: &ReleaseId,
    ) -> Result<ClearSheet, ReleaseError> {
        let Some(spec) = catalogue.table(id.table.as_str()) else { return Ok(sheet) };
        let is_open = self.seal == Seal::Open;
        let Some(revision) = NonZeroU32::new(id.revision.get().saturating_sub(1)) else {
            return Ok(if is_open { sheet } else { sheet.withhold_bands(catalogue, spec, None) });
        };
        let name = ReleaseId { revision, ..id.clone() }.to_string();
        let signed = register::find(self.tx, &name)?;
        let last = signed.and_then(|signed| {
            let digest = named_catalogue(&signed.item).ok()?;
            decode_for_page(&signed.item, self.context.catalogue_of(&digest)?).ok()
        });
        let last = last.as_ref().map(|last| (&last.spec, last.cells.as_slice()));
        let kept = sheet.keep_bands(catalogue, spec, last);
        Ok(if is_open { kept } else { kept.withhold_bands(catalogue, spec, last) })
    }

    /// Whether a rounded table of the period left under a catalogue that does not know this one:
    /// it may hold the same counts under another name, and these are rounded once a term.
    fn is_renamed(&self, id: &ReleaseId) -> Result<bool, ReleaseError> {
        let table = id.table.as_str();
        let other = format!("{}/rounded.", id.unit);
        let signed = register::all(self.tx, RELEASES_MAX)?;
        let others = signed.iter().filter(|one| one.name.starts_with(&other));
        let claimed = others.filter_map(|one| {
            let item = decode_item(&one.item).ok()?;
            Some(proto::release::decode(&item.body).ok()?.header)
        });
        let mut of_period = claimed.filter(|header| header.id.period == id.period);
        Ok(of_period.any(|header| {
            let known = self.context.catalogue_of(&header.catalogue);
            known.is_none_or(|catalogue| catalogue.table(table).is_none())
        }))
    }

    /// What becomes of a raw table of a catalogue, the ordinary one or a special period's.
    fn draft(
        &self,
        raw: RawTable,
        (catalogue, digest): (&Catalogue, Digest),
        prf: &dyn RoundingPrf,
    ) -> Result<Draft, ReleaseError> {
        let period = self.period;
        let id = raw.table().clone();
        let unit = &self.profile.unit;
        let table = id.to_string();
        let last = register::last(self.tx, unit.as_str(), &table, &period.to_string())?;
        let next = last.as_ref().map_or(1, |last| last.revision.saturating_add(1));
        let header = Header {
            id: ReleaseId {
                unit: unit.clone(),
                table: id,
                period,
                revision: NonZeroU32::new(next).unwrap_or(NonZeroU32::MIN),
            },
            catalogue: digest,
            census_day: self.census,
            persons: self.persons,
            made_at_ms: self.context.now_ms,
        };
        let (release, cells) = if is_rounded(&table) {
            let rounded = RoundedTable::protect(raw, catalogue, period, prf)?;
            (Release::of_rounded(header.clone(), &rounded), rounded.cells().to_vec())
        } else {
            let sheet = ClearSheet::protect(raw, catalogue, period, prf)?;
            let sheet = self.keep_bands(sheet, catalogue, &header.id)?;
            (Release::of_clear(header.clone(), &sheet), sheet.cells().to_vec())
        };
        let says = figures(release.rule(), release.cells(), &header);
        let standing = match last {
            None if release.rule().is_rounded() && self.is_renamed(release.id())? => {
                Standing::OnceATerm
            }
            None => Standing::New,
            Some(last) if last.figures == says => Standing::Unchanged,
            Some(_) if release.rule().is_rounded() => Standing::OnceATerm,
            Some(_) => Standing::New,
        };
        let bytes = proto::release::encode(&release).len();
        Ok(Draft { release, cells, bytes, standing })
    }
}

fn header_of(release: &Release) -> Header {
    Header {
        id: release.id().clone(),
        catalogue: release.catalogue(),
        census_day: release.census_day(),
        persons: release.persons(),
        made_at_ms: release.made_at_ms(),
    }
}

/// Digest of what a release says, whatever its revision and time.
fn figures(rule: Rule, cells: &[u8], header: &Header) -> Digest {
    let mut said = Vec::with_capacity(cells.len() + 120);
    for part in [rule.as_str().as_bytes(), &header.catalogue.to_tagged(), cells] {
        said.extend_from_slice(&(part.len() as u64).to_be_bytes());
        said.extend_from_slice(part);
    }
    let census = header.census_day.map_or_else(String::new, |day| day.to_string());
    said.extend_from_slice(census.as_bytes());
    said.extend_from_slice(&header.persons.to_be_bytes());
    sha256(&said)
}
