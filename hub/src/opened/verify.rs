//! Whether an opened sum that came up is what both hubs of its plan opened: decided from this hub's
//! own documents and from both signatures, and never from what the sender says.

use std::collections::BTreeSet;

use certs::chain::Trust;
use certs::identity::PeerIdentity;
use certs::root::{Commission, RootCertificate};
use domain::disclosure::plan::Access;
use domain::disclosure::sealed::{Cover, Kind, SealedTable, SealedYear};
use domain::period::Period;
use domain::unit::UnitId;
use jiff::Timestamp;
use proto::frame::OPENING_CONTEXT;
use proto::opened::{ToldSum, decode_told};
use proto::opening::Detail;
use runtime::sealing::{signed_at, verify_hub};

use super::is_task;
use crate::packs::Packs;
use crate::sealed::sums;

/// Code of bytes that are no opened sum.
pub const UNREADABLE: &str = "unreadable";
/// Code of a sum whose two signatures do not hold.
pub const SIGNATURE: &str = "bad_signature";
/// Code of a sum that the plan does not open, or not like this.
pub const NOT_PLANNED: &str = "not_in_plan";
/// Code of figures that are not the ones that both hubs signed.
pub const OTHER_FIGURES: &str = "other_figures";

/// What an opened sum is found to be.
#[derive(Debug)]
pub enum Judged {
    /// Both hubs opened it.
    Holds(Box<ToldSum>),
    /// This hub lacks a document, or has another version of one; code, and period of the sum.
    Waits(&'static str, Period),
    /// It is refused for good: code and sentence.
    Refused(&'static str, String),
}

/// Who and when signatures are judged by.
pub struct Judge<'j> {
    /// Packs in use.
    pub packs: &'j Packs,
    /// Pinned roots.
    pub trust: &'j Trust,
    /// Now.
    pub now: Timestamp,
}

impl Judge<'_> {
    /// Judges the bytes of an opened sum.
    #[must_use]
    pub fn judge(&self, body: &[u8]) -> Judged {
        let told = match decode_told(body) {
            Ok(told) => told,
            Err(error) => return Judged::Refused(UNREADABLE, error.to_string()),
        };
        let period = told.record.period;
        // Before anything of it may wait here: two hubs signed it, one under each root.
        if let Err(reason) = self.hubs(&told) {
            return Judged::Refused(SIGNATURE, reason);
        }
        let year = self.packs.sealed_years().of_area(&told.area, told.school_year);
        let Some(Ok(sealing)) = year else { return Judged::Waits("NO_PLAN", period) };
        let Some(tables) = self.packs.sealed_tables(&told.pack) else {
            return Judged::Waits("NO_CATALOGUE", period);
        };
        let Some(table) = tables.table(told.record.table.as_str()) else {
            return Judged::Refused(NOT_PLANNED, "the catalogue has no such sealed table".into());
        };
        let of_task = (period, told.pack, &told.record.task);
        if !is_task(self.packs, (sealing, table), of_task) {
            return Judged::Waits("OTHER_DOCUMENTS", period);
        }
        if let Err(reason) = self.signatures(sealing.year(), &told) {
            return Judged::Refused(SIGNATURE, reason);
        }
        match set(sealing.year(), table, &told).and_then(|()| figures(sealing.year(), table, &told))
        {
            Ok(()) => Judged::Holds(Box::new(told)),
            Err((code, reason)) => Judged::Refused(code, reason.to_owned()),
        }
    }

