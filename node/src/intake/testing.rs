//! A clinic and a scripted school for tests: two commissions, a district that certifies both, and
//! letters that arrive as a relay would have sealed them.

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
use certs::key::SigningKey;
use certs::letter::{Basis, Carried, Letter, Routing, Way};
use certs::referral::{
    Draft, EnvelopeId, Ground, Part, ReferralEnvelope, Revealed, Role, Scopes, WithdrawalSecret,
};
use certs::root::{Commission, RootAuthority};
use certs::seal::EnvelopeKey;
use certs::statement::{
    self, KeyStatement, Purpose, SignedStatement, StatedKey, VerifiedStatement,
};
use domain::receiver::ReceiverRole;
use domain::unit::{IdentityName, UnitId, UnitKind, Zone};
use jiff::Timestamp;
use runtime::sql::SqlError;
use runtime::uplink::outbox::letters::item;

use super::{Receiver, Swept, acting, answering, clock, leaving, taking};
use crate::content::{GroundSaid, ReferralContent};
use crate::ledger::entry::Moment;
use crate::ledger::intake::Worker;
use crate::ledger::{Ledger, sealing_key};
use crate::transfer::{Transfer, addressed};

pub(crate) const SCHOOL: &str = "3702000042";
pub(crate) const CLINIC: &str = "CLINIC1";
const DISTRICT: &str = "370202";

/// A Tuesday morning in Qingdao, the day after the tests' referral was made.
pub(crate) fn now() -> Timestamp {
    "2026-11-03T02:00:00Z".parse().expect("instant")
}

pub(crate) fn zone() -> Zone {
    "qd.example".parse().expect("zone")
}

pub(crate) fn unit(id: &str) -> UnitId {
    id.parse().expect("unit")
}

pub(crate) fn named(id: &str) -> IdentityName {
    IdentityName::in_district(unit(id), &unit(DISTRICT), zone())
}

/// Somebody who works at the clinic, at an instant.
pub(crate) fn worker(role: ReceiverRole, at: Timestamp) -> Worker {
    Worker::new(("han", "韩医生"), role, at.as_millisecond())
}

/// A school and a clinic of one district.
pub(crate) struct City {
    roots: Vec<RootAuthority>,
    keys: Vec<(SigningKey, [Vec<u8>; 1])>,
    pub(crate) school: LeafIdentity,
    pub(crate) clinic: LeafIdentity,
    /// The district's hub.
    pub(crate) hub: LeafIdentity,
    pub(crate) school_key: EnvelopeKey,
    pub(crate) to: VerifiedStatement,
    pub(crate) ledger: Ledger,
    pub(crate) transfer: Transfer,
}

impl City {
    pub(crate) fn new() -> Self {
        let key = || SigningKey::generate().expect("key");
        let root = |one| RootAuthority::create(one, &zone(), key(), now()).expect("root");
        let roots = vec![root(Commission::Education), root(Commission::Health)];
        let keys = roots.iter().map(|root| {
            let own = key();
            let certificate = root.sign_statement_key(own.public(), now()).expect("certificate");
            (own, [certificate])
        });
        let keys: Vec<(SigningKey, [Vec<u8>; 1])> = keys.collect();
        let issuing = key();
        let subtree = Subtree::District(unit(DISTRICT), zone());
        let signed = roots[0].sign_issuer(&subtree, issuing.public(), now()).expect("issuer");
        let issuer = IssuingAuthority::open(&signed, issuing).expect("authority");
        let identity = |id: &str, kind: UnitKind| {
            let own = key();
            let record = LeafRecord { name: named(id), kind, key: own.public().clone() };
            let issued = issuer.issue(&record, now()).expect("issued");
            LeafIdentity::new(&issued.chain, own).expect("identity")
        };
        let (school, clinic) =
            (identity(SCHOOL, UnitKind::School), identity(CLINIC, UnitKind::Clinic));
        let hub = identity(DISTRICT, UnitKind::District);
        let ledger = Ledger::in_memory().expect("ledger");
        let of = unit(CLINIC);
        let made = ledger.write("key", move |tx| {
            sealing_key::make_for(tx, (&of, Purpose::Referral), now().as_millisecond())
        });
        let own = made.expect("key");
        let school_key = EnvelopeKey::generate(unit(SCHOOL), Purpose::Referral).expect("key");
        let transfer = Transfer::in_memory().expect("transfer");
        let stated = stated_by(&keys, (CLINIC, Purpose::Referral), &own);
        let pins: Vec<_> = roots.iter().map(|root| root.certificate().clone()).collect();
        let to = statement::verify(&stated, &pins, &zone(), now()).expect("verified");
        Self { roots, keys, school, clinic, hub, school_key, to, ledger, transfer }
    }

