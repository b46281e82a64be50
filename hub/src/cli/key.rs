//! `xinqiao-hub key`: the keys with which this hub opens its halves of sealed sums, and letters as
//! a relay.

use std::path::{Path, PathBuf};

use certs::identity::LeafIdentity;
use certs::statement::{KeyRequest, Purpose, StatedKey};
use certs::words::{Length, chinese, english};
use clap::Subcommand;
use proto::pack::plan::name as plan_name;
use runtime::cli::{Exit, Failure, Sentence};
use runtime::web::time::minute;
use serde_json::json;

use super::context::Context;
use super::relay_key::{self, Shown};
use super::school_key;
use super::words::key as words;
use crate::app::{HubError, load_pins};
use crate::backup;
use crate::ca::source::create;
use crate::config::Config;
use crate::packs::Packs;
use crate::share_key::{self, Held, ShareKeyError};
use crate::store::share_key_record;

/// Keys with which this hub opens its halves of sealed sums, and letters as a relay
#[derive(Subcommand)]
pub(super) enum Command {
    /// Write the request for the statement about this hub's key; makes one where there is none for
    /// the next school year
    Request {
        /// What for: aggregate-leader for the half at education's hub, aggregate-helper for
        /// health's, relay for letters of referrals
        #[arg(long, value_parser = ["aggregate-leader", "aggregate-helper", "relay"])]
        purpose: String,
        /// New file for the request
        #[arg(long)]
        out: PathBuf,
        /// Make a new key although no plan names the newest; older ones still open what was sealed
        /// to them
        #[arg(long)]
        renew: bool,
    },
    /// Show the keys, the words to read out, and the keys that were destroyed
    List,
    /// Keep signed key statements of relays and of who receives letters
    State {
        /// Files with the statements, as the commissions signed them
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Keys with which schools sign their sealed reports
    #[command(subcommand)]
    School(school_key::Command),
    /// Destroy a key whose school years or whose statements are over; a signed record stays
    Destroy {
        /// The key, by the beginning of its number in the list
        key: String,
        /// The same once more
        #[arg(long)]
        confirm: String,
    },
}

pub(super) fn run(context: &Context, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Request { purpose, out, renew } => request(context, purpose, (out, *renew)),
        Command::List => list(context),
        Command::State { files } => relay_key::state(context, files),
        Command::School(command) => school_key::run(context, command),
        Command::Destroy { key, confirm } => destroy(context, (key, confirm)),
    }
}

fn request(context: &Context, purpose: &str, (out, renew): (&Path, bool)) -> Result<(), Failure> {
    if Purpose::from_word(purpose) == Some(Purpose::Relay) {
        return relay_key::request(context, (out, renew));
    }
    let config = context.config()?;
    let own = share_key::purpose_of(config.kind);
    if Purpose::from_word(purpose) != Some(own) {
        let message = Sentence::new(words::OTHER_HALF, &[&config.name_zh, &own.as_str()]);
        return Err(Failure::new(Exit::Refused, "OTHER_HALF", message));
    }
    identity(&config)?;
    let (today, pins) = (context.clock.today(), load_pins(&config)?);
    let (_, database) = context.open()?;
    let packs = database.read(move |tx| Packs::load(tx, today, &pins)).map_err(HubError::from)?;
    let newest = share_key::held(&config)?.into_iter().next();
    // A key is destroyed with its school year: one that a plan names is no other year's.
    let named = newest.as_ref().map(|held| held.years(packs.sealed_years())).unwrap_or_default();
    let (held, is_new) = match newest.filter(|_| !renew && named.is_empty()) {
        Some(held) => (held, false),
        None => (share_key::make(&config, context.now_ms())?, true),
    };
    ask(&config, (own, held.stated()), out)?;
    let (zh, en) = six_words(&held);
    let value = json!({
        "request": out, "key": held.digest().to_string(), "purpose": own.as_str(),
        "words_zh": zh, "words_en": en, "new": is_new,
    });
    context.terminal.result(&value, |t| {
        let asked = t.text(words::ASKED, &[&out.display(), &zh, &en]);
        let plans: Vec<String> = named.iter().map(|(area, year)| plan_name(area, *year)).collect();
        let why = is_new && !plans.is_empty();
        let why = why.then(|| t.text(words::OF_ITS_OWN, &[&plans.join(" ")]));
        std::iter::once(asked).chain(why).collect::<Vec<_>>().join("\n")
    })
}

/// Writes the request for the statement about a key, signed with this hub's certificate.
pub(super) fn ask(
    config: &Config,
    (purpose, key): (Purpose, StatedKey),
    out: &Path,
) -> Result<(), Failure> {
    let identity = identity(config)?;
    let asked = KeyRequest {
        zone: config.zone().clone(),
        unit: config.unit.clone(),
        name: config.name_zh.clone(),
        purpose,
        key,
    };
    let chain = identity.chain().iter().map(|der| der.to_vec()).collect();
    let signed = asked.sign(identity.key(), chain).map_err(|cause| {
        Failure::new(Exit::Failed, "REQUEST", words::NOT_SIGNED).because(&cause)
    })?;
    create(out, signed.to_pem().as_bytes())
}

