//! Two hubs in memory, each with what its store would hold, and a school that reports to them:
//! everything that the rules and the arithmetic of sealed sums say, without wire and disk.

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::{
    AggregateError, Instance, KeyHalf, OutputShare, Parts, Role, Shares, SumShare, VerifyKey,
    agree, open, task_id,
};
use certs::digest::sha256;
use domain::catalogue::Stage;
use domain::cell::Cell;
use domain::disclosure::RawTable;
use domain::disclosure::plan::{GROUP_MIN, Openings, Plan, Roster};
use domain::disclosure::sealed::{
    Arrival, Cover, Decision, Held, Kept, Kind, Known, MeasureError, Off, Phase, Refusal,
    ReportNumber, SealedReport, SealedTable, State, TaskId, TaskTerms, context, control, decide,
};
use domain::unit::UnitId;

/// A report on its way.
pub struct Sent {
    pub school: UnitId,
    pub number: ReportNumber,
    pub report: SealedReport,
    pub shares: Shares,
}

/// Why a report is not in the sum.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    Intake(Refusal),
    Proof,
    Control(Vec<Off>),
}

/// What both hubs of a task hold.
pub struct Hubs<'c> {
    pub roster: &'c Roster,
    pub plan: &'c Plan,
    pub table: &'c SealedTable,
    pub task: TaskId,
    key: VerifyKey,
    kept: BTreeMap<UnitId, Kept>,
    nonces: BTreeMap<[u8; 16], Kept>,
    /// Output shares of the leader and of the helper.
    pub shares: [BTreeMap<UnitId, Vec<u8>>; 2],
    pub openings: Openings,
}

/// An opened sum of a stage.
#[derive(Debug)]
pub struct Opened {
    pub schools: BTreeSet<UnitId>,
    pub cells: Vec<Option<u64>>,
    pub reports: u32,
}

/// The terms of a task of this test.
pub fn terms(table: &SealedTable, period: &str, plan: &Plan, roster: &Roster) -> TaskTerms {
    TaskTerms {
        city: "qingdao.example".parse().expect("zone"),
        period: period.parse().expect("period"),
        table: table.id().clone(),
        kind: table.kind(),
        cells: u32::try_from(table.cells()).expect("cells"),
        pack: sha256(b"pack"),
        plan: sha256(format!("{plan:?}").as_bytes()),
        roster: sha256(format!("{roster:?}").as_bytes()),
        census_day: "2026-11-13".parse().expect("day"),
        leader: "370202".parse().expect("unit"),
        helper: "HC-QD".parse().expect("unit"),
        key_statements: sha256(b"statements"),
    }
}

pub fn plan_of(roster: &Roster) -> Plan {
    let plan = Plan::build(GROUP_MIN, roster, &[]);
    assert_eq!(plan.check(roster, &[]), Ok(()));
    plan
}

/// What a school makes of its figures under a task.
pub fn send(
    hubs: &Hubs<'_>,
    school: &UnitId,
    number: u32,
    counted: &[u64],
) -> Result<Sent, MeasureError> {
    let listed = hubs.roster.school(school).expect("listed");
    let enrolled = Stage::ALL.iter().map(|stage| listed.persons(*stage)).sum();
    let cells = counted.iter().copied().map(Cell::Value).collect();
    let raw = RawTable::new(hubs.table.id().clone(), cells);
    let persons = |stratum: &domain::disclosure::sealed::Stratum| {
        let sex = ["m", "f", "u"].iter().position(|sex| stratum.sex.as_deref() == Some(*sex));
        let grades = listed.stages.values().flatten();
        let grades = grades.filter(|(grade, _)| stratum.grade == Some(**grade));
        grades.map(|(_, sexes)| u64::from(sexes[sex.expect("sex")])).sum()
    };
    let report = SealedReport::measure(raw, hubs.table, enrolled, persons)?;
    let number = ReportNumber::new(number).expect("number");
    let bound = context(&hubs.task, school, number);
    let instance = Instance::new(report.cap(), hubs.table.cells()).expect("instance");
    let shares = instance.split(&report, &bound).expect("shares");
    Ok(Sent { school: school.clone(), number, report, shares })
}

impl<'c> Hubs<'c> {
    pub fn new(roster: &'c Roster, plan: &'c Plan, table: &'c SealedTable, period: &str) -> Self {
        let task = task_id(&terms(table, period, plan, roster));
        let halves = [KeyHalf::generate(), KeyHalf::generate()];
        let leader = (&halves[0], halves[0].commit(&task, Role::Leader));
        let helper = (&halves[1], halves[1].commit(&task, Role::Helper));
        Self {
            roster,
            plan,
            table,
            task,
            key: agree(&task, leader, helper).expect("key"),
            kept: BTreeMap::new(),
            nonces: BTreeMap::new(),
            shares: [BTreeMap::new(), BTreeMap::new()],
            openings: Openings::default(),
        }
    }

