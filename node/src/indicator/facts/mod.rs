//! Facts: records of the ledgers as the evaluator sees them, a subject and named values.
//!
//! A source that no ledger fills is absent, and a field that a source does not have is absent from
//! its list: the evaluator turns both into "unsupported".

use std::collections::BTreeSet;

use domain::catalogue::{Block, Field, Grade, Source, Stage};
use domain::period::Term;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::IndicatorError;
use crate::ledger::profile::Profile;
use crate::ledger::staff::StaffMember;
use crate::ledger::student::Pupil;
use crate::ledger::{staff, student};
use crate::screening::census::{Screened, census};

/// Most fields of a source.
const FIELDS_MAX: usize = 4;

/// A value of a field: a word of the catalogue or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A word of the catalogue.
    Word(&'static str),
    /// A number.
    #[cfg_attr(not(test), expect(dead_code, reason = "the ledgers so far have no number field"))]
    Number(u32),
    /// The source has no such field.
    None,
}

/// One record: whom or what it is about, and its values in the order of the source's fields.
#[derive(Clone, Copy)]
pub(super) struct Record {
    /// Internal id of the pupil, member of staff, class or school.
    pub(super) subject: i64,
    /// Values in the order of fields.
    pub(super) values: [Value; FIELDS_MAX],
}

/// All records of one source.
pub(super) struct Records {
    /// Fields that the ledgers fill.
    pub(super) fields: &'static [Field],
    /// The records.
    pub(super) rows: Vec<Record>,
}

/// What the ledgers say about one day.
pub(super) struct Day {
    sources: Vec<(Source, Records)>,
}

/// What the ledgers say about a term.
pub struct Facts {
    pub(super) census: Day,
    pub(super) period_end: Day,
    profile: Profile,
    enrolled: u64,
    is_screened: bool,
}

impl Day {
    pub(super) fn source(&self, source: Source) -> Option<&Records> {
        self.sources.iter().find(|(known, _)| *known == source).map(|(_, records)| records)
    }
}

impl Facts {
    /// Pupils on the roll of the census day.
    #[must_use]
    pub const fn enrolled(&self) -> u64 {
        self.enrolled
    }

    /// Whether the term has a screening.
    #[must_use]
    pub const fn is_screened(&self) -> bool {
        self.is_screened
    }

    /// Whether a cell can hold anything at this school.
    pub(super) fn is_applicable(&self, block: &Block, place: usize) -> bool {
        let values = block.values_at(place).unwrap_or_default();
        let of = |field: Field| {
            let axis = block.dims().position(|dim| dim.as_str() == field.as_str())?;
            values.get(axis).copied()
        };
        let stage = of(Field::Stage).map(Stage::from_word);
        let grade = of(Field::Grade).map(Grade::from_word);
        let school_type = of(Field::SchoolType);
        let profile = &self.profile;
        if school_type.is_some_and(|word| word != profile.school_type.as_str()) {
            return false;
        }
        match (stage, grade) {
            (None, None) => true,
            (Some(stage), None) => stage.is_some_and(|stage| profile.has_stage(stage)),
            (None, Some(grade)) => grade.and_then(|grade| profile.stage_of(grade)).is_some(),
            (Some(stage), Some(grade)) => {
                let own = grade.and_then(|grade| profile.stage_of(grade));
                own.is_some() && own == stage
            }
        }
    }
}

/// Reads the census day and the end of the term.
pub(super) fn load(tx: &Tx<'_>, profile: &Profile, term: &Term) -> Result<Facts, IndicatorError> {
    let mut census_day = day(tx, profile, term.census)?;
    let mut is_screened = false;
    if let Some(screened) = census(tx, term)? {
        is_screened = true;
        census_day.sources.push((Source::Screening, screening(profile, &screened)?));
    }
    let enrolled = census_day.source(Source::Roll).map_or(0, |roll| roll.rows.len() as u64);
    Ok(Facts {
        period_end: day(tx, profile, term.end)?,
        census: census_day,
        profile: profile.clone(),
        enrolled,
        is_screened,
    })
}

fn day(tx: &Tx<'_>, profile: &Profile, date: Date) -> Result<Day, IndicatorError> {
    let pupils = student::roll_at(tx, date)?;
    let mut sources = vec![
        (Source::Roll, roll(profile, &pupils)?),
        (Source::Class, classes(profile, &pupils)?),
        (Source::School, school(profile)),
    ];
    if let Some(staff) = staff::staff_at(tx, date)? {
        sources.push((Source::StaffRoll, staff_roll(&staff)));
    }
    Ok(Day { sources })
}

/// Stage and grade of a pupil as the catalogue calls them.
fn place(profile: &Profile, pupil: &Pupil) -> Result<[Value; 2], IndicatorError> {
    let word = pupil.grade.code();
    let stage = Grade::from_word(word).and_then(|grade| profile.stage_of(grade));
    let stage = stage.ok_or(IndicatorError::Grade(word))?;
    Ok([Value::Word(stage.as_str()), Value::Word(word)])
}

fn roll(profile: &Profile, pupils: &[Pupil]) -> Result<Records, IndicatorError> {
    let record = |pupil: &Pupil| {
        let [stage, grade] = place(profile, pupil)?;
        let sex = Value::Word(pupil.sex.code());
        Ok(Record { subject: pupil.id, values: [stage, grade, sex, Value::None] })
    };
    let rows = pupils.iter().map(record).collect::<Result<_, IndicatorError>>()?;
    Ok(Records { fields: &[Field::Stage, Field::Grade, Field::Sex], rows })
}

/// Classes that have pupils, by grade and name.
fn classes(profile: &Profile, pupils: &[Pupil]) -> Result<Records, IndicatorError> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for pupil in pupils {
        if seen.insert((pupil.grade, &*pupil.class)) {
            let [stage, grade] = place(profile, pupil)?;
            let subject = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            rows.push(Record { subject, values: [stage, grade, Value::None, Value::None] });
        }
    }
    Ok(Records { fields: &[Field::Stage, Field::Grade], rows })
}

fn school(profile: &Profile) -> Records {
    let word = Value::Word(profile.school_type.as_str());
    let values = [word, Value::None, Value::None, Value::None];
    Records { fields: &[Field::SchoolType], rows: vec![Record { subject: 1, values }] }
}

fn staff_roll(staff: &[StaffMember]) -> Records {
    let record = |member: &StaffMember| {
        let role = Value::Word(member.main_role.code());
        Record { subject: member.id, values: [role, Value::None, Value::None, Value::None] }
    };
    Records { fields: &[Field::StaffRole], rows: staff.iter().map(record).collect() }
}

fn screening(profile: &Profile, screened: &[Screened]) -> Result<Records, IndicatorError> {
    let record = |screened: &Screened| {
        let [stage, grade] = place(profile, &screened.pupil)?;
        let sex = Value::Word(screened.pupil.sex.code());
        let outcome = Value::Word(screened.outcome.as_str());
        Ok(Record { subject: screened.pupil.id, values: [stage, grade, sex, outcome] })
    };
    let rows = screened.iter().map(record).collect::<Result<_, IndicatorError>>()?;
    Ok(Records { fields: &[Field::Stage, Field::Grade, Field::Sex, Field::Outcome], rows })
}
