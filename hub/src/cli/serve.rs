//! Serving members until the process is told to stop.

use std::fs::{File, OpenOptions, TryLockError};
use std::net::SocketAddr;

use clap::Args;
use runtime::cli::{Exit, Failure, block_on, start_log};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::context::Context;
use super::words;
use super::words::settings as said;
use crate::app::Hub;
use crate::config::Config;

/// Serve members
#[derive(Args)]
pub(super) struct Serve {
    /// Address to listen on for members, instead of the configured one
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Address of the console, instead of the configured one
    #[arg(long)]
    console: Option<SocketAddr>,
}

pub(super) fn run(context: &Context, serve: &Serve) -> Result<(), Failure> {
    start_log("info");
    let config = context.config()?;
    let config = Config {
        listen: serve.listen.unwrap_or(config.listen),
        console: serve.console.unwrap_or(config.console),
        ..config
    };
    // A hub that cannot be looked at says why when it is opened.
    if super::status::lacks_key(context, &config).unwrap_or_default() {
        context.terminal.talk(said::KEY_MISSING, &[]);
    }
    block_on(serving(context, config))?
}

/// Held for as long as a hub serves its folder; the system lets go of it however that ends.
const LOCK_FILE: &str = "serve.lock";

/// Two hubs on one folder would both answer its members and both send sums upward.
fn lock(config: &Config) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    let options = options.create(true).truncate(false).write(true).read(true);
    let path = config.path(LOCK_FILE);
    let unusable = |cause: &std::io::Error| {
        Failure::new(Exit::Failed, "FOLDER", words::FOLDER_UNUSABLE).because(cause)
    };
    let file = options.open(&path).map_err(|cause| unusable(&cause))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::new(Exit::Busy, "SERVED", words::SERVED).hint(words::SERVED_NEXT))
        }
        Err(TryLockError::Error(cause)) => Err(unusable(&cause)),
    }
}

/// Whether a process serves the hub's folder.
pub(super) fn is_served(config: &Config) -> bool {
    let file = File::open(config.path(LOCK_FILE));
    file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

async fn serving(context: &Context, config: Config) -> Result<(), Failure> {
    let _lock = lock(&config)?;
    let hub = Hub::open(config, context.clock.clone())?;
    let (listener, address) = hub.bind().await?;
    let config = hub.config();
    let parent = config.parent.as_ref().map(|parent| parent.name.to_string());
    let value = json!({
        "unit": config.unit.to_string(), "name": config.name.to_string(),
        "listen": address.to_string(), "console": config.console.to_string(), "parent": parent,
    });
    context.terminal.result(&value, |t| {
        let above = parent.clone().unwrap_or_else(|| "-".to_owned());
        t.text(words::SERVING, &[&config.name_zh, &address, &above, &config.console])
    })?;
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    tokio::spawn(crate::backup::serve(hub.clone(), stop.clone()));
    tokio::spawn(crate::bundles::serve(hub.clone(), stop.clone()));
    Ok(hub.serve(listener, stop).await?)
}

/// Cancels the token at Ctrl-C or when the service manager asks.
async fn stop_on_signal(stop: CancellationToken) {
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => terminated.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<Option<()>>();
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
    stop.cancel();
}
