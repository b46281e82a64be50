//! The ledgers: everything that names a person, in one encrypted database, and all of its SQL.
//!
//! History is append-only: a change adds a version with its import, so every figure can be told
//! as of any day. An import is written whole, in one transaction, or not at all. Records here
//! implement neither `Debug` nor any serialisation, and code that talks to the network never gets
//! a [`Ledger`].

pub mod access;
pub mod access_chain;
#[cfg(test)]
mod access_tests;
pub mod account;
pub mod account_ask;
pub mod agency;
pub mod agency_listed;
pub mod agenda;
pub mod alert;
pub mod analysis;
pub mod annul;
pub mod appointment;
pub mod approval;
pub mod aside;
pub mod audit;
pub mod author;
pub mod board;
pub mod browse;
pub mod calendar_address;
pub mod campaign;
mod card;
pub mod case;
#[cfg(test)]
mod case_tests;
pub mod conference;
pub mod consent;
#[cfg(test)]
mod consent_tests;
pub mod consented;
#[cfg(test)]
mod consented_tests;
pub mod consult;
pub mod course;
pub mod critical;
pub mod custody;
pub mod department_list;
pub mod destroy;
#[cfg(test)]
mod destroy_tests;
#[cfg(test)]
mod dues_tests;
pub mod duty;
#[cfg(test)]
mod duty_office_tests;
#[cfg(test)]
mod duty_tests;
pub mod entry;
#[cfg(test)]
mod entry_tests;
pub mod followup;
mod footing;
pub mod governance;
mod grant;
#[cfg(test)]
pub(crate) mod guard_tests;
pub mod helping;
pub mod hold;
pub mod import_batch;
pub mod import_columns;
pub mod import_undo;
pub mod intake;
pub mod journal;
#[cfg(test)]
mod journal_tests;
pub mod kinds;
pub mod letters;
pub mod liaison;
pub mod mentoring;
pub mod moving;
pub mod neighbour;
pub mod notice;
#[cfg(test)]
mod notice_tests;
pub mod office_duty;
mod packed;
pub mod papers;
pub mod passed_on;
pub mod people;
pub mod physique;
pub mod profile;
pub mod qualification;
pub mod read;
pub mod referral;
pub mod refusal;
pub mod release;
pub mod report_key;
pub mod restore_proof;
pub mod result;
pub mod retention;
pub mod roll;
pub mod roll_change;
#[cfg(test)]
mod roll_change_tests;
pub mod roll_list;
pub mod rounding_key;
pub mod run;
pub mod scope;
pub mod sealed;
pub mod sealed_absent;
pub mod sealing_key;
mod second;
pub mod sender_statement;
pub mod session;
pub mod sheet;
pub mod showing;
mod single;
pub mod special_group;
pub mod staff;
mod stay;
pub mod student;
pub mod survey;
#[cfg(test)]
pub(crate) mod survey_tests;
pub mod talk;
pub mod teaching;
pub mod teaching_case;
pub mod tells;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told_tests;
pub mod training;
pub mod turn;
#[cfg(test)]
mod turn_tests;
#[cfg(test)]
mod weighing_tests;
pub mod workload;
pub mod write;

use std::path::Path;

use runtime::sql::{DataKey, Database, Migration, Options, SqlError, Tx};

