//! The year's openings: for each table and period what the plan lets pass, first without whoever is
//! late, then the rest; halves at both hubs, the control sum, the figures, and the recount.

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::{AGGREGATE_ALGORITHM, OutputShare};
use certs::digest::{random_bytes, sha256};
use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::plan::{PERSONS_MIN, Plan, Roster};
use domain::disclosure::sealed::{
    Arrival, Held, Kept, Kind, ReportNumber, SealedReport, State, Stratum, TaskId, Week,
    persons_about,
};
use domain::period::{Period, TermId};
use domain::unit::UnitId;
use hub::sealed::chain;
use hub::sealed::documents::Task;
use hub::sealed::holding::{self, Admitted, Holding, NotOpened};
use hub::sealed::leader::outlook;
use hub::sealed::past::Past;
use hub::sealed::row::keep_row;
use hub::sealed::sums::{self, Sum};
use hub::store::opened_lane;
use hub::store::sealed::opening::{self, Opening, Set};
use hub::store::sealed::record;
use hub::store::sealed::report::{self, Accepted};
use jiff::civil::date;
use prio::codec::Encode as _;
use prio::field::Field128;
use proto::opened::{ToldSum, encode_told};
use proto::opening::{Detail, Standing, encode_record};
use proto::sealed::HubSignature;
use runtime::sql::{SqlError, Tx};

use super::area::{Area, TODAY};
use super::truth::{self, Shape, YEAR};

/// What was opened.
#[derive(Default)]
pub struct Played {
    tasks: usize,
    sums: usize,
    late: usize,
    carried: usize,
    cells: usize,
    filled: usize,
    closed: usize,
    differing: usize,
}

impl Played {
    pub fn add(&mut self, other: &Self) {
        self.tasks += other.tasks;
        self.sums += other.sums;
        self.late += other.late;
        self.carried += other.carried;
        self.cells += other.cells;
        self.filled += other.filled;
        self.closed += other.closed;
        self.differing += other.differing;
    }

    pub fn holds(&self) -> bool {
        self.filled > 0 && self.differing == 0
    }

    pub fn print(&self) {
        let Self { tasks, sums, late, carried, cells, filled, closed, differing } = self;
        println!("{tasks} tasks, {sums} sums opened ({late} of late groups, {carried} carried)");
        println!("{cells} cells opened, {filled} not zero; {differing} differ from the recount");
        println!(
            "{closed} cells stay closed: about fewer than {PERSONS_MIN} persons or too few schools"
        );
    }
}

/// A sum as both hubs keep it.
struct Recorded {
    opening: Opening,
    standings: Vec<Standing>,
    cells: Vec<Option<u64>>,
    bytes: Vec<u8>,
}

/// One table and period while it is opened.
struct Play<'a> {
    area: &'a Area,
    task: &'a Task,
    shapes: &'a BTreeMap<UnitId, Shape>,
    past: Past,
    done: Vec<Recorded>,
    played: Played,
}

/// The first weeks of the school year.
pub fn weeks(number: usize) -> Vec<Period> {
    let first = Week::of(date(2025, 9, 1));
    let all = std::iter::successors(Some(first), |week| Some(week.next()));
    all.take(number).map(Week::period).collect()
}

/// Opens everything of a year.
pub fn play(area: &Area, weeks: usize) -> Played {
    let weeks = self::weeks(weeks);
    let terms = [1, 2].map(|number| Period::Term(TermId { school_year: YEAR, number }));
    let mut played = Played::default();
    for table in area.tables.all() {
        let shape = |(id, school)| (UnitId::clone(id), Shape::of(table, school));
        let shapes: BTreeMap<UnitId, Shape> = area.roster.schools.iter().map(shape).collect();
        let periods: &[Period] = if table.kind() == Kind::Flow { &weeks } else { &terms };
        let mut earlier = BTreeMap::new();
        for period in periods {
            let documents = &area.documents;
            let task = documents.task((&area.unit, YEAR), table.id(), *period).expect("task");
            let (past, done) = Default::default();
            let task = &task;
            let mut play =
                Play { area, task, shapes: &shapes, past, done, played: Played::default() };
            earlier = play.run(&earlier);
            played.add(&play.finish());
        }
    }
    played
}

