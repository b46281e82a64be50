//! `join`: shows what the invite says, has two persons compare the roots, then redeems it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use certs::invite::Invite;
use certs::words::{self as spoken, Length};
use clap::Args;
use domain::digest::Digest;
use domain::unit::IdentityName;
use runtime::cli::{Answer, Exit, Failure, Paint, Sentence, Terminal, read_secret};
use runtime::clock::Clock;
use runtime::uplink::REVOKED;
use runtime::uplink::enrol::POLL_EVERY;
use runtime::web::time::minute;
use serde_json::json;

use super::intake::NEXT_RECEIVER_KEY;
use super::{Place, SchoolArgs, context, init, words};
use crate::config::{self, Config, NodeRole};
use crate::desk::checks;
use crate::egress::link;
use crate::join::{self, Progress};

#[derive(Args, Debug)]
pub(super) struct JoinArgs {
    /// File with the invite; - for standard input
    #[arg(long, value_name = "FILE")]
    code_file: PathBuf,

    /// Two persons compared the roots' fingerprints with the commissions' letters
    #[arg(long)]
    roots_compared: bool,

    /// Do not ask whether this is the right school and hub
    #[arg(long)]
    yes: bool,

    /// Join again under another invite for the same unit
    #[arg(long)]
    again: bool,

    /// Seconds to wait for an operator's approval
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    wait: u64,

    #[command(flatten)]
    school: SchoolArgs,
}

pub(super) async fn run(
    terminal: &Terminal,
    place: &Place,
    args: &JoinArgs,
) -> Result<(), Failure> {
    let config = context::config(place, &[])?;
    let clock = Clock::system();
    let text = read_secret(&args.code_file)?;
    let invite = Invite::parse(&text, clock.now())?;
    join::check(&config, &invite)?;
    if let Some(member) = config.membership.clone().filter(|_| !args.again) {
        still_served(terminal, &config, &clock).await?;
        return told(terminal, &config, &member.name);
    }
    show(terminal, &invite, clock.now_ms());
    agree(terminal, &invite, args)?;
    let file = context::config_file(place, &config.data);
    keep_school(terminal, &config, &file, &args.school)?;
    let name = redeem(terminal, (&config, &file), &invite, args).await?;
    told(terminal, &config, &name)
}

/// A member that the hub refuses must not be told that all is well. A hub that cannot be reached
/// says nothing against it, but what it said last counts.
async fn still_served(terminal: &Terminal, config: &Config, clock: &Clock) -> Result<(), Failure> {
    let outward = crate::app::open_outward(config.clone(), clock.clone())?;
    let Some(Err(error)) = checks::call(&outward).await else {
        return Ok(());
    };
    let failure = Failure::from(error);
    if failure.exit() != Exit::Network {
        return Err(failure);
    }
    let notes = outward.transfer().read(link::notes)?;
    if REVOKED.contains(&notes.last_code.as_str()) {
        return Err(Failure::of_link(&notes.last_code, &notes.last_error));
    }
    terminal.talk(words::UNREACHED, &[]);
    Ok(())
}

/// Everything that a person can check before a key is made or anything is sent.
fn show(terminal: &Terminal, invite: &Invite, now_ms: i64) {
    let terms = invite.terms();
    let ends = terms.expires.as_millisecond();
    let hours = ends.saturating_sub(now_ms).max(0) / 3_600_000;
    terminal.talk(words::INVITE_UNIT, &[&terms.unit]);
    terminal.talk(words::INVITE_HUB, &[&terms.hub, &terms.address.as_str()]);
    terminal.talk(words::INVITE_ENDS, &[&minute(ends), &hours]);
    for (root, commission) in terms.roots.iter().zip([words::EDUCATION, words::HEALTH]) {
        terminal.talk(words::ROOT, &[&commission.in_lang(terminal.lang())]);
        terminal.talk_plain(&format!("  {}", spoken::english(root, Length::Full)));
        terminal.talk_plain(&format!("  {}", spoken::chinese(root, Length::Full)));
    }
    if terms.roots.len() == 1 {
        terminal.talk(words::ONE_ROOT, &[]);
    }
}

