//! Sealed sums (P13): 1,500 reports of 72 cells verified by both hubs and opened, beside the bare
//! crate on the same reports in the same run; and one report made and sealed at a node.
//!
//! Ours is what the hubs do with what arrives: the rule about second reports, decoding, the check
//! by both sides, the stored form of every share, the sum, its opening. The bare crate verifies
//! once for both and adds up in memory. Opening the envelopes is measured with it and beside it,
//! since the bare crate has nothing of the kind. Totals are compared with an independent sum. Each
//! hub's memory is that of a process of its own with a store in a file.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on says so and ends"
)]

#[path = "support/hub_store.rs"]
mod hub_store;
#[path = "support/report.rs"]
mod report;

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use certs::aggregate::{
    Hubs, Instance, KeyHalf, OutputShare, Parts, Role, SealedHalves, SumShare, VerifyKey, agree,
    open,
};
use certs::digest::sha256;
use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority};
use certs::seal::ShareKey;
use certs::statement::{KeyStatement, SignedStatement, StatedKey, VerifiedStatement, verify};
use domain::catalogue::Catalogue;
use domain::cell::Cell;
use domain::disclosure::RawTable;
use domain::disclosure::sealed::{
    Arrival, CapClass, Decision, Kept, Known, ReportNumber, SealedReport, SealedTable,
    SealedTables, State, TaskId, context, decide,
};
use domain::unit::{UnitId, Zone};
use jiff::{SignedDuration, Timestamp};
use prio::codec::ParameterizedDecode as _;
use prio::vdaf::prio3::{Prio3InputShare, Prio3L1BoundSum, Prio3PublicShare, optimal_chunk_length};
use prio::vdaf::{Aggregatable as _, Aggregator as _, Collector as _, VerifyTransition};
use proto::pack::{Pack, PackKind, read};
use report::{Goal, median};

const SCHOOLS: usize = 1_500;
const TURNS: usize = 5;
const MADE: usize = 200;
const TASK: TaskId = TaskId::from_bytes([7; 32]);

fn main() {
    if hub_store::is_hub() {
        return;
    }
    report::title("sealed");
    let catalogue = catalogue();
    let tables = SealedTables::of(&catalogue);
    let table = |id: &str| tables.table(id).expect("table");
    let hubs = BothHubs::new();
    let small = table("sealed.bench.small");
    assert_eq!(small.cells(), 72);
    let reports: Vec<Report> = (0..SCHOOLS).map(|school| hubs.report(small, school)).collect();
    let (mut bare, mut ours, mut opening) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        bare.push(timed(|| bare_crate(&hubs, &reports)));
        ours.push(timed(|| our_hubs(&hubs, &reports)));
        opening.push(timed(|| envelopes(&hubs, &reports)));
    }
    let wide = table("sealed.bench.wide");
    let made: Vec<f64> =
        (0..MADE).map(|school| timed(|| drop(hubs.report(wide, school)))).collect();
    let each = |times: &[f64]| format!("{:.3} ms", median(times) / SCHOOLS as f64);
    report::head(&["a report, both sides together", "median of five"]);
    report::line(&["bare crate", &each(&bare)]);
    report::line(&["ours, from opened halves", &each(&ours)]);
    report::line(&["opening both envelopes", &each(&opening)]);
    let ratios = |more: &dyn Fn(usize) -> f64| -> f64 {
        let turns = (0..TURNS).map(|turn| (ours[turn] + more(turn)) / bare[turn]);
        median(&turns.collect::<Vec<_>>())
    };
    report::goals();
    let what = "1,500 reports of 72 cells by both hubs and opened, of the bare crate";
    let goal = |what: &str, value, unit, must, aim| {
        Goal { id: "P13", what, value, unit, must, aim, more: false }.print();
    };
    goal(what, ratios(&|_| 0.0), "x", 2.0, 1.3);
    goal(
        "the same with the envelopes, which the bare crate lacks",
        ratios(&|turn| opening[turn]),
        "x",
        2.0,
        1.3,
    );
    let what = format!("a report of {} cells made and sealed to both hubs", wide.cells());
    goal(&what, median(&made), "ms", 5.0, 1.0);
    let what = "this process with both hubs and all reports, at its highest";
    goal(what, memory_mib(), "MiB", 256.0, 96.0);
    for role in [Role::Leader, Role::Helper] {
        let what = format!("the {} with its store, at its highest", role.as_str());
        goal(&what, hub_store::memory_of(role), "MiB", 256.0, 96.0);
    }
    println!("\nload {} after", report::load());
}

