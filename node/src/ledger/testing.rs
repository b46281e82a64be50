//! A generated school for tests: files go in as an office would import them.

use std::io::Cursor;
use std::sync::Arc;

use certs::digest::sha256;
use certs::key::SigningKey;
use domain::catalogue::{Catalogue, Grade as CatalogueGrade, SchoolType};
use domain::digest::Digest;
use domain::ledger::SchoolRole;
use domain::ledger::consent::{Answer, Purpose};
use domain::ledger::terms::{Relation, Tier};
use domain::ledger::words::{AlertSource, EventMode, Move};
use domain::period::{Calendar, Period, Term, TermId};
use domain::scale::{Scale, Setting};
use jiff::civil::{Date, date};
use runtime::sql::SqlError;
use runtime::web::Role;
use runtime::web::session_store::StoredAccount;

use super::author::Author;
use super::case::MoveWish;
use super::consent::Consent;
use super::entry::{StaffId, StudentId};
use super::governance::Drill;
use super::import_batch::{ImportReceipt, ImportSource};
use super::profile::{self, Profile};
use super::sealed::SealYears;
use super::{Ledger, sheet, staff, student, write};
use crate::import::answers::{self, AnswersContext};
use crate::import::preview::{Accepted, Comparable, Preview, Scope, compare};
use crate::import::roster::{self, RosterContext};
use crate::import::source::Source;
use crate::import::table::ParsedFile;
use crate::import::value::{Grade, GradeSpan};
use crate::packs::SpecialVersions;
use crate::release::{self, Context, Prepared, ReleaseError};
use crate::screening::{Screening, ScreeningError, ScreeningReceipt};

/// Day on which the tests' rosters are right.
pub(crate) const AS_OF: Date = date(2025, 10, 10);
/// Day of the tests, after the census day of the term.
pub(crate) const TODAY: Date = date(2025, 11, 20);
/// The tests' clock.
pub(crate) const NOW_MS: i64 = 1_763_600_000_000;
/// The scale of the tests: 26 items, two subscales with bands, item 9 critical.
pub(crate) const SCALE: &str = "demo-phq9-gad7";
/// The tests' term.
pub(crate) const TERM: TermId = TermId { school_year: 2025, number: 1 };
/// The same, as a period.
pub(crate) const PERIOD: Period = Period::Term(TERM);

/// One generated pupil.
#[derive(Clone)]
pub(crate) struct TestPupil {
    /// Number in the file.
    pub(crate) n: u32,
    /// `男`, `女` or blank.
    pub(crate) sex: &'static str,
    /// `七年级` to `九年级`.
    pub(crate) grade: &'static str,
    /// `是`, `否` or blank.
    pub(crate) consent: &'static str,
}

impl TestPupil {
    /// Pupil number `n` of the seventh grade, with consent.
    pub(crate) fn new(n: u32) -> Self {
        let sex = if n.is_multiple_of(2) { "男" } else { "女" };
        Self { n, sex, grade: "七年级", consent: "是" }
    }

    pub(crate) fn number(&self) -> String {
        format!("G999999201301{:05}A", self.n)
    }
}

/// A school with its ledger, in memory.
pub(crate) struct School {
    pub(crate) ledger: Ledger,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) scale: Arc<Scale>,
}

impl School {
    /// Gives every school the same rounding key, so that their tables can be compared.
    pub(crate) fn danger_fix_rounding_key(&self, key: &[u8; 32]) {
        let key = *key;
        let written: Result<usize, SqlError> = self.ledger.write("key", move |tx| {
            tx.execute("insert into rounding_key values (1, $1, 0)", runtime::params![&key])
        });
        written.expect("key");
    }

    /// A junior school without pupils.
    pub(crate) fn new() -> Self {
        Self::with(Ledger::in_memory().expect("ledger"))
    }

    pub(crate) fn with(ledger: Ledger) -> Self {
        let grade = |number| CatalogueGrade::school(number).expect("grade");
        let profile = Profile {
            unit: "F370202004J01".parse().expect("unit"),
            name_zh: "示例初级中学".to_owned(),
            name_en: "Example Junior Middle School".to_owned(),
            school_type: SchoolType::Junior,
            grade_from: grade(7),
            grade_to: grade(9),
        };
        ledger.write("profile", move |tx| profile::set(tx, &profile)).expect("profile");
        Self {
            ledger,
            catalogue: Arc::new(proto::pack::embedded::catalogue().expect("catalogue")),
            calendar: Arc::new(proto::pack::embedded::calendar().expect("calendar")),
            scale: Arc::new(proto::pack::embedded::scale(SCALE).expect("scale")),
        }
    }

