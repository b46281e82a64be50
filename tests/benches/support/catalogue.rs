//! A catalogue whose one weekly table has 500 clear cells, and releases of it.

use certs::digest::sha256;
use domain::cell::{self, Cell};
use domain::digest::Digest;
use hub::store::directive::{self, Stored};
use prost::Message as _;
use proto::wire::directive::{Directive, Pack};
use proto::wire::release::{Release, Rule};
use runtime::sql::{SqlError, Tx};

/// Counters of a table.
pub const CELLS: usize = 500;
/// The table.
pub const TABLE: &str = "clear.week";

const SIDES: (usize, usize) = (20, 25);

/// The pack's text.
pub fn text() -> String {
    let values = |prefix: &str, count: usize| {
        let value = |n| format!("{{ id = \"{prefix}{n}\", zh = \"{n}\", en = \"{n}\" }}");
        (0..count).map(value).collect::<Vec<_>>().join(",\n    ")
    };
    let dimension = |id: &str, count| {
        format!(
            "[[dimension]]\nid = \"{id}\"\nzh = \"甲\"\nen = \"A\"\nmulti = false\n\
             values = [\n    {}\n]\n\n",
            values(id, count)
        )
    };
    let head = "schema = \"catalogue/1\"\nrevision = 9\neffective_from = \"2000-01-01\"\n\
                default_min_cell = 10\ndefault_per_person_max = 4\n\n";
    let count = "[[count]]\nid = \"bench.visits\"\nzh = \"次数\"\nen = \"Visits\"\nnote = \"\"\n\
                 kind = \"flow\"\nprofile = \"core\"\nchannel = \"clear\"\nsens = \"normal\"\n\
                 origin = \"school\"\nledger = \"training\"\nfill = \"auto\"\nunit = \"visit\"\n\
                 dims = [\"staff_role\", \"course\"]\nperiod = \"week\"\nbasis = [\"Q1\"]\n\
                 define = { source = \"training\", count = \"records\", at = \"in_period\" }\n";
    [head, &dimension("staff_role", SIDES.0), &dimension("course", SIDES.1), count].concat()
}

/// Digest of the pack.
pub fn digest() -> Digest {
    sha256(text().as_bytes())
}

/// Puts the pack into a hub's store, as a directive from above does.
pub fn store(tx: &Tx<'_>, now_ms: i64) -> Result<bool, SqlError> {
    let content = text().into_bytes();
    let pack = Pack {
        kind: "catalogue".to_owned(),
        name: "catalogue".to_owned(),
        version: "9".to_owned(),
        serial: 9,
        effective_from: "2000-01-01".to_owned(),
        content: content.clone(),
    };
    let bytes = Directive { pack: pack.encode_to_vec(), signatures: Vec::new() };
    let stored = Stored {
        cursor: 0,
        kind: pack.kind,
        name: pack.name,
        serial: pack.serial,
        version: pack.version,
        effective_from: pack.effective_from,
        content_digest: sha256(&content).to_tagged(),
        directive: bytes.encode_to_vec(),
    };
    directive::insert(tx, &stored, now_ms)
}

/// Counters of one school and week: mostly small, a few large, as counts of events are.
pub fn cells(seed: u64) -> Vec<Cell> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..CELLS)
        .map(|_| {
            let limit = if draw() % 20 == 0 { 2_000 } else { 40 };
            Cell::Value(draw() % limit)
        })
        .collect()
}

/// The week with a number, ten years of them before the next revision.
pub fn week(number: u64) -> (String, u32) {
    let (place, revision) = (number % 520, number / 520 + 1);
    let text = format!("{:04}-W{:02}", 2015 + place / 52, place % 52 + 1);
    (text, u32::try_from(revision).unwrap_or(u32::MAX))
}

/// The signed bytes of a release, and the sum of its cells.
pub fn release(unit: &str, number: u64, catalogue: &Digest) -> (Vec<u8>, u64) {
    let mix = |sum: u64, byte| sum.wrapping_mul(131).wrapping_add(u64::from(byte));
    let seed = unit.bytes().fold(number + 1, mix);
    let cells = cells(seed);
    let sum = cells.iter().filter_map(|cell| cell.value()).sum();
    let (period, revision) = week(number);
    let release = Release {
        unit: unit.to_owned(),
        table: TABLE.to_owned(),
        period,
        revision,
        catalogue: catalogue.to_tagged(),
        rule: Rule::Clear.into(),
        cells: cell::pack(&cells),
        census_day: String::new(),
        persons: 1_200,
        rollup: None,
        made_at_ms: 1_790_000_000_000,
    };
    (release.encode_to_vec(), sum)
}
