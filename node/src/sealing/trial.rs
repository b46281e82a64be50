//! The self-test of sealing on this machine: reports of two made-up schools under a task that no
//! hub has are measured, split, sealed, opened, verified by both halves of two made-up hubs and
//! added up, and what comes out must be the known answer. A program that was damaged, or built
//! against another arithmetic, is found before it seals anything of a real pupil.
//!
//! Nothing of it is stored or sent. What it cannot see is whether ledgers are counted rightly: that
//! has its own tests, and the school sees every figure before it leaves.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use certs::aggregate::{
    Hubs, Instance, KeyHalf, OutputShare, Parts, Role, SealedHalves, SumShare, VerifyKey, agree,
    open,
};
use certs::digest::sha256;
use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority};
use certs::seal::ShareKey;
use certs::statement::{
    KeyStatement, SignedStatement, StatedKey, VerifiedStatement, verify as believe,
};
use domain::catalogue::Grade;
use domain::cell::Cell;
use domain::disclosure::RawTable;
use domain::disclosure::sealed::{
    ReportNumber, SealedReport, SealedTable, SealedTables, Stratum, TaskId, context,
};
use domain::unit::{UnitId, Zone};
use jiff::{SignedDuration, Timestamp};
use proto::pack::embedded;

const TABLE: &str = "sealed.alt.census";
const GRADES: [&str; 2] = ["g7", "g8"];
const SEXES: [&str; 2] = ["m", "f"];
/// Students of each grade and sex at the two schools: caps of two classes.
const PERSONS: [u64; 2] = [40, 300];
/// State, grade and sex, and how many of them the two schools have. Everybody else is in none.
const HAVE: [([&str; 3], [u64; 2]); 3] =
    [(["t1", "g7", "m"], [2, 5]), (["t2", "g8", "f"], [1, 0]), (["t3", "g8", "m"], [0, 4])];
/// The known answer: every cell of the two together that is not zero.
const ANSWER: [([&str; 3], u64); 7] = [
    (["t1", "g7", "m"], 7),
    (["t2", "g8", "f"], 1),
    (["t3", "g8", "m"], 4),
    (["none", "g7", "m"], 333),
    (["none", "g7", "f"], 340),
    (["none", "g8", "m"], 336),
    (["none", "g8", "f"], 339),
];

/// Why this machine may not seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrialError {
    /// A step could not be done.
    #[error("the self-test of sealing stopped at: {0}")]
    Step(&'static str),
    /// What was opened is not what was sealed.
    #[error("the self-test of sealing opened other figures than it sealed")]
    Figures,
    /// An altered report was believed.
    #[error("the self-test of sealing believed a report that was altered")]
    Believed,
}

/// The two made-up hubs and the task that they sum.
struct Stage {
    table: SealedTable,
    task: TaskId,
    key: VerifyKey,
    keys: [ShareKey; 2],
    stated: [VerifiedStatement; 2],
}

/// Runs the self-test once in this process, before anything is sealed.
///
/// # Errors
/// It failed, now or before in this process.
pub(crate) fn passed(now: Timestamp) -> Result<(), TrialError> {
    static RESULT: OnceLock<Result<(), TrialError>> = OnceLock::new();
    *RESULT.get_or_init(|| run(now).map(drop))
}

/// Runs the self-test; gives how many cells were compared.
///
/// # Errors
/// A step could not be done, other figures came out, or an altered report was believed.
pub fn run(now: Timestamp) -> Result<usize, TrialError> {
    let stage = Stage::set(now)?;
    let mut sums = [SumShare::new(stage.table.cells()), SumShare::new(stage.table.cells())];
    let places: Vec<usize> = (0..stage.table.cells()).collect();
    for school in [0, 1] {
        let (halves, report, bound) = stage.seal(school)?;
        let outputs = stage.verify(&halves, &report, &bound)?;
        for (sum, output) in sums.iter_mut().zip(&outputs) {
            sum.add(output, &places).map_err(|_| TrialError::Step("add"))?;
        }
        // Under the number of another report the very same must not be believed.
        let other = context(&stage.task, &unit("other")?, number()?);
        if stage.verify(&halves, &report, &other).is_ok() {
            return Err(TrialError::Believed);
        }
    }
    let [leader, helper] = &sums;
    let found = open(leader, helper).map_err(|_| TrialError::Step("open"))?;
    let known = stage.answer()?;
    let is_known = |(place, value): (usize, &Option<u64>)| {
        *value == Some(known.get(&place).copied().unwrap_or(0))
    };
    match found.len() == places.len() && found.iter().enumerate().all(is_known) {
        true => Ok(found.len()),
        false => Err(TrialError::Figures),
    }
}