    pub(crate) fn term(&self) -> Term {
        *self.calendar.term(TERM).expect("term")
    }

    pub(crate) fn context(&self) -> Context {
        Context {
            catalogue: self.catalogue.clone(),
            catalogue_digest: sha256(b"catalogue of the tests"),
            catalogues: Vec::new(),
            specials: Vec::new(),
            special_versions: SpecialVersions::default(),
            sealed_years: SealYears::default(),
            calendar: self.calendar.clone(),
            today: TODAY,
            now_ms: NOW_MS,
        }
    }

    /// Imports a whole roster that is right on a day.
    pub(crate) fn roster(&self, pupils: &[TestPupil], as_of: Date) -> ImportReceipt {
        let header = "学籍号,姓名,性别,年级,班级,监护人同意,同意日期";
        let mut text = format!("{header}\n");
        for pupil in pupils {
            let TestPupil { sex, grade, consent, .. } = pupil;
            let dated = if consent.is_empty() { "" } else { "2025-09-17" };
            let number = pupil.number();
            text += &format!("{number},张某某,{sex},{grade},1班,{consent},{dated}\n");
        }
        self.roster_of(&text, as_of)
    }

    /// As [`School::roster`], of a file with its header.
    pub(crate) fn roster_of(&self, text: &str, as_of: Date) -> ImportReceipt {
        let span = |code| Grade::from_code(code).expect("grade");
        let context = RosterContext {
            today: TODAY,
            school_year: 2025,
            grades: GradeSpan { from: span("g7"), to: span("g9") },
            school_codes: Vec::new(),
            school_names: Vec::new(),
        };
        let mut file = roster::read(&mut open(text), None, &context).expect("roster");
        let known = self.ledger.read(student::current).expect("known");
        let by_hand = self.ledger.read(student::by_hand).expect("by hand");
        let scope = Scope::Whole(roster::settle(&mut file, &known, &by_hand, as_of));
        let batch = accept(file, scope, |key| known.get(key).cloned());
        let source = source(as_of);
        let written = self.ledger.write("roster", move |tx| student::apply(tx, &batch, &source));
        written.expect("applied")
    }

    /// Imports a whole staff roll: number and role.
    pub(crate) fn staff(&self, members: &[(u32, &str)]) -> ImportReceipt {
        let mut text = "工号,姓名,岗位\n".to_owned();
        for (n, role) in members {
            text += &format!("T{n:03},李某,{role}\n");
        }
        let file = crate::import::staff::read(&mut open(&text), None).expect("staff");
        let known = self.ledger.read(staff::current).expect("known");
        let scope = Scope::Whole(known.keys().cloned().collect());
        let batch = accept(file, scope, |key| known.get(key).cloned());
        let source = source(AS_OF);
        let written = self.ledger.write("staff", move |tx| staff::apply(tx, &batch, &source));
        written.expect("applied")
    }