impl Play<'_> {
    /// Opens what is on time, then what is late; gives the reports of the task.
    fn run(&mut self, earlier: &BTreeMap<UnitId, Accepted>) -> BTreeMap<UnitId, Accepted> {
        let (task, period) = (self.task, self.task.terms.period.to_string());
        let reports = self.area.roster.schools.keys();
        let reports =
            reports.filter(|id| task.table.kind() == Kind::Flow || !truth::is_silent(id, &period));
        let all: BTreeMap<UnitId, Accepted> =
            reports.map(|id| (id.clone(), accepted(id, &task.id))).collect();
        let mut on_time = all.clone();
        on_time.retain(|id, _| !truth::is_late(id, &period));
        self.look(&on_time, earlier, false);
        self.look(&all, earlier, true);
        all
    }

    /// What the leader finds ready is opened.
    fn look(
        &mut self,
        accepted: &BTreeMap<UnitId, Accepted>,
        earlier: &BTreeMap<UnitId, Accepted>,
        is_late: bool,
    ) {
        let roster = &self.area.roster;
        let held = Held {
            accepted: accepted.keys().cloned().collect(),
            earlier: earlier.keys().cloned().collect(),
            in_session: roster.schools.keys().cloned().collect(),
        };
        let reports = held.reports(self.task.table.kind(), self.task.phase(TODAY));
        let (accepted, earlier) = (accepted.clone(), earlier.clone());
        let (absent, owed, unsure) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let holding = Holding { accepted, earlier, absent, owed, unsure, reports };
        for detail in [Detail::Cells, Detail::Categories] {
            let ready = outlook(self.task, &holding, &self.past, TODAY).ready.into_iter();
            for set in ready.filter(|set| set.detail == detail) {
                let admitted = match holding.admit_now(self.task, &set, &self.past) {
                    Err(NotOpened::Rest) => continue,
                    admitted => admitted.expect("the plan lets it pass"),
                };
                self.open(set, &admitted);
                self.played.late += usize::from(is_late);
            }
        }
    }

    fn open(&mut self, set: Set, admitted: &Admitted) {
        let sum = Sum {
            table: &self.task.table,
            by: self.by(),
            schools: &admitted.schools,
            hiding: &admitted.hiding(self.task),
            stage: set.stage,
            detail: set.detail,
        };
        let reports: BTreeMap<&UnitId, SealedReport> =
            admitted.standings.iter().map(|one| (&one.unit, self.report(one))).collect();
        let mut halves: [BTreeMap<UnitId, OutputShare>; 2] = Default::default();
        let mut enrolled = 0;
        for (unit, report) in &reports {
            let [leader, helper] = split(report);
            halves[0].insert((*unit).clone(), leader);
            halves[1].insert((*unit).clone(), helper);
            enrolled += self.area.roster.schools[*unit].persons(set.stage);
        }
        let [leader, helper] = halves.map(|half| sum.share(&half).expect("share"));
        let cells = sums::show(&leader, &helper, enrolled).expect("figures");
        self.recount((&set, admitted), &reports, &cells);
        let (share, control) = leader.to_bytes().expect("bytes");
        let carried = admitted.standings.iter().filter(|one| one.task != self.task.id).count();
        self.played.carried += usize::from(carried > 0);
        let opening = Opening {
            id: 0,
            set,
            absent: BTreeSet::new(),
            fresh: admitted.fresh,
            due: admitted.due,
            share,
            control,
            refused: String::new(),
            asked_on: TODAY.to_string(),
        };
        let standings = admitted.standings.clone();
        let number = self.done.len() as u64 + 1;
        let dated = (cells.as_slice(), 1, number);
        let record = holding::record(self.task, &opening, standings.clone(), dated);
        self.past.add(self.task, opening.clone(), standings.clone()).expect("it was let pass");
        let bytes = encode_record(&record);
        self.done.push(Recorded { opening, standings, cells, bytes });
    }

    /// What the sums are judged by.
    fn by(&self) -> (&Plan, &Roster) {
        (&self.task.year.sealed().plan, &self.area.roster)
    }

    /// The report of a standing: of this period, or carried from the autumn.
    fn report(&self, standing: &Standing) -> SealedReport {
        let period = match standing.task == self.task.id {
            true => self.task.terms.period.to_string(),
            false => "2025S1".to_owned(),
        };
        let school = &self.area.roster.schools[&standing.unit];
        let (table, shape) = (&self.task.table, &self.shapes[&standing.unit]);
        truth::report((&standing.unit, school), table, shape, &period)
    }

    /// Adds up what the schools measured, cell by cell, and looks at what was opened.
    fn recount(
        &mut self,
        (set, admitted): (&Set, &Admitted),
        reports: &BTreeMap<&UnitId, SealedReport>,
        opened: &[Option<u64>],
    ) {
        let table = &self.task.table;
        let width = match set.detail {
            Detail::Cells => 1,
            Detail::Categories => table.cells() / sums::categories(table),
        };
        let mut expected = vec![0_u64; opened.len()];
        for (unit, report) in reports {
            let cells = report.danger_exact_cells().iter().enumerate();
            let own =
                cells.filter(|(place, _)| self.shapes[*unit].stages[*place] == Some(set.stage));
            own.for_each(|(place, count)| expected[place / width] += count);
        }
        let schools = admitted.schools.iter().map(|id| &self.area.roster.schools[id]);
        let about = persons_about(table, schools, set.stage);
        let hiding = admitted.hiding(self.task);
        for (place, (opened, expected)) in opened.iter().zip(expected).enumerate() {
            match opened {
                Some(value) => {
                    self.played.cells += 1;
                    // What is about too few is not opened, by a rule that is written here anew.
                    let may_open = set.detail == Detail::Categories
                        || self.hides(set.stage, table.stratum(place), &hiding);
                    self.played.differing += usize::from(!may_open);
                    self.played.filled += usize::from(*value > 0);
                    self.played.differing += usize::from(*value != expected);
                }
                None if set.detail == Detail::Cells && about[place] > 0 => {
                    self.played.closed += 1;
                    // What is about enough persons at enough schools may not be left out.
                    let hides = self.hides(set.stage, table.stratum(place), &hiding);
                    self.played.differing += usize::from(hides);
                }
                None => {}
            }
        }
        self.played.sums += 1;
    }

    /// Whether schools hide one another in a stratum: a hundred persons by the roster, at five
    /// operators that count with five of them at least, none of which has more than three fifths.
    fn hides(&self, stage: Stage, stratum: Option<&Stratum>, hiding: &BTreeSet<UnitId>) -> bool {
        let Some(stratum) = stratum else { return false };
        let (plan, roster) = self.by();
        let mut operators: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for school in hiding.iter().map(|id| &roster.schools[id]) {
            let is_own = stratum.stage_at(school) == Some(stage);
            let persons = if is_own { truth::persons(school, stratum) } else { 0 };
            let (sum, counted) = operators.entry(&school.operator).or_default();
            *sum += persons;
            *counted += if school.counts(roster.year) { persons } else { 0 };
        }
        let all: u64 = operators.values().map(|(sum, _)| sum).sum();
        let most = operators.values().map(|(sum, _)| *sum).max().unwrap_or(0);
        let counting = operators.values().filter(|(_, counted)| *counted >= 5).count();
        all >= PERSONS_MIN && counting as u64 >= u64::from(plan.floor()) && most * 5 <= all * 3
    }

    /// Keeps everything at the leader, at the helper, and as it was told at the city.
    fn finish(mut self) -> Played {
        self.played.tasks += 1;
        if self.done.is_empty() {
            return self.played;
        }
        for (store, has_reports) in [(&self.area.leader, true), (&self.area.helper, false)] {
            let (task, done, reports) = (self.task.clone(), self.kept(), self.stock_reports());
            let written: Result<(), SqlError> = store.write("openings", move |tx| {
                keep_row(tx, &task, 1)?;
                for (kept, held) in reports.iter().filter(|_| has_reports) {
                    report::insert(tx, kept, held, 1)?;
                    report::accept(tx, &kept.arrival.digest, &TODAY.to_string())?;
                }
                done.iter().try_for_each(|one| keep(tx, one))
            });
            written.expect("written");
        }
        let told: Vec<ToldSum> = self.done.iter().map(|one| self.told(one)).collect();
        let written: Result<(), SqlError> = self.area.city.write("told", move |tx| {
            told.iter().try_for_each(|one| {
                opened_lane::insert(tx, one, (one.area.as_str(), &encode_told(one)), 1)
            })
        });
        written.expect("told");
        self.played
    }

    fn kept(&self) -> Vec<Recorded> {
        let copy = |one: &Recorded| Recorded {
            opening: one.opening.clone(),
            standings: one.standings.clone(),
            cells: one.cells.clone(),
            bytes: one.bytes.clone(),
        };
        self.done.iter().map(copy).collect()
    }

    /// The accepted reports of a stock, with the enrolment that each names.
    fn stock_reports(&self) -> Vec<(Kept, report::Held)> {
        if self.task.table.kind() == Kind::Flow {
            return Vec::new();
        }
        let fresh = self.done.iter().flat_map(|one| &one.standings);
        let fresh = fresh.filter(|one| one.task == self.task.id);
        let fresh: BTreeMap<&UnitId, &Standing> = fresh.map(|one| (&one.unit, one)).collect();
        let of = |(unit, standing): (&&UnitId, &&Standing)| {
            let school = &self.area.roster.schools[*unit];
            let enrolled = school.stages.keys().map(|stage| (*stage, school.persons(*stage)));
            let arrival = Arrival {
                task: self.task.id,
                school: (*unit).clone(),
                number: ReportNumber::FIRST,
                nonce: random_bytes(),
                digest: standing.report,
            };
            let held = report::Held {
                cap: self.report(standing).cap(),
                enrolled: enrolled.collect(),
                share: None,
                item: None,
                code: String::new(),
            };
            (Kept { arrival, state: State::Pending }, held)
        };
        fresh.iter().map(of).collect()
    }

    fn told(&self, one: &Recorded) -> ToldSum {
        let record = proto::opening::decode_record(&one.bytes).expect("record");
        let signature = || HubSignature { signature: vec![1], chain: vec![vec![1]] };
        let cells = one.cells.iter().enumerate();
        ToldSum {
            area: self.area.unit.clone(),
            school_year: YEAR,
            pack: self.task.terms.pack,
            bytes: one.bytes.clone(),
            record,
            leader: signature(),
            helper: signature(),
            cells: cells.filter_map(|(place, value)| Some((place, (*value)?))).collect(),
        }
    }
}