/// A report as a school made it, with the halves as the hubs open them.
struct Report {
    school: UnitId,
    cap: CapClass,
    context: Vec<u8>,
    sealed: SealedHalves,
    halves: [Vec<u8>; 2],
    cells: Vec<u64>,
}

/// Keys of both hubs.
struct BothHubs {
    leader: (ShareKey, VerifiedStatement),
    helper: (ShareKey, VerifiedStatement),
    key: VerifyKey,
    instances: BTreeMap<CapClass, Instance>,
}

impl BothHubs {
    fn new() -> Self {
        let roots = [Commission::Education, Commission::Health].map(root);
        let hub = |unit: &str, role: Role| {
            let unit: UnitId = unit.parse().expect("unit");
            let key = ShareKey::generate(unit.clone(), role.purpose()).expect("key");
            let stated = stated(&roots, unit, role, &key);
            (key, stated)
        };
        let halves = [KeyHalf::generate(), KeyHalf::generate()];
        let leader = (&halves[0], halves[0].commit(&TASK, Role::Leader));
        let helper = (&halves[1], halves[1].commit(&TASK, Role::Helper));
        let instance = |cap| (cap, Instance::new(cap, 72).expect("instance"));
        Self {
            leader: hub("370202", Role::Leader),
            helper: hub("HC-QD", Role::Helper),
            key: agree(&TASK, leader, helper).expect("key"),
            instances: CapClass::all().map(instance).collect(),
        }
    }

    /// What the two hubs do with a report: the shares that the leader and the helper accept.
    fn verified(&self, report: &Report) -> [OutputShare; 2] {
        let instance = &self.instances[&report.cap];
        let school = context(&TASK, &report.school, ReportNumber::FIRST);
        let (nonce, public) = (&report.sealed.nonce, report.sealed.public.as_slice());
        let parts = Parts { context: &school, nonce, public };
        let begun = instance.begin(&self.key, parts, &report.halves[0]);
        let (begun, shown) = begun.expect("begun");
        let answer = instance.answer(&self.key, parts, &report.halves[1], &shown);
        let (answer, at_helper) = answer.expect("answer");
        [instance.finish(parts, begun, &answer).expect("finished"), at_helper]
    }

    /// What a school does: measures, splits and seals; the halves are kept for the hubs' side.
    fn report(&self, table: &SealedTable, number: usize) -> Report {
        let school: UnitId = format!("3702{number:06}").parse().expect("unit");
        let cells: Vec<u64> = (0..table.cells()).map(|cell| figure(number, cell)).collect();
        let raw = cells.iter().copied().map(Cell::Value).collect();
        let raw = RawTable::new(table.id().clone(), raw);
        let enrolled = 200 + u64::try_from(number * 37 % 1_800).expect("small");
        let measured = SealedReport::measure(raw, table, enrolled, |_| 0).expect("report");
        let context = context(&TASK, &school, ReportNumber::FIRST);
        let instance = Instance::new(measured.cap(), table.cells()).expect("instance");
        let shares = instance.split(&measured, &context).expect("shares");
        let halves = [shares.leader.to_vec(), shares.helper.to_vec()];
        let hubs = Hubs::new(&self.leader.1, &self.helper.1).expect("hubs");
        let sealed = shares.seal(&hubs, &context).expect("sealed");
        Report { school, cap: measured.cap(), context, sealed, halves, cells }
    }
}

/// Counts as schools have them: nearly all zero, some small, one large now and then.
fn figure(school: usize, cell: usize) -> u64 {
    match school.wrapping_mul(2_654_435_761).wrapping_add(cell.wrapping_mul(40_503)) >> 7 & 31 {
        0 => 4,
        1 | 2 => 2,
        3..=6 => 1,
        _ => 0,
    }
}

fn totals(reports: &[Report]) -> Vec<u64> {
    (0..72).map(|cell| reports.iter().map(|report| report.cells[cell]).sum()).collect()
}

