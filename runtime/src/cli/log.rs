//! The log of a long-running command: text on standard error, chosen by `XINQIAO_LOG`.

use tracing_subscriber::EnvFilter;

/// Writes the log to standard error: `XINQIAO_LOG`, else `fallback`, such as `info` or `warn`.
///
/// A second call in the same process changes nothing.
pub fn start_log(fallback: &str) {
    let filter = EnvFilter::try_from_env("XINQIAO_LOG").unwrap_or_else(|_| fallback.into());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = log.with_ansi(false).with_target(false).try_init();
    if started.is_err() {
        tracing::debug!("log was started before");
    }
}
