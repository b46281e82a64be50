//! A town for tests: two commissions, a school with its certificate and key, a clinic that opens
//! and answers, and somebody who poses as it.

use std::sync::Arc;

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
use certs::key::SigningKey;
use certs::letter::{Basis, Carried, Letter, Routing, Way};
use certs::referral::{
    Collector, Draft, EnvelopeId, Ground, Judge, OpenedReferral, Part, ReferralEnvelope, Role,
    Taken,
};
use certs::root::{Commission, RootAuthority, RootCertificate};
use certs::seal::{EnvelopeKey, Opens, RelayKey, SealingKey};
use certs::statement::{
    self, KeyStatement, Purpose, SignedStatement, StatedKey, VerifiedStatement,
};
use domain::referral::Urgency;
use domain::unit::{IdentityName, UnitId, UnitKind};
use jiff::{SignedDuration, Timestamp};
use runtime::sql::SqlError;
use runtime::uplink::outbox::letters::item;

use super::road::{Desk, Road};
use crate::content::{AnswerContent, ReferralContent};
use crate::ledger::sealing_key;
use crate::ledger::testing::{NOW_MS, School};
use crate::list::testing::{UNIT, about, now, zone};
use crate::transfer::{Transfer, addressed};

pub(crate) const CLINIC: &str = "CLINIC1";
pub(crate) const DISTRICT: &str = "370202";
pub(crate) const CLINICS_DISTRICT: &str = "370203";
/// Another school of the district.
pub(crate) const OTHER: &str = "F370202005J01";

/// Commissions, certificates and keys.
pub(crate) struct Town {
    keys: Vec<(SigningKey, [Vec<u8>; 1])>,
    pub(crate) desk: Desk,
    /// The other school's.
    pub(crate) other: Desk,
    pub(crate) clinic: LeafIdentity,
    /// The same unit under a label of another district.
    pub(crate) posed: LeafIdentity,
    key: EnvelopeKey,
    /// The district's relay's, which opens what the school withdraws.
    pub(crate) relay: RelayKey,
    roots: [RootAuthority; 2],
}

fn unit(id: &str) -> UnitId {
    id.parse().expect("unit")
}

fn founded() -> Timestamp {
    now() - SignedDuration::from_hours(24 * 60)
}

/// The certificate of a unit as the authority of a district makes it.
fn identity(root: &RootAuthority, id: &str, district: &str, kind: UnitKind) -> LeafIdentity {
    issued(root, (id, district, kind), (founded(), now() - SignedDuration::from_hours(240)))
}

fn issued(
    root: &RootAuthority,
    (id, district, kind): (&str, &str, UnitKind),
    (authorised, at): (Timestamp, Timestamp),
) -> LeafIdentity {
    let key = SigningKey::generate().expect("key");
    let subtree = Subtree::District(unit(district), zone());
    let authority = root.sign_issuer(&subtree, key.public(), authorised).expect("authority");
    let authority = IssuingAuthority::open(&authority, key).expect("authority");
    let key = SigningKey::generate().expect("key");
    let name = IdentityName::in_district(unit(id), &unit(district), zone());
    let record = LeafRecord { name, kind, key: key.public().clone() };
    let issued = authority.issue(&record, at);
    LeafIdentity::new(&issued.expect("issued").chain, key).expect("identity")
}

impl Town {
    pub(crate) fn new() -> Self {
        let roots = [Commission::Education, Commission::Health].map(|one| {
            let key = SigningKey::generate().expect("key");
            RootAuthority::create(one, &zone(), key, founded()).expect("root")
        });
        let keys = roots.iter().map(|root| {
            let own = SigningKey::generate().expect("key");
            let certificate = root.sign_statement_key(own.public(), founded());
            (own, [certificate.expect("certificate")])
        });
        let keys = keys.collect();
        let pins: Vec<RootCertificate> =
            roots.iter().map(|root| root.certificate().clone()).collect();
        let school = identity(&roots[0], UNIT, DISTRICT, UnitKind::School);
        let desk = Desk {
            name: school.peer().name().clone(),
            parent: unit(DISTRICT),
            school: "示例初级中学".to_owned(),
            trust: Trust::new(pins),
            identity: Arc::new(school),
        };
        let second = identity(&roots[0], OTHER, DISTRICT, UnitKind::School);
        let other = Desk {
            name: second.peer().name().clone(),
            school: "示例第二中学".to_owned(),
            identity: Arc::new(second),
            ..desk.clone()
        };
        Self {
            keys,
            desk,
            other,
            clinic: identity(&roots[1], CLINIC, CLINICS_DISTRICT, UnitKind::Clinic),
            posed: identity(&roots[1], CLINIC, DISTRICT, UnitKind::Clinic),
            key: EnvelopeKey::generate(unit(CLINIC), Purpose::Referral).expect("key"),
            relay: RelayKey::generate(unit(DISTRICT), Purpose::Relay).expect("key"),
            roots,
        }
    }

