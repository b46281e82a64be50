//! A city under seal for tests: two commissions, two hubs with their keys and certificates, and
//! documents that list the school of the tests.

use std::ops::RangeInclusive;

use certs::aggregate::{Instance, KeyHalf, Parts, Role, agree, open};
use certs::chain::Trust;
use certs::digest::sha256;
use certs::identity::LeafIdentity;
use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority};
use certs::seal::{Sealed, ShareKey};
use certs::statement::{KeyStatement, SignedStatement, StatedKey};
use domain::digest::Digest;
use domain::disclosure::plan::{GROUP_MIN, Plan};
use domain::disclosure::sealed::{SealedTables, context as bound_to};
use domain::unit::{IdentityName, UnitId, UnitKind};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use prost::Message as _;
use proto::frame::VERDICT_CONTEXT;
use proto::pack::plan::{self, OpenPlan, Sealing};
use proto::pack::roster::{self, COLUMNS};
use proto::pack::{PackKind, keys};
use proto::sealed::{
    HubSignature, Report, SignedVerdict, Verdict, encode_signed_verdict, encode_verdict,
};
use proto::wire::directive::{Directive, Pack, PackSignature};
use runtime::sealing::{Pins, SealedYears, SealingYear};

use super::Context;
use crate::ledger::testing::{NOW_MS, School};
use crate::list::testing::{UNIT, now, zone};
use crate::packs::Packs;

/// Area and school year of the documents.
const NAME: &str = "370202-2025";

/// When the commissions began.
fn founded() -> Timestamp {
    "2025-08-01T00:00:00Z".parse().expect("instant")
}

pub(crate) const LEADER: &str = "370202";
pub(crate) const HELPER: &str = "HC-QD";

/// Both hubs, with everything that they sign and open with, under their commissions.
pub(crate) struct Hubs {
    roots: [RootAuthority; 2],
    pub(crate) keys: [ShareKey; 2],
    pub(crate) identities: [LeafIdentity; 2],
    pub(crate) trust: Trust,
}

impl Hubs {
    pub(crate) fn new() -> Self {
        let roots = [Commission::Education, Commission::Health].map(|one| {
            let key = SigningKey::generate().expect("key");
            RootAuthority::create(one, &zone(), key, founded()).expect("root")
        });
        let key = |id: &str, role: Role| {
            ShareKey::generate(id.parse().expect("unit"), role.purpose()).expect("key")
        };
        let identities = [identity(&roots[0], LEADER), identity(&roots[1], HELPER)];
        let pins = roots.iter().map(|root| root.certificate().clone()).collect();
        Self {
            keys: [key(LEADER, Role::Leader), key(HELPER, Role::Helper)],
            roots,
            identities,
            trust: Trust::new(pins),
        }
    }

    /// School year 2025 under seal, with so many students of each sex in each grade at the school
    /// of the tests and at five schools more.
    pub(crate) fn year(&self, persons: u32) -> SealingYear {
        self.year_with((persons, 7..=9), "2025-09-01", &[])
    }

    /// The same under a plan that begins on a day.
    pub(crate) fn year_from(&self, persons: u32, first: &str) -> SealingYear {
        self.year_with((persons, 7..=9), first, &[])
    }

    /// The same with the keys that health stated of some schools.
    pub(crate) fn stating(&self, keys: &[(&str, Digest)]) -> SealingYear {
        let keys = keys.iter().map(|(unit, key)| (unit.parse().expect("unit"), *key));
        let (text, first) = (keys::write(&keys.collect()), "2025-09-01");
        let keys = self.directive((PackKind::Keys, NAME), (1, first), &text);
        self.year_with((200, 7..=9), first, &[keys])
    }

    /// The same with two lists of keys, of which the second took the place of the first.
    pub(crate) fn stating_anew(&self, unit: &str, (old, new): (Digest, Digest)) -> SealingYear {
        let first = "2025-09-01";
        let lists = [(1, old), (2, new)].map(|(serial, key)| {
            let keys = [(unit.parse().expect("unit"), key)].into_iter().collect();
            self.directive((PackKind::Keys, NAME), (serial, first), &keys::write(&keys))
        });
        self.year_with((200, 7..=9), first, &lists)
    }

