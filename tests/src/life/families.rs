//! Plans, support, and what changes in the ledgers of families and physiques.

use domain::ledger::terms::PlanReason;
use domain::ledger::words::Support;
use jiff::ToSpan as _;
use jiff::civil::Date;
use node::ledger::entry::{StudentId, Words};
use node::ledger::special_group::{FamilyCase, Plan, SupportGiven};
use node::ledger::{physique, read, write};
use runtime::sql::Tx;

use super::rates::{CHANGES, SUPPORT};
use super::{Done, Life, LifeError, at};

impl Life {
    /// What happens on a day about families.
    pub(super) fn families(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        for _ in 0..self.dice.times(SUPPORT, self.cast.students()) {
            self.support(tx, day).map_err(at(day, "support"))?;
        }
        for _ in 0..self.dice.times(CHANGES, self.cast.students()) {
            if self.dice.per_mille(700) {
                self.end_family_case(tx, day).map_err(at(day, "a special-group student"))?;
            } else {
                self.end_physique(tx, day).map_err(at(day, "a special-physique student"))?;
            }
        }
        Ok(())
    }

    /// The one plan of a student, unless there is one.
    pub(super) fn plan(
        &mut self,
        tx: &Tx<'_>,
        (student, why): (StudentId, PlanReason),
        (day, review_by): (Date, Date),
    ) -> Done {
        if !self.waiting.planned.insert(student) {
            return Ok(());
        }
        let plan = Plan {
            from: day,
            student,
            why: Words::new([why]),
            goals: "情绪平稳，按时到校".to_owned(),
            measures: "每周谈心一次，家校每两周沟通一次".to_owned(),
            responsible: self.cast.counsellor_of(student),
            review_by,
            until: None,
        };
        write::add(tx, &self.cast.counsellor(day), &plan).map(drop)
    }

    pub(super) fn support(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let Some(student) = self.dice.pick(&self.waiting.special).copied() else {
            return Ok(());
        };
        let what: Support = self.dice.word(&[60, 30, 10]);
        let one = SupportGiven {
            day,
            student,
            what,
            detail: "谈心与学习用品".to_owned(),
            yuan: (what != Support::Care).then(|| 100 * (1 + self.dice.number(9))),
            by: Some(self.cast.head),
        };
        write::add(tx, &self.cast.counsellor(day), &one).map(drop)
    }

    /// A family's circumstances have changed: the entry ends.
    fn end_family_case(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let held = read::at::<FamilyCase>(tx, day)?;
        let Some(kept) = self.dice.pick(&held) else { return Ok(()) };
        if kept.entry.until.is_some() || kept.entry.from >= day {
            return Ok(());
        }
        let until = Some(day + i64::from(self.dice.number(30)).days());
        let ended = FamilyCase { until, ..kept.entry.clone() };
        let seen = (kept.record, kept.version);
        write::update(tx, &self.cast.counsellor(day), seen, &ended).map(drop)
    }

    fn end_physique(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let held = read::at::<physique::PhysiqueCase>(tx, day)?;
        let Some(kept) = self.dice.pick(&held) else { return Ok(()) };
        if kept.entry.until.is_some() || kept.entry.from >= day {
            return Ok(());
        }
        let ended = physique::PhysiqueCase { until: Some(day), ..kept.entry.clone() };
        let seen = (kept.record, kept.version);
        write::update(tx, &self.cast.counsellor(day), seen, &ended).map(drop)
    }
}
