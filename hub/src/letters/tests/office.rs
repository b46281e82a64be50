//! A relay's desk over a store of its own, with the keys of its neighbours.

use std::sync::Arc;

use certs::digest::sha256;
use certs::key::SigningKey;
use certs::letter::{Basis, Carried, Due, Letter, Routing, Way};
use certs::referral::{EnvelopeId, PART_BYTES, Part, PartNumber, WithdrawalSecret};
use certs::root::{Commission, RootAuthority};
use certs::seal::RelayKey;
use certs::statement::{
    KeyStatement, Purpose, SignedStatement, StatedKey, VerifiedStatement, verify,
};
use domain::digest::Digest;
use domain::referral::slot::{Hop, SLOT_SECONDS, TICK_SECONDS};
use domain::referral::{DeadlineClass, Urgency};
use domain::unit::{UnitId, UnitKind};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use prost::Message as _;
use proto::wire::directive::{Directive, Pack};
use runtime::sealing::Pins;
use runtime::sql::{Database, Options, SqlError, Tx};

use crate::config::{Config, File};
use crate::letters::Post;
use crate::letters::desk::{Desk, Parts};
use crate::letters::status::Letters;
use crate::letters::{key, stated};
use crate::store::unit::{self, Unit, UnitStatus};
use crate::store::{alarm, directive, letters, relay};

/// This hub.
pub(super) const OWN: &str = "370202";
/// The relay beside it.
pub(super) const OTHER: &str = "370203";

/// A letter that was fetched.
pub(super) type Came = Letter;

pub(super) struct Office {
    folder: tempfile::TempDir,
    roots: [RootAuthority; 2],
    pins: Pins,
    config: Config,
    database: Database,
    other: RelayKey,
    own: VerifiedStatement,
    pub(super) desk: Desk,
    now: Timestamp,
}

pub(super) fn id(byte: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([byte; 16])
}

pub(super) fn secret() -> WithdrawalSecret {
    WithdrawalSecret::from_bytes([8; 16])
}

pub(super) fn part_one(byte: u8) -> Part {
    let number = PartNumber::new(1, 1).expect("number");
    Part::new(id(byte), number, vec![byte; PART_BYTES]).expect("part")
}

fn unit_id(text: &str) -> UnitId {
    text.parse().expect("unit")
}

pub(super) fn config(folder: &std::path::Path) -> Config {
    let file = File {
        unit: OWN.to_owned(),
        kind: UnitKind::District.to_string(),
        district: OWN.to_owned(),
        zone: "qingdao.example".to_owned(),
        name_zh: "区".to_owned(),
        name_en: String::new(),
        listen: "127.0.0.1:0".to_owned(),
        advertise: "127.0.0.1:1".to_owned(),
        console: "127.0.0.1:0".to_owned(),
        parent_address: String::new(),
        parent_name: String::new(),
        helper_address: String::new(),
    };
    Config::check(folder, &file).expect("config")
}

fn register(tx: &Tx<'_>, id: &str, kind: UnitKind) -> Result<(), SqlError> {
    let new = Unit {
        id: id.parse().map_err(|_| SqlError::Type)?,
        kind,
        name_zh: "单位".to_owned(),
        name_en: String::new(),
        division: String::new(),
        status: UnitStatus::Active,
        schools_below: 0,
    };
    unit::insert(tx, &new, 1)?;
    unit::place(tx, &new.id, &unit_id(OWN), date(2026, 9, 1), 1)
}

/// A statement that both commissions signed.
fn signed(
    (roots, pins): (&[RootAuthority; 2], &Pins),
    (unit, purpose): (&str, Purpose),
    key: StatedKey,
    now: Timestamp,
) -> SignedStatement {
    let statement = KeyStatement {
        zone: pins.zone.clone(),
        unit: unit_id(unit),
        name: "单位".to_owned(),
        purpose,
        key,
        valid_from: now,
        valid_to: now + SignedDuration::from_hours(24 * 365),
    };
    let [first, second] = roots;
    let signer = |root: &RootAuthority| {
        let key = SigningKey::generate().expect("key");
        let chain = root.sign_statement_key(key.public(), now).expect("certificate");
        (key, [chain])
    };
    let (key, chain) = signer(first);
    let mut signed = SignedStatement::sign(&statement, &key, &chain).expect("signed");
    let (key, chain) = signer(second);
    signed.add_signature(&key, &chain).expect("countersigned");
    signed
}

