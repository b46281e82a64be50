//! A school whose ledger was put back from a backup: its hub knows revisions that it has lost.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use certs::digest::sha256;
use domain::catalogue::{Grade as CatalogueGrade, SchoolType};
use domain::cell::unpack;
use domain::period::{Period, TermId};
use domain::unit::UnitKind;
use hub::store::contribution;
use jiff::civil::{Date, date};
use node::import::preview::{Scope, compare};
use node::import::roster::{self, RosterContext};
use node::import::source::Source;
use node::import::value::{Grade, GradeSpan};
use node::ledger::import_batch::ImportSource;
use node::ledger::profile::{self, Profile};
use node::ledger::{Ledger, student};
use node::packs::Packs;
use node::release::{self, Context};
use node::transfer::Transfer;
use node::unlock::LedgerKey;
use tests::federation::{Federation, Member, RunningHub, name_responsible};

const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);
const SCHOOL: &str = "F370202004J01";
const TERM: TermId = TermId { school_year: 2025, number: 1 };
const AS_OF: Date = date(2025, 10, 10);
const TODAY: Date = date(2025, 11, 20);

/// A school with a ledger on the disk and an outbox.
struct School {
    ledger: Ledger,
    transfer: Transfer,
    member: Member,
}

impl School {
    fn start(federation: &Federation, hub: &RunningHub, ledger: Ledger, transfer: &Path) -> Self {
        let name = federation.authority().name(SCHOOL, "370202");
        let identity = federation.authority().identity(&name, UnitKind::School);
        if hub.read(|tx| hub::store::unit::find(tx, &SCHOOL.parse().expect("unit"))).is_none() {
            hub.add(name.unit(), UnitKind::School, federation.clock());
        }
        hub.admit(&identity, federation.clock());
        let transfer = Transfer::open(transfer).expect("transfer");
        let member = Member::over(federation, hub, identity, transfer.database().clone());
        Self { ledger, transfer, member }
    }

    fn context(&self) -> Context {
        let packs = Packs::load(&self.transfer, TODAY).expect("packs");
        Context {
            catalogue: Arc::clone(&packs.in_force().pack),
            catalogue_digest: packs.in_force().digest,
            catalogues: packs.catalogues_ever(),
            specials: Vec::new(),
            sealed_years: std::collections::BTreeSet::new(),
            calendar: Arc::clone(packs.calendar()),
            today: TODAY,
            now_ms: 1_763_600_000_000,
        }
    }

    /// Signs what is new and sends until nothing is left to send, as a node does that serves.
    /// Says how many sheets were signed again.
    async fn send(&self) -> u64 {
        let (context, key) = (self.context(), self.member.identity.key());
        release::make(&self.ledger, &context, Period::Term(TERM), key).expect("made");
        let mut again = 0;
        loop {
            again += release::outrun(&self.ledger, &self.transfer, &context, key).expect("again");
            let copied = release::copy_handover(&self.ledger, &self.transfer, 1).expect("copied");
            if copied == 0 {
                return again;
            }
            self.member.flush().await.expect("push");
        }
    }
}

fn open(folder: &Path, key: &LedgerKey) -> Ledger {
    Ledger::open(&folder.join("ledger.db"), key.data_key()).expect("ledger")
}

/// A ledger with a junior school's profile.
fn ledger(folder: &Path, key: &LedgerKey) -> Ledger {
    std::fs::create_dir_all(folder).expect("folder");
    let ledger = open(folder, key);
    let grade = |number| CatalogueGrade::school(number).expect("grade");
    let profile = Profile {
        unit: SCHOOL.parse().expect("unit"),
        name_zh: "示例初级中学".to_owned(),
        name_en: "Example Junior Middle School".to_owned(),
        school_type: SchoolType::Junior,
        grade_from: grade(7),
        grade_to: grade(9),
    };
    ledger.write("profile", move |tx| profile::set(tx, &profile)).expect("profile");
    name_responsible(&ledger, AS_OF, 1_763_600_000_000);
    ledger
}