/// Schema of `ledger.db`. Accounts of the console name persons, so they are here too.
pub const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "ledgers", sql: include_str!("migrations/001_ledger.sql") },
    Migration { number: 2, name: "console accounts", sql: runtime::web::session_store::SCHEMA },
    Migration {
        number: 3,
        name: "release holds",
        sql: include_str!("migrations/002_release_hold.sql"),
    },
    Migration { number: 4, name: "journal", sql: include_str!("migrations/003_journal.sql") },
    Migration {
        number: 5,
        name: "ledgers of roll and staff",
        sql: include_str!("migrations/004_roll_and_staff.sql"),
    },
    Migration {
        number: 6,
        name: "ledgers of students",
        sql: include_str!("migrations/005_students.sql"),
    },
    Migration {
        number: 7,
        name: "ledgers of families and governance",
        sql: include_str!("migrations/006_families_and_governance.sql"),
    },
    Migration { number: 8, name: "accounts", sql: include_str!("migrations/007_account.sql") },
    Migration {
        number: 9,
        name: "second person",
        sql: include_str!("migrations/008_second_person.sql"),
    },
    Migration { number: 10, name: "desk", sql: include_str!("migrations/009_desk.sql") },
    Migration {
        number: 11,
        name: "sheets by day",
        sql: include_str!("migrations/010_sheet_by_day.sql"),
    },
    Migration {
        number: 12,
        name: "second factors",
        sql: runtime::web::session_store::FACTOR_SCHEMA,
    },
    Migration {
        number: 13,
        name: "what two persons decide",
        sql: include_str!("migrations/011_two_persons.sql"),
    },
    Migration {
        number: 14,
        name: "screening runs",
        sql: include_str!("migrations/012_screening_run.sql"),
    },
    Migration {
        number: 15,
        name: "chain of reads",
        sql: include_str!("migrations/013_chain_of_reads.sql"),
    },
    Migration {
        number: 16,
        name: "turn of the year",
        sql: include_str!("migrations/014_roll_turn.sql"),
    },
    Migration {
        number: 17,
        name: "destruction carried out",
        sql: include_str!("migrations/015_destruction.sql"),
    },
    Migration {
        number: 18,
        name: "notice to families",
        sql: include_str!("migrations/016_family_notice.sql"),
    },
    Migration {
        number: 19,
        name: "accounts by two",
        sql: include_str!("migrations/017_account_ask.sql"),
    },
    Migration {
        number: 20,
        name: "lists of departments",
        sql: include_str!("migrations/018_department_list.sql"),
    },
    Migration {
        number: 21,
        name: "what a destruction took",
        sql: include_str!("migrations/019_destruction_taken.sql"),
    },
    Migration {
        number: 22,
        name: "which roster was taken back",
        sql: include_str!("migrations/020_import_undo.sql"),
    },
    Migration {
        number: 23,
        name: "how files of the office are read",
        sql: include_str!("migrations/021_import_columns.sql"),
    },
    Migration {
        number: 24,
        name: "addresses of calendars",
        sql: include_str!("migrations/022_calendar_address.sql"),
    },
    Migration {
        number: 25,
        name: "newest statements of departments",
        sql: include_str!("migrations/023_sender_statement.sql"),
    },
    Migration {
        number: 26,
        name: "working together",
        sql: include_str!("migrations/024_working_together.sql"),
    },
    Migration {
        number: 27,
        name: "sealed reports",
        sql: include_str!("migrations/025_sealed_report.sql"),
    },
    Migration {
        number: 28,
        name: "statements of departments are kept",
        sql: include_str!("migrations/026_sender_statement_kept.sql"),
    },
    Migration {
        number: 29,
        name: "anonymous surveys",
        sql: include_str!("migrations/027_survey.sql"),
    },
    Migration {
        number: 30,
        name: "report key",
        sql: include_str!("migrations/028_report_key.sql"),
    },
    Migration {
        number: 31,
        name: "figures of sealed reports",
        sql: include_str!("migrations/029_sealed_figures.sql"),
    },
    Migration {
        number: 32,
        name: "entries made in error",
        sql: include_str!("migrations/030_annulled.sql"),
    },
    Migration {
        number: 33,
        name: "what could not be sealed",
        sql: include_str!("migrations/031_sealed_absent.sql"),
    },
    Migration {
        number: 34,
        name: "sheets that supervisors signed",
        sql: include_str!("migrations/032_supervision_sheet.sql"),
    },
    Migration {
        number: 35,
        name: "consent to consultations with outsiders",
        sql: include_str!("migrations/033_conference_outsiders.sql"),
    },
    Migration {
        number: 36,
        name: "holds over a record about nobody",
        sql: include_str!("migrations/034_hold_target.sql"),
    },
    Migration {
        number: 37,
        name: "day of the test of a critical answer",
        sql: include_str!("migrations/035_critical_tested.sql"),
    },
    Migration {
        number: 38,
        name: "runs that were voided or ended early",
        sql: include_str!("migrations/036_run_ended.sql"),
    },
    Migration { number: 39, name: "referrals", sql: include_str!("migrations/037_referral.sql") },
    Migration {
        number: 40,
        name: "contacts about a case",
        sql: include_str!("migrations/038_case_contact.sql"),
    },
    Migration {
        number: 41,
        name: "orders to agencies",
        sql: include_str!("migrations/039_agency_order.sql"),
    },
    Migration {
        number: 42,
        name: "who trained representatives and made material",
        sql: include_str!("migrations/040_workload.sql"),
    },
    Migration {
        number: 43,
        name: "copies that were put back for a test",
        sql: include_str!("migrations/041_restore_proof.sql"),
    },
    Migration {
        number: 44,
        name: "how to reach the recipient of a consent",
        sql: include_str!("migrations/042_consent_contact.sql"),
    },
    Migration {
        number: 45,
        name: "students by the number that the school gives",
        sql: include_str!("migrations/043_student_by_local.sql"),
    },
    Migration {
        number: 46,
        name: "cases retold for teaching",
        sql: include_str!("migrations/044_teaching_case.sql"),
    },
    Migration {
        number: 47,
        name: "referrals by letter",
        sql: include_str!("migrations/045_letter.sql"),
    },
    Migration {
        number: 48,
        name: "what a receiver takes in",
        sql: include_str!("migrations/046_intake.sql"),
    },
    Migration {
        number: 49,
        name: "notices between neighbours",
        sql: include_str!("migrations/047_neighbour.sql"),
    },
    Migration {
        number: 50,
        name: "students who go to another school",
        sql: include_str!("migrations/048_school_move.sql"),
    },
    Migration {
        number: 51,
        name: "cards for remote consultations",
        sql: include_str!("migrations/049_card.sql"),
    },
    Migration {
        number: 52,
        name: "letters of a ledger that was put back",
        sql: include_str!("migrations/050_letter_restore.sql"),
    },
    Migration {
        number: 53,
        name: "agencies that a directory lists",
        sql: include_str!("migrations/051_listed_agency.sql"),
    },
    Migration {
        number: 54,
        name: "callers of a hotline who are handed over",
        sql: include_str!("migrations/052_hand_off.sql"),
    },
    Migration {
        number: 55,
        name: "runs that end with their special period",
        sql: include_str!("migrations/053_run_of_special.sql"),
    },
    Migration {
        number: 56,
        name: "letters that were put aside",
        sql: include_str!("migrations/054_set_aside.sql"),
    },
    Migration {
        number: 57,
        name: "parts of what is sealed anew",
        sql: include_str!("migrations/055_sealed_part.sql"),
    },
    Migration {
        number: 58,
        name: "key statements in one table",
        sql: include_str!("migrations/056_key_statement.sql"),
    },
    Migration {
        number: 59,
        name: "reads of what an office wrote",
        sql: include_str!("migrations/057_neighbour_out_read.sql"),
    },
    Migration {
        number: 60,
        name: "answers that their schools have not acknowledged",
        sql: include_str!("migrations/058_answer_heard.sql"),
    },
    Migration {
        number: 61,
        name: "letters of every kind that were put aside",
        sql: include_str!("migrations/059_aside_of_all.sql"),
    },
];

