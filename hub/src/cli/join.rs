//! Joining the hub above: a street gets its certificate, a district or a helper shows its own.

use std::path::PathBuf;
use std::time::Duration;

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::invite::Invite;
use certs::root::{Commission, RootCertificate};
use certs::words::{Length, chinese, english};
use clap::Args;
use domain::digest::Digest;
use domain::unit::UnitKind;
use runtime::cli::{Exit, Failure, Paint, Sentence, block_on, read_secret};
use runtime::uplink::enrol::{
    JoinError, Joined, Outcome, POLL_EVERY, forget_joining_key, introduce, join, key_for_joining,
};
use runtime::web::time::minute;
use serde_json::json;

use super::context::Context;
use super::{init, roots, words};
use crate::app::load_roots;
use crate::config::{Config, ParentConfig};

/// Join the hub above
#[derive(Args)]
pub(super) struct Join {
    /// File with the invite, or - for standard input
    #[arg(long)]
    code_file: PathBuf,
    /// Do not wait for the approval by telephone; run the command again later
    #[arg(long)]
    no_wait: bool,
    /// The roots' fingerprints were compared with the letters; do not ask
    #[arg(long, alias = "roots-compared", overrides_with = "yes")]
    yes: bool,
}

/// How far one attempt got.
enum Attempt {
    Done(Option<Box<Joined>>),
    Pending(Digest),
}

pub(super) fn run(context: &Context, asked: &Join) -> Result<(), Failure> {
    let config = context.config()?;
    let text = read_secret(&asked.code_file)?;
    let invite = Invite::parse(&text, context.clock.now())?;
    check(&config, &invite)?;
    let terms = invite.terms();
    let until = minute(terms.expires.as_millisecond());
    context.terminal.talk(words::INVITE_FOR, &[&terms.hub, &terms.unit, &until]);
    let attempt = block_on(attempts(context, &config, &invite, asked.no_wait))??;
    let terms = invite.terms();
    match attempt {
        Attempt::Pending(digest) => {
            let (zh, en) = short(&digest);
            let value = json!({"state": "pending", "words_zh": zh, "words_en": en});
            context.terminal.result(&value, |t| t.text(words::PENDING_LATER, &[]))
        }
        Attempt::Done(joined) => {
            let identity = match joined {
                Some(joined) => keep(context, &config, *joined, asked.yes)?,
                None => own(&config)?,
            };
            let parent =
                ParentConfig { address: terms.address.to_string(), name: terms.hub.clone() };
            let config = Config { parent: Some(parent), ..config };
            init::write_config(context, &config)?;
            if let Err(error) = forget_joining_key(context.data()) {
                context.terminal.talk(words::KEY_LEFT, &[&error]);
            }
            let until = identity.peer().not_after();
            let value = json!({
                "state": "joined", "name": config.name.to_string(),
                "parent": terms.hub.to_string(), "not_after": until.to_string(),
            });
            context.terminal.result(&value, |t| {
                let head = t.text(words::JOINED, &[&terms.hub, &minute(until.as_millisecond())]);
                format!("{}\n{}", t.paint(Paint::Good, &head), t.text(words::SERVE_NEXT, &[]))
            })
        }
    }
}

/// The invite must be for this hub, from the hub above it.
fn check(config: &Config, invite: &Invite) -> Result<(), Failure> {
    let terms = invite.terms();
    if let Some(kind) = terms.kind.filter(|kind| *kind != config.kind) {
        return Err(Failure::invite_for(kind));
    }
    let own_city = terms.hub.zone() == config.zone();
    let above = match config.kind {
        UnitKind::District | UnitKind::Helper => {
            terms.hub.district_label() == domain::unit::CITY_LABEL
        }
        UnitKind::Street => terms.hub.district_label() == config.name.district_label(),
        _ => false,
    };
    if terms.unit == config.unit && own_city && above {
        return knows_our_root(config, &terms.roots);
    }
    let message = Sentence::new(words::INVITE_NOT_OURS, &[&terms.unit, &terms.hub, &config.unit]);
    Err(Failure::new(Exit::Authentication, "INVITE_OTHER_UNIT", message)
        .hint(words::INVITE_NOT_OURS_NEXT))
}

