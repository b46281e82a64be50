//! A tap at a hub, between TLS and HTTP/2: every byte that members send, and the head of every
//! call as the hub reads it.
//!
//! Enrolment is bound to the TLS channel, so nothing can stand between a member and its hub; and a
//! head is compressed on the wire in a way in which a search would find nothing.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use certs::invite::{INVITE_LIFETIME, Invite};
use certs::root::RootCertificate;
use domain::unit::UnitKind;
use hub::app::Hub;
use hub::config::Config;
use hub::enrolment::invitation;
use hub::service;
use hub::store::unit::{self, Unit, UnitStatus};
use jiff::civil::date;
use runtime::sql::SqlError;
use runtime::transport::{Peer, PeerStream};
use tests::federation::Federation;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_stream::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tonic::codegen::{Service, http};
use tonic::server::NamedService;
use tonic::transport::Server;
use tonic::transport::server::Connected;

/// What a connection of HTTP/2 begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The kind of a frame that carries data, and the mark of one that is padded.
const DATA: (u8, u8) = (0, 8);

/// All that was heard.
#[derive(Clone, Default)]
pub(crate) struct Tap(Arc<Mutex<Record>>);

#[derive(Default)]
struct Record {
    /// What came over each connection.
    connections: Vec<Vec<u8>>,
    /// Address, names and values of each call's head.
    heads: Vec<Vec<u8>>,
}

impl Tap {
    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().expect("record")
    }

    fn on(&self, stream: PeerStream) -> Tapped {
        let mut record = self.record();
        record.connections.push(Vec::new());
        let place = record.connections.len() - 1;
        Tapped { stream, tap: self.clone(), place }
    }

    /// Everything that came, as it came.
    pub(crate) fn connections(&self) -> Vec<Vec<u8>> {
        self.record().connections.clone()
    }

    /// The heads of all calls.
    pub(crate) fn heads(&self) -> Vec<Vec<u8>> {
        self.record().heads.clone()
    }

    /// What each call carried, put together; no message of them is compressed.
    pub(crate) fn bodies(&self) -> Vec<Vec<u8>> {
        let bodies: Vec<Vec<u8>> =
            self.connections().iter().flat_map(|bytes| bodies_of(bytes)).collect();
        bodies.iter().for_each(|body| assert_plain(body));
        bodies
    }
}

/// The data of each stream of a connection, without the heads of its frames.
pub(crate) fn bodies_of(connection: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = connection.strip_prefix(PREFACE).expect("a connection of HTTP/2");
    let mut streams: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    while let Some((head, after)) = rest.split_first_chunk::<9>() {
        let [a, b, c, kind, flags, stream @ ..] = *head;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        // The last frame may not have come whole.
        let (mut body, after) = after.split_at(length.min(after.len()));
        rest = after;
        if kind != DATA.0 {
            continue;
        }
        if flags & DATA.1 != 0 {
            let (padding, padded) = body.split_first().expect("length of padding");
            body = &padded[..padded.len().saturating_sub(usize::from(*padding))];
        }
        let stream = u32::from_be_bytes(stream) & 0x7fff_ffff;
        streams.entry(stream).or_default().extend_from_slice(body);
    }
    streams.into_values().collect()
}

/// Messages say in their first byte whether they are compressed: a search would be blind.
fn assert_plain(body: &[u8]) {
    let mut rest = body;
    while let Some((head, after)) = rest.split_first_chunk::<5>() {
        let [is_compressed, length @ ..] = *head;
        assert_eq!(is_compressed, 0, "a message is compressed");
        rest = after.get(u32::from_be_bytes(length) as usize..).unwrap_or_default();
    }
}

/// A member's connection whose bytes are kept.
pub(crate) struct Tapped {
    stream: PeerStream,
    tap: Tap,
    place: usize,
}

impl Connected for Tapped {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.stream.connect_info()
    }
}