fn keep(tx: &Tx<'_>, one: &Recorded) -> Result<(), SqlError> {
    let id = opening::insert(tx, &one.opening, &one.standings)?;
    let number = record::next_number(tx)?;
    let new = record::New {
        opening: Some(id),
        number,
        signed_number: number,
        bytes: &one.bytes,
        leader: &[1],
        helper: Some(&[1]),
    };
    record::append(tx, &new, chain::link)?;
    opening::put_cells(tx, id, &one.cells)
}

fn digest(school: &UnitId, task: &TaskId) -> Digest {
    sha256(&[school.as_str().as_bytes(), task.bytes()].concat())
}

fn accepted(school: &UnitId, task: &TaskId) -> Accepted {
    let (digest, on) = (digest(school, task), TODAY.to_string());
    Accepted { school: school.clone(), task: *task, digest, on }
}

/// A report in two halves that add up to it, as both hubs store what they verified.
fn split(report: &SealedReport) -> [OutputShare; 2] {
    let cells = report.danger_exact_cells();
    let drawn: Vec<u128> =
        cells.iter().map(|_| u128::from(u64::from_le_bytes(random_bytes()))).collect();
    let helper = drawn.iter().map(|drawn| Field128::from(*drawn));
    let leader = cells.iter().zip(&drawn);
    let leader =
        leader.map(|(cell, drawn)| Field128::from(u128::from(*cell)) - Field128::from(*drawn));
    [leader.collect::<Vec<_>>(), helper.collect()].map(|half| {
        let mut bytes = vec![AGGREGATE_ALGORITHM];
        bytes.extend(1_u32.to_be_bytes());
        bytes.extend(report.cap().limit().to_be_bytes());
        half.iter().for_each(|cell| cell.encode(&mut bytes).expect("encoded"));
        bytes.extend(half.iter().map(|_| 1_u8));
        OutputShare::from_bytes(&bytes).expect("share")
    })
}
