//! A school as a load: releases signed beforehand, one connection, frames in flight.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use certs::chain::Trust;
use certs::digest::{random_bytes, sha256};
use certs::identity::LeafIdentity;
use certs::tls::client_config;
use domain::digest::Digest;
use domain::unit::IdentityName;
use proto::frame::{Epoch, RELEASE_CONTEXT, decode_answer, encode_frame, encode_item};
use proto::wire::sync::link_request::Part as Ask;
use proto::wire::sync::link_response::Part;
use proto::wire::sync::sync_client::SyncClient;
use proto::wire::sync::{
    AnswerBatch, HelloRequest, ItemKind, Lane, LaneState, LinkRequest, LinkResponse, PullRequest,
    ReportApplied,
};
use runtime::transport::{Dial, connect};
use tokio::sync::mpsc;
use tokio_rustls::rustls::ClientConfig;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::catalogue;

/// A school and where its lane stands.
#[derive(Clone)]
pub struct School {
    /// Its identity.
    pub identity: LeafIdentity,
    /// Its unit id.
    pub unit: String,
    epoch: Epoch,
    next: u64,
    previous: Vec<u8>,
    /// Sum of the cells of the revision that counts, by place of the week.
    sums: Vec<u64>,
    /// What it dials with, kept as an uplink keeps it: a later connection resumes its session.
    config: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl School {
    /// A school that has sent nothing.
    pub fn new(identity: LeafIdentity) -> Self {
        let unit = identity.peer().name().unit().to_string();
        let (epoch, previous) = (random_bytes(), Vec::new());
        let (sums, config) = (vec![0; 520], Arc::default());
        Self { identity, unit, epoch, next: 1, previous, sums, config }
    }

    /// The next frames of its lane, signed.
    pub fn frames(&mut self, count: usize, catalogue: &Digest) -> Vec<Vec<u8>> {
        (0..count).map(|_| self.frame(catalogue)).collect()
    }

    fn frame(&mut self, catalogue: &Digest) -> Vec<u8> {
        let number = self.next - 1;
        let (body, sum) = catalogue::release(&self.unit, number, catalogue);
        let place = usize::try_from(number % 520).expect("small");
        *self.sums.get_mut(place).expect("week") = sum;
        let signature = self.identity.key().sign(RELEASE_CONTEXT, &body).expect("signature");
        let item = encode_item(ItemKind::Release, body, signature.to_bytes());
        let frame = encode_frame(&self.epoch, Lane::Statistics, self.next, &self.previous, &item);
        self.previous = sha256(&frame).to_tagged();
        self.next += 1;
        frame
    }

    /// What its cells add up to over all weeks; the hub has to say the same.
    pub fn sum(&self) -> u64 {
        self.sums.iter().sum()
    }

    /// Frames that were made.
    pub const fn made(&self) -> u64 {
        self.next - 1
    }

    /// Connects and says hello, as an uplink does.
    pub async fn connect(&self, address: SocketAddr, hub: &IdentityName, trust: &Trust) -> Line {
        self.try_connect(address, hub, trust).await.expect("connected")
    }

    /// Connects, says hello and opens the stream; any refusal is an error.
    pub async fn try_connect(
        &self,
        address: SocketAddr,
        hub: &IdentityName,
        trust: &Trust,
    ) -> Result<Line, Box<dyn std::error::Error + Send + Sync>> {
        let config = match self.config.get() {
            Some(config) => config.clone(),
            None => {
                let made = client_config(Some(&self.identity), hub, trust)?;
                self.config.get_or_init(|| made).clone()
            }
        };
        let dial = connect(&address.to_string(), hub, config).await?;
        let mut client = SyncClient::new(dial.channel.clone());
        let lane = LaneState {
            lane: Lane::Statistics.into(),
            epoch: self.epoch.to_vec(),
            ..LaneState::default()
        };
        let hello = HelloRequest {
            version: "bench".to_owned(),
            clock_ms: super::city::clock().now_ms(),
            lanes: vec![lane],
            schools_below: 0,
        };
        let (parts, queue) = mpsc::channel(proto::limits::FRAMES_IN_FLIGHT_MAX);
        parts.send(LinkRequest { part: Some(Ask::Hello(hello)) }).await?;
        let mut replies = client.link(ReceiverStream::new(queue)).await?.into_inner();
        let answer = replies.message().await?.and_then(|response| response.part);
        match answer {
            Some(Part::Hello(_)) => Ok(Line { _dial: dial, parts, replies }),
            other => Err(format!("no hello: {other:?}").into()),
        }
    }
}

/// An open connection with its link.
pub struct Line {
    _dial: Dial,
    parts: mpsc::Sender<LinkRequest>,
    replies: Streaming<LinkResponse>,
}

/// What became of pushed frames.
#[derive(Debug, Default)]
pub struct Pushed {
    /// From sending to the answer, in milliseconds, of every accepted frame.
    pub latencies: Vec<f64>,
    /// Why it ended before all were answered.
    pub broken: Option<String>,
}

impl Line {
    /// Pushes frames with at most `window` in flight, until all are accepted or the stream ends.
    pub async fn push(&mut self, frames: Vec<Vec<u8>>, window: usize) -> Pushed {
        let mut sent: VecDeque<Instant> = VecDeque::with_capacity(window);
        let mut pushed = Pushed::default();
        let mut waiting = frames.into_iter();
        loop {
            while sent.len() < window {
                let Some(frame) = waiting.next() else { break };
                sent.push_back(Instant::now());
                if self.send(Ask::Frame(frame)).await.is_err() {
                    break;
                }
            }
            if sent.is_empty() {
                return pushed;
            }
            match self.replies.message().await {
                Ok(Some(LinkResponse { part: Some(Part::Answers(batch)) })) => {
                    if let Err(code) = note(&batch, &mut sent, &mut pushed.latencies) {
                        pushed.broken = Some(code);
                        return pushed;
                    }
                }
                other => {
                    pushed.broken = Some(format!("{other:?}"));
                    return pushed;
                }
            }
        }
    }