fn public(unit: &str) -> StatedKey {
    let key = RelayKey::generate(unit_id(unit), Purpose::Relay).expect("key");
    StatedKey::Recipient(key.public().clone())
}

impl Office {
    pub(super) fn new() -> Self {
        Self::over(|_| Database::in_memory(crate::store::MIGRATIONS).expect("database"))
    }

    pub(super) fn on_disk() -> Self {
        Self::over(|folder| {
            let path = folder.join("hub.db");
            Database::open(&path, Options::plain(crate::store::MIGRATIONS)).expect("database")
        })
    }

    fn over(database: impl FnOnce(&std::path::Path) -> Database) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let now: Timestamp = "2026-11-28T01:00:00Z".parse().expect("instant");
        let (config, database) = (config(folder.path()), database(folder.path()));
        let zone = config.zone().clone();
        let root = |commission| {
            let key = SigningKey::generate().expect("key");
            RootAuthority::create(commission, &zone, key, now).expect("root")
        };
        let roots = [root(Commission::Education), root(Commission::Health)];
        let pinned = roots.iter().map(|root| root.certificate().clone()).collect();
        let pins = Pins { roots: pinned, zone: zone.clone() };
        let other = RelayKey::generate(unit_id(OTHER), Purpose::Relay).expect("key");
        let held = key::make(&config, 1).expect("key");
        let by = (&roots, &pins);
        let own = signed(by, (OWN, Purpose::Relay), held.stated(), now);
        let beside = StatedKey::Recipient(other.public().clone());
        let mut texts =
            vec![own.to_pem(), signed(by, (OTHER, Purpose::Relay), beside, now).to_pem()];
        for unit in ["S1", "CLINIC1"] {
            texts.push(signed(by, (unit, Purpose::Referral), public(unit), now).to_pem());
        }
        let own = verify(&own, &pins.roots, &pins.zone, now).expect("verified");
        let kept = pins.clone();
        let filled: Result<(), stated::StateError> = database.write("fill", move |tx| {
            register(tx, "S1", UnitKind::School)?;
            register(tx, "CLINIC1", UnitKind::Clinic)?;
            register(tx, OTHER, UnitKind::District)?;
            texts
                .iter()
                .try_for_each(|text| stated::keep(tx, &kept, text.as_bytes(), now).map(drop))
        });
        filled.expect("filled");
        let desk = desk(&config, &database, &pins);
        Self { folder, roots, pins, config, database, other, own, desk, now }
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) const fn config(&self) -> &Config {
        &self.config
    }

    pub(super) const fn database(&self) -> &Database {
        &self.database
    }

    /// What alarms of a kind say.
    pub(super) fn alarms(&self, kind: &'static str) -> Vec<String> {
        let alarms = self.database.read(move |tx| alarm::of_kind(tx, kind)).expect("read");
        alarms.into_iter().map(|one| one.detail).collect()
    }

    /// The process ends and begins again; the store stays.
    pub(super) fn crash(&mut self) {
        self.desk = desk(&self.config, &self.database, &self.pins);
    }

    /// A clinic joins, and its key is stated.
    pub(super) fn serve(&self, clinic: &'static str) {
        let by = (&self.roots, &self.pins);
        let text = signed(by, (clinic, Purpose::Referral), public(clinic), self.now).to_pem();
        let (pins, now) = (self.pins.clone(), self.now);
        let served: Result<(), stated::StateError> = self.database.write("serve", move |tx| {
            register(tx, clinic, UnitKind::Clinic)?;
            stated::keep(tx, &pins, text.as_bytes(), now).map(drop)
        });
        served.expect("served");
    }

    /// A clinic joins, and its key stands in a directory that is published: in an entry, or beside
    /// the entries.
    pub(super) fn publish(&self, clinic: &'static str, part: &str) {
        let by = (&self.roots, &self.pins);
        let text = signed(by, (clinic, Purpose::Referral), public(clinic), self.now).to_pem();
        let said = format!("statement = \"\"\"\n{text}\"\"\"\n");
        let content = format!("schema = \"directory/1\"\n\n[[{part}]]\n{said}").into_bytes();
        let content_digest = sha256(&content).to_tagged();
        let pack = Pack {
            kind: "directory".to_owned(),
            name: OWN.to_owned(),
            version: "1".to_owned(),
            serial: 1,
            effective_from: "2026-11-01".to_owned(),
            content,
        };
        let bytes = Directive { signatures: Vec::new(), pack: pack.encode_to_vec() };
        let stored = directive::Stored {
            cursor: 0,
            kind: pack.kind,
            name: pack.name,
            serial: pack.serial,
            version: pack.version,
            effective_from: pack.effective_from,
            content_digest,
            directive: bytes.encode_to_vec(),
        };
        let published: Result<(), SqlError> = self.database.write("publish", move |tx| {
            register(tx, clinic, UnitKind::Clinic)?;
            directive::insert(tx, &stored, 1).map(drop)
        });
        published.expect("published");
    }

    pub(super) fn seal(&self, routing: &Routing, part: Option<&Part>) -> Letter {
        Letter::seal(&self.own, routing, part).expect("sealed")
    }

    fn carried(&self, envelope: u8, (recipient, relay): (&str, &str), urgency: Urgency) -> Carried {
        Carried {
            way: Way { recipient: unit_id(recipient), relay: unit_id(relay) },
            envelope: id(envelope),
            number: PartNumber::new(1, 1).expect("number"),
            urgency,
            due: None,
        }
    }

    fn referral_of(&self, carried: Carried, basis: Basis) -> Letter {
        let [byte, ..] = *carried.envelope.bytes();
        let withdrawal = secret().mark(carried.envelope);
        let routing = Routing::Referral { carried, basis, withdrawal };
        self.seal(&routing, Some(&part_one(byte)))
    }

    /// A part of a referral.
    pub(super) fn referral(&self, envelope: u8, way: (&str, &str), urgency: Urgency) -> Letter {
        self.referral_of(self.carried(envelope, way, urgency), Basis::Emergency)
    }

    /// One whose consent ends on a day.
    pub(super) fn until(&self, envelope: u8, way: (&str, &str), day: &str) -> Letter {
        let valid_to = day.parse().expect("day");
        let basis = Basis::Consent { mark: Digest::sha256([envelope; 32]), valid_to };
        self.referral_of(self.carried(envelope, way, Urgency::Routine), basis)
    }

    /// An urgent one that asks for an answer.
    pub(super) fn due(
        &self,
        envelope: u8,
        way: (&str, &str),
        (class, until): (DeadlineClass, Timestamp),
    ) -> Letter {
        let carried = self.carried(envelope, way, Urgency::Urgent);
        let carried = Carried { due: Some(Due { class, until }), ..carried };
        self.referral_of(carried, Basis::Emergency)
    }

    /// An answer that meets the first limit of a referral's envelope.
    pub(super) fn answer(&self, envelope: u8, to: u8, way: (&str, &str)) -> Letter {
        let carried = self.carried(envelope, way, Urgency::Routine);
        let met = Some(DeadlineClass::Answered);
        let routing = Routing::Answer { carried, to: id(to), met };
        self.seal(&routing, Some(&part_one(envelope)))
    }

    /// A letter that is sealed to another relay's key under this one's name.
    pub(super) fn strange(&self) -> Letter {
        let key = public(OWN);
        let by = (&self.roots, &self.pins);
        let stated = signed(by, (OWN, Purpose::Relay), key, self.now);
        let stated = verify(&stated, &self.pins.roots, &self.pins.zone, self.now);
        Letter::dummy(&stated.expect("verified")).expect("dummy")
    }

    /// A withdrawal comes.
    pub(super) fn revoke(&self, envelopes: &[u8], way: (&str, &str)) {
        self.revoke_by(secret().expose(), envelopes, way);
    }

    pub(super) fn revoke_by(
        &self,
        by: &[u8; 16],
        envelopes: &[u8],
        (recipient, relay): (&str, &str),
    ) {
        let way = Way { recipient: unit_id(recipient), relay: unit_id(relay) };
        let secret = WithdrawalSecret::from_bytes(*by).reveal();
        let envelopes = envelopes.iter().map(|byte| id(*byte)).collect();
        let letter = self.seal(&Routing::Revocation { way, secret, envelopes }, None);
        self.arrive(&letter, Some("S1"));
    }

    /// A letter comes.
    pub(super) fn arrive(&self, letter: &Letter, sender: Option<&'static str>) {
        let (bytes, digest, now_ms) =
            (letter.to_bytes(), letter.digest(), self.now.as_millisecond());
        let arrived: Result<bool, SqlError> = self.database.write("arrive", move |tx| {
            let sender = sender.map(unit_id);
            letters::arrive(tx, (&bytes, &digest), sender.as_ref(), now_ms)
        });
        arrived.expect("arrived");
    }

    /// One round at the next tick.
    pub(super) fn tick(&mut self) {
        self.now += SignedDuration::from_secs(TICK_SECONDS);
        self.desk.turn(self.now, self.now).expect("round");
    }

    /// One round at the moment at which the next slots of all lists are due.
    pub(super) fn round(&mut self) {
        let after = Hop::FromRelay.after_seconds();
        let slot = (self.now.as_second() - after).div_euclid(SLOT_SECONDS) + 1;
        let second = slot * SLOT_SECONDS + after;
        self.now = Timestamp::from_second(second).expect("instant");
        self.desk.turn(self.now, self.now).expect("round");
    }

    /// One round on a clock that is so many days ahead, of which nothing was witnessed.
    pub(super) fn ahead(&mut self, days: i64) {
        let wrong = self.now + SignedDuration::from_hours(24 * days);
        self.desk.turn(wrong, self.now).expect("round");
    }

    /// Opens what came; nothing leaves.
    pub(super) fn look(&mut self) {
        self.desk.look(self.now).expect("look");
    }

    /// So many hours pass, to the beginning of one, with rounds in three slots of each.
    pub(super) fn hours(&mut self, hours: i64) {
        let at = |second| Timestamp::from_second(second).expect("instant");
        for _ in 0..hours {
            let hour = self.now.as_second().div_euclid(3_600) * 3_600;
            for minute in [20, 40, 59] {
                let next = at(hour + minute * 60);
                if next > self.now {
                    self.now = next;
                    self.desk.turn(next, next).expect("round");
                }
            }
            self.now = at(hour + 3_600);
        }
    }

    pub(super) fn letters(&self) -> Letters {
        self.database.read(Letters::read).expect("read")
    }

    pub(super) fn listed(&self, unit: &str) -> u64 {
        let unit = unit_id(unit);
        self.database.read(move |tx| letters::listed(tx, &unit)).expect("read")
    }

    /// What lies in a unit's list; it has it then.
    pub(super) fn fetch(&self, unit: &str) -> Vec<Came> {
        let unit = unit_id(unit);
        let fetched: Result<Vec<relay::Stored>, SqlError> =
            self.database.write("fetch", move |tx| {
                let list = relay::after(tx, &unit, 0, 1_000)?;
                if let Some(last) = list.last() {
                    letters::forget_until(tx, &unit, last.cursor)?;
                }
                Ok(list)
            });
        let letter = |one: relay::Stored| {
            let item = proto::frame::decode_item(&one.item).expect("item");
            Letter::from_bytes(&item.body).expect("letter")
        };
        fetched.expect("fetched").into_iter().map(letter).collect()
    }

    /// What the other relay reads of a letter, if there is anything.
    pub(super) fn opened(&self, came: &Came) -> Option<(Letter, Routing, Option<Part>)> {
        let opened = came.open(&self.other).expect("opened");
        let routing = opened.routing().clone();
        let is_empty = matches!(routing, Routing::Dummy);
        (!is_empty).then(|| (came.clone(), routing, opened.part().cloned()))
    }

    /// What the other relay fetched and was not empty.
    pub(super) fn fetch_opened(&self) -> Vec<(Letter, Routing)> {
        let came = self.fetch(OTHER);
        let opened = came.iter().filter_map(|came| self.opened(came));
        opened.map(|(letter, routing, _)| (letter, routing)).collect()
    }

    /// Everything that is in the data folder but the keys.
    pub(super) fn files(&self) -> Vec<u8> {
        let entries = std::fs::read_dir(self.folder.path()).expect("folder");
        let paths = entries.map(|entry| entry.expect("entry").path());
        let files = paths.filter(|path| path.is_file());
        files.flat_map(|path| std::fs::read(path).expect("file")).collect()
    }

    /// Folds the log into the file.
    pub(super) fn fold(&self) {
        self.database.fold().expect("folded");
    }
}

fn desk(config: &Config, database: &Database, pins: &Pins) -> Desk {
    Desk::new(Parts {
        config: config.clone(),
        database: database.clone(),
        pins: pins.clone(),
        post: Arc::new(Post::of(config)),
        has_parent: false,
    })
}