/// A hub that certifies itself is let in under its own root only, so the hub above must have pinned
/// that one too; its invite says which it had.
fn knows_our_root(config: &Config, pinned: &[Digest]) -> Result<(), Failure> {
    if !config.kind.certifies_itself() {
        // A street has no roots before it has joined.
        return Ok(());
    }
    let own = match config.kind {
        UnitKind::Helper => Commission::Health,
        _ => Commission::Education,
    };
    let is_own = |root: &&RootCertificate| root.commission() == Some(own);
    if load_roots(config)?.iter().filter(is_own).all(|root| pinned.contains(&root.digest())) {
        return Ok(());
    }
    let failure = Failure::new(Exit::Refused, "INVITE_ONE_ROOT", words::INVITE_ONE_ROOT);
    Err(failure.hint(words::INVITE_ONE_ROOT_NEXT))
}

async fn attempts(
    context: &Context,
    config: &Config,
    invite: &Invite,
    no_wait: bool,
) -> Result<Attempt, Failure> {
    let mut told = false;
    loop {
        let attempt = match attempt(context, config, invite).await {
            Ok(attempt) => attempt,
            // The hub was told of the key before; a short break of the line is waited out.
            Err(Tried::Join(error)) if told && is_passing(&error) => {
                tokio::time::sleep(POLL_EVERY).await;
                continue;
            }
            Err(Tried::Join(error)) => return Err(error.into()),
            Err(Tried::Other(failure)) => return Err(failure),
        };
        let Attempt::Pending(digest) = &attempt else {
            return Ok(attempt);
        };
        if !told {
            let (zh, en) = short(digest);
            context.terminal.talk(words::SIX_WORDS, &[&zh, &en]);
            if !no_wait {
                context.terminal.talk(words::WAITING_FOR, &[&invite.terms().hub]);
            }
            told = true;
        }
        if no_wait {
            return Ok(attempt);
        }
        tokio::time::sleep(Duration::max(POLL_EVERY, Duration::from_secs(1))).await;
    }
}

enum Tried {
    Join(JoinError),
    Other(Failure),
}

impl From<JoinError> for Tried {
    fn from(error: JoinError) -> Self {
        Self::Join(error)
    }
}

impl From<Failure> for Tried {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

const fn is_passing(error: &JoinError) -> bool {
    matches!(error, JoinError::Transport(_) | JoinError::Refused { retryable: true, .. })
}

async fn attempt(context: &Context, config: &Config, invite: &Invite) -> Result<Attempt, Tried> {
    if config.kind.certifies_itself() {
        let trust = Trust::new(load_roots(config).map_err(Failure::from)?);
        let waits = introduce(invite, (&own(config)?, config.kind), &trust, &context.clock).await?;
        return Ok(waits.map_or(Attempt::Done(None), Attempt::Pending));
    }
    let key = key_for_joining(context.data()).map_err(JoinError::from)?;
    Ok(match join(invite, (&key, config.kind), &context.clock).await? {
        Outcome::Joined(joined) => Attempt::Done(Some(joined)),
        Outcome::Pending(digest) => Attempt::Pending(digest),
    })
}

fn own(config: &Config) -> Result<LeafIdentity, Failure> {
    LeafIdentity::load(&config.path("identity.pem")).map_err(|error| {
        Failure::new(Exit::Authentication, "NOT_INSTALLED", words::NOT_INSTALLED)
            .hint(words::NOT_INSTALLED_NEXT)
            .because(&error)
    })
}

/// Keeps what a street got: the roots after a comparison with the letters, then the certificate.
fn keep(
    context: &Context,
    config: &Config,
    joined: Joined,
    yes: bool,
) -> Result<LeafIdentity, Failure> {
    if *joined.identity.peer().name() != config.name || joined.kind != config.kind {
        let message =
            Sentence::new(words::NAME_DIFFERS, &[joined.identity.peer().name(), &config.name]);
        return Err(Failure::new(Exit::Authentication, "NAME_DIFFERS", message));
    }
    roots::compare(context, &joined.roots, yes)?;
    roots::write(config, &joined.roots)?;
    let saved = joined.identity.save(&config.path("identity.pem"));
    saved.map_err(crate::authority::AuthorityError::from)?;
    Ok(joined.identity)
}

fn short(digest: &Digest) -> (String, String) {
    (chinese(digest, Length::Short), english(digest, Length::Short))
}
