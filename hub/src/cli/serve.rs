//! Serving members until the process is told to stop.

use std::net::SocketAddr;

use clap::Args;
use runtime::cli::{Failure, block_on, start_log};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::context::Context;
use super::words;
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
    block_on(serving(context, config))?
}

async fn serving(context: &Context, config: Config) -> Result<(), Failure> {
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
