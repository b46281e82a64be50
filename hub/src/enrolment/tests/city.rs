//! A small city for the tests: a root, hubs in folders of their own, a clock that stands still.

use std::net::SocketAddr;

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::invite::{INVITE_LIFETIME, Invite};
use certs::issuer::{IssuingAuthority, LeafRecord};
use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority};
use certs::tls::client_config;
use domain::unit::{IdentityName, UnitId, UnitKind, Zone};
use proto::wire::sync::HelloRequest;
use proto::wire::sync::sync_client::SyncClient;
use runtime::clock::{Clock, SimulatedClock};
use runtime::sql::SqlError;
use runtime::transport::{Dial, TransportError, code_of, connect};
use runtime::uplink::enrol::{self, JoinError, Outcome};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::Channel;

use crate::app::Hub;
use crate::authority;
use crate::ca::{request::IssuerRequest, root};
use crate::config::{Config, File, ParentConfig};
use crate::enrolment::invitation;
use crate::store::unit::{self as units, Unit, UnitStatus};

pub(crate) struct City {
    folder: TempDir,
    pub(crate) root: RootAuthority,
    pub(crate) clock: Clock,
    pub(crate) hand: SimulatedClock,
}

pub(crate) struct Running {
    pub(crate) hub: Hub,
    address: SocketAddr,
    stop: CancellationToken,
}

pub(crate) fn unit(id: &str) -> UnitId {
    id.parse().expect("unit")
}

pub(crate) fn key() -> SigningKey {
    SigningKey::generate().expect("key")
}

/// Redeems an invite as the kind of unit that it is for.
pub(crate) async fn join(
    invite: &Invite,
    key: &SigningKey,
    clock: &Clock,
) -> Result<Outcome, JoinError> {
    let kind = invite.terms().kind.unwrap_or(UnitKind::School);
    enrol::join(invite, (key, kind), clock).await
}

/// The stable code of a refusal, or what else happened.
pub(crate) fn code<T>(result: Result<T, JoinError>) -> String {
    match result {
        Ok(_) => "OK".to_owned(),
        Err(JoinError::Refused { code, .. }) => code,
        Err(JoinError::Transport(TransportError::Refused(refusal))) => format!("{refusal:?}"),
        Err(other) => format!("{other:?}"),
    }
}

impl City {
    pub(crate) fn new() -> Self {
        let start = "2026-03-02T00:00:00Z".parse().expect("instant");
        let (clock, hand) = Clock::simulated(start);
        let zone: Zone = "qingdao.example".parse().expect("zone");
        let folder = tempfile::tempdir().expect("folder");
        let lock = crate::ca::vault::Lock::DangerPlain;
        let root = root::create(folder.path(), Commission::Education, &zone, start, &lock);
        let root = root.expect("root");
        Self { folder, root, clock, hand }
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust::new(vec![self.root.certificate().clone()]).with_clock(self.clock.for_tls())
    }

    pub(crate) fn config(&self, kind: UnitKind, id: &str, district: &str) -> Config {
        let file = File {
            unit: id.to_owned(),
            kind: kind.to_string(),
            district: district.to_owned(),
            zone: self.root.certificate().zone().to_string(),
            name_zh: "枢纽".to_owned(),
            name_en: String::new(),
            listen: "127.0.0.1:0".to_owned(),
            advertise: "127.0.0.1:1".to_owned(),
            console: "127.0.0.1:0".to_owned(),
            parent_address: String::new(),
            parent_name: String::new(),
            helper_address: String::new(),
        };
        Config::check(&self.folder.path().join(id), &file).expect("config")
    }

    /// Issuing authority of a city or district, as the ceremony signs it.
    pub(crate) fn authority(&self, config: &Config) -> IssuingAuthority {
        let key = key();
        let asked = IssuerRequest::new(&config.unit, config.kind, config.zone(), &key);
        let signed = asked.expect("request").sign(&self.root, self.clock.now()).expect("signed");
        IssuingAuthority::open(&signed, key).expect("authority")
    }

    /// Sets a city's or district's hub up and starts it.
    pub(crate) async fn start(&self, kind: UnitKind, id: &str, district: &str) -> Running {
        let config = self.config(kind, id, district);
        std::fs::create_dir_all(&config.data).expect("data");
        let authority = self.authority(&config);
        authority::install(&config, &authority).expect("install");
        let own = authority::own_identity(&config, &authority, self.clock.now()).expect("own");
        self.run(config, &own).await
    }

