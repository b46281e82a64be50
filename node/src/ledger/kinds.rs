//! Every sort of entry with its columns and its door: what a check of the whole ledger, a list and
//! a form walk over.

use domain::ledger::Kind;
use runtime::sql::Tx;

use super::annul;
use super::author::Author;
use super::entry::{Cell, Column, RecordId, Rules};
use super::refusal::LedgerRefusal;
use super::write::{self, Seen, Written};

type Add = fn(&Tx<'_>, &Author, Vec<Cell>) -> Result<RecordId, LedgerRefusal>;
type Settle = fn(&Tx<'_>, &Author, (RecordId, Seen), Vec<Cell>) -> Result<Written, LedgerRefusal>;
type Look = fn(&Tx<'_>, RecordId) -> Result<Seen, LedgerRefusal>;
type Annul = fn(&Tx<'_>, &Author, (RecordId, u32)) -> Result<u32, LedgerRefusal>;
type MayAnnul = fn(&Tx<'_>, &Author, RecordId) -> Result<bool, LedgerRefusal>;
type Change = fn(&Tx<'_>, &Author, (RecordId, u32), Vec<Cell>) -> Result<Written, LedgerRefusal>;

/// A kind, its columns, and how it is written.
pub struct KindColumns {
    /// Which kind.
    pub kind: Kind,
    /// Its columns.
    pub columns: &'static [Column],
    /// Whether it is written by [`add`](Self::add); else it has acts of its own.
    pub direct: bool,
    /// As [`write::add`], from the cells of its columns.
    pub add: Add,
    /// As [`write::update`], from the cells of its columns.
    pub change: Change,
    /// As [`write::settle`], from the cells of its columns.
    pub settle: Settle,
    /// As [`write::seen`].
    pub seen: Look,
    /// Whether an entry made in error is annulled.
    pub annuls: bool,
    /// As [`annul::one`].
    pub annul: Annul,
    /// As [`annul::may`].
    pub may_annul: MayAnnul,
    /// Writes an entry past every rule, for tests of what shows it.
    #[cfg(test)]
    pub danger_insert: Add,
}

const fn of<T: Rules>() -> KindColumns {
    KindColumns {
        kind: T::KIND,
        columns: T::COLUMNS,
        direct: T::DIRECT,
        add: |tx, author, cells| write::add(tx, author, &T::from_cells(cells)?),
        change: |tx, author, seen, cells| write::update(tx, author, seen, &T::from_cells(cells)?),
        settle: |tx, author, seen, cells| write::settle(tx, author, seen, &T::from_cells(cells)?),
        seen: |tx, record| write::seen::<T>(tx, record),
        annuls: T::ANNULS,
        annul: |tx, author, seen| annul::one::<T>(tx, author, seen),
        may_annul: |tx, author, record| annul::may::<T>(tx, author, record),
        #[cfg(test)]
        danger_insert: |tx, author, cells| write::insert(tx, author, &T::from_cells(cells)?, None),
    }
}

/// All of them.
pub const KINDS: &[KindColumns] = &[
    of::<super::roll::Guardian>(),
    of::<super::roll::ClassTeacher>(),
    of::<super::roll::ClassRep>(),
    of::<super::roll::Mentor>(),
    of::<super::roll::Transfer>(),
    of::<super::roll::CaseMember>(),
    of::<super::qualification::Qualification>(),
    of::<super::qualification::SecrecyPledge>(),
    of::<super::critical::CriticalItem>(),
    of::<super::critical::Interview>(),
    of::<super::critical::Observation>(),
    of::<super::talk::Talk>(),
    of::<super::analysis::Analysis>(),
    of::<super::alert::AlertCase>(),
    of::<super::alert::AlertMove>(),
    of::<super::alert::AlertReview>(),
    of::<super::alert::FirstContact>(),
    of::<super::liaison::CaseContact>(),
    of::<super::appointment::Appointment>(),
    of::<super::session::Session>(),
    of::<super::session::GroupMember>(),
    of::<super::conference::Conference>(),
    of::<super::conference::ConferenceCase>(),
    of::<super::followup::Followup>(),
    of::<super::consent::Consent>(),
    of::<super::consent::DutyReport>(),
    of::<super::referral::Referral>(),
    of::<super::referral::ReferralAct>(),
    of::<super::referral::ReferralCall>(),
    of::<super::agency::AgencyOrder>(),
    of::<super::consent::LegalHold>(),
    of::<super::custody::Custody>(),
    of::<super::special_group::FamilyCase>(),
    of::<super::special_group::Plan>(),
    of::<super::special_group::Helper>(),
    of::<super::special_group::SupportGiven>(),
    of::<super::physique::PhysiqueCase>(),
    of::<super::teaching::Lesson>(),
    of::<super::teaching::Activity>(),
    of::<super::teaching::ParentEvent>(),
    of::<super::teaching::ParentMaterial>(),
    of::<super::teaching::Committee>(),
    of::<super::teaching::CommitteeMeeting>(),
    of::<super::training::TrainingRecord>(),
    of::<super::training::Supervision>(),
    of::<super::training::Supervisor>(),
    of::<super::training::Certificate>(),
    of::<super::teaching_case::TeachingCase>(),
    of::<super::governance::ExpertVisit>(),
    of::<super::governance::Drill>(),
    of::<super::governance::PostHolder>(),
    of::<super::governance::SchoolPlan>(),
    of::<super::governance::SchoolTarget>(),
    of::<super::governance::Facility>(),
    of::<super::governance::Budget>(),
    of::<super::governance::SchoolYear>(),
    of::<super::governance::ConductComplaint>(),
    of::<super::retention::Destruction>(),
];