    /// What the hubs do with a report that names `task`.
    pub fn take(&mut self, task: TaskId, sent: &Sent) -> Result<State, Refused> {
        let mut signed = sent.shares.public.clone();
        signed.extend_from_slice(&sent.shares.leader);
        signed.extend_from_slice(&sent.shares.helper);
        let arrival = Arrival {
            task,
            school: sent.school.clone(),
            number: sent.number,
            nonce: sent.shares.nonce,
            digest: sha256(&signed),
        };
        let known = Known {
            task: Some(self.task),
            kept: self.kept.get(&sent.school),
            nonce: self.nonces.get(&arrival.nonce),
        };
        match decide(&arrival, known) {
            Decision::Verify => {}
            Decision::Again(state) => return Ok(state),
            Decision::Refuse(reason) => return Err(Refused::Intake(reason)),
        }
        let verified = self.verify(sent);
        let state = if verified.is_ok() { State::Accepted } else { State::Refused };
        let kept = Kept { arrival, state };
        self.nonces.insert(sent.shares.nonce, kept.clone());
        self.kept.insert(sent.school.clone(), kept);
        let outputs = verified?;
        for (shares, output) in self.shares.iter_mut().zip(outputs) {
            shares.insert(sent.school.clone(), output.to_bytes().expect("bytes"));
        }
        Ok(State::Accepted)
    }

    fn verify(&self, sent: &Sent) -> Result<[OutputShare; 2], Refused> {
        let bound = context(&self.task, &sent.school, sent.number);
        let instance = Instance::new(sent.report.cap(), self.table.cells()).expect("instance");
        let parts =
            Parts { context: &bound, nonce: &sent.shares.nonce, public: &sent.shares.public };
        let both = || -> Result<[OutputShare; 2], AggregateError> {
            let (begun, shown) = instance.begin(&self.key, parts, &sent.shares.leader)?;
            let (answer, helper) =
                instance.answer(&self.key, parts, &sent.shares.helper, &shown)?;
            Ok([instance.finish(parts, begun, &answer)?, helper])
        };
        let outputs = both().map_err(|_| Refused::Proof)?;
        if self.table.kind() == Kind::Stock {
            self.control(&sent.school, &outputs).map_err(Refused::Control)?;
        }
        Ok(outputs)
    }

    /// The stage sums of one report, opened by both hubs, against what everybody knows.
    fn control(&self, school: &UnitId, outputs: &[OutputShare; 2]) -> Result<(), Vec<Off>> {
        let listed = self.roster.school(school).expect("listed");
        let runs = Stage::ALL.map(|stage| self.table.places_of(listed, stage));
        let [leader, helper] = outputs.each_ref().map(|output| output.sums(&runs).expect("sums"));
        let found = open(&leader, &helper).expect("sums");
        let found = Stage::ALL.into_iter().zip(found.into_iter().flatten()).collect();
        let enrolled = Stage::ALL.map(|stage| (stage, listed.persons(stage)));
        control(&found, &BTreeMap::from(enrolled))
    }

    /// What is held of the schools; `earlier` are the shares of an earlier term.
    pub fn held(&self, earlier: &[BTreeMap<UnitId, Vec<u8>>; 2]) -> Held {
        Held {
            accepted: self.shares[0].keys().cloned().collect(),
            earlier: earlier[0].keys().cloned().collect(),
            in_session: self.roster.schools.keys().cloned().collect(),
        }
    }

    /// Opens the union of all groups of a stage, as both hubs judge it.
    pub fn open_stage(
        &mut self,
        stage: Stage,
        phase: Phase,
        earlier: &[BTreeMap<UnitId, Vec<u8>>; 2],
    ) -> Result<Opened, domain::disclosure::plan::Refusal> {
        let groups = self.plan.of_stage(stage).map(|group| group.id.clone()).collect();
        let reports = self.held(earlier).reports(self.table.kind(), phase);
        let at = (self.plan, self.roster);
        let schools = self.openings.admit(at, &groups, "all cells", &reports)?;
        let hiding = reports.fresh.intersection(&schools).cloned().collect();
        let coordinates = Cover::new(self.table, at, hiding, stage).coordinates(&schools);
        let [leader, helper] = [0, 1].map(|hub: usize| {
            let mut sum = SumShare::new(self.table.cells());
            for (school, places) in &coordinates {
                let own = self.shares[hub].get(*school);
                let share = own.or_else(|| earlier[hub].get(*school)).expect("a share");
                let share = OutputShare::from_bytes(share).expect("share");
                sum.add(&share, places).expect("added");
            }
            sum
        });
        let cells = open(&leader, &helper).expect("opened");
        Ok(Opened { schools, cells, reports: leader.reports() })
    }
}