    /// Starts a hub with its identity.
    pub(crate) async fn run(&self, config: Config, own: &LeafIdentity) -> Running {
        std::fs::create_dir_all(config.path("roots")).expect("roots");
        root::write_certificate(&config.path("roots/education.pem"), self.root.certificate().der())
            .expect("root");
        own.save(&config.path("identity.pem")).expect("identity");
        let hub = Hub::open(config, self.clock.clone()).expect("hub");
        let (listener, address) = hub.bind().await.expect("bind");
        let stop = CancellationToken::new();
        let (serving, stopped) = (hub.clone(), stop.clone());
        tokio::spawn(async move { serving.serve(listener, stopped).await });
        Running { hub, address, stop }
    }

    /// Registers, invites and joins a school.
    pub(crate) async fn school(&self, hub: &Running, id: &str) -> LeafIdentity {
        hub.register(id, UnitKind::School);
        let invite = hub.invite(id);
        match join(&invite, &key(), &self.clock).await.expect("join") {
            Outcome::Joined(joined) => joined.identity,
            Outcome::Pending(_) => panic!("schools are issued at once"),
        }
    }
}

impl Running {
    pub(crate) fn register(&self, id: &str, kind: UnitKind) {
        let new = Unit {
            id: unit(id),
            kind,
            name_zh: "单位".to_owned(),
            name_en: String::new(),
            division: String::new(),
            status: UnitStatus::Invited,
            schools_below: 0,
        };
        let parent = self.hub.config().unit.clone();
        let (today, now_ms) = (self.hub.clock().today(), self.hub.clock().now_ms());
        let added: Result<(), SqlError> = self.hub.database().write("register", move |tx| {
            units::insert(tx, &new, now_ms)?;
            units::place(tx, &new.id, &parent, today, now_ms)
        });
        added.expect("register");
    }

    /// The configuration with the port that the system chose.
    pub(crate) fn config(&self) -> Config {
        Config { advertise: self.address.to_string(), ..self.hub.config().clone() }
    }

    pub(crate) fn parent(&self) -> ParentConfig {
        ParentConfig { address: self.address.to_string(), name: self.hub.config().name.clone() }
    }

    pub(crate) fn invite(&self, id: &str) -> Invite {
        let (config, id, now) = (self.config(), unit(id), self.hub.clock().now());
        let roots = self.hub.roots().iter().map(|root| root.digest()).collect();
        let made = self.hub.database().write("invite", move |tx| {
            invitation::create(tx, &config, &id, (roots, INVITE_LIFETIME), now)
        });
        made.expect("invite")
    }

    pub(crate) fn approve(&self, id: &str) {
        let id = unit(id);
        let approved = self.hub.database().write("approve", move |tx| invitation::approve(tx, &id));
        approved.expect("approve");
    }

    pub(crate) fn alarms(&self, kind: &str) -> usize {
        let all = self.hub.database().read(crate::store::alarm::all).expect("alarms");
        all.iter().filter(|alarm| alarm.kind == kind).count()
    }

    /// Opens a connection with an identity.
    pub(crate) async fn dial(
        &self,
        city: &City,
        identity: &LeafIdentity,
    ) -> Result<Dial, TransportError> {
        let name = &self.hub.config().name;
        let config = client_config(Some(identity), name, &city.trust()).expect("client");
        connect(&self.address.to_string(), name, config).await
    }

    /// Opens a connection without a certificate.
    pub(crate) async fn dial_bare(&self, city: &City) -> Dial {
        let name = &self.hub.config().name;
        let config = client_config(None, name, &city.trust()).expect("client");
        connect(&self.address.to_string(), name, config).await.expect("dial")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Says hello on an open connection; gives `OK`, the stable code, or the handshake's refusal.
pub(crate) async fn hello(channel: &Channel) -> String {
    let request = HelloRequest { version: "test".to_owned(), ..HelloRequest::default() };
    match SyncClient::new(channel.clone()).hello(request).await {
        Ok(_) => "OK".to_owned(),
        Err(status) => refusal(&status),
    }
}

/// What a refused call says.
pub(crate) fn refusal(status: &Status) -> String {
    match certs::tls::find_refusal(status) {
        Some(refusal) => format!("{refusal:?}"),
        None if code_of(status).is_empty() => format!("{status:?}"),
        None => code_of(status).to_owned(),
    }
}

/// An identity that an authority issues, whatever the register says.
pub(crate) fn forged(
    authority: &IssuingAuthority,
    name: IdentityName,
    kind: UnitKind,
    clock: &Clock,
) -> LeafIdentity {
    let key = key();
    let record = LeafRecord { name, kind, key: key.public().clone() };
    let issued = authority.issue(&record, clock.now()).expect("issued");
    LeafIdentity::new(&issued.chain, key).expect("identity")
}