/// The open ledger database. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    database: Database,
}

impl Ledger {
    /// Opens or creates `ledger.db` under its data key.
    ///
    /// # Errors
    /// Wrong key, a newer database, a full disk, or another process holds it.
    pub fn open(path: &Path, key: DataKey) -> Result<Self, SqlError> {
        let database = Database::open(path, Options::encrypted(key, MIGRATIONS))?;
        Ok(Self { database })
    }

    /// A ledger in memory, for tests and simulations.
    ///
    /// # Errors
    /// A migration is wrong.
    pub fn in_memory() -> Result<Self, SqlError> {
        Database::in_memory(MIGRATIONS).map(|database| Self { database })
    }

    /// The database, for the console's session store.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Folds the log of the database into its file, so that what was erased is in neither.
    ///
    /// # Errors
    /// The file cannot be opened or written.
    pub fn fold(&self) -> Result<(), SqlError> {
        self.database.fold()
    }

    /// Reads a consistent view. Blocks; not for async tasks.
    ///
    /// # Errors
    /// What the closure returns, or that the store cannot be read.
    pub fn read<T, E>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.database.read(work)
    }

    /// Writes in one transaction that is on the disk when this returns. Blocks.
    ///
    /// # Errors
    /// What the closure returns, or that the commit failed; then nothing was changed.
    pub fn write<T, E>(
        &self,
        name: &'static str,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.database.write(name, work)
    }
}

/// A stored word that the software does not know, or a date that is none.
fn strange<T>(value: Option<T>) -> Result<T, SqlError> {
    value.ok_or(SqlError::Type)
}
