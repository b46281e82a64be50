//! Sums that stay in memory between transactions, and what a sealing writes and looks at.

use domain::catalogue::SchoolType;
use domain::release::Release;
use domain::rollup::{Addend, Sums};
use domain::unit::UnitKind;
use runtime::sql::{Database, Options};

use super::*;
use crate::rollup::{self, Change};
use crate::statistics::fixture::{CLEAR, Fixture, NOW_MS, ROUNDED, TERM, school};
use crate::store::contribution::{self, Contribution, Place};
use crate::store::{MIGRATIONS, snapshot};

fn district(schools: &[&str]) -> Fixture {
    let fixture = Fixture::new("370202", UnitKind::District);
    schools.iter().for_each(|id| fixture.member(id, UnitKind::School, 0));
    fixture
}

fn sheet(fixture: &Fixture, id: &'static str, seed: u64) -> Release {
    school(id, SchoolType::Primary, seed).release(&fixture.packs.last(), CLEAR)
}

/// The one total of the clear table, and the same added up anew from what is stored.
fn both(fixture: &Fixture) -> [Total; 2] {
    let spec = fixture.packs.last().in_force().catalogue.table(CLEAR).expect("table").clone();
    let read: Result<_, SqlError> = fixture.database.read(move |tx| {
        let key = keys(tx)?.into_iter().find(|key| key.table == CLEAR).ok_or(SqlError::Type)?;
        let kept = find(tx, &key, spec.cells())?.ok_or(SqlError::Type)?;
        let (mut sums, mut persons) = (Sums::empty(spec.cells()), 0);
        let all = contribution::all_current(tx, CLEAR, TERM)?;
        for one in &all {
            let told = proto::release::decode(&one.body).map_err(|_| SqlError::Type)?;
            sums.add(Addend { cells: &told.cells, contributors: None }).expect("added");
            persons += told.header.persons;
        }
        let members = u32::try_from(all.len()).expect("few");
        let (rule, schools_reported) = (kept.rule, members);
        let again = Total { key, rule, sums, schools_reported, persons, members };
        Ok([kept, again])
    });
    read.expect("read")
}

/// Folds a release in a transaction that is undone.
fn undone(fixture: &Fixture, release: &Release) {
    let (body, id, packs) = (proto::release::encode(release), release.id(), fixture.packs.last());
    let new = Contribution {
        place: Place {
            unit: id.unit.to_string(),
            table: id.table.to_string(),
            period: id.period.to_string(),
        },
        revision: 9,
        catalogue: release.catalogue().to_tagged(),
        digest: certs::digest::sha256(&body).to_tagged(),
        body,
        signature: vec![1],
        arrived_at_ms: NOW_MS,
    };
    let failed: Result<(), SqlError> = fixture.database.write("undone", move |tx| {
        contribution::insert(tx, &new)?;
        let claimed = proto::release::decode(&new.body).map_err(|_| SqlError::Type)?;
        rollup::fold(tx, &packs, &[Change { old: None, new, claimed }])?;
        Err(SqlError::Full)
    });
    failed.expect_err("undone");
}

/// Sums that no transaction read again are those that a recount gives: after schools came, one came
/// again, a transaction was undone, and the sums were sealed in between.
#[test]
fn sums_in_memory_equal_a_recount() {
    let fixture = district(&["P01", "P02", "P03"]);
    let steps = [("P01", 1, 1), ("P02", 2, 1), ("P01", 3, 2), ("P03", 4, 1), ("P02", 5, 2)];
    for (at, (id, seed, revision)) in steps.into_iter().enumerate() {
        undone(&fixture, &sheet(&fixture, "P03", 9));
        fixture.fold(&sheet(&fixture, id, seed), revision, NOW_MS);
        let [kept, again] = both(&fixture);
        assert_eq!(kept, again, "{id} {revision}");
        if at % 2 == 0 {
            fixture.seal(NOW_MS);
        }
    }
}

fn last_number(fixture: &Fixture) -> u64 {
    fixture.database.read(snapshot::next_number).expect("number") - 1
}

