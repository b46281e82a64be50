//! Work that blocks, done off the async threads.
//!
//! All of it goes through one kind of task and one kind of channel, whatever it answers. A task and
//! a channel for each type of answer were a tenth of the programs and of the time to build them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use crate::in_place;

/// The work panicked, or the process is ending; there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work was stopped")]
pub struct Stopped;

/// Does the work on a thread that may block, and waits for its answer. It begins when this is first
/// polled, and goes on to its end also where nobody waits any more.
///
/// # Errors
/// The work panicked, or the process is ending.
pub async fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Stopped> {
    let place = Place::default();
    let theirs = place.clone();
    spawned(Box::new(move || theirs.put(work()))).await?;
    place.take().ok_or(Stopped)
}

async fn spawned(work: Box<dyn FnOnce() + Send>) -> Result<(), Stopped> {
    if in_place::machine().is_some() {
        // Others go on meanwhile, as they do beside a thread.
        tokio::task::yield_now().await;
        return catch_unwind(AssertUnwindSafe(work)).map_err(|_| Stopped);
    }
    tokio::task::spawn_blocking(work).await.map_err(|_| Stopped)
}

/// Where one thread leaves an answer for another, which is told apart from it that it is there.
pub(crate) struct Place<T>(Arc<Mutex<Option<T>>>);

impl<T> Place<T> {
    pub(crate) fn put(&self, answer: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }

    pub(crate) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T> Default for Place<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Stopped, run};

    /// What the work answers comes back, and a panic is an error of this call alone.
    #[tokio::test]
    async fn an_answer_comes_back_and_a_panic_stops_nothing() {
        assert_eq!(run(|| 6 * 7).await, Ok(42));
        let stopped = run(|| -> u8 { panic!("on purpose") }).await;
        assert_eq!(stopped, Err(Stopped));
        assert_eq!(run(|| "next").await, Ok("next"));
    }
}
