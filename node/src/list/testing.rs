//! A small city for tests: two commissions, a department with its key, and a school that takes
//! lists.

use std::io::Cursor;

use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority, RootCertificate};
use certs::statement::{
    self, KeyStatement, Purpose, SignedStatement, StatedKey, VerifiedStatement,
};
use domain::unit::{UnitId, Zone};
use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::matching::School;
use super::sending::{self, Sender, Sheet};
use super::taking::ListRecipient;
use super::{ListError, file};
use crate::import::source::Source;
use crate::import::value::{Grade, GradeSpan};
use crate::ledger::testing::{NOW_MS, TODAY};
use crate::ledger::{Ledger, sealing_key};

/// The school of the tests, as its profile has it.
pub(crate) const UNIT: &str = "F370202004J01";
/// Last day of the tests' lists.
pub(crate) const VALID_TO: Date = date(2025, 12, 31);

/// Commissions and a department.
pub(crate) struct City {
    at: Timestamp,
    roots: Vec<RootAuthority>,
    keys: Vec<(SigningKey, [Vec<u8>; 1])>,
    department: SigningKey,
    sender: SignedStatement,
}

pub(crate) fn zone() -> Zone {
    "qd.example".parse().expect("zone")
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_millisecond(NOW_MS).expect("instant")
}

fn unit(id: &str) -> UnitId {
    id.parse().expect("unit")
}

impl City {
    /// A city with the roots of these commissions, at the tests' instant.
    pub(crate) fn new(commissions: &[Commission]) -> Self {
        Self::founded(commissions, now())
    }

    /// A city that was founded at an instant.
    pub(crate) fn founded(commissions: &[Commission], at: Timestamp) -> Self {
        let key = || SigningKey::generate().expect("key");
        let roots: Vec<RootAuthority> = commissions
            .iter()
            .map(|one| RootAuthority::create(*one, &zone(), key(), at).expect("root"))
            .collect();
        let keys: Vec<(SigningKey, [Vec<u8>; 1])> = roots
            .iter()
            .map(|root| {
                let own = key();
                let certificate = root.sign_statement_key(own.public(), at);
                (own, [certificate.expect("certificate")])
            })
            .collect();
        let department = key();
        let stated = StatedKey::Signer(department.public().clone());
        let about = about("MZJ", "市民政局", (Purpose::ListSender, stated), at);
        let sender = signed(&keys, &about);
        Self { at, roots, keys, department, sender }
    }

    pub(crate) fn both() -> Self {
        Self::new(&[Commission::Education, Commission::Health])
    }

    pub(crate) fn pins(&self) -> Vec<RootCertificate> {
        self.roots.iter().map(|root| root.certificate().clone()).collect()
    }

    pub(crate) fn recipient(&self) -> ListRecipient {
        let grade = |code| Grade::from_code(code).expect("grade");
        ListRecipient {
            unit: unit(UNIT),
            zone: zone(),
            roots: self.pins(),
            school: School {
                code: UNIT.to_owned(),
                names: vec!["示例初级中学".to_owned()],
                grades: GradeSpan { from: grade("g7"), to: grade("g9") },
                school_year: 2025,
            },
        }
    }

    /// Makes a school's key in its ledger and gives the statement about it.
    pub(crate) fn key_of(&self, ledger: &Ledger, id: &str) -> VerifiedStatement {
        let of = unit(id);
        let key = ledger.write("key", move |tx| sealing_key::make(tx, &of, NOW_MS)).expect("key");
        let stated = StatedKey::Recipient(key.public().clone());
        let signed = self.sign(&about(id, "示例初级中学", (Purpose::List, stated), self.at));
        statement::verify(&signed, &self.pins(), &zone(), self.at).expect("verified")
    }

    /// Gives the department a new key under a statement that begins later, and gives that.
    pub(crate) fn renew_sender(&mut self) -> SignedStatement {
        self.department = SigningKey::generate().expect("key");
        let stated = StatedKey::Signer(self.department.public().clone());
        let later = self.at + jiff::SignedDuration::from_hours(1);
        let about = about("MZJ", "市民政局", (Purpose::ListSender, stated), later);
        self.sender = self.sign(&about);
        self.sender.clone()
    }

    /// Signs a statement for every commission.
    pub(crate) fn sign(&self, says: &KeyStatement) -> SignedStatement {
        signed(&self.keys, says)
    }

    /// Seals a department's table for one school, whatever schools it names.
    pub(crate) fn seal(&self, to: &VerifiedStatement, table: &str) -> String {
        self.seal_until(to, table, VALID_TO).expect("sealed")
    }

    pub(crate) fn seal_until(
        &self,
        to: &VerifiedStatement,
        table: &str,
        valid_to: Date,
    ) -> Result<String, ListError> {
        let verified = statement::verify(&self.sender, &self.pins(), &zone(), self.at);
        let verified = verified.expect("sender");
        let sender = Sender { key: &self.department, signed: &self.sender, verified: &verified };
        let title = "2025 年秋季名单".to_owned();
        let sheet = Sheet { title, sealed_on: TODAY, valid_to };
        let mut source = Source::open(Cursor::new(table.as_bytes().to_vec())).expect("source");
        let parsed = file::read(&mut source, None, (None, TODAY)).expect("table");
        assert_eq!(parsed.error_rows, 0);
        let rows = parsed.rows.into_iter().map(|(_, row)| row).collect();
        Ok(sending::seal(&sender, sending::Parcel { to, rows }, &sheet)?.to_pem())
    }
}

/// A statement that holds from the day before an instant on.
pub(crate) fn about(
    id: &str,
    name: &str,
    (purpose, key): (Purpose, StatedKey),
    at: Timestamp,
) -> KeyStatement {
    KeyStatement {
        zone: zone(),
        unit: unit(id),
        name: name.to_owned(),
        purpose,
        key,
        valid_from: at - jiff::SignedDuration::from_hours(24),
        valid_to: at + jiff::SignedDuration::from_hours(24 * 300),
    }
}

fn signed(keys: &[(SigningKey, [Vec<u8>; 1])], says: &KeyStatement) -> SignedStatement {
    let mut signed: Option<SignedStatement> = None;
    for (key, chain) in keys {
        match &mut signed {
            Some(signed) => signed.add_signature(key, chain).expect("add"),
            None => signed = Some(SignedStatement::sign(says, key, chain).expect("sign")),
        }
    }
    signed.expect("a commission")
}
