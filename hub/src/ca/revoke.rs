//! Taking a key back: the root signs its next list, which every unit that pins the root asks.
//!
//! The list is whole, so the one before must be known: it lies in the root's folder, or is given.
//! Of two the later counts. Nobody's agreement is asked but the root's own, and what is taken back
//! stays so.

use std::path::{Path, PathBuf};

use certs::revocation::{Reason, RevocationList, RevokedKey, save};
use certs::root::{RootAuthority, RootCertificate};
use certs::statement::SignedStatement;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use prost::Message as _;
use proto::wire::directive::Directive;
use runtime::cli::{Answer, Exit, Failure, Sentence, Terminal};
use runtime::clock::{date_of, instant_ms};
use runtime::revocation;
use serde_json::{Value, json};

use super::unlock::Opening;
use super::words::revoke as words;
use super::{CeremonyError, Wanted, command, source};

/// Name of the root's latest list in its folder.
pub(super) const FILE: &str = "revocations.list";

#[derive(Args)]
pub(super) struct Revoke {
    /// Folder of the root
    #[arg(long)]
    dir: PathBuf,
    #[command(flatten)]
    opening: Opening,
    /// File with the certificate of a key to take back: an authority's, a key file, a unit's chain,
    /// or a pack or key statement that it signed
    #[arg(long, value_name = "FILE", required = true, num_args = 1)]
    certificate: Vec<PathBuf>,
    /// Why the keys are taken back
    #[arg(long)]
    reason: Why,
    /// First day on which the keys are not believed, YYYY-MM-DD; from now on if it is left out
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// List that was published last, where the folder has an older one or none
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// What is taken back was checked; do not ask
    #[arg(long)]
    yes: bool,
    /// File for the list
    #[arg(long)]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Why {
    Stolen,
    Lost,
    Mistake,
    Ceased,
}

impl From<Why> for Reason {
    fn from(why: Why) -> Self {
        match why {
            Why::Stolen => Self::Stolen,
            Why::Lost => Self::Lost,
            Why::Mistake => Self::Mistake,
            Why::Ceased => Self::Ceased,
        }
    }
}

/// Signs the root's next list; what stands on it is shown and asked before.
pub(super) fn revoke(terminal: &Terminal, asked: &Revoke, now: Timestamp) -> Result<(), Failure> {
    if asked.out.exists() {
        return Err(command::at(&asked.out, &CeremonyError::Exists));
    }
    let opened = command::open_root(terminal, &asked.dir, &asked.opening)?;
    let root = opened.certificate();
    let since = asked.since(now)?;
    let added = asked.keys(root, since)?;
    let folder = asked.dir.join(FILE);
    let known = latest(root, (&folder, asked.known.as_deref()))?;
    for one in &added {
        terminal.talk(words::WILL_REVOKE, &[&line(terminal, one)]);
    }
    terminal.talk(words::FOR_GOOD, &[]);
    let question = Sentence::from(words::REVOKE);
    if !asked.yes && terminal.confirm(&question, "--yes")? != Answer::Yes {
        return Err(Failure::new(Exit::Refused, "NOT_REVOKED", words::NOT_REVOKED));
    }
    let (list, bytes) = next(&opened, known.as_ref(), added, now)
        .map_err(|error| command::at(&asked.out, &error))?;
    // The folder first: a list that is nowhere but in the folder harms nobody, and one that the
    // folder forgets would be numbered twice.
    save(&folder, &bytes).map_err(|cause| command::at(&folder, &cause.into()))?;
    source::create(&asked.out, &bytes)?;
    let value = about(&list, &asked.out);
    terminal.result(&value, |t| {
        let head = t.text(words::SIGNED, &[&list.number(), &list.keys().len()]);
        let next = t.text(words::NEXT, &[&asked.out.display()]);
        let lines = list.keys().map(|one| format!("  {}", line(t, one)));
        format!("{head}\n{}\n{next}", lines.collect::<Vec<_>>().join("\n"))
    })
}