fn unit(text: &str) -> Result<UnitId, TrialError> {
    text.parse().map_err(|_| TrialError::Step("unit"))
}

fn number() -> Result<ReportNumber, TrialError> {
    ReportNumber::new(1).ok_or(TrialError::Step("number"))
}

impl Stage {
    fn set(now: Timestamp) -> Result<Self, TrialError> {
        let catalogue = embedded::catalogue().map_err(|_| TrialError::Step("catalogue"))?;
        let tables = SealedTables::of(&catalogue);
        let table = tables.table(TABLE).ok_or(TrialError::Step("table"))?.clone();
        let task = TaskId::from_bytes(*sha256(b"xinqiao self-test of sealing").bytes());
        let halves = [KeyHalf::generate(), KeyHalf::generate()];
        let [leader, helper] = &halves;
        let shown = (leader.commit(&task, Role::Leader), helper.commit(&task, Role::Helper));
        let key = agree(&task, (leader, shown.0), (helper, shown.1));
        let key = key.map_err(|_| TrialError::Step("key"))?;
        let made = |name: &str, role: Role| {
            ShareKey::generate(unit(name)?, role.purpose()).map_err(|_| TrialError::Step("key"))
        };
        let keys = [made("L", Role::Leader)?, made("H", Role::Helper)?];
        let stated = statements(&keys, now)?;
        Ok(Self { table, task, key, keys, stated })
    }

    /// What a made-up school counts, split and sealed to both hubs.
    fn seal(&self, school: usize) -> Result<(SealedHalves, Instance, Vec<u8>), TrialError> {
        let persons = PERSONS.get(school).copied().unwrap_or(0);
        let mut cells = vec![Cell::Value(0); self.table.cells()];
        let mut put = |key: [&str; 3], value: u64| {
            let place = self.table.block().place(&key);
            let cell = place.and_then(|place| cells.get_mut(place));
            *cell.ok_or(TrialError::Step("cell"))? = Cell::Value(value);
            Ok::<_, TrialError>(())
        };
        for (grade, sex) in strata() {
            let mut rest = persons;
            for ([state, of_grade, of_sex], counts) in HAVE {
                if (of_grade, of_sex) == (grade, sex) {
                    let count = counts.get(school).copied().unwrap_or(0);
                    put([state, grade, sex], count)?;
                    rest -= count;
                }
            }
            put(["none", grade, sex], rest)?;
        }
        let raw = RawTable::new(self.table.id().clone(), cells);
        let in_stratum = |stratum: &Stratum| {
            let grade = stratum.grade.map(Grade::as_str);
            let is_there = grade.is_some_and(|grade| GRADES.contains(&grade))
                && stratum.sex.as_deref().is_some_and(|sex| SEXES.contains(&sex));
            if is_there { persons } else { 0 }
        };
        let enrolled = persons * 4;
        let report = SealedReport::measure(raw, &self.table, enrolled, in_stratum);
        let report = report.map_err(|_| TrialError::Step("measure"))?;
        let bound = context(&self.task, &unit("S")?, number()?);
        let instance = Instance::new(report.cap(), self.table.cells());
        let instance = instance.map_err(|_| TrialError::Step("instance"))?;
        let shares = instance.split(&report, &bound).map_err(|_| TrialError::Step("split"))?;
        let [leader, helper] = &self.stated;
        let hubs = Hubs::new(leader, helper).map_err(|_| TrialError::Step("hubs"))?;
        let halves = shares.seal(&hubs, &bound).map_err(|_| TrialError::Step("seal"))?;
        Ok((halves, instance, bound))
    }

