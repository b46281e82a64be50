//! A hub with made-up schools for tests: tables go through the real disclosure constructors, the
//! real roll-up and the real seal; the exact figures stay beside it, to be summed independently.

use std::num::NonZeroU32;
use std::sync::Arc;

use certs::digest::{RoundingKey, sha256};
use domain::catalogue::{Catalogue, Grade, Label, SchoolType, TableSpec, stage_of};
use domain::cell::{self, Cell};
use domain::digest::Digest;
use domain::disclosure::{ClearSheet, RawTable, RoundedTable, RoundingPrf};
use domain::period::Period;
use domain::release::{Header, Release, ReleaseId, Rule};
use domain::rollup::{Addend, Coverage, Snapshot, Sums};
use domain::unit::{UnitId, UnitKind};
use jiff::civil::{Date, date};
use runtime::clock::Clock;
use runtime::sql::{Database, SqlError};

use super::{Figures, Members, Query, Statistics, StatisticsError, UnitName};
use crate::packs::{PackCache, Packs};
use crate::registry::RegistryCache;
use crate::rollup::{self, Change};
use crate::store::contribution::{self, Contribution, Place};
use crate::store::unit::{self, Unit, UnitStatus};

/// The term of all tests.
pub const TERM: &str = "2025S1";
/// Tables of that term.
pub const CLEAR: &str = "clear.term";
/// The rounded partition.
pub const ROUNDED: &str = "rounded.scr.census";
/// When everything arrives: 2026-01-20 in Shanghai.
pub const NOW_MS: i64 = 1_768_867_200_000;

/// Schools with this seed or a greater one have students whose sex is not stated.
pub const UNSTATED: u64 = 200;

const OUTCOMES: [&str; 7] =
    ["refused", "not_reached", "void", "negative", "positive", "due", "critical"];

struct Prf(RoundingKey);

impl RoundingPrf for Prf {
    fn draw(&self, message: &[u8]) -> u64 {
        self.0.draw(message)
    }
}

/// A made-up school.
#[derive(Clone, Copy, Debug)]
pub struct School {
    /// Unit id.
    pub id: &'static str,
    /// What sort it is.
    pub kind: SchoolType,
    /// Students of each cell are drawn from this.
    pub seed: u64,
    /// Whether its mentor ledger is kept.
    pub has_mentors: bool,
}

/// A school of a type; its numbers follow from the seed.
pub const fn school(id: &'static str, kind: SchoolType, seed: u64) -> School {
    School { id, kind, seed, has_mentors: true }
}