/// The right school and hub, and roots that two persons compared.
fn agree(terminal: &Terminal, invite: &Invite, args: &JoinArgs) -> Result<(), Failure> {
    let declined = || {
        Err(Failure::new(Exit::Interrupted, "DECLINED", words::JOIN_DECLINED)
            .hint(words::JOIN_DECLINED_NEXT))
    };
    if !args.yes && terminal.asks() {
        let question = Sentence::new(words::RIGHT_SCHOOL, &[&invite.terms().unit]);
        if terminal.confirm(&question, "--yes")? == Answer::No {
            return declined();
        }
    }
    if args.roots_compared {
        return Ok(());
    }
    let question = Sentence::from(words::ROOTS_COMPARED);
    match terminal.confirm(&question, "--roots-compared")? {
        Answer::Yes => Ok(()),
        Answer::No => declined(),
    }
}

/// What the school is, if `init` was not told; checked before anything is sent.
fn keep_school(
    terminal: &Terminal,
    config: &Config,
    file: &Path,
    args: &SchoolArgs,
) -> Result<(), Failure> {
    let settings = match config.school.school_type {
        // A receiver has no type to ask for.
        None if config.role == NodeRole::Receiver => init::given_settings(args),
        Some(_) => init::given_settings(args),
        None => init::school_settings(terminal, args)?,
    };
    if settings.is_empty() {
        return Ok(());
    }
    crate::app::check_settings(&config.data, &settings)?;
    Ok(config::update(file, &settings)?)
}

async fn redeem(
    terminal: &Terminal,
    (config, file): (&Config, &Path),
    invite: &Invite,
    args: &JoinArgs,
) -> Result<IdentityName, Failure> {
    let (clock, started) = (Clock::system(), Instant::now());
    let mut told = false;
    loop {
        let digest = match join::redeem(&config.data, (file, config.role), invite, &clock).await? {
            Progress::Joined(name) => return Ok(name),
            Progress::Pending(digest) => digest,
        };
        if !told {
            waiting(terminal, &digest);
            told = true;
        }
        if started.elapsed() >= Duration::from_secs(args.wait) {
            return Err(Failure::new(Exit::Network, "APPROVAL_PENDING", words::STILL_PENDING)
                .hint(words::STILL_PENDING_NEXT));
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
}

fn waiting(terminal: &Terminal, digest: &Digest) {
    terminal.talk(words::PENDING, &[]);
    let english = spoken::english(digest, Length::Short);
    let chinese = spoken::chinese(digest, Length::Short);
    terminal.talk_plain(&terminal.paint(Paint::Strong, &format!("  {english}    {chinese}")));
    terminal.talk(words::PENDING_NEXT, &[]);
}

fn told(terminal: &Terminal, config: &Config, name: &IdentityName) -> Result<(), Failure> {
    let identity = runtime::uplink::IdentityCell::load(&config.path("identity.pem"))
        .map_err(crate::app::AppError::Identity)?
        .current();
    let ends = identity.peer().not_after().as_millisecond();
    let from = identity.renew_from().as_millisecond();
    let next = match config.role {
        NodeRole::School => words::NEXT_ROSTER,
        NodeRole::Receiver => NEXT_RECEIVER_KEY,
    };
    let value = json!({
        "unit": name.unit().to_string(),
        "name": name.to_string(),
        "valid_until": identity.peer().not_after().to_string(),
    });
    terminal.result(&value, |terminal| {
        let lines = [
            terminal.text(words::JOINED, &[name.unit()]),
            terminal.text(words::CERTIFICATE, &[&minute(ends), &minute(from)]),
            terminal.text(next, &[&config.data.display()]),
        ];
        lines.join("\n")
    })
}
