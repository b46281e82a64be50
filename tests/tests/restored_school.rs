//! A school whose ledger was put back from a backup: its hub knows revisions that it has lost.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, Mutex};

use certs::chain::Trust;
use certs::digest::sha256;
use certs::identity::LeafIdentity;
use certs::tls::{client_config, server_config, server_name};
use domain::catalogue::{Grade as CatalogueGrade, SchoolType};
use domain::cell::unpack;
use domain::ledger::SchoolRole;
use domain::ledger::words::TalkTopic;
use domain::period::{Period, TermId};
use domain::unit::UnitKind;
use hub::store::contribution;
use jiff::civil::{Date, date};
use node::import::preview::{Scope, compare};
use node::import::roster::{self, RosterContext};
use node::import::source::Source;
use node::import::value::{Grade, GradeSpan};
use node::ledger::author::Author;
use node::ledger::entry::{AuthorNote, StaffId, StudentId, Words};
use node::ledger::import_batch::ImportSource;
use node::ledger::profile::{self, Profile};
use node::ledger::refusal::LedgerRefusal;
use node::ledger::talk::Talk;
use node::ledger::{Ledger, student, write};
use node::packs::{Packs, SpecialVersions};
use node::release::{self, Context};
use node::transfer::Transfer;
use node::unlock::LedgerKey;
use runtime::uplink::{IdentityCell, Parent, Uplink};
use tests::federation::{Federation, Member, NoHooks, RunningHub, name_responsible};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

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
            special_versions: SpecialVersions::default(),
            sealed_years: node::ledger::sealed::SealYears::default(),
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

/// A place between a member and its hub that sees in plain what both say. It has the keys of both,
/// as nobody else has.
struct Tap {
    address: String,
    up: Recorded,
    down: Recorded,
}

/// Everything that was said in one direction.
type Recorded = Arc<Mutex<Vec<u8>>>;

impl Tap {
    async fn between(federation: &Federation, hub: &RunningHub, member: &LeafIdentity) -> Self {
        let root = federation.authority().root().clone();
        let (name, trust) = (hub.hub.config().name.clone(), Trust::new(vec![root.clone()]));
        let shown = server_config(&hub.hub.identity().current(), &root, &trust).expect("server");
        let config = client_config(Some(member), &name, &trust).expect("client");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("socket");
        let address = listener.local_addr().expect("address").to_string();
        let tap = Self { address, up: Recorded::default(), down: Recorded::default() };
        let (hub, up, down) = (hub.address, tap.up.clone(), tap.down.clone());
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.expect("connection");
                let near = TlsAcceptor::from(shown.clone()).accept(socket).await.expect("member");
                let socket = TcpStream::connect(hub).await.expect("hub");
                let far = TlsConnector::from(config.clone());
                let far = far.connect(server_name(&name).expect("name"), socket).await;
                let (near_in, near_out) = tokio::io::split(near);
                let (far_in, far_out) = tokio::io::split(far.expect("hub"));
                tokio::spawn(record(near_in, far_out, up.clone()));
                tokio::spawn(record(far_in, near_out, down.clone()));
            }
        });
        tap
    }

    fn all(&self) -> Vec<u8> {
        let said = |side: &Recorded| side.lock().expect("record").clone();
        [said(&self.up), said(&self.down)].concat()
    }
}

/// Passes on what comes and keeps a copy.
async fn record(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    kept: Recorded,
) {
    let mut bytes = vec![0; 16_384];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        kept.lock().expect("record").extend_from_slice(&bytes[..read]);
        if to.write_all(&bytes[..read]).await.is_err() || to.flush().await.is_err() {
            return;
        }
    }
    // Whoever waits for more is told that this was all.
    let _ = to.shutdown().await;
}

/// What a counsellor wrote about a pupil.
const NOTE: &str = "夜里常醒，不愿去食堂";

/// Enters a talk with the first pupil.
fn note_a_talk(ledger: &Ledger) {
    let talked = ledger.write("talk", |tx| {
        let student = tx.query_opt("select min(id) from student", &[], |row| row.i64(0))?;
        let staff = tx.query_opt("select min(id) from staff", &[], |row| row.i64(0))?;
        let (student, staff) = student.zip(staff).expect("somebody");
        let talk = Talk {
            day: TODAY,
            student: StudentId(student),
            staff: StaffId(staff),
            topics: Words::new([TalkTopic::Mind]),
            concern: true,
            raised: false,
            home_visit: false,
            note: AuthorNote::new(NOTE.to_owned()),
        };
        let by = Author::new("li", SchoolRole::Counsellor, None, 1_763_600_000_000);
        write::add(tx, &by, &talk).map(drop)
    });
    talked.unwrap_or_else(|refused: LedgerRefusal| panic!("{refused}"));
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|at| at == what)
}

/// What passes between a school and its hub is the signed bytes and nothing of a pupil: no student
/// number, no name, nothing that somebody wrote about one.
///
/// Method: a tap with the keys of both sides, between a school with a roll and an entry and its
/// hub. That it sees what passes is shown by the release, which it must have seen.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_about_a_pupil_is_on_the_wire() {
    let federation = Federation::new();
    let hub = RunningHub::start(&federation, DISTRICT, "370202", None).await;
    let folder = federation.path("school");
    let key = LedgerKey::generate();
    let ledger = ledger(&folder, &key);
    enrol(&ledger, 300);
    note_a_talk(&ledger);
    let mut school = School::start(&federation, &hub, ledger, &folder.join("transfer.db"));
    let tap = Tap::between(&federation, &hub, &school.member.identity).await;
    school.member.uplink = Uplink::new(
        school.member.database.clone(),
        IdentityCell::load(&federation.path(&school.member.unit).join("identity.pem"))
            .expect("identity"),
        Parent { address: tap.address.clone(), name: hub.hub.config().name.clone() },
        (Trust::new(vec![federation.authority().root().clone()]), federation.clock().clone()),
        Arc::new(NoHooks),
    );
    school.send().await;
    let sent = school.transfer.releases(10).expect("outbox");
    assert!(sent.iter().any(|item| item.outcome == Some(1)), "accepted through the tap");
    let said = tap.all();
    for item in &sent {
        let body = proto::frame::decode_item(&item.item).expect("item").body;
        assert!(holds(&said, &body), "the tap sees what passes");
    }
    for canary in ["G9999992013", "张某某", "李某", "T001", "七年级", "1班", NOTE] {
        assert!(!holds(&said, canary.as_bytes()), "{canary} is on the wire");
    }
}