impl School {
    /// Students with an outcome in one cell of stage, grade and sex; the independent truth.
    pub fn students(&self, outcome: usize, stage: &str, grade: &str, sex: &str) -> Option<u64> {
        let known = Grade::from_word(grade).and_then(|grade| stage_of(self.kind, grade))?;
        if known.as_str() != stage {
            return None;
        }
        let mix = grade.bytes().chain(sex.bytes()).fold(self.seed + outcome as u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        let most = [6, 4, 3, 60, 9, 4, 3][outcome];
        // Few schools have anybody whose sex is not stated.
        let most = if sex != "u" { most } else { 1 + u64::from(self.seed >= UNSTATED) };
        Some(mix % most)
    }

    /// All students of a cell.
    pub fn enrolled(&self, stage: &str, grade: &str, sex: &str) -> Option<u64> {
        (0..OUTCOMES.len()).map(|outcome| self.students(outcome, stage, grade, sex)).sum()
    }

    /// All students.
    pub fn persons(&self, catalogue: &Catalogue) -> u64 {
        strata(catalogue)
            .filter_map(|values| self.enrolled(&values[0], &values[1], &values[2]))
            .sum()
    }

    /// All students of a stage, if the school has it.
    fn in_stage(&self, catalogue: &Catalogue, stage: &str) -> Option<u64> {
        let own = strata(catalogue).filter(|values| values[0] == stage);
        let mut found = own.filter_map(|v| self.enrolled(&v[0], &v[1], &v[2])).peekable();
        found.peek().is_some().then(|| found.sum())
    }

    fn clear(&self, catalogue: &Catalogue) -> Vec<Cell> {
        let spec = catalogue.table(CLEAR).expect("table");
        let mut cells = vec![Cell::Unsupported; spec.cells()];
        let mut put = |id: &str, values: &[String], cell: Cell| {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            cells[spec.index(id, &values).expect("cell")] = cell;
        };
        let given = |value: Option<u64>| value.map_or(Cell::NotApplicable, Cell::Value);
        for id in ["base.students", "scr.eligible"] {
            for values in cells_of(spec, id) {
                put(id, &values, given(self.in_stage(catalogue, &values[0])));
            }
        }
        for values in cells_of(spec, "base.schools") {
            let own = values[0] == self.kind.as_str();
            put("base.schools", &values, Cell::Value(u64::from(own)));
        }
        for values in cells_of(spec, "mtr.assigned").filter(|_| self.has_mentors) {
            put("mtr.assigned", &values, given(self.in_stage(catalogue, &values[0])));
        }
        put("scr.completed_band", &[], Cell::Value(self.screened(catalogue)));
        cells
    }

    /// Students with a valid screening.
    pub fn screened(&self, catalogue: &Catalogue) -> u64 {
        strata(catalogue)
            .flat_map(|values| {
                (3..7).filter_map(move |o| self.students(o, &values[0], &values[1], &values[2]))
            })
            .sum()
    }

    fn outcomes(&self, catalogue: &Catalogue) -> Vec<Cell> {
        let spec = catalogue.table(ROUNDED).expect("table");
        let cell = |values: Vec<String>| {
            let outcome = OUTCOMES.iter().position(|known| *known == values[0]).expect("outcome");
            let students = self.students(outcome, &values[1], &values[2], &values[3]);
            students.map_or(Cell::NotApplicable, Cell::Value)
        };
        cells_of(spec, "scr.census").map(cell).collect()
    }

    /// The rounded cells that the school sends.
    pub fn rounded(&self, catalogue: &Catalogue) -> RoundedTable {
        let raw = RawTable::new(ROUNDED.parse().expect("id"), self.outcomes(catalogue));
        let seed = u8::try_from(self.seed).expect("seed");
        let prf = Prf(RoundingKey::from_bytes([seed; 32].into()));
        RoundedTable::protect(raw, catalogue, term(), &prf).expect("rounded")
    }

    /// Its rounded release as it would be if every stage had too few students.
    pub fn withheld(&self, packs: &Packs) -> Release {
        let catalogue = &packs.in_force().catalogue;
        let mut cells = self.outcomes(catalogue);
        let applies = |cell: &&mut Cell| cell.value().is_some();
        cells.iter_mut().filter(applies).for_each(|cell| *cell = Cell::Value(0));
        let raw = RawTable::new(ROUNDED.parse().expect("id"), cells);
        let prf = Prf(RoundingKey::from_bytes([1; 32].into()));
        let table = RoundedTable::protect(raw, catalogue, term(), &prf).expect("rounded");
        Release::of_rounded(self.header(packs, ROUNDED), &table)
    }

    /// Its clear release in a term in which it screens nobody.
    pub fn without_screening(&self, packs: &Packs) -> Release {
        let catalogue = &packs.in_force().catalogue;
        let spec = catalogue.table(CLEAR).expect("table");
        let mut cells = self.clear(catalogue);
        for id in ["scr.eligible", "scr.completed_band"] {
            cells[spec.block(id).expect("block").range()].fill(Cell::Unsupported);
        }
        let raw = RawTable::new(CLEAR.parse().expect("id"), cells);
        let sheet = self.sheet(raw, catalogue);
        Release::of_clear(self.header(packs, CLEAR), &sheet)
    }

    /// Its clear release in a school year under seal, of which no band is given.
    pub fn without_band(&self, packs: &Packs) -> Release {
        let catalogue = &packs.in_force().catalogue;
        let spec = catalogue.table(CLEAR).expect("table");
        let mut cells = self.clear(catalogue);
        let band = spec.block("scr.completed_band").expect("block").range();
        cells[band].fill(Cell::NotApplicable);
        let raw = RawTable::new(CLEAR.parse().expect("id"), cells);
        Release::of_clear(self.header(packs, CLEAR), &self.sheet(raw, catalogue))
    }

    fn sheet(&self, raw: RawTable, catalogue: &Catalogue) -> ClearSheet {
        let seed = u8::try_from(self.seed).expect("seed");
        let prf = Prf(RoundingKey::from_bytes([seed; 32].into()));
        ClearSheet::protect(raw, catalogue, term(), &prf).expect("clear")
    }

    fn header(&self, packs: &Packs, table: &str) -> Header {
        header(packs, self.id, table, self.persons(&packs.in_force().catalogue))
    }

    /// One of its releases.
    pub fn release(&self, packs: &Packs, table: &str) -> Release {
        self.release_in(packs, table, term())
    }

    /// One of its releases for another period.
    pub fn release_in(&self, packs: &Packs, table: &str, period: Period) -> Release {
        let catalogue = &packs.in_force().catalogue;
        let mut header = self.header(packs, table);
        header.id.period = period;
        if table == ROUNDED {
            return Release::of_rounded(header, &self.rounded(catalogue));
        }
        let raw = RawTable::new(CLEAR.parse().expect("id"), self.clear(catalogue));
        Release::of_clear(header, &self.sheet(raw, catalogue))
    }
}

/// Every stage with every grade and sex.
fn strata(catalogue: &Catalogue) -> impl Iterator<Item = Vec<String>> + '_ {
    let cells = cells_of(catalogue.table(ROUNDED).expect("table"), "scr.census");
    cells.filter(|values| values[0] == OUTCOMES[0]).map(|values| values[1..].to_vec())
}

