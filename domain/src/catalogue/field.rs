//! Fields of records, by kind of record: what a definition may filter by and break down by.

use super::Source;
use super::words::closed_list;

closed_list!(
    /// A field of a record. A field that bears a dimension's name has that dimension's values.
    Field {
        /// Dimension.
        SchoolType = "school_type",
        /// Dimension.
        Stage = "stage",
        /// Dimension.
        Grade = "grade",
        /// Dimension.
        Sex = "sex",
        /// Dimension.
        Tier = "tier",
        /// Dimension.
        AlertState = "alert_state",
        /// Dimension.
        Group = "group",
        /// Dimension.
        Physique = "physique",
        /// Dimension.
        Scale = "scale",
        /// Dimension.
        Band = "band",
        /// Dimension.
        RefStage = "ref_stage",
        /// Dimension.
        Urgency = "urgency",
        /// Dimension.
        AlertSource = "alert_source",
        /// Dimension.
        TalkTopic = "talk_topic",
        /// Dimension.
        StaffRole = "staff_role",
        /// Dimension.
        Course = "course",
        /// Dimension.
        Service = "service",
        /// Dimension.
        ParentEvent = "parent_event",
        /// Dimension.
        Channel = "channel",
        /// Dimension.
        Support = "support",
        /// Dimension.
        WaitBucket = "wait_bucket",
        /// Dimension.
        ReportKind = "report_kind",
        /// Dimension.
        EventMode = "event_mode",
        /// How a screening ended for a student.
        Outcome = "outcome",
        /// Whether the counsellor's interview was held.
        Interviewed = "interviewed",
        /// Whether the interview led into the early-warning ledger.
        Confirmed = "confirmed",
        /// Whether contact was recorded within 24 hours.
        Handled24h = "handled_24h",
        /// Whether a sheet is void.
        Void = "void",
        /// Whether a sheet is its student's last valid one of that scale in the campaign.
        LastValid = "last_valid",
        /// Whether it was completed.
        Completed = "completed",
        /// Whether a talk was raised to the counsellor.
        Raised = "raised",
        /// Whether a talk led to a joint analysis with the counsellor.
        Analysed = "analysed",
        /// Whether a talk was a home visit.
        HomeVisit = "home_visit",
        /// What moved a case.
        Move = "move",
        /// Whether there is a plan within its term.
        PlanCurrent = "plan_current",
        /// Whether it was done by its due date.
        OnTime = "on_time",
        /// Individual or group.
        Form = "form",
        /// Whether the emergency path was used.
        Emergency = "emergency",
        /// Whether a return plan is running.
        Returning = "returning",
        /// Whether a helper is named.
        Paired = "paired",
        /// Full- or part-time counsellor, or none.
        Counsellor = "counsellor",
        /// Whether the school is flagged small.
        Small = "small",
        /// Number of full-time counsellors.
        FullTimeCounsellors = "full_time_counsellors",
        /// Number of counsellors.
        Counsellors = "counsellors",
        /// max(1, ceil(classes / 10)), 0 for a small school.
        CounsellorsRequired = "counsellors_required",
        /// Whether the lesson rule is met.
        LessonRule = "lesson_rule",
        /// Class meeting or life-education event.
        Activity = "activity",
        /// Number of class meetings of the period.
        ClassMeetings = "class_meetings",
        /// Number of life-education events of the period.
        LifeEvents = "life_events",
        /// Number of events for parents of the period.
        ParentEvents = "parent_events",
        /// Whether the parents' committee met.
        CommitteeMet = "committee_met",
        /// Attendances of an event.
        Attendances = "attendances",
        /// Hours.
        Hours = "hours",
        /// Whether the certificate is needed.
        Needed = "needed",
        /// Whether the certificate is held.
        Held = "held",
        /// Whether a contact was answered.
        Answered = "answered",
        /// Whether a contact was urgent.
        Urgent = "urgent",
        /// Whether a contact was handed on.
        HandedOff = "handed_off",
        /// Minutes with a counsellor on duty.
        MinutesUp = "minutes_up",
        /// Minutes of the period.
        MinutesDue = "minutes_due",
    }
);

/// What values a field can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldValues {
    /// The values of the dimension of that name.
    Dimension,
    /// These words.
    Words(&'static [&'static str]),
    /// Whole numbers.
    Number,
}

const YES_NO: FieldValues = FieldValues::Words(&["yes", "no"]);
const OUTCOMES: &[&str] =
    &["refused", "not_reached", "void", "negative", "positive", "due", "critical"];
const MOVES: &[&str] = &["opened", "closed", "moved_in", "moved_out", "tier_up", "tier_down"];