    /// The certificate that the school has from a renewal on.
    pub(crate) fn renewed(&self, at: Timestamp) -> LeafIdentity {
        let (issuing, own) = (SigningKey::generate(), SigningKey::generate());
        let (issuing, own) = (issuing.expect("key"), own.expect("key"));
        let subtree = Subtree::District(unit(DISTRICT), zone());
        let signed = self.roots[0].sign_issuer(&subtree, issuing.public(), at).expect("issuer");
        let issuer = IssuingAuthority::open(&signed, issuing).expect("authority");
        let (name, kind) = (named(SCHOOL), UnitKind::School);
        let record = LeafRecord { name, kind, key: own.public().clone() };
        let issued = issuer.issue(&record, at).expect("issued");
        LeafIdentity::new(&issued.chain, own).expect("identity")
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust::new(self.roots.iter().map(|root| root.certificate().clone()).collect())
    }

    pub(crate) fn receiver(&self) -> Receiver {
        Receiver::of_tests((named(CLINIC), named(DISTRICT)), self.trust(), "示例医院")
    }

    /// What both commissions say of a key: whose, and for what.
    pub(crate) fn stated(&self, of: (&str, Purpose), key: &EnvelopeKey) -> SignedStatement {
        stated_by(&self.keys, of, key)
    }

    /// Enters what both commissions say of the school's key and of the relay's.
    pub(crate) fn know_keys(&self) {
        let relay = EnvelopeKey::generate(unit(DISTRICT), Purpose::Referral).expect("key");
        let statements = [
            self.stated((SCHOOL, Purpose::Referral), &self.school_key),
            self.stated((DISTRICT, Purpose::Relay), &relay),
        ];
        let (receiver, head) = (self.receiver(), worker(ReceiverRole::Head, now()));
        let known =
            self.ledger.write("know", move |tx| acting::know(tx, &receiver, &head, &statements));
        assert_eq!(known.expect("known"), 2);
    }

    /// The statement of the school's key, verified.
    pub(crate) fn of_school(&self) -> VerifiedStatement {
        let signed = self.stated((SCHOOL, Purpose::Referral), &self.school_key);
        statement::verify(&signed, self.trust().roots(), &zone(), now()).expect("verified")
    }

    /// The letters of a referral as they come to the clinic.
    pub(crate) fn letters(
        &self,
        content: &ReferralContent,
        (envelope, secret): (EnvelopeId, &WithdrawalSecret),
    ) -> Vec<Letter> {
        let role = Role::Referral { withdrawal: secret.mark(envelope) };
        self.sealed(&content.write().expect("content"), (role, ground(content)), envelope)
    }

    /// As [`City::letters`], of bytes that may say anything on a ground that may be another.
    pub(crate) fn sealed(
        &self,
        bytes: &[u8],
        (role, ground): (Role, Ground),
        envelope: EnvelopeId,
    ) -> Vec<Letter> {
        let draft = Draft { role, envelope, ground, content: bytes };
        let closed = ReferralEnvelope::close(&self.to, &draft, &self.school).expect("closed");
        let withdrawal = WithdrawalSecret::from_bytes([9; 16]).mark(envelope);
        let letter = |part: &Part| {
            let way = Way { recipient: unit(CLINIC), relay: unit(DISTRICT) };
            let urgency = domain::referral::Urgency::Urgent;
            let number = part.number();
            let carried = Carried { way, envelope, number, urgency, due: None };
            let basis = Basis::of(&ground, envelope);
            let routing = Routing::Referral { carried, basis, withdrawal };
            Letter::seal(&self.to, &routing, Some(part)).expect("letter")
        };
        closed.parts(&self.to).expect("parts").iter().map(letter).collect()
    }