/// Values of all cells of a block in order.
pub fn cells_of<'s>(spec: &'s TableSpec, id: &str) -> impl Iterator<Item = Vec<String>> + 's {
    let block = spec.block(id).expect("block");
    (0..block.length).map(move |place| {
        let values = block.values_at(place).expect("values");
        values.into_iter().map(str::to_owned).collect()
    })
}

/// Cells without a number for kinds that a school is not of, as schools send them.
fn own_kind(spec: &TableSpec, packed: &[u8]) -> Vec<u8> {
    let mut cells = cell::unpack(packed, spec.cells()).expect("cells");
    for place in spec.block("base.schools").map(|block| block.range()).unwrap_or_default() {
        if cells[place] == Cell::Value(0) {
            cells[place] = Cell::NotApplicable;
        }
    }
    cell::pack(&cells)
}

/// The period of all tests.
pub fn term() -> Period {
    TERM.parse().expect("term")
}

fn header(packs: &Packs, unit: &str, table: &str, persons: u64) -> Header {
    Header {
        id: ReleaseId {
            unit: unit.parse().expect("unit"),
            table: table.parse().expect("table"),
            period: term(),
            revision: NonZeroU32::MIN,
        },
        catalogue: packs.in_force().digest,
        census_day: Some(date(2025, 11, 7)),
        persons,
        made_at_ms: NOW_MS,
    }
}

/// A hub and what it was sent.
pub struct Fixture {
    /// The hub's store.
    pub database: Database,
    /// Its packs.
    pub packs: Arc<PackCache>,
    /// The hub.
    pub at: UnitName,
}

impl Fixture {
    /// An empty hub.
    pub fn new(id: &str, kind: UnitKind) -> Self {
        let label = Label { zh: format!("枢纽{id}"), en: format!("Hub {id}") };
        let at = UnitName { id: id.parse().expect("id"), kind, label };
        Self {
            database: Database::in_memory(crate::store::MIGRATIONS).expect("database"),
            packs: Arc::new(PackCache::new(Packs::embedded().expect("packs"))),
            at,
        }
    }

    /// The statistics of the hub.
    pub fn statistics(&self) -> Statistics {
        let now = jiff::Timestamp::from_millisecond(NOW_MS).expect("instant");
        let (clock, _) = Clock::simulated(now);
        Statistics::new(self.database.clone(), self.packs.clone(), clock, self.at.clone())
    }

    /// Registers a member below the hub.
    pub fn member(&self, id: &str, kind: UnitKind, schools_below: u32) {
        self.member_since(id, (kind, schools_below), NOW_MS);
    }

    /// Registers a member at a moment.
    pub fn member_since(&self, id: &str, (kind, schools_below): (UnitKind, u32), now_ms: i64) {
        let at = self.at.id.to_string();
        self.register((id, now_ms), (kind, schools_below), &[(&at, date(2025, 9, 1))]);
    }

    /// Registers a school that sat under several hubs, each from a day on.
    pub fn placed(&self, id: &str, stays: &[(&str, Date)]) {
        self.register((id, NOW_MS), (UnitKind::School, 0), stays);
    }

    fn register(
        &self,
        (id, now_ms): (&str, i64),
        (kind, schools_below): (UnitKind, u32),
        stays: &[(&str, Date)],
    ) {
        let unit = Unit {
            id: id.parse().expect("id"),
            kind,
            name_zh: format!("单位{id}"),
            name_en: format!("Unit {id}"),
            division: String::new(),
            status: UnitStatus::Active,
            schools_below,
        };
        let stays: Vec<(UnitId, Date)> =
            stays.iter().map(|(hub, from)| (hub.parse().expect("id"), *from)).collect();
        self.database
            .write("member", move |tx| {
                unit::insert(tx, &unit, now_ms)?;
                stays
                    .iter()
                    .try_for_each(|(hub, from)| unit::place(tx, &unit.id, hub, *from, NOW_MS))
            })
            .expect("member");
    }

