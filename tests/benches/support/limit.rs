//! Reference limits: what the disk, the database and TLS allow without our work on top.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::tls::server_config;
use hub::config::Config;
use proto::wire::sync::link_request::Part as Asked;
use proto::wire::sync::link_response::Part;
use proto::wire::sync::sync_server::{Sync, SyncServer};
use proto::wire::sync::{
    Answer, AnswerBatch, CaughtUp, HelloRequest, HelloResponse, LinkRequest, LinkResponse,
    ReportKeysRequest, ReportKeysResponse,
};
use runtime::transport::Listener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::child::until_parent_ends;

/// Appends with one fdatasync for each; milliseconds of every one.
pub fn append_synced(folder: &Path, bytes: &[u8], count: usize) -> Vec<f64> {
    let path = folder.join("append.log");
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("file");
    (0..count)
        .map(|_| {
            let start = Instant::now();
            file.write_all(bytes).expect("append");
            file.sync_data().expect("fdatasync");
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect()
}

/// Appends with an fdatasync for every `group`; how long it took.
pub fn append_grouped(folder: &Path, bodies: &[Vec<u8>], group: usize) -> Duration {
    let path = folder.join("grouped.log");
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("file");
    let start = Instant::now();
    for bodies in bodies.chunks(group) {
        file.write_all(&bodies.concat()).expect("append");
        file.sync_data().expect("fdatasync");
    }
    start.elapsed()
}

/// A table of blobs under their unit and number, in write-ahead mode with full synchronisation.
pub struct Blobs {
    connection: rusqlite::Connection,
    rows: std::cell::Cell<i64>,
}

impl Blobs {
    /// Makes the database.
    pub fn open(folder: &Path, name: &str) -> Self {
        let connection = rusqlite::Connection::open(folder.join(name)).expect("database");
        connection
            .execute_batch(
                "pragma journal_mode = wal; pragma synchronous = full;
                 create table push (unit integer, number integer, body blob,
                                    primary key (unit, number))",
            )
            .expect("table");
        Self { connection, rows: std::cell::Cell::new(0) }
    }

    /// Inserts bodies of `units` units in turn, 256 a commit; how long it took.
    pub fn insert(&self, bodies: &[Vec<u8>], units: usize) -> Duration {
        let units = i64::try_from(units).expect("small");
        let start = Instant::now();
        for group in bodies.chunks(256) {
            self.connection.execute_batch("begin immediate").expect("begin");
            let sql = "insert into push values (?1, ?2, ?3)";
            let mut insert = self.connection.prepare_cached(sql).expect("insert");
            for body in group {
                let number = self.rows.replace(self.rows.get() + 1);
                insert.execute((number % units, number, body)).expect("row");
            }
            drop(insert);
            self.connection.execute_batch("commit").expect("commit");
        }
        start.elapsed()
    }
}

fn acceptor(folder: &Path) -> (Config, Arc<ServerConfig>) {
    let config = Config::load(folder).expect("configuration");
    let identity = LeafIdentity::load(&config.path("identity.pem")).expect("identity");
    let roots = hub::app::load_roots(&config).expect("roots");
    let trust = Trust::new(roots.clone());
    let tls = server_config(&identity, roots.first().expect("root"), &trust).expect("tls");
    (config, tls)
}

/// Accepts mutual TLS handshakes and does nothing else, until the parent process ends.
pub async fn serve_handshakes(folder: &Path) {
    let (_, tls) = acceptor(folder);
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("socket");
    println!("{}", socket.local_addr().expect("address"));
    let (acceptor, stop) = (TlsAcceptor::from(tls), until_parent_ends());
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = socket.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            if let Ok(mut stream) = acceptor.accept(stream).await {
                // One byte, so that the client knows that its certificate was accepted.
                use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                let _ = stream.write_all(&[1]).await;
                let _ = stream.flush().await;
                let _ = stream.read(&mut [0; 16]).await;
            }
        });
    }
}

/// Answers frames over the same transport with bytes of the same size, without looking at them.
struct Echo;

type Replies<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

fn same_size() -> Part {
    let answers = vec![Answer { body: vec![7; 90], path: vec![7; 250] }];
    Part::Answers(AnswerBatch { signature: vec![7; 97], root: vec![7; 33], answers })
}

#[tonic::async_trait]
impl Sync for Echo {
    async fn hello(&self, _: Request<HelloRequest>) -> Result<Response<HelloResponse>, Status> {
        Ok(Response::new(HelloResponse::default()))
    }

    type LinkStream = Pin<Box<dyn Stream<Item = Result<LinkResponse, Status>> + Send>>;

    async fn link(
        &self,
        request: Request<Streaming<LinkRequest>>,
    ) -> Result<Response<Self::LinkStream>, Status> {
        let replies = request.into_inner().map(|request| {
            let part = match request?.part {
                Some(Asked::Hello(_)) => Part::Hello(HelloResponse::default()),
                Some(Asked::Pull(_)) => Part::CaughtUp(CaughtUp {}),
                _ => same_size(),
            };
            Ok(LinkResponse { part: Some(part) })
        });
        Ok(Response::new(Box::pin(replies)))
    }

    async fn report_keys(
        &self,
        _: Request<ReportKeysRequest>,
    ) -> Result<Response<ReportKeysResponse>, Status> {
        Ok(Response::new(ReportKeysResponse {}))
    }
}

/// Serves [`Echo`] until the parent process ends.
pub async fn serve_echo(folder: &Path) {
    let (config, tls) = acceptor(folder);
    let tls = Arc::new(arc_swap::ArcSwap::new(tls));
    let zone = config.zone().clone();
    let listener = Listener::bind(config.listen, tls, zone).await.expect("socket");
    println!("{}", listener.address().expect("address"));
    let stop = until_parent_ends();
    let served = tonic::transport::Server::builder()
        .initial_stream_window_size(proto::limits::STREAM_WINDOW_BYTES)
        .initial_connection_window_size(proto::limits::CONNECTION_WINDOW_BYTES)
        .add_service(SyncServer::new(Echo))
        .serve_with_incoming(listener.incoming(stop.clone()));
    tokio::select! {
        served = served => served.expect("served"),
        () = stop.cancelled() => {}
    }
}