/// The crate alone: both verify with one message between them, and the shares are added up.
fn bare_crate(hubs: &BothHubs, reports: &[Report]) {
    let vdaf = |cap: CapClass| {
        let bits = usize::try_from(cap.bits()).expect("bits");
        let chunk = optimal_chunk_length(bits * 73);
        Prio3L1BoundSum::new_l1_bound_sum(2, cap.limit().into(), 72, chunk).expect("instance")
    };
    let instances: BTreeMap<CapClass, Prio3L1BoundSum> =
        CapClass::all().map(|cap| (cap, vdaf(cap))).collect();
    let any = &instances[&reports[0].cap];
    let mut sums = [any.aggregate_init(&()), any.aggregate_init(&())];
    for report in reports {
        let vdaf = &instances[&report.cap];
        let public = Prio3PublicShare::get_decoded_with_param(vdaf, &report.sealed.public);
        let public = public.expect("public");
        let [leader, helper] = [0, 1].map(|hub| {
            let half = Prio3InputShare::get_decoded_with_param(&(vdaf, hub), &report.halves[hub]);
            let (key, nonce) = (hubs.key.expose(), &report.sealed.nonce);
            let half = half.expect("half");
            vdaf.verify_init(key, &report.context, hub, &(), nonce, &public, &half).expect("begun")
        });
        let message = vdaf.verifier_shares_to_message(&report.context, &(), [leader.1, helper.1]);
        let message = message.expect("message");
        for (sum, state) in sums.iter_mut().zip([leader.0, helper.0]) {
            match vdaf.verify_next(&report.context, state, message.clone()).expect("verified") {
                VerifyTransition::Finish(share) => sum.accumulate(&share).expect("added"),
                VerifyTransition::Continue(..) => unreachable!("Prio3 has one round"),
            }
        }
    }
    let opened: Vec<u128> = any.unshard(&(), sums, reports.len()).expect("opened");
    assert!(opened.into_iter().eq(totals(reports).into_iter().map(u128::from)));
}

/// A hub's memory of what arrived, as its store has it.
#[derive(Default)]
struct Seen {
    by_school: HashMap<UnitId, Kept>,
    by_nonce: HashMap<[u8; 16], Kept>,
    shares: Vec<Vec<u8>>,
}

impl Seen {
    fn take(&mut self, report: &Report) {
        let mut signed = report.sealed.public.clone();
        signed.extend_from_slice(report.sealed.leader.bytes());
        signed.extend_from_slice(report.sealed.helper.bytes());
        let arrival = Arrival {
            task: TASK,
            school: report.school.clone(),
            number: ReportNumber::FIRST,
            nonce: report.sealed.nonce,
            digest: sha256(&signed),
        };
        let kept = self.by_school.get(&report.school);
        let known = Known { task: Some(TASK), kept, nonce: self.by_nonce.get(&arrival.nonce) };
        assert_eq!(decide(&arrival, known), Decision::Verify);
        let kept = Kept { arrival, state: State::Accepted };
        self.by_nonce.insert(report.sealed.nonce, kept.clone());
        self.by_school.insert(report.school.clone(), kept);
    }

    fn sum(&self, places: &[usize]) -> SumShare {
        let mut sum = SumShare::new(72);
        for share in &self.shares {
            let share = OutputShare::from_bytes(share).expect("share");
            sum.add(&share, places).expect("added");
        }
        sum
    }
}

/// Both hubs through our code, from opened halves to figures.
fn our_hubs(hubs: &BothHubs, reports: &[Report]) {
    let mut seen = [Seen::default(), Seen::default()];
    for report in reports {
        seen.iter_mut().for_each(|seen| seen.take(report));
        let shares = hubs.verified(report);
        for (seen, share) in seen.iter_mut().zip(shares) {
            seen.shares.push(share.to_bytes().expect("bytes"));
        }
    }
    let places: Vec<usize> = (0..72).collect();
    let [leader, helper] = seen.map(|seen| seen.sum(&places));
    let opened: Option<Vec<u64>> = open(&leader, &helper).expect("opened").into_iter().collect();
    assert_eq!(opened, Some(totals(reports)));
}

