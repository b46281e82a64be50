//! Every sort of entry with its columns: what a check of the whole ledger walks over.

use domain::ledger::Kind;

use super::entry::{Column, Entry};

/// A kind and its columns.
pub(super) struct KindColumns {
    pub(super) kind: Kind,
    pub(super) columns: &'static [Column],
}

const fn of<T: Entry>() -> KindColumns {
    KindColumns { kind: T::KIND, columns: T::COLUMNS }
}

/// All of them.
pub(super) const KINDS: &[KindColumns] = &[
    of::<super::roll::Guardian>(),
    of::<super::roll::ClassTeacher>(),
    of::<super::roll::ClassRep>(),
    of::<super::roll::Mentor>(),
    of::<super::roll::Transfer>(),
    of::<super::roll::CaseMember>(),
    of::<super::qualification::Qualification>(),
    of::<super::critical::CriticalItem>(),
    of::<super::critical::Interview>(),
    of::<super::critical::Observation>(),
    of::<super::talk::Talk>(),
    of::<super::alert::AlertCase>(),
    of::<super::alert::AlertMove>(),
    of::<super::alert::AlertReview>(),
    of::<super::alert::FirstContact>(),
    of::<super::session::Session>(),
    of::<super::session::GroupMember>(),
    of::<super::conference::Conference>(),
    of::<super::conference::ConferenceCase>(),
    of::<super::followup::Followup>(),
    of::<super::consent::Consent>(),
    of::<super::consent::DutyReport>(),
    of::<super::consent::LegalHold>(),
    of::<super::special_group::FamilyCase>(),
    of::<super::special_group::Plan>(),
    of::<super::special_group::Helper>(),
    of::<super::special_group::SupportGiven>(),
    of::<super::physique::PhysiqueCase>(),
    of::<super::teaching::Lesson>(),
    of::<super::teaching::Activity>(),
    of::<super::teaching::ParentEvent>(),
    of::<super::teaching::Committee>(),
    of::<super::teaching::CommitteeMeeting>(),
    of::<super::training::TrainingRecord>(),
    of::<super::training::Supervision>(),
    of::<super::training::Supervisor>(),
    of::<super::training::Certificate>(),
    of::<super::governance::ExpertVisit>(),
    of::<super::governance::Drill>(),
    of::<super::governance::PostHolder>(),
    of::<super::governance::SchoolPlan>(),
    of::<super::governance::Facility>(),
    of::<super::governance::Budget>(),
    of::<super::governance::SchoolYear>(),
    of::<super::retention::Destruction>(),
];
