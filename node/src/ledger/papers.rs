//! Consents as they open to readers: a paper that is asked for to pass something on says that
//! something is under way outside.
//!
//! A paper to screening opens to whoever reads consents. Any other opens to who reads the referrals
//! of that student too, and to who wrote every version of it: a class teacher hears of no referral
//! by its paper.

use domain::ledger::consent::Purpose;
use domain::ledger::{Action, Area, Kind, Word as _};
use runtime::params;
use runtime::sql::{SqlError, Tx, Value};

use super::access::{self, Pass};
use super::author::Author;
use super::browse::Line;
use super::consent::Consent;
use super::entry::{Cell, RecordId};
use super::kinds::KindColumns;
use super::read;
use super::scope::Scope;

/// The second scope of a list of consents: students of whom the reader reads referrals, and papers
/// that the reader wrote alone.
pub(super) struct Passing {
    everyone: bool,
    these: String,
    account: String,
}

/// Whether somebody else wrote a version of a record that is no paper to screening; the record and
/// the account are two values.
const BY_OTHERS: &str = "select 1 from consent c
    join journal j on j.record = c.record and j.version = c.version
    where c.purpose <> 'screening'";

impl Passing {
    /// The scope for a list of a kind; none where the kind opens as its area does.
    pub(super) fn of(tx: &Tx<'_>, reader: &Author, kind: Kind) -> Result<Option<Self>, SqlError> {
        if kind != Kind::Consent {
            return Ok(None);
        }
        let scope = Scope::of(tx, reader, Action::Read(Area::Referral))?;
        let account = reader.account().to_owned();
        Ok(Some(Self { everyone: scope.is_everyone(), these: scope.as_json(), account }))
    }

    /// The condition on rows of a list, and its values from the place after so many on.
    pub(super) fn condition(&self, before: usize) -> (String, Vec<Value<'_>>) {
        let (all, these, account) = (before + 1, before + 2, before + 3);
        let text = format!(
            " and (t.purpose = '{}' or ${all}
                 or r.student in (select value from json_each(${these}))
                 or not exists ({BY_OTHERS} and c.record = r.id and j.author <> ${account}))",
            Purpose::Screening.as_str()
        );
        (text, params![self.everyone, &self.these, &self.account].to_vec())
    }
}

