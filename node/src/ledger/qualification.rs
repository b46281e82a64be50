//! Qualifications of counsellors, and undertakings of secrecy of all who read of students.

use domain::catalogue::Stage;
use domain::ledger::words::CounsellorPost;
use jiff::civil::Date;

use super::entry::{Rules, StaffId, StudentId, entry};

entry! {
    /// What a member of staff is as a counsellor.
    pub struct Qualification = Qualification, day from {
        /// First day on which it holds.
        from: Date = "day",
        /// Who.
        staff: StaffId = "staff",
        /// Full-time, part-time or no counsellor.
        counsellor: CounsellorPost = "counsellor",
        /// Stage that the counsellor mainly serves.
        stage: Option<Stage> = "stage",
        /// Degree in psychology or a related field.
        has_degree: bool = "has_degree",
        /// Vocational certificate.
        has_vocational: bool = "has_vocational",
        /// Day of the undertaking of secrecy.
        secrecy_signed: Option<Date> = "secrecy_signed",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// Undertaking of secrecy of somebody who reads of students.
    pub struct SecrecyPledge = SecrecyPledge, day from {
        /// Day of the signature.
        from: Date = "day",
        /// Who.
        staff: StaffId = "staff",
        /// Version of its text.
        edition: String = "edition",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

impl Rules for SecrecyPledge {
    fn subject(&self) -> Option<StudentId> {
        None
    }
}

impl Rules for Qualification {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }
}