    /// Both hubs open their halves and verify them.
    fn verify(
        &self,
        halves: &SealedHalves,
        instance: &Instance,
        bound: &[u8],
    ) -> Result<[OutputShare; 2], TrialError> {
        let [leader, helper] = &self.keys;
        let opened =
            |role, key| halves.open(role, key, bound).map_err(|_| TrialError::Step("open a half"));
        let (leader, helper) = (opened(Role::Leader, leader)?, opened(Role::Helper, helper)?);
        let parts = Parts { context: bound, nonce: &halves.nonce, public: &halves.public };
        let proof = |_| TrialError::Step("verify");
        let (begun, shown) = instance.begin(&self.key, parts, &leader).map_err(proof)?;
        let (answer, at_helper) =
            instance.answer(&self.key, parts, &helper, &shown).map_err(proof)?;
        Ok([instance.finish(parts, begun, &answer).map_err(proof)?, at_helper])
    }

    fn answer(&self) -> Result<BTreeMap<usize, u64>, TrialError> {
        let place = |(key, value): ([&str; 3], u64)| {
            let place = self.table.block().place(&key).ok_or(TrialError::Step("cell"))?;
            Ok((place, value))
        };
        ANSWER.into_iter().map(place).collect()
    }
}

fn strata() -> impl Iterator<Item = (&'static str, &'static str)> {
    GRADES.into_iter().flat_map(|grade| SEXES.map(|sex| (grade, sex)))
}

/// Statements of both keys under two made-up commissions.
fn statements(keys: &[ShareKey; 2], now: Timestamp) -> Result<[VerifiedStatement; 2], TrialError> {
    let step = || TrialError::Step("statement");
    let zone: Zone = "self-test.invalid".parse().map_err(|_| step())?;
    let root = |commission| {
        let key = SigningKey::generate().map_err(|_| step())?;
        RootAuthority::create(commission, &zone, key, now).map_err(|_| step())
    };
    let roots = [root(Commission::Education)?, root(Commission::Health)?];
    let pins: Vec<_> = roots.iter().map(|root| root.certificate().clone()).collect();
    let stated = |key: &ShareKey| {
        let says = KeyStatement {
            zone: zone.clone(),
            unit: key.unit().clone(),
            name: "self-test".to_owned(),
            purpose: key.purpose(),
            key: StatedKey::Recipient(key.public().clone()),
            valid_from: now,
            valid_to: now + SignedDuration::from_hours(48),
        };
        let mut signed: Option<SignedStatement> = None;
        for root in &roots {
            let key = SigningKey::generate().map_err(|_| step())?;
            let chain = [root.sign_statement_key(key.public(), now).map_err(|_| step())?];
            match &mut signed {
                Some(signed) => signed.add_signature(&key, &chain).map_err(|_| step())?,
                None => {
                    let first = SignedStatement::sign(&says, &key, &chain);
                    signed = Some(first.map_err(|_| step())?);
                }
            }
        }
        let signed = signed.ok_or_else(step)?;
        believe(&signed, &pins, &zone, now).map_err(|_| step())
    };
    let [leader, helper] = keys;
    Ok([stated(leader)?, stated(helper)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-09-14T00:00:00Z".parse().expect("instant")
    }

    /// The known answer comes out, cell by cell, and the two schools' caps are of two classes.
    #[test]
    fn the_known_answer_comes_out() {
        assert_eq!(passed(now()), Ok(()));
        let stage = Stage::set(now()).expect("stage");
        assert_eq!(run(now()), Ok(stage.table.cells()));
        let caps = [0, 1].map(|school| stage.seal(school).expect("sealed").1.cap());
        assert_ne!(caps[0], caps[1]);
    }

    /// It can fail: a byte that was altered on the way is believed by neither hub.
    #[test]
    fn an_altered_report_fails_it() {
        let stage = Stage::set(now()).expect("stage");
        let (mut halves, instance, bound) = stage.seal(0).expect("sealed");
        halves.public[40] ^= 1;
        assert!(stage.verify(&halves, &instance, &bound).is_err());
    }
}