impl Field {
    /// What values the field can have.
    #[must_use]
    pub const fn values(self) -> FieldValues {
        match self {
            Self::Outcome => FieldValues::Words(OUTCOMES),
            Self::Move => FieldValues::Words(MOVES),
            Self::Form => FieldValues::Words(&["individual", "group"]),
            Self::Counsellor => FieldValues::Words(&["none", "full_time", "part_time"]),
            Self::Activity => FieldValues::Words(&["class_meeting", "life_education"]),
            Self::FullTimeCounsellors
            | Self::Counsellors
            | Self::CounsellorsRequired
            | Self::ClassMeetings
            | Self::LifeEvents
            | Self::ParentEvents
            | Self::Attendances
            | Self::Hours
            | Self::MinutesUp
            | Self::MinutesDue => FieldValues::Number,
            Self::Interviewed
            | Self::Confirmed
            | Self::Handled24h
            | Self::Void
            | Self::LastValid
            | Self::Completed
            | Self::Raised
            | Self::Analysed
            | Self::HomeVisit
            | Self::PlanCurrent
            | Self::OnTime
            | Self::Emergency
            | Self::Returning
            | Self::Paired
            | Self::Small
            | Self::LessonRule
            | Self::CommitteeMet
            | Self::Needed
            | Self::Held
            | Self::Answered
            | Self::Urgent
            | Self::HandedOff => YES_NO,
            _ => FieldValues::Dimension,
        }
    }

    /// Whether one record can have several of the field's values at once, and so stand in several
    /// cells.
    #[must_use]
    pub const fn has_several(self) -> bool {
        matches!(self, Self::Group | Self::Physique | Self::TalkTopic | Self::RefStage)
    }
}

impl Source {
    /// The fields that records of this kind have.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        use Field as F;
        match self {
            Self::Roll => &[F::Stage, F::Grade, F::Sex, F::AlertState],
            Self::Class | Self::Lesson | Self::Mentor => &[F::Stage, F::Grade],
            Self::School => SCHOOL_FIELDS,
            Self::SchoolStage => &[F::Stage, F::LessonRule],
            Self::StaffRoll => &[F::StaffRole, F::Stage, F::Counsellor],
            Self::Screening => SCREENING_FIELDS,
            Self::Sheet => &[F::Scale, F::Band, F::Stage, F::Void, F::LastValid],
            Self::StaffScreening => &[F::Completed],
            Self::Talk => &[F::Stage, F::TalkTopic, F::Raised, F::Analysed, F::HomeVisit],
            Self::Alert => &[F::Tier, F::Stage, F::PlanCurrent],
            Self::AlertEvent => &[F::Tier, F::Stage, F::AlertSource, F::Move],
            Self::AlertReview | Self::AlertContact => &[F::Tier, F::OnTime],
            Self::Session => &[F::AlertState, F::Stage, F::Sex, F::Form],
            Self::Conference | Self::Supervision | Self::Centre => &[],
            Self::ConferenceCase => &[F::Tier],
            Self::Followup => &[F::AlertState, F::OnTime],
            Self::Referral => REFERRAL_FIELDS,
            Self::ReferralEvent => &[F::RefStage, F::Urgency, F::Stage],
            Self::DutyReport => &[F::ReportKind],
            Self::Drill => &[F::EventMode],
            Self::SpecialGroup => &[F::Group, F::Stage, F::Paired, F::PlanCurrent],
            Self::Support => &[F::Support],
            Self::Physique => &[F::Physique],
            Self::Training => &[F::StaffRole, F::Course, F::Hours],
            Self::Certificate => &[F::Needed, F::Held],
            Self::Activity => &[F::Stage, F::Activity],
            Self::ParentEvent => &[F::ParentEvent, F::Attendances],
            Self::HotlineContact => &[F::Channel, F::Answered, F::Urgent, F::HandedOff],
            Self::HotlineDuty => &[F::MinutesUp, F::MinutesDue],
            Self::ExpertService => &[F::Service],
            Self::Volunteer => &[F::Hours],
            Self::ReportDue => &[F::OnTime],
        }
    }
}

const SCHOOL_FIELDS: &[Field] = &[
    Field::SchoolType,
    Field::Small,
    Field::FullTimeCounsellors,
    Field::Counsellors,
    Field::CounsellorsRequired,
    Field::ClassMeetings,
    Field::LifeEvents,
    Field::ParentEvents,
    Field::CommitteeMet,
    Field::PlanCurrent,
];
const SCREENING_FIELDS: &[Field] = &[
    Field::Stage,
    Field::Grade,
    Field::Sex,
    Field::Tier,
    Field::Outcome,
    Field::Interviewed,
    Field::Confirmed,
    Field::Handled24h,
];
const REFERRAL_FIELDS: &[Field] = &[
    Field::RefStage,
    Field::WaitBucket,
    Field::Urgency,
    Field::Stage,
    Field::OnTime,
    Field::Emergency,
    Field::Handled24h,
    Field::Returning,
];
