//! What FHIR says for each state of a referral, and the code systems of others that it is said in.

use domain::referral::{State, Urgency};

/// Business states of the referral guide of HL7 (BSeR).
pub(super) const BUSINESS: &str = "http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS";
/// Types of identifiers.
pub(super) const IDENTIFIERS: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
/// What a task is for.
pub(super) const TASKS: &str = "http://hl7.org/fhir/CodeSystem/task-code";
/// What a consent is about.
pub(super) const SCOPES: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
/// Kinds of consent.
pub(super) const ACTS: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
/// Who gets what a consent lets out.
pub(super) const PARTIES: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
/// What for.
pub(super) const REASONS: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
/// How closely it is kept.
pub(super) const SECRECY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

pub(super) const CREATED: &str = "2.0";
pub(super) const ACCEPTED: &str = "3.0";
pub(super) const DECLINED: &str = "4.0";
pub(super) const SCHEDULED: &str = "5.1.1";
pub(super) const UNATTENDED: &str = "5.1.2";
pub(super) const ATTENDED: &str = "5.1.4";
pub(super) const CANCELLING: &str = "5.2";
pub(super) const CANCELLED: &str = "6.0";
pub(super) const FULFILLED: &str = "7.0";

/// What FHIR says for a state.
pub(super) struct Said {
    /// `Task.status`.
    pub(super) task: &'static str,
    /// Code of `Task.businessStatus`.
    pub(super) business: Option<&'static str>,
    /// `ServiceRequest.status`.
    pub(super) request: &'static str,
    /// `Consent.status`.
    pub(super) consent: &'static str,
}

const fn line(
    (task, business): (&'static str, Option<&'static str>),
    request: &'static str,
    consent: &'static str,
) -> Said {
    Said { task, business, request, consent }
}

/// What FHIR says for a state.
pub(super) const fn of(state: State) -> Said {
    match state {
        State::Draft | State::ConsentPending => line(("draft", None), "draft", "proposed"),
        State::Refused => line(("cancelled", Some(CANCELLED)), "revoked", "rejected"),
        State::Consented => line(("draft", None), "draft", "active"),
        State::Sent | State::Routed | State::EmergencyOut => {
            line(("requested", Some(CREATED)), "active", "active")
        }
        State::Received => line(("received", Some(CREATED)), "active", "active"),
        State::Accepted => line(("accepted", Some(ACCEPTED)), "active", "active"),
        State::Declined | State::RedirectProposed => {
            line(("rejected", Some(DECLINED)), "active", "active")
        }
        State::Appointed => line(("in-progress", Some(SCHEDULED)), "active", "active"),
        State::NoShow => line(("in-progress", Some(UNATTENDED)), "active", "active"),
        State::InCare => line(("in-progress", Some(ATTENDED)), "active", "active"),
        State::OutcomeIn | State::Returned => {
            line(("completed", Some(FULFILLED)), "active", "active")
        }
        State::Closed => line(("completed", Some(FULFILLED)), "completed", "inactive"),
        State::Withdrawn | State::Cancelled => {
            line(("cancelled", Some(CANCELLED)), "revoked", "inactive")
        }
        State::Expired => line(("failed", Some(CANCELLED)), "revoked", "inactive"),
        State::Error => line(("entered-in-error", None), "entered-in-error", "entered-in-error"),
    }
}

/// What FHIR says for an urgency.
pub(super) const fn priority(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Routine => "routine",
        Urgency::Urgent => "urgent",
        Urgency::Emergency => "stat",
    }
}

/// The urgency of a priority.
pub(super) fn urgency(priority: &str) -> Option<Urgency> {
    let all = [Urgency::Routine, Urgency::Urgent, Urgency::Emergency];
    all.into_iter().find(|one| self::priority(*one) == priority)
}