/// Both hubs open what was sealed to them.
fn envelopes(hubs: &BothHubs, reports: &[Report]) {
    for report in reports {
        for (place, role, key) in
            [(0, Role::Leader, &hubs.leader.0), (1, Role::Helper, &hubs.helper.0)]
        {
            let half = report.sealed.open(role, key, &report.context).expect("half");
            assert_eq!(half.as_slice(), report.halves[place].as_slice());
        }
    }
}

fn timed(run: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    run();
    report::ms(begun.elapsed())
}

/// The highest resident size of this process.
fn memory_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.unwrap_or(f64::INFINITY) / 1_024.0
}

fn zone() -> Zone {
    "qingdao.example".parse().expect("zone")
}

fn now() -> Timestamp {
    "2026-11-16T08:00:00Z".parse().expect("instant")
}

fn root(commission: Commission) -> RootAuthority {
    let key = SigningKey::generate().expect("key");
    RootAuthority::create(commission, &zone(), key, now()).expect("root")
}

fn stated(
    roots: &[RootAuthority; 2],
    unit: UnitId,
    role: Role,
    key: &ShareKey,
) -> VerifiedStatement {
    let statement = KeyStatement {
        zone: zone(),
        unit,
        name: role.as_str().to_owned(),
        purpose: role.purpose(),
        key: StatedKey::Recipient(key.public().clone()),
        valid_from: now(),
        valid_to: now() + SignedDuration::from_hours(24 * 365),
    };
    let signer = |root: &RootAuthority| {
        let key = SigningKey::generate().expect("key");
        let chain = root.sign_statement_key(key.public(), now()).expect("certificate");
        (key, [chain])
    };
    let [(first, chain), (second, other)] = roots.each_ref().map(signer);
    let mut signed = SignedStatement::sign(&statement, &first, &chain).expect("signed");
    signed.add_signature(&second, &other).expect("signed");
    let roots = roots.each_ref().map(|root| root.certificate().clone());
    verify(&signed, &roots, &zone(), now()).expect("verified")
}

/// A catalogue with a flow of 72 cells and one of 108.
fn catalogue() -> Catalogue {
    let dimension = |id: &str, values: &[&str]| {
        let value = |id: &&str| format!("{{ id = \"{id}\", zh = \"甲\", en = \"A\" }}");
        let values = values.iter().map(value).collect::<Vec<_>>().join(",\n    ");
        format!(
            "[[dimension]]\nid = \"{id}\"\nzh = \"甲\"\nen = \"A\"\nmulti = false\n\
             values = [\n    {values}\n]\n\n"
        )
    };
    let count = |id: &str, dims: &str, source: &str| {
        format!(
            "[[count]]\nid = \"{id}\"\nzh = \"次数\"\nen = \"Events\"\nnote = \"\"\n\
             kind = \"flow\"\nprofile = \"core\"\nchannel = \"sealed\"\nsens = \"high\"\n\
             origin = \"school\"\nledger = \"alert\"\nfill = \"auto\"\nunit = \"event\"\n\
             dims = [{dims}]\nperiod = \"week\"\nassess = false\nbasis = [\"Q1\"]\n\
             define = {{ source = \"{source}\", count = \"records\", at = \"in_period\" }}\n\n"
        )
    };
    let stages = ["primary_low", "primary_high", "junior", "senior", "vocational", "special"];
    let text = [
        "schema = \"catalogue/1\"\nrevision = 9\neffective_from = \"2000-01-01\"\n\
         default_min_cell = 10\ndefault_per_person_max = 4\n\n",
        &dimension("stage", &stages),
        &dimension("sex", &["m", "f", "u"]),
        &dimension("tier", &["t1", "t2", "t3"]),
        &dimension("alert_state", &["none", "t1", "t2", "t3"]),
        &dimension("alert_source", &["s1", "s2", "s3", "s4", "s5", "s6"]),
        &count("bench.small", "\"alert_state\", \"stage\", \"sex\"", "session"),
        &count("bench.wide", "\"tier\", \"stage\", \"alert_source\"", "alert_event"),
    ]
    .concat();
    match read(PackKind::Catalogue, "bench", text.as_bytes()).expect("catalogue") {
        Pack::Catalogue(catalogue) => *catalogue,
        _ => unreachable!("a catalogue was read"),
    }
}