/// Imports a whole roll of made-up pupils.
fn enrol(ledger: &Ledger, pupils: u32) {
    let mut text = "学籍号,姓名,性别,年级,班级\n".to_owned();
    for n in 0..pupils {
        text += &format!("G999999201301{n:05}A,张某某,男,七年级,1班\n");
    }
    let grade = |code| Grade::from_code(code).expect("grade");
    let context = RosterContext {
        today: TODAY,
        school_year: 2025,
        grades: GradeSpan { from: grade("g7"), to: grade("g9") },
        school_codes: Vec::new(),
        school_names: Vec::new(),
    };
    let mut source = Source::open(Cursor::new(text.into_bytes())).expect("source");
    let mut file = roster::read(&mut source, None, &context).expect("roster");
    let known = ledger.read(student::current).expect("known");
    let by_hand = ledger.read(student::by_hand).expect("by hand");
    let scope = Scope::Whole(roster::settle(&mut file, &known, &by_hand, AS_OF));
    let preview =
        compare(file, scope, |key| Ok::<_, std::convert::Infallible>(known.get(key).cloned()));
    let Ok(batch) = preview.expect("compared").accept() else { panic!("roll refused") };
    let source = ImportSource {
        file_name: "名册.csv".to_owned(),
        digest: sha256(b"file"),
        author: "school-it".to_owned(),
        as_of: AS_OF,
        now_ms: 1,
    };
    ledger.write("roster", move |tx| student::apply(tx, &batch, &source)).expect("applied");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder");
    for name in ["ledger.db", "ledger.db-wal"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).expect("copied");
        }
    }
}

/// The revision that counts at the hub, and the students in it.
fn counted(hub: &RunningHub, context: &Context) -> (u32, u64) {
    let all = hub.read(|tx| contribution::all_current(tx, "clear.term", "2025S1"));
    assert_eq!(all.len(), 1);
    let claimed = proto::release::decode(&all[0].body).expect("release");
    let spec = context.catalogue.table("clear.term").expect("table");
    let cells = unpack(&claimed.cells, spec.cells()).expect("cells");
    let block = spec.block("base.students").expect("block");
    let students = block.range().filter_map(|place| cells.get(place).and_then(|cell| cell.value()));
    (all[0].revision, students.sum())
}

/// A ledger of before the second revision makes a second one of its own; the hub refuses it, and
/// the school's figures arrive under a revision above all that the hub knows, without a person.
///
/// Method: once with an outbox that was lost as well, once with one that remembers more than the
/// ledger.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_ledger_outruns_what_its_hub_knows() {
    for is_outbox_lost in [true, false] {
        let federation = Federation::new();
        let hub = RunningHub::start(&federation, DISTRICT, "370202", None).await;
        let (folder, backup) = (federation.path("ledger"), federation.path("backup"));
        let key = LedgerKey::generate();
        let first = ledger(&folder, &key);
        enrol(&first, 120);
        let outbox = federation.path("outbox.db");
        let school = School::start(&federation, &hub, first, &outbox);
        assert_eq!(school.send().await, 0);
        assert_eq!(counted(&hub, &school.context()), (1, 120));
        copy(&folder, &backup);
        for pupils in [121, 122] {
            enrol(&school.ledger, pupils);
            assert_eq!(school.send().await, 0);
        }
        assert_eq!(counted(&hub, &school.context()), (3, 122));
        drop(school);
        let outbox = if is_outbox_lost { federation.path("new-outbox.db") } else { outbox };
        let school = School::start(&federation, &hub, open(&backup, &key), &outbox);
        enrol(&school.ledger, 130);
        assert_eq!(school.send().await, if is_outbox_lost { 2 } else { 1 });
        assert_eq!(counted(&hub, &school.context()), (4, 130));
        assert_eq!(school.send().await, 0, "nothing is sent for ever");
        enrol(&school.ledger, 131);
        assert_eq!(school.send().await, 0);
        assert_eq!(counted(&hub, &school.context()), (5, 131));
    }
}
