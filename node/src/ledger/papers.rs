//! Consents as they open to readers: a paper that is asked for to pass something on says that
//! something is under way outside.
//!
//! A paper to screening opens to whoever reads consents. Any other opens to who reads the referrals
//! of that student too, and to who wrote it: a class teacher hears of no referral by its paper.

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

/// The second scope of a list of consents: students of whom the reader reads referrals.
pub(super) struct Passing {
    everyone: bool,
    these: String,
}

impl Passing {
    /// The scope for a list of a kind; none where the kind opens as its area does.
    pub(super) fn of(tx: &Tx<'_>, reader: &Author, kind: Kind) -> Result<Option<Self>, SqlError> {
        if kind != Kind::Consent {
            return Ok(None);
        }
        let scope = Scope::of(tx, reader, Action::Read(Area::Referral))?;
        Ok(Some(Self { everyone: scope.is_everyone(), these: scope.as_json() }))
    }

    /// The condition on rows of a list, and its values from the place after so many on.
    pub(super) fn condition(&self, before: usize) -> (String, Vec<Value<'_>>) {
        let (all, these) = (before + 1, before + 2);
        let text = format!(
            " and (t.purpose = '{}' or ${all}
                 or r.student in (select value from json_each(${these})))",
            Purpose::Screening.as_str()
        );
        (text, params![self.everyone, &self.these].to_vec())
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
pub(super) fn opens_to(pass: &Pass, known: &KindColumns, line: &Line) -> bool {
    if known.kind != Kind::Consent {
        return true;
    }
    let place = known.columns.iter().position(|column| column.name == "purpose");
    let purpose = match place.and_then(|place| line.cells.get(place)) {
        Some(Cell::Text(word)) => Purpose::from_word(word),
        _ => None,
    };
    purpose.is_some_and(|purpose| pass.allow(purpose.area()).is_ok())
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
}
