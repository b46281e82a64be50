//! What a hub holds of opened sums and of the records that both hubs signed, read beside its
//! service; whatever stands there twice fails the test that reads it.

use std::collections::{BTreeMap, BTreeSet};

use domain::period::Period;
use hub::app::open_store;
use hub::config::Config;
use hub::sealed::chain;
use hub::store::opened::{self as sums, OpenedSum};
use hub::store::sealed::record;
use runtime::sql::{Database, SqlError};
use tests::city::build::City;

/// Opened sums of a period, by table.
pub type Opened = BTreeMap<String, OpenedSum>;

fn store(city: &City, unit: &str) -> Database {
    let config = Config::load(&city.folder(unit)).expect("configuration");
    open_store(&config).unwrap_or_else(|error| panic!("{unit}: {error}"))
}

/// What a hub holds of a period's opened sums; none of them twice.
pub fn opened_at(city: &City, unit: &str, period: Period) -> Opened {
    let all: Result<_, SqlError> = store(city, unit).read(move |tx| sums::of_period(tx, period));
    let mut opened = BTreeMap::new();
    for sum in all.expect("sums") {
        let table = sum.table.to_string();
        assert!(opened.insert(table.clone(), sum).is_none(), "{table} was opened twice");
    }
    opened
}

/// Records of a hub, which form one chain that both signed; gives how many, each once.
pub fn records(city: &City, unit: &str) -> usize {
    let records: Result<_, SqlError> = store(city, unit).read(record::all);
    let records = records.expect("records");
    assert_eq!(chain::broken(&records), None, "the chain of {unit}");
    assert!(records.iter().all(|one| one.helper.is_some()), "both hubs signed");
    let different: BTreeSet<_> = records.iter().map(|one| one.bytes.clone()).collect();
    assert_eq!(different.len(), records.len());
    records.len()
}