    /// A roster that has only some of the school's grades.
    pub(crate) fn year_of_grades(&self, grades: RangeInclusive<u8>) -> SealingYear {
        self.year_with((200, grades), "2025-09-01", &[])
    }

    fn year_with(
        &self,
        (persons, grades): (u32, RangeInclusive<u8>),
        first: &str,
        keys: &[Vec<u8>],
    ) -> SealingYear {
        let schools = ["S1", "S2", "S3", "S4", "S5", UNIT];
        let rows = schools.iter().flat_map(|school| {
            grades.clone().map(move |grade| {
                let head = format!("{school},370202001,office {school},2020,2020,yes");
                format!("{head},junior,g{grade},{persons},{persons},0")
            })
        });
        let csv: Vec<String> = std::iter::once(COLUMNS.join(",")).chain(rows).collect();
        let csv = csv.join("\n");
        let listed = roster::read(NAME, csv.as_bytes()).expect("roster");
        let [leader_statement, helper_statement] =
            self.keys.each_ref().map(|key| self.statement(key).to_pem());
        let census_day = date(2025, 9, 10);
        let plan = plan::write(&OpenPlan {
            plan: Plan::build(GROUP_MIN, &listed, &[]),
            roster: sha256(csv.as_bytes()),
            sealing: Some(Sealing { census_day, leader_statement, helper_statement }),
        });
        let packs = [(PackKind::Roster, csv), (PackKind::Plan, plan.expect("plan"))];
        let packs = packs.map(|(kind, text)| self.directive((kind, NAME), (1, first), &text));
        let pins = Pins { roots: self.trust.roots().to_vec(), zone: zone() };
        let years = SealedYears::read(packs.iter().chain(keys).map(Vec::as_slice), &pins);
        years.of_school(&UNIT.parse().expect("unit"), 2025).expect("under seal").clone()
    }

    /// A leader's certificate as the authority of another district would forge it.
    pub(crate) fn pose_as_leader(&mut self) {
        self.identities[0] = identity_in(&self.roots[0], (LEADER, "370203"));
    }

    fn statement(&self, key: &ShareKey) -> SignedStatement {
        let says = KeyStatement {
            zone: zone(),
            unit: key.unit().clone(),
            name: "汇总方".to_owned(),
            purpose: key.purpose(),
            key: StatedKey::Recipient(key.public().clone()),
            valid_from: founded(),
            valid_to: founded() + SignedDuration::from_hours(24 * 400),
        };
        let [one, other] = self.roots.each_ref().map(|root| {
            let key = SigningKey::generate().expect("key");
            let signed = root.sign_statement_key(key.public(), founded()).expect("certificate");
            (key, [signed])
        });
        let mut signed = SignedStatement::sign(&says, &one.0, &one.1).expect("signed");
        signed.add_signature(&other.0, &other.1).expect("countersigned");
        signed
    }

    /// A pack signed by both commissions.
    pub(crate) fn directive(
        &self,
        (kind, name): (PackKind, &str),
        (serial, first): (u64, &str),
        text: &str,
    ) -> Vec<u8> {
        let pack = Pack {
            kind: kind.as_str().to_owned(),
            name: name.to_owned(),
            version: serial.to_string(),
            serial,
            effective_from: first.to_owned(),
            content: text.as_bytes().to_vec(),
        }
        .encode_to_vec();
        let signatures = self.roots.iter().map(|root| {
            let key = SigningKey::generate().expect("key");
            let chain = [root.sign_pack_key(key.public(), founded()).expect("certificate")];
            let signed = certs::pack::sign(&pack, &key, &chain).expect("signed");
            PackSignature { signature: signed.signature.to_bytes(), chain: signed.chain }
        });
        let signatures = signatures.collect();
        Directive { pack, signatures }.encode_to_vec()
    }

