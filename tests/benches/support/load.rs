//! Processor time of a server and wall time of a load, taken together.

use std::time::{Duration, Instant};

use super::child::Server;

/// Processor time of a process, from its start.
#[derive(Clone, Copy, Debug)]
pub struct Usage(pub Duration);

/// What a load took.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// Until the last answer.
    pub wall: Duration,
    /// Processor time of the server, also for what it finished after the last answer.
    pub cpu: Duration,
}

/// Measures a load on a server. The server gets a moment to finish what it had put off, so that
/// work after the last answer is counted too.
pub async fn measure<T>(server: &Server, load: impl Future<Output = T>) -> (Taken, T) {
    let (before, start) = (server.usage(), Instant::now());
    let outcome = load.await;
    let wall = start.elapsed();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let cpu = server.usage().0.saturating_sub(before.0);
    (Taken { wall, cpu }, outcome)
}
