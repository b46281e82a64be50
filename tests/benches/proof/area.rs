//! A district with what both commissions signed of it, and the stores of its hubs.

use std::sync::Arc;

use certs::aggregate::Role;
use certs::digest::sha256;
use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority};
use certs::seal::ShareKey;
use certs::statement::{KeyStatement, SignedStatement, StatedKey};
use domain::disclosure::plan::{GROUP_MIN, Plan, Roster};
use domain::disclosure::sealed::SealedTables;
use domain::unit::{UnitId, UnitKind};
use hub::packs::Packs;
use hub::sealed::documents::{Documents, ShareKeys};
use hub::seen::Place;
use hub::store::{MIGRATIONS, directive};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use proto::pack::plan::{OpenPlan, Sealing};
use proto::pack::{PackKind, embedded, plan, roster};
use runtime::sealing::Pins;
use runtime::sql::{Database, SqlError};
use tests::federation::{Authority, PackName, ZONE, signed_pack};

use super::truth::{self, YEAR};

pub const HELPER: &str = "HC-QD";
pub const CITY: &str = "370200";
/// The first day of all documents, and the day on which everything is looked at.
const FROM: Date = date(2025, 9, 1);
pub const TODAY: Date = date(2026, 8, 25);

/// A district.
pub struct Area {
    pub unit: UnitId,
    pub roster: Roster,
    pub tables: SealedTables,
    pub packs: Arc<Packs>,
    pub documents: Arc<Documents>,
    pub leader: Database,
    pub helper: Database,
    pub city: Database,
}

impl Area {
    /// Makes roster, plan and statements, signs them under both roots, and opens the stores.
    pub fn found(number: usize, schools: usize) -> Self {
        let unit: UnitId = format!("3702{:02}", number + 2).parse().expect("unit");
        let text = truth::roster_text(&unit, schools);
        let listed = roster::read(&format!("{unit}-{YEAR}"), text.as_bytes()).expect("roster");
        let plan = Plan::build(GROUP_MIN, &listed, &[]);
        plan.check(&listed, &[]).expect("a sound plan");
        let now: Timestamp = "2025-08-12T00:00:00Z".parse().expect("instant");
        let authorities = [Commission::Education, Commission::Health]
            .map(|commission| Authority::under(commission, now));
        let roots = authorities.each_ref().map(Authority::root_authority);
        let signed = packs(roots, (&text, &plan), now);
        let store = || Database::in_memory(MIGRATIONS).expect("store");
        let (leader, helper, city) = (store(), store(), store());
        for store in [&leader, &helper, &city] {
            let signed = signed.clone();
            let written: Result<(), SqlError> = store.write("packs", move |tx| {
                signed.iter().try_for_each(|pack| directive::insert(tx, pack, 1).map(drop))
            });
            written.expect("packs");
        }
        let pins = Pins {
            roots: roots.map(|root| root.certificate().clone()).to_vec(),
            zone: ZONE.parse().expect("zone"),
        };
        let packs = leader.read(move |tx| Packs::load(tx, TODAY, &pins)).expect("packs");
        let packs = Arc::new(packs);
        let documents = Arc::new(Documents::of(packs.clone(), &ShareKeys::default()));
        assert!(documents.year(&unit, YEAR).is_some(), "the year is under seal");
        let tables = SealedTables::of(&embedded::catalogue().expect("catalogue"));
        let roster = listed;
        Self { unit, roster, tables, packs, documents, leader, helper, city }
    }

    /// The place of one of its hubs.
    pub fn place<'p>(&'p self, unit: &'p UnitId, kind: UnitKind) -> Place<'p> {
        let (packs, documents) = (&self.packs, &self.documents);
        Place { packs, documents, unit, kind, year: YEAR, today: TODAY }
    }
}

fn packs(
    roots: [&RootAuthority; 2],
    (text, made): (&str, &Plan),
    now: Timestamp,
) -> [directive::Stored; 2] {
    let name = format!("{}-{YEAR}", made.area());
    let statement = |unit: &str, role: Role| statement(roots, unit, role, now);
    let open = OpenPlan {
        plan: made.clone(),
        roster: sha256(text.as_bytes()),
        sealing: Some(Sealing {
            census_day: FROM,
            leader_statement: statement(made.area().as_str(), Role::Leader),
            helper_statement: statement(HELPER, Role::Helper),
        }),
    };
    let written = plan::write(&open).expect("plan");
    let pack = |kind, text: &str| {
        signed_pack(&roots, PackName { kind, name: &name, serial: 1, from: FROM }, text, now)
    };
    [pack(PackKind::Roster, text), pack(PackKind::Plan, &written)]
}

fn statement(roots: [&RootAuthority; 2], unit: &str, role: Role, now: Timestamp) -> String {
    let key = ShareKey::generate(unit.parse().expect("unit"), role.purpose()).expect("key");
    let day = |text: &str| -> Timestamp { text.parse().expect("instant") };
    let statement = KeyStatement {
        zone: ZONE.parse().expect("zone"),
        unit: key.unit().clone(),
        name: "平台".to_owned(),
        purpose: key.purpose(),
        key: StatedKey::Recipient(key.public().clone()),
        valid_from: day("2025-08-19T16:00:00Z"),
        valid_to: day("2026-08-31T16:00:00Z"),
    };
    let signer = |root: &RootAuthority| {
        let key = SigningKey::generate().expect("key");
        let chain = [root.sign_statement_key(key.public(), now).expect("certificate")];
        (key, chain)
    };
    let [(first, chain), (second, other)] = roots.map(signer);
    let mut signed = SignedStatement::sign(&statement, &first, &chain).expect("signed");
    signed.add_signature(&second, &other).expect("signed");
    signed.to_pem()
}
