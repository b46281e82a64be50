//! The pace of what is sent: a body has so long to begin and then as long as it has earned with
//! what came, so that whoever stalls gives the place to the next one.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_stream::Stream;

/// How slowly a body may come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// How long it may take besides what it has earned.
    pub(super) grace: Duration,
    /// Bytes that earn a second.
    pub(super) bytes_a_second: u64,
}

/// Of a file of the office over the slowest network of a school.
pub(super) const OF_UPLOADS: Pace =
    Pace { grace: Duration::from_secs(20), bytes_a_second: 64 << 10 };

/// Why a body was cut off.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// It came too slowly.
    #[error("the upload came too slowly")]
    TooSlow,
    /// The connection broke.
    #[error("the upload broke off")]
    Read(#[source] axum::Error),
}

/// A body that is cut off where it falls behind its pace.
pub(super) struct Paced {
    inner: BodyDataStream,
    pace: Pace,
    started: Instant,
    received: u64,
    deadline: Pin<Box<Sleep>>,
}

impl Paced {
    pub(super) fn new(body: Body, pace: Pace) -> Self {
        let started = Instant::now();
        let deadline = Box::pin(sleep_until(started + pace.grace));
        Self { inner: body.into_data_stream(), pace, started, received: 0, deadline }
    }

    fn note(&mut self, bytes: usize) {
        self.received = self.received.saturating_add(bytes as u64);
        let earned_ms = self.received.saturating_mul(1_000) / self.pace.bytes_a_second.max(1);
        let earned = Duration::from_millis(earned_ms);
        self.deadline.as_mut().reset(self.started + self.pace.grace + earned);
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, Broken>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match Pin::new(&mut self.inner).poll_next(context) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.note(chunk.len());
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(Broken::Read(error)))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => match self.deadline.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(Some(Err(Broken::TooSlow))),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tokio_stream::{StreamExt as _, iter, pending};

    use super::*;

    /// A grace that no pause of a busy machine is as long as.
    const PACE: Pace = Pace { grace: Duration::from_secs(1), bytes_a_second: 10_000 };

    async fn read(body: Body) -> (usize, Result<(), Broken>) {
        let mut paced = Paced::new(body, PACE);
        let mut read = 0;
        while let Some(chunk) = paced.next().await {
            match chunk {
                Ok(bytes) => read += bytes.len(),
                Err(broken) => return (read, Err(broken)),
            }
        }
        (read, Ok(()))
    }

    fn chunk() -> Result<Bytes, Infallible> {
        Ok(Bytes::from_static(&[b'x'; 1_000]))
    }

    /// A body that goes on earns its time, well beyond the first grace.
    #[tokio::test]
    async fn a_steady_body_is_read_whole() {
        let steady = iter((0..12).map(|_| chunk())).then(|chunk| async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            chunk
        });
        let (read, ended) = read(Body::from_stream(steady)).await;
        assert!(read == 12_000 && ended.is_ok(), "{ended:?}");
    }

    /// A body that stalls is cut off soon after what it had earned, whatever came before.
    #[tokio::test]
    async fn a_stalled_body_is_cut_off() {
        let started = Instant::now();
        let stalled = iter([chunk(), chunk()]).chain(pending());
        let (read, ended) = read(Body::from_stream(stalled)).await;
        assert!(read == 2_000 && matches!(ended, Err(Broken::TooSlow)), "{ended:?}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    /// A body that comes in drops is cut off as well: no drop keeps it for longer than it is worth.
    #[tokio::test]
    async fn a_dripping_body_is_cut_off() {
        let drops = tokio_stream::iter(0..).then(|_: u32| async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok::<_, Infallible>(Bytes::from_static(b"x"))
        });
        let (read, ended) = read(Body::from_stream(drops)).await;
        assert!(read < 100 && matches!(ended, Err(Broken::TooSlow)), "{ended:?}");
    }
}