    /// Lets the school work in its ledgers from September on: a drill says nothing of a child.
    pub(crate) fn begin_work(&self) {
        let drill = Drill {
            day: date(2025, 9, 10),
            mode: EventMode::Normal,
            scenario: "演练".to_owned(),
            minutes: 20,
            participants: 6,
            through_channel: false,
            findings: String::new(),
        };
        let author = Author::new("counsellor", SchoolRole::Counsellor, None, NOW_MS);
        let author = author.because("核对");
        let entered = self.ledger.write("drill", move |tx| write::add(tx, &author, &drill));
        entered.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Imports sheets: pupil, day, and the cells after these.
    pub(crate) fn answers(
        &self,
        rows: &[(TestPupil, &str, String)],
    ) -> Result<ScreeningReceipt, ScreeningError> {
        self.answers_by(sha256(b"pack of the tests"), rows)
    }

    /// As [`School::answers`], scored by the pack of a digest.
    pub(crate) fn answers_by(
        &self,
        pack: Digest,
        rows: &[(TestPupil, &str, String)],
    ) -> Result<ScreeningReceipt, ScreeningError> {
        let codes: Vec<&str> = self.scale.items().iter().map(|item| item.code.as_str()).collect();
        let mut text = format!("学籍号,测评日期,参测情况,{}\n", codes.join(","));
        for (pupil, day, cells) in rows {
            text += &format!("{},{day},{cells}\n", pupil.number());
        }
        let setting = Setting::Demonstration;
        let screening = Screening::new(self.scale.clone(), pack, self.term(), setting);
        let screening = screening.expect("allowed");
        let items = screening.item_columns();
        let context = AnswersContext {
            scale: SCALE,
            scale_names: &[],
            items: &items,
            today: TODAY,
            default_date: None,
            on_roll: &|_| true,
        };
        let file = answers::read(&mut open(&text), None, &context).expect("answers");
        let count = items.len();
        let known = self.ledger.read(move |tx| sheet::known(tx, TERM, SCALE, count));
        let known = known.expect("known");
        let batch = accept(file, Scope::Part, |key| known.get(key).cloned());
        let source = source(AS_OF);
        self.ledger.write("answers", move |tx| screening.apply(tx, &batch, &source))
    }

    /// Notes that a student is destroyed who was on the roll until a day; somebody must be named.
    pub(crate) fn danger_note_destroyed(&self, left: &'static str) {
        let written: Result<usize, SqlError> = self.ledger.write("destroyed", move |tx| {
            tx.execute(
                "insert into destroyed_student (student, ordered, first_day, left_day)
                 values (777, 999999, '2024-09-01', $1)",
                runtime::params![left],
            )
        });
        written.expect("destroyed");
    }

    /// Forgets what both hubs said of sealed reports, as an older copy of the ledger has it.
    pub(crate) fn danger_forget_verdicts(&self) {
        let forget: Result<usize, SqlError> = self.ledger.write("older copy", |tx| {
            tx.execute("update sealed_report set answer = null, verdict = null", &[])
        });
        forget.expect("forgotten");
    }

    /// Writes a raise past the ledgers' door that does not begin where student 1's case stands.
    pub(crate) fn danger_insert_move(&self, case: i64) -> i64 {
        let written: Result<i64, SqlError> = self.ledger.write("danger", move |tx| {
            let record = tx.query_opt(
                "insert into record (kind, student, day, version, parallels, destroyed)
                 values ('alert_move', 1, '2025-11-20', 1, 0, 0) returning id",
                &[],
                |row| row.i64(0),
            )?;
            let record = record.expect("id");
            tx.execute(
                "insert into alert_move (record, version, day, parallel, nonce, reason, student,
                     of_case, how, from_tier, to_tier, source, owner, standing, made_at)
                 values ($1, 1, '2025-11-20', 0, x'00', 'r', 1, $2, 'tier_up', 't1', 't3',
                     'mentor', 1, 'in_force', 9999999999999)",
                runtime::params![record, case],
            )?;
            Ok(record)
        });
        written.expect("written")
    }

    /// The sheets of screening runs that count: instrument, how it was handed in, revision.
    pub(crate) fn sheets_of_runs(&self) -> Vec<(i64, String, i64)> {
        let read: Result<_, SqlError> = self.ledger.read(|tx| {
            let statement = "select i.id, h.handed_in, h.revision from sheet h
                join run_instrument i on i.campaign = h.campaign where h.current = 1
                order by i.id, h.test_date";
            tx.query(statement, &[], |row| Ok((row.i64(0)?, row.text(1)?, row.i64(2)?)))
        });
        read.expect("sheets")
    }

    /// How many events of a kind students of runs have.
    pub(crate) fn run_events(&self, what: &'static str) -> usize {
        let read: Result<_, SqlError> = self.ledger.read(move |tx| {
            let statement = "select id from participant_event where what = $1";
            tx.query(statement, runtime::params![what], |row| row.i64(0))
        });
        read.expect("events").len()
    }

    /// How many rows a table of the ledger has.
    pub(crate) fn rows(&self, table: &'static str) -> u64 {
        let counted = self.ledger.read(move |tx| {
            tx.query_opt(&format!("select count(*) from {table}"), &[], |row| row.u64(0))
        });
        let counted: Result<_, SqlError> = counted;
        counted.expect("count").expect("one row")
    }
}

/// Makes the releases of a period at a school that has named who answers for it.
pub(crate) fn make_answered(
    ledger: &Ledger,
    context: &Context,
    period: Period,
    key: &SigningKey,
) -> Result<Prepared, ReleaseError> {
    danger_name_responsible(ledger);
    release::make(ledger, context, period, key)
}