/// Whether the versions of a record open to who may read its area.
pub(super) fn opens(
    tx: &Tx<'_>,
    reader: &Author,
    (kind, record): (Kind, RecordId),
) -> Result<bool, SqlError> {
    if kind != Kind::Consent {
        return Ok(true);
    }
    for (kept, by) in read::versions::<Consent>(tx, record)? {
        let (area, student) = (kept.entry.purpose.area(), kept.entry.student);
        let is_own = by.author == reader.account();
        if area != Area::Consent && !is_own && !access::may_read(tx, reader, student, area)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a line opens to a pass that opens its area.
pub(super) fn opens_to(
    tx: &Tx<'_>,
    pass: &Pass,
    known: &KindColumns,
    line: &Line,
) -> Result<bool, SqlError> {
    if known.kind != Kind::Consent {
        return Ok(true);
    }
    let place = known.columns.iter().position(|column| column.name == "purpose");
    let purpose = match place.and_then(|place| line.cells.get(place)) {
        Some(Cell::Text(word)) => Purpose::from_word(word),
        _ => None,
    };
    match purpose {
        Some(purpose) => is_open(tx, pass, (line.record, purpose)),
        None => Ok(false),
    }
}

/// Whether a paper of a purpose opens to a pass: by the area of the purpose, or because nobody but
/// the reader wrote it.
///
/// # Errors
/// The store cannot be read.
pub fn is_open(
    tx: &Tx<'_>,
    pass: &Pass,
    (record, purpose): (RecordId, Purpose),
) -> Result<bool, SqlError> {
    if pass.allow(purpose.area()).is_ok() {
        return Ok(true);
    }
    let by_others = format!("{BY_OTHERS} and c.record = $1 and j.author <> $2 limit 1");
    let found = tx.query_opt(&by_others, params![record.0, pass.account()], |row| row.i64(0))?;
    Ok(found.is_none())
}

#[cfg(test)]
mod tests {
    use domain::ledger::SchoolRole;
    use domain::ledger::consent::Answer;
    use domain::ledger::terms::ReadPurpose;

    use super::super::browse::{self, Filter};
    use super::super::duty::{DutyKind, duties};
    use super::super::entry::StaffId;
    use super::super::guard_tests::{CHILD, author, counsellor, run, school};
    use super::super::refusal::LedgerRefusal;
    use super::super::roll::Mentor;
    use super::super::special_group::Helper;
    use super::super::testing::{School, TODAY};
    use super::super::write;
    use super::*;

    /// How many consents somebody finds in the list, in the record and among what is due.
    fn seen(school: &School, by: Author) -> [usize; 3] {
        let found = run(school, move |tx| {
            let list = browse::page(tx, &by, Kind::Consent, &Filter::default())?;
            let pass = access::open(tx, &by, CHILD, ReadPurpose::ClassWork)?;
            let lines = browse::timeline(tx, &pass)?;
            let lines = lines.iter().filter(|line| line.kind == Kind::Consent);
            let due = duties(tx, &by, |duty| duty.kind == DutyKind::Consent)?;
            Ok([list.total, lines.count(), due.shown.len()])
        });
        found.expect("seen")
    }

    /// A mentor off the case hears of the consent to screening and not of the one to a referral,
    /// nowhere; on the case, of both.
    #[test]
    fn a_teacher_hears_of_no_referral_by_its_paper() {
        let school = school();
        let mentor = || author("mentor", SchoolRole::Mentor, 3);
        let asked = |purpose| Consent::bare(CHILD, (purpose, Answer::Asked), TODAY);
        let referral = run(&school, move |tx| {
            let pair = Mentor { from: TODAY, student: CHILD, staff: StaffId(3), until: None };
            write::add(tx, &counsellor(), &pair)?;
            write::add(tx, &counsellor(), &asked(Purpose::Screening))?;
            write::add(tx, &counsellor(), &asked(Purpose::Referral))
        });
        let referral = referral.expect("asked");
        let history = || {
            let read = run(&school, move |tx| {
                browse::history(tx, &mentor(), Kind::Consent, referral).map(|found| found.len())
            });
            match read {
                Ok(versions) => Some(versions),
                Err(LedgerRefusal::NotAllowed) => None,
                Err(other) => panic!("{other}"),
            }
        };
        assert_eq!((seen(&school, mentor()), history()), ([1; 3], None));
        assert_eq!(seen(&school, counsellor()), [2; 3]);
        run(&school, |tx| {
            let helper = Helper { from: TODAY, student: CHILD, staff: StaffId(3), until: None };
            write::add(tx, &counsellor(), &helper)
        })
        .expect("on the case");
        assert_eq!((seen(&school, mentor()), history()), ([2; 3], Some(1)));
    }

    /// A class teacher off the case finds the paper to a referral that they wrote, until somebody
    /// else writes a version of it; another account never sees it.
    #[test]
    fn who_wrote_a_paper_alone_finds_it() {
        let school = school();
        let teacher = || author("teacher", SchoolRole::ClassTeacher, 3);
        let other = || author("mentor", SchoolRole::Mentor, 3);
        let paper = || Consent::bare(CHILD, (Purpose::Referral, Answer::Asked), TODAY);
        let record = run(&school, move |tx| {
            let pair = Mentor { from: TODAY, student: CHILD, staff: StaffId(3), until: None };
            write::add(tx, &counsellor(), &pair)?;
            write::add(tx, &teacher(), &paper())
        });
        let record = record.expect("asked");
        assert_eq!((seen(&school, teacher()), seen(&school, other())), ([1; 3], [0; 3]));
        run(&school, move |tx| {
            let paper = Consent { witness: "德育主任".to_owned(), ..paper() };
            write::update(tx, &counsellor(), (record, 1), &paper)
        })
        .expect("changed");
        assert_eq!(seen(&school, teacher()), [0; 3]);
    }
}
