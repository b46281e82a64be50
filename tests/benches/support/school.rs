//! A school as a load: releases signed beforehand, one connection, frames in flight.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use certs::chain::Trust;
use certs::digest::{random_bytes, sha256};
use certs::identity::LeafIdentity;
use certs::tls::client_config;
use domain::digest::Digest;
use domain::unit::IdentityName;
use proto::frame::{Epoch, RELEASE_CONTEXT, decode_answer, encode_frame, encode_item};
use proto::wire::sync::push_response::Answer;
use proto::wire::sync::sync_client::SyncClient;
use proto::wire::sync::{
    AnswerBatch, HelloRequest, ItemKind, Lane, LaneState, PullRequest, PushRequest, PushResponse,
    ReportAppliedRequest,
};
use runtime::transport::{Dial, connect};
use tokio::sync::mpsc;
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
}

impl School {
    /// A school that has sent nothing.
    pub fn new(identity: LeafIdentity) -> Self {
        let unit = identity.peer().name().unit().to_string();
        let (epoch, previous) = (random_bytes(), Vec::new());
        Self { identity, unit, epoch, next: 1, previous, sums: vec![0; 520] }
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
        let config = client_config(Some(&self.identity), hub, trust)?;
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
        client.hello(hello).await?;
        let (frames, queue) = mpsc::channel(proto::limits::FRAMES_IN_FLIGHT_MAX);
        let replies = client.push(ReceiverStream::new(queue)).await?.into_inner();
        Ok(Line { dial, frames, replies })
    }
}

/// An open connection with its stream of frames.
pub struct Line {
    dial: Dial,
    frames: mpsc::Sender<PushRequest>,
    replies: Streaming<PushResponse>,
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
                if self.frames.send(PushRequest { frame }).await.is_err() {
                    break;
                }
            }
            if sent.is_empty() {
                return pushed;
            }
            match self.replies.message().await {
                Ok(Some(PushResponse { answer: Some(Answer::Answers(batch)) })) => {
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
                self.frames.send(PushRequest { frame }).await.expect("sent");
                open += 1;
            }
            if open == 0 {
                return;
            }
            self.replies.message().await.expect("reply").expect("reply");
            open -= 1;
        }
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

    /// Pulls directives and reports what is applied, as an uplink does on every connection.
    pub async fn pull_and_report(&self) -> Result<(), tonic::Status> {
        let mut client = SyncClient::new(self.dial.channel.clone());
        // A school that has the packs already asks for what comes after them.
        let asked = PullRequest { after: 1_000, follow: false, last: Vec::new() };
        let mut stream = client.pull(asked).await?.into_inner();
        while stream.message().await?.is_some() {}
        client.report_applied(ReportAppliedRequest::default()).await?;
        Ok(())
    }

    /// Opens the stream of directives and leaves it open.
    pub async fn follow(&self) -> impl Sized + use<> {
        let mut client = SyncClient::new(self.dial.channel.clone());
        let asked = PullRequest { after: 1_000, follow: true, last: Vec::new() };
        client.pull(asked).await.expect("stream of directives").into_inner()
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
