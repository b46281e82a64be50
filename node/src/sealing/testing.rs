//! A city under seal for tests: two commissions, two hubs with their keys and certificates, and
//! documents that list the school of the tests.

use std::collections::BTreeMap;

use certs::aggregate::{Instance, KeyHalf, Parts, Role, agree, open};
use certs::digest::sha256;
use certs::identity::LeafIdentity;
use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority, RootCertificate};
use certs::seal::{Sealed, ShareKey};
use certs::statement::{StatedKey, VerifiedStatement, verify};
use domain::catalogue::{Grade, Stage};
use domain::disclosure::plan::{GROUP_MIN, Listed, Plan, Roster, School as Listing};
use domain::disclosure::sealed::{SealedTables, SealedYear, context as bound_to};
use domain::unit::{IdentityName, UnitKind};
use jiff::civil::{Date, date};
use proto::frame::VERDICT_CONTEXT;
use proto::sealed::{
    HubSignature, Report, SignedVerdict, Verdict, encode_signed_verdict, encode_verdict,
};

use super::{Context, Documents};
use crate::ledger::testing::{NOW_MS, School};
use crate::list::testing::{City, UNIT, about, now, zone};

pub(crate) const LEADER: &str = "370202";
pub(crate) const HELPER: &str = "HC-QD";

/// Both hubs, with everything that they sign and open with.
pub(crate) struct Hubs {
    city: City,
    pub(crate) keys: [ShareKey; 2],
    pub(crate) identities: [LeafIdentity; 2],
    pub(crate) pins: Vec<RootCertificate>,
}

impl Hubs {
    pub(crate) fn new() -> Self {
        let city = City::both();
        let key = |id: &str, role: Role| {
            ShareKey::generate(id.parse().expect("unit"), role.purpose()).expect("key")
        };
        let roots = [Commission::Education, Commission::Health].map(|one| {
            let key = SigningKey::generate().expect("key");
            RootAuthority::create(one, &zone(), key, now()).expect("root")
        });
        let identities = [identity(&roots[0], LEADER), identity(&roots[1], HELPER)];
        let pins = roots.iter().map(|root| root.certificate().clone()).collect();
        let keys = [key(LEADER, Role::Leader), key(HELPER, Role::Helper)];
        Self { city, keys, identities, pins }
    }

    fn statement(&self, key: &ShareKey) -> VerifiedStatement {
        let stated = (key.purpose(), StatedKey::Recipient(key.public().clone()));
        let signed = self.city.sign(&about(key.unit().as_str(), "汇总方", stated, now()));
        verify(&signed, &self.city.pins(), &zone(), now()).expect("statement")
    }

    /// The documents of school year 2025, with so many students in each grade and sex at the
    /// school of the tests, and five schools more.
    pub(crate) fn documents(&self, persons: u32) -> Documents {
        let [leader, helper] = self.keys.each_ref().map(|key| self.statement(key));
        let grades = (7..=9).map(|number| (Grade::school(number).expect("grade"), [persons; 3]));
        let stages = BTreeMap::from([(Stage::Junior, grades.collect::<BTreeMap<_, _>>())]);
        let school = |id: &str| {
            let listing = Listing {
                town: "370202001".parse().expect("unit"),
                operator: id.to_owned(),
                listed: Listed { education: 2020, health: 2020 },
                is_signed: true,
                stages: stages.clone(),
            };
            (id.parse().expect("unit"), listing)
        };
        let others = ["S1", "S2", "S3", "S4", "S5"];
        let schools = others.into_iter().chain([UNIT]).map(school).collect();
        let roster = Roster { area: LEADER.parse().expect("unit"), year: 2025, schools };
        let year = SealedYear {
            city: zone(),
            plan: Plan::build(GROUP_MIN, &roster, &[]),
            plan_digest: sha256(b"plan"),
            roster,
            roster_digest: sha256(format!("roster of {persons}").as_bytes()),
            census_day: date(2025, 11, 14),
            leader: LEADER.parse().expect("unit"),
            helper: HELPER.parse().expect("unit"),
            key_statements: sha256(b"statements"),
        };
        Documents { year, leader, helper }
    }

    /// What the school seals with on a day.
    pub(crate) fn context(&self, school: &School, today: Date) -> Context {
        let named = (sha256(b"catalogue of the tests"), school.catalogue.clone());
        Context {
            unit: UNIT.parse().expect("unit"),
            years: vec![self.documents(200)],
            catalogues: BTreeMap::from([(date(2020, 1, 1), named)]),
            calendar: school.calendar.clone(),
            today,
            now_ms: NOW_MS,
        }
    }

    /// Opens a report as both hubs would, were they one: its cells.
    pub(crate) fn read(&self, school: &School, report: &Report) -> Vec<u64> {
        let tables = SealedTables::of(&school.catalogue);
        let cells = tables.table(report.place.table.as_str()).expect("table").cells();
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
    let key = SigningKey::generate().expect("key");
    let subtree = Subtree::City(zone());
    let authority = root.sign_issuer(&subtree, key.public(), now()).expect("authority");
    let authority = IssuingAuthority::open(&authority, key).expect("authority");
    let key = SigningKey::generate().expect("key");
    let name = IdentityName::in_city(id.parse().expect("unit"), zone());
    let record = LeafRecord { name, kind: UnitKind::District, key: key.public().clone() };
    let issued = authority.issue(&record, now()).expect("issued");
    LeafIdentity::new(&issued.chain, key).expect("identity")
}