    /// What the school seals with on a day.
    pub(crate) fn context(&self, today: Date) -> Context {
        Context {
            unit: UNIT.parse().expect("unit"),
            years: vec![self.year(200)],
            packs: Packs::embedded().expect("packs"),
            today,
            now_ms: NOW_MS,
            again: None,
            rounded: std::collections::BTreeSet::new(),
            queued: Vec::new(),
        }
    }

    /// Opens a report as both hubs would, were they one: its cells.
    pub(crate) fn read(&self, school: &School, report: &Report) -> Vec<u64> {
        let tables = SealedTables::of(&school.catalogue);
        let cells = tables.table(report.place.table.as_str()).expect("table").cells();
        self.read_cells(cells, report)
    }

    /// The same of a table with so many cells.
    pub(crate) fn read_cells(&self, cells: usize, report: &Report) -> Vec<u64> {
        let bound = bound_to(&report.task, &report.place.unit, report.place.number);
        let beside = [report.nonce.as_slice(), &report.public].concat();
        let half = |key: &ShareKey, bytes: &[u8]| {
            let sealed = Sealed::from_bytes(bytes.to_vec()).expect("sealed");
            key.open(&sealed, &bound, &beside).expect("half")
        };
        let halves =
            (half(&self.keys[0], &report.leader_half), half(&self.keys[1], &report.helper_half));
        let drawn = [KeyHalf::generate(), KeyHalf::generate()];
        let commit = |at: usize, role| (&drawn[at], drawn[at].commit(&report.task, role));
        let key = agree(&report.task, commit(0, Role::Leader), commit(1, Role::Helper));
        let key = key.expect("key");
        let parts = Parts { context: &bound, nonce: &report.nonce, public: &report.public };
        let instance = Instance::new(report.cap, cells).expect("instance");
        let (begun, shown) = instance.begin(&key, parts, &halves.0).expect("begun");
        let (answer, helper) = instance.answer(&key, parts, &halves.1, &shown).expect("answer");
        let leader = instance.finish(parts, begun, &answer).expect("finished");
        let places: Vec<Vec<usize>> = (0..cells).map(|place| vec![place]).collect();
        let [leader, helper] = [leader, helper].map(|share| share.sums(&places).expect("sums"));
        open(&leader, &helper)
            .expect("opened")
            .into_iter()
            .map(|cell| cell.expect("cell"))
            .collect()
    }

    /// A verdict signed by some of the hubs.
    pub(crate) fn verdict(&self, verdict: &Verdict, signers: &[usize]) -> Vec<u8> {
        let bytes = encode_verdict(verdict);
        let sign = |at: usize| {
            let identity = &self.identities[at];
            let chain = identity.chain().iter().map(|one| one.as_ref().to_vec()).collect();
            let signed = identity.key().sign(VERDICT_CONTEXT, &bytes).expect("signed");
            signers.contains(&at).then(|| HubSignature { signature: signed.to_bytes(), chain })
        };
        let (leader, helper) = (sign(0), sign(1));
        let verdict = verdict.clone();
        encode_signed_verdict(&SignedVerdict { bytes: bytes.clone(), verdict, leader, helper })
    }
}

fn identity(root: &RootAuthority, id: &str) -> LeafIdentity {
    identity_in(root, (id, id))
}

/// The certificate of a unit as the authority of a district makes it.
fn identity_in(root: &RootAuthority, (id, district): (&str, &str)) -> LeafIdentity {
    let key = SigningKey::generate().expect("key");
    let district: UnitId = district.parse().expect("unit");
    let subtree = Subtree::District(district.clone(), zone());
    let authority = root.sign_issuer(&subtree, key.public(), founded()).expect("authority");
    let authority = IssuingAuthority::open(&authority, key).expect("authority");
    let key = SigningKey::generate().expect("key");
    let name = IdentityName::in_district(id.parse().expect("unit"), &district, zone());
    let record = LeafRecord { name, kind: UnitKind::District, key: key.public().clone() };
    let issued = authority.issue(&record, now() - SignedDuration::from_hours(240));
    let issued = issued.expect("issued");
    LeafIdentity::new(&issued.chain, key).expect("identity")
}
