//! A member's link out of a file, for a unit without a network: what it would say is said to the
//! very code that serves connections, and what is said to that goes into a file for the member.
//!
//! So a frame that came over a network too is answered as it was then, and nothing that a
//! connection may not do is done by a file. The clock of the member is not judged: a file says when
//! it was made, not when it comes.

use std::sync::Arc;

use certs::chain::Trust;
use domain::unit::UnitId;
use prost::Message as _;
use proto::bundle::{
    BundleFormatError, HUB_BUNDLE_CONTEXT, MEMBER_BUNDLE_CONTEXT, decode_bundle, decode_bundle_body,
};
use proto::wire::sync::link_request::Part as Asked;
use proto::wire::sync::link_response::Part as Said;
use proto::wire::sync::{BundleBody, HelloRequest, LinkRequest, LinkResponse};
use runtime::transport::code_of;
use runtime::uplink::HUB_FULL;
use runtime::uplink::bundle::{BundleError, open, seal};
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::link::{self, Down};
use super::peer::{Caller, served};
use crate::app::Hub;

/// Frames that wait for their answers at a time: half of what a connection may have.
const IN_FLIGHT: usize = 32;
/// Bytes of what is said after which no more goes into one file; the rest goes into the next.
const SAID_BYTES_MAX: usize = 48 * 1024 * 1024;

/// Why a file was not taken. What was kept of it until then stays, and it can be taken again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeError {
    /// Not a file that a member of this hub wrote for it.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The member is not served, or what it says is refused as on a connection.
    #[error("{}", .0.message())]
    Refused(#[from] Status),
    /// No space is left at this hub.
    #[error("the hub has no space left")]
    Full,
    /// The hub cannot store now, or is stopping.
    #[error("the hub cannot store now; try again later")]
    Later,
}

impl TakeError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Bundle(error) => error.code(),
            Self::Refused(status) => match code_of(status) {
                "" => "BUNDLE_REFUSED",
                code => code,
            },
            Self::Full => HUB_FULL,
            Self::Later => "HUB_NOT_READY",
        }
    }
}

/// What a file for a member holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Name of the member.
    pub to: String,
    /// Answers to frames.
    pub answers: usize,
    /// Directives and items for the member or units below it.
    pub items: usize,
}

/// Takes a member's file; gives the file that goes back to it.
///
/// Taking the same file again gives the same answers.
///
/// # Errors
/// It is no member's file for this hub, or the hub cannot store.
pub async fn take(hub: &Hub, bytes: &[u8]) -> Result<Vec<u8>, TakeError> {
    let trust = Trust::new(hub.roots().to_vec());
    let about = (&trust, hub.config().zone(), hub.clock().now());
    let opened = open(bytes, MEMBER_BUNDLE_CONTEXT, about)?;
    let own = hub.config().name.to_string();
    if opened.body.to != own {
        return Err(BundleError::Addressee.into());
    }
    let caller = Caller { identity: Arc::new(opened.writer), chain: Arc::new(opened.chain) };
    let member = served(hub, &caller.identity, &caller.chain).await?;
    let to = caller.identity.name().to_string();
    let said = play(hub, (member, caller), opened.body.asked).await?;
    let body = BundleBody {
        from: own,
        to,
        made_ms: hub.clock().now_ms(),
        asked: Vec::new(),
        said,
        answers: opened.digest.to_tagged(),
    };
    let identity = hub.identity().current();
    Ok(seal(&body, HUB_BUNDLE_CONTEXT, &identity)?.0)
}

/// What a file that this hub wrote holds, for whoever carries it.
///
/// # Errors
/// It is no bundle.
pub fn told(file: &[u8]) -> Result<Told, BundleFormatError> {
    let body = decode_bundle_body(&decode_bundle(file)?.body)?;
    let mut told = Told { to: body.to, answers: 0, items: 0 };
    for part in body.said.into_iter().filter_map(|said| said.part) {
        match part {
            Said::Answers(batch) => told.answers += batch.answers.len(),
            Said::Directive(_) | Said::Addressed(_) => told.items += 1,
            _ => {}
        }
    }
    Ok(told)
}