    /// The certificate that the clinic or a school has from a renewal on.
    pub(crate) fn renewed(&self, id: &str, at: Timestamp) -> LeafIdentity {
        match id {
            CLINIC => issued(&self.roots[1], (id, CLINICS_DISTRICT, UnitKind::Clinic), (at, at)),
            _ => issued(&self.roots[0], (id, DISTRICT, UnitKind::School), (at, at)),
        }
    }

    fn sign(&self, says: &KeyStatement) -> SignedStatement {
        let mut signed: Option<SignedStatement> = None;
        for (key, chain) in &self.keys {
            match &mut signed {
                Some(signed) => signed.add_signature(key, chain).expect("add"),
                None => signed = Some(SignedStatement::sign(says, key, chain).expect("sign")),
            }
        }
        signed.expect("a commission")
    }

    fn verified(&self, signed: &SignedStatement) -> VerifiedStatement {
        let roots = self.desk.trust.roots();
        statement::verify(signed, roots, &zone(), now()).expect("verified")
    }

    fn state<K: Opens>(&self, id: &str, purpose: Purpose, key: &SealingKey<K>) -> SignedStatement {
        let stated = StatedKey::Recipient(key.public().clone());
        self.sign(&about(id, "示例医院", (purpose, stated), now()))
    }

    /// The statements of the clinic, and of the district's relay.
    pub(crate) fn statements(&self) -> [SignedStatement; 2] {
        [
            self.state(CLINIC, Purpose::Referral, &self.key),
            self.state(DISTRICT, Purpose::Relay, &self.relay),
        ]
    }

    /// The school knows whose keys there are.
    pub(crate) fn known(&self, school: &School) {
        let (desk, statements) = (self.desk.clone(), self.statements());
        let kept: Result<usize, SqlError> = school.ledger.write("known", move |tx| {
            desk.keep(tx, (&statements, Some(&unit(CLINICS_DISTRICT))), now())
        });
        assert_eq!(kept.expect("kept"), 2);
    }

    /// Two schools know each other's keys; gives the roads to the second and to the first one, as
    /// [`Town::road`].
    pub(crate) fn acquainted(&self, (first, second): (&School, &School)) -> [Road; 2] {
        let own = |school: &School, id: &'static str, name: &str| {
            let made: Result<EnvelopeKey, SqlError> = school.ledger.write("key", move |tx| {
                sealing_key::make_for(tx, (&unit(id), Purpose::Referral), NOW_MS)
            });
            let stated = StatedKey::Recipient(made.expect("key").public().clone());
            self.sign(&about(id, name, (Purpose::Referral, stated), now()))
        };
        let stated = [own(second, OTHER, "示例第二中学"), own(first, UNIT, "示例初级中学")];
        let relay = EnvelopeKey::generate(unit(DISTRICT), Purpose::Referral).expect("key");
        let relay = self.state(DISTRICT, Purpose::Relay, &relay);
        let sides = [(first, &self.desk, &stated[0]), (second, &self.other, &stated[1])];
        for (school, desk, theirs) in sides {
            let (desk, both) = (desk.clone(), [theirs.clone(), relay.clone()]);
            let kept: Result<usize, SqlError> = school
                .ledger
                .write("known", move |tx| desk.keep(tx, (&both, Some(&unit(DISTRICT))), now()));
            assert_eq!(kept.expect("kept"), 2);
        }
        stated.map(|signed| {
            let own = self.verified(&signed);
            Road { recipient: own.clone(), relay: unit(DISTRICT), first: own }
        })
    }

    /// A road without a relay: what would be the last hop's letters.
    pub(crate) fn road(&self) -> Road {
        let own = self.verified(&self.state(CLINIC, Purpose::Referral, &self.key));
        Road { recipient: own.clone(), relay: unit(CLINICS_DISTRICT), first: own }
    }

    /// Makes the school's key for referrals and gives what is stated of it.
    pub(crate) fn to_school(&self, school: &School) -> VerifiedStatement {
        let made: Result<EnvelopeKey, SqlError> = school
            .ledger
            .write("key", |tx| sealing_key::make_for(tx, (&unit(UNIT), Purpose::Referral), NOW_MS));
        self.verified(&self.state(UNIT, Purpose::Referral, &made.expect("key")))
    }

    /// What the clinic makes of the last hop's letters.
    pub(crate) fn receive(&self, letters: &[Letter]) -> (OpenedReferral, ReferralContent) {
        let opened = self.opened(letters);
        let content = ReferralContent::read(opened.content()).expect("content");
        (opened, content)
    }

    /// What the clinic opens of letters, whatever they say.
    pub(crate) fn opened(&self, letters: &[Letter]) -> OpenedReferral {
        let judge = Judge { trust: &self.desk.trust, zone: &zone(), now: now() };
        let mut collector = Collector::new();
        for letter in letters {
            // Those of the last hop are sealed to the clinic, others to the district's relay.
            let opened = letter.open(&self.key).or_else(|_| letter.open(&self.relay));
            let opened = opened.expect("opened");
            let part = opened.part().expect("part");
            if let Ok(Taken::Whole(whole)) = collector.take(part, now()) {
                let opened = ReferralEnvelope::open_referral(&whole, &self.key, &judge);
                return opened.unwrap_or_else(|error| panic!("{error}"));
            }
        }
        panic!("nothing was whole");
    }
}

