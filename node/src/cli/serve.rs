//! `serve`: runs until Ctrl-C or SIGTERM.

use std::net::SocketAddr;

use clap::Args;
use runtime::cli::{Failure, Terminal};

use super::{Place, context, words};
use crate::app::ConsoleMode;

#[derive(Args, Debug)]
pub(super) struct ServeArgs {
    /// Address of the web page, on this machine only; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    console: Option<SocketAddr>,

    /// No web page
    #[arg(long, conflicts_with = "console")]
    no_console: bool,
}

pub(super) async fn run(
    terminal: &Terminal,
    place: &Place,
    args: &ServeArgs,
) -> Result<(), Failure> {
    let flags: Vec<_> = args.console.iter().map(|at| ("console", at.to_string())).collect();
    let node = context::open_with(terminal, place, &flags)?;
    // Listened for before anything starts, so that an early signal is not lost.
    let stopped = stop_signal()?;
    let console = match args.no_console {
        true => ConsoleMode::Off,
        false => ConsoleMode::On(node.config().console),
    };
    let serving = node.serve(console).await?;
    tell(terminal, &node, serving.console());
    if let (Some(address), Some(path)) = (serving.console(), serving.welcome()) {
        terminal.talk(words::WELCOME_AT, &[&format!("http://{address}{path}")]);
    }
    stopped.await;
    terminal.talk(words::STOPPING, &[]);
    serving.finish().await;
    Ok(())
}

/// One line on standard error, for a person and for whoever waits for the node to be ready.
fn tell(terminal: &Terminal, node: &crate::app::Node, console: Option<SocketAddr>) {
    let page = console.map_or_else(|| "-".to_owned(), |address| format!("http://{address}"));
    match node.member() {
        Some(member) => {
            let (unit, hub) = (member.membership.name.unit(), &member.membership.parent_name);
            terminal.talk(words::READY, &[unit, hub.unit(), &page]);
        }
        None => terminal.talk(words::READY_ALONE, &[&page]),
    }
}

/// A future that ends with Ctrl-C or SIGTERM.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(|cause| super::reason::system(&cause))?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