/// What a member says in a file, by its kind.
#[derive(Default)]
struct Parts {
    hello: Option<HelloRequest>,
    frames: Vec<Vec<u8>>,
    pull: Option<Asked>,
}

/// One hello, frames, one pull; what else there is belongs to a connection.
fn parts(asked: Vec<LinkRequest>) -> Parts {
    let mut parts = Parts::default();
    for part in asked.into_iter().filter_map(|asked| asked.part) {
        match part {
            Asked::Hello(hello) => parts.hello = Some(hello),
            Asked::Frame(frame) => parts.frames.push(frame),
            Asked::Pull(_) => parts.pull = Some(part),
            Asked::Applied(_) | Asked::Stored(_) => {}
        }
    }
    parts
}

async fn play(
    hub: &Hub,
    who: (UnitId, Caller),
    asked: Vec<LinkRequest>,
) -> Result<Vec<LinkResponse>, TakeError> {
    let Parts { hello, frames, pull } = parts(asked);
    let hello = hello.ok_or(BundleError::Format(BundleFormatError::Unreadable))?;
    let (say, queue) = mpsc::channel(IN_FLIGHT);
    let down = link::open(hub.clone(), who, ReceiverStream::new(queue).map(Ok));
    let mut play = Play { say, down, said: Vec::new(), bytes: 0 };
    let clock_ms = hub.clock().now_ms();
    play.say(Asked::Hello(HelloRequest { clock_ms, ..hello })).await?;
    while play.hear().await? != Heard::Hello {}
    'frames: for some in frames.chunks(IN_FLIGHT) {
        for frame in some {
            play.say(Asked::Frame(frame.clone())).await?;
        }
        let mut open = some.len();
        while open > 0 {
            match play.hear().await? {
                Heard::Answers(count) => open = open.saturating_sub(count),
                // Frames before these are missing; the member learns it by the hello.
                Heard::Stops => break 'frames,
                Heard::Hello | Heard::CaughtUp | Heard::Item => {}
            }
        }
    }
    if let Some(pull) = pull {
        play.say(pull).await?;
        while play.bytes < SAID_BYTES_MAX && play.hear().await? != Heard::CaughtUp {}
    }
    Ok(play.said)
}

/// What was heard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    Hello,
    /// So many answers.
    Answers(usize),
    /// A gap or a conflict: further frames are not answered.
    Stops,
    /// A directive or an addressed item.
    Item,
    CaughtUp,
}

/// A link whose member is a file.
struct Play {
    say: mpsc::Sender<LinkRequest>,
    down: Down,
    said: Vec<LinkResponse>,
    bytes: usize,
}

impl Play {
    /// Never waits: no more is said than the queue holds before all of it was heard.
    async fn say(&mut self, part: Asked) -> Result<(), TakeError> {
        let said = LinkRequest { part: Some(part) };
        self.say.send(said).await.map_err(|_| TakeError::Later)
    }

    async fn hear(&mut self) -> Result<Heard, TakeError> {
        let said = self.down.next().await.ok_or(TakeError::Later)??;
        let heard = match &said.part {
            Some(Said::Hello(_)) => Heard::Hello,
            Some(Said::Answers(batch)) => Heard::Answers(batch.answers.len()),
            Some(Said::Gap(_) | Said::Conflict(_)) => Heard::Stops,
            Some(Said::Unavailable(busy)) if busy.code == HUB_FULL => return Err(TakeError::Full),
            Some(Said::Unavailable(_)) | None => return Err(TakeError::Later),
            Some(Said::Directive(_) | Said::Addressed(_)) => Heard::Item,
            Some(Said::CaughtUp(_)) => Heard::CaughtUp,
        };
        self.bytes = self.bytes.saturating_add(said.encoded_len());
        self.said.push(said);
        Ok(heard)
    }
}
