//! `xinqiao-hub key request --purpose relay`, `key state` and `key destroy`: the key with which
//! this hub opens letters of referrals, and the statements by which it seals them anew.

use std::path::{Path, PathBuf};

use certs::statement::Purpose;
use certs::words::{Length, chinese, english};
use domain::digest::Digest;
use domain::unit::{UnitId, UnitKind};
use runtime::cli::{Exit, Failure, Sentence};
use runtime::sql::Database;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::context::Context;
use super::key::{ask, identity};
use super::words::key as words;
use crate::app::load_pins;
use crate::config::Config;
use crate::letters::key::{self, Held, RelayKeyError};
use crate::letters::stated::{self, StateError};

/// Writes the request for the statement about this hub's key as a relay.
pub(super) fn request(context: &Context, (out, renew): (&Path, bool)) -> Result<(), Failure> {
    let config = context.config()?;
    if !matches!(config.kind, UnitKind::District | UnitKind::City) {
        let message = Sentence::new(words::NOT_A_RELAY, &[&config.name_zh]);
        return Err(Failure::new(Exit::Refused, "NOT_A_RELAY", message));
    }
    identity(&config)?;
    let newest = key::held(&config)?.into_iter().next();
    let (held, is_new) = match newest.filter(|_| !renew) {
        Some(held) => (held, false),
        None => (key::make(&config, context.now_ms())?, true),
    };
    ask(&config, (Purpose::Relay, held.stated()), out)?;
    let (zh, en) = six_words(&held);
    let value = json!({
        "request": out, "key": held.digest().to_string(), "purpose": Purpose::Relay.as_str(),
        "words_zh": zh, "words_en": en, "new": is_new,
    });
    context.terminal.result(&value, |t| t.text(words::ASKED, &[&out.display(), &zh, &en]))
}

/// Keeps signed statements of relays and of who receives letters.
pub(super) fn state(context: &Context, files: &[PathBuf]) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let (pins, now) = (load_pins(&config)?, context.clock.now());
    let mut texts = Vec::new();
    for file in files {
        let read = std::fs::read(file);
        texts.push(read.map_err(|cause| {
            let message = Sentence::new(words::STATEMENT_UNREAD, &[&file.display()]);
            Failure::new(Exit::NotFound, "STATEMENT_FILE", message).because(&cause)
        })?);
    }
    // All of them or none: half a list of recipients would be taken for the whole.
    let kept = database.write("key_state", move |tx| {
        let mut kept = Vec::new();
        for text in &texts {
            kept.extend(stated::keep(tx, &pins, text, now)?);
        }
        Ok::<_, StateError>(kept)
    })?;
    let value: Vec<Value> = kept
        .iter()
        .map(|(unit, purpose, key)| {
            json!({"unit": unit.as_str(), "purpose": purpose.as_str(), "key": key.to_string()})
        })
        .collect();
    context.terminal.result(&value, |t| {
        let line = |(unit, purpose, _): &(UnitId, Purpose, Digest)| {
            t.text(words::STATED, &[unit, &purpose.as_str()])
        };
        kept.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

/// Keys of this hub as a relay whose number begins so.
pub(super) fn named(config: &Config, front: &str) -> Result<Vec<Held>, Failure> {
    let held = key::held(config)?.into_iter();
    Ok(held.filter(|one| one.digest().to_string().starts_with(front)).collect())
}

/// Destroys a key to which nothing is sealed any more; a signed record stays.
pub(super) fn destroy(
    context: &Context,
    (config, database): (&Config, &Database),
    held: Held,
) -> Result<(), Failure> {
    let (own, now, place) = (identity(config)?, context.clock.now(), config.clone());
    let digest = held.digest().to_string();
    let held = database.write("relay_key_record", move |tx| {
        held.record(tx, (&place, own.key()), now)?;
        Ok::<_, RelayKeyError>(held)
    })?;
    crate::backup::forget(config, &held.digest())?;
    // The record stands first: a key that is gone without one would be a loss that nobody meant.
    held.erase()?;
    key::sweep(config)?;
    crate::backup::clear_copies(config)?;
    let value = json!({"key": digest, "destroyed": true});
    context.terminal.result(&value, |t| t.text(words::DESTROYED, &[&digest]))
}

/// A key as it is listed: its number, when it was made, and its six words in both languages.
pub(super) type Shown = (String, String, String, String);

/// The keys of this hub as a relay.
pub(super) fn shown(config: &Config) -> Result<Vec<Shown>, Failure> {
    let shown = key::held(config)?.into_iter().map(|held| {
        let (zh, en) = six_words(&held);
        (held.digest().to_string(), minute(held.made_at_ms), zh, en)
    });
    Ok(shown.collect())
}

fn six_words(held: &Held) -> (String, String) {
    let digest = held.digest();
    (chinese(&digest, Length::Short), english(&digest, Length::Short))
}

impl From<RelayKeyError> for Failure {
    fn from(error: RelayKeyError) -> Self {
        match error {
            RelayKeyError::Store(error) => error.into(),
            RelayKeyError::Needed => {
                Self::new(Exit::Refused, "KEY_NEEDED", words::RELAY_KEY_NEEDED)
            }
            other => Self::new(Exit::Failed, "KEY_FILE", words::UNUSABLE).because(&other),
        }
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Store(error) => error.into(),
            StateError::Purpose => {
                Self::new(Exit::Refused, "STATEMENT_PURPOSE", words::STATEMENT_PURPOSE)
            }
            StateError::None => Self::new(Exit::Refused, "NO_STATEMENT", words::NO_STATEMENT),
            StateError::Statement(error) => {
                Self::new(Exit::Refused, "STATEMENT", words::STATEMENT_REFUSED).because(&error)
            }
        }
    }
}
