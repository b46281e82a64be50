//! Real handshakes in memory: who gets in, who does not, and what is bound to a connection.

use domain::unit::UnitKind;
use rustls::{ClientConnection, HandshakeKind, NamedGroup, ProtocolVersion, ServerConnection};

use super::*;
use crate::crl::Revoked;
use crate::identity::{IdentityError, PeerIdentity};
use crate::invite::{Invite, InviteTerms};
use crate::issuer::IssuingAuthority;
use crate::revocation::{Reason, RevocationList, RevokedKey, Thing};
use crate::root::{Commission, RootAuthority};
use crate::signature::KeyId;
use crate::testing::{days, district, identity, in_district, now, root, shake, trust, zone};
use crate::{csr, renewal};

/// A district with its hub and one school.
struct District {
    root: RootAuthority,
    authority: IssuingAuthority,
    hub: LeafIdentity,
    school: LeafIdentity,
}

fn name() -> IdentityName {
    in_district("370202", "370202")
}

fn shinan() -> District {
    let root = root(Commission::Education);
    let authority = district(&root, "370202");
    let hub = identity(&authority, &name(), UnitKind::District, now());
    let school = in_district("F370202004J01", "370202");
    let school = identity(&authority, &school, UnitKind::School, now());
    District { root, authority, hub, school }
}

impl District {
    fn server(&self, trust: &Trust) -> Arc<ServerConfig> {
        server_config(&self.hub, self.root.certificate(), trust).expect("server")
    }

    fn client(&self, identity: Option<&LeafIdentity>, trust: &Trust) -> Arc<ClientConfig> {
        client_config(identity, &name(), trust).expect("client")
    }

    fn joining(&self, pins: &[Digest]) -> Arc<ClientConfig> {
        enrolment_config(&name(), pins, TlsClock::new(now)).expect("client")
    }
}

type Ends = (ClientConnection, ServerConnection);