    /// Pushes frames to a server that answers each with one response that says nothing.
    pub async fn echo(&mut self, frames: Vec<Vec<u8>>, window: usize) {
        let (mut open, mut waiting) = (0, frames.into_iter());
        loop {
            while open < window {
                let Some(frame) = waiting.next() else { break };
                self.send(Ask::Frame(frame)).await.expect("sent");
                open += 1;
            }
            if open == 0 {
                return;
            }
            self.replies.message().await.expect("reply").expect("reply");
            open -= 1;
        }
    }

    /// As [`Line::echo`], one after the other with a pause between them; milliseconds of each.
    pub async fn echo_paced(&mut self, frames: Vec<Vec<u8>>, pause: Duration) -> Vec<f64> {
        let mut latencies = Vec::with_capacity(frames.len());
        let mut due = tokio::time::Instant::now();
        for frame in frames {
            tokio::time::sleep_until(due).await;
            let start = Instant::now();
            self.echo(vec![frame], 1).await;
            latencies.push(start.elapsed().as_secs_f64() * 1e3);
            due += pause;
        }
        latencies
    }

    /// Pushes one frame after the other with a pause between them.
    pub async fn push_paced(&mut self, frames: Vec<Vec<u8>>, pause: Duration) -> Pushed {
        let mut all = Pushed::default();
        let mut due = tokio::time::Instant::now();
        for frame in frames {
            tokio::time::sleep_until(due).await;
            let one = self.push(vec![frame], 1).await;
            all.latencies.extend(one.latencies);
            all.broken = all.broken.or(one.broken);
            due += pause;
        }
        all
    }

    /// Asks for directives and waits until it has all; later ones would follow. A school that has
    /// the packs already asks for what comes after them.
    pub async fn follow(&mut self) {
        let asked = PullRequest { after: 1_000, ..PullRequest::default() };
        self.send(Ask::Pull(asked)).await.expect("asked");
        let said = self.replies.message().await.expect("link").and_then(|response| response.part);
        assert!(matches!(said, Some(Part::CaughtUp(_))), "no directives are new: {said:?}");
    }

    /// Pulls directives and reports what is applied, as an uplink does on every connection.
    pub async fn pull_and_report(&mut self) {
        self.follow().await;
        self.send(Ask::Applied(ReportApplied::default())).await.expect("reported");
    }

    async fn send(&self, part: Ask) -> Result<(), mpsc::error::SendError<LinkRequest>> {
        self.parts.send(LinkRequest { part: Some(part) }).await
    }
}

fn note(
    batch: &AnswerBatch,
    sent: &mut VecDeque<Instant>,
    latencies: &mut Vec<f64>,
) -> Result<(), String> {
    for answer in &batch.answers {
        let body = decode_answer(&answer.body).expect("answer");
        if body.outcome != 1 {
            return Err(body.code);
        }
        let at = sent.pop_front().expect("an answer without a frame");
        latencies.push(at.elapsed().as_secs_f64() * 1e3);
    }
    Ok(())
}

/// Connects all schools.
pub async fn connect_all(
    schools: &[School],
    address: SocketAddr,
    hub: &IdentityName,
    trust: &Trust,
) -> Vec<Line> {
    let mut lines = Vec::with_capacity(schools.len());
    for school in schools {
        lines.push(school.connect(address, hub, trust).await);
    }
    lines
}

/// Pushes at once over all lines; the frames of each are made before, outside the measured time.
pub async fn push_at_once(
    lines: Vec<Line>,
    frames: Vec<Vec<Vec<u8>>>,
    window: usize,
) -> (Vec<Line>, Vec<Pushed>) {
    let tasks: Vec<_> = lines
        .into_iter()
        .zip(frames)
        .map(|(mut line, frames)| {
            tokio::spawn(async move {
                let pushed = line.push(frames, window).await;
                (line, pushed)
            })
        })
        .collect();
    let mut lines = Vec::with_capacity(tasks.len());
    let mut outcomes = Vec::with_capacity(tasks.len());
    for task in tasks {
        let (line, pushed) = task.await.expect("load");
        lines.push(line);
        outcomes.push(pushed);
    }
    (lines, outcomes)
}