impl AsyncRead for Tapped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let (came, place) = (&buf.filled()[before..], self.place);
        self.tap.record().connections[place].extend_from_slice(came);
        polled
    }
}

impl AsyncWrite for Tapped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A service of which the heads of all calls are kept.
#[derive(Clone)]
pub(crate) struct Heard<S> {
    service: S,
    tap: Tap,
}

impl<S, B> Service<http::Request<B>> for Heard<S>
where
    S: Service<http::Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<B>) -> S::Future {
        let mut head = request.uri().to_string().into_bytes();
        for (name, value) in request.headers() {
            head.push(b'\n');
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
        }
        self.tap.record().heads.push(head);
        self.service.call(request)
    }
}

impl<S: NamedService> NamedService for Heard<S> {
    const NAME: &'static str = S::NAME;
}

/// A district's hub that issues certificates and whose members are listened to. It serves as the
/// product does, but for what it does by itself.
pub(crate) struct TappedHub {
    pub(crate) hub: Hub,
    pub(crate) address: SocketAddr,
    pub(crate) tap: Tap,
    stop: CancellationToken,
}

impl TappedHub {
    pub(crate) async fn start(federation: &Federation) -> Self {
        let (authority, data) = (federation.authority(), federation.path("370202"));
        let name = authority.name("370202", "370202");
        std::fs::create_dir_all(&data).expect("folder");
        let identity = authority.identity(&name, UnitKind::District);
        identity.save(&data.join("identity.pem")).expect("identity");
        authority.save_root(&data);
        let config = Config {
            data,
            unit: name.unit().clone(),
            kind: UnitKind::District,
            name,
            name_zh: "测试区".to_owned(),
            name_en: "Test District".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            advertise: "127.0.0.1:1".to_owned(),
            console: SocketAddr::from(([127, 0, 0, 1], 0)),
            parent: None,
            helper_address: None,
        };
        config.save().expect("configuration");
        hub::authority::install(&config, &authority.issuer("370202")).expect("authority");
        let hub = Hub::open(config, federation.clock().clone()).expect("hub");
        let (listener, address) = hub.bind().await.expect("bound");
        let (tap, stop) = (Tap::default(), CancellationToken::new());
        let listening = tap.clone();
        let incoming = listener
            .incoming(stop.clone())
            .map(move |came| came.map(|stream| listening.on(stream)));
        let sync = Heard { service: service::sync::server(hub.clone()), tap: tap.clone() };
        let enrol = Heard { service: service::enrol::server(hub.clone()), tap: tap.clone() };
        let router = Server::builder().add_service(sync).add_service(enrol);
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            router.serve_with_incoming_shutdown(incoming, stopped).await.expect("served");
        });
        Self { hub, address, tap, stop }
    }

    /// Registers a school and invites it.
    pub(crate) fn invite(&self, school: &str) -> Invite {
        let new = Unit {
            id: school.parse().expect("unit"),
            kind: UnitKind::School,
            name_zh: "示例学校".to_owned(),
            name_en: String::new(),
            division: String::new(),
            status: UnitStatus::Invited,
            schools_below: 0,
        };
        let (id, parent) = (new.id.clone(), self.hub.config().unit.clone());
        let (now, now_ms) = (self.hub.clock().now(), self.hub.clock().now_ms());
        let registered: Result<(), SqlError> = self.hub.database().write("register", move |tx| {
            unit::insert(tx, &new, now_ms)?;
            unit::place(tx, &new.id, &parent, date(2025, 9, 1), now_ms)
        });
        registered.expect("registered");
        let roots = self.hub.roots().iter().map(RootCertificate::digest).collect();
        let config = Config { advertise: self.address.to_string(), ..self.hub.config().clone() };
        let invited = self.hub.database().write("invite", move |tx| {
            invitation::create(tx, &config, &id, (roots, INVITE_LIFETIME), now)
        });
        invited.expect("invited")
    }
}

impl Drop for TappedHub {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
