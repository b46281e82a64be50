//! `xinqiao-hub bundle`: what a member without a network would say, from a stick, and the file that
//! goes back to it.
//!
//! While `serve` runs, the process that serves takes the file; else this command does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use runtime::cli::{Exit, Failure, block_on, read_carried, write_carried};
use serde_json::json;

use super::context::Context;
use super::serve::is_served;
use super::words::bundle as words;
use crate::app::Hub;
use crate::bundles::{self, Outcome, Ticket};
use crate::config::Config;
use crate::service::bundle::told;

/// How often is looked whether the file was taken.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often at most: ten minutes.
const LOOKS_MAX: u32 = 2_400;

/// Files of members without a network
#[derive(Subcommand)]
pub(super) enum Command {
    /// Take a member's file, and write the one that goes back to it
    Take {
        /// File of the member
        file: PathBuf,
        /// File that goes back to the member; one of that name is replaced
        #[arg(long, value_name = "FILE")]
        answer: PathBuf,
    },
}

pub(super) fn run(context: &Context, command: &Command) -> Result<(), Failure> {
    let Command::Take { file, answer } = command;
    let (config, bytes) = (context.config()?, read_carried(file)?);
    match block_on(taken(context, &config, &bytes))?? {
        Outcome::Answer(back) => finish(context, answer, &back),
        Outcome::Refused(code, said) => Err(Failure::of_bundle(&code, &said)),
    }
}

async fn taken(context: &Context, config: &Config, bytes: &[u8]) -> Result<Outcome, Failure> {
    let hub = match is_served(config) {
        true => None,
        false => Some(Hub::open(config.clone(), context.clock.clone())?),
    };
    let ticket = bundles::hand_in(config, bytes).map_err(|cause| unusable(&cause))?;
    let outcome = wait(hub.as_ref(), &ticket).await;
    if !matches!(outcome, Ok(Some(_))) {
        ticket.give_up();
    }
    let late = || Failure::new(Exit::Busy, "BUNDLE_LATE", words::LATE).hint(words::LATE_NEXT);
    outcome.map_err(|cause| unusable(&cause))?.ok_or_else(late)
}

async fn wait(hub: Option<&Hub>, ticket: &Ticket) -> std::io::Result<Option<Outcome>> {
    for _ in 0..LOOKS_MAX {
        if let Some(hub) = hub {
            bundles::turn(hub).await?;
        }
        if let Some(outcome) = ticket.outcome()? {
            return Ok(Some(outcome));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(None)
}

fn finish(context: &Context, answer: &Path, back: &[u8]) -> Result<(), Failure> {
    let told = told(back).map_err(runtime::uplink::bundle::BundleError::from)?;
    write_carried(answer, back)?;
    let value = json!({
        "member": told.to, "answers": told.answers, "items": told.items, "answer": answer,
    });
    context.terminal.result(&value, |t| {
        t.text(words::TAKEN, &[&told.to, &told.answers, &told.items, &answer.display()])
    })
}

fn unusable(cause: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, "FOLDER", super::words::FOLDER_UNUSABLE).because(cause)
}
