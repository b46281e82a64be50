//! Facts about students: the roll, classes, the screening, and where anybody stood on a day.

use std::collections::{BTreeSet, HashMap};

use domain::catalogue::{Field, Grade, Stage};
use jiff::civil::Date;

use super::record::{Behind, Record, Records, Value};
use super::{IndicatorError, Load};
use crate::ledger::profile::Profile;
use crate::ledger::student::{self, Placement, Pupil};

/// Where every student stood on every day.
pub(super) struct People {
    placements: HashMap<i64, Vec<Placement>>,
}

/// Stage, grade and sex of a student on a day, as the catalogue calls them.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) stage: &'static str,
    pub(super) grade: &'static str,
    pub(super) sex: &'static str,
}

impl People {
    pub(super) fn load(tx: &runtime::sql::Tx<'_>) -> Result<Self, IndicatorError> {
        Ok(Self { placements: student::placements(tx)? })
    }

    /// Before the first version that is known, the first one counts.
    pub(super) fn place(
        &self,
        profile: &Profile,
        (student, day): (i64, Date),
        behind: Behind,
    ) -> Result<Place, IndicatorError> {
        let known = self.placements.get(&student).map_or(&[][..], Vec::as_slice);
        let then = known.iter().rfind(|version| version.from <= day).or_else(|| known.first());
        let then = then.ok_or(IndicatorError::Student { behind })?;
        let grade = then.grade.code();
        Ok(Place { stage: stage(profile, grade, behind)?, grade, sex: then.sex.code() })
    }
}

/// Stage of a record's grade at this school.
pub(super) fn stage(
    profile: &Profile,
    grade: &'static str,
    behind: Behind,
) -> Result<&'static str, IndicatorError> {
    let found = Grade::from_word(grade).and_then(|grade| profile.stage_of(grade));
    found.map(Stage::as_str).ok_or(IndicatorError::Grade { grade, behind })
}

/// Students on the roll, with their alert state where the early-warning ledger is kept.
pub(super) fn roll(
    load: &Load<'_>,
    pupils: &[Pupil],
    day: Date,
) -> Result<Records, IndicatorError> {
    let record = |pupil: &Pupil| {
        let grade = pupil.grade.code();
        let state = load.alerts.state_on(pupil.id, day);
        let behind = Behind::Student(pupil.id);
        let values = [stage(load.profile, grade, behind)?, grade, pupil.sex.code(), state];
        let values = values.map(Value::Word).to_vec();
        Ok(Record::of_student(pupil.id, behind, values))
    };
    let rows = pupils.iter().map(record).collect::<Result<_, IndicatorError>>()?;
    let mut fields = vec![Field::Stage, Field::Grade, Field::Sex];
    if load.is_alert_kept(day) {
        fields.push(Field::AlertState);
    }
    Ok(Records { fields, rows })
}

/// Classes that have pupils, by grade and name.
pub(super) fn classes(profile: &Profile, pupils: &[Pupil]) -> Result<Records, IndicatorError> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for pupil in pupils {
        if seen.insert((pupil.grade, &*pupil.class)) {
            let grade = pupil.grade.code();
            let stage = stage(profile, grade, Behind::Student(pupil.id))?;
            let values = vec![Value::Word(stage), Value::Word(grade)];
            rows.push(Record::of_work(Behind::Class, values));
        }
    }
    Ok(Records::new(&[Field::Stage, Field::Grade], rows))
}
