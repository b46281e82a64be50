//! Machine definitions: how a node computes a count from its ledgers.
//!
//! A definition names a source, filters and a measure from closed lists. What a node has no
//! source for it reports as unsupported, never as zero; what is not in these lists it refuses
//! when the catalogue is loaded, so a definition can never carry code.

use super::field::Field;
use super::words::closed_list;

closed_list!(
    /// What kind of record is counted.
    Source {
        /// Students on the roll.
        Roll = "roll",
        /// Classes with a student on the roll.
        Class = "class",
        /// The school itself.
        School = "school",
        /// A stage that the school runs.
        SchoolStage = "school_stage",
        /// Staff on the staff roll.
        StaffRoll = "staff_roll",
        /// Students of a campaign with their outcome.
        Screening = "screening",
        /// Answer sheets.
        Sheet = "sheet",
        /// Staff invited to voluntary monitoring.
        StaffScreening = "staff_screening",
        /// Current pairs of mentor and student.
        Mentor = "mentor",
        /// Talks.
        Talk = "talk",
        /// Cases of the early-warning ledger.
        Alert = "alert",
        /// Moves of cases.
        AlertEvent = "alert_event",
        /// Scheduled reviews of cases.
        AlertReview = "alert_review",
        /// First contacts of cases.
        AlertContact = "alert_contact",
        /// Counselling sessions.
        Session = "session",
        /// Case conferences.
        Conference = "conference",
        /// Cases discussed in conferences.
        ConferenceCase = "conference_case",
        /// Follow-up contacts.
        Followup = "followup",
        /// Referrals.
        Referral = "referral",
        /// Entries of referrals into a stage.
        ReferralEvent = "referral_event",
        /// Reports under a legal duty.
        DutyReport = "duty_report",
        /// Drills of the crisis plan.
        Drill = "drill",
        /// Students of the special-group family ledger.
        SpecialGroup = "special_group",
        /// Support given to them.
        Support = "support",
        /// Students of the special-physique ledger.
        Physique = "physique",
        /// Attendances at training.
        Training = "training",
        /// Counsellors and their certificate.
        Certificate = "certificate",
        /// Supervised sessions.
        Supervision = "supervision",
        /// Lessons.
        Lesson = "lesson",
        /// Meetings and events.
        Activity = "activity",
        /// Events for parents.
        ParentEvent = "parent_event",
        /// Contacts of the hotline.
        HotlineContact = "hotline_contact",
        /// Duty times of the hotline.
        HotlineDuty = "hotline_duty",
        /// Counselling centres.
        Centre = "centre",
        /// Services by experts.
        ExpertService = "expert_service",
        /// Volunteers' service.
        Volunteer = "volunteer",
        /// Reports that the hub awaited.
        ReportDue = "report_due",
    }
);
closed_list!(
    /// What is counted of the records.
    Measure {
        /// Each record once.
        Records = "records",
        /// Each student once.
        Students = "students",
        /// Each member of staff once.
        Staff = "staff",
        /// 1 for the unit where the filters hold.
        Units = "units",
        /// The sum of a field.
        Sum = "sum",
    }
);
closed_list!(
    /// Which records belong to the period.
    At {
        /// As of the census day of the term.
        CensusDay = "census_day",
        /// As of the end of the period.
        PeriodEnd = "period_end",
        /// Dated in the period.
        InPeriod = "in_period",
        /// With a due date in the period.
        DueInPeriod = "due_in_period",
        /// Begun in the period, as they stand 90 days later.
        After90Days = "after_90_days",
    }
);
/// What a record must be like to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The field has one of these values.
    Any(Vec<String>),
    /// The field is this number or more.
    AtLeast(u32),
}

/// One condition on one field; all filters of a definition must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Which field.
    pub field: Field,
    /// What it must be.
    pub condition: Condition,
}

/// How a node computes a count. The cells are the count's dimensions, fields of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Which records.
    pub source: Source,
    /// What is counted of them.
    pub measure: Measure,
    /// The field that `Measure::Sum` adds up.
    pub sum_of: Option<Field>,
    /// Which of them.
    pub filters: Vec<Filter>,
    /// Of which time.
    pub at: At,
    /// Width of the floor band that is released instead of the figure.
    pub band: Option<u32>,
    /// Base to which the figure is rounded, with noise, where it bounds a sealed one.
    pub rough: Option<u32>,
    /// A cell is given only where this many are enrolled in it.
    pub stratum_min: Option<u32>,
}