    /// The letters of the school's answer to a notice of this house.
    pub(crate) fn answered(
        &self,
        bytes: &[u8],
        to: EnvelopeId,
        envelope: EnvelopeId,
    ) -> Vec<Letter> {
        let (role, ground) = (Role::Answer { to }, Ground::Duty);
        let draft = Draft { role, envelope, ground, content: bytes };
        let closed = ReferralEnvelope::close(&self.to, &draft, &self.school).expect("closed");
        let letter = |part: &Part| {
            let way = Way { recipient: unit(CLINIC), relay: unit(DISTRICT) };
            let urgency = domain::referral::Urgency::Emergency;
            let number = part.number();
            let carried = Carried { way, envelope, number, urgency, due: None };
            Letter::seal(&self.to, &Routing::Answer { carried, to, met: None }, Some(part))
                .expect("letter")
        };
        closed.parts(&self.to).expect("parts").iter().map(letter).collect()
    }

    /// The letter that takes envelopes back.
    pub(crate) fn revocation(&self, secret: Revealed, envelopes: Vec<EnvelopeId>) -> Letter {
        let way = Way { recipient: unit(CLINIC), relay: unit(DISTRICT) };
        let routing = Routing::Revocation { way, secret, envelopes };
        Letter::seal(&self.to, &routing, None).expect("letter")
    }

    /// A letter comes down.
    pub(crate) fn arrive(&self, letter: &Letter) {
        let (item, now_ms) = (item(letter), now().as_millisecond());
        let stored = self.transfer.write("arrive", move |tx| addressed::store(tx, &item, now_ms));
        assert!(stored.expect("stored"));
    }

    /// What waits is taken in.
    pub(crate) fn sweep(&self, at: Timestamp) -> Swept {
        let stores = (&self.ledger, &self.transfer);
        taking::sweep(stores, &self.receiver(), (at, at)).expect("swept")
    }

    /// How many rows a statement counts.
    pub(crate) fn count(&self, sql: &'static str) -> u64 {
        let read = self.ledger.read(move |tx| tx.query_opt(sql, &[], |row| row.u64(0)));
        let counted: Result<Option<u64>, SqlError> = read;
        counted.expect("read").unwrap_or(0)
    }
}

/// What a house does with every look at what came: takes it in, lets its clock end what it ends,
/// and seals what waits.
pub(crate) fn look(
    (ledger, transfer): (&Ledger, &Transfer),
    receiver: &Receiver,
    (identity, at): (&LeafIdentity, Timestamp),
    step: Look,
) {
    match step {
        Look::Take => {
            taking::sweep((ledger, transfer), receiver, (at, at)).expect("swept");
        }
        Look::Pass => {
            let (receiver, at) = (receiver.clone(), Moment(at.as_millisecond()));
            let passed = ledger.write("pass", move |tx| clock::pass(tx, &receiver, at));
            passed.expect("passed");
        }
        Look::Seal => {
            answering::seal_waiting(ledger, receiver, (identity, at)).expect("sealed");
        }
        Look::Leave => {
            leaving::leave((ledger, transfer), receiver, at).expect("left");
        }
    }
}

/// A step of such a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Take,
    Pass,
    Seal,
    Leave,
}

fn stated_by(
    keys: &[(SigningKey, [Vec<u8>; 1])],
    (id, purpose): (&str, Purpose),
    key: &EnvelopeKey,
) -> SignedStatement {
    let says = KeyStatement {
        zone: zone(),
        unit: unit(id),
        name: "示例单位".to_owned(),
        purpose,
        key: StatedKey::Recipient(key.public().clone()),
        valid_from: now() - jiff::SignedDuration::from_hours(24),
        valid_to: now() + jiff::SignedDuration::from_hours(24 * 300),
    };
    let mut signed: Option<SignedStatement> = None;
    for (key, chain) in keys {
        match &mut signed {
            Some(signed) => signed.add_signature(key, chain).expect("add"),
            None => signed = Some(SignedStatement::sign(&says, key, chain).expect("sign")),
        }
    }
    signed.expect("a commission")
}

/// The ground that stands on the envelope of a content.
pub(crate) fn ground(content: &ReferralContent) -> Ground {
    match &content.ground {
        GroundSaid::Emergency(_) => Ground::Emergency,
        GroundSaid::Consent(said) => Ground::Consent {
            digest: said.digest,
            valid_to: said.valid_to,
            scopes: Scopes::of(&said.classes),
        },
    }
}