/// An answer in the letters of its last hop.
pub(crate) fn answer(
    by: &LeafIdentity,
    school: &VerifiedStatement,
    about: EnvelopeId,
    content: &AnswerContent,
) -> Vec<Letter> {
    answer_of(by, school, about, &content.write().expect("written"))
}

/// As [`answer`], of bytes that may say anything.
pub(crate) fn answer_of(
    by: &LeafIdentity,
    school: &VerifiedStatement,
    about: EnvelopeId,
    content: &[u8],
) -> Vec<Letter> {
    let (role, envelope) = (Role::Answer { to: about }, EnvelopeId::generate());
    let draft = Draft { role, envelope, ground: Ground::Emergency, content };
    let closed = ReferralEnvelope::close(school, &draft, by);
    let closed = closed.unwrap_or_else(|error| panic!("{error}"));
    let parts = closed.parts(school).unwrap_or_else(|error| panic!("{error}"));
    let letter = |part: &Part| {
        let way = Way { recipient: unit(UNIT), relay: unit(DISTRICT) };
        let number = part.number();
        let carried = Carried { way, envelope, number, urgency: Urgency::Routine, due: None };
        let routing = Routing::Answer { carried, to: about, met: None };
        Letter::seal(school, &routing, Some(part)).expect("sealed")
    };
    parts.iter().map(letter).collect()
}

/// A notice, or an answer to one, in the letters of its last hop.
pub(crate) fn of_duty(
    by: &LeafIdentity,
    to: &VerifiedStatement,
    (role, envelope): (Role, EnvelopeId),
    content: &[u8],
) -> Vec<Letter> {
    let ground = Ground::Duty;
    let draft = Draft { role, envelope, ground, content };
    let closed = ReferralEnvelope::close(to, &draft, by).unwrap_or_else(|error| panic!("{error}"));
    let parts = closed.parts(to).unwrap_or_else(|error| panic!("{error}"));
    let letter = |part: &Part| {
        let way = Way { recipient: to.statement().unit.clone(), relay: unit(DISTRICT) };
        let (number, urgency) = (part.number(), Urgency::Emergency);
        let carried = Carried { way, envelope, number, urgency, due: None };
        let routing = match role {
            Role::Referral { withdrawal } => {
                let basis = Basis::of(&ground, envelope);
                Routing::Referral { carried, basis, withdrawal }
            }
            Role::Answer { to } => Routing::Answer { carried, to, met: None },
            Role::Transfer => panic!("no notice is a transfer"),
        };
        Letter::seal(to, &routing, Some(part)).expect("sealed")
    };
    parts.iter().map(letter).collect()
}

/// Puts letters into the school's inbox.
pub(crate) fn arrive(transfer: &Transfer, letters: &[Letter]) {
    let items: Vec<Vec<u8>> = letters.iter().map(item).collect();
    let put: Result<(), SqlError> = transfer.write("arrive", move |tx| {
        items.iter().try_for_each(|item| addressed::store(tx, item, NOW_MS).map(drop))
    });
    put.expect("stored");
}
