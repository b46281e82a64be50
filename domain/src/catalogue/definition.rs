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

impl Filter {
    /// Whether whatever passes it passes the other one too.
    #[must_use]
    pub fn implies(&self, other: &Self) -> bool {
        let is_implied = match (&self.condition, &other.condition) {
            (Condition::Any(own), Condition::Any(wider)) => {
                own.iter().all(|value| wider.contains(value))
            }
            (Condition::AtLeast(own), Condition::AtLeast(wider)) => own >= wider,
            _ => false,
        };
        self.field == other.field && is_implied
    }
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

impl Definition {
    /// Whether whatever passes its filters passes this one too.
    #[must_use]
    pub fn implies(&self, filter: &Filter) -> bool {
        self.filters.iter().any(|own| own.implies(filter))
    }

    /// Whether it counts, in the same way and of the same time, some of the records that another
    /// one counts, or all of them, and no other ones.
    #[must_use]
    pub fn is_within(&self, whole: &Self) -> bool {
        let is_alike = Self { filters: whole.filters.clone(), ..self.clone() } == *whole;
        is_alike && whole.filters.iter().all(|filter| self.implies(filter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any(field: Field, values: &[&str]) -> Filter {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        Filter { field, condition: Condition::Any(values) }
    }

    fn definition(filters: Vec<Filter>) -> Definition {
        Definition {
            source: Source::Referral,
            measure: Measure::Records,
            sum_of: None,
            filters,
            at: At::DueInPeriod,
            band: None,
            rough: None,
            stratum_min: None,
        }
    }

    /// A part passes every filter of its whole, by the same words or by fewer of them; another
    /// source, another time or another measure makes it a count of something else.
    #[test]
    fn a_part_passes_the_filters_of_its_whole() {
        let urgent = |values: &[&str]| any(Field::Urgency, values);
        let on_time = any(Field::OnTime, &["yes"]);
        let whole = definition(vec![urgent(&["urgent", "routine"])]);
        let part = definition(vec![on_time.clone(), urgent(&["urgent"])]);
        assert!(part.is_within(&whole) && !whole.is_within(&part));
        assert!(whole.is_within(&whole) && whole.is_within(&definition(Vec::new())));
        assert!(!definition(vec![on_time]).is_within(&whole));
        assert!(!definition(vec![any(Field::Stage, &["urgent"])]).is_within(&whole));
        for other in [
            Definition { source: Source::ReferralEvent, ..whole.clone() },
            Definition { at: At::InPeriod, ..whole.clone() },
            Definition { measure: Measure::Students, ..whole.clone() },
        ] {
            assert!(!part.is_within(&other) && !other.is_within(&whole), "{other:?}");
        }
        let least = |bound| Filter { field: Field::Hours, condition: Condition::AtLeast(bound) };
        assert!(least(3).implies(&least(2)) && !least(2).implies(&least(3)));
        assert!(!least(2).implies(&any(Field::Hours, &["2"])));
    }
}