fn list(context: &Context) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let relay = relay_key::shown(&config)?;
    let held = share_key::held(&config)?;
    let destroyed = database.read(share_key_record::all)?;
    let digest = |tagged: &[u8]| domain::digest::Digest::from_tagged(tagged).ok();
    let gone = destroyed.iter().filter_map(|one| Some((digest(&one.key)?, one.made_at_ms)));
    let gone: Vec<_> = gone.map(|(key, at)| (key.to_string(), minute(at))).collect();
    let shown = held.iter().map(|one| {
        let (zh, en) = six_words(one);
        (one.digest().to_string(), minute(one.made_at_ms), zh, en)
    });
    let shown: Vec<_> = shown.collect();
    let keys = shown.iter().map(told);
    let value = json!({
        "purpose": share_key::purpose_of(config.kind).as_str(),
        "keys": keys.collect::<Vec<_>>(),
        "relay_keys": relay.iter().map(told).collect::<Vec<_>>(),
        "destroyed": gone.iter().map(|(key, at)| json!({"key": key, "at": at})).collect::<Vec<_>>(),
    });
    context.terminal.result(&value, |t| {
        let mut lines: Vec<String> = shown
            .iter()
            .map(|(key, made, zh, en)| t.text(words::KEY, &[key, made, zh, en]))
            .collect();
        if lines.is_empty() {
            lines.push(t.text(words::NO_KEY, &[]));
        }
        let of_relay = |one: &Shown| t.text(words::RELAY_KEY, &[&one.0, &one.1, &one.2, &one.3]);
        lines.extend(relay.iter().map(of_relay));
        lines.extend(gone.iter().map(|(key, at)| t.text(words::GONE, &[key, at])));
        lines.join("\n")
    })
}

/// A key as a program reads it.
fn told((key, made, zh, en): &Shown) -> serde_json::Value {
    json!({"key": key, "made": made, "words_zh": zh, "words_en": en})
}

fn destroy(context: &Context, (key, confirm): (&str, &str)) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    if key != confirm {
        let message = Sentence::new(super::words::CONFIRM_DIFFERS, &[&confirm, &key]);
        return Err(Failure::new(Exit::Refused, "CONFIRM_DIFFERS", message)
            .hint(super::words::CONFIRM_NEXT));
    }
    let held = share_key::held(&config)?;
    let mut found = held.into_iter().filter(|one| one.digest().to_string().starts_with(key));
    let mut relays = relay_key::named(&config, key)?.into_iter();
    let all = (found.next(), found.next(), relays.next(), relays.next());
    let held = match all {
        (Some(held), None, None, None) => held,
        (None, None, Some(held), None) => {
            return relay_key::destroy(context, (&config, &database), held);
        }
        _ => {
            let message = Sentence::new(words::WHICH_KEY, &[&key]);
            return Err(Failure::new(Exit::NotFound, "KEY_UNKNOWN", message));
        }
    };
    let identity = identity(&config)?;
    let (today, now_ms, pins) = (context.clock.today(), context.now_ms(), load_pins(&config)?);
    let packs = database.read(move |tx| Packs::load(tx, today, &pins)).map_err(HubError::from)?;
    share_key::check_over(&held, packs.sealed_years(), today)?;
    let (digest, signer) = (held.digest().to_string(), identity.key().clone());
    let place = config.clone();
    let held = database.write("share_key_record", move |tx| {
        share_key::record(tx, (&config, &signer), (&held, packs.sealed_years()), now_ms)?;
        Ok::<_, ShareKeyError>(held)
    })?;
    backup::forget(&place, &held.digest())?;
    // The record stands first: a key that is gone without one would be a loss that nobody meant.
    share_key::erase(&held)?;
    share_key::sweep(&place)?;
    backup::clear_copies(&place)?;
    let value = json!({"key": digest, "destroyed": true});
    context.terminal.result(&value, |t| t.text(words::DESTROYED, &[&digest]))
}

pub(super) fn identity(config: &Config) -> Result<LeafIdentity, Failure> {
    let loaded = LeafIdentity::load(&config.path("identity.pem"));
    loaded.map_err(|cause| HubError::Identity(cause).into())
}

fn six_words(held: &Held) -> (String, String) {
    let digest = held.digest();
    (chinese(&digest, Length::Short), english(&digest, Length::Short))
}

impl From<ShareKeyError> for Failure {
    fn from(error: ShareKeyError) -> Self {
        match error {
            ShareKeyError::Store(error) => error.into(),
            ShareKeyError::Needed(year) => {
                let message = Sentence::new(words::NEEDED, &[&year, &(year + 1)]);
                Self::new(Exit::Refused, "KEY_NEEDED", message)
            }
            other => Self::new(Exit::Failed, "KEY_FILE", words::UNUSABLE).because(&other),
        }
    }
}
