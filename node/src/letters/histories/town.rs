//! A town that all histories share: commissions, a school, three houses and a relay, with their
//! keys, and the stores from which every history begins.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority};
use certs::seal::RelayKey;
use certs::statement::{
    self, KeyStatement, Purpose, SignedStatement, StatedKey, VerifiedStatement,
};
use domain::catalogue::Catalogue;
use domain::period::Calendar;
use domain::receiver::ReceiverRole;
use domain::scale::Scale;
use domain::unit::{IdentityName, UnitId, UnitKind};
use jiff::{SignedDuration, Timestamp};
use runtime::sql::{DataKey, SqlError};

use crate::intake::testing::worker;
use crate::intake::{IntakeError, Receiver, acting};
use crate::ledger::referral::tests::ready_in;
use crate::ledger::testing::School;
use crate::ledger::{Ledger, guard_tests, sealing_key};
use crate::letters::road::Desk;
use crate::list::testing::{UNIT, about, now, zone};
use crate::transfer::Transfer;

pub(super) const DISTRICT: &str = "370202";

/// The houses by id and name; consents of the tests name them so.
pub(super) const HOUSES: [(&str, &str); 3] =
    [("CLINIC1", "示例医院"), ("CLINIC2", "示例二院"), ("CLINIC3", "示例二院")];

/// A house that takes referrals in.
pub(super) struct House {
    identities: Vec<Arc<LeafIdentity>>,
    pub(super) receiver: Receiver,
    pub(super) stated: VerifiedStatement,
}

/// What all histories share.
pub(super) struct Town {
    folder: tempfile::TempDir,
    desk: Desk,
    /// The certificates of the school, one after the other.
    identities: Vec<Arc<LeafIdentity>>,
    pub(super) houses: Vec<House>,
    pub(super) relay: RelayKey,
    /// The statement about the school's key.
    pub(super) school: VerifiedStatement,
    catalogue: Arc<Catalogue>,
    calendar: Arc<Calendar>,
    scale: Arc<Scale>,
}

pub(super) fn unit(id: &str) -> UnitId {
    id.parse().expect("unit")
}

fn named(id: &str) -> IdentityName {
    IdentityName::in_district(unit(id), &unit(DISTRICT), zone())
}

/// Keys with which commissions state keys.
type Stating = Vec<(SigningKey, [Vec<u8>; 1])>;

fn signed(keys: &Stating, says: &KeyStatement) -> SignedStatement {
    let mut signed: Option<SignedStatement> = None;
    for (key, chain) in keys {
        match &mut signed {
            Some(signed) => signed.add_signature(key, chain).expect("add"),
            None => signed = Some(SignedStatement::sign(says, key, chain).expect("sign")),
        }
    }
    signed.expect("a commission")
}

pub(super) fn open_ledger(path: &Path) -> Ledger {
    Ledger::open(path, DataKey::new([7; 32])).expect("ledger")
}

/// A key for referrals in the ledger of a unit, and what the commissions state of it.
fn stated(ledger: &Ledger, id: &str, keys: &Stating) -> SignedStatement {
    let of = unit(id);
    let made: Result<_, SqlError> = ledger.write("key", move |tx| {
        sealing_key::make_for(tx, (&of, Purpose::Referral), now().as_millisecond())
    });
    let public = made.expect("key").public().clone();
    signed(keys, &about(id, "示例单位", (Purpose::Referral, StatedKey::Recipient(public)), now()))
}