fn connect(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> Result<Ends, rustls::Error> {
    let asked = server_name(&name()).expect("name");
    let mut client = ClientConnection::new(client.clone(), asked).expect("client");
    let mut server = ServerConnection::new(server.clone()).expect("server");
    shake(&mut client, &mut server)?;
    Ok((client, server))
}

fn why(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> Option<Refusal> {
    connect(client, server).err().map(|cause| refusal(&cause))
}

/// A member and its hub know each other after the handshake, over post-quantum TLS 1.3.
#[test]
fn both_ends_know_each_other() {
    let shinan = shinan();
    let trust = trust(&shinan.root, now());
    let client = shinan.client(Some(&shinan.school), &trust);
    let (client, server) = connect(&client, &shinan.server(&trust)).expect("handshake");
    let chain = server.peer_certificates().expect("chain");
    let peer = PeerIdentity::from_chain(chain, &zone()).expect("peer");
    assert_eq!(&peer, shinan.school.peer());
    for group in [client.negotiated_key_exchange_group(), server.negotiated_key_exchange_group()] {
        assert_eq!(group.expect("group").name(), NamedGroup::X25519MLKEM768);
    }
    assert_eq!(client.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    assert_eq!(server.alpn_protocol(), Some(ALPN));
}

/// With the right pin a machine that knows nothing else joins, and finds the root in the chain.
#[test]
fn the_right_pin_joins() {
    let shinan = shinan();
    let pins = [crate::digest::sha256(b"health"), shinan.root.certificate().digest()];
    let server = shinan.server(&trust(&shinan.root, now()));
    let (client, server) = connect(&shinan.joining(&pins), &server).expect("handshake");
    assert!(server.peer_certificates().is_none());
    let offered = client.peer_certificates().expect("chain");
    let found = RootCertificate::pinned(offered, &pins);
    assert_eq!(found, [shinan.root.certificate().clone()]);
}

/// With a wrong pin, or no pin, the handshake ends and nothing that was written is sent.
#[test]
fn a_wrong_pin_sends_nothing() {
    use std::io::{Read, Write};
    let (shinan, other) = (shinan(), root(Commission::Education));
    let server = shinan.server(&trust(&shinan.root, now()));
    for pins in [vec![other.certificate().digest()], vec![]] {
        let asked = server_name(&name()).expect("name");
        let mut client = ClientConnection::new(shinan.joining(&pins), asked).expect("client");
        let mut server = ServerConnection::new(server.clone()).expect("server");
        client.writer().write_all(b"proof").expect("buffer");
        let refused = shake(&mut client, &mut server).expect_err("refused");
        assert_eq!(refusal(&refused), Refusal::UnknownRoot);
        let mut heard = Vec::new();
        assert!(server.reader().read_to_end(&mut heard).is_err());
        assert!(heard.is_empty());
    }
}

/// A pinned root in the chain does not help a hub that was not issued under it.
#[test]
fn a_borrowed_root_proves_nothing() {
    let (shinan, impostor) = (shinan(), shinan());
    let root = shinan.root.certificate();
    let server = server_config(&impostor.hub, root, &trust(&impostor.root, now()));
    let joining = shinan.joining(&[root.digest()]);
    assert_eq!(why(&joining, &server.expect("server")), Some(Refusal::UnknownRoot));
}

/// Another unit of the same city cannot answer in the hub's place.
#[test]
fn another_name_is_refused() {
    let shinan = shinan();
    let trust = trust(&shinan.root, now());
    let street = in_district("370202004", "370202");
    let street = identity(&shinan.authority, &street, UnitKind::Street, now());
    let root = shinan.root.certificate();
    let server = server_config(&street, root, &trust).expect("server");
    let known = shinan.client(Some(&shinan.school), &trust);
    assert_eq!(why(&known, &server), Some(Refusal::OtherName));
    assert_eq!(why(&shinan.joining(&[root.digest()]), &server), Some(Refusal::OtherName));
    let school = server_config(&shinan.school, root, &trust).expect("server");
    let asks_school = client_config(None, shinan.school.peer().name(), &trust).expect("client");
    assert_eq!(why(&asks_school, &school), Some(Refusal::Other), "a school may not serve");
}

/// Members of another city and members whose certificate is over are refused.
#[test]
fn foreign_and_expired_members_are_refused() {
    let (shinan, other) = (shinan(), shinan());
    let here = trust(&shinan.root, now());
    let foreign = shinan.client(Some(&other.school), &here);
    assert_eq!(why(&foreign, &shinan.server(&here)), Some(Refusal::UnknownRoot));
    let later = now() + days(30);
    let hub = identity(&shinan.authority, &name(), UnitKind::District, later);
    let late = trust(&shinan.root, now() + days(100));
    let server = server_config(&hub, shinan.root.certificate(), &late).expect("server");
    let expired = shinan.client(Some(&shinan.school), &late);
    assert_eq!(why(&expired, &server), Some(Refusal::Expired));
    assert!(connect(&shinan.client(None, &late), &server).is_ok(), "renewal needs no certificate");
}

/// A revoked member is refused at its next handshake; a list that is out of date closes the hub.
#[test]
fn a_revoked_member_is_refused_at_the_next_handshake() {
    let shinan = shinan();
    let revoked = [Revoked { serial: shinan.school.peer().serial().clone(), at: now() }];
    let list = shinan.authority.sign_crl(&revoked, 1, now()).expect("list");
    let here = trust(&shinan.root, now());
    let client = shinan.client(Some(&shinan.school), &here);
    let strict = here.clone().with_crls(std::slice::from_ref(&list)).expect("trust");
    assert_eq!(why(&client, &shinan.server(&strict)), Some(Refusal::Revoked));
    let empty = shinan.authority.sign_crl(&[], 2, now() - days(3)).expect("list");
    let stale = here.with_crls(&[empty]).expect("trust");
    assert!(why(&client, &shinan.server(&stale)).is_some());
    let tolerant = stale.danger_accept_stale_crls();
    assert_eq!(why(&client, &shinan.server(&tolerant)), None);
}

/// A session that was resumed skips the verifier; a whole new configuration ends every session.
///
/// Method: one client comes twice to one configuration, the second time by resumption; then the
/// hub swaps in a configuration with a revocation list, and the same client is refused.
#[test]
fn a_swapped_configuration_ends_old_sessions() {
    let shinan = shinan();
    let here = trust(&shinan.root, now());
    let (client, server) = (shinan.client(Some(&shinan.school), &here), shinan.server(&here));
    connect(&client, &server).expect("first");
    let (_, second) = connect(&client, &server).expect("second");
    assert_eq!(second.handshake_kind(), Some(HandshakeKind::Resumed));
    let revoked = [Revoked { serial: shinan.school.peer().serial().clone(), at: now() }];
    let list = shinan.authority.sign_crl(&revoked, 1, now()).expect("list");
    let swapped = shinan.server(&here.with_crls(&[list]).expect("trust"));
    assert_eq!(why(&client, &swapped), Some(Refusal::Revoked));
}

/// A resumed session is noticed once a certificate that it stands on has ended, on both sides.
///
/// Method: a clock that both ends share jumps beyond the leaves' ninety days between two visits.
#[test]
fn a_resumed_session_does_not_outlive_its_certificates() {
    let shinan = shinan();
    let passed = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let theirs = passed.clone();
    let clock =
        TlsClock::new(move || now() + days(theirs.load(std::sync::atomic::Ordering::Relaxed)));
    let here = trust(&shinan.root, now()).with_clock(clock.clone());
    let (client, server) = (shinan.client(Some(&shinan.school), &here), shinan.server(&here));
    let outlived = |ends: &Ends| (is_outlived(&ends.0, &clock), is_outlived(&ends.1, &clock));
    let first = connect(&client, &server).expect("first");
    let second = connect(&client, &server).expect("second");
    assert_eq!(second.1.handshake_kind(), Some(HandshakeKind::Resumed));
    assert_eq!(second.1.peer_certificates(), first.1.peer_certificates());
    assert_eq!(outlived(&second), (false, false));
    passed.store(100, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(outlived(&second), (true, true));
    assert_eq!(outlived(&first), (false, false), "who was judged whole is judged by the verifier");
}

/// Both ends derive the same value, and no two connections the same.
#[test]
fn an_exporter_belongs_to_one_connection() {
    let shinan = shinan();
    let pins = [shinan.root.certificate().digest()];
    let (client, server) = (shinan.joining(&pins), shinan.server(&trust(&shinan.root, now())));
    let first = connect(&client, &server).expect("first");
    let second = connect(&client, &server).expect("second");
    let ends = |(client, server): &Ends| {
        (exporter(client).expect("client"), exporter(server).expect("server"))
    };
    let ((one, same), (two, _)) = (ends(&first), ends(&second));
    assert!(one == same);
    assert!(one != two);
    let early = ClientConnection::new(client, server_name(&name()).expect("name"));
    assert!(exporter(&early.expect("client")).is_err());
}

/// A proof that was overheard enrols nobody on another connection.
#[test]
fn a_replayed_proof_is_refused() {
    let shinan = shinan();
    let root = shinan.root.certificate();
    let invite = Invite::new(InviteTerms {
        address: "hub.qingdao.example:7443".parse().expect("address"),
        hub: name(),
        unit: shinan.school.peer().name().unit().clone(),
        kind: None,
        expires: now() + days(7),
        roots: vec![root.digest()],
    });
    let invite = invite.expect("invite");
    let registered = invite.key().and_then(|key| key.public()).expect("key");
    let server = shinan.server(&trust(&shinan.root, now()));
    let client = shinan.joining(&invite.terms().roots);
    let request = csr::request(shinan.school.key()).expect("request");
    let (mine, hub) = connect(&client, &server).expect("handshake");
    let exported = exporter(&mine).expect("exporter");
    let proof = invite.key().expect("key").prove(&exported, &request);
    let judge = |end: &ServerConnection| {
        registered.verify(invite.id(), &exporter(end).expect("exporter"), &request, &proof)
    };
    assert!(judge(&hub).is_ok());
    let (_, thief) = connect(&client, &server).expect("handshake");
    assert!(judge(&thief).is_err());
    let renewed = renewal::prove(shinan.school.key(), &exported, &request).expect("proof");
    let latest = shinan.school.peer().key();
    let judge = |end: &ServerConnection| {
        renewal::verify(latest, &exporter(end).expect("exporter"), &request, &renewed)
    };
    assert!(judge(&hub).is_ok());
    assert!(judge(&thief).is_err());
}

/// A configuration without a root, or with a list that is none, is not built.
#[test]
fn a_configuration_needs_a_root() {
    let shinan = shinan();
    let nobody = Trust::new(Vec::new());
    let server = server_config(&shinan.hub, shinan.root.certificate(), &nobody);
    assert!(matches!(server, Err(TlsError::Verifier(_))));
    assert!(client_config(None, &name(), &nobody).is_err());
    let read = PeerIdentity::from_chain::<Vec<u8>>(&[], &zone());
    assert!(matches!(read, Err(IdentityError::Certificate)));
}

/// Once a root has taken back the authority of a district, or a hub's own key, no member talks to
/// that hub, and who held a session with it notices; the hub of another district goes on.
///
/// Method: both ends keep their configurations; the list alone comes to the root that they share.
#[test]
fn a_hub_that_its_root_took_back_is_not_talked_to() {
    let shinan = shinan();
    let here = trust(&shinan.root, now());
    let (client, server) = (shinan.client(Some(&shinan.school), &here), shinan.server(&here));
    let (first, _) = connect(&client, &server).expect("first");
    let shown: Vec<Vec<u8>> =
        first.peer_certificates().expect("chain").iter().map(|der| der.to_vec()).collect();
    assert!(!here.revokes_now(&shown));
    take_back(&shinan.root, shinan.hub.peer().key().id(), Thing::Unit);
    assert!(here.revokes_now(&shown), "seen on a session that stands");
    let anew = shinan.client(Some(&shinan.school), &here);
    assert_eq!(why(&anew, &server), Some(Refusal::HubRevoked));
    assert_eq!(why(&shinan.client(None, &here), &server), Some(Refusal::HubRevoked));
}

/// Members under an authority that its root took back are refused, as revoked, by whoever heard of
/// it; one that heard nothing goes on as before.
#[test]
fn members_of_an_authority_that_was_taken_back_are_refused() {
    let shinan = shinan();
    let deaf = RootCertificate::from_der(shinan.root.certificate().der()).expect("root");
    let deaf = Trust::new(vec![deaf]).with_clock(TlsClock::new(now));
    let server = shinan.server(&trust(&shinan.root, now()));
    let client = shinan.client(Some(&shinan.school), &deaf);
    assert_eq!(why(&client, &server), None);
    let key = crate::root::spki_of(shinan.authority.certificate()).expect("key");
    take_back(&shinan.root, key.id(), Thing::Authority);
    let anew = shinan.client(Some(&shinan.school), &deaf);
    assert_eq!(why(&anew, &server), Some(Refusal::Revoked));
    assert_eq!(why(&anew, &shinan.server(&deaf)), None);
}

/// What a ceremony signs and every copy of the root takes.
fn take_back(root: &RootAuthority, key: KeyId, thing: Thing) {
    let (name, reason) = ("370202".to_owned(), Reason::Stolen);
    let one = RevokedKey { key, thing, name, since: now(), reason };
    let about = (root.certificate(), now());
    let list = RevocationList::following(None, vec![one], about).expect("list");
    assert!(root.certificate().take_revocations(list).expect("taken"));
}