    /// Whether any two hubs signed it, one under each commission's root; which ones they must be
    /// the plan says.
    fn hubs(&self, told: &ToldSum) -> Result<(), String> {
        let opened = Timestamp::from_millisecond(told.record.opened_at_ms).unwrap_or(self.now);
        let of_both = [(Commission::Education, &told.leader), (Commission::Health, &told.helper)];
        for (commission, signed) in of_both {
            let under = self.trust.under(commission);
            let zone = under.roots().first().map(RootCertificate::zone);
            let leaf = zone.zip(signed.chain.first());
            let peer = leaf.and_then(|(zone, leaf)| PeerIdentity::from_leaf(leaf, zone).ok());
            let unit = peer.map(|peer| peer.name().unit().clone());
            let unit = unit.ok_or_else(|| "a certificate is none of a hub".to_owned())?;
            let at = signed_at(self.trust, commission, signed, (opened, self.now));
            let bytes = (OPENING_CONTEXT, told.bytes.as_slice());
            verify_hub(self.trust, (&unit, commission), bytes, (signed, at))
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn signatures(&self, year: &SealedYear, told: &ToldSum) -> Result<(), String> {
        // As of when it was opened: what waits over a summer must not be lost for it.
        let opened = Timestamp::from_millisecond(told.record.opened_at_ms).unwrap_or(self.now);
        let signed = [
            (&year.leader, Commission::Education, &told.leader),
            (&year.helper, Commission::Health, &told.helper),
        ];
        for (unit, commission, signature) in signed {
            let bytes = (OPENING_CONTEXT, told.bytes.as_slice());
            let at = signed_at(self.trust, commission, signature, (opened, self.now));
            verify_hub(self.trust, (unit, commission), bytes, (signature, at))
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

type Flaw = (&'static str, &'static str);

/// Whether a sum is over groups that the plan opens at this detail, and over their schools.
fn set(year: &SealedYear, table: &SealedTable, told: &ToldSum) -> Result<(), Flaw> {
    let record = &told.record;
    let known = year
        .plan
        .of_stage(record.stage)
        .filter(|group| group.access != Access::Closed && record.groups.contains(&group.id));
    let known: Vec<_> = known.collect();
    if record.groups.is_empty() || known.len() != record.groups.len() {
        return Err((NOT_PLANNED, "the sum is not over groups that the plan opens"));
    }
    let is_town = || year.plan.is_town(&year.roster, record.stage, &record.groups);
    if record.detail == Detail::Categories && !(table.kind() == Kind::Stock && is_town()) {
        return Err((NOT_PLANNED, "categories are opened of a town's stocks only"));
    }
    let members: BTreeSet<UnitId> =
        known.into_iter().flat_map(|group| group.members.iter().cloned()).collect();
    let units: BTreeSet<&UnitId> = record.schools.iter().map(|one| &one.unit).collect();
    let fresh = record.schools.iter().filter(|one| one.task == record.task).count();
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let is_whole = units.len() == record.schools.len()
        && units.iter().all(|unit| members.contains(*unit))
        && record.absent.is_subset(&members)
        && record.fresh == small(fresh)
        && record.due <= small(members.len())
        && small(units.len()) >= record.due
        && (table.kind() == Kind::Stock || fresh == units.len())
        && record.roster == year.roster_digest;
    if is_whole {
        Ok(())
    } else {
        Err((NOT_PLANNED, "the schools of the sum are not those of its groups"))
    }
}

/// Whether the figures are those of the record, and none of a cell that stays closed.
fn figures(year: &SealedYear, table: &SealedTable, told: &ToldSum) -> Result<(), Flaw> {
    let size = match told.record.detail {
        Detail::Cells => table.cells(),
        Detail::Categories => sums::categories(table),
    };
    let cells: Vec<Option<u64>> = (0..size).map(|place| told.cells.get(&place).copied()).collect();
    let all = cells.iter().flatten().count() == told.cells.len();
    if !all || sums::result(&cells) != told.record.result {
        return Err((OTHER_FIGURES, "the figures are not those that both hubs signed"));
    }
    let by = (&year.plan, &year.roster);
    let record = &told.record;
    let own = record.schools.iter().filter(|one| one.task == record.task);
    let hiding = own.map(|one| &one.unit).filter(|unit| !record.absent.contains(*unit));
    let cover = Cover::new(table, by, hiding.cloned().collect(), record.stage);
    let open = cover.openable();
    let is_open = |place: &usize| open.get(*place).copied().unwrap_or_default();
    let may_be_told = match record.detail {
        Detail::Cells => told.cells.keys().all(is_open),
        Detail::Categories => told.cells.is_empty() || cover.hides_all(),
    };
    if !may_be_told {
        return Err((NOT_PLANNED, "a cell is open that is about too few persons or schools"));
    }
    Ok(())
}