/// Names somebody who answers for what leaves, past the ledgers' door and on no staff roll, so that
/// no figure of a test changes; doing it again changes nothing.
pub(crate) fn danger_name_responsible(ledger: &Ledger) {
    let named: Result<(), SqlError> = ledger.write("responsible", |tx| {
        let known = "select 1 from post_holder limit 1";
        if tx.query_opt(known, &[], |row| row.i64(0))?.is_some() {
            return Ok(());
        }
        tx.execute("insert into staff (id, staff_number, version) values (999999, 'R', 0)", &[])?;
        tx.execute(
            "insert into record (id, kind, day, version, parallels, destroyed)
             values (999999, 'post_holder', '2025-09-01', 1, 0, 0)",
            &[],
        )?;
        tx.execute(
            "insert into post_holder (record, version, day, parallel, nonce, reason, post, staff,
                 phone, handover)
             values (999999, 1, '2025-09-01', 0, x'00', '', 'responsible', 999999, '', '')",
            &[],
        )?;
        Ok(())
    });
    named.expect("named");
}

/// Cells of an answered sheet: PHQ-9 sums to `phq`, item 9 as given, all else zero.
pub(crate) fn sheet_cells(phq: u8, item9: &str) -> String {
    let mut cells = vec!["已测".to_owned()];
    for item in 0..26 {
        let share = phq.saturating_sub(3 * item).min(3);
        let cell = if item < 8 { share.to_string() } else { "0".to_owned() };
        cells.push(if item == 8 { item9.to_owned() } else { cell });
    }
    cells.join(",")
}

/// Cells of a sheet that was not answered.
pub(crate) fn without_sheet(word: &str) -> String {
    format!("{word}{}", ",".repeat(26))
}

fn open(text: &str) -> Source {
    Source::open(Cursor::new(text.as_bytes().to_vec())).expect("source")
}

pub(super) fn source(as_of: Date) -> ImportSource {
    ImportSource {
        file_name: "名册.csv".to_owned(),
        digest: sha256(b"file"),
        author: "school-it".to_owned(),
        as_of,
        now_ms: NOW_MS,
    }
}

fn accept<R: Comparable>(
    file: ParsedFile<R>,
    scope: Scope<R::Key>,
    lookup: impl Fn(&R::Key) -> Option<R>,
) -> Accepted<R> {
    let preview: Preview<R> =
        compare(file, scope, |key| Ok::<_, std::convert::Infallible>(lookup(key))).expect("known");
    match preview.accept() {
        Ok(accepted) => accepted,
        Err(refused) => {
            let faults: Vec<_> = refused.errors.iter().map(|error| error.fault.code).collect();
            panic!("refused: {faults:?}")
        }
    }
}

/// Lets a ledger grow by so many pages and no further, as a full disk does; `None` lifts it.
pub(crate) fn limit_pages(ledger: &Ledger, more: Option<u64>) {
    let limit = move |tx: &runtime::sql::Tx<'_>| {
        let pages = tx.query_opt("pragma page_count", &[], |row| row.u64(0))?.unwrap_or(0);
        let most = more.map_or(u64::from(u32::MAX), |more| pages + more);
        tx.query_opt(&format!("pragma max_page_count = {most}"), &[], |row| row.u64(0))?;
        Ok::<_, SqlError>(())
    };
    ledger.write("limit_pages", limit).expect("limit");
}

/// Has the ledger refuse to note that items were copied, as a full disk would, or no longer.
pub(crate) fn refuse_notes(ledger: &Ledger, refuse: bool) {
    let statement = if refuse {
        "create temp trigger no_note before update on handover
         begin select raise(abort, 'full'); end"
    } else {
        "drop trigger no_note"
    };
    let done: Result<usize, SqlError> =
        ledger.write("refuse_notes", move |tx| tx.execute(statement, &[]));
    done.expect("trigger");
}

/// A slip with everything on it that a consent to screening needs, valid from its day on.
pub(crate) fn slip(student: StudentId, answer: Answer, day: Date, to: Date) -> Consent {
    Consent {
        relation: Some(Relation::Mother),
        guardian_signed: Some(day),
        student_signed: Some(day),
        child_view: "愿意".to_owned(),
        valid_to: to,
        notice_version: "1".to_owned(),
        form_digest: "0a".repeat(32),
        ..Consent::bare(student, (Purpose::Screening, answer), day)
    }
}

/// A move of a case that a mentor brought, to be reviewed on 22 November.
pub(crate) fn wish(how: Move, to: Option<Tier>, owner: i64) -> MoveWish {
    let next_review = to.map(|_| date(2025, 11, 22));
    MoveWish { how, to, source: AlertSource::Mentor, owner: StaffId(owner), next_review }
}

/// An account that nobody signs in to.
pub(crate) fn stored_account(login: &str, role: Role) -> StoredAccount {
    StoredAccount {
        login: login.to_owned(),
        password_hash: "none".to_owned(),
        role,
        name: login.to_owned(),
        locked_until_ms: 0,
        failures: 0,
    }
}
