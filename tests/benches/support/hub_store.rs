//! One hub's memory with its store: it takes up 1,500 reports page by page, verifies them, keeps
//! its share and the signed item of each in a file as a hub does, and adds up what it kept.
//!
//! Runs in a process of its own, so that its highest size is that of one hub; the other hub's part
//! of each check is made in it too, and counts against it.

use std::collections::BTreeMap;
use std::process::Command;

use certs::aggregate::{KeyHalf, OutputShare, Role, SumShare};
use certs::digest::sha256;
use domain::disclosure::sealed::{Arrival, Kept, ReportNumber, State};
use domain::unit::UnitId;
use hub::store::MIGRATIONS;
use hub::store::sealed::report::{self, Held};
use hub::store::sealed::task::{self, NewTask, Task};
use runtime::sql::{Database, Options, SqlError, Tx};

use super::{BothHubs, Report, SCHOOLS, TASK, catalogue, memory_mib};

/// With this argument the program is one hub, and prints how large it was.
const ARGUMENT: &str = "--hub";
/// Reports that a hub looks at together.
const PAGE: usize = 128;

/// Whether this process is to be a hub; then it is one, and ends.
pub fn is_hub() -> bool {
    let mut arguments = std::env::args().skip_while(|argument| argument != ARGUMENT).skip(1);
    let Some(role) = arguments.next() else { return false };
    be(if role == Role::Leader.as_str() { Role::Leader } else { Role::Helper });
    println!("{}", memory_mib());
    true
}

/// How large a hub was at its highest, in MiB.
pub fn memory_of(role: Role) -> f64 {
    let program = std::env::current_exe().expect("program");
    let hub = Command::new(program).args([ARGUMENT, role.as_str()]).output().expect("a hub");
    let said = String::from_utf8(hub.stdout).expect("text");
    said.trim().parse().unwrap_or(f64::INFINITY)
}

fn be(role: Role) {
    let tables = domain::disclosure::sealed::SealedTables::of(&catalogue());
    let table = tables.table("sealed.bench.small").expect("table");
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("hub.db");
    let store = Database::open(&path, Options::plain(MIGRATIONS)).expect("store");
    let row = Task {
        id: TASK,
        area: "370202".parse().expect("unit"),
        school_year: 2026,
        sheet: table.id().clone(),
        period: "2026-W46".parse().expect("period"),
        pack: sha256(b"bench"),
        half: KeyHalf::generate(),
        commitment: None,
        key: None,
        stopped: String::new(),
    };
    let new = move |tx: &Tx<'_>| task::insert(tx, &NewTask { task: &row, terms: b"bench" }, 1);
    store.write("task", new).expect("task");
    let hubs = BothHubs::new();
    let schools: Vec<usize> = (0..SCHOOLS).collect();
    for page in schools.chunks(PAGE) {
        let kept: Vec<(Kept, Held)> =
            page.iter().map(|school| verified(&hubs, &hubs.report(table, *school), role)).collect();
        let keep = move |tx: &Tx<'_>| -> Result<(), SqlError> {
            kept.iter().try_for_each(|(kept, held)| {
                report::insert(tx, kept, held, 1)?;
                report::accept(tx, &kept.arrival.digest, "2026-11-16")
            })
        };
        store.write("reports", keep).expect("reports");
    }
    let places: Vec<usize> = (0..table.cells()).collect();
    let sum = store.read(move |tx| {
        let mut shares: BTreeMap<UnitId, OutputShare> = BTreeMap::new();
        for (school, accepted) in report::accepted(tx, &TASK)? {
            let held = report::find(tx, &accepted.digest)?.expect("kept").held;
            let share = OutputShare::from_bytes(&held.share.expect("share"));
            shares.insert(school, share.expect("share"));
        }
        assert_eq!(shares.len(), SCHOOLS, "every report is in the sum");
        let mut sum = SumShare::new(places.len());
        shares.values().for_each(|share| sum.add(share, &places).expect("added"));
        Ok::<_, SqlError>(sum)
    });
    assert!(!sum.expect("sum").to_bytes().expect("bytes").is_empty());
}

/// A report that both hubs verified, as one of them keeps it.
fn verified(hubs: &BothHubs, report: &Report, role: Role) -> (Kept, Held) {
    let [at_leader, at_helper] = hubs.verified(report);
    let own = if role == Role::Leader { at_leader } else { at_helper };
    let (nonce, public) = (&report.sealed.nonce, report.sealed.public.as_slice());
    let item = [public, report.sealed.leader.bytes(), report.sealed.helper.bytes()].concat();
    let arrival = Arrival {
        task: TASK,
        school: report.school.clone(),
        number: ReportNumber::FIRST,
        nonce: *nonce,
        digest: sha256(&item),
    };
    let held = Held {
        cap: report.cap,
        enrolled: BTreeMap::new(),
        share: Some(own.to_bytes().expect("bytes")),
        item: Some(item),
        code: String::new(),
    };
    (Kept { arrival, state: State::Pending }, held)
}