/// What came is sealed once, and what is reopened once more.
#[test]
fn what_came_or_is_reopened_is_sealed_once() {
    let fixture = district(&["P01", "P02"]);
    let mut sealed = Vec::new();
    let mut seal = || {
        fixture.seal(NOW_MS);
        sealed.push(last_number(&fixture));
    };
    fixture.fold(&sheet(&fixture, "P01", 1), 1, NOW_MS);
    seal();
    seal();
    let reopened: Result<(), SqlError> = fixture.database.write("reopen", |tx| {
        reopen(tx, CLEAR, TERM)?;
        reopen(tx, CLEAR, "2024S1")?;
        reopen_of(tx, "P01")
    });
    reopened.expect("reopened");
    seal();
    seal();
    undone(&fixture, &sheet(&fixture, "P02", 1));
    seal();
    fixture.fold(&sheet(&fixture, "P02", 2), 1, NOW_MS);
    seal();
    assert_eq!(sealed, [1, 1, 2, 2, 2, 3]);
}

/// A contribution is looked at once, whether or not its sealing made a snapshot: what waits until
/// more schools have reported is not judged anew because another table was sealed.
#[test]
fn what_was_looked_at_is_not_looked_at_again() {
    let fixture = district(&["P01", "P02", "P03", "P04", "P05", "P06"]);
    let up_to = || fixture.database.read(sealed_up_to).expect("read");
    assert_eq!(up_to(), 0);
    let rounded = school("P01", SchoolType::Primary, 1);
    let rounded = rounded.release(&fixture.packs.last(), ROUNDED);
    let steps = [(rounded, 0), (sheet(&fixture, "P01", 1), 1), (sheet(&fixture, "P02", 1), 2)];
    for (at, (release, number)) in (1_i64..).zip(steps) {
        fixture.fold(&release, 1, NOW_MS);
        assert_eq!(up_to(), at - 1);
        fixture.seal(NOW_MS);
        assert_eq!((up_to(), last_number(&fixture)), (at, number));
    }
}

/// A sealing writes no sums: their row may not even be touched.
#[test]
fn a_sealing_leaves_the_sums_alone() {
    let fixture = district(&["P01"]);
    fixture.fold(&sheet(&fixture, "P01", 1), 1, NOW_MS);
    let guard = "create trigger sums_are_left before update on total
                 begin select raise(abort, 'the row of the sums was written'); end";
    let guarded: Result<usize, SqlError> =
        fixture.database.write("guard", move |tx| tx.execute(guard, &[]));
    guarded.expect("guarded");
    fixture.seal(NOW_MS);
    assert_eq!(last_number(&fixture), 1);
}

/// A store of the version before has sealed again what was not sealed when it was last open.
#[test]
fn a_store_of_the_version_before_seals_what_was_left() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("hub.db");
    let own = |step: &runtime::sql::Migration| step.name == "sums that are sealed apart";
    let own = MIGRATIONS.iter().position(own).expect("listed");
    let before = MIGRATIONS.get(..own).expect("steps");
    let old = Database::open(&path, Options::plain(before)).expect("old");
    let filled: Result<(), SqlError> = old.write("fill", |tx| {
        for (period, version) in [("2025S1", 4_i64), ("2025S2", 5)] {
            tx.execute(
                "insert into total (table_id, period, catalogue, rule, cell_values, contributors,
                                    schools_reported, persons, members, version, sealed_version)
                 values ('clear.term', $1, $2, 3, $2, $2, 0, 0, 0, $3, 4)",
                params![period, b"x", version],
            )?;
            tx.execute(
                "insert into contribution (unit, table_id, period, revision, body, arrived_at_ms)
                 values ('P01', 'clear.term', $1, 1, $2, 1)",
                params![period, b"x"],
            )?;
        }
        Ok(())
    });
    filled.expect("filled");
    drop(old);
    let new = Database::open(&path, Options::plain(MIGRATIONS)).expect("new");
    let left: Result<_, SqlError> = new.read(|tx| Ok((reopened(tx)?, sealed_up_to(tx)?)));
    assert_eq!(left.expect("left"), (vec![("clear.term".to_owned(), "2025S2".to_owned())], 2));
}