    /// Takes a release as a contribution in a revision, folds it, and seals.
    pub fn take(&self, release: &Release, revision: u32, arrived_at_ms: i64) {
        self.fold(release, revision, arrived_at_ms);
        self.seal(arrived_at_ms);
    }

    /// Takes a release as a contribution without sealing.
    pub fn fold(&self, release: &Release, revision: u32, arrived_at_ms: i64) {
        let body = proto::release::encode(release);
        let id = release.id();
        let new = Contribution {
            place: Place {
                unit: id.unit.to_string(),
                table: id.table.to_string(),
                period: id.period.to_string(),
            },
            revision,
            catalogue: release.catalogue().to_tagged(),
            digest: sha256(&body).to_tagged(),
            body,
            signature: vec![1],
            arrived_at_ms,
        };
        let packs = self.packs.last();
        let folded = self.database.write("fold", move |tx| {
            let old = contribution::current(tx, &new.place)?;
            contribution::insert(tx, &new)?;
            let claimed = proto::release::decode(&new.body).expect("release");
            rollup::fold(tx, &packs, &[Change { old, new, claimed }])
        });
        folded.expect("fold");
    }

    /// Seals what was folded.
    pub fn seal(&self, now_ms: i64) {
        let (packs, hub, kind) = (self.packs.last(), self.at.id.clone(), self.at.kind);
        let sealed = self.database.write("seal", move |tx| {
            let registry = RegistryCache::default().within(tx)?;
            let context =
                rollup::Context { packs: &packs, registry: &registry, hub: &hub, kind, now_ms };
            rollup::seal(tx, &context)?;
            Ok::<_, SqlError>(())
        });
        sealed.expect("seal");
    }

    /// Registers schools directly below the hub and takes their tables.
    pub fn schools(&self, schools: &[School]) {
        for school in schools {
            self.member(school.id, UnitKind::School, 0);
            for table in [CLEAR, ROUNDED] {
                self.fold(&school.release(&self.packs.last(), table), 1, NOW_MS);
            }
        }
        self.seal(NOW_MS);
    }

    /// The sums of some schools as a member hub releases them, `due` schools being due.
    pub fn sums(&self, hub: &str, table: &str, schools: &[School], due: u32) -> Release {
        let packs = self.packs.last();
        let catalogue = &packs.in_force().catalogue;
        let mut sums = Sums::empty(catalogue.table(table).expect("table").cells());
        for school in schools {
            let release = school.release(&packs, table);
            let cells = own_kind(catalogue.table(table).expect("table"), release.cells());
            sums.add(Addend { cells: &cells, contributors: None }).expect("sum");
        }
        let reported = u32::try_from(schools.len()).expect("schools");
        let persons = schools.iter().map(|school| school.persons(catalogue)).sum();
        let snapshot = Snapshot {
            number: 3,
            sums,
            coverage: Coverage { schools_due: due, schools_reported: reported, persons },
            root: Digest::sha256([3; 32]),
        };
        let rule = if table == ROUNDED { Rule::Rounded5 } else { Rule::Clear };
        Release::of_snapshot(header(&packs, hub, table, persons), rule, &snapshot)
    }

    /// Registers a member hub and takes the sums of its schools.
    pub fn hub(&self, id: &str, kind: UnitKind, schools: &[School], due: u32) {
        self.member(id, kind, due);
        for table in [CLEAR, ROUNDED] {
            self.fold(&self.sums(id, table, schools, due), 1, NOW_MS);
        }
        self.seal(NOW_MS);
    }

    /// Figures of an indicator.
    pub fn figures(&self, indicator: &str, by: &[&str]) -> Result<Figures, StatisticsError> {
        let query = Query {
            indicator: indicator.to_owned(),
            period: term(),
            by: by.iter().map(|id| (*id).to_owned()).collect(),
            members: Members::Listed,
        };
        self.statistics().read(move |tx, packs, at| super::figures(tx, packs, at, &query))
    }
}

/// Six primary and six junior schools, two of each other kind that tests need.
pub const SCHOOLS: [School; 14] = [
    school("P01", SchoolType::Primary, 1),
    school("P02", SchoolType::Primary, 2),
    school("P03", SchoolType::Primary, 3),
    school("P04", SchoolType::Primary, 4),
    school("P05", SchoolType::Primary, 5),
    school("P06", SchoolType::Primary, 6),
    school("J01", SchoolType::Junior, 11),
    school("J02", SchoolType::Junior, 12),
    school("J03", SchoolType::Junior, 13),
    school("J04", SchoolType::Junior, 14),
    school("J05", SchoolType::Junior, 15),
    school("J06", SchoolType::Junior, 16),
    school("S01", SchoolType::Senior, 21),
    school("S02", SchoolType::Senior, 22),
];