impl Town {
    pub(super) fn new() -> Self {
        let founded = now() - SignedDuration::from_hours(24 * 60);
        let roots = [Commission::Education, Commission::Health].map(|one| {
            let key = SigningKey::generate().expect("key");
            RootAuthority::create(one, &zone(), key, founded).expect("root")
        });
        let stating = roots.iter().map(|root| {
            let own = SigningKey::generate().expect("key");
            let certificate = root.sign_statement_key(own.public(), founded);
            (own, [certificate.expect("certificate")])
        });
        let keys: Stating = stating.collect();
        let trust = Trust::new(roots.iter().map(|root| root.certificate().clone()).collect());
        let issued = |id: &str, kind: UnitKind| identities(&roots[0], (id, kind));
        let identities = issued(UNIT, UnitKind::School);
        let school = Arc::clone(&identities[0]);
        let desk = Desk {
            name: school.peer().name().clone(),
            parent: unit(DISTRICT),
            school: "示例初级中学".to_owned(),
            trust: trust.clone(),
            identity: school,
        };
        let relay = RelayKey::generate(unit(DISTRICT), Purpose::Relay).expect("key");
        let of_relay = StatedKey::Recipient(relay.public().clone());
        let of_relay = about(DISTRICT, "示例区", (Purpose::Relay, of_relay), now());
        let of_relay = signed(&keys, &of_relay);
        let folder = tempfile::tempdir().expect("folder");
        let first = ready_in(guard_tests::school_in(open_ledger(&folder.path().join("first.db"))));
        let of_school = stated(&first.ledger, UNIT, &keys);
        let verified = |signed: &SignedStatement| {
            statement::verify(signed, trust.roots(), &zone(), now()).expect("verified")
        };
        let known = [of_school.clone(), of_relay.clone()];
        let mut houses = Vec::new();
        let mut statements = vec![of_relay];
        for (place, (id, name)) in HOUSES.iter().enumerate() {
            let receiver = Receiver::of_tests((named(id), named(DISTRICT)), trust.clone(), name);
            let signed = furnish(folder.path(), (place, id), &receiver, (&keys, &known));
            let (identities, stated) = (issued(id, UnitKind::Clinic), verified(&signed));
            houses.push(House { identities, receiver, stated });
            statements.push(signed);
        }
        let of = desk.clone();
        let kept: Result<usize, SqlError> = first
            .ledger
            .write("keep", move |tx| of.keep(tx, (&statements, Some(&unit(DISTRICT))), now()));
        assert_eq!(kept.expect("kept"), 1 + HOUSES.len());
        first.ledger.database().copy_to(&folder.path().join("school.db")).expect("copied");
        let transfer = Transfer::open(&folder.path().join("transfer-first.db")).expect("transfer");
        transfer.database().copy_to(&folder.path().join("transfer.db")).expect("copied");
        let school = verified(&of_school);
        let School { catalogue, calendar, scale, .. } = first;
        Self { folder, desk, identities, houses, relay, school, catalogue, calendar, scale }
    }

    /// The school's desk with the certificate that it had from a renewal on.
    pub(super) fn desk(&self, renewed: Timestamp) -> Desk {
        Desk { identity: held(&self.identities, renewed), ..self.desk.clone() }
    }

    /// A store as every history begins with it.
    pub(super) fn template(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The double of a school over a ledger.
    pub(super) fn school_of(&self, ledger: &Ledger) -> School {
        School {
            ledger: ledger.clone(),
            catalogue: Arc::clone(&self.catalogue),
            calendar: Arc::clone(&self.calendar),
            scale: Arc::clone(&self.scale),
        }
    }
}

/// The ledger from which a house begins: with its key, of which the statement is given, and with
/// what it knows of the school's and the relay's.
fn furnish(
    folder: &Path,
    (place, id): (usize, &str),
    receiver: &Receiver,
    (keys, known): (&Stating, &[SignedStatement; 2]),
) -> SignedStatement {
    let ledger = open_ledger(&folder.join(format!("house-first-{place}.db")));
    let signed = stated(&ledger, id, keys);
    let (of, known) = (receiver.clone(), known.clone());
    let kept: Result<usize, IntakeError> = ledger
        .write("know", move |tx| acting::know(tx, &of, &worker(ReceiverRole::Head, now()), &known));
    assert_eq!(kept.expect("known"), 2);
    let copy = folder.join(format!("house-{place}.db"));
    ledger.database().copy_to(&copy).expect("copied");
    signed
}

impl House {
    /// The certificate that the house had from a renewal on.
    pub(super) fn identity(&self, renewed: Timestamp) -> Arc<LeafIdentity> {
        held(&self.identities, renewed)
    }
}

/// Days after which a certificate is renewed, a month before it ends.
const RENEWED_DAYS: i64 = 60;
/// How many a unit has one after the other: for longer than any history lasts.
const CERTIFICATES: i64 = 12;

/// When the first certificates were issued.
fn first_issued() -> Timestamp {
    now() - SignedDuration::from_hours(240)
}

/// The last certificate that had been issued at an instant.
fn held(identities: &[Arc<LeafIdentity>], at: Timestamp) -> Arc<LeafIdentity> {
    let days = first_issued().duration_until(at).as_hours() / 24;
    let place = usize::try_from(days / RENEWED_DAYS).expect("after the first");
    Arc::clone(identities.get(place).or(identities.last()).expect("one"))
}

/// The certificates of a unit as authorities of the district make them.
fn identities(root: &RootAuthority, (id, kind): (&str, UnitKind)) -> Vec<Arc<LeafIdentity>> {
    let issue = |number: i64| {
        let at = first_issued() + SignedDuration::from_hours(24 * RENEWED_DAYS * number);
        let key = SigningKey::generate().expect("key");
        let subtree = Subtree::District(unit(DISTRICT), zone());
        let authority = root.sign_issuer(&subtree, key.public(), at).expect("authority");
        let authority = IssuingAuthority::open(&authority, key).expect("authority");
        let key = SigningKey::generate().expect("key");
        let record = LeafRecord { name: named(id), kind, key: key.public().clone() };
        let issued = authority.issue(&record, at);
        Arc::new(LeafIdentity::new(&issued.expect("issued").chain, key).expect("identity"))
    };
    (0..CERTIFICATES).map(issue).collect()
}