impl Revoke {
    /// From the beginning of a day in Shanghai, or from now on; a day that is still to come would
    /// leave a thief the time until then.
    fn since(&self, now: Timestamp) -> Result<Timestamp, Failure> {
        let Some(day) = self.since else { return Ok(now) };
        let begins = Timestamp::from_millisecond(instant_ms(day.to_datetime(Time::midnight())));
        let wrong = || Failure::new(Exit::Usage, "DATES", words::DATES);
        begins.ok().filter(|begins| *begins <= now).ok_or_else(wrong)
    }

    fn keys(&self, root: &RootCertificate, since: Timestamp) -> Result<Vec<RevokedKey>, Failure> {
        let read = |path: &PathBuf| -> Result<RevokedKey, Failure> {
            let bytes =
                std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
            let found = chains(&bytes).into_iter().find_map(|chain| root.certified(&chain));
            let (key, thing, name) = found.ok_or_else(|| {
                let message = Sentence::new(words::NOT_OURS, &[&path.display()]);
                Failure::new(Exit::Refused, "NOT_OF_THIS_ROOT", message).hint(words::NOT_OURS_NEXT)
            })?;
            Ok(RevokedKey { key, thing, name, since, reason: self.reason.into() })
        };
        self.certificate.iter().map(read).collect()
    }
}

/// Chains of certificates that a file holds, whatever it is.
fn chains(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let blocks = pem::parse_many(bytes).unwrap_or_default();
    let chain: Vec<Vec<u8>> = blocks
        .into_iter()
        .filter(|block| block.tag() == "CERTIFICATE")
        .map(pem::Pem::into_contents)
        .collect();
    let mut chains = Vec::from_iter((!chain.is_empty()).then_some(chain));
    for signed in SignedStatement::all_from_pem(bytes).unwrap_or_default() {
        chains.extend(signed.chains().map(<[Vec<u8>]>::to_vec));
    }
    let pack = Directive::decode(bytes).unwrap_or_default();
    chains.extend(pack.signatures.into_iter().map(|signed| signed.chain));
    chains
}

/// The latest list of the root that is known: of its folder, or the one that was given.
fn latest(
    root: &RootCertificate,
    (folder, given): (&Path, Option<&Path>),
) -> Result<Option<RevocationList>, Failure> {
    let mut latest: Option<RevocationList> = None;
    let own = folder.exists().then_some(folder);
    for path in own.into_iter().chain(given) {
        let bytes = std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
        let read = revocation::open(&bytes, std::slice::from_ref(root));
        let (list, _) = read.map_err(|error| command::at(path, &error.into()))?;
        if latest.as_ref().is_none_or(|known| known.number() < list.number()) {
            latest = Some(list);
        }
    }
    Ok(latest)
}

/// The list that follows, and the directive that carries it.
fn next(
    root: &RootAuthority,
    known: Option<&RevocationList>,
    added: Vec<RevokedKey>,
    now: Timestamp,
) -> Result<(RevocationList, Vec<u8>), CeremonyError> {
    let certificate = root.certificate();
    let is_new = |one: &RevokedKey| {
        let before = known.and_then(|known| known.key(&one.key));
        before.is_none_or(|before| before.since > one.since)
    };
    if !added.iter().any(is_new) {
        return Err(CeremonyError::Content(Wanted::NewlyRevoked));
    }
    let list = RevocationList::following(known, added, (certificate, now))?;
    let signed = list.sign(root)?;
    let bytes = revocation::directive(&list, certificate, signed);
    Ok((list, bytes))
}

/// A key on one line: what it was for, whose, since when and why.
fn line(terminal: &Terminal, one: &RevokedKey) -> String {
    terminal.text(
        words::KEY,
        &[
            &terminal.text(words::thing(one.thing), &[]),
            &one.name,
            &date_of(one.since),
            &terminal.text(words::reason(one.reason), &[]),
            &one.key.short(),
        ],
    )
}

fn about(list: &RevocationList, out: &Path) -> Value {
    let keys: Vec<Value> = list
        .keys()
        .map(|one| {
            json!({
                "key": one.key.to_string(), "of": one.thing.as_str(), "name": one.name,
                "since": one.since.to_string(), "reason": one.reason.as_str(),
            })
        })
        .collect();
    json!({"number": list.number(), "revoked": keys, "file": out})
}
